// The dialects' GraphQL documents belong beside their compiled tables.
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const from = 'src/rest/dialects';
for (const name of readdirSync(from).filter((one) => one.endsWith('.graphql'))) {
  const [source, target] = [path.join(from, name), path.join('dist', from, name)];
  // An unchanged document is not written again: a gateway may be reading it.
  if (existsSync(target) && readFileSync(source).equals(readFileSync(target))) continue;
  copyFileSync(source, target);
}
