import { BlockList, isIP, isIPv6 } from 'node:net';

const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** An address in one form, without zone and port: IPv4 carried in IPv6 is IPv4. Null for what is no address. */
export function parseIp(text: string): string | null {
  const [address = ''] = text.split('%');
  const withoutPort = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(address)?.[1] ?? address;
  const canonical = MAPPED_IPV4.exec(withoutPort)?.[1] ?? withoutPort;
  return isIP(canonical) === 0 ? null : canonical;
}

/** The eight groups of an IPv6 address; IPv4 at its end, which is below any /64, counts as two zeros. */
function groupsOf(ip: string): string[] {
  const address = ip.replace(/%.*$/, '').replace(/\d+\.\d+\.\d+\.\d+$/, '0:0');
  const [head = '', tail] = address.split('::');
  const left = head ? head.split(':') : [];
  if (tail === undefined) return left;
  const right = tail ? tail.split(':') : [];
  return [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
}

/** What counts as one source (DECISIONS §1, "brute force"): an IPv4 address, or the /64 of an IPv6 one. */
export function sourceOf(ip: string): string {
  const address = parseIp(ip) ?? ip;
  if (!isIPv6(address)) return address;
  const prefix = groupsOf(address)
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16));
  return `${prefix.join(':')}::/64`;
}

/** Whether a text is an address or a CIDR range; a zone (`%eth0`) belongs to neither. */
export function isRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** A range in one form: IPv4 carried in IPv6 is IPv4, as {@link parseIp} has the addresses. */
export function canonicalRange(range: string): string {
  const [address = '', bits = '128'] = range.split('/');
  const ipv4 = MAPPED_IPV4.exec(address)?.[1];
  return ipv4 && Number(bits) >= 96 ? `${ipv4}/${Number(bits) - 96}` : range;
}

/** A test for membership in any of the ranges. */
export function rangeMatcher(ranges: readonly string[]): (ip: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
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
