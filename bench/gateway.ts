import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A gateway in a process of its own, and the way to ask it. */
export interface Gateway {
  /** The data of a GraphQL query, and the time from sending it to having read the answer, in ms. */
  ask(query: string, variables?: Record<string, unknown>): Promise<{ data: unknown; ms: number }>;
  stop(): Promise<void>;
}

/** Starts the compiled gateway and waits until it listens. */
export async function startGateway(env: Record<string, string>): Promise<Gateway> {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, ['dist/src/main.js'], {
    env: { PATH, HOME, PORT: '0', RATE_LIMIT: 'off', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /listens at (http\S+)/.exec(said)?.[1];
      if (found) resolve(found);
    });
    ended.then(() => reject(new Error(`the gateway ended:\n${said}`)));
  });
  return {
    ask: async (query, variables = {}) => {
      const started = performance.now();
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown };
      if (errors) throw new Error(JSON.stringify(errors));
      return { data, ms: performance.now() - started };
    },
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
