import 'reflect-metadata';
import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isIntrospectionType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import { createSchema } from '../../src/graphql/schema.js';
import { ABILITIES } from '../../src/policy.js';
import { accessOf } from '../../src/schema/access.js';
import type { Services } from '../../src/services.js';
import { startTestApp, type TestApp } from '../support/app.js';
import type { Account } from '../support/client.js';
import { giveEmail, grant, logIn } from '../support/operations.js';
import { applicant, organisationOf, personOf, submit } from '../support/verification.js';

/** The rules that the schema declares hold, for every query, mutation and field that has one. */

type Field = GraphQLField<unknown, unknown>;

const schema: GraphQLSchema = createSchema({} as Services);
const rootFields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
  Object.values(type?.getFields() ?? {}).map((field): [string, Field] => [
    type === schema.getQueryType() ? 'query' : 'mutation',
    field,
  ]),
);
const fieldsUnder = (rule: string) =>
  Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !isIntrospectionType(type)
      ? Object.values(type.getFields())
          .filter((field) => accessOf(field)?.rule === rule)
          .map((field): [GraphQLObjectType, Field] => [type, field])
      : [],
  );
const ownedFields = fieldsUnder('owner');

let app: TestApp;
let stranger: Account;

beforeAll(async () => {
  app = await startTestApp({ INTERNAL_NETWORKS: '10.0.0.0/8' });
  stranger = await app.client.register();
});
afterAll(() => app.close());

/** A number that no account or thing has. */
const NOBODY = '"2147483647"';

/** Some value that the type takes, whether or not it makes sense. */
function literalOf(type: GraphQLInputType): string {
  if (isNonNullType(type)) return literalOf(type.ofType);
  if (isListType(type)) return '[]';
  if (isEnumType(type)) return type.getValues()[0]?.name ?? '';
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(isRequiredInputField);
    return `{ ${fields.map(({ name, type: of }) => `${name}: ${literalOf(of)}`).join(' ')} }`;
  }
  return (
    {
      ...{ ID: NOBODY, Int: '1', Float: '1.5', Boolean: 'true', SafeInt: '1' },
      DateTime: '"2026-01-01T00:00:00Z"',
    }[type.name] ?? '"1"'
  );
}

const selectionOf = ({ type }: Field): string => (isLeafType(getNamedType(type)) ? '' : '{ __typename }');

/** Asks for one field of the roots, with as little as it takes, and says what it was refused with. */
async function codeOf([kind, field]: [string, Field], token?: string): Promise<string | undefined> {
  const given = field.args.filter(isRequiredArgument);
  const isUpload = ({ type }: (typeof given)[number]) => getNamedType(type).name === 'Upload';
  const written = given
    .map((one) => `${one.name}: ${isUpload(one) ? '$file' : literalOf(one.type)}`)
    .join(' ');
  const text = `${field.name}${written && `(${written})`} ${selectionOf(field)}`;
  if (!given.some(isUpload)) return app.client.code(`${kind} { ${text} }`, {}, token);
  const form = new FormData();
  const query = `${kind} ($file: Upload!) { ${text} }`;
  form.set('operations', JSON.stringify({ query, variables: { file: null } }));
  form.set('map', JSON.stringify({ 0: ['variables.file'] }));
  form.set('0', new Blob(['x']), 'x.png');
  const headers: Record<string, string> = { 'apollo-require-preflight': '1' };
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await fetch(`${app.url}/graphql`, { method: 'POST', headers, body: form });
  const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
  return errors?.[0]?.extensions.code;
}

test('whatever is not public is refused to callers without a session, whatever they send', async () => {
  const asking = rootFields.filter(([, field]) => /signedIn|ability/.test(accessOf(field)?.rule ?? ''));
  expect(asking.length).toBeGreaterThan(25);
  for (const root of asking)
    expect([root[1].name, await codeOf(root)]).toEqual([root[1].name, 'UNAUTHENTICATED']);
});

