import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What docs/front-end.md tells a reader to do. */
export interface Page {
  /** The files to write, by their path in the app. */
  files: Map<string, string>;
  /** The commands to run, in order, each a block of the page. */
  commands: string[];
  /** The packages to install. */
  packages: string[];
}

/** A block, and the name of its file where that stands before it (JSON has no comments). */
const BLOCK = /(?:^`([\w./-]+)`:\n\n)?^```(\w*)\n([\s\S]*?)^```$/gm;
/** The first line of a block that is a file. */
const FILE = /^\/\/ ([\w./-]+\.\w+)\n/;
const INSTALL = /^npm install (?:-D )?(.+)$/;

/** Reads the page. Fails on a block that is neither a file nor commands, which nothing would run. */
export function readPage(text: string): Page {
  const page: Page = { files: new Map(), commands: [], packages: [] };
  for (const [, before, language, code = ''] of text.matchAll(BLOCK)) {
    if (language === 'sh') addCommands(page, code);
    else addFile(page, before ?? FILE.exec(code)?.[1], code);
  }
  return page;
}

function addCommands(page: Page, code: string): void {
  for (const line of code.trim().split('\n')) {
    const installed = INSTALL.exec(line)?.[1];
    if (installed) page.packages.push(...installed.split(' '));
    else page.commands.push(line);
  }
}

function addFile(page: Page, name: string | undefined, code: string): void {
  if (!name) throw new Error(`A block of the page does not say which file it is:\n${code}`);
  if (page.files.has(name)) throw new Error(`The page has ${name} twice`);
  page.files.set(name, code);
}

/** The same with the gateway of the test for that of the page. */
export function atGateway(text: string, gateway: string): string {
  return text.replaceAll('http://127.0.0.1:4000', gateway);
}

/** Writes the files of the page into the folder of an app. */
export function writeFiles(page: Page, folder: string, gateway: string): void {
  for (const [name, code] of page.files) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, atGateway(code, gateway));
  }
}

export function pageText(): string {
  return readFileSync('../docs/front-end.md', 'utf8');
}
