import { type GraphQLSchema, Kind, OperationTypeNode, parse } from 'graphql';
import { type GivenRule, type MarkedRules, RuleBook } from '../../rest/comparison/rules.js';
import type { Dialect, Row } from '../../rest/dialect.js';
import { Input, isRecord } from '../../rest/input.js';
import { documentParameters, type ParameterDocument, readParameters } from '../../rest/parameters.js';
import { type Found, rowFinder } from '../../rest/row-finder.js';
import { rewriteRequest } from './places.js';
import type { RecordedRequest } from './recording.js';

/** What of a row matters when its requests are sent again. */
interface Facts {
  /** Nothing is changed by it. */
  isRead: boolean;
  /** It opens a session, or swaps one. */
  isLogin: boolean;
  /** Its answer has the token of a session that it opened. */
  opensSession: boolean;
  /** It makes something that has a number of its own on every server. */
  creates: boolean;
  /** A code is sent to somebody. */
  sendsCode: boolean;
  secrets: ReadonlySet<string>;
  /** Parameters that name accounts by their ids, or can. */
  accounts: ReadonlySet<string>;
}

export interface KnownRow extends Found {
  facts: Facts;
  rules: MarkedRules;
}

/** A code in a request, and the phone or address it was sent to; undefined where only the session knows that. */
export interface CodeInRequest {
  code: string | undefined;
  to: string | undefined;
}

const LOGIN = /^(?:login|refreshSession)$/;
const OPENS = /^(?:login|refreshSession|register)$/;
const CREATES = /^(?:login|register|create)/;

function factsOf({ parameters = {} }: Row, operation: string): Facts {
  const roots = parse(operation).definitions.flatMap((one) =>
    one.kind === Kind.OPERATION_DEFINITION ? [one] : [],
  );
  const fields = roots.flatMap(({ selectionSet }) =>
    selectionSet.selections.flatMap((one) => (one.kind === Kind.FIELD ? [one.name.value] : [])),
  );
  const documents = documentParameters(parameters);
  const named = (is: (one: ParameterDocument) => boolean) =>
    new Set(documents.filter(is).map(({ name }) => name));
  return {
    isRead: roots.every((one) => one.operation === OperationTypeNode.QUERY),
    isLogin: fields.some((field) => LOGIN.test(field)),
    opensSession: fields.some((field) => OPENS.test(field)),
    creates: fields.some((field) => CREATES.test(field)),
    sendsCode: fields.includes('sendCode'),
    secrets: named(({ content }) => content === 'secret'),
    accounts: named(({ account }) => account !== undefined),
  };
}

/** The parameters of a request, as far as its row's variables tell of codes: the outermost ones. */
function inputOf(request: RecordedRequest, { dialect, path, params }: Found): Input {
  const values: Record<string, unknown> = Object.create(null);
  const cookies: Record<string, string> = Object.create(null);
  rewriteRequest(request, path, (name, value, where) => {
    if (where === 'cookie') cookies[name] = value;
    else if (where !== 'header' && where !== 'path') values[name] = value;
    return value;
  });
  const all = { ...values, ...params };
  return new Input(dialect.normalise?.(all) ?? all, undefined, cookies);
}

const textIn = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The rows of all dialects, with what follows from how they are declared. */
export class Rows {
  readonly book: RuleBook;
  private readonly find: ReturnType<typeof rowFinder>;
  private readonly facts = new Map<Row, Facts>();

  constructor(dialects: readonly Dialect[], schema: GraphQLSchema, given: readonly GivenRule[]) {
    this.book = new RuleBook(dialects, schema, given);
    this.find = rowFinder(dialects);
  }

  /** The row that a request reaches, if it reaches one. */
  of({ method, target }: RecordedRequest): KnownRow | undefined {
    const found = this.find(method, target);
    if (!found) return undefined;
    const { dialect, row } = found;
    const operation = this.book.operationsOf(dialect).get(row.operation) ?? '';
    const facts = this.facts.get(row) ?? factsOf(row, operation);
    this.facts.set(row, facts);
    return { ...found, facts, rules: this.book.of(dialect, row) };
  }

  /** What a request has of a code and of whom it is for, by the variables that its row makes of it. */
  codeIn(request: RecordedRequest, known: KnownRow): CodeInRequest | undefined {
    const { row } = known;
    if (row.upload || !row.variables) return undefined;
    try {
      const variables = row.variables(readParameters(row.parameters ?? {}, inputOf(request, known)));
      const input = isRecord(variables.input) ? variables.input : variables;
      const to = textIn(input.phone) ?? textIn(input.email) ?? textIn(input.account);
      return { code: textIn(input.code), to };
    } catch {
      // It will be refused, and what it says of codes does not matter.
      return undefined;
    }
  }
}
