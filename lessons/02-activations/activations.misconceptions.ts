/** Lesson 02: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { copy, map, zeros, type Tensor } from '#arrays';
import type { Misconception } from '../../checks/misconception.ts';
import {
  identity,
  leakyRelu,
  sigmoid,
  softmax,
  step,
  type BentLine,
} from './activations.reference.ts';

export const misconceptions: Misconception[] = [
  {
    exercise: '02.2 identityDerivative',
    id: 'identity-derivative-is-x',
    sentence: 'This is x again. The derivative of x with respect to x is 1, whatever x is.',
    anchor: '#022-identityderivative',
    wrong: (x: Tensor) => identity(x),
  },
  {
    exercise: '02.3 step',
    id: 'step-one-at-zero',
    sentence:
      'The step is 1 at 0 here. In this course it is 1 only above 0: write v > 0 rather than v >= 0.',
    anchor: '#023-step',
    wrong: (x: Tensor) => map(x, (v) => (v >= 0 ? 1 : 0)),
  },
  {
    exercise: '02.3 step',
    id: 'step-is-sign',
    sentence:
      'This is the sign, with −1 for negative numbers. The step is 0 there: off, not the opposite of on.',
    anchor: '#023-step',
    wrong: (x: Tensor) => map(x, Math.sign),
  },
  {
    exercise: '02.4 stepDerivative',
    id: 'step-derivative-infinite',
    sentence:
      'The slope at the jump is taken as Infinity here. No gradient can be computed with it; take 0 there too.',
    anchor: '#024-stepderivative',
    wrong: (x: Tensor) => map(x, (v) => (v === 0 ? Infinity : 0)),
  },
  {
    exercise: '02.4 stepDerivative',
    id: 'step-derivative-is-step',
    sentence:
      'This is the step itself. On either side of the jump the step is flat, so its derivative is 0.',
    anchor: '#024-stepderivative',
    wrong: (x: Tensor) => step(x),
  },
  {
    exercise: '02.5 sigmoid',
    id: 'sigmoid-sign',
    sentence:
      'The sign in the exponent is missing: this is 1 / (1 + eˣ), which falls from 1 to 0. Use e⁻ˣ.',
    anchor: '#025-sigmoid',
    wrong: (x: Tensor) => sigmoid(map(x, (v) => -v)),
  },
  {
    exercise: '02.5 sigmoid',
    id: 'sigmoid-overflows',
    sentence:
      'eˣ / (1 + eˣ) is right on paper, but e¹⁰⁰⁰ is Infinity, and Infinity / Infinity is NaN. For positive x use 1 / (1 + e⁻ˣ).',
    anchor: '#staying-finite',
    wrong: (x: Tensor) => map(x, (v) => Math.exp(v) / (1 + Math.exp(v))),
  },
  {
    exercise: '02.6 sigmoidDerivative',
    id: 'sigmoid-derivative-of-output',
    sentence:
      'The input is treated as if it were already the sigmoid: this is x · (1 − x). Compute s = sigmoid(x) first, then s · (1 − s).',
    anchor: '#026-sigmoidderivative',
    wrong: (x: Tensor) => map(x, (v) => v * (1 - v)),
  },
  {
    exercise: '02.6 sigmoidDerivative',
    id: 'sigmoid-derivative-factor',
    sentence: 'The factor (1 − s) is missing: this is the sigmoid itself, not its slope.',
    anchor: '#026-sigmoidderivative',
    wrong: (x: Tensor) => sigmoid(x),
  },
  {
    exercise: '02.7 tanh',
    id: 'tanh-overflows',
    sentence:
      '(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ) is right on paper, but at 1000 it is Infinity / Infinity, which is NaN. Use Math.tanh, or e^(−2|x|).',
    anchor: '#staying-finite',
    wrong: (x: Tensor) =>
      map(x, (v) => (Math.exp(v) - Math.exp(-v)) / (Math.exp(v) + Math.exp(-v))),
  },
  {
    exercise: '02.7 tanh',
    id: 'tanh-of-half',
    sentence:
      'This is tanh(x / 2), that is 2 · sigmoid(x) − 1. The identity is tanh(x) = 2 · sigmoid(2x) − 1.',
    anchor: '#027-tanh',
    wrong: (x: Tensor) => map(x, (v) => Math.tanh(v / 2)),
  },
  {
    exercise: '02.8 tanhDerivative',
    id: 'tanh-derivative-of-output',
    sentence:
      'The input is treated as if it were already tanh: this is 1 − x². Compute y = tanh(x) first, then 1 − y².',
    anchor: '#028-tanhderivative',
    wrong: (x: Tensor) => map(x, (v) => 1 - v * v),
  },
  {
    exercise: '02.8 tanhDerivative',
    id: 'tanh-derivative-like-sigmoid',
    sentence: "This is y · (1 − y), the sigmoid's rule. For y = tanh(x) it is 1 − y².",
    anchor: '#028-tanhderivative',
    wrong: (x: Tensor) => map(x, (v) => Math.tanh(v) * (1 - Math.tanh(v))),
  },
  {
    exercise: '02.9 relu',
    id: 'relu-is-abs',
    sentence: 'Negative numbers come out positive: this is |x|. ReLU turns them into 0.',
    anchor: '#029-relu',
    wrong: (x: Tensor) => map(x, Math.abs),
  },
  {
    exercise: '02.10 reluDerivative',
    id: 'relu-derivative-at-zero',
    sentence:
      'The slope at 0 is 1 here. Any value from 0 to 1 could be defended; this course takes 0, so write v > 0.',
    anchor: '#0210-reluderivative',
    wrong: (x: Tensor) => map(x, (v) => (v >= 0 ? 1 : 0)),
  },
  {
    exercise: '02.11 leakyRelu',
    id: 'leaky-wrong-side',
    sentence:
      'The slope is on the wrong side: positive numbers are multiplied and negative ones pass. Swap the branches.',
    anchor: '#0211-leakyrelu',
    wrong: (x: Tensor, slope: number) => map(x, (v) => (v > 0 ? slope * v : v)),
  },
  {
    exercise: '02.11 leakyRelu',
    id: 'leaky-constant',
    sentence:
      'Negative inputs all become the slope itself. The slope is a factor: return slope · x there.',
    anchor: '#0211-leakyrelu',
    wrong: (x: Tensor, slope: number) => map(x, (v) => (v > 0 ? v : slope)),
  },
  {
    exercise: '02.12 leakyReluDerivative',
    id: 'leaky-derivative-zero',
    sentence:
      "The slope below 0 is 0 here, which is the plain ReLU's. The leaky one keeps its slope, so that no unit dies.",
    anchor: '#0212-leakyreluderivative',
    wrong: (x: Tensor) => map(x, (v) => (v > 0 ? 1 : 0)),
  },
  {
    exercise: '02.12 leakyReluDerivative',
    id: 'leaky-derivative-is-function',
    sentence:
      'This is the leaky ReLU itself. Its derivative does not grow with x: it is 1 above 0 and the slope elsewhere.',
    anchor: '#0212-leakyreluderivative',
    wrong: (x: Tensor, slope: number) => leakyRelu(x, slope),
  },
  {
    exercise: '02.13 softplus',
    id: 'softplus-rounds-away',
    sentence:
      'For very negative x, 1 + eˣ rounds to exactly 1 and the logarithm loses everything. Math.log1p(t) is ln(1 + t) without that loss.',
    anchor: '#staying-finite',
    wrong: (x: Tensor) => map(x, (v) => Math.max(0, v) + Math.log(1 + Math.exp(-Math.abs(v)))),
  },
  {
    exercise: '02.13 softplus',
    id: 'softplus-overflows',
    sentence:
      'ln(1 + eˣ) is right on paper, but e¹⁰⁰⁰ is Infinity. Use max(0, x) + ln(1 + e^(−|x|)), whose exponential is at most 1.',
    anchor: '#staying-finite',
    wrong: (x: Tensor) => map(x, (v) => Math.log(1 + Math.exp(v))),
  },
  {
    exercise: '02.14 softplusDerivative',
    id: 'softplus-derivative-unchained',
    sentence:
      'This is 1 / (1 + eˣ): the derivative of the logarithm without the inner eˣ. The chain rule gives eˣ / (1 + eˣ), the sigmoid.',
    anchor: '#0214-softplusderivative',
    wrong: (x: Tensor) => sigmoid(map(x, (v) => -v)),
  },
  {
    exercise: '02.15 softmax',
    id: 'softmax-unshifted',
    sentence:
      'The exponentials are taken without a shift, so a score of 1000 becomes Infinity and the row NaN. Subtract the maximum of the row first.',
    anchor: '#staying-finite',
    wrong: (x: Tensor) => softmaxOver(x, (n) => [n], 0),
  },
  {
    exercise: '02.15 softmax',
    id: 'softmax-one-shift',
    sentence:
      "All rows are shifted by the maximum of the whole batch. A row far below it underflows to 0/0. Subtract each row's own maximum.",
    anchor: '#staying-finite',
    wrong: (x: Tensor) => softmaxOver(x, (n) => [n], Math.max(...copy(x).data)),
  },
  {
    exercise: '02.15 softmax',
    id: 'softmax-over-columns',
    sentence:
      'Each column sums to 1: the sum ran over the samples. A row is one sample, so sum over its classes.',
    anchor: '#0215-softmax',
    wrong: (x: Tensor) => copy(softmax(x.transpose(1, 0)).transpose(1, 0)),
  },
  {
    exercise: '02.15 softmax',
    id: 'softmax-over-batch',
    sentence:
      'The whole batch sums to 1. Each sample has its own probabilities: divide by the sum over its row.',
    anchor: '#0215-softmax',
    wrong: (x: Tensor) => softmaxOver(x, () => [...Array(x.shape[0]).keys()], 0),
  },
  {
    exercise: '02.16 softmaxJacobian',
    id: 'softmax-jacobian-diagonal',
    sentence:
      'Only the diagonal is filled, as if output i depended on input i alone. The sum in the denominator ties them together: beside the diagonal it is −yᵢyⱼ.',
    anchor: '#0216-softmaxjacobian',
    wrong: (x: Tensor) => jacobian(x, (a, b, same) => (same ? a * (1 - b) : 0)),
  },
  {
    exercise: '02.16 softmaxJacobian',
    id: 'softmax-jacobian-sign',
    sentence:
      'Every sign is turned round: this is yᵢ(yⱼ − δᵢⱼ). More of a score means more of its own class, so the diagonal is positive.',
    anchor: '#0216-softmaxjacobian',
    wrong: (x: Tensor) => jacobian(x, (a, b, same) => a * (b - (same ? 1 : 0))),
  },
  {
    exercise: '02.17 deadFraction',
    id: 'dead-counts-zeros',
    sentence:
      'This counts the single entries that are not above 0. A unit is dead only when that holds for every sample.',
    anchor: '#0217-deadfraction',
    wrong: (x: Tensor) => copy(x).data.filter((v) => v <= 0).length / x.size,
  },
  {
    exercise: '02.17 deadFraction',
    id: 'dead-over-samples',
    sentence:
      'Samples are counted instead of units. Rows are samples and columns are units: look down each column.',
    anchor: '#0217-deadfraction',
    wrong: (x: Tensor) => {
      const [N, M] = x.shape as [number, number];
      const rows = [...Array(N).keys()];
      const units = [...Array(M).keys()];
      return rows.filter((n) => units.every((m) => x.get(n, m) <= 0)).length / N;
    },
  },
  {
    exercise: '02.18 saturatedFraction',
    id: 'saturated-one-side',
    sentence:
      'Only outputs near 1 are counted. Near 0 the sigmoid is just as flat: count those below the margin too.',
    anchor: '#0218-saturatedfraction',
    wrong: (y: Tensor, margin: number) =>
      copy(y).data.filter((v) => v > 1 - margin).length / y.size,
  },
  {
    exercise: '02.19 bentLine',
    id: 'bent-line-shift-sign',
    sentence:
      'The knots are added instead of subtracted, so every bend is on the other side of 0. ReLU bends where its argument is 0: relu(x − knot).',
    anchor: '#0219-bentline',
    wrong: (x: Tensor, line: BentLine) =>
      map(x, (v) =>
        bends(line).reduce(
          (sum, [scale, knot]) => sum + scale * Math.max(0, v + knot),
          line.offset,
        ),
      ),
  },
  {
    exercise: '02.19 bentLine',
    id: 'bent-line-without-offset',
    sentence: 'The offset is missing: the curve starts at 0 instead of at the offset.',
    anchor: '#0219-bentline',
    wrong: (x: Tensor, line: BentLine) =>
      map(x, (v) =>
        bends(line).reduce((sum, [scale, knot]) => sum + scale * Math.max(0, v - knot), 0),
      ),
  },
  {
    exercise: '02.20 fitBentLine',
    id: 'fit-slopes-not-changes',
    sentence:
      'The scales are the slopes themselves. Earlier ReLUs keep rising, so each scale is only how much the slope changes at its knot.',
    anchor: '#0220-fitbentline',
    wrong: (x: Tensor, y: Tensor) => {
      const K = x.size - 1;
      const line = { offset: y.get(0), scales: zeros(K), knots: zeros(K) };
      for (let k = 0; k < K; k++) {
        line.scales.set(k, (y.get(k + 1) - y.get(k)) / (x.get(k + 1) - x.get(k)));
        line.knots.set(k, x.get(k));
      }
      return line;
    },
  },
];

/** Softmax with the sum taken over the rows that `rowsOf` names, shifted by one number for all. */
function softmaxOver(x: Tensor, rowsOf: (n: number) => number[], shift: number): Tensor {
  const [N, C] = x.shape as [number, number];
  const out = zeros(N, C);
  for (let n = 0; n < N; n++) {
    let sum = 0;
    for (const row of rowsOf(n)) {
      for (let i = 0; i < C; i++) sum += Math.exp(x.get(row, i) - shift);
    }
    for (let i = 0; i < C; i++) out.set(n, i, Math.exp(x.get(n, i) - shift) / sum);
  }
  return out;
}

/** The matrix of entry(yᵢ, yⱼ, i === j) for y = softmax(x). */
function jacobian(x: Tensor, entry: (a: number, b: number, same: boolean) => number): Tensor {
  const C = x.size;
  const row = zeros(1, C);
  for (let i = 0; i < C; i++) row.set(0, i, x.get(i));
  const y = softmax(row);
  const J = zeros(C, C);
  for (let i = 0; i < C; i++) {
    for (let j = 0; j < C; j++) J.set(i, j, entry(y.get(0, i), y.get(0, j), i === j));
  }
  return J;
}

/** The scale and the knot of each bend. */
function bends(line: BentLine): [scale: number, knot: number][] {
  return [...Array(line.knots.size).keys()].map((k) => [line.scales.get(k), line.knots.get(k)]);
}
