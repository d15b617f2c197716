import sharp from 'sharp';
import { type AnlifeApp, failed, type Member, startAnlife, succeeded } from './anlife.support.js';
import { rawRequest, readAnswer, sendRaw } from './raw.support.js';

/** Forms that are cut off, miscounted or overfull, byte by byte as no HTTP client would send them: they change nothing. */

let app: AnlifeApp;
let member: Member;

beforeAll(async () => {
  app = await startAnlife({ UPLOAD_MAX_BYTES: '50000' });
  member = await app.member();
});
afterAll(() => app.close());

/** Every test leaves things as they were. */
let before: unknown;
beforeEach(async () => {
  before = await app.state();
});
afterEach(async () => {
  expect(await app.state()).toEqual(before);
});

const BOUNDARY = 'edge';
const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;
let picture: Buffer;

beforeAll(async () => {
  picture = await sharp({ create: { width: 60, height: 60, channels: 3, background: '#fff' } })
    .png()
    .toBuffer();
});

const field = (name: string, value: string) =>
  Buffer.from(`--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);

const file = (content: Buffer) =>
  Buffer.concat([
    Buffer.from(
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="p.png"\r\ncontent-type: image/png\r\n\r\n`,
    ),
    content,
    Buffer.from('\r\n'),
  ]);

const END = Buffer.from(`--${BOUNDARY}--\r\n`);

const upload = (body: Buffer, headers: Record<string, string | number> = {}) =>
  rawRequest({
    path: '/upload',
    headers: { 'content-type': TYPE, auth_token: member.auth_token, ...headers },
    body,
  });

/** The gateway still works, and whatever was cut off before is through. */
const expectAlive = async () =>
  expect(await app.get('/user/getUserInfo', { user_id: member.user_id })).toEqual(
    succeeded(expect.anything()),
  );

test('a form of well-formed parts is taken', async () => {
  const { body } = readAnswer(
    await sendRaw(app.url, upload(Buffer.concat([field('a', '1'), file(picture), END]))),
  );
  expect(body).toMatchObject({ status: 'ok' });
  before = await app.state();
});

test('a form that stops without its last boundary is refused', async () => {
  for (const body of [
    file(picture),
    file(picture).subarray(0, 200),
    field('auth_token', 'x'),
    Buffer.from(`--${BOUNDARY}\r\ncontent-disposition: form-data; na`),
    Buffer.from(`--${BOUNDARY}`),
  ]) {
    expect(readAnswer(await sendRaw(app.url, upload(body)))).toEqual(failed(1001));
  }
});

test.each(['half-close', 'reset'] as const)('a form cut off by a %s leaves nothing', async (ending) => {
  const whole = Buffer.concat([field('a', '1'), file(picture), END]);
  for (const part of [0.1, 0.5, 0.95]) {
    const request = upload(whole);
    const sent = request.subarray(0, Math.floor(request.length - whole.length * (1 - part)));
    await sendRaw(app.url, sent, ending);
  }
  await expectAlive();
});

test('a body longer or shorter than its declared length changes nothing', async () => {
  const whole = Buffer.concat([file(picture), END]);
  const type = 'application/json';
  const body = JSON.stringify({ user_id: member.user_id, auth_token: member.auth_token, nickname: '新名' });
  const modify = (length: number) =>
    rawRequest({
      path: '/anlife/v1.0/user/modifyInfo',
      headers: { 'content-type': type, 'content-length': length },
      body,
    });
  // What is left over is no request, so the connection may end before the envelope is out.
  await sendRaw(app.url, upload(whole, { 'content-length': whole.length - 50 }));
  await sendRaw(app.url, modify(Buffer.byteLength(body) - 5));
  await sendRaw(app.url, upload(whole, { 'content-length': whole.length + 50 }), 'half-close');
  await sendRaw(app.url, modify(Buffer.byteLength(body) + 50), 'half-close');
  await expectAlive();
});

test('a form with too many fields, or too long a value, is refused', async () => {
  const many = Array.from({ length: 51 }, (_, index) => field(`f${index}`, 'x'));
  const forms = {
    'fields before the file': Buffer.concat([...many, file(picture), END]),
    'fields after the file': Buffer.concat([file(picture), ...many, END]),
    'a long value': Buffer.concat([field('note', 'x'.repeat(70_000)), file(picture), END]),
  };
  for (const [name, form] of Object.entries(forms)) {
    expect({ name, ...readAnswer(await sendRaw(app.url, upload(form))) }).toEqual({
      name,
      ...failed(1001),
    });
  }
  const profile = rawRequest({
    path: '/anlife/v1.0/user/modifyInfo',
    headers: { 'content-type': TYPE, auth_token: member.auth_token },
    body: Buffer.concat([field('user_id', String(member.user_id)), field('nickname', '新名'), ...many, END]),
  });
  expect(readAnswer(await sendRaw(app.url, profile))).toEqual(failed(1001));
});

test('a form with fields that declare themselves JSON, or hold a NUL, is refused', async () => {
  const typed = Buffer.from(
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="nickname"\r\ncontent-type: application/json\r\n\r\n["新名"]\r\n`,
  );
  const owner = [field('user_id', String(member.user_id)), field('auth_token', member.auth_token)];
  for (const spoiltField of [typed, field('nickname', 'a\0b'), field('user_id', '[1]')]) {
    const request = rawRequest({
      path: '/anlife/v1.0/user/modifyInfo',
      headers: { 'content-type': TYPE },
      body: Buffer.concat([...owner, spoiltField, END]),
    });
    expect(readAnswer(await sendRaw(app.url, request))).toEqual(failed(1001));
  }
});
