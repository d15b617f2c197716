import { registerEnumType } from 'type-graphql';
import { type CopySide, copyKeyOf } from '../../infra/storage/port.js';
import type { Image } from '../user/image.entity.js';

export enum ImageSize {
  SMALL = 'SMALL',
  LARGE = 'LARGE',
}
registerEnumType(ImageSize, {
  name: 'ImageSize',
  description: 'How large a copy of a picture is wanted.',
  valuesConfig: {
    SMALL: { description: 'At most 200 pixels wide and high.' },
    LARGE: { description: 'At most 800 pixels wide and high.' },
  },
});

const SIDE_OF_SIZE: Readonly<Record<ImageSize, CopySide>> = { SMALL: 200, LARGE: 800 };

/** A picture that is no larger than a size is itself the copy of that size: nothing is ever enlarged. */
export const needsCopy = ({ width, height }: Image, side: CopySide): boolean =>
  Math.max(width, height) > side;

/** The file of a picture in a size; of pictures that have no copies the storage's doors serve the picture itself. */
export function keyOfSize(image: Image, size: ImageSize | null | undefined): string {
  if (!size || !needsCopy(image, SIDE_OF_SIZE[size])) return image.key;
  return copyKeyOf(image.key, SIDE_OF_SIZE[size]);
}
