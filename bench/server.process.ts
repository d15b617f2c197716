import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** A server in a process of its own, as its operator would start it. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** Processor time that it has used so far, in ms; of its own process, not of the database. */
  cpuMs(): Promise<number>;
  /** Resident memory now, and the most that it ever was, in bytes. */
  rss(): Promise<number>;
  peakRss(): Promise<number>;
  /** Ends it as an operator would, and waits until it is gone. */
  stop(): Promise<void>;
}

/** How long a server may take until it answers, in ms: the first gateway on a database migrates it. */
const START_MS = 60_000;
/** Length of a clock tick in /proc, in ms. */
const TICK_MS = 10;

/** A port that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}

/** One of the sizes that Linux tells of a process, in bytes. */
async function memoryOf(pid: number, size: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${size}:\\s+(\\d+)`).exec(status)?.[1]) * 1024;
}

/**
 * Starts a compiled script and waits until `/readyz` answers. What it logs goes to /dev/null: it is written, and
 * nobody spends the measured cores on reading it.
 */
export async function startServer(
  script: string,
  env: Record<string, string>,
  nodeFlags: readonly string[] = [],
): Promise<ServerProcess> {
  const { PATH, HOME } = process.env;
  const port = await freePort();
  const child = spawn(process.execPath, [...nodeFlags, script], {
    env: { PATH, HOME, PORT: String(port), ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + START_MS;
  while (!(await answers(`${url}/readyz`))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`${script} does not answer`);
    await wait(50);
  }
  const pid = child.pid ?? 0;
  return {
    url,
    pid,
    cpuMs: async () => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      // The name of the program may hold anything; what follows it does not.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
    },
    rss: () => memoryOf(pid, 'VmRSS'),
    peakRss: () => memoryOf(pid, 'VmHWM'),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}
