import { ApolloServerErrorCode } from '@apollo/server/errors';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { LIMITS } from './query-size.js';

const INTROSPECTION_OFF =
  'GraphQL introspection is not allowed here, but the query contained __schema or __type. ' +
  'To enable it, start the gateway with the setting PLAYGROUND=on.';

const noIntrospection: ValidationRule = (context) => ({
  Field(node) {
    if (node.name.value === '__schema' || node.name.value === '__type')
      context.reportError(new GraphQLError(INTROSPECTION_OFF, { nodes: node }));
  },
});

/**
 * Validates documents once each, and only those that were found small enough before (document-size.ts): Apollo leaves
 * no room for that between reading a query and validating it.
 */
export class Validation {
  private readonly known = new WeakMap<DocumentNode, readonly GraphQLError[]>();
  private readonly rules: readonly ValidationRule[];

  constructor(
    private readonly schema: GraphQLSchema,
    /** True where introspection is allowed, and names may be suggested. */
    readonly open: boolean,
  ) {
    this.rules = open ? specifiedRules : [...specifiedRules, noIntrospection];
  }

  /** The faults of a document; empty when there are none. */
  problems(document: DocumentNode): readonly GraphQLError[] {
    return this.problemsBy(document, this.rules, !this.open);
  }

  /** The faults of a document that the operator lists; introspection is none. */
  problemsOfTrusted(document: DocumentNode): readonly GraphQLError[] {
    return this.problemsBy(document, specifiedRules, false);
  }

  private problemsBy(
    document: DocumentNode,
    rules: readonly ValidationRule[],
    hideSuggestions: boolean,
  ): readonly GraphQLError[] {
    let problems = this.known.get(document);
    if (!problems) {
      problems = validate(this.schema, document, rules, { maxErrors: LIMITS.errors, hideSuggestions });
      for (const { extensions } of problems)
        extensions.code = ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED;
      this.known.set(document, problems);
    }
    return problems;
  }
}
