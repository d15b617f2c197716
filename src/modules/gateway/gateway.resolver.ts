import { Ctx, FieldResolver, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { messageOf } from '../../errors/app-error.js';
import { Public } from '../../schema/access.js';
import { AtMost } from '../../schema/list-bounds.js';
import { ERROR_CODES, ErrorText } from './error-text.type.js';
import { GatewayInfo } from './gateway.type.js';
import type { GatewayInfo as GatewayFacts } from './gateway-info.js';

@Resolver(() => GatewayInfo)
export class GatewayResolver {
  constructor(private readonly info: GatewayFacts) {}

  @Public()
  @Query(() => GatewayInfo, { description: 'Facts that a client needs before it shows its first form.' })
  gatewayInfo(): GatewayFacts {
    return this.info;
  }

  @AtMost(ERROR_CODES.length)
  @FieldResolver(() => [ErrorText], {
    description: 'Every error code with its message. The same until the gateway is another release.',
  })
  errors(@Ctx() { client: { locale } }: RequestContext): ErrorText[] {
    return ERROR_CODES.map((code) => ({ code, message: messageOf(code, locale) }));
  }
}
