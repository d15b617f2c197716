import { BREAK, type DocumentNode, OperationTypeNode, visit } from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { isAlwaysWithinLimits } from './fixed-size.js';
import type { CompiledQuery, GraphqlRequest, Operation } from './operation.js';

/** The times a query comes before it is compiled: compiling costs as much as running it often. */
const COMPILED_AFTER = 3;
/** The most texts that are counted; those that came least recently are forgotten first. */
const COUNTED_MAX = 500;
/** Longer texts, in characters, are not counted: they come from no app. */
const TEXT_MAX = 3000;
/** Compiled queries that are kept, in characters of their texts; each stands for up to 200 bytes. */
const COMPILED_MAX = 200_000;

/** Introspection is not compiled: that costs more than a request may, and no app asks for it often. */
const INTROSPECTION = /\b__(schema|type)\b/;

const OPERATION_NAME = /^[_A-Za-z]\w*$/;

/** The end of a line separates the two: a name has none. */
const keyOf = ({ query, operationName }: GraphqlRequest): string => `${operationName ?? ''}\n${query}`;

/** graphql-jit forgets fields of a fragment that is spread several times under different conditions. */
function hasDirectives(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Directive: () => {
      found = true;
      return BREAK;
    },
  });
  return found;
}

/** Compiles a query of a valid document; undefined for what must not be, or cannot. */
export function compileOperation(asked: Operation): CompiledQuery | undefined {
  const { schema, document, operation } = asked;
  if (operation.operation !== OperationTypeNode.QUERY || hasDirectives(document)) return undefined;
  const compiled = compileQuery(schema, document, operation.name?.value);
  if (!isCompiledQuery(compiled)) return undefined;
  return { ...asked, run: compiled.query, fits: isAlwaysWithinLimits(asked) };
}

/**
 * Queries that come often, compiled. Apps send the same few texts again and again: to parse, validate and interpret them
 * each time costs several times what their answers do.
 */
export class CompiledQueries {
  private readonly times = new LRUCache<string, number>({ max: COUNTED_MAX });
  private readonly queries = new LRUCache<string, CompiledQuery>({
    maxSize: COMPILED_MAX,
    sizeCalculation: (_query, key) => key.length,
  });

  find(request: GraphqlRequest): CompiledQuery | undefined {
    const { operationName, compiled } = request;
    if (compiled) return compiled.get(operationName ?? undefined);
    if (typeof operationName === 'string' && !OPERATION_NAME.test(operationName)) return undefined;
    return this.queries.get(keyOf(request));
  }

  /** Counts an operation of a valid document that is about to run. A query that comes often is compiled. */
  count(request: GraphqlRequest, asked: Operation): void {
    if (asked.operation.operation !== OperationTypeNode.QUERY) return;
    const key = keyOf(request);
    if (key.length > TEXT_MAX || INTROSPECTION.test(request.query) || this.queries.has(key)) return;
    const times = (this.times.get(key) ?? 0) + 1;
    this.times.set(key, times);
    // A query that cannot be compiled is not tried again.
    if (times !== COMPILED_AFTER) return;
    const compiled = compileOperation(asked);
    if (!compiled) return;
    this.queries.set(key, compiled);
    // The count starts anew if others push the query out.
    this.times.delete(key);
  }
}
