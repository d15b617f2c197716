/** Failures in a row after which a server is left alone. */
const STRIKES = 5;
/** The ms for which a server is left alone at first, and at most. */
const PAUSE_MS = 30_000;
const PAUSE_MAX_MS = 900_000;

/** Leaves another server alone that is failing, and tries it again later: each time that fails after twice as long. */
export class Breaker {
  private strikes = 0;
  private pauseMs = PAUSE_MS;
  private until = 0;

  constructor(private readonly now: () => number = Date.now) {}

  get isOpen(): boolean {
    return this.now() < this.until;
  }

  succeeded(): void {
    this.strikes = 0;
    this.pauseMs = PAUSE_MS;
  }

  /** True when the server is left alone from now on. */
  failed(): boolean {
    this.strikes++;
    if (this.strikes < STRIKES || this.isOpen) return false;
    this.until = this.now() + this.pauseMs;
    this.pauseMs = Math.min(this.pauseMs * 2, PAUSE_MAX_MS);
    return true;
  }
}
