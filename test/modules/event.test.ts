import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { User } from '../../src/modules/user/user.entity.js';
import { type LoneApp, startTestApp } from '../support/app.js';
import { type Account, freshPhone, md5, PASSWORD } from '../support/client.js';
import { commandIn } from '../support/command-line.js';
import { FakeProviders } from '../support/fake-providers.js';
import { bearer, fileForm, PREFLIGHT, sendGraphql } from '../support/graphql-http.js';
import { ImportCli } from '../support/imports.js';
import { cancelled, jobsOf, runJob } from '../support/jobs.js';
import {
  freshEmail,
  freshName,
  giveEmail,
  grant,
  logIn,
  mutate,
  uploadPicture,
} from '../support/operations.js';
import { photo } from '../support/pictures.js';
import { personOf, review, submit } from '../support/verification.js';

/** What is announced of accounts, by whatever changes them; that it is delivered stands in webhook.test.ts. */

let app: LoneApp;
let providers: FakeProviders;
let ann: Account;
let bob: Account;
let admin: Account;
let leaver: Account;

beforeAll(async () => {
  providers = await FakeProviders.start();
  app = await startTestApp(providers.env);
  [ann, bob, admin] = [await app.client.register(), await app.client.register(), await app.client.register()];
  await grant(app, admin.id, ['*']);
  leaver = await app.client.register({ name: freshName() });
  await giveEmail(app.client, leaver.token);
  await app.sql(`insert into identities (user_id, provider, subject) values (?, 'qq', 'leaver')`, [
    leaver.id,
  ]);
});
afterAll(async () => {
  await app.close();
  await providers.close();
});

/** Somebody who wants to be told these, and where nobody listens. */
async function listen(types: string[], isPrivate = true): Promise<void> {
  await app.sql('delete from webhooks');
  await app.sql(
    `insert into webhooks (url, types, private, key_id, encrypted_secret) values ('https://example.com', ?, ?, '', '')`,
    [`{${types.join(',')}}`, isPrivate],
  );
}
beforeEach(() => listen(['*']));

interface Announced {
  type: string;
  of: number;
  data: Record<string, unknown>;
  private: Record<string, unknown> | null;
}

/** What is announced while something is done. */
async function announcedBy(work: () => Promise<unknown>): Promise<Announced[]> {
  const [before] = await app.sql<{ id: string }>('select coalesce(max(id), 0) as id from account_events');
  await work();
  return app.sql<Announced>(
    'select type, user_id as of, data, private from account_events where id > ? order by id',
    [before?.id],
  );
}

const updated = (of: number, ...changed: string[]) => ({
  type: 'user.updated',
  of,
  data: { changed },
  private: null,
});
const plain = (type: string, of: number, data = {}) => ({ type, of, data, private: null });
const followed = (type: 'created' | 'deleted', of: number, by: number) =>
  plain(`follow.${type}`, of, { followee_id: String(by) });

const data = (query: string, variables: object, { token }: Account) =>
  app.client.data(query, variables as Record<string, unknown>, token);
/** A mutation of one argument that has to succeed. */
const input = (name: string, type: string, value: object, by: Account, selection = '') =>
  data(`mutation ($input: ${type}!) { ${name}(input: $input) ${selection} }`, { input: value }, by);
const byId = (name: string, argument: string, id: number | string, by: Account, selection = '{ id }') =>
  data(`mutation ($id: ID!) { ${name}(${argument}: $id) ${selection} }`, { id: String(id) }, by);

async function sent(name: string, bytes: Buffer, by: Account | null, head = '', selection = '{ id }') {
  const query = `mutation ($file: Upload!) { ${name}(${head} file: $file) ${selection} }`;
  const init = {
    method: 'POST',
    headers: { ...PREFLIGHT, ...bearer(by?.token) },
    body: fileForm(query, bytes),
  };
  const { body } = await sendGraphql(app.url, init);
  if (body.errors) throw new Error(JSON.stringify(body.errors));
}

async function succeed(name: Parameters<typeof mutate>[1], values: Record<string, unknown>, by?: Account) {
  const { value, code, field } = await mutate(app.client, name, values, by?.token);
  if (code) throw new Error(`${name}: ${code} ${field}`);
  return value;
}

const codeFor = async (to: string, purpose: string | string[], by?: Account): Promise<string> => {
  const target = to.includes('@') ? { email: to } : { phone: to };
  await succeed('sendCode', { ...target, purposes: [purpose].flat() }, by);
  return app.inbox.code(to);
};

