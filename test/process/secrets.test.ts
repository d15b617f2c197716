import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { md5 } from '../support/client.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { copyDataDir } from '../support/template.js';
import { until } from '../support/until.js';

/** Whatever clients send and whatever goes wrong, at the chattiest level: secrets are in no log. */

const PASSWORD = 'sesame-opens-4711';
const NEW_PASSWORD = 'thymian-opens-4712';
const PHONE = '13912345678';
const OTHER_PHONE = '13987654321';
const EMAIL = 'private.person@example.com';
const ID_NUMBER = '110101199003077571';
const REAL_NAME = '司马相如';
const FOREIGN_TOKEN = 'tHiSiSaToKeNoFsOmEbOdYeLsE0123456789abcdefg';
const SIGNATURE = '5f4dcc3b5aa765d61d8327deb882cf99';

let directory: string;
let gateway: GatewayProcess;
/** Also those that only turn up on the way, such as tokens and codes. */
const secrets = new Set([
  PASSWORD,
  NEW_PASSWORD,
  md5(PASSWORD),
  md5(NEW_PASSWORD),
  PHONE,
  OTHER_PHONE,
  EMAIL,
  ID_NUMBER,
  REAL_NAME,
  FOREIGN_TOKEN,
  SIGNATURE,
]);

beforeAll(async () => {
  directory = await copyDataDir({ database: true });
  gateway = await GatewayProcess.start({
    DATA_DIR: directory,
    LOG_LEVEL: 'trace',
    CODE_RESEND_SECONDS: '0',
    BODY_LIMIT_BYTES: '20000',
    RATE_LIMIT_PER_MINUTE: '1000',
  });
});
afterAll(async () => {
  await gateway.stop();
  await rm(directory, { recursive: true, force: true });
});

type Method = 'GET' | 'POST';

async function call(method: Method, url: string, params: Record<string, string> = {}, headers = {}) {
  const form = new URLSearchParams(params);
  const response =
    method === 'GET'
      ? await fetch(`${gateway.url}${url}?${form}`, { headers })
      : await fetch(`${gateway.url}${url}`, { method, headers, body: form });
  return JSON.parse(await response.text());
}

async function send(url: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  const type = { 'content-type': 'application/json' };
  return fetch(gateway.url + url, { method: 'POST', headers: { ...type, ...headers }, body });
}

/** What no HTTP library would send. */
const sendRaw = (text: string): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(gateway.port, '127.0.0.1', () => socket.write(text));
    socket.on('error', () => undefined).on('close', () => resolve());
    socket.resume();
  });

/** All that a request of a client holds, as query. */
const EVERYTHING = {
  phone: PHONE,
  email: EMAIL,
  account: PHONE,
  username: PHONE,
  password: PASSWORD,
  password1: md5(NEW_PASSWORD),
  sms_code: '918273',
  verifycode: '918273',
  auth_token: FOREIGN_TOKEN,
  token: FOREIGN_TOKEN,
  sign: SIGNATURE,
  id_number: ID_NUMBER,
};
const QUERY = new URLSearchParams(EVERYTHING).toString();
secrets.add('918273');

async function code(to: string): Promise<string> {
  const found = await gateway.code(to);
  secrets.add(found);
  return found;
}

