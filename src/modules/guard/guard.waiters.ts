/** Room is also given back by other processes, which wake nobody here: one of those who wait looks this often. */
const LOOK_MS = 100;

interface Queue {
  readonly waiting: Set<() => void>;
  readonly timer: NodeJS.Timeout;
}

/**
 * Tries that wait for room in a budget, first come first. However many they are, one at a time looks for it: if all
 * did, they would keep busy the process that the tries under way need to finish.
 */
export class Waiters {
  private readonly queues = new Map<string, Queue>();

  /** Resolves when it is time to look again, after `ms` at the latest. */
  wait(key: string, ms: number): Promise<void> {
    const queue = this.queues.get(key) ?? this.open(key);
    return new Promise((resolve) => {
      const leave = () => {
        clearTimeout(patience);
        queue.waiting.delete(leave);
        if (queue.waiting.size === 0) this.close(key, queue);
        resolve();
      };
      const patience = setTimeout(leave, ms);
      queue.waiting.add(leave);
    });
  }

  /** Wakes the one who has waited longest. */
  wake(key: string): void {
    const [first] = this.queues.get(key)?.waiting ?? [];
    first?.();
  }

  private open(key: string): Queue {
    // Jitter, so that processes do not look in step.
    const timer = setInterval(() => this.wake(key), LOOK_MS * (0.75 + Math.random() / 2));
    const queue = { waiting: new Set<() => void>(), timer };
    this.queues.set(key, queue);
    return queue;
  }

  private close(key: string, queue: Queue): void {
    clearInterval(queue.timer);
    this.queues.delete(key);
  }
}
