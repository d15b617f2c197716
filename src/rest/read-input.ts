import '@fastify/multipart';
import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../errors/app-error.js';
import { watchParts } from '../http/parts.js';
import { decodeUtf8, notUtf8, parseFormBody } from '../http/text-bodies.js';
import { isUnreplaced } from '../text.js';
import { propertyOf } from '../unknown.js';
import type { Dialect } from './dialect.js';
import { Input, type InputFile, isRecord } from './input.js';
import { parseJson } from './json.js';

type Values = Record<string, unknown>;

type Body = { fields: Values; file?: InputFile };

/**
 * Runs on the fields read so far when a form's file begins; the file is kept only if it returns. A form
 * without a file does not run it.
 */
export type FileGate = (input: Input) => Promise<void>;

/** Reads a form part by part; the limits are those the parser was registered with. */
async function readForm(request: FastifyRequest, admit?: (fields: Values) => Promise<void>): Promise<Body> {
  const fields: Values = Object.create(null);
  let file: InputFile | undefined;
  const isReadable = watchParts(request);
  for await (const part of request.parts()) {
    if (!isReadable() || !isUnreplaced([part.fieldname, part.type === 'field' && part.value]))
      throw notUtf8();
    if (part.type === 'field') {
      if (part.valueTruncated || part.fieldnameTruncated)
        throw new AppError('INVALID_INPUT', { field: part.fieldname });
      // A field sent twice is an array, which only lists take.
      const { fieldname: name, value } = part;
      fields[name] = name in fields ? [fields[name], value].flat() : value;
    } else if (admit) {
      await admit(fields);
      const content = await part.toBuffer();
      const createReadStream = () => Readable.from([content], { objectMode: false });
      file = { filename: part.filename, mimetype: part.mimetype, createReadStream };
    } else part.file.resume();
  }
  return { fields, file };
}

function formError(error: unknown): unknown {
  const code = propertyOf(error, 'code');
  if (code === 'FST_REQ_FILE_TOO_LARGE') return new AppError('IMAGE_TOO_LARGE', {}, { cause: error });
  if (error instanceof AppError) return error;
  // The parser refuses JSON in a part with a status of its own; clients see it as any malformed input.
  const cause = code === 'FST_INVALID_JSON_FIELD_ERROR' ? { statusCode: 400, cause: error } : error;
  return new AppError('INVALID_INPUT', {}, { cause });
}

/** The most bytes that a GET may bring along. */
const GET_BODY_MAX = 65_536;
const JSON_TYPE = /\bjson\b/i;
/** Forms are not read from a GET, and parameters must not be ignored silently: such a request is refused. */
const MULTIPART_TYPE = /^\s*multipart\//i;

/** Fastify reads no body of a GET, but old clients may send their parameters there. */
async function bodyOfGet(request: FastifyRequest): Promise<unknown> {
  const {
    'content-length': length = '0',
    'transfer-encoding': transfer,
    'content-type': type,
  } = request.headers;
  if (length === '0' && transfer === undefined) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > GET_BODY_MAX) throw new AppError('INVALID_INPUT', {}, { cause: { statusCode: 413 } });
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  if (size === 0) return null;
  if (MULTIPART_TYPE.test(type ?? ''))
    throw new AppError('INVALID_INPUT', {}, { cause: { statusCode: 415 } });
  return JSON_TYPE.test(type ?? '') ? parseJson(decodeUtf8(bytes)) : parseFormBody(bytes);
}

/** The parameters of path and query, and those read of the body so far. */
export function parametersOf(
  request: FastifyRequest,
  { normalise = (values) => values }: Pick<Dialect, 'normalise'>,
  fields: Values = {},
): Values {
  const query = isRecord(request.query) ? request.query : {};
  const path = isRecord(request.params) ? request.params : {};
  return normalise({ ...query, ...fields, ...path });
}

/** Every parameter of a request: path, query and body are one list, as in the legacy systems. */
export async function readInput(
  request: FastifyRequest,
  dialect: Pick<Dialect, 'normalise' | 'namesOnce'> = {},
  gate?: FileGate,
): Promise<Input> {
  const { fields, file } = await readBody(
    request,
    gate && ((read) => gate(new Input(parametersOf(request, dialect, read)))),
  );
  if (dialect.namesOnce && Object.keys(fields).some((name) => Object.hasOwn(request.query as object, name))) {
    throw new AppError('INVALID_INPUT');
  }
  return new Input(parametersOf(request, dialect, fields), file, request.cookies);
}

async function readBody(request: FastifyRequest, admit?: (fields: Values) => Promise<void>): Promise<Body> {
  if (request.isMultipart()) {
    return readForm(request, admit).catch((error) => {
      throw formError(error);
    });
  }
  const body = (request.method === 'GET' ? await bodyOfGet(request) : request.body) ?? {};
  if (!isRecord(body)) throw new AppError('INVALID_INPUT');
  return { fields: body };
}
