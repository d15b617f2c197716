import type fc from 'fast-check';
import type { TestClock } from '../support/redis.js';

/** Time that passes between two commands of a model. */
export class Pass implements fc.AsyncCommand<object, { clock: TestClock }> {
  constructor(private readonly ms: number) {}

  check = () => true;

  async run(_model: object, { clock }: { clock: TestClock }): Promise<void> {
    clock.advance(this.ms);
  }

  toString = () => `${this.ms} ms later`;
}
