import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext, SignedInContext } from '../../context.js';
import { Public, SignedIn } from '../../schema/access.js';
import { type Connection, toConnection } from '../../schema/connection.js';
import { rowIdOf } from '../../schema/ids.js';
import { AtMost, Paged } from '../../schema/list-bounds.js';
import { After, First, Offset } from '../../schema/page-arguments.js';
import { User } from '../user/user.entity.js';
import { UserConnection } from '../user/user.type.js';
import { Tag } from './tag.entity.js';
import { categoryTagsLoader, userTagsLoader } from './tag.loader.js';
import { CATEGORY_TAGS_MAX, TAG_CATEGORIES_MAX, USER_TAGS_MAX } from './tag.repository.js';
import type { TagService } from './tag.service.js';
import { TagCategory } from './tag-category.entity.js';

@Resolver(() => TagCategory)
export class TagResolver {
  constructor(private readonly tagService: TagService) {}

  @AtMost(TAG_CATEGORIES_MAX)
  @Public()
  @Query(() => [TagCategory], {
    description: `The tags that users can attach to themselves, by category, the heaviest first; at most ${TAG_CATEGORIES_MAX} categories.`,
  })
  tagCategories(@Ctx() ctx: RequestContext): Promise<TagCategory[]> {
    return this.tagService.categories(ctx);
  }

  @AtMost(CATEGORY_TAGS_MAX)
  @FieldResolver(() => [Tag], {
    description: `The tags in it, the heaviest first; at most ${CATEGORY_TAGS_MAX}.`,
  })
  tags(@Root() category: TagCategory, @Ctx() ctx: RequestContext): Promise<readonly Tag[]> {
    return categoryTagsLoader(ctx).load(category.id);
  }

  @Paged({ searched: 'all' })
  @Public('callers with a session; nobody is found for others')
  @Query(() => UserConnection, {
    nullable: true,
    description:
      'Active users who have a tag of the caller, those with the most shared ones first, then the newest. Of each tag the 1,000 newest accounts that have it are looked at. Nobody without a session.',
  })
  async usersSharingTags(
    @Ctx() ctx: RequestContext,
    @First() first?: number | null,
    @After() after?: string | null,
    @Offset() offset?: number | null,
  ): Promise<Connection<User>> {
    return toConnection(await this.tagService.sharing(ctx, { first, after, offset }));
  }

  @SignedIn()
  @Mutation(() => User, {
    description: `Attaches a tag to the caller, who can have ${USER_TAGS_MAX}. Errors: NOT_FOUND, TAG_ATTACHED, TAG_LIMIT.`,
  })
  attachTag(
    @Ctx() ctx: SignedInContext,
    @Arg('id', () => ID, { description: 'The tag.' }) id: string,
  ): Promise<User> {
    return this.tagService.attach(ctx, rowIdOf(id));
  }

  @SignedIn()
  @Mutation(() => User, {
    description: 'Takes a tag off the caller. Errors: NOT_FOUND, TAG_NOT_ATTACHED.',
  })
  detachTag(
    @Ctx() ctx: SignedInContext,
    @Arg('id', () => ID, { description: 'The tag.' }) id: string,
  ): Promise<User> {
    return this.tagService.detach(ctx, rowIdOf(id));
  }
}

@Resolver(() => User)
export class UserTagResolver {
  @AtMost(USER_TAGS_MAX)
  @FieldResolver(() => [Tag], {
    description: `The tags that the user has attached, the heaviest first; at most ${USER_TAGS_MAX}.`,
  })
  tags(@Root() user: User, @Ctx() ctx: RequestContext): Promise<readonly Tag[]> {
    return userTagsLoader(ctx).load(user.id);
  }
}
