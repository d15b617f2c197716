import { buffer } from 'node:stream/consumers';
import { type Storage } from '../../infra/storage/port.js';
import type { Image } from '../user/image.entity.js';
import type { ImageDecoder } from './image.decoder.js';
import { type CopySide, copyKeyOf } from './image.key.js';
import { AVATAR_SIDES, needsCopy } from './image.size.js';

/** Makes the smaller copies of pictures. They lie beside the picture, and go when it goes. */
export class ImageCopier {
  constructor(
    private readonly decoder: ImageDecoder,
    private readonly storage: Storage,
  ) {}

  /** Stores copies of a picture, those of an avatar (`account.md` 3.3) where no others are named. */
  async copy(image: Image, wanted: readonly CopySide[] = AVATAR_SIDES): Promise<void> {
    const sides = wanted.filter((side) => needsCopy(image, side));
    const file = sides.length > 0 ? await this.storage.read(image.key) : null;
    if (!file) return;
    const bytes = await buffer(file.stream);
    for (const side of sides) {
      const { data, mime } = await this.decoder.thumbnail(bytes, side);
      await this.storage.put(copyKeyOf(image.key, side), data, mime);
    }
    await this.removeAbandoned(image);
  }

  /** A picture is removed before its copies: who still finds it has copies that will go with it. */
  private async removeAbandoned({ key }: Image): Promise<void> {
    const file = await this.storage.read(key);
    if (file) file.stream.destroy();
    else await this.storage.remove(key);
  }
}
