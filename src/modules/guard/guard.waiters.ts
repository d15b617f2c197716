/** Who waits for room in a budget, first come first. Only this process is woken; others have to look again. */
export class Waiters {
  private readonly queues = new Map<string, Set<() => void>>();

  /** Resolves when woken, or after `ms`. */
  wait(key: string, ms: number): Promise<void> {
    const queue = this.queues.get(key) ?? new Set();
    this.queues.set(key, queue);
    return new Promise((resolve) => {
      const leave = () => {
        clearTimeout(timer);
        queue.delete(leave);
        if (queue.size === 0 && this.queues.get(key) === queue) this.queues.delete(key);
        resolve();
      };
      const timer = setTimeout(leave, ms);
      queue.add(leave);
    });
  }

  /** Wakes the one who has waited longest. */
  wake(key: string): void {
    const [first] = this.queues.get(key) ?? [];
    first?.();
  }
}
