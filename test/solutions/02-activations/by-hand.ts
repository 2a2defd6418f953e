/** A right solution of lesson 02 as a beginner writes it: plain recursion over the axes, plain arithmetic. */
import { zeros, type Tensor } from '#arrays';

/** Calls visit with the index of every entry of x. */
function walk(x: Tensor, visit: (...index: number[]) => void, ...prefix: number[]): void {
  if (prefix.length === x.shape.length) visit(...prefix);
  else for (let i = 0; i < x.shape[prefix.length]!; i++) walk(x, visit, ...prefix, i);
}

function each(x: Tensor, f: (v: number) => number): Tensor {
  const out = zeros(...x.shape);
  walk(x, (...index) => out.set(...index, f(x.get(...index))));
  return out;
}

export const identity = (x: Tensor): Tensor => each(x, (v) => v);
export const identityDerivative = (x: Tensor): Tensor => each(x, () => 1);
export const step = (x: Tensor): Tensor => each(x, (v) => Number(v > 0));
export const stepDerivative = (x: Tensor): Tensor => each(x, () => 0);
export const sigmoid = (x: Tensor): Tensor => each(x, (v) => (1 + Math.tanh(v / 2)) / 2);
export const sigmoidDerivative = (x: Tensor): Tensor =>
  each(x, (v) => (1 - Math.tanh(v / 2) ** 2) / 4);

export const tanh = (x: Tensor): Tensor =>
  each(x, (v) => {
    const t = Math.exp(-2 * Math.abs(v));
    return (Math.sign(v) * (1 - t)) / (1 + t);
  });

export const tanhDerivative = (x: Tensor): Tensor => each(x, (v) => 1 / Math.cosh(v) ** 2);
export const relu = (x: Tensor): Tensor => each(x, (v) => (v + Math.abs(v)) / 2);
export const reluDerivative = (x: Tensor): Tensor => each(x, (v) => Number(v > 0));
export const leakyRelu = (x: Tensor, slope: number): Tensor =>
  each(x, (v) => Math.max(v, slope * v));
export const leakyReluDerivative = (x: Tensor, slope: number): Tensor =>
  each(x, (v) => (v > 0 ? 1 : slope));
export const softplus = (x: Tensor): Tensor =>
  each(x, (v) => (v > 30 ? v + Math.exp(-v) : Math.log1p(Math.exp(v))));
export const softplusDerivative = sigmoid;

export function softmax(x: Tensor): Tensor {
  if (x.shape.length !== 2) throw new RangeError(`softmax got shape (${x.shape.join(', ')})`);
  // yᵢ = 1 / Σⱼ e^(xⱼ − xᵢ): an overflow in the sum only makes the quotient 0.
  const out = zeros(...x.shape);
  walk(x, (n = 0, i = 0) => {
    let sum = 0;
    for (let j = 0; j < x.shape[1]!; j++) sum += Math.exp(x.get(n, j) - x.get(n, i));
    out.set(n, i, 1 / sum);
  });
  return out;
}

export function softmaxJacobian(x: Tensor): Tensor {
  if (x.shape.length !== 1) {
    throw new RangeError(`softmaxJacobian got shape (${x.shape.join(', ')})`);
  }
  const C = x.shape[0]!;
  const scores = zeros(1, C);
  for (let i = 0; i < C; i++) scores.set(0, i, x.get(i));
  const y = softmax(scores);
  const J = zeros(C, C);
  walk(J, (i = 0, j = 0) => {
    const delta = i === j ? 1 : 0;
    J.set(i, j, y.get(0, i) * (delta - y.get(0, j)));
  });
  return J;
}

export function deadFraction(x: Tensor): number {
  if (x.shape.length !== 2) throw new RangeError(`deadFraction got shape (${x.shape.join(', ')})`);
  const alive = new Set<number>();
  walk(x, (n = 0, m = 0) => {
    if (x.get(n, m) > 0) alive.add(m);
  });
  return 1 - alive.size / x.shape[1]!;
}

export function saturatedFraction(y: Tensor, margin: number): number {
  let [saturated, all] = [0, 0];
  walk(y, (...index) => {
    const v = y.get(...index);
    all += 1;
    if (Math.min(v, 1 - v) < margin) saturated += 1;
  });
  return saturated / all;
}

interface Line {
  offset: number;
  scales: Tensor;
  knots: Tensor;
}

export function bentLine(x: Tensor, { offset, scales, knots }: Line): Tensor {
  const [S, K] = [scales.shape[0]!, knots.shape[0]!];
  if (S !== K) throw new RangeError(`bentLine got shapes (${S}) and (${K})`);
  return each(x, (v) => {
    let y = offset;
    for (let k = 0; k < K; k++) if (v > knots.get(k)) y += scales.get(k) * (v - knots.get(k));
    return y;
  });
}

export function fitBentLine(x: Tensor, y: Tensor): Line {
  const [P, Q] = [x.shape[0]!, y.shape[0]!];
  if (P !== Q) throw new RangeError(`fitBentLine got shapes (${P}) and (${Q})`);
  const line = { offset: y.get(0), scales: zeros(P - 1), knots: zeros(P - 1) };
  for (let k = 0; k + 1 < P; k++) {
    line.knots.set(k, x.get(k));
    // What the bends so far would reach at the next point; this bend makes up the rest.
    let reached = line.offset;
    for (let j = 0; j < k; j++) reached += line.scales.get(j) * (x.get(k + 1) - x.get(j));
    line.scales.set(k, (y.get(k + 1) - reached) / (x.get(k + 1) - x.get(k)));
  }
  return line;
}
