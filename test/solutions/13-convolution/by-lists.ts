/** The right answers of lesson 13 as a beginner writes them: lists in lists, and a look whether a pixel is there. */
import { array, copy, zeros, type Tensor } from '#arrays';

interface Steps {
  stride: number;
  pad: number;
}

type Sizes = [number, number, number, number];

export function outputSize(size: number, kernel: number, steps: Steps): number {
  let count = 0;
  const end = size + steps.pad;
  for (let start = -steps.pad; start + kernel <= end; start += steps.stride) count++;
  if (count === 0) throw new RangeError('outputSize: the kernel is too large');
  return count;
}

function requireFour(x: Tensor): Sizes {
  if (x.shape.length !== 4) throw new RangeError(`${x.shape.length} axes, but 4 are needed`);
  return x.shape as Sizes;
}

export function padImages(x: Tensor, pad: number): Tensor {
  const [N, C, H, W] = requireFour(x);
  const out = zeros(N, C, H + 2 * pad, W + 2 * pad);
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < C; c++) {
      for (let i = 0; i < H; i++) {
        for (let j = 0; j < W; j++) out.set(n, c, i + pad, j + pad, x.get(n, c, i, j));
      }
    }
  }
  return out;
}

export function receptiveField(layers: { kernel: number; stride: number }[]): number {
  let field = 1;
  for (let l = layers.length - 1; l >= 0; l--) {
    field = field * layers[l]!.stride + layers[l]!.kernel - layers[l]!.stride;
  }
  return field;
}

export function convolutionParameters(filters: number[]): number {
  return filters[0]! * filters[1]! * filters[2]! * filters[3]! + filters[0]!;
}

export function connectedParameters(image: number[], M: number): number {
  let weights = M;
  for (const length of image) weights *= length;
  return weights + M;
}

/** Calls f for every product of a convolution: where its output, its pixel and its weight are. */
function everyProduct(
  images: Sizes,
  filters: Sizes,
  { stride, pad }: Steps,
  f: (out: number[], pixel: number[], weight: number[]) => void,
): Sizes {
  const [N, C, H, W] = images;
  const [F, , KH, KW] = filters;
  const OH = outputSize(H, KH, { stride, pad });
  const OW = outputSize(W, KW, { stride, pad });
  for (let n = 0; n < N; n++) {
    for (let k = 0; k < F; k++) {
      for (let i = 0; i < OH; i++) {
        for (let j = 0; j < OW; j++) {
          for (let c = 0; c < C; c++) {
            for (let u = 0; u < KH; u++) {
              const row = i * stride + u - pad;
              if (row < 0 || row >= H) continue;
              for (let v = 0; v < KW; v++) {
                const column = j * stride + v - pad;
                if (column < 0 || column >= W) continue;
                f([n, k, i, j], [n, c, row, column], [k, c, u, v]);
              }
            }
          }
        }
      }
    }
  }
  return [N, F, OH, OW];
}

export function convolutionForward(x: Tensor, W: Tensor, b: Tensor, steps: Steps) {
  const [images, filters] = [requireFour(x), requireFour(W)];
  if (images[1] !== filters[1]) throw new RangeError('the channels differ');
  const shape = everyProduct(images, filters, steps, () => {});
  const out = zeros(...shape);
  for (let n = 0; n < shape[0]; n++) {
    for (let k = 0; k < shape[1]; k++) {
      for (let i = 0; i < shape[2]; i++) {
        for (let j = 0; j < shape[3]; j++) out.set(n, k, i, j, b.get(k));
      }
    }
  }
  everyProduct(images, filters, steps, (o, p, w) => {
    out.set(...o, out.get(...o) + x.get(...p) * W.get(...w));
  });
  return { out, cache: { x: copy(x), W: copy(W), steps: { ...steps } } };
}

interface Cache {
  x: Tensor;
  W: Tensor;
  steps: Steps;
}

export function convolutionBackward(dout: Tensor, { x, W, steps }: Cache) {
  const [dx, dW, db] = [zeros(...x.shape), zeros(...W.shape), zeros(W.shape[0]!)];
  everyProduct(x.shape as Sizes, W.shape as Sizes, steps, (o, p, w) => {
    dx.set(...p, dx.get(...p) + dout.get(...o) * W.get(...w));
    dW.set(...w, dW.get(...w) + dout.get(...o) * x.get(...p));
  });
  const [N, F, OH, OW] = dout.shape as Sizes;
  for (let n = 0; n < N; n++) {
    for (let k = 0; k < F; k++) {
      for (let i = 0; i < OH; i++) {
        for (let j = 0; j < OW; j++) db.set(k, db.get(k) + dout.get(n, k, i, j));
      }
    }
  }
  return { dx, dW, db };
}

interface Window extends Steps {
  KH: number;
  KW: number;
}

export function im2col(x: Tensor, { KH, KW, stride, pad }: Window): Tensor {
  const images = requireFour(x);
  const [N, C, H, W] = images;
  const [OH, OW] = [outputSize(H, KH, { stride, pad }), outputSize(W, KW, { stride, pad })];
  const cols = zeros(N * OH * OW, C * KH * KW);
  everyProduct(images, [1, C, KH, KW], { stride, pad }, ([n, , i, j], p, [, c, u, v]) => {
    cols.set((n! * OH + i!) * OW + j!, (c! * KH + u!) * KW + v!, x.get(...p));
  });
  return cols;
}

export function col2im(cols: Tensor, shape: number[], { KH, KW, stride, pad }: Window): Tensor {
  const [, C, H, W] = shape as Sizes;
  const [OH, OW] = [outputSize(H, KH, { stride, pad }), outputSize(W, KW, { stride, pad })];
  const out = zeros(...shape);
  everyProduct(shape as Sizes, [1, C, KH, KW], { stride, pad }, ([n, , i, j], p, [, c, u, v]) => {
    const value = cols.get((n! * OH + i!) * OW + j!, (c! * KH + u!) * KW + v!);
    out.set(...p, out.get(...p) + value);
  });
  return out;
}

export const fastConvolutionForward = convolutionForward;
export const fastConvolutionBackward = convolutionBackward;

export function diagonalFilter(): Tensor {
  const row = (place: number): number[] => [0, 1, 2].map((j) => (j === place ? 2 : -1));
  return array([[[row(0), row(1), row(2)]]]);
}

export function sobelFilters(): Tensor {
  const right = [
    [-1, 0, 1],
    [-2, 0, 2],
    [-1, 0, 1],
  ];
  return array([[right], [right.map((_, i) => right.map((row) => row[i]!))]]);
}
