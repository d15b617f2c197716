import fc from 'fast-check';
import { CLIENT_MAX, clientVersion } from '../../src/modules/call/client-version.js';

const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Mobile/15E148 Safari/604.1';
const CHROME =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.6099.71 Safari/537.36';
const WECHAT =
  'Mozilla/5.0 (Linux; Android 13; M2012) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/111.0 Mobile Safari/537.36 MicroMessenger/8.0.38.2400 NetType/WIFI Language/zh_CN';

test.each([
  ['okhttp/3.12.1', 'okhttp/3.12.1'],
  ['ThinkSNS+/2.4 (iOS 12.1; iPhone; Scale/3.00)', 'ThinkSNS+/2.4'],
  ['anlife/v3.4.0.1187 (Android)', 'anlife/3.4.0'],
  ['Dalvik/2.1.0 (Linux; U; Android 9; MI 8)', 'Dalvik/2.1.0'],
  ['curl/7.88.1', 'curl/7.88.1'],
  ['node', 'node'],
  ['%E5%AE%89%E5%B1%85%E5%AE%A2/5.1 CFNetwork/1209 Darwin/20.2.0', '安居客/5.1'],
  [Buffer.from('安居客/5.1 (Android)').toString('latin1'), '安居客/5.1'],
  [CHROME, 'Chrome/120'],
  [`${CHROME} Edg/120.0.2210.61`, 'Edg/120'],
  [SAFARI, 'Safari/17'],
  [`${SAFARI} AnLife/3.2.1`, 'AnLife/3.2.1'],
  [WECHAT, 'MicroMessenger/8.0.38'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0', 'Firefox/121'],
  ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'browser'],
  ['', 'none'],
  [undefined, 'none'],
  ['13800138000/1.0', 'other'],
  ['app/13800138000', 'app'],
  ['{"phone":"13800138000"}', 'other'],
  ['%E5%AE/1.0', 'other'],
  ['/', 'other'],
])('the client of the User-Agent %s is %s', (userAgent, client) => {
  expect(clientVersion(userAgent)).toBe(client);
  expect(clientVersion(userAgent)).toBe(client);
});

test('of no User-Agent more than app and version is kept', () => {
  const product = fc.tuple(fc.string(), fc.string()).map(([name, version]) => `${name}/${version} ${name}`);
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), product), (userAgent) => {
      const client = clientVersion(userAgent);
      expect(client.length).toBeLessThanOrEqual(CLIENT_MAX);
      expect(client).toMatch(/^[\p{L}\p{N}._+ -]+(\/[\d.]+)?$/u);
    }),
  );
});

test('a User-Agent as long as a header can be takes no longer to read than a short one', () => {
  for (const part of ['a/1 ', '(', 'a ', '((((', '1.1.', '%E5']) {
    expect(clientVersion(part.repeat(16_000 / part.length)).length).toBeLessThanOrEqual(CLIENT_MAX);
  }
});
