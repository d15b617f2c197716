import { type DocumentNode, type GraphQLSchema, Kind, type OperationDefinitionNode } from 'graphql';
import type { CompiledQuery as Code } from 'graphql-jit';

/** A request, in the words of the client. */
export interface GraphqlRequest {
  query: string;
  /** The queries of the document, where they were compiled before anybody asked. */
  compiled?: CompiledDocument;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
}

/** An operation of a valid document. */
export interface Operation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
}

/** The one root field of an operation, which has a name of the schema; `several` for others. */
export function rootOf({ selectionSet: { selections } }: OperationDefinitionNode): string {
  const [first, ...others] = selections;
  return first?.kind === Kind.FIELD && others.length === 0 ? first.name.value : 'several';
}

/** A query of a valid document, with the code that was made of it. */
export interface CompiledQuery extends Operation {
  run: Code['query'];
  /** True where no variables make it larger than it may be. */
  fits: boolean;
}

/** The queries of a document by their names, and under undefined the only one. */
export type CompiledDocument = ReadonlyMap<string | undefined, CompiledQuery>;
