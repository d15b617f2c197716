import fc from 'fast-check';
import { AppError } from '../../src/errors/app-error.js';
import {
  displayWidth,
  foldName,
  generateName,
  normaliseName,
  normaliseText,
} from '../../src/modules/user/text.js';

const ASCII_FIRST = 'abcxyzABCXYZ_';
const HAN = '张伟李娜王芳成都安居生活';

/** The width of a name, counted by hand: ASCII letters, digits and `_` a half, everything else one. */
const name = (asciiLength: number, hanLength: number): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.string({ unit: fc.constantFrom(...ASCII_FIRST), minLength: asciiLength, maxLength: asciiLength }),
      fc.string({ unit: fc.constantFrom(...HAN), minLength: hanLength, maxLength: hanLength }),
      fc.boolean(),
    )
    .map(([ascii, han, hanFirst]) => (hanFirst ? han + ascii : ascii + han));

/** The name as accepted, or the code it is refused with. */
const verdict = (text: string): { name: string } | { code: string } => {
  try {
    return { name: normaliseName(text) };
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ details: { field: 'name' } });
    return { code: (error as AppError).code };
  }
};

const accepted = (text: string): string | null => {
  const found = verdict(text);
  return 'name' in found ? found.name : null;
};

describe('login names', () => {
  test('login names are 2 to 12 wide, where ASCII letters, digits and _ count a half', () => {
    const shapes = fc.tuple(fc.nat(30), fc.nat(15));
    fc.assert(
      fc.property(
        shapes.chain(([ascii, han]) => fc.tuple(fc.constant(ascii), fc.constant(han), name(ascii, han))),
        ([ascii, han, text]) => {
          const halves = ascii + 2 * han;
          expect(displayWidth(text)).toBe(halves / 2);
          expect(verdict(text)).toEqual(
            halves >= 4 && halves <= 24 ? { name: text } : { code: 'NAME_LENGTH' },
          );
        },
      ),
    );
  });

  test('login names start with a letter, _ or a non-ASCII character; then digits may follow', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{1,3}$/), name(4, 0), (digits, rest) => {
        expect(accepted(rest + digits)).toBe(rest + digits);
        expect(verdict(digits + rest)).toEqual({ code: 'NAME_INVALID' });
      }),
    );
  });

  test('login names hold no other ASCII character and nothing invisible', () => {
    const ascii = Array.from({ length: 128 }, (_, byte) => String.fromCharCode(byte));
    const special = ascii.filter((character) => !/[0-9A-Za-z_]/.test(character));
    const invisible = [
      '\u200b',
      '\u200d',
      '\u202e',
      '\u00ad',
      '\ufeff',
      '\u3000',
      '\u00a0',
      '\u0085',
      '\ue000',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...special, ...invisible, '\ud800'), (character) => {
        expect(accepted(`name${character}name`)).toBeNull();
      }),
    );
  });

  test('login names lose the space around them, and are then read as themselves', () => {
    fc.assert(
      fc.property(name(6, 2), fc.constantFrom('', ' ', '\t', '\u3000'), (text, space) => {
        expect(accepted(space + text + space)).toBe(text);
      }),
    );
  });

  test('a login name that is accepted is accepted again, and cannot be taken for a phone, an address or a number', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 26 }), (text) => {
        const parsed = accepted(text);
        if (parsed === null) return;
        expect(accepted(parsed)).toBe(parsed);
        expect(parsed).not.toMatch(/^[0-9+@]|@/);
      }),
    );
  });

  test('a login name that reads as a phone or an address is refused', () => {
    for (const text of ['１３８００１３８０００', 'ken＠example．com', '١٣٨٠٠١٣٨٠٠٠']) {
      expect(verdict(text)).toEqual({ code: 'NAME_INVALID' });
    }
  });

  test('a login name has one key in each case and composition', () => {
    const spellings = ['Zoë_1', 'ZOË_1', 'zoe\u0308_1', 'ZOE\u0308_1'];
    expect(new Set(spellings.map(foldName))).toEqual(new Set(['zoë_1']));
    expect(foldName('ΟΔΟΣ')).toBe(foldName('οδος'));
    expect(new Set(['straße', 'STRASSE', 'STRAẞE'].map(foldName))).toEqual(new Set(['strasse']));
  });

  test('generated login names obey the rule and differ', () => {
    const names = new Set(Array.from({ length: 100 }, generateName));
    expect(names.size).toBe(100);
    for (const generated of names) expect(accepted(generated)).toBe(generated);
  });
});

/** Each is drawn as nothing. */
const NOTHING = [
  '\u0001',
  '\u0085',
  '\u00ad',
  '\u034f',
  '\u061c',
  '\u115f',
  '\u1160',
  '\u17b4',
  '\u180e',
  '\u200b',
  '\u200d',
  '\u200e',
  '\u2028',
  '\u202e',
  '\u2060',
  '\u2064',
  '\u2069',
  '\u2800',
  '\u3000',
  '\u3164',
  '\ufe0f',
  '\ufeff',
  '\uffa0',
  '\ufff9',
  '\u{1d159}',
  '\u{1d173}',
  '\u{e0001}',
  '\u{e0041}',
  '\u{e0100}',
];

describe('texts', () => {
  test('a text of nothing but invisible characters is empty', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...NOTHING, ' ', '\n'), { maxLength: 70 }), (parts) => {
        expect(normaliseText(parts.join(''), 'bio', 64)).toBeNull();
      }),
    );
    for (const nothing of NOTHING) expect(normaliseText(nothing, 'bio', 64)).toBeNull();
  });

  test.each([
    ['a family', '👨‍👩‍👧'],
    ['a heart of an emoji', '我❤️'],
    ['a flag that ends in a tag', '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'],
    ['Persian with a joiner', 'می\u200cخواهم'],
    ['lines', '一\n二\t三'],
  ])('a text keeps %s', (_what, text) => {
    expect(normaliseText(`\u200b ${text} \u200b`, 'bio', 64)).toBe(text);
  });

  test('a text loses controls and marks of direction', () => {
    expect(normaliseText('a\u0000b\u202ec\r\nd', 'bio', 64)).toBe('abc\nd');
  });

  test('cleaning a text takes no longer, the more there is in it that cannot be seen', () => {
    const runs = `a${'\u200b'.repeat(200_000)}`.repeat(3);
    expect(() => normaliseText(`${runs}b`, 'bio', 64)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    );
  });

  test('a text is trimmed, counted in characters, and null when nothing is left', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.nat(20), (text, max) => {
        fc.pre(
          !/[\p{Cf}\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\u{16FE4}\u{1D159}]/u.test(text),
        );
        const trimmed = text.trim();
        if ([...trimmed].length > max) {
          expect(() => normaliseText(text, 'bio', max)).toThrow(
            expect.objectContaining({ code: 'INVALID_INPUT', details: { field: 'bio' } }),
          );
        } else expect(normaliseText(text, 'bio', max)).toBe(trimmed === '' ? null : trimmed);
      }),
    );
    expect(normaliseText(null, 'bio', 5)).toBeNull();
    expect(normaliseText('😀'.repeat(5), 'bio', 5)).toBe('😀'.repeat(5));
  });
});
