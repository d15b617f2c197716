import { createServer, type Server, type Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { SMTPServerOptions } from 'smtp-server';
import { loadConfig } from '../../src/config.js';
import { createMailSender } from '../../src/infra/message/senders.js';
import { SmtpSender } from '../../src/infra/message/smtp.js';
import { parseMailbox, parseSmtpUrl, type SmtpServer } from '../../src/infra/message/smtp.settings.js';
import { composeMail } from '../../src/modules/code/mail.text.js';
import { selfSignedCertificate } from '../support/certificate.js';
import { PRODUCTION } from '../support/production.js';
import { SmtpInbox } from '../support/smtp-inbox.js';
import { until } from '../support/until.js';

const MESSAGE = {
  to: 'li.lei@example.com',
  code: '493817',
  purposes: ['REGISTER'],
  lifeSeconds: 300,
  locale: 'zh' as const,
};
const FROM = { name: '安居生活', address: 'no-reply@example.com' };

const ended: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function openInbox(options?: SMTPServerOptions): Promise<SmtpInbox> {
  const inbox = await SmtpInbox.open(options);
  ended.push(() => inbox.close());
  return inbox;
}

function senderTo(
  port: number,
  server: Partial<SmtpServer> = {},
  options: { requireTls?: boolean; timeoutMs?: number } = {},
): SmtpSender {
  const sender = new SmtpSender({
    compose: composeMail,
    server: { host: '127.0.0.1', port, secure: false, ...server },
    from: FROM,
    requireTls: false,
    ...options,
  });
  ended.push(() => sender.close());
  return sender;
}

/** The whole of an error, as a log would print it, once it was seen to hold nothing of the message. */
async function failure(sender: SmtpSender): Promise<string> {
  const error = await sender.send(MESSAGE).then(
    () => null,
    (reason: Error) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  const printed = `${error?.stack} ${JSON.stringify(error)} ${String(error?.cause)}`;
  expect(printed).not.toMatch(/493817|li\.lei|s3cret|gateway-user/);
  return error?.message ?? '';
}

describe('a mail', () => {
  test('a mail arrives with the code in both languages, as text and as HTML', async () => {
    const inbox = await openInbox();
    await senderTo(inbox.port).send(MESSAGE);
    expect(inbox.deliveries).toMatchObject([{ from: FROM.address, to: [MESSAGE.to], user: undefined }]);
    const { headers, parts } = inbox.mail(MESSAGE.to);
    expect(headers).toMatchObject({
      subject: '您的验证码 / Your verification code',
      from: '安居生活 <no-reply@example.com>',
      to: MESSAGE.to,
      'auto-submitted': 'auto-generated',
    });
    for (const type of ['text/plain', 'text/html']) {
      expect(parts[type]?.match(/493817/g)).toHaveLength(2);
      expect(parts[type]).toContain('用于注册账号');
      expect(parts[type]).toContain('to create an account');
      expect(parts[type]).toContain('5 分钟');
      expect(parts[type]).toContain('5 minutes');
    }
    expect(Object.values(headers).join('\n')).not.toContain('493817');
  });

  test.each([
    [['LOGIN', 'REGISTER'], 60, '用于登录或注册账号', 'to log in or create an account', '1 minute '],
    [['RETRIEVE'], 90, '用于找回密码', 'to reset your password', '90 seconds '],
    [['SOMETHING_NEW'], 1, '用于验证身份', 'to confirm that it is you', '1 second '],
  ])('a mail for %j and %i seconds says so', async (purposes, lifeSeconds, zh, en, life) => {
    const inbox = await openInbox();
    await senderTo(inbox.port).send({ ...MESSAGE, purposes, lifeSeconds });
    const text = inbox.mail(MESSAGE.to).parts['text/plain'];
    for (const words of [zh, en, life]) expect(text).toContain(words);
  });

  test.each([
    'a@example.com, b@example.com',
    'a@example.com\r\nBcc: b@example.com',
    'Group: a@example.com, b@example.com;',
    '"<b@example.com>" <a@example.com>',
  ])('an address that names several is refused, and no mail leaves: %j', async (to) => {
    const inbox = await openInbox();
    await expect(senderTo(inbox.port).send({ ...MESSAGE, to })).rejects.toThrow(
      'mail: EENVELOPE, status 501',
    );
    expect(inbox.deliveries).toEqual([]);
  });

  test('mails share a few connections, and open a new one when the server has hung up', async () => {
    const inbox = await openInbox({ socketTimeout: 1000 });
    const sender = senderTo(inbox.port);
    await sender.send(MESSAGE);
    await sender.send(MESSAGE);
    expect(inbox.connections).toBe(1);
    await Promise.all(Array.from({ length: 20 }, () => sender.send(MESSAGE)));
    expect(inbox.connections).toBeLessThanOrEqual(3);
    expect(inbox.deliveries).toHaveLength(22);

    await until('the server has hung up', () => inbox.server.connections.size === 0);
    await sender.send(MESSAGE);
    expect(inbox.deliveries).toHaveLength(23);
  });

  test('closing the sender of mails leaves no connection behind', async () => {
    const inbox = await openInbox();
    const sender = senderTo(inbox.port);
    await sender.send(MESSAGE);
    expect(inbox.server.connections.size).toBe(1);
    await sender.close();
    await until('no connection', () => inbox.server.connections.size === 0);
    await failure(sender);
  });
});

describe('failures of a mail server', () => {
  const auth = { user: 'gateway-user', pass: 's3cret' };

  test('a mail server that wants a log-in is reported without a word of the message', async () => {
    const inbox = await openInbox({ authOptional: false, allowInsecureAuth: true });
    await senderTo(inbox.port, { auth }).send(MESSAGE);
    expect(inbox.deliveries).toMatchObject([{ user: 'gateway-user' }]);
    expect(await failure(senderTo(inbox.port, { auth: { ...auth, pass: 'wrong' } }))).toBe(
      'mail: EAUTH, status 535',
    );
    expect(await failure(senderTo(inbox.port))).toMatch(/^mail: E\w+, status 530$/);
  });

  test('a refused recipient is reported without a word of the message, and the next mail leaves', async () => {
    const inbox = await openInbox({
      onRcptTo: ({ address }, _session, callback) =>
        callback(address === MESSAGE.to ? new Error(`no mailbox ${address}`) : null),
    });
    const sender = senderTo(inbox.port);
    expect(await failure(sender)).toBe('mail: EENVELOPE, status 550');
    await sender.send({ ...MESSAGE, to: 'han.meimei@example.com' });
    expect(inbox.deliveries).toMatchObject([{ to: ['han.meimei@example.com'] }]);
  });

  test('a message that the server refuses at its end is reported without a word of it', async () => {
    const inbox = await openInbox({
      onData: (stream, _session, callback) => {
        stream.resume().on('end', () => callback(new Error(`li.lei: 493817 looks like spam`)));
      },
    });
    expect(await failure(senderTo(inbox.port))).toBe('mail: EMESSAGE, status 450');
  });

  test('a mail server that is down is reported without a word of the message', async () => {
    const inbox = await SmtpInbox.open();
    const { port } = inbox;
    await inbox.close();
    expect(await failure(senderTo(port))).toBe('mail: ESOCKET');
  });
});

/** What each of these does with a connection: nothing useful, for ever. */
const STALLS: [string, (socket: Socket) => void][] = [
  ['does not greet', () => undefined],
  ['greets and is silent', (socket) => socket.write('220 hello\r\n')],
  ['greets a letter at a time', (socket) => trickle(socket)],
  [
    'says a line of its answer at a time',
    (socket) => {
      socket.write('220 hello\r\n');
      socket.once('data', () => trickle(socket, '250-x\r\n'));
    },
  ],
];

/** The shortest of the limits that nodemailer has by itself: a server given up so late was not given up by us. */
const NODEMAILER_GIVES_UP_MS = 30_000;

function trickle(socket: Socket, what = '2'): void {
  const timer = setInterval(() => socket.write(what), 20);
  socket.on('close', () => clearInterval(timer));
}

describe('slow mail servers', () => {
  let server: Server;
  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
  });

  test.each(STALLS)(
    'a mail server that %s is given up, and its connection closed',
    async (_what, stall) => {
      const sockets = new Set<Socket>();
      server = createServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
        stall(socket);
        socket.resume();
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as { port: number };
      const sender = senderTo(port, {}, { timeoutMs: 250 });
      expect(await failure(sender)).toMatch(/^mail: (timeout|ETIMEDOUT)$/);
      await sender.close();
      await until('no connection', () => sockets.size === 0);
    },
    NODEMAILER_GIVES_UP_MS,
  );
});

