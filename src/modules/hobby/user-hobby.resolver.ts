import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { AtMost } from '../../schema/list-bounds.js';
import { User } from '../user/user.entity.js';
import { Hobby } from './hobby.entity.js';
import { hobbiesLoader } from './hobby.loader.js';
import { USER_HOBBIES_MAX } from './hobby.repository.js';

@Resolver(() => User)
export class UserHobbyResolver {
  @AtMost(USER_HOBBIES_MAX)
  @FieldResolver(() => [Hobby], { description: 'The hobbies of the user.' })
  hobbies(@Root() user: User, @Ctx() ctx: RequestContext): Promise<readonly Hobby[]> {
    return hobbiesLoader(ctx).load(user.id);
  }
}
