import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import Fastify from 'fastify';
import { AppError } from '../../src/errors/app-error.js';
import { ERRORS, type ErrorCode } from '../../src/errors/codes.js';
import { createSchema } from '../../src/graphql/schema.js';
import { type Dialect, meaningOf, type Row } from '../../src/rest/dialect.js';
import { anlife } from '../../src/rest/dialects/anlife.js';
import { DIALECTS } from '../../src/rest/dialects/index.js';
import type { Engine } from '../../src/rest/handler.js';
import { mountDialects } from '../../src/rest/mount.js';
import { FULL, sampler, type Variant } from '../../src/rest/openapi/samples.js';
import { loadOperations } from '../../src/rest/operations.js';
import { sampleParameters } from '../../src/rest/parameters.js';
import type { Services } from '../../src/services.js';

/** What holds for every row of every dialect, and what boot refuses. */

const schema = createSchema({} as Services);

const rows = DIALECTS.flatMap((dialect) =>
  dialect.mounts.flatMap(({ prefix, rows }) => rows.map((row) => ({ dialect, prefix, row }))),
);

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** The numbers that the pages of the dialects list. */
const DOCUMENTED: Record<Dialect['name'], readonly number[]> = {
  anlife: [...range(1001, 1014), 1099],
  account: [1001, 1002, 1010, 1099, 3100, 3101, ...range(3200, 3203), ...range(3300, 3302), 3400, 3401],
  plus: [400, 401, 403, 404, 422, 429, 500, 503],
  member: range(-1, 8),
  open: [400, 401, 403, 1000, 1001, 1002, 1010, 1011],
};

describe('every dialect', () => {
  test('every dialect is registered once', () => {
    const names = DIALECTS.map(({ name }) => name);
    expect(names).toContain('anlife');
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(DIALECTS)('$name: every row has an operation of the schema, and none is idle', (dialect) => {
    const operations = loadOperations(dialect, schema);
    const used = dialect.mounts.flatMap(({ rows }) => rows.map(({ operation }) => operation));
    expect([...operations.keys()].sort()).toEqual([...new Set(used)].sort());
  });

  test.each(DIALECTS)('$name: every failure has a documented number', (dialect) => {
    const kinds = new Set(Object.values(ERRORS).map(({ kind }) => kind));
    expect(Object.keys(dialect.kinds).sort()).toEqual([...kinds].sort());
    const rows = [undefined, ...dialect.mounts.flatMap((mount) => mount.rows)];
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      for (const row of rows) {
        const error = new AppError(code);
        const meaning = meaningOf(dialect, error, row);
        const { status, body } = dialect.failure(error, meaning, row);
        expect(DOCUMENTED[dialect.name]).toContain(typeof meaning === 'number' ? meaning : status);
        expect(status).toBeGreaterThanOrEqual(200);
        expect(JSON.stringify(body)).not.toContain('undefined');
        expect(Object.values(body as object)).not.toContain(undefined);
      }
    }
  });
});

describe('every answer of anlife', () => {
  const operations = loadOperations(anlife, schema);
  const sample = sampler(schema);
  const answerOf = (row: Row, variant: Variant): unknown => {
    const values = sampleParameters(row.parameters ?? {});
    const variables = row.variables?.(values) ?? {};
    const data = sample(operations.get(row.operation) ?? '', variables, variant);
    if (row.pages) return row.pages.items(data);
    // As it will be sent.
    return JSON.parse(JSON.stringify(row.result?.(data, values)));
  };
  /** A value with the name of its type in the place of each text and number. */
  const typesOf = (value: unknown): unknown => {
    if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
    if (Array.isArray(value)) return value.map(typesOf);
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, typesOf(one)]));
  };

  test.each(anlife.mounts.flatMap(({ rows }) => rows).map((row) => [row.id, row.path, row] as const))(
    '%s %s: an unset field has the type of a set one',
    (_id, _path, row) => {
      const set = typesOf(answerOf(row, FULL));
      expect(JSON.stringify(set)).not.toMatch(/"(null|undefined)"/);
      expect(typesOf(answerOf(row, { ...FULL, nullsBelow: 1 }))).toEqual(set);
    },
  );
});

