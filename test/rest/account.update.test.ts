import { User } from '../../src/modules/user/user.entity.js';
import { settledAtOnce } from '../support/at-once.js';
import { freshPhone } from '../support/client.js';
import { contextOf } from '../support/context.js';
import { freshEmail, giveEmail, mutate, registerByCode, setUser } from '../support/operations.js';
import {
  type AccountApp,
  type Answer,
  clientOf,
  failed,
  PASSWORD,
  type Params,
  type Person,
  startAccount,
  succeeded,
} from './account.support.js';

/** account.md 3.4: one's own record. */

let app: AccountApp;
let person: Person;

beforeAll(async () => {
  app = await startAccount();
});
afterAll(() => app.close());
beforeEach(async () => {
  person = await app.person();
});

const update = (params: Params, who: Pick<Person, 'token'> = person): Promise<Answer> =>
  app.form('/update_info', { token: who.token, ...params });

/** What the record is now; an update of nothing changes nothing. */
const record = async (who: Pick<Person, 'token'> = person) => (await update({}, who)).body.data;

const bindCode = (phone: string): Promise<string> => app.client.sendCode(phone, ['BIND']);

const columns = async (id: string | number) => {
  const [row] = await app.sql<{ phone: string | null; email: string | null; email_verified: boolean }>(
    'select phone, email, email_verified, nickname, sex from users where id = ?',
    [Number(id)],
  );
  return row;
};

const eventsOf = async (id: string | number): Promise<string[]> =>
  (
    await app.sql<{ kind: string }>('select kind from security_events where user_id = ? order by id', [
      Number(id),
    ])
  ).map(({ kind }) => kind);

