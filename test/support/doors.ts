import { type Client, md5 } from './client.js';

/** What became of a try, in the same words for every door. */
export type Outcome = 'ok' | 'wrong' | 'locked' | 'captcha' | 'unavailable' | (string & {});

export interface Attempt {
  account: string;
  password: string;
  /** The address that the gateway is to see; needs `TRUSTED_PROXIES=127.0.0.1`. */
  source?: string;
}

export type DoorToTry = (client: Client, attempt: Attempt) => Promise<Outcome>;

const CODES: Readonly<Record<string, Outcome>> = {
  CREDENTIALS_INVALID: 'wrong',
  ACCOUNT_LOCKED: 'locked',
  CAPTCHA_REQUIRED: 'captcha',
  SERVICE_UNAVAILABLE: 'unavailable',
};

const ANLIFE_NUMBERS: Readonly<Record<number, Outcome>> = {
  1008: 'wrong',
  1009: 'locked',
  1099: 'unavailable',
};

export const headersFrom = (source: string | undefined): Record<string, string> =>
  source === undefined ? {} : { 'x-forwarded-for': source };

export const codeOutcome = (code: string | undefined): Outcome => (code ? (CODES[code] ?? code) : 'ok');

const LOGIN = 'mutation ($input: LoginInput!) { login(input: $input) { token user { id } } }';

/** One log-in in one GraphQL request. */
export const graphqlDoor: DoorToTry = async (client, { account, password, source }) => {
  const input = { account, password };
  const { errors } = await client.graphql(LOGIN, { input }, { headers: headersFrom(source) });
  return codeOutcome(errors?.[0]?.extensions.code);
};

/** 接口1 of anlife, which sends the MD5. */
export const anlifeDoor: DoorToTry = async (client, { account, password, source }) => {
  const form = { phone: account, password: md5(password) };
  const { body } = await client.legacy(
    'POST',
    '/anlife/v1.0/user/loginAndGetUserInfo',
    form,
    headersFrom(source),
  );
  return body.datas?.auth_token ? 'ok' : (ANLIFE_NUMBERS[body.error_code] ?? String(body.error_code));
};

const ACCOUNT_NUMBERS: Readonly<Record<number, Outcome>> = {
  1000: 'ok',
  1099: 'unavailable',
  3100: 'wrong',
  3101: 'locked',
};

/** 3.1 of the account module. */
export const accountDoor: DoorToTry = async (client, { account, password, source }) => {
  const form = { user_type: 1, account, password };
  const { body } = await client.legacy('POST', '/user/login', form, headersFrom(source));
  return ACCOUNT_NUMBERS[body.code] ?? String(body.code);
};

const MEMBER_REASONS: Readonly<Record<string, Outcome>> = {
  登录成功: 'ok',
  账号或密码错误: 'wrong',
  请输入图片验证码: 'captcha',
  '账号已锁定，请稍后再试': 'locked',
  '服务繁忙，请稍后再试': 'unavailable',
};

/** 一.6 of the member centre, asked for JSON. */
export const memberDoor: DoorToTry = async (client, { account, password, source }) => {
  const headers = { accept: 'application/json', ...headersFrom(source) };
  const form = { username: account, password };
  const { body } = await client.legacy('POST', '/api/login/submit', form, headers);
  return MEMBER_REASONS[body.msg] ?? body.msg;
};

/** POST auth/login of ThinkSNS+. */
export const plusDoor: DoorToTry = async (client, { account, password, source }) => {
  const form = { login: account, password };
  const { status } = await client.legacy('POST', '/api/v2/auth/login', form, headersFrom(source));
  return (
    ({ 200: 'ok', 422: 'wrong', 429: 'locked', 503: 'unavailable' } as Record<number, Outcome>)[status] ??
    String(status)
  );
};

export const PASSWORD_DOORS: readonly [string, DoorToTry][] = [
  ['GraphQL', graphqlDoor],
  ['anlife', anlifeDoor],
  ['account', accountDoor],
  ['member', memberDoor],
  ['plus', plusDoor],
];

/**
 * Several log-ins as aliases of one GraphQL request, at most ten. They run one after the other, and the first that
 * fails ends the request, because what a log-in answers cannot be null: the rest is `skipped`.
 */
export async function graphqlAliases(
  client: Client,
  attempts: readonly Attempt[],
  source?: string,
): Promise<Outcome[]> {
  const fields = attempts.map(
    ({ account, password }, index) =>
      `try${index}: login(input: { account: ${JSON.stringify(account)}, password: ${JSON.stringify(password)} }) { token }`,
  );
  const query = `mutation { ${fields.join('\n')} }`;
  const { errors = [] } = await client.graphql(query, {}, { headers: headersFrom(source) });
  const [error] = errors as { path?: [string]; extensions: { code: string } }[];
  const failed = error ? Number(error.path?.[0].slice('try'.length)) : attempts.length;
  return attempts.map((_, index) => {
    if (index === failed) return codeOutcome(error?.extensions.code);
    return index < failed ? 'ok' : 'skipped';
  });
}
