import { AppError } from '../../src/errors/app-error.js';
import { tables } from '../../src/rest/dialect.js';
import type { AnlifeOperations } from '../../src/rest/dialects/anlife.operations.js';
import { Input } from '../../src/rest/input.js';
import {
  bool,
  cases,
  choice,
  cookie,
  decimal,
  documentParameters,
  everything,
  firstOf,
  flag,
  group,
  idList,
  int,
  list,
  md5,
  nested,
  type Parameters,
  type Part,
  readParameters,
  sampleParameters,
  secret,
  text,
  upload,
  userId,
  word,
} from '../../src/rest/parameters.js';

/** How declared parameters are read, refused and told of. */

/** What is read, or what it is refused with. */
function readAll(parameters: Parameters, values: Record<string, unknown>): unknown {
  try {
    return readParameters(parameters, new Input(values));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { code: error.code, ...error.details };
  }
}

const read = (part: Part<unknown>, value: unknown): unknown => {
  const answer = readAll({ p: part }, value === undefined ? {} : { p: value });
  return (answer as { p?: unknown; code?: string }).code ? answer : (answer as { p?: unknown }).p;
};

const REFUSED = { code: 'INVALID_INPUT', field: 'p' };
const MISSING = { ...REFUSED, missing: true };

const HALF = 'a\ud800';
const MD5 = 'aB'.repeat(16);
const SEXES = { 0: 'NONE', 1: 'MALE' };
const WORDS = { user: 'USER', org: 'ORG' };

