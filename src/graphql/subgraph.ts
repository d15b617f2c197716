import {
  GraphQLError,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  GraphQLUnionType,
  Kind,
  printSchema,
  type ValueNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import type { RequestContext } from '../context.js';
import { AppError } from '../errors/app-error.js';
import type { UserService } from '../modules/user/user.service.js';
import { accountIdOf } from '../schema/ids.js';
import { eachOf } from '../schema/list-bounds.js';
import { propertyOf } from '../unknown.js';

/** The most entities of one request: a gateway asks for all that it needs at once, and does not ask in parts. */
export const REPRESENTATIONS_MAX = 500;

/** The one entity: other subgraphs refer to it by its id, and add fields to it. */
const ENTITY = 'User';

/** What the text of a subgraph says of types beyond what the schema does. */
const APPLIED = new Map([
  [ENTITY, '@key(fields: "id")'],
  ['PageInfo', '@shareable'],
]);

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key", "@shareable"])';

/** The schema in the words that composition reads. */
function sdlOf(schema: GraphQLSchema): string {
  const text = printSchema(schema)
    .replace(/^type (\w+)/gm, (line, name) => [line, APPLIED.get(name)].filter(Boolean).join(' '))
    // Composition does not know it; the rule holds all the same, here.
    .replace(/^(input \w+) @oneOf/gm, '$1');
  return `${LINK}\n\n${text}\n`;
}

/** A variable within a representation would be lost where the query is compiled (compiled-queries.ts). */
function parseRepresentation(node: ValueNode): unknown {
  visit(node, {
    [Kind.VARIABLE]() {
      throw new GraphQLError('A representation is written out, or is a variable as a whole.');
    },
  });
  return valueFromASTUntyped(node);
}

const Representation = new GraphQLScalarType({
  name: '_Any',
  description: 'A representation of an entity: an object with its `__typename` and its key.',
  parseValue: (value) => value,
  parseLiteral: parseRepresentation,
});

const Service = new GraphQLObjectType({
  name: '_Service',
  description: 'This server as a part of a federated graph.',
  fields: {
    sdl: {
      type: new GraphQLNonNull(GraphQLString),
      description: 'The schema, with the directives of Apollo Federation 2.',
    },
  },
});

/** Finds what a representation stands for; one that stands for nothing that could be is an error of its own. */
async function entityOf(
  users: UserService,
  representation: unknown,
  ctx: RequestContext,
): Promise<object | null> {
  const id = propertyOf(representation, 'id');
  const isKey = typeof id === 'string' || typeof id === 'number';
  if (propertyOf(representation, '__typename') !== ENTITY || !isKey)
    return new AppError('INVALID_INPUT', { field: 'representations' });
  return users.find(ctx, { id: accountIdOf(id) });
}

function entitiesOf(
  users: UserService,
  representations: readonly unknown[],
  ctx: RequestContext,
): Promise<(object | null)[]> {
  if (representations.length > REPRESENTATIONS_MAX)
    throw new AppError('INVALID_INPUT', { field: 'representations' });
  return Promise.all(representations.map((one) => entityOf(users, one, ctx)));
}

/**
 * The same schema as a subgraph of Apollo Federation 2: with `_service`, which tells composition what is here, and `_entities`,
 * which a gateway asks for fields of users that it knows the ids of. An entity is what `user(id:)` answers, for the same
 * caller. A representation of another type, or without its key, is INVALID_INPUT in its place, and the others are found.
 */
export function asSubgraph(schema: GraphQLSchema, users: UserService): GraphQLSchema {
  const { query, types, ...others } = schema.toConfig();
  const User = schema.getType(ENTITY) as GraphQLObjectType;
  const { fields, ...root } = query?.toConfig() ?? { name: 'Query', fields: {} };
  const Entity = new GraphQLUnionType({
    name: '_Entity',
    description: 'What other subgraphs may refer to and add fields to.',
    types: [User],
    resolveType: () => ENTITY,
  });
  let sdl: string | undefined;
  const service = () => {
    sdl ??= sdlOf(schema);
    return { sdl };
  };
  return new GraphQLSchema({
    ...others,
    types: types.filter((type) => type !== query),
    query: new GraphQLObjectType<unknown, RequestContext>({
      ...root,
      fields: {
        ...fields,
        _entities: {
          type: new GraphQLNonNull(new GraphQLList(Entity)),
          description: `For gateways of a federated graph: the entities of these representations, at most ${REPRESENTATIONS_MAX}.`,
          args: {
            representations: {
              type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(Representation))),
              description: 'The entities wanted, each by its key.',
            },
          },
          extensions: eachOf('representations'),
          resolve: (_root, { representations }, ctx) => entitiesOf(users, representations, ctx),
        },
        _service: {
          type: new GraphQLNonNull(Service),
          description: 'For the composition of a federated graph: what this part of it has.',
          resolve: service,
        },
      },
    }),
  });
}
