import { type LoneApp, startTestApp, type TestApp } from '../support/app.js';
import { headersFrom } from '../support/doors.js';

export type Params = Record<string, string | number>;
export type Headers = Record<string, string>;

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the test is about.
  body: any;
  headers: globalThis.Headers;
  /** Where the browser is sent; null when it is not. */
  location: string | null;
  /** Set-Cookie by the name of the cookie. */
  cookies: Record<string, string>;
}

export const JSON_PLEASE: Headers = { accept: 'application/json' };

/** What `CAPTCHA_ANSWER` makes every captcha say. */
export const CAPTCHA = 'abcd';

/** 200 with a number; `msg` is some reason unless the test says which. */
export const told = (status: number, msg: unknown = expect.stringMatching(/./), data?: number) => ({
  status: 200,
  body: { status, msg, ...(data !== undefined && { data }) },
});

/** A browser: keeps its cookies, follows no redirect, and comes from an address of its own. */
export class Browser {
  readonly jar = new Map<string, string>();
  private static count = 0;
  readonly source = `198.51.${100 + Math.floor(++Browser.count / 250)}.${(Browser.count % 250) + 1}`;

  constructor(private readonly url: string) {}

  get(path: string, params: Params = {}, headers: Headers = {}): Promise<Answer> {
    const query = new URLSearchParams(texts(params));
    return this.send(`${path}?${query}`, { method: 'GET', headers });
  }

  /** A form; `headers` may say that JSON is wanted. */
  post(path: string, params: Params = {}, headers: Headers = {}): Promise<Answer> {
    return this.send(path, { method: 'POST', headers, body: new URLSearchParams(texts(params)) });
  }

  async send(path: string, init: RequestInit & { headers?: Headers } = {}): Promise<Answer> {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...headersFrom(this.source), ...(cookie && { cookie }), ...init.headers };
    const response = await fetch(this.url + path, { ...init, headers, redirect: 'manual' });
    const cookies = Object.fromEntries(
      response.headers.getSetCookie().map((line) => [line.slice(0, line.indexOf('=')), line]),
    );
    for (const [name, line] of Object.entries(cookies)) {
      this.jar.set(name, line.slice(name.length + 1, line.indexOf(';')));
    }
    const bytes = Buffer.from(await response.arrayBuffer());
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    const body = isJson ? JSON.parse(bytes.toString()) : bytes;
    const { status } = response;
    return { status, body, headers: response.headers, location: response.headers.get('location'), cookies };
  }

  /** Looks at a captcha and answers it; the code that came of it. */
  async solveCaptcha(answer = CAPTCHA): Promise<number> {
    await this.get('/captcha');
    return (await this.get('/checkcaptcha', { captcha: answer })).body.code;
  }

  /** Asks for a code and reads it in the inbox given. */
  async codeFor(phone: string, inbox: { code(to: string): string }): Promise<string> {
    expect(pick(await this.get('/api/login/sendtophone', { phone }))).toEqual(told(1, '发送成功'));
    return inbox.code(phone);
  }

  /** Sends a wrong password so many times. */
  async fail(username: string, times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      const { body } = await this.post('/api/login/submit', { username, password: 'not the password' });
      expect(body).toMatchObject({ status: 3, msg: '账号或密码错误' });
    }
  }
}

const texts = (params: Params) =>
  Object.entries(params).map(([name, value]): [string, string] => [name, String(value)]);

/** What {@link told} describes. */
export const pick = ({ status, body }: Answer) => ({ status, body });

export interface MemberApp extends LoneApp {
  browser(of?: TestApp): Browser;
}

export async function startMember(settings: Record<string, string> = {}): Promise<MemberApp> {
  const app = await startTestApp({
    CAPTCHA_ANSWER: CAPTCHA,
    CODE_IP_DAILY_LIMIT: '10000',
    GUARD_IP_HOURLY: '10000',
    TRUSTED_PROXIES: '127.0.0.1',
    ...settings,
  });
  return {
    ...app,
    browser: (of: TestApp = app) => new Browser(of.url),
  };
}
