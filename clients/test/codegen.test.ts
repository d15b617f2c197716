import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  buildSchema,
  isScalarType,
  isSpecifiedScalarType,
  NoDeprecatedCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import recipe from '../app/codegen';
import { ME } from '../app/src/documents';
import type { MeQuery, UpdateAvatarMutationVariables } from '../app/src/gql/graphql';
import { client } from '../app/src/graphql-request';
import { session } from '../app/src/session';
import { newPerson } from '../support/people.ts';

const schema = buildSchema(readFileSync('../schema.graphql', 'utf8'));

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Me = NonNullable<MeQuery['me']>;

/** Compiles only where the types are what the recipe says, and none is `any`. */
const typed: [
  Same<Me['createdAt'], string>,
  Same<Me['birthday'], string | null>,
  Same<NonNullable<Me['wallet']>['balance'], number>,
  Same<UpdateAvatarMutationVariables['file'], Blob>,
] = [true, true, true, true];

test('values are of the types that were generated for them', async () => {
  session.begin(await newPerson('me'));
  const { me } = await client.request(ME);
  assert.deepEqual(typed, [
    typeof me?.createdAt === 'string',
    me?.birthday === null,
    me?.wallet?.balance === 0,
    true,
  ]);
});

test('the recipes of codegen and of Relay have every scalar of the schema', () => {
  const scalars = Object.values(schema.getTypeMap())
    .filter((type) => isScalarType(type) && !isSpecifiedScalarType(type))
    .map(({ name }) => name)
    .sort();
  assert(scalars.length > 0);
  const relay = JSON.parse(readFileSync('app/relay.config.json', 'utf8'));
  for (const types of [recipe.generates['src/gql/'].config.scalars, relay.customScalarTypes]) {
    assert.deepEqual(Object.keys(types).sort(), scalars);
  }
});

test('the page asks for nothing that is deprecated', () => {
  const maps = ['app/src/gql/persisted-documents.json', 'app/relay-documents.json'];
  const texts = maps.flatMap((map) =>
    Object.values(JSON.parse(readFileSync(map, 'utf8')) as Record<string, string>),
  );
  assert(texts.length > 10);
  for (const text of texts) {
    assert.deepEqual(validate(schema, parse(text), [...specifiedRules, NoDeprecatedCustomRule]), []);
  }
});
