import { createHash } from 'node:crypto';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  print,
} from 'graphql';
import { StartError } from '../infra/start-error.js';
import { compileOperation } from './compiled-queries.js';
import { assertDocument, forgetText } from './document-size.js';
import type { CompiledDocument, CompiledQuery } from './operation.js';
import { assertSize } from './query-size.js';
import { type ListedDocument, parseDocument, readTrustedDocuments } from './trusted-documents.file.js';
import type { Validation } from './validation.js';

/** A document that the operator lists: read, validated and compiled when the gateway starts. */
export interface TrustedDocument {
  text: string;
  document: DocumentNode;
  /** Its queries, but for those with directives. */
  compiled: CompiledDocument;
}

/** The most problems that are told at once. */
const PROBLEMS_MAX = 20;

/** An id without what says that it is a hash, as GraphQL over HTTP writes it: every id may be one. */
export const plainId = (id: string): string => id.replace(/^sha256:/, '');

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The texts that a client may have made its hash of: as it stands, as editors end a file, as graphql-js prints it. */
const hashesOf = (text: string, document: DocumentNode): Set<string> =>
  new Set([text, text.trim(), print(document)].map(sha256));

const operationsOf = ({ definitions }: DocumentNode): OperationDefinitionNode[] =>
  definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);

/** Throws an error that says why an operation cannot be run here. */
function assertRunnable(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): void {
  if (!schema.getRootType(operation.operation)) throw new Error(`There is no ${operation.operation} here.`);
  assertSize(schema, document, operation, {});
}

/** The line of the text that an error of validation is about. */
function lineOf(error: unknown): string {
  const line = error instanceof GraphQLError && error.nodes?.[0]?.loc?.startToken.line;
  return line ? ` (line ${line})` : '';
}

function prepare(
  { text, fragments = [], operation: said }: ListedDocument,
  schema: GraphQLSchema,
  validation: Validation,
): TrustedDocument {
  const own = parseDocument(text);
  const document = { ...own, definitions: [...own.definitions, ...fragments] };
  forgetText(own);
  assertDocument(document);
  const [problem] = validation.problemsOfTrusted(document);
  if (problem) throw problem;
  const operations = operationsOf(document);
  if (operations.length === 0) throw new Error('It has no operation.');
  if (said && !operations.some(({ name, operation }) => name?.value === said.name && operation === said.type))
    throw new Error(`It has no ${said.type} of the name ${said.name}.`);
  const compiled = new Map<string | undefined, CompiledQuery>();
  for (const operation of operations) {
    assertRunnable(schema, document, operation);
    const query = compileOperation({ schema, document, operation });
    if (!query) continue;
    if (operation.name) compiled.set(operation.name.value, query);
    if (operations.length === 1) compiled.set(undefined, query);
  }
  return { text, document, compiled };
}

/** The documents of the operator's list, which clients ask for by their ids. */
export class TrustedDocuments {
  private readonly byId = new Map<string, TrustedDocument>();
  private readonly byHash = new Map<string, TrustedDocument>();
  private readonly byText = new Map<string, TrustedDocument>();
  private readonly documents = new WeakSet<DocumentNode>();

  private constructor(
    /** True where no other document is answered. */
    readonly only: boolean,
  ) {}

  /** Reads and prepares the list, where there is one. Throws a {@link StartError} that names what cannot be used of it. */
  static async load(
    place: string | undefined,
    only: boolean,
    schema: GraphQLSchema,
    validation: Validation,
  ): Promise<TrustedDocuments> {
    const trusted = new TrustedDocuments(only);
    const listed = place === undefined ? [] : await readTrustedDocuments(place);
    const problems = listed.flatMap((one) => trusted.add(one, schema, validation) ?? []);
    if (problems.length === 0) return trusted;
    const told = problems.slice(0, PROBLEMS_MAX).map((problem) => `\n  - ${problem}`);
    const rest = problems.length > PROBLEMS_MAX ? `\n  … and ${problems.length - PROBLEMS_MAX} more` : '';
    throw new StartError(
      `TRUSTED_DOCUMENTS: ${problems.length} of ${listed.length} documents cannot be used:${told.join('')}${rest}`,
    );
  }

  /** Adds a document, or says why it cannot. */
  private add(listed: ListedDocument, schema: GraphQLSchema, validation: Validation): string | undefined {
    try {
      const document = this.byText.get(listed.text) ?? prepare(listed, schema, validation);
      const id = plainId(listed.id);
      const other = this.byId.get(id);
      if (other && other !== document) throw new Error('Another document has the same id.');
      this.byId.set(id, document);
      this.byText.set(document.text, document);
      this.documents.add(document.document);
      for (const hash of hashesOf(document.text, document.document)) this.byHash.set(hash, document);
      return undefined;
    } catch (error) {
      return `${listed.place}: ${(error as Error).message}${lineOf(error)}`;
    }
  }

  /** The document of an id: the one its list gives it, or the SHA-256 of its text in hexadecimal. */
  find(id: string): TrustedDocument | undefined {
    return this.byId.get(id) ?? this.byHash.get(id);
  }

  /** The document that a client sends the text of. */
  ofText(text: string): TrustedDocument | undefined {
    return this.byText.get(text);
  }

  /** True for a document that is on the list. */
  has(document: DocumentNode): boolean {
    return this.documents.has(document);
  }
}
