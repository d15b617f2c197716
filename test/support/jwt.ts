import { createHmac } from 'node:crypto';

/** The `JWT_SECRET` of the invented ThinkSNS+. */
export const PLUS_SECRET = 'k7Qz1vYx3wR9tB5nM2cL8pD4sF6gH0jA';

export const base64url = (value: string | Buffer): string => Buffer.from(value).toString('base64url');

export const secondsFromNow = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

let ids = 0;

/** The claims of ThinkSNS+ (tymon/jwt), for a token that was issued an hour ago and is good for another. */
export const claimsOf = (sub: unknown, changed: Record<string, unknown> = {}): Record<string, unknown> => ({
  iss: 'https://plus.example.com/api/v2/auth/login',
  iat: secondsFromNow(-3600),
  exp: secondsFromNow(3600),
  nbf: secondsFromNow(-3600),
  jti: `jti-${ids++}`,
  sub,
  prv: '48e4525b3d0a7a4d8a2b2a7b1b0a0e6f2f7b9f0c',
  ...changed,
});

/** A JSON Web Token of any header and claims, a text as it is, signed by HMAC; ThinkSNS+ signs with HS256. */
export function signJwt(
  claims: unknown,
  { secret = PLUS_SECRET, header = { typ: 'JWT', alg: 'HS256' }, hash = 'sha256' } = {},
): string {
  const signed = `${base64url(JSON.stringify(header))}.${base64url(typeof claims === 'string' ? claims : JSON.stringify(claims))}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
}
