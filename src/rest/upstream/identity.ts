import { createHmac } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { LegacySystem } from '../../door.js';
import { bearerToken } from '../../http/bearer.js';
import type { ContextFactory } from '../../http/context-factory.js';
import { SESSION_COOKIE } from '../../http/cookies.js';
import type { Dialect } from '../dialect.js';
import { tokenOf } from '../handler.js';
import { Input } from '../input.js';
import { parametersOf } from '../read-input.js';

/** The headers by which an old server is told who calls. */
export const IDENTITY_HEADERS = ['X-Gateway-User-Id', 'X-Gateway-Timestamp', 'X-Gateway-Signature'] as const;

/** Tells the id by which an old system knows an account. */
export type OutwardId = (system: LegacySystem, userId: number) => Promise<string>;

export interface IdentityOptions {
  /** The key that old servers share; without one nobody is named. */
  secret: string | undefined;
  createContext: ContextFactory;
  outwardId: OutwardId;
}

/** The lower-case hex of HMAC-SHA-256 over id, Unix seconds, method, and path with query, joined by line feeds. */
export const signatureOf = (
  secret: string,
  id: string,
  seconds: string,
  method: string,
  url: string,
): string => createHmac('sha256', secret).update([id, seconds, method, url].join('\n')).digest('hex');

/** Names callers to old servers. */
export class Identity {
  constructor(private readonly options: IdentityOptions) {}

  /**
   * The headers, as names and values in turn, that name a request's caller to the server of a door, which is asked for
   * `url`; none for a caller without a session here. A token that is not good is nobody's: it may be good there.
   */
  async headersOf(request: FastifyRequest, dialect: Dialect | undefined, url: string): Promise<string[]> {
    const { secret, outwardId } = this.options;
    // A server that answers TRACE would send the signature back.
    if (!secret || request.method === 'TRACE') return [];
    const userId = await this.callerOf(request, dialect);
    if (userId === null) return [];
    const id = dialect ? await outwardId(dialect.name, userId) : String(userId);
    const seconds = String(Math.floor(Date.now() / 1000));
    const values = [id, seconds, signatureOf(secret, id, seconds, request.method, url)];
    return IDENTITY_HEADERS.flatMap((name, at) => [name, values[at] ?? '']);
  }

  private async callerOf(request: FastifyRequest, dialect: Dialect | undefined): Promise<number | null> {
    const token = dialect
      ? tokenOf(dialect, request, new Input(parametersOf(request, dialect)))
      : (bearerToken(request) ?? request.cookies[SESSION_COOKIE]);
    if (!token) return null;
    const door = dialect?.name ?? 'graphql';
    const { viewer } = await this.options.createContext(request, { door, canShowCaptcha: false, token });
    return viewer?.userId ?? null;
  }
}
