import { freshPhone, md5, PASSWORD } from '../support/client.js';
import { FakeProviders } from '../support/fake-providers.js';
import { freshEmail, freshName } from '../support/operations.js';
import { picture } from '../support/pictures.js';
import { exactly, flag, int, list, maybe, nothing, object, some, text } from '../support/shapes.js';
import { ID_NUMBER } from '../support/verification.js';
import { CLIENTS, type PublicClient, type Step } from './plus.clients.flows.js';
import { type PlusApp, startPlus } from './plus.support.js';

/** The public clients of ThinkSNS+, each by the requests that it sends, get through all that they can do here. */

let providers: FakeProviders;
let app: PlusApp;

beforeAll(async () => {
  providers = await FakeProviders.start();
  app = await startPlus(providers.env);
});
afterAll(async () => {
  await app.close();
  await providers.close();
});

/** What a client knows: what was typed, and what it has kept of answers. */
type Known = Record<string, unknown>;

let people = 0;

/** What the user of a client is about to type, and somebody else who has something of everything. */
async function known(): Promise<Known> {
  const other = await app.member();
  await app.sql('insert into wallets (user_id, balance, total_income) values (?, 100, 100)', [other.id]);
  await app.sql('insert into currencies (user_id, sum, total_income) values (?, 100, 100)', [other.id]);
  await app.sql(
    `insert into user_extras (user_id, answers_count, likes_count, checkin_count, last_checkin_count)
     values (?, 3, 3, 3, 3)`,
    [other.id],
  );
  const [avatar, card] = [
    await picture(120).png().toBuffer(),
    await picture(100, 80 + people)
      .png()
      .toBuffer(),
  ];
  const [linkedQq, weibo] = [`linked-${people}`, `new-${people}`];
  providers.addQqToken(linkedQq, { openid: `q${people}` });
  const profile = { screen_name: '小博', avatar_large: 'https://weibo.example.com/a.png' };
  providers.addWeiboToken(weibo, { uid: String(1000 + people++), profile });
  return {
    ...{ phone: freshPhone(), freePhone: freshPhone(), email: freshEmail(), name: freshName() },
    ...{ password: PASSWORD, idNumber: ID_NUMBER },
    ...{ other: other.id, otherName: other.name, otherPhone: other.phone },
    ...{ picture: avatar, hash: md5(avatar), size: avatar.length, card, cardHash: md5(card) },
    ...{ linkedQq, weibo, weiboName: freshName() },
  };
}

/** The same value with what is known in the place of each name in braces. */
function filledIn(value: unknown, knows: Known): unknown {
  if (Array.isArray(value)) return value.map((one) => filledIn(one, knows));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filledIn(one, knows)]));
  }
  if (typeof value !== 'string') return value;
  const whole = /^\{(\w+)\}$/.exec(value)?.[1];
  if (whole !== undefined) return knownOf(whole, knows);
  return value.replace(/\{(\w+)\}/g, (_all, name: string) => String(knownOf(name, knows)));
}

function knownOf(name: string, knows: Known): unknown {
  if (knows[name] === undefined) throw new Error(`the client does not know ${name} yet`);
  return knows[name];
}

const at = (value: unknown, way: string): unknown =>
  way.split('.').reduce<unknown>((one, name) => (one as Record<string, unknown> | null)?.[name], value);

/** The body of a request, with the headers that tell its encoding. */
function encoded(step: Step, client: PublicClient, knows: Known): RequestInit {
  const as = step.as ?? client.encodes;
  if (as === 'bytes') {
    return {
      body: new Uint8Array(knows.picture as Buffer),
      headers: knows.headers as Record<string, string>,
    };
  }
  if (!step.body) return {};
  const body = filledIn(step.body, knows) as Record<string, unknown>;
  if (as === 'json') {
    return { body: JSON.stringify(body), headers: { 'content-type': 'application/json;charset=UTF-8' } };
  }
  if (as === 'form') {
    return {
      body: new URLSearchParams(
        Object.entries(body).map(([name, one]): [string, string] => [name, String(one)]),
      ),
    };
  }
  const form = new FormData();
  for (const [name, one] of Object.entries(body)) {
    form.append(name, new Blob([new Uint8Array(one as Buffer)], { type: 'image/png' }), 'picture.png');
  }
  return { body: form };
}

/** Sends one request as the client does. */
async function send(
  step: Step,
  client: PublicClient,
  knows: Known,
): Promise<{ status: number; body: unknown }> {
  const [method, template] = step.send;
  const path = String(filledIn(template, knows));
  const url = new URL(path.startsWith('/') ? `${app.url}/api/v2${path}` : path);
  for (const [name, value] of Object.entries(step.query ?? {})) {
    url.searchParams.set(name, String(filledIn(value, knows)));
  }
  const { headers, ...init } = encoded(step, client, knows);
  const token = knows.token && !step.anonymous ? `Bearer ${knows.token}` : client.tokenless;
  const response = await fetch(url, {
    ...init,
    method,
    headers: {
      ...client.headers,
      ...(token && { authorization: token }),
      ...(headers as Record<string, string>),
    },
  });
  const answer = await response.text();
  return { status: response.status, body: answer === '' ? undefined : JSON.parse(answer) };
}

/** Sends a request, looks at what the client reads of the answer, and keeps what it keeps. */
async function take(step: Step, client: PublicClient, knows: Known): Promise<void> {
  const what = step.send.join(' ');
  const { status, body } = await send(step, client, knows);
  // The body tells why, where the status is another.
  if (status !== step.answers) expect({ what, status, body }).toEqual({ what, status: step.answers });
  const reads = step.reads ?? (status === 204 ? nothing : undefined);
  expect(reads?.(body, what) ?? []).toEqual([]);
  for (const [name, way] of Object.entries(step.keeps ?? {})) knows[name] = at(body, way);
  if (step.receives) knows.code = app.inbox.code(String(knows[step.receives]));
}

describe.each(CLIENTS)('$name', (client) => {
  let knows: Known;
  beforeAll(async () => {
    knows = await known();
  });

  test.each(client.flows)('$name', async ({ steps }) => {
    for (const step of steps) {
      const together: readonly Step[] = 'send' in step ? [step] : step;
      await Promise.all(together.map((one) => take(one, client, knows)));
    }
  });
});

describe('what clients read', () => {
  const user = object({ id: int, avatar: maybe(object({ url: text })), follower: flag });

  test.each([
    [{ id: 1, avatar: null, follower: true }, []],
    [{ id: 1, avatar: { url: 'https://example.com/a.png', vendor: 'local' }, follower: false }, []],
    [{ id: '1', avatar: null, follower: true }, ['user.id: "1" is no whole number']],
    [
      { id: 1, avatar: 'https://example.com/a.png', follower: true },
      ['user.avatar: "https://example.com/a.png" is no object'],
    ],
    [{ id: 1, avatar: { url: null } }, ['user.avatar.url: null is no text', 'user.follower: is missing']],
    [[], ['user: [] is no object']],
  ])('of %j does not fit: %j', (value, misfits) => {
    expect(user(value, 'user')).toEqual(misfits);
  });

  test('lists, constants and empty bodies are told from others', () => {
    expect(list(int)({}, 'it')).toEqual(['it: {} is no array']);
    expect(list(int)([1, 'a'], 'it')).toEqual(['it[1]: "a" is no whole number']);
    expect(some(int)([], 'it')).toEqual(['it: is empty']);
    expect(exactly(0)(1, 'it')).toEqual(['it: 1 is no 0']);
    expect(nothing({}, 'it')).toEqual(['it: {} is no empty body']);
  });
});
