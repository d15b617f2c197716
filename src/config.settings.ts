import { z } from 'zod';
import {
  connection,
  inOrder,
  integer,
  names,
  onOff,
  onOffOrOpen,
  origins,
  parsed,
  ranges,
  shares,
  someOf,
  sunset,
  systems,
  text,
  upstream,
  url,
  urlOr,
} from './config.formats.js';
import { parseBudgets } from './infra/message/budget.js';
import { parseMailbox, parseSmtpUrl } from './infra/message/smtp.settings.js';
import { parseTemplates } from './infra/message/templates.js';
import { type DataKey, parseDataKeys } from './infra/secret-box.js';

/**
 * Every environment variable the gateway reads, with its default and its meaning.
 * docs/settings.md and .env.example are written from here (`npm run docs`).
 */

const DEVELOPMENT_PEPPER = 'development pepper, refused in production';
const DEVELOPMENT_DATA_KEYS = `development:${Buffer.from('development key, refused in prod').toString('base64')}`;

const port = () =>
  z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port')
    .transform(Number)
    .refine((value) => value <= 65_535, 'must be a port')
    .optional();

const templates = () =>
  parsed(parseTemplates, 'must be PURPOSE:id or PURPOSE.language:id, comma-separated').optional();

const webhookSecret = () =>
  z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'must be whsec_ and at least 24 bytes in base64')
    .optional();

