import dns, { type LookupAddress } from 'node:dns';
import { createServer } from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { ClaimedDelivery } from '../../src/modules/event/delivery.repository.js';
import { waitAfter } from '../../src/modules/event/delivery.waits.js';
import type { Webhook } from '../../src/modules/event/webhook.entity.js';
import { type SenderSettings, WebhookSender } from '../../src/modules/event/webhook.sender.js';
import { selfSignedCertificate } from '../support/certificate.js';
import { isSignedBy, WebhookReceiver } from '../support/webhook-receiver.js';

/** Where events may be posted to, and what counts as taken. */

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const EVENT: ClaimedDelivery = {
  eventId: 17,
  attempt: 1,
  userId: 42,
  type: 'user.updated',
  data: { changed: ['bio'] },
  private: null,
  createdAt: new Date('2026-01-01T00:00:00Z'),
};
const PRODUCTION: SenderSettings = {
  production: true,
  WEBHOOK_CONCURRENCY: 2,
  WEBHOOK_NETWORKS: [],
  WEBHOOK_TIMEOUT_MS: 1000,
};
const DEVELOPMENT = { ...PRODUCTION, production: false };

let receiver: WebhookReceiver;
const senders: WebhookSender[] = [];
beforeAll(async () => {
  receiver = await WebhookReceiver.open();
});
beforeEach(() => {
  receiver.tried.length = 0;
  receiver.answer = () => 204;
});
afterEach(() => {
  for (const sender of senders.splice(0)) sender.close();
});
afterAll(() => receiver.close());

function senderTo(url: string, settings: SenderSettings): WebhookSender {
  const sender = new WebhookSender({ url, private: false } as Webhook, [SECRET], settings);
  senders.push(sender);
  return sender;
}
const send = (sender: WebhookSender) => sender.send(EVENT, new AbortController().signal);
const reasonAt = async (url: string, settings: SenderSettings) =>
  (await send(senderTo(url, settings)))?.reason;

/** Name servers that answer in turn with these addresses, whatever they are asked. */
function answering(...answers: string[]): { asked: number; restore(): void } {
  const { lookup } = dns;
  const state = {
    asked: 0,
    restore: () => {
      dns.lookup = lookup;
      syncBuiltinESMExports();
    },
  };
  const fake = (_name: string, _options: object, callback: (error: null, found: LookupAddress[]) => void) => {
    const text = answers[Math.min(state.asked, answers.length - 1)] ?? '';
    state.asked += 1;
    callback(
      null,
      text.split(',').map((address) => ({ address, family: 4 })),
    );
  };
  dns.lookup = fake as unknown as typeof dns.lookup;
  syncBuiltinESMExports();
  return state;
}

test('in production no webhook leads to an address that is not public, however it is written', async () => {
  const { port } = receiver;
  const urls = [
    `https://127.0.0.1:${port}/`,
    `https://localhost:${port}/`,
    `https://[::1]:${port}/`,
    `https://[::ffff:127.0.0.1]:${port}/`,
    `https://2130706433:${port}/`,
    `https://0x7f.1:${port}/`,
    `https://0.0.0.0:${port}/`,
    'https://169.254.169.254/latest/meta-data',
    'https://[fd00::1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://10.1.2.3/',
    // By http only where it was allowed, public or not.
    `http://127.0.0.1:${port}/`,
    'http://93.184.215.14/',
  ];
  const reasons = await Promise.all(urls.map((url) => reasonAt(url, PRODUCTION)));
  expect(reasons).toEqual(urls.map(() => 'ADDRESS_FORBIDDEN'));
  expect(receiver.connections).toBe(0);
});

test('ranges that are allowed are reached in production by http too, and no others', async () => {
  const settings = { ...PRODUCTION, WEBHOOK_NETWORKS: ['127.0.0.1/32'] };
  expect(await reasonAt(receiver.url, settings)).toBeUndefined();
  expect(await reasonAt(`http://127.0.0.2:${receiver.port}/`, settings)).toBe('ADDRESS_FORBIDDEN');
  expect(await reasonAt(receiver.url, DEVELOPMENT)).toBeUndefined();
  expect(receiver.tried).toHaveLength(2);
});

