import { type FileUpload, GraphQLUpload } from 'graphql-upload-ts';
import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { Public } from '../../schema/access.js';
import { AtMost } from '../../schema/list-bounds.js';
import { Image } from '../user/image.entity.js';
import { nodeOf } from './image.reference.js';
import { DEFAULT_PHOTOS_MAX } from './image.repository.js';
import { type ImageService } from './image.service.js';
import { ImageSize } from './image.type.js';
import { FILE_DESCRIPTION, streamOf } from './upload.stream.js';

@Resolver(() => Image)
export class ImageResolver {
  constructor(private readonly imageService: ImageService) {}

  @AtMost(DEFAULT_PHOTOS_MAX)
  @Public()
  @Query(() => [Image], {
    description: `The default photos, which anybody can take as an avatar; at most ${DEFAULT_PHOTOS_MAX}.`,
  })
  defaultPhotos(@Ctx() ctx: RequestContext): Promise<Image[]> {
    return this.imageService.defaultPhotos(ctx);
  }

  @Public('callers with a session; with `UPLOAD_WITHOUT_SESSION`, the anlife app without one too')
  @Mutation(() => Image, {
    description:
      'Stores a picture, without its metadata. Errors: IMAGE_INVALID, IMAGE_TOO_LARGE, RATE_LIMITED (too many today).',
  })
  uploadImage(
    @Ctx() ctx: RequestContext,
    @Arg('file', () => GraphQLUpload, { description: FILE_DESCRIPTION }) file: Promise<FileUpload>,
  ): Promise<Image> {
    return this.imageService.upload(ctx, streamOf(file));
  }

  @FieldResolver(() => String, { description: 'Its URL.' })
  url(
    @Root() image: Image,
    @Arg('size', () => ImageSize, {
      nullable: true,
      description:
        'A smaller copy; the picture itself when left out. Only avatars sent with `updateAvatar` have copies: of other pictures the whole is served in their place.',
    })
    size?: ImageSize | null,
  ): string {
    return this.imageService.urlOf(image, size);
  }

  @FieldResolver(() => String, { description: 'Its name for ThinkSNS+ clients: `public:` and the path.' })
  node(@Root() image: Image): string {
    return nodeOf(image.key);
  }
}