export const SETTINGS = {
  HOST: z.string().prefault('127.0.0.1').describe('Address to listen on.'),
  PORT: integer(4000, 0, 65535).describe('Port to listen on; 0 takes a free one.'),
  PUBLIC_URL: url().describe(
    'The address clients reach the gateway at, for the URLs of pictures. Default: where it listens. Required in production.',
  ),
  DATA_DIR: z.string().prefault('.data').describe('Where the embedded database and uploaded files live.'),
  DATABASE_URL: connection(/^postgres(ql)?:\/\//, 'must be a postgres:// URL').describe(
    'PostgreSQL 15 or newer, in UTF-8 and with ICU (every package has it); any locale; by TLS as `?sslmode=` says. Unset: an embedded database in `DATA_DIR`. Required in production.',
  ),
  DATABASE_PASSWORD: text().describe(
    'The password for `DATABASE_URL`, as it is; in the URL itself it has to be percent-encoded.',
  ),
  DATABASE_POOL: integer(10, 2, 200).describe('Most connections to PostgreSQL from one process.'),
  DATABASE_TIMEOUT_SECONDS: integer(60, 1, 3600).describe(
    'Longest time that PostgreSQL may take for one query, migrations included, or to connect.',
  ),
  MIGRATE: onOff(true).describe(
    'Bring the database up to date at each start. `off`: refuse to start on one that is not, `npm run cli -- db migrate` being a step of its own.',
  ),
  REDIS_URL: connection(/^rediss?:\/\//, 'must be one or more redis:// URLs, comma-separated').describe(
    'Redis; several nodes, comma-separated, are a cluster. Unset: an in-process stand-in. Required in production.',
  ),
  REDIS_PREFIX: z.string().prefault('ug:').describe('Prefix of every key in Redis.'),
  METRICS_PORT: port().describe(
    'Port of a listener of its own for `GET /metrics`, at `HOST`; who reaches it may read. Unset: at `PORT`, for `INTERNAL_NETWORKS` alone.',
  ),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .prefault('info')
    .describe('How much is logged: fatal, error, warn, info, debug, trace or silent.'),

  API_DOCS: onOffOrOpen().describe(
    'OpenAPI documents of the legacy URLs, to browse at /docs. Default: on, but off in production.',
  ),
  PLAYGROUND: onOffOrOpen().describe(
    'GraphiQL and introspection at /graphql. Default: on, but off in production.',
  ),
  FEDERATION: onOff(true).describe(
    'Makes /graphql a subgraph of a federated graph (Apollo Federation 2): `_service` and `_entities`.',
  ),
  SCHEMA_DOCUMENT: onOff(true).describe(
    'The GraphQL schema as a text at /schema.graphql, in production too.',
  ),
  PERSISTED_QUERIES: onOff(true).describe(
    'Keep the texts of queries in Redis, so that clients send a hash in their place (automatic persisted queries).',
  ),
  TRUSTED_DOCUMENTS: text().describe(
    'The documents that clients ask for by their ids: a manifest of Apollo’s, a map of ids to texts as Relay and graphql-codegen write it, or a folder of .graphql files. Read, checked and compiled at start.',
  ),
  TRUSTED_DOCUMENTS_ONLY: onOff(false).describe(
    'Refuse every other document at /graphql, introspection and the playground’s included. The legacy URLs have documents of their own.',
  ),
  TRUSTED_PROXIES: ranges('').describe(
    'Addresses or CIDR ranges of the proxies whose X-Forwarded-For is believed, comma-separated. None by default.',
  ),
  INTERNAL_NETWORKS: ranges('127.0.0.0/8,::1').describe(
    'CIDR ranges that may make server-to-server calls (`userIds`, anlife 接口17; token introspection where `INTROSPECTION_INTERNAL` is on).',
  ),
  INTROSPECTION_INTERNAL: onOff(false).describe(
    'Servers inside `INTERNAL_NETWORKS` may ask `POST /oauth/introspect` about tokens without being an open app.',
  ),
  INTROSPECTION_MISSES_PER_MINUTE: integer(6000, 1, 100_000).describe(
    'Tokens that are none, which one open app may ask about within a minute.',
  ),
  MEMBER_HOME_URL: z
    .string()
    .prefault('/')
    // A second slash would make it another host's, and nothing that a header cannot hold.
    .refine((text) => /^(\/(?![/\\])|https?:\/\/[^/])[!-~]*$/.test(text), 'must be a path or an http(s) URL')
    .describe('Where the member centre sends a browser that has logged in: a path or an http(s) URL.'),
  LEGACY_IDS: systems().describe(
    'Old systems whose doors speak their own ids of accounts, in and out, comma-separated: anlife, account, plus, member, open. None by default.',
  ),
  CORS_ORIGINS: origins().describe(
    'Origins of browser apps that may call the gateway, comma-separated. Outside production every http://localhost and http://127.0.0.1 may, whatever its port.',
  ),
  RATE_LIMIT: onOff(true).describe('The per-IP request limits. `off` for tests and benchmarks only.'),
  RATE_LIMIT_PER_MINUTE: integer(600, 1, 1_000_000).describe(
    'Requests a minute from one IP, in one process.',
  ),
  BODY_LIMIT_BYTES: integer(1_048_576, 1024, 104_857_600).describe(
    'Largest request body that is not an upload.',
  ),
  BODY_TOTAL_BYTES: integer(100_663_296, 1024, 100_000_000_000).describe(
    'Bytes of request bodies above 16 KiB that one process holds at once, from when they begin to arrive until they are answered; the next one gets 503.',
  ),
  BODY_SOURCE_BYTES: integer(25_165_824, 1024, 100_000_000_000).describe(
    'Of these, bytes from one IP (IPv6: /64); the next one from there gets 429.',
  ),
  BODY_STALL_SECONDS: integer(10, 1, 60).describe(
    'Seconds within which such a body has to bring 1 KiB each on average; a slower one gets 408.',
  ),
  SHUTDOWN_SECONDS: integer(10, 1, 300).describe('Longest time that SIGTERM waits for requests under way.'),
  JOB_INTERVAL_MINUTES: integer(60, 0, 10_080).describe(
    'Minutes between two runs of the jobs that erase and purge; 0: only by the command line.',
  ),

  SUNSET_ANLIFE: sunset('anlife'),
  SUNSET_ACCOUNT: sunset('account'),
  SUNSET_PLUS: sunset('plus'),
  SUNSET_MEMBER: sunset('member'),
  SUNSET_OPEN: sunset('open'),
  SUNSET_LINK: url().describe(
    'The page about the end of legacy systems that `Link` names beside `Deprecation` and `Sunset`. Default: `/docs/` where `API_DOCS` is on, else `/`.',
  ),

  PASSWORD_PEPPER: z
    .string()
    .min(32, 'must have at least 32 characters')
    .prefault(DEVELOPMENT_PEPPER)
    .describe(
      'Key of the HMAC under the password hashes. Losing it loses every password. Required in production.',
    ),
  DATA_KEYS: parsed(parseDataKeys, 'must be id:base64key[,id:base64key…] with 32 bytes a key')
    .prefault(DEVELOPMENT_DATA_KEYS)
    .describe(
      'Keys of what is encrypted at rest, and of upload tickets, `id:base64key[,id:base64key…]`: the first encrypts and signs, all decrypt and verify (`data-key reencrypt` moves what is under the others). Required in production.',
    ),
  PASSWORD_HASH_MEMORY_KIB: integer(19_456, 19_456, 1_048_576).describe('argon2id memory, in KiB.'),
  PASSWORD_HASH_ITERATIONS: integer(2, 2, 20).describe('argon2id passes.'),
  PASSWORD_HASH_CONCURRENCY: integer(2, 1, 64).describe('Passwords hashed at once in one process.'),
  PASSWORD_HASH_QUEUE: integer(200, 1, 100_000).describe(
    'Log-ins waiting for a hash; the next one gets 503.',
  ),

  MD5_ENTRANCES: someOf(['graphql', 'anlife']).describe(
    'Doors that still take the MD5 of a password from clients, comma-separated: `graphql` and `anlife`, which is the default, or one of them; `off`: none.',
  ),
  PLUS_JWT_SECRET: z
    .string()
    .min(16, 'must have at least 16 characters')
    .optional()
    .describe(
      '`JWT_SECRET` of the ThinkSNS+ that accounts come from: its tokens (HS256) are good at the plus door until they expire, and become sessions when they are used. Whoever knows it can be anybody who came from there: unset it once the last token has expired.',
    ),

  PLUS_AVATAR: z
    .enum(['object', 'string'])
    .prefault('object')
    .describe(
      'How the plus door shows an avatar that is still at a third party: `object`, like one that is stored here, with `vendor` `external`; or `string`, its URL alone, as the document of ThinkSNS+ has it. Apps for Android read objects only.',
    ),

  PLUS_STANDALONE: onOffOrOpen().describe(
    'The plus door answers with nothing what its clients ask of feeds, notifications, advertisements and news when they start. Default: on, but off with UPSTREAM_PLUS, whose server answers it.',
  ),

  ERASURE_GRACE_DAYS: integer(30, 1, 3650).describe(
    'Days after which the personal data of a cancelled account is erased.',
  ),
  SECURITY_EVENT_DAYS: integer(180, 1, 3650).describe('Days that security events are kept.'),
  EVENT_DAYS: integer(7, 4, 3650).describe(
    'Days that events of accounts are kept, for `webhook replay`; longer where a webhook still waits for them.',
  ),
  CALL_DAYS: integer(400, 30, 3650).describe(
    'Days that the counts of legacy calls are kept, from which `sunset report` is made.',
  ),
  SESSION_DAYS: integer(30, 1, 3650).describe('Days until a session expires.'),
  CODE_TTL_SECONDS: integer(300, 30, 3600).describe('How long a code is good.'),
  CODE_TRIES: integer(5, 1, 100).describe('Wrong tries after which a code is burnt.'),
  CODE_RESEND_SECONDS: integer(60, 0, 3600).describe('Wait between two codes to one phone or address.'),
  CODE_DAILY_LIMIT: integer(5, 1, 1_000_000).describe('Codes a day to one phone or address.'),
  CODE_IP_DAILY_LIMIT: integer(100, 1, 1_000_000).describe('Codes a day asked for by one IP (IPv6: /64).'),
  CAPTCHA_TTL_SECONDS: integer(300, 30, 3600).describe('How long a captcha can be answered.'),
  CAPTCHA_ANSWER: z
    .string()
    .regex(/^[0-9A-Za-z]{1,12}$/, 'must be 1 to 12 letters and digits')
    .optional()
    .describe('Fixes the answer of every captcha. Development only.'),
  GUARD_WINDOW_SECONDS: integer(900, 1, 86_400).describe(
    'Window in which failures of one account from one source count; also how long they lock.',
  ),
  GUARD_CAPTCHA_AFTER: integer(5, 1, 10_000).describe(
    'Failures of one account from one source above which a captcha is needed where one can be shown.',
  ),
  GUARD_LOCK_AFTER: integer(10, 1, 10_000).describe(
    'Failures of one account from one source that lock it there.',
  ),
  GUARD_ACCOUNT_HOURLY: integer(100, 1, 1_000_000).describe(
    'Wrong passwords at log-in an hour of one account over all sources; then a captcha or a source known to the account is needed.',
  ),
  GUARD_SESSION_HOURLY: integer(10, 1, 1_000_000).describe(
    'Wrong passwords an hour of one session that is asked for its password, over all sources; then it is refused.',
  ),
  GUARD_IP_HOURLY: integer(100, 1, 1_000_000).describe(
    'Failures an hour from one source; then it is locked.',
  ),

  SMS_PROVIDER: inOrder(['log', 'webhook', 'aliyun', 'tencent'], 'log').describe(
    'The way SMS leave: `log` prints them (development only), `webhook` posts them to `SMS_WEBHOOK_URL`, `aliyun` (Dysmsapi) and `tencent` (Cloud SMS) send them. Several, comma-separated, are asked one after the other, until one takes the SMS.',
  ),
  SMS_DAILY_BUDGET: parsed(parseBudgets, 'must be a number, or number,provider:number…')
    .optional()
    .describe(
      'Most SMS of a day (Asia/Shanghai), in all, and behind commas by one provider: `10000,aliyun:6000`. Beyond it SERVICE_UNAVAILABLE. None by default.',
    ),
  SMS_TIMEOUT_MS: integer(5000, 100, 30_000).describe(
    'How long one provider of SMS may take to answer before the next one is asked.',
  ),
  SMS_TEMPLATE_VALUES: inOrder(['code', 'minutes'], 'code').describe(
    'What the templates of aliyun (by these names) and tencent (in this order) are filled with: `code`, or `code,minutes` (that the code is good).',
  ),
  ALIYUN_SMS_ACCESS_KEY_ID: text().describe('SMS by Aliyun: AccessKey id.'),
  ALIYUN_SMS_ACCESS_KEY_SECRET: text().describe('SMS by Aliyun: AccessKey secret.'),
  ALIYUN_SMS_SIGN: text().describe('SMS by Aliyun: the sign (签名), as approved.'),
  ALIYUN_SMS_TEMPLATES: templates().describe(
    'SMS by Aliyun: templates by purpose (REGISTER, LOGIN, BIND, RETRIEVE, UNBIND, PASSWORD; `*`: any other) and language: `LOGIN:SMS_1,LOGIN.en:SMS_2,*:SMS_3`.',
  ),
  ALIYUN_SMS_URL: urlOr('https://dysmsapi.aliyuncs.com').describe('Where Dysmsapi answers.'),
  TENCENT_SMS_SECRET_ID: text().describe('SMS by Tencent Cloud: SecretId.'),
  TENCENT_SMS_SECRET_KEY: text().describe('SMS by Tencent Cloud: SecretKey.'),
  TENCENT_SMS_APP_ID: text().describe('SMS by Tencent Cloud: SmsSdkAppId.'),
  TENCENT_SMS_SIGN: text().describe('SMS by Tencent Cloud: the sign (签名), as approved.'),
  TENCENT_SMS_TEMPLATES: templates().describe('SMS by Tencent Cloud: templates, as those of Aliyun.'),
  TENCENT_SMS_REGION: z.string().prefault('ap-guangzhou').describe('SMS by Tencent Cloud: region.'),
  TENCENT_SMS_URL: urlOr('https://sms.tencentcloudapi.com').describe('Where Tencent Cloud SMS answers.'),
  SMS_WEBHOOK_URL: url().describe('Takes `{to, code, purposes}` as JSON and sends the SMS.'),
  SMS_WEBHOOK_TOKEN: text().describe('Bearer token sent to `SMS_WEBHOOK_URL`.'),
  SMS_WEBHOOK_SECRET: webhookSecret().describe(
    'Signs what is posted to `SMS_WEBHOOK_URL` as Standard Webhooks has it: `whsec_` and a key in base64.',
  ),
  MAIL_PROVIDER: z
    .enum(['log', 'webhook', 'smtp'])
    .prefault('log')
    .describe(
      'The way mail leaves: `log` prints it (development only), `webhook` posts it to `MAIL_WEBHOOK_URL`, `smtp` hands it to the server of `SMTP_URL`.',
    ),
  MAIL_WEBHOOK_URL: url().describe('Takes `{to, code, purposes}` as JSON and sends the mail.'),
  MAIL_WEBHOOK_TOKEN: text().describe('Bearer token sent to `MAIL_WEBHOOK_URL`.'),
  MAIL_WEBHOOK_SECRET: webhookSecret().describe('Signs what is posted to `MAIL_WEBHOOK_URL`, likewise.'),
  SMTP_URL: parsed(parseSmtpUrl, 'must be smtp[s]://[user:password@]host[:port]')
    .optional()
    .describe(
      'The mail server, `smtp[s]://[user:password@]host[:port]`: `smtps` is TLS from the start (port 465), `smtp` is STARTTLS (587). In production only a loopback address may do without TLS.',
    ),
  MAIL_FROM: parsed(parseMailbox, 'must be an address or "Name <address>"')
    .optional()
    .describe('Who mail by SMTP is from: an address, or `Name <address>`.'),

  WEBHOOK_CONCURRENCY: integer(20, 0, 1000).describe(
    'Events that this process posts to one webhook at once (docs/events.md); 0: it delivers none and leaves it to the others.',
  ),
  WEBHOOK_TIMEOUT_MS: integer(10_000, 100, 60_000).describe('How long a webhook may take to answer.'),
  WEBHOOK_NETWORKS: ranges('').describe(
    'CIDR ranges that webhooks may be in besides public addresses, with http too; in production only, elsewhere every address is allowed. None by default.',
  ),

  UPSTREAM_ANLIFE: upstream().describe(
    'The old server of anlife, which is asked for what lies under its prefixes and no row answers (docs/upstream.md).',
  ),
  UPSTREAM_ACCOUNT: upstream().describe('The old server of account.'),
  UPSTREAM_PLUS: upstream().describe('The old server of plus.'),
  UPSTREAM_MEMBER: upstream().describe('The old server of member.'),
  UPSTREAM_OPEN: upstream().describe('The old server of open.'),
  UPSTREAM: upstream().describe(
    'The server that is asked for what lies under the prefix of no dialect and under no path of the gateway itself.',
  ),
  UPSTREAM_TIMEOUT_MS: integer(10_000, 100, 600_000).describe(
    'How long an old server may take to connect, to begin its answer once it has the request, and between two pieces of it.',
  ),
  UPSTREAM_CONNECTIONS: integer(100, 1, 10_000).describe(
    'Requests that one process has with one old server at once; the next one gets 503. A quarter of them for one IP (IPv6: /64).',
  ),
  UPSTREAM_SECRET: z
    .string()
    .min(32, 'must have at least 32 characters')
    .optional()
    .describe(
      'Key by which old servers know that the gateway names a caller (`X-Gateway-User-Id`). Unset: nobody is named. Required in production with any UPSTREAM.',
    ),
  ROUTES_UPSTREAM: names().describe(
    'Rows that the old server still answers, by door and id, comma-separated: `anlife:接口12,member:*`.',
  ),

  SHADOW: shares().describe(
    'Reads that are also asked of the side that did not answer, once the client has its answer: doors with the share of their requests, `plus:0.05,anlife:1`. What differs is told by `shadow report`. Needs the UPSTREAM of each door.',
  ),

  ACCOUNT_PHONE_WITHOUT_CODE: onOff(false).describe(
    'Let old `account` clients (3.4) set a phone without a code. Dangerous, in production too: anybody with an account can then take any number that is not registered, and lock its owner out of registering it.',
  ),

  REPORT_DAILY_LIMIT: integer(20, 1, 1_000_000).describe(
    'Complaints about users that one account may make within 24 hours.',
  ),

  UPLOAD_MAX_BYTES: integer(5_242_880, 1024, 104_857_600).describe('Largest image file.'),
  UPLOAD_DAILY_LIMIT: integer(200, 1, 1_000_000).describe('Images one account may store within 24 hours.'),
  UPLOAD_WITHOUT_SESSION: onOff(true).describe(
    'Let old `anlife` apps send pictures without a session (接口12). A picture that no account has named within 24 hours is removed.',
  ),
  UPLOAD_IP_DAILY_LIMIT: integer(30, 1, 1_000_000).describe(
    'Images one IP (IPv6: /64) may store without a session within 24 hours.',
  ),
  IMAGE_MAX_SIDE: integer(8000, 50, 30_000).describe('Longest side of an image, in pixels.'),
  IMAGE_MIN_SIDE: integer(50, 1, 1000).describe('Shortest side of an avatar, in pixels.'),
  IMPORT_PICTURE_NETWORKS: ranges('').describe(
    'CIDR ranges, besides public addresses, from which pictures that an import names by their URLs are fetched. None by default.',
  ),

  WECHAT_APP_ID: text().describe('WeChat log-in: app id.'),
  WECHAT_APP_SECRET: text().describe('WeChat log-in: secret.'),
  WECHAT_DEV_APP_ID: text().describe('WeChat log-in of the test app (`dev=1`): app id.'),
  WECHAT_DEV_APP_SECRET: text().describe('WeChat log-in of the test app: secret.'),
  WECHAT_API_URL: urlOr('https://api.weixin.qq.com').describe('Where WeChat answers.'),
  WECHAT_TOKEN_LOGIN: onOff(false).describe(
    'Accept a WeChat access token with its openid. Off, because `sns/auth` cannot tell which app a token is for.',
  ),
  WEIBO_APP_KEY: text().describe('Weibo log-in: app key.'),
  WEIBO_APP_SECRET: text().describe(
    'Weibo log-in: secret. Not used: who a token is for can be asked without it.',
  ),
  WEIBO_API_URL: urlOr('https://api.weibo.com').describe('Where Weibo answers.'),
  QQ_APP_ID: text().describe('QQ log-in: app id (client_id).'),
  QQ_APP_SECRET: text().describe('QQ log-in: secret. Not used: who a token is for can be asked without it.'),
  QQ_API_URL: urlOr('https://graph.qq.com').describe('Where QQ answers.'),
  THIRD_PARTY_TIMEOUT_MS: integer(5000, 100, 60_000).describe('How long a provider may take to answer.'),
} as const;

export const SHAPE = z.object(SETTINGS);

/** The values of {@link SETTINGS} once read; see there for what each one means. */
export type Settings = z.output<typeof SHAPE>;

export const isDevelopmentPepper = (pepper: string): boolean => pepper === DEVELOPMENT_PEPPER;

export const areDevelopmentKeys = (keys: readonly DataKey[]): boolean =>
  keys.some(({ id }) => id === 'development');
