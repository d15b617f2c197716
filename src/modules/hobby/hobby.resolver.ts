import { Ctx, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { Public } from '../../schema/access.js';
import { AtMost } from '../../schema/list-bounds.js';
import { Hobby } from './hobby.entity.js';
import { HOBBIES_MAX } from './hobby.repository.js';
import type { HobbyService } from './hobby.service.js';

@Resolver()
export class HobbyResolver {
  constructor(private readonly hobbyService: HobbyService) {}

  @AtMost(HOBBIES_MAX)
  @Public()
  @Query(() => [Hobby], { description: `The hobbies that users can choose; at most ${HOBBIES_MAX}.` })
  hobbies(@Ctx() ctx: RequestContext): Promise<Hobby[]> {
    return this.hobbyService.list(ctx);
  }
}
