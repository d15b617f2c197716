import { transportReason } from '../transport-reason.js';
import type { Message, MessageSender } from './port.js';

export interface WebhookOptions {
  url: string;
  /** Sent as a bearer token. */
  token?: string | undefined;
  timeoutMs?: number;
}

/** Posts each message as JSON to whoever really sends it. Any 2xx answer means that it left. */
export class WebhookSender implements MessageSender {
  constructor(private readonly options: WebhookOptions) {}

  async send({ to, code, purposes }: Message): Promise<void> {
    const status = await this.post(JSON.stringify({ to, code, purposes }));
    if (status < 200 || status > 299) throw new Error(`message webhook: status ${status}`);
  }

  private async post(body: string): Promise<number> {
    const { url, token, timeoutMs = 5000 } = this.options;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        body,
        // A redirect would carry the code to an address nobody configured.
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      await response.body?.cancel();
      return response.status;
    } catch (error) {
      throw new Error(`message webhook: ${transportReason(error)}`);
    }
  }
}
