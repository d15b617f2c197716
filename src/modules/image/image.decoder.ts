import { createHash } from 'node:crypto';
import type { Metadata, Sharp, SharpOptions } from 'sharp';
import { AppError } from '../../errors/app-error.js';
import { BoundedQueue } from '../../infra/bounded-queue.js';
import { isCutOffGif } from './gif.blocks.js';

/** Pixels of a still picture, whatever its sides may be. */
const MAX_PIXELS = 100_000_000;
/** Pixels of all frames together: an animation is held in memory as a whole, four bytes a pixel. */
const MAX_ANIMATION_PIXELS = 50_000_000;
const MAX_FRAMES = 1000;

/**
 * The accepted formats. The first bytes are looked at before the decoder is, so that no parser of another
 * format (SVG, TIFF, …) ever sees what a stranger sent.
 */
const FORMATS = {
  jpeg: {
    signature: /^\xff\xd8\xff/,
    mime: 'image/jpeg',
    extension: 'jpg',
    encode: (image: Sharp) => image.jpeg({ quality: 90 }),
  },
  png: {
    signature: /^\x89PNG\r\n/,
    mime: 'image/png',
    extension: 'png',
    encode: (image: Sharp) => image.png(),
  },
  webp: {
    signature: /^RIFF[\s\S]{4}WEBP/,
    mime: 'image/webp',
    extension: 'webp',
    // More effort takes several times as long; less fails on large noisy pictures (a full VP8 partition).
    encode: (image: Sharp) => image.webp({ quality: 90, effort: 2 }),
  },
  gif: {
    signature: /^GIF8[79]a/,
    mime: 'image/gif',
    extension: 'gif',
    encode: (image: Sharp) => image.gif({ effort: 3 }),
  },
} as const;

type Format = keyof typeof FORMATS;

/**
 * Untidy files that every browser shows are taken: the stored one is written anew. Only a file that ends too early is
 * refused, because its sender has lost a part of it.
 */
const READING = { failOn: 'truncated', limitInputPixels: MAX_PIXELS } as const satisfies SharpOptions;

/** A picture that this process encoded itself: upright, sRGB, without metadata. All fields describe `data`. */
export interface CleanImage {
  data: Buffer;
  mime: (typeof FORMATS)[Format]['mime'];
  extension: (typeof FORMATS)[Format]['extension'];
  /** In pixels; of one frame when animated. */
  width: number;
  height: number;
  /** In bytes. It may exceed `maxBytes`, which limits what came in. */
  size: number;
  /** In lower-case hex. */
  sha256: string;
}

/** A picture with what is known of the file that it was made of. */
export interface DecodedImage extends CleanImage {
  /** MD5 of that file, in lower-case hex. */
  sourceMd5: string;
}

/** Inclusive limits: bytes of the file, and pixels of its sides. */
export interface ImageLimits {
  maxBytes: number;
  maxSide: number;
  minSide?: number;
}

/**
 * Turns untrusted bytes into clean pictures by decoding every pixel and encoding it anew: what is hidden in
 * a file (position, comments, an archive behind the image) does not survive.
 */
export class ImageDecoder {
  private readonly queue: BoundedQueue;

  /** `concurrency` pictures are worked on at once and `queue` wait; the next gets SERVICE_UNAVAILABLE. */
  constructor({ concurrency = 2, queue = 50 }: { concurrency?: number; queue?: number } = {}) {
    this.queue = new BoundedQueue(concurrency, queue);
  }

  /**
   * JPEG, PNG, WebP and GIF, by what the bytes are and not by what they are called; each stays in its format,
   * animations stay animated (but for APNG). Throws IMAGE_INVALID, IMAGE_TOO_LARGE (bytes, sides, frames or
   * pixels), IMAGE_TOO_SMALL or SERVICE_UNAVAILABLE.
   */
  async decode(bytes: Buffer, limits: ImageLimits): Promise<DecodedImage> {
    if (bytes.length > limits.maxBytes) throw new AppError('IMAGE_TOO_LARGE', { field: 'file' });
    const format = formatOf(bytes);
    return this.queue.run(async () => {
      const header = await readHeader(bytes, format);
      checkSides(header, limits);
      checkPixels(header);
      const animated = frames(header) > 1;
      const image = await open(bytes, { ...READING, animated });
      // The frames of an animation cannot be turned; its rare orientation tag is dropped like all metadata.
      const clean = await encode(animated ? image : image.autoOrient(), format);
      return { ...clean, sourceMd5: createHash('md5').update(bytes).digest('hex') };
    });
  }

