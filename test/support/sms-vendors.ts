import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One SMS as a vendor understood it. */
export interface VendorSms {
  phone: string;
  template: string;
  sign: string;
  values: unknown;
  code: string;
}

/** What a vendor does with a request that is signed well. */
export type Behaviour =
  | 'sends'
  /** Refuses with one of its codes. */
  | { refuses: string }
  /** Sends it, and never answers. */
  | 'hangs'
  /** Sends it, and closes the connection. */
  | 'cuts off'
  /** Answers with what no vendor says. */
  | { status: number; body: string }
  /** Sends it, and answers twice. */
  | 'answers twice';

const sha256 = (value: string) => createHash('sha256').update(value, 'utf8').digest('hex');

/** A vendor of SMS: a real HTTP server that checks signatures as the vendor's documents describe them. */
abstract class Vendor {
  /** All that it sent to phones, whatever it answered. */
  readonly sent: VendorSms[] = [];
  /** Requests, those that it refused among them. */
  asked = 0;
  behaviour: Behaviour = 'sends';
  private readonly server: Server = createServer((request, response) => void this.take(request, response));

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  protected abstract read(request: IncomingMessage, body: string): VendorSms | string;
  protected abstract answer(code: string): string;

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.asked += 1;
    const sms = this.read(request, await text(request));
    const { behaviour } = this;
    if (typeof sms === 'string') return void response.end(this.answer(sms));
    if (typeof behaviour === 'object' && 'refuses' in behaviour) {
      return void response.end(this.answer(behaviour.refuses));
    }
    if (typeof behaviour === 'object') return void response.writeHead(behaviour.status).end(behaviour.body);
    this.sent.push(sms);
    if (behaviour === 'hangs') return;
    if (behaviour === 'cuts off') return void request.socket.destroy();
    response.end(this.answer('sent'));
    if (behaviour === 'answers twice')
      request.socket.write('HTTP/1.1 500 Twice\r\ncontent-length: 0\r\n\r\n');
  }
}

export const ALIYUN_KEY = { id: 'LTAI5tExampleKeyId000000', secret: 'aLiYuNsEcReT00000000000000000' };
export const TENCENT_KEY = { id: 'AKIDexampleSecretId00000000', secret: 'tEnCeNtSeCrEt000000000000000' };

/** Dysmsapi. */
export class Aliyun extends Vendor {
  protected read({ method, url = '', headers }: IncomingMessage, body: string): VendorSms | string {
    const { pathname, searchParams: query } = new URL(url, 'http://host');
    const [, credential, names = '', signature] =
      /^ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})$/.exec(
        headers.authorization ?? '',
      ) ?? [];
    const signed = names.split(';');
    for (const name of ['host', 'x-acs-action', 'x-acs-version', 'x-acs-date', 'x-acs-signature-nonce']) {
      if (!signed.includes(name)) return 'MissingSignedHeader';
    }
    const encode = (value: string) =>
      encodeURIComponent(value).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
    const canonicalQuery = [...query]
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join('&');
    const canonical = [
      method,
      pathname,
      canonicalQuery,
      ...signed.map((name) => `${name}:${String(headers[name]).trim()}`),
      '',
      names,
      sha256(body),
    ].join('\n');
    const expected = createHmac('sha256', ALIYUN_KEY.secret)
      .update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`)
      .digest('hex');
    if (credential !== ALIYUN_KEY.id) return 'InvalidAccessKeyId.NotFound';
    if (signature !== expected || headers['x-acs-content-sha256'] !== sha256(body))
      return 'SignatureDoesNotMatch';
    if (headers['x-acs-action'] !== 'SendSms' || headers['x-acs-version'] !== '2017-05-25')
      return 'InvalidAction';
    if (Math.abs(Date.parse(String(headers['x-acs-date'])) - Date.now()) > 900_000)
      return 'InvalidTimeStamp.Expired';
    const values = JSON.parse(query.get('TemplateParam') ?? '{}');
    return {
      phone: query.get('PhoneNumbers') ?? '',
      sign: query.get('SignName') ?? '',
      template: query.get('TemplateCode') ?? '',
      values,
      code: values.code,
    };
  }

  protected answer(code: string): string {
    return code === 'sent'
      ? '{"Code":"OK","Message":"OK","BizId":"900619746936498440^0","RequestId":"F655A8D5"}'
      : JSON.stringify({ Code: code, Message: `refused: ${code}`, RequestId: 'F655A8D5' });
  }
}

/** Tencent Cloud SMS. */
export class Tencent extends Vendor {
  protected read({ method, headers }: IncomingMessage, body: string): VendorSms | string {
    const [, id, date = '', names = '', signature] =
      /^TC3-HMAC-SHA256 Credential=([^/]+)\/(\d{4}-\d\d-\d\d)\/sms\/tc3_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
        headers.authorization ?? '',
      ) ?? [];
    const signed = names.split(';');
    if (!signed.includes('content-type') || !signed.includes('host')) return 'AuthFailure.SignatureFailure';
    const lines = signed.map((name) => `${name}:${String(headers[name]).trim().toLowerCase()}\n`).join('');
    const canonical = `${method}\n/\n\n${lines}\n${names}\n${sha256(body)}`;
    const timestamp = String(headers['x-tc-timestamp']);
    const scope = `${date}/sms/tc3_request`;
    let key: string | Buffer = `TC3${TENCENT_KEY.secret}`;
    for (const part of [date, 'sms', 'tc3_request']) key = createHmac('sha256', key).update(part).digest();
    const expected = createHmac('sha256', key)
      .update(`TC3-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(canonical)}`)
      .digest('hex');
    if (id !== TENCENT_KEY.id) return 'AuthFailure.SecretIdNotFound';
    if (signature !== expected) return 'AuthFailure.SignatureFailure';
    if (new Date(Number(timestamp) * 1000).toISOString().slice(0, 10) !== date)
      return 'AuthFailure.SignatureExpire';
    if (headers['x-tc-action'] !== 'SendSms' || headers['x-tc-version'] !== '2021-01-11')
      return 'InvalidAction';
    const asked = JSON.parse(body);
    return {
      phone: asked.PhoneNumberSet.join(),
      sign: asked.SignName,
      template: asked.TemplateId,
      values: asked.TemplateParamSet,
      code: asked.TemplateParamSet[0],
    };
  }

  protected answer(code: string): string {
    const response = code.startsWith('AuthFailure')
      ? { Error: { Code: code, Message: 'refused' } }
      : {
          SendStatusSet: [
            { SerialNo: '5000:1045710669157053657849499619', Code: code === 'sent' ? 'Ok' : code },
          ],
        };
    return JSON.stringify({ Response: { ...response, RequestId: 'a0aabda6' } });
  }
}
