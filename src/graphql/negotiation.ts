import type { ApolloServerPlugin } from '@apollo/server';
import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';
import type { RequestContext } from '../context.js';
import { AppError } from '../errors/app-error.js';
import { HTTP_STATUS } from '../errors/http-status.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** The types that Apollo answers one operation in. */
const TYPES = [
  JSON_TYPE,
  'application/graphql-response+json; charset=utf-8',
  'application/json; callbackSpec=1.0; charset=utf-8',
];

/** What was made of the latest Accept headers: nearly all requests bring the same few. */
const negotiated = new LRUCache<string, { type: string | undefined }>({ max: 50 });

/** The longest Accept header that is remembered, in characters. */
const REMEMBERED_MAX = 500;

/** The type in which a client wants its answer; undefined where it takes none of ours. */
export function answerType(accept: string | undefined): string | undefined {
  if (!accept) return JSON_TYPE;
  const known = negotiated.get(accept);
  if (known) return known.type;
  const type = new Negotiator({ headers: { accept } }).mediaType(TYPES);
  if (accept.length <= REMEMBERED_MAX) negotiated.set(accept, { type });
  return type;
}

/**
 * The status of an answer that refuses an operation before it has begun: its document, its choice, its variables or its
 * size. In `application/json` a status other than 200 means that nobody understood the request (GraphQL over HTTP, §6.4).
 */
export const refusalStatus = (accept: string | undefined): number =>
  answerType(accept)?.startsWith('application/json') ? 200 : HTTP_STATUS.input;

/** Apollo negotiates once everything is done; what it will refuse (406) must not have changed anything. */
export const negotiationPlugin: ApolloServerPlugin<RequestContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ request }) {
        if (!answerType(request.http?.headers.get('accept'))) throw new AppError('INVALID_INPUT');
      },
    };
  },
};
