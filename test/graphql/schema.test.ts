import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import 'reflect-metadata';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isListType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { ERRORS } from '../../src/errors/codes.js';
import { createSchema } from '../../src/graphql/schema.js';
import { boundsOf } from '../../src/schema/list-bounds.js';
import type { Services } from '../../src/services.js';

/** The names that clients rely on. */
const QUERIES = [
  'me',
  'user',
  'users',
  'rank',
  'linkedProviders',
  'nearbyUsers',
  'popularCities',
  'divisions',
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
  'blockedUsers',
  'reports',
];
const MUTATIONS = [
  'sendCode',
  'verify',
  'createCaptcha',
  'register',
  'login',
  'logout',
  'revokeSession',
  'linkProvider',
  'unlinkProvider',
  'sharePlace',
  'hidePlace',
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
  'block',
  'unblock',
  'markFollowersSeen',
  'reportUser',
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
  'blocked',
  'mutualFollowingsCount',
  'hasPassword',
  'newFollowers',
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

test('every type, field and argument of the schema has a description', () => {
  const all = described();
  expect(all.length).toBeGreaterThan(200);
  expect(all.filter(([, description]) => !description?.trim()).map(([name]) => name)).toEqual([]);
});

test('schema descriptions use the terms of the field', () => {
  expect(schema.getType('CommunityConnection')?.description).toBe('A page of a list of communities.');
  const names = Object.keys(schema.getTypeMap());
  // The first word of a sentence is no name.
  const words = described().flatMap(([name, description]) =>
    (description?.match(/(?<=[a-z,] )[A-Z][A-Za-z]+(?=s\b)/g) ?? []).map((word) => [name, word] as const),
  );
  expect(words.filter(([, word]) => names.includes(word))).toEqual([]);
});

test('a Boolean input that may not be null has a default', () => {
  const choices: [string, unknown][] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInputObjectType(type))
      for (const field of Object.values(type.getFields()))
        if (String(field.type) === 'Boolean!')
          choices.push([`${type.name}.${field.name}`, field.defaultValue]);
    if (isObjectType(type))
      for (const field of Object.values(type.getFields()))
        for (const argument of field.args)
          if (String(argument.type) === 'Boolean!')
            choices.push([`${field.name}(${argument.name})`, argument.defaultValue]);
  }
  expect(choices.length).toBeGreaterThan(3);
  expect(choices.filter(([, value]) => value === undefined)).toEqual([]);
});

test('schema descriptions name only error codes that exist', () => {
  const words = described().flatMap(([name, description]) =>
    (description?.match(/\b[A-Z]+(?:_[A-Z0-9]+)+\b/g) ?? []).map((word) => [name, word] as const),
  );
  const enumValues = Object.values(schema.getTypeMap()).flatMap((type) =>
    isEnumType(type) ? type.getValues().map(({ name }) => name) : [],
  );
  const known = new Set([...Object.keys(ERRORS), ...enumValues, 'INTERNAL_NETWORKS']);
  expect(words.filter(([, word]) => !known.has(word))).toEqual([]);
});

