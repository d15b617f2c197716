import { atOnce } from '../support/at-once.js';
import { freshPhone } from '../support/client.js';
import {
  invalid,
  type Member,
  NO_CONTENT,
  NOT_FOUND,
  type PlusAnswer,
  type PlusApp,
  refused,
  startPlus,
  UNAUTHENTICATED,
  WIRES,
  type Wire,
} from './plus.support.js';

/** plus.md 用户收货地址. */

let app: PlusApp;
let member: Member;

beforeAll(async () => {
  app = await startPlus();
});
beforeEach(async () => {
  member = await app.member();
});
afterAll(() => app.close());

type Params = Record<string, unknown>;

/** The document's example. */
const OFFICE = {
  alias: '公司',
  name: '张三',
  phone: '18818181818',
  province: '四川省',
  city: '成都市',
  county: '高新区',
  detail: '环球中心E1区9楼',
  postcode: '610000',
  is_default: false,
};
const LEAST = { name: '张三', phone: '18818181818', detail: '环球中心E1区9楼', is_default: 0 };
const LOCAL_TIME = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
const FULL = refused('收货地址已达上限');

const call = (
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string | number = '',
  params: Params = {},
  wire?: Wire,
  token = member.token,
): Promise<PlusAnswer> =>
  app.call(method, path === '' ? '/user/addresses' : `/user/addresses/${path}`, { token, params, wire });

/** A new address, as answered. */
async function create(params: Params = OFFICE, token = member.token) {
  const { status, body } = await call('POST', '', params, 'json', token);
  if (status !== 201) throw new Error(`not created: ${JSON.stringify(body)}`);
  return body;
}

const list = async (): Promise<{ id: number; is_default: boolean }[]> => (await call('GET')).body;
const defaults = async () => (await list()).filter(({ is_default }) => is_default).map(({ id }) => id);

/** A form and a query hold texts only. */
const asText = (params: Params): Params =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, typeof value === 'boolean' ? Number(value) : value]),
  );

describe('one address', () => {
  const whole = (params: Params = OFFICE) => ({
    ...{ id: expect.any(Number), user_id: member.id },
    ...{ alias: null, province: null, city: null, county: null, postcode: null },
    ...params,
    ...{ created_at: LOCAL_TIME, updated_at: LOCAL_TIME },
  });

  test.each(WIRES)('an address of plus is created and read as the document writes it (%s)', async (wire) => {
    const created = await call('POST', '', wire === 'json' ? OFFICE : asText(OFFICE), wire);
    expect(created).toEqual({ status: 201, body: whole() });
    expect(Object.keys(created.body)).toEqual([
      ...['id', 'user_id', 'alias', 'name', 'phone', 'province', 'city', 'county', 'detail', 'postcode'],
      ...['is_default', 'created_at', 'updated_at'],
    ]);
    expect(await call('GET', created.body.id)).toEqual({ status: 200, body: created.body });
    const least = await call('POST', '', LEAST, wire);
    expect(least).toEqual({ status: 201, body: whole({ ...LEAST, is_default: false }) });
  });

  test.each((['PUT', 'PATCH'] as const).flatMap((method) => WIRES.map((wire) => [method, wire] as const)))(
    '%s changes what is sent of a plus address, and only that (%s)',
    async (method, wire) => {
      const { id, created_at } = await create();
      const { phone, ...changes } = {
        ...OFFICE,
        alias: '家里',
        name: '李四',
        detail: '1 号',
        postcode: '100000',
      };
      const sent = { ...asText(changes), is_default: '1', alias: ' 家里 ', id: 1, user_id: 1 };
      const changed = await call(method, id, sent, wire);
      expect(changed).toEqual({
        status: 200,
        body: { ...whole({ ...changes, phone }), id, created_at, is_default: true },
      });
      expect(await call('GET', id)).toEqual(changed);
      const cleared = { alias: '', province: '', city: ' ', county: '', postcode: '' };
      const rest = { name: '李四', detail: '1 号', phone, is_default: true };
      expect(await call(method, id, cleared, wire)).toEqual({
        status: 200,
        body: { ...whole(rest), id, created_at },
      });
      expect(await call(method, id, {}, wire)).toMatchObject({ status: 200, body: rest });
    },
  );

  test('null clears what may be empty in an address of plus', async () => {
    const { id } = await create();
    const cleared = { alias: null, province: null, city: null, county: null, postcode: null };
    expect(await call('PATCH', id, cleared)).toEqual({
      status: 200,
      body: { ...whole({ ...OFFICE, ...cleared }), id },
    });
  });

  test('DELETE deletes an address of plus', async () => {
    const [{ id }, other] = [await create(), await create()];
    expect(await call('DELETE', id)).toEqual(NO_CONTENT);
    expect(await call('DELETE', id)).toEqual(NOT_FOUND);
    expect(await list()).toEqual([other]);
  });

  test('an address of plus has its times in UTC', async () => {
    const { id } = await create();
    await app.sql('update addresses set created_at = ?, updated_at = ? where id = ?', [
      ...['2019-04-13T04:34:33.999Z', '2020-01-01T00:00:00Z'],
      id,
    ]);
    const { body } = await call('GET', id);
    expect(body).toMatchObject({ created_at: '2019-04-13 04:34:33', updated_at: '2020-01-01 00:00:00' });
    const changed = await call('PUT', id, { alias: 'x' });
    expect(changed.body).toMatchObject({ created_at: '2019-04-13 04:34:33', updated_at: LOCAL_TIME });
    expect(changed.body.updated_at > '2020-01-01 00:00:00').toBe(true);
    const query = 'query ($id: ID!) { address(id: $id) { updatedAt } }';
    const { address } = await app.client.data(query, { id }, member.token);
    expect(changed.body.updated_at.replace(' ', 'T')).toBe(address.updatedAt.slice(0, 19));
  });
});

