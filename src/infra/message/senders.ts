import type { Config } from '../../config.js';
import { LogSender } from './log.js';
import type { MessageChannel, MessageSender } from './port.js';
import { WebhookSender } from './webhook.js';

export type MessageSenders = Readonly<Record<MessageChannel, MessageSender>>;

/** The senders that `SMS_PROVIDER` and `MAIL_PROVIDER` name. */
export function createSenders(config: Config): MessageSenders {
  const { SMS_WEBHOOK_URL, SMS_WEBHOOK_TOKEN, MAIL_WEBHOOK_URL, MAIL_WEBHOOK_TOKEN } = config;
  return {
    sms:
      config.SMS_PROVIDER === 'webhook' && SMS_WEBHOOK_URL
        ? new WebhookSender({ url: SMS_WEBHOOK_URL, token: SMS_WEBHOOK_TOKEN })
        : new LogSender('sms'),
    mail:
      config.MAIL_PROVIDER === 'webhook' && MAIL_WEBHOOK_URL
        ? new WebhookSender({ url: MAIL_WEBHOOK_URL, token: MAIL_WEBHOOK_TOKEN })
        : new LogSender('mail'),
  };
}
