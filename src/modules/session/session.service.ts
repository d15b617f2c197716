import { createHash, randomBytes } from 'node:crypto';
import type { Config } from '../../config.js';
import type { DatabaseContext, RequestContext, SignedInContext, Viewer } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { toAppError } from '../../errors/unexpected.js';
import { afterCommit } from '../../infra/database/after-commit.js';
import { sourceOf } from '../../infra/ip.js';
import { SecurityEventKind } from '../security/security-event.entity.js';
import type { SecurityEventService } from '../security/security-event.service.js';
import type { SessionCache } from './session.cache.js';
import type { Session } from './session.entity.js';
import {
  findLiveSession,
  findSessionsOfUser,
  findTokenHashes,
  insertSession,
  isKnownSource,
  type LiveSession,
  revokeSessions,
  touchSession,
} from './session.repository.js';

/** The client's proof of its session; the token is shown this once and stored nowhere. */
export interface OpenedSession {
  id: number;
  token: string;
  expiresAt: Date;
}

const DAY_MS = 86_400_000;
/** A use is recorded this often at most. */
const TOUCH_SECONDS = 60;
/** 256 bits in base64url. Anything else is not one of our tokens and is not looked up. */
const TOKEN = /^[\w-]{43}$/;

const viewerOf = ({ id, userId, originId, abilities }: LiveSession): Viewer => ({
  userId,
  sessionId: id,
  originId,
  abilities,
});

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Opaque sessions: rows in PostgreSQL, cached in Redis, ended everywhere at once. */
export class SessionService {
  constructor(
    private readonly config: Pick<Config, 'SESSION_DAYS'>,
    private readonly cache: SessionCache,
    private readonly events: SecurityEventService,
  ) {}

  /** The holder of the token; null for an unknown, expired or ended one. */
  async authenticate(ctx: DatabaseContext, token: string | undefined): Promise<Viewer | null> {
    if (!token || !TOKEN.test(token)) return null;
    const tokenHash = hashOf(token);
    const session = await this.cache.get(tokenHash, () => this.findUsed(ctx, tokenHash));
    if (!session || session.expiresAt.getTime() <= Date.now()) return null;
    return viewerOf(session);
  }

  /**
   * Opens a session, whose holder is the caller from here on. Throws CREDENTIALS_INVALID when what was proven no longer
   * holds: the account was disabled or cancelled, or its secret is no longer the `passwordHash` that was verified.
   */
  async open(
    ctx: RequestContext,
    userId: number,
    passwordHash: string | null = null,
    originId: number | null = null,
  ): Promise<OpenedSession> {
    const { em, client } = ctx;
    const token = randomBytes(32).toString('base64url');
    const tokenHash = hashOf(token);
    const expiresAt = new Date(Date.now() + this.config.SESSION_DAYS * DAY_MS);
    const session = await insertSession(
      em,
      {
        userId,
        tokenHash,
        deviceType: client.deviceType,
        ip: client.ip,
        source: sourceOf(client.ip),
        userAgent: client.userAgent?.slice(0, 255) ?? null,
        expiresAt,
        originId,
      },
      passwordHash,
    );
    if (!session) throw new AppError('CREDENTIALS_INVALID');
    ctx.viewer = viewerOf(session);
    return { id: session.id, token, expiresAt };
  }

  /**
   * Replaces the caller's session by a new one; the old token is good no more; of two at once, one succeeds.
   * Throws UNAUTHENTICATED.
   */
  async renew(ctx: SignedInContext): Promise<OpenedSession> {
    const { viewer } = ctx;
    const { userId, sessionId, originId } = viewer;
    try {
      return await ctx.em.transactional(async () => {
        // The new one first: whoever ends sessions locks the user before them.
        const opened = await this.open(ctx, userId, null, originId);
        if ((await this.end(ctx, userId, { id: sessionId })) === 0) throw new AppError('UNAUTHENTICATED');
        return opened;
      });
    } catch (error) {
      ctx.viewer = viewer;
      const lost = error instanceof AppError && error.code === 'CREDENTIALS_INVALID';
      throw lost ? new AppError('UNAUTHENTICATED') : error;
    }
  }

  /** The caller's sessions, newest first. */
  list(ctx: SignedInContext): Promise<Session[]> {
    return findSessionsOfUser(ctx.em, ctx.viewer.userId);
  }

  /** Ends the caller's session, or all of them. True when there was one. */
  async logout(ctx: RequestContext, everywhere: boolean): Promise<boolean> {
    if (!ctx.viewer) return false;
    const { userId, sessionId } = ctx.viewer;
    await this.end(ctx, userId, everywhere ? {} : { id: sessionId });
    await this.events.record(ctx, userId, SecurityEventKind.LOGGED_OUT);
    this.leave(ctx);
    return true;
  }

  /** Nobody is known to call from here on. */
  leave(ctx: RequestContext): void {
    ctx.viewer = null;
  }

  /** Ends one of the caller's sessions. Throws NOT_FOUND for somebody else's. */
  async revoke(ctx: SignedInContext, id: number): Promise<boolean> {
    const { userId } = ctx.viewer;
    if ((await this.end(ctx, userId, { id })) === 0) throw new AppError('NOT_FOUND', { field: 'id' });
    await this.events.record(ctx, userId, SecurityEventKind.SESSION_REVOKED);
    return true;
  }

  /** Ends sessions of a user on every instance at once; returns how many. */
  async end(
    ctx: DatabaseContext,
    userId: number,
    which: { id?: number; except?: number } = {},
  ): Promise<number> {
    const hashes = await revokeSessions(ctx.em, userId, which);
    await afterCommit(ctx.em, () => this.cache.forget(hashes));
    return hashes.length;
  }

  /** Makes every instance read the user's abilities again. */
  async refresh(ctx: DatabaseContext, userId: number): Promise<void> {
    const hashes = await findTokenHashes(ctx.em, userId);
    await afterCommit(ctx.em, () => this.cache.forget(hashes));
  }

  /** The session as it is stored; its use is recorded. */
  private async findUsed(ctx: DatabaseContext, tokenHash: string): Promise<LiveSession | null> {
    const session = await findLiveSession(ctx.em, tokenHash);
    if (session && Date.now() - session.lastSeenAt.getTime() >= TOUCH_SECONDS * 1000) {
      // A database that takes no writes for a while, after a failover, still says who may read.
      await touchSession(ctx.em, session, TOUCH_SECONDS).catch((error: unknown) => {
        if (toAppError(error).kind !== 'unavailable') throw error;
      });
    }
    return session;
  }

  isKnownSource(ctx: DatabaseContext, userId: number, ip: string): Promise<boolean> {
    return isKnownSource(ctx.em, userId, sourceOf(ip));
  }
}
