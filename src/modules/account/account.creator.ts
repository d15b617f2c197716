import type { RequestContext } from '../../context.js';
import { isNameTaken } from '../../errors/constraints.js';
import type { ProvenIdentity } from '../../infra/oauth/port.js';
import { takeOverEmail } from '../contact/email.repository.js';
import { savePasswordHash } from '../credential/credential.repository.js';
import { saveIdentities } from '../credential/identity.repository.js';
import { SecurityEventKind } from '../security/security-event.entity.js';
import type { SecurityEventService } from '../security/security-event.service.js';
import { generateName } from '../user/text.js';
import type { User } from '../user/user.entity.js';
import { insertUser } from '../user/user.repository.js';

/** Everything a new account starts with, already checked. */
export interface NewAccount
  extends Partial<Pick<User, 'phone' | 'email' | 'nickname' | 'sex' | 'externalAvatarUrl'>> {
  /** Left out: one is generated. */
  name?: string | null;
  passwordHash?: string | null;
  identity?: ProvenIdentity;
}

/** Generated names hardly ever collide; more collisions than this mean something else is wrong. */
const NAME_TRIES = 5;

/** Brings accounts into the world; a log-in, a registration and a third party's first visit all end here. */
export class AccountCreator {
  constructor(private readonly events: SecurityEventService) {}

  /** The id of the new account. Throws PHONE_TAKEN, EMAIL_TAKEN or NAME_TAKEN. */
  async create(ctx: RequestContext, account: NewAccount): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.insert(ctx, { ...account, name: account.name ?? generateName() });
      } catch (error) {
        const unlucky = !account.name && isNameTaken(error);
        if (!unlucky || attempt === NAME_TRIES) throw error;
      }
    }
  }

  private insert(ctx: RequestContext, account: NewAccount & { name: string }): Promise<number> {
    const { passwordHash, identity, ...columns } = account;
    return ctx.em.transactional(async () => {
      const userId = await insertUser(ctx.em, { ...columns, emailVerified: Boolean(columns.email) });
      if (columns.email) await takeOverEmail(ctx.em, columns.email, userId);
      if (passwordHash) await savePasswordHash(ctx.em, userId, passwordHash);
      if (identity) {
        await saveIdentities(ctx.em, userId, identity.provider, [identity.subject, ...identity.aliases]);
      }
      await this.events.record(ctx, userId, SecurityEventKind.REGISTERED);
      return userId;
    });
  }
}
