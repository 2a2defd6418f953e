/**
 * What lies between the fast engine's kernels: ReLU, max pooling and the changes of layout, each in one pass
 * over memory in plain TypeScript. A kernel would gain nothing here: copying its arguments takes as long as
 * the pass.
 */
import { layoutOf, zeroPlanes, type Layout } from './layout.ts';

/** The output of ReLU and max pooling. */
export interface Pooled {
  /** Planes of half the height and width. */
  planes: Float32Array;
  /**
   * The place of each output's largest input in its window, 0 to 3 in row-major order, or NONE. In the order of
   * `[C / 4][N][H / 2][W / 2][4]`.
   */
  places: Uint8Array;
}

/** No input of the window was above 0, so ReLU lets no gradient through. */
const NONE = 4;

/**
 * ReLU and a max pooling with windows of 2×2.
 *
 * @param quads the output of a convolution
 * @param layout of that output, H and W even
 */
export function reluPool(quads: Float32Array, layout: Layout): Pooled {
  const { N, C, H, W, Q } = layout;
  const pooled = layoutOf({ N, C, H: H / 2, W: W / 2 });
  const planes = zeroPlanes(pooled);
  const places = new Uint8Array((C * N * H * W) / 4);
  const below = 16 * Q;
  let place = 0;
  for (let row = 0; row < (C / 4) * N * pooled.H; row++) {
    const to = 4 * planeRow(row, pooled);
    for (let j = 0; j < pooled.W; j++) {
      // Two windows of a row share a quad.
      const corner = (2 * row * Q + (j >> 1)) * 16 + 2 * (j & 1);
      for (let l = 0; l < 4; l++) {
        const first = corner + 4 * l;
        let largest = 0;
        let which = NONE;
        for (let i = 0; i < 4; i++) {
          const value = quads[first + (i >> 1) * below + (i & 1)]!;
          // What is not a number stays, so that a run that went astray is noticed.
          if (value > largest || Number.isNaN(value)) {
            largest = value;
            which = i;
          }
        }
        planes[to + 4 * j + l] = largest;
        places[place++] = which;
      }
    }
  }
  return { planes, places };
}

/**
 * The gradient of ReLU and max pooling.
 *
 * @param dpooled how fast the loss grows with each output, in quads
 * @param places where the outputs came from
 * @param layout of the input
 * @returns the gradient by the input, in planes
 */
export function reluPoolBackward(
  dpooled: Float32Array,
  places: Uint8Array,
  layout: Layout,
): Float32Array {
  const { N, C, H, W, PW } = layout;
  const pooled = layoutOf({ N, C, H: H / 2, W: W / 2 });
  const planes = zeroPlanes(layout);
  let place = 0;
  for (let row = 0; row < (C / 4) * N * pooled.H; row++) {
    const to = 4 * planeRow(2 * row, layout);
    for (let j = 0; j < pooled.W; j++) {
      const from = (row * pooled.Q + (j >> 2)) * 16 + (j & 3);
      for (let l = 0; l < 4; l++) {
        const which = places[place++]!;
        if (which === NONE) continue;
        planes[to + 4 * ((which >> 1) * PW + 2 * j + (which & 1)) + l] = dpooled[from + 4 * l]!;
      }
    }
  }
  return planes;
}

/**
 * ReLU, each image becoming a row in the order of (C, H, W).
 *
 * @param quads the output of a convolution
 * @returns shape (N, C·H·W)
 */
export function reluRows(quads: Float32Array, { N, C, H, W, Q }: Layout): Float32Array {
  const rows = new Float32Array(N * C * H * W);
  for (let row = 0; row < (C / 4) * N * H; row++) {
    const image = Math.floor(row / H);
    const [g, n] = [Math.floor(image / N), image % N];
    for (let l = 0; l < 4; l++) {
      const to = ((n * C + 4 * g + l) * H + (row % H)) * W;
      const from = row * Q * 16 + 4 * l;
      for (let j = 0; j < W; j++) {
        rows[to + j] = Math.max(0, quads[from + 16 * (j >> 2) + (j & 3)]!);
      }
    }
  }
  return rows;
}

/**
 * The gradient of `reluRows`.
 *
 * @param drows how fast the loss grows with each entry of the rows
 * @param rows what `reluRows` returned
 * @returns the gradient by the quads, in planes
 */
export function reluRowsBackward(
  drows: Float32Array,
  rows: Float32Array,
  layout: Layout,
): Float32Array {
  const { N, C, H, W } = layout;
  const planes = zeroPlanes(layout);
  for (let row = 0; row < (C / 4) * N * H; row++) {
    const image = Math.floor(row / H);
    const [g, n] = [Math.floor(image / N), image % N];
    const to = 4 * planeRow(row, layout);
    for (let l = 0; l < 4; l++) {
      const from = ((n * C + 4 * g + l) * H + (row % H)) * W;
      for (let j = 0; j < W; j++) {
        if (rows[from + j]! > 0) planes[to + 4 * j + l] = drows[from + j]!;
      }
    }
  }
  return planes;
}

/**
 * Where a row of pixels begins in planes, in pixels.
 *
 * @param row counted over all images of all groups of channels; each image has a border of one row and pixel
 */
function planeRow(row: number, { H, PW }: Layout): number {
  return (row + 2 * Math.floor(row / H) + 1) * PW + 1;
}
