import 'reflect-metadata';
import { type App, createApp } from './app.js';
import { type Config, loadConfig } from './config.js';
import { startProblem } from './errors/start-problem.js';

/** The first lines on the terminal: where everything is, and what is embedded. */
function banner(config: Config, address: string): string {
  const lines = [`The user gateway listens at ${address}`, `  GraphQL     ${address}/graphql`];
  if (config.PLAYGROUND) lines.push(`  Playground  ${address}/graphql (in a browser)`);
  lines.push(`  API docs    ${config.API_DOCS ? `${address}/docs (legacy URLs)` : 'off'}`);
  lines.push(`  Database    ${config.embeddedDatabase ? `embedded, in ${config.DATA_DIR}` : 'PostgreSQL'}`);
  lines.push(`  Redis       ${config.embeddedRedis ? 'embedded, in this process' : 'Redis'}`);
  return lines.join('\n');
}

/** SIGTERM and SIGINT drain; a second one, or `SHUTDOWN_SECONDS`, ends at once. */
function closeOnSignal(close: () => Promise<void>, seconds: number): void {
  let closing = false;
  const stop = () => {
    if (closing) process.exit(1);
    closing = true;
    setTimeout(() => process.exit(1), seconds * 1000).unref();
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

async function listen({ http, infrastructure, ...app }: App, config: Config): Promise<void> {
  try {
    await app.listen((address) => process.stdout.write(`${banner(config, address)}\n`));
  } catch (error) {
    await app.close();
    throw error;
  }
  if (await infrastructure.redis.ping()) return;
  http.log.warn('Redis does not answer: until it does, passwords and codes are refused. See REDIS_URL.');
}

let config: Config | undefined;
try {
  config = loadConfig();
  const app = await createApp(config);
  closeOnSignal(app.close, config.SHUTDOWN_SECONDS);
  await listen(app, config);
} catch (error) {
  process.stderr.write(`${startProblem(error, config) ?? (error instanceof Error ? error.stack : error)}\n`);
  process.exit(1);
}
