import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { toAppError } from '../../src/errors/unexpected.js';
import { ImageDecoder, readAtMost } from '../../src/modules/image/image.decoder.js';
import { noise, pngChunk } from '../support/pictures.js';

const LIMITS = { maxBytes: 5_242_880, maxSide: 8000, minSide: 50 };
const FORMATS = ['jpeg', 'png', 'webp', 'gif'] as const;
const decoder = new ImageDecoder();

/** Frames of one colour each, all different, so that no encoder merges them. */
function animation(width: number, height: number, pages: number) {
  const frame = width * height * 3;
  const pixels = Buffer.alloc(frame * pages);
  for (let page = 0; page < pages; page++) pixels.fill((page * 97) % 256, page * frame, (page + 1) * frame);
  return sharp(pixels, { raw: { width, height: height * pages, channels: 3, pageHeight: height } });
}

/** A GIF written by hand: `pages` frames of one pixel on a screen that claims more. */
function gifBomb(width: number, height: number, pages: number): Buffer {
  const screen = Buffer.from('GIF89a\0\0\0\0\x80\0\0\0\0\0\xff\xff\xff', 'latin1');
  screen.writeUInt16LE(width, 6);
  screen.writeUInt16LE(height, 8);
  const frame = Buffer.from('!\xf9\x04\0\x05\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0', 'latin1');
  return Buffer.concat([screen, ...Array<Buffer>(pages).fill(frame), Buffer.from(';')]);
}

function pngBomb(width: number, height: number): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.alloc(1_000_000))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing thrown',
    (error) => toAppError(error).code,
  );

