import { ConfigError, loadConfig } from '../../src/config.js';
import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { freshPhone, md5, PASSWORD } from '../support/client.js';
import { anlifeDoor, graphqlDoor } from '../support/doors.js';
import { logIn, mutate } from '../support/operations.js';

/** Doors that no longer take the MD5 of a password: MD5_ENTRANCES. */

const OTHER = 'another-horse-7';
const REFUSED = {
  status: 200,
  body: { error_code: 1003, error_msg: '当前版本过低，请升级到最新版本后再试' },
};

let world: TestWorld;
let app: TestApp;
beforeAll(async () => {
  world = await createWorld();
  app = await world.start({ MD5_ENTRANCES: 'off' });
});
afterAll(() => world.close());

const anlife = async (path: string, form: Record<string, string | number>) => {
  const { status, body } = await app.client.legacy('POST', `/anlife/v1.0/user/${path}`, form);
  return { status, body };
};

test('a log-in by MD5 is refused before it is hashed or counted, with a text that asks for a newer app', async () => {
  const { phone, id } = await app.client.register();
  const { evaluations } = app.services.hasher;
  for (let count = 0; count < 12; count++) {
    const form = { phone, password: md5(count % 2 ? PASSWORD : OTHER) };
    expect(await anlife('loginAndGetUserInfo', form)).toEqual(REFUSED);
    const input = { account: phone, password: md5(PASSWORD), passwordFormat: 'MD5' };
    expect(await mutate(app.client, 'login', input)).toMatchObject({
      code: 'MD5_REFUSED',
      field: 'passwordFormat',
    });
  }
  expect(app.services.hasher.evaluations).toBe(evaluations);
  const claimant = { accountKey: `user:${id}`, ip: '127.0.0.1' };
  expect(await app.services.guard.status(claimant)).toMatchObject({ failures: 0, lockedUntil: null });
  expect(await graphqlDoor(app.client, { account: phone, password: PASSWORD })).toBe('ok');
});

test('no password is set by its MD5: not at registration, change, retrieval or binding, and no code is spent', async () => {
  const { evaluations } = app.services.hasher;
  const phone = freshPhone();
  const asMd5 = { password: md5(PASSWORD), passwordFormat: 'MD5' };
  const code = await app.client.sendCode(phone, ['REGISTER']);
  expect(await anlife('register', { phone, sms_code: code, password: md5(PASSWORD) })).toEqual(REFUSED);
  expect((await mutate(app.client, 'register', { phone, code, ...asMd5 })).code).toBe('MD5_REFUSED');
  expect(app.services.hasher.evaluations).toBe(evaluations);
  const { value } = await mutate(app.client, 'register', { phone, code, password: PASSWORD });
  const { token } = value;

  const change = { ...asMd5, password: md5(OTHER), oldPassword: md5(PASSWORD) };
  expect((await mutate(app.client, 'changePassword', change, token)).code).toBe('MD5_REFUSED');
  const retrieval = await app.client.sendCode(phone, ['RETRIEVE']);
  const passwords = { password1: md5(OTHER), password2: md5(OTHER) };
  expect(await anlife('findPwd', { phone, sms_code: retrieval, ...passwords })).toEqual(REFUSED);
  const retrieved = { phone, code: retrieval, ...asMd5 };
  expect((await mutate(app.client, 'retrievePassword', retrieved)).code).toBe('MD5_REFUSED');
  expect(
    (await mutate(app.client, 'retrievePassword', { phone, code: retrieval, password: OTHER })).value,
  ).toBe(true);

  const other = freshPhone();
  const session = await logIn(app.client, phone, OTHER);
  const bind = await app.client.sendCode(other, ['BIND']);
  const binding = { phone: other, sms_code: bind, password: md5(OTHER) };
  const owner = { user_id: Number(value.user.id), auth_token: session };
  expect(await anlife('bindPhone', { ...binding, ...owner })).toEqual(REFUSED);
  expect((await mutate(app.client, 'bindPhone', { phone: other, code: bind, ...asMd5 }, session)).code).toBe(
    'MD5_REFUSED',
  );
  const unbinding = { code: '123456', ...asMd5 };
  expect((await mutate(app.client, 'unbindPhone', unbinding, session)).code).toBe('MD5_REFUSED');
  const plain = { phone: other, code: bind, password: OTHER };
  expect((await mutate(app.client, 'bindPhone', plain, session)).value).toMatchObject({ phone: other });
});

test('what brings no password is not refused for the form of passwords', async () => {
  const { phone } = await app.client.register();
  const code = await app.client.sendCode(phone, ['LOGIN']);
  const { value } = await mutate(app.client, 'login', { account: phone, code, passwordFormat: 'MD5' });
  expect(value.user.phone).toBe(phone);
});

test('a door that is listed takes the MD5 as before, and the others do not', async () => {
  const half = await world.start({ MD5_ENTRANCES: 'anlife' });
  const { phone } = await half.client.register();
  expect(await anlifeDoor(half.client, { account: phone, password: PASSWORD })).toBe('ok');
  const input = { account: phone, password: md5(PASSWORD), passwordFormat: 'MD5' };
  expect((await mutate(half.client, 'login', input)).code).toBe('MD5_REFUSED');
  await half.close();
});

test('MD5_ENTRANCES is every door that has ever taken one by default, and what it cannot be is refused at the start', () => {
  const read = (value?: string) =>
    loadConfig(value === undefined ? {} : { MD5_ENTRANCES: value }).MD5_ENTRANCES;
  expect(read()).toEqual(['graphql', 'anlife']);
  expect(read(' anlife , graphql')).toEqual(['graphql', 'anlife']);
  expect(read('graphql')).toEqual(['graphql']);
  expect(read('off')).toEqual([]);
  for (const wrong of ['plus', 'anlife,nobody', 'anlife,', 'off,anlife', 'ANLIFE']) {
    expect(() => read(wrong)).toThrow(ConfigError);
    expect(() => read(wrong)).toThrow('MD5_ENTRANCES: must be off, or of graphql, anlife, comma-separated');
  }
});
