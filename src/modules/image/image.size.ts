import type { Image } from '../user/image.entity.js';
import { COPY_SIDES, type CopySide, copyKeyOf } from './image.key.js';

export enum ImageSize {
  SMALL = 'SMALL',
  LARGE = 'LARGE',
}

const SIDE_OF_SIZE: Readonly<Record<ImageSize, CopySide>> = { SMALL: 200, LARGE: 800 };

/** The copies that avatars have from the start. */
export const AVATAR_SIDES: readonly CopySide[] = Object.values(SIDE_OF_SIZE);

/** The least width and height that a picture is wanted in, in pixels; one that is left out, or not above 0, is any. */
export interface LeastSize {
  width?: number | null | undefined;
  height?: number | null | undefined;
}

export const isAnySize = ({ width, height }: LeastSize): boolean => !((width ?? 0) > 0 || (height ?? 0) > 0);

/** A picture that is no larger than a size is itself the copy of that size: nothing is ever enlarged. */
export const needsCopy = ({ width, height }: Image, side: CopySide): boolean =>
  Math.max(width, height) > side;

/** The longest side of the smallest copy that is not smaller than wanted; undefined where there is none. */
function sideFor({ width, height }: Image, least: LeastSize): CopySide | undefined {
  const longest = Math.max(width, height);
  const wanted = Math.max(((least.width ?? 0) * longest) / width, ((least.height ?? 0) * longest) / height);
  return COPY_SIDES.find((side) => side >= wanted);
}

/** The file of a picture in a size, which may be one that is made when it is first asked for. */
export function keyOfSize(image: Image, size: ImageSize | LeastSize | null | undefined): string {
  if (!size || (typeof size === 'object' && isAnySize(size))) return image.key;
  const side = typeof size === 'object' ? sideFor(image, size) : SIDE_OF_SIZE[size];
  return side !== undefined && needsCopy(image, side) ? copyKeyOf(image.key, side) : image.key;
}
