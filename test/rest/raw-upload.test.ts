import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Upload } from 'graphql-upload-ts';
import { createSchema } from '../../src/graphql/schema.js';
import { createGraphqlServer } from '../../src/graphql/server.js';
import { registerClientIp } from '../../src/http/client-ip.js';
import { contextFactory } from '../../src/http/context-factory.js';
import { type Dialect, type Row, tables } from '../../src/rest/dialect.js';
import { anlife } from '../../src/rest/dialects/anlife.js';
import { mountDialects } from '../../src/rest/mount.js';
import { int, md5, text, upload } from '../../src/rest/parameters.js';
import { type LoneApp, startTestApp } from '../support/app.js';
import { type Account, md5 as md5Of } from '../support/client.js';
import { photo, picture, stored, tellsPosition } from '../support/pictures.js';
import { until } from '../support/until.js';

/** Rows whose body is the file, in a dialect of their own beside rows that read forms and JSON. */

const LIMIT = 60_000;
const FIELDS = '{ id node url }';
const DOCUMENT = `
  mutation Announce($input: CreateUploadInput!) { createUpload(input: $input) { token node publicUrl } }
  mutation Put($token: String!, $file: Upload!) { storeUpload(token: $token, file: $file) ${FIELDS} }
  mutation Form($file: Upload!) { uploadImage(file: $file) ${FIELDS} }
  mutation Rename($nickname: String) { updateProfile(input: { nickname: $nickname }) { nickname } }`;

type RawOperations = {
  Announce: {
    variables: { input: { filename: string; size: number; mime: string; md5: string } };
    data: { createUpload: object };
  };
  Put: { variables: { token: string; file: Upload }; data: { storeUpload: object } };
  Form: { variables: { file: Upload }; data: { uploadImage: object } };
  Rename: { variables: { nickname?: string }; data: { updateProfile: object } };
};

const { row } = tables<RawOperations, unknown>();
const ROW = { id: 'test', summary: 'test' };
const ROWS: Row[] = [
  row({
    ...ROW,
    methods: ['POST'],
    path: '/storage',
    operation: 'Announce',
    parameters: {
      filename: text('name').required(),
      size: int('bytes').required(),
      mime_type: text('media type').required(),
      hash: md5('sum').required(),
    },
    variables: ({ filename, size, mime_type, hash }) => ({
      input: { filename, size, mime: mime_type, md5: hash },
    }),
    result: ({ createUpload }) => createUpload,
  }),
  row({
    ...ROW,
    methods: ['PUT', 'POST'],
    path: '/storage/:token',
    operation: 'Put',
    upload: 'raw',
    parameters: { token: text('of the task').required(), file: upload('picture') },
    variables: (values) => values,
    result: ({ storeUpload }) => storeUpload,
  }),
  row({
    ...ROW,
    methods: ['POST'],
    path: '/form',
    operation: 'Form',
    upload: 'form',
    parameters: { file: upload('picture') },
    variables: (values) => values,
    result: ({ uploadImage }) => uploadImage,
  }),
  row({
    ...ROW,
    methods: ['PUT'],
    path: '/name',
    operation: 'Rename',
    parameters: { nickname: text('name') },
    variables: (values) => values,
    result: ({ updateProfile }) => updateProfile,
  }),
];

let app: LoneApp;
let account: Account;
let http: FastifyInstance;
let url: string;
let directory: string;
let jpeg: Buffer;

beforeAll(async () => {
  app = await startTestApp({ UPLOAD_MAX_BYTES: String(LIMIT) });
  account = await app.client.register();
  jpeg = await photo();
  directory = await mkdtemp(path.join(tmpdir(), 'raw-upload-'));
  const document = path.join(directory, 'raw.graphql');
  await writeFile(document, DOCUMENT);
  const dialect: Dialect = {
    ...anlife,
    name: 'plus',
    mounts: [{ prefix: '/raw', rows: ROWS }],
    document: pathToFileURL(document),
    token: {},
    success: (result) => ({ status: 200, body: { result } }),
    failure: (error) => ({ status: 422, body: { failure: error.code, field: error.details.field } }),
  };
  http = Fastify({
    http: { connectionsCheckingInterval: 100 },
    routerOptions: { maxParamLength: 512 },
  });
  const { config, services, infrastructure } = app;
  registerClientIp(http, config);
  const schema = createSchema(services);
  const server = await createGraphqlServer(schema, config, http.log);
  http.addHook('onClose', () => server.apollo.stop());
  await mountDialects(http, [dialect], {
    schema,
    config,
    server,
    legacyIds: services.legacyIds,
    createContext: contextFactory(infrastructure.database, services.sessions, config),
    tallyOf: (key) => services.calls.tallyOf(key),
  });
  url = await http.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await http.close();
  await app.close();
  await rm(directory, { recursive: true });
});
afterEach(() => jest.restoreAllMocks());

