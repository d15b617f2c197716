import sharp from 'sharp';
import { randomAnswer, readAnswer } from '../../src/modules/captcha/captcha.answer.js';
import { drawCaptcha } from '../../src/modules/captcha/captcha.picture.js';

describe('randomAnswer', () => {
  const answers = Array.from({ length: 2000 }, randomAnswer);
  const drawn = new Set(answers.flatMap((answer) => [...answer]));

  it('a random answer of a captcha has four characters, none of which is taken for another', () => {
    for (const answer of answers) expect(answer).toMatch(/^[A-Z2-9]{4}$/);
    expect(new Set([...drawn].map(readAnswer)).size).toBe(drawn.size);
  });

  it('a guess at a captcha succeeds less than once in a hundred thousand, look-alikes included', () => {
    expect(drawn.size ** 4).toBeGreaterThan(100_000);
    for (let place = 0; place < 4; place++) {
      expect(new Set(answers.map((answer) => answer[place]))).toEqual(drawn);
    }
    expect(new Set(answers).size).toBeGreaterThan(1940);
  });
});

describe('readAnswer', () => {
  it.each([
    ['0Oo', 'oD0'],
    ['1lI', 'Ll1'],
    ['2Zz', 'zZ2'],
    ['5Ss', 's5S'],
    ['8B6b', 'b6B8'],
    ['9gqQ', 'GQ9g'],
    ['4AT7', 'a47t'],
    ['uV', 'vU'],
    ['WX3k', ' w\u3000Ｘ３ k\n'],
    ['WX3k', '\u202dW\u200bX3K\u202c'],
  ])('the captcha answers %j and %j are read alike', (drawn, typed) => {
    expect(readAnswer(typed)).toBe(readAnswer(drawn));
  });

  it('captcha answers that do not look alike are told apart', () => {
    for (const [one, other] of ['C0', 'EF', 'HN', 'MW', 'PR', 'KX', '38', '25', 'B3', '1T'].map((pair) => [
      ...pair,
    ])) {
      expect(readAnswer(one ?? '')).not.toBe(readAnswer(other ?? ''));
    }
  });
});

describe('drawCaptcha', () => {
  it.each(['ACE2', 'a', 'abcdefghijkl', 'MNOPQRSTUVWX', 'yz0123456789'])(
    'captcha %s is a small PNG',
    async (answer) => {
      const picture = await drawCaptcha(answer);
      const { format, width, height } = await sharp(picture).metadata();
      expect({ format, width, height }).toEqual({ format: 'png', width: 160, height: 50 });
      expect(picture.length).toBeLessThan(20_000);
    },
  );

  it('a captcha is never drawn the same twice, and its picture does not name the answer', async () => {
    const [first, second] = await Promise.all([drawCaptcha('KM3T'), drawCaptcha('KM3T')]);
    expect(first.equals(second)).toBe(false);
    expect(first.includes('KM3T')).toBe(false);
  });

  it('a captcha has ink for every character', async () => {
    const inkOf = async (answer: string) => {
      let dark = 0;
      for (let picture = 0; picture < 20; picture++) {
        const grey = sharp(await drawCaptcha(answer)).greyscale();
        dark += (await grey.raw().toBuffer()).filter((pixel) => pixel < 160).length;
      }
      return dark;
    };
    // Two lines and four characters are 2.5 times two lines and one; three would be twice.
    expect((await inkOf('HHHH')) / (await inkOf('H'))).toBeGreaterThan(2.15);
  });
});
