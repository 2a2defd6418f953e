/**
 * How the SIMD engine's images lie in memory. Eight images are a group, and of every number a group has eight, one of
 * each image, side by side: two vectors. What is done to an image is done to all eight with the same instructions, and
 * nothing ever needs to be rearranged, whatever the sizes of a layer.
 *
 *     planes   [group][H + 2][W + 2][C][8]    with a frame of zeros, so that no window asks whether it is outside
 *     rows     [group][D][8]                  the vectors of an affine layer
 *
 * In planes a row of a 3×3 window is one piece of memory, 3·C·8 numbers long. All steps and places are in bytes.
 */
import type { Take } from './memory.ts';

/** How many images are a group. */
export const GROUP = 8;

/** The bytes of one number of a group. */
export const EIGHT = 4 * GROUP;

/** How many groups some images are. */
export function groupsOf(images: number): number {
  return Math.ceil(images / GROUP);
}

/** The sizes of images. */
export interface ImageSize {
  H: number;
  W: number;
  C: number;
}

/** Images in memory. */
export interface Planes extends ImageSize {
  /** From a pixel to the next, from a row to the next, and from a group to the next. */
  pixel: number;
  row: number;
  group: number;
  /** Where the frame of the first group begins, and where its first pixel is. */
  corner: number;
  inside: number;
}

/** Room for images. */
export function planes(take: Take, groups: number, { H, W, C }: ImageSize): Planes {
  const pixel = EIGHT * C;
  const row = (W + 2) * pixel;
  const group = (H + 2) * row;
  const corner = take(groups * group);
  return { H, W, C, pixel, row, group, corner, inside: corner + row + pixel };
}

/** Vectors in memory. */
export interface Rows {
  /** The numbers of a vector. */
  D: number;
  /** From a group to the next. */
  group: number;
  /** Where the first group begins. */
  place: number;
}

/** Room for vectors. */
export function rows(take: Take, groups: number, D: number): Rows {
  // A line of the cache more than they need: else what belongs together of all groups would be multiples of 4096 bytes
  // apart, or nearly, and a cache has few places for such.
  const group = EIGHT * D + 64;
  return { D, group, place: take(groups * group) };
}
