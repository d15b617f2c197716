import type { Command } from 'commander';
import type { Environment } from './environment.js';
import type { Output, Stream, Terminal } from './output.js';

/** Runs a command's work with its environment, prints what it returns, and closes what it opened. */
export type Run = (work: (environment: Environment) => Promise<Output | Stream>) => Promise<void>;

/** Adds commands to the program. */
export type AddCommands = (program: Command, run: Run, terminal: Terminal) => void;
