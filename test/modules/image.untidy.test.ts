import sharp from 'sharp';
import { ImageDecoder } from '../../src/modules/image/image.decoder.js';
import { noise, pngChunk } from '../support/pictures.js';

const LIMITS = { maxBytes: 5_242_880, maxSide: 8000 };
const decoder = new ImageDecoder();

const insert = (bytes: Buffer, at: number, block: Buffer | string): Buffer =>
  Buffer.concat([bytes.subarray(0, at), Buffer.from(block), bytes.subarray(at)]);

/** Where the first scan begins. */
const scanOf = (jpeg: Buffer): number => jpeg.indexOf(Buffer.from([0xff, 0xda]));

/** As many Samsung phones write it: spectral selection and approximation of the scan are all 0. */
function zeroScan(jpeg: Buffer): Buffer {
  const bytes = Buffer.from(jpeg);
  const end = scanOf(bytes) + 2 + bytes.readUInt16BE(scanOf(bytes) + 2);
  return bytes.fill(0, end - 3, end);
}

/** Overwrites what follows a mark. */
const spoil = (bytes: Buffer, mark: string, offset: number, length: number): Buffer =>
  Buffer.from(bytes).fill(0x41, bytes.indexOf(mark) + offset, bytes.indexOf(mark) + offset + length);

/** Frames of noise. */
function animation(pages: number) {
  const [width, height] = [120, 80];
  const pixels = Buffer.from(
    Array.from(
      { length: width * height * 3 * pages },
      (_, index) => (index * 7919 + (index >> 5) * 31) % 256,
    ),
  );
  return sharp(pixels, { raw: { width, height: height * pages, channels: 3, pageHeight: height } });
}

const jpeg = await noise(300).jpeg().toBuffer();
const progressive = await noise(300).jpeg({ progressive: true }).toBuffer();
const cmyk = await noise(300).toColourspace('cmyk').jpeg().toBuffer();
const png = await noise(300).png().toBuffer();
const gif = await noise(300).gif().toBuffer();
const webp = await noise(300).webp().toBuffer();

const UNTIDY = {
  'a JPEG of a Samsung phone': zeroScan(jpeg),
  'the same with its own data behind': Buffer.concat([zeroScan(jpeg), Buffer.from('SEFHSEFT')]),
  'a JPEG in CMYK of the kind': zeroScan(cmyk),
  'a JPEG with bytes between its segments': insert(jpeg, scanOf(jpeg), 'abcdef'),
  'a JPEG with bytes before its end': insert(jpeg, jpeg.length - 2, 'abcdef'),
  'a JPEG with zeros behind it': Buffer.concat([jpeg, Buffer.alloc(500)]),
  'a JPEG with damaged pixels': Buffer.from(jpeg).fill(
    '\xff\xd3',
    jpeg.length >> 1,
    (jpeg.length >> 1) + 300,
    'latin1',
  ),
  'a JPEG with a broken profile': spoil(
    await noise(300).withIccProfile('p3').jpeg().toBuffer(),
    'ICC_PROFILE',
    14,
    46,
  ),
  'a PNG with a broken profile': spoil(
    await noise(300).withIccProfile('p3').png().toBuffer(),
    'iCCP',
    16,
    20,
  ),
  'a PNG with a wrong checksum of a text': insert(png, 33, pngChunk('tEXt', Buffer.from('Title\0x'), 1)),
  'a PNG with a wrong checksum of its pixels': insert(
    png.subarray(0, -16),
    png.length - 16,
    Buffer.concat([Buffer.alloc(4, 0x41), png.subarray(-12)]),
  ),
  'a PNG with a chunk of a wrong length': insert(png, 33, pngChunk('gAMA', Buffer.alloc(2))),
  'a PNG with bytes behind it': Buffer.concat([png, Buffer.from('PK')]),
  'a GIF without its last byte': gif.subarray(0, -1),
  'a GIF with another last byte': Buffer.concat([gif.subarray(0, -1), Buffer.alloc(1)]),
  'a GIF with bytes behind it': Buffer.concat([gif, Buffer.from('\0\0')]),
  'a WebP with bytes behind it': Buffer.concat([webp, Buffer.from('\0\0')]),
};

test.each(Object.entries(UNTIDY))('decoding tidies up %s', async (_name, bytes) => {
  const clean = await decoder.decode(bytes, LIMITS);
  expect(clean).toMatchObject({ width: 300, height: 300 });
  // Strict about everything, as what is kept has to be.
  await sharp(clean.data, { failOn: 'warning' }).raw().toBuffer();
  expect(await decoder.thumbnail(bytes, 50)).toMatchObject({ width: 50, height: 50 });
});

const animations = {
  'an animated GIF': await animation(5).gif().toBuffer(),
  'an animated WebP': await animation(5).webp().toBuffer(),
};

const WHOLE = {
  'a JPEG of a Samsung phone': zeroScan(jpeg),
  'a progressive JPEG': progressive,
  'a JPEG in CMYK': cmyk,
  'a PNG with a wrong checksum': insert(png, 33, pngChunk('tEXt', Buffer.from('Title\0x'), 1)),
  'a GIF': gif,
  ...animations,
};

test.each(Object.entries(WHOLE))('decoding refuses a picture that is cut off: %s', async (_name, bytes) => {
  await decoder.decode(bytes, LIMITS);
  for (const length of [0.1, 0.5, 0.9, 0.99].map((share) => Math.floor(bytes.length * share))) {
    const cut = decoder.decode(bytes.subarray(0, length), LIMITS);
    await expect(cut).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  }
});

test.each(Object.entries(animations))('decoding keeps every frame of %s', async (_name, bytes) => {
  const { data } = await decoder.decode(bytes, LIMITS);
  expect((await sharp(data).metadata()).pages).toBe(5);
});
