import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, glob, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * The linter refuses what docs/architecture.md rules out. It runs once, on a tree of its own that has the configuration
 * of the repository and nothing but planted files.
 */

const BIOME = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
const RESTRICTED = 'lint/style/noRestrictedImports';
const RING = 'lint/suspicious/noImportCycles';

const KINDS = ['service', 'repository', 'loader', 'rules', 'entity', 'resolver', 'input', 'type'];
const kinds = (...names: string[]): string[] => names.map((kind) => `src/modules/noun/noun.${kind}.ts`);

/** Where a violation is planted: a layer is a file, or a folder at two depths, and a module has files of many kinds. */
function filesOf(layer: string): string[] {
  if (!layer.endsWith('/')) return [`src/${layer}`];
  return layer === 'modules/' ? kinds(...KINDS) : [`src/${layer}planted.ts`, `src/${layer}deep/planted.ts`];
}

function pathFrom(file: string, target: string): string {
  const relative = path.posix.relative(path.posix.dirname(file), target).replace(/\.ts$/, '.js');
  return relative.startsWith('.') ? relative : `./${relative}`;
}

/** `src/…` is a file of the tree, anything else a package. */
const importOf = (file: string, target: string): string =>
  `import '${target.startsWith('src/') ? pathFrom(file, target) : target}';`;

interface Rule {
  rule: string;
  files: string[];
  /** What each of the files must not import. */
  imports: string[];
}

const GRAPHQL = ['graphql', 'type-graphql', 'graphql-scalars', 'graphql-upload-ts'];
const WEB = ['@apollo/server', '@apollo/server/errors', 'fastify', '@fastify/cookie'];
const REQUEST = ['src/context.ts', 'src/policy.ts', 'src/loaders.ts'];

/** What the list says beyond the order of the layers. */
const BEYOND: Rule[] = [
  {
    rule: 'below schema/ nothing knows GraphQL',
    files: ['text.ts', 'infra/', 'config.ts', 'errors/', 'context.ts'].flatMap(filesOf),
    imports: [...GRAPHQL, ...WEB],
  },
  {
    rule: 'below http/ nothing knows Fastify or Apollo',
    files: ['schema/', 'modules/', 'entities.ts', 'seeders/', 'services.ts'].flatMap(filesOf),
    imports: WEB,
  },
  {
    rule: 'in modules/, what clients do not see knows neither GraphQL nor what they see',
    files: kinds('service', 'repository', 'loader', 'rules'),
    imports: [...GRAPHQL, 'src/schema/ids.ts', ...kinds('resolver', 'input', 'type')],
  },
  {
    rule: 'an entity knows entities, not repositories, services or requests',
    files: kinds('entity'),
    imports: ['graphql', ...REQUEST, ...kinds('repository', 'service', 'resolver', 'input', 'type')],
  },
  {
    rule: 'a repository knows rows, not services or requests',
    files: kinds('repository'),
    imports: [...REQUEST, ...kinds('service')],
  },
  { rule: 'http/ does not know services.ts', files: filesOf('http/'), imports: ['src/services.ts'] },
  {
    rule: 'services.ts and http/ know no GraphQL',
    files: ['services.ts', 'http/'].flatMap(filesOf),
    imports: GRAPHQL,
  },
  {
    rule: 'jobs/ knows no way in',
    files: filesOf('jobs/'),
    imports: ['src/http/a.ts', 'src/graphql/a.ts', 'src/rest/a.ts', ...GRAPHQL, ...WEB],
  },
  {
    rule: 'rest/ speaks to the schema only',
    files: filesOf('rest/'),
    imports: [
      ...kinds('service'),
      'src/infra/redis.ts',
      'src/services.ts',
      'src/entities.ts',
      '@mikro-orm/postgresql',
      'ioredis',
    ],
  },
  { rule: 'cli/ knows no http/', files: filesOf('cli/'), imports: ['src/http/a.ts', ...WEB] },
];

/** The ways to write an import, each of which counts. */
const SPELLINGS = [
  `import a from '../context.js';`,
  `import type { B } from '../context.js';`,
  `export type { C } from '../context.js';`,
  `export * from '../context.js';`,
  `export const d = () => import('../context.js');`,
];

const ring = (folder: string): Record<string, string> => ({
  [`${folder}/value.a.ts`]: `export { b } from './value.b.js';\nexport const a = 1;\n`,
  [`${folder}/value.b.ts`]: `export { a } from './value.a.js';\nexport const b = 1;\n`,
  [`${folder}/type.a.ts`]: `import type { B } from './type.b.js';\nexport type A = B[];\n`,
  [`${folder}/type.b.ts`]: `import type { A } from './type.a.js';\nexport type B = A[];\n`,
});

const RINGS = { ...ring('src/modules/ring'), ...ring('test/ring'), ...ring('bench/ring') };