/** The life of an account, in the URLs of the old documents and in GraphQL. */
async function liveALife(): Promise<void> {
  const anlife = '/anlife/v1.0/user';
  await call('GET', `${anlife}/getRegisterSms`, { phone: PHONE });
  const sms_code = await code(PHONE);
  await call('GET', `${anlife}/verifyPhoneCode`, { phone: PHONE, sms_code });
  const registered = await call('POST', `${anlife}/register`, {
    phone: PHONE,
    password: md5(PASSWORD),
    sms_code,
  });
  const { user_id, auth_token } = registered.datas;
  secrets.add(auth_token);

  for (const password of [PASSWORD, 'wrong', md5('wrong'), md5(PASSWORD)]) {
    const { datas } = await call('POST', `${anlife}/loginAndGetUserInfo`, { phone: PHONE, password });
    if (datas) secrets.add(datas.auth_token);
  }
  await call('GET', `${anlife}/getUserInfo`, { user_id: String(user_id), auth_token });
  await call('GET', `${anlife}/getUserInfo`, { user_id: String(user_id) }, { auth_token });

  const bearer = { authorization: `Bearer ${auth_token}` };
  const login = `mutation { login(input: { account: "${PHONE}", password: "${PASSWORD}" }) { token } }`;
  const { data } = (await (await send('/graphql', JSON.stringify({ query: login }))).json()) as {
    data: { login: { token: string } };
  };
  secrets.add(data.login.token);
  await send('/graphql', JSON.stringify({ query: '{ me { phone email } }' }), bearer);
  await send('/graphql', JSON.stringify({ query: '{ me { phone } }' }), {
    cookie: `member_session=${data.login.token}`,
  });
  const bind = `mutation { sendCode(input: { email: "${EMAIL}", purposes: [BIND] }) { resendAfter } }`;
  await send('/graphql', JSON.stringify({ query: bind }), bearer);
  const bindEmail = 'mutation ($input: BindEmailInput!) { bindEmail(input: $input) { id } }';
  const input = { email: EMAIL, code: await code(EMAIL), password: PASSWORD };
  await send('/graphql', JSON.stringify({ query: bindEmail, variables: { input } }), bearer);

  await submitVerification(bearer);

  await visitMemberCentre();

  await call('GET', `${anlife}/getFindPwdSms`, { phone: PHONE });
  const retrieval = { phone: PHONE, sms_code: await code(PHONE) };
  const passwords = { password1: md5(NEW_PASSWORD), password2: md5(NEW_PASSWORD) };
  const found = await call('GET', `${anlife}/findPwd`, { ...retrieval, ...passwords });
  expect(found).toEqual({ datas: 1 });
}

/** With everything in the URL, as its document has it. */
async function visitMemberCentre(): Promise<void> {
  const captcha = (await fetch(`${gateway.url}/captcha`)).headers.getSetCookie()[0]?.split(/[=;]/)[1] ?? '';
  secrets.add(captcha);
  const url = `${gateway.url}/api/login/submit?username=${PHONE}&password=`;
  for (const password of [NEW_PASSWORD, PASSWORD]) {
    const headers = { cookie: `member_captcha=${captcha}`, accept: 'application/json' };
    const response = await fetch(url + password, { method: 'POST', headers });
    const session = response.headers.getSetCookie()[0]?.split(/[=;]/)[1];
    expect(session !== undefined).toBe(password === PASSWORD);
    if (session) secrets.add(session);
  }
  await fetch(`${gateway.url}/api/login/number?username=${PHONE}`);
}

/** Refused for its picture, its type, and its number. */
async function submitVerification(bearer: Record<string, string>): Promise<void> {
  const query = 'mutation ($input: VerificationInput!) { submitVerification(input: $input) { state } }';
  const input = { type: 'USER', realName: REAL_NAME, idNumber: ID_NUMBER, phoneNumber: PHONE, desc: 'x' };
  const attempts = [
    { ...input, frontImageId: 'x', rearImageId: 'y' },
    { ...input, type: REAL_NAME },
    { ...input, idNumber: [ID_NUMBER] },
  ];
  for (const one of attempts) {
    await send('/graphql', JSON.stringify({ query, variables: { input: one } }), bearer);
  }
}

