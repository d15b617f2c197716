import { LRUCache } from 'lru-cache';

/** Longest name of a client with its version, in characters. */
export const CLIENT_MAX = 64;

/** A client that sends no User-Agent, one that is not understood, and one browser or another. */
export const UNNAMED_CLIENT = 'none';
export const OTHER_CLIENT = 'other';
const BROWSER = 'browser';

/** The part of a User-Agent that is looked at, in characters. */
const READ = 512;

/** App and version: letters first, three numbers at most, each too short to be a phone number. */
const PRODUCT =
  /^(?<name>\p{L}[\p{L}\p{N}._+ -]{0,31})(?:\/v?(?<version>\d{1,6}(?!\d)(?:\.\d{1,6}(?!\d)){0,2}))?/u;

/** What every browser says of itself, beside its own name. */
const ENGINE = new Set(['Mozilla', 'AppleWebKit', 'Gecko', 'Version', 'Mobile', 'Safari', 'Chrome']);

/** Browsers have a new version every month: the first number tells enough. */
const BROWSERS = new Set(['Chrome', 'Safari', 'Firefox', 'Edg', 'EdgA', 'EdgiOS', 'OPR', 'CriOS', 'FxiOS']);

interface Product {
  name: string;
  version: string;
}

/** A word as people read it: apps on iOS encode their names, others send the bytes of UTF-8. */
function decode(word: string): string | null {
  try {
    const text = /[\x80-\xff]/.test(word) ? Buffer.from(word, 'latin1').toString('utf8') : word;
    return text.includes('\ufffd') ? null : decodeURIComponent(text);
  } catch {
    return null;
  }
}

function readProduct(word: string): Product | null {
  const { name, version = '' } = PRODUCT.exec(decode(word) ?? '')?.groups ?? {};
  return name ? { name: name.trim(), version } : null;
}

const nameOf = ({ name, version }: Product): string => {
  const kept = BROWSERS.has(name) ? version.replace(/\..*/, '') : version;
  return kept ? `${name}/${kept}` : name;
};

/** An app that shows its pages in a browser names itself behind it. */
function browserOf(products: readonly Product[]): string {
  const find = (wanted: string) => products.find(({ name }) => name === wanted);
  const own = products.find(({ name, version }) => version && !ENGINE.has(name));
  const version = find('Version')?.version;
  const safari = find('Safari') && version ? { name: 'Safari', version } : undefined;
  const told = own ?? find('Chrome') ?? safari;
  return told ? nameOf(told) : BROWSER;
}

function read(userAgent: string): string {
  const words = userAgent.replace(/\([^()]*\)?/g, ' ').split(/[\s()]+/);
  const products = words.filter(Boolean).map(readProduct);
  const [first] = products;
  if (!first) return OTHER_CLIENT;
  return first.name === 'Mozilla' ? browserOf(products.filter((product) => product !== null)) : nameOf(first);
}

const known = new LRUCache<string, string>({ max: 500 });

/**
 * App and version of a User-Agent, such as `okhttp/3.12.1` or `Chrome/120`: nothing else of it, of at most
 * {@link CLIENT_MAX} characters.
 */
export function clientVersion(userAgent: string | undefined): string {
  if (!userAgent) return UNNAMED_CLIENT;
  const looked = userAgent.length > READ ? userAgent.slice(0, READ) : userAgent;
  const before = known.get(looked);
  if (before !== undefined) return before;
  const told = read(looked);
  known.set(looked, told);
  return told;
}
