import type { FastifyReply } from 'fastify';
import type { Config } from '../config.js';

/** Cookie in which the member centre keeps its session; good at GraphQL too. */
export const SESSION_COOKIE = 'member_session';

/** A cookie that a door gives its client; without `expires` it lasts as long as the browser runs. */
export interface ReplyCookie {
  name: string;
  value: string;
  expires?: Date;
}

/** Out of reach of scripts, and of other sites' forms and pictures; in production never sent in the clear. */
export function setCookie(
  reply: FastifyReply,
  { name, value, expires }: ReplyCookie,
  { production }: Pick<Config, 'production'>,
): void {
  reply.setCookie(name, value, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: production,
    // Both: old browsers know no Max-Age, and the clock of a client may be wrong.
    ...(expires && { expires, maxAge: Math.max(0, Math.round((expires.getTime() - Date.now()) / 1000)) }),
  });
}
