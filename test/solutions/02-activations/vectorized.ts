/** A right solution of lesson 02 in whole-array operations of ndarray-ops, and other formulas than the reference's. */
import { copy, zeros, type Tensor } from '#arrays';
import ops from 'ndarray-ops';

export function identity(x: Tensor): Tensor {
  return copy(x);
}

export function identityDerivative(x: Tensor): Tensor {
  const out = zeros(...x.shape);
  ops.assigns(out, 1);
  return out;
}

export function step(x: Tensor): Tensor {
  const out = zeros(...x.shape);
  ops.gts(out, x, 0);
  return out;
}

export function stepDerivative(x: Tensor): Tensor {
  return zeros(...x.shape);
}

export function sigmoid(x: Tensor): Tensor {
  const out = copy(x);
  ops.negeq(out);
  ops.expeq(out);
  ops.addseq(out, 1);
  ops.recipeq(out);
  return out;
}

export function sigmoidDerivative(x: Tensor): Tensor {
  const s = sigmoid(x);
  const out = copy(s);
  ops.muleq(out, s);
  ops.negeq(out);
  ops.addeq(out, s);
  return out;
}

export function tanh(x: Tensor): Tensor {
  // tanh(x) = 2 · sigmoid(2x) − 1
  const doubled = copy(x);
  ops.mulseq(doubled, 2);
  const out = sigmoid(doubled);
  ops.mulseq(out, 2);
  ops.subseq(out, 1);
  return out;
}

export function tanhDerivative(x: Tensor): Tensor {
  // 1 − tanh(x)² = 4 · sigmoid′(2x)
  const doubled = copy(x);
  ops.mulseq(doubled, 2);
  const out = sigmoidDerivative(doubled);
  ops.mulseq(out, 4);
  return out;
}

export function relu(x: Tensor): Tensor {
  const out = copy(x);
  ops.maxseq(out, 0);
  return out;
}

export function reluDerivative(x: Tensor): Tensor {
  return step(x);
}

export function leakyRelu(x: Tensor, slope: number): Tensor {
  // x · (slope + (1 − slope) · [x > 0])
  const out = leakyReluDerivative(x, slope);
  ops.muleq(out, x);
  return out;
}

export function leakyReluDerivative(x: Tensor, slope: number): Tensor {
  const out = step(x);
  ops.mulseq(out, 1 - slope);
  ops.addseq(out, slope);
  return out;
}

export function softplus(x: Tensor): Tensor {
  const out = zeros(...x.shape);
  ops.abs(out, x);
  ops.negeq(out);
  ops.expeq(out);
  out.data.forEach((v, i) => (out.data[i] = Math.log1p(v)));
  ops.addeq(out, relu(x));
  return out;
}

export function softplusDerivative(x: Tensor): Tensor {
  return sigmoid(x);
}

export function softmax(x: Tensor): Tensor {
  if (x.dimension !== 2) {
    throw new RangeError(`softmax: x is (${x.shape.join(', ')}) and must be (N, C)`);
  }
  const out = copy(x);
  for (let n = 0; n < out.shape[0]!; n++) {
    const row = out.pick(n, null);
    ops.subseq(row, ops.sup(row));
    ops.expeq(row);
    ops.divseq(row, ops.sum(row));
  }
  return out;
}

export function softmaxJacobian(x: Tensor): Tensor {
  if (x.dimension !== 1) {
    throw new RangeError(`softmaxJacobian: x is (${x.shape.join(', ')}) and must be (C)`);
  }
  // diag(y) − y yᵀ, a column at a time
  const C = x.size;
  const scores = zeros(1, C);
  ops.assign(scores.pick(0, null), x);
  const y = softmax(scores).pick(0, null);
  const J = zeros(C, C);
  for (let j = 0; j < C; j++) {
    const column = J.pick(null, j);
    ops.muls(column, y, -y.get(j));
    column.set(j, column.get(j) + y.get(j));
  }
  return J;
}

export function deadFraction(x: Tensor): number {
  if (x.dimension !== 2) {
    throw new RangeError(`deadFraction: x is (${x.shape.join(', ')}) and must be (N, M)`);
  }
  const M = x.shape[1]!;
  const largest = Array.from({ length: M }, (_, m) => ops.sup(x.pick(null, m)));
  return largest.filter((v) => v <= 0).length / M;
}

export function saturatedFraction(y: Tensor, margin: number): number {
  const low = zeros(...y.shape);
  const high = zeros(...y.shape);
  ops.lts(low, y, margin);
  ops.gts(high, y, 1 - margin);
  return (ops.sum(low) + ops.sum(high)) / y.size;
}

export function bentLine(
  x: Tensor,
  line: { offset: number; scales: Tensor; knots: Tensor },
): Tensor {
  const { offset, scales, knots } = line;
  if (scales.size !== knots.size) {
    throw new RangeError(`bentLine: scales is (${scales.size}) and knots is (${knots.size})`);
  }
  const out = zeros(...x.shape);
  ops.assigns(out, offset);
  const bend = zeros(...x.shape);
  for (let k = 0; k < knots.size; k++) {
    ops.subs(bend, x, knots.get(k));
    ops.maxseq(bend, 0);
    ops.mulseq(bend, scales.get(k));
    ops.addeq(out, bend);
  }
  return out;
}

export function fitBentLine(
  x: Tensor,
  y: Tensor,
): { offset: number; scales: Tensor; knots: Tensor } {
  if (x.size !== y.size) {
    throw new RangeError(`fitBentLine: x is (${x.size}) and y is (${y.size})`);
  }
  const K = x.size - 1;
  const slopes = zeros(K);
  const widths = zeros(K);
  ops.sub(slopes, y.lo(1), y.hi(K));
  ops.sub(widths, x.lo(1), x.hi(K));
  ops.diveq(slopes, widths);
  const scales = copy(slopes);
  ops.subeq(scales.lo(1), slopes.hi(K - 1));
  return { offset: y.get(0), scales, knots: copy(x.hi(K)) };
}
