import type { ApolloServerPlugin } from '@apollo/server';
import Negotiator from 'negotiator';
import type { RequestContext } from '../context.js';
import { AppError } from '../errors/app-error.js';

/** The types that Apollo answers one operation in. */
const TYPES = [
  'application/json; charset=utf-8',
  'application/graphql-response+json; charset=utf-8',
  'application/json; callbackSpec=1.0; charset=utf-8',
];

/** True where a client takes any answer of ours; without the header it takes all. */
function isAcceptable(accept: string | undefined): boolean {
  return !accept || new Negotiator({ headers: { accept } }).mediaType(TYPES) !== undefined;
}

/** Apollo negotiates once everything is done; what it will refuse (406) must not have changed anything. */
export const negotiationPlugin: ApolloServerPlugin<RequestContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ request }) {
        if (!isAcceptable(request.http?.headers.get('accept'))) throw new AppError('INVALID_INPUT');
      },
    };
  },
};