describe('the list of addresses', () => {
  test('the addresses of plus are empty at first, and then newest first, each as it reads alone', async () => {
    expect(await call('GET')).toEqual({ status: 200, body: [] });
    const created = [await create(), await create(LEAST), await create({ ...OFFICE, is_default: true })];
    expect(await call('GET')).toEqual({ status: 200, body: created.toReversed() });
    await call('PATCH', created[0].id, { alias: 'changed last' });
    expect((await list()).map(({ id }) => id)).toEqual(created.toReversed().map(({ id }) => id));
    for (const address of await list())
      expect(await call('GET', address.id)).toEqual({ status: 200, body: address });
  });

  test('the addresses of plus have one default at most, which the next one replaces', async () => {
    const first = await create({ ...OFFICE, is_default: true });
    const second = await create({ ...OFFICE, is_default: true });
    expect(await defaults()).toEqual([second.id]);
    expect(await call('PATCH', first.id, { is_default: true })).toMatchObject({ body: { is_default: true } });
    expect(await defaults()).toEqual([first.id]);
    expect(await call('PATCH', second.id, { is_default: false })).toMatchObject({ status: 200 });
    expect(await defaults()).toEqual([first.id]);
    expect(await call('PUT', first.id, { is_default: false })).toMatchObject({ status: 200 });
    expect(await defaults()).toEqual([]);
  });
});

describe('access to an address', () => {
  const others: [string, () => Promise<string | number>][] = [
    ['another’s', async () => (await create(OFFICE, (await app.member()).token)).id],
    ['an unknown one', async () => 2_147_483_647],
    [
      'a deleted one',
      async () => {
        const { id } = await create();
        await call('DELETE', id);
        return id;
      },
    ],
    ['one too large', async () => '99999999999'],
    ['one larger still', async () => '9'.repeat(40)],
    ['zero', async () => 0],
    ['a negative one', async () => -1],
    ['a word', async () => 'first'],
    ['a fraction', async () => '1.5'],
    ['NUL', async () => '%00'],
  ];

  test.each(others)('%s is not found by plus, on every method', async (_, find) => {
    const id = await find();
    expect(await call('GET', id)).toEqual(NOT_FOUND);
    expect(await call('PUT', id, OFFICE)).toEqual(NOT_FOUND);
    expect(await call('PATCH', id, { is_default: true })).toEqual(NOT_FOUND);
    expect(await call('PATCH', id, {})).toEqual(NOT_FOUND);
    expect(await call('DELETE', id)).toEqual(NOT_FOUND);
  });

  test('a stranger changes no address of plus', async () => {
    const mine = await create({ ...OFFICE, is_default: true });
    const stranger = await app.member();
    const own = await create({ ...OFFICE, is_default: true }, stranger.token);
    for (const method of ['PUT', 'PATCH', 'DELETE'] as const) {
      const params = { ...OFFICE, id: own.id, user_id: stranger.id, is_default: true };
      expect(await call(method, mine.id, params, 'json', stranger.token)).toEqual(NOT_FOUND);
    }
    expect(await list()).toEqual([mine]);
    expect((await call('GET', own.id, {}, 'query', stranger.token)).body).toEqual(own);
  });

  test('the addresses of plus need a session, whatever else is wrong', async () => {
    const { id } = await create();
    for (const token of ['', 'nonsense']) {
      expect(await call('GET', '', {}, 'query', token)).toEqual(UNAUTHENTICATED);
      expect(await call('POST', '', {}, 'json', token)).toEqual(UNAUTHENTICATED);
      for (const method of ['GET', 'PUT', 'PATCH', 'DELETE'] as const) {
        expect(await call(method, id, {}, undefined, token)).toEqual(UNAUTHENTICATED);
      }
    }
  });
});

