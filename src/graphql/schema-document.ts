import type { FastifyInstance } from 'fastify';
import { SCHEMA_URL } from '../http/home.js';

/** `/schema.graphql`: the schema as a text, for code generators and people. It is the same for everybody. */
export function registerSchemaDocument(app: FastifyInstance, text: string): void {
  const bytes = Buffer.from(text);
  // A minute, so that a new version is seen soon.
  const headers = { 'cache-control': 'public, max-age=60' };
  app.get(SCHEMA_URL, async (_request, reply) =>
    reply.headers(headers).type('text/plain; charset=utf-8').send(bytes),
  );
}
