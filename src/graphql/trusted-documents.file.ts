import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  parse,
  print,
  visit,
} from 'graphql';
import { z } from 'zod';
import { StartError } from '../infra/start-error.js';
import { LIMITS } from './query-size.js';

/** A document of the operator's list. */
export interface ListedDocument {
  /** What its list calls it, and clients may ask for it by. */
  id: string;
  text: string;
  /** Where an operator finds it. */
  place: string;
  /** The operation that the list says is in it. */
  operation?: { name: string; type: string } | undefined;
  /** Definitions from beside it that it needs. */
  fragments?: readonly FragmentDefinitionNode[];
}

/** Apollo's manifest, as `generate-persisted-query-manifest` writes it. */
const MANIFEST = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(
    z.object({
      id: z.string().min(1),
      body: z.string(),
      name: z.string(),
      type: z.enum(['query', 'mutation', 'subscription']),
    }),
  ),
});

/** The texts by their ids, as Relay's compiler (`persistConfig`) and graphql-codegen (`persistedDocuments`) write them. */
const MAP = z.record(z.string().min(1), z.string());

/** Reads a document. Throws an error in one line, with the place. */
export function parseDocument(text: string): DocumentNode {
  try {
    return parse(text, { maxTokens: LIMITS.tokens });
  } catch (error) {
    const [location] = error instanceof GraphQLError ? (error.locations ?? []) : [];
    throw new Error(`${(error as Error).message}${location ? ` (line ${location.line})` : ''}`);
  }
}

function readJson(file: string, text: string): ListedDocument[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new StartError(`TRUSTED_DOCUMENTS: ${file} is no JSON: ${(error as Error).message}`);
  }
  const manifest = MANIFEST.safeParse(json);
  if (manifest.success)
    return manifest.data.operations.map(({ id, body, name, type }) => ({
      id,
      text: body,
      place: `${name} (${id})`,
      operation: { name, type },
    }));
  const map = MAP.safeParse(json);
  // A manifest of another version has texts and numbers in it.
  if (map.success && !('format' in map.data))
    return Object.entries(map.data).map(([id, body]) => ({ id, text: body, place: id }));
  throw new StartError(
    `TRUSTED_DOCUMENTS: ${file} is neither a manifest of Apollo's (version 1) nor a map of ids to texts.`,
  );
}

const spreadsIn = (document: DocumentNode | FragmentDefinitionNode): Set<string> => {
  const names = new Set<string>();
  visit(document, { FragmentSpread: ({ name }) => void names.add(name.value) });
  return names;
};

const fragmentsIn = ({ definitions }: DocumentNode): FragmentDefinitionNode[] =>
  definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);

/** The fragments that a document spreads, itself or through others, and does not define. */
function fragmentsFor(
  document: DocumentNode,
  known: ReadonlyMap<string, FragmentDefinitionNode>,
): FragmentDefinitionNode[] {
  const names = new Set(fragmentsIn(document).map(({ name }) => name.value));
  const found: FragmentDefinitionNode[] = [];
  const wanted = [...spreadsIn(document)];
  for (let name = wanted.shift(); name !== undefined; name = wanted.shift()) {
    const fragment = known.get(name);
    if (names.has(name) || !fragment) continue;
    names.add(name);
    found.push(fragment);
    wanted.push(...spreadsIn(fragment));
  }
  return found;
}

/** The fragments that other documents may spread: those of which there are several under one name are each file's own. */
function sharedFragments(documents: readonly DocumentNode[]): Map<string, FragmentDefinitionNode> {
  const all = Map.groupBy(documents.flatMap(fragmentsIn), ({ name }) => name.value);
  const shared = new Map<string, FragmentDefinitionNode>();
  for (const [name, [one, ...others]] of all)
    if (one && others.every((other) => print(other) === print(one))) shared.set(name, one);
  return shared;
}

/** Each file with an operation is a document; fragments may stand in files of their own. */
async function readFolder(folder: string): Promise<ListedDocument[]> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => /\.(graphql|gql)$/.test(name));
  const files = await Promise.all(
    names.sort().map(async (name) => ({ name, text: await readFile(path.join(folder, name), 'utf8') })),
  );
  const documents = files.map(({ name, text }) => {
    try {
      return { name, text, document: parseDocument(text) };
    } catch (error) {
      throw new StartError(`TRUSTED_DOCUMENTS: ${name} cannot be read: ${(error as Error).message}`);
    }
  });
  const fragments = sharedFragments(documents.map(({ document }) => document));
  return documents
    .filter(({ document }) => document.definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION))
    .map(({ name, text, document }) => ({
      id: name.replace(/\.\w+$/, '').replaceAll(path.sep, '/'),
      text,
      place: name,
      fragments: fragmentsFor(document, fragments),
    }));
}

/** The documents of `TRUSTED_DOCUMENTS`. Throws a {@link StartError} for a list that cannot be read, or is empty. */
export async function readTrustedDocuments(place: string): Promise<ListedDocument[]> {
  const found = await stat(place).catch((error: Error) => {
    throw new StartError(`TRUSTED_DOCUMENTS: ${place} cannot be read: ${error.message}`);
  });
  const listed = found.isDirectory()
    ? await readFolder(place)
    : readJson(place, await readFile(place, 'utf8'));
  if (listed.length === 0) throw new StartError(`TRUSTED_DOCUMENTS: ${place} has no document.`);
  return listed;
}
