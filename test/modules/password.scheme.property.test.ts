import { createHash } from 'node:crypto';
import { hashSync } from 'bcryptjs';
import fc from 'fast-check';
import { Piscina } from 'piscina';
import { loadConfig } from '../../src/config.js';
import { parseDataKeys, SecretBox } from '../../src/infra/secret-box.js';
import type { StoredPassword } from '../../src/modules/credential/credential.repository.js';
import {
  type ImportedPassword,
  readImportedPassword,
} from '../../src/modules/credential/imported-password.js';
import { ImportedPasswords } from '../../src/modules/credential/imported-passwords.js';
import { type KnownPassword, PasswordHasher } from '../../src/modules/credential/password.hasher.js';
import { type PasswordFormat, readScheme } from '../../src/modules/credential/password.scheme.js';
import { QUICK_HASHES } from '../support/app.js';
import { OLD_FORMATS, type OldFormat, oldPassword } from '../support/imported.js';

/** What each scheme of a password from elsewhere means at each kind of door. */

const quick = new PasswordHasher({ ...loadConfig({}), ...QUICK_HASHES });
const KEY = `k:${Buffer.alloc(32, 7).toString('base64')}`;
const imported = new ImportedPasswords(new SecretBox(parseDataKeys(KEY) ?? []));
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

const stored = (old: ImportedPassword, userId = 1): StoredPassword => {
  const read = readImportedPassword(old);
  if (!read) throw new Error('no password');
  return imported.seal(userId, read);
};

/** The password as it is known once it came, and once it was hashed. */
async function knownOf(old: ImportedPassword): Promise<[KnownPassword, KnownPassword]> {
  const { passwordHash, scheme: text, keyId } = stored(old);
  const scheme = readScheme(text);
  const digest = imported.open({ userId: 1, passwordHash, keyId: keyId ?? '' });
  return [
    { scheme, digest },
    { scheme, hash: await quick.hashSpare(digest) },
  ];
}

/** PHP reads a password up to a NUL. */
const passwords = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((text) => !text.includes('\0'));
const formats = fc.constantFrom<OldFormat>(...OLD_FORMATS);
const doors = fc.constantFrom<PasswordFormat>('PLAIN', 'MD5');
const sentAs = (password: string, passwordFormat: PasswordFormat) => ({
  password: passwordFormat === 'MD5' ? md5(password) : password,
  passwordFormat,
});

test('a password from elsewhere is right at every door but a bcrypt one as its MD5, and then kept as ours', () =>
  fc.assert(
    fc.asyncProperty(passwords, formats, doors, async (password, format, door) => {
      for (const known of await knownOf(oldPassword(format, password))) {
        const { ok, renewed } = await quick.verify(known, sentAs(password, door));
        expect(ok).toBe(format !== 'bcrypt' || door === 'PLAIN');
        const lasts = 'hash' in known && format === 'md5';
        expect(renewed?.scheme).toBe(ok && !lasts ? 'md5' : undefined);
        for (const again of renewed ? (['PLAIN', 'MD5'] as const) : []) {
          const verdict = await quick.verify(renewed, sentAs(password, again));
          expect(verdict).toEqual({ ok: true, renewed: null });
        }
      }
    }),
    { numRuns: 60 },
  ));

test('another password is wrong under every scheme, and so is the digest that was stolen', () =>
  fc.assert(
    fc.asyncProperty(passwords, passwords, formats, doors, async (password, other, format, door) => {
      fc.pre(password !== other);
      const old = oldPassword(format, password);
      const tried = [sentAs(other, door), sentAs(String(old.value), 'PLAIN')];
      // The MD5 of a password is what MD5 doors take.
      if (format !== 'md5' && format !== 'bcrypt') {
        tried.push({ password: String(old.value), passwordFormat: 'MD5' as const });
      }
      for (const known of await knownOf(old)) {
        for (const sent of tried) {
          expect(await quick.verify(known, sent)).toEqual({ ok: false, renewed: null });
        }
      }
    }),
    { numRuns: 40 },
  ));