const phone = freshPhone();
const email = freshEmail();
let picture: { id: string; node: string };
let addressId: string;
let ticket: { token: string };
let jpeg: Buffer;
const ADDRESS = { name: '收货人', phone: '13812345678', detail: '一号' };
const openApp = async () => {
  const { app: created, secret } = await app.services.openApps.create(app.infrastructure.database, {});
  const parameters = {
    app_id: created.id,
    name: freshName(),
    password: 'anjuke-2015',
    timestamp: Math.floor(Date.now() / 1000),
  };
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  const all = { ...parameters, sign: md5(pairs.toSorted().join('') + secret) };
  return Object.entries(all).map(([name, value]) => ({ name, value: String(value) }));
};
const newest = async () => {
  const [row] = await app.sql<{ id: number }>('select max(id) as id from users');
  return row?.id ?? 0;
};

/** Each mutation, in an order in which they succeed: what is done, and what is announced of it. */
const MUTATIONS: [mutation: string, how: string, work: () => Promise<unknown>, events: () => unknown][] = [
  [
    'register',
    'of a new account',
    async () => succeed('register', { phone, code: await codeFor(phone, 'REGISTER'), password: PASSWORD }),
    async () => [{ ...plain('user.registered', await newest()), private: { phone, email: null } }],
  ],
  ['login', 'with a password', () => logIn(app.client, ann.phone), () => []],
  [
    'login',
    'that registers',
    async () => {
      const fresh = freshPhone();
      await succeed('login', {
        account: fresh,
        code: await codeFor(fresh, ['LOGIN', 'REGISTER']),
        registerUnknown: true,
      });
    },
    async () => [
      { ...plain('user.registered', await newest()), private: { phone: expect.any(String), email: null } },
    ],
  ],
  [
    'login',
    'by a third party that registers',
    async () => {
      providers.addWechatCode('event-1', { openid: 'event-1', profile: { nickname: '小微' } });
      await succeed('login', { thirdParty: { provider: 'WECHAT', code: 'event-1' } });
    },
    async () => [{ ...plain('user.registered', await newest()), private: { phone: null, email: null } }],
  ],
  [
    'refreshSession',
    '',
    async () => {
      ann.token = (await data('mutation { refreshSession { token } }', {}, ann)).refreshSession.token;
    },
    () => [],
  ],
  [
    'logout',
    '',
    async () => data('mutation { logout }', {}, { ...ann, token: await logIn(app.client, ann.phone) }),
    () => [],
  ],
  [
    'endSession',
    '',
    async () => {
      await logIn(app.client, ann.phone);
      const [{ id = 0 } = {}] = await app.sql<{ id: number }>(
        'select max(id) as id from sessions where user_id = ?',
        [ann.id],
      );
      await byId('endSession', 'id', id, ann, '{ session { id } }');
    },
    () => [],
  ],
  ['sendCode', '', () => codeFor(email, 'BIND', ann), () => []],
  ['verify', '', () => succeed('verify', { email, code: app.inbox.code(email) }), () => []],
  ['createCaptcha', '', () => data('mutation { createCaptcha { id } }', {}, ann), () => []],
  [
    'bindEmail',
    'with a code',
    async () => succeed('bindEmail', { email, code: app.inbox.code(email), password: PASSWORD }, ann),
    () => [
      {
        ...plain('user.email_changed', ann.id, { changed: ['email', 'emailVerified'] }),
        private: { email, email_verified: true },
      },
    ],
  ],
  [
    'unbindPhone',
    '',
    async () => succeed('unbindPhone', { code: await codeFor(ann.phone, 'UNBIND'), password: PASSWORD }, ann),
    () => [{ ...plain('user.phone_changed', ann.id, { changed: ['phone'] }), private: { phone: null } }],
  ],
  [
    'bindPhone',
    '',
    async () => {
      ann.phone = freshPhone();
      await succeed(
        'bindPhone',
        { phone: ann.phone, code: await codeFor(ann.phone, 'BIND'), password: PASSWORD },
        ann,
      );
    },
    () => [{ ...plain('user.phone_changed', ann.id, { changed: ['phone'] }), private: { phone: ann.phone } }],
  ],
  [
    'unbindEmail',
    '',
    async () => succeed('unbindEmail', { code: await codeFor(email, 'UNBIND'), password: PASSWORD }, ann),
    () => [
      {
        ...plain('user.email_changed', ann.id, { changed: ['email', 'emailVerified'] }),
        private: { email: null, email_verified: false },
      },
    ],
  ],
  [
    'updateAccount',
    'of a profile and an unproven address',
    () => succeed('updateAccount', { nickname: '安', sex: 'FEMALE', email }, ann),
    () =>
      expect.arrayContaining([
        {
          ...plain('user.email_changed', ann.id, { changed: ['email'] }),
          private: { email, email_verified: false },
        },
        updated(ann.id, 'nickname', 'sex'),
      ]),
  ],
  [
    'changePassword',
    '',
    () => succeed('changePassword', { oldPassword: PASSWORD, password: 'another-horse-8' }, ann),
    () => [],
  ],
  [
    'retrievePassword',
    '',
    async () => {
      const code = await codeFor(ann.phone, 'RETRIEVE');
      await succeed('retrievePassword', { phone: ann.phone, code, password: PASSWORD });
      ann.token = await logIn(app.client, ann.phone);
    },
    () => [],
  ],
  [
    'updateProfile',
    'of columns and what belongs to them, as one event',
    () =>
      input(
        'updateProfile',
        'UpdateProfileInput',
        { name: freshName(), bio: 'b', birthday: '1990-01-02', hobbyIds: [1, 2], location: '四川省 成都市' },
        ann,
        '{ id }',
      ),
    () => [updated(ann.id, 'bio', 'birthday', 'city', 'hobbies', 'location', 'name')],
  ],
  [
    'uploadImage',
    '',
    async () => {
      picture = await uploadPicture(app.client, ann.token);
    },
    () => [],
  ],
  [
    'createUpload',
    '',
    async () => {
      jpeg = await photo();
      const declared = { filename: 'a.jpg', size: jpeg.length, mime: 'image/jpeg', md5: md5(jpeg) };
      ticket = (await input('createUpload', 'CreateUploadInput', declared, ann, '{ token }')).createUpload;
    },
    () => [],
  ],
  ['storeUpload', '', () => sent('storeUpload', jpeg, null, `token: "${ticket.token}",`), () => []],
  ['updateAvatar', '', () => sent('updateAvatar', jpeg, ann), () => [updated(ann.id, 'avatar')]],
  ['updateBackground', '', () => sent('updateBackground', jpeg, ann), () => [updated(ann.id, 'background')]],
  ['attachTag', '', () => byId('attachTag', 'id', 1, ann), () => [updated(ann.id, 'tags')]],
  ['detachTag', '', () => byId('detachTag', 'id', 1, ann), () => [updated(ann.id, 'tags')]],
  [
    'createAddress',
    '',
    async () => {
      addressId = (await input('createAddress', 'AddressInput', ADDRESS, ann, '{ id }')).createAddress.id;
    },
    () => [updated(ann.id, 'addresses')],
  ],
  [
    'updateAddress',
    '',
    () =>
      data(
        'mutation ($id: ID!, $input: AddressPatch!) { updateAddress(id: $id, input: $input) { id } }',
        { id: addressId, input: { detail: '二号' } },
        ann,
      ),
    () => [updated(ann.id, 'addresses')],
  ],
  [
    'removeAddress',
    '',
    () => byId('removeAddress', 'id', addressId, ann, '{ address { id } }'),
    () => [updated(ann.id, 'addresses')],
  ],
  ['follow', '', () => byId('follow', 'userId', bob.id, ann), () => [followed('created', ann.id, bob.id)]],
  ['follow', 'once more', () => byId('follow', 'userId', bob.id, ann), () => []],
  [
    'unfollow',
    '',
    () => byId('unfollow', 'userId', bob.id, ann),
    () => [followed('deleted', ann.id, bob.id)],
  ],
  ['markFollowersSeen', '', () => data('mutation { markFollowersSeen { id } }', {}, ann), () => []],
  [
    'block',
    'which ends the follows between two',
    async () => {
      await byId('follow', 'userId', bob.id, ann);
      await byId('follow', 'userId', ann.id, bob);
      await byId('block', 'userId', bob.id, ann);
    },
    () => [
      followed('created', ann.id, bob.id),
      followed('created', bob.id, ann.id),
      followed('deleted', ann.id, bob.id),
      followed('deleted', bob.id, ann.id),
    ],
  ],
  ['unblock', '', () => byId('unblock', 'userId', bob.id, ann), () => []],
  [
    'linkProvider',
    '',
    async () => {
      providers.addWechatCode('event-2', { openid: 'event-2', unionid: 'event-2u' });
      await input('linkProvider', 'ThirdPartyInput', { provider: 'WECHAT', code: 'event-2' }, ann);
    },
    () => [updated(ann.id, 'linkedProviders')],
  ],
  [
    'unlinkProvider',
    '',
    () => data('mutation { unlinkProvider(provider: WECHAT) }', {}, ann),
    () => [updated(ann.id, 'linkedProviders')],
  ],
  [
    'registerByApp',
    '',
    async () =>
      data(
        'mutation ($p: [RequestParameter!]!) { registerByApp(parameters: $p) { id } }',
        { p: await openApp() },
        ann,
      ),
    async () => [{ ...plain('user.registered', await newest()), private: { phone: null, email: null } }],
  ],
  [
    'recordIncome',
    '',
    () =>
      input(
        'recordIncome',
        'RecordIncomeInput',
        { userId: String(ann.id), amount: 3, key: 'k' },
        admin,
        '{ id }',
      ),
    () => [],
  ],
  [
    'reportUser',
    '',
    () => input('reportUser', 'ReportInput', { userId: String(bob.id), reason: 'r' }, ann),
    () => [],
  ],
  [
    'sharePlace',
    '',
    () => input('sharePlace', 'CoordinatesInput', { longitude: 104, latitude: 31 }, ann),
    () => [],
  ],
  ['hidePlace', '', () => data('mutation { hidePlace }', {}, ann), () => []],
  [
    'submitVerification',
    '',
    () => submit(app.client, ann.token, personOf({ picture })),
    () => [updated(ann.id, 'verification')],
  ],
  [
    'reviewVerification',
    'that refuses',
    () => review(app.client, admin.token, ann.id, 'REFUSE', { description: 'blurred' }),
    () => [plain('verification.reviewed', ann.id, { state: 'REFUSED' })],
  ],
  [
    'updateVerification',
    '',
    () => {
      const { type: _, ...fields } = personOf({ picture });
      return submit(app.client, ann.token, fields, 'updateVerification');
    },
    () => [updated(ann.id, 'verification')],
  ],
  [
    'reviewVerification',
    'that passes',
    () => review(app.client, admin.token, ann.id, 'PASS'),
    () => [plain('verification.reviewed', ann.id, { state: 'PASSED' })],
  ],
  [
    'withdrawVerification',
    '',
    () => data('mutation { withdrawVerification { verification { type } } }', {}, ann),
    () => [updated(ann.id, 'verification')],
  ],
  ['recommendUser', '', () => byId('recommendUser', 'id', ann.id, admin), () => []],
  ['disableUser', '', () => byId('disableUser', 'id', bob.id, admin), () => [plain('user.disabled', bob.id)]],
  ['disableUser', 'once more', () => byId('disableUser', 'id', bob.id, admin), () => []],
  ['enableUser', '', () => byId('enableUser', 'id', bob.id, admin), () => [plain('user.enabled', bob.id)]],
  [
    'deleteAccount',
    'with all that it takes along, as one event',
    () => data('mutation { deleteAccount }', {}, leaver),
    () => [plain('user.deleted', leaver.id)],
  ],
];

