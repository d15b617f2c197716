import { Arg, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { replacedBy } from '../../schema/deprecated.js';
import { Image } from '../user/image.entity.js';
import { User } from '../user/user.entity.js';
import { imageLoader } from './image.loader.js';
import { type ImageService } from './image.service.js';
import { ImageSize } from './image.type.js';

@Resolver(() => User)
export class UserImageResolver {
  constructor(private readonly imageService: ImageService) {}

  @FieldResolver(() => Image, { nullable: true, description: 'The avatar, if it is stored here.' })
  avatar(@Root() user: User): Image | null {
    return user.avatar ?? null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The URL of the avatar: here, or at the third party the user came from.',
  })
  avatarUrl(
    @Root() user: User,
    @Ctx() ctx: RequestContext,
    @Arg('size', () => ImageSize, {
      nullable: true,
      description: 'A smaller copy, as with `Image.url`; a picture at a third party has none.',
    })
    size: ImageSize | null | undefined,
    @Arg('orDefault', () => Boolean, {
      defaultValue: false,
      deprecationReason: replacedBy('withDefault'),
      description: 'Like `withDefault`.',
    })
    orDefault: boolean,
    @Arg('withDefault', () => Boolean, {
      defaultValue: false,
      description: 'True when the first default photo stands in for an avatar that was never set.',
    })
    withDefault: boolean,
  ): string | null | Promise<string | null> {
    return this.imageService.avatarUrlOf(ctx, user, { size, orDefault: withDefault || orDefault });
  }

  @FieldResolver(() => Image, { nullable: true, description: 'The background picture.' })
  background(@Root() user: User, @Ctx() ctx: RequestContext): Promise<Image | null> | null {
    return user.backgroundId ? imageLoader(ctx).load(user.backgroundId) : null;
  }
}
