import { Community } from '../../src/modules/place/community.entity.js';
import { type LoneApp, startTestApp } from '../support/app.js';
import { type Account } from '../support/client.js';
import { freshName, uploadPicture } from '../support/operations.js';

const [CHENGDU, HANGZHOU] = ['510100', '330100'];
let app: LoneApp;
let account: Account;
let communityId: string;

beforeAll(async () => {
  app = await startTestApp();
  account = await app.client.register();
  const em = app.infrastructure.database.fork();
  const id = await em.insert(Community, { cityId: Number(HANGZHOU), name: '西溪花园' } as never);
  communityId = String(id);
  await app.services.moderation.banWord({ em }, '违禁');
});
afterAll(() => app.close());

const FIELDS = `id name nickname sex birthday age bio location city { id } community { id name } hobbies { id }
  avatar { id } background { id } createdAt updatedAt`;
const UPDATE = `mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { ${FIELDS} } }`;

const update = async (input: Record<string, unknown>, token = account.token) =>
  (await app.client.data(UPDATE, { input }, token)).updateProfile;
const me = async () => (await app.client.data(`{ me { ${FIELDS} } }`, {}, account.token)).me;

async function refusal(input: Record<string, unknown>) {
  const before = await me();
  const { errors } = await app.client.graphql(UPDATE, { input }, { token: account.token });
  expect(await me()).toEqual(before);
  return errors?.[0]?.extensions;
}

describe('each field', () => {
  const simple: [string, unknown, unknown, unknown][] = [
    ['nickname', ' 小 明 ', '小 明', 'the name'],
    ['sex', 'FEMALE', 'FEMALE', 'UNSPECIFIED'],
    ['birthday', '1990-01-01', '1990-01-01', null],
    ['bio', ' 你好，世界 ', '你好，世界', null],
    ['location', '四川省 成都市', '四川省 成都市', null],
  ];

  test.each(simple)(
    'the profile field %s is set, kept when absent, cleared by null',
    async (field, given, stored, cleared) => {
      const others = await me();
      expect((await update({ [field]: given }))[field]).toEqual(stored);
      const unchanged = await update({});
      expect(unchanged[field]).toEqual(stored);
      const back = await update({ [field]: null });
      expect(back[field]).toEqual(cleared === 'the name' ? back.name : cleared);
      expect({ ...back, updatedAt: null }).toEqual({ ...others, updatedAt: null });
    },
  );

  test('an empty text clears a profile field, and an empty update changes nothing but the time', async () => {
    await update({ bio: 'x', location: '成都', nickname: 'y' });
    const { name } = await me();
    expect(await update({ bio: '', location: '  ', nickname: '' })).toMatchObject({
      bio: null,
      location: null,
      city: null,
      nickname: name,
    });
  });

  test('all profile fields are updated at once', async () => {
    const name = freshName();
    const { id: avatarId } = await uploadPicture(app.client, account.token);
    const input = {
      name,
      nickname: 'n',
      sex: 'MALE',
      birthday: '2000-02-29',
      bio: 'b',
      location: '成都',
      communityId,
      hobbyIds: ['3', '1', '3'],
      avatarId,
      backgroundId: avatarId,
    };
    const before = await me();
    const after = await update(input);
    expect(after).toMatchObject({
      name,
      nickname: 'n',
      sex: 'MALE',
      birthday: '2000-02-29',
      bio: 'b',
      location: '成都',
      community: { id: communityId, name: '西溪花园' },
      city: { id: HANGZHOU },
      hobbies: [{ id: '1' }, { id: '3' }],
      avatar: { id: avatarId },
      background: { id: avatarId },
    });
    expect(Date.parse(after.updatedAt)).toBeGreaterThan(Date.parse(before.updatedAt));
    expect(after.createdAt).toBe(before.createdAt);
    expect(await me()).toEqual(after);
    const cleared = {
      sex: null,
      birthday: null,
      bio: null,
      location: null,
      communityId: null,
      hobbyIds: null,
      avatarId: null,
      backgroundId: null,
      nickname: null,
    };
    expect(await update(cleared)).toMatchObject({
      nickname: name,
      sex: 'UNSPECIFIED',
      birthday: null,
      age: null,
      bio: null,
      location: null,
      community: null,
      city: null,
      hobbies: [],
      avatar: null,
      background: null,
    });
  });

  test('the age counts full years in Shanghai', async () => {
    const year = Number(new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 4));
    expect((await update({ birthday: `${year - 30}-01-01` })).age).toBe(30);
    expect(
      (await update({ birthday: new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10) })).age,
    ).toBe(0);
    expect((await update({ birthday: '1850-01-01' })).age).toBe(year - 1850);
    await update({ birthday: null });
  });

  test('the hobbies of a profile are replaced as a whole', async () => {
    expect((await update({ hobbyIds: ['1', '2'] })).hobbies).toEqual([{ id: '1' }, { id: '2' }]);
    expect((await update({ bio: 'x' })).hobbies).toHaveLength(2);
    expect((await update({ hobbyIds: ['5'] })).hobbies).toEqual([{ id: '5' }]);
    expect((await update({ hobbyIds: [] })).hobbies).toEqual([]);
  });
});

describe('the city', () => {
  test('the city of a profile is that of the community, else the one that the location names, else none', async () => {
    expect((await update({ location: '四川省 成都市' })).city).toEqual({ id: CHENGDU });
    expect((await update({ communityId })).city).toEqual({ id: HANGZHOU });
    expect((await update({ location: '四川成都' })).city).toEqual({ id: HANGZHOU });
    expect((await update({ communityId: null })).city).toEqual({ id: CHENGDU });
    expect((await update({ bio: 'unrelated' })).city).toEqual({ id: CHENGDU });
    expect((await update({ location: 'somewhere' })).city).toBeNull();
    expect((await update({ location: null, communityId })).city).toEqual({ id: HANGZHOU });
    expect(await update({ communityId: null })).toMatchObject({ city: null, community: null });
  });
});