describe('decode', () => {
  it.each(FORMATS)('a decoded %s keeps its format, and is described as it is', async (format) => {
    const clean = await decoder.decode(await noise(120, 80).toFormat(format).toBuffer(), LIMITS);
    const header = await sharp(clean.data).metadata();
    expect(header).toMatchObject({ format, width: 120, height: 80 });
    expect(clean).toMatchObject({ width: 120, height: 80, size: clean.data.length, mime: `image/${format}` });
    expect(clean.extension).toBe(format === 'jpeg' ? 'jpg' : format);
    expect(clean.sha256).toBe(createHash('sha256').update(clean.data).digest('hex'));
  });

  it.each(['jpeg', 'png', 'webp'] as const)(
    'decoding a %s strips position, profile and notes',
    async (format) => {
      const bytes = await noise(100, 100)
        .withExif({
          IFD0: { Copyright: 'secret-owner' },
          IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '30/1 34/1 21/1' },
        })
        .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">secret-place</x:xmpmeta>')
        .withIccProfile('p3')
        .toFormat(format)
        .toBuffer();
      expect(bytes.includes('secret-owner')).toBe(true);
      const { data } = await decoder.decode(bytes, LIMITS);
      const header = await sharp(data).metadata();
      for (const kind of ['exif', 'xmp', 'iptc', 'icc', 'comments'] as const)
        expect(header[kind]).toBeUndefined();
      expect(data.includes('secret')).toBe(false);
    },
  );

  it.each(FORMATS)('decoding drops what is appended to a %s', async (format) => {
    const bytes = await noise(100, 100).toFormat(format).toBuffer();
    const zip = Buffer.from('PK\x03\x04 <script>alert(1)</script>', 'latin1');
    const { data } = await decoder.decode(Buffer.concat([bytes, zip]), LIMITS);
    expect(data.includes('<script>')).toBe(false);
  });

  it('decoding drops comments', async () => {
    const insert = (bytes: Buffer, at: number, block: Buffer) =>
      Buffer.concat([bytes.subarray(0, at), block, bytes.subarray(at)]);
    const [jpeg, png] = [await noise(60, 60).jpeg().toBuffer(), await noise(60, 60).png().toBuffer()];
    const commented = [
      insert(jpeg, 2, Buffer.from('\xff\xfe\0\x08secret', 'latin1')),
      insert(png, 33, pngChunk('tEXt', Buffer.from('Comment\0secret'))),
      insert(gifBomb(60, 60, 2), 19, Buffer.from('!\xfe\x06secret\0', 'latin1')),
    ];
    for (const bytes of commented) {
      expect((await decoder.decode(bytes, LIMITS)).data.includes('secret')).toBe(false);
    }
  });

  it.each([
    [3, 120, 80],
    [6, 80, 120],
    [8, 80, 120],
  ])('decoding applies orientation %i before it is stripped', async (orientation, width, height) => {
    const left = await sharp({ create: { width: 60, height: 80, channels: 3, background: '#f00' } })
      .png()
      .toBuffer();
    const bytes = await sharp({ create: { width: 120, height: 80, channels: 3, background: '#00f' } })
      .composite([{ input: left, left: 0, top: 0 }])
      .withMetadata({ orientation })
      .jpeg()
      .toBuffer();
    const clean = await decoder.decode(bytes, LIMITS);
    expect(clean).toMatchObject({ width, height });
    expect((await sharp(clean.data).metadata()).orientation).toBeUndefined();
    const pixels = await sharp(clean.data).raw().toBuffer();
    // Turned by 180° or a quarter to the left, the red half no longer holds the first corner.
    expect((pixels[0] ?? 0) > 128).toBe(orientation === 6);
  });

  it.each(['gif', 'webp'] as const)('a decoded %s stays animated', async (format) => {
    const bytes = await animation(60, 50, 7)
      [format]({ delay: [40, 50, 60, 70, 80, 90, 100], loop: 3 })
      .toBuffer();
    const clean = await decoder.decode(bytes, LIMITS);
    expect(clean).toMatchObject({ width: 60, height: 50 });
    const { pages, delay, loop } = await sharp(clean.data).metadata();
    expect({ pages, delay, loop }).toEqual({ pages: 7, delay: [40, 50, 60, 70, 80, 90, 100], loop: 3 });
  });

  it('decoding keeps transparency, and takes grey, 16 bit, palette and CMYK', async () => {
    const clear = { create: { width: 60, height: 60, channels: 4, background: '#f000' } } as const;
    const transparent = await decoder.decode(await sharp(clear).png().toBuffer(), LIMITS);
    expect((await sharp(transparent.data).stats()).isOpaque).toBe(false);
    const variants = [
      noise(60, 60).greyscale().png(),
      noise(60, 60).toColourspace('rgb16').png(),
      noise(60, 60).png({ palette: true, colours: 8 }),
      noise(60, 60).toColourspace('cmyk').jpeg(),
      noise(60, 60).jpeg({ progressive: true }),
      noise(60, 60).webp({ lossless: true }),
    ];
    for (const variant of variants) {
      const { data } = await decoder.decode(await variant.toBuffer(), LIMITS);
      expect((await sharp(data).metadata()).space).not.toBe('cmyk');
    }
  });

  it.each(FORMATS)('decoding refuses a %s that is cut off', async (format) => {
    const bytes = await noise(300, 300).toFormat(format).toBuffer();
    for (const share of [0.1, 0.5, 0.9]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * share));
      expect(await codeOf(decoder.decode(cut, LIMITS))).toBe('IMAGE_INVALID');
      expect(await codeOf(decoder.thumbnail(cut, 50))).toBe('IMAGE_INVALID');
    }
  });

  // WebP has no checksum and no markers: nothing tells damaged pixels from others. A JPEG is shown with its damage.
  it.each(['png', 'gif'] as const)('decoding refuses a %s that is damaged in the middle', async (format) => {
    const bytes = await noise(300, 300).toFormat(format).toBuffer();
    const middle = Math.floor(bytes.length / 2);
    bytes.fill('\xff\xd3', middle, middle + 300, 'latin1');
    expect(await codeOf(decoder.decode(bytes, LIMITS))).toBe('IMAGE_INVALID');
  });

  it('decoding refuses what is no picture of the four formats, whatever it is called', async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><rect width="9" height="9"/></svg>';
    const others = {
      svg: Buffer.from(svg),
      'svg after a declaration': Buffer.from(`<?xml version="1.0"?>${svg}`),
      'svg behind a GIF signature': Buffer.from(`GIF89a${svg}`),
      'svg behind a JPEG signature': Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.from(svg)]),
      html: Buffer.from('<!doctype html><script>alert(1)</script>'),
      zip: Buffer.from('PK\x03\x04\x14\0\0\0\b\0', 'latin1'),
      pdf: Buffer.from('%PDF-1.7\n'),
      empty: Buffer.alloc(0),
      'one byte': Buffer.from([0xff]),
      zeros: Buffer.alloc(1000),
      'a PNG signature alone': Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      avif: await noise(60, 60).avif({ effort: 0 }).toBuffer(),
      tiff: await noise(60, 60).tiff().toBuffer(),
    };
    for (const [name, bytes] of Object.entries(others)) {
      expect([name, await codeOf(decoder.decode(bytes, LIMITS))]).toEqual([name, 'IMAGE_INVALID']);
      expect([name, await codeOf(decoder.thumbnail(bytes, 50))]).toEqual([name, 'IMAGE_INVALID']);
    }
  });
});

