import type { Readable } from 'node:stream';
import type { Config } from '../../config.js';
import type { DatabaseContext } from '../../context.js';
import type { Image } from '../user/image.entity.js';
import { type ImageDecoder, readAtMost } from './image.decoder.js';
import { newStorageKey } from './image.key.js';
import type { ImageStore } from './image.store.js';

/** The pictures that any user may take as an avatar, as the operator keeps them. */
export class DefaultPhotoService {
  constructor(
    private readonly config: Pick<Config, 'UPLOAD_MAX_BYTES' | 'IMAGE_MAX_SIDE' | 'IMAGE_MIN_SIDE'>,
    private readonly decoder: ImageDecoder,
    private readonly store: ImageStore,
  ) {}

  /**
   * Puts a picture at the end of the list, under the limits of an uploaded avatar, so that whoever takes it has one
   * that an upload would have let in. Throws IMAGE_INVALID, IMAGE_TOO_LARGE, IMAGE_TOO_SMALL.
   */
  async add(ctx: DatabaseContext, stream: Readable): Promise<Image> {
    const { UPLOAD_MAX_BYTES: maxBytes, IMAGE_MAX_SIDE: maxSide, IMAGE_MIN_SIDE: minSide } = this.config;
    const picture = await this.decoder.decode(await readAtMost(stream, maxBytes), {
      maxBytes,
      maxSide,
      minSide,
    });
    return this.store.addDefaultPhoto(ctx, newStorageKey(picture.extension), picture);
  }
}
