import { randomBytes } from 'node:crypto';
import type { Config } from '../../config.js';
import type { DatabaseContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import type { SecretBox } from '../../infra/secret-box.js';
import {
  type Backlog,
  deleteDeliveries,
  findBacklogs,
  replayEvents,
  replayParked,
} from './delivery.repository.js';
import { namesTypes } from './event.types.js';
import type { Webhook } from './webhook.entity.js';
import {
  countWebhooks,
  deleteWebhook,
  findWebhook,
  findWebhooks,
  insertWebhook,
  lockWebhook,
  updateWebhook,
} from './webhook.repository.js';

const PURPOSE = 'webhooks.secret';
/** Each process holds events for all of them. */
const MOST_WEBHOOKS = 50;
const URL_MAX = 2000;
/** The hours for which an old secret signs beside the new one. */
const ROTATION_HOURS = 24;
const SECRET_BYTES = 32;
/** Rows of one statement. */
const BATCH = 2000;

export interface NewWebhook {
  url: string;
  /** Types, and beginnings of them with a `*`. */
  types: readonly string[];
  /** Told phones and e-mail addresses too. */
  private: boolean;
}

type Secrets = Pick<Webhook, 'keyId' | 'encryptedSecret' | 'encryptedOldSecret'>;

/** The servers that are told what happens to accounts. */
export class WebhookService {
  constructor(
    private readonly box: SecretBox,
    private readonly config: Pick<Config, 'production' | 'WEBHOOK_NETWORKS'>,
  ) {}

  /**
   * The new webhook and its secret, which cannot be shown again. Throws INVALID_INPUT, of `webhooks` where
   * there are {@link MOST_WEBHOOKS}.
   */
  async add(
    { em }: DatabaseContext,
    { url, types, ...rest }: NewWebhook,
  ): Promise<{ webhook: Webhook; secret: string }> {
    if (!this.isUsable(url)) throw new AppError('INVALID_INPUT', { field: 'url' });
    const wanted = [...new Set(types)];
    if (wanted.length === 0 || !wanted.every(namesTypes)) {
      throw new AppError('INVALID_INPUT', { field: 'events' });
    }
    if ((await countWebhooks(em)) >= MOST_WEBHOOKS)
      throw new AppError('INVALID_INPUT', { field: 'webhooks' });
    const secret = newSecret();
    const sealed = this.seal(secret, null);
    return { webhook: await insertWebhook(em, { ...rest, url, types: wanted, ...sealed }), secret };
  }

  /** Each with what it has not got. */
  async list({ em }: DatabaseContext): Promise<(Backlog & { webhook: Webhook })[]> {
    const backlogs = await findBacklogs(em);
    const none: Backlog = { pending: 0, waitingSince: null, parked: 0, lastError: null };
    return (await findWebhooks(em)).map((webhook) => ({ webhook, ...(backlogs.get(webhook.id) ?? none) }));
  }

  /** A new secret; the old one signs beside it for {@link ROTATION_HOURS} hours. Throws NOT_FOUND. */
  async rotate({ em }: DatabaseContext, id: number): Promise<{ webhook: Webhook; secret: string }> {
    const secret = newSecret();
    const webhook = await em.transactional(async () => {
      const { current } = this.open(existing(await lockWebhook(em, id)));
      const oldSecretUntil = new Date(Date.now() + ROTATION_HOURS * 3_600_000);
      return existing(await updateWebhook(em, id, { ...this.seal(secret, current), oldSecretUntil }));
    });
    return { webhook, secret };
  }

  /** Throws NOT_FOUND. */
  async remove({ em }: DatabaseContext, id: number): Promise<void> {
    existing(await findWebhook(em, id));
    while ((await deleteDeliveries(em, id, BATCH)) === BATCH);
    await deleteWebhook(em, id);
  }

  /**
   * Sends once more what was given up, and everything since a moment if one is given, for as long as it is kept; returns
   * how many events. Throws NOT_FOUND.
   */
  async replay({ em }: DatabaseContext, id: number, since?: Date): Promise<number> {
    existing(await findWebhook(em, id));
    let replayed = 0;
    for (let count = BATCH; count === BATCH; replayed += count) count = await replayParked(em, id, BATCH);
    let from = since ? { createdAt: since.toISOString(), id: '0' } : null;
    while (from) {
      const step = await replayEvents(em, id, from, BATCH);
      replayed += step.replayed;
      from = step.next;
    }
    return replayed;
  }

  /** The secrets that sign, the newest first. Throws when they cannot be read. */
  secretsOf(webhook: Webhook): string[] {
    const { current, old } = this.open(webhook);
    const isOldGood = old !== null && webhook.oldSecretUntil !== null && webhook.oldSecretUntil > new Date();
    return isOldGood ? [current, old] : [current];
  }

  /** The same secrets under the current key. */
  reseal(webhook: Webhook): Secrets {
    const { current, old } = this.open(webhook);
    return this.seal(current, old);
  }

  /** True for the URLs that may be posted to, as far as it can be known before they are connected to. */
  private isUsable(text: string): boolean {
    if (text.length > URL_MAX || !URL.canParse(text)) return false;
    const { protocol, username, password, hash } = new URL(text);
    if (`${username}${password}${hash}` !== '') return false;
    if (protocol === 'https:') return true;
    const { production, WEBHOOK_NETWORKS: networks } = this.config;
    return protocol === 'http:' && (!production || networks.length > 0);
  }

  private open({ keyId, encryptedSecret, encryptedOldSecret: old }: Secrets) {
    const read = (sealed: string) => this.box.open({ keyId, sealed }, PURPOSE);
    return { current: read(encryptedSecret), old: old && read(old) };
  }

  private seal(secret: string, old: string | null): Secrets {
    const { keyId, sealed } = this.box.seal(secret, PURPOSE);
    return {
      keyId,
      encryptedSecret: sealed,
      encryptedOldSecret: old && this.box.seal(old, PURPOSE).sealed,
    };
  }
}

/** As Standard Webhooks writes it. */
const newSecret = (): string => `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;

function existing(webhook: Webhook | null): Webhook {
  if (!webhook) throw new AppError('NOT_FOUND', { field: 'id' });
  return webhook;
}