describe('limits', () => {
  it('the limit of a picture in bytes is inclusive', async () => {
    const bytes = await noise(60, 60).png().toBuffer();
    await decoder.decode(bytes, { ...LIMITS, maxBytes: bytes.length });
    const limits = { ...LIMITS, maxBytes: bytes.length - 1 };
    expect(await codeOf(decoder.decode(bytes, limits))).toBe('IMAGE_TOO_LARGE');
    expect(await codeOf(decoder.decode(Buffer.alloc(bytes.length), limits))).toBe('IMAGE_TOO_LARGE');
  });

  it.each([
    [200, 50, 'nothing thrown'],
    [201, 60, 'IMAGE_TOO_LARGE'],
    [60, 201, 'IMAGE_TOO_LARGE'],
    [49, 60, 'IMAGE_TOO_SMALL'],
    [60, 49, 'IMAGE_TOO_SMALL'],
  ])('the limit of a picture in pixels is inclusive: %i×%i', async (width, height, code) => {
    const bytes = await noise(width, height).jpeg().toBuffer();
    expect(await codeOf(decoder.decode(bytes, { ...LIMITS, maxSide: 200 }))).toBe(code);
  });

  it('a picture has no shortest side unless one is asked for', async () => {
    const bytes = await noise(1, 1).png().toBuffer();
    expect(await decoder.decode(bytes, { maxBytes: 5000, maxSide: 10 })).toMatchObject({
      width: 1,
      height: 1,
    });
  });

  it('the size of a picture is read from its header: a bomb is not decoded', async () => {
    const bombs = {
      'PNG of 900 megapixels': pngBomb(30_000, 30_000),
      'PNG of 4 exapixels': pngBomb(0x7fffffff, 0x7fffffff),
      'PNG within the sides, without its pixels': pngBomb(8000, 8000),
      'GIF of 500 large frames': gifBomb(2000, 2000, 500),
      'GIF of 100,000 small frames': gifBomb(10, 10, 100_000),
    };
    const before = process.memoryUsage().rss;
    const codes = [];
    for (const bomb of Object.values(bombs))
      codes.push(await codeOf(decoder.decode(bomb, { ...LIMITS, minSide: 1 })));
    // The second claims more than the format's reader lets through, the third lacks what it claims.
    expect(codes).toEqual([
      'IMAGE_TOO_LARGE',
      'IMAGE_INVALID',
      'IMAGE_INVALID',
      'IMAGE_TOO_LARGE',
      'IMAGE_TOO_LARGE',
    ]);
    expect(process.memoryUsage().rss - before).toBeLessThan(300_000_000);
  });

  it('the limits of a picture hold for an animation as a whole', async () => {
    const bytes = await animation(500, 500, 201).webp({ effort: 0 }).toBuffer();
    expect(bytes.length).toBeLessThan(LIMITS.maxBytes);
    expect(await codeOf(decoder.decode(bytes, LIMITS))).toBe('IMAGE_TOO_LARGE');
  });

  it('the limit of pixels holds for a still picture even where its sides are allowed', async () => {
    const limits = { ...LIMITS, maxSide: 30_000 };
    expect(await codeOf(decoder.decode(pngBomb(20_000, 20_000), limits))).toBe('IMAGE_TOO_LARGE');
    expect(await codeOf(decoder.thumbnail(pngBomb(20_000, 20_000), 50))).toBe('IMAGE_TOO_LARGE');
  });
});

