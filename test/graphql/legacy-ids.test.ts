import { type LoneApp, startTestApp } from '../support/app.js';
import type { Account } from '../support/client.js';
import { bringLegacyIds } from '../support/legacy-ids.js';
import { statementsOf } from '../support/statements.js';

/** The ids of the systems before, as GraphQL shows them and finds by them. */

let app: LoneApp;
let ann: Account;
let ben: Account;

beforeAll(async () => {
  app = await startTestApp();
  ann = await app.client.register();
  ben = await app.client.register();
  await bringLegacyIds(app, 'plus', [{ legacyId: String(ben.id), userId: ann.id }]);
  await bringLegacyIds(app, 'member', [{ legacyId: 'u-0017', userId: ann.id }]);
});
afterAll(() => app.close());

const LEGACY_IDS = 'query ($id: ID!) { user(id: $id) { legacyIds { system id } } }';
const BY_LEGACY_ID = 'query ($key: LegacyIdInput) { user(legacyId: $key) { id } }';

const legacyIdsOf = async ({ id }: Account) =>
  (await app.client.data(LEGACY_IDS, { id: String(id) })).user.legacyIds;
const named = async (system: string, id: string | number) =>
  (await app.client.data(BY_LEGACY_ID, { key: { system, id } })).user?.id;

test('an account shows everybody the ids by which systems know it', async () => {
  expect(await legacyIdsOf(ann)).toEqual([
    { system: 'MEMBER', id: 'u-0017' },
    { system: 'PLUS', id: String(ben.id) },
  ]);
  // Its own number is ann's old id there, so it was given another.
  expect(await legacyIdsOf(ben)).toEqual([{ system: 'PLUS', id: expect.stringMatching(/^\d+$/) }]);
  expect(await legacyIdsOf(await app.client.register())).toEqual([]);
});

test('a user is found by the id of a system, as that system writes it', async () => {
  expect(await named('PLUS', ben.id)).toBe(String(ann.id));
  expect(await named('MEMBER', 'u-0017')).toBe(String(ann.id));
  expect(await named('MEMBER', 'U-0017')).toBeUndefined();
  expect(await named('PLUS', `0${ben.id}`)).toBeUndefined();
  expect(await named('PLUS', ann.id)).toBeUndefined();
  expect(await named('ANLIFE', ben.id)).toBeUndefined();
  const [{ id: given }] = await legacyIdsOf(ben);
  expect(await named('PLUS', given)).toBe(String(ben.id));
});

test('an old id is one more key, and one key is all that is taken', async () => {
  const query = 'query ($key: LegacyIdInput, $id: ID) { user(legacyId: $key, id: $id) { id } }';
  const key = { system: 'PLUS', id: String(ben.id) };
  const { errors } = await app.client.graphql(query, { key, id: String(ben.id) });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'legacyId' });
  expect(await app.client.code(query, { key: null, id: null })).toBe('INVALID_INPUT');
});

test('an account that was cancelled is not found by its old id, which stays with it', async () => {
  const gone = await app.client.register();
  await bringLegacyIds(app, 'anlife', [{ legacyId: '31', userId: gone.id }]);
  expect(await named('ANLIFE', 31)).toBe(String(gone.id));
  await app.client.data('mutation { deleteAccount }', {}, gone.token);
  expect(await named('ANLIFE', 31)).toBeUndefined();
  expect(await app.sql('select legacy_id from legacy_ids where user_id = ?', [gone.id])).toEqual([
    { legacy_id: '31' },
  ]);
});

test('the old ids of a page of users cost one statement', async () => {
  const query = '{ users(first: 50) { nodes { id legacyIds { system id } } } }';
  let nodes: { id: string; legacyIds: object[] }[] = [];
  const sent = await statementsOf(app, async () => {
    nodes = (await app.client.data(query)).users.nodes;
  });
  expect(nodes.find(({ id }) => id === String(ann.id))?.legacyIds).toHaveLength(2);
  expect(sent.filter((text) => text.includes('legacy_ids'))).toHaveLength(1);
});
