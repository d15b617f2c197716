import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { JestEnvironment } from '@jest/environment';
import type { TestResult } from '@jest/reporters';
import type { Config } from '@jest/types';
import type { ModuleMocker } from 'jest-mock';

const require = createRequire(import.meta.url);

/** What Jest's own runner of a file asks of Jest's module system; here plain Node answers. */
const node = {
  requireInternalModule: loadAnew,
  requireModule: require,
  unstable_shouldLoadAsEsm: () => true,
  unstable_importModule: (path: string) => import(pathToFileURL(path).href),
  setGlobalsForRuntime: () => undefined,
  enterTestCode: () => undefined,
  leaveTestCode: () => undefined,
};

type RunFile = (
  globalConfig: Config.GlobalConfig,
  config: Config.ProjectConfig,
  environment: JestEnvironment,
  runtime: unknown,
  testPath: string,
  sendMessageToJest?: unknown,
) => Promise<TestResult>;

const runInNode: RunFile = require('jest-circus/runner').default;

/** Jest's own runner of a test file, with its hooks and time-outs, on Node's module system. */
const runFile: RunFile = (globalConfig, config, environment, _runtime, testPath, sendMessageToJest) => {
  const { moduleMocker } = environment;
  Object.assign(globalThis, { jest: moduleMocker && createJest(moduleMocker) });
  return runInNode(globalConfig, config, environment, node, testPath, sendMessageToJest);
};
export default runFile;

const TIMEOUT = Symbol.for('TEST_TIMEOUT_SYMBOL');

/** The part of the global `jest` that has to do with neither modules nor clocks. */
function createJest(mocker: ModuleMocker) {
  Object.assign(globalThis, { [TIMEOUT]: undefined });
  return {
    fn: mocker.fn.bind(mocker),
    spyOn: mocker.spyOn.bind(mocker),
    replaceProperty: mocker.replaceProperty.bind(mocker),
    clearAllMocks: mocker.clearAllMocks.bind(mocker),
    resetAllMocks: mocker.resetAllMocks.bind(mocker),
    restoreAllMocks: mocker.restoreAllMocks.bind(mocker),
    setTimeout: (ms: number) => Object.assign(globalThis, { [TIMEOUT]: ms }),
  };
}

/** The tests of one file are kept in this module and in a list of listeners: each file gets both of its own. */
function loadAnew(path: string): unknown {
  delete require.cache[path];
  Object.assign(globalThis, { [Symbol.for('EVENT_HANDLERS')]: undefined });
  return require(path);
}
