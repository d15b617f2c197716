import { areDevelopmentKeys, isDevelopmentPepper, SETTINGS, type Settings } from './config.settings.js';
import { StartError } from './infra/start-error.js';

/** The settings of one process: typed, frozen, and complete before anything starts. */
export interface Config extends Readonly<Settings> {
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

function readSettings(env: NodeJS.ProcessEnv, problems: Problems): Partial<Settings> {
  const settings: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(SETTINGS)) {
    // An empty variable is an unset one: that is how compose files and shells say "none".
    const parsed = schema.safeParse(env[name] || undefined);
    if (parsed.success) settings[name] = parsed.data;
    else problems.set(name, parsed.error.issues[0]?.message ?? 'invalid');
  }
  return settings as Partial<Settings>;
}

function requireTogether(settings: Partial<Settings>, problems: Problems): void {
  for (const channel of ['SMS', 'MAIL'] as const) {
    if (settings[`${channel}_PROVIDER`] === 'webhook' && !settings[`${channel}_WEBHOOK_URL`]) {
      problems.set(`${channel}_WEBHOOK_URL`, `required by ${channel}_PROVIDER=webhook`);
    }
  }
  for (const name of ['SMTP_URL', 'MAIL_FROM'] as const) {
    if (settings.MAIL_PROVIDER === 'smtp' && !settings[name] && !problems.has(name)) {
      problems.set(name, 'required by MAIL_PROVIDER=smtp');
    }
  }
}

/** What development may do without, and production may not. */
function requireForProduction(settings: Partial<Settings>, problems: Problems): void {
  const refuse = (name: keyof Settings, when: boolean, reason: string) => {
    if (when && !problems.has(name)) problems.set(name, reason);
  };
  for (const name of ['DATABASE_URL', 'REDIS_URL', 'PUBLIC_URL'] as const) {
    refuse(name, !settings[name], 'required in production');
  }
  refuse('PASSWORD_PEPPER', isDevelopmentPepper(settings.PASSWORD_PEPPER ?? ''), 'required in production');
  refuse('DATA_KEYS', areDevelopmentKeys(settings.DATA_KEYS ?? []), 'required in production');
  refuse('SMS_PROVIDER', settings.SMS_PROVIDER === 'log', 'log is for development only');
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
  const problems: Problems = new Map();
  const production = env.NODE_ENV === 'production';
  const settings = readSettings(env, problems);
  requireTogether(settings, problems);
  if (production) requireForProduction(settings, problems);
  if (problems.size > 0) throw new ConfigError([...problems].map(([name, problem]) => `${name}: ${problem}`));

  const complete = settings as Settings;
  return Object.freeze({
    ...complete,
    DATABASE_URL: withPassword(complete.DATABASE_URL, complete.DATABASE_PASSWORD),
    API_DOCS: complete.API_DOCS ?? !production,
    PLAYGROUND: complete.PLAYGROUND ?? !production,
    production,
    embeddedDatabase: !complete.DATABASE_URL,
    embeddedRedis: !complete.REDIS_URL,
  });
}
