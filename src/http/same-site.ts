import type { FastifyRequest } from 'fastify';
import { getDomain } from 'tldts';
import { AppError } from '../errors/app-error.js';

/** The origin of a request's page, as far as a browser tells: against forged posts, and for the way back. */

/** An http(s) URL, or null for anything else. */
function parseHttpUrl(text: string | undefined): URL | null {
  const url = text === undefined ? null : URL.parse(text);
  return url && (url.protocol === 'http:' || url.protocol === 'https:') ? url : null;
}

/**
 * True for a URL with the host that the request was sent to. The scheme is ignored: a proxy may have ended
 * TLS.
 */
const isOwnHost = (url: URL, request: FastifyRequest): boolean =>
  request.host !== '' && URL.parse(`${url.protocol}//${request.host}`)?.host === url.host;

/** Hosts of one name are one site, below a suffix under which anybody gets a name (`com.cn`, `github.io`). */
const siteOf = (hostname: string): string => getDomain(hostname, { allowPrivateDomains: true }) ?? hostname;

/**
 * True for a URL of the site that the request was sent to, as browsers tell sites apart: `user.example.com`
 * is of the same as `member.example.com`, whatever their ports; an address or a name without a dot is a site
 * by itself.
 */
function isOwnSite(url: URL, request: FastifyRequest): boolean {
  const own = request.host === '' ? null : URL.parse(`${url.protocol}//${request.host}`);
  return own !== null && siteOf(own.hostname) === siteOf(url.hostname);
}

/**
 * Throws FORBIDDEN for a request that a page of another site made a browser send; the trusted origins are the
 * site's own. Browsers tell by Sec-Fetch-Site; old ones, and those that speak plain HTTP, by Origin or
 * Referer; a client that sends none of them is no browser.
 */
export function assertSameSite(request: FastifyRequest, trustedOrigins: readonly string[]): void {
  const { origin, referer, 'sec-fetch-site': relation } = request.headers;
  if (relation === 'same-origin' || relation === 'same-site' || relation === 'none') return;
  const source = origin ?? referer;
  if (relation === undefined && source === undefined) return;
  const url = parseHttpUrl(source);
  if (url && trustedOrigins.includes(url.origin)) return;
  if (relation === undefined && url && isOwnSite(url, request)) return;
  throw new AppError('FORBIDDEN');
}

/** The page that a request came from, if it lies on this site or is of the origin given; else null. */
export function ownReferer(request: FastifyRequest, trustedOrigin?: string): string | null {
  const url = parseHttpUrl(request.headers.referer);
  if (!url) return null;
  // A path that begins with two slashes would be another host's.
  const path = `${url.pathname.replace(/^\/+/, '/')}${url.search}`;
  if (isOwnHost(url, request)) return path;
  return url.origin === trustedOrigin || isOwnSite(url, request) ? `${url.origin}${path}` : null;
}
