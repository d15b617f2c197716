import { BoundedQueue } from '../../infra/bounded-queue.js';
import type { Storage, StoredFile } from '../../infra/storage/port.js';
import { UnavailableError } from '../../infra/unavailable.js';
import type { Image } from '../user/image.entity.js';
import type { ImageCopier } from './image.copier.js';
import { parseStorageKey } from './image.key.js';
import { isAnySize, keyOfSize, type LeastSize, needsCopy } from './image.size.js';

/** Requests that wait for copies of theirs. Anybody may ask for one, so there is one at work. */
const WAITING_MAX = 8;

/** A file to be served. */
export interface PictureFile extends StoredFile {
  key: string;
  /** False where another file may be served under the same address later. */
  lasting: boolean;
}

/** Reads stored pictures. A copy is made when it is first asked for, and kept. */
export class ImageReader {
  private readonly queue = new BoundedQueue(1, WAITING_MAX);
  /** Copies in the making, by their keys. */
  private readonly making = new Map<string, Promise<void>>();

  constructor(
    private readonly storage: Storage,
    private readonly copier: Pick<ImageCopier, 'copy'>,
    private readonly find: (id: string) => Promise<Image | null>,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /**
   * The picture or copy of a key; where a size is wanted, the smallest copy of the picture that is not smaller. The picture
   * itself stands in for a copy that it does not need, or that cannot be made now. Null where there is no such file.
   */
  async read(key: string, least: LeastSize = {}): Promise<PictureFile | null> {
    const parsed = parseStorageKey(key);
    if (!parsed) return null;
    if (parsed.copyOf || isAnySize(least)) return this.readKey(key);
    const image = await this.find(parsed.id);
    return this.readKey(image?.key === key ? keyOfSize(image, least) : key);
  }

  private async readKey(key: string): Promise<PictureFile | null> {
    const { id, copyOf } = parseStorageKey(key) ?? {};
    const stored = await this.open(key);
    if (stored || !id || !copyOf) return stored;
    const image = await this.find(id);
    if (image?.key !== copyOf.key) return this.open(copyOf.key, false);
    if (!needsCopy(image, copyOf.side)) return this.open(copyOf.key);
    const made = await this.make(key, () => this.copier.copy(image, [copyOf.side]));
    return (made && (await this.open(key))) || this.open(copyOf.key, false);
  }

  private async open(key: string, lasting = true): Promise<PictureFile | null> {
    const file = await this.storage.read(key);
    return file && { ...file, key, lasting };
  }

  /** Makes a copy once, however many ask for it. False when it cannot be made now. */
  private async make(key: string, copy: () => Promise<void>): Promise<boolean> {
    const making = this.making.get(key) ?? this.queue.run(copy).finally(() => this.making.delete(key));
    this.making.set(key, making);
    try {
      await making;
      return true;
    } catch (error) {
      if (!(error instanceof UnavailableError)) this.onFailure(error);
      return false;
    }
  }
}
