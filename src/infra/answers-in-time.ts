import { setTimeout as sleep } from 'node:timers/promises';

/** True where an answer, whatever it is, comes within so many ms. Never throws. */
export const answersInTime = (answer: Promise<unknown>, ms: number): Promise<boolean> =>
  Promise.race([
    answer.then(
      () => true,
      () => false,
    ),
    sleep(ms, false, { ref: false }),
  ]);
