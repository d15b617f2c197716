import type { Reporter } from '@jest/reporters';

/** Of a file whose worker died Jest tells no test: this adds the one that was running, or else that none was. */
export default class LastTestReporter implements Reporter {
  private readonly running = new Map<string, string>();

  readonly onTestCaseStart: Reporter['onTestCaseStart'] = ({ path }, { fullName }) => {
    this.running.set(path, fullName);
  };

  readonly onTestCaseResult: Reporter['onTestCaseResult'] = ({ path }) => {
    this.running.delete(path);
  };

  readonly onTestFileResult: Reporter['onTestFileResult'] = ({ path }, result) => {
    if (!result.testExecError || result.testResults.length > 0) return;
    const test = this.running.get(path);
    result.failureMessage += `\n    It ended ${test ? `in "${test}"` : 'outside of a test: in a hook, or loading'}.\n`;
  };
}
