import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Bundles the playground into `dist/playground`: `index.html`, and under `assets/` scripts and styles whose names
 * carry their hash, so that browsers may keep them for good. Does nothing when the last build is newer than
 * everything it was made from.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = join(ROOT, 'playground');
const OUTPUT = join(ROOT, 'dist/playground');
const PAGE = join(OUTPUT, 'index.html');
const ASSETS = join(OUTPUT, 'assets');

const WORKERS = {
  editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
  json: 'monaco-editor/esm/vs/language/json/json.worker.js',
  graphql: 'monaco-graphql/esm/graphql.worker.js',
};

const modified = async (path) => (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;

async function isFresh() {
  const sources = (await readdir(SOURCES)).map((name) => join(SOURCES, name));
  const inputs = [...sources, fileURLToPath(import.meta.url), join(ROOT, 'package-lock.json')];
  const newest = Math.max(...(await Promise.all(inputs.map(modified))));
  return (await modified(PAGE)) > newest;
}

async function bundle(entryPoints, define = {}) {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints,
    outdir: ASSETS,
    entryNames: '[name]-[hash]',
    chunkNames: 'chunk-[hash]',
    assetNames: '[name]-[hash]',
    bundle: true,
    // Prettier and the like are loaded when they are first used.
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    metafile: true,
    jsx: 'automatic',
    loader: { '.ttf': 'file' },
    define: { 'process.env.NODE_ENV': '"production"', ...define },
    logLevel: 'warning',
  });
  return metafile.outputs;
}

const urlOf = (file) => `/graphql/assets/${basename(file)}`;

async function bundleWorkers() {
  const outputs = await bundle(
    Object.entries(WORKERS).map(([name, path]) => ({ in: path, out: `${name}.worker` })),
  );
  const urls = {};
  for (const [file, { entryPoint }] of Object.entries(outputs)) {
    const name = Object.keys(WORKERS).find((key) => entryPoint?.endsWith(WORKERS[key]));
    if (name) urls[name] = urlOf(file);
  }
  return { urls, files: Object.keys(outputs) };
}

async function bundlePage(workerUrls) {
  const outputs = await bundle(['playground/main.tsx'], { WORKER_URLS: JSON.stringify(workerUrls) });
  const [script, { cssBundle }] = Object.entries(outputs).find(
    ([, { entryPoint }]) => entryPoint === 'playground/main.tsx',
  );
  return { script: urlOf(script), style: urlOf(cssBundle), files: Object.keys(outputs) };
}

async function buildPlayground() {
  if (await isFresh()) return;
  await mkdir(ASSETS, { recursive: true });
  const workers = await bundleWorkers();
  const page = await bundlePage(workers.urls);

  const template = await readFile(join(SOURCES, 'index.html'), 'utf8');
  const html = template.replace(/\{\{(script|style)\}\}/g, (_, name) => page[name]);
  // Last: its time is the time of the build.
  await writeFile(PAGE, html);

  const current = new Set([...workers.files, ...page.files].map((file) => basename(file)));
  const stale = (await readdir(ASSETS)).filter((name) => !current.has(name));
  await Promise.all(stale.map((name) => rm(join(ASSETS, name))));
}

await buildPlayground();
