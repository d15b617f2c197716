const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** A line without its end; null in the place of one that is too long. */
export interface Line {
  number: number;
  bytes: Buffer | null;
}

/**
 * The lines of a stream of bytes, undecoded. One that is longer than `max` bytes is passed over: it takes no memory.
 */
export async function* linesOf(stream: AsyncIterable<Buffer>, max: number): AsyncGenerator<Line> {
  let number = 0;
  let parts: Buffer[] = [];
  let length = 0;
  const add = (part: Buffer) => {
    length += part.length;
    if (length <= max) parts.push(part);
    else parts = [];
  };
  const take = (): Line => {
    const bytes = length > max ? null : withoutReturn(Buffer.concat(parts, length));
    parts = [];
    length = 0;
    return { number: ++number, bytes };
  };
  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      add(chunk.subarray(from, end));
      yield take();
      from = end + 1;
    }
    if (from < chunk.length) add(Buffer.from(chunk.subarray(from)));
  }
  if (length > 0) yield take();
}

const withoutReturn = (bytes: Buffer): Buffer =>
  bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes;
