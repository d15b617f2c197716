import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { parseId } from '../../schema/ids.js';
import { AtMost } from '../../schema/list-bounds.js';
import { Session } from './session.entity.js';
import { SESSIONS_LISTED } from './session.repository.js';
import type { SessionService } from './session.service.js';

@Resolver()
export class SessionResolver {
  constructor(private readonly sessionService: SessionService) {}

  @AtMost(SESSIONS_LISTED)
  @Query(() => [Session], {
    description: `The caller's sessions that are still good, newest first; at most ${SESSIONS_LISTED}.`,
  })
  sessions(@Ctx() ctx: RequestContext): Promise<Session[]> {
    return this.sessionService.list(ctx);
  }

  @Mutation(() => Boolean, {
    description: "Ends one of the caller's sessions. Always true. Errors: NOT_FOUND, for anybody else's too.",
  })
  revokeSession(
    @Ctx() ctx: RequestContext,
    @Arg('id', () => ID, { description: 'The session.' }) id: string,
  ): Promise<boolean> {
    return this.sessionService.revoke(ctx, parseId(id));
  }
}
