/** How many rows and how many columns an image of a digit has. */
export const SIDE = 28;

/** How many pixels an image of a digit has. */
export const PIXELS = SIDE * SIDE;

/** N images of handwritten digits in their smallest form, one byte a pixel. */
export interface Digits {
  /**
   * N·784 grey values from 0 (background) to 255 (ink), one image after the other, each of them row by
   * row from its top left corner.
   */
  pixels: Uint8Array;
  /** Which digit each image shows: N numbers from 0 to 9. */
  labels: Uint8Array;
}

/** Digits that are kept apart for the two purposes. */
export interface SplitDigits {
  train: Digits;
  test: Digits;
}
