import '@fastify/multipart';
import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../errors/app-error.js';
import { Input, type InputFile } from './input.js';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a form part by part; the limits are those the parser was registered with. */
async function readForm(
  request: FastifyRequest,
): Promise<{ fields: Record<string, unknown>; file?: InputFile }> {
  const fields: Record<string, unknown> = Object.create(null);
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

/** Every parameter of a request: path, query and body are one list, as in the legacy systems. */
export async function readInput(request: FastifyRequest): Promise<Input> {
  const query = isRecord(request.query) ? request.query : {};
  const path = isRecord(request.params) ? request.params : {};
  if (request.isMultipart()) {
    const { fields, file } = await readForm(request).catch((error) => {
      throw formError(error);
    });
    return new Input({ ...query, ...fields, ...path }, file);
  }
  if (request.body !== undefined && request.body !== null && !isRecord(request.body)) {
    throw new AppError('INVALID_INPUT');
  }
  return new Input({ ...query, ...(request.body ?? {}), ...path });
}
