import svgCaptcha from 'svg-captcha';
import sharp from '../image/sharp.js';

const WIDTH = 160;
const HEIGHT = 50;
const PAPER = { r: 246, g: 244, b: 238 };

/** The module itself draws a given text; its types only know the function that also chooses the text. */
const drawText = svgCaptcha as unknown as (text: string, options: DrawOptions) => string;

interface DrawOptions {
  width: number;
  height: number;
  fontSize: number;
  noise: number;
}

/**
 * A PNG of 160×50 pixels of an answer of up to 12 ASCII letters and digits, different every time: turned
 * glyphs in several colours, lines through them in the same colours and in the paper's, the whole bent in
 * waves. No fonts of the system are needed.
 */
export async function drawCaptcha(answer: string): Promise<Buffer> {
  const { data } = await sharp(Buffer.from(draw(answer)))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raw = { width: WIDTH, height: HEIGHT, channels: 3 } as const;
  return sharp(bend(data), { raw }).png().toBuffer();
}

// What follows only has to look different each time; the secret is the answer, so Math.random will do.
const between = (min: number, max: number): number => min + Math.random() * (max - min);

const ink = (): string => `hsl(${Math.floor(between(0, 360))},75%,${Math.floor(between(22, 36))}%)`;

function draw(answer: string): string {
  const glyphs = [...answer].map((character, index) => drawGlyph(character, index, answer.length));
  const lines = [drawLine(ink(), 1.3), drawLine(ink(), 1.3)];
  const paper = `rgb(${PAPER.r},${PAPER.g},${PAPER.b})`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">`,
    `<rect width="100%" height="100%" fill="${paper}"/>`,
    ...glyphs,
    // Lines that cut through the glyphs defeat the removal of whatever is thin.
    drawLine(paper, 1.2),
    ...lines,
    '</svg>',
  ].join('');
}

function drawGlyph(character: string, index: number, count: number): string {
  const pitch = (WIDTH - 16) / count;
  const fontSize = Math.min(50, pitch * 1.5) * between(0.9, 1.1);
  const x = 8 + pitch * (index + 0.5) + between(-2, 2);
  const y = HEIGHT / 2 + between(-3, 3);
  const turn = `translate(${x} ${y}) rotate(${between(-18, 18)}) skewX(${between(-10, 10)})`;
  // The whole drawing would be clipped and composed on its own; the outline is all that is needed of it.
  const drawing = drawText(character, { width: 2 * HEIGHT, height: 2 * HEIGHT, fontSize, noise: 0 });
  const outline = / d="[^"]*"/.exec(drawing)?.[0] ?? '';
  const colour = ink();
  // The font is hollow: filled alone its strokes are hairlines.
  const width = (fontSize / 28).toFixed(2);
  const transform = `${turn} translate(${-HEIGHT} ${-HEIGHT})`;
  return `<path${outline} transform="${transform}" fill="${colour}" stroke="${colour}" stroke-width="${width}"/>`;
}

function drawLine(stroke: string, width: number): string {
  const y = () => between(6, HEIGHT - 6);
  const path = `M${between(0, 12)} ${y()}C${between(30, 60)} ${y()},${between(100, 130)} ${y()},${between(148, 160)} ${y()}`;
  return `<path d="${path}" stroke="${stroke}" stroke-width="${width}" fill="none"/>`;
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
