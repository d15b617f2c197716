import type { Readable } from 'node:stream';
import type { Config } from '../../config.js';
import type { RequestContext, SignedInContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { isMd5 } from '../../md5.js';
import { requireViewer } from '../../policy.js';
import type { Image } from '../user/image.entity.js';
import type { User } from '../user/user.entity.js';
import { defaultPhotoLoader } from './default-photo.loader.js';
import type { ImageCopier } from './image.copier.js';
import { type DecodedImage, type ImageDecoder, readAtMost } from './image.decoder.js';
import { newStorageKey } from './image.key.js';
import { parseReference } from './image.reference.js';
import {
  findDefaultPhotos,
  findImage,
  findImageByNumber,
  findImageBySource,
  hasImageLike,
  isDefaultPhoto,
  isShown,
} from './image.repository.js';
import { type ImageSize, keyOfSize, type LeastSize } from './image.size.js';
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
  uploadAvatar<T>(ctx: SignedInContext, stream: Readable, use: (image: Image) => Promise<T>): Promise<T> {
    const copyAndUse = async (image: Image) => {
      await this.copier.copy(image);
      return use(image);
    };
    return this.uploadFor(ctx, stream, copyAndUse, this.config.IMAGE_MIN_SIDE);
  }

  /** Stores a picture and puts it to use, or does neither. Throws as {@link upload} does, and IMAGE_TOO_SMALL. */
  async uploadFor<T>(
    ctx: SignedInContext,
    stream: Readable,
    use: (image: Image) => Promise<T>,
    minSide?: number,
  ): Promise<T> {
    const { userId } = ctx.viewer;
    await this.store.assertWithinLimit(ctx, userId);
    const picture = await this.read(stream, minSide);
    const image = await this.store.add(ctx, userId, newStorageKey(picture.extension), picture);
    try {
      return await use(image);
    } catch (error) {
      await this.store.remove(ctx, image);
      throw error;
    }
  }

  private async read(stream: Readable, minSide?: number): Promise<DecodedImage> {
    const { UPLOAD_MAX_BYTES: maxBytes, IMAGE_MAX_SIDE: maxSide } = this.config;
    return this.decoder.decode(await readAtMost(stream, maxBytes), { maxBytes, maxSide, minSide });
  }

  /** The documented call of anlife brings no token; the other doors know who calls. */
  private takesSessionless({ client }: RequestContext): boolean {
    return this.config.UPLOAD_WITHOUT_SESSION && client.door === 'anlife';
  }

  /**
   * The picture of a number, for its uploader, and for everybody while a profile shows it or it is a default photo; else
   * null. Numbers can be counted through: they open nothing that its address does not tell already.
   */
  async findByNumber(ctx: RequestContext, number: number): Promise<Image | null> {
    const image = await findImageByNumber(ctx.em, number);
    if (!image) return null;
    const own = ctx.viewer !== null && image.ownerId === ctx.viewer.userId;
    return own || (await isShown(ctx.em, image.id)) ? image : null;
  }

  /** The caller's latest picture that was sent as a file of this MD5; null without one. Throws INVALID_INPUT. */
  async findUploaded(ctx: SignedInContext, md5: string): Promise<Image | null> {
    const sought = md5.toLowerCase();
    if (!isMd5(sought)) throw new AppError('INVALID_INPUT', { field: 'md5' });
    return findImageBySource(ctx.em, ctx.viewer.userId, sought);
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

  /** The id of a picture that the caller uploaded, named by its id, node or number. Throws INVALID_INPUT. */
  async resolveOwn(ctx: SignedInContext, reference: string, field: string): Promise<string> {
    const image = await findReferenced(ctx, reference);
    if (image?.ownerId !== ctx.viewer.userId) throw new AppError('INVALID_INPUT', { field });
    return image.id;
  }

  defaultPhotos(ctx: RequestContext): Promise<Image[]> {
    return findDefaultPhotos(ctx.em);
  }

  /** The URL of a picture, or of a copy of it: no larger than a named size, or no smaller than what is wanted at least. */
  urlOf(image: Image, size?: ImageSize | LeastSize | null): string {
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

async function findReferenced({ em, viewer }: SignedInContext, text: string): Promise<Image | null> {
  const reference = parseReference(text);
  if (!reference) return null;
  if ('number' in reference) {
    const image = await findImageByNumber(em, reference.number);
    // Anybody can guess a number: it names one's own pictures only, and none that nobody has claimed.
    return image?.ownerId === viewer.userId ? image : null;
  }
  const image = await findImage(em, reference.id);
  return image && (reference.key ?? image.key) === image.key ? image : null;
}