const LONGEST = { alias: 24, name: 24, province: 32, city: 32, county: 32, detail: 160 };
const PHONE = invalid('phone', '请输入符合大陆地区的手机号码');
const wrong = (field: string) => invalid(field, '参数错误');

describe('rules of an address', () => {
  /** By its size in GB18030; the last two are none of the document's three, and 2 and 4 long. */
  const CHARACTERS = { a: 1, 中: 2, '😀': 4, é: 2, ñ: 4 };

  test.each(Object.entries(LONGEST))(
    'the %s of a plus address is at most %d long in GB18030',
    async (field, max) => {
      const { id } = await create();
      for (const [character, size] of Object.entries(CHARACTERS)) {
        const longest = character.repeat(max / size);
        for (const [method, path] of [
          ['POST', ''],
          ['PUT', id],
          ['PATCH', id],
        ] as const) {
          const answer = await call(method, path, { ...OFFICE, [field]: ` ${longest} ` });
          expect(answer.body).toMatchObject({ [field]: longest });
          if (method === 'POST') await call('DELETE', answer.body.id);
          for (const more of ['a', character]) {
            expect(await call(method, path, { ...OFFICE, [field]: longest + more })).toEqual(wrong(field));
          }
        }
      }
    },
  );

  test.each([...WIRES])(
    'a new address of plus needs name, phone, detail and is_default (%s)',
    async (wire) => {
      for (const [field, text] of [
        ['name', '参数错误'],
        ['phone', PHONE.body.errors.phone[0]],
        ['detail', '参数错误'],
        ['is_default', '参数错误'],
      ]) {
        const { [field as 'name']: _, ...rest } = LEAST;
        expect(await call('POST', '', rest, wire)).toEqual(invalid(field, text));
        expect(await call('POST', '', { ...rest, [field]: ' ' }, wire)).toEqual(invalid(field, text));
      }
      expect(await call('POST', '', {}, wire)).toEqual(wrong('name'));
      expect(await list()).toEqual([]);
    },
  );

  test.each(['PUT', 'PATCH'] as const)('%s clears no required field of a plus address', async (method) => {
    const address = await create();
    for (const none of [null, '', ' ']) {
      for (const field of ['name', 'detail', 'is_default']) {
        expect(await call(method, address.id, { alias: 'x', [field]: none })).toEqual(wrong(field));
      }
      expect(await call(method, address.id, { alias: 'x', phone: none })).toEqual(PHONE);
    }
    expect(await list()).toEqual([address]);
  });

  test('is_default of an address of plus is true, false, 1, 0, "1" or "0"', async () => {
    const { id } = await create();
    for (const value of [true, false, 1, 0, '1', '0', ' 1 ']) {
      const is_default = [true, 1, '1', ' 1 '].includes(value);
      expect(await call('POST', '', { ...OFFICE, is_default: value })).toMatchObject({
        body: { is_default },
      });
      expect(await call('PATCH', id, { is_default: value })).toMatchObject({ body: { is_default } });
    }
    for (const value of ['true', 'false', 'yes', 'on', 2, -1, 0.5, '01', [], [1], {}, { 1: 1 }, '一']) {
      expect({ value, ...(await call('POST', '', { ...OFFICE, is_default: value })) }).toEqual({
        value,
        ...wrong('is_default'),
      });
      expect(await call('PUT', id, { is_default: value })).toEqual(wrong('is_default'));
    }
  });

  test('postcode of an address of plus is six digits', async () => {
    const { id } = await create();
    for (const postcode of ['610000', '000000', ' 610000 ', '610 000', '６１００００', '610\u200b000']) {
      const meant = postcode === '000000' ? postcode : '610000';
      expect((await call('PATCH', id, { postcode })).body.postcode).toBe(meant);
    }
    expect((await call('PATCH', id, { postcode: 610001 })).body.postcode).toBe('610001');
    for (const postcode of ['61000', '6100000', '61000a', '-61000', 61000, 1e21, '610000\n1']) {
      expect({ postcode, ...(await call('PATCH', id, { postcode })) }).toEqual({
        postcode,
        ...wrong('postcode'),
      });
      expect(await call('POST', '', { ...OFFICE, postcode })).toEqual(wrong('postcode'));
    }
  });

  test('phone of an address of plus is a mainland mobile number, kept as eleven digits', async () => {
    const { id } = await create();
    const phone = freshPhone();
    for (const spelt of [phone, `+86${phone}`, `0086${phone}`, `86${phone}`, ` ${phone} `, Number(phone)]) {
      expect((await call('PATCH', id, { phone: spelt })).body.phone).toBe(phone);
    }
    for (const malformed of ['12345', '02887654321', '+14155552671', `${phone}1`, '1380013800①', 'x', 1.5]) {
      expect({ malformed, ...(await call('PATCH', id, { phone: malformed })) }).toEqual({
        malformed,
        ...PHONE,
      });
      expect(await call('POST', '', { ...OFFICE, phone: malformed })).toEqual(PHONE);
    }
  });
});

