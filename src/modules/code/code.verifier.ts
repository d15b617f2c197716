import { AppError } from '../../errors/app-error.js';
import type { Claimant } from '../guard/claimants.js';
import type { GuardService } from '../guard/guard.service.js';
import type { CodePurpose, CodeService, CodeTry, CodeUse, TakenCode } from './code.service.js';

/** The only way to a code: every check goes through the guard first, whatever door or operation it serves. */
export class CodeVerifier {
  constructor(
    private readonly guard: GuardService,
    private readonly codes: CodeService,
  ) {}

  /**
   * Uses up a code and does the work it allows; if the work fails the code stays good.
   * Throws CODE_INVALID when the code is wrong, expired, burnt, or was sent for something else.
   */
  async use<T>(claimant: Claimant, request: CodeUse, work: () => Promise<T>): Promise<T> {
    let taken: TakenCode | null = null;
    const take = async () => {
      taken = await this.codes.take(request);
      return taken;
    };
    try {
      if (!(await this.guard.attempt({ ...claimant, overAll: 'nothing' }, take))) {
        throw new AppError('CODE_INVALID', { field: 'code' });
      }
      return await work();
    } catch (error) {
      await (taken as TakenCode | null)?.putBack();
      throw error;
    }
  }

  /** Checks a code without using it up; a wrong one counts as a try. */
  async check(claimant: Claimant, request: CodeTry & { purpose?: CodePurpose }): Promise<boolean> {
    const check = async () => (await this.codes.check(request)) || null;
    return (await this.guard.attempt({ ...claimant, overAll: 'nothing' }, check)) ?? false;
  }
}
