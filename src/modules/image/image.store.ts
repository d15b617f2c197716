import type { Config } from '../../config.js';
import type { DatabaseContext, RequestContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { DAY_MS, rateLimitedSince } from '../../errors/rate-limited.js';
import type { PersonalTable } from '../../infra/database/personal.js';
import { type Storage } from '../../infra/storage/port.js';
import { Image } from '../user/image.entity.js';
import { lockActiveUser, lockLiveUser } from '../user/user.repository.js';
import { insertDefaultPhoto } from './default-photo.repository.js';
import type { DecodedImage } from './image.decoder.js';
import { newStorageKey, parseStorageKey } from './image.key.js';
import {
  claimImage,
  deleteImage,
  deleteImages,
  emptiedImages,
  findOwnedImages,
  findUploadTime,
  insertImage,
  lockUnclaimed,
} from './image.repository.js';

/** Undoes what was begun for a picture that nobody wants any more. */
class Unwanted extends Error {}

/** Stores pictures of users, whatever way they came: file and row together or neither, and only so many a day. */
export class ImageStore {
  constructor(
    private readonly config: Pick<Config, 'UPLOAD_DAILY_LIMIT'>,
    private readonly storage: Storage,
  ) {}

  /**
   * Stores a picture under a fresh key, and leaves neither a row nor a file behind when it fails. Throws UPLOAD_USED
   * when the key is taken, whose file stays as it is; RATE_LIMITED; UNAUTHENTICATED when the owner is not active.
   */
  async add(ctx: RequestContext, ownerId: number, key: string, picture: DecodedImage): Promise<Image> {
    return this.put(key, picture, () =>
      ctx.em.transactional(async () => {
        await lockActiveUser(ctx.em, ownerId);
        await this.assertWithinLimit(ctx, ownerId);
        return insertImage(ctx.em, { ...rowOf(key, picture), ownerId });
      }),
    );
  }

  /** Stores a picture of nobody yet, until an account claims it or {@link purgeUnclaimed} removes it. */
  addUnclaimed(ctx: RequestContext, key: string, picture: DecodedImage): Promise<Image> {
    const row = { ...rowOf(key, picture), ownerId: null, unclaimed: true };
    return this.put(key, picture, () => insertImage(ctx.em, row));
  }

  /** Stores a picture that any user may take as an avatar, at the end of their list. */
  addDefaultPhoto(ctx: DatabaseContext, key: string, picture: DecodedImage): Promise<Image> {
    return this.put(key, picture, () =>
      ctx.em.transactional(async () => {
        const image = await insertImage(ctx.em, { ...rowOf(key, picture), ownerId: null });
        await insertDefaultPhoto(ctx.em, image.id);
        return image;
      }),
    );
  }

  /**
   * Stores a picture that an account had in another system, disabled or not, whatever it has stored today. `prepare` is
   * given it before anybody knows of it, `use` puts it to use in the transaction that stores it. False, with nothing
   * stored, where `use` says so or the account is cancelled.
   */
  async adopt(
    ctx: DatabaseContext,
    ownerId: number,
    picture: DecodedImage,
    { prepare, use }: { prepare(image: Image): Promise<void>; use(image: Image): Promise<boolean> },
  ): Promise<boolean> {
    const key = newStorageKey(picture.extension);
    const insert = () =>
      ctx.em.transactional(async () => {
        if (!(await lockLiveUser(ctx.em, ownerId))) throw new Unwanted();
        const image = await insertImage(ctx.em, { ...rowOf(key, picture), ownerId });
        if (!(await use(image))) throw new Unwanted();
        return image;
      });
    try {
      await this.put(key, picture, async () => {
        await prepare(Object.assign(new Image(), rowOf(key, picture), { ownerId }));
        return insert();
      });
      return true;
    } catch (error) {
      if (error instanceof Unwanted) return false;
      throw error;
    }
  }

  /**
   * Makes a picture the caller's that was stored without a session; of several at once one gets it. To be called in a
   * transaction that holds the account. False when it is somebody else's by now, or gone. Throws RATE_LIMITED.
   */
  async claim(ctx: RequestContext, ownerId: number, id: string): Promise<boolean> {
    await this.assertWithinLimit(ctx, ownerId);
    return claimImage(ctx.em, id, ownerId);
  }

  /** Removes at most `limit` pictures that were not claimed within a day. */
  purgeUnclaimed(ctx: DatabaseContext, limit: number): Promise<number> {
    return ctx.em.transactional(async () => {
      const images = await lockUnclaimed(ctx.em, new Date(Date.now() - DAY_MS), limit);
      await this.removeAll(ctx, images);
      return images.length;
    });
  }

  /** Pictures of an account, as long as it is not erased. */
  personal(): PersonalTable {
    return { ...emptiedImages, eraseSome: (em, ownerId, limit) => this.removeOwned({ em }, ownerId, limit) };
  }

  private async removeOwned(ctx: DatabaseContext, ownerId: number, limit: number): Promise<boolean> {
    const images = await findOwnedImages(ctx.em, ownerId, limit);
    await this.removeAll(ctx, images);
    return images.length > 0;
  }

  /** Files go before their rows: a row without a file is found again, a file without a row never. */
  private async removeAll(ctx: DatabaseContext, images: readonly Pick<Image, 'id' | 'key'>[]): Promise<void> {
    for (const { key } of images) await this.storage.remove(key);
    const ids = images.map(({ id }) => id);
    if (ids.length > 0) await deleteImages(ctx.em, ids);
  }

  private async put(key: string, picture: DecodedImage, insert: () => Promise<Image>): Promise<Image> {
    // Before the row, so that no row is ever without its file; who made the file is the only one to remove it.
    if (!(await this.storage.put(key, picture.data, picture.mime)))
      throw new AppError('UPLOAD_USED', { field: 'token' });
    try {
      return await insert();
    } catch (error) {
      await this.storage.remove(key);
      throw error;
    }
  }

  async remove(ctx: RequestContext, image: Image): Promise<void> {
    await deleteImage(ctx.em, image.id);
    await this.storage.remove(image.key);
  }

  /**
   * Throws RATE_LIMITED when an account has stored `UPLOAD_DAILY_LIMIT` pictures within 24 hours. Exact only while the
   * account is locked; otherwise it spares the work on a picture that would be refused.
   */
  async assertWithinLimit(ctx: RequestContext, ownerId: number): Promise<void> {
    const since = new Date(Date.now() - DAY_MS);
    const oldest = await findUploadTime(ctx.em, ownerId, since, this.config.UPLOAD_DAILY_LIMIT - 1);
    if (oldest) throw rateLimitedSince(oldest, since);
  }
}

function rowOf(key: string, { mime, size, width, height, sha256: hash, sourceMd5 }: DecodedImage) {
  return { id: parseStorageKey(key)?.id ?? '', key, mime, size, width, height, hash, sourceMd5 };
}
