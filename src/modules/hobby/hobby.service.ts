import type { RequestContext } from '../../context.js';
import type { Hobby } from './hobby.entity.js';
import { findHobbies } from './hobby.repository.js';

export class HobbyService {
  /** All hobbies, by id. */
  list(ctx: RequestContext): Promise<Hobby[]> {
    return findHobbies(ctx.em);
  }
}