describe('3.4 update_info', () => {
  test('update_info changes all it is sent and answers the record, each field of its type', async () => {
    const [phone, email] = [freshPhone(), freshEmail()];
    const verifycode = await bindCode(phone);
    const answer = await update({ name: '菲利克斯', gender: '1', phone, email, verifycode });
    const data = {
      name: '菲利克斯',
      phone,
      gender: '1',
      avator: expect.stringMatching(/^http:\/\/.+\/storage\/.+\.png$/),
      large_avator: expect.stringMatching(/^http:\/\/.+\/storage\/.+\.png$/),
      email,
    };
    expect(answer).toEqual(succeeded(data));
    expect(await record()).toEqual(data);
    expect((await app.login(phone)).body.data.user_info).toMatchObject({
      name: '菲利克斯',
      gender: 1,
      email,
    });
    const events = await eventsOf(person.uid);
    expect(events.filter((kind) => /BOUND|CHANGED/.test(kind))).toEqual(['PHONE_BOUND', 'EMAIL_CHANGED']);
  });

  test.each(['form', 'json', 'multipart', 'query'] as const)(
    'update_info takes parameters from a %s',
    async (way) => {
      const answer = await app[way]('/update_info', { token: person.token, name: '新名', gender: 0 });
      expect(answer.body.data).toMatchObject({ name: '新名', gender: '0' });
      const bearer = { authorization: `Bearer ${person.token}` };
      expect((await app[way]('/update_info', {}, bearer)).body.data).toMatchObject({ name: '新名' });
    },
  );

  test('update_info keeps what is left out or empty, and takes an empty gender for none', async () => {
    const email = freshEmail();
    await update({ name: '新名', gender: 1, email });
    const before = await record();
    expect(before).toMatchObject({ name: '新名', gender: '1', email, phone: person.phone });
    expect((await update({ name: '', phone: '', email: '', verifycode: '' })).body.data).toEqual(before);
    const nothing = { name: null, phone: null, email: null, gender: null };
    const json = await app.json('/update_info', { token: person.token, ...nothing });
    expect(json.body.data).toEqual(before);
    expect((await update({ gender: '' })).body.data).toEqual({ ...before, gender: '' });
  });

  test('update_info without a session is 1002, whatever else is wrong', async () => {
    expect(await app.form('/update_info', { name: 'x' })).toEqual(failed(1002));
    expect(await app.form('/update_info', { gender: 'nonsense', token: 'x'.repeat(43) })).toEqual(
      failed(1002),
    );
    expect(await app.json('/update_info', { token: ['x'] } as never)).toEqual(failed(1002));
    expect(await app.form('/update_info?token=a&token=b', { name: 'x' })).toEqual(failed(1002));
  });

  test.each<[string, Params, string]>([
    ['an unknown gender', { gender: 2 }, '参数错误'],
    ['a gender that is no number', { gender: 'male' }, '参数错误'],
    ['a name that is an object', { name: { first: 'felix' } }, '参数错误'],
    ['a name that is too long', { name: '名'.repeat(65) }, '参数错误'],
    ['a malformed phone', { phone: '12345' }, '手机号格式不正确'],
    ['a malformed e-mail address', { email: 'felix@' }, '邮箱格式不正确'],
    ['an e-mail address that is a list', { email: ['a@example.com'] }, '参数错误'],
  ])('update_info with %s is 1001 and changes nothing', async (_name, params, msg) => {
    const before = await columns(person.uid);
    const answer = await app.json('/update_info', { token: person.token, ...params });
    expect(answer).toEqual(failed(1001, msg));
    expect(await columns(person.uid)).toEqual(before);
  });

  test('update_info with a banned name is 1001 and says so', async () => {
    await app.sql(`insert into banned_words (word) values ('违禁词')`);
    expect(await update({ name: '我是违禁词' })).toEqual(failed(1001, '名称包含违禁词'));
  });

  describe('phone', () => {
    test('update_info of the phone without a code, with a wrong one, or with one for something else is 3200', async () => {
      const phone = freshPhone();
      expect(await update({ phone })).toEqual(failed(3200));
      const register = await app.client.sendCode(phone, ['REGISTER']);
      expect(await update({ phone, verifycode: register })).toEqual(failed(3200));
      const other = await bindCode(freshPhone());
      expect(await update({ phone, verifycode: other })).toEqual(failed(3200));
      expect(await record()).toMatchObject({ phone: person.phone });
    });

    test('update_info with the present phone needs no code, in any spelling', async () => {
      const answer = await update({ phone: `+86${person.phone}`, name: '新名' });
      expect(answer.body.data).toMatchObject({ phone: person.phone, name: '新名' });
    });

    test('update_info with a taken phone is 3400 even without a code', async () => {
      const other = await app.person();
      expect(await update({ phone: other.phone })).toEqual(failed(3400));
      expect(await update({ phone: other.phone, verifycode: '123456' })).toEqual(failed(3400));
    });

    test('update_info refused for another reason keeps the code good, and changes nothing', async () => {
      const [phone, taken] = [freshPhone(), freshEmail()];
      const { token } = await app.client.register();
      await giveEmail(app.client, token, taken);
      const verifycode = await bindCode(phone);
      const before = await columns(person.uid);
      const good = { phone, verifycode, name: '新名', gender: 1, email: freshEmail() };
      expect(await update({ ...good, email: taken })).toEqual(failed(3401));
      expect(await update({ ...good, email: 'felix@' })).toMatchObject({ body: { code: '1001' } });
      expect(await update({ ...good, gender: 9 })).toEqual(failed(1001));
      expect(await update({ ...good, name: '名'.repeat(65) })).toEqual(failed(1001));
      expect(await update({ ...good, verifycode: '' })).toEqual(failed(3200));
      expect(await columns(person.uid)).toEqual(before);
      expect((await update(good)).body.data).toMatchObject({ phone, name: '新名', email: good.email });
    });

    test('of two who bind one phone by update_info at once, one has it', async () => {
      const other = await app.person();
      const phone = freshPhone();
      const verifycode = await bindCode(phone);
      const answers = await Promise.all([
        update({ phone, verifycode }),
        update({ phone, verifycode }, other),
      ]);
      const codes = answers.map(({ body }) => body.code).sort();
      expect(codes[0]).toBe('000000');
      expect(['3200', '3400']).toContain(codes[1]);
    });

    test('update_info of an account that a guessing of codes has locked is 3101', async () => {
      const { url, close } = await app.world.start({ GUARD_LOCK_AFTER: '2' });
      const guess = () => clientOf(url).form('/update_info', { token: person.token, phone, verifycode: 'x' });
      const phone = freshPhone();
      expect(await guess()).toEqual(failed(3200));
      expect(await guess()).toEqual(failed(3200));
      expect(await guess()).toEqual(failed(3101));
      await close();
    });
  });

  describe('e-mail', () => {
    test('an e-mail address set by update_info is shown, but logs nobody in and is sent no code until it is confirmed', async () => {
      const email = freshEmail().replace('user', 'User');
      expect((await update({ email })).body.data.email).toBe(email.toLowerCase());
      expect(await columns(person.uid)).toMatchObject({ email_verified: false });
      expect((await app.login(email)).body.code).toBe(3100);
      const retrieve = { email, purposes: ['RETRIEVE'] };
      expect(await mutate(app.client, 'sendCode', retrieve)).toMatchObject({ code: 'USER_NOT_FOUND' });

      await giveEmail(app.client, person.token, email.toLowerCase());
      expect((await app.login(email)).body.code).toBe(1000);
    });

    test('a verified e-mail address sent back by update_info as it was shown stays verified', async () => {
      const email = await giveEmail(app.client, person.token);
      expect((await update({ email: email.toUpperCase(), name: '新名' })).body.data.email).toBe(email);
      expect(await columns(person.uid)).toMatchObject({ email_verified: true });
    });

    test('an e-mail address set by update_info replaces a verified one, and is not verified', async () => {
      const former = await giveEmail(app.client, person.token);
      const email = freshEmail();
      expect((await update({ email })).body.data.email).toBe(email);
      expect(await columns(person.uid)).toMatchObject({ email, email_verified: false });
      expect((await app.login(former)).body.code).toBe(3100);
      expect((await app.login(person.phone)).body.code).toBe(1000);
    });

    test('update_info keeps the verified e-mail address when nothing else would log the account in', async () => {
      const email = await giveEmail(app.client, person.token);
      await setUser(app.infrastructure.database.fork(), Number(person.uid), { phone: null });
      const refused = failed(1001, '请至少保留手机号码、邮箱或第三方账号之一');
      expect(await update({ email: freshEmail(), name: '新名' })).toEqual(refused);
      expect(await columns(person.uid)).toMatchObject({ email, email_verified: true, nickname: null });
      // With a phone in the same step something does.
      const phone = freshPhone();
      const verifycode = await bindCode(phone);
      expect((await update({ email: freshEmail(), phone, verifycode })).body.code).toBe('000000');
    });

    test("update_info with somebody's verified e-mail address is 3401; one that is only shown may be shown twice", async () => {
      const other = await app.person();
      const email = freshEmail();
      expect((await update({ email }, other)).body.code).toBe('000000');
      expect((await update({ email })).body.code).toBe('000000');
      await giveEmail(app.client, other.token, email);
      expect(await record()).toMatchObject({ email: '' });
      expect(await update({ email })).toEqual(failed(3401));
      expect(await update({ email: email.toUpperCase() })).toEqual(failed(3401));
    });

    test('of those who show one e-mail address, whoever proves it is the only one to show it', async () => {
      const { database } = app.infrastructure;
      const claimants = await Promise.all([1, 2, 3, 4].map(() => app.person()));
      const owner = await registerByCode(app.client);
      for (let round = 0; round < 5; round++) {
        const email = freshEmail();
        const code = await app.client.sendCode(email, ['BIND']);
        await Promise.all([
          mutate(app.client, 'bindEmail', { email, code }, owner.token),
          ...claimants.map((one) => update({ email }, one)),
        ]);
        const rows = await database.fork().find(User, { email });
        expect(rows.map(({ id, emailVerified }) => [id, emailVerified])).toEqual([[owner.id, true]]);
      }
    });
  });

  describe('ACCOUNT_PHONE_WITHOUT_CODE=on', () => {
    let lax: Awaited<ReturnType<AccountApp['world']['start']>>;
    beforeAll(async () => {
      lax = await app.world.start({ ACCOUNT_PHONE_WITHOUT_CODE: 'on' });
    });

    test('with ACCOUNT_PHONE_WITHOUT_CODE=on update_info needs no code, though the phone must be free and well-formed', async () => {
      const [phone, other] = [freshPhone(), await app.person()];
      const post = (params: Params) =>
        clientOf(lax.url).form('/update_info', { token: person.token, ...params });
      expect(await post({ phone: other.phone })).toEqual(failed(3400));
      expect(await post({ phone: '123' })).toEqual(failed(1001, '手机号格式不正确'));
      expect((await post({ phone })).body.data.phone).toBe(phone);
      expect((await app.login(phone, PASSWORD)).body.code).toBe(1000);
    });

    test('with ACCOUNT_PHONE_WITHOUT_CODE=on other APIs still need a code', async () => {
      const query = 'mutation ($input: UpdateAccountInput!) { updateAccount(input: $input) { phone } }';
      const input = { phone: freshPhone() };
      expect(await lax.client.code(query, { input }, person.token)).toBe('CODE_INVALID');
      const code = await lax.client.sendCode(input.phone, ['BIND']);
      const { updateAccount } = await lax.client.data(query, { input: { ...input, code } }, person.token);
      expect(updateAccount).toEqual({ phone: input.phone });
    });
  });
});