const state = () => stored(app, app.world);
const bearer = () => ({ authorization: `Bearer ${account.token}` });

async function announce(bytes: Buffer, mime_type = 'image/jpeg') {
  const declared = { filename: 'a.jpg', size: bytes.length, mime_type, hash: md5Of(bytes) };
  const response = await fetch(`${url}/raw/storage`, {
    method: 'POST',
    headers: { ...bearer(), 'content-type': 'application/json' },
    body: JSON.stringify(declared),
  });
  // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the test is about.
  return ((await response.json()) as any).result;
}

async function put(token: string, bytes: Buffer | undefined, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/raw/storage/${token}`, {
    method: 'PUT',
    headers,
    body: bytes && new Uint8Array(bytes),
  });
  // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the test is about.
  return { status: response.status, body: (await response.json()) as any };
}

const refused = (failure: string, field?: string) => ({
  status: 422,
  body: field ? { failure, field } : { failure },
});

/** A request whose body is written by the test. */
function open(token: string, headers: Record<string, string | number> = {}, agent?: Agent): ClientRequest {
  const raw = request(`${url}/raw/storage/${token}`, { method: 'PUT', headers, agent });
  raw.on('error', () => undefined);
  raw.flushHeaders();
  return raw;
}

async function answerTo(raw: ClientRequest): Promise<unknown> {
  const [response] = (await once(raw, 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: await json(response) };
}

const connections = (): Promise<number> =>
  new Promise((resolve) => http.server.getConnections((_error, count) => resolve(count)));

test.each([
  'image/jpeg',
  'application/octet-stream',
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=b',
  'text/plain',
  'no type at all',
  undefined,
])('a raw upload that declares itself %s is the file', async (type) => {
  const { token, node } = await announce(jpeg);
  const { status, body } = await put(token, jpeg, type ? { 'content-type': type } : {});
  expect([status, body.result?.node]).toEqual([200, node]);
});

test('a raw upload is served without the place where it was taken', async () => {
  expect(tellsPosition(jpeg)).toBe(true);
  const { token, node, publicUrl } = await announce(jpeg);
  await put(token, jpeg);
  const response = await fetch(`${publicUrl}/storage/${node}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(response.headers.get('content-type')).toBe('image/jpeg');
  expect(response.headers.get('cache-control')).toMatch(/immutable/);
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(tellsPosition(bytes)).toBe(false);
});

test('a raw upload in pieces, of no declared length, is the file', async () => {
  const { token, node } = await announce(jpeg);
  const raw = open(token);
  const answer = answerTo(raw);
  for (let at = 0; at < jpeg.length; at += 100) raw.write(jpeg.subarray(at, at + 100));
  raw.end();
  expect(await answer).toMatchObject({ status: 200, body: { result: { node } } });
});

test('forms and JSON beside raw uploads are read as ever', async () => {
  const form = new FormData();
  form.set('any', new Blob([new Uint8Array(jpeg)]), 'x.jpg');
  const upload = await fetch(`${url}/raw/form`, { method: 'POST', headers: bearer(), body: form });
  expect(await upload.json()).toMatchObject({ result: { node: expect.any(String) } });
  const bodies = [
    { type: 'application/json', body: '{"nickname":"一"}' },
    { type: 'application/x-www-form-urlencoded', body: 'nickname=%E4%B8%80' },
  ];
  for (const { type, body } of bodies) {
    const headers = { ...bearer(), 'content-type': type };
    const answer = await fetch(`${url}/raw/name`, { method: 'PUT', headers, body });
    expect(await answer.json()).toEqual({ result: { nickname: '一' } });
  }
  const wrong = { method: 'PUT', headers: { ...bearer(), 'content-type': 'image/jpeg' }, body: 'x' };
  expect(await (await fetch(`${url}/raw/name`, wrong)).json()).toEqual({ failure: 'INVALID_INPUT' });
});

