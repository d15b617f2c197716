import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import type { Services } from '../../services.js';
import { AppPlatform, AppRelease } from './app-release.entity.js';

@Resolver()
export class ReleaseResolver {
  constructor(private readonly services: Services) {}

  @Query(() => AppRelease, { nullable: true, description: 'The current app of a platform, if there is one.' })
  appRelease(
    @Ctx() ctx: RequestContext,
    @Arg('platform', () => AppPlatform, {
      defaultValue: AppPlatform.ANDROID,
      description: 'What it is to run on.',
    })
    platform: AppPlatform,
  ): Promise<AppRelease | null> {
    return this.services.releases.latest(ctx, platform);
  }
}
