import { Query, Resolver } from 'type-graphql';
import { Public } from '../../schema/access.js';
import { GatewayInfo } from './gateway.type.js';

@Resolver()
export class GatewayResolver {
  constructor(private readonly info: GatewayInfo) {}

  @Public()
  @Query(() => GatewayInfo, { description: 'Facts that a client needs before it shows its first form.' })
  gatewayInfo(): GatewayInfo {
    return this.info;
  }
}