describe('every row', () => {
  test('every row answers under a method and a path that no other row has', () => {
    const doors = rows.flatMap(({ prefix, row }) =>
      row.methods.map((method) => `${method} ${(prefix + row.path).replace(/\/+$/, '').toLowerCase()}`),
    );
    expect(doors.length).toBeGreaterThan(0);
    expect(doors.filter((door, index) => doors.indexOf(door) !== index)).toEqual([]);
  });

  test('every row lies under its prefix alone: no dialect answers inside another', () => {
    const prefixes = DIALECTS.flatMap((dialect) => dialect.mounts.map(({ prefix }) => ({ prefix, dialect })));
    for (const { prefix, dialect } of prefixes) {
      expect(prefix).toMatch(/^\/[^/].*[^/]$/);
      const others = prefixes.filter((other) => other.dialect !== dialect);
      expect(others.filter((other) => `${other.prefix}/`.startsWith(`${prefix}/`))).toEqual([]);
    }
  });

  test('every row has an id and a summary to print, methods, and a path that continues the prefix', () => {
    for (const { row } of rows) {
      expect(row.id).not.toBe('');
      expect(row.summary).not.toBe('');
      expect(row.methods.length).toBeGreaterThan(0);
      expect(row.path === '' || row.path.startsWith('/')).toBe(true);
    }
  });

  test.each(DIALECTS)('$name: every URL stands on its page in docs/dialects/', ({ name, mounts }) => {
    const page = readFileSync(`docs/dialects/${name}.md`, 'utf8');
    const paths = mounts.flatMap((mount) => mount.rows.map(({ path: below }) => below || mount.prefix));
    expect(paths.filter((one) => !page.includes(`${one}\``))).toEqual([]);
  });

  test('anlife has all 17 documented interfaces, at their URLs', () => {
    const documented = {
      接口1: ['POST /anlife/v1.0/user/loginAndGetUserInfo'],
      接口2: ['GET /anlife/v1.0/user/getUserInfo'],
      接口3: ['GET /anlife/v1.0/user/getHobbyList'],
      接口4: [
        'POST /anlife/v1.0/user/sinaLoginAndGetUserInfo',
        'POST /anlife/v1.0/user/wechatLoginAndGetUserInfo',
      ],
      接口5: ['GET /anlife/v1.0/user/getRegisterSms'],
      接口6: ['POST /anlife/v1.0/user/register'],
      接口7: ['POST /anlife/v1.0/user/modifyInfo'],
      接口8: ['GET /anlife/v1.0/user/getBindPhoneSms'],
      接口9: ['POST /anlife/v1.0/user/bindPhone'],
      接口10: ['GET /anlife/v1.0/user/getFindPwdSms'],
      接口11: ['GET /anlife/v1.0/user/findPwd', 'GET /anlife/v1.0/findPwd'],
      接口12: ['POST /upload'],
      接口13: ['GET /anlife/v1.0/support/upgrade'],
      接口14: ['GET /anlife/v1.0/user/logout'],
      接口15: ['GET /anlife/v1.0/user/getDefaultPhotoList'],
      接口16: ['GET /anlife/v1.0/user/verifyPhoneCode'],
      接口17: ['GET /anlife/v1.0/user/getUseridsByCityId'],
    };
    const found: Record<string, string[]> = {};
    for (const { dialect, prefix, row } of rows.filter(({ dialect }) => dialect.name === 'anlife')) {
      found[row.id] = [...(found[row.id] ?? []), `${row.methods[0]} ${prefix}${row.path}`];
      expect(dialect.document.pathname).toMatch(/anlife\.graphql$/);
    }
    expect(found).toEqual(documented);
  });
});

describe('checks at boot', () => {
  let directory: string;
  const [working] = DIALECTS as [Dialect];

  beforeAll(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'contract-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const row: Row = { id: '接口99', summary: 's', methods: ['GET'], path: '/nowhere', operation: 'Me' };

  /** A dialect of one document, and of the rows given. */
  function broken(document: string, rows: Row[] = [row]): Dialect {
    const file = path.join(directory, 'broken.graphql');
    writeFileSync(file, document);
    return { ...working, mounts: [{ prefix: '/broken', rows }], document: pathToFileURL(file) };
  }

  const load = (dialect: Dialect) => () => loadOperations(dialect, schema);
  const GOOD = 'query Me { me { ...Name } } fragment Name on User { name }';

  test('a sound dialect loads: each operation alone, with the fragments it needs', () => {
    const operations = load(
      broken(`${GOOD} query Other { hobbies { id } }`, [row, { ...row, operation: 'Other' }]),
    )();
    expect([...operations.keys()]).toEqual(['Me', 'Other']);
    expect(operations.get('Me')).toMatch(/fragment Name on User/);
    expect(operations.get('Other')).not.toMatch(/Name|Me/);
  });

  test('boot fails for a field, an argument or a type that the schema does not have', () => {
    for (const document of [
      'query Me { me { shoeSize } }',
      'query Me { me(id: 1) { id } }',
      'query Me($a: Nothing) { me { id } }',
    ]) {
      expect(load(broken(document))).toThrow(/^anlife: the document does not fit the schema: /);
    }
  });

  test('boot fails for a variable of the wrong type', () => {
    const document = 'query Me($id: Int!) { user(id: $id) { id } }';
    expect(load(broken(document))).toThrow(/^anlife: .*"\$id"/);
  });

  test('boot fails for a document that is no GraphQL', () => {
    expect(load(broken('query Me {'))).toThrow(/anlife/);
  });

  test('boot fails for a row whose operation is unknown', () => {
    const rows = [row, { ...row, id: '接口100', path: '/lost', operation: 'Lost' }];
    expect(load(broken(GOOD, rows))).toThrow('anlife: 接口100 /lost names no operation: Lost');
  });

  test('boot fails for a row that asks an unknown operation besides', () => {
    const lost: Row = { ...row, aside: { operation: 'Lost', variables: () => ({}) } };
    expect(load(broken(GOOD, [lost]))).toThrow('anlife: 接口99 /nowhere names no operation: Lost');
  });

  test('boot fails for an operation that no row uses', () => {
    expect(load(broken(`${GOOD} query Idle { me { id } }`))).toThrow(
      'anlife: no row uses the operation Idle',
    );
  });

  test('boot fails for a URL that two rows claim', async () => {
    const engine = { schema, config: { BODY_LIMIT_BYTES: 1000, UPLOAD_MAX_BYTES: 1000 } } as Engine;
    const app = Fastify();
    const doubled = broken(GOOD, [row, { ...row, id: '接口100' }]);
    await expect(mountDialects(app, [doubled], engine)).rejects.toThrow(
      /anlife: 接口100 .*\/broken\/nowhere/,
    );
    await app.close();
  });
});
