import fc from 'fast-check';
import { canonicalRange, isRange, parseIp, rangeMatcher, sourceOf } from '../../src/infra/ip.js';

const v4 = fc.ipV4();
const group = fc.integer({ min: 0, max: 0xffff });
const groups = (length: number) => fc.array(group, { minLength: length, maxLength: length });
const hex = (values: readonly number[]): string[] => values.map((value) => value.toString(16));

/** The ways to write one IPv6 address: in full, with leading zeros, in capitals, with the zeros left out. */
const spellings = (values: readonly number[]): string[] => {
  const full = hex(values);
  const padded = full.map((text) => text.padStart(4, '0')).join(':');
  const zeros = /(^|:)0(:0)+(:|$)/;
  return [full.join(':'), padded, padded.toUpperCase(), full.join(':').replace(zeros, '::')];
};

describe('sources', () => {
  test('the source of an IPv4 address is itself, also carried in IPv6', () => {
    fc.assert(
      fc.property(v4, (ip) => {
        expect(sourceOf(ip)).toBe(ip);
        expect(sourceOf(`::ffff:${ip}`)).toBe(ip);
        const [a = 0, b = 0, c = 0, d = 0] = ip.split('.').map(Number);
        const low = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        for (const carried of [`::FFFF:${ip}`, `0:0:0:0:0:ffff:${ip}`, `::ffff:${low}`, `0000::FFFF:${low}`])
          expect([parseIp(carried), sourceOf(carried)]).toEqual([ip, ip]);
      }),
    );
  });

  test('the source of an IPv6 address is its /64, however it is written', () => {
    fc.assert(
      fc.property(groups(4), groups(4), groups(4), (network, host, other) => {
        const source = `${hex(network).join(':')}::/64`;
        for (const ip of [...spellings([...network, ...host]), ...spellings([...network, ...other])]) {
          expect(sourceOf(ip)).toBe(source);
        }
      }),
    );
  });

  test('addresses of different networks are different sources', () => {
    fc.assert(
      fc.property(
        groups(8),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 1, max: 0xffff }),
        (ip, at, by) => {
          const other = ip.with(at, ((ip[at] ?? 0) + by) % 0x10000);
          expect(sourceOf(hex(other).join(':'))).not.toBe(sourceOf(hex(ip).join(':')));
        },
      ),
    );
  });

  test.each([
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
    ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
    ['64:ff9b::192.0.2.33', '64:ff9b:0:0::/64'],
    ['::1:2:3:4:192.0.2.33', '0:0:1:2::/64'],
  ])('the source of %s is %s', (ip, source) => {
    expect(sourceOf(ip)).toBe(source);
  });
});

describe('ranges', () => {
  test('a range holds exactly the addresses whose first bits agree', () => {
    const number = (ip: string) => ip.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
    fc.assert(
      fc.property(v4, v4, fc.integer({ min: 1, max: 32 }), (network, ip, bits) => {
        const size = 2 ** (32 - bits);
        const inside = Math.floor(number(network) / size) === Math.floor(number(ip) / size);
        const matches = rangeMatcher([`${network}/${bits}`]);
        expect(matches(ip)).toBe(inside);
        expect(matches(`::ffff:${ip}`)).toBe(inside);
        expect(matches(network)).toBe(true);
      }),
    );
  });

  test('every valid range is recognised and can be matched', () => {
    const texts = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'0123456789abcdef:./%'), maxLength: 24 }),
      fc
        .tuple(fc.oneof(v4, fc.ipV6()), fc.integer({ min: 0, max: 140 }))
        .map(([ip, bits]) => `${ip}/${bits}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        if (isRange(text)) expect(() => rangeMatcher([text])('192.0.2.1')).not.toThrow();
      }),
    );
  });

  test.each(['192.0.2.1', '10.0.0.0/8', '0.0.0.0/0', '::1', '2001:db8::/32', '::/0', '127.0.0.0/32'])(
    '%s is a range of addresses',
    (text) => {
      expect(isRange(text)).toBe(true);
    },
  );

  test.each([
    '',
    '/8',
    '10.0.0.0/',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/-1',
    '10.0.0/8',
    '10.0.0.0/8/8',
    'localhost',
    '10.0.0.1 ',
    'fe80::1%eth0',
  ])('%j is no range of addresses', (text) => {
    expect(isRange(text)).toBe(false);
  });

  test.each([
    ['::ffff:192.0.2.1', '192.0.2.1/32'],
    ['::FFFF:10.0.0.0/104', '10.0.0.0/8'],
    ['::ffff:0.0.0.0/96', '0.0.0.0/0'],
    ['::ffff:0.0.0.0/95', '::ffff:0.0.0.0/95'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['2001:db8::/32', '2001:db8::/32'],
  ])('the range %s is written %s in its one form', (range, form) => {
    expect(canonicalRange(range)).toBe(form);
  });

  test('an empty list of ranges matches nothing, and no range matches what is no address', () => {
    expect(rangeMatcher([])('127.0.0.1')).toBe(false);
    expect(rangeMatcher(['0.0.0.0/0', '::/0'])('unknown')).toBe(false);
    expect(rangeMatcher(['::1', '10.0.0.0/8'])('::1')).toBe(true);
  });
});