test.each(MUTATIONS)(
  'the mutation %s %s announces what it changed of an account',
  async (_name, _how, work, events) => {
    const announced = await announcedBy(work);
    expect(announced).toEqual(await events());
  },
);

test('every mutation of the schema is known to announce something, or nothing', async () => {
  const { __schema } = await app.client.data('{ __schema { mutationType { fields { name } } } }');
  const names = __schema.mutationType.fields.map(({ name }: { name: string }) => name).toSorted();
  expect([...new Set(MUTATIONS.map(([name]) => name))].toSorted()).toEqual(names);
});

/** Each column of an account: a value to change it to, and what is announced of that; null where nothing is. */
const COLUMNS: { [K in keyof Omit<User, 'avatar'>]: [value: unknown, fieldOrType: string | null] } = {
  id: [null, null],
  name: ['changed', 'name'],
  nickname: ['n', 'nickname'],
  phone: ['19900000001', 'user.phone_changed'],
  email: ['Changed@example.com', 'user.email_changed'],
  emailVerified: [false, 'user.email_changed'],
  sex: [2, 'sex'],
  birthday: ['1999-09-09', 'birthday'],
  bio: ['changed', 'bio'],
  location: ['changed', 'location'],
  cityId: [510100, 'city'],
  communityId: ['(select min(id) from communities)', 'community'],
  avatarId: ['(select min(id) from images)', 'avatar'],
  externalAvatarUrl: ['https://example.com/a.png', 'avatar'],
  backgroundId: ['(select min(id) from images)', 'background'],
  status: [2, 'user.disabled'],
  abilities: ['{a}', 'abilities'],
  inviteCode: ['changed', null],
  lastDeviceType: [2, null],
  lastActiveAt: ['2026-01-01', null],
  sessionsEndedAt: ['2026-01-01', null],
  recommendedAt: ['2026-01-01', null],
  deletedAt: ['2026-01-01', null],
  erasedAt: ['2026-01-01', 'user.erased'],
  createdAt: ['2026-01-01', null],
  updatedAt: ['2026-01-01', null],
};
const columnOf = (property: string): string =>
  property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

