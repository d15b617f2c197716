import { Readable } from 'node:stream';
import type { FileUpload } from 'graphql-upload-ts';
import { AppError } from '../../errors/app-error.js';
import { isUnreplaced } from '../../text.js';

/** Describes the argument of whatever takes a picture. */
export const FILE_DESCRIPTION = 'The picture: JPEG, PNG, WebP or GIF, whatever its name says.';

/** The parser of the form stops reading a file that is too large. */
async function* bytesOf(file: Promise<FileUpload>): AsyncGenerator<Buffer> {
  const { filename, createReadStream } = await file;
  if (!isUnreplaced(filename)) throw new AppError('INVALID_INPUT', { field: 'file' });
  try {
    yield* createReadStream() as AsyncIterable<Buffer>;
  } catch (error) {
    const tooLarge = (error as { statusCode?: unknown }).statusCode === 413;
    throw tooLarge ? new AppError('IMAGE_TOO_LARGE', {}, { cause: error }) : error;
  }
}

/** The bytes of a file in a form. Throws INVALID_INPUT for a name that cannot be read, and IMAGE_TOO_LARGE. */
export const streamOf = (file: Promise<FileUpload>): Readable => Readable.from(bytesOf(file));
