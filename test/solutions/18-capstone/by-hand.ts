/** A right solution of lesson 18 without any kernel: plain loops over plain arrays. The backend means nothing to it. */
import ndarray from 'ndarray';
import { copy, type Labels } from '#arrays';
import type { Tensor32 } from '#kernels';

/** A tensor of zeros. */
function empty(...shape: number[]): Tensor32 {
  return ndarray(new Float32Array(shape.reduce((size, length) => size * length, 1)), shape);
}

/** The entries in row-major order. */
const list = (x: Tensor32): Float32Array => copy(x).data;

function fail(operation: string, ...arrays: { shape: number[] }[]): never {
  const shapes = arrays.map(({ shape }) => `(${shape.join(', ')})`);
  throw new RangeError(`${operation} cannot do with ${shapes.join(' and ')}`);
}

export function matrixProduct(a: Tensor32, b: Tensor32, bias: Tensor32): Tensor32 {
  if (a.dimension !== 2 || b.dimension !== 2 || a.shape[1] !== b.shape[0]) {
    fail('matrixProduct', a, b);
  }
  const [N, K, M] = [a.shape[0]!, a.shape[1]!, b.shape[1]!];
  if (bias.size !== M) fail('matrixProduct', b, bias);
  const [left, right, start] = [list(a), list(b), list(bias)];
  const out = empty(N, M);
  for (let n = 0; n < N; n++) {
    // Row by row of b, so that neighbours in memory are read one after the other.
    const row = Float64Array.from(start);
    for (let k = 0; k < K; k++) {
      const factor = left[n * K + k]!;
      for (let m = 0; m < M; m++) row[m] = row[m]! + factor * right[k * M + m]!;
    }
    out.data.set(row, n * M);
  }
  return out;
}

/**
 * All that a convolution's filters meet: calls visit with the places in memory of an output, of a pixel and of
 * the weight between them.
 */
function meet(
  [N, C, H, W]: number[],
  [F, KH, KW]: number[],
  pad: number,
  visit: (out: number, pixel: number, weight: number) => void,
): void {
  const [rows, columns] = [H! - KH! + 1 + 2 * pad, W! - KW! + 1 + 2 * pad];
  for (let n = 0; n < N!; n++) {
    for (let f = 0; f < F!; f++) {
      for (let c = 0; c < C!; c++) {
        for (let p = 0; p < KH!; p++) {
          for (let q = 0; q < KW!; q++) {
            const weight = ((f * C! + c) * KH! + p) * KW! + q;
            const [top, left] = [Math.max(0, pad - p), Math.max(0, pad - q)];
            const bottom = Math.min(rows, H! + pad - p);
            const right = Math.min(columns, W! + pad - q);
            for (let i = top; i < bottom; i++) {
              const out = ((n * F! + f) * rows + i) * columns;
              const pixel = ((n * C! + c) * H! + i + p - pad) * W! + q - pad;
              for (let j = left; j < right; j++) visit(out + j, pixel + j, weight);
            }
          }
        }
      }
    }
  }
}

export function convForward(x: Tensor32, W: Tensor32, b: Tensor32, pad: number): Tensor32 {
  if (x.dimension !== 4 || W.dimension !== 4 || x.shape[1] !== W.shape[1]) {
    fail('convForward', x, W);
  }
  if (b.size !== W.shape[0]) fail('convForward', W, b);
  const [N, , H, width] = x.shape as [number, number, number, number];
  const [F, , KH, KW] = W.shape as [number, number, number, number];
  const [rows, columns] = [H + 2 * pad - KH + 1, width + 2 * pad - KW + 1];
  if (rows < 1 || columns < 1) fail('convForward', x, W);
  const [pixels, weights, start] = [list(x), list(W), list(b)];
  const sums = new Float64Array(N * F * rows * columns);
  for (const k of sums.keys()) sums[k] = start[Math.floor(k / (rows * columns)) % F]!;
  meet(x.shape, [F, KH, KW], pad, (out, pixel, weight) => {
    sums[out] = sums[out]! + pixels[pixel]! * weights[weight]!;
  });
  return ndarray(Float32Array.from(sums), [N, F, rows, columns]);
}

