/** Keeps what passes, up to a bound. */
export class Tap {
  private chunks: Buffer[] = [];
  private size = 0;

  /** `most`: bytes above which nothing is kept. */
  constructor(private readonly most: number) {}

  add(chunk: Buffer): void {
    this.size += chunk.length;
    if (this.size <= this.most) this.chunks.push(Buffer.from(chunk));
    else this.chunks = [];
  }

  /** Everything that has passed; null where that was too much. */
  bytes(): Buffer | null {
    return this.size <= this.most ? Buffer.concat(this.chunks) : null;
  }
}
