import { AddressService } from '../../src/modules/address/address.service.js';
import { User, UserStatus } from '../../src/modules/user/user.entity.js';
import { outcomes, settledAtOnce } from '../support/at-once.js';
import { contextOf, createUser, openTestDatabase, type TestDatabase } from '../support/context.js';

const addresses = new AddressService();
const HOME = { name: '张三', phone: '18818181818', detail: '环球中心E1区9楼', isDefault: false };

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const as = (userId: number) => contextOf(database, userId);

describe('addresses', () => {
  it('addresses are created, listed newest first, changed and deleted', async () => {
    const user = await createUser(database);
    const input = {
      ...HOME,
      alias: ' 公司 ',
      province: '四川省',
      city: '',
      postcode: '610000',
      phone: '+86 188 1818 1818',
    };
    const first = await addresses.create(as(user), input);
    expect(first).toMatchObject({
      userId: user,
      alias: '公司',
      city: null,
      county: null,
      phone: '18818181818',
    });
    const second = await addresses.create(as(user), HOME);
    expect((await addresses.list(as(user))).map((address) => address.id)).toEqual([second.id, first.id]);

    const changed = await addresses.update(as(user), first.id, {
      alias: null,
      name: '李四',
      postcode: undefined,
    });
    expect(changed).toMatchObject({ alias: null, name: '李四', postcode: '610000', province: '四川省' });
    expect(await addresses.update(as(user), first.id, {})).toEqual(changed);

    expect(await addresses.remove(as(user), first.id)).toEqual(changed);
    await expect(addresses.remove(as(user), first.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await addresses.find(as(user), first.id)).toBeNull();
  });

  it('addresses of another user are reported as unknown', async () => {
    const [owner, stranger] = [await createUser(database), await createUser(database)];
    const { id } = await addresses.create(as(owner), { ...HOME, isDefault: true });
    expect(await addresses.find(as(stranger), id)).toBeNull();
    await expect(addresses.update(as(stranger), id, { isDefault: true })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(addresses.remove(as(stranger), id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await addresses.find(as(owner), id)).toMatchObject({ isDefault: true });
  });

  it('addresses need an account in use', async () => {
    const gone = await createUser(database, { status: UserStatus.DELETED } as Partial<User>);
    await expect(addresses.create(as(gone), HOME)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it.each([
    ['alias', '中'.repeat(12)],
    ['alias', '😀'.repeat(6)],
    ['name', 'a'.repeat(24)],
    ['county', '区'.repeat(16)],
    ['detail', '楼'.repeat(80)],
  ])('an address takes %s up to its bytes in GB18030, and not one more', async (field, longest) => {
    const user = await createUser(database);
    expect(await addresses.create(as(user), { ...HOME, [field]: longest })).toMatchObject({
      [field]: longest,
    });
    const tooLong = addresses.create(as(user), { ...HOME, [field]: `${longest}a` });
    await expect(tooLong).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { field } });
  });

  it.each([
    ['name', ' ', 'INVALID_INPUT'],
    ['name', null, 'INVALID_INPUT'],
    ['detail', null, 'INVALID_INPUT'],
    ['name', '\u200b\u3164', 'INVALID_INPUT'],
    ['detail', '\ufeff\u00ad\u2800', 'INVALID_INPUT'],
    ['phone', '02887654321', 'PHONE_INVALID'],
    ['phone', null, 'INVALID_INPUT'],
    ['postcode', '61000', 'INVALID_INPUT'],
    ['postcode', '61000O', 'INVALID_INPUT'],
    ['isDefault', null, 'INVALID_INPUT'],
  ])('an address with %s = %j is refused', async (field, value, code) => {
    const user = await createUser(database);
    const { id } = await addresses.create(as(user), HOME);
    const refused = addresses.update(as(user), id, { [field]: value });
    await expect(refused).rejects.toMatchObject({ code, details: { field } });
  });

  it("a user's addresses have one default at most, which a new one replaces", async () => {
    const user = await createUser(database);
    const first = await addresses.create(as(user), { ...HOME, isDefault: true });
    const second = await addresses.create(as(user), { ...HOME, isDefault: true });
    expect(await addresses.find(as(user), first.id)).toMatchObject({ isDefault: false });
    await addresses.update(as(user), first.id, { isDefault: true });
    expect(await addresses.find(as(user), second.id)).toMatchObject({ isDefault: false });
    await addresses.update(as(user), first.id, { isDefault: false });
    expect((await addresses.list(as(user))).filter((address) => address.isDefault)).toHaveLength(0);
  });

  it('a user has 20 addresses at most, however many are created at once in several processes', async () => {
    const other = await database.another();
    const user = await createUser(database);
    const results = await settledAtOnce(40, (index) =>
      addresses.create(contextOf(index % 2 ? database : other, user), {
        ...HOME,
        isDefault: index % 3 === 0,
      }),
    );
    expect(outcomes(results)).toEqual({ ok: 20, ADDRESS_LIMIT: 20 });
    expect(await addresses.list(as(user))).toHaveLength(20);
  });

  it("a user's addresses have one default, however many become it at once", async () => {
    const other = await database.another();
    const user = await createUser(database);
    const ids: number[] = [];
    for (let index = 0; index < 20; index += 1) ids.push((await addresses.create(as(user), HOME)).id);
    const results = await settledAtOnce(40, (index) =>
      addresses.update(contextOf(index % 2 ? database : other, user), ids[index % 20] ?? 0, {
        isDefault: true,
      }),
    );
    expect(outcomes(results)).toEqual({ ok: 40 });
    expect((await addresses.list(as(user))).filter((address) => address.isDefault)).toHaveLength(1);
  });
});