export function convBackwardInput(dout: Tensor32, W: Tensor32, pad: number): Tensor32 {
  if (dout.dimension !== 4 || W.dimension !== 4 || dout.shape[1] !== W.shape[0]) {
    fail('convBackwardInput', dout, W);
  }
  const [N, , rows, columns] = dout.shape as [number, number, number, number];
  const [F, C, KH, KW] = W.shape as [number, number, number, number];
  const shape = [N, C, rows + KH - 1 - 2 * pad, columns + KW - 1 - 2 * pad];
  const [gradients, weights] = [list(dout), list(W)];
  const sums = new Float64Array(shape.reduce((size, length) => size * length, 1));
  meet(shape, [F, KH, KW], pad, (out, pixel, weight) => {
    sums[pixel] = sums[pixel]! + gradients[out]! * weights[weight]!;
  });
  return ndarray(Float32Array.from(sums), shape);
}

export function convBackwardFilters(
  dout: Tensor32,
  x: Tensor32,
  pad: number,
): { dW: Tensor32; db: Tensor32 } {
  if (dout.dimension !== 4 || x.dimension !== 4 || dout.shape[0] !== x.shape[0]) {
    fail('convBackwardFilters', dout, x);
  }
  const [, F, rows, columns] = dout.shape as [number, number, number, number];
  const [, C, H, W] = x.shape as [number, number, number, number];
  const [KH, KW] = [H + 2 * pad - rows + 1, W + 2 * pad - columns + 1];
  const [gradients, pixels] = [list(dout), list(x)];
  const sums = new Float64Array(F * C * KH * KW);
  meet(x.shape, [F, KH, KW], pad, (out, pixel, weight) => {
    sums[weight] = sums[weight]! + gradients[out]! * pixels[pixel]!;
  });
  const biases = new Float64Array(F);
  gradients.forEach((d, k) => {
    const f = Math.floor(k / (rows * columns)) % F;
    biases[f] = biases[f]! + d;
  });
  return {
    dW: ndarray(Float32Array.from(sums), [F, C, KH, KW]),
    db: ndarray(Float32Array.from(biases), [F]),
  };
}

/** The place in memory of the largest pixel of each window, in the order of the windows. */
function winners(x: Tensor32, size: number): { shape: number[]; places: number[] } {
  if (x.dimension !== 4) fail('maxPoolForward', x);
  const [N, C, H, W] = x.shape as [number, number, number, number];
  const pixels = list(x);
  const shape = [N, C, Math.floor(H / size), Math.floor(W / size)];
  const places: number[] = [];
  for (let image = 0; image < N * C; image++) {
    for (let i = 0; i < shape[2]!; i++) {
      for (let j = 0; j < shape[3]!; j++) {
        let best = (image * H + i * size) * W + j * size;
        for (let p = 0; p < size; p++) {
          for (let q = 0; q < size; q++) {
            const place = (image * H + i * size + p) * W + j * size + q;
            if (pixels[place]! > pixels[best]!) best = place;
          }
        }
        places.push(best);
      }
    }
  }
  return { shape, places };
}

export function maxPoolForward(x: Tensor32, size: number): Tensor32 {
  const { shape, places } = winners(x, size);
  const pixels = list(x);
  return ndarray(
    Float32Array.from(places, (place) => pixels[place]!),
    shape,
  );
}

export function maxPoolBackward(dout: Tensor32, x: Tensor32, size: number): Tensor32 {
  const { shape, places } = winners(x, size);
  if (String(dout.shape) !== String(shape)) fail('maxPoolBackward', dout, { shape }, x);
  const dx = empty(...x.shape);
  list(dout).forEach((d, k) => (dx.data[places[k]!] = d));
  return dx;
}

export function reluForward(x: Tensor32): Tensor32 {
  return ndarray(
    list(x).map((v) => (v > 0 ? v : 0)),
    [...x.shape],
  );
}

export function reluBackward(dout: Tensor32, x: Tensor32): Tensor32 {
  if (String(dout.shape) !== String(x.shape)) fail('reluBackward', dout, x);
  const values = list(x);
  return ndarray(
    list(dout).map((d, k) => (values[k]! > 0 ? d : 0)),
    [...x.shape],
  );
}

