import { UnavailableError } from './unavailable.js';

/**
 * Runs at most `concurrency` tasks at once, first come, first served. When `bound` are waiting the next one is
 * refused with an {@link UnavailableError} at once, instead of piling up memory and delay.
 */
export class BoundedQueue {
  /** Tasks that were started so far. */
  started = 0;
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly watching: (() => void)[] = [];

  constructor(
    private readonly concurrency: number,
    private readonly bound: number,
  ) {}

  /** Tasks that wait. */
  get length(): number {
    return this.waiting.length;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.running < this.concurrency) this.running++;
    else await this.turn();
    this.started++;
    try {
      return await task();
    } finally {
      // The slot is handed to the next in line, never freed in between: a newcomer cannot overtake.
      const next = this.waiting.shift();
      if (next) next();
      else this.free();
    }
  }

  /** Resolves when there is a slot that nobody waits for. It is not taken: whoever comes next may have it. */
  spare(): Promise<void> {
    if (this.running < this.concurrency) return Promise.resolve();
    return new Promise((resolve) => this.watching.push(resolve));
  }

  private free(): void {
    this.running--;
    for (const tell of this.watching.splice(0)) tell();
  }

  private turn(): Promise<void> {
    if (this.waiting.length >= this.bound) throw new UnavailableError('The queue is full');
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