/** Requests that fail in every way that requests can. */
async function failInEveryWay(): Promise<void> {
  const body = JSON.stringify(EVERYTHING);
  const paths = [
    '/anlife/v1.0/user/register',
    '/anlife/v1.0/nothing',
    '/graphql',
    '/nothing',
    '/upload',
    '/api/login/submit',
  ];
  for (const url of paths) {
    await fetch(`${gateway.url}${url}?${QUERY}`);
    await fetch(`${gateway.url}${url}?${QUERY}`, { method: 'DELETE' });
    await fetch(`${gateway.url}${url}/${PHONE}/${FOREIGN_TOKEN}`);
    await send(`${url}?${QUERY}`, body.slice(0, -1));
    await send(`${url}?${QUERY}`, body);
    await send(`${url}?${QUERY}`, `"${PASSWORD}"`);
    await send(`${url}?${QUERY}`, body.padEnd(30_000));
    await send(url, body, { 'content-type': 'text/plain' });
    await send(url, body, { 'content-type': `application/${FOREIGN_TOKEN}` });
    await send(url, `--x\r\n${body}`, { 'content-type': 'multipart/form-data; boundary=x' });
    await send(url, body, {
      authorization: `Bearer ${FOREIGN_TOKEN}`,
      cookie: `member_session=${FOREIGN_TOKEN}`,
    });
  }
  for (const query of [
    `{ user(phone: "${PHONE}" { id } }`,
    `{ user(phone: "${PHONE}") { password } }`,
    `mutation { login(input: { account: "${PHONE}", password: ["${PASSWORD}"] }) { token } }`,
    `mutation { login(input: { account: "${PHONE}", code: "918273", password: "${PASSWORD}" }) { token } }`,
    `{ nameAvailability(name: "${PASSWORD}\\u0000") }`,
  ]) {
    await send('/graphql', JSON.stringify({ query }));
    await fetch(`${gateway.url}/graphql?${new URLSearchParams({ query })}`, {
      headers: { 'apollo-require-preflight': '1' },
    });
  }
  const variables = { input: { account: PHONE, password: { $ne: PASSWORD } } };
  await send(
    '/graphql',
    JSON.stringify({ query: 'mutation ($input: LoginInput!) { login(input: $input) { token } }', variables }),
  );
  const lone = JSON.stringify({ query: `{ user(phone: "${PHONE}") { id } }`, variables: { a: '\ud800' } });
  await send('/graphql', lone);

  const head = `GET /graphql?${QUERY} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n`;
  await sendRaw(`${head}auth_token: ${FOREIGN_TOKEN}${'x'.repeat(20_000)}\r\n\r\n`);
  await sendRaw(`GET /%E0%A4%A?${QUERY} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  await sendRaw(`GET /anlife/v1.0/%zz/${PHONE}?${QUERY} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  await sendRaw(`NONSENSE /graphql?${QUERY} HTTP/1.1\r\n\r\n`);
  await sendRaw(`${head}password : ${PASSWORD}\r\n bad: header\r\n\r\n`);
  await sendRaw(`${head.replace('GET', 'POST')}content-length: abc\r\n\r\n${body}`);
  await sendRaw(`${head}transfer-encoding: chunked\r\n\r\nzz\r\n${body}`);
}

/** Digits stand alone, or every number of the log would be suspected. */
const holds = (line: string, secret: string): boolean =>
  /^\d+$/.test(secret)
    ? new RegExp(`(?<!\\d)${secret}(?!\\d)`).test(line)
    : line.toLowerCase().includes(secret.toLowerCase());

test('no log line holds a secret, but the messages that stand for an SMS or a mail', async () => {
  await liveALife();
  await failInEveryWay();
  const id = `last-request-${Date.now()}`;
  await fetch(`${gateway.url}/livez`, { headers: { 'x-request-id': id } });
  await until('the last request is logged', () => gateway.stdout.includes(id));

  expect(gateway.messages.length).toBeGreaterThanOrEqual(3);
  const lines = gateway.lines.filter((line) => !/^\{"event":"(sms|mail)",/.test(line));
  expect(lines.length).toBeGreaterThan(60);
  const found = [...secrets].flatMap((secret) =>
    lines.filter((line) => holds(line, secret)).map((line) => ({ secret, line })),
  );
  expect(found).toEqual([]);
});

test('the log says what happened: the route as written in the code, the status, and who', () => {
  const requests = gateway.lines.flatMap((line) => {
    const entry = line.startsWith('{') ? JSON.parse(line) : {};
    return entry.msg === 'request' ? [entry] : [];
  });
  const findPwd = requests.find(({ route }) => route === '/anlife/v1.0/user/findPwd');
  expect(findPwd).toMatchObject({
    method: 'GET',
    status: 200,
    ip: '127.0.0.1',
    reqId: expect.any(String),
    door: 'anlife',
    operation: expect.stringMatching(/^接口/),
    code: expect.stringMatching(/^(ok|[A-Z_]+)$/),
  });
  expect(requests.map(({ door, operation }) => `${door} ${operation}`)).toContain('graphql login');
  const known = requests.filter(({ userId }) => userId !== undefined);
  expect(known.length).toBeGreaterThan(0);
});

test('a request that cannot be served is not logged as an error', () => {
  const errors = gateway.lines.filter((line) => /"level":(50|60)/.test(line));
  expect(errors).toEqual([]);
  expect(gateway.stderr).toBe('');
});
