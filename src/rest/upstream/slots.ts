import { AppError, unavailable } from '../../errors/app-error.js';

/** How many requests are with one old server at once, in all and of each source: a slow one takes no more of the gateway. */
export class Slots {
  private total = 0;
  private readonly ofSources = new Map<string, number>();
  private readonly mostOfSource: number;

  /** `most`: in all; a quarter of it is for one source, unless sources are not told apart. */
  constructor(
    private readonly most: number,
    tellsSources: boolean,
  ) {
    this.mostOfSource = tellsSources ? Math.ceil(most / 4) : most;
  }

  /**
   * Takes one, and returns what gives it back. Throws SERVICE_UNAVAILABLE when all are taken, and RATE_LIMITED when the
   * source has its share.
   */
  take(source: string): () => void {
    if (this.total >= this.most) throw unavailable();
    if ((this.ofSources.get(source) ?? 0) >= this.mostOfSource)
      throw new AppError('RATE_LIMITED', { retryAfter: 1 });
    this.count(source, 1);
    return () => this.count(source, -1);
  }

  private count(source: string, sign: 1 | -1): void {
    this.total += sign;
    const held = (this.ofSources.get(source) ?? 0) + sign;
    if (held > 0) this.ofSources.set(source, held);
    else this.ofSources.delete(source);
  }
}
