import 'reflect-metadata';
import { createApp } from './app.js';
import { type Config, ConfigError, loadConfig } from './config.js';
import { DataDirInUseError } from './infra/database/data-dir-lock.js';

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

try {
  const config = loadConfig();
  const app = await createApp(config);
  closeOnSignal(app.close, config.SHUTDOWN_SECONDS);
  await app.listen((address) => process.stdout.write(`${banner(config, address)}\n`));
} catch (error) {
  const expected = error instanceof ConfigError || error instanceof DataDirInUseError;
  process.stderr.write(`${expected ? (error as Error).message : (error as Error).stack}\n`);
  process.exit(1);
}
