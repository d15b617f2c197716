import { hash as argon2 } from '@node-rs/argon2';
import fc from 'fast-check';
import { loadConfig } from '../../src/config.js';
import { AppError } from '../../src/errors/app-error.js';
import { UnavailableError } from '../../src/infra/unavailable.js';
import { COMMON_PASSWORDS } from '../../src/modules/credential/common-passwords.js';
import { PasswordHasher } from '../../src/modules/credential/password.hasher.js';
import { assertPasswordAllowed, type PasswordRule } from '../../src/modules/credential/password.policy.js';
import { OWN_SCHEME, type PasswordFormat } from '../../src/modules/credential/password.scheme.js';
import { QUICK_HASHES } from '../support/app.js';
import { md5 } from '../support/client.js';

const hasherWith = (env: Record<string, string> = {}): PasswordHasher => new PasswordHasher(loadConfig(env));
const hasher = hasherWith();
/** What is right and what is wrong does not depend on what an evaluation costs. */
const quick = new PasswordHasher({ ...loadConfig({}), ...QUICK_HASHES });

/** Checks a password that was set here. */
async function verify(
  by: PasswordHasher,
  stored: string | null,
  password: string,
  passwordFormat: PasswordFormat,
) {
  const known = stored === null ? null : { hash: stored, scheme: OWN_SCHEME };
  const { ok, renewed } = await by.verify(known, { password, passwordFormat });
  return { ok, needsRehash: renewed !== null };
}

/** Any text, and text that looks like the other format. */
const passwords = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: 32, maxLength: 32 }),
);

const anyCase = (hex: string, upper: boolean[]): string =>
  Array.from(hex, (digit, index) => (upper[index] ? digit.toUpperCase() : digit)).join('');

describe('hash and verify', () => {
  test('a password set as plain text is right as plain text and as its MD5 in any letter case', () =>
    fc.assert(
      fc.asyncProperty(
        passwords,
        fc.array(fc.boolean(), { minLength: 32, maxLength: 32 }),
        async (password, upper) => {
          const stored = await quick.hash(password, 'PLAIN');
          const right = { ok: true, needsRehash: false };
          expect(await verify(quick, stored, password, 'PLAIN')).toEqual(right);
          expect(await verify(quick, stored, anyCase(md5(password), upper), 'MD5')).toEqual(right);
        },
      ),
    ));

  test('a password set as an MD5 is right as the plain text', () =>
    fc.assert(
      fc.asyncProperty(passwords, async (password) => {
        for (const secret of [md5(password), md5(password).toUpperCase()]) {
          const stored = await quick.hash(secret, 'MD5');
          expect(stored).not.toContain(md5(password));
          expect((await verify(quick, stored, password, 'PLAIN')).ok).toBe(true);
        }
      }),
    ));

  test('another password is wrong, however alike', () =>
    fc.assert(
      fc.asyncProperty(passwords, passwords, async (password, other) => {
        const stored = await quick.hash(password, 'PLAIN');
        const variants = [other, `${password} `, ` ${password}`, `${password}\u0301`];
        for (const wrong of variants.filter((variant) => variant !== password)) {
          expect(await verify(quick, stored, wrong, 'PLAIN')).toEqual({ ok: false, needsRehash: false });
        }
      }),
    ));

  test('a plain password that looks like an MD5 is hashed like any other', () =>
    fc.assert(
      fc.asyncProperty(passwords, async (password) => {
        const digest = md5(password);
        const fromPlain = await quick.hash(digest, 'PLAIN');
        expect((await verify(quick, fromPlain, digest, 'MD5')).ok).toBe(false);
        expect((await verify(quick, fromPlain, md5(digest), 'MD5')).ok).toBe(true);
        const fromMd5 = await quick.hash(digest, 'MD5');
        expect((await verify(quick, fromMd5, digest, 'PLAIN')).ok).toBe(false);
      }),
    ));

  test('a text that cannot be a password in its format is refused before any evaluation', async () => {
    const before = quick.evaluations;
    const refusal = { code: 'INVALID_INPUT', details: { field: 'password' } };
    const notHex = fc.string().filter((text) => !/^[0-9a-f]{32}$/i.test(text));
    await fc.assert(
      fc.asyncProperty(notHex, async (text) => {
        await expect(quick.hash(text, 'MD5')).rejects.toMatchObject(refusal);
        await expect(verify(quick, null, text, 'MD5')).rejects.toMatchObject(refusal);
      }),
    );
    await expect(quick.hash(`${md5('x')}\n`, 'MD5')).rejects.toMatchObject(refusal);
    await expect(quick.hash('half a pair \ud83d', 'PLAIN')).rejects.toMatchObject(refusal);
    expect(quick.evaluations).toBe(before);
  });

  test('a stored password depends on the pepper, and equal passwords are stored differently', async () => {
    const peppered = hasherWith({ PASSWORD_PEPPER: 'another pepper of at least 32 characters' });
    const stored = await quick.hash('correct horse', 'PLAIN');
    expect(await quick.hash('correct horse', 'PLAIN')).not.toBe(stored);
    expect((await verify(peppered, stored, 'correct horse', 'PLAIN')).ok).toBe(false);
  });
});

