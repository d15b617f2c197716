import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Door } from '../door.js';
import type { Metrics } from '../infra/metrics.js';
import { isShadow } from './shadow.js';

/** What a request was about, for the log and the metrics: nothing in it is what a client sent. */
export interface RequestNote {
  /** The door; `none` for what belongs to none, such as pictures. */
  door: Door | 'none';
  /** The id of a dialect's row, a root field of the schema, or the route; `several`, `passed`, `unknown`. */
  operation: string;
  /** The code of the first error, else `ok`; `http_4xx` and the like where only the status tells. */
  code: string;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The door that a route belongs to. */
    door?: Door;
  }
}

const notes = new WeakMap<FastifyRequest, RequestNote>();

/** The note on a request, begun by its route. Every request has one, also one that is refused before it is routed. */
export function noteOn(request: FastifyRequest): RequestNote {
  const known = notes.get(request);
  if (known) return known;
  const { config, url } = request.routeOptions ?? {};
  const begun: RequestNote = {
    door: config?.door ?? 'none',
    operation: config?.row?.id ?? url ?? 'unknown',
    code: 'ok',
  };
  notes.set(request, begun);
  return begun;
}

/** The note on a request that was answered. */
export function noteOf(request: FastifyRequest, { statusCode }: FastifyReply): RequestNote {
  const { passed } = request;
  const note = noteOn(request);
  const { operation } = note;
  const code = note.code === 'ok' && statusCode >= 400 ? `http_${Math.floor(statusCode / 100)}xx` : note.code;
  if (!passed) return { ...note, code };
  return { door: passed.door ?? 'none', operation: operation === 'unknown' ? 'passed' : operation, code };
}

/** Measures each request of a client. */
export function measureRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', (request, reply, done) => {
    if (!isShadow()) metrics.request(noteOf(request, reply), reply.elapsedTime / 1000);
    done();
  });
}
