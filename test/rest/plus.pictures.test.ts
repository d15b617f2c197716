import { readdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { md5 } from '../support/client.js';
import { bearer } from '../support/graphql-http.js';
import { grant, uploadPicture } from '../support/operations.js';
import { picture } from '../support/pictures.js';
import { ID_NUMBER, ID_NUMBER_X, review } from '../support/verification.js';
import {
  invalid,
  type Member,
  NO_CONTENT,
  NOT_FOUND,
  type PlusAnswer,
  type PlusApp,
  refused,
  said,
  startPlus,
  TOO_MANY,
  UNAUTHENTICATED,
} from './plus.support.js';

/** What the public clients of ThinkSNS+ do with pictures: numbers, uploads in one step, certifications, sizes. */

const LIMIT = 60_000;
let app: PlusApp;
let me: Member;
let other: Member;

beforeAll(async () => {
  app = await startPlus({ UPLOAD_MAX_BYTES: String(LIMIT) });
  [me, other] = [await app.member(), await app.member()];
});
afterAll(() => app.close());

/** A picture of one colour, which nobody else has. */
let shade = 0;
const fresh = (width = 120, height = width) =>
  picture(width, height)
    .tint(`#${(0x102030 + shade++).toString(16)}`)
    .png()
    .toBuffer();

/** Sends a form with one file in it. */
async function sendFile(
  to: string,
  content: Buffer | string | null,
  { token, field = 'file' }: { token?: string; field?: string } = {},
): Promise<PlusAnswer> {
  const body = new FormData();
  body.append('width', '120');
  if (content !== null) body.append(field, new Blob([new Uint8Array(Buffer.from(content))]), 'photo.png');
  const response = await fetch(`${app.url}/api/v2${to}`, { method: 'POST', headers: bearer(token), body });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

async function upload(member: Member = me, content?: Buffer): Promise<number> {
  const answer = await sendFile('/files', content ?? (await fresh()), member);
  expect(answer).toEqual({ status: 201, body: { message: ['上传成功'], id: expect.any(Number) } });
  return answer.body.id;
}

/** Where a number leads, or the status that it is refused with. */
async function destination(number: number | string, member?: Member): Promise<string | number> {
  const init = { headers: bearer(member?.token), redirect: 'manual' } as const;
  const response = await fetch(`${app.url}/api/v2/files/${number}`, init);
  await response.arrayBuffer();
  return response.status === 302 ? (response.headers.get('location') ?? '') : response.status;
}

const nodeOf = (url: string): string => url.replace(`${app.url}/storage/`, 'public:');

async function stored(): Promise<{ files: number; rows: number }> {
  const entries = await readdir(path.join(app.world.dataDir, 'storage'), {
    recursive: true,
    withFileTypes: true,
  });
  const [row] = await app.sql<{ rows: number }>('select count(*)::int as rows from images');
  return { files: entries.filter((entry) => entry.isFile()).length, rows: row?.rows ?? 0 };
}

describe('numbered files', () => {
  test('a picture sent to plus in one step has a number, by which its uploader gets it', async () => {
    const content = await fresh(120, 80);
    const number = await upload(me, content);
    const url = await destination(number, me);
    expect(url).toMatch(new RegExp(`^${app.url}/storage/\\d{4}/\\d\\d/\\d\\d/[0-9a-f]{32}\\.png$`));
    const bytes = Buffer.from(await (await fetch(url as string)).arrayBuffer());
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width: 120, height: 80 });
    for (const json of ['?json', '?json=1']) {
      expect(await app.call('GET', `/files/${number}${json}`, me)).toEqual({ status: 200, body: { url } });
    }
    expect(await upload()).not.toBe(number);
  });

  test('a number of plus opens nothing for others, until a profile shows the picture', async () => {
    const number = await upload();
    const url = (await destination(number, me)) as string;
    const seen = async () => [await destination(number, other), await destination(number)];
    expect(await seen()).toEqual([404, 404]);
    for (const field of ['avatar', 'bg']) {
      const set = (value: string | null) =>
        app.call('PATCH', '/user', { token: me.token, params: { [field]: value } });
      expect(await set(nodeOf(url))).toEqual(NO_CONTENT);
      expect(await seen()).toEqual([url, url]);
      expect(await set(null)).toEqual(NO_CONTENT);
      expect(await seen()).toEqual([404, 404]);
    }
    const [photo] = await app.sql<{ number: number }>(
      'select i.number from images i join default_photos p on p.image_id = i.id limit 1',
    );
    expect(await destination(photo?.number ?? 0)).toContain('/storage/');
  });

  test('what is no number of a picture is 404 in plus', async () => {
    for (const number of ['0', '-1', 'x', '2147483647', '2147483648', '9'.repeat(30), '1.5', '%00']) {
      expect([number, await destination(number, me)]).toEqual([number, 404]);
    }
  });

  test('plus finds by its MD5 what the caller has sent, whatever way, and tells nobody else', async () => {
    const content = await fresh();
    const number = await upload(me, content);
    const ask = (sum: string, member?: Member) => app.call('GET', `/files/uploaded/${sum}`, member);
    const found = { status: 200, body: { message: ['success'], id: number } };
    expect(await ask(md5(content), me)).toEqual(found);
    expect(await ask(md5(content).toUpperCase(), me)).toEqual(found);
    expect(await ask(md5(content), other)).toEqual(NOT_FOUND);
    expect(await ask(md5(content))).toEqual(UNAUTHENTICATED);
    expect(await ask(md5('something else'), me)).toEqual(NOT_FOUND);
    expect(await ask('x', me)).toEqual(NOT_FOUND);

    const { number: again } = await uploadPicture(app.client, other.token);
    const sent = await picture(60).png().toBuffer();
    expect((await ask(md5(sent), other)).body.id).toBe(again);
    const { number: latest } = await uploadPicture(app.client, other.token);
    expect((await ask(md5(sent), other)).body.id).toBe(latest);
  });

  test('a file that plus refuses leaves nothing', async () => {
    const before = await stored();
    expect(await sendFile('/files', await fresh())).toEqual(UNAUTHENTICATED);
    expect(await sendFile('/files', null, me)).toEqual(invalid('file'));
    expect(await sendFile('/files', 'no picture', me)).toEqual(refused('图片格式不正确'));
    expect(await sendFile('/files', Buffer.alloc(LIMIT + 1, 0xff), me)).toEqual(refused('图片过大'));
    const busy = await app.member();
    await app.sql(
      `insert into images (id, key, owner_id, mime, size, width, height, hash, created_at)
       select md5('busy' || n), md5('busy' || n), ?, 'image/png', 1, 1, 1, '', now() from generate_series(1, 200) n`,
      [busy.id],
    );
    expect(await sendFile('/files', await fresh(), busy)).toEqual(TOO_MANY);
    expect(await stored()).toEqual({ files: before.files, rows: before.rows + 200 });
  });

  test('a number names a picture of the caller in GraphQL too, and nobody else’s, claimed or not', async () => {
    const [mine, theirs] = [await upload(), await upload(other)];
    const body = new FormData();
    body.append('file', new Blob([new Uint8Array(await fresh())]), 'a.png');
    const { image } = (await (await fetch(`${app.url}/upload`, { method: 'POST', body })).json()) as {
      image: { id: string };
    };
    const [unclaimed] = await app.sql<{ number: number }>('select number from images where id = ?', [
      image.id,
    ]);
    const choose = (number: number | undefined) =>
      app.client.code(
        'mutation ($id: ID!) { updateProfile(input: { avatarId: $id }) { id } }',
        { id: String(number) },
        me.token,
      );
    expect(await choose(theirs)).toBe('INVALID_INPUT');
    expect(await choose(unclaimed?.number)).toBe('INVALID_INPUT');
    expect(await choose(mine)).toBeUndefined();
    const { me: shown } = await app.client.data('{ me { avatar { number } } }', {}, me.token);
    expect(shown.avatar.number).toBe(mine);
    expect(
      await app.client.code('mutation { updateProfile(input: { avatarId: null }) { id } }', {}, me.token),
    ).toBe(undefined);
  });
});

