import { LogSender } from './log.js';
import type { ComposeMail, MessageChannel, MessageSender } from './port.js';
import { SmtpSender } from './smtp.js';
import { isLoopback, type Mailbox, type SmtpServer } from './smtp.settings.js';
import { WebhookSender } from './webhook.js';

export type MessageSenders = Readonly<Record<MessageChannel, MessageSender>>;

/** The settings, by their names. */
export interface SenderSettings {
  readonly SMS_PROVIDER: 'log' | 'webhook';
  readonly SMS_WEBHOOK_URL?: string;
  readonly SMS_WEBHOOK_TOKEN?: string;
  readonly MAIL_PROVIDER: 'log' | 'webhook' | 'smtp';
  readonly MAIL_WEBHOOK_URL?: string;
  readonly MAIL_WEBHOOK_TOKEN?: string;
  readonly SMTP_URL?: SmtpServer;
  readonly MAIL_FROM?: Mailbox;
  /** True where mail to another machine has to go by TLS. */
  readonly production: boolean;
}

/** The senders that `SMS_PROVIDER` and `MAIL_PROVIDER` name. */
export function createSenders(config: SenderSettings, compose: ComposeMail): MessageSenders {
  const { SMS_WEBHOOK_URL, SMS_WEBHOOK_TOKEN } = config;
  return {
    sms:
      config.SMS_PROVIDER === 'webhook' && SMS_WEBHOOK_URL
        ? new WebhookSender({ url: SMS_WEBHOOK_URL, token: SMS_WEBHOOK_TOKEN })
        : new LogSender('sms'),
    mail: createMailSender(config, compose),
  };
}

function createMailSender(config: SenderSettings, compose: ComposeMail): MessageSender {
  const { MAIL_PROVIDER, MAIL_WEBHOOK_URL, MAIL_WEBHOOK_TOKEN, SMTP_URL, MAIL_FROM } = config;
  if (MAIL_PROVIDER === 'webhook' && MAIL_WEBHOOK_URL) {
    return new WebhookSender({ url: MAIL_WEBHOOK_URL, token: MAIL_WEBHOOK_TOKEN });
  }
  if (MAIL_PROVIDER === 'smtp' && SMTP_URL && MAIL_FROM) {
    const requireTls = config.production && !isLoopback(SMTP_URL);
    return new SmtpSender({ server: SMTP_URL, from: MAIL_FROM, requireTls, compose });
  }
  return new LogSender('mail');
}
