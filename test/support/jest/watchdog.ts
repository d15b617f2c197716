import { writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

/** What a worker is doing, and the longest time that it may take. */
export interface Step {
  name: string;
  limitMs: number;
}

let timer: NodeJS.Timeout | undefined;

parentPort?.on('message', (step: Step | null) => {
  clearTimeout(timer);
  if (!step) return;
  timer = setTimeout(() => {
    // Streams of a thread go through the main one, which may never run again.
    writeSync(2, `\n${step.name} did not end within ${step.limitMs / 1000} s: its process is killed\n`);
    process.kill(process.pid, 'SIGKILL');
  }, step.limitMs);
});