describe('pictures of the profile in one step', () => {
  const shown = async () => (await app.call('GET', '/user', me)).body;

  test('plus takes an avatar and a background as files, and shows them', async () => {
    expect(await sendFile('/user/avatar', await fresh(90, 60), { ...me, field: 'avatar' })).toEqual(
      NO_CONTENT,
    );
    expect(await sendFile('/user/bg', await fresh(40, 30), { ...me, field: 'image' })).toEqual(NO_CONTENT);
    expect(await shown()).toMatchObject({
      avatar: { dimension: { width: 90, height: 60 }, node: expect.stringMatching(/^public:/) },
      bg: { dimension: { width: 40, height: 30 }, node: expect.stringMatching(/^public:/) },
    });
  });

  test.each(['/user/avatar', '/user/bg'])(
    '%s refuses what is no picture, and leaves what there was',
    async (to) => {
      const [before, kept] = [await shown(), await stored()];
      expect(await sendFile(to, await fresh())).toEqual(UNAUTHENTICATED);
      expect(await sendFile(to, null, me)).toEqual(invalid('file'));
      expect(await sendFile(to, 'no picture', me)).toEqual(refused('图片格式不正确'));
      expect(await sendFile(to, Buffer.alloc(LIMIT + 1, 0xff), me)).toEqual(refused('图片过大'));
      if (to === '/user/avatar') expect(await sendFile(to, await fresh(49), me)).toEqual(refused('图片过小'));
      expect([await shown(), await stored()]).toEqual([before, kept]);
    },
  );

  test('a background that cannot be put to use leaves no file and no row', async () => {
    const member = await app.member();
    const before = await stored();
    await app.sql('alter table users add constraint refuse check (background_id is null) not valid');
    const answer = await sendFile('/user/bg', await fresh(), member);
    await app.sql('alter table users drop constraint refuse');
    expect(answer.status).toBe(500);
    expect(await stored()).toEqual(before);
  });
});

