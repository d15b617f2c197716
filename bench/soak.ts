import { closedLoop } from './load.js';
import { mixtureFor } from './mixture.js';
import type { FilledPlace } from './place.js';
import { freePort } from './server.process.js';
import { startNamed } from './servers.js';

/** The heap is looked at after each stage: so many of them at least, and none longer than signed requests are good. */
const LEAST_STAGES = 7;
const STAGE_MINUTES = 8;
const RSS_EVERY_MS = 5000;
/** More than this over the first stages is growth: what is left of one collection differs by a few percent. */
const GROWTH = 1.1;

const MIB = 2 ** 20;

interface Inspector {
  /** The heap after a full collection, in bytes. */
  heap(): Promise<number>;
  close(): void;
}

async function openInspector(port: number): Promise<Inspector> {
  const list = await fetch(`http://127.0.0.1:${port}/json/list`);
  const [{ webSocketDebuggerUrl }] = (await list.json()) as [{ webSocketDebuggerUrl: string }];
  const socket = new WebSocket(webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const ask = (method: string) =>
    new Promise<{ usedSize: number }>((resolve) => {
      socket.onmessage = ({ data }) => resolve(JSON.parse(String(data)).result);
      socket.send(JSON.stringify({ id: 1, method }));
    });
  return {
    heap: async () => {
      await ask('HeapProfiler.collectGarbage');
      return (await ask('Runtime.getHeapUsage')).usedSize;
    },
    close: () => socket.close(),
  };
}

/** Mixed reads for so many minutes on one gateway; whether its heap grows. */
export async function soak(
  place: FilledPlace,
  minutes: number,
  connections: number,
  say: (what: string) => void,
): Promise<string> {
  const inspectorPort = await freePort();
  const flags = [`--inspect=127.0.0.1:${inspectorPort}`, '--inspect-publish-uid=http'];
  const gateway = await startNamed('gateway', place.env, flags);
  const curve: number[] = [];
  const sample = async () => void curve.push(await gateway.rss());
  // A gateway that is gone fails the load.
  const timer = setInterval(() => void sample().catch(() => undefined), RSS_EVERY_MS);
  try {
    const inspector = await openInspector(inspectorPort);
    const heaps: number[] = [];
    let requests = 0;
    const stages = Math.max(LEAST_STAGES, Math.ceil(minutes / STAGE_MINUTES));
    const seconds = Math.max(1, (minutes * 60) / stages);
    for (let stage = 1; stage <= stages; stage++) {
      requests += (await closedLoop(gateway, mixtureFor('gateway', place), { connections, seconds }))
        .requests;
      heaps.push(await inspector.heap());
      say(`stage ${stage} of ${stages}: ${((heaps.at(-1) ?? 0) / MIB).toFixed(1)} MiB of heap`);
    }
    inspector.close();
    const [first = 0, second = 0] = heaps;
    const grown = (heaps.at(-1) ?? 0) / Math.max(first, second);
    return [
      `Soak of ${minutes} minutes, ${place.users.toLocaleString('en')} users: ${requests} requests`,
      '',
      `- heap after a full collection, MiB: ${heaps.map((bytes) => (bytes / MIB).toFixed(1)).join(', ')}`,
      `- resident memory every ${RSS_EVERY_MS / 1000} s, MiB: ${curve.map((bytes) => Math.round(bytes / MIB)).join(', ')}`,
      `- ${grown <= GROWTH ? 'flat' : 'growing'}: the last heap is ${grown.toFixed(2)} of the larger of the first two`,
      '',
    ].join('\n');
  } finally {
    clearInterval(timer);
    await gateway.stop();
  }
}
