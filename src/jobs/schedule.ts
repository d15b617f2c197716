/** The first run comes soon after the start: a gateway that is restarted often must not put its jobs off for ever. */
const FIRST_WITHIN_MS = 300_000;

/** Calls `run` again and again, about `intervalMs` after the last time ended, until it is stopped. 0: never. */
export class JobSchedule {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<unknown> = Promise.resolve();
  private readonly stopping = new AbortController();

  constructor(
    /** Must not throw, and ends soon once the signal is aborted. */
    private readonly run: (signal: AbortSignal) => Promise<unknown>,
    private readonly intervalMs: number,
  ) {}

  start(): void {
    // Instances that start at the same time do not all come at once.
    if (this.intervalMs > 0) this.plan(Math.random() * Math.min(this.intervalMs, FIRST_WITHIN_MS));
  }

  /** Resolves when nothing is running any more. */
  async stop(): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.timer);
    await this.running;
  }

  private plan(delayMs: number): void {
    if (this.stopping.signal.aborted) return;
    this.timer = setTimeout(() => {
      this.running = this.run(this.stopping.signal).finally(() =>
        this.plan(this.intervalMs * (0.9 + Math.random() * 0.2)),
      );
    }, delayMs).unref();
  }
}
