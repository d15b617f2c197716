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

/** Whom a rule lets in, as people say it. */
export function wordsOf(access: Access): string {
  if (access.rule === 'public') return access.note ?? 'everybody';
  if (access.rule === 'signedIn') return 'whoever has a session';
  if (access.rule === 'ability') return `holders of \`${access.ability}\``;
  if (access.rule === 'internal') return 'servers inside `INTERNAL_NETWORKS`';
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

Written by \`npm run docs\` from what resolvers and types say of themselves (\`src/schema/access.ts\`). The rules are in
\`src/policy.ts\`; they hold for \`/graphql\` and for the legacy URLs alike. Abilities are given with
\`npm run --silent cli -- user grant\`; a holder of \`${ABILITIES.everything}\` holds all of them.

Whoever has no session is refused with UNAUTHENTICATED, whoever may not with FORBIDDEN. Only what belongs to data (one's own
address, a verification that waits) is for the services to decide.

## Queries

| query | who may call it |
|---|---|
${rowsOf('', fieldsOf(query)).join('\n')}

## Mutations

| mutation | who may call it |
|---|---|
${rowsOf('', fieldsOf(mutation)).join('\n')}

## Fields

Null for everybody else. Every other field is shown with the thing that it is of.

| field | who is shown a value |
|---|---|
${types.flatMap((type) => rowsOf(`${type.name}.`, fieldsOf(type))).join('\n')}
`;
}
