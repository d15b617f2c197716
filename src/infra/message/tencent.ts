import { createHash, createHmac } from 'node:crypto';
import { type Message, type MessageSender, UndeliveredError } from './port.js';
import { callProvider, codeIn, parsedAnswer } from './provider-call.js';
import { type Templates, type TemplateValue, templateOf, valuesOf } from './templates.js';

export interface TencentOptions {
  url: string;
  region: string;
  secretId: string;
  secretKey: string;
  /** SmsSdkAppId. */
  appId: string;
  /** 签名, as approved. */
  sign: string;
  templates: Templates;
  values: readonly TemplateValue[];
  timeoutMs: number;
}

/** Refusals for the recipient: not a number, on a black list, or it had too many of late. */
const OF_RECIPIENT = /PhoneNumber/;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Tencent Cloud SMS, `SendSms` of 2021-01-11. */
export class TencentSender implements MessageSender {
  constructor(private readonly options: TencentOptions) {}

  async send(message: Message): Promise<void> {
    const { url, region, appId, sign, templates, values, timeoutMs } = this.options;
    const template = templateOf(templates, message);
    if (!template) throw new UndeliveredError('tencent: no template', { surely: true });
    const body = JSON.stringify({
      PhoneNumberSet: [`+86${message.to}`],
      SmsSdkAppId: appId,
      SignName: sign,
      TemplateId: template,
      TemplateParamSet: valuesOf(values, message).map(([, value]) => value),
    });
    const headers = {
      ...signedHeaders(this.options, { host: new URL(url).host, service: 'sms', body }),
      'x-tc-action': 'SendSms',
      'x-tc-version': '2021-01-11',
      'x-tc-region': region,
    };
    const answer = await callProvider('tencent', { url, headers, body, timeoutMs });
    const read = parsedAnswer(answer);
    const code =
      codeIn(read, 'Response', 'Error', 'Code') ?? codeIn(read, 'Response', 'SendStatusSet', '0', 'Code');
    if (code === 'Ok') return;
    throw new UndeliveredError(`tencent: ${code ?? `status ${answer.status}`}`, {
      surely: code !== undefined || answer.status < 500,
      recipient: OF_RECIPIENT.test(code ?? ''),
    });
  }
}

/** One call of the API, as far as its signature covers it. */
export interface TencentCall {
  host: string;
  service: string;
  body: string;
  date?: Date;
}

/** The headers of a POST in JSON, signed by TC3-HMAC-SHA256 (签名方法 v3). */
export function signedHeaders(
  { secretId, secretKey }: Pick<TencentOptions, 'secretId' | 'secretKey'>,
  { host, service, body, date = new Date() }: TencentCall,
): Record<string, string> {
  const contentType = 'application/json; charset=utf-8';
  const names = 'content-type;host';
  const request = `POST\n/\n\ncontent-type:${contentType}\nhost:${host}\n\n${names}\n${sha256(body)}`;
  const timestamp = String(Math.floor(date.getTime() / 1000));
  const day = date.toISOString().slice(0, 10);
  const scope = `${day}/${service}/tc3_request`;
  const key = hmac(hmac(hmac(`TC3${secretKey}`, day), service), 'tc3_request');
  const signature = hmac(key, `TC3-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(request)}`).toString('hex');
  return {
    'content-type': contentType,
    'x-tc-timestamp': timestamp,
    authorization: `TC3-HMAC-SHA256 Credential=${secretId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  };
}
