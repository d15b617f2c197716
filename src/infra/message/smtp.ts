import { propertyOf } from '../../unknown.js';
import type { ComposeMail, Message, MessageSender } from './port.js';
import type { Mailbox, SmtpServer } from './smtp.settings.js';

export interface SmtpOptions {
  server: SmtpServer;
  from: Mailbox;
  /** True refuses to go on when the server offers no TLS; where it does, TLS is used in any case. */
  requireTls: boolean;
  compose: ComposeMail;
  /** The ms one mail may take, connecting included. */
  timeoutMs?: number;
}

/** The most connections: few, because a code is small; more mails wait for one another. */
const MOST_CONNECTIONS = 3;

async function openPool({ server, from, requireTls, timeoutMs }: SmtpOptions & { timeoutMs: number }) {
  // The library is loaded with the first mail: few gateways send any.
  const { createTransport } = await import('nodemailer');
  return createTransport(
    {
      ...server,
      pool: true,
      maxConnections: MOST_CONNECTIONS,
      // One retry is for a kept connection that the server has dropped meanwhile.
      maxRequeues: 1,
      idleTimeout: 60_000,
      requireTLS: requireTls,
      dnsTimeout: timeoutMs,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from, headers: { 'Auto-Submitted': 'auto-generated' } },
  );
}

/** Hands each message to a mail server, over connections that are kept for the next one. */
export class SmtpSender implements MessageSender {
  private pool: ReturnType<typeof openPool> | undefined;
  private readonly timeoutMs: number;

  constructor(private readonly options: SmtpOptions) {
    this.timeoutMs = options.timeoutMs ?? 8000;
  }

  async send({ to, ...message }: Message): Promise<void> {
    try {
      this.pool ??= openPool({ ...this.options, timeoutMs: this.timeoutMs });
      await (await this.pool).sendMail({
        // An object is one address, whatever is in it.
        to: { name: '', address: to },
        ...this.options.compose(message),
        // The limits above are for each silence; a server that trickles its answers is cut off by this one.
        signal: AbortSignal.timeout(this.timeoutMs),
      });
    } catch (error) {
      throw new Error(`mail: ${reasonOf(error)}`);
    }
  }

  async close(): Promise<void> {
    const pool = await this.pool?.catch(() => undefined);
    pool?.close({ force: true });
  }
}

/**
 * The reason of a failure, as a code and a status: the messages of these errors quote what the server said,
 * and with it the address.
 */
function reasonOf(error: unknown): string {
  const code = propertyOf(error, 'code');
  const responseCode = propertyOf(error, 'responseCode');
  if (code === 'EABORT') return 'timeout';
  const name = /^[A-Z_0-9]{1,40}$/.test(String(code)) ? String(code) : 'failed';
  return Number.isInteger(responseCode) ? `${name}, status ${responseCode}` : name;
}
