import { setTimeout as sleep } from 'node:timers/promises';

/** Whether something answers within so many ms, whatever it says. Never throws. */
export const answersInTime = (answer: Promise<unknown>, ms: number): Promise<boolean> =>
  Promise.race([
    answer.then(
      () => true,
      () => false,
    ),
    sleep(ms, false, { ref: false }),
  ]);
