import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { type Connection, connectionOf, toConnection } from '../../graphql/connection.js';
import { parseId } from '../../graphql/ids.js';
import type { Services } from '../../services.js';
import { SecurityEvent } from '../security/security-event.entity.js';
import { Session } from './session.entity.js';

const SecurityEventConnection = connectionOf(SecurityEvent, 'SecurityEvent');

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

  @Query(() => SecurityEventConnection, {
    description: "The caller's own log-ins, changes and refusals, newest first.",
  })
  async securityEvents(
    @Ctx() ctx: RequestContext,
    @Arg('first', () => Int, { nullable: true, description: 'How many, at most 100; 20 when left out.' })
    first?: number,
    @Arg('after', () => String, { nullable: true, description: 'The `endCursor` of the page before.' })
    after?: string,
  ): Promise<Connection<SecurityEvent>> {
    return toConnection(await this.services.securityEvents.list(ctx, { first, after }));
  }
}
