import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/**
 * The most characters of a map: five files, each for a few variables. Following a path costs the square of
 * its length.
 */
const MAP_MAX = 2048;

/** Reads a second file under one name as one that no variable asks for: nobody else would let go of it. */
function isDoubled(event: unknown, [name, file]: unknown[], names: Set<unknown>): boolean {
  if (event !== 'file' || !(file instanceof Readable)) return false;
  if (!names.has(name)) return !names.add(name);
  // The parser ends it with an error when the form breaks off.
  file.on('error', () => undefined).resume();
  return true;
}

const isLongMap = (event: unknown, [name, value]: unknown[]): boolean =>
  event === 'field' && name === 'map' && typeof value === 'string' && value.length > MAP_MAX;

function watchParts(parser: NodeJS.EventEmitter): void {
  const names = new Set<unknown>();
  const emit = parser.emit.bind(parser);
  parser.emit = (event, ...given) => {
    if (isDoubled(event, given, names)) return true;
    if (!isLongMap(event, given)) return emit(event, ...given);
    const message = `The ‘map’ multipart field value exceeds the ${MAP_MAX} character size limit.`;
    return emit('error', Object.assign(new Error(message), { statusCode: 413 }));
  };
}

/**
 * Checks the parts of a form before graphql-upload-ts sees them: it makes the parser that the request is
 * piped to, and keeps all that it is given.
 */
export function watchForm(request: IncomingMessage): void {
  const pipe = request.pipe.bind(request);
  request.pipe = <T extends NodeJS.WritableStream>(parser: T, options?: { end?: boolean }): T => {
    watchParts(parser);
    return pipe(parser, options);
  };
}
