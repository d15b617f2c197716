import '@fastify/multipart';
import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../errors/app-error.js';
import { parseQuery } from '../http/query.js';
import type { Dialect } from './dialect.js';
import { Input, type InputFile, isRecord } from './input.js';
import { parseJson } from './json.js';

type Values = Record<string, unknown>;

/** Reads a form part by part; the limits are those the parser was registered with. */
async function readForm(request: FastifyRequest): Promise<{ fields: Values; file?: InputFile }> {
  const fields: Values = Object.create(null);
  let file: InputFile | undefined;
  for await (const part of request.parts()) {
    if (part.type === 'field') {
      if (part.valueTruncated || part.fieldnameTruncated)
        throw new AppError('INVALID_INPUT', { field: part.fieldname });
      // A field sent twice is an array, which no parameter takes.
      fields[part.fieldname] = part.fieldname in fields ? [part.value] : part.value;
    } else {
      const content = await part.toBuffer();
      const createReadStream = () => Readable.from([content], { objectMode: false });
      file = { filename: part.filename, mimetype: part.mimetype, createReadStream };
    }
  }
  return { fields, file };
}

function formError(error: unknown): unknown {
  const code = (error as { code?: string }).code;
  if (code === 'FST_REQ_FILE_TOO_LARGE') return new AppError('IMAGE_TOO_LARGE', {}, { cause: error });
  return error instanceof AppError ? error : new AppError('INVALID_INPUT', {}, { cause: error });
}

/** Bytes a GET may bring along. */
const GET_BODY_MAX = 65_536;

/** Fastify reads no body of a GET, and old clients may send their parameters there all the same (DECISIONS §6). */
async function bodyOfGet(request: FastifyRequest): Promise<unknown> {
  const size = Number(request.headers['content-length'] ?? 0);
  if (request.method !== 'GET' || size === 0) return request.body;
  if (size > GET_BODY_MAX) throw new AppError('INVALID_INPUT', {}, { cause: { statusCode: 413 } });
  const chunks: Buffer[] = [];
  for await (const chunk of request.raw) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return /\bjson\b/.test(request.headers['content-type'] ?? '') ? parseJson(text) : parseQuery(text);
}

/** Every parameter of a request: path, query and body are one list, as in the legacy systems. */
export async function readInput(
  request: FastifyRequest,
  { normalise = (values) => values, namesOnce = false }: Pick<Dialect, 'normalise' | 'namesOnce'> = {},
): Promise<Input> {
  const query = isRecord(request.query) ? request.query : {};
  const path = isRecord(request.params) ? request.params : {};
  const { fields, file } = await readBody(request);
  if (namesOnce && Object.keys(fields).some((name) => Object.hasOwn(query, name))) {
    throw new AppError('INVALID_INPUT');
  }
  return new Input(normalise({ ...query, ...fields, ...path }), file, request.cookies);
}

async function readBody(request: FastifyRequest): Promise<{ fields: Values; file?: InputFile }> {
  if (request.isMultipart()) {
    return readForm(request).catch((error) => {
      throw formError(error);
    });
  }
  const body = (await bodyOfGet(request)) ?? {};
  if (!isRecord(body)) throw new AppError('INVALID_INPUT');
  return { fields: body };
}
