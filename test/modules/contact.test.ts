import fc from 'fast-check';
import { AppError } from '../../src/errors/app-error.js';
import { normaliseEmail, normalisePhone, parseEmail, parsePhone } from '../../src/modules/user/contact.js';

/** Every block of mainland mobile numbers starts so; some of the blocks behind are not given out. */
const mobile = fc
  .tuple(
    fc.constantFrom('130', '135', '138', '150', '159', '177', '180', '187', '199'),
    fc.integer({ min: 0, max: 99_999_999 }),
  )
  .map(([prefix, rest]) => prefix + String(rest).padStart(8, '0'));

const separator = fc.constantFrom('', '', '', ' ', '-', ' - ', '\t', '\u00a0', '\u3000');

/** The same number as people and old clients write it. */
const written = fc
  .tuple(fc.constantFrom('', '+86', '0086', '86'), fc.array(separator, { minLength: 15, maxLength: 15 }))
  .map(([prefix, gaps]) => (phone: string) => {
    const characters = [...(prefix + phone)];
    return characters.map((character, index) => character + (gaps[index] ?? '')).join('');
  });

const code = (work: () => unknown): string | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
};

describe('phones', () => {
  test('a phone in any separators and prefix is read as the same eleven digits', () => {
    fc.assert(
      fc.property(mobile, written, (phone, write) => {
        const text = write(phone);
        fc.pre(text.length <= 32);
        expect(parsePhone(text)).toBe(phone);
      }),
    );
  });

  test('a phone that is accepted is eleven digits of a mainland mobile, and is read as itself', () => {
    const texts = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'0123456789+- '), maxLength: 34 }),
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.integer({ min: 10_000_000_000, max: 19_999_999_999 }).map(String),
      fc
        .tuple(mobile, fc.integer({ min: 0, max: 11 }), fc.string({ maxLength: 2 }))
        .map(([phone, at, noise]) => phone.slice(0, at) + noise + phone.slice(at)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const phone = parsePhone(text);
        if (phone === null) return;
        expect(phone).toMatch(/^1[3-9]\d{9}$/);
        expect(parsePhone(phone)).toBe(phone);
        expect(text.replace(/\D/g, '').endsWith(phone)).toBe(true);
      }),
    );
  });

  test.each([
    ['Hong Kong', '+852 9123 4567'],
    ['Macau', '+853 6612 3456'],
    ['Taiwan', '+886 912 345 678'],
    ['the United States', '+1 415 555 2671'],
    ['eleven digits of the United States', '14155552671'],
    ['a fixed line', '01062551234'],
    ['a service number', '10086'],
    ['a block that is no mobile', '12012345678'],
    ['a digit too few', '1380013800'],
    ['a digit too many', '138001380001'],
    ['two prefixes', '+86 0086 13800138000'],
    ['a prefix of another country', '+8513800138000'],
    ['letters', '1380013800a'],
    ['a digit in a circle', '1380013800①'],
    ['an extension', '13800138000 ext 5'],
    ['two numbers', '13800138000/13900139000'],
    ['nothing', ''],
    ['a prefix alone', '+86'],
    ['padding without end', `${' '.repeat(10_000)}13800138000`],
  ])('a phone is refused: %s', (_what, text) => {
    expect(parsePhone(text)).toBeNull();
    expect(code(() => normalisePhone(text))).toBe('PHONE_INVALID');
  });

  test.each([
    ['what an iPhone copies', '\u202d138 0013 8000\u202c'],
    ['in square brackets', '[138]00138000'],
    ['in Chinese brackets', '【138】0013 8000'],
    ['with the dots of Chinese and Japanese keyboards', '138・0013•8000。'],
    ['what it copies of a contact', '\u202a+86\u00a0138\u00a00013\u00a08000\u202c'],
    ['marks that are not seen', '\ufeff138\u200b0013\u00ad8000\u2060'],
    ['full-width digits', '１３８００１３８０００'],
    ['full-width signs', '＋８６（１３８）００１３－８０００'],
    ['brackets', '+86(138)00138000'],
    ['brackets around the prefix', '(86)13800138000'],
    ['dots', '138.0013.8000'],
    ['dashes of all kinds', '138‐0013–8000'],
    ['thin blanks', '138\u20090013\u30008000'],
    ['Arabic-Indic digits', '١٣٨٠٠١٣٨٠٠٠'],
    ['Persian digits', '۱۳۸۰۰۱۳۸۰۰۰'],
    ['mathematical digits', '𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎'],
  ])('a phone is read: %s', (_what, text) => {
    expect(parsePhone(text)).toBe('13800138000');
  });

  test('the error of a refused phone names the field', () => {
    expect(() => normalisePhone('x', 'account')).toThrow(
      expect.objectContaining({ details: { field: 'account' } }),
    );
  });
});

