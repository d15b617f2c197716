import { type ApolloServer, HeaderMap } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import type { RequestContext } from '../context.js';
import { AppError } from '../errors/app-error.js';
import { noteOn } from '../http/note.js';
import { bodyForApollo, searchForApollo } from './http-request.js';
import { isHarmlessGet, PREFLIGHT_HEADERS } from './preflight.js';

/** Notes what was asked, and the first of what went wrong. */
export function noteAnswer(
  request: FastifyRequest,
  { operation }: RequestContext,
  errors: readonly Pick<GraphQLFormattedError, 'extensions'>[] = [],
): void {
  const note = noteOn(request);
  note.operation = operation ?? 'unknown';
  if (errors.length > 0) note.code = String(errors[0]?.extensions?.code);
}

/** The errors of an answer that Apollo wrote, which begins with them if there are any. */
const errorsIn = (body: string): readonly GraphQLFormattedError[] =>
  body.startsWith('{"errors":') ? (JSON.parse(body) as { errors: GraphQLFormattedError[] }).errors : [];

/** The headers of a request, as Apollo reads them. */
function headersOf(request: FastifyRequest): HeaderMap {
  const given = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers))
    if (value) given.set(name, [value].flat().join(', '));
  // Apollo's CSRF prevention refuses every GET that no browser would have asked about first.
  if (isHarmlessGet(request)) given.set(PREFLIGHT_HEADERS[0], 'not needed');
  return given;
}

/**
 * Has Apollo answer an HTTP request. The integration for Fastify does the same, but makes a URL of the host and the
 * protocol that the client names, which fails for those that are none.
 */
export async function answerByApollo(
  apollo: ApolloServer<RequestContext>,
  request: FastifyRequest,
  reply: FastifyReply,
  context: RequestContext,
): Promise<FastifyReply> {
  const { method, url, body } = request;
  const answer = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method,
      headers: headersOf(request),
      body: bodyForApollo(body),
      search: searchForApollo(url),
    },
    context: async () => context,
  });
  // Only answers with `@defer` and `@stream`, which the schema does not know, come in parts.
  if (answer.body.kind !== 'complete') throw new AppError('INTERNAL');
  noteAnswer(request, context, errorsIn(answer.body.string));
  return reply
    .code(answer.status ?? 200)
    .headers(Object.fromEntries(answer.headers))
    .send(answer.body.string);
}