describe('certification', () => {
  let reviewer: Member;

  beforeAll(async () => {
    reviewer = await app.member();
    await grant(app, reviewer.id, ['[user] Review Verification']);
  });

  const person = async (member: Member) => ({
    type: 'user',
    name: '七夜',
    phone: '15694005009',
    number: ID_NUMBER,
    desc: '设计师',
    files: [await upload(member), await upload(member)],
  });
  const organisation = async (member: Member) => ({
    type: 'org',
    name: '李某',
    phone: '15694005009',
    number: ID_NUMBER_X,
    desc: '一个公司',
    org_name: '成都智艺创想科技有限公司',
    org_address: '天府大道北段1700号',
    files: [await upload(member)],
  });
  const send = (method: 'POST' | 'PATCH', member: Member, params: Record<string, unknown>) =>
    app.call(method, '/user/certification', { token: member.token, params });
  const shown = async (member: Member) => (await app.call('GET', '/user/certification', member)).body;
  const decide = (member: Member, decision: 'PASS' | 'REFUSE') =>
    review(app.client, reviewer.token, member.id, decision);

  const WAITING = { status: 201, body: { message: '提交成功，等待审核' } };
  const NOT_NOW = said('认证当前状态不允许此操作', 422);
  const PASSED = said('已审核通过，无法修改', 422);

  test("a person's certification is submitted, refused, changed and passed, and is the verification of the account", async () => {
    const member = await app.member();
    expect(await app.call('GET', '/user/certification', member)).toEqual({ status: 200, body: {} });
    const { type, ...data } = await person(member);
    expect(await send('PATCH', member, data)).toEqual(NOT_FOUND);
    expect(await send('POST', member, { type, ...data })).toEqual(WAITING);
    const certification = {
      id: member.id,
      user_id: member.id,
      certification_name: 'user',
      status: 0,
      data,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      updated_at: expect.any(String),
    };
    expect(await shown(member)).toEqual(certification);
    const { body: verification } = await app.call('GET', '/user/verification', member);
    const urls = await Promise.all(data.files.map((number) => destination(number, member)));
    expect(verification).toMatchObject({ state: -1, real_name: '七夜', desc: '设计师' });
    expect([verification.id_card.front.url, verification.id_card.rear.url]).toEqual(urls);

    for (const method of ['POST', 'PATCH'] as const)
      expect(await send(method, member, { type, ...data })).toEqual(NOT_NOW);
    await decide(member, 'REFUSE');
    expect(await shown(member)).toMatchObject({ status: 2 });
    expect(await send('POST', member, { type, ...data })).toEqual(NOT_NOW);
    expect(await send('PATCH', member, { ...data, type: 'org', desc: '另一个' })).toEqual(WAITING);
    expect(await shown(member)).toEqual({ ...certification, data: { ...data, desc: '另一个' } });
    await decide(member, 'PASS');
    expect(await shown(member)).toMatchObject({ status: 1 });
    for (const method of ['POST', 'PATCH'] as const)
      expect(await send(method, member, { type, ...data })).toEqual(PASSED);
  });

  test("an organisation's certification has one picture, and says so in the older words", async () => {
    const member = await app.member();
    const { type, ...data } = await organisation(member);
    expect(await send('POST', member, { type, ...data })).toEqual(WAITING);
    expect(await shown(member)).toMatchObject({ certification_name: 'org', status: 0 });
    expect((await shown(member)).data).toEqual(data);
  });

  test.each(['files[]', 'files[0]'])('numbers of files may come in a form, as %s', async (name) => {
    const member = await app.member();
    const { files, ...params } = await person(member);
    const form = new URLSearchParams(params);
    for (const [index, number] of files.entries())
      form.append(name.replace('0', String(index)), String(number));
    const init = { method: 'POST', headers: bearer(member.token), body: form };
    expect((await fetch(`${app.url}/api/v2/user/certification`, init)).status).toBe(201);
    expect((await shown(member)).data.files).toEqual(files);
  });

  test('numbers of files may come in a form with parts', async () => {
    const member = await app.member();
    const { files, ...params } = await person(member);
    const body = new FormData();
    for (const [name, value] of Object.entries(params)) body.append(name, value);
    for (const number of files) body.append('files[]', String(number));
    const init = { method: 'POST', headers: bearer(member.token), body };
    expect((await fetch(`${app.url}/api/v2/user/certification`, init)).status).toBe(201);
    expect((await shown(member)).data.files).toEqual(files);
  });

  test('a certification is told what is wrong with it, by the names that the client gave', async () => {
    const member = await app.member();
    const [data, company] = [await person(member), await organisation(member)];
    const [front = 0, rear = 0] = data.files;
    const theirs = await upload(other);
    const cases: [Record<string, unknown>, string][] = [
      [{ ...data, type: 'pet' }, 'type'],
      [{ ...data, type: undefined }, 'type'],
      [{ ...data, name: '' }, 'name'],
      [{ ...data, phone: '12' }, 'phone'],
      [{ ...data, number: '110101199003077570' }, 'number'],
      [{ ...data, desc: ' ' }, 'desc'],
      [{ ...data, files: undefined }, 'files'],
      [{ ...data, files: [] }, 'files'],
      [{ ...data, files: [front] }, 'files'],
      [{ ...data, files: front }, 'files'],
      [{ ...data, files: [front, theirs] }, 'files'],
      [{ ...data, files: [front, 'x'] }, 'files'],
      [{ ...data, files: [front, null] }, 'files'],
      [{ ...data, files: [front, 2147483647] }, 'files'],
      [{ ...data, files: [front, 99999999999] }, 'files'],
      [{ ...data, files: [front, rear, rear] }, 'files'],
      [{ ...company, org_name: '' }, 'org_name'],
      [{ ...company, org_address: undefined }, 'org_address'],
      [{ ...company, files: [theirs] }, 'files'],
    ];
    for (const [wrong, field] of cases) {
      expect({ field, ...(await send('POST', member, wrong)) }).toEqual({ field, ...invalid(field) });
    }
    expect(await send('POST', member, { ...data, number: '1' })).toEqual(
      invalid('number', '身份证号码不正确'),
    );
    expect(await send('POST', member, { ...data, files: [] })).toEqual(invalid('files', '证件图片错误'));
    expect(await shown(member)).toEqual({});
    for (const method of ['GET', 'POST', 'PATCH'] as const)
      expect(await app.call(method, '/user/certification')).toEqual(UNAUTHENTICATED);
  });
});

