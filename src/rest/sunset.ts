import type { Config } from '../config.js';
import type { LegacySystem } from '../door.js';

export type SunsetConfig = Pick<
  Config,
  | 'API_DOCS'
  | 'PUBLIC_URL'
  | 'SUNSET_ACCOUNT'
  | 'SUNSET_ANLIFE'
  | 'SUNSET_LINK'
  | 'SUNSET_MEMBER'
  | 'SUNSET_OPEN'
  | 'SUNSET_PLUS'
>;

const sunsetOf = (door: LegacySystem, config: SunsetConfig) =>
  ({
    anlife: config.SUNSET_ANLIFE,
    account: config.SUNSET_ACCOUNT,
    plus: config.SUNSET_PLUS,
    member: config.SUNSET_MEMBER,
    open: config.SUNSET_OPEN,
  })[door];

/**
 * What every answer of a system's rows says of its end: `Deprecation` (RFC 9745, a date that may lie ahead), `Sunset`
 * (RFC 8594) and a `Link` to a page for people. Empty where no end is set.
 */
export function sunsetHeaders(door: LegacySystem, config: SunsetConfig): Readonly<Record<string, string>> {
  const sunset = sunsetOf(door, config);
  if (!sunset) return {};
  const path = config.API_DOCS ? '/docs/' : '/';
  const url = config.SUNSET_LINK ?? (config.PUBLIC_URL && config.PUBLIC_URL + path);
  // Without an address of our own, it is the client's; and a header holds nothing but what is encoded.
  const page = url ? new URL(url).href : path;
  return {
    deprecation: `@${sunset.deprecation.getTime() / 1000}`,
    sunset: sunset.end.toUTCString(),
    link: ['deprecation', 'sunset'].map((rel) => `<${page}>; rel="${rel}"; type="text/html"`).join(', '),
  };
}
