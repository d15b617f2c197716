import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getIntrospectionQuery, parse, print } from 'graphql';
import { createSchema } from '../../src/graphql/schema.js';
import { TrustedDocuments } from '../../src/graphql/trusted-documents.js';
import { Validation } from '../../src/graphql/validation.js';
import type { Services } from '../../src/services.js';
import { type LoneApp, startTestApp, type TestApp } from '../support/app.js';
import type { Account } from '../support/client.js';
import { bearer, fileForm, PREFLIGHT, postGraphql, sendGraphql } from '../support/graphql-http.js';
import { photo } from '../support/pictures.js';

/** Documents that the operator lists: asked for by their ids, and with TRUSTED_DOCUMENTS_ONLY no others. */

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const ME = 'query Me { me { id name } }';
const USER =
  'query User($id: ID!) {\n  user(id: $id) { ...Shown }\n}\nfragment Shown on User { id nickname }\n';
const BIO = 'mutation Bio($bio: String) { updateProfile(input: { bio: $bio }) { bio } }';
const TWO = 'query One { me { id } } query Two($with: Boolean!) { me { id name @include(if: $with) } }';
const AVATAR = 'mutation Avatar($file: Upload!) { uploadImage(file: $file) { mime } }';

const MANIFEST = {
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations: [
    { id: sha256(ME), body: ME, name: 'Me', type: 'query' },
    { id: 'user-1', body: USER, name: 'User', type: 'query' },
    { id: sha256(BIO), body: BIO, name: 'Bio', type: 'mutation' },
    { id: sha256(TWO), body: TWO, name: 'Two', type: 'query' },
    { id: sha256(AVATAR), body: AVATAR, name: 'Avatar', type: 'mutation' },
  ],
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'trusted-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, content: unknown): Promise<string> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const hashOf = (sha256Hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } });

describe('a gateway', () => {
  let app: LoneApp;
  /** In production, where introspection is off, and nothing but its list is answered. */
  let strict: TestApp;
  let account: Account;

  beforeAll(async () => {
    app = await startTestApp({ TRUSTED_DOCUMENTS: await write('manifest.json', MANIFEST) });
    const introspection = getIntrospectionQuery();
    strict = await app.world.start({
      TRUSTED_DOCUMENTS_ONLY: 'on',
      PLAYGROUND: 'off',
      TRUSTED_DOCUMENTS: await write('relay.json', {
        me: ME,
        user: USER,
        bio: BIO,
        avatar: AVATAR,
        introspection,
      }),
    });
    account = await app.client.register({ name: 'listed_one' });
  });
  afterAll(() => app.close());

  const ask = (body: unknown, headers: Record<string, string> = {}, url = app.url) =>
    postGraphql(url, body, headers);
  const get = (search: Record<string, string>, headers: Record<string, string> = {}, url = app.url) =>
    sendGraphql(url, { headers }, `?${new URLSearchParams(search)}`);

  const mine = () => ({ me: { id: String(account.id), name: 'listed_one' } });

  test('answers to an id in whichever way it is written', async () => {
    const id = sha256(ME);
    for (const body of [
      hashOf(id),
      { documentId: id },
      { documentId: `sha256:${id}` },
      { doc_id: id, operationName: 'Me', variables: null },
      { documentId: id, extensions: { clientLibrary: { name: 'x' } } },
      { query: ME, ...hashOf(id) },
      { query: ME },
    ])
      expect((await ask(body, bearer(account.token))).body).toEqual({ data: mine() });
    for (const search of [
      { documentId: id },
      { doc_id: id, extensions: '{"a":1}' },
      { extensions: JSON.stringify(hashOf(id).extensions) },
    ] as Record<string, string>[])
      for (const headers of [bearer(account.token), { ...bearer(account.token), ...PREFLIGHT }])
        expect((await get(search, headers)).body).toEqual({ data: mine() });
  });

  test('knows a document by the id of its list and by the hash of its text', async () => {
    const variables = { id: account.id };
    const printed = print(parse(USER));
    for (const documentId of ['user-1', sha256(USER), sha256(USER.trim()), sha256(printed)]) {
      const { body } = await ask({ documentId, variables });
      expect(body).toEqual({ data: { user: { id: String(account.id), nickname: 'listed_one' } } });
    }
    expect(await ask({ documentId: 'user-2', variables })).toMatchObject({
      status: 200,
      code: 'PERSISTED_QUERY_NOT_FOUND',
    });
  });

  test('explains wrong variables, and a name that is not in the document', async () => {
    for (const [body, code] of [
      [{ documentId: 'user-1' }, 'INVALID_INPUT'],
      [{ documentId: 'user-1', variables: { id: '\0' } }, 'INVALID_INPUT'],
      [{ documentId: 'user-1', variables: { id: '1' }, operationName: 'Other' }, 'INVALID_QUERY'],
      [{ documentId: sha256(ME), operationName: '' }, 'INVALID_QUERY'],
      [{ documentId: sha256(TWO) }, 'INVALID_QUERY'],
    ] as const) {
      expect(await ask(body)).toMatchObject({ status: 200, code });
      const accept = 'application/graphql-response+json';
      expect(await ask(body, { accept })).toMatchObject({ status: 400, code });
    }
  });

  test('runs the operation that is named, with directives and without', async () => {
    const documentId = sha256(TWO);
    const one = await ask({ documentId, operationName: 'One' }, bearer(account.token));
    expect(one.body).toEqual({ data: { me: { id: String(account.id) } } });
    for (const shown of [true, false]) {
      const asked = { documentId, operationName: 'Two', variables: { with: shown } };
      const { body } = await ask(asked, bearer(account.token));
      expect('name' in body.data.me).toBe(shown);
    }
  });

  test('changes something by POST alone', async () => {
    const documentId = sha256(BIO);
    const changed = await ask({ documentId, variables: { bio: 'listed' } }, bearer(account.token));
    expect(changed.body).toEqual({ data: { updateProfile: { bio: 'listed' } } });
    const refused = await get({ documentId, variables: '{"bio":"by GET"}' }, bearer(account.token));
    expect(refused).toMatchObject({ status: 405, code: 'INVALID_INPUT' });
  });

  test('answers other queries too, and keeps those that come with their hashes', async () => {
    const query = '{ me { id nickname } }';
    expect((await ask({ query })).body).toEqual({ data: { me: null } });
    expect((await ask({ query, ...hashOf(sha256(query)) })).body).toEqual({ data: { me: null } });
    expect((await ask(hashOf(sha256(query)))).body).toEqual({ data: { me: null } });
  });

  describe('that answers nothing but its list', () => {
    const unlisted = (body: unknown, headers?: Record<string, string>) => ask(body, headers, strict.url);

    test('refuses every other document, and every mutation before it has changed anything', async () => {
      const token = bearer(account.token);
      const other = 'mutation { updateProfile(input: { bio: "unlisted" }) { bio } }';
      for (const query of [
        '{ me { id } }',
        `${ME} `,
        '{ __schema { types { name } } }',
        '{ __typename }',
        other,
      ]) {
        // Not once it has come often, either.
        for (let time = 0; time < 4; time++)
          expect(await unlisted({ query }, token)).toMatchObject({ status: 200, code: 'UNTRUSTED_DOCUMENT' });
        const withHash = { query, ...hashOf(sha256(query)) };
        expect((await unlisted(withHash, token)).code).toBe('UNTRUSTED_DOCUMENT');
        expect((await unlisted(hashOf(sha256(query)), token)).code).toBe('PERSISTED_QUERY_NOT_FOUND');
        const read = await get({ query }, token, strict.url);
        expect([read.status, read.code]).toEqual(
          query === other ? [405, 'INVALID_INPUT'] : [200, 'UNTRUSTED_DOCUMENT'],
        );
      }
      const accept = 'application/graphql-response+json';
      expect((await unlisted({ query: '{ me { id } }' }, { accept })).status).toBe(400);
      const form = fileForm(`${AVATAR} `, await photo());
      const upload = { method: 'POST', headers: { ...token, ...PREFLIGHT }, body: form };
      expect((await sendGraphql(strict.url, upload)).code).toBe('UNTRUSTED_DOCUMENT');
      expect((await app.client.data('{ me { bio } }', {}, account.token)).me.bio).not.toBe('unlisted');
    });

    test('answers to the ids of its list and to the texts in it, uploads included', async () => {
      const token = bearer(account.token);
      for (const body of [
        { documentId: 'me' },
        { documentId: sha256(ME) },
        { query: ME },
        hashOf(sha256(ME)),
      ])
        expect((await unlisted(body, token)).body).toEqual({ data: mine() });
      const { body } = await unlisted({ documentId: 'bio', variables: { bio: 'strict' } }, token);
      expect(body.data.updateProfile.bio).toBe('strict');
      const form = fileForm(AVATAR, await photo());
      const upload = { method: 'POST', headers: { ...token, ...PREFLIGHT }, body: form };
      expect((await sendGraphql(strict.url, upload)).body.data.uploadImage.mime).toBe('image/jpeg');
    });

    test('describes its schema where that is listed', async () => {
      expect((await unlisted({ documentId: 'introspection' })).body.data.__schema.queryType.name).toBe(
        'Query',
      );
    });

    test('runs the documents of the legacy systems as ever', async () => {
      const parameters = { auth_token: account.token, user_id: account.id };
      for (let time = 0; time < 4; time++) {
        const { body } = await strict.client.legacy('GET', '/anlife/v1.0/user/getUserInfo', parameters);
        expect(JSON.stringify(body.datas)).toContain('listed_one');
      }
    });
  });
});

describe('a list', () => {
  const schema = createSchema({} as Services);
  const load = async (name: string, content: unknown) =>
    TrustedDocuments.load(await write(name, content), false, schema, new Validation(schema, false));

  test('may be a folder, with fragments in files of their own', async () => {
    const text = 'query FromFile($id: ID!) { user(id: $id) { ...Card } }\n';
    await write('app/ops/user.graphql', text);
    await write('app/me.gql', ME);
    await write('app/fragments/card.graphql', 'fragment Card on User { id city { ...Place } }');
    await write('app/fragments/place.graphql', 'fragment Place on City { id name }');
    await write('app/notes.txt', 'not read');
    const place = path.join(folder, 'app');
    const trusted = await TrustedDocuments.load(place, true, schema, new Validation(schema, false));
    const found = trusted.find('ops/user');
    expect(found && print(found.document)).toContain('fragment Place on City');
    expect(found?.compiled.has('FromFile')).toBe(true);
    expect(trusted.find(sha256(text))).toBe(found);
    expect(trusted.find(sha256(text.trim()))).toBe(found);
    expect(trusted.find('me')).toBe(trusted.find(sha256(ME)));
    expect(trusted.find('fragments/card')).toBeUndefined();
  });

  test('has its queries compiled before anybody asks', async () => {
    const trusted = await load('compiled.json', { me: ME, two: TWO, bio: BIO });
    expect([...(trusted.find('me')?.compiled.keys() ?? [])]).toEqual(['Me', undefined]);
    expect([...(trusted.find('two')?.compiled.keys() ?? [])]).toEqual([]);
    expect([...(trusted.find('bio')?.compiled.keys() ?? [])]).toEqual([]);
  });

  const operation = { id: 'x', body: ME, name: 'Me', type: 'query' };
  const manifest = (change: object) => ({ ...MANIFEST, operations: [{ ...operation, ...change }] });

  test.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /^TRUSTED_DOCUMENTS: .*list\.json is no JSON/],
    ['a list of texts', [ME], /neither a manifest of Apollo's .* nor a map/],
    ['another version of the manifest', { ...MANIFEST, version: 2 }, /neither a manifest/],
    ['nothing in it', {}, /has no document/],
    [
      'a document that cannot be parsed',
      { broken: '{ me { id }' },
      /1 of 1 .*\n {2}- broken: Syntax Error.*line 1/s,
    ],
    ['a document that is not valid', { old: '{\n me { gone } }' }, /old: Cannot query field "gone".*line 2/],
    ['a document without its fragment', { card: '{ me { ...Card } }' }, /card: Unknown fragment "Card"/],
    ['no operation', { only: 'fragment Card on User { id }' }, /only: /],
    ['a subscription', { live: 'subscription { me { id } }' }, /live: There is no subscription here/],
    [
      'a document that costs too much',
      { big: `{ me { ${'id '.repeat(600)} } }` },
      /big: The query is too deep/,
    ],
    [
      'a document of too many tokens',
      { long: `{ me { ${'id '.repeat(5000)} } }` },
      /long: Syntax Error.*4000 tokens/,
    ],
    ['another name than it says', manifest({ name: 'Us' }), /Us \(x\): It has no query of the name Us/],
    ['another type than it says', manifest({ type: 'mutation' }), /It has no mutation of the name Me/],
    [
      'two documents of one id',
      { ...MANIFEST, operations: [operation, { ...operation, body: USER, name: 'User' }] },
      /User \(x\): Another document has the same id/,
    ],
    ['several problems', { a: '{ b }', c: '{ d }', me: ME }, /2 of 3 documents.*\n {2}- a: .*\n {2}- c: /s],
  ])('with %s keeps the gateway from starting, and says why', async (_what, content, problem) => {
    await expect(load('list.json', content)).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringMatching(problem),
    });
  });

  test('that is not there keeps the gateway from starting', async () => {
    const place = path.join(folder, 'nowhere.json');
    const loading = TrustedDocuments.load(place, false, schema, new Validation(schema, true));
    await expect(loading).rejects.toThrow(/TRUSTED_DOCUMENTS: .*nowhere\.json cannot be read/);
  });
});
