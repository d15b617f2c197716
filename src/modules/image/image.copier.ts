import { buffer } from 'node:stream/consumers';
import { type Storage } from '../../infra/storage/port.js';
import type { Image } from '../user/image.entity.js';
import type { ImageDecoder } from './image.decoder.js';
import { COPY_SIDES, copyKeyOf } from './image.key.js';
import { needsCopy } from './image.size.js';

/** Makes the smaller copies of avatars (`account.md` 3.3). They lie beside the picture, and go when it goes. */
export class ImageCopier {
  constructor(
    private readonly decoder: ImageDecoder,
    private readonly storage: Storage,
  ) {}

  /** Stores the copies of a picture that nobody knows of yet: once its URLs are told, they are cached for ever. */
  async copy(image: Image): Promise<void> {
    const sides = COPY_SIDES.filter((side) => needsCopy(image, side));
    const file = sides.length > 0 ? await this.storage.read(image.key) : null;
    if (!file) return;
    const bytes = await buffer(file.stream);
    for (const side of sides) {
      const { data, mime } = await this.decoder.thumbnail(bytes, side);
      await this.storage.put(copyKeyOf(image.key, side), data, mime);
    }
  }
}
