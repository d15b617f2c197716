import type { z } from 'zod';
import {
  areDevelopmentKeys,
  isDevelopmentPepper,
  SETTINGS,
  type Settings,
  SHAPE,
} from './config.settings.js';
import { StartError } from './infra/start-error.js';

/** The settings of one process: typed, frozen, and complete before anything starts. */
export interface Config extends Readonly<Settings> {
  readonly API_DOCS: boolean;
  readonly PLAYGROUND: boolean;
  readonly PLUS_STANDALONE: boolean;
  /** True when no `DATABASE_URL` is set: PGlite inside this process. */
  readonly embeddedDatabase: boolean;
  /** True when no `REDIS_URL` is set: the in-process stand-in. */
  readonly embeddedRedis: boolean;
  readonly production: boolean;
}

/** Every missing or invalid setting at once, one per line, never with its value. */
export class ConfigError extends StartError {
  override readonly name = 'ConfigError';

  constructor(readonly problems: string[]) {
    super(`The configuration is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

type Problems = Map<string, string>;
/** The texts of the environment, by the names of settings. */
type Given = Record<string, string | undefined>;

/** An empty variable is an unset one: that is how compose files and shells say "none". */
const givenIn = (env: NodeJS.ProcessEnv): Given =>
  Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, env[name] || undefined]));

/** The first reason of each setting that cannot be read. */
function problemsOf({ issues }: Pick<z.ZodError, 'issues'>): Problems {
  const problems: Problems = new Map();
  for (const { path, message } of issues) {
    const name = String(path[0]);
    if (!problems.has(name)) problems.set(name, message);
  }
  return problems;
}

/** Those that can be read beside others that cannot: what depends on them is looked at all the same. */
const readable = (given: Given, problems: Problems): Partial<Settings> =>
  SHAPE.partial().parse(Object.fromEntries(Object.entries(given).filter(([name]) => !problems.has(name))));

/** What each provider of SMS cannot do without. */
const SMS_SETTINGS = {
  log: [],
  webhook: ['SMS_WEBHOOK_URL'],
  aliyun: [
    'ALIYUN_SMS_ACCESS_KEY_ID',
    'ALIYUN_SMS_ACCESS_KEY_SECRET',
    'ALIYUN_SMS_SIGN',
    'ALIYUN_SMS_TEMPLATES',
  ],
  tencent: [
    'TENCENT_SMS_SECRET_ID',
    'TENCENT_SMS_SECRET_KEY',
    'TENCENT_SMS_APP_ID',
    'TENCENT_SMS_SIGN',
    'TENCENT_SMS_TEMPLATES',
  ],
} as const satisfies Record<Settings['SMS_PROVIDER'][number], readonly (keyof Settings)[]>;

function requireTogether(settings: Partial<Settings>, problems: Problems): void {
  const sms = settings.SMS_PROVIDER ?? [];
  if (sms.includes('log') && sms.length > 1) problems.set('SMS_PROVIDER', 'log stands alone');
  for (const provider of sms) {
    for (const name of SMS_SETTINGS[provider]) {
      if (!settings[name] && !problems.has(name)) problems.set(name, `required by SMS_PROVIDER=${provider}`);
    }
  }
  if (settings.MAIL_PROVIDER === 'webhook' && !settings.MAIL_WEBHOOK_URL) {
    problems.set('MAIL_WEBHOOK_URL', 'required by MAIL_PROVIDER=webhook');
  }
  if (settings.TRUSTED_DOCUMENTS_ONLY && !settings.TRUSTED_DOCUMENTS) {
    problems.set('TRUSTED_DOCUMENTS', 'required by TRUSTED_DOCUMENTS_ONLY=on');
  }
  for (const name of ['SMTP_URL', 'MAIL_FROM'] as const) {
    if (settings.MAIL_PROVIDER === 'smtp' && !settings[name] && !problems.has(name)) {
      problems.set(name, 'required by MAIL_PROVIDER=smtp');
    }
  }
}

/** The settings that name an old server. */
const UPSTREAMS = [
  'UPSTREAM_ANLIFE',
  'UPSTREAM_ACCOUNT',
  'UPSTREAM_PLUS',
  'UPSTREAM_MEMBER',
  'UPSTREAM_OPEN',
  'UPSTREAM',
] as const;

/** Settings that development may do without, and production may not. */
function requireForProduction(settings: Partial<Settings>, problems: Problems): void {
  const refuse = (name: keyof Settings, when: boolean, reason: string) => {
    if (when && !problems.has(name)) problems.set(name, reason);
  };
  for (const name of ['DATABASE_URL', 'REDIS_URL', 'PUBLIC_URL'] as const) {
    refuse(name, !settings[name], 'required in production');
  }
  refuse('PASSWORD_PEPPER', isDevelopmentPepper(settings.PASSWORD_PEPPER ?? ''), 'required in production');
  refuse('DATA_KEYS', areDevelopmentKeys(settings.DATA_KEYS ?? []), 'required in production');
  const passes = UPSTREAMS.some((name) => settings[name]);
  refuse('UPSTREAM_SECRET', passes && !settings.UPSTREAM_SECRET, 'required in production with any UPSTREAM');
  refuse('SMS_PROVIDER', Boolean(settings.SMS_PROVIDER?.includes('log')), 'log is for development only');
  refuse('MAIL_PROVIDER', settings.MAIL_PROVIDER === 'log', 'log is for development only');
  refuse('CAPTCHA_ANSWER', settings.CAPTCHA_ANSWER !== undefined, 'for development only');
  refuse('RATE_LIMIT', settings.RATE_LIMIT === false, 'off is for tests and benchmarks only');
}

/** Put into the URL escaped, whatever is in it. */
function withPassword(url: string | undefined, password: string | undefined): string | undefined {
  if (!url || !password) return url;
  const complete = new URL(url);
  complete.password = encodeURIComponent(password);
  return complete.href;
}

/** Reads the environment. Throws a {@link ConfigError} that names every problem. */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const production = env.NODE_ENV === 'production';
  const given = givenIn(env);
  const read = SHAPE.safeParse(given);
  const problems = problemsOf(read.error ?? { issues: [] });
  const settings = read.success ? read.data : readable(given, problems);
  requireTogether(settings, problems);
  if (production) requireForProduction(settings, problems);
  if (!read.success || problems.size > 0) {
    throw new ConfigError([...problems].map(([name, problem]) => `${name}: ${problem}`));
  }

  const complete = read.data;
  return Object.freeze({
    ...complete,
    DATABASE_URL: withPassword(complete.DATABASE_URL, complete.DATABASE_PASSWORD),
    API_DOCS: complete.API_DOCS ?? !production,
    PLAYGROUND: complete.PLAYGROUND ?? !production,
    PLUS_STANDALONE: complete.PLUS_STANDALONE ?? !complete.UPSTREAM_PLUS,
    production,
    embeddedDatabase: !complete.DATABASE_URL,
    embeddedRedis: !complete.REDIS_URL,
  });
}
