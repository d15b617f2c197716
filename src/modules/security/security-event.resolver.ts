import { Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { SignedInContext } from '../../context.js';
import { SelfOnly, SignedIn } from '../../schema/access.js';
import { type Connection, connectionOf, toConnection } from '../../schema/connection.js';
import { Paged } from '../../schema/list-bounds.js';
import { After, Before, First, Last } from '../../schema/page-arguments.js';
import { User } from '../user/user.entity.js';
import { SecurityEvent } from './security-event.entity.js';
import { shownIpOf } from './security-event.rules.js';
import type { SecurityEventService } from './security-event.service.js';

const SecurityEventConnection = connectionOf(SecurityEvent, 'SecurityEvent', [
  'security event',
  'security events',
]);

@Resolver(() => SecurityEvent)
export class SecurityEventResolver {
  constructor(private readonly securityEventService: SecurityEventService) {}

  @Paged()
  @SignedIn()
  @Query(() => SecurityEventConnection, {
    nullable: true,
    description: "The caller's own log-ins, changes and refusals, newest first.",
  })
  async securityEvents(
    @Ctx() ctx: SignedInContext,
    @First() first?: number | null,
    @After() after?: string | null,
    @Last() last?: number | null,
    @Before() before?: string | null,
  ): Promise<Connection<SecurityEvent>> {
    return toConnection(await this.securityEventService.list(ctx, { first, after, last, before }));
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The IP address it came from; null for what an administrator or a reviewer did.',
  })
  ip(@Root() event: SecurityEvent): string | null {
    return shownIpOf(event);
  }
}

@Resolver(() => User)
export class UserSecurityEventResolver {
  constructor(private readonly securityEventService: SecurityEventService) {}

  @Paged()
  @SelfOnly()
  @FieldResolver(() => SecurityEventConnection, {
    nullable: true,
    description: 'Log-ins, changes and refusals, newest first. For nobody but the owner.',
  })
  async securityEvents(
    @Ctx() ctx: SignedInContext,
    @First() first?: number | null,
    @After() after?: string | null,
    @Last() last?: number | null,
    @Before() before?: string | null,
  ): Promise<Connection<SecurityEvent>> {
    return toConnection(await this.securityEventService.list(ctx, { first, after, last, before }));
  }
}
