import { ERRORS } from '../../src/errors/codes.js';
import { type LoneApp, startTestApp } from '../support/app.js';
import { type Account } from '../support/client.js';
import { postGraphql } from '../support/graphql-http.js';

let app: LoneApp;
let account: Account;

beforeAll(async () => {
  app = await startTestApp();
  account = await app.client.register();
});
afterAll(() => app.close());

const ME = '{ me { id } }';

const post = (body: unknown, headers?: Record<string, string>) => postGraphql(app.url, body, headers);

describe('the input at fault', () => {
  const address = { name: '张三', phone: '13800138000', detail: '一号' };
  const CREATE = 'mutation ($input: AddressInput!) { createAddress(input: $input) { id } }';
  const [UPDATE, ADDRESS] = [
    'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { id } }',
    'query ($id: ID!) { address(id: $id) { id } }',
  ];

  test.each<[what: string, code: string, field: string, query: string, variables?: object]>([
    ['a variable that lacks', 'INVALID_INPUT', 'id', ADDRESS],
    ['a variable of the wrong type', 'INVALID_INPUT', 'id', ADDRESS, { id: {} }],
    ['a field that lacks', 'INVALID_INPUT', 'detail', CREATE, { input: { ...address, detail: undefined } }],
    ['a field of the wrong type', 'INVALID_INPUT', 'sex', UPDATE, { input: { sex: 'OTHER' } }],
    ['an item of a field', 'INVALID_INPUT', 'hobbyIds', UPDATE, { input: { hobbyIds: ['1', {}] } }],
    ['a field that is unknown', 'INVALID_INPUT', 'colour', UPDATE, { input: { colour: 1 } }],
    ['a text that looks like a message', 'INVALID_INPUT', 'sex', UPDATE, { input: { sex: 'x at "a.b"; ' } }],
    ['an argument that lacks', 'INVALID_QUERY', 'id', '{ address { id } }'],
    ['an argument that is unknown', 'INVALID_QUERY', 'no', '{ me(no: 1) { id } }'],
    [
      'a field of a literal that lacks',
      'INVALID_QUERY',
      'phone',
      'mutation { createAddress(input: { name: "a", detail: "b" }) { id } }',
    ],
    [
      'a null for what has a default',
      'INVALID_INPUT',
      'orDefault',
      'query ($x: Boolean) { me { avatarUrl(orDefault: $x) } }',
      { x: null },
    ],
    ['a thing that is not there', 'NOT_FOUND', 'id', 'mutation { attachTag(id: 99) { id } }'],
    ['a user who is not there', 'USER_NOT_FOUND', 'userId', 'mutation { follow(userId: 999999) { id } }'],
  ])('%s is named', async (_what, code, field, query, variables = {}) => {
    const { errors } = await app.client.graphql(query, { ...variables }, { token: account.token });
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.extensions).toEqual({ code, field });
  });
});

test('the schema lists every error code with its meaning', async () => {
  const type = '{ __type(name: "ErrorCode") { enumValues { name description } } }';
  const { __type } = await app.client.data(type);
  const listed = Object.entries(ERRORS).map(([name, { en }]) => ({ name, description: en }));
  expect(__type.enumValues).toEqual(listed);
  const { gatewayInfo } = await app.client.data('{ gatewayInfo { errors { code message } } }');
  expect(gatewayInfo.errors).toEqual(Object.entries(ERRORS).map(([code, { zh }]) => ({ code, message: zh })));
});

describe('messages', () => {
  const refused = { query: '{ sessions { id } }' };

  test.each([
    [undefined, 'zh'],
    ['*', 'zh'],
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
    ['zh-TW', 'zh'],
    ['en', 'en'],
    ['en-GB,en;q=0.9,zh;q=0.8', 'en'],
    ['fr-FR', 'en'],
  ] as const)('error messages for Accept-Language %j are in %s', async (language, locale) => {
    const headers: Record<string, string> = language ? { 'accept-language': language } : {};
    const { body } = await post(refused, headers);
    expect(body.errors[0].message).toBe(ERRORS.UNAUTHENTICATED[locale]);
  });

  test('error messages say which variable has the wrong type, and why', async () => {
    const query =
      'query ($ids: [ID!], $first: Int) { users(filter: { ids: $ids }, first: $first) { nodes { id } } }';
    for (const [variables, name] of [
      [{ ids: 'x', first: 'ten' }, '$first'],
      [{ first: 1.5 }, '$first'],
      [{ first: 2 ** 31 }, '$first'],
      [{ ids: [null] }, '$ids'],
      [{ ids: [{}] }, '$ids'],
    ] as const) {
      const { body, code } = await post({ query, variables });
      expect(code).toBe('INVALID_INPUT');
      expect(body.errors[0].message).toContain(`Variable "${name}"`);
    }
    const update = 'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { id } }';
    for (const input of [
      null,
      { sex: 'OTHER' },
      { sex: 1 },
      { birthday: 19900101 },
      { unknown: 1 },
      { name: 1 },
    ]) {
      expect((await post({ query: update, variables: { input } })).code).toBe('INVALID_INPUT');
    }
  });

  test('error messages say what is wrong with a query', async () => {
    for (const [query, mistake] of [
      ['{ me { unknown } }', '"unknown"'],
      ['{ me }', '"me"'],
      ['{ unknown }', '"unknown"'],
      ['{ me { id }', '<EOF>'],
      ['query ($x: Unknown) { me { id } }', '"Unknown"'],
      ['{ user(id: {}) { id } }', '{}'],
      ['{ me(id: 1) { id } }', '"id"'],
    ] as const) {
      const { body, code } = await post({ query });
      expect(code).toBe('INVALID_QUERY');
      expect(body.errors[0].message).toContain(mistake);
    }
  });
});

