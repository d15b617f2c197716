import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { loadConfig } from '../../src/config.js';
import { createSchema } from '../../src/graphql/schema.js';
import { DIALECTS } from '../../src/rest/dialects/index.js';
import { isRecord } from '../../src/rest/input.js';
import { openApiDocument } from '../../src/rest/openapi/document.js';
import type { JsonSchema } from '../../src/rest/openapi/infer.js';
import type { Services } from '../../src/services.js';
import { type LoneApp, startTestApp } from '../support/app.js';

/** The documents at `/docs`: sound, complete, and true of what the running gateway answers. */

interface Parameter {
  name: string;
  in: 'path' | 'query';
  required: boolean;
  example?: string;
  schema: { enum?: unknown[]; type: unknown };
}

interface Operation {
  operationId: string;
  parameters: Parameter[];
  requestBody?: {
    content: Record<string, { schema: { properties?: Record<string, { example?: string }> } }>;
  };
  responses: Record<
    string,
    { description: string; content?: Record<string, { schema: { anyOf?: JsonSchema[] } }> }
  >;
}

type Paths = Record<string, Record<string, Operation>>;

const schema = createSchema({} as Services);
const documents = new Map(
  DIALECTS.map((dialect) => [dialect.name, openApiDocument(dialect, schema, loadConfig({}))]),
);

let app: LoneApp;

beforeAll(async () => {
  app = await startTestApp({ CODE_IP_DAILY_LIMIT: '10000', GUARD_IP_HOURLY: '10000' });
});
afterAll(() => app.close());

describe.each([...documents])('%s', (name, document) => {
  const dialect = DIALECTS.find((one) => one.name === name);
  const paths = document.paths as Paths;

  test(`the OpenAPI document of ${name} is valid OpenAPI 3.1`, async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
  });

  test(`the OpenAPI document of ${name} has every row, and explains every parameter`, () => {
    const rows = dialect?.mounts.flatMap(({ prefix, rows }) =>
      rows.flatMap(({ methods, path }) => methods.map((method) => `${method} ${prefix}${path}`)),
    );
    const documented = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    );
    expect(documented.sort()).toEqual(rows?.sort());
    const parameters = Object.values(paths).flatMap((item) =>
      Object.values(item).flatMap(({ parameters: outside, requestBody }) => [
        ...outside.map((one) => [one.name, one] as const),
        ...Object.values(requestBody?.content ?? {}).flatMap(({ schema: body }) =>
          Object.entries(body.properties ?? {}),
        ),
      ]),
    );
    for (const [parameter, one] of parameters) {
      expect({ parameter, text: (one as { description?: string }).description }).toEqual({
        parameter,
        text: expect.stringMatching(/\S/),
      });
    }
  });

  test(`the OpenAPI document of ${name} asks for a token where one is read`, () => {
    expect('security' in document).toBe(name !== 'open');
  });

  test(`the OpenAPI document of ${name} is served as it is`, async () => {
    const response = await fetch(`${app.url}/docs/${name}.json`);
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(document)));
  });

  test(`the examples of the OpenAPI document of ${name} are answered as it says`, async () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    for (const [path, item] of Object.entries(paths)) {
      for (const [method, operation] of Object.entries(item)) {
        const { status, type, body } = await send(path, method.toUpperCase(), operation);
        const content = operation.responses[status]?.content;
        const documented = content?.[type]?.schema ?? (body === undefined ? {} : null);
        const seen = { path, method, status, type, body };
        expect({ seen, documented: documented !== null }).toEqual({ seen, documented: true });
        const validate = ajv.compile(documented ?? {});
        const valid = type === 'image/png' || body === undefined || validate(body);
        expect({ seen, errors: valid ? null : validate.errors }).toEqual({ seen, errors: null });
        // What is no success is told to the letter, but for the names of fields in `plus`.
        const success = name !== 'member' && ajv.validate(documented?.anyOf?.[0] ?? {}, body);
        if (!isRecord(body) || success || name === 'plus') continue;
        const { data, ...answer } = body;
        const text = JSON.stringify(name === 'member' ? answer : body);
        expect({ seen, told: operation.responses[status]?.description }).toEqual({
          seen,
          told: expect.stringContaining(`- \`${text}\``),
        });
      }
    }
  });
});

