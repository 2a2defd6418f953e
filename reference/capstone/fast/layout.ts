/**
 * How the fast kernels keep images, and the way there and back.
 *
 * **Planes** are what a convolution reads: padded with a border of zeros, so that no kernel asks whether it is
 * outside, and with four channels side by side, since a kernel computes four channels at once:
 * `[C / S][N][H + 2][4·Q + 2][S]`, where S is 4, or 1 for an image with a single channel, and Q is the number of
 * quads, that is of four pixels in a row, rounded up.
 *
 * **Quads** are what a convolution writes, a thread's four pixels innermost: `[C / 4][N][H][Q][4 channels][4 pixels]`.
 *
 * **Panels** are what a matrix product reads on its right: four columns side by side, `[J / 4][K][4]`.
 */

/** The sizes of a layer's images. */
export interface ImageSize {
  /** How many images there are. */
  N: number;
  /** How many channels: 1, or a multiple of 4. */
  C: number;
  H: number;
  W: number;
}

/** What follows from an image's size. */
export interface Layout extends ImageSize {
  /** Channels side by side in planes. */
  S: number;
  /** Groups of channels. */
  groups: number;
  /** Quads in a row. */
  Q: number;
  /** The height and width of a padded plane. */
  PH: number;
  PW: number;
  /** How many numbers the planes of one group of channels have. */
  group: number;
}

/** The layout of images of a size. */
export function layoutOf({ N, C, H, W }: ImageSize): Layout {
  const S = C % 4 === 0 ? 4 : 1;
  const Q = Math.ceil(W / 4);
  const [PH, PW] = [H + 2, 4 * Q + 2];
  return { N, C, H, W, S, groups: C / S, Q, PH, PW, group: N * PH * PW * S };
}

/** Planes of zeros. */
export function zeroPlanes({ group, groups }: Layout): Float32Array {
  return new Float32Array(group * groups);
}

/**
 * The planes of images with one channel.
 *
 * @param images one after the other, `[n][H][W]` with n up to N; those that are missing at the end are zeros
 */
export function padImages(images: Float32Array, layout: Layout): Float32Array {
  const { H, W, PW } = layout;
  const planes = zeroPlanes(layout);
  for (let row = 0; row < images.length / W; row++) {
    // Two rows of zeros lie between the last row of an image and the first of the next.
    const paddedRow = row + 2 * Math.floor(row / H) + 1;
    planes.set(images.subarray(row * W, (row + 1) * W), paddedRow * PW + 1);
  }
  return planes;
}

/**
 * A matrix as panels.
 *
 * @param K its rows, and how far one is from the next
 * @param J its columns, and how far one is from the next; J is rounded up to a multiple of 4 with zeros
 */
export function panels(
  matrix: Float32Array,
  [K, rowStep]: readonly [number, number],
  [J, columnStep]: readonly [number, number],
): Float32Array {
  const groups = Math.ceil(J / 4);
  const out = new Float32Array(groups * K * 4);
  for (let g = 0; g < groups; g++) {
    const columns = Math.min(4, J - 4 * g);
    for (let k = 0; k < K; k++) {
      const from = k * rowStep + 4 * g * columnStep;
      const to = (g * K + k) * 4;
      for (let l = 0; l < columns; l++) out[to + l] = matrix[from + l * columnStep]!;
    }
  }
  return out;
}
