import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { headersFrom } from '../support/doors.js';

/** The limit of requests from one address, and whose address it is. */

let world: TestWorld;
let app: TestApp;

beforeAll(async () => {
  world = await createWorld();
  app = await world.start({ RATE_LIMIT: 'on', RATE_LIMIT_PER_MINUTE: '5', TRUSTED_PROXIES: '127.0.0.1' });
});
afterAll(() => world.close());

let lastSource = 0;
const freshSource = (): string => `198.51.100.${++lastSource}`;

const graphql = (source: string) =>
  app.client.graphql('{ __typename }', {}, { headers: headersFrom(source) });
const anlife = (source: string) =>
  app.client.legacy('GET', '/anlife/v1.0/user/getDefaultPhotoList', {}, headersFrom(source));

async function spend(source: string): Promise<void> {
  for (let i = 0; i < 5; i++) expect((await graphql(source)).status).toBe(200);
}

test('GraphQL refuses requests beyond the limit in its own shape, with 429 and Retry-After', async () => {
  const source = freshSource();
  await spend(source);
  const { status, errors, headers } = await graphql(source);
  expect(status).toBe(429);
  expect(errors).toEqual([
    { message: expect.any(String), extensions: { code: 'RATE_LIMITED', retryAfter: expect.any(Number) } },
  ]);
  const seconds = Number(headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(60);
  expect(errors?.[0]?.extensions.retryAfter).toBe(seconds);
});

test('anlife refuses requests beyond the limit in its own envelope', async () => {
  const source = freshSource();
  await spend(source);
  const { status, body, headers } = await anlife(source);
  expect(status).toBe(429);
  expect(body).toEqual({ error_code: 1010, error_msg: '操作过于频繁' });
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
});

test('all APIs share one rate limit, and unknown URLs count too', async () => {
  const source = freshSource();
  const paths = [
    '/anlife/v1.0/user/getDefaultPhotoList',
    '/graphql',
    '/nothing',
    '/anlife/v1.0/nothing',
    '/storage/x',
  ];
  for (const path of paths) {
    expect((await fetch(app.url + path, { headers: headersFrom(source) })).status).not.toBe(429);
  }
  expect((await graphql(source)).status).toBe(429);
  for (const path of paths) {
    expect([path, (await fetch(app.url + path, { headers: headersFrom(source) })).status]).toEqual([
      path,
      429,
    ]);
  }
});

test('of requests at once exactly as many as the limit are let in', async () => {
  const source = freshSource();
  const answers = await Promise.all(Array.from({ length: 20 }, () => graphql(source)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(15);
});

test('each answer says how much of the rate limit is left', async () => {
  const source = freshSource();
  const { headers } = await anlife(source);
  expect([headers.get('x-ratelimit-limit'), headers.get('x-ratelimit-remaining')]).toEqual(['5', '4']);
});

test('health checks are not rate limited', async () => {
  for (let i = 0; i < 8; i++) {
    for (const path of ['/livez', '/readyz']) expect((await fetch(app.url + path)).status).toBe(200);
  }
});

test('one address does not spend the rate limit of another, but a /64 is one address', async () => {
  await spend('2001:db8:7:1::1');
  expect((await graphql('2001:db8:7:1:ffff::2')).status).toBe(429);
  expect((await graphql('2001:db8:7:2::1')).status).toBe(200);
});

test('a rate-limited request does nothing', async () => {
  const source = freshSource();
  await spend(source);
  const send = 'mutation { sendCode(input: { phone: "13800138000", purposes: [REGISTER] }) { resendAfter } }';
  await app.client.graphql(send, {}, { headers: headersFrom(source) });
  expect(world.inbox.letters).toEqual([]);
});
