import { readFileSync } from 'node:fs';
import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  parse,
  print,
  separateOperations,
  validate,
} from 'graphql';
import type { Dialect } from './dialect.js';

/** The text of each operation with the fragments it needs: what the pipeline is given, and what it caches by. */
export type Operations = ReadonlyMap<string, string>;

function readDocument({ name, document }: Dialect): DocumentNode {
  try {
    return parse(readFileSync(document, 'utf8'));
  } catch (error) {
    throw new Error(`${name}: the document cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Reads a dialect's document. Throws, naming dialect and row, when it does not fit the schema or a row. */
export function loadOperations(dialect: Dialect, schema: GraphQLSchema): Operations {
  const document = readDocument(dialect);
  const [problem] = validate(schema, document);
  if (problem) throw new Error(`${dialect.name}: the document does not fit the schema: ${problem.message}`);
  const operations = new Map(
    Object.entries(separateOperations(document)).map(([name, single]) => [name, print(single)]),
  );
  const used = new Set<string>();
  for (const row of dialect.mounts.flatMap((mount) => mount.rows)) {
    for (const name of [row.operation, ...(row.aside ? [row.aside.operation] : [])]) {
      if (!operations.has(name)) {
        throw new Error(`${dialect.name}: ${row.id} ${row.path} names no operation: ${name}`);
      }
      used.add(name);
    }
  }
  const idle = document.definitions.find(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION && !used.has(definition.name?.value ?? ''),
  );
  if (idle?.kind === Kind.OPERATION_DEFINITION) {
    throw new Error(`${dialect.name}: no row uses the operation ${idle.name?.value}`);
  }
  return operations;
}

/** True for an operation that changes nothing. Fragments may stand before it. */
export const isQuery = (operations: Operations, name: string): boolean =>
  /^query\b/m.test(operations.get(name) ?? '');
