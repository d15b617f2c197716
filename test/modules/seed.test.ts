import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type Database, migrate } from '../../src/infra/database/database.js';
import { LocalStorage } from '../../src/infra/storage/local.js';
import type { Storage } from '../../src/infra/storage/port.js';
import { Hobby } from '../../src/modules/hobby/hobby.entity.js';
import { DefaultPhoto } from '../../src/modules/image/default-photo.entity.js';
import { PICTURE_LAYOUT } from '../../src/modules/image/image.key.js';
import { findDefaultPhotos } from '../../src/modules/image/image.repository.js';
import { City } from '../../src/modules/place/city.entity.js';
import { County } from '../../src/modules/place/county.entity.js';
import { PlaceIndex } from '../../src/modules/place/place.index.js';
import { Province } from '../../src/modules/place/province.entity.js';
import { AppRelease } from '../../src/modules/release/app-release.entity.js';
import { TagCategory } from '../../src/modules/tag/tag-category.entity.js';
import { parsePhone } from '../../src/modules/user/contact.js';
import { normaliseName } from '../../src/modules/user/text.js';
import { User } from '../../src/modules/user/user.entity.js';
import { openDatabase } from '../../src/open-database.js';
import { seedDemo } from '../../src/seeders/demo.seeder.js';
import { readDivisions } from '../../src/seeders/divisions.js';
import { seedReference } from '../../src/seeders/reference.seeder.js';

let database: Database;
let directory: string;
let storage: Storage;
let em: EntityManager;

const seed = () => migrate(database, (inTransaction) => seedReference(inTransaction, { storage }));

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'seed-'));
  storage = await LocalStorage.open(directory, PICTURE_LAYOUT);
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
  test('divisions are a tree without gaps, with every code once', () => {
    const { provinces, cities, counties } = readDivisions();
    const provinceIds = new Set(provinces.map(({ id }) => id));
    const cityIds = new Set(cities.map(({ id }) => id));
    expect(provinceIds.size).toBe(34);
    expect(cityIds.size).toBe(cities.length);
    expect(cities.filter(({ provinceId }) => !provinceIds.has(provinceId))).toEqual([]);
    expect(counties.filter(({ cityId }) => !cityIds.has(cityId))).toEqual([]);
    expect(cities.filter(({ name }) => /^县$|直辖/.test(name))).toEqual([]);
  });

  test('divisions keep the codes of GB/T 2260, and give a city to those that have none', async () => {
    expect((await em.findOneOrFail(City, 510100)).name).toBe('成都市');
    expect(await em.findOneOrFail(City, 429004)).toMatchObject({ name: '仙桃市', provinceId: 420000 });
    expect(await em.findOneOrFail(County, 500229)).toMatchObject({ name: '城口县', cityId: 500100 });
    expect(await em.count(City, { id: 500200 })).toBe(0);
  });

  test('divisions are repaired by the next start, and left alone when nothing differs', async () => {
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

test('the lists that operators maintain are filled once', async () => {
  expect(await em.count(Hobby, {})).toBe(20);
  expect(await em.count(AppRelease, {})).toBe(2);
  expect(await em.count(TagCategory, {})).toBe(3);
  await em.nativeDelete(Hobby, { name: '宠物' });
  await em.nativeDelete(AppRelease, { platform: 2 });
  await em.nativeDelete(TagCategory, { name: '职业' });
  await seed();
  expect(await em.count(Hobby, {})).toBe(19);
  expect(await em.count(AppRelease, {})).toBe(1);
  expect(await em.count(TagCategory, {})).toBe(2);
});

describe('default pictures', () => {
  test('default pictures are six stored images in order, owned by nobody', async () => {
    const photos = await findDefaultPhotos(em);
    expect(photos).toHaveLength(6);
    for (const photo of photos) {
      const file = await storage.read(photo.key);
      file?.stream.destroy();
      expect(file?.size).toBe(photo.size);
      expect(photo).toMatchObject({ ownerId: null, mime: 'image/png', width: 200, height: 200 });
    }
  });

  test('default pictures stay removed, but a lost file comes back', async () => {
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
  const next = async () =>
    (await em.execute<{ id: string }[]>("select nextval('open_apps_id_seq') as id"))[0]?.id;
  expect(Number(await next())).toBe(10001);
  await seed();
  expect(Number(await next())).toBe(10002);
});

describe('demo users', () => {
  const options = { users: 300, orders: 1000, seed: 'one' };

  test('demo users come with everything around them, and what is counted is there', async () => {
    const progress: number[] = [];
    const result = await seedDemo(em, { ...options, onProgress: (users) => progress.push(users) });
    expect(result).toMatchObject({ users: 300, orders: 1000 });
    expect(progress).toEqual([300]);
    const [sums] = await em.execute<[Record<string, number>]>(
      `select (select count(*)::int from users) as users,
        (select count(*)::int from follows) as follows,
        (select sum(followers_count)::int from user_extras) as followers,
        (select sum(followings_count)::int from user_extras) as followings,
        (select sum(amount)::int from currency_orders) as orders,
        (select sum(amount)::int from daily_incomes) as incomes,
        (select sum(sum)::int from currencies) as currencies,
        (select count(*)::int from currencies) as owners,
        (select count(*)::int from credentials) as passwords`,
    );
    expect(sums).toMatchObject({ users: 300, owners: 300, passwords: 0 });
    expect(sums.follows).toBeGreaterThan(300);
    expect([sums.followers, sums.followings]).toEqual([sums.follows, sums.follows]);
    expect([sums.incomes, sums.currencies]).toEqual([sums.orders, sums.orders]);
  });

  test('demo users look like real ones: phones, names and cities keep the rules', async () => {
    const places = new PlaceIndex(readDivisions());
    const users = await em.find(User, {}, { disableIdentityMap: true });
    for (const user of users) {
      expect(parsePhone(user.phone ?? '')).toBe(user.phone);
      expect(normaliseName(user.name)).toBe(user.name);
      expect(places.cityOf(user.location ?? '')).toBe(user.cityId);
      expect(user.lastActiveAt.getTime()).toBeGreaterThanOrEqual(user.createdAt.getTime());
    }
    expect(users.filter((user) => user.communityId).length).toBeGreaterThan(50);
    expect(users.filter((user) => user.avatarId).length).toBeGreaterThan(100);
    expect(users.filter((user) => user.emailVerified).length).toBeGreaterThan(30);
  });

  test('a second run adds demo users, and passes over the phones and names of real ones', async () => {
    const [{ last }] = await em.execute<[{ last: number }]>('select max(id) as last from users');
    const taken = `199${String((BigInt(last + 3) * 76543211n) % 100000000n).padStart(8, '0')}`;
    await em.execute("insert into users (id, name, phone) values (900000, 'somebody', ?)", [taken]);
    const result = await seedDemo(em, { users: 200, passwordHash: 'hash' });
    expect(result).toMatchObject({ users: 200, orders: 0 });
    expect(await em.count(User, {})).toBe(501);
    expect(await em.execute('select count(*)::int as n from credentials')).toEqual([{ n: 200 }]);
  });
});
