import fc from 'fast-check';
import { ConfigError, loadConfig } from '../../src/config.js';
import { SETTINGS } from '../../src/config.settings.js';
import { PRODUCTION as PRODUCTION_WITHOUT_MAIL } from '../support/production.js';

const problemsOf = (env: NodeJS.ProcessEnv): string[] => {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

/** The settings that the problems are about. */
const namesOf = (env: NodeJS.ProcessEnv): string[] =>
  problemsOf(env).map((problem) => problem.split(':')[0] ?? '');

const PRODUCTION = {
  ...PRODUCTION_WITHOUT_MAIL,
  MAIL_PROVIDER: 'webhook',
  MAIL_WEBHOOK_URL: 'https://mail.example.com/send',
};

/** A value that each of these settings cannot have. */
const INVALID: Record<string, string> = {
  PORT: '65536',
  PUBLIC_URL: 'ftp://example.com',
  DATABASE_URL: 'mysql://localhost/x',
  DATABASE_POOL: '1',
  REDIS_URL: 'http://localhost',
  LOG_LEVEL: 'loud',
  PLAYGROUND: 'yes',
  TRUSTED_PROXIES: '10.0.0.0/33',
  INTERNAL_NETWORKS: 'localhost',
  CORS_ORIGINS: 'https://app.example.com/',
  RATE_LIMIT: '1',
  RATE_LIMIT_PER_MINUTE: '-1',
  SHUTDOWN_SECONDS: '1.5',
  PASSWORD_PEPPER: 'short',
  DATA_KEYS: 'no key',
  PLUS_JWT_SECRET: 'fifteen letters',
  PASSWORD_HASH_MEMORY_KIB: '1024',
  PASSWORD_HASH_ITERATIONS: '1',
  CODE_TTL_SECONDS: '1e3',
  CAPTCHA_ANSWER: 'a b',
  SMS_PROVIDER: 'pigeon',
  SMS_WEBHOOK_URL: 'sms.example.com',
  SMTP_URL: 'smtp://mail.example.com/?secure=no',
  MAIL_FROM: 'nobody',
  THIRD_PARTY_TIMEOUT_MS: '0',
};

test('the configuration without any setting embeds everything, for development', () => {
  const config = loadConfig({});
  expect(config).toMatchObject({
    HOST: '127.0.0.1',
    PORT: 4000,
    DATA_DIR: '.data',
    SMS_PROVIDER: ['log'],
    MAIL_PROVIDER: 'log',
    RATE_LIMIT: true,
    PLAYGROUND: true,
    TRUSTED_PROXIES: [],
    embeddedDatabase: true,
    embeddedRedis: true,
    production: false,
  });
});

test('the configuration is frozen', () => {
  const config = loadConfig({});
  expect(Object.isFrozen(config)).toBe(true);
  expect(() => Object.assign(config, { PORT: 1 })).toThrow(TypeError);
});

test('an empty variable is an unset setting', () => {
  const empty = Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, '']));
  expect(loadConfig(empty)).toEqual(loadConfig({}));
});

test('the configuration reports every problem at once, and no value', () => {
  fc.assert(
    fc.property(fc.subarray(Object.keys(INVALID), { minLength: 1 }), (wrong) => {
      const problems = problemsOf(Object.fromEntries(wrong.map((name) => [name, INVALID[name]])));
      expect(problems.map((problem) => problem.split(':')[0]).toSorted()).toEqual(wrong.toSorted());
      const told = problems.map((problem) => problem.slice(problem.indexOf(':') + 1)).join('\n');
      for (const name of wrong.filter((one) => /URL|PEPPER|KEYS|JWT/.test(one)))
        expect(told).not.toContain(INVALID[name]);
    }),
  );
});

test('the message about a wrong configuration lists the problems line by line', () => {
  expect(() => loadConfig({ PORT: 'x', LOG_LEVEL: 'loud' })).toThrow(
    /^The configuration is not usable:\n {2}- PORT: .+\n {2}- LOG_LEVEL: .+$/,
  );
});

test('every numeric setting takes its bounds and nothing beyond', () => {
  for (const [value, wrong] of [
    ['0', false],
    ['65535', false],
    ['65536', true],
    ['-1', true],
    ['4e3', true],
    [' 80', true],
  ] as const) {
    expect(namesOf({ PORT: value })).toEqual(wrong ? ['PORT'] : []);
  }
});

test.each(['*', 'app.example.com', 'https://App.example.com', 'https://app.example.com/app', 'null'])(
  'the origin %s is refused, because no browser sends it',
  (origin) => {
    expect(namesOf({ CORS_ORIGINS: `https://a.example,${origin}` })).toEqual(['CORS_ORIGINS']);
  },
);

test('an allowed origin may have a port, or be that of an app', () => {
  const origins = ['http://localhost:8080', 'capacitor://localhost', 'http://[::1]:3000'];
  expect(loadConfig({ CORS_ORIGINS: origins.join() }).CORS_ORIGINS).toEqual(origins);
});

test('settings with lists are split at commas, URLs lose their last slash, switches are read', () => {
  const config = loadConfig({
    TRUSTED_PROXIES: ' 10.0.0.0/8 , ::1,',
    CORS_ORIGINS: 'https://a.example,https://b.example',
    PUBLIC_URL: 'https://user.example.com/',
    PLAYGROUND: 'off',
    RATE_LIMIT: 'off',
  });
  expect(config).toMatchObject({
    TRUSTED_PROXIES: ['10.0.0.0/8', '::1'],
    CORS_ORIGINS: ['https://a.example', 'https://b.example'],
    PUBLIC_URL: 'https://user.example.com',
    PLAYGROUND: false,
    RATE_LIMIT: false,
  });
});

