import type { FastifyInstance, FastifyRequest } from 'fastify';
import FindMyWay, { type HTTPMethod } from 'find-my-way';
import { isPreflight } from '../../http/security.js';
import { PATHS } from '../../http/server.js';
import type { Dialect, Row } from '../dialect.js';
import { dialectUnder } from '../mount.js';
import type { OldServer, OldServers } from './servers.js';

/** The path of a URL as it came, without its query; null for what names no path (`*`). */
export function pathOf(url: string): string | null {
  const [, path] = /^(?:https?:\/\/[^/?#]*)?(\/[^?]*)/i.exec(url) ?? [];
  return path ?? null;
}

/** The URL as it came, from its path on. */
export const targetOf = (url: string): string => url.replace(/^https?:\/\/[^/?#]*/i, '');

/**
 * The path as the most willing of servers would take it: escapes of dots and slashes read however often they were
 * escaped, backslashes as slashes, parameters of segments (`..;x`) left out.
 */
function resolved(path: string): string {
  const segments: string[] = [];
  const read = path.replace(/%(?:25)*2e/gi, '.').replace(/%(?:25)*(?:2f|5c)|\\/gi, '/');
  for (const segment of read.split('/')) {
    const name = segment.replace(/(?:;|%(?:25)*3b).*$/is, '');
    if (name === '..') segments.pop();
    else if (name !== '.' && name !== '') segments.push(name);
  }
  return `/${segments.join('/')}`;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

const nothing = () => undefined;
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);
const isMethod = (method: string): method is HTTPMethod => METHODS.has(method);

/** Paths that are the gateway's even where nothing is registered there, because it is switched off. */
const RESERVED = ['/docs', '/docs/*'];

/** Everything that this gateway answers itself, gathered while it is registered. */
class OwnRoutes {
  private readonly rows = FindMyWay({ ...PATHS });
  private readonly paths = FindMyWay({ ...PATHS });

  constructor(http: FastifyInstance) {
    for (const path of RESERVED) this.addPath(path);
    http.addHook('onRoute', ({ method, url, config }) => {
      // The CORS plugin's route of every path.
      if (url === '*') return;
      if (config?.row) this.addRow([method].flat(), url, config.row);
      else this.addPath(url);
    });
  }

  /** The row that answers a method at a path; undefined for none. */
  rowAt(method: string, path: string): Row | undefined {
    return isMethod(method) ? this.rows.find(method, path)?.store : undefined;
  }

  /** True for a path of the gateway itself, whatever it answers to a method there. */
  has(path: string): boolean {
    return this.paths.find('GET', path) !== null;
  }

  private addPath(path: string): void {
    if (!this.paths.hasRoute('GET', path)) this.paths.on('GET', path, nothing);
  }

  private addRow(methods: readonly string[], url: string, row: Row): void {
    for (const method of methods) if (isMethod(method)) this.rows.on(method, url, nothing, row);
  }
}

/** Tells where requests go that this gateway does not answer. To be made before what it answers is registered. */
export class Destinations {
  private readonly own: OwnRoutes;

  constructor(
    http: FastifyInstance,
    private readonly dialects: readonly Dialect[],
    private readonly servers: OldServers,
  ) {
    this.own = new OwnRoutes(http);
  }

  /** The row of a request, also of one that a browser asks about before it sends it. */
  rowOf(request: FastifyRequest): Row | undefined {
    const path = pathOf(request.originalUrl);
    return path === null ? undefined : this.own.rowAt(this.methodOf(request), path);
  }

  /** The old server that a request is for; undefined where this gateway answers. */
  of(request: FastifyRequest): OldServer | undefined {
    const path = pathOf(request.originalUrl);
    if (path === null) return undefined;
    const row = this.rowOf(request);
    if (row) return this.servers.rows.get(row);
    if (this.own.has(path) || this.isDisguised(path, request)) return undefined;
    return serverOf(path, this.dialects, this.servers);
  }

  /** True for another spelling of a row that the gateway answers, by which its old server would answer it all the same. */
  private isDisguised(path: string, request: FastifyRequest): boolean {
    const row = this.own.rowAt(this.methodOf(request), resolved(path));
    return row !== undefined && !this.servers.rows.has(row);
  }

  private methodOf(request: FastifyRequest): string {
    const asked = request.method === 'OPTIONS' && isPreflight(request);
    return asked ? String(request.headers['access-control-request-method']) : request.method;
  }
}

/** A path that leads out of its prefix on the way (`/user/../admin`) is nobody's: its server may hold more than its door shows. */
function serverOf(path: string, dialects: readonly Dialect[], servers: OldServers): OldServer | undefined {
  const dialect = dialectUnder(dialects, path);
  if (dialectUnder(dialects, resolved(path)) !== dialect) return undefined;
  return dialect ? servers.of(dialect) : servers.rest;
}

/**
 * The URL to route a request by: one that cannot be decoded reaches no route and no hook, and may yet be good at an old
 * server. It is passed on as it came.
 */
export function readdressing(dialects: readonly Dialect[], servers: OldServers) {
  return (url: string): string => {
    const path = pathOf(url);
    if (path === null || isDecodable(path) || !serverOf(path, dialects, servers)) return url;
    return path.replaceAll('%', '%25') + targetOf(url).slice(path.length);
  };
}