describe('TLS', () => {
  const ours = selfSignedCertificate();
  const offered = { ...ours, disabledCommands: [] as string[] };
  const WAYS: [string, SMTPServerOptions, Partial<SmtpServer>][] = [
    ['smtps', { ...offered, secure: true }, { secure: true }],
    ['STARTTLS', offered, {}],
  ];

  test.each(WAYS)('%s with an unknown certificate is refused', async (_name, options, server) => {
    const inbox = await openInbox(options);
    expect(await failure(senderTo(inbox.port, server))).toMatch(/^mail: E(SOCKET|TLS)$/);
    expect(inbox.deliveries).toEqual([]);
  });

  test.each(WAYS)('%s with a trusted certificate delivers the mail', async (_name, options, server) => {
    const inbox = await openInbox(options);
    const trusted = getCACertificates('default');
    setDefaultCACertificates([ours.cert]);
    try {
      await senderTo(inbox.port, server, { requireTls: true }).send(MESSAGE);
    } finally {
      setDefaultCACertificates(trusted);
    }
    expect(inbox.deliveries).toMatchObject([{ secure: true }]);
  });

  test('a mail server without the required TLS is sent nothing, the password least of all', async () => {
    const heard: string[] = [];
    const inbox = await openInbox({
      allowInsecureAuth: true,
      onAuth: ({ password }, _session, callback) => {
        heard.push(String(password));
        callback(null, { user: 'x' });
      },
    });
    const auth = { user: 'gateway-user', pass: 's3cret' };
    expect(await failure(senderTo(inbox.port, { auth }, { requireTls: true }))).toMatch(/^mail: E\w+/);
    expect(heard).toEqual([]);
    expect(inbox.deliveries).toEqual([]);
  });
});

