import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { parseId } from '../../graphql/ids.js';
import type { Services } from '../../services.js';
import { Session } from './session.entity.js';

@Resolver()
export class SessionResolver {
  constructor(private readonly services: Services) {}

  @Query(() => [Session], { description: "The caller's sessions that are still good, newest first." })
  sessions(@Ctx() ctx: RequestContext): Promise<Session[]> {
    return this.services.sessions.list(ctx);
  }

  @Mutation(() => Boolean, {
    description: "Ends one of the caller's sessions. NOT_FOUND for anybody else's.",
  })
  revokeSession(
    @Ctx() ctx: RequestContext,
    @Arg('id', () => ID, { description: 'The session.' }) id: string,
  ): Promise<boolean> {
    return this.services.sessions.revoke(ctx, parseId(id));
  }
}
