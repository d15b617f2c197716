import { createWorld, type TestApp, type TestWorld } from '../support/app.js';
import { freshPhone, PASSWORD } from '../support/client.js';
import { freshEmail, giveEmail, logIn, mutate } from '../support/operations.js';
import { SmtpInbox } from '../support/smtp-inbox.js';
import { until } from '../support/until.js';

/** Codes that travel as real mail, through a real mail server. */

let world: TestWorld;
let inbox: SmtpInbox;
let app: TestApp;
let refusing = false;

beforeAll(async () => {
  inbox = await SmtpInbox.open({
    authOptional: false,
    allowInsecureAuth: true,
    onRcptTo: (_address, _session, callback) => callback(refusing ? new Error('mailbox full') : null),
  });
  world = await createWorld();
  app = await world.start({
    MAIL_PROVIDER: 'smtp',
    SMTP_URL: `smtp://gateway:s3cret@127.0.0.1:${inbox.port}`,
    MAIL_FROM: '安居生活 <no-reply@example.com>',
    CODE_TTL_SECONDS: '120',
    CODE_RESEND_SECONDS: '60',
  });
});
beforeEach(() => {
  refusing = false;
});
afterAll(async () => {
  await world.close();
  await inbox.close();
});

/** The code as a reader finds it in the latest mail to an address. */
function readCode(email: string): string {
  const [code] = inbox.mail(email).parts['text/plain']?.match(/\b\d{6}\b/) ?? [];
  if (!code) throw new Error(`no code in the mail to ${email}`);
  return code;
}

test('a code read in a mail registers an account, which logs in by its address', async () => {
  const email = freshEmail();
  const sent = await mutate(app.client, 'sendCode', { email, purposes: ['REGISTER'] });
  expect(sent.value).toMatchObject({ resendAfter: 60 });
  expect(inbox.deliveries.at(-1)).toMatchObject({ to: [email], from: 'no-reply@example.com' });
  expect(inbox.mail(email).parts['text/plain']).toContain('2 minutes');

  const registered = await mutate(app.client, 'register', {
    email,
    code: readCode(email),
    password: PASSWORD,
  });
  expect(registered.value.user).toMatchObject({ email, emailVerified: true });
  expect(await logIn(app.client, email)).toEqual(expect.any(String));
});

test('a code that could not be mailed does not count, and the next one may follow at once', async () => {
  const email = freshEmail();
  refusing = true;
  const failed = await mutate(app.client, 'sendCode', { email, purposes: ['REGISTER'] });
  expect(failed).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfter: 1 });
  expect(JSON.stringify(failed)).not.toMatch(/mailbox|550/);

  refusing = false;
  expect((await mutate(app.client, 'sendCode', { email, purposes: ['REGISTER'] })).value).toBeTruthy();
  expect(await mutate(app.client, 'sendCode', { email, purposes: ['REGISTER'] })).toMatchObject({
    code: 'CODE_TOO_SOON',
  });
});

test('SMS and mail are sent by providers of their own', async () => {
  const { token } = await app.client.register({ phone: freshPhone() });
  const email = freshEmail();
  // The other channel's provider has nothing for this address.
  await expect(giveEmail(app.client, token, email)).rejects.toThrow(`nothing was sent to ${email}`);
  const bound = await mutate(app.client, 'bindEmail', { email, code: readCode(email) }, token);
  expect(bound.value).toMatchObject({ email, emailVerified: true });
});

test('closing the gateway closes its connections to the mail server', async () => {
  expect(inbox.server.connections.size).toBeGreaterThan(0);
  await app.close();
  await until('no connection', () => inbox.server.connections.size === 0);
});