describe('answers in the OpenAPI documents', () => {
  const operationAt = (name: 'member' | 'account' | 'plus', path: string, method: string): Operation => {
    const operation = (documents.get(name)?.paths as Paths | undefined)?.[path]?.[method];
    if (!operation) throw new Error(`no ${method} ${path}`);
    return operation;
  };

  /** Every number of `member.md`, URL by URL. */
  test.each([
    ['get', '/api/login/checkphone', [1, 2, 3]],
    ['get', '/api/login/sendtophone', [1, 2, 3, 4, 5]],
    ['get', '/api/login/checkphonecode', [1, 2, 3, 4, 5]],
    ['get', '/api/login/number', [1, 0, -1]],
    ['post', '/api/login/submit', [1, 2, 3, 4]],
    ['post', '/api/login/phonesubmit', [1, 2, 3, 4, 5, 6, 7]],
    ['get', '/api/login/username', [1, 2, 3, 4]],
    ['get', '/api/registor/checkphone', [1, 2, 3, 4]],
    ['post', '/api/registor/submit', [1, 2, 3, 4]],
    ['get', '/checkcaptcha', [200, 201]],
  ])('the OpenAPI document of member says that %s %s answers %j', (method, path, numbers) => {
    const texts = Object.values(operationAt('member', path, method).responses).map(
      ({ description }) => description,
    );
    const told = [...texts.join().matchAll(/`\{"(?:status|code)":(-?\d+)/g)].map(([, number]) =>
      Number(number),
    );
    expect([...new Set(told)]).toEqual(expect.arrayContaining(numbers));
  });

  test('the OpenAPI document of plus has the redirect to a picture beside its address, and the names of files', () => {
    expect(operationAt('plus', '/api/v2/files/{id}', 'get').responses).toMatchObject({
      200: { content: { 'application/json': { schema: { required: ['url'] } } } },
      302: { description: 'Success.', content: {} },
    });
    for (const [path, name] of [
      ['/api/v2/files', 'file'],
      ['/api/v2/user/avatar', 'avatar'],
      ['/api/v2/user/bg', 'image'],
    ] as const) {
      const form = operationAt('plus', path, 'post').requestBody?.content['multipart/form-data'];
      expect(Object.keys(form?.schema.properties ?? {})).toEqual([name]);
    }
  });

  test('the OpenAPI document of member names the parameters of submit and the count of failures', () => {
    const operation = operationAt('member', '/api/login/submit', 'post');
    const form = operation.requestBody?.content['application/x-www-form-urlencoded']?.schema.properties;
    expect(Object.keys(form ?? {}).sort()).toEqual(['code', 'password', 'phone', 'remember', 'username']);
    const [success, failure] = operation.responses[200]?.content?.['application/json']?.schema.anyOf ?? [];
    expect(success?.properties).toMatchObject({ data: { type: 'integer' } });
    expect(failure).toMatchObject({ properties: { data: { type: 'integer' } }, required: ['status', 'msg'] });
  });

  test('the OpenAPI document of account describes the success of a 3.1 log-in as it is', async () => {
    const { phone, password, token } = await app.client.register();
    const set = 'mutation { updateProfile(input: { sex: FEMALE }) { id } }';
    const { responses } = operationAt('account', '/user/login', 'post');
    const [success] = responses[200]?.content?.['application/json']?.schema.anyOf ?? [];
    const validate = new Ajv2020({ strict: false }).compile(success ?? false);
    for (const change of [() => undefined, () => app.client.data(set, {}, token)]) {
      await change();
      const body = new URLSearchParams({ user_type: '1', account: phone, password });
      const answer = await (await fetch(`${app.url}/user/login`, { method: 'POST', body })).json();
      expect([answer, validate(answer), validate.errors]).toEqual([answer, true, null]);
    }
  });
});

/** Sends an operation with the examples of its own document. */
async function send(path: string, method: string, { parameters, requestBody }: Operation) {
  const value = (one: Parameter) => String(one.example ?? one.schema.enum?.[0] ?? '1');
  const url = new URL(app.url);
  url.pathname = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const found = parameters.find((one) => one.name === name);
    return encodeURIComponent(found ? value(found) : '1');
  });
  for (const one of parameters) if (one.in === 'query') url.searchParams.set(one.name, value(one));
  const form = Object.values(requestBody?.content ?? {})[0]?.schema.properties ?? {};
  const fields = Object.entries(form).map(([name, one]): [string, string] => [name, one.example ?? '1']);
  const response = await fetch(url, {
    method,
    headers: { accept: 'application/json' },
    redirect: 'manual',
    body: requestBody ? new URLSearchParams(fields) : undefined,
  });
  const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
  const bytes = Buffer.from(await response.arrayBuffer());
  const body = type === 'application/json' ? (JSON.parse(bytes.toString()) as unknown) : undefined;
  return { status: response.status, type, body };
}

describe('/docs', () => {
  test('/docs shows the documents with nothing from elsewhere', async () => {
    const page = await fetch(`${app.url}/docs`);
    expect(page.url).toBe(`${app.url}/docs/`);
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self'/);
    const html = await page.text();
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
    const assets = [...html.matchAll(/(?:src|href)="\.?\/?([^"]+)"/g)].map(([, asset]) => asset);
    expect(assets.length).toBeGreaterThan(3);
    for (const asset of assets) {
      const response = await fetch(`${app.url}/docs/${asset}`);
      expect([asset, response.status]).toEqual([asset, 200]);
      await response.body?.cancel();
    }
    const starter = await (await fetch(`${app.url}/docs/swagger-initializer.js`)).text();
    for (const { name } of DIALECTS) expect(starter).toContain(`${name}.json`);
    expect(starter).not.toContain('http');
  });

  test('/docs serves nothing else of the package, and nothing when it is off', async () => {
    for (const path of ['package.json', 'swagger-ui-bundle.js.map', '../package.json', 'nowhere']) {
      expect((await fetch(`${app.url}/docs/${path}`)).status).toBe(404);
    }
    const silent = await app.world.start({ API_DOCS: 'off' });
    for (const path of ['/docs', '/docs/', '/docs/plus.json']) {
      expect((await fetch(silent.url + path)).status).toBe(404);
    }
    await silent.close();
  });
});
