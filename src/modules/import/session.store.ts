import type { DatabaseContext } from '../../context.js';
import {
  type ForeignSession,
  findOwners,
  insertForeignSessions,
  type Owner,
} from '../session/session.repository.js';

/** The sessions that there are, by the hashes of their tokens. */
export interface SessionStore {
  /** Stores what is new; returns the hashes of that. Of two with the same token the first counts. */
  insert(ctx: DatabaseContext, sessions: readonly ForeignSession[]): Promise<Set<string>>;
  owners(ctx: DatabaseContext, tokenHashes: readonly string[]): Promise<Map<string, Owner>>;
}

export const STORED_SESSIONS: SessionStore = {
  insert: ({ em }, sessions) => insertForeignSessions(em, sessions),
  owners: ({ em }, tokenHashes) => findOwners(em, tokenHashes),
};

/** 52 bits of a hash: of a million tokens, two have the same once in ten thousand dry runs. */
const keyOf = (tokenHash: string): number => Number.parseInt(tokenHash.slice(0, 13), 16);

/** What would have been stored, for a dry run: nothing is written, and it is remembered in some 40 bytes each. */
export function pretendedSessions(): SessionStore {
  const pretended = new Map<number, number>();
  const owners: SessionStore['owners'] = async (ctx, tokenHashes) => {
    const found = await findOwners(ctx.em, tokenHashes);
    for (const hash of tokenHashes) {
      const userId = pretended.get(keyOf(hash));
      if (userId !== undefined && !found.has(hash)) found.set(hash, { userId, live: true });
    }
    return found;
  };
  return {
    owners,
    insert: async (ctx, sessions) => {
      const known = await owners(
        ctx,
        sessions.map(({ tokenHash }) => tokenHash),
      );
      const fresh = new Set<string>();
      for (const { tokenHash, userId } of sessions) {
        if (known.has(tokenHash) || fresh.has(tokenHash)) continue;
        fresh.add(tokenHash);
        pretended.set(keyOf(tokenHash), userId);
      }
      return fresh;
    },
  };
}
