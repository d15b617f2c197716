import { type ApolloServer, HeaderMap } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestContext } from '../context.js';
import { AppError } from '../errors/app-error.js';

/**
 * Has Apollo answer an HTTP request. The integration for Fastify does the same, but makes a URL of the host and the
 * protocol that the client names, which fails for those that are none.
 */
export async function answerByApollo(
  apollo: ApolloServer<RequestContext>,
  { method, url, headers, body }: FastifyRequest,
  reply: FastifyReply,
  context: RequestContext,
): Promise<FastifyReply> {
  const given = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) if (value) given.set(name, [value].flat().join(', '));
  const query = url.indexOf('?');
  const answer = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method, headers: given, body, search: query < 0 ? '' : url.slice(query) },
    context: async () => context,
  });
  // Only answers with `@defer` and `@stream`, which the schema does not know, come in parts.
  if (answer.body.kind !== 'complete') throw new AppError('INTERNAL');
  return reply
    .code(answer.status ?? 200)
    .headers(Object.fromEntries(answer.headers))
    .send(answer.body.string);
}
