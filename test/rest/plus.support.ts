import { type LoneApp, startTestApp } from '../support/app.js';
import { freshPhone } from '../support/client.js';
import { freshName } from '../support/operations.js';

/** What a ThinkSNS+ client got back; `body` is undefined where the answer has none. */
export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the test is about.
  body: any;
  headers: Headers;
}

export interface Call {
  token?: string;
  query?: Record<string, string | number>;
  json?: unknown;
  form?: Record<string, string | number>;
  raw?: Buffer;
  headers?: Record<string, string>;
}

export interface Member {
  id: number;
  name: string;
  phone: string;
  password: string;
  token: string;
}

export const PASSWORD = 'geheim-7';

export const unauthenticated = { status: 401, body: { message: 'Unauthenticated.' } };
export const forbidden = { status: 403, body: { message: '你没有权限执行该操作' } };
export const notFound = { status: 404, body: { message: '内容不存在' } };
export const byHand = (text: string, status = 422) => ({ status, body: { message: [text] } });
export const taken = (field: string, text: string) => ({ status: 422, body: { [field]: [text] } });
export const malformed = (field: string, text: unknown = expect.any(String)) => ({
  status: 422,
  body: { message: '提交的信息验证错误', errors: { [field]: [text] } },
});
export const noContent = { status: 204, body: undefined };

export interface PlusApp extends LoneApp {
  /** `path` is below `/api/v2`. */
  call(method: string, path: string, call?: Call): Promise<Answer>;
  /** A code that the dialect itself sent. */
  codeFrom(door: 'verifycodes' | 'verifycodes/register', to: string): Promise<string>;
  /** A new account, registered through the dialect. */
  member(name?: string): Promise<Member>;
  sql<Row = Record<string, unknown>>(query: string, params?: unknown[]): Promise<Row[]>;
}

export async function startPlus(settings: Record<string, string> = {}): Promise<PlusApp> {
  const app = await startTestApp({ GUARD_IP_HOURLY: '10000', ...settings });

  const call: PlusApp['call'] = async (
    method,
    path,
    { token, query, json, form, raw, headers = {} } = {},
  ) => {
    const search = new URLSearchParams(
      Object.entries(query ?? {}).map(([name, value]): [string, string] => [name, String(value)]),
    );
    const body =
      json !== undefined
        ? JSON.stringify(json)
        : form
          ? new URLSearchParams(
              Object.entries(form).map(([name, value]): [string, string] => [name, String(value)]),
            )
          : raw && new Uint8Array(raw);
    const response = await fetch(`${app.url}/api/v2${path}${query ? `?${search}` : ''}`, {
      method,
      headers: {
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body,
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? undefined : JSON.parse(text),
      headers: response.headers,
    };
  };

  const codeFrom: PlusApp['codeFrom'] = async (door, to) => {
    const form: Record<string, string> = to.includes('@') ? { email: to } : { phone: to };
    const { status, body } = await call('POST', `/${door}`, { form });
    expect({ status, body }).toEqual({ status: 202, body: { message: ['获取成功'] } });
    return app.inbox.code(to);
  };

  return {
    ...app,
    call,
    codeFrom,
    member: async (name = freshName()) => {
      const phone = freshPhone();
      const verifiable_code = await codeFrom('verifycodes/register', phone);
      const json = { name, phone, verifiable_type: 'sms', verifiable_code, password: PASSWORD };
      const { body } = await call('POST', '/users', { json });
      const { body: me } = await call('GET', '/user', { token: body.token });
      return { id: me.id, name, phone, password: PASSWORD, token: body.token };
    },
    sql: (query, params) => app.infrastructure.database.fork().execute(query, params),
  };
}

/** Status and body alone. */
export const seen = ({ status, body }: Answer) => ({ status, body });
