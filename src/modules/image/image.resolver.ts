import { type FileUpload, GraphQLUpload } from 'graphql-upload-ts';
import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext, SignedInContext } from '../../context.js';
import { Public, SignedIn } from '../../schema/access.js';
import { replacedBy } from '../../schema/deprecated.js';
import { AtMost } from '../../schema/list-bounds.js';
import { Image } from '../user/image.entity.js';
import { nodeOf } from './image.reference.js';
import { DEFAULT_PHOTOS_MAX } from './image.repository.js';
import { type ImageService } from './image.service.js';
import { isAnySize } from './image.size.js';
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

  @Public('the uploader; everybody while a profile shows the picture')
  @Query(() => Image, {
    nullable: true,
    description:
      'The picture of a number: one that the caller uploaded, that is the avatar or background of anybody, or a default photo. Null for any other.',
  })
  image(
    @Ctx() ctx: RequestContext,
    @Arg('number', () => Int, { description: 'The `number` of the picture.' }) number: number,
  ): Promise<Image | null> {
    return this.imageService.findByNumber(ctx, number);
  }

  @SignedIn()
  @Query(() => Image, {
    nullable: true,
    description:
      'The latest picture that the caller uploaded as a file of this MD5, so that it need not be sent again; null without one. Errors: INVALID_INPUT.',
  })
  uploadedImage(
    @Ctx() ctx: SignedInContext,
    @Arg('md5', () => String, { description: 'MD5 of the file, 32 hexadecimal digits.' }) md5: string,
  ): Promise<Image | null> {
    return this.imageService.findUploaded(ctx, md5);
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
        'A smaller copy; the picture itself when left out. Not looked at where a width or height is given.',
    })
    size?: ImageSize | null,
    @Arg('width', () => Int, {
      nullable: true,
      description:
        'The smallest copy that is at least so many pixels wide, and, with `height`, so high; the picture itself where it has none. Left out or not above 0: any.',
    })
    width?: number | null,
    @Arg('height', () => Int, { nullable: true, description: 'Likewise, in pixels.' })
    height?: number | null,
  ): string {
    const least = { width, height };
    return this.imageService.urlOf(image, isAnySize(least) ? size : least);
  }

  @FieldResolver(() => String, {
    description: 'Names the picture in inputs too, as its id does: `public:` and its path.',
  })
  reference(@Root() image: Image): string {
    return nodeOf(image.key);
  }

  @FieldResolver(() => String, {
    deprecationReason: replacedBy('reference'),
    description: 'The `reference`.',
  })
  node(@Root() image: Image): string {
    return nodeOf(image.key);
  }
}