test('a DATABASE_PASSWORD of any characters is put into the URL of the database', () => {
  const DATABASE_PASSWORD = 'p@ss/w#rd?%41:ü $';
  const { DATABASE_URL = '' } = loadConfig({
    DATABASE_URL: 'postgres://gateway:other@postgres:5432/gateway?sslmode=verify-full',
    DATABASE_PASSWORD,
  });
  const { host, pathname, search, username, password } = new URL(DATABASE_URL);
  expect({ host, pathname, search, username }).toEqual({
    host: 'postgres:5432',
    pathname: '/gateway',
    search: '?sslmode=verify-full',
    username: 'gateway',
  });
  expect(decodeURIComponent(password)).toBe(DATABASE_PASSWORD);
});

test.each(['p@ss/w#rd', 'a/b', 'a#b', 'a?b', 'p%ss'])(
  'the password %s in a URL is refused as not percent-encoded, without being shown',
  (password) => {
    const problems = problemsOf({
      DATABASE_URL: `postgres://gateway:${password}@postgres:5432/gateway`,
      REDIS_URL: `redis://:${password}@redis:6379`,
    });
    const must = 'must be a whole URL: percent-encode what is neither letter nor digit in its password';
    expect(problems).toEqual([`DATABASE_URL: ${must}`, `REDIS_URL: ${must}`]);
    const encoded = encodeURIComponent(password);
    expect(namesOf({ DATABASE_URL: `postgres://gateway:${encoded}@postgres:5432/gateway` })).toEqual([]);
  },
);

test('a webhook provider needs its address', () => {
  expect(namesOf({ SMS_PROVIDER: 'webhook', MAIL_PROVIDER: 'webhook' })).toEqual([
    'SMS_WEBHOOK_URL',
    'MAIL_WEBHOOK_URL',
  ]);
});

test('mail by SMTP needs its server and its sender, each reported once', () => {
  expect(namesOf({ MAIL_PROVIDER: 'smtp' })).toEqual(['SMTP_URL', 'MAIL_FROM']);
  expect(namesOf({ MAIL_PROVIDER: 'smtp', SMTP_URL: 'x', MAIL_FROM: 'a@example.com' })).toEqual(['SMTP_URL']);
  const config = loadConfig({ MAIL_PROVIDER: 'smtp', SMTP_URL: 'smtp://mail', MAIL_FROM: 'a@example.com' });
  expect(config.SMTP_URL).toEqual({ host: 'mail', port: 587, secure: false });
});

test('nothing but a list of documents needs the list', () => {
  expect(namesOf({ TRUSTED_DOCUMENTS_ONLY: 'on' })).toEqual(['TRUSTED_DOCUMENTS']);
  expect(loadConfig({ TRUSTED_DOCUMENTS_ONLY: 'on', TRUSTED_DOCUMENTS: 'x.json' }).TRUSTED_DOCUMENTS).toBe(
    'x.json',
  );
});

describe('production', () => {
  test('production refuses to start without what development may do without', () => {
    expect(namesOf({ NODE_ENV: 'production' }).toSorted()).toEqual([
      'DATABASE_URL',
      'DATA_KEYS',
      'MAIL_PROVIDER',
      'PASSWORD_PEPPER',
      'PUBLIC_URL',
      'REDIS_URL',
      'SMS_PROVIDER',
    ]);
  });

  test('production starts with all of its settings, without the playground', () => {
    expect(loadConfig(PRODUCTION)).toMatchObject({
      production: true,
      PLAYGROUND: false,
      embeddedDatabase: false,
      embeddedRedis: false,
    });
    expect(loadConfig({ ...PRODUCTION, PLAYGROUND: 'on' }).PLAYGROUND).toBe(true);
  });

  test.each([
    ['CAPTCHA_ANSWER', 'abcd'],
    ['RATE_LIMIT', 'off'],
    ['SMS_PROVIDER', 'log'],
    ['MAIL_PROVIDER', 'log'],
  ])('production refuses %s=%s', (name, value) => {
    expect(namesOf({ ...PRODUCTION, [name]: value })).toEqual([name]);
  });

  test('production reports missing and wrong settings together, each once', () => {
    const wrong = { NODE_ENV: 'production', PORT: 'x', REDIS_URL: 'x', PASSWORD_PEPPER: 'short' };
    const names = namesOf(wrong);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(['PORT', 'REDIS_URL', 'DATABASE_URL', 'PASSWORD_PEPPER']));
  });
});

test.each([
  ['aliyun,tencent,pigeon', ['SMS_PROVIDER']],
  ['tencent,tencent', ['SMS_PROVIDER']],
  [
    'log,aliyun',
    ['SMS_PROVIDER', ...['ACCESS_KEY_ID', 'ACCESS_KEY_SECRET', 'SIGN', 'TEMPLATES'].map(aliyun)],
  ],
  [
    'webhook,aliyun',
    ['SMS_WEBHOOK_URL', ...['ACCESS_KEY_ID', 'ACCESS_KEY_SECRET', 'SIGN', 'TEMPLATES'].map(aliyun)],
  ],
])('SMS by %s need %j', (providers, names) => expect(namesOf({ SMS_PROVIDER: providers })).toEqual(names));

function aliyun(name: string): string {
  return `ALIYUN_SMS_${name}`;
}
