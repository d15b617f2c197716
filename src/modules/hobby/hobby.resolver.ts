import { Ctx, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import type { Services } from '../../services.js';
import { Hobby } from './hobby.entity.js';

@Resolver()
export class HobbyResolver {
  constructor(private readonly services: Services) {}

  @Query(() => [Hobby], { description: 'Every hobby that users can choose.' })
  hobbies(@Ctx() ctx: RequestContext): Promise<Hobby[]> {
    return this.services.hobbies.list(ctx);
  }
}
