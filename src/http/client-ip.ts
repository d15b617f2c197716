import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import { parseIp, rangeMatcher, sourceOf } from '../infra/ip.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The address that the request came from, as far as proxies are trusted. */
    readonly clientIp: string;
    /** The source that it counts for: that address, or the /64 of an IPv6 one. */
    readonly clientSource: string;
    /**
     * True where that is known to be the sender's own address. A request passed on by an untrusted proxy, or
     * by one that names its client in another header than X-Forwarded-For, comes from the proxy's address and
     * may be anybody's.
     */
    readonly isSender: boolean;
    /** True where a trusted proxy has sent it, whose word on where it came from is taken. */
    readonly isFromProxy: boolean;
  }
}

/**
 * The source of everybody whom a trusted proxy names in a way that is no address (`unknown`, `_hidden`,
 * garbage), and of clients that have hung up: nobody's address, and never an internal one.
 */
const UNKNOWN_IP = '0.0.0.0';

/** Headers that proxies of any product leave in the requests they pass on. */
export const FORWARDING_HEADERS = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'client-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'fastly-client-ip',
];

/** Tells each request where it came from. Fastify's own `ip` is the text that a proxy wrote, whatever it is. */
export function registerClientIp(app: FastifyInstance, config: Pick<Config, 'TRUSTED_PROXIES'>): void {
  const isTrusted = rangeMatcher(config.TRUSTED_PROXIES);
  const isForwarded = ({ headers, socket }: FastifyRequest) =>
    'x-forwarded-for' in headers && isTrusted(socket.remoteAddress ?? '');

  app.decorateRequest('clientIp', {
    getter() {
      // The first address is that of the connection: a trusted proxy that names nobody behind it still passes somebody on.
      const [peer = '', ...named] = this.ips ?? [this.socket.remoteAddress ?? ''];
      const nearest = isForwarded(this) ? named.at(-1) : peer;
      return parseIp(nearest ?? '') ?? UNKNOWN_IP;
    },
  });
  app.decorateRequest('clientSource', {
    getter() {
      return sourceOf(this.clientIp);
    },
  });
  app.decorateRequest('isFromProxy', {
    getter() {
      return isTrusted(this.socket.remoteAddress ?? '');
    },
  });
  app.decorateRequest('isSender', {
    getter() {
      if (this.clientIp === UNKNOWN_IP) return false;
      return isForwarded(this) || !FORWARDING_HEADERS.some((name) => name in this.headers);
    },
  });
}