describe('the settings', () => {
  test.each([
    ['smtp://mail.example.com', { host: 'mail.example.com', port: 587, secure: false }],
    ['smtps://mail.example.com/', { host: 'mail.example.com', port: 465, secure: true }],
    [
      'smtp://a%40b.com:p%3Aw%2F@[::1]:2525',
      { host: '::1', port: 2525, secure: false, auth: { user: 'a@b.com', pass: 'p:w/' } },
    ],
  ])('the SMTP URL %s is read', (url, server) => expect(parseSmtpUrl(url)).toEqual(server));

  test.each([
    '',
    'mail.example.com',
    'http://mail.example.com',
    'smtp://',
    'smtp://user@mail.example.com',
    'smtp://:pass@mail.example.com',
    'smtp://us%er:pass@mail.example.com',
    'smtp://mail.example.com:0',
    'smtp://mail.example.com:65536',
    'smtp://mail.example.com/?tls.rejectUnauthorized=false',
    'smtp://mail.example.com/inbox',
  ])('the SMTP URL %j is refused', (url) => expect(parseSmtpUrl(url)).toBeNull());

  test.each([
    ['no-reply@example.com', { name: '', address: 'no-reply@example.com' }],
    ['安居生活 <no-reply@example.com>', FROM],
    ['"Anju, Life" <no-reply@example.com>', { name: 'Anju, Life', address: 'no-reply@example.com' }],
  ])('the sender %j is read', (text, mailbox) => expect(parseMailbox(text)).toEqual(mailbox));

  test.each([
    '',
    'nobody',
    'a@example.com, b@example.com',
    'A <a@example.com> B',
    'A\r\nBcc: b@example.com <a@example.com>',
  ])('the sender %j is refused', (text) => expect(parseMailbox(text)).toBeNull());

  const MAIL = { MAIL_PROVIDER: 'smtp', MAIL_FROM: 'no-reply@example.com' };

  test('the settings choose the sender of mails', async () => {
    const mail = createMailSender(loadConfig({ ...MAIL, SMTP_URL: 'smtps://mail.example.com' }), composeMail);
    expect(mail).toBeInstanceOf(SmtpSender);
  });

  // Both reach this machine, but the second one says so to some systems only.
  test.each([
    ['127.0.0.1', true],
    ['0.0.0.0', false],
  ])('in production, a mail server at %s may do without TLS: %s', async (host, delivered) => {
    const inbox = await openInbox();
    const mail = createMailSender(
      loadConfig({ ...PRODUCTION, ...MAIL, SMTP_URL: `smtp://${host}:${inbox.port}` }),
      composeMail,
    );
    ended.push(async () => mail.close?.());
    await mail.send(MESSAGE).catch(() => undefined);
    expect(inbox.connections).toBe(1);
    expect(inbox.deliveries).toHaveLength(delivered ? 1 : 0);
  });
});
