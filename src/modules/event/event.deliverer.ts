import type { EntityManager } from '@mikro-orm/postgresql';
import { dispatch, findWork } from './delivery.repository.js';
import type { Webhook } from './webhook.entity.js';
import { type PumpLog, WebhookPump } from './webhook.pump.js';
import { findWebhooks } from './webhook.repository.js';
import { type SenderSettings, WebhookSender } from './webhook.sender.js';
import type { WebhookService } from './webhook.service.js';

/** How often it is looked for new events and for changes of webhooks, in ms. */
const LOOK_MS = 1000;
/** The same while there is something. */
const BUSY_LOOK_MS = 100;
/** Events handed out by one transaction. */
const BATCH = 500;

interface Running {
  pump: WebhookPump;
  sender: WebhookSender;
  /** What its sender was made of. */
  madeOf: string;
}

/**
 * Delivers events to webhooks, from when it is started until it is stopped; every gateway has one, and they share the
 * work. Needs the database alone.
 */
export class EventDeliverer {
  private readonly running = new Map<number, Running>();
  private readonly unreadable = new Set<number>();
  private readonly stopping = new AbortController();
  private readonly cutOff = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private isFailing = false;

  constructor(
    private readonly fork: () => EntityManager,
    private readonly webhooks: WebhookService,
    private readonly settings: SenderSettings,
    private readonly log: PumpLog,
  ) {}

  /** Does nothing where `WEBHOOK_CONCURRENCY` is 0. */
  start(): void {
    if (this.settings.WEBHOOK_CONCURRENCY > 0) this.plan(Math.random() * LOOK_MS);
  }

  /** Takes up nothing new; after so long what is still under way is cut off, and tried again by somebody else. */
  async stop(withinMs: number): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.timer);
    const cut = setTimeout(() => this.cutOff.abort(), withinMs);
    await this.looking;
    await Promise.all([...this.running.values()].map(({ pump }) => pump.drain()));
    clearTimeout(cut);
    for (const { sender } of this.running.values()) sender.close();
  }

  private plan(delayMs: number): void {
    if (this.stopping.signal.aborted) return;
    this.timer = setTimeout(() => {
      this.looking = this.look()
        .then((count) => {
          this.isFailing = false;
          this.plan(count === BATCH ? 0 : count > 0 ? BUSY_LOOK_MS : LOOK_MS);
        })
        .catch((err) => {
          // Once, and not every second for as long as the database is gone.
          if (!this.isFailing) this.log.error({ err }, 'events not looked for');
          this.isFailing = true;
          this.plan(LOOK_MS);
        });
    }, delayMs).unref();
  }

  /** How many events it has handed out, {@link BATCH} at most. */
  private async look(): Promise<number> {
    const webhooks = await findWebhooks(this.fork());
    this.adopt(webhooks);
    if (webhooks.length === 0) return 0;
    const { fresh, due } = await findWork(this.fork());
    const count = fresh ? await dispatch(this.fork(), BATCH) : 0;
    for (const [id, { pump }] of this.running) if (count > 0 || due.has(id)) pump.fill();
    return count;
  }

  /** Makes a pump of each webhook that is new, a sender of each that has changed, and lets go of those that are gone. */
  private adopt(webhooks: readonly Webhook[]): void {
    const ids = new Set(webhooks.map(({ id }) => id));
    for (const [id, { sender }] of this.running) {
      if (ids.has(id)) continue;
      this.running.delete(id);
      sender.close();
    }
    for (const webhook of webhooks) this.adoptOne(webhook);
  }

  private adoptOne(webhook: Webhook): void {
    const { id } = webhook;
    const known = this.running.get(id);
    const secrets = this.secretsOf(webhook);
    if (!secrets) return;
    const madeOf = JSON.stringify([webhook, secrets.length]);
    if (known?.madeOf === madeOf) return;
    const sender = new WebhookSender(webhook, secrets, this.settings);
    if (known) {
      // What is under way ends by itself.
      known.pump.sender = sender;
      this.running.set(id, { pump: known.pump, sender, madeOf });
      return;
    }
    const { fork, settings, log, stopping, cutOff } = this;
    const pump = new WebhookPump(id, sender, fork, settings, log, stopping.signal, cutOff.signal);
    this.running.set(id, { pump, sender, madeOf });
  }

  /** Null where they cannot be read: its events wait until somebody gives the gateway the key. */
  private secretsOf(webhook: Webhook): string[] | null {
    try {
      const secrets = this.webhooks.secretsOf(webhook);
      this.unreadable.delete(webhook.id);
      return secrets;
    } catch (err) {
      if (!this.unreadable.has(webhook.id)) {
        this.log.error({ err, webhookId: webhook.id }, 'secret of a webhook not readable');
      }
      this.unreadable.add(webhook.id);
      return null;
    }
  }
}
