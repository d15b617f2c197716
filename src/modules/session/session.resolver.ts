import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { SignedInContext } from '../../context.js';
import { SignedIn } from '../../schema/access.js';
import { parseId } from '../../schema/ids.js';
import { AtMost } from '../../schema/list-bounds.js';
import { Session } from './session.entity.js';
import { SESSIONS_LISTED } from './session.repository.js';
import type { SessionService } from './session.service.js';

@Resolver()
export class SessionResolver {
  constructor(private readonly sessionService: SessionService) {}

  @AtMost(SESSIONS_LISTED)
  @SignedIn()
  @Query(() => [Session], {
    description: `The caller's sessions that are still good, newest first; at most ${SESSIONS_LISTED}.`,
  })
  sessions(@Ctx() ctx: SignedInContext): Promise<Session[]> {
    return this.sessionService.list(ctx);
  }

  @SignedIn()
  @Mutation(() => Boolean, {
    description: "Ends one of the caller's sessions. Always true. Errors: NOT_FOUND, for anybody else's too.",
  })
  revokeSession(
    @Ctx() ctx: SignedInContext,
    @Arg('id', () => ID, { description: 'The session.' }) id: string,
  ): Promise<boolean> {
    return this.sessionService.revoke(ctx, parseId(id));
  }
}
