import 'reflect-metadata';
import { type EntityMetadata, type EntityProperty, MikroORM } from '@mikro-orm/core';
import {
  Entity,
  ManyToOne,
  PrimaryKey,
  Property,
  ReflectMetadataProvider,
} from '@mikro-orm/decorators/legacy';
import { defineConfig } from '@mikro-orm/postgresql';
import { ENTITIES } from '../../src/entities.js';
import type { PersonalTable } from '../../src/infra/database/personal.js';
import type { Storage } from '../../src/infra/storage/port.js';
import { personalData } from '../../src/modules/erasure/personal-data.js';
import { ImageStore } from '../../src/modules/image/image.store.js';
import { User } from '../../src/modules/user/user.entity.js';

const store = new ImageStore({ UPLOAD_DAILY_LIMIT: 1 }, {} as Storage);

const propertiesOf = (meta: EntityMetadata) => Object.values<EntityProperty>(meta.properties as never);
const refersToUsers = (meta: EntityMetadata): boolean =>
  meta.class === User || propertiesOf(meta).some(({ targetMeta }) => targetMeta?.class === User);

/** The columns of which nobody has said whether they go with an account. */
async function undecided(entities: readonly object[], tables: readonly PersonalTable[]): Promise<string[]> {
  const orm = await MikroORM.init(
    defineConfig({
      dbName: 'none',
      connect: false,
      entities,
      metadataProvider: ReflectMetadataProvider,
    } as never),
  );
  return [...orm.getMetadata().getAll().values()].filter(refersToUsers).flatMap((meta) => {
    const table = tables.find(({ entity }) => entity === meta.class);
    if (table?.columns === null) return [];
    const columns = propertiesOf(meta).filter(({ persist }) => persist !== false);
    return columns
      .map(({ name }) => name)
      .filter((name) => !table?.columns?.includes(name))
      .map((name) => `${meta.className}.${name}`);
  });
}

describe('the personal data of an account', () => {
  test('every column of every table that refers to accounts is decided upon as personal or kept', async () => {
    expect(await undecided(ENTITIES, personalData(store))).toEqual([]);
  });

  test('a new column of users, or a new table that refers to them, is missed', async () => {
    @Entity({ tableName: 'diaries' })
    class Diary {
      @PrimaryKey({ type: 'integer' })
      id!: number;

      @ManyToOne(() => User, { mapToPk: true, fieldName: 'user_id' })
      userId!: number;

      @Property({ type: 'text' })
      text!: string;
    }
    const tables = personalData(store).map((table) =>
      table.entity === User
        ? { ...table, columns: table.columns?.filter((name) => name !== 'bio') ?? [] }
        : table,
    );
    expect(await undecided([...ENTITIES, Diary], tables)).toEqual([
      'User.bio',
      'Diary.id',
      'Diary.userId',
      'Diary.text',
    ]);
  });

  test('the list of personal data names each table once', () => {
    const names = personalData(store).map(({ entity }) => entity.name);
    expect(new Set(names).size).toBe(names.length);
  });
});