/** The order of the layers, the lowest first, as the page tells it. */
async function readLayers(): Promise<string[][]> {
  const page = await readFile('docs/architecture.md', 'utf8');
  return [...page.matchAll(/^\d+\. (`[^:]*):/gm)].map(([, names = '']) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
}

const orderOf = (layers: readonly string[][]): Rule[] =>
  layers.slice(0, -1).map((layer, index) => ({
    rule: `${layer.join(', ')}: nothing above`,
    files: layer.flatMap(filesOf),
    imports: layers
      .slice(index + 1)
      .flat()
      .flatMap(filesOf),
  }));

/** Lints planted files; `file:line rule` of everything that was found. */
async function lint(files: ReadonlyMap<string, string>): Promise<Set<string>> {
  const root = await mkdtemp(path.join(tmpdir(), 'ug-lint-'));
  try {
    await cp('biome.json', path.join(root, 'biome.json'));
    if (existsSync('lint')) await cp('lint', path.join(root, 'lint'), { recursive: true });
    for (const [file, content] of files) {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true });
      await writeFile(path.join(root, file), content);
    }
    const args = [BIOME, 'lint', '--vcs-enabled=false', '--reporter=github', '--max-diagnostics=none', '.'];
    const output = await new Promise<string>((resolve) => {
      // It ends with 1 when it finds something.
      execFile(process.execPath, args, { cwd: root, maxBuffer: 2 ** 26 }, (_error, stdout) =>
        resolve(stdout),
      );
    });
    return new Set(
      [...output.matchAll(/title=([^,]+),file=([^,]+),line=(\d+)/g)].map(
        ([, rule, file = '', line]) => `${path.relative(root, path.resolve(root, file))}:${line} ${rule}`,
      ),
    );
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Files of all rules, and where each rule expects to be broken. */
function plant(rules: readonly Rule[]): { files: Map<string, string>; expected: Map<string, string[]> } {
  const lines = new Map<string, string[]>();
  const expected = new Map<string, string[]>();
  for (const { rule, files, imports } of rules) {
    const places = files.flatMap((file) => {
      const written = lines.get(file) ?? [];
      lines.set(file, written);
      return imports
        .filter((target) => target !== file)
        .map((target) => `${file}:${written.push(importOf(file, target))} ${RESTRICTED}`);
    });
    expected.set(rule, places);
  }
  return { files: new Map([...lines].map(([file, text]) => [file, `${text.join('\n')}\n`])), expected };
}

const layers = await readLayers();
const rules = [...orderOf(layers), ...BEYOND];
const { files, expected } = plant(rules);
let found: Set<string>;

beforeAll(async () => {
  const spelt = ['src/infra/spelt.ts', `${SPELLINGS.join('\n')}\n`] as const;
  found = await lint(new Map([...files, spelt, ...Object.entries(RINGS)]));
});

const missing = (places: readonly string[]): string[] => places.filter((place) => !found.has(place));

describe('the linter refuses what breaks', () => {
  test.each(rules.map(({ rule }) => rule))('the linter refuses an import against the rule: %s', (rule) => {
    expect(missing(expected.get(rule) ?? [])).toEqual([]);
  });

  test('the linter refuses an import against a layer, however it is written', () => {
    expect(missing(SPELLINGS.map((_, index) => `src/infra/spelt.ts:${index + 1} ${RESTRICTED}`))).toEqual([]);
  });

  test('src, test and bench hold no ring of imports, by value or by type', () => {
    expect(missing(Object.keys(RINGS).map((file) => `${file}:1 ${RING}`))).toEqual([]);
  });
});

/** The modules that each module imports. */
async function importsOfModules(): Promise<Map<string, Set<string>>> {
  const imports = new Map<string, Set<string>>();
  for await (const file of glob('src/modules/*/**/*.ts')) {
    const [, , own = ''] = file.split(path.sep);
    const found = imports.get(own) ?? new Set();
    imports.set(own, found);
    for (const [, other = ''] of (await readFile(file, 'utf8')).matchAll(/'\.\.\/([a-z-]+)\/[^']+\.js'/g))
      found.add(other);
  }
  return imports;
}

test('modules import each other one way', async () => {
  const imports = await importsOfModules();
  expect(imports.size).toBeGreaterThan(20);
  // Whoever imports nobody that is left stands lowest; in a ring nobody does.
  for (;;) {
    const lowest = [...imports].filter(([, others]) => ![...others].some((other) => imports.has(other)));
    if (lowest.length === 0) break;
    for (const [name] of lowest) imports.delete(name);
  }
  expect([...imports.keys()]).toEqual([]);
});

test('every file of src is under one rule of its layer', async () => {
  const { overrides }: { overrides: { includes: string[] }[] } = JSON.parse(
    await readFile('biome.json', 'utf8'),
  );
  const covers = (file: string, { includes }: { includes: string[] }): boolean =>
    includes.some((one) => !one.startsWith('!') && path.matchesGlob(file, one)) &&
    !includes.some((one) => one.startsWith('!') && path.matchesGlob(file, one.slice(1)));
  const wrong: string[] = [];
  for await (const file of glob('src/**/*.ts')) {
    const count = overrides.filter((override) => covers(file, override)).length;
    if (count !== 1) wrong.push(`${file}: ${count}`);
  }
  expect(wrong).toEqual([]);
  const listed = layers.flat().filter((name) => !existsSync(`src/${name}`));
  expect(listed).toEqual([]);
});
