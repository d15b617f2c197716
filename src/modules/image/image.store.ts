import type { Config } from '../../config.js';
import type { RequestContext } from '../../context.js';
import { AppError } from '../../errors/app-error.js';
import { parseStorageKey, type Storage } from '../../infra/storage/port.js';
import { lockActiveUser } from '../user/user.repository.js';
import type { CleanImage } from './image.decoder.js';
import type { Image } from './image.entity.js';
import { deleteImage, findUploadTime, insertImage } from './image.repository.js';

const DAY_MS = 86_400_000;

/** Where pictures of users go, whatever way they came: file and row together or neither, and only so many a day. */
export class ImageStore {
  constructor(
    private readonly config: Pick<Config, 'UPLOAD_DAILY_LIMIT'>,
    private readonly storage: Storage,
  ) {}

  /**
   * Stores a picture under a fresh key, and leaves neither a row nor a file behind when it fails. Throws UPLOAD_USED
   * when the key is taken, whose file stays as it is; RATE_LIMITED; UNAUTHENTICATED when the owner is not active.
   */
  async add(ctx: RequestContext, ownerId: number, key: string, picture: CleanImage): Promise<Image> {
    const { mime, size, width, height, sha256: hash } = picture;
    const id = parseStorageKey(key)?.id ?? '';
    // Before the row, so that no row is ever without its file; who made the file is the only one to remove it.
    if (!(await this.storage.put(key, picture.data, mime))) throw new AppError('UPLOAD_USED');
    try {
      return await ctx.em.transactional(async () => {
        await lockActiveUser(ctx.em, ownerId);
        await this.assertWithinLimit(ctx, ownerId);
        return insertImage(ctx.em, { id, key, ownerId, mime, size, width, height, hash });
      });
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
    if (!oldest) return;
    const retryAfter = Math.max(1, Math.ceil((oldest.getTime() - since.getTime()) / 1000));
    throw new AppError('RATE_LIMITED', { retryAfter });
  }
}
