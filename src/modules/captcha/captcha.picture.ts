import sharp from '../image/sharp.js';
import { GLYPH_HEIGHT, glyphOf } from './captcha.glyphs.js';

const WIDTH = 160;
const HEIGHT = 50;
const PAPER = { r: 246, g: 244, b: 238 };

/** Pixels from one character to the next: so near that turned ones touch, which keeps programs from cutting them apart. */
const PITCH = 27;

/**
 * A PNG of 160×50 pixels of an answer of up to 12 ASCII letters and digits, different every time: thick turned strokes,
 * thin lines through them in the same colours, the whole bent in waves. No fonts are needed.
 */
export async function drawCaptcha(answer: string): Promise<Buffer> {
  const { data } = await sharp(Buffer.from(draw(answer)))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raw = { width: WIDTH, height: HEIGHT, channels: 3 } as const;
  return sharp(bend(data), { raw }).png().toBuffer();
}

// The strokes only have to look different each time; the secret is the answer, so Math.random will do.
const between = (min: number, max: number): number => min + Math.random() * (max - min);

/** A dark colour of about that hue, in degrees. */
const ink = (hue: number): string =>
  `hsl(${Math.floor(hue + between(0, 50)) % 360},75%,${Math.floor(between(22, 34))}%)`;

function draw(answer: string): string {
  const characters = [...answer];
  const pitch = Math.min(PITCH, (WIDTH - 14) / characters.length);
  const start = (WIDTH - pitch * characters.length) / 2 + between(-8, 8);
  const hue = between(0, 360);
  // Neighbours differ in colour, so that people see where one ends.
  const inkOf = (index: number) => ink(hue + index * 130);
  const glyphs = characters.map((character, index) =>
    drawGlyph(character, start + pitch * (index + 0.5), pitch / PITCH, inkOf(index)),
  );
  const lines = [0, 1].map(() => drawLine(inkOf(Math.floor(between(0, characters.length)) + 0.5)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">`,
    `<rect width="100%" height="100%" fill="rgb(${PAPER.r},${PAPER.g},${PAPER.b})"/>`,
    ...glyphs,
    ...lines,
    '</svg>',
  ].join('');
}

function drawGlyph(character: string, middle: number, size: number, colour: string): string {
  const { path, width } = glyphOf(character);
  const scale = 1.9 * size * between(0.9, 1.1);
  const transform = [
    `translate(${middle + between(-2, 2)} ${HEIGHT / 2 + between(-6, 6)})`,
    `rotate(${between(-22, 22)})`,
    `skewX(${between(-7, 7)})`,
    `scale(${scale * between(0.88, 1.05)} ${scale})`,
    `translate(${-width / 2} ${-GLYPH_HEIGHT / 2})`,
  ].join('');
  return `<path d="${path}" transform="${transform}" fill="none" stroke="${colour}" stroke-width="3.0" stroke-linecap="round" stroke-linejoin="round"/>`;
}

function drawLine(stroke: string): string {
  const y = () => between(6, HEIGHT - 6);
  const path = `M${between(0, 12)} ${y()}C${between(30, 60)} ${y()},${between(100, 130)} ${y()},${between(148, 160)} ${y()}`;
  return `<path d="${path}" stroke="${stroke}" stroke-width="1.3" fill="none"/>`;
}

/** Moves every pixel along two sine waves, which no drawing command can do to straight strokes. */
function bend(pixels: Buffer): Buffer {
  const bent = Buffer.alloc(pixels.length);
  const [phaseX, phaseY] = [between(0, 2 * Math.PI), between(0, 2 * Math.PI)];
  const [lengthX, lengthY] = [between(5, 7), between(11, 15)];
  const paper = [PAPER.r, PAPER.g, PAPER.b];
  for (let y = 0; y < HEIGHT; y++) {
    const fromX = Math.round(2 * Math.sin(y / lengthX + phaseX));
    for (let x = 0; x < WIDTH; x++) {
      const sourceX = x + fromX;
      const sourceY = y + Math.round(3 * Math.sin(x / lengthY + phaseY));
      const inside = sourceX >= 0 && sourceX < WIDTH && sourceY >= 0 && sourceY < HEIGHT;
      const source = 3 * (sourceY * WIDTH + sourceX);
      const target = 3 * (y * WIDTH + x);
      for (let c = 0; c < 3; c++) bent[target + c] = (inside ? pixels[source + c] : paper[c]) as number;
    }
  }
  return bent;
}
