import { type LoneApp, startTestApp } from '../support/app.js';
import { type Account, freshPhone, PASSWORD } from '../support/client.js';
import { applicant, personOf } from '../support/verification.js';

/** Inputs of which exactly one is given, payloads that tell what was done, and better names beside the old ones. */

let app: LoneApp;
let account: Account;

beforeAll(async () => {
  app = await startTestApp();
  account = await app.client.register({ name: 'Someone' });
});
afterAll(() => app.close());

const refusal = async (query: string, variables: Record<string, unknown> = {}) =>
  (await app.client.graphql(query, variables, { token: account.token })).errors?.[0]?.extensions;

describe('user(by:)', () => {
  const BY = 'query ($by: UserBy!) { user(by: $by) { id } }';

  test('finds a user by each key', async () => {
    const { id, phone } = account;
    const keys = [
      { id: String(id) },
      { name: 'someone' },
      { phone },
      { account: phone },
      { account: 'SOMEONE' },
    ];
    for (const by of keys) expect(await app.client.data(BY, { by })).toEqual({ user: { id: String(id) } });
    const nobody = { legacyId: { system: 'PLUS', id: '7' } };
    expect(await app.client.data(BY, { by: nobody })).toEqual({ user: null });
    const literal = 'query ($name: String!) { user(by: { name: $name }) { id } }';
    expect(await app.client.data(literal, { name: 'Someone' })).toEqual({ user: { id: String(id) } });
  });

  test('refuses none, several and null, interpreted and compiled, with the field', async () => {
    const text = `${BY} # often`;
    for (let time = 0; time < 5; time++) {
      expect(await app.client.data(text, { by: { name: 'Someone' } })).toMatchObject({ user: {} });
      expect(await refusal(text, { by: {} })).toEqual({ code: 'INVALID_INPUT', field: 'by' });
      expect(await refusal(text, { by: { name: 'a', phone: 'b' } })).toEqual({
        code: 'INVALID_INPUT',
        field: 'by',
      });
      expect(await refusal(text, { by: { name: null } })).toEqual({ code: 'INVALID_INPUT', field: 'name' });
    }
    expect(await refusal('{ user(by: { name: "a", phone: "b" }) { id } }')).toMatchObject({
      code: 'INVALID_QUERY',
    });
    expect(await refusal('{ user(id: 1, by: { name: "a" }) { id } }')).toEqual({
      code: 'INVALID_INPUT',
      field: 'by',
    });
    expect(await refusal('{ user { id } }')).toEqual({ code: 'INVALID_INPUT', field: 'id' });
  });
});

describe('contacts and ways to log in', () => {
  const SEND = 'mutation ($input: SendCodeInput!) { sendCode(input: $input) { resendAfter } }';
  const REGISTER = 'mutation ($input: RegisterInput!) { register(input: $input) { user { id } } }';
  const LOGIN = 'mutation ($input: LoginInput!) { login(input: $input) { isNewUser user { id } } }';
  const send = async (contact: { phone?: string; email?: string }, purpose: string) => {
    await app.client.data(SEND, { input: { contact, purposes: [purpose] } });
    return app.inbox.code(contact.phone ?? contact.email ?? '');
  };

  test.each([
    ['a phone', () => ({ phone: freshPhone() })],
    ['an e-mail address', () => ({ email: `${freshPhone()}@example.com` })],
  ])(
    '%s is registered, logged in by code and password, and has its password retrieved',
    async (_what, make) => {
      const contact: { phone?: string; email?: string } = make();
      const own = contact.phone ?? contact.email;
      const code = await send(contact, 'REGISTER');
      const check = 'mutation ($input: VerifyInput!) { verify(input: $input) }';
      expect(await app.client.data(check, { input: { contact, code } })).toEqual({ verify: true });
      const { register } = await app.client.data(REGISTER, { input: { contact, code, password: PASSWORD } });
      const known = { login: { isNewUser: false, user: register.user } };
      const by = (way: object) => app.client.data(LOGIN, { input: { with: way } });
      expect(await by({ password: { account: own, password: PASSWORD } })).toEqual(known);

      expect(await by({ code: { contact, code: await send(contact, 'LOGIN') } })).toEqual(known);

      const input = { contact, code: await send(contact, 'RETRIEVE'), password: `${PASSWORD}!` };
      const retrieve = 'mutation ($input: RetrievePasswordInput!) { retrievePassword(input: $input) }';
      expect(await app.client.data(retrieve, { input })).toEqual({ retrievePassword: true });
      expect(await by({ password: { account: own, password: input.password } })).toEqual(known);
    },
  );

  test('none, both, and old beside new are refused with the field', async () => {
    const password = { account: 'a', password: 'b' };
    const way = { password };
    expect(await refusal(LOGIN, { input: {} })).toEqual({ code: 'INVALID_INPUT', field: 'account' });
    expect(await refusal(LOGIN, { input: { with: {} } })).toEqual({ code: 'INVALID_INPUT', field: 'with' });
    expect(await refusal(LOGIN, { input: { with: way, account: 'a' } })).toEqual({
      code: 'INVALID_INPUT',
      field: 'account',
    });
    expect(await refusal(LOGIN, { input: { with: { password: { account: 'a' } } } })).toEqual({
      code: 'INVALID_INPUT',
      field: 'password',
    });
    const code = { contact: { email: 'not one' }, code: '123456' };
    expect(await refusal(LOGIN, { input: { with: { code } } })).toEqual({
      code: 'EMAIL_INVALID',
      field: 'email',
    });
    const contact = { phone: freshPhone() };
    const both = { contact, email: 'a@example.com', purposes: ['LOGIN'] };
    expect(await refusal(SEND, { input: both })).toEqual({ code: 'CONTACT_AMBIGUOUS', field: 'contact' });
    expect(await refusal(SEND, { input: { purposes: ['LOGIN'] } })).toEqual({
      code: 'CONTACT_AMBIGUOUS',
      field: 'phone',
    });
    const two = { ...contact, email: 'a@example.com' };
    expect(await refusal(SEND, { input: { contact: two, purposes: ['LOGIN'] } })).toEqual({
      code: 'INVALID_INPUT',
      field: 'contact',
    });
  });
});

