import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PASSWORD } from './data.js';
import { ask } from './equality.js';
import { graphql, type Operation, type Request } from './operations.js';
import type { ServerProcess } from './server.process.js';

const LOGIN = `mutation Login($input: LoginInput!) {
  login(input: $input) { token expiresAt user { id name nickname } }
}`;
const SEND_CODE = 'mutation SendCode($input: SendCodeInput!) { sendCode(input: $input) { resendAfter } }';

/** The phone that demo users are given, by their number. */
const phoneOf = (id: number): string =>
  `199${String((BigInt(id) * 76_543_211n) % 100_000_000n).padStart(8, '0')}`;

/** Far from any power of two and ten, so that accounts are spread and none comes twice in a short time. */
const STRIDE = 7919;

const accountOf = (index: number, users: number): string => phoneOf(1 + ((index * STRIDE) % users));

/** Tokens differ, and so do the moments at which they expire. */
const loggedIn = (answer: unknown) => (answer as { data: { login: { user: unknown } } }).data.login.user;

export const PASSWORD_LOGIN: Operation = {
  name: 'password login',
  peers: ['raw'],
  comparable: loggedIn,
  request: ({ index, users }) =>
    graphql('Login', LOGIN, { input: { account: accountOf(index, users), password: PASSWORD } }),
};

/** Where codes arrive that servers send by `SMS_PROVIDER=webhook`. */
export interface SmsInbox {
  url: string;
  /** The latest code for each phone. */
  codes: ReadonlyMap<string, string>;
  close(): Promise<void>;
}

export async function openSmsInbox(): Promise<SmsInbox> {
  const codes = new Map<string, string>();
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    const { to, code } = JSON.parse(text) as { to: string; code: string };
    codes.set(to, code);
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    codes,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const CODES_AT_ONCE = 10;

/** Each request can be made once, after the server was asked to send the code for it, which is not timed. */
export function codeLogin(inbox: SmsInbox): Operation {
  const withCode = async (server: ServerProcess, phone: string): Promise<Request> => {
    await ask(server, graphql('SendCode', SEND_CODE, { input: { phone, purposes: ['LOGIN'] } }));
    return graphql('Login', LOGIN, { input: { account: phone, code: inbox.codes.get(phone) } });
  };
  return {
    name: 'SMS-code login',
    peers: ['raw'],
    comparable: loggedIn,
    request: ({ index, users }) => graphql('', '', { phone: accountOf(index, users) }),
    prepare: async (server, requests) => {
      const phones = requests.map(({ body = '{}' }) => JSON.parse(body).variables.phone as string);
      const ready: Request[] = [];
      for (let from = 0; from < phones.length; from += CODES_AT_ONCE) {
        const some = phones.slice(from, from + CODES_AT_ONCE);
        ready.push(...(await Promise.all(some.map((phone) => withCode(server, phone)))));
      }
      return ready;
    },
  };
}
