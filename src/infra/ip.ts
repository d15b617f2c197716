import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** `[v6]`, `[v6]:port` and `v4:port`, as proxies write what they forward. */
const BRACKETED = /^\[([^\]]*)\](?::\d{1,5})?$/;
const IPV4_WITH_PORT = /^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/;

/**
 * An address in one form, without zone, brackets and port: IPv6 as RFC 5952 writes it, IPv4 carried in IPv6 as IPv4,
 * however that is spelt. Null for what is no address.
 */
export function parseIp(text: string): string | null {
  // Most are written so already.
  if (isIPv4(text)) return text;
  const inner = (BRACKETED.exec(text) ?? IPV4_WITH_PORT.exec(text))?.[1] ?? text;
  const [address = ''] = inner.split('%');
  return isIP(address) === 0 ? null : ipaddr.process(address).toString();
}

/**
 * The source that a call counts for: an IPv4 address, or the /64 of an IPv6 one, which is what one customer
 * gets.
 */
export function sourceOf(ip: string): string {
  const address = parseIp(ip) ?? ip;
  if (!isIPv6(address)) return address;
  const network = ipaddr.IPv6.parse(address).parts.slice(0, 4);
  return `${network.map((part) => part.toString(16)).join(':')}::/64`;
}

/** True for an address or a CIDR range; a zone (`%eth0`) belongs to neither. */
export function isRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** A range in one form: IPv4 carried in IPv6 is IPv4, as {@link parseIp} has the addresses. */
export function canonicalRange(range: string): string {
  const [address = '', bits = '128'] = range.split('/');
  if (!isIPv6(address) || Number(bits) < 96) return range;
  const carried = ipaddr.IPv6.parse(address);
  return carried.isIPv4MappedAddress() ? `${carried.toIPv4Address()}/${Number(bits) - 96}` : range;
}

/** A test for membership in any of the ranges. */
export function rangeMatcher(ranges: readonly string[]): (ip: string) => boolean {
  const list = new BlockList();
  for (const range of ranges.map(canonicalRange)) {
    const [address = '', bits] = range.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (ip) => {
    const address = parseIp(ip);
    return address !== null && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  };
}
