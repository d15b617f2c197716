import { randomBytes } from 'node:crypto';
import type { Config } from '../../config.js';
import type { DatabaseContext, RequestContext, SignedInContext, Viewer } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { toAppError } from '../../errors/unexpected.js';
import { afterCommit } from '../../infra/database/after-commit.js';
import { sourceOf } from '../../infra/ip.js';
import { SecurityEventKind } from '../security/security-event.entity.js';
import type { SecurityEventService } from '../security/security-event.service.js';
import { markSessionsEnded } from '../user/user.repository.js';
import { openedBy } from './opened-by.js';
import type { SessionAdopter } from './session.adopter.js';
import type { SessionCache } from './session.cache.js';
import type { Session } from './session.entity.js';
import {
  findLiveSession,
  findOwnSession,
  findSessionsOfUser,
  findTokenHashes,
  type HeldSession,
  insertSession,
  isKnownSource,
  type LiveSession,
  revokeSessions,
  touchSession,
} from './session.repository.js';
import { hashOf, isToken } from './token.js';

/** The client's proof of its session; the token is shown this once and stored nowhere. */
export interface OpenedSession {
  id: number;
  token: string;
  expiresAt: Date;
}

const DAY_MS = 86_400_000;
/** A use is recorded this often at most. */
const TOUCH_SECONDS = 60;

/** Reads a session that is not in the cache, or does something before and after. */
type Reading = (read: () => Promise<LiveSession | null>) => Promise<LiveSession | null>;

const viewerOf = ({ id, userId, originId, abilities }: HeldSession): Viewer => ({
  userId,
  sessionId: id,
  originId,
  abilities,
});

/** Opaque sessions: rows in PostgreSQL, cached in Redis, ended everywhere at once. */
export class SessionService {
  constructor(
    private readonly config: Pick<Config, 'SESSION_DAYS'>,
    private readonly cache: SessionCache,
    private readonly adopter: SessionAdopter,
    private readonly events: SecurityEventService,
  ) {}

  /** The holder of the token; null for an unknown, expired or ended one. */
  async authenticate(
    ctx: Pick<RequestContext, 'em' | 'client'>,
    token: string | undefined,
  ): Promise<Viewer | null> {
    const session = token ? await this.find(ctx, token) : null;
    return session && viewerOf(session);
  }

  /**
   * The session of the token; null for an unknown, expired or ended one. `reading` is called where it has to be read, which
   * is where a stranger's guess ends up, too.
   */
  async find(
    ctx: Pick<RequestContext, 'em' | 'client'>,
    token: string,
    reading: Reading = (read) => read(),
  ): Promise<LiveSession | null> {
    if (!isToken(token)) return null;
    const tokenHash = hashOf(token);
    const read = async () =>
      (await this.findUsed(ctx, tokenHash)) ?? this.adopter.adopt(ctx, token, tokenHash);
    const session = await this.cache.get(tokenHash, () => reading(read));
    return session && session.expiresAt.getTime() > Date.now() ? session : null;
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
        ...openedBy(client),
        source: sourceOf(client.ip),
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
    const end = () => this.end(ctx, userId, everywhere ? {} : { id: sessionId });
    await (everywhere ? ctx.em.transactional(end) : end());
    await this.events.record(ctx, userId, SecurityEventKind.LOGGED_OUT);
    this.leave(ctx);
    return true;
  }

  /** Nobody is known to call from here on. */
  leave(ctx: RequestContext): void {
    ctx.viewer = null;
  }

  /** Ends one of the caller's sessions. Throws NOT_FOUND for somebody else's. */
  async revoke(ctx: SignedInContext, id: number): Promise<Session> {
    const { userId } = ctx.viewer;
    const session = await findOwnSession(ctx.em, userId, id);
    if (!session || (await this.end(ctx, userId, { id })) === 0)
      throw new AppError('NOT_FOUND', { field: 'id' });
    await this.events.record(ctx, userId, SecurityEventKind.SESSION_REVOKED);
    return session;
  }

  /**
   * Ends sessions of a user on every instance at once; returns how many. When it is not one alone, tokens of another
   * system that are no sessions yet are ended too; then it has to be called in a transaction.
   */
  async end(
    ctx: DatabaseContext,
    userId: number,
    which: { id?: number; except?: number } = {},
  ): Promise<number> {
    // The user before the sessions: a token that is becoming one meanwhile has become it, and is ended, or never does.
    if (which.id === undefined) await markSessionsEnded(ctx.em, userId);
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
