// The dialects' GraphQL documents belong beside their compiled tables.
import { copyFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const from = 'src/rest/dialects';
for (const file of readdirSync(from).filter((name) => name.endsWith('.graphql'))) {
  copyFileSync(path.join(from, file), path.join('dist', from, file));
}
