import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import sharp from 'sharp';
import { md5 } from '../support/client.js';
import { grant, setUser } from '../support/operations.js';
import { until } from '../support/until.js';
import { ID_NUMBER, ID_NUMBER_X, review } from '../support/verification.js';
import {
  invalid,
  type Member,
  type Method,
  NO_CONTENT,
  NOT_FOUND,
  type PlusApp,
  refused,
  startPlus,
  UNAUTHENTICATED,
} from './plus.support.js';

/** Files in two steps, and what is made with them: pictures of the profile, and the real-name verification. */

let app: PlusApp;
let me: Member;
let picture: Buffer;

beforeAll(async () => {
  app = await startPlus();
  me = await app.member();
  picture = await sharp({ create: { width: 120, height: 80, channels: 3, background: '#3a7' } })
    .withExif({ IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '30/1 39/1 0/1' } })
    .jpeg()
    .toBuffer();
});
afterAll(() => app.close());

const ask = (...request: Parameters<PlusApp['call']>) => app.call(...request);
const task = (own: Record<string, unknown> = {}) => ({
  filename: 'photo.jpg',
  hash: md5(picture),
  size: picture.length,
  mime_type: 'image/jpeg',
  storage: { channel: 'public' },
  ...own,
});

async function storedFiles(): Promise<string[]> {
  const root = path.join(app.world.dataDir, 'storage');
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** Uploads a picture as a client does, and returns its node. */
async function upload(member: Member = me): Promise<string> {
  const { status, body } = await app.call('POST', '/storage', { token: member.token, params: task() });
  expect(status).toBe(201);
  const put = await fetch(body.uri, {
    method: body.method,
    headers: body.headers,
    body: new Uint8Array(picture),
  });
  expect({ status: put.status, body: await put.json() }).toEqual({ status: 201, body: { node: body.node } });
  return body.node;
}

const putTo = async (uri: string, content: Buffer, headers: Record<string, string> = {}) => {
  const answer = await fetch(uri, { method: 'PUT', headers, body: new Uint8Array(content) });
  return answer.status;
};

describe('storage', () => {
  test('plus stores a file by ticket and node, and serves it without its position, to be cached', async () => {
    const { status, body } = await app.call('POST', '/storage', { token: me.token, params: task() });
    expect({ status, body }).toEqual({
      status: 201,
      body: {
        uri: expect.stringContaining(`${app.url}/api/v2/storage/`),
        method: 'PUT',
        headers: expect.any(Object),
        form: null,
        file_key: null,
        node: expect.stringMatching(/^public:\d{4}\/\d\d\/\d\d\/[0-9a-f]{32}\.jpg$/),
      },
    });
    expect(await putTo(body.uri, picture, body.headers)).toBe(201);
    expect(await putTo(body.uri, picture)).toBe(403);
    const served = await fetch(`${app.url}/storage/${body.node}`);
    expect(served.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(served.headers.get('x-content-type-options')).toBe('nosniff');
    const bytes = Buffer.from(await served.arrayBuffer());
    expect((await sharp(bytes).metadata()).exif).toBeUndefined();
    expect((await sharp(picture).metadata()).exif).toBeDefined();
  });

  test('an upload to plus with a false size, hash or type, or another ticket, stores nothing', async () => {
    const files = await storedFiles();
    const images = await app.sql('select id from images');
    const other = await sharp(picture).png().toBuffer();
    const lies: [Record<string, unknown>, Buffer, number][] = [
      [{}, Buffer.concat([picture, Buffer.from('x')]), 422],
      [{}, picture.subarray(1), 422],
      [{ size: picture.length + 1 }, picture, 422],
      [{ hash: '0'.repeat(32) }, picture, 422],
      [{ size: other.length, hash: md5(other) }, other, 422],
    ];
    for (const [own, content, status] of lies) {
      const { body } = await app.call('POST', '/storage', { token: me.token, params: task(own) });
      expect(await putTo(body.uri, content)).toBe(status);
    }
    const { body } = await app.call('POST', '/storage', { token: me.token, params: task() });
    expect(await putTo(`${body.uri.slice(0, -3)}abc`, picture)).toBe(403);
    expect(await putTo(`${app.url}/api/v2/storage/x`, picture)).toBe(403);
    expect(await storedFiles()).toEqual(files);
    expect(await app.sql('select id from images')).toEqual(images);
  });

  test('an upload to plus that stops half-way leaves nothing, and can be made again', async () => {
    const files = await storedFiles();
    const { body } = await app.call('POST', '/storage', { token: me.token, params: task() });
    const { host, pathname, port } = new URL(body.uri);
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`PUT ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: ${picture.length}\r\n\r\n`);
    socket.write(picture.subarray(0, 100));
    await new Promise<void>((sent) => socket.write(picture.subarray(100, 200), () => sent()));
    socket.destroy();
    await until('it is taken for what it is', async () => (await putTo(body.uri, picture)) === 201);
    expect(await storedFiles()).toHaveLength(files.length + 1);
  });

  test('a ticket of plus needs its parameters and a session', async () => {
    const create = (own: Record<string, unknown>) =>
      ask('POST', '/storage', { token: me.token, params: task(own) });
    expect(await create({ filename: '' })).toEqual(invalid('filename'));
    expect(await create({ size: 'x' })).toEqual(invalid('size'));
    expect(await create({ hash: 'x' })).toEqual(invalid('hash'));
    expect((await create({ mime_type: 'text/html' })).status).toBe(422);
    expect((await create({ size: 1_000_000_000 })).status).toBe(422);
    expect(await ask('POST', '/storage', { params: task() })).toEqual(UNAUTHENTICATED);
  });
});

describe('pictures of the profile', () => {
  test('pictures of a plus profile are nodes of the caller, shown as file objects', async () => {
    const [avatar, bg] = [await upload(), await upload()];
    expect(await ask('PATCH', '/user', { token: me.token, params: { avatar, bg } })).toEqual(NO_CONTENT);
    const { body } = await app.call('GET', `/users/${me.id}`);
    const file = (node: string) => ({
      url: `${app.url}/storage/${node.replace('public:', '')}`,
      vendor: 'local',
      mime: 'image/jpeg',
      size: expect.any(Number),
      dimension: { width: 120, height: 80 },
      node,
    });
    expect([body.avatar, body.bg]).toEqual([file(avatar), file(bg)]);
    const other = await app.member();
    expect(await ask('PATCH', '/user', { token: other.token, params: { avatar } })).toEqual(
      invalid('avatar', '头像错误'),
    );
    expect(await ask('PATCH', '/user', { token: me.token, params: { avatar: null, bg: '' } })).toEqual(
      NO_CONTENT,
    );
    expect((await app.call('GET', `/users/${me.id}`)).body).toMatchObject({ avatar: null, bg: null });
  });
});

describe('a picture that a client sends back as it was shown', () => {
  const patch = (json: Record<string, unknown>, token: string) =>
    ask('PATCH', '/user', { token, params: json });
  const pictures = async (id: number) => {
    const { avatar, bg } = (await app.call('GET', `/users/${id}`)).body;
    return { avatar, bg };
  };

  test('a third-party picture that a client of plus sends back changes nothing, until the user sets another or clears it', async () => {
    const other = await app.member();
    const avatar = 'https://thirdwx.qlogo.cn/mmopen/vi_32/abc/132?a=1&b=2';
    await setUser(app.infrastructure.database.fork(), other.id, { externalAvatarUrl: avatar });
    expect(await patch({ avatar, bio: '新的' }, other.token)).toEqual(NO_CONTENT);
    expect(await pictures(other.id)).toMatchObject({ avatar: { url: avatar }, bg: null });
    for (const another of [`${avatar}3`, 'http://example.com/a.png', `${app.url}/storage/x.png`]) {
      expect(await patch({ avatar: another }, other.token)).toEqual(invalid('avatar', '头像错误'));
    }
    expect(await patch({ bg: avatar }, other.token)).toEqual(invalid('bg', '背景图片错误'));
    expect(await patch({ avatar: null }, other.token)).toEqual(NO_CONTENT);
    expect(await pictures(other.id)).toEqual({ avatar: null, bg: null });
    expect(await patch({ avatar }, other.token)).toEqual(invalid('avatar', '头像错误'));
  });

  test('a stored picture that a client of plus sends back as it was shown changes nothing', async () => {
    const other = await app.member();
    const [avatar, bg] = [await upload(other), await upload(other)];
    expect(await patch({ avatar, bg }, other.token)).toEqual(NO_CONTENT);
    const before = await pictures(other.id);
    expect(await patch({ avatar: before.avatar.url, bg: before.bg.url }, other.token)).toEqual(NO_CONTENT);
    expect(await pictures(other.id)).toEqual(before);
    expect(await patch({ avatar: before.bg.url }, other.token)).toEqual(invalid('avatar', '头像错误'));
  });
});

describe('verification', () => {
  let reviewer: Member;

  beforeAll(async () => {
    reviewer = await app.member();
    await grant(app, reviewer.id, ['[user] Review Verification']);
  });

  const person = async (member: Member) => ({
    id_card: { front: await upload(member), rear: await upload(member), number: ID_NUMBER },
    real_name: '七夜',
    phone_number: '15694005009',
    desc: '智艺花泽类❤️',
  });
  const organisation = async (member: Member) => ({
    org: {
      name: '成都智艺创想科技有限公司',
      address: '天府大道北段1700号',
      certificate: await upload(member),
    },
    person: { name: '李某', number: ID_NUMBER_X.toLowerCase() },
    phone_number: '15694005009',
    desc: '一个公司',
  });
  const submit = (member: Member, type: string, data: unknown) =>
    ask('POST', '/user/verification', { token: member.token, params: { type, data } });
  const shown = async (member: Member, token?: string) =>
    (await app.call('GET', `/users/${member.id}`, { token })).body.verification;

  test("a person's verification in plus is submitted, seen whole by the owner and in part by others, refused, changed, passed", async () => {
    const member = await app.member();
    expect(await shown(member)).toBeNull();
    expect(await ask('GET', '/user/verification', { token: member.token })).toEqual(NOT_FOUND);
    const data = await person(member);
    expect(await submit(member, 'user', data)).toEqual({ status: 201, body: { message: ['申请成功'] } });
    const PUBLIC = {
      type: 'user',
      state: -1,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      updated_at: expect.any(String),
      desc: '智艺花泽类❤️',
      slogan: null,
    };
    expect(await shown(member)).toEqual(PUBLIC);
    expect(await shown(member, member.token)).toEqual({
      ...PUBLIC,
      id_card: {
        number: ID_NUMBER,
        front: expect.objectContaining({ node: data.id_card.front }),
        rear: expect.objectContaining({ node: data.id_card.rear }),
      },
      real_name: '七夜',
      phone_number: '15694005009',
      user_id: member.id,
    });
    const state = (text: string) => refused(text);
    expect(await submit(member, 'user', data)).toEqual(state('认证当前状态不允许此操作'));
    const change = (method: Method) =>
      ask(method, '/user/verification', { token: member.token, params: { type: 'org', data } });
    expect((await change('PATCH')).status).toBe(422);
    await review(app.client, reviewer.token, member.id, 'REFUSE');
    expect((await shown(member)).state).toBe(0);
    expect(await change('PUT')).toEqual(NO_CONTENT);
    expect(await shown(member)).toMatchObject({ type: 'user', state: -1 });
    await review(app.client, reviewer.token, member.id, 'PASS');
    expect((await shown(member)).state).toBe(1);
    const withdraw = () => ask('DELETE', '/user/verification', { token: member.token });
    expect(await withdraw()).toEqual(NO_CONTENT);
    expect(await withdraw()).toEqual(NOT_FOUND);
    expect(await change('PATCH')).toEqual(NOT_FOUND);
  });

  test("an organisation's verification in plus is submitted, as a form with brackets too", async () => {
    const member = await app.member();
    const { org, person: legal, phone_number, desc } = await organisation(member);
    const form = {
      type: 'org',
      'data[org][name]': org.name,
      'data[org][address]': org.address,
      'data[org][certificate]': org.certificate,
      'data[person][name]': legal.name,
      'data[person][number]': legal.number,
      'data[phone_number]': phone_number,
      'data[desc]': desc,
    };
    expect(
      (await ask('POST', '/user/verification', { token: member.token, params: form, wire: 'form' })).status,
    ).toBe(201);
    expect(await shown(member, member.token)).toMatchObject({
      type: 'org',
      org: { name: org.name, address: org.address, certificate: { node: org.certificate } },
      person: { name: '李某', number: ID_NUMBER_X },
    });
    expect(Object.keys(await shown(member)).sort()).toEqual(
      ['created_at', 'desc', 'slogan', 'state', 'type', 'updated_at'].sort(),
    );
  });

  test('a verification in plus reads number and name of an organisation’s person only where the first are absent', async () => {
    const member = await app.member();
    const data = await person(member);
    const withSecond = { ...data, person: { number: ['x'], name: {} } };
    const { number: _number, ...card } = data.id_card;
    const { real_name: _name, ...rest } = data;
    expect(await submit(member, 'user', { ...withSecond, id_card: card })).toEqual(invalid('number'));
    expect(await submit(member, 'user', { ...rest, person: withSecond.person })).toEqual(invalid('name'));
    expect(await submit(member, 'user', withSecond)).toMatchObject({ status: 201 });
  });

  test('a verification in plus names what is wrong where the client put it', async () => {
    const member = await app.member();
    const data = await person(member);
    const foreign = await upload(reviewer);
    const card = data.id_card;
    const cases: [unknown, string][] = [
      [{ ...data, id_card: { ...card, number: '110101199003077570' } }, 'data.id_card.number'],
      [{ ...data, id_card: { ...card, front: foreign } }, 'data.id_card.front'],
      [{ ...data, id_card: { ...card, rear: null } }, 'data.id_card.rear'],
      [{ ...data, id_card: 'x' }, 'data.id_card.number'],
      [{ ...data, real_name: ' ' }, 'data.real_name'],
      [{ ...data, phone_number: '187******82' }, 'data.phone_number'],
      [{ ...data, desc: '' }, 'data.desc'],
    ];
    for (const [wrong, field] of cases) {
      expect({ field, ...(await submit(member, 'user', wrong)) }).toEqual({ field, ...invalid(field) });
    }
    expect(await submit(member, 'pet', data)).toEqual(invalid('type', '认证类型只能是 user 或者 org'));
    const company = await organisation(member);
    const noNumber = { ...company, person: { name: '李某' } };
    expect(await submit(member, 'org', noNumber)).toEqual(invalid('data.person.number'));
    expect(await shown(member)).toBeNull();
    for (const method of ['POST', 'PATCH', 'PUT', 'DELETE', 'GET'] as const) {
      expect(await ask(method, '/user/verification')).toEqual(UNAUTHENTICATED);
    }
  });

  test('a review of verifications in plus needs the ability', async () => {
    expect((await review(app.client, me.token, reviewer.id, 'PASS')).code).toBe('FORBIDDEN');
  });
});
