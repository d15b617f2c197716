#!/usr/bin/env node
// `exec node SCRIPT …` where the shell has no exec of its own.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , , script, ...rest] = process.argv;
process.argv = [process.execPath, resolve(script), ...rest];
await import(pathToFileURL(process.argv[1]).href);
