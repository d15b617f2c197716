import type { EntityManager } from '@mikro-orm/postgresql';
import {
  type ClaimedDelivery,
  claimDeliveries,
  type Outcome,
  releaseDeliveries,
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
/** What a claim lasts beyond the time-outs of those before it and of its own: the time to write down how it ended. */
const SETTLE_MS = 10_000;

/**
 * Delivers to one webhook: claims what is due as far as there is room, posts it, and writes down how it ended, all that
 * ended meanwhile at once. While as many as may be are posted, as many more wait here for their turn, so that nobody waits
 * for the database. Of each account it holds one event at most.
 */
export class WebhookPump {
  private readonly underWay = new Set<Promise<void>>();
  private waiting: ClaimedDelivery[] = [];
  private posting = 0;
  private ended: Outcome[] = [];
  private settling: Promise<void> | null = null;
  private filling: Promise<void> | null = null;
  /** True where something may have become due while it was being claimed. */
  private fillAgain = false;
  /** True unless the last claim got less than it asked for: what is settled lets others go, nothing else does. */
  private mayBeMore = false;
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
      .catch((err) => this.fail(err, 'webhook deliveries not claimed'))
      .finally(() => {
        this.filling = null;
        if (this.fillAgain) this.fill();
      });
  }

  /** Gives back what waits for its turn, and resolves when nothing is under way any more. */
  async drain(): Promise<void> {
    while (this.filling || this.underWay.size > 0) {
      this.postWaiting();
      await Promise.all([this.filling, ...this.underWay]);
    }
  }

  /** How many may be posted at once: to a receiver that is out one at a time, and none in a pause. */
  private get limit(): number {
    if (this.stopping.aborted || Date.now() < this.pausedUntil) return 0;
    return this.isOut ? 1 : this.settings.WEBHOOK_CONCURRENCY;
  }

  private get isOut(): boolean {
    return this.failuresInRow >= OUT_AFTER;
  }

  private get room(): number {
    const { limit } = this;
    return (this.isOut ? limit : 2 * limit) - this.posting - this.waiting.length;
  }

  private async claim(): Promise<void> {
    for (;;) {
      const { room } = this;
      if (room < this.limit / 2 || room <= 0) return;
      const leaseMs = 2 * this.settings.WEBHOOK_TIMEOUT_MS + SETTLE_MS;
      const claimed = await claimDeliveries(this.fork(), this.webhookId, room, leaseMs);
      this.waiting.push(...claimed);
      this.mayBeMore = claimed.length === room;
      this.postWaiting();
      if (!this.mayBeMore) return;
    }
  }

  private postWaiting(): void {
    while (this.posting < this.limit) {
      const next = this.waiting.shift();
      if (!next) return;
      this.track(this.deliver(next));
    }
    if (this.waiting.length > 0 && (this.isOut || this.stopping.aborted)) this.giveBack();
  }

  /** Somebody else may have them, or this pump later. */
  private giveBack(): void {
    const claims = this.waiting;
    this.waiting = [];
    const released = releaseDeliveries(this.fork(), this.webhookId, claims);
    this.track(released.catch((err) => this.fail(err, 'webhook deliveries not given back')));
  }

  private track(work: Promise<void>): void {
    const tracked = work.finally(() => this.underWay.delete(tracked));
    this.underWay.add(tracked);
  }

  private fail(err: unknown, message: string): void {
    this.log.error({ err, webhookId: this.webhookId }, message);
  }

  private async deliver(delivery: ClaimedDelivery): Promise<void> {
    this.posting += 1;
    const failure = await this.sender.send(delivery, this.cutOff);
    this.posting -= 1;
    // What was cut off counts for nothing: whoever claims it next tries it again.
    if (failure && this.cutOff.aborted) return;
    this.notice(failure);
    const { eventId, attempt } = delivery;
    this.ended.push({ eventId, attempt, error: failure?.reason ?? null, waitMs: waitAfter(attempt) });
    this.postWaiting();
    if (this.mayBeMore) this.fill();
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
      .catch((err) => this.fail(err, 'webhook deliveries not settled'))
      .finally(() => {
        this.settling = null;
        // Those behind what was settled are due now.
        this.fill();
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
