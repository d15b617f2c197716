import { Readable } from 'node:stream';
import { type FileUpload, GraphQLUpload } from 'graphql-upload-ts';
import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import type { Services } from '../../services.js';
import { User } from '../user/user.entity.js';
import { Image } from './image.entity.js';
import { nodeOf } from './image.reference.js';
import { ImageSize } from './image.size.js';

const FILE = 'The picture: JPEG, PNG, WebP or GIF, whatever its name says.';

/** The parser of the form stops reading a file that is too large. */
async function* bytesOf(file: Promise<FileUpload>): AsyncGenerator<Buffer> {
  try {
    yield* (await file).createReadStream() as AsyncIterable<Buffer>;
  } catch (error) {
    const tooLarge = (error as { statusCode?: unknown }).statusCode === 413;
    throw tooLarge ? new AppError('IMAGE_TOO_LARGE', {}, { cause: error }) : error;
  }
}

const streamOf = (file: Promise<FileUpload>): Readable => Readable.from(bytesOf(file));

@Resolver(() => Image)
export class ImageResolver {
  constructor(private readonly services: Services) {}

  @Query(() => [Image], { description: 'Pictures of the house that anybody can take as an avatar.' })
  defaultPhotos(@Ctx() ctx: RequestContext): Promise<Image[]> {
    return this.services.images.defaultPhotos(ctx);
  }

  @Mutation(() => Image, {
    description: 'Stores a picture, without its metadata. Errors: IMAGE_INVALID, IMAGE_TOO_LARGE.',
  })
  uploadImage(
    @Ctx() ctx: RequestContext,
    @Arg('file', () => GraphQLUpload, { description: FILE }) file: Promise<FileUpload>,
  ): Promise<Image> {
    return this.services.images.upload(ctx, streamOf(file));
  }

  @Mutation(() => User, {
    description:
      'Stores a picture and smaller copies of it, and makes it the avatar. Errors: IMAGE_INVALID, IMAGE_TOO_LARGE, IMAGE_TOO_SMALL.',
  })
  updateAvatar(
    @Ctx() ctx: RequestContext,
    @Arg('file', () => GraphQLUpload, { description: FILE }) file: Promise<FileUpload>,
  ): Promise<User> {
    return this.services.profiles.updateAvatar(ctx, streamOf(file));
  }

  @FieldResolver(() => String, { description: 'Where to get it.' })
  url(
    @Root() image: Image,
    @Arg('size', () => ImageSize, {
      nullable: true,
      description:
        'A smaller copy; the picture itself when left out. Only avatars sent with `updateAvatar` have copies: of other pictures the whole is served in their place.',
    })
    size?: ImageSize | null,
  ): string {
    return this.services.images.urlOf(image, size);
  }

  @FieldResolver(() => String, { description: 'What ThinkSNS+ clients call it: `public:` and the path.' })
  node(@Root() image: Image): string {
    return nodeOf(image);
  }
}