test('digests are taken in either letter case, and a bcrypt of every kind that PHP has written', async () => {
  const php: [string, string][] = [
    ['rasmuslerdorf', '$2y$07$BCryptRequires22Chrcte/VlQH0piJtjXl.0t1XkA8pw9dMXTpOq'],
    ['rasmuslerdorf', '$2a$07$usesomesillystringfore2uDLvp1Ii2e./U9C8sBjqp8I90dH6hi'],
    ['hello', '$2b$04$abcdefghijklmnopqrstuuwHJMEGjfAzmL1lWmUmlphguIbWfjYey'],
    // The last four bits of the salt mean nothing.
    ['hello', '$2b$04$abcdefghijklmnopqrstuvwHJMEGjfAzmL1lWmUmlphguIbWfjYey'],
  ];
  for (const [password, value] of php) {
    for (const known of await knownOf({ format: 'bcrypt', value })) {
      expect((await quick.verify(known, sentAs(password, 'PLAIN'))).ok).toBe(true);
      expect((await quick.verify(known, sentAs(`${password} `, 'PLAIN'))).ok).toBe(false);
    }
  }
  for (const format of ['md5', 'md5-md5', 'md5-salt'] as const) {
    const old = oldPassword(format, '密码 hunter2');
    const upper = { ...old, value: old.value?.toUpperCase() };
    for (const known of await knownOf(upper)) {
      expect((await quick.verify(known, sentAs('密码 hunter2', 'MD5'))).ok).toBe(true);
    }
  }
});

test('bcrypt looks at 72 bytes as PHP does, and what lies behind them never becomes the password', async () => {
  const start = `${'密'.repeat(23)}abc`;
  const password = `${start} and more`;
  const value = hashSync(password, 4);
  const { ok, renewed } = await quick.verify(
    (await knownOf({ format: 'bcrypt', value }))[0],
    sentAs(password, 'PLAIN'),
  );
  expect([ok, renewed?.scheme]).toEqual([true, `bcrypt:${value.slice(0, 29)}`]);
  for (const sent of [password, start, `${start} and less`]) {
    expect((await quick.verify(renewed, sentAs(sent, 'PLAIN'))).ok).toBe(true);
  }
  expect((await quick.verify(renewed, sentAs(start.slice(0, -1), 'PLAIN'))).ok).toBe(false);
  // Of 72 bytes it has seen all: that one is kept as ours.
  const exact = await quick.verify(renewed, sentAs(start, 'PLAIN'));
  expect(exact.renewed?.scheme).toBe('md5');
});