test.each<[string, Part<unknown>, unknown, unknown]>([
  ['text', text(''), undefined, undefined],
  ['text', text(''), null, undefined],
  ['text', text(''), '', ''],
  ['text', text(''), ' a ', ' a '],
  ['text', text(''), 1.5, '1.5'],
  ['text', text(''), 2 ** 53, REFUSED],
  ['text', text(''), Number.NaN, REFUSED],
  ['text', text(''), true, REFUSED],
  ['text', text(''), ['a'], REFUSED],
  ['text', text(''), { a: 1 }, REFUSED],
  ['text', text(''), HALF, REFUSED],
  ['required text', text('').required(), undefined, MISSING],
  ['required text', text('').required(), null, MISSING],
  ['required text', text('').required(), '', MISSING],
  ['required text', text('').required(), ' ', ' '],
  ['required text', text('').required(), HALF, REFUSED],
  [
    'text required with a code',
    text('').required('PASSWORD_MISMATCH'),
    '',
    { ...MISSING, code: 'PASSWORD_MISMATCH' },
  ],
  ['text required with a code', text('').required('PASSWORD_MISMATCH'), HALF, REFUSED],
  ['present text', text('').present(), undefined, REFUSED],
  ['present text', text('').present(), null, REFUSED],
  ['present text', text('').present(), '', ''],
  ['text with a meaning of empty', text('').empty('-'), '', '-'],
  ['text with a meaning of empty', text('').empty('-'), undefined, undefined],
  ['text with a default', text('').default('-'), '', '-'],
  ['text with a default', text('').default('-'), undefined, '-'],
  ['text with a default', text('').default('-'), 'a', 'a'],
  ['clearable text', text('').clearable(), null, null],
  ['clearable text', text('').clearable(), undefined, undefined],
  ['clearable text', text('').clearable(), '', ''],
  ['lenient text', text('').lenient(), ['a'], undefined],
  ['lenient text', text('').lenient(), 'a', 'a'],
  ['lenient text with a default', text('').lenient().default('-'), ['a'], '-'],
  ['refined text', text('').refine((value) => value === 'a'), 'a', 'a'],
  ['refined text', text('').refine((value) => value === 'a'), 'b', REFUSED],
  ['refined text', text('').refine((value) => value === 'a'), undefined, undefined],
  ['transformed text', text('').transform((value) => value.length), 'abc', 3],
  ['transformed text', text('').transform((value) => value.length), undefined, undefined],
  ['text that becomes nothing', text('').transform(() => null), 'a', null],
  ['text that becomes undefined', text('').transform(() => undefined), 'a', REFUSED],
  ['sent text', text('').sent(), 'a', true],
  ['sent text', text('').sent(), ['a'], true],
  ['sent text', text('').sent(), '', false],
  ['sent text', text('').sent(), null, false],
  ['sent text', text('').sent(), undefined, false],
  ['secret', secret(''), 'a', 'a'],
  ['secret', secret('', md5), 'a', REFUSED],
  ['number of an account', userId('').required(), '7', 7],
  [
    'text of another refusal',
    text('').required().refusedAs('NOT_FOUND'),
    HALF,
    { code: 'NOT_FOUND', field: 'p' },
  ],
  ['md5', md5('').required(), MD5, MD5],
  ['md5', md5('').required(), undefined, MISSING],
  ['md5', md5('').required(), MD5.slice(1), REFUSED],
  ['md5', md5('').required(), `${MD5}0`, REFUSED],
  ['md5', md5('').required(), `${MD5}\n`, REFUSED],
  ['required number', int('').required(), '7', 7],
  ['required number', int('').required(), undefined, MISSING],
  ['required number', int('').required(), ' ', MISSING],
  ['required number', int('').required(), '0', 0],
  ['decimal number', decimal(''), ' -104.0668 ', -104.0668],
  ['decimal number', decimal(''), 30, 30],
  ['decimal number', decimal(''), '', null],
  ['decimal number', decimal(''), undefined, undefined],
  ['decimal number', decimal(''), '.5', REFUSED],
  ['decimal number', decimal(''), '1.', REFUSED],
  ['decimal number', decimal(''), '1e3', REFUSED],
  ['decimal number', decimal(''), 'Infinity', REFUSED],
  ['decimal number', decimal(''), '9'.repeat(400), REFUSED],
  ['required decimal number', decimal('').required(), '0', 0],
  ['required decimal number', decimal('').required(), '', MISSING],
  ['choice', choice(SEXES, ''), '1', 'MALE'],
  ['choice', choice(SEXES, ''), 1, 'MALE'],
  ['choice', choice(SEXES, ''), ' 01 ', 'MALE'],
  ['choice', choice(SEXES, ''), '2', REFUSED],
  ['choice', choice(SEXES, ''), 'MALE', REFUSED],
  ['choice', choice(SEXES, ''), undefined, undefined],
  ['choice', choice(SEXES, ''), '', null],
  ['choice', choice(SEXES, '').empty('NONE'), '', 'NONE'],
  ['choice', choice({ 0: null, 1: 'IOS' }, ''), 0, null],
  ['word', word(WORDS, '').required(), 'org', 'ORG'],
  ['word', word(WORDS, '').required(), '', REFUSED],
  ['word', word(WORDS, '').required(), undefined, MISSING],
  ['word', word(WORDS, '').required(), 'ORG', REFUSED],
  ['word', word(WORDS, '').required(), 'toString', REFUSED],
  ['list', idList(''), undefined, undefined],
  ['list', idList(''), '', []],
  ['list', idList(''), ' ', []],
  ['list', idList(''), ' 1 , 22,3', ['1', '22', '3']],
  ['list', idList(''), 5, ['5']],
  ['list', idList(''), '1,', REFUSED],
  ['list', idList(''), ',', REFUSED],
  ['list', idList(''), '1,,2', REFUSED],
  ['list', idList(''), '1 2', REFUSED],
  ['list', idList(''), '-1', REFUSED],
  ['list', idList(''), '12345678901', REFUSED],
  ['boolean', bool(''), true, true],
  ['boolean', bool(''), '1', true],
  ['boolean', bool(''), 1, true],
  ['boolean', bool(''), false, false],
  ['boolean', bool(''), '0', false],
  ['boolean', bool(''), 0, false],
  ['boolean', bool(''), null, null],
  ['boolean', bool(''), undefined, undefined],
  ['boolean', bool(''), 'true', REFUSED],
  ['boolean', bool(''), '', REFUSED],
  ['switch', flag(''), undefined, false],
  ['switch', flag(''), ' On ', true],
  ['switch', flag(''), '1', true],
  ['switch', flag(''), 1, true],
  ['switch', flag(''), true, true],
  ['switch', flag(''), '0', false],
  ['switch', flag(''), ['1'], false],
  ['switch', flag(''), HALF, false],
])('the parameter %s: %3$j becomes %4$j', (_kind, part, value, answer) => {
  expect(read(part, value)).toEqual(answer);
});

test('parameters named like members of every object are absent like others', () => {
  expect(readAll({ toString: text(''), constructor: text('').required() }, {})).toEqual({
    code: 'INVALID_INPUT',
    field: 'constructor',
    missing: true,
  });
});