describe('introspection', () => {
  const SCHEMA = '{ __schema { types { name } } }';

  test('introspection is answered while the playground is on', async () => {
    const { body } = await post({ query: SCHEMA });
    expect(body.data.__schema.types.length).toBeGreaterThan(50);
    expect((await post({ query: '{ me { idd } }' })).body.errors[0].message).toContain('Did you mean');
  });

  test('introspection is refused while the playground is off, and names are not suggested', async () => {
    const { url } = await app.world.start({ PLAYGROUND: 'off' });
    const ask = (body: object) => postGraphql(url, body);
    for (const query of [SCHEMA, '{ __type(name: "User") { name } }']) {
      const { code, body } = await ask({ query });
      expect(code).toBe('INVALID_QUERY');
      expect(body.errors[0].message).toContain('PLAYGROUND=on');
    }
    for (const body of [
      { query: '{ me { idd } }' },
      { query: '{ users(filter: { nam: "x" }) { nodes { id } } }' },
      {
        query: 'query ($f: UserFilter) { users(filter: $f) { nodes { id } } }',
        variables: { f: { nam: 'x' } },
      },
      { query: 'query ($o: UserOrder) { users(order: $o) { nodes { id } } }', variables: { o: 'ID_ASX' } },
    ]) {
      expect((await ask(body)).body.errors[0].message).not.toContain('Did you mean');
    }
    expect((await ask({ query: '{ me { __typename id } }' })).body).toEqual({ data: { me: null } });
    const page = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(406);
    expect(await page.text()).not.toContain('<html');
  });
});

describe('unexpected failures', () => {
  /** Takes a table away while `work` runs. */
  async function without(table: string, work: () => Promise<void>): Promise<void> {
    const em = app.infrastructure.database.fork();
    await em.execute(`alter table ${table} rename to ${table}_gone`);
    await work().finally(() => em.execute(`alter table ${table}_gone rename to ${table}`));
  }

  test.each(['zh', 'en'] as const)(
    'an unexpected failure tells its request id and nothing else (%s)',
    async (locale) => {
      await without('hobbies', async () => {
        const { status, body, headers } = await post(
          { query: '{ me { id } hobbies { id } }' },
          { 'accept-language': locale },
        );
        expect(status).toBe(200);
        expect(body).toEqual({
          data: null,
          errors: [
            {
              message: ERRORS.INTERNAL[locale],
              locations: [{ line: 1, column: 13 }],
              path: ['hobbies'],
              extensions: { code: 'INTERNAL', requestId: headers.get('x-request-id') },
            },
          ],
        });
        expect(JSON.stringify(body)).not.toMatch(/hobbies_|select|does not exist|42P01|\.ts|\.js/);
      });
      expect((await post({ query: '{ hobbies { id } }' })).code).toBeUndefined();
    },
  );

  test('an unexpected failure before the query is looked at is INTERNAL with status 500', async () => {
    await without('sessions', async () => {
      const { status, body, headers } = await post(
        { query: ME },
        { authorization: `Bearer ${'x'.repeat(43)}` },
      );
      expect(status).toBe(500);
      expect(body.errors).toEqual([
        {
          message: ERRORS.INTERNAL.zh,
          extensions: { code: 'INTERNAL', requestId: headers.get('x-request-id') },
        },
      ]);
    });
  });

  test('an unexpected failure of one nullable field leaves the rest of the answer', async () => {
    await without('vips', async () => {
      const { body } = await post({
        query: 'query ($id: ID!) { user(id: $id) { id vip { level } } }',
        variables: { id: String(account.id) },
      });
      expect(body.data).toEqual({ user: { id: String(account.id), vip: null } });
      expect(body.errors[0]).toMatchObject({ path: ['user', 'vip'], extensions: { code: 'INTERNAL' } });
    });
  });
});