describe('sizes', () => {
  const served = async (url: string) => {
    const response = await fetch(url);
    const bytes = Buffer.from(await response.arrayBuffer());
    const { format, width, height } = await sharp(bytes).metadata();
    return { status: response.status, format, width, height, kept: response.headers.get('cache-control') };
  };
  const KEPT = 'public, max-age=31536000, immutable';

  test.each(['jpeg', 'png', 'webp', 'gif'] as const)(
    'a %s is served about as large as it is asked for',
    async (format) => {
      const number = await upload(me, await picture(1000, 500).toFormat(format).toBuffer());
      const url = await destination(number, me);
      const before = (await stored()).files;
      for (const query of ['?rule=w_200', '?w=200&h=100', '?w=150'])
        expect(await served(url + query)).toEqual({
          status: 200,
          format,
          width: 200,
          height: 100,
          kept: KEPT,
        });
      expect(await served(`${url}?w=200&h=200`)).toMatchObject({ width: 400, height: 200 });
      expect((await stored()).files).toBe(before + 2);
      for (const query of ['?w=2000', '?rule=w_1000', '?rule=nonsense', ''])
        expect(await served(url + query)).toMatchObject({ width: 1000, height: 500, kept: KEPT });
      expect((await stored()).files).toBe(before + 2);
    },
  );

  test('a picture smaller than asked is served as it is', async () => {
    const url = await destination(await upload(me, await fresh(90, 60)), me);
    expect(await served(`${url}?w=200&h=200`)).toMatchObject({ width: 90, height: 60, kept: KEPT });
  });

  test('a number of plus leads to the size that is asked for', async () => {
    const number = await upload(me, await picture(1000, 500).png().toBuffer());
    const whole = (await destination(number, me)) as string;
    const copy = whole.replace('.png', '_200.png');
    for (const query of ['?w=200', '?w=199.5&h=20', '?h=100&q=80'])
      expect(await destination(`${number}${query}`, me)).toBe(copy);
    expect(await app.call('GET', `/files/${number}?w=200&json`, me)).toEqual({
      status: 200,
      body: { url: copy },
    });
    for (const query of ['?w=0', '?w=x', '?w=-1', '?w=1001', '?w[]=200'])
      expect(await destination(`${number}${query}`, me)).toBe(whole);
    expect(await served(copy)).toMatchObject({ width: 200, height: 100 });
  });

  test('GraphQL tells the address of the smallest copy that is wide and high enough', async () => {
    const { number } = await uploadPicture(app.client, me.token, await picture(1000, 500).png().toBuffer());
    const query = `query ($n: Int!) { image(number: $n) {
      url small: url(size: SMALL) wide: url(width: 201) high: url(height: 101, size: SMALL) none: url(width: 0, height: -1) } }`;
    const { image } = await app.client.data(query, { n: number }, me.token);
    const copy = (side: number) => image.url.replace('.png', `_${side}.png`);
    expect(image).toEqual({
      url: expect.stringMatching(/\.png$/),
      small: copy(200),
      wide: copy(300),
      high: copy(300),
      none: image.url,
    });
  });

  test('copies go with the picture', async () => {
    const member = await app.member();
    const url = await destination(await upload(member, await picture(1000, 500).png().toBuffer()), member);
    const copy = `${url}`.replace('.png', '_200.png');
    expect((await fetch(copy)).status).toBe(200);
    const { imageStore } = app.services;
    const em = app.infrastructure.database.fork();
    expect(await imageStore.personal().eraseSome?.(em, member.id, 10)).toBe(true);
    for (const one of [url, copy, `${url}?w=100`]) expect((await fetch(one as string)).status).toBe(404);
  });
});
