import { createHash } from 'node:crypto';
import type { Inbox } from './inbox.js';

export const md5 = (text: string | Buffer): string => createHash('md5').update(text).digest('hex');

/** What GraphQL answered, with the status. */
export interface GraphqlAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the test is about.
  data: any;
  errors?: {
    message: string;
    locations?: { line: number; column: number }[];
    extensions: { code: string; field?: string; retryAfter?: number; requestId?: string };
  }[];
  headers: Headers;
}

export interface Account {
  id: number;
  phone: string;
  password: string;
  token: string;
}

export const PASSWORD = 'correct-horse-7';

let lastPhone = Math.floor(Math.random() * 10_000_000);

/** A number nobody in this test has. */
export const freshPhone = (): string => `138${String(lastPhone++ % 100_000_000).padStart(8, '0')}`;

/** Six digits that are not the code that was sent. */
export const wrongCode = (code: string): string => (code === '000000' ? '000001' : '000000');

/** Speaks real HTTP to a gateway, as its clients do. */
export class Client {
  constructor(
    readonly url: string,
    private readonly inbox: Inbox,
  ) {}

  async graphql(
    query: string,
    variables: Record<string, unknown> = {},
    options: { token?: string; headers?: Record<string, string> } = {},
  ): Promise<GraphqlAnswer> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(options.token && { authorization: `Bearer ${options.token}` }),
        ...options.headers,
      },
      body: JSON.stringify({ query, variables }),
    });
    const body = (await response.json()) as Omit<GraphqlAnswer, 'status'>;
    return { ...body, status: response.status, headers: response.headers };
  }

  /** The data of an operation that must succeed. */
  async data(query: string, variables: Record<string, unknown> = {}, token?: string) {
    const { data, errors } = await this.graphql(query, variables, { token });
    if (errors) throw new Error(`unexpected errors: ${JSON.stringify(errors)}`);
    return data;
  }

  /** The code of the error of an operation that must fail; `undefined` when it did not. */
  async code(
    query: string,
    variables: Record<string, unknown> = {},
    token?: string,
  ): Promise<string | undefined> {
    return (await this.graphql(query, variables, { token })).errors?.[0]?.extensions.code;
  }

  /** Asks for a code and reads it where it was sent. */
  async sendCode(to: string, purposes: string[]): Promise<string> {
    const target = to.includes('@') ? { email: to } : { phone: to };
    await this.data('mutation ($input: SendCodeInput!) { sendCode(input: $input) { resendAfter } }', {
      input: { ...target, purposes },
    });
    return this.inbox.code(to);
  }

  /** A new account, registered and logged in through GraphQL. */
  async register(options: { phone?: string; password?: string; name?: string } = {}): Promise<Account> {
    const { phone = freshPhone(), password = PASSWORD, name } = options;
    const code = await this.sendCode(phone, ['REGISTER']);
    const { register } = await this.data(
      'mutation ($input: RegisterInput!) { register(input: $input) { token user { id } } }',
      { input: { phone, password, name, code } },
    );
    return { id: Number(register.user.id), phone, password, token: register.token };
  }

  /** GET with a query, POST with a form. */
  async legacy(
    method: 'GET' | 'POST',
    path: string,
    params: Record<string, string | number> = {},
    headers: Record<string, string> = {},
    // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the test is about.
  ): Promise<{ status: number; body: any; headers: Headers }> {
    const form = new URLSearchParams(
      Object.entries(params).map(([name, value]): [string, string] => [name, String(value)]),
    );
    const response =
      method === 'GET'
        ? await fetch(`${this.url}${path}?${form}`, { headers })
        : await fetch(`${this.url}${path}`, { method, headers, body: form });
    return { status: response.status, body: await response.json(), headers: response.headers };
  }
}