test('a raw upload that is not as announced is refused in the envelope, and leaves nothing', async () => {
  const before = await state();
  const { token } = await announce(jpeg);
  const png = await picture(20).png().toBuffer();
  expect(await put(token, undefined)).toEqual(refused('INVALID_INPUT', 'file'));
  expect(await put(token, Buffer.alloc(0))).toEqual(refused('INVALID_INPUT', 'file'));
  expect(await put(token, jpeg.subarray(1))).toEqual(refused('INVALID_INPUT', 'file'));
  expect(await put(token, Buffer.concat([jpeg, jpeg]))).toEqual(refused('IMAGE_TOO_LARGE', 'file'));
  expect(await put((await announce(png)).token, png)).toEqual(refused('IMAGE_INVALID', 'file'));
  expect(await put('forged', jpeg)).toEqual(refused('FORBIDDEN', 'token'));
  expect(await state()).toEqual(before);
  expect((await put(token, jpeg)).status).toBe(200);
  expect(await put(token, jpeg)).toEqual(refused('UPLOAD_USED', 'token'));
});

test('a refused raw upload is answered before its rest, which is still taken', async () => {
  const before = await state();
  const { token } = await announce(jpeg);
  // It says that it is too large.
  const declared = open(token, { 'content-length': LIMIT + 1 });
  expect(await answerTo(declared)).toEqual(refused('IMAGE_TOO_LARGE', 'file'));
  declared.destroy();
  // It turns out to be too large, or is not wanted at all.
  for (const [name, failure] of [
    [token, refused('IMAGE_TOO_LARGE', 'file')],
    ['forged', refused('FORBIDDEN', 'token')],
  ] as const) {
    const endless = open(name);
    endless.write(Buffer.alloc(LIMIT));
    expect(await answerTo(endless)).toEqual(failure);
    endless.destroy();
  }
  expect(await state()).toEqual(before);
});

test.each([
  ['is too large', 'IMAGE_TOO_LARGE', 'file'],
  ['is not wanted', 'FORBIDDEN', 'token'],
])('a raw upload that %s is taken to its end, and the connection goes on', async (_, failure, field) => {
  const { token } = await announce(jpeg);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  // More than the sockets between hold.
  const bytes = Buffer.alloc(32 * 1024 * 1024);
  for (const reusedSocket of [false, true]) {
    const raw = open(field === 'token' ? 'forged' : token, {}, agent);
    const answer = answerTo(raw);
    const sent = new Promise((resolve) => raw.end(bytes, () => resolve('sent')));
    expect(await answer).toEqual(refused(failure, field));
    expect(await sent).toBe('sent');
    expect(raw.reusedSocket).toBe(reusedSocket);
  }
  agent.destroy();
});

test.each(['hangs up', 'falls silent'])('a raw upload whose client %s leaves nothing', async (how) => {
  const before = await state();
  const redeem = jest.spyOn(app.services.uploads, 'redeem');
  const { token } = await announce(jpeg);
  const raw = open(token, { 'content-length': jpeg.length });
  raw.write(jpeg.subarray(0, -1));
  await until('it is being read', () => redeem.mock.calls.length === 1);
  if (how === 'hangs up') raw.destroy();
  // Node looks at the later of the two.
  else Object.assign(http.server, { requestTimeout: 1, headersTimeout: 1 });
  await expect(redeem.mock.results[0]?.value).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  Object.assign(http.server, { requestTimeout: 0, headersTimeout: 60_000 });
  await until('nobody is connected', async () => {
    http.server.closeIdleConnections();
    return (await connections()) === 0;
  });
  expect(await state()).toEqual(before);
  expect((await put(token, jpeg)).status).toBe(200);
});
