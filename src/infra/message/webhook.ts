import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { type Message, type MessageSender, UndeliveredError } from './port.js';
import { callProvider } from './provider-call.js';

export interface WebhookOptions {
  url: string;
  /** Sent as a bearer token. */
  token?: string | undefined;
  /** Signs each request as Standard Webhooks has it: `whsec_` and a key in base64. */
  secret?: string | undefined;
  timeoutMs?: number;
}

/** Posts each message as JSON to whoever really sends it. Any 2xx answer means that it left. */
export class WebhookSender implements MessageSender {
  private readonly webhook: Webhook | undefined;

  constructor(private readonly options: WebhookOptions) {
    this.webhook = options.secret ? new Webhook(options.secret) : undefined;
  }

  async send({ to, code, purposes }: Message): Promise<void> {
    const { url, token, timeoutMs = 5000 } = this.options;
    const body = JSON.stringify({ to, code, purposes });
    const headers = {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
      ...this.signatureOf(body),
    };
    const { status } = await callProvider('message webhook', { url, headers, body, timeoutMs });
    if (status >= 200 && status <= 299) return;
    // What failed behind a 5xx may have failed after the message had left.
    throw new UndeliveredError(`message webhook: status ${status}`, { surely: status < 500 });
  }

  /** A new id each time: no message is posted twice. */
  private signatureOf(body: string): Record<string, string> {
    if (!this.webhook) return {};
    const [id, now] = [`msg_${randomUUID()}`, new Date()];
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': this.webhook.sign(id, now, body),
    };
  }
}
