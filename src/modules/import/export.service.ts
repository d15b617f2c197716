import type { DatabaseContext } from '../../context.js';
import { StartError } from '../../infra/start-error.js';
import type { ExportedPassword, PasswordWrapper } from '../credential/password.wrapper.js';
import type { ImageService } from '../image/image.service.js';
import type { VerificationSecrets } from '../verification/verification.secrets.js';
import { recordOf } from './export.record.js';
import {
  abandonSnapshot,
  beginSnapshot,
  endSnapshot,
  findWholeAccounts,
  type WholeAccount,
} from './export.repository.js';
import type { ProviderApps } from './identity.rules.js';
import type { RawRecord } from './record.js';

/** Accounts read at once. */
const PAGE = 500;

/** Accounts as records, for another gateway or whoever comes after. */
export class ExportService {
  constructor(
    private readonly passwords: PasswordWrapper,
    private readonly secrets: VerificationSecrets,
    private readonly images: Pick<ImageService, 'urlOf'>,
    private readonly apps: ProviderApps,
  ) {}

  /**
   * Every account that is not cancelled, as all of them are at one moment, in the order of their numbers. Passwords that
   * an import has only sealed are hashed before. Throws a StartError when some of them cannot be read.
   */
  async *users(ctx: DatabaseContext): AsyncGenerator<RawRecord[]> {
    const { failed } = await this.passwords.wrapAll(new AbortController().signal);
    if (failed > 0) throw new StartError(`${failed} passwords are sealed under keys that DATA_KEYS lacks.`);
    await beginSnapshot(ctx.em);
    let ended = false;
    try {
      yield* this.pages(ctx);
      await endSnapshot(ctx.em);
      ended = true;
    } finally {
      if (!ended) await abandonSnapshot(ctx.em);
    }
  }

  private async *pages(ctx: DatabaseContext): AsyncGenerator<RawRecord[]> {
    let after = 0;
    for (;;) {
      const accounts = await findWholeAccounts(ctx.em, after, PAGE);
      const last = accounts.at(-1);
      if (!last) return;
      after = last.user.id;
      const passwords = await this.passwords.exported(
        ctx,
        accounts.map(({ user }) => user.id),
      );
      yield accounts.map((account) => this.recordOf(account, passwords.get(account.user.id)));
    }
  }

  private recordOf(account: WholeAccount, password: ExportedPassword | undefined): RawRecord {
    const { user, avatar, background, verification } = account;
    return recordOf(account, {
      avatarUrl: avatar ? this.images.urlOf(avatar) : user.externalAvatarUrl,
      backgroundUrl: background ? this.images.urlOf(background) : (account.wantedBackground ?? null),
      password: password ?? { format: 'none' },
      identification: verification
        ? { realName: this.secrets.realName(verification), idNumber: this.secrets.idNumber(verification) }
        : null,
      apps: this.apps,
    });
  }
}
