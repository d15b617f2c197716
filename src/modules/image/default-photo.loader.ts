import type { EntityManager } from '@mikro-orm/postgresql';
import { requestLoader } from '../../loaders.js';
import type { Image } from '../user/image.entity.js';
import { findDefaultPhotos } from './image.repository.js';

function createLoader(em: EntityManager): { load(): Promise<Image | null> } {
  let first: Promise<Image | null> | undefined;
  return {
    load: () => {
      first ??= findDefaultPhotos(em).then(([photo]) => photo ?? null);
      return first;
    },
  };
}

/** The first default photo, looked up once a request; null when there is none. */
export const defaultPhotoLoader = requestLoader(createLoader);