describe('several parameters', () => {
  const SAME = group({ a: text('').required(), b: text('').required() }).refine(
    ({ a, b }) => a === b,
    'PASSWORD_MISMATCH',
    'b',
  );

  test('several parameters are refused for the first that is declared and malformed', () => {
    const table = { a: text(''), b: text('').required(), c: text('') };
    expect(readAll(table, { a: [], c: [] })).toEqual({ code: 'INVALID_INPUT', field: 'a' });
    expect(readAll(table, { c: [] })).toEqual({ code: 'INVALID_INPUT', field: 'b', missing: true });
  });

  test('several parameters keep a rule before what is declared after it is looked at', () => {
    const table = { same: SAME, c: text('').required() };
    expect(readAll(table, { a: '1', b: '2' })).toEqual({ code: 'PASSWORD_MISMATCH', field: 'b' });
    expect(readAll(table, { a: '1' })).toEqual({ code: 'INVALID_INPUT', field: 'b', missing: true });
    expect(readAll(table, { a: '1', b: '1' })).toEqual({ code: 'INVALID_INPUT', field: 'c', missing: true });
    expect(readAll(table, { a: '1', b: '1', c: '3' })).toEqual({ same: { a: '1', b: '1' }, c: '3' });
  });

  test('a parameter may depend on another one', () => {
    const by = cases('type', word({ sms: 'sms', mail: 'mail' }, '').required(), {
      sms: { phone: text('').required() },
      mail: { email: text('').required() },
    });
    expect(readAll({ by }, { type: 'sms', phone: '1', email: [] })).toEqual({
      by: { type: 'sms', phone: '1' },
    });
    expect(readAll({ by }, { type: 'mail', phone: '1' })).toEqual({
      code: 'INVALID_INPUT',
      field: 'email',
      missing: true,
    });
    expect(readAll({ by }, { type: 'fax' })).toEqual({ code: 'INVALID_INPUT', field: 'type' });
  });

  test('parameters may be places of one value, of which the others are not read', () => {
    const number = text('号码').example('7');
    const table = {
      number: firstOf({ own: number, card: nested({ number }).transform((card) => card.number) }),
    };
    expect(readAll(table, { own: '1', card: { number: [] } })).toEqual({ number: '1' });
    expect(readAll(table, { own: null, card: { number: '2' } })).toEqual({ number: '2' });
    expect(readAll(table, { card: { number: [] } })).toEqual({ code: 'INVALID_INPUT', field: 'number' });
    expect(readAll(table, {})).toEqual({ number: undefined });
    expect(documentParameters(table).map(({ name }) => name)).toEqual(['own', 'card[number]']);
    expect(sampleParameters(table)).toEqual({ number: '7' });
  });

  test('a parameter may lie inside another one, of JSON and of a form alike', () => {
    const table = { data: nested({ card: nested({ number: text('').required() }), name: text('') }) };
    const answer = { data: { card: { number: '7' }, name: 'a' } };
    expect(readAll(table, { data: { card: { number: 7 }, name: 'a' } })).toEqual(answer);
    expect(readAll(table, { 'data[card][number]': '7', 'data[name]': 'a' })).toEqual(answer);
    expect(readAll(table, { data: { card: 'x' } })).toEqual({
      code: 'INVALID_INPUT',
      field: 'number',
      missing: true,
    });
  });

  test('a parameter may be a list, of JSON and of a form alike', () => {
    const table = { p: list(secret('号码').example('7'), 3) };
    for (const values of [{ p: ['1', 2] }, { 'p[]': ['1', '2'] }, { 'p[0]': '1', 'p[1]': '2' }]) {
      expect(readAll(table, values)).toEqual({ p: ['1', '2'] });
    }
    expect(readAll(table, { p: '1' })).toEqual({ p: ['1'] });
    expect(readAll(table, { p: [] })).toEqual({ p: [] });
    expect(readAll(table, { p: ['', null, '3'] })).toEqual({ p: ['', '3'] });
    for (const absent of [{}, { p: null }, { 'p[x]': '1' }]) expect(readAll(table, absent)).toEqual(MISSING);
    for (const wrong of [{ a: 1 }, [{}], [['1']], [true], ['1', '2', '3', '4']]) {
      expect(readAll(table, { p: wrong })).toEqual(REFUSED);
    }
    expect(documentParameters(table)).toMatchObject([
      { name: 'p', content: 'secret', required: true, schema: { type: 'array', maxItems: 3 } },
    ]);
    expect(sampleParameters(table)).toEqual({ p: ['7'] });
  });

  test('parameters are handed on as they came, where a row takes everything', () => {
    const table = { signed: everything({ sign: text('').required() }) };
    expect(readAll(table, { b: 2, a: '1', c: null })).toEqual({
      signed: [
        { name: 'b', value: '2' },
        { name: 'a', value: '1' },
        { name: 'c', value: '' },
      ],
    });
    expect(readAll(table, { a: [] })).toEqual({ code: 'INVALID_INPUT', field: 'a' });
  });

  test('parameters come with a cookie, and with a file', () => {
    const file = { filename: 'f', mimetype: 'm', createReadStream: () => process.stdin };
    const input = new Input({}, file, { shown: 'x' });
    const table = { shown: cookie('shown'), other: cookie('toString'), file: upload('') };
    expect(readParameters(table, input)).toEqual({ shown: 'x', other: undefined, file: expect.any(Object) });
    expect(readAll({ upload: upload('') }, {})).toEqual({ code: 'INVALID_INPUT', field: 'file' });
  });
});

