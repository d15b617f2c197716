import { type GraphQLSchema, Kind, parse } from 'graphql';
import type { Access } from '../policy.js';
import { accessOf } from '../schema/access.js';

/** The rules of the queries or mutations that an operation runs. */
export function accessOfOperation(text: string, schema: GraphQLSchema): Access[] {
  const operations = parse(text).definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  return operations.flatMap((one) => {
    if (one.kind !== Kind.OPERATION_DEFINITION) return [];
    const fields = schema.getRootType(one.operation)?.getFields() ?? {};
    return one.selectionSet.selections.flatMap((selection) => {
      const field = selection.kind === Kind.FIELD ? fields[selection.name.value] : undefined;
      return (field && accessOf(field)) ?? [];
    });
  });
}
