import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A grey square, large enough for an avatar. */
export function picture(grey: number): File {
  const side = 240;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 8; // bits of a pixel, of which the colour type 0 has one sample
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(side, grey)]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: side }, () => row)));
  const png = [SIGNATURE, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))];
  return new File([Buffer.concat(png)], 'avatar.png', { type: 'image/png' });
}
