/** The right answers of lesson 08 as a beginner writes them: plain loops, and normal numbers of one's own making. */
import { matrixProduct, zeros, type Tensor } from '#arrays';

type Params = Record<string, Tensor>;

export function distinctUnits(W: Tensor, b: Tensor): number {
  if (W.shape.length !== 2) throw new RangeError(`W has ${W.shape.length} axes and must have 2`);
  const [D, M] = W.shape as [number, number];
  let count = 0;
  for (let m = 0; m < M; m++) {
    let isNew = true;
    for (let k = 0; k < m; k++) {
      let isSame = b.get(m) === b.get(k);
      for (let d = 0; d < D; d++) if (W.get(d, m) !== W.get(d, k)) isSame = false;
      if (isSame) isNew = false;
    }
    if (isNew) count++;
  }
  return count;
}

export function fans(shape: number[]): { fanIn: number; fanOut: number } {
  if (shape.length !== 2 && shape.length !== 4) {
    throw new RangeError(`weights have 2 or 4 axes, not ${shape.length}`);
  }
  if (shape.length === 2) return { fanIn: shape[0]!, fanOut: shape[1]! };
  const window = shape[2]! * shape[3]!;
  return { fanIn: shape[1]! * window, fanOut: shape[0]! * window };
}

/** Two normal numbers at a time, from a point drawn in the unit disc. */
function polar(random: () => number): [number, number] {
  for (;;) {
    const [u, v] = [2 * random() - 1, 2 * random() - 1];
    const s = u * u + v * v;
    if (s === 0 || s >= 1) continue;
    const factor = Math.sqrt((-2 * Math.log(s)) / s);
    return [u * factor, v * factor];
  }
}

export function scaledNormal(shape: number[], deviation: number, random: () => number): Tensor {
  const out = zeros(...shape);
  for (let i = 0; i < out.size; i += 2) {
    const [first, second] = polar(random);
    out.data[i] = deviation * first;
    if (i + 1 < out.size) out.data[i + 1] = deviation * second;
  }
  return out;
}

export function scaledUniform(shape: number[], limit: number, random: () => number): Tensor {
  const out = zeros(...shape);
  for (let i = out.size - 1; i >= 0; i--) out.data[i] = (random() - 0.5) * 2 * limit;
  return out;
}

export function xavierNormal(shape: number[], random: () => number): Tensor {
  const { fanIn, fanOut } = fans(shape);
  return scaledNormal(shape, Math.sqrt(1 / ((fanIn + fanOut) / 2)), random);
}

export function xavierUniform(shape: number[], random: () => number): Tensor {
  const { fanIn, fanOut } = fans(shape);
  return scaledUniform(shape, Math.sqrt(3) * Math.sqrt(2 / (fanIn + fanOut)), random);
}

export function heNormal(shape: number[], random: () => number): Tensor {
  return scaledNormal(shape, Math.SQRT2 / Math.sqrt(fans(shape).fanIn), random);
}

export function heUniform(shape: number[], random: () => number): Tensor {
  return scaledUniform(shape, Math.sqrt(6) / Math.sqrt(fans(shape).fanIn), random);
}

export function initialParams(sizes: number[], draw: (shape: number[]) => Tensor): Params {
  const params: Params = {};
  sizes.slice(1).forEach((size, i) => {
    params[`W${i + 1}`] = draw([sizes[i]!, size]);
    params[`b${i + 1}`] = zeros(size);
  });
  return params;
}

export function activationSpread(
  x: Tensor,
  params: Params,
  activation: (z: Tensor) => Tensor,
): number[] {
  const spreads: number[] = [];
  const layers = Object.keys(params).length / 2;
  let input = x;
  for (let l = 1; l <= layers; l++) {
    const z = matrixProduct(input, params[`W${l}`]!);
    const [N, M] = z.shape as [number, number];
    for (let n = 0; n < N; n++) {
      for (let m = 0; m < M; m++) z.set(n, m, z.get(n, m) + params[`b${l}`]!.get(m));
    }
    input = activation(z);
    // Welford's mean and sum of squares, which come up to date with every number.
    let [count, mean, squares] = [0, 0, 0];
    for (let n = 0; n < N; n++) {
      for (let m = 0; m < M; m++) {
        const value = input.get(n, m);
        const difference = value - mean;
        count++;
        mean += difference / count;
        squares += difference * (value - mean);
      }
    }
    spreads.push(Math.sqrt(squares / count));
  }
  return spreads;
}
