import type { Cluster, Redis as SingleRedis } from 'ioredis';

/*
 * The circuit breaker. A Redis that hangs keeps its connections, and every command would wait for it. So whoever owes
 * an answer for too long is hung up on: what was asked fails, what is asked next fails at once, as with a Redis that is
 * gone, and the client connects anew until it is answered. A script whose answer did not come may have run, or run
 * later; nobody sends it again.
 */

/** The ticks for which Redis may owe an answer: each is a turn of the event loop that could have read it. */
const PATIENCE_TICKS = 10;
const TICK_MS = 100;
/** The ticks after which an idle connection is asked whether it still works. */
const IDLE_TICKS = 10;

/** The most ms until the next attempt to connect. */
export const RECONNECT_MS = 1000;

const losses = new WeakMap<object, number>();

export const noteLoss = (redis: object): void => void losses.set(redis, performance.now());

/** True where Redis could not be reached, or took no writes, at some time in the last so many ms. */
export const wasLostWithin = (redis: object, ms: number): boolean =>
  performance.now() - (losses.get(redis) ?? Number.NEGATIVE_INFINITY) < ms;

interface Watcher {
  /** Called when something may have been missed: the connection broke, came back, or takes no writes. */
  lost(): void;
  hangUp(): void;
}

/** A command that was not answered yet, and the tick it was sent in. */
interface Owed {
  since: number;
  refuse(error: Error): void;
}

/**
 * Watches a connection. Time is counted in ticks and not on the clock: a process that was busy or asleep for a while
 * finds the answers waiting, and has nothing to blame Redis for.
 */
export function watch(node: SingleRedis, { lost, hangUp }: Watcher): void {
  const owed = new Set<Owed>();
  let tick = 0;
  let usedAt = 0;
  const send = node.sendCommand.bind(node);
  node.sendCommand = (command, stream) => {
    usedAt = tick;
    const one: Owed = { since: tick, refuse: (error) => command.reject(error) };
    owed.add(one);
    const answer = send(command, stream);
    const settle = () => owed.delete(one);
    Promise.resolve(answer).then(settle, settle);
    return answer;
  };
  const timer = setInterval(() => {
    tick++;
    const [oldest] = owed;
    if (oldest && tick - oldest.since > PATIENCE_TICKS) {
      const error = new Error(`Redis has not answered for ${PATIENCE_TICKS * TICK_MS} ms`);
      for (const one of owed) one.refuse(error);
      owed.clear();
      lost();
      hangUp();
    } else if (node.status === 'ready' && tick - usedAt >= IDLE_TICKS) {
      probe(node).catch(lost);
    }
  }, TICK_MS).unref();
  node.once('ready', () => node.on('ready', lost));
  node.on('close', lost).once('end', () => clearInterval(timer));
}

/** A write that a full Redis takes too, and a replica or one that cannot save does not. Fails unless it is taken. */
async function probe(node: SingleRedis): Promise<void> {
  try {
    await node.del('probe');
  } catch (error) {
    // MOVED answers for the key of another node of the cluster: this one works, which is all that was asked.
    if (!(error instanceof Error) || !error.message.startsWith('MOVED')) throw error;
  }
}

/** A node of a cluster that was hung up on is asked nothing but whether it is there, until it says so. */
export function watchNodes(cluster: Cluster): void {
  const silent = new Set<string>();
  cluster.on('+node', (node: SingleRedis) => {
    const address = `${node.options.host}:${node.options.port}`;
    const lost = () => noteLoss(cluster);
    lost();
    const hangUp = () => {
      silent.add(address);
      node.disconnect();
    };
    watch(node, { lost, hangUp });
    if (silent.has(address)) refuseUntilAnswered(node, () => silent.delete(address));
  });
}

/** Commands of the client itself that get a connection ready, and the ping of this watch. */
const HANDSHAKE = new Set(['auth', 'client', 'info', 'ping', 'quit', 'readonly', 'select']);

function refuseUntilAnswered(node: SingleRedis, answered: () => void): void {
  const send = node.sendCommand;
  const first = node.ping();
  node.sendCommand = (command, stream) => {
    if (HANDSHAKE.has(command.name)) return send(command, stream);
    command.reject(new Error('Redis does not answer'));
    return command.promise;
  };
  first.then(
    () => {
      node.sendCommand = send;
      answered();
    },
    () => undefined,
  );
}
