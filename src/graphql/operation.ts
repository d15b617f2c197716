import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';

/** A request, in the words of the client. */
export interface GraphqlRequest {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
}

/** An operation of a valid document. */
export interface Operation {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
}
