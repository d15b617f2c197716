/** The settings that a gateway in production needs, without those of mail. */
export const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://database/gateway',
  REDIS_URL: 'redis://redis',
  PUBLIC_URL: 'https://user.example.com',
  PASSWORD_PEPPER: 'a pepper of at least 32 characters',
  DATA_KEYS: `2026:${Buffer.alloc(32, 7).toString('base64')}`,
  SMS_PROVIDER: 'webhook',
  SMS_WEBHOOK_URL: 'https://sms.example.com/send',
};
