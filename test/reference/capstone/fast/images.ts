/**
 * Images in plain lists, and the same in the layouts of the fast kernels, written down from the documentation of
 * reference/capstone/fast/layout.ts.
 *
 * All numbers are small whole ones, so sums of them are exact in float32 in whatever order they are taken.
 */
import { seededRandom } from '#datasets/random';
import type { ImageSize } from '../../../../reference/capstone/fast/layout.ts';

/** N images with C channels of H×W pixels. */
export interface Images extends ImageSize {
  at: (n: number, c: number, i: number, j: number) => number;
}

/** Whole numbers from −range to range. */
export function wholeNumbers(count: number, range: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return new Float32Array(count).map(() => Math.floor((2 * range + 1) * random()) - range);
}

/** Images of whole numbers from −4 to 4; pixels outside of them are 0. */
export function wholeImages(size: ImageSize, seed: number): Images {
  const { N, C, H, W } = size;
  return imagesOf(wholeNumbers(N * C * H * W, 4, seed), size);
}

/** Images from an array in the order [N][C][H][W]; pixels outside of them are 0. */
export function imagesOf(data: ArrayLike<number>, size: ImageSize): Images {
  const { C, H, W } = size;
  const at = (n: number, c: number, i: number, j: number) =>
    i < 0 || j < 0 || i >= H || j >= W ? 0 : data[((n * C + c) * H + i) * W + j]!;
  return { ...size, at };
}

/** All pixels in the order [N][C][H][W]. */
export function pixelsOf({ N, C, H, W, at }: Images): number[] {
  const out = [];
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < C; c++) {
      for (let i = 0; i < H; i++) for (let j = 0; j < W; j++) out.push(at(n, c, i, j));
    }
  }
  return out;
}

/** [C / S][N][H + 2][4·Q + 2][S], with zeros around and behind each image. */
export function planesOf({ N, C, H, W, at }: Images): Float32Array {
  const S = C === 1 ? 1 : 4;
  const out = [];
  for (let g = 0; g < C / S; g++) {
    for (let n = 0; n < N; n++) {
      for (let i = -1; i <= H; i++) {
        for (let j = -1; j <= 4 * Math.ceil(W / 4); j++) {
          for (let s = 0; s < S; s++) out.push(at(n, g * S + s, i, j));
        }
      }
    }
  }
  return Float32Array.from(out);
}

/** [C / 4][N][H][Q][4 channels][4 pixels], with a number of its own in the places behind each row. */
export function quadsOf({ N, C, H, W, at }: Images, behind: number): Float32Array {
  const out = [];
  for (let g = 0; g < C / 4; g++) {
    for (let n = 0; n < N; n++) {
      for (let i = 0; i < H; i++) {
        for (let q = 0; q < Math.ceil(W / 4); q++) {
          for (let c = 4 * g; c < 4 * g + 4; c++) {
            for (let j = 4 * q; j < 4 * q + 4; j++) out.push(j < W ? at(n, c, i, j) : behind);
          }
        }
      }
    }
  }
  return Float32Array.from(out);
}

/** The images in quads; what stands behind a row is left out. */
export function imagesFromQuads(quads: Float32Array, size: ImageSize): Images {
  const { N, H, W } = size;
  const Q = Math.ceil(W / 4);
  const at = (n: number, c: number, i: number, j: number) =>
    quads[((((c >> 2) * N + n) * H + i) * Q + (j >> 2)) * 16 + 4 * (c & 3) + (j & 3)]!;
  return { ...size, at };
}

/** Sizes of images with H ≠ W whose widths have every remainder by 4. */
export const SIZES: readonly ImageSize[] = [
  { N: 4, C: 1, H: 3, W: 8 },
  { N: 12, C: 1, H: 6, W: 5 },
  { N: 4, C: 4, H: 5, W: 6 },
  { N: 12, C: 8, H: 2, W: 7 },
  { N: 8, C: 8, H: 4, W: 9 },
];

/** A size as a title says it. */
export function sizeText({ N, C, H, W }: ImageSize): string {
  return `${N} ${N === 1 ? 'image' : 'images'} with ${C} ${C === 1 ? 'channel' : 'channels'} of ${H}×${W}`;
}
