import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { commandIn } from '../support/command-line.js';
import { until } from '../support/until.js';
import { isSignedBy, takes, WebhookReceiver } from '../support/webhook-receiver.js';

let world: TestWorld;
let app: TestApp;
const receivers: WebhookReceiver[] = [];

beforeAll(async () => {
  world = await createWorld();
  app = await world.start({ WEBHOOK_CONCURRENCY: '20', WEBHOOK_TIMEOUT_MS: '1000' });
});
afterAll(async () => {
  await world.close();
  for (const receiver of receivers) await receiver.close();
});

/** One value of the command line, which has to succeed. */
async function cli<T = Record<string, unknown>>(...argv: string[]): Promise<T> {
  const { code, stdout, stderr } = await commandIn(world, ['--json', ...argv]);
  if (code !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

const UPDATE = 'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { id } }';

interface Hook {
  id: number;
  secret: string;
  receiver: WebhookReceiver;
}

const hooks: Hook[] = [];

async function addHook(...options: string[]): Promise<Hook> {
  const receiver = await WebhookReceiver.open();
  receivers.push(receiver);
  const { id, secret } = await cli<{ id: number; secret: string }>(
    'webhook',
    'add',
    receiver.url,
    ...options,
  );
  const hook = { id, secret, receiver };
  hooks.push(hook);
  return hook;
}

afterEach(async () => {
  for (const { id } of hooks.splice(0)) await cli('webhook', 'remove', String(id));
});

describe('webhooks', () => {
  test('what happens to an account comes to a webhook that was added, signed, within seconds', async () => {
    const { receiver, secret } = await addHook('--events', 'user.*');
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const { id, token } = await app.client.register();
    await app.client.data(UPDATE, { input: { nickname: 'Felix', bio: 'cat' } }, token);
    await takes(receiver, 2);
    const [registered, updated] = receiver.taken;
    expect(registered).toMatchObject({ type: 'user.registered', data: { user_id: String(id) } });
    expect(updated).toMatchObject({
      type: 'user.updated',
      data: { user_id: String(id), changed: ['bio', 'nickname'] },
    });
    for (const event of receiver.taken) {
      expect(isSignedBy(secret, event)).toBe(true);
      expect(event.headers['content-type']).toBe('application/json');
      expect(Math.abs(Date.now() - Date.parse(event.timestamp))).toBeLessThan(60_000);
    }
    expect(registered?.id).not.toBe(updated?.id);
    await until('nothing is left', async () => {
      const [row] = await app.sql('select count(*)::int as count from webhook_deliveries');
      return row?.count === 0;
    });
  });
});