describe('e-mail addresses', () => {
  const mail = fc.emailAddress().filter((address) => /^[\w.+-]+@/.test(address));

  test('an e-mail address is read alike in any case and surrounding space, and as itself', () => {
    fc.assert(
      fc.property(mail, fc.constantFrom('', ' ', '\n'), (address, space) => {
        const parsed = parseEmail(space + address + space);
        expect(parsed).toBe(parseEmail(address.toUpperCase()));
        if (parsed === null) return;
        expect(parsed).toBe(address.toLowerCase());
        expect(parseEmail(parsed)).toBe(parsed);
      }),
    );
  });

  test('a text with an e-mail address inside is refused as an address', () => {
    fc.assert(
      fc.property(fc.constantFrom(' ', ',', ';', '<', '>', '\n', '\0', '@', '..'), (noise) => {
        expect(parseEmail(`a@example.com${noise}b@example.com`)).toBeNull();
        expect(parseEmail(`a${noise}b@example.com`)).toBeNull();
      }),
    );
  });

  test.each([
    ['user@example.xn--fiqs8s', 'user@example.xn--fiqs8s'],
    ['user@例子.中国', 'user@xn--fsqu00a.xn--fiqs8s'],
    ['user@例子。中国', 'user@xn--fsqu00a.xn--fiqs8s'],
    ['user@münchen.example', 'user@xn--mnchen-3ya.example'],
    ['a&b@example.com', 'a&b@example.com'],
    ["o'brien@example.ie", "o'brien@example.ie"],
    ['ken+tag@example.com', 'ken+tag@example.com'],
    ['dept/ken=home@example.com', 'dept/ken=home@example.com'],
    ['!#$%*?^_`{|}~-@example.com', '!#$%*?^_`{|}~-@example.com'],
    ['123456@qq.com', '123456@qq.com'],
    ['_ken_@example.com', '_ken_@example.com'],
    ['ken@mail.example.photography', 'ken@mail.example.photography'],
    ['ken@3com.example', 'ken@3com.example'],
    ['ＫＥＮ＠ｅｘａｍｐｌｅ．ｃｏｍ', 'ken@example.com'],
    ['\u202dken@example.com\u202c', 'ken@example.com'],
    ['ken\u200b@exam\u00adple.com\ufeff', 'ken@example.com'],
  ])('the e-mail address %j is read', (text, email) => {
    expect(parseEmail(text)).toBe(email);
    expect(parseEmail(email)).toBe(email);
  });

  test.each([
    '',
    '@',
    'a@',
    '@example.com',
    'a@b',
    'a b@example.com',
    `${'a'.repeat(250)}@example.com`,
    `${'a'.repeat(65)}@example.com`,
    '.a@example.com',
    'a.@example.com',
    'a..b@example.com',
    '"a b"@example.com',
    'a(b)@example.com',
    'ken@[192.0.2.1]',
    'ken@192.0.2.1',
    'ken@１９２.0.2.1',
    'ken@-example.com',
    'ken@exa_mple.com',
    'ken@example.c',
    'ken@example.123',
    '用户@example.com',
    'Ken <ken@example.com>',
    `${'\u200b'.repeat(10_000)}ken@example.com`,
  ])('the e-mail address %j is refused', (text) => {
    expect(parseEmail(text)).toBeNull();
    expect(code(() => normaliseEmail(text))).toBe('EMAIL_INVALID');
  });
});
