// Makes old systems with invented people, to try a take-over with (docs/cutover.md). The same seed makes the same ones.
//
//   node scripts/old-systems.mjs plus --mysql mysql://root@127.0.0.1:3306/old_plus [--users 20000] [--files DIR]
//     [--jwt-secret TEXT --tokens FILE [--jwt-ttl MINUTES]] [--accounts FILE] [--cost 4] [--seed TEXT] [--later]
//   node scripts/old-systems.mjs anlife --csv FILE [--users 20000] [--accounts FILE] [--seed TEXT]
//   node scripts/old-systems.mjs anlife --ndjson FILE [--users 20000] [--seed TEXT]
//
// `plus` makes the database anew, whatever was in it; with --later it is the same one a while later. --accounts is where
// each account is written with its password, and --tokens its JSON Web Tokens, a line each.
import { writeFile } from 'node:fs/promises';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { linesOfAnlife, makeAnlife } from './old-systems/anlife.mjs';
import { makePlus } from './old-systems/plus.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    users: { type: 'string', default: '20000' },
    seed: { type: 'string', default: 'old' },
    mysql: { type: 'string' },
    files: { type: 'string' },
    'jwt-secret': { type: 'string' },
    'jwt-ttl': { type: 'string', default: '20160' },
    tokens: { type: 'string' },
    accounts: { type: 'string' },
    csv: { type: 'string' },
    ndjson: { type: 'string' },
    cost: { type: 'string', default: '4' },
    later: { type: 'boolean', default: false },
  },
});

function needed(option) {
  if (values[option]) return values[option];
  console.error(`--${option} is needed`);
  process.exit(2);
}

const lines = (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

const SYSTEMS = {
  plus: async () => {
    const made = await makePlus({
      mysql: needed('mysql'),
      users: Number(values.users),
      seed: values.seed,
      later: values.later,
      cost: Number(values.cost),
      files: values.files,
      jwtSecret: values['jwt-secret'],
      jwtTtl: Number(values['jwt-ttl']),
    });
    if (values.tokens) await writeFile(values.tokens, lines(made.tokens));
    return { accounts: made.accounts, also: { pictures: made.written, tokens: made.tokens.length } };
  },
  anlife: async () => {
    if (values.ndjson) {
      await writeFile(values.ndjson, linesOfAnlife({ users: Number(values.users), seed: values.seed }));
      return { accounts: [], also: { written: Number(values.users) } };
    }
    const made = makeAnlife({ users: Number(values.users), seed: values.seed });
    await writeFile(needed('csv'), made.csv);
    return { accounts: made.accounts, also: {} };
  },
};

const make = SYSTEMS[positionals[0]];
if (!make) {
  console.error(`Which one? ${Object.keys(SYSTEMS).join(' or ')}`);
  process.exit(2);
}
const { accounts, also } = await make();
if (values.accounts) await writeFile(values.accounts, lines(accounts));
console.log(JSON.stringify({ accounts: accounts.length, ...also }));
