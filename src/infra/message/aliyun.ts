import { createHash, createHmac, randomUUID } from 'node:crypto';
import { type Message, type MessageSender, UndeliveredError } from './port.js';
import { callProvider, codeIn, parsedAnswer } from './provider-call.js';
import { type Templates, type TemplateValue, templateOf, valuesOf } from './templates.js';

export interface AliyunOptions {
  url: string;
  accessKeyId: string;
  accessKeySecret: string;
  /** 签名, as approved. */
  sign: string;
  templates: Templates;
  values: readonly TemplateValue[];
  timeoutMs: number;
}

/** Refusals for the recipient: not a number, or it had too many of late. */
const OF_RECIPIENT = /^isv\.(MOBILE_|BUSINESS_LIMIT_CONTROL|DAY_LIMIT_CONTROL$|MONTH_LIMIT_CONTROL$)/;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Aliyun Dysmsapi, `SendSms` of 2017-05-25. */
export class AliyunSender implements MessageSender {
  constructor(private readonly options: AliyunOptions) {}

  async send(message: Message): Promise<void> {
    const { url, sign, templates, values, timeoutMs } = this.options;
    const template = templateOf(templates, message);
    if (!template) throw new UndeliveredError('aliyun: no template', { surely: true });
    const query = canonicalQuery({
      PhoneNumbers: message.to,
      SignName: sign,
      TemplateCode: template,
      TemplateParam: JSON.stringify(Object.fromEntries(valuesOf(values, message))),
    });
    const headers = signedHeaders(this.options, { host: new URL(url).host, query, action: 'SendSms' });
    const answer = await callProvider('aliyun', { url: `${url}/?${query}`, headers, timeoutMs });
    const code = codeIn(parsedAnswer(answer), 'Code');
    if (code === 'OK') return;
    throw new UndeliveredError(`aliyun: ${code ?? `status ${answer.status}`}`, {
      surely: code !== undefined || answer.status < 500,
      recipient: OF_RECIPIENT.test(code ?? ''),
    });
  }
}

/** By RFC 3986, which escapes more than `encodeURIComponent` does. */
const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

const canonicalQuery = (parameters: Record<string, string>): string =>
  Object.entries(parameters)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`)
    .join('&');

/** One call of the API, as far as its signature covers it. */
export interface AliyunCall {
  host: string;
  action: string;
  version?: string;
  query: string;
  date?: Date;
  nonce?: string;
}

/** The headers of a POST without a body, signed by ACS3-HMAC-SHA256 (V3版本请求体&签名机制). */
export function signedHeaders(
  { accessKeyId, accessKeySecret }: Pick<AliyunOptions, 'accessKeyId' | 'accessKeySecret'>,
  { host, action, version = '2017-05-25', query, date = new Date(), nonce = randomUUID() }: AliyunCall,
): Record<string, string> {
  const payload = sha256('');
  const headers = {
    host,
    'x-acs-action': action,
    'x-acs-content-sha256': payload,
    'x-acs-date': date.toISOString().replace(/\.\d{3}Z$/, 'Z'),
    'x-acs-signature-nonce': nonce,
    'x-acs-version': version,
  };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const request = ['POST', '/', query, lines.join(''), names, payload].join('\n');
  const signature = createHmac('sha256', accessKeySecret)
    .update(`ACS3-HMAC-SHA256\n${sha256(request)}`)
    .digest('hex');
  const authorization = `ACS3-HMAC-SHA256 Credential=${accessKeyId},SignedHeaders=${names},Signature=${signature}`;
  // The host is sent by whoever sends the request.
  const { host: _, ...others } = headers;
  return { ...others, authorization };
}
