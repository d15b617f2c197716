import { type ClassType, Field, ObjectType } from 'type-graphql';
import type { Page } from '../paging.js';
import { OfPage } from './list-bounds.js';

@ObjectType({ description: 'The ends of a page of a list.' })
class PageInfo {
  @Field(() => Boolean, { description: 'True when more follows.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'True when something comes before.' })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Pass it as `before` to get the page before, where the list takes that.',
  })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Pass it as `after` to get the next page.' })
  endCursor!: string | null;
}

/** A page as the schema shows it; `nodes` spares clients the edges they do not need. */
export interface Connection<T> {
  edges: { node: T; cursor: string }[];
  nodes: T[];
  pageInfo: PageInfo;
}

export const toConnection = <T>({ edges, hasNextPage, hasPreviousPage }: Page<T>): Connection<T> => ({
  edges,
  nodes: edges.map((edge) => edge.node),
  pageInfo: {
    hasNextPage,
    hasPreviousPage,
    startCursor: edges[0]?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
  },
});

/** The connection type of a node type; `words` are what people call one of them, and several. */
export function connectionOf<T extends object>(
  Node: ClassType<T>,
  name: string,
  words: [one: string, several: string],
): ClassType<Connection<T>> {
  @ObjectType(`${name}Edge`, { description: `One ${words[0]} in a list.` })
  class Edge {
    @Field(() => Node, { description: 'The thing itself.' })
    node!: T;

    @Field(() => String, { description: 'Its position in the list, for `after` and `before`.' })
    cursor!: string;
  }

  @ObjectType(`${name}Connection`, { description: `A page of a list of ${words[1]}.` })
  class ConnectionType implements Connection<T> {
    @OfPage()
    @Field(() => [Edge], { description: 'The page, each thing with its position.' })
    edges!: Edge[];

    @OfPage()
    @Field(() => [Node], { description: 'The page, without the positions.' })
    nodes!: T[];

    @Field(() => PageInfo, { description: 'The ends of the page.' })
    pageInfo!: PageInfo;
  }
  return ConnectionType;
}
