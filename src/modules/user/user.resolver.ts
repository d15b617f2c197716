import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { LEGACY_SYSTEMS } from '../../door.js';
import { AppError } from '../../errors/app-error.js';
import { ABILITIES, maySeePrivate } from '../../policy.js';
import { OwnerOnly, Public } from '../../schema/access.js';
import { type Connection, toConnection } from '../../schema/connection.js';
import { replacedBy } from '../../schema/deprecated.js';
import { parseId, parseIdOrNull } from '../../schema/ids.js';
import { AtMost, Paged } from '../../schema/list-bounds.js';
import { After, Before, First, Last, Offset } from '../../schema/page-arguments.js';
import { City } from '../place/city.entity.js';
import { Community } from '../place/community.entity.js';
import { communityLoader } from '../place/community.loader.js';
import { type PlaceService } from '../place/place.service.js';
import { ageOf } from './calendar.js';
import { inviteCodeOf } from './invite-code.js';
import { legacyIdLoader } from './legacy-id.loader.js';
import { LegacyIdInput, LegacyIdView } from './legacy-id.type.js';
import { User } from './user.entity.js';
import { UserBy, UserFilter, UserOrder } from './user.input.js';
import type { UserService } from './user.service.js';
import { UserConnection } from './user.type.js';

const NOWHERE = -1;

@Resolver(() => User)
export class UserResolver {
  constructor(
    private readonly userService: UserService,
    private readonly placeService: PlaceService,
  ) {}

  @Public()
  @Query(() => User, { nullable: true, description: 'The caller; null when not logged in.' })
  me(@Ctx() ctx: RequestContext): Promise<User | null> {
    return this.userService.me(ctx);
  }

  @Public()
  @Query(() => User, {
    nullable: true,
    description: 'One user by exactly one key, `id` or `by`; null when there is none.',
  })
  user(
    @Ctx() ctx: RequestContext,
    @Arg('id', () => ID, { nullable: true, description: 'The id of the account.' }) id?: string | null,
    @Arg('by', () => UserBy, { nullable: true, description: 'Any other key.' }) by?: UserBy | null,
    @Arg('name', () => String, {
      nullable: true,
      deprecationReason: replacedBy('by'),
      description: 'The name, without case.',
    })
    name?: string | null,
    @Arg('phone', () => String, {
      nullable: true,
      deprecationReason: replacedBy('by'),
      description: 'The phone.',
    })
    phone?: string | null,
    @Arg('email', () => String, {
      nullable: true,
      deprecationReason: replacedBy('by'),
      description: 'The verified e-mail address.',
    })
    email?: string | null,
    @Arg('account', () => String, {
      nullable: true,
      deprecationReason: replacedBy('by'),
      description:
        'Any of these, told apart by its form alone: an e-mail address, else a phone, else a name, else an id.',
    })
    account?: string | null,
    @Arg('legacyId', () => LegacyIdInput, {
      nullable: true,
      deprecationReason: replacedBy('by'),
      description: 'The id by which a system before this one knows it.',
    })
    legacyId?: LegacyIdInput | null,
  ): Promise<User | null> {
    const older = { id, name, phone, email, account, legacyId };
    if (by && Object.values(older).some((value) => value !== null && value !== undefined))
      throw new AppError('INVALID_INPUT', { field: 'by' });
    const { id: text, ...key } = by ?? older;
    const number = text === undefined || text === null ? undefined : (parseIdOrNull(text) ?? NOWHERE);
    return this.userService.find(ctx, { id: number, ...key });
  }

  @Paged()
  @Public('everybody; `nearby` needs a session')
  @Query(() => UserConnection, {
    nullable: true,
    description:
      'Users, newest first unless the filter or the order says otherwise. Errors: INVALID_INPUT (fields `last` and `before`: with `active` and `recommended`, whose order changes under the reader).',
  })
  async users(
    @Ctx() ctx: RequestContext,
    @Arg('filter', () => UserFilter, { nullable: true, description: 'The users wanted.' })
    filter?: UserFilter | null,
    @Arg('order', () => UserOrder, {
      nullable: true,
      defaultValue: UserOrder.ID_DESC,
      description: 'The order.',
    })
    order?: UserOrder | null,
    @First() first?: number | null,
    @After() after?: string | null,
    @Last() last?: number | null,
    @Before() before?: string | null,
    @Offset() offset?: number | null,
  ): Promise<Connection<User>> {
    const { ids, cityId, since, ...conditions } = filter ?? {};
    const criteria = {
      ...conditions,
      ids: ids?.flatMap((id) => parseIdOrNull(id) ?? []),
      cityId: cityId ? (parseIdOrNull(cityId) ?? NOWHERE) : null,
      since: since ? parseId(since, 'since') : null,
    };
    const page = { first, after, last, before, offset };
    return toConnection(await this.userService.list(ctx, criteria, order ?? UserOrder.ID_DESC, page));
  }

  @AtMost(LEGACY_SYSTEMS.length)
  @FieldResolver(() => [LegacyIdView], {
    description:
      'The ids by which systems before this one know the account; none for one that was made here.',
  })
  legacyIds(@Root() user: User, @Ctx() ctx: RequestContext): Promise<LegacyIdView[]> {
    return legacyIdLoader(ctx).load(user.id);
  }

  @FieldResolver(() => String, { description: 'The display name; the login name where none was set.' })
  nickname(@Root() user: User): string {
    return user.nickname ?? user.name;
  }

  @OwnerOnly()
  @FieldResolver(() => String, {
    nullable: true,
    description: 'The phone, eleven digits. Only for the owner.',
  })
  phone(@Root() user: User): string | null {
    return user.phone;
  }

  @OwnerOnly()
  @FieldResolver(() => String, { nullable: true, description: 'The e-mail address. Only for the owner.' })
  email(@Root() user: User): string | null {
    return user.email;
  }

  @OwnerOnly()
  @FieldResolver(() => Boolean, {
    nullable: true,
    description: 'True when the e-mail address was confirmed by a code. Only for the owner.',
  })
  emailVerified(@Root() user: User): boolean {
    return user.emailVerified;
  }

  @FieldResolver(() => Boolean, {
    description: 'True when the caller sees the fields that belong to the owner alone.',
  })
  privateVisible(@Root() user: User, @Ctx() ctx: RequestContext): boolean {
    return maySeePrivate(ctx, user.id);
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: 'Full years since the birthday, in Asia/Shanghai.',
  })
  age(@Root() user: User): number | null {
    return user.birthday ? ageOf(user.birthday) : null;
  }

  @FieldResolver(() => String, { description: 'The code to invite others with.' })
  inviteCode(@Root() user: User): string {
    return user.inviteCode ?? inviteCodeOf(user.id);
  }

  @AtMost(Object.keys(ABILITIES).length)
  @OwnerOnly()
  @FieldResolver(() => [String], {
    nullable: true,
    description: 'The abilities of the account. Only for the owner.',
  })
  abilities(@Root() user: User): string[] {
    return user.abilities;
  }

  @FieldResolver(() => City, {
    nullable: true,
    description: 'The city: of the community, else of the location.',
  })
  city(@Root() user: User, @Ctx() ctx: RequestContext): City | null | Promise<City | null> {
    return user.cityId ? this.placeService.city(ctx, user.cityId) : null;
  }

  @FieldResolver(() => Community, { nullable: true, description: 'The community the user lives in.' })
  community(@Root() user: User, @Ctx() ctx: RequestContext): Promise<Community | null> | null {
    return user.communityId ? communityLoader(ctx).load(user.communityId) : null;
  }
}
