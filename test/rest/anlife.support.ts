import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type LoneApp, startTestApp } from '../support/app.js';
import { freshPhone, md5 } from '../support/client.js';

/** The error codes of anlife and their texts, as docs/decisions.md lists them. */
const MESSAGES = {
  1001: '参数错误',
  1002: '未登录或登录已失效',
  1003: '没有权限',
  1004: '用户不存在',
  1005: '手机号格式不正确',
  1006: '手机号已被注册',
  1007: '验证码错误或已过期',
  1008: '账号或密码错误',
  1009: '账号已锁定',
  1010: '操作过于频繁',
  1011: '两次输入的密码不一致',
  1012: '第三方授权失败',
  1013: '图片不符合要求',
  1014: '没有可用版本',
  1099: '系统错误',
} as const;

export type AnlifeError = keyof typeof MESSAGES;

/** What a refusal looks like: nothing but the two documented keys, and 200 unless the server is at fault. */
export const failed = (error_code: AnlifeError, status = 200) => ({
  status,
  body: { error_code, error_msg: MESSAGES[error_code] },
});

/** What a user without a community has. */
export const NO_COMMUNITY = { id: 0, name: '', city_id: 0 };

export const succeeded = (datas: unknown) => ({ status: 200, body: { datas } });

export type Params = Record<string, string | number>;

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the test is about.
  body: any;
}

/** An account as the app knows it; `password` is what it sends, the MD5. */
export interface Member {
  user_id: number;
  auth_token: string;
  phone: string;
  password: string;
}

export const SECRET = md5('secret of the app');
export const OTHER_SECRET = md5('another secret');
/** A gateway with the app's client in front of it. */
export interface AnlifeApp extends LoneApp {
  /** `path` is below `/anlife/v1.0`. */
  get(path: string, params?: Params, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, params?: Params, headers?: Record<string, string>): Promise<Answer>;
  /** Asks for a code at one of the three doors and reads it where it was sent. */
  codeFrom(door: 'getRegisterSms' | 'getBindPhoneSms' | 'getFindPwdSms', phone: string): Promise<string>;
  /** A new account. */
  member(phone?: string): Promise<Member>;
  login(phone: string, password: string): Promise<Answer>;
  /** Whether a token still opens its user's record. */
  isLoggedIn(token: string): Promise<boolean>;
  /** Everything a request could have changed, to compare. */
  state(): Promise<unknown>;
  /** The files that are stored now, finished or not. */
  storedFiles(): Promise<string[]>;
}

async function filesUnder(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

const TABLES = ['users', 'credentials', 'identities', 'sessions', 'images', 'user_hobbies'];

/** `test/support`'s gateway, with limits out of the way of tests that are not about them. */
export async function startAnlife(settings: Record<string, string> = {}): Promise<AnlifeApp> {
  const app = await startTestApp({ CODE_IP_DAILY_LIMIT: '10000', GUARD_IP_HOURLY: '10000', ...settings });
  const call = async (
    method: 'GET' | 'POST',
    path: string,
    params?: Params,
    headers?: Record<string, string>,
  ) => {
    const { status, body } = await app.client.legacy(method, `/anlife/v1.0${path}`, params, headers);
    return { status, body };
  };
  const get: AnlifeApp['get'] = (path, params, headers) => call('GET', path, params, headers);
  const post: AnlifeApp['post'] = (path, params, headers) => call('POST', path, params, headers);
  const storedFiles = () => filesUnder(path.join(app.world.dataDir, 'storage'));
  const codeFrom: AnlifeApp['codeFrom'] = async (door, phone) => {
    expect(await get(`/user/${door}`, { phone })).toEqual(succeeded(1));
    return app.inbox.code(phone);
  };
  return {
    ...app,
    get,
    post,
    codeFrom,
    member: async (phone = freshPhone()) => {
      const sms_code = await codeFrom('getRegisterSms', phone);
      const { body } = await post('/user/register', { phone, password: SECRET, sms_code });
      return { ...body.datas, phone, password: SECRET };
    },
    login: (phone, password) => post('/user/loginAndGetUserInfo', { phone, password }),
    isLoggedIn: async (token) => (await app.client.data('{ me { id } }', {}, token)).me !== null,
    state: async () => {
      const rows = await Promise.all(
        TABLES.map((table) => app.sql(`select t::text from ${table} t order by 1`)),
      );
      return { rows, files: await storedFiles(), letters: app.inbox.letters.length };
    },
    storedFiles,
  };
}
