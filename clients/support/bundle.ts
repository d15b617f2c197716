import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { transformAsync } from '@babel/core';
import { build, type Plugin } from 'esbuild';
import manifest from '../package.json' with { type: 'json' };

/** Puts what relay-compiler made where `graphql` stands, as its plugin for Babel does in any bundler. */
const relay: Plugin = {
  name: 'relay',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/][^\\/]+\.ts$/ }, async ({ path: filename }) => {
      const code = await readFile(filename, 'utf8');
      if (!code.includes('graphql`')) return;
      const result = await transformAsync(code, {
        filename,
        babelrc: false,
        configFile: false,
        parserOpts: { plugins: ['typescript'] },
        plugins: [['relay', { eagerEsModules: true }]],
        sourceMaps: 'inline',
      });
      return { contents: result?.code ?? '', loader: 'ts' };
    });
  },
};

/**
 * Bundles tests with the app that they use, as a front end is. Packages are left to Node, but for relay-runtime: it is
 * CommonJS, and the names that it exports are known to bundlers only. Returns the files that are in them.
 */
export async function bundle(tests: string[], folder: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: tests,
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    sourcemap: true,
    external: Object.keys(manifest.devDependencies).filter((name) => name !== 'relay-runtime'),
    plugins: [relay],
    absWorkingDir: path.resolve('.'),
    logLevel: 'warning',
    metafile: true,
  });
  return Object.keys(metafile.inputs);
}
