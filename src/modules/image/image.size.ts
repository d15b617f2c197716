import type { Image } from '../user/image.entity.js';
import { CopySide, copyKeyOf } from './image.key.js';

export enum ImageSize {
  SMALL = 'SMALL',
  LARGE = 'LARGE',
}

const SIDE_OF_SIZE: Readonly<Record<ImageSize, CopySide>> = { SMALL: 200, LARGE: 800 };

/** A picture that is no larger than a size is itself the copy of that size: nothing is ever enlarged. */
export const needsCopy = ({ width, height }: Image, side: CopySide): boolean =>
  Math.max(width, height) > side;

/** The file of a picture in a size; of pictures that have no copies the storage's URLs serve the picture itself. */
export function keyOfSize(image: Image, size: ImageSize | null | undefined): string {
  if (!size || !needsCopy(image, SIDE_OF_SIZE[size])) return image.key;
  return copyKeyOf(image.key, SIDE_OF_SIZE[size]);
}
