import { Readable } from 'node:stream';
import { type FileUpload, GraphQLUpload } from 'graphql-upload-ts';
import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { AtMost } from '../../schema/list-bounds.js';
import type { Services } from '../../services.js';
import { isUnreplaced } from '../../text.js';
import { User } from '../user/user.entity.js';
import { Image } from './image.entity.js';
import { nodeOf } from './image.reference.js';
import { DEFAULT_PHOTOS_MAX } from './image.repository.js';
import { ImageSize } from './image.type.js';
import { CreateUploadInput } from './upload.input.js';
import { UploadTicket } from './upload.type.js';

const FILE = 'The picture: JPEG, PNG, WebP or GIF, whatever its name says.';

/** The parser of the form stops reading a file that is too large. */
async function* bytesOf(file: Promise<FileUpload>): AsyncGenerator<Buffer> {
  const { filename, createReadStream } = await file;
  if (!isUnreplaced(filename)) throw new AppError('INVALID_INPUT', { field: 'file' });
  try {
    yield* createReadStream() as AsyncIterable<Buffer>;
  } catch (error) {
    const tooLarge = (error as { statusCode?: unknown }).statusCode === 413;
    throw tooLarge ? new AppError('IMAGE_TOO_LARGE', {}, { cause: error }) : error;
  }
}

const streamOf = (file: Promise<FileUpload>): Readable => Readable.from(bytesOf(file));

@Resolver(() => Image)
export class ImageResolver {
  constructor(private readonly services: Services) {}

  @AtMost(DEFAULT_PHOTOS_MAX)
  @Query(() => [Image], {
    description: `The default photos, which anybody can take as an avatar; at most ${DEFAULT_PHOTOS_MAX}.`,
  })
  defaultPhotos(@Ctx() ctx: RequestContext): Promise<Image[]> {
    return this.services.images.defaultPhotos(ctx);
  }

  @Mutation(() => Image, {
    description:
      'Stores a picture, without its metadata. Errors: IMAGE_INVALID, IMAGE_TOO_LARGE, RATE_LIMITED (too many today).',
  })
  uploadImage(
    @Ctx() ctx: RequestContext,
    @Arg('file', () => GraphQLUpload, { description: FILE }) file: Promise<FileUpload>,
  ): Promise<Image> {
    return this.services.images.upload(ctx, streamOf(file));
  }

  @Mutation(() => User, {
    description:
      'Stores a picture and smaller copies of it, and makes it the avatar. Errors: IMAGE_INVALID, IMAGE_TOO_LARGE, IMAGE_TOO_SMALL, RATE_LIMITED (too many today).',
  })
  updateAvatar(
    @Ctx() ctx: RequestContext,
    @Arg('file', () => GraphQLUpload, { description: FILE }) file: Promise<FileUpload>,
  ): Promise<User> {
    return this.services.profiles.updateAvatar(ctx, streamOf(file));
  }

  @Mutation(() => UploadTicket, {
    description:
      'Announces a picture, to be sent with `storeUpload` within 15 minutes, also by somebody else. Errors: INVALID_INPUT with the field, IMAGE_INVALID (not one of the types), IMAGE_TOO_LARGE, RATE_LIMITED (too many stored today).',
  })
  createUpload(
    @Ctx() ctx: RequestContext,
    @Arg('input', () => CreateUploadInput, { description: 'The picture.' }) input: CreateUploadInput,
  ): Promise<UploadTicket> {
    return this.services.uploads.createTicket(ctx, input);
  }

  @Mutation(() => Image, {
    description:
      'Stores a picture that was announced, without its metadata, as the one who announced it. Needs no session. Errors: FORBIDDEN (not a ticket, or expired), UPLOAD_USED, UNAUTHENTICATED (the account is disabled or gone), RATE_LIMITED (too many today), INVALID_INPUT (field `file`: not the announced bytes), IMAGE_TOO_LARGE (more bytes than announced, or too many pixels), IMAGE_INVALID (not the announced type).',
  })
  storeUpload(
    @Ctx() ctx: RequestContext,
    @Arg('token', () => String, { description: 'The `token` of the ticket.' }) token: string,
    @Arg('file', () => GraphQLUpload, { description: 'Exactly the bytes that were announced.' })
    file: Promise<FileUpload>,
  ): Promise<Image> {
    return this.services.uploads.redeem(ctx, token, streamOf(file));
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
    return nodeOf(image.key);
  }
}
