import { Query, Resolver } from 'type-graphql';
import { GatewayInfo } from './gateway-info.js';

@Resolver()
export class GatewayResolver {
  constructor(private readonly info: GatewayInfo) {}

  @Query(() => GatewayInfo, { description: 'What a client has to know before it shows its first form.' })
  gatewayInfo(): GatewayInfo {
    return this.info;
  }
}
