import type { Config } from '../../config.js';
import { LogSender } from './log.js';
import type { MessageChannel, MessageSender } from './port.js';
import { SmtpSender } from './smtp.js';
import { isLoopback } from './smtp.settings.js';
import { WebhookSender } from './webhook.js';

export type MessageSenders = Readonly<Record<MessageChannel, MessageSender>>;

/** The senders that `SMS_PROVIDER` and `MAIL_PROVIDER` name. */
export function createSenders(config: Config): MessageSenders {
  const { SMS_WEBHOOK_URL, SMS_WEBHOOK_TOKEN } = config;
  return {
    sms:
      config.SMS_PROVIDER === 'webhook' && SMS_WEBHOOK_URL
        ? new WebhookSender({ url: SMS_WEBHOOK_URL, token: SMS_WEBHOOK_TOKEN })
        : new LogSender('sms'),
    mail: createMailSender(config),
  };
}

function createMailSender(config: Config): MessageSender {
  const { MAIL_PROVIDER, MAIL_WEBHOOK_URL, MAIL_WEBHOOK_TOKEN, SMTP_URL, MAIL_FROM } = config;
  if (MAIL_PROVIDER === 'webhook' && MAIL_WEBHOOK_URL) {
    return new WebhookSender({ url: MAIL_WEBHOOK_URL, token: MAIL_WEBHOOK_TOKEN });
  }
  if (MAIL_PROVIDER === 'smtp' && SMTP_URL && MAIL_FROM) {
    const requireTls = config.production && !isLoopback(SMTP_URL);
    return new SmtpSender({ server: SMTP_URL, from: MAIL_FROM, requireTls });
  }
  return new LogSender('mail');
}