describe('what an import refuses of a password', () => {
  const bcrypt = (cost: string) => `$2y$${cost}$${'a'.repeat(21)}u${'b'.repeat(31)}`;
  const argon2id = (parameters: string, salt = 'c2FsdHNhbHRzYWx0c2FsdA') =>
    `$argon2id$v=19$${parameters}$${salt}$${'A'.repeat(43)}`;

  test.each<[string, ImportedPassword, string]>([
    ['an MD5 of 31 digits', { format: 'md5', value: 'a'.repeat(31) }, 'value'],
    ['an MD5 that is not hexadecimal', { format: 'md5-md5', value: 'g'.repeat(32) }, 'value'],
    ['no value', { format: 'md5' }, 'value'],
    ['an empty value', { format: 'bcrypt', value: '' }, 'value'],
    ['no salt', { format: 'md5-salt', value: 'a'.repeat(32) }, 'salt'],
    ['a salt that cannot be stored', { format: 'md5-salt', value: 'a'.repeat(32), salt: 'a\0' }, 'salt'],
    ['a salt without end', { format: 'md5-salt', value: 'a'.repeat(32), salt: 'a'.repeat(129) }, 'salt'],
    ['a salt where none belongs', { format: 'md5', value: 'a'.repeat(32), salt: 'x' }, 'salt'],
    ['a bcrypt of the flawed kind', { format: 'bcrypt', value: bcrypt('10').replace('2y', '2x') }, 'value'],
    ['a bcrypt that is too dear', { format: 'bcrypt', value: bcrypt('15') }, 'value'],
    ['a bcrypt that is cut', { format: 'bcrypt', value: bcrypt('10').slice(0, -1) }, 'value'],
    ['argon2i', { format: 'argon2id', value: argon2id('m=19456,t=2,p=1').replace('2id', '2i') }, 'value'],
    [
      'an older argon2id',
      { format: 'argon2id', value: argon2id('m=8,t=2,p=1').replace('19', '16') },
      'value',
    ],
    ['4 GiB of memory', { format: 'argon2id', value: argon2id('m=4194304,t=1,p=1') }, 'value'],
    ['256 MiB of memory', { format: 'argon2id', value: argon2id('m=262144,t=1,p=1') }, 'value'],
    ['passes without end', { format: 'argon2id', value: argon2id('m=19456,t=99,p=1') }, 'value'],
    ['many lanes', { format: 'argon2id', value: argon2id('m=19456,t=2,p=8') }, 'value'],
    ['lanes with too little memory', { format: 'argon2id', value: argon2id('m=8,t=2,p=4') }, 'value'],
    [
      'a salt of half a byte',
      { format: 'argon2id', value: argon2id('m=19456,t=2,p=1', 'c2FsdHNhbHRzYWx0c') },
      'value',
    ],
    ['a scheme that is none', { format: 'argon2id', value: argon2id('m=64,t=1,p=1'), salt: 'sha1' }, 'salt'],
    [
      'a bcrypt too dear below argon2id',
      { format: 'argon2id', value: argon2id('m=64,t=1,p=1'), salt: `bcrypt:${bcrypt('31').slice(0, 29)}` },
      'salt',
    ],
  ])('%s is refused, by its field and without its value', (_, old, field) => {
    const refusal = (() => {
      try {
        return readImportedPassword(old);
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toMatchObject({ code: 'INVALID_INPUT', details: { field: `password.${field}` } });
    const told = String((refusal as Error).cause ?? '');
    expect(old.value && told.includes(old.value)).toBeFalsy();
  });

  test('an argon2id of another gateway is kept as it is, and none is no password', async () => {
    const value = await quick.hash('p4ssphrase', 'PLAIN');
    expect(stored({ format: 'argon2id', value })).toEqual({
      passwordHash: value,
      scheme: 'md5',
      keyId: null,
    });
    expect(readImportedPassword({ format: 'none' })).toBeNull();
  });
});

test('a sealed digest opens for its owner alone, under its key alone', () => {
  const old = oldPassword('md5', 'hunter2');
  const { passwordHash, keyId } = stored(old, 12);
  const row = { userId: 12, passwordHash, keyId: keyId ?? '' };
  expect(imported.open(row)).toBe(old.value);
  expect(() => imported.open({ ...row, userId: 13 })).toThrow();
  const other = new ImportedPasswords(new SecretBox(parseDataKeys(KEY.replace('k:', 'other:')) ?? []));
  expect(() => other.open(row)).toThrow('The data key k is not configured');
});

describe('cost', () => {
  /** The tasks of the hashing threads, in the order in which they were started. */
  function watchTasks() {
    const run = Piscina.prototype.run;
    const tasks: { cost?: number; setting?: string }[] = [];
    jest.spyOn(Piscina.prototype, 'run').mockImplementation(function (this: Piscina, task, options) {
      tasks.push(task);
      return run.call(this, task, options);
    });
    return tasks;
  }
  afterEach(() => jest.restoreAllMocks());

  test('while there is any bcrypt, a plain password costs one of the highest cost and an argon2id, whoever it is of', async () => {
    const all: (KnownPassword | null)[] = [null, { scheme: 'md5', hash: await quick.hash('p', 'PLAIN') }];
    for (const format of OLD_FORMATS) all.push(...(await knownOf(oldPassword(format, 'p'))));
    all.push(...(await knownOf(oldPassword('bcrypt', 'p', 5))));
    const tasks = watchTasks();
    for (const known of all) {
      tasks.length = 0;
      expect((await quick.verify(known, sentAs('wrong', 'PLAIN'), 6)).ok).toBe(false);
      expect(tasks.map((task) => task.cost ?? 'argon2id')).toEqual([6, 'argon2id']);
      tasks.length = 0;
      expect((await quick.verify(known, sentAs('wrong', 'MD5'), 6)).ok).toBe(false);
      expect(tasks.map((task) => task.cost ?? 'argon2id')).toEqual(['argon2id']);
    }
  });

  test('the first right password that was sealed costs no more than a wrong one', async () => {
    for (const format of OLD_FORMATS) {
      const [sealed] = await knownOf(oldPassword(format, 'p'));
      const before = quick.evaluations;
      expect((await quick.verify(sealed, sentAs('p', 'PLAIN'))).ok).toBe(true);
      expect(quick.evaluations - before).toBe(1);
    }
  });

  test('hashing in the background waits until a slot is free that no log-in waits for, and takes none', async () => {
    const narrow = new PasswordHasher({ ...loadConfig({}), ...QUICK_HASHES, PASSWORD_HASH_CONCURRENCY: 1 });
    const order: string[] = [];
    const done = (name: string) => () => void order.push(name);
    const logIn = (name: string) => narrow.verify(null, sentAs('p', 'PLAIN')).then(done(name));
    const first = logIn('first');
    const spare = narrow.hashSpare(md5('p')).then(done('spare'));
    await Promise.all([first, logIn('second'), logIn('third')]);
    expect(order).toEqual(['first', 'second', 'third']);
    await spare;

    // Held in its thread, it keeps no log-in from the only slot.
    const run = Piscina.prototype.run;
    let finish = () => {};
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    jest.spyOn(Piscina.prototype, 'run').mockImplementationOnce(async function (
      this: Piscina,
      task,
      options,
    ) {
      await held;
      return run.call(this, task, options);
    });
    const again = narrow.hashSpare(md5('p')).then(done('again'));
    await new Promise((resolve) => setImmediate(resolve));
    await logIn('fourth');
    finish();
    await again;
    expect(order.slice(3)).toEqual(['spare', 'fourth', 'again']);
  });
});
