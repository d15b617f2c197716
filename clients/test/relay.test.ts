import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { buildSchema, type GraphQLField, getNamedType, isObjectType, isRequiredArgument } from 'graphql';
import { withRelay } from '../app/src/RelayAvatar';
import { followers } from '../app/src/RelayFollowers';
import { home } from '../app/src/RelayHome';
import { environment } from '../app/src/relay';
import { session } from '../app/src/session';
import { followed, newPerson, type Person } from '../support/people.ts';
import { picture } from '../support/picture.ts';
import { requests } from '../support/requests.ts';

let me: Person;

before(async () => {
  me = await newPerson('me');
  session.begin(me);
});

test('pages become one list, whose people are kept by type and id', async () => {
  const { person, names } = await followed(5);
  const sent = await requests(async () => assert.deepEqual(await followers(person.id), names));
  assert.equal(sent.length, 3);
  assert.equal(environment.getStore().getSource().get(`User:${person.id}`)?.id, person.id);
});

test('a picture becomes the avatar', async () => {
  const url = await withRelay(picture(120));
  assert(url);
  assert.equal((await fetch(url)).status, 200);
  assert.equal(environment.getStore().getSource().get(`User:${me.id}`)?.avatarUrl, url);
});

test('a refused field is an error in its place, beside what was not refused', async () => {
  session.end();
  const shown = await home(environment);
  assert.deepEqual(shown?.gatewayInfo.thirdParties, []);
  assert.equal(shown.addresses.ok, false);
  session.begin(me);
  const allowed = await home(environment);
  assert.deepEqual(allowed?.addresses, { ok: true, value: [] });
});

interface Connection {
  parent: string;
  field: GraphQLField<unknown, unknown>;
}

function connections(): Connection[] {
  const schema = buildSchema(readFileSync('../schema.graphql', 'utf8'));
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ parent: type.name, field })))
    .filter(({ field }) => getNamedType(field.type).name.endsWith('Connection'));
}

/** A fragment that asks for a connection from one of its ends. */
function fragment(name: string, { parent, field }: Connection, count: string, cursor: string): string {
  const required = field.args.filter(isRequiredArgument);
  const defined = ['count: { type: "Int" }', 'cursor: { type: "String" }'];
  defined.push(...required.map((arg) => `${arg.name}: { type: "${arg.type}" }`));
  const given = [
    `${count}: $count`,
    `${cursor}: $cursor`,
    ...required.map((arg) => `${arg.name}: $${arg.name}`),
  ];
  return `graphql\`fragment ${name}_part on ${parent} @argumentDefinitions(${defined.join(', ')}) {
    ${field.name}(${given.join(', ')}) @connection(key: "${name}_${field.name}") { edges { node { __typename } } }
  }\`;`;
}

test('the compiler takes @connection on every connection, from either end that it can be read from', () => {
  const found = connections();
  assert(found.length > 10);
  mkdirSync('dist', { recursive: true });
  const folder = mkdtempSync(path.resolve('dist/relay-'));
  mkdirSync(path.join(folder, 'src'));
  for (const connection of found) {
    const { parent, field } = connection;
    const write = (count: string, cursor: string) => {
      const name = `${parent}${field.name}${count}`;
      writeFileSync(path.join(folder, 'src', `${name}.ts`), fragment(name, connection, count, cursor));
    };
    write('first', 'after');
    if (field.args.some((arg) => arg.name === 'last')) write('last', 'before');
  }
  cpSync('../schema.graphql', path.join(folder, 'schema.graphql'));
  const config = { src: 'src', schema: 'schema.graphql', language: 'typescript' };
  writeFileSync(path.join(folder, 'relay.config.json'), JSON.stringify(config));

  const said = execFileSync('relay-compiler', [], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  assert.match(said, new RegExp(`${readdirSync(path.join(folder, 'src')).length - 1} reader`));
  rmSync(folder, { recursive: true });
});