describe('updateAccount of GraphQL', () => {
  const UPDATE =
    'mutation ($input: UpdateAccountInput!) { updateAccount(input: $input) { nickname sex phone email emailVerified } }';

  test('updateAccount sets a value, and null clears what is only shown and keeps phone and e-mail address', async () => {
    const email = freshEmail();
    const set = { nickname: '新名', sex: 'FEMALE', email };
    const shown = { phone: person.phone, email, emailVerified: false };
    const { updateAccount } = await app.client.data(UPDATE, { input: set }, person.token);
    expect(updateAccount).toEqual({ nickname: '新名', sex: 'FEMALE', ...shown });
    const nothing = { nickname: null, sex: null, phone: null, email: null, code: null };
    const cleared = await app.client.data(UPDATE, { input: nothing }, person.token);
    expect(cleared.updateAccount).toEqual({
      nickname: expect.stringMatching(/^user_/),
      sex: 'UNSPECIFIED',
      ...shown,
      email: null,
    });
  });

  test('updateAccount needs a session, and says what is wrong with which field', async () => {
    expect(await app.client.code(UPDATE, { input: {} })).toBe('UNAUTHENTICATED');
    const { errors } = await app.client.graphql(UPDATE, { input: { email: 'x' } }, { token: person.token });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'EMAIL_INVALID', field: 'email' });
  });

  test('updateAccount does not change an account disabled meanwhile, and its code is not lost', async () => {
    const service = app.services.accountUpdates;
    const ctx = contextOf(app.infrastructure.database, Number(person.uid));
    const phone = freshPhone();
    const code = await bindCode(phone);
    await setUser(app.infrastructure.database.fork(), Number(person.uid), { status: 2 });
    await expect(service.update(ctx, { phone, code })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await setUser(app.infrastructure.database.fork(), Number(person.uid), { status: 1 });
    expect(await service.update(ctx, { phone, code })).toMatchObject({ phone });
  });

  test('updateAccount binds once by one code, however many ask at once', async () => {
    const phone = freshPhone();
    const code = await bindCode(phone);
    const others = await Promise.all([1, 2, 3].map(() => app.person()));
    const results = await settledAtOnce(3, (index) =>
      app.services.accountUpdates.update(contextOf(app.infrastructure.database, Number(others[index]?.uid)), {
        phone,
        code,
      }),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await app.sql('select id from users where phone = ?', [phone])).toHaveLength(1);
  });
});
