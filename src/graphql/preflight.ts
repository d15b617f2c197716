import type { FastifyRequest } from 'fastify';
import { SESSION_COOKIE } from '../http/cookies.js';

/** Headers that make a browser ask first, as Apollo's CSRF prevention knows them. */
export const PREFLIGHT_HEADERS = ['apollo-require-preflight', 'x-apollo-operation-name'] as const;

/** True for a request with a header that makes a browser ask first. */
export const hasPreflightHeader = ({ headers }: FastifyRequest): boolean =>
  PREFLIGHT_HEADERS.some((name) => headers[name]);

/**
 * True for a request that a browser sends for a page of another site only after it has asked whether it may. Any other
 * may come from any page that somebody looks at, so what a browser or its place in the network adds to it, the cookie of
 * a session and an address in `INTERNAL_NETWORKS`, says nothing about who is calling. A bearer token is of neither.
 */
export const isPreflighted = (request: FastifyRequest): boolean =>
  hasPreflightHeader(request) || /^application\/json\b/i.test(request.headers['content-type'] ?? '');

/** True for a GET that brings nothing of its browser's: whoever made it be sent could have sent it as well. */
export const isHarmlessGet = ({ method, cookies }: FastifyRequest): boolean =>
  method === 'GET' && !cookies[SESSION_COOKIE];
