import { Ctx, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { AtMost } from '../../schema/list-bounds.js';
import type { Services } from '../../services.js';
import { Hobby } from './hobby.entity.js';
import { HOBBIES_MAX } from './hobby.repository.js';

@Resolver()
export class HobbyResolver {
  constructor(private readonly services: Services) {}

  @AtMost(HOBBIES_MAX)
  @Query(() => [Hobby], { description: `The hobbies that users can choose; at most ${HOBBIES_MAX}.` })
  hobbies(@Ctx() ctx: RequestContext): Promise<Hobby[]> {
    return this.services.hobbies.list(ctx);
  }
}