describe('payloads', () => {
  test('removeAddress tells what was deleted', async () => {
    const input = { name: '张三', phone: account.phone, detail: '一号' };
    const create = 'mutation ($input: AddressInput!) { createAddress(input: $input) { id name detail } }';
    const { createAddress } = await app.client.data(create, { input }, account.token);
    const remove = 'mutation ($id: ID!) { removeAddress(id: $id) { address { id name detail } } }';
    const { id } = createAddress;
    const stranger = await app.client.register();
    expect(await app.client.code(remove, { id }, stranger.token)).toBe('NOT_FOUND');
    expect(await app.client.data(remove, { id }, account.token)).toEqual({
      removeAddress: { address: createAddress },
    });
    expect(await refusal(remove, { id })).toEqual({ code: 'NOT_FOUND', field: 'id' });
    expect(await app.client.data('{ me { addresses { id } } }', {}, account.token)).toEqual({
      me: { addresses: [] },
    });
  });

  test('endSession tells which session was ended', async () => {
    const { sessions } = await app.client.data('{ sessions { id userAgent } }', {}, account.token);
    const end = 'mutation ($id: ID!) { endSession(id: $id) { session { id userAgent } } }';
    const stranger = await app.client.register();
    expect(await app.client.code(end, { id: sessions[0].id }, stranger.token)).toBe('NOT_FOUND');
    const own = await app.client.data('{ sessions { id userAgent } }', {}, stranger.token);
    const ended = await app.client.data(end, { id: own.sessions[0].id }, stranger.token);
    expect(ended).toEqual({ endSession: { session: own.sessions[0] } });
    expect(await app.client.data('{ me { id } }', {}, stranger.token)).toEqual({ me: null });
  });
});

test('the older names of a verification are taken and shown', async () => {
  const owner = await applicant(app.client);
  const { description: desc, ...rest } = personOf(owner);
  const submitted =
    'mutation ($input: VerificationInput!) { submitVerification(input: $input) { desc description } }';
  const { submitVerification } = await app.client.data(submitted, { input: { ...rest, desc } }, owner.token);
  expect(submitVerification).toEqual({ desc, description: desc });
  const withdraw = 'mutation { withdrawVerification { verification { description realName } } }';
  const { withdrawVerification } = await app.client.data(withdraw, {}, owner.token);
  expect(withdrawVerification.verification).toEqual({ description: desc, realName: rest.realName });
  expect(await app.client.code(withdraw, {}, owner.token)).toBe('NOT_FOUND');
});

test('a better name shows what the old one does', async () => {
  await app.sql('update user_extras set feeds_count = 3, last_checkin_count = 5 where user_id = ?', [
    account.id,
  ]);
  await app.sql(
    'insert into user_extras (user_id, feeds_count, last_checkin_count) values (?, 3, 5) on conflict do nothing',
    [account.id],
  );
  await app.sql('insert into currencies (user_id, sum) values (?, 7)', [account.id]);
  const names = `currency { balance sum } extra { postsCount feedsCount checkInStreak lastCheckinCount
    circlesCount feedTopicsCount goodsCount commoditiesCount checkInDays checkinCount rewardPoints beRewardCount }`;
  const { me } = await app.client.data(`{ me { ${names} } }`, {}, account.token);
  expect(me.currency).toEqual({ balance: 7, sum: 7 });
  expect(me.extra).toEqual({
    ...{
      postsCount: 3,
      feedsCount: 3,
      checkInStreak: 5,
      lastCheckinCount: 5,
      circlesCount: 0,
      feedTopicsCount: 0,
    },
    ...{
      goodsCount: 0,
      commoditiesCount: 0,
      checkInDays: 0,
      checkinCount: 0,
      rewardPoints: 0,
      beRewardCount: 0,
    },
  });
});
