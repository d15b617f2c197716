import sharp from 'sharp';
import { randomAnswer } from '../../src/modules/captcha/captcha.answer.js';
import { drawCaptcha } from '../../src/modules/captcha/captcha.picture.js';

describe('randomAnswer', () => {
  const answers = Array.from({ length: 2000 }, randomAnswer);

  it('has four characters that nobody confuses', () => {
    for (const answer of answers) expect(answer).toMatch(/^[236ACEFHKMNPRTWX]{4}$/);
  });

  it('uses every character in every place and hardly repeats', () => {
    for (let place = 0; place < 4; place++) {
      expect(new Set(answers.map((answer) => answer[place])).size).toBe(16);
    }
    expect(new Set(answers).size).toBeGreaterThan(1900);
  });
});

describe('drawCaptcha', () => {
  it.each(['ACE2', 'a', 'abcd', 'Wg8q', 'abcdefgh2345'])('draws %s as a small PNG', async (answer) => {
    const picture = await drawCaptcha(answer);
    const { format, width, height } = await sharp(picture).metadata();
    expect({ format, width, height }).toEqual({ format: 'png', width: 160, height: 50 });
    expect(picture.length).toBeLessThan(20_000);
  });

  it('never draws the same picture twice, and does not name the answer in it', async () => {
    const [first, second] = await Promise.all([drawCaptcha('KM3T'), drawCaptcha('KM3T')]);
    expect(first.equals(second)).toBe(false);
    expect(first.includes('KM3T')).toBe(false);
  });

  it('has ink in every quarter where a glyph stands', async () => {
    const grey = await sharp(await drawCaptcha('HHHH'))
      .greyscale()
      .raw()
      .toBuffer();
    for (let quarter = 0; quarter < 4; quarter++) {
      let dark = 0;
      for (let y = 0; y < 50; y++) {
        for (let x = 40 * quarter; x < 40 * (quarter + 1); x++) if ((grey[160 * y + x] ?? 255) < 160) dark++;
      }
      // Two lines alone would be about 110 pixels.
      expect(dark).toBeGreaterThan(180);
    }
  });
});
