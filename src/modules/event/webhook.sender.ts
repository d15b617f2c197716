import { Webhook as StandardWebhook } from 'standardwebhooks';
import type { Config } from '../../config.js';
import { AddressGuard, publicAddresses } from '../../infra/addresses.js';
import { rangeMatcher } from '../../infra/ip.js';
import { Poster } from '../../infra/poster.js';
import type { ClaimedDelivery } from './delivery.repository.js';
import type { Webhook } from './webhook.entity.js';

export type SenderSettings = Pick<
  Config,
  'production' | 'WEBHOOK_CONCURRENCY' | 'WEBHOOK_NETWORKS' | 'WEBHOOK_TIMEOUT_MS'
>;

/** Why a try failed; `out` where the receiver as a whole does not seem to answer. */
export interface SendFailure {
  reason: string;
  out: boolean;
}

/** Statuses by which a server, or a proxy before it, says that it takes nothing at the moment. */
const OUT: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Where webhooks may lead: outside production anywhere, in production to public addresses by https. */
function allowedAddresses(
  { protocol }: URL,
  { production, WEBHOOK_NETWORKS: networks }: SenderSettings,
): (ip: string) => boolean {
  if (!production) return () => true;
  return protocol === 'https:' ? publicAddresses(networks) : rangeMatcher(networks);
}

/** The same for each try of an event, and for no other: also where a database was set back to a moment before. */
const messageIdOf = ({ createdAt, eventId }: ClaimedDelivery): string =>
  `evt_${createdAt.getTime().toString(36)}_${eventId}`;

function payloadOf(event: ClaimedDelivery, { private: isPrivate }: Webhook): string {
  const { type, createdAt, userId, data, private: secrets } = event;
  return JSON.stringify({
    type,
    timestamp: createdAt.toISOString(),
    data: { user_id: String(userId), ...data, ...(isPrivate && secrets) },
  });
}

/** Posts events to one webhook, signed as Standard Webhooks has it. */
export class WebhookSender {
  private readonly poster: Poster;
  private readonly signers: readonly StandardWebhook[];

  constructor(
    private readonly webhook: Webhook,
    secrets: readonly string[],
    settings: SenderSettings,
  ) {
    this.signers = secrets.map((secret) => new StandardWebhook(secret));
    this.poster = new Poster(
      webhook.url,
      new AddressGuard(allowedAddresses(new URL(webhook.url), settings)),
      settings.WEBHOOK_TIMEOUT_MS,
      settings.WEBHOOK_CONCURRENCY,
    );
  }

  /** Null when it was taken. Never throws. */
  async send(event: ClaimedDelivery, signal: AbortSignal): Promise<SendFailure | null> {
    const id = messageIdOf(event);
    const body = payloadOf(event, this.webhook);
    const now = new Date();
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': this.signers.map((signer) => signer.sign(id, now, body)).join(' '),
    };
    const result = await this.poster.post(body, headers, signal);
    if ('reason' in result) return { reason: result.reason, out: true };
    const { status } = result;
    return status >= 200 && status < 300 ? null : { reason: `STATUS_${status}`, out: OUT.has(status) };
  }

  close(): void {
    this.poster.close();
  }
}
