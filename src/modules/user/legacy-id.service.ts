import type { DatabaseContext } from '../../context.js';
import type { LegacySystem } from '../../door.js';
import { StartError } from '../../infra/start-error.js';
import { findByNumbers, findNumbers, findUnnumbered, outwardIdOf } from './legacy-id.repository.js';
import { numberIn } from './user.service.js';

/** The numbers by which accounts go at the doors of the systems that they come from. */
export class LegacyIdService {
  /** The number that a text names an account by, as `user(account:)` reads it; null where it names it otherwise. */
  readonly numberIn = numberIn;

  /**
   * Accounts by their numbers at the door of a system. Null where a number is the own one of an account that goes by
   * another there; a number that is left out means what it means here.
   */
  accountsOf(
    { em }: DatabaseContext,
    system: LegacySystem,
    numbers: readonly number[],
  ): Promise<Map<number, number | null>> {
    return findByNumbers(em, system, numbers);
  }

  /** The numbers of accounts at the door of a system; one that is left out goes by its own. */
  numbersOf(
    { em }: DatabaseContext,
    system: LegacySystem,
    userIds: readonly number[],
  ): Promise<Map<number, number>> {
    return findNumbers(em, system, userIds);
  }

  /** The id by which an account is named to the server of a system. */
  async outwardId({ em }: DatabaseContext, system: LegacySystem, userId: number): Promise<string> {
    return (await outwardIdOf(em, system, userId)) ?? String(userId);
  }

  /** Throws StartError, naming one, where a system has old ids that no door could say as numbers. */
  async assertNumbers({ em }: DatabaseContext, systems: readonly LegacySystem[]): Promise<void> {
    for (const system of systems) {
      const legacyId = await findUnnumbered(em, system);
      if (legacyId === null) continue;
      throw new StartError(
        `LEGACY_IDS: the door of ${system} cannot speak its old ids, which have to be whole numbers from 1 to 2^53 - 1: ` +
          `one of them is ${JSON.stringify(legacyId)}. Take ${system} off the list.`,
      );
    }
  }
}