describe('cost', () => {
  test('an unknown account costs one evaluation of the same parameters and is never right', async () => {
    const fresh = hasherWith();
    expect(await verify(fresh, null, 'anything', 'PLAIN')).toEqual({ ok: false, needsRehash: false });
    expect(fresh.evaluations).toBe(1);
    await verify(fresh, await fresh.hash('p', 'PLAIN'), 'p', 'PLAIN');
    expect(fresh.evaluations).toBe(3);
  });

  test('a password stored with weaker parameters asks for a new hash, but only after the right password', async () => {
    const strong = hasherWith({ PASSWORD_HASH_ITERATIONS: '3' });
    const weak = await hasher.hash('p4ssphrase', 'PLAIN');
    expect(await verify(strong, weak, 'p4ssphrase', 'PLAIN')).toEqual({ ok: true, needsRehash: true });
    expect(await verify(strong, weak, 'wrong', 'PLAIN')).toEqual({ ok: false, needsRehash: false });
    const renewed = await strong.hash('p4ssphrase', 'PLAIN');
    expect(await verify(strong, renewed, 'p4ssphrase', 'PLAIN')).toEqual({ ok: true, needsRehash: false });
    expect(await verify(hasher, renewed, 'p4ssphrase', 'PLAIN')).toEqual({ ok: true, needsRehash: false });
  });

  test('a password is stored as argon2id with the parameters of the settings', async () => {
    for (const [secret, format] of [
      ['p4ssphrase', 'PLAIN'],
      [md5('p4ssphrase'), 'MD5'],
    ] as const) {
      expect(await hasher.hash(secret, format)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    }
  });

  test('a stored value that is no argon2 hash is a defect, not a wrong password', async () => {
    await expect(verify(hasher, md5('p'), 'p', 'PLAIN')).rejects.not.toBeInstanceOf(AppError);
    await expect(verify(hasher, await argon2('p'), 'p', 'PLAIN')).resolves.toMatchObject({ ok: false });
  });

  test('a log-in beyond the running and the waiting ones is refused at once, and the queue drains', async () => {
    const narrow = hasherWith({ PASSWORD_HASH_CONCURRENCY: '2', PASSWORD_HASH_QUEUE: '3' });
    const tries = Array.from({ length: 9 }, () => verify(narrow, null, 'p', 'PLAIN'));
    const outcomes = Promise.allSettled(tries);
    await new Promise((resolve) => setImmediate(resolve));
    expect(narrow.evaluations).toBe(2);
    const refused = (await outcomes).filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(4);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(UnavailableError);
    expect(narrow.evaluations).toBe(5);
    expect((await verify(narrow, null, 'p', 'PLAIN')).ok).toBe(false);
  });

  test('a failed evaluation of a password gives its place back', async () => {
    const narrow = hasherWith({ PASSWORD_HASH_CONCURRENCY: '1', PASSWORD_HASH_QUEUE: '1' });
    for (let round = 0; round < 3; round++)
      await expect(verify(narrow, 'not PHC', 'p', 'PLAIN')).rejects.toThrow();
    expect((await verify(narrow, null, 'p', 'PLAIN')).ok).toBe(false);
  });
});

describe('policy', () => {
  const standard: PasswordRule = { min: 8, max: 128 };
  const account: PasswordRule = { min: 8, max: 16, alphanumeric: true };
  const allowed = (password: string, rule: PasswordRule): boolean => {
    try {
      assertPasswordAllowed(password, rule);
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: 'PASSWORD_WEAK', details: { field: 'password' } });
      return false;
    }
  };

  test('the length of a password counts characters, not bytes or UTF-16 units', () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 140 }), fc.constantFrom('é', '密', '😀'), (length, character) => {
        expect(allowed(character.repeat(length), standard)).toBe(length >= 8 && length <= 128);
      }),
    ));

  test('a common password is refused in any letter case', () => {
    for (const password of [
      'woaini1314',
      'a123456789',
      'QWERTYUIOP',
      '1qaz2WSX',
      'Password123',
      '12345678',
    ]) {
      expect(allowed(password, standard)).toBe(false);
    }
    expect(allowed('5201314', { min: 6, max: 128 })).toBe(false);
    expect(allowed('x7#kd2', { min: 6, max: 128 })).toBe(true);
    expect(allowed('correct horse battery', standard)).toBe(true);
  });

  test('the account module takes passwords of 8 to 16 letters and digits, both present', () => {
    const right = ['abcd1234', 'a2345678', 'ABCDEFGH12345678'];
    const wrong = [
      'abcdefgh',
      '12345679',
      'abc123',
      'abcd1234_',
      'abcd 1234',
      'ａｂｃｄ1234',
      'a1'.repeat(9),
      'abcd1234\n',
    ];
    for (const password of right) expect(allowed(password, account)).toBe(true);
    for (const password of wrong) expect(allowed(password, account)).toBe(false);
  });

  test('the list of common passwords holds what a comparison can hit: lower case, six characters or more', () => {
    expect(COMMON_PASSWORDS.size).toBeGreaterThanOrEqual(190);
    expect(
      [...COMMON_PASSWORDS].filter((entry) => entry.length < 6 || entry !== entry.toLowerCase()),
    ).toEqual([]);
  });
});
