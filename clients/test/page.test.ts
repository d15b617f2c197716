import assert from 'node:assert/strict';
import { test } from 'node:test';
import manifest from '../package.json' with { type: 'json' };
import { pageText, readPage } from '../support/page.ts';

test('every package that the page installs is one that these tests use', () => {
  const { packages } = readPage(pageText());
  assert(packages.length > 0);
  assert.deepEqual(
    packages.filter((name) => !(name in manifest.devDependencies)),
    [],
  );
});

test('a block that nothing would run is refused', () => {
  assert.throws(() => readPage('```ts\nconst x = 1;\n```\n'), /does not say which file/);
  assert.throws(() => readPage('```ts\n// a.ts\n```\n\n```ts\n// a.ts\n```\n'), /twice/);
});