  /**
   * The picture, or its first frame, within a square of `side` pixels: same proportions and format, never
   * enlarged. Throws as {@link decode} does.
   */
  async thumbnail(bytes: Buffer, side: number): Promise<CleanImage> {
    const format = formatOf(bytes);
    return this.queue.run(async () => {
      checkPixels({ ...(await readHeader(bytes, format)), pages: 1 });
      const image = await open(bytes, READING);
      return encode(
        image.autoOrient().resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true }),
        format,
      );
    });
  }
}

/**
 * Reads a stream to its end, but no further than `maxBytes`: then it is destroyed and IMAGE_TOO_LARGE thrown,
 * so a caller never holds more than the limit and one chunk. A stream that breaks off is INVALID_INPUT: the client
 * hung up or sent half.
 */
export async function readAtMost(stream: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop early destroys the stream.
  try {
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > maxBytes) break;
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('INVALID_INPUT', { field: 'file' }, { cause: error });
  }
  if (size > maxBytes) throw new AppError('IMAGE_TOO_LARGE', { field: 'file' });
  // One chunk is the whole already: to copy it would hold it twice.
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
}

function formatOf(bytes: Buffer): Format {
  const start = bytes.toString('latin1', 0, 16);
  const format = (Object.keys(FORMATS) as Format[]).find((name) => FORMATS[name].signature.test(start));
  if (!format) throw new AppError('IMAGE_INVALID', { field: 'file' });
  return format;
}

/** Decodes nothing yet. */
async function open(bytes: Buffer, options: SharpOptions): Promise<Sharp> {
  const { default: sharp } = await import('./sharp.js');
  return sharp(bytes, options);
}

/** Decodes no pixel: a bomb is recognised by what it claims. */
async function readHeader(bytes: Buffer, format: Format): Promise<Metadata> {
  const header = await (await open(bytes, { ...READING, limitInputPixels: false })).metadata().catch(refuse);
  if (header.format !== format) throw new AppError('IMAGE_INVALID', { field: 'file' });
  // Of an animation that ends too early, its decoder gives the frames that are there.
  if (format === 'gif' && isCutOffGif(bytes)) throw new AppError('IMAGE_INVALID', { field: 'file' });
  return header;
}

const frames = (header: Metadata): number => header.pages ?? 1;

function checkSides({ width, height }: Metadata, { maxSide, minSide = 1 }: ImageLimits): void {
  if (Math.max(width, height) > maxSide) throw new AppError('IMAGE_TOO_LARGE', { field: 'file' });
  if (Math.min(width, height) < minSide) throw new AppError('IMAGE_TOO_SMALL', { field: 'file' });
}

function checkPixels(header: Metadata): void {
  const limit = frames(header) > 1 ? MAX_ANIMATION_PIXELS : MAX_PIXELS;
  const pixels = header.width * header.height * frames(header);
  if (pixels > limit || frames(header) > MAX_FRAMES) throw new AppError('IMAGE_TOO_LARGE', { field: 'file' });
}

async function encode(image: Sharp, format: Format): Promise<CleanImage> {
  const { mime, extension, encode: into } = FORMATS[format];
  const { data, info } = await into(image).toBuffer({ resolveWithObject: true }).catch(refuse);
  return {
    data,
    mime,
    extension,
    width: info.width,
    height: info.pageHeight ?? info.height,
    size: data.length,
    sha256: createHash('sha256').update(data).digest('hex'),
  };
}

function refuse(cause: unknown): never {
  throw new AppError('IMAGE_INVALID', { field: 'file' }, { cause });
}