test('the schema has the names that clients rely on', () => {
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

test('mutations with many arguments take one input object', () => {
  for (const { name, args } of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const kept = args.filter(({ deprecationReason }) => !deprecationReason);
    const names = kept.map((argument) => argument.name);
    if (names.includes('input'))
      expect([name, names.filter((one) => one !== 'id')]).toEqual([name, ['input']]);
    else expect([name, names.length]).toEqual([name, Math.min(names.length, 4)]);
  }
});

describe('bounds of lists', () => {
  /** Every field of the schema as it runs, with the type it is of. */
  const fields = (): [owner: string, field: GraphQLField<unknown, unknown>][] =>
    Object.values(createSchema({} as Services).getTypeMap()).flatMap((type) =>
      isObjectType(type) && !isIntrospectionType(type)
        ? Object.values(type.getFields()).map((field): [string, GraphQLField<unknown, unknown>] => [
            type.name,
            field,
          ])
        : [],
    );
  const isList = ({ type }: GraphQLField<unknown, unknown>) => isListType(getNullableType(type));

  test('every bound of a list is a page or a number above zero', () => {
    const lists = fields().filter(([, field]) => isList(field));
    expect(lists.length).toBeGreaterThan(15);
    const lengths = lists.map(([, field]) => boundsOf(field).list).filter((list) => list !== 'page');
    expect(lengths.every((length) => Number.isInteger(length) && Number(length) > 0)).toBe(true);
  });

  test('every page of the schema lies in a field that takes `first`, and every such field says how long it is', () => {
    const paged = fields().filter(([, field]) => boundsOf(field).page);
    const asked = fields().filter(([, { args }]) => args.some(({ name }) => name === 'first'));
    expect(paged.map(([, { name }]) => name)).toEqual(asked.map(([, { name }]) => name));
    const around = new Set(paged.map(([, { type }]) => getNamedType(type).name));
    const pages = fields().filter(([, field]) => isList(field) && boundsOf(field).list === 'page');
    expect(new Set(pages.map(([owner]) => owner))).toEqual(around);
  });

  test('a page asked for without `first` is as long as its description or default says', () => {
    for (const [, field] of fields()) {
      const { page } = boundsOf(field);
      const first = field.args.find(({ name }) => name === 'first');
      if (!page || !first) continue;
      const numbers = first.description?.replaceAll(',', '').match(/\d+/g)?.map(Number);
      expect([field.name, numbers]).toEqual([field.name, expect.arrayContaining([page.most])]);
      if (first.defaultValue === undefined) expect(numbers).toContain(page.usual);
      else expect(first.defaultValue).toBe(page.usual);
    }
  });
});

test('every connection can be read as Relay reads one', () => {
  const connections = Object.values(schema.getTypeMap()).filter(
    (type) => isObjectType(type) && type.name.endsWith('Connection'),
  );
  expect(connections.length).toBeGreaterThan(5);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const answer = getNamedType(field.type);
      if (!isObjectType(answer) || !connections.includes(answer)) continue;
      const types = Object.fromEntries(
        field.args.map((arg) => [arg.name, `${arg.type} = ${arg.defaultValue}`]),
      );
      expect(types).toMatchObject({ first: 'Int = 20', after: 'String = undefined' });
      expect('last' in types).toBe('before' in types);
      if ('last' in types)
        expect(types).toMatchObject({ last: 'Int = undefined', before: 'String = undefined' });
      const { edges, pageInfo } = answer.getFields();
      const edge = edges && getNamedType(edges.type);
      expect(isObjectType(edge) && Object.keys(edge.getFields())).toEqual(['node', 'cursor']);
      const info = pageInfo && getNamedType(pageInfo.type);
      expect(isObjectType(info) && Object.keys(info.getFields()).toSorted()).toEqual([
        'endCursor',
        'hasNextPage',
        'hasPreviousPage',
        'startCursor',
      ]);
    }
  }
});

describe('a change of the schema since the last release', () => {
  const run = (text: string) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'schema-'));
    const file = path.join(folder, 'changed.graphql');
    writeFileSync(file, text);
    const { status, stderr } = spawnSync(
      process.execPath,
      ['scripts/schema-changes.mjs', '--check', '--schema', file],
      {
        encoding: 'utf8',
      },
    );
    rmSync(folder, { recursive: true });
    return { status, stderr };
  };
  const text = readFileSync('schema.graphql', 'utf8');
  const changed = (from: string | RegExp, to: string) => {
    const result = text.replace(from, to);
    expect(result).not.toBe(text);
    return run(result);
  };

  test('is refused where it breaks clients and is not announced', () => {
    expect(run(text)).toEqual({ status: 0, stderr: '' });
    const removed = changed(
      /"{3}The availability of a login name.*\n {2}nameAvailability\([^)]*\): NameAvailability!\n/,
      '',
    );
    expect(removed).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('Query.nameAvailability breaks clients'),
    });
    const narrowed = changed('input VerifyInput {', 'input VerifyInput @oneOf {');
    expect(narrowed).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('VerifyInput breaks clients'),
    });
    const required = changed(
      '  registerUnknown: Boolean! = false @deprecated',
      '  registerUnknown: Boolean! @deprecated',
    );
    expect(required.status).toBe(1);
  });

  test('is refused where it is announced and breaks nothing', () => {
    const { status, stderr } = changed('addresses: [Address!]\n', 'addresses: [Address!]!\n');
    expect(status).toBe(1);
    expect(stderr).toContain(
      "Field 'Query.addresses' changed type from '[Address!]!' to '[Address!]': this is announced in schema/announced.json, but breaks nothing.",
    );
  });
});
