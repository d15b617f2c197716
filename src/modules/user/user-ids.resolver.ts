import { Arg, Ctx, Field, ID, Int, ObjectType, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { DeviceType } from '../../device-type.js';
import { Internal } from '../../schema/access.js';
import { AccountId } from '../../schema/account-ids.js';
import { parseId, parseIdOrNull } from '../../schema/ids.js';
import { OfPage, Paged } from '../../schema/list-bounds.js';
import type { UserService } from './user.service.js';
import { ID_PAGE_DEFAULT, ID_PAGE_MAX } from './user.service.js';

@ObjectType({ description: 'A page of ids of accounts.' })
class UserIdPage {
  @AccountId()
  @OfPage()
  @Field(() => [Int], { description: 'The numbers, ascending.' })
  ids!: number[];

  @Field(() => Boolean, { description: 'True when more follows.' })
  hasNextPage!: boolean;

  @Field(() => ID, { nullable: true, description: 'Pass it as `after` to get the next page.' })
  endCursor!: string | null;
}

@Resolver()
export class UserIdsResolver {
  constructor(private readonly userService: UserService) {}

  @Paged({ usual: ID_PAGE_DEFAULT, most: ID_PAGE_MAX })
  @Internal()
  @Query(() => UserIdPage, {
    nullable: true,
    description: 'Ids of the active users of a city, for servers inside `INTERNAL_NETWORKS`; else FORBIDDEN.',
  })
  async userIds(
    @Ctx() ctx: RequestContext,
    @Arg('cityId', () => ID, { description: 'The city.' }) cityId: string,
    @Arg('deviceType', () => DeviceType, {
      nullable: true,
      description: 'Only users whose latest session was opened on this; all when left out.',
    })
    deviceType?: DeviceType | null,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: ID_PAGE_DEFAULT,
      description: 'The page size, at most 10,000.',
    })
    first?: number,
    @Arg('after', () => ID, { nullable: true, description: 'The `endCursor` of the page before.' })
    after?: string | null,
  ): Promise<UserIdPage> {
    const start = after ? parseId(after, 'after') : 0;
    const page = await this.userService.ids(ctx, parseIdOrNull(cityId) ?? -1, deviceType ?? null, {
      first,
      after: start,
    });
    return { ...page, endCursor: page.ids.at(-1)?.toString() ?? null };
  }
}
