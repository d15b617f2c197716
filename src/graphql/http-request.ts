import type { FastifyRequest } from 'fastify';
import { isHarmlessGet, isPreflighted } from './preflight.js';
import { plainId } from './trusted-documents.js';

/** What an HTTP request says of an operation; each as it came. */
type Parameters = Readonly<Record<string, unknown>>;

/** An operation as a client asks for it: by its text, or by the id of a document. */
export type AskedOperation = ({ query: string; id?: never } | { id: string; query?: never }) & {
  operationName: string | null;
  variables: Record<string, unknown>;
};

/** The names under which a request may bring the id of a document: that of GraphQL over HTTP, and that of Relay. */
const ID_NAMES = ['documentId', 'doc_id'] as const;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);

/** The id of a document that parameters name. */
function documentIdIn(parameters: Parameters): string | undefined {
  const id = ID_NAMES.map((name) => parameters[name]).find((value) => value !== undefined && value !== null);
  return typeof id === 'string' ? plainId(id) : undefined;
}

/** Extensions that ask for a document in Apollo's way, which is the one that everything behind knows. */
const askingFor = (id: string, extensions: Parameters): Parameters => ({
  ...extensions,
  persistedQuery: extensions.persistedQuery ?? { version: 1, sha256Hash: id },
});

/** The object that a parameter of a URL is the JSON of; undefined where there is none, and false for anything else. */
function parseObject(text: unknown): Parameters | undefined | false {
  if (text === undefined) return undefined;
  try {
    const value: unknown = typeof text === 'string' && JSON.parse(text);
    return isRecord(value) && value;
  } catch {
    return false;
  }
}

/** The body of a POST, with the id of a document where Apollo looks for it. */
export function bodyForApollo(body: unknown): unknown {
  const id = isRecord(body) ? documentIdIn(body) : undefined;
  if (!isRecord(body) || id === undefined) return body;
  const extensions = body.extensions ?? {};
  return isRecord(extensions) ? { ...body, extensions: askingFor(id, extensions) } : body;
}

/** The search of a GET, likewise. */
export function searchForApollo(url: string): string {
  const from = url.indexOf('?');
  const search = from < 0 ? '' : url.slice(from);
  const params = new URLSearchParams(search);
  const id = documentIdIn(Object.fromEntries(params));
  const extensions = parseObject(params.get('extensions') ?? '{}');
  if (id === undefined || !extensions) return search;
  params.set('extensions', JSON.stringify(askingFor(id, extensions)));
  return `?${params}`;
}

/** The id that Apollo's extension names; null where it names one as it must not. */
function persistedIdIn({ persistedQuery }: Parameters): string | undefined | null {
  if (!persistedQuery) return undefined;
  if (!isRecord(persistedQuery) || persistedQuery.version !== 1) return null;
  return typeof persistedQuery.sha256Hash === 'string' ? persistedQuery.sha256Hash : null;
}

/** The parameters of a request that a browser would have asked about first, or that needs no asking. */
function parametersOf(request: FastifyRequest): Parameters | undefined {
  const { method, headers, body } = request;
  const type = headers['content-type'];
  const isJson = /^application\/json\s*(;|$)/i.test(type ?? '');
  if (method === 'POST') return isJson && isRecord(body) ? body : undefined;
  const isRead = method === 'GET' && (isJson || type === undefined);
  if (!isRead || !(isPreflighted(request) || isHarmlessGet(request))) return undefined;
  const query = request.query as Parameters;
  return { ...query, variables: parseObject(query.variables), extensions: parseObject(query.extensions) };
}

/** The operation of a request that is as it should be; undefined for any other, which Apollo answers, or explains. */
export function readOperation(request: FastifyRequest): AskedOperation | undefined {
  const parameters = parametersOf(request);
  if (!parameters) return undefined;
  const { query, operationName = null } = parameters;
  const variables = parameters.variables ?? {};
  const extensions = parameters.extensions ?? {};
  if (!isRecord(variables) || !isRecord(extensions)) return undefined;
  if (operationName !== null && typeof operationName !== 'string') return undefined;
  const persisted = persistedIdIn(extensions);
  const id = persisted === undefined ? documentIdIn(parameters) : persisted;
  if (typeof query === 'string' && id === undefined) return { query, operationName, variables };
  // Where both are there they have to be compared.
  return query === undefined && typeof id === 'string' ? { id, operationName, variables } : undefined;
}
