import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { parseMail } from './mail.js';

export interface Delivery {
  from: string;
  to: string[];
  /** Who has logged in for it. */
  user: string | undefined;
  secure: boolean;
  /** The message as it was transmitted. */
  raw: string;
}

/** A real SMTP server that keeps what it is given, without TLS unless the options say otherwise. */
export class SmtpInbox {
  readonly deliveries: Delivery[] = [];
  connections = 0;

  private constructor(readonly server: SMTPServer) {}

  static async open(options: SMTPServerOptions = {}): Promise<SmtpInbox> {
    const server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      authOptional: true,
      disableReverseLookup: true,
      logger: false,
      onAuth: ({ username, password }, _session, callback) =>
        password === 's3cret'
          ? callback(null, { user: username })
          : callback(new Error(`no entry for ${username}`)),
      onConnect: (_session, callback) => {
        inbox.connections += 1;
        callback();
      },
      onData: async (stream, { envelope, user, secure }, callback) => {
        const raw = (await buffer(stream)).toString('latin1');
        const { mailFrom, rcptTo } = envelope;
        const from = mailFrom ? mailFrom.address : '';
        inbox.deliveries.push({ from, to: rcptTo.map(({ address }) => address), user, secure, raw });
        callback();
      },
      ...options,
    });
    const inbox = new SmtpInbox(server);
    // A client that hangs up is what some tests are about.
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return inbox;
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  /** The latest mail to an address, taken apart. */
  mail(to: string) {
    const delivery = this.deliveries.findLast((one) => one.to.includes(to));
    if (!delivery) throw new Error(`no mail to ${to}`);
    return parseMail(delivery.raw);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.server.close(resolve));
  }
}
