import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { asNdjson, type Recorded } from '../support/recorder.js';
import {
  cli,
  copyOpenApps,
  createOpenApp,
  type ReplayGateway,
  recordSession,
  startGateway,
} from './replay.support.js';

let recordedAt: ReplayGateway;
let fresh: ReplayGateway;
let recorded: Recorded[];

beforeAll(async () => {
  recordedAt = await startGateway();
  const app = await createOpenApp(recordedAt.app);
  fresh = await startGateway();
  await copyOpenApps(recordedAt.app, fresh.app);
  recorded = await recordSession(recordedAt, app);
});
afterAll(async () => {
  await recordedAt.close();
  await fresh.close();
});

const fileOf = async (name: string, content: string | Buffer): Promise<string> => {
  const file = path.join(fresh.directory, name);
  await writeFile(file, content);
  return file;
};

test('a recording of every dialect against a gateway with the same people shows no difference', async () => {
  const file = await fileOf('session.ndjson', asNdjson(recorded));
  const { code, stdout, stderr } = await cli('replay', file, '--to', fresh.url, '--log', fresh.log, '--json');
  console.log(
    code,
    stderr,
    recorded
      .map((r) => `${r.method} ${r.target} ${r.response.status} ${r.response.body.toString().slice(0, 150)}`)
      .join('\n'),
  );
  console.log(JSON.stringify(JSON.parse(stdout), null, 1));
});
