import { startTestApp } from '../support/app.js';
import { freshPhone, PASSWORD } from '../support/client.js';
import { bearer } from '../support/graphql-http.js';
import { freshName } from '../support/operations.js';

/** The bodies of ThinkSNS+ for what it refuses. */

export interface PlusAnswer {
  status: number;
  /** Undefined when there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the test is about.
  body: any;
}

/** 422 of a field's rule. */
export const invalid = (field: string, text: unknown = expect.any(String)): PlusAnswer => ({
  status: 422,
  body: { message: '提交的信息验证错误', errors: { [field]: [text] } },
});

/** What a field is told directly: taken values, a wrong old password. */
export const taken = (field: string, text = '已经被使用'): PlusAnswer => ({
  status: 422,
  body: { [field]: [text] },
});

/** A refusal "by hand". */
export const refused = (text: string, status = 422): PlusAnswer => ({ status, body: { message: [text] } });

export const said = (text: string, status: number): PlusAnswer => ({ status, body: { message: text } });

export const NO_CONTENT: PlusAnswer = { status: 204, body: undefined };
export const UNAUTHENTICATED = said('Unauthenticated.', 401);
export const FORBIDDEN = said('你没有权限执行该操作', 403);
export const NOT_FOUND = said('内容不存在', 404);
export const TOO_MANY = said('Too Many Attempts.', 429);
/** At log-in and registration a refusal is a text; clients show it as it is. */
export const WRONG_LOGIN = said('账号或密码不正确', 422);
export const WRONG_CODE_FIRST = said('验证码错误或者已失效', 422);
export const WRONG_CODE = refused('验证码错误或者已失效');

/** The three places where parameters can be, on every verb. */
export const WIRES = ['json', 'form', 'query'] as const;
export type Wire = (typeof WIRES)[number];

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface PlusRequest {
  /** Without any the request has no body. */
  params?: Record<string, unknown>;
  /** JSON when left out, but the query of a GET. */
  wire?: Wire;
  token?: string;
  /** Bytes in the place of parameters, with what says of which type they are. */
  raw?: Buffer;
  headers?: Record<string, string>;
}

export interface Member {
  id: number;
  name: string;
  phone: string;
  token: string;
}

/** A session as GraphQL sees it: whose it is, or null. */
const ME = '{ me { id name phone email emailVerified } }';

async function request(
  url: string,
  method: Method,
  { params, wire, token, raw, headers: more }: PlusRequest,
) {
  const headers: Record<string, string> = { ...bearer(token), ...more };
  if (!params) return fetch(url, { method, headers, body: raw && new Uint8Array(raw) });
  const where = wire ?? (method === 'GET' ? 'query' : 'json');
  const form = () => new URLSearchParams(params as Record<string, string>);
  if (where === 'query') return fetch(`${url}?${form()}`, { method, headers });
  if (where === 'form') return fetch(url, { method, headers, body: form() });
  headers['content-type'] = 'application/json';
  return fetch(url, { method, headers, body: JSON.stringify(params) });
}

/** One request to a gateway; `path` is below `/api/v2`. */
export async function send(
  base: string,
  method: Method,
  path: string,
  options: PlusRequest = {},
): Promise<PlusAnswer & { headers: Headers }> {
  const response = await request(`${base}/api/v2${path}`, method, options);
  const text = await response.text();
  return {
    status: response.status,
    body: text === '' ? undefined : JSON.parse(text),
    headers: response.headers,
  };
}

/** A gateway with a ThinkSNS+ client in front of it, and limits out of the way of tests that are not about them. */
export async function startPlus(settings: Record<string, string> = {}) {
  const limits = { GUARD_IP_HOURLY: '10000' };
  const app = await startTestApp({ ...limits, ...settings });
  const call = async (method: Method, path: string, options: PlusRequest = {}): Promise<PlusAnswer> => {
    const { status, body } = await send(app.url, method, path, options);
    return { status, body };
  };
  const sendCode = async (door: string, to: string): Promise<string> => {
    const params = to.includes('@') ? { email: to } : { phone: to };
    const answer = await call('POST', door, { params });
    if (answer.status !== 202) throw new Error(`no code for ${to}: ${JSON.stringify(answer)}`);
    return app.inbox.code(to);
  };
  return {
    ...app,
    call,
    /** A code for what nobody has: REGISTER and BIND. */
    codeForNew: (to: string) => sendCode('/verifycodes/register', to),
    /** A code for what an account has: LOGIN, RETRIEVE and UNBIND. */
    codeForKnown: (to: string) => sendCode('/verifycodes', to),
    /** A new account with a name, a phone and {@link PASSWORD}. */
    member: async (name = freshName(), phone = freshPhone()): Promise<Member> => {
      const { id, token } = await app.client.register({ name, phone, password: PASSWORD });
      return { id, name, phone, token };
    },
    login: (login: string, password: string): Promise<PlusAnswer> =>
      call('POST', '/auth/login', { params: { login, password } }),
    me: async (token: string) => (await app.client.data(ME, {}, token)).me,
  };
}

export type PlusApp = Awaited<ReturnType<typeof startPlus>>;
