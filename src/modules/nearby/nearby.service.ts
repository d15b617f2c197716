import { randomUUID } from 'node:crypto';
import type { SignedInContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { Quotas } from '../../infra/quota.js';
import { type Redis, redisTime } from '../../infra/redis.js';
import { type Page, type PageInput, sliceOf, toPageByPosition } from '../../paging.js';
import type { User } from '../user/user.entity.js';
import { findUsersByIds } from '../user/user.repository.js';
import { type Coordinates, metresOfDegree, project } from './projection.js';
import { deleteSharedPlace, findNearest, saveSharedPlace } from './shared-place.repository.js';

/** A user and their distance in metres, to the nearest 100. */
export interface Nearby {
  user: User;
  distance: number;
}

/** In metres. */
export const RADIUS = { usual: 3_000, most: 50_000 };

/** Looks of one account within 24 hours: many more would follow people about. */
export const LOOKS_DAILY = 500;

/** A place is kept, and told, in steps of a thousandth of a degree: about 100 metres. */
const coarsened = (degrees: number): number => Math.round(degrees * 1000) / 1000;
const DISTANCE_STEP = 100;

/** Sharing one's place, and seeing who shares theirs nearby. */
export class NearbyService {
  private readonly quotas: Quotas;

  constructor(redis: Redis) {
    this.quotas = new Quotas(redis, redisTime);
  }

  /** Shares the place of the caller, in place of the one before. Throws INVALID_INPUT for what is not on the earth. */
  async share(ctx: SignedInContext, coordinates: Coordinates): Promise<boolean> {
    assertOnEarth(coordinates);
    // Coarsened before it is kept: distances from many sides together would tell more than each of them.
    const place = {
      longitude: coarsened(coordinates.longitude),
      latitude: coarsened(coordinates.latitude),
    };
    await saveSharedPlace(ctx.em, ctx.viewer.userId, project(place));
    return true;
  }

  /** Ends sharing the caller's place, which is forgotten. False when it was not shared. */
  hide(ctx: SignedInContext): Promise<boolean> {
    return deleteSharedPlace(ctx.em, ctx.viewer.userId);
  }

  /**
   * Users who share a place within `radius` metres, nearest first, without the caller and whom one of the two has blocked.
   * Throws INVALID_INPUT for what is not on the earth, and RATE_LIMITED beyond {@link LOOKS_DAILY}.
   */
  async list(
    ctx: SignedInContext,
    { radius, ...coordinates }: Coordinates & { radius?: number | null },
    page: PageInput,
  ): Promise<Page<Nearby>> {
    assertOnEarth(coordinates);
    const slice = sliceOf(page);
    await this.claimLook(ctx.viewer.userId);
    const metres = metresOfDegree(coordinates.latitude);
    const search = {
      viewerId: ctx.viewer.userId,
      center: project(coordinates),
      radius: radiusOf(radius) / metres,
    };
    const found = await findNearest(ctx.em, search, slice);
    const { edges, ...ends } = toPageByPosition(found, slice);
    const users = await findUsersByIds(
      ctx.em,
      edges.map(({ node }) => node.userId),
    );
    const nearby = edges.flatMap(({ node, cursor }) => {
      const user = users.get(node.userId);
      return user ? [{ node: { user, distance: toStep(node.distance * metres) }, cursor }] : [];
    });
    return { ...ends, edges: nearby };
  }

  private async claimLook(userId: number): Promise<void> {
    const quota = { key: `nearby:{${userId}}`, limit: LOOKS_DAILY, gapMs: 0 };
    const { state, waitMs } = await this.quotas.claim(randomUUID(), quota);
    if (state === 'granted') return;
    throw new AppError('RATE_LIMITED', { retryAfter: Math.ceil(waitMs / 1000), limit: LOOKS_DAILY });
  }
}

const toStep = (metres: number): number => Math.round(metres / DISTANCE_STEP) * DISTANCE_STEP;

function radiusOf(radius: number | null | undefined): number {
  const metres = radius ?? RADIUS.usual;
  if (metres < 1) throw new AppError('INVALID_INPUT', { field: 'radius' });
  return Math.min(metres, RADIUS.most);
}

function assertOnEarth({ longitude, latitude }: Coordinates): void {
  if (!(Math.abs(longitude) <= 180)) throw new AppError('INVALID_INPUT', { field: 'longitude' });
  if (!(Math.abs(latitude) <= 90)) throw new AppError('INVALID_INPUT', { field: 'latitude' });
}
