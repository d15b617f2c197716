import { randomInt } from 'node:crypto';
import type { LegacySystem } from '../../src/door.js';
import type { TestApp } from './app.js';
import { freshPhone } from './client.js';
import { freshName } from './operations.js';

/** An account that came from another system. */
export interface Comer {
  id: number;
  legacyId: string;
  phone: string;
}

/** Old ids are far from the numbers that accounts have in tests. */
let lastLegacyId = randomInt(1_000_000, 100_000_000);

/** Tells under which id of another system an account is known there. */
export async function giveLegacyId(
  app: Pick<TestApp, 'sql'>,
  userId: number,
  system: LegacySystem,
): Promise<string> {
  const legacyId = String(++lastLegacyId);
  await app.sql('insert into legacy_ids (system, legacy_id, number, user_id) values (?, ?, ?, ?)', [
    system,
    legacyId,
    legacyId,
    userId,
  ]);
  return legacyId;
}

/** A new account with a phone and an old id, and without a password. */
export async function comer(app: Pick<TestApp, 'sql'>, system: LegacySystem = 'plus'): Promise<Comer> {
  const phone = freshPhone();
  const [user] = await app.sql<{ id: number }>('insert into users (name, phone) values (?, ?) returning id', [
    freshName(),
    phone,
  ]);
  if (!user) throw new Error('nobody came');
  return { id: user.id, phone, legacyId: await giveLegacyId(app, user.id, system) };
}