test.each(Object.entries(COLUMNS).filter(([name]) => name !== 'id'))(
  'a change of the column %s is announced as what it is to others, whoever writes it',
  async (property, [value, what]) => {
    await app.sql(`insert into communities (city_id, name) values (510100, '小区') on conflict do nothing`);
    const [user] = await app.sql<{ id: number }>(
      `insert into users (name, email, email_verified) values (?, ?, true) returning id`,
      [freshName(), freshEmail()],
    );
    const of = user?.id ?? 0;
    const isQuery = String(value).startsWith('(');
    const change = () =>
      app.sql(`update users set ${columnOf(property)} = ${isQuery ? value : '?'} where id = ?`, [
        ...(isQuery ? [] : [value]),
        of,
      ]);
    const announced = (await announcedBy(change)).map(({ type, data: told }) => [type, told.changed]);
    if (what === null) expect(announced).toEqual([]);
    else if (what.includes('.')) expect(announced.map(([type]) => type)).toEqual([what]);
    else expect(announced).toEqual([['user.updated', [what]]]);
    // Written once more it changes nothing.
    expect(await announcedBy(change)).toEqual([]);
  },
);

describe('whoever changes accounts', () => {
  test('what is rolled back announces nothing', async () => {
    await app.sql(`create function takes_none() returns trigger language plpgsql as
      $$ begin raise exception 'cut off'; end $$`);
    await app.sql('create trigger takes_none before insert on security_events execute function takes_none()');
    const announced = await announcedBy(async () => {
      expect(await app.client.code('mutation { deleteAccount }', {}, ann.token)).toBe('INTERNAL');
    });
    await app.sql('drop trigger takes_none on security_events');
    expect(announced).toEqual([]);
    expect(
      await announcedBy(() =>
        mutate(app.client, 'updateAccount', { nickname: 'x', phone: bob.phone }, ann.token),
      ),
    ).toEqual([]);
  });

  test('a legacy URL announces what its mutation does', async () => {
    const announced = await announcedBy(() =>
      app.client.legacy('POST', '/anlife/v1.0/user/modifyInfo', {
        user_id: ann.id,
        auth_token: ann.token,
        nickname: '新名',
      }),
    );
    expect(announced).toEqual([updated(ann.id, 'nickname')]);
  });

  test('the erasure of an account announces the end of its follows and the erasure, and empties private values', async () => {
    const leaver = await app.client.register();
    bob.token = await logIn(app.client, bob.phone);
    await byId('follow', 'userId', bob.id, leaver);
    await byId('follow', 'userId', leaver.id, bob);
    await input('createAddress', 'AddressInput', ADDRESS, leaver, '{ id }');
    await byId('attachTag', 'id', 1, leaver);
    await cancelled(app, leaver);
    const announced = await announcedBy(() => runJob(jobsOf(app), 'erase-cancelled-accounts'));
    expect(announced).toEqual([
      followed('deleted', leaver.id, bob.id),
      followed('deleted', bob.id, leaver.id),
      plain('user.erased', leaver.id),
    ]);
    const kept = await app.sql(
      'select type, private from account_events where user_id = ? and private is not null',
      [leaver.id],
    );
    expect(kept).toEqual([]);
  });

  test('an import announces new accounts, what a later one changes, and nothing when it is run dry', async () => {
    const cli = new ImportCli(app);
    const old = { legacy_id: 'e1', name: freshName(), phone: freshPhone(), bio: 'old' };
    const banned = { legacy_id: 'e3', name: freshName(), status: 'DISABLED' };
    const fan = { legacy_id: 'e2', name: freshName(), phone: freshPhone(), followings: ['e1'] };
    expect(await announcedBy(() => cli.users('anlife', [old, fan], '--dry-run'))).toEqual([]);
    const first = await announcedBy(() => cli.users('anlife', [old, fan]));
    const idOf = (told: string) => first.find(({ private: secrets }) => secrets?.phone === told)?.of ?? 0;
    const [one, two] = [idOf(old.phone), idOf(fan.phone)];
    expect(first.toSorted((a, b) => a.of - b.of || a.type.localeCompare(b.type))).toEqual(
      [
        { ...plain('user.registered', one), private: { phone: old.phone, email: null } },
        { ...plain('user.registered', two), private: { phone: fan.phone, email: null } },
        followed('created', two, one),
      ].toSorted((a, b) => a.of - b.of || a.type.localeCompare(b.type)),
    );
    const later = await announcedBy(() => cli.users('anlife', [{ ...old, bio: 'new' }, fan, banned]));
    expect(later.map(({ type, of }) => [type, of === one])).toEqual([
      ['user.registered', false],
      ['user.disabled', false],
      ['user.updated', true],
    ]);
    expect(await announcedBy(() => cli.users('anlife', [{ ...old, bio: 'new' }, fan, banned]))).toEqual([]);
  });

  test('a picture that is fetched after an import is announced as the avatar', async () => {
    const file = path.join(app.world.dataDir, 'event.jpg');
    await writeFile(file, await photo());
    await app.sql(
      `insert into imported_pictures (user_id, kind, source, directory, next_try_at) values (?, 'avatar', 'event.jpg', ?, now())`,
      [bob.id, app.world.dataDir],
    );
    const announced = await announcedBy(() => runJob(jobsOf(app), 'fetch-imported-pictures'));
    expect(announced).toEqual([updated(bob.id, 'avatar')]);
  });

  test('the command line announces abilities, and what goes with a hobby, a tag or a community', async () => {
    const run = async (...argv: string[]) =>
      expect(await commandIn(app.world, argv)).toMatchObject({ code: 0 });
    const ability = '[user] Review Report';
    expect(await announcedBy(() => run('user', 'grant', String(bob.id), ability))).toEqual([
      updated(bob.id, 'abilities'),
    ]);
    const insert = async (sql: string) => (await app.sql<{ id: number }>(`${sql} returning id`))[0]?.id ?? 0;
    const name = randomBytes(4).toString('hex');
    const hobby = await insert(`insert into hobbies (name) values ('${name}')`);
    const tag = await insert(
      `insert into tags (category_id, name) select min(id), '${name}' from tag_categories`,
    );
    const community = await insert(`insert into communities (city_id, name) values (510100, '${name}')`);
    await app.sql('insert into user_hobbies (user_id, hobby_id) values (?, ?)', [bob.id, hobby]);
    await app.sql('insert into user_tags (user_id, tag_id) values (?, ?)', [bob.id, tag]);
    await app.sql('update users set community_id = ? where id = ?', [community, bob.id]);
    expect(await announcedBy(() => run('hobby', 'remove', String(hobby)))).toEqual([
      updated(bob.id, 'hobbies'),
    ]);
    expect(await announcedBy(() => run('tag', 'remove', String(tag)))).toEqual([updated(bob.id, 'tags')]);
    expect(await announcedBy(() => run('community', 'remove', String(community)))).toEqual([
      updated(bob.id, 'community'),
    ]);
  });

  test('nothing is written that nobody wants, and nothing private where nobody may be told it', async () => {
    await listen(['follow.*'], false);
    const rename = () =>
      app.sql(`update users set nickname = md5(random()::text), phone = null where id = ?`, [admin.id]);
    expect(await announcedBy(rename)).toEqual([]);
    expect(await announcedBy(() => byId('follow', 'userId', ann.id, admin))).toHaveLength(1);
    await listen(['user.phone_changed'], false);
    const phoneless = () => app.sql(`update users set phone = '19900000002' where id = ?`, [admin.id]);
    expect(await announcedBy(phoneless)).toEqual([
      plain('user.phone_changed', admin.id, { changed: ['phone'] }),
    ]);
    await app.sql('delete from webhooks');
    expect(await announcedBy(() => app.client.register())).toEqual([]);
  });
});
