import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import type { TestApp, TestWorld } from './app.js';

export const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

export const picture = (width: number, height = width): Sharp =>
  sharp({ create: { width, height, channels: 3, background: '#3366cc' } });

/** Noise, so that damage in the middle of the data shows. */
export const noise = (width: number, height = width): Sharp =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  });

/** `check` spoils the checksum. */
export function pngChunk(type: string, body: Buffer, check = 0): Buffer {
  const content = Buffer.concat([Buffer.from(type), body]);
  const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length);
  crc.writeUInt32BE((crc32(content) ^ check) >>> 0);
  return Buffer.concat([length, content, crc]);
}

/** 30°39' N 104°4' E, as EXIF writes it. */
const LATITUDE = [30, 1, 39, 1, 0, 1];

/** A photo of a phone, which says where it was taken. */
export const photo = (width = 120, height = 80): Promise<Buffer> =>
  picture(width, height)
    .withExif({
      IFD0: { Copyright: 'whoever took it' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '30/1 39/1 0/1',
        GPSLongitudeRef: 'E',
        GPSLongitude: '104/1 4/1 0/1',
      },
    })
    .jpeg()
    .toBuffer();

/** Whether the numbers of the position are anywhere in a file, in either order of bytes. */
export function tellsPosition(bytes: Buffer): boolean {
  const little = Buffer.alloc(LATITUDE.length * 4);
  const big = Buffer.alloc(LATITUDE.length * 4);
  for (const [index, number] of LATITUDE.entries()) {
    little.writeUInt32LE(number, index * 4);
    big.writeUInt32BE(number, index * 4);
  }
  return bytes.includes(little) || bytes.includes(big);
}

/** Everything that was ever stored: rows and files, finished or not. */
export async function stored(app: TestApp, world: TestWorld): Promise<{ rows: string[]; files: string[] }> {
  const em = app.infrastructure.database.fork();
  const rows = await em.execute<{ id: string }[]>('select id from images order by id');
  const entries = await readdir(path.join(world.dataDir, 'storage'), {
    recursive: true,
    withFileTypes: true,
  });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name));
  return { rows: rows.map(({ id }) => id), files: files.sort() };
}
