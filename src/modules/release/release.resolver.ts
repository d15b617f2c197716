import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { Public } from '../../schema/access.js';
import { AppPlatform, AppRelease } from './app-release.entity.js';
import type { ReleaseService } from './release.service.js';

@Resolver()
export class ReleaseResolver {
  constructor(private readonly releaseService: ReleaseService) {}

  @Public()
  @Query(() => AppRelease, { nullable: true, description: 'The current app of a platform, if there is one.' })
  appRelease(
    @Ctx() ctx: RequestContext,
    @Arg('platform', () => AppPlatform, {
      defaultValue: AppPlatform.ANDROID,
      description: 'The platform it is to run on.',
    })
    platform: AppPlatform,
  ): Promise<AppRelease | null> {
    return this.releaseService.latest(ctx, platform);
  }
}
