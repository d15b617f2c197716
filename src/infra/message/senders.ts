import type { Redis } from '../redis.js';
import { AliyunSender } from './aliyun.js';
import { SmsBudget, type SmsBudgets } from './budget.js';
import { CountedSender } from './counted.js';
import { FailoverSender, type SmsProvider } from './failover.js';
import { LogSender } from './log.js';
import type { ComposeMail, MessageChannel, MessageSender, OnSent } from './port.js';
import { SmtpSender } from './smtp.js';
import { isLoopback, type Mailbox, type SmtpServer } from './smtp.settings.js';
import type { Templates, TemplateValue } from './templates.js';
import { TencentSender } from './tencent.js';
import { WebhookSender } from './webhook.js';

export type MessageSenders = Readonly<Record<MessageChannel, MessageSender>>;

/** The settings, by their names. Those that a provider needs are there where it is named. */
export interface SenderSettings {
  readonly SMS_PROVIDER: readonly ('log' | 'webhook' | 'aliyun' | 'tencent')[];
  readonly SMS_DAILY_BUDGET?: SmsBudgets;
  readonly SMS_TIMEOUT_MS: number;
  readonly SMS_TEMPLATE_VALUES: readonly TemplateValue[];
  readonly SMS_WEBHOOK_URL?: string;
  readonly SMS_WEBHOOK_TOKEN?: string;
  readonly SMS_WEBHOOK_SECRET?: string;
  readonly ALIYUN_SMS_ACCESS_KEY_ID?: string;
  readonly ALIYUN_SMS_ACCESS_KEY_SECRET?: string;
  readonly ALIYUN_SMS_SIGN?: string;
  readonly ALIYUN_SMS_TEMPLATES?: Templates;
  readonly ALIYUN_SMS_URL: string;
  readonly TENCENT_SMS_SECRET_ID?: string;
  readonly TENCENT_SMS_SECRET_KEY?: string;
  readonly TENCENT_SMS_APP_ID?: string;
  readonly TENCENT_SMS_SIGN?: string;
  readonly TENCENT_SMS_TEMPLATES?: Templates;
  readonly TENCENT_SMS_REGION: string;
  readonly TENCENT_SMS_URL: string;
  readonly MAIL_PROVIDER: 'log' | 'webhook' | 'smtp';
  readonly MAIL_WEBHOOK_URL?: string;
  readonly MAIL_WEBHOOK_TOKEN?: string;
  readonly MAIL_WEBHOOK_SECRET?: string;
  readonly SMTP_URL?: SmtpServer;
  readonly MAIL_FROM?: Mailbox;
  /** True where mail to another machine has to go by TLS. */
  readonly production: boolean;
}

/** The senders that `SMS_PROVIDER` and `MAIL_PROVIDER` name. */
export function createSenders(
  config: SenderSettings,
  compose: ComposeMail,
  redis: Redis,
  onSent: OnSent,
): MessageSenders {
  const mail = createMailSender(config, compose);
  return {
    sms: createSmsSender(config, redis, onSent),
    mail: new CountedSender(mail, (outcome) => onSent('mail', config.MAIL_PROVIDER, outcome)),
  };
}

type SmsProviderName = SenderSettings['SMS_PROVIDER'][number];

const SMS_SENDERS: Readonly<Record<SmsProviderName, (config: SenderSettings) => MessageSender>> = {
  log: () => new LogSender('sms'),
  webhook: (config) =>
    new WebhookSender({
      url: config.SMS_WEBHOOK_URL ?? '',
      token: config.SMS_WEBHOOK_TOKEN,
      secret: config.SMS_WEBHOOK_SECRET,
      timeoutMs: config.SMS_TIMEOUT_MS,
    }),
  aliyun: (config) =>
    new AliyunSender({
      url: config.ALIYUN_SMS_URL,
      accessKeyId: config.ALIYUN_SMS_ACCESS_KEY_ID ?? '',
      accessKeySecret: config.ALIYUN_SMS_ACCESS_KEY_SECRET ?? '',
      sign: config.ALIYUN_SMS_SIGN ?? '',
      templates: config.ALIYUN_SMS_TEMPLATES ?? new Map(),
      values: config.SMS_TEMPLATE_VALUES,
      timeoutMs: config.SMS_TIMEOUT_MS,
    }),
  tencent: (config) =>
    new TencentSender({
      url: config.TENCENT_SMS_URL,
      region: config.TENCENT_SMS_REGION,
      secretId: config.TENCENT_SMS_SECRET_ID ?? '',
      secretKey: config.TENCENT_SMS_SECRET_KEY ?? '',
      appId: config.TENCENT_SMS_APP_ID ?? '',
      sign: config.TENCENT_SMS_SIGN ?? '',
      templates: config.TENCENT_SMS_TEMPLATES ?? new Map(),
      values: config.SMS_TEMPLATE_VALUES,
      timeoutMs: config.SMS_TIMEOUT_MS,
    }),
};

function createSmsSender(config: SenderSettings, redis: Redis, onSent: OnSent): MessageSender {
  const providers = config.SMS_PROVIDER.map(
    (name): SmsProvider => ({
      name,
      sender: new CountedSender(SMS_SENDERS[name](config), (outcome) => onSent('sms', name, outcome)),
    }),
  );
  return new FailoverSender(providers, new SmsBudget(redis, config.SMS_DAILY_BUDGET));
}

/** The sender that `MAIL_PROVIDER` names. */
export function createMailSender(config: SenderSettings, compose: ComposeMail): MessageSender {
  const { MAIL_PROVIDER, MAIL_WEBHOOK_URL, SMTP_URL, MAIL_FROM } = config;
  if (MAIL_PROVIDER === 'webhook' && MAIL_WEBHOOK_URL) {
    const { MAIL_WEBHOOK_TOKEN: token, MAIL_WEBHOOK_SECRET: secret } = config;
    return new WebhookSender({ url: MAIL_WEBHOOK_URL, token, secret });
  }
  if (MAIL_PROVIDER === 'smtp' && SMTP_URL && MAIL_FROM) {
    const requireTls = config.production && !isLoopback(SMTP_URL);
    return new SmtpSender({ server: SMTP_URL, from: MAIL_FROM, requireTls, compose });
  }
  return new LogSender('mail');
}
