import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** Characters of a map: five files, each for a few variables. To follow a path takes the square of its length. */
const MAP_MAX = 2048;

/** A file of a name that was there before is let go of by nobody: it is read as one that no variable asks for. */
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
 * Looks at the parts of a form before they come to graphql-upload-ts, which makes the parser that the request is piped
 * to, and keeps everything it is told.
 */
export function watchForm(request: IncomingMessage): void {
  const pipe = request.pipe.bind(request);
  request.pipe = <T extends NodeJS.WritableStream>(parser: T, options?: { end?: boolean }): T => {
    watchParts(parser);
    return pipe(parser, options);
  };
}
