import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildSchema, isScalarType, isSpecifiedScalarType } from 'graphql';
import recipe from '../app/codegen';
import { ME } from '../app/src/documents';
import type { MeQuery, UpdateAvatarMutationVariables } from '../app/src/gql/graphql';
import { client } from '../app/src/graphql-request';
import { session } from '../app/src/session';
import { newPerson } from '../support/people.ts';

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
  const schema = buildSchema(readFileSync('../schema.graphql', 'utf8'));
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
