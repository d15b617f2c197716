import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type Database, migrate, openDatabase } from '../../src/infra/database/database.js';
import { LocalStorage } from '../../src/infra/storage/local.js';
import type { Storage } from '../../src/infra/storage/port.js';
import { Hobby } from '../../src/modules/hobby/hobby.entity.js';
import { DefaultPhoto } from '../../src/modules/image/default-photo.entity.js';
import { findDefaultPhotos } from '../../src/modules/image/image.repository.js';
import { City } from '../../src/modules/place/city.entity.js';
import { County } from '../../src/modules/place/county.entity.js';
import { Province } from '../../src/modules/place/province.entity.js';
import { AppRelease } from '../../src/modules/release/app-release.entity.js';
import { readDivisions } from '../../src/seeders/divisions.js';
import { seedReference } from '../../src/seeders/reference.seeder.js';

let database: Database;
let directory: string;
let storage: Storage;
let em: EntityManager;

const seed = () => migrate(database, (inTransaction) => seedReference(inTransaction, { storage }));

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'seed-'));
  storage = await LocalStorage.open(directory);
  database = await openDatabase(
    { DATABASE_URL: undefined, DATABASE_POOL: 2, DATA_DIR: directory },
    { dataDir: 'memory://' },
  );
  await seed();
  em = database.fork();
});

afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true });
});

describe('divisions', () => {
  test('are a tree without gaps, with every code once', () => {
    const { provinces, cities, counties } = readDivisions();
    const provinceIds = new Set(provinces.map(({ id }) => id));
    const cityIds = new Set(cities.map(({ id }) => id));
    expect(provinceIds.size).toBe(34);
    expect(cityIds.size).toBe(cities.length);
    expect(cities.filter(({ provinceId }) => !provinceIds.has(provinceId))).toEqual([]);
    expect(counties.filter(({ cityId }) => !cityIds.has(cityId))).toEqual([]);
    expect(cities.filter(({ name }) => /^县$|直辖/.test(name))).toEqual([]);
  });

  test('keep the codes of GB/T 2260, and give a city to those that have none', async () => {
    expect((await em.findOneOrFail(City, 510100)).name).toBe('成都市');
    expect(await em.findOneOrFail(City, 429004)).toMatchObject({ name: '仙桃市', provinceId: 420000 });
    expect(await em.findOneOrFail(County, 500229)).toMatchObject({ name: '城口县', cityId: 500100 });
    expect(await em.count(City, { id: 500200 })).toBe(0);
  });

  test('are repaired by the next start, and left alone when nothing differs', async () => {
    await em.nativeUpdate(Province, { id: 510000 }, { name: '四川' });
    await em.nativeDelete(County, { id: 510104 });
    const untouched = await em.execute('select xmin::text from cities order by id');
    await seed();
    const fresh = database.fork();
    expect((await fresh.findOneOrFail(Province, 510000)).name).toBe('四川省');
    expect(await fresh.count(County, { id: 510104 })).toBe(1);
    expect(await fresh.execute('select xmin::text from cities order by id')).toEqual(untouched);
  });
});

test('the lists of the operator are filled once', async () => {
  expect(await em.count(Hobby, {})).toBe(20);
  expect(await em.count(AppRelease, {})).toBe(2);
  await em.nativeDelete(Hobby, { name: '宠物' });
  await em.nativeDelete(AppRelease, { platform: 2 });
  await seed();
  expect(await em.count(Hobby, {})).toBe(19);
  expect(await em.count(AppRelease, {})).toBe(1);
});

describe('default pictures', () => {
  test('are six stored images in order, owned by nobody', async () => {
    const photos = await findDefaultPhotos(em);
    expect(photos).toHaveLength(6);
    for (const photo of photos) {
      const file = await storage.read(photo.key);
      file?.stream.destroy();
      expect(file?.size).toBe(photo.size);
      expect(photo).toMatchObject({ ownerId: null, mime: 'image/png', width: 200, height: 200 });
    }
  });

  test('stay removed, but a lost file comes back', async () => {
    const [first, second] = await findDefaultPhotos(em);
    await em.nativeDelete(DefaultPhoto, { imageId: first?.id });
    await storage.remove(second?.key ?? '');
    await seed();
    expect(await findDefaultPhotos(em)).toHaveLength(5);
    const file = await storage.read(second?.key ?? '');
    file?.stream.destroy();
    expect(file?.size).toBe(second?.size);
  });
});

test('open apps are numbered from 10001, and go on from where they are', async () => {
  const next = async () => (await em.execute<{ id: string }[]>("select nextval('open_apps_id_seq') as id"))[0]?.id;
  expect(Number(await next())).toBe(10001);
  await seed();
  expect(Number(await next())).toBe(10002);
});
