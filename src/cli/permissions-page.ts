import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import { createSchema } from '../graphql/schema.js';
import { ABILITIES, type Access } from '../policy.js';
import { accessOf } from '../schema/access.js';
import type { Services } from '../services.js';

/** The people a rule lets in, in words. */
export function wordsOf(access: Access): string {
  if (access.rule === 'public') return access.note ?? 'everybody';
  if (access.rule === 'signedIn') return 'callers with a session';
  if (access.rule === 'ability') return `holders of \`${access.ability}\``;
  if (access.rule === 'internal') return 'servers inside `INTERNAL_NETWORKS`';
  if (access.rule === 'self') return 'the owner';
  const abilities = [ABILITIES.readPrivate, ...access.abilities].map((ability) => `\`${ability}\``);
  return `the owner; holders of ${abilities.join(' or ')}`;
}

const rowsOf = (prefix: string, fields: readonly GraphQLField<unknown, unknown>[]): string[] =>
  fields.flatMap((field) => {
    const access = accessOf(field);
    return access ? [`| \`${prefix}${field.name}\` | ${wordsOf(access)} |`] : [];
  });

const fieldsOf = (type: GraphQLObjectType | null | undefined) => Object.values(type?.getFields() ?? {});

/** The page `docs/permissions.md`. */
export function permissionsPage(): string {
  const schema = createSchema({} as Services);
  const [query, mutation] = [schema.getQueryType(), schema.getMutationType()];
  const isOfThings = (type: GraphQLNamedType): type is GraphQLObjectType =>
    isObjectType(type) && !isIntrospectionType(type) && type !== query && type !== mutation;
  const types = Object.values(schema.getTypeMap()).filter(isOfThings);
  return `# Who may what

Written by \`npm run docs\` from the decorators of resolvers and types (\`src/schema/access.ts\`). The rules are in
\`src/policy.ts\`; they hold for \`/graphql\` and for the legacy URLs alike. Abilities are given with
\`npm run --silent cli -- user grant\`; a holder of \`${ABILITIES.everything}\` holds all of them.

Callers without a session are refused with UNAUTHENTICATED, others who may not with FORBIDDEN, before the values of arguments
are looked at. Services decide the rest, which depends on data: an address of one's own, a verification that waits.

## Queries

| query | who may call it |
|---|---|
${rowsOf('', fieldsOf(query)).join('\n')}

## Mutations

| mutation | who may call it |
|---|---|
${rowsOf('', fieldsOf(mutation)).join('\n')}

## Fields

These are null for everybody else. Other fields are seen by everybody who sees their object.

| field | who sees it |
|---|---|
${types.flatMap((type) => rowsOf(`${type.name}.`, fieldsOf(type))).join('\n')}
`;
}
