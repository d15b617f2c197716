import { Readable } from 'node:stream';
import { AppError } from '../../errors/app-error.js';
import { isUnreplaced } from '../../text.js';

/** A file of a form, as its parser gives it. */
interface FormFile {
  filename: string;
  createReadStream(): AsyncIterable<Buffer>;
}

/** Describes the argument of whatever takes a picture. */
export const FILE_DESCRIPTION = 'The picture: JPEG, PNG, WebP or GIF, whatever its name says.';

/** The parser of the form stops reading a file that is too large. */
async function* bytesOf(file: Promise<FormFile>): AsyncGenerator<Buffer> {
  const { filename, createReadStream } = await file;
  if (!isUnreplaced(filename)) throw new AppError('INVALID_INPUT', { field: 'file' });
  try {
    yield* createReadStream();
  } catch (error) {
    const tooLarge = error instanceof Error && 'statusCode' in error && error.statusCode === 413;
    throw tooLarge ? new AppError('IMAGE_TOO_LARGE', { field: 'file' }, { cause: error }) : error;
  }
}

/** The bytes of a file in a form. Throws INVALID_INPUT for a name that cannot be read, and IMAGE_TOO_LARGE. */
export const streamOf = (file: Promise<FormFile>): Readable => Readable.from(bytesOf(file));
