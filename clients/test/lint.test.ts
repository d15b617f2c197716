import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ESLint } from 'eslint';

const eslint = new ESLint({ cwd: path.resolve('..'), overrideConfigFile: path.resolve('eslint.config.js') });
const schema = readFileSync('../schema.graphql', 'utf8');

/** The rules that a schema breaks, each with its line. */
async function broken(text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: 'schema.graphql' });
  return result?.messages.map(({ ruleId, line, message }) => `${ruleId} ${line}: ${message}`) ?? [];
}

test('the schema keeps the rules of graphql-eslint', async () => {
  assert.deepEqual(await broken(schema), []);
});

test('a schema that breaks a rule is told so', async () => {
  const planted = `${schema}
    type ThingConnection { nodes: [ID] }
    "A thing" type Thing { "Gone" old: ID @deprecated }`;
  const rules = (await broken(planted)).map((text) => text.split(' ')[0]);
  for (const rule of ['relay-connection-types', 'require-description', 'require-deprecation-reason']) {
    assert(rules.includes(`@graphql-eslint/${rule}`), rule);
  }
});