describe('the API docs', () => {
  test('the API docs tell the type, the meaning and the example of a parameter, and whether it is required', () => {
    const table = {
      phone: text('手机号').example('13030303030').required(),
      sex: choice(SEXES, '性别').clearable(),
      type: word(WORDS, '类型').default('USER'),
      sum: md5('MD5'),
      mime: text('文件类型').values('image/png', 'image/gif'),
      data: nested({ id: int('号').required() }),
    };
    expect(documentParameters(table)).toMatchObject([
      {
        name: 'phone',
        meaning: '手机号',
        example: '13030303030',
        required: true,
        schema: { type: 'string' },
      },
      {
        name: 'sex',
        required: false,
        schema: { anyOf: [{ type: 'integer', enum: [0, 1] }, { type: 'null' }] },
      },
      { name: 'type', required: false, schema: { type: 'string', enum: ['user', 'org'] } },
      { name: 'sum', required: false, schema: { type: 'string', pattern: '^[0-9a-fA-F]{32}$' } },
      { name: 'mime', schema: { enum: ['image/png', 'image/gif'] } },
      { name: 'data[id]', required: true, schema: { type: 'integer' } },
    ]);
    expect(sampleParameters(table)).toMatchObject({
      phone: '13030303030',
      sex: 'NONE',
      type: 'USER',
      data: { id: 1 },
    });
  });

  test('the declaration knows what a parameter holds', () => {
    const table = {
      user_id: userId('').required(),
      phone: secret('').example('13030303030').sent(),
      sum: md5(''),
      login: group({ password: secret('', md5).required().refusedAs('NOT_FOUND') }),
      data: nested({ number: secret('') }),
    };
    const contents = documentParameters(table).map(({ name, content }) => [name, content]);
    expect(contents).toEqual([
      ['user_id', 'user id'],
      ['phone', 'secret'],
      ['sum', undefined],
      ['password', 'secret'],
      ['data[number]', 'secret'],
    ]);
  });

  test('the API docs ask for what every case asks for, and name what is read twice once', () => {
    const key = text('码')
      .transform((code) => (code ? 'code' : 'password'))
      .default('password');
    const table = {
      by: cases('code', key, {
        code: { code: text('').required(), name: text('名').required() },
        password: { password: text('密码').required(), name: text('').required() },
      }),
    };
    expect(documentParameters(table)).toMatchObject([
      { name: 'code', meaning: '码', required: false },
      { name: 'name', meaning: '名', required: true },
      { name: 'password', meaning: '密码', required: false },
    ]);
  });
});

test('rows are typed by their operation and their parameters', () => {
  const { row } = tables<AnlifeOperations, number>();
  const base = { id: '1', summary: 's', methods: ['GET'], path: '/' } as const;
  const user_id = int('').required();
  row({
    ...base,
    operation: 'UserInfoById',
    parameters: { user_id },
    variables: ({ user_id: id }) => ({ id: String(id) }),
    result: ({ user }) => user?.nickname,
  });
  // @ts-expect-error: no such operation.
  row({ ...base, operation: 'Nowhere' });
  // @ts-expect-error: the operation has a variable that must be given.
  row({ ...base, operation: 'UserInfoById' });
  // @ts-expect-error: the variable is a text.
  row({ ...base, operation: 'UserInfoById', variables: () => ({ id: 1 }) });
  // @ts-expect-error: the variable may not be absent.
  row({ ...base, operation: 'UserInfoById', parameters: { id: text('') }, variables: ({ id }) => ({ id }) });
  // @ts-expect-error: the operation does not ask for that.
  row({ ...base, operation: 'Logout', result: ({ user }) => user });
  // @ts-expect-error: no such parameter.
  row({ ...base, operation: 'Logout', parameters: { user_id }, owner: 'nobody' });
});
