import { verify } from '@node-rs/argon2';

/**
 * Checks one password again and again, and does nothing else: the most log-ins the machine could do. Arguments: the
 * stored hash, the secret, how many at once, for how many seconds. Prints the checks a second.
 */

const [stored = '', secret = '', concurrency = '2', seconds = '3'] = process.argv.slice(2);

let checks = 0;
const started = performance.now();
const elapsed = () => (performance.now() - started) / 1000;

async function work(): Promise<void> {
  while (elapsed() < Number(seconds)) {
    if (!(await verify(stored, secret))) throw new Error('the hash is not of this secret');
    checks++;
  }
}

await Promise.all(Array.from({ length: Number(concurrency) }, work));
process.stdout.write(`${checks / elapsed()}\n`);
