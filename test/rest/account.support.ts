import { type LoneApp, startTestApp } from '../support/app.js';
import { freshPhone } from '../support/client.js';

/** The error codes of the account module and their texts, as `account.md` and docs/decisions.md list them. */
const MESSAGES = {
  1001: '参数错误',
  1002: '未登录',
  1010: '操作过于频繁',
  1099: '系统错误',
  3100: '账号或密码错误',
  3101: '账号已锁定',
  3200: '验证码错误',
  3201: '手机号输入有误',
  3202: '密码不符合规则',
  3203: '系统错误',
  3300: '图片格式不正确',
  3301: '图片过大',
  3302: '图片过小',
  3400: '手机号已注册',
  3401: '邮箱已被占用',
} as const;

export type AccountError = keyof typeof MESSAGES;

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the test is about.
  body: any;
}

/** A refused log-in: its code is a number, as that of its success is. */
export const loginFailed = (code: AccountError, msg: string = MESSAGES[code], status = 200): Answer => ({
  status,
  body: { code, msg, data: {} },
});

/** A refusal of every other URL: its code is a string. */
export const failed = (code: AccountError, msg: string = MESSAGES[code], status = 200): Answer => ({
  status,
  body: { code: String(code), msg, data: {} },
});

export const succeeded = (data: unknown): Answer => ({
  status: 200,
  body: { code: '000000', msg: 'success', data },
});

export type Params = Record<string, unknown>;
export type Send = (path: string, params?: Params, headers?: Record<string, string>) => Promise<Answer>;

const read = async (response: Response): Promise<Answer> => ({
  status: response.status,
  body: await response.json(),
});

const fill = <Form extends FormData | URLSearchParams>(form: Form, params: Params): Form => {
  for (const [name, value] of Object.entries(params)) form.append(name, String(value));
  return form;
};

export const PASSWORD = 'abc12345';

/** A person who registered at this door. */
export interface Person {
  uid: string;
  phone: string;
  password: string;
  token: string;
}

/** The ways in which a client may send its parameters to the gateway at `url`; `path` is below `/user`. */
export const clientOf = (url: string) => {
  const post = (
    path: string,
    body: string | FormData | URLSearchParams | null,
    headers: Record<string, string>,
  ) => fetch(`${url}/user${path}`, { method: 'POST', body, headers }).then(read);
  return {
    form: ((path, params = {}, headers = {}) =>
      post(path, fill(new URLSearchParams(), params), headers)) as Send,
    json: ((path, params = {}, headers = {}) =>
      post(path, JSON.stringify(params), { 'content-type': 'application/json', ...headers })) as Send,
    multipart: ((path, params = {}, headers = {}) =>
      post(path, fill(new FormData(), params), headers)) as Send,
    query: ((path, params = {}, headers = {}) =>
      post(`${path}?${fill(new URLSearchParams(), params)}`, null, headers)) as Send,
  };
};

export interface AccountApp extends LoneApp, ReturnType<typeof clientOf> {
  /** A new account with a session. */
  person(): Promise<Person>;
  login(account: string, password?: string): Promise<Answer>;
}

/** `test/support`'s gateway, with limits out of the way of tests that are not about them. */
export async function startAccount(settings: Record<string, string> = {}): Promise<AccountApp> {
  const app = await startTestApp({ CODE_IP_DAILY_LIMIT: '10000', GUARD_IP_HOURLY: '10000', ...settings });
  const client = clientOf(app.url);
  const login: AccountApp['login'] = (account, password = PASSWORD) =>
    client.form('/login', { user_type: 1, account, password });
  return {
    ...app,
    ...client,
    login,
    person: async () => {
      const phone = freshPhone();
      const verifycode = await app.client.sendCode(phone, ['REGISTER']);
      const { body } = await client.form('/register', { phone, password: PASSWORD, verifycode });
      const { token } = (await login(phone)).body.data.user_info;
      return { uid: body.data.uid, phone, password: PASSWORD, token };
    },
  };
}
