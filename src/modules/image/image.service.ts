import type { Readable } from 'node:stream';
import type { Config } from '../../config.js';
import type { RequestContext, SignedInContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { requireViewer } from '../../policy.js';
import type { Image } from '../user/image.entity.js';
import type { User } from '../user/user.entity.js';
import { defaultPhotoLoader } from './default-photo.loader.js';
import type { ImageCopier } from './image.copier.js';
import { type CleanImage, type ImageDecoder, readAtMost } from './image.decoder.js';
import { newStorageKey } from './image.key.js';
import { parseReference } from './image.reference.js';
import { findDefaultPhotos, findImage, hasImageLike, isDefaultPhoto } from './image.repository.js';
import { type ImageSize, keyOfSize } from './image.size.js';
import type { ImageStore } from './image.store.js';
import type { SessionlessQuota } from './sessionless.quota.js';

type ImageConfig = Pick<
  Config,
  'UPLOAD_MAX_BYTES' | 'UPLOAD_WITHOUT_SESSION' | 'IMAGE_MAX_SIDE' | 'IMAGE_MIN_SIDE'
>;

/** Pictures that users upload, and default photos. */
export class ImageService {
  constructor(
    private readonly config: ImageConfig,
    private readonly decoder: ImageDecoder,
    private readonly store: ImageStore,
    private readonly copier: ImageCopier,
    private readonly sessionless: SessionlessQuota,
    /** The address clients reach the gateway at, known once it listens. */
    private readonly publicUrl: () => string,
  ) {}

  /**
   * Stores what the stream really holds, once it was decoded. Without a session, where old apps send none, the picture
   * is nobody's until {@link claim}. Throws UNAUTHENTICATED, IMAGE_INVALID, IMAGE_TOO_LARGE and RATE_LIMITED; leaves
   * neither a row nor a file behind when it fails.
   */
  async upload(ctx: RequestContext, stream: Readable): Promise<Image> {
    if (!ctx.viewer && this.takesSessionless(ctx)) {
      return this.sessionless.spend(ctx.client.ip, async () => {
        const picture = await this.read(stream);
        // An account's pictures are not for strangers to know.
        const existed = await hasImageLike(ctx.em, { unclaimed: true }, picture.sha256);
        const image = await this.store.addUnclaimed(ctx, newStorageKey(picture.extension), picture);
        return Object.assign(image, { existed });
      });
    }
    const { userId } = requireViewer(ctx);
    await this.store.assertWithinLimit(ctx, userId);
    const picture = await this.read(stream);
    const existed = await hasImageLike(ctx.em, { ownerId: userId }, picture.sha256);
    return Object.assign(await this.store.add(ctx, userId, newStorageKey(picture.extension), picture), {
      existed,
    });
  }

  /**
   * Stores an avatar, which must not be smaller than `IMAGE_MIN_SIDE`, with its copies and puts it to use; or does
   * neither. Throws as {@link upload} does, and IMAGE_TOO_SMALL.
   */
  async uploadAvatar<T>(
    ctx: SignedInContext,
    stream: Readable,
    use: (image: Image) => Promise<T>,
  ): Promise<T> {
    const { userId } = ctx.viewer;
    await this.store.assertWithinLimit(ctx, userId);
    const picture = await this.read(stream, this.config.IMAGE_MIN_SIDE);
    const image = await this.store.add(ctx, userId, newStorageKey(picture.extension), picture);
    try {
      await this.copier.copy(image);
      return await use(image);
    } catch (error) {
      await this.store.remove(ctx, image);
      throw error;
    }
  }

  private async read(stream: Readable, minSide?: number): Promise<CleanImage> {
    const { UPLOAD_MAX_BYTES: maxBytes, IMAGE_MAX_SIDE: maxSide } = this.config;
    return this.decoder.decode(await readAtMost(stream, maxBytes), { maxBytes, maxSide, minSide });
  }

  /** The documented call of anlife brings no token; the other doors know who calls. */
  private takesSessionless({ client }: RequestContext): boolean {
    return this.config.UPLOAD_WITHOUT_SESSION && client.door === 'anlife';
  }

  /**
   * A picture that the caller uploaded, a default photo, or one that nobody has claimed yet, named as in
   * {@link resolveOwn}. Before it is used, it has to be claimed.
   */
  async resolveUsable(ctx: SignedInContext, reference: string, field: string): Promise<Image> {
    const image = await findReferenced(ctx, reference);
    const own = image?.ownerId === ctx.viewer.userId;
    if (!image || !(own || image.unclaimed || (await isDefaultPhoto(ctx.em, image.id)))) {
      throw new AppError('INVALID_INPUT', { field });
    }
    return image;
  }

  /**
   * Makes a picture the caller's if it was nobody's. To be called in the transaction that puts it to use and holds the
   * account. Throws INVALID_INPUT when somebody else was faster, and RATE_LIMITED.
   */
  async claim(ctx: SignedInContext, { id, unclaimed }: Image, field: string): Promise<void> {
    if (!unclaimed || (await this.store.claim(ctx, ctx.viewer.userId, id))) return;
    throw new AppError('INVALID_INPUT', { field });
  }

  /** The id of a picture that the caller uploaded, named by its id or by its node. Throws INVALID_INPUT. */
  async resolveOwn(ctx: SignedInContext, reference: string, field: string): Promise<string> {
    const image = await findReferenced(ctx, reference);
    if (image?.ownerId !== ctx.viewer.userId) throw new AppError('INVALID_INPUT', { field });
    return image.id;
  }

  defaultPhotos(ctx: RequestContext): Promise<Image[]> {
    return findDefaultPhotos(ctx.em);
  }

  /** The URL of a picture, or of a copy of it no larger than the size. */
  urlOf(image: Image, size?: ImageSize | null): string {
    return `${this.publicUrl()}/storage/${keyOfSize(image, size)}`;
  }

  /** The URL of a user's avatar: our copy in the size, else the third party's, else the first default photo. */
  avatarUrlOf(
    ctx: RequestContext,
    { avatar, externalAvatarUrl }: User,
    { size, orDefault }: { size?: ImageSize | null; orDefault: boolean },
  ): string | null | Promise<string | null> {
    if (avatar) return this.urlOf(avatar, size);
    if (externalAvatarUrl || !orDefault) return externalAvatarUrl;
    return defaultPhotoLoader(ctx)
      .load()
      .then((image) => image && this.urlOf(image, size));
  }
}

async function findReferenced({ em }: RequestContext, reference: string): Promise<Image | null> {
  const { id, key } = parseReference(reference);
  const image = id === null ? null : await findImage(em, id);
  return image && (key === null || key === image.key) ? image : null;
}
