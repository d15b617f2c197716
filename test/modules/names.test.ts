import type { EntityManager } from '@mikro-orm/postgresql';
import { migrate } from '../../src/infra/database/database.js';
import { foldName } from '../../src/modules/user/text.js';
import { findUserByName } from '../../src/modules/user/user.repository.js';
import { listUsers } from '../../src/modules/user/user-list.repository.js';
import { createUser, openTestDatabase, type TestDatabase } from '../support/context.js';

/** Names as the database compares them; on a server it has the locale C, which knows ASCII alone. */

/** The last migration that compared names as the database does. */
const BEFORE = 'Migration20261122_erasure';

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const keysOf = async (names: string[]) =>
  (
    await database
      .fork()
      .execute<{ keys: string[] }[]>('select name_keys(?::text[]) as keys', [`{${names.join(',')}}`])
  )[0]?.keys;

test('the database and the gateway fold a name alike', async () => {
  const names = [
    'Ken_1',
    'ZOË',
    'zoe\u0308',
    'ΟΔΟΣ',
    'οδος',
    'Straße',
    'STRAẞE',
    'ЖАННА',
    'İstanbul',
    'ǅ',
    '张三',
    'ﬁn',
    'Å',
  ];
  expect(await keysOf(names)).toEqual(names.map(foldName));
});

test('a name is one in every case and composition, and is found by each', async () => {
  const id = await createUser(database, { name: 'Zoë_Жук' });
  const spellings = ['Zoë_Жук', 'ZOË_ЖУК', 'zoe\u0308_жук', 'ZOE\u0308_жУк'];
  for (const spelling of spellings) {
    expect((await findUserByName(database.fork(), spelling))?.id).toBe(id);
    await expect(createUser(database, { name: spelling })).rejects.toMatchObject({
      message: expect.stringContaining('users_name_unique'),
    });
  }
  const found = async (criteria: Parameters<typeof listUsers>[1]) =>
    (await listUsers(database.fork(), criteria, 'ID_DESC', { first: 10 })).edges.map(({ node }) => node.id);
  expect(await found({ names: ['ZOE\u0308_жук'] })).toEqual([id]);
  for (const part of ['Ë', 'ë_', 'жУк', 'E\u0308_Ж', 'ZO', 'oë_жук']) {
    expect([part, await found({ nameContains: part })]).toEqual([part, [id]]);
  }
  for (const part of ['%', 'жу%', '_ж_к', 'жуку']) expect(await found({ nameContains: part })).toEqual([]);
});

test('names that an older database told apart stay with the oldest account when it is migrated', async () => {
  const { orm } = database;
  // The embedded database has one connection, which the transaction then holds.
  await orm.migrator.getPending();
  const undo = (em: Pick<EntityManager, 'getTransactionContext'>) =>
    orm.migrator.down({ to: BEFORE, transaction: em.getTransactionContext() });
  const em = database.fork();
  const composed = await createUser(database, { name: 'N\u01d8_lan' });
  await orm.em.fork({ useContext: true }).transactional(undo);
  const insert = async (name: string, nickname: string | null = null) => {
    const [row] = await em.execute<{ id: number }[]>(
      'insert into users (name, nickname) values (?, ?) returning id',
      [name, nickname],
    );
    return row?.id ?? 0;
  };
  const decomposed = await insert('N\u00fc\u0301_lan');
  const named = await insert('Nu\u0308\u0301_lan', '兰');
  const alone = await insert('Rene\u0301e');
  await migrate(database);
  const rows = await em.execute<{ id: number; name: string; nickname: string | null }[]>(
    'select id, name, nickname from users where id = any (?::int[]) order by id',
    [`{${[composed, decomposed, named, alone].join(',')}}`],
  );
  expect(rows).toEqual([
    { id: composed, name: 'N\u01d8_lan', nickname: null },
    { id: decomposed, name: expect.stringMatching(/^user_[0-9a-f]{10}$/), nickname: 'N\u01d8_lan' },
    { id: named, name: expect.stringMatching(/^user_[0-9a-f]{10}$/), nickname: '兰' },
    { id: alone, name: 'Renée', nickname: null },
  ]);
  expect(await orm.schema.getUpdateSchemaSQL()).toBe('');
});
