import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { ERRORS } from '../../src/errors/codes.js';

/** The names that clients rely on. */
const QUERIES = [
  'me',
  'user',
  'users',
  'rank',
  'addresses',
  'address',
  'hobbies',
  'cities',
  'communities',
  'defaultPhotos',
  'verifications',
  'appRelease',
  'sessions',
  'securityEvents',
  'phoneAvailability',
  'nameAvailability',
  'loginStatus',
  'userIds',
];
const MUTATIONS = [
  'sendCode',
  'verify',
  'createCaptcha',
  'register',
  'login',
  'logout',
  'revokeSession',
  'bindPhone',
  'bindEmail',
  'unbindPhone',
  'unbindEmail',
  'changePassword',
  'retrievePassword',
  'updateProfile',
  'uploadImage',
  'updateAvatar',
  'createUpload',
  'storeUpload',
  'createAddress',
  'updateAddress',
  'deleteAddress',
  'submitVerification',
  'updateVerification',
  'deleteVerification',
  'reviewVerification',
  'follow',
  'unfollow',
  'deleteAccount',
  'disableUser',
  'enableUser',
  'recommendUser',
  'recordIncome',
];
const USER_FIELDS = [
  'id',
  'name',
  'nickname',
  'phone',
  'email',
  'sex',
  'birthday',
  'age',
  'bio',
  'location',
  'city',
  'community',
  'hobbies',
  'avatar',
  'background',
  'inviteCode',
  'extra',
  'verification',
  'currency',
  'wallet',
  'vip',
  'hasFollower',
  'hasFollowing',
  'status',
  'createdAt',
  'updatedAt',
];
const FILTER_FIELDS = ['nameContains', 'names', 'ids', 'active', 'recommended', 'nearby', 'cityId'];

let schema: GraphQLSchema;

beforeAll(() => {
  // `npm run check` says whether this is what the code builds.
  schema = buildSchema(readFileSync('schema.graphql', 'utf8'));
});

/** Everything a client can name, with its description. */
function described(): [string, string | null | undefined][] {
  const found: [string, string | null | undefined][] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    if (type !== schema.getQueryType() && type !== schema.getMutationType())
      found.push([type.name, type.description]);
    if (isEnumType(type))
      for (const value of type.getValues()) found.push([`${type.name}.${value.name}`, value.description]);
    if (isInputObjectType(type))
      for (const field of Object.values(type.getFields()))
        found.push([`${type.name}.${field.name}`, field.description]);
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      found.push([`${type.name}.${field.name}`, field.description]);
      for (const argument of field.args)
        found.push([`${type.name}.${field.name}(${argument.name})`, argument.description]);
    }
  }
  return found;
}

test('everything has a description', () => {
  const all = described();
  expect(all.length).toBeGreaterThan(200);
  expect(all.filter(([, description]) => !description?.trim()).map(([name]) => name)).toEqual([]);
});

test('descriptions name only codes that exist', () => {
  const words = described().flatMap(([name, description]) =>
    (description?.match(/\b[A-Z]+(?:_[A-Z0-9]+)+\b/g) ?? []).map((word) => [name, word] as const),
  );
  const enumValues = Object.values(schema.getTypeMap()).flatMap((type) =>
    isEnumType(type) ? type.getValues().map(({ name }) => name) : [],
  );
  const known = new Set([...Object.keys(ERRORS), ...enumValues, 'INTERNAL_NETWORKS']);
  expect(words.filter(([, word]) => !known.has(word))).toEqual([]);
});

test('the names that clients rely on are there', () => {
  expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toEqual(expect.arrayContaining(QUERIES));
  expect(Object.keys(schema.getMutationType()?.getFields() ?? {})).toEqual(expect.arrayContaining(MUTATIONS));
  const fieldsOf = (name: string) => {
    const type = schema.getType(name);
    return isObjectType(type) || isInputObjectType(type) ? Object.keys(type.getFields()) : [];
  };
  expect(fieldsOf('User')).toEqual(expect.arrayContaining(USER_FIELDS));
  expect(fieldsOf('UserFilter')).toEqual(expect.arrayContaining(FILTER_FIELDS));
  expect(fieldsOf('AuthPayload').sort()).toEqual(['expiresAt', 'isNewUser', 'provider', 'token', 'user']);
  expect(fieldsOf('SendCodePayload')).toEqual(expect.arrayContaining(['resendAfter', 'expiresAt']));
  expect(fieldsOf('Captcha').sort()).toEqual(['expiresAt', 'id', 'image']);
  expect(fieldsOf('LoginStatus').sort()).toEqual(['captchaRequired', 'failures', 'lockedUntil']);
});

test('mutations that take much take one input object', () => {
  for (const { name, args } of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const names = args.map((argument) => argument.name);
    if (names.includes('input'))
      expect([name, names.filter((one) => one !== 'id')]).toEqual([name, ['input']]);
    else expect([name, names.length]).toEqual([name, Math.min(names.length, 4)]);
  }
});
