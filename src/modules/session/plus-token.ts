import { createSecretKey, type KeyObject } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Config } from '../../config.js';
import { LEGACY_ID_MAX } from '../user/legacy-id.entity.js';
import type { ForeignToken } from './session.repository.js';

/** Seconds by which the old server's clock may be ahead of this one's. */
const CLOCKS_DIFFER = 10;

/**
 * Three parts in base64url, of which the last is the 32 bytes of an HS256 signature in their one canonical form: its
 * spare bits are zero. With others in them the same token would have four texts, of which a session that was ended
 * knows one.
 */
const SHAPE = /^[\w-]+\.[\w-]+\.[\w-]{42}[AEIMQUYcgkosw048]$/;

/** Seconds since 1970, up to the year 9999. */
const seconds = z.number().nonnegative().max(253_402_300_799);

const CLAIMS = z.object({
  sub: z.union([
    z.int().positive().transform(String),
    z
      .string()
      .regex(/^[!-~]+$/)
      .max(LEGACY_ID_MAX),
  ]),
  iat: seconds,
  exp: seconds,
});

const dateOf = (time: number): Date => new Date(Math.floor(time * 1000));

/** Reads the tokens of ThinkSNS+: JSON Web Tokens under the secret that it signs them with, `PLUS_JWT_SECRET`. */
export class PlusTokenReader {
  private readonly key: KeyObject | null;

  constructor({ PLUS_JWT_SECRET }: Pick<Config, 'PLUS_JWT_SECRET'>) {
    this.key = PLUS_JWT_SECRET ? createSecretKey(PLUS_JWT_SECRET, 'utf8') : null;
  }

  /**
   * Whose a token is and how long it is good; null for one that is not signed with HS256 and the secret, lacks `sub`,
   * `iat` or `exp`, has expired or is not good yet.
   */
  async read(token: string): Promise<Omit<ForeignToken, 'tokenHash'> | null> {
    if (!this.key || !SHAPE.test(token)) return null;
    const claims = CLAIMS.safeParse(await this.claimsOf(token, this.key));
    if (!claims.success) return null;
    const { sub, iat, exp } = claims.data;
    const now = Date.now() / 1000;
    if (exp <= now || iat > now + CLOCKS_DIFFER) return null;
    return { legacyId: sub, issuedAt: dateOf(iat), expiresAt: dateOf(exp) };
  }

  private async claimsOf(token: string, key: KeyObject): Promise<unknown> {
    try {
      return (await jwtVerify(token, key, { algorithms: ['HS256'], clockTolerance: CLOCKS_DIFFER })).payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
}