test('a name is looked up once for a connection, which goes to the address that was checked', async () => {
  const settings = { ...PRODUCTION, WEBHOOK_NETWORKS: ['127.0.0.1/32'] };
  const url = `http://hooks.example.com:${receiver.port}/`;
  const names = answering('127.0.0.1', '127.0.0.2');
  try {
    const sender = senderTo(url, settings);
    expect(await send(sender)).toBeNull();
    expect(names.asked).toBe(1);
    // The connection that was checked goes on, and no other is made.
    expect(await send(sender)).toBeNull();
    expect(names.asked).toBe(1);
    expect(receiver.tried[0]?.headers.host).toBe(`hooks.example.com:${receiver.port}`);
    expect(await reasonAt(url, settings)).toBe('ADDRESS_FORBIDDEN');
    expect(names.asked).toBe(2);
  } finally {
    names.restore();
  }
  // One of several addresses is enough to refuse the name.
  const mixed = answering('127.0.0.1,10.0.0.1');
  try {
    expect(await reasonAt(url, settings)).toBe('ADDRESS_FORBIDDEN');
  } finally {
    mixed.restore();
  }
});

test('a redirect is not followed, and only 2xx counts as taken', async () => {
  const other = await WebhookReceiver.open();
  const gone = other.url;
  try {
    receiver.answer = () => ({ status: 307, headers: { location: other.url } });
    expect(await send(senderTo(receiver.url, DEVELOPMENT))).toEqual({ reason: 'STATUS_307', out: false });
    expect(other.tried).toEqual([]);
    for (const [status, out] of [
      [400, false],
      [404, false],
      [410, false],
      [500, false],
      [429, true],
      [503, true],
    ] as const) {
      receiver.answer = () => status;
      expect(await send(senderTo(receiver.url, DEVELOPMENT))).toEqual({ reason: `STATUS_${status}`, out });
    }
    for (const status of [200, 202, 204]) {
      receiver.answer = () => status;
      expect(await send(senderTo(receiver.url, DEVELOPMENT))).toBeNull();
    }
    receiver.answer = () => 'hang';
    expect(await send(senderTo(receiver.url, DEVELOPMENT))).toEqual({ reason: 'TIMEOUT', out: true });
  } finally {
    await other.close();
  }
  expect(await reasonAt(gone, DEVELOPMENT)).toBe('ECONNREFUSED');
});

test('a certificate that nobody vouches for is refused', async () => {
  const server = createServer(selfSignedCertificate(), (_request, response) => void response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect(await reasonAt(`https://127.0.0.1:${port}/`, DEVELOPMENT)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  server.close();
});

test('an event is the same in every try but for the time of sending, and connections are used again', async () => {
  receiver.connections = 0;
  const sender = senderTo(receiver.url, DEVELOPMENT);
  await send(sender);
  await send(sender);
  expect(receiver.connections).toBe(1);
  const [one, two] = receiver.tried;
  expect([one?.id, one?.body]).toEqual([two?.id, two?.body]);
  expect(one?.body).toBe(
    '{"type":"user.updated","timestamp":"2026-01-01T00:00:00.000Z","data":{"user_id":"42","changed":["bio"]}}',
  );
  expect(receiver.tried.map((event) => isSignedBy(SECRET, event))).toEqual([true, true]);
});

test('waits between tries grow from ten seconds to six hours', () => {
  const waits = Array.from({ length: 20 }, (_, index) => waitAfter(index + 1) / 1000);
  expect(waits[0]).toBeGreaterThanOrEqual(10);
  expect(waits[0]).toBeLessThan(12);
  expect(waits.slice(0, 6).every((wait, index) => index === 0 || wait > 2 * (waits[index - 1] ?? 0))).toBe(
    true,
  );
  expect(Math.max(...waits)).toBeLessThan(6.7 * 3600);
  expect(Math.min(...waits.slice(7))).toBeGreaterThanOrEqual(6 * 3600);
});
