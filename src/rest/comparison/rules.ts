import type { GraphQLSchema } from 'graphql';
import { z } from 'zod';
import type { Dialect, Row } from '../dialect.js';
import { sampler } from '../openapi/samples.js';
import { loadOperations, type Operations } from '../operations.js';
import { rowsNamed } from '../row-finder.js';
import type { RowRules } from './compare.js';
import { type Kind, type Marks, marksOf } from './marks.js';
import { placesIn } from './paths.js';
import { secretNames } from './redaction.js';

const RULES = z.array(
  z.strictObject({ row: z.string().min(1), ignore: z.array(z.string().min(1).max(500)).max(1000) }),
);

/** A rule as an operator gives it: places that are left out of the answers of a row. */
export type GivenRule = z.infer<typeof RULES>[number];

/** Reads rules from JSON. Throws, naming the rule, where it is malformed or names no row. */
export function parseRules(json: string, dialects: readonly Dialect[]): GivenRule[] {
  const { success, data, error } = RULES.safeParse(JSON.parse(json) as unknown);
  if (!success) {
    const [{ path, message } = { path: [], message: 'malformed' }] = error.issues;
    throw new Error(
      `rules${path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')}: ${message}`,
    );
  }
  for (const [index, { row }] of data.entries()) {
    if (rowsNamed(dialects, row).length === 0) throw new Error(`rules[${index}].row: there is no row ${row}`);
  }
  return data;
}

const NOISE: readonly Kind[] = ['time', 'token', 'picture'];
const SECRET: readonly Kind[] = ['token', 'private'];

/** Rules of a row with what they are made of. */
export interface MarkedRules extends RowRules {
  marks: Marks;
}

const NO_MARKS: Marks = { known: new Set(), kinds: new Map(), counted: new Set(), cookies: new Set() };

function rulesFrom(marks: Marks, ignored: readonly string[], names: ReadonlySet<string>): MarkedRules {
  const has = (path: string, kinds: readonly Kind[]): boolean =>
    kinds.some((kind) => marks.kinds.get(path)?.has(kind));
  return {
    marks,
    isIgnored: placesIn(ignored),
    isNoise: (path) => has(path, NOISE),
    isName: (path) => has(path, ['name']),
    isCounted: (path) => marks.counted.has(path),
    idAt: (path) => (has(path, ['account id']) ? 'account id' : has(path, ['id']) ? 'id' : undefined),
    redaction: { names, isKnown: (path) => marks.known.has(path), isSecret: (path) => has(path, SECRET) },
  };
}

/** The rules of every row: what follows from how the row is declared, and what an operator gave. */
export class RuleBook {
  /** Rules for an answer that is no row's: nothing is left out. */
  readonly none: MarkedRules;
  /** The names of all parameters that hold a secret. */
  readonly names: ReadonlySet<string>;
  private readonly sample: ReturnType<typeof sampler>;
  private readonly operations = new Map<Dialect, Operations>();
  private readonly made = new Map<Row, MarkedRules>();
  private readonly given = new Map<Row, string[]>();

  constructor(
    dialects: readonly Dialect[],
    private readonly schema: GraphQLSchema,
    given: readonly GivenRule[] = [],
  ) {
    this.names = secretNames(dialects);
    this.sample = sampler(schema);
    this.none = rulesFrom(NO_MARKS, [], this.names);
    for (const { row: name, ignore } of given) {
      for (const { row } of rowsNamed(dialects, name)) {
        this.given.set(row, [...(this.given.get(row) ?? []), ...ignore]);
      }
    }
  }

  /** The rules of a row, found out when they are first asked for. */
  of(dialect: Dialect, row: Row): MarkedRules {
    const known = this.made.get(row);
    if (known) return known;
    const operations = this.operationsOf(dialect);
    const marks = marksOf(dialect, row, this.schema, (name, ...rest) =>
      this.sample(operations.get(name) ?? '', ...rest),
    );
    const rules = rulesFrom(marks, this.given.get(row) ?? [], this.names);
    this.made.set(row, rules);
    return rules;
  }

  /** The operations of a dialect by their names. */
  operationsOf(dialect: Dialect): Operations {
    const operations = this.operations.get(dialect) ?? loadOperations(dialect, this.schema);
    this.operations.set(dialect, operations);
    return operations;
  }
}