describe('refused updates', () => {
  test.each([
    ['a nickname of 65 characters', { nickname: 'n'.repeat(65) }, 'INVALID_INPUT', 'nickname'],
    ['a banned nickname', { nickname: '一个违禁词' }, 'NAME_BANNED', 'nickname'],
    ['a bio of 192 characters', { bio: '好'.repeat(192) }, 'INVALID_INPUT', 'bio'],
    ['a location of 192 characters', { location: 'x'.repeat(192) }, 'INVALID_INPUT', 'location'],
    ['a birthday to come', { birthday: '2999-01-01' }, 'INVALID_INPUT', 'birthday'],
    ['a birthday too long ago', { birthday: '1849-12-31' }, 'INVALID_INPUT', 'birthday'],
    ['no name', { name: null }, 'NAME_LENGTH', 'name'],
    ['an empty name', { name: '' }, 'NAME_LENGTH', 'name'],
    ['a name with a digit first', { name: '1abcd' }, 'NAME_INVALID', 'name'],
    ['a banned name', { name: '违禁名字' }, 'NAME_BANNED', 'name'],
    ['more hobbies than one user may have', { hobbyIds: Array(31).fill('1') }, 'INVALID_INPUT', 'hobbyIds'],
    ['an unknown hobby', { hobbyIds: ['1', '9999'] }, 'INVALID_INPUT', 'hobbyIds'],
    ['a hobby that is no number', { hobbyIds: ['x'] }, 'INVALID_INPUT', 'hobbyIds'],
    ['an unknown community', { communityId: '2147483647' }, 'INVALID_INPUT', 'communityId'],
    ['a community that is no number', { communityId: 'x' }, 'INVALID_INPUT', 'communityId'],
    ['an unknown picture', { avatarId: '0'.repeat(32) }, 'INVALID_INPUT', 'avatarId'],
    ['a picture that is none', { backgroundId: "' or 1=1" }, 'INVALID_INPUT', 'backgroundId'],
  ])('a profile update with %s is refused with its field', async (_, input, code, field) => {
    expect(await refusal({ sex: 'MALE', ...input })).toEqual({ code, field });
  });

  test('lengths of profile texts count characters, not UTF-16 units', async () => {
    expect((await update({ bio: '😀'.repeat(191) })).bio).toBe('😀'.repeat(191));
    expect((await update({ nickname: '👨‍👩‍👧'.repeat(12) })).nickname).toBe('👨‍👩‍👧'.repeat(12));
    expect(await refusal({ bio: '😀'.repeat(192) })).toEqual({ code: 'INVALID_INPUT', field: 'bio' });
  });

  test.each([['1990-02-30'], ['1990-1-1'], ['yesterday'], ['']])(
    'a profile update with the birthday %j is refused',
    async (birthday) => {
      expect(await refusal({ birthday })).toMatchObject({ code: 'INVALID_INPUT' });
    },
  );

  test('a profile update without a session is refused', async () => {
    expect(await app.client.code(UPDATE, { input: { bio: 'x' } })).toBe('UNAUTHENTICATED');
  });
});

describe('pictures', () => {
  test('a profile takes default pictures, and none of another user', async () => {
    const stranger = await app.client.register();
    const { id: theirs } = await uploadPicture(app.client, stranger.token);
    for (const field of ['avatarId', 'backgroundId']) {
      expect(await refusal({ [field]: theirs })).toEqual({ code: 'INVALID_INPUT', field });
    }
    const { defaultPhotos } = await app.client.data('{ defaultPhotos { id } }');
    const { id } = defaultPhotos[0];
    expect(await update({ avatarId: id, backgroundId: id })).toMatchObject({
      avatar: { id },
      background: { id },
    });
    expect(await update({ avatarId: null, backgroundId: null })).toMatchObject({
      avatar: null,
      background: null,
    });
  });
});

describe('names', () => {
  test('a name is taken in a new case by its owner, and by nobody else', async () => {
    const name = freshName();
    expect((await update({ name })).name).toBe(name);
    expect((await update({ name: name.toUpperCase() })).name).toBe(name.toUpperCase());
    const stranger = await app.client.register();
    const { errors } = await app.client.graphql(
      UPDATE,
      { input: { name, bio: 'x' } },
      { token: stranger.token },
    );
    expect(errors?.[0]?.extensions).toEqual({ code: 'NAME_TAKEN', field: 'name' });
    const { user } = await app.client.data('query ($id: ID!) { user(id: $id) { bio } }', {
      id: String(stranger.id),
    });
    expect(user.bio).toBeNull();
  });

  test('a name that several accounts want at once goes to one', async () => {
    const name = freshName();
    const accounts = await Promise.all(Array.from({ length: 4 }, () => app.client.register()));
    const results = await Promise.all(
      accounts.map(({ token }, index) =>
        app.client.graphql(UPDATE, { input: { name: index % 2 ? name : name.toLowerCase() } }, { token }),
      ),
    );
    expect(results.map(({ errors }) => errors?.[0]?.extensions.code ?? 'taken over').sort()).toEqual([
      'NAME_TAKEN',
      'NAME_TAKEN',
      'NAME_TAKEN',
      'taken over',
    ]);
  });
});
