import type { Readable } from 'node:stream';
import type { Config } from '../../config.js';
import { type RequestContext, requireViewer } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { newStorageKey } from '../../infra/storage/port.js';
import type { User } from '../user/user.entity.js';
import type { ImageCopier } from './image.copier.js';
import { type ImageDecoder, readAtMost } from './image.decoder.js';
import type { Image } from './image.entity.js';
import { parseReference } from './image.reference.js';
import { findDefaultPhotos, findImage, isDefaultPhoto } from './image.repository.js';
import { type ImageSize, keyOfSize } from './image.size.js';
import type { ImageStore } from './image.store.js';

type ImageConfig = Pick<Config, 'UPLOAD_MAX_BYTES' | 'IMAGE_MAX_SIDE' | 'IMAGE_MIN_SIDE'>;

/** Pictures that users upload, and the pictures of the house. */
export class ImageService {
  constructor(
    private readonly config: ImageConfig,
    private readonly decoder: ImageDecoder,
    private readonly store: ImageStore,
    private readonly copier: ImageCopier,
    /** The address clients reach the gateway at, known once it listens. */
    private readonly publicUrl: () => string,
  ) {}

  /**
   * Stores what the stream really holds, once it was decoded. Throws IMAGE_INVALID, IMAGE_TOO_LARGE, RATE_LIMITED,
   * and IMAGE_TOO_SMALL when a `minSide` is asked for. Leaves neither a row nor a file behind when it fails.
   */
  async upload(ctx: RequestContext, stream: Readable, minSide?: number): Promise<Image> {
    const { userId } = requireViewer(ctx);
    await this.store.assertWithinLimit(ctx, userId);
    const bytes = await readAtMost(stream, this.config.UPLOAD_MAX_BYTES);
    const picture = await this.decoder.decode(bytes, {
      maxBytes: this.config.UPLOAD_MAX_BYTES,
      maxSide: this.config.IMAGE_MAX_SIDE,
      minSide,
    });
    return this.store.add(ctx, userId, newStorageKey(picture.extension), picture);
  }

  /**
   * Stores an avatar, which must not be smaller than `IMAGE_MIN_SIDE`, with its copies and puts it to use; or does
   * neither.
   */
  async uploadAvatar<T>(
    ctx: RequestContext,
    stream: Readable,
    use: (image: Image) => Promise<T>,
  ): Promise<T> {
    const image = await this.upload(ctx, stream, this.config.IMAGE_MIN_SIDE);
    try {
      await this.copier.copy(image);
      return await use(image);
    } catch (error) {
      await this.store.remove(ctx, image);
      throw error;
    }
  }

  /** The id of a picture that the caller uploaded, or of one of the house, named as in {@link resolveOwn}. */
  async resolveUsable(ctx: RequestContext, reference: string, field: string): Promise<string> {
    const image = await findReferenced(ctx, reference);
    const own = image?.ownerId === requireViewer(ctx).userId;
    if (!image || !(own || (await isDefaultPhoto(ctx.em, image.id)))) {
      throw new AppError('INVALID_INPUT', { field });
    }
    return image.id;
  }

  /** The id of a picture that the caller uploaded, named by its id or by its node. Throws INVALID_INPUT. */
  async resolveOwn(ctx: RequestContext, reference: string, field: string): Promise<string> {
    const image = await findReferenced(ctx, reference);
    if (image?.ownerId !== requireViewer(ctx).userId) throw new AppError('INVALID_INPUT', { field });
    return image.id;
  }

  defaultPhotos(ctx: RequestContext): Promise<Image[]> {
    return findDefaultPhotos(ctx.em);
  }

  /** Where a picture is served, or a copy of it no larger than the size. */
  urlOf(image: Image, size?: ImageSize | null): string {
    return `${this.publicUrl()}/storage/${keyOfSize(image, size)}`;
  }

  /** Where a user's avatar is: here, in the size, else at the third party, else the first picture of the house. */
  avatarUrlOf(
    ctx: RequestContext,
    { avatar, externalAvatarUrl }: User,
    { size, orDefault }: { size?: ImageSize | null; orDefault: boolean },
  ): string | null | Promise<string | null> {
    if (avatar) return this.urlOf(avatar, size);
    if (externalAvatarUrl || !orDefault) return externalAvatarUrl;
    return ctx.loaders.defaultPhoto.load().then((image) => image && this.urlOf(image, size));
  }
}

async function findReferenced({ em }: RequestContext, reference: string): Promise<Image | null> {
  const { id, key } = parseReference(reference);
  const image = id === null ? null : await findImage(em, id);
  return image && (key === null || key === image.key) ? image : null;
}
