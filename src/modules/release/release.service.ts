import type { RequestContext } from '../../context.js';
import type { AppPlatform, AppRelease } from './app-release.entity.js';
import { findLatestRelease } from './release.repository.js';

/** The app versions that can be downloaded. */
export class ReleaseService {
  /** The highest version of a platform, or null when it has none. */
  latest(ctx: RequestContext, platform: AppPlatform): Promise<AppRelease | null> {
    return findLatestRelease(ctx.em, platform);
  }
}