test('a query that is refused leaves the rest of the answer', async () => {
  const refused = rootFields.filter(([kind, field]) => {
    const access = accessOf(field);
    return kind === 'query' && access && (access.rule !== 'public' || access.note !== undefined);
  });
  expect(refused.length).toBeGreaterThan(12);
  expect(refused.filter(([, { type }]) => isNonNullType(type))).toEqual([]);
  const { data, errors } = await app.client.graphql(
    '{ gatewayInfo { sessionDays } addresses { id } sessions { id } }',
  );
  expect(data).toEqual({ gatewayInfo: { sessionDays: expect.any(Number) }, addresses: null, sessions: null });
  expect(errors?.map(({ extensions: { code } }) => code)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
});

test('what needs an ability is refused to callers without it, and not for that to those who have it', async () => {
  for (const [kind, field] of rootFields) {
    const access = accessOf(field);
    if (access?.rule !== 'ability') continue;
    expect([field.name, await codeOf([kind, field], stranger.token)]).toEqual([field.name, 'FORBIDDEN']);
    const holder = await app.client.register();
    await grant(app, holder.id, [access.ability]);
    const token = await logIn(app.client, holder.phone);
    expect([field.name, await codeOf([kind, field], token)]).not.toEqual([field.name, 'FORBIDDEN']);
    expect(field.description).toContain(`Needs the ability \`${access.ability}\``);
  }
});

test('what is for servers inside is refused to everybody outside', async () => {
  const inside = rootFields.filter(([, field]) => accessOf(field)?.rule === 'internal');
  expect(inside.map(([, { name }]) => name)).toEqual(['userIds']);
  for (const root of inside) expect(await codeOf(root, stranger.token)).toBe('FORBIDDEN');
});

test('descriptions promise an ability only where one is needed', () => {
  for (const [, field] of rootFields)
    if (field.description?.includes('Needs the ability')) expect(accessOf(field)?.rule).toBe('ability');
});

describe('what only its owner sees', () => {
  /** The way from a user to the objects of each type. */
  const PATHS: Record<string, (fields: string) => string> = {
    User: (fields) => fields,
    Verification: (fields) => `verification { ${fields} }`,
  };
  const thingOf = (type: string, user: Record<string, unknown>) =>
    (type === 'User' ? user : user.verification) as Record<string, unknown>;

  /** The owner-only fields of an account that somebody sees a value of. */
  async function seen(id: number, token?: string): Promise<string[]> {
    const selections = Object.entries(PATHS).map(([name, around]) => {
      const fields = ownedFields.filter(([type]) => type.name === name);
      return around(fields.map(([, field]) => `${field.name} ${selectionOf(field)}`).join(' '));
    });
    const query = `query ($id: ID!) { user(id: $id) { ${selections.join(' ')} } }`;
    const { user } = await app.client.data(query, { id: String(id) }, token);
    return ownedFields
      .filter(([{ name }, field]) => thingOf(name, user)[field.name] !== null)
      .map(([{ name }, field]) => `${name}.${field.name}`);
  }

  /** Accounts that have one of everything between them. */
  let owners: Account[];

  beforeAll(async () => {
    expect(new Set(ownedFields.map(([{ name }]) => name))).toEqual(new Set(Object.keys(PATHS)));
    const [person, organisation] = [await applicant(app.client), await applicant(app.client)];
    await submit(app.client, person.token, personOf(person));
    await submit(app.client, organisation.token, organisationOf(organisation));
    await giveEmail(app.client, person.token);
    owners = [person, organisation];
  });

  const readerWith = async (ability: string): Promise<string> => {
    const reader = await app.client.register();
    await grant(app, reader.id, [ability]);
    return logIn(app.client, reader.phone);
  };

  test('is a value for them and for who may read private data, and null for strangers', async () => {
    const reader = await readerWith(ABILITIES.readPrivate);
    const shown: string[] = [];
    for (const { id, token } of owners) {
      const own = await seen(id, token);
      shown.push(...own);
      expect(await seen(id, reader)).toEqual(own);
      expect(await seen(id, stranger.token)).toEqual([]);
      expect(await seen(id)).toEqual([]);
    }
    expect(new Set(shown)).toEqual(new Set(ownedFields.map(([{ name }, field]) => `${name}.${field.name}`)));
  });

  test('is a value for them alone where no ability shows it', async () => {
    const [owner] = owners as [Account];
    const fields = fieldsUnder('self').map(([type, field]) => `${type.name}.${field.name}`);
    expect(fields).toEqual(['User.addresses', 'User.address', 'User.securityEvents', 'User.sessions']);
    const input = { name: '张三', phone: owner.phone, detail: '一号' };
    const create = 'mutation ($input: AddressInput!) { createAddress(input: $input) { id } }';
    const { createAddress } = await app.client.data(create, { input }, owner.token);
    const query = `query ($id: ID!, $address: ID!) { user(id: $id) {
      addresses { id } address(id: $address) { id } securityEvents(first: 1) { nodes { kind } } sessions { userAgent }
    } }`;
    const variables = { id: String(owner.id), address: createAddress.id };
    const { user } = await app.client.data(query, variables, owner.token);
    expect(user).toEqual({
      addresses: [createAddress],
      address: createAddress,
      securityEvents: { nodes: [{ kind: expect.any(String) }] },
      sessions: [{ userAgent: expect.any(String) }],
    });
    const nothing = { addresses: null, address: null, securityEvents: null, sessions: null };
    const everything = await readerWith(ABILITIES.everything);
    for (const token of [everything, await readerWith(ABILITIES.readPrivate), stranger.token, undefined])
      expect(await app.client.data(query, variables, token)).toEqual({ user: nothing });
    const asStranger = '{ me { address(id: "%") { id } } }'.replace('%', createAddress.id);
    expect(await app.client.data(asStranger, {}, stranger.token)).toEqual({ me: { address: null } });
  });

  test('is shown to reviewers where they compare it with the pictures', async () => {
    const reviewer = await readerWith(ABILITIES.reviewVerification);
    const shown = await Promise.all(owners.map(({ id }) => seen(id, reviewer)));
    const identifying = ownedFields.filter(([type]) => type.name === 'Verification');
    expect(new Set(shown.flat())).toEqual(new Set(identifying.map(([, { name }]) => `Verification.${name}`)));
  });
});
