import type { RequestContext } from '../../context.js';
import { SecurityEventKind } from '../security/security-event.entity.js';
import type { SecurityEventService } from '../security/security-event.service.js';
import { openedBy } from './opened-by.js';
import type { PlusTokenReader } from './plus-token.js';
import { adoptSession, findLiveSession, type LiveSession } from './session.repository.js';

/** The system whose tokens are signed. */
const SYSTEM = 'plus';

/** Makes sessions of the signed tokens of another system when they are first used, at that system's door alone. */
export class SessionAdopter {
  constructor(
    private readonly tokens: PlusTokenReader,
    private readonly events: SecurityEventService,
  ) {}

  /** The session that the token becomes by this use; null for one that is no good, or whose session has ended. */
  async adopt(
    ctx: Pick<RequestContext, 'em' | 'client'>,
    token: string,
    tokenHash: string,
  ): Promise<LiveSession | null> {
    const { em, client } = ctx;
    if (client.door !== SYSTEM) return null;
    const read = await this.tokens.read(token);
    if (!read) return null;
    await em.transactional(async () => {
      const userId = await adoptSession(em, SYSTEM, { ...read, tokenHash }, openedBy(client));
      if (userId) await this.events.record(ctx, userId, SecurityEventKind.SESSION_ADOPTED);
    });
    // Of two first uses at once, one comes second and finds what the other has made.
    return findLiveSession(em, tokenHash);
  }
}