export function softmaxLoss(logits: Tensor32, labels: Labels): { loss: number; dscores: Tensor32 } {
  if (logits.dimension !== 2 || logits.shape[0] !== labels.size) {
    fail('softmaxLoss', logits, labels);
  }
  const [N, K] = logits.shape as [number, number];
  const dscores = empty(N, K);
  let loss = 0;
  for (let n = 0; n < N; n++) {
    const row = Array.from({ length: K }, (_, k) => logits.get(n, k));
    const right = labels.get(n);
    for (let k = 0; k < K; k++) {
      // 1 ⁄ pₖ = Σ e^(s − sₖ): where one of them is infinite the probability is 0.
      const inverse = row.reduce((sum, s) => sum + Math.exp(s - row[k]!), 0);
      dscores.set(n, k, (1 / inverse - (k === right ? 1 : 0)) / N);
    }
    const largest = Math.max(...row);
    const sum = row.reduce((total, s) => total + Math.exp(s - largest), 0);
    loss += (largest + Math.log(sum) - row[right]!) / N;
  }
  return { loss, dscores };
}

interface Options {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  t: number;
}

export function adam(w: Tensor32, g: Tensor32, m: Tensor32, v: Tensor32, options: Options) {
  for (const other of [g, m, v]) {
    if (String(other.shape) !== String(w.shape)) fail('adam', w, other);
  }
  const { learningRate, beta1, beta2, epsilon, t } = options;
  const [out, slopes, means, squares] = [list(w), list(g), list(m), list(v)];
  for (let k = 0; k < out.length; k++) {
    // Towards the gradient, by what is left of 1.
    means[k] = means[k]! + (1 - beta1) * (slopes[k]! - means[k]!);
    squares[k] = squares[k]! + (1 - beta2) * (slopes[k]! ** 2 - squares[k]!);
    const spread = Math.sqrt(squares[k]! / (1 - Math.pow(beta2, t)));
    out[k] = out[k]! - (learningRate * means[k]!) / (1 - Math.pow(beta1, t)) / (spread + epsilon);
  }
  const shaped = (data: Float32Array): Tensor32 => ndarray(data, [...w.shape]);
  return { w: shaped(out), m: shaped(means), v: shaped(squares) };
}

type Network = Record<
  'W1' | 'W2' | 'W3' | 'W4' | 'W5' | 'b1' | 'b2' | 'b3' | 'b4' | 'b5',
  Tensor32
>;

/** One step of the way through the network, and the same step back. */
interface Step {
  out: Tensor32;
  back: (dout: Tensor32, gradients: Partial<Network>) => Tensor32;
}

function walk(network: Network, images: Tensor32): Step[] {
  const steps: Step[] = [];
  let x = images;
  const push = (out: Tensor32, back: Step['back']): void => {
    steps.push({ out, back });
    x = out;
  };
  const relu = (): void => {
    const input = x;
    push(reluForward(input), (dout) => reluBackward(dout, input));
  };
  for (const layer of [1, 2, 3] as const) {
    const [input, W] = [x, network[`W${layer}`]];
    const pad = Math.floor(W.shape[2]! / 2);
    push(convForward(input, W, network[`b${layer}`], pad), (dout, gradients) => {
      const { dW, db } = convBackwardFilters(dout, input, pad);
      gradients[`W${layer}`] = dW;
      gradients[`b${layer}`] = db;
      return convBackwardInput(dout, W, pad);
    });
    relu();
    if (layer === 3) continue;
    const active = x;
    push(maxPoolForward(active, 2), (dout) => maxPoolBackward(dout, active, 2));
  }
  const { shape } = x;
  push(ndarray(list(x), [shape[0]!, x.size / shape[0]!]), (dout) => ndarray(list(dout), shape));
  for (const layer of [4, 5] as const) {
    const [input, W] = [x, network[`W${layer}`]];
    push(matrixProduct(input, W, network[`b${layer}`]), (dout, gradients) => {
      const M = dout.shape[1]!;
      const db = empty(M);
      list(dout).forEach((d, k) => (db.data[k % M] = db.data[k % M]! + d));
      gradients[`W${layer}`] = matrixProduct(input.transpose(1, 0), dout, empty(M));
      gradients[`b${layer}`] = db;
      return matrixProduct(dout, W.transpose(1, 0), empty(W.shape[0]!));
    });
    if (layer === 4) relu();
  }
  return steps;
}

export function networkScores(network: Network, images: Tensor32): Tensor32 {
  return walk(network, images).at(-1)!.out;
}

export function networkGradients(network: Network, images: Tensor32, labels: Labels) {
  const steps = walk(network, images);
  const { loss, dscores } = softmaxLoss(steps.at(-1)!.out, labels);
  const gradients: Partial<Network> = {};
  let dout = dscores;
  for (const { back } of steps.toReversed()) dout = back(dout, gradients);
  return { loss, gradients };
}
