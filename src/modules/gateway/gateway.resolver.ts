import { Query, Resolver } from 'type-graphql';
import type { Services } from '../../services.js';
import { GatewayInfo } from './gateway.type.js';

@Resolver()
export class GatewayResolver {
  constructor(private readonly services: Services) {}

  @Query(() => GatewayInfo, { description: 'What a client has to know before it shows its first form.' })
  gatewayInfo(): GatewayInfo {
    return this.services.gatewayInfo;
  }
}
