import { randomBytes } from 'node:crypto';
import { parseDataKeys, SecretBox } from '../../src/infra/secret-box.js';

const keyOf = (id: string) => ({ id, key: randomBytes(32) });
const [older, newer] = [keyOf('2025'), keyOf('2026')];

describe('a secret box', () => {
  const box = new SecretBox([newer, older]);

  test('a secret box opens what it sealed, each time to another ciphertext', () => {
    const first = box.seal('秘密 secret', 'users.name:1');
    const second = box.seal('秘密 secret', 'users.name:1');
    expect(first.keyId).toBe('2026');
    expect(first.sealed).not.toBe(second.sealed);
    expect(box.open(first, 'users.name:1')).toBe('秘密 secret');
    expect(box.open(box.seal('', 'x'), 'x')).toBe('');
  });

  test('a secret box opens what an older key sealed, as long as that key is configured', () => {
    const sealed = new SecretBox([older]).seal('secret', 'x');
    expect(box.open(sealed, 'x')).toBe('secret');
    expect(() => new SecretBox([newer]).open(sealed, 'x')).toThrow('2025');
  });

  test('a secret box opens nothing that was altered, cut, or sealed for another purpose or key', () => {
    const { keyId, sealed } = box.seal('secret', 'x');
    const bytes = Buffer.from(sealed, 'base64');
    for (let index = 0; index < bytes.length; index++) {
      const altered = Buffer.from(bytes);
      altered[index] = (altered[index] ?? 0) ^ 1;
      expect(() => box.open({ keyId, sealed: altered.toString('base64') }, 'x')).toThrow();
      expect(() => box.open({ keyId, sealed: bytes.subarray(0, index).toString('base64') }, 'x')).toThrow();
    }
    expect(() => box.open({ keyId, sealed }, 'y')).toThrow();
    expect(() => box.open({ keyId: '2025', sealed }, 'x')).toThrow();
  });
});

describe('data keys', () => {
  const encoded = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;

  test('data keys are read in their order', () => {
    const [a, b] = [encoded('a'), encoded('b')];
    expect(parseDataKeys(`${a}, ${b}`)?.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  test.each([
    '',
    'a',
    'a:',
    `:${encoded('').slice(1)}`,
    'a:c2hvcnQ=',
    `${encoded('a')},${encoded('a')}`,
    `${encoded('a')},`,
  ])('%j is refused as a list of data keys', (text) => {
    expect(parseDataKeys(text)).toBeNull();
  });
});