describe('the number of addresses', () => {
  test('the address of plus after 20 is refused until one is deleted', async () => {
    const first = await create();
    for (let count = 1; count < 20; count++) await create(LEAST);
    const before = await list();
    expect(await call('POST', '', OFFICE)).toEqual(FULL);
    expect(await call('POST', '', { ...OFFICE, is_default: true })).toEqual(FULL);
    expect(await list()).toEqual(before);
    expect(await call('PATCH', first.id, { alias: 'x' })).toMatchObject({ status: 200 });
    expect(await call('DELETE', first.id)).toEqual(NO_CONTENT);
    expect(await call('POST', '', OFFICE)).toMatchObject({ status: 201 });
    expect(await list()).toHaveLength(20);
  });

  test('of 40 addresses of plus created at once 20 are taken, and one of them is the default', async () => {
    const answers = await atOnce(40, () => call('POST', '', { ...OFFICE, is_default: true }));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
    expect(answers.filter(({ status }) => status !== 201)).toEqual(Array(20).fill(FULL));
    expect(await list()).toHaveLength(20);
    expect(await defaults()).toHaveLength(1);
  });

  test('of 40 calls of plus that make an address the default at once, one is', async () => {
    const ids: number[] = [];
    for (let count = 0; count < 20; count++) ids.push((await create(LEAST)).id);
    const answers = await atOnce(40, (index) => call('PATCH', ids[index % 20], { is_default: '1' }));
    expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(200));
    expect(await defaults()).toHaveLength(1);
  });
});

describe('hostile values', () => {
  const TEXTS = ['alias', 'name', 'phone', 'province', 'city', 'county', 'detail', 'postcode'];

  test.each(TEXTS)('%s of an address of plus that is no text is refused, by name', async (field) => {
    const address = await create();
    const answer = field === 'phone' ? PHONE : wrong(field);
    for (const value of [[], ['x'], {}, { a: '1' }, { length: 1 }, true, false, '\ud800', 'a\udc00b']) {
      for (const [method, path] of [
        ['POST', ''],
        ['PUT', address.id],
        ['PATCH', address.id],
      ] as const) {
        const given = await call(method, path, { ...OFFICE, [field]: value });
        expect({ value, method, ...given }).toEqual({ value, method, ...answer });
      }
    }
    expect(await list()).toEqual([address]);
  });

  test('NUL and endless texts in an address of plus are refused', async () => {
    const address = await create();
    for (const field of TEXTS) {
      for (const value of ['a\0b', '\0', 'x'.repeat(20_000), '😀'.repeat(20_000)]) {
        for (const [method, path] of [
          ['POST', ''],
          ['PATCH', address.id],
        ] as const) {
          const { status } = await call(method, path, { ...OFFICE, [field]: value });
          expect({ field, method, status }).toEqual({ field, method, status: 422 });
        }
      }
    }
    expect(await list()).toEqual([address]);
  });

  test('an address of plus takes what looks like code for text, and prototypes are out of reach', async () => {
    const detail = `'; drop table addresses; -- <b>\${7*7}</b> %s \\`;
    expect((await create({ ...OFFICE, detail })).detail).toBe(detail);
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${member.token}` };
    const base = `${app.url}/api/v2/user/addresses`;
    for (const key of ['__proto__', 'constructor']) {
      const body = `{"${key}": {"prototype": {"name": "x"}, "name": "x"}, "phone": "${OFFICE.phone}"}`;
      const response = await fetch(base, { method: 'POST', headers, body });
      expect(response.status).toBe(400);
      const query = new URLSearchParams({
        [key]: 'x',
        [`${key}[name]`]: 'x',
        ...(asText(OFFICE) as Record<string, string>),
      });
      const created = await fetch(`${base}?${query}`, {
        method: 'POST',
        headers: { authorization: headers.authorization },
      });
      expect(created.status).toBe(201);
    }
    expect(({} as { name?: string }).name).toBeUndefined();
  });

  test('a parameter of plus sent twice, or as a list, is refused by name', async () => {
    const { id } = await create();
    for (const query of ['name=a&name=b', 'name=%E4%B8', 'name=%00%']) {
      const response = await fetch(`${app.url}/api/v2/user/addresses/${id}?${query}&token=${member.token}`, {
        method: 'PUT',
      });
      expect({ status: response.status, body: await response.json() }).toEqual(wrong('name'));
    }
  });
});