describe('thumbnail', () => {
  it.each(FORMATS)('the thumbnail of a %s fits into the square, in proportion', async (format) => {
    const clean = await decoder.thumbnail(await noise(400, 200).toFormat(format).toBuffer(), 100);
    expect(clean).toMatchObject({ width: 100, height: 50, mime: `image/${format}`, size: clean.data.length });
    expect(await sharp(clean.data).metadata()).toMatchObject({ format, width: 100, height: 50 });
  });

  it('a thumbnail is not enlarged, is turned upright, and shows the first frame', async () => {
    expect(await decoder.thumbnail(await noise(40, 30).png().toBuffer(), 100)).toMatchObject({
      width: 40,
      height: 30,
    });
    const turned = await noise(400, 200).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(await decoder.thumbnail(turned, 100)).toMatchObject({ width: 50, height: 100 });
    const still = await decoder.thumbnail(await animation(60, 60, 5).gif().toBuffer(), 30);
    expect(still).toMatchObject({ width: 30, height: 30 });
    expect((await sharp(still.data).metadata()).pages ?? 1).toBe(1);
  });
});

describe('the queue', () => {
  it("the decoder's queue holds so many pictures, refuses the next, and is free again afterwards", async () => {
    const small = new ImageDecoder({ concurrency: 1, queue: 2 });
    const bytes = await noise(60, 60).png().toBuffer();
    const results = await Promise.all(Array.from({ length: 5 }, () => codeOf(small.decode(bytes, LIMITS))));
    expect(results).toEqual([...Array(3).fill('nothing thrown'), ...Array(2).fill('SERVICE_UNAVAILABLE')]);
    expect(await codeOf(small.decode(bytes, LIMITS))).toBe('nothing thrown');
  });

  it('a full queue of the decoder says when to come back', async () => {
    const closed = new ImageDecoder({ concurrency: 1, queue: 0 });
    const bytes = await noise(60, 60).png().toBuffer();
    const first = closed.decode(bytes, LIMITS);
    const refusal = await closed.thumbnail(bytes, 10).catch(toAppError);
    expect(refusal).toMatchObject({ code: 'SERVICE_UNAVAILABLE', details: { retryAfter: 1 } });
    await first;
  });

  it('a failed decoding gives its place in the queue to the next', async () => {
    const single = new ImageDecoder({ concurrency: 1, queue: 1 });
    const bytes = await noise(60, 60).png().toBuffer();
    const results = [bytes.subarray(0, 200), bytes].map((each) => codeOf(single.decode(each, LIMITS)));
    expect(await Promise.all(results)).toEqual(['IMAGE_INVALID', 'nothing thrown']);
  });
});

describe('readAtMost', () => {
  it('readAtMost reads a stream up to the limit', async () => {
    expect(await readAtMost(Readable.from([Buffer.from('abc'), Buffer.from('de')]), 5)).toEqual(
      Buffer.from('abcde'),
    );
    expect(await readAtMost(Readable.from([]), 0)).toHaveLength(0);
  });

  it('readAtMost stops an endless stream at once', async () => {
    let sent = 0;
    const endless = new Readable({
      read() {
        sent += 1000;
        this.push(Buffer.alloc(1000));
      },
    });
    expect(await codeOf(readAtMost(endless, 10_000))).toBe('IMAGE_TOO_LARGE');
    expect(endless.destroyed).toBe(true);
    expect(sent).toBeLessThan(200_000);
  });

  it('readAtMost reports a stream that breaks off as bad input', async () => {
    const broken = new Readable({
      read() {
        this.destroy(new Error('reset'));
      },
    });
    expect(await codeOf(readAtMost(broken, 10))).toBe('INVALID_INPUT');
  });
});
