import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext, SignedInContext } from '../../context.js';
import { SelfOnly, SignedIn } from '../../schema/access.js';
import { replacedBy } from '../../schema/deprecated.js';
import { parseId } from '../../schema/ids.js';
import { AtMost } from '../../schema/list-bounds.js';
import { User } from '../user/user.entity.js';
import { Session } from './session.entity.js';
import { sessionsLoader } from './session.loader.js';
import { SESSIONS_LISTED } from './session.repository.js';
import type { SessionService } from './session.service.js';
import { EndSessionPayload } from './session.type.js';

@Resolver()
export class SessionResolver {
  constructor(private readonly sessionService: SessionService) {}

  @AtMost(SESSIONS_LISTED)
  @SignedIn()
  @Query(() => [Session], {
    nullable: true,
    description: `The caller's sessions that are still good, newest first; at most ${SESSIONS_LISTED}.`,
  })
  sessions(@Ctx() ctx: SignedInContext): Promise<Session[]> {
    return this.sessionService.list(ctx);
  }

  @SignedIn()
  @Mutation(() => EndSessionPayload, {
    description: "Ends one of the caller's sessions. Errors: NOT_FOUND, for anybody else's too.",
  })
  async endSession(
    @Ctx() ctx: SignedInContext,
    @Arg('id', () => ID, { description: 'The session.' }) id: string,
  ): Promise<EndSessionPayload> {
    return { session: await this.sessionService.revoke(ctx, parseId(id)) };
  }

  @SignedIn()
  @Mutation(() => Boolean, {
    deprecationReason: replacedBy('endSession'),
    description: "Like `endSession`. Always true. Errors: NOT_FOUND, for anybody else's too.",
  })
  async revokeSession(
    @Ctx() ctx: SignedInContext,
    @Arg('id', () => ID, { description: 'The session.' }) id: string,
  ): Promise<boolean> {
    await this.sessionService.revoke(ctx, parseId(id));
    return true;
  }
}

@Resolver(() => User)
export class UserSessionResolver {
  @AtMost(SESSIONS_LISTED)
  @SelfOnly()
  @FieldResolver(() => [Session], {
    nullable: true,
    description: `The sessions that are still good, newest first; at most ${SESSIONS_LISTED}. For nobody but the owner.`,
  })
  sessions(@Ctx() ctx: RequestContext, @Root() user: User): Promise<Session[]> {
    return sessionsLoader(ctx).load(user.id);
  }
}
