import { Worker } from 'node:worker_threads';
import type { EnvironmentContext, JestEnvironmentConfig } from '@jest/environment';
import type { Circus } from '@jest/types';
import { ModuleMocker } from 'jest-mock';
import type { Step } from './watchdog.js';

/** How long a step may overrun its own time-out: only what keeps timers from firing does. */
const GRACE_MS = Number(process.env.TEST_GRACE_MS ?? 30_000);

const exit = process.exit;
const watchdog = new Worker(new URL('./watchdog.js', import.meta.url));
watchdog.unref();

/**
 * Node as it is, without a context of its own: the files that one worker runs share globals and modules. A step that
 * no time-out can end (a loop, a module that never loads) is ended by the watchdog, which says which one it was.
 */
export default class PlainEnvironment {
  readonly global = globalThis;
  readonly moduleMocker = new ModuleMocker(globalThis);
  private readonly file: string;

  constructor(
    private readonly config: JestEnvironmentConfig,
    context: EnvironmentContext,
  ) {
    this.file = context.testPath;
  }

  async setup(): Promise<void> {
    process.exit = (code) => {
      throw new Error(`process.exit(${code ?? ''}) in a test`);
    };
    this.watch('loading', this.config.globalConfig.testTimeout);
  }

  async teardown(): Promise<void> {
    watchdog.postMessage(null);
    process.exit = exit;
  }

  handleTestEvent(event: Circus.Event, { testTimeout, currentlyRunningTest }: Circus.State): void {
    if (event.name === 'test_fn_start') {
      const { test } = event;
      this.watch(fullName(test), test.timeout ?? testTimeout);
    } else if (event.name === 'hook_start') {
      const { hook } = event;
      this.watch(
        `${hook.type} ${fullName(currentlyRunningTest ?? hook.parent)}`,
        hook.timeout ?? testTimeout,
      );
    }
  }

  getVmContext(): null {
    return null;
  }

  private watch(name: string, timeoutMs = 0): void {
    watchdog.postMessage({ name: `${this.file} › ${name}`, limitMs: timeoutMs + GRACE_MS } satisfies Step);
  }
}

/** Its names from the outside in; the outermost block stands for the file. */
function fullName({ name, parent }: Circus.TestEntry | Circus.DescribeBlock): string {
  return parent ? `${fullName(parent)} ${name}`.trim() : '';
}
