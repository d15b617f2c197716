import type { EntityManager } from '@mikro-orm/postgresql';
import {
  type ClaimedDelivery,
  claimDeliveries,
  type Outcome,
  settleDeliveries,
} from './delivery.repository.js';
import { waitAfter } from './delivery.waits.js';
import type { SenderSettings, SendFailure, WebhookSender } from './webhook.sender.js';

export interface PumpLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: { err?: unknown } & Record<string, unknown>, message: string): void;
}

/** So many failures in a row say that a receiver is out. */
const OUT_AFTER = 10;
const LONGEST_PAUSE_MS = 30_000;
const PAUSE_STEP_MS = 1000;
/** What a claim lasts beyond the time-out of a try: the time to write down how it ended. */
const SETTLE_MS = 10_000;

/**
 * Delivers to one webhook: claims what is due as far as there is room, posts it, and writes down how it ended, all that
 * ended meanwhile at once. Of each account it holds one event at most.
 */
export class WebhookPump {
  private readonly underWay = new Set<Promise<void>>();
  private ended: Outcome[] = [];
  private settling: Promise<void> | null = null;
  private filling: Promise<void> | null = null;
  /** True where something may have become due while it was being claimed. */
  private fillAgain = false;
  private failuresInRow = 0;
  private pausedUntil = 0;

  constructor(
    private readonly webhookId: number,
    /** Replaced when the webhook changes. */
    public sender: WebhookSender,
    private readonly fork: () => EntityManager,
    private readonly settings: SenderSettings,
    private readonly log: PumpLog,
    private readonly stopping: AbortSignal,
    private readonly cutOff: AbortSignal,
  ) {}

  /** Claims as much as there is room for; call it when something may be due. */
  fill(): void {
    this.fillAgain = this.filling !== null;
    this.filling ??= this.claim()
      .catch((err) => this.log.error({ err, webhookId: this.webhookId }, 'webhook deliveries not claimed'))
      .finally(() => {
        this.filling = null;
        if (this.fillAgain) this.fill();
      });
  }

  /** Resolves when nothing is under way any more. */
  async drain(): Promise<void> {
    while (this.filling || this.underWay.size > 0 || this.settling) {
      await Promise.all([this.filling, ...this.underWay, this.settling]);
    }
  }

  /** A receiver that is out is asked with one event at a time. */
  private get room(): number {
    if (this.stopping.aborted) return 0;
    const limit = this.failuresInRow >= OUT_AFTER ? 1 : this.settings.WEBHOOK_CONCURRENCY;
    return Date.now() < this.pausedUntil ? 0 : limit - this.underWay.size;
  }

  private async claim(): Promise<void> {
    for (;;) {
      const { room } = this;
      if (room <= 0) return;
      const leaseMs = this.settings.WEBHOOK_TIMEOUT_MS + SETTLE_MS;
      const claimed = await claimDeliveries(this.fork(), this.webhookId, room, leaseMs);
      for (const delivery of claimed) this.begin(delivery);
      if (claimed.length < room) return;
    }
  }

  private begin(delivery: ClaimedDelivery): void {
    const work = this.deliver(delivery).finally(() => this.underWay.delete(work));
    this.underWay.add(work);
  }

  private async deliver(delivery: ClaimedDelivery): Promise<void> {
    const failure = await this.sender.send(delivery, this.cutOff);
    // What was cut off counts for nothing: whoever claims it next tries it again.
    if (failure && this.cutOff.aborted) return;
    this.notice(failure);
    const { eventId, attempt } = delivery;
    this.ended.push({ eventId, attempt, error: failure?.reason ?? null, waitMs: waitAfter(attempt) });
    await this.settle();
  }

  /** Waits until what has ended is written down; where that fails it is tried again when its claim is over. */
  private async settle(): Promise<void> {
    while (this.settling) await this.settling;
    if (this.ended.length === 0) return;
    const outcomes = this.ended;
    this.ended = [];
    this.settling = settleDeliveries(this.fork(), this.webhookId, outcomes)
      .then((parked) => {
        for (const eventId of parked) {
          this.log.error(
            { webhookId: this.webhookId, eventId },
            'event given up: the webhook did not take it',
          );
        }
      })
      .catch((err) => this.log.error({ err, webhookId: this.webhookId }, 'webhook deliveries not settled'))
      .finally(() => {
        this.settling = null;
        // Those behind what was settled are due now; by then the settled ones have made room.
        setImmediate(() => this.fill());
      });
    await this.settling;
  }

  private notice(failure: SendFailure | null): void {
    const { webhookId, failuresInRow: before } = this;
    if (!failure?.out) this.failuresInRow = 0;
    else this.failuresInRow += 1;
    const pauses = Math.max(0, this.failuresInRow - OUT_AFTER + 1);
    this.pausedUntil = pauses > 0 ? Date.now() + Math.min(pauses * PAUSE_STEP_MS, LONGEST_PAUSE_MS) : 0;
    if (failure?.out && before === OUT_AFTER - 1) {
      this.log.warn({ webhookId, reason: failure.reason }, 'webhook does not answer');
    }
    if (!failure?.out && before >= OUT_AFTER) this.log.info({ webhookId }, 'webhook answers again');
  }
}
