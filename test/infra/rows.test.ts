import 'reflect-metadata';
import type { EntityClass, EntityMetadata, EntityProperty } from '@mikro-orm/core';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { EntityManager } from '@mikro-orm/postgresql';
import fc from 'fast-check';
import { ENTITIES } from '../../src/entities.js';
import { connectDatabase } from '../../src/infra/database/database.js';
import { READ_ONLY } from '../../src/infra/database/query.js';
import { readRows } from '../../src/infra/database/rows.js';
import { openTestDatabase, type TestDatabase } from '../support/context.js';

const HIGHEST_INT = 2_147_483_647;
const HIGHEST_BIGINT = 9_223_372_036_854_775_807n;

const oneOf = <T>(...values: T[]) => fc.constantFrom(...values);
const numbers = (highest: number) =>
  fc.oneof(fc.integer({ min: -highest - 1, max: highest }), oneOf(-highest - 1, 0, highest));
const texts = (maxLength: number) =>
  fc.oneof(
    fc.string({ unit: 'binary', maxLength }).map((text) => text.replaceAll('\0', '').slice(0, maxLength)),
    oneOf('', '"', '\\', "'", '{}', 'null', '\u{1F600}', '\u2028'),
  );

/** What columns can hold, as PostgreSQL is given it, with what only foreign hands write. */
const VALUES: Readonly<Record<string, (length: number) => fc.Arbitrary<unknown>>> = {
  boolean: () => fc.boolean(),
  smallint: () => numbers(32_767),
  int: () => numbers(HIGHEST_INT),
  serial: () => numbers(HIGHEST_INT),
  bigint: () => fc.bigInt(-HIGHEST_BIGINT - 1n, HIGHEST_BIGINT).map(String),
  bigserial: () => fc.bigInt(-HIGHEST_BIGINT - 1n, HIGHEST_BIGINT).map(String),
  varchar: texts,
  text: () => texts(300),
  citext: () => texts(300),
  'text[]': () =>
    fc
      .array(texts(20))
      .map((items) => `{${items.map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join()}}`),
  cidr: () => oneOf('10.0.0.0/8', '203.0.113.7/32', '2001:db8::/32', '::/0'),
  date: () =>
    oneOf('2026-01-31', '0001-01-01', '9999-12-31', '10000-01-01', '0044-03-15 BC', 'infinity', '-infinity'),
  timestamptz: () =>
    oneOf(
      '2026-01-31 09:30:00.123456+08',
      '2026-01-31 09:30:00+00',
      '1890-01-01 00:00:00+08:05:43',
      '0044-03-15 00:00:00+00 BC',
      '9999-12-31 23:59:59.999999+00',
      '294276-12-31 23:59:59+00',
      'infinity',
      '-infinity',
    ),
};

const propertiesOf = (meta: EntityMetadata) =>
  Object.values<EntityProperty>(meta.properties as never).filter(
    ({ fieldNames }) => fieldNames?.length === 1,
  );

function arbitraryOf({ nullable, columnTypes: [type = ''] }: EntityProperty): fc.Arbitrary<unknown> {
  const [, name = '', length = '0'] = /^([\w[\]]+)(?:\((\d+)\))?$/.exec(type) ?? [];
  const make = VALUES[name];
  if (!make) throw new Error(`the test knows no values of ${type}`);
  return nullable ? fc.option(make(Number(length))) : make(Number(length));
}

/** Entities with columns that only MikroORM reads, JSON for one; the boot refuses whoever reads them past it. */
const ELSEWHERE = new Set([
  'AccountEvent',
  'CallBatch',
  'ImportSystem',
  'ImportedRecord',
  'RowAccounts',
  'ShadowDifference',
  'SharedPlace',
  'WebhookDelivery',
]);

describe('rows that are read past MikroORM', () => {
  let database: TestDatabase;
  let em: EntityManager;
  beforeAll(async () => {
    database = await openTestDatabase();
    em = database.fork();
  });
  afterAll(() => database.close());

  /** Leaves this row alone in its table; false where a rule of the table refuses it. */
  async function keepOnly(meta: EntityMetadata, row: Record<string, unknown>): Promise<boolean> {
    const table = `"${meta.tableName}"`;
    const fields = propertiesOf(meta).map(({ fieldNames: [field] }) => `"${field}"`);
    const places = fields.map(() => '?').join();
    try {
      await em.transactional(async () => {
        // Nobody has to be there whom a row refers to.
        await em.execute('set local session_replication_role = replica');
        await em.execute(`delete from ${table}`);
        const values = propertiesOf(meta).map(({ name }) => row[name]);
        await em.execute(`insert into ${table} (${fields.join()}) values (${places})`, values);
      });
      return true;
    } catch (error) {
      if ((error as Error).name === 'CheckConstraintViolationException') return false;
      throw error;
    }
  }

  test.each(
    ENTITIES.filter(({ name }) => !ELSEWHERE.has(name)).map(
      (entity) => [entity.name, entity as EntityClass<object>] as const,
    ),
  )('rows read past MikroORM have the values and prototype that em.find gives: %s', async (_name, entity) => {
    const meta = em.getMetadata(entity) as EntityMetadata;
    const read = readRows(entity, 't', `from "${meta.tableName}" t`);
    const row = Object.fromEntries(
      propertiesOf(meta).map((property) => [property.name, arbitraryOf(property)]),
    );
    await fc.assert(
      fc.asyncProperty(fc.record(row), async (values) => {
        fc.pre(await keepOnly(meta, values));
        const [found] = await em.fork().find(entity, {}, READ_ONLY);
        for (const [own] of [await read(em), await em.transactional(() => read(em))]) {
          expect(own).toStrictEqual(found);
          expect(own).toBeInstanceOf(entity);
          expect(JSON.stringify(own)).toBe(JSON.stringify(found));
        }
      }),
      { numRuns: 12 },
    );
  });
});

describe('an entity whose rows would come out otherwise', () => {
  const withColumn = (options: object) => {
    @Entity({ tableName: 'made_up' })
    class MadeUp {
      @PrimaryKey({ type: 'integer' })
      id!: number;

      @Property(options)
      column!: unknown;
    }
    readRows(MadeUp, 'm', 'from made_up m');
    return MadeUp;
  };

  /** Nobody answers there, which only those find out who are let in. */
  const NOWHERE = { DATABASE_URL: 'postgres://127.0.0.1:1/none', DATABASE_POOL: 1, DATA_DIR: '.data' };
  const boot = (entity: EntityClass<object>) =>
    connectDatabase(NOWHERE, { entities: [entity], migrations: [] }, {});

  test.each<[string, object]>([
    ['numeric(10,2)', { type: 'decimal', precision: 10, scale: 2 }],
    ['bytea', { type: 'blob' }],
    ['jsonb', { type: 'json' }],
    ['double precision', { type: 'double' }],
    ['timestamp', { type: Date, columnType: 'timestamp' }],
    ['time', { type: 'time' }],
    ['smallint', { type: 'boolean', columnType: 'smallint', runtimeType: 'boolean' }],
    ['tsvector', { type: 'string', columnType: 'tsvector' }],
    ['text', { type: 'text', lazy: true }],
  ])('an entity whose rows would come out otherwise is refused at boot: %s', async (_type, options) => {
    await expect(boot(withColumn(options))).rejects.toThrow(
      /^readRows cannot give MadeUp\.column as em\.find does: /,
    );
  });

  test('an entity is let in when every column is of a known type', async () => {
    await expect(boot(withColumn({ type: 'integer' }))).rejects.toThrow('ECONNREFUSED');
  });
});
