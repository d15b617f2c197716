import type { FastifyRequest } from 'fastify';
import { FORWARDING_HEADERS } from '../../http/client-ip.js';
import { IDENTITY_HEADERS } from './identity.js';
import type { OldServer } from './servers.js';

/** Headers as names and values in turn, as they stand on the wire. */
export type RawHeaders = readonly string[];

/** Of one connection, and not of what is sent over it (RFC 9110 §7.6.1). */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  // Node has answered it.
  'expect',
];

/** Said anew or not at all, and never as a client says it. */
const REPLACED = [
  'host',
  // CGI makes HTTP_PROXY of it, by which programs send their own requests.
  'proxy',
  'via',
  'x-request-id',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  ...IDENTITY_HEADERS.map((name) => name.toLowerCase()),
];

/** What else proxies tell of a request; believed of trusted ones only, as is all that is `X-Forwarded-…`. */
const CLAIMS: ReadonlySet<string> = new Set([
  ...FORWARDING_HEADERS,
  'forwarded-for',
  'front-end-https',
  'remote-user',
  'wl-proxy-client-ip',
  'x-forwarded',
  'x-original-url',
  'x-originating-ip',
  'x-remote-addr',
  'x-remote-ip',
  'x-remote-user',
  'x-rewrite-url',
]);

const isClaim = (name: string): boolean => CLAIMS.has(name) || name.startsWith('x-forwarded-');

/** A name as CGI and PHP read it, to which `X_Real.IP` is the same as `X-Real-IP`. */
const readName = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '-');

function* pairs(raw: RawHeaders): Generator<[name: string, value: string]> {
  for (let at = 0; at < raw.length; at += 2) yield [raw[at] ?? '', raw[at + 1] ?? ''];
}

/** The headers that Connection names belong to the connection as well. */
function ofConnection(raw: RawHeaders): string[] {
  const values = [...pairs(raw)].filter(([name]) => name.toLowerCase() === 'connection');
  return values.flatMap(([, value]) => value.split(',').map((name) => readName(name.trim())));
}

const joined = (...values: (string | string[] | undefined)[]): string =>
  values
    .flat()
    .filter((value) => value !== undefined && value !== '')
    .join(', ');

/** How the gateway names where a request came from. */
function forwarding(request: FastifyRequest, via: string): string[] {
  const { headers, socket, clientIp, isFromProxy, protocol, host, raw, id } = request;
  const forwardedFor = isFromProxy ? joined(headers['x-forwarded-for'], socket.remoteAddress) : clientIp;
  const hops = joined(headers.via, `${raw.httpVersion} ${via}`);
  const named = [
    'X-Forwarded-For',
    forwardedFor,
    'X-Forwarded-Proto',
    protocol,
    'Via',
    hops,
    'X-Request-Id',
    id,
  ];
  return host === '' ? named : [...named, 'X-Forwarded-Host', host];
}

/**
 * The headers of a request as the old server gets them: those that came, in their order and as they were written, but
 * for those of the connection, what only the gateway may say, and claims of clients about where they are.
 */
export function requestHeaders(request: FastifyRequest, { origin }: OldServer, via: string): string[] {
  const { rawHeaders } = request.raw;
  const dropped = new Set([...HOP_BY_HOP, ...REPLACED, ...ofConnection(rawHeaders)]);
  const isDropped = (name: string) => dropped.has(name) || (isClaim(name) && !request.isFromProxy);
  const kept = [...pairs(rawHeaders)].filter(([name]) => !isDropped(readName(name)));
  return ['Host', new URL(origin).host, ...kept.flat(), ...forwarding(request, via)];
}

/** True for a request that this gateway has passed on already. */
export const hasPassed = ({ headers }: FastifyRequest, via: string): boolean =>
  (headers.via ?? '').split(',').some((hop) => hop.trim().split(/\s+/)[1] === via);

/** Headers of answers that are of the connection, would lead clients past the gateway, or are told by it. */
const NOT_ANSWERED = [...HOP_BY_HOP, 'alt-svc', 'x-request-id'];

/** Headers of answers that name a place, which is behind the gateway. */
const PLACES = ['location', 'content-location'];

/**
 * A place on the old server as it is reached here: by its path alone. One anywhere else, and one that is relative, stays
 * as it is.
 */
export function placeHere(place: string, { origin, base }: OldServer): string {
  const absolute = URL.canParse(place) || place.startsWith('//');
  if (absolute && URL.parse(place, origin)?.host !== new URL(origin).host) return place;
  const path = absolute ? place.replace(/^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/?#]*/i, '') : place;
  const below = path.slice(base.length);
  const isBelow = path.startsWith(base) && (base === '' || /^(?:$|[/?#])/.test(below));
  if (!isBelow || !(absolute || path.startsWith('/'))) return place;
  // A path that began with two slashes would be another host's.
  return `/${below.replace(/^\/+/, '')}`;
}

/** The headers of an old server's answer as clients get them, by lower-case name; all values of one that is repeated. */
export function answerHeaders(raw: RawHeaders, server: OldServer): Record<string, string | string[]> {
  const dropped = new Set([...NOT_ANSWERED, ...ofConnection(raw)]);
  const kept = new Map<string, string[]>();
  for (const [written, value] of pairs(raw)) {
    const name = written.toLowerCase();
    if (dropped.has(name)) continue;
    const told = PLACES.includes(name) ? placeHere(value, server) : value;
    kept.set(name, [...(kept.get(name) ?? []), told]);
  }
  return Object.fromEntries(
    [...kept].map(([name, values]) => [name, values.length > 1 ? values : (values[0] ?? '')]),
  );
}
