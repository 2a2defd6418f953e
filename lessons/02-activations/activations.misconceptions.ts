/** Lesson 02: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { copy, filled, map, type Tensor } from '#arrays';
import ops from 'ndarray-ops';
import type { Misconception } from '../../checks/misconception.ts';
import { overRows, refusingLike, rowsOf, sumOver } from '../../checks/wrong-answers.ts';
import {
  bentLine,
  deadFraction,
  fitBentLine,
  identity,
  leakyRelu,
  saturatedFraction,
  sigmoid,
  softmax,
  softmaxJacobian,
  step,
  type BentLine,
  softplus,
} from './activations.reference.ts';

export const misconceptions: Misconception[] = [
  {
    exercise: '02.2 identityDerivative',
    id: 'identity-derivative-is-x',
    sentence: 'This is x again. The derivative of x with respect to x is 1, whatever x is.',
    wrong: (x: Tensor) => identity(x),
  },
  {
    exercise: '02.3 step',
    id: 'step-one-at-zero',
    sentence:
      'The step is 1 at 0 here. In this course it is 1 only above 0: write v > 0 rather than v >= 0.',
    wrong: (x: Tensor) => map(x, (v) => (v >= 0 ? 1 : 0)),
  },
  {
    exercise: '02.3 step',
    id: 'step-is-sign',
    sentence:
      'This is the sign, with −1 for negative numbers. The step is 0 there: off, not the opposite of on.',
    wrong: (x: Tensor) => map(x, Math.sign),
  },
  {
    exercise: '02.4 stepDerivative',
    id: 'step-derivative-infinite',
    sentence:
      'The slope at the jump is taken as Infinity here. No gradient can be computed with it; take 0 there too.',
    wrong: (x: Tensor) => map(x, (v) => (v === 0 ? Infinity : 0)),
  },
  {
    exercise: '02.4 stepDerivative',
    id: 'step-derivative-is-step',
    sentence:
      'This is the step itself. On either side of the jump the step is flat, so its derivative is 0.',
    wrong: (x: Tensor) => step(x),
  },
  {
    exercise: '02.5 sigmoid',
    id: 'sigmoid-sign',
    sentence:
      'The sign in the exponent is missing: this is 1 / (1 + eˣ), which falls from 1 to 0. Use e⁻ˣ.',
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
  ...[1, 2, 3, 4, 5].map((digits) => ({
    exercise: '02.5 sigmoid',
    id: `sigmoid-e-of-${digits}-digits`,
    sentence: `e is rounded to ${Math.E.toFixed(digits)}. Math.exp(x) has all its digits, and Math.E is e itself.`,
    wrong: (x: Tensor) => map(x, (v) => 1 / (1 + Number(Math.E.toFixed(digits)) ** -v)),
  })),
  {
    exercise: '02.5 sigmoid',
    id: 'sigmoid-clipped-at-10',
    sentence:
      'x is clipped at ±10 against an overflow that does no harm: where e⁻ˣ is Infinity, 1 / Infinity is 0, and right. Take x as it is.',
    anchor: '#staying-finite',
    wrong: (x: Tensor) => sigmoid(map(x, (v) => Math.min(10, Math.max(-10, v)))),
  },
  {
    exercise: '02.5 sigmoid',
    id: 'sigmoid-clipped-at-20',
    sentence:
      'x is clipped at ±20 against an overflow that does no harm: where e⁻ˣ is Infinity, 1 / Infinity is 0, and right. Take x as it is.',
    anchor: '#staying-finite',
    wrong: (x: Tensor) => sigmoid(map(x, (v) => Math.min(20, Math.max(-20, v)))),
  },
  {
    exercise: '02.5 sigmoid',
    id: 'sigmoid-clipped-at-30',
    sentence:
      'x is clipped at ±30 against an overflow that does no harm: where e⁻ˣ is Infinity, 1 / Infinity is 0, and right. Take x as it is.',
    anchor: '#staying-finite',
    wrong: (x: Tensor) => sigmoid(map(x, (v) => Math.min(30, Math.max(-30, v)))),
  },
  {
    exercise: '02.6 sigmoidDerivative',
    id: 'sigmoid-derivative-of-output',
    sentence:
      'The input is treated as if it were already the sigmoid: this is x · (1 − x). Compute s = sigmoid(x) first, then s · (1 − s).',
    wrong: (x: Tensor) => map(x, (v) => v * (1 - v)),
  },
  {
    exercise: '02.6 sigmoidDerivative',
    id: 'sigmoid-derivative-factor',
    sentence: 'The factor (1 − s) is missing: this is the sigmoid itself, not its slope.',
    wrong: (x: Tensor) => sigmoid(x),
  },
  {
    exercise: '02.6 sigmoidDerivative',
    id: 'sigmoid-derivative-twice',
    sentence:
      'The sigmoid is applied twice: the slope is taken at s(x) instead of x. With s = sigmoid(x) it is s · (1 − s).',
    wrong: (x: Tensor) => map(sigmoid(sigmoid(x)), (s) => s * (1 - s)),
  },
  {
    exercise: '02.6 sigmoidDerivative',
    id: 'sigmoid-derivative-overflows',
    sentence:
      'e⁻ˣ / (1 + e⁻ˣ)² is right on paper, but at −1000 it is Infinity / Infinity, which is NaN. Compute s = sigmoid(x) first, then s · (1 − s).',
    anchor: '#staying-finite',
    wrong: (x: Tensor) => map(x, (v) => Math.exp(-v) / (1 + Math.exp(-v)) ** 2),
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
    id: 'tanh-overflows-above',
    sentence:
      '(e²ˣ − 1) / (e²ˣ + 1) is right on paper, but at 1000 it is Infinity / Infinity, which is NaN. Use Math.tanh, or e^(−2|x|).',
    anchor: '#staying-finite',
    wrong: (x: Tensor) => map(x, (v) => (Math.exp(2 * v) - 1) / (Math.exp(2 * v) + 1)),
  },
  {
    exercise: '02.7 tanh',
    id: 'tanh-overflows-below',
    sentence:
      '(1 − e⁻²ˣ) / (1 + e⁻²ˣ) is right on paper, but at −1000 it is −Infinity / Infinity, which is NaN. Use Math.tanh, or e^(−2|x|).',
    anchor: '#staying-finite',
    wrong: (x: Tensor) => map(x, (v) => (1 - Math.exp(-2 * v)) / (1 + Math.exp(-2 * v))),
  },
  {
    exercise: '02.7 tanh',
    id: 'tanh-of-half',
    sentence:
      'This is tanh(x / 2), that is 2 · sigmoid(x) − 1. The identity is tanh(x) = 2 · sigmoid(2x) − 1.',
    wrong: (x: Tensor) => map(x, (v) => Math.tanh(v / 2)),
  },
  {
    exercise: '02.8 tanhDerivative',
    id: 'tanh-derivative-of-output',
    sentence:
      'The input is treated as if it were already tanh: this is 1 − x². Compute y = tanh(x) first, then 1 − y².',
    wrong: (x: Tensor) => map(x, (v) => 1 - v * v),
  },
  {
    exercise: '02.8 tanhDerivative',
    id: 'tanh-derivative-like-sigmoid',
    sentence: "This is y · (1 − y), the sigmoid's rule. For y = tanh(x) it is 1 − y².",
    wrong: (x: Tensor) => map(x, (v) => Math.tanh(v) * (1 - Math.tanh(v))),
  },
  {
    exercise: '02.8 tanhDerivative',
    id: 'tanh-derivative-exclusive-or',
    sentence:
      'In JavaScript ^ is no power but exclusive or, which works on whole numbers. Write y * y or y ** 2.',
    wrong: (x: Tensor) => map(x, (v) => 1 - (Math.tanh(v) ^ 2)),
  },
  {
    exercise: '02.8 tanhDerivative',
    id: 'tanh-derivative-exclusive-or-last',
    sentence:
      'In JavaScript ^ is no power but exclusive or, and the subtraction comes first. Write 1 - y * y or 1 - y ** 2.',
    wrong: (x: Tensor) => map(x, (v) => (1 - Math.tanh(v)) ^ 2),
  },
  {
    exercise: '02.9 relu',
    id: 'relu-cut-at-6',
    sentence:
      'What is above 6 is cut off: this is ReLU6, a variant for small devices. ReLU has no upper end.',
    wrong: (x: Tensor) => map(x, (v) => Math.min(6, Math.max(0, v))),
  },
  {
    exercise: '02.9 relu',
    id: 'relu-is-abs',
    sentence: 'Negative numbers come out positive: this is |x|. ReLU turns them into 0.',
    wrong: (x: Tensor) => map(x, Math.abs),
  },
  {
    exercise: '02.10 reluDerivative',
    id: 'relu-derivative-at-zero',
    sentence:
      'The slope at 0 is 1 here. Any value from 0 to 1 could be defended; this course takes 0, so write v > 0.',
    wrong: (x: Tensor) => map(x, (v) => (v >= 0 ? 1 : 0)),
  },
  {
    exercise: '02.11 leakyRelu',
    id: 'leaky-wrong-side',
    sentence:
      'The slope is on the wrong side: positive numbers are multiplied and negative ones pass. Swap the branches.',
    wrong: (x: Tensor, slope: number) => map(x, (v) => (v > 0 ? slope * v : v)),
  },
  {
    exercise: '02.11 leakyRelu',
    id: 'leaky-constant',
    sentence:
      'Negative inputs all become the slope itself. The slope is a factor: return slope · x there.',
    wrong: (x: Tensor, slope: number) => map(x, (v) => (v > 0 ? v : slope)),
  },
  {
    exercise: '02.11 leakyRelu',
    id: 'leaky-fixed-slope',
    sentence: 'The slope is 0.01 here, whatever was asked for. It is an argument: use it.',
    wrong: (x: Tensor) => leakyRelu(x, 0.01),
  },
  {
    exercise: '02.11 leakyRelu',
    id: 'leaky-is-elu',
    sentence:
      'This is the ELU, slope · (eˣ − 1), which levels out far below 0. The leaky ReLU is a straight line there: slope · x.',
    wrong: (x: Tensor, slope: number) => map(x, (v) => (v > 0 ? v : slope * Math.expm1(v))),
  },
  {
    exercise: '02.12 leakyReluDerivative',
    id: 'leaky-derivative-zero',
    sentence:
      "The slope below 0 is 0 here, which is the plain ReLU's. The leaky one keeps its slope, so that no unit dies.",
    wrong: (x: Tensor) => map(x, (v) => (v > 0 ? 1 : 0)),
  },
  {
    exercise: '02.12 leakyReluDerivative',
    id: 'leaky-derivative-one-at-zero',
    sentence:
      'The slope at 0 is 1 here. This course takes the left side at a kink: write v > 0 rather than v >= 0.',
    wrong: (x: Tensor, slope: number) => map(x, (v) => (v >= 0 ? 1 : slope)),
  },
  {
    exercise: '02.12 leakyReluDerivative',
    id: 'leaky-derivative-fixed-slope',
    sentence: 'The slope is 0.01 here, whatever was asked for. It is an argument: use it.',
    wrong: (x: Tensor) => map(x, (v) => (v > 0 ? 1 : 0.01)),
  },
  {
    exercise: '02.12 leakyReluDerivative',
    id: 'leaky-derivative-negative',
    sentence:
      'The slope is negative below 0, as if the function went up again there. It is slope · x with x below 0, so it falls as x falls: its derivative is the slope itself.',
    wrong: (x: Tensor, slope: number) => map(x, (v) => (v > 0 ? 1 : -slope)),
  },
  {
    exercise: '02.12 leakyReluDerivative',
    id: 'leaky-derivative-is-function',
    sentence:
      'This is the leaky ReLU itself. Its derivative does not grow with x: it is 1 above 0 and the slope elsewhere.',
    wrong: (x: Tensor, slope: number) => leakyRelu(x, slope),
  },
  ...[20, 30, 50, 100, 500, 700].map((limit) => ({
    exercise: '02.13 softplus',
    id: `softplus-clipped-at-${limit}`,
    sentence: `x is clipped at ±${limit} against an overflow. Then softplus(1000) is ${limit} and not 1000: use max(0, x) + ln(1 + e^(−|x|)), whose exponential is at most 1.`,
    anchor: '#staying-finite',
    wrong: (x: Tensor) => softplus(map(x, (v) => Math.min(limit, Math.max(-limit, v)))),
  })),
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
    exercise: '02.13 softplus',
    id: 'softplus-overflows-in-log1p',
    sentence:
      'Math.log1p keeps the tiny values, but e¹⁰⁰⁰ is Infinity all the same. Use max(0, x) + ln(1 + e^(−|x|)), whose exponential is at most 1.',
    anchor: '#staying-finite',
    wrong: (x: Tensor) => map(x, (v) => Math.log1p(Math.exp(v))),
  },
  {
    exercise: '02.13 softplus',
    id: 'softplus-one-twice',
    sentence:
      'The 1 is added twice: Math.log1p(t) is ln(1 + t) already. Give it the exponential alone.',
    anchor: '#staying-finite',
    wrong: (x: Tensor) => map(x, (v) => Math.max(0, v) + Math.log1p(1 + Math.exp(-Math.abs(v)))),
  },
  {
    exercise: '02.14 softplusDerivative',
    id: 'softplus-derivative-unchained',
    sentence:
      'This is 1 / (1 + eˣ): the derivative of the logarithm without the inner eˣ. The chain rule gives eˣ / (1 + eˣ), the sigmoid.',
    wrong: (x: Tensor) => sigmoid(map(x, (v) => -v)),
  },
  {
    exercise: '02.14 softplusDerivative',
    id: 'softplus-derivative-overflows',
    sentence:
      'eˣ / (1 + eˣ) is right on paper, but e¹⁰⁰⁰ is Infinity, and Infinity / Infinity is NaN. It is the sigmoid: call your own.',
    anchor: '#staying-finite',
    wrong: (x: Tensor) => map(x, (v) => Math.exp(v) / (1 + Math.exp(v))),
  },
  {
    exercise: '02.15 softmax',
    id: 'softmax-unshifted',
    sentence:
      'The exponentials are taken without a shift, so a logit of 1000 becomes Infinity and the row NaN. Subtract the maximum of the row first.',
    anchor: '#staying-finite',
    wrong: softmaxOf((row) => exponentials(row, 0)),
  },
  ...[10, 20, 50, 100, 500, 700].map((limit) => ({
    exercise: '02.15 softmax',
    id: `softmax-clipped-at-${limit}`,
    sentence:
      'The logits are clipped against an overflow, so those beyond the limit count as equal. Subtract the maximum of the row from each instead: that changes nothing, and no exponential is above 1.',
    anchor: '#staying-finite',
    wrong: softmaxOf((row) =>
      exponentials(
        row.map((logit) => Math.min(limit, Math.max(-limit, logit))),
        0,
      ),
    ),
  })),
  {
    exercise: '02.15 softmax',
    id: 'softmax-starts-at-zero',
    sentence:
      'The search for the maximum starts at 0, so a row of very negative logits is not shifted and its exponentials are all 0. Start at the first logit, or at −Infinity.',
    anchor: '#staying-finite',
    wrong: softmaxOf((row) => exponentials(row, Math.max(0, ...row))),
  },
  {
    exercise: '02.15 softmax',
    id: 'softmax-maximum-carried',
    sentence:
      'The maximum of the row before is not forgotten, and a row far below it underflows to 0/0. Start the search afresh in each row.',
    anchor: '#staying-finite',
    wrong: refusingLike(softmax, (x) => {
      let max = -Infinity;
      return overRows(x, (row) => {
        max = Math.max(max, ...row);
        return quotients(exponentials(row, max));
      });
    }),
  },
  {
    exercise: '02.15 softmax',
    id: 'softmax-one-shift',
    sentence:
      "All rows are shifted by the maximum of the whole batch. A row far below it underflows to 0/0. Subtract each row's own maximum.",
    anchor: '#staying-finite',
    wrong: softmaxOf((row, x) => exponentials(row, ops.sup(x))),
  },
  {
    exercise: '02.15 softmax',
    id: 'softmax-over-columns',
    sentence:
      'Each column sums to 1: the sum ran over the samples. A row is one sample, so sum over its classes.',
    wrong: refusingLike(softmax, (x) => copy(softmax(x.transpose(1, 0)).transpose(1, 0))),
  },
  {
    exercise: '02.15 softmax',
    id: 'softmax-over-batch',
    sentence:
      'The whole batch sums to 1. Each sample has its own probabilities: divide by the sum over its row.',
    wrong: refusingLike(softmax, (x) => {
      const powers = map(x, Math.exp);
      return map(powers, (power) => power / ops.sum(powers));
    }),
  },
  {
    exercise: '02.15 softmax',
    id: 'softmax-over-largest',
    sentence:
      'Each exponential is divided by the largest of its row, so the likeliest class gets 1. Divide by their sum.',
    wrong: refusingLike(softmax, (x) => overRows(x, (row) => exponentials(row, Math.max(...row)))),
  },
  {
    exercise: '02.15 softmax',
    id: 'softmax-without-exponentials',
    sentence:
      'The logits themselves are divided by their sum, and negative ones make no probabilities. Take the exponential of each first.',
    wrong: softmaxOf((row) => row),
  },
  {
    exercise: '02.15 softmax',
    id: 'softmax-epsilon-in-sum',
    sentence:
      '10⁻⁸ is added to the sum, so no row sums to 1. After the shift the largest exponential is 1: the sum is never 0, and needs no help.',
    anchor: '#staying-finite',
    wrong: refusingLike(softmax, (x) =>
      overRows(x, (row) => {
        const powers = exponentials(row, Math.max(...row));
        return powers.map((power) => power / (total(powers) + 1e-8));
      }),
    ),
  },
  {
    exercise: '02.16 softmaxJacobian',
    id: 'softmax-jacobian-diagonal',
    sentence:
      'Only the diagonal is filled, as if output i depended on input i alone. The sum in the denominator ties them together: beside the diagonal it is −yᵢyⱼ.',
    wrong: jacobian((a, b, same) => (same ? a * (1 - b) : 0)),
  },
  {
    exercise: '02.16 softmaxJacobian',
    id: 'softmax-jacobian-sign',
    sentence:
      'Every sign is turned round: this is yᵢ(yⱼ − δᵢⱼ). More of a logit means more of its own class, so the diagonal is positive.',
    wrong: jacobian((a, b, same) => a * (b - (same ? 1 : 0))),
  },
  {
    exercise: '02.16 softmaxJacobian',
    id: 'softmax-jacobian-plus',
    sentence:
      'The signs beside the diagonal are turned round. More of one logit makes every other class less likely: −yᵢyⱼ.',
    wrong: jacobian((a, b, same) => (same ? a * (1 - b) : a * b)),
  },
  {
    exercise: '02.16 softmaxJacobian',
    id: 'softmax-jacobian-one-everywhere',
    sentence:
      'The 1 of the diagonal is used everywhere: this is yᵢ(1 − yⱼ). δᵢⱼ is 1 only where i = j, else 0.',
    wrong: jacobian((a, b) => a * (1 - b)),
  },
  {
    exercise: '02.16 softmaxJacobian',
    id: 'softmax-jacobian-of-logits',
    sentence:
      'The logits are used as if they were the probabilities. Compute y = softmax(x) first, then yᵢ(δᵢⱼ − yⱼ).',
    wrong: refusingLike(softmaxJacobian, (x) =>
      filled([x.size, x.size], (i, j) => x.get(i!) * ((i === j ? 1 : 0) - x.get(j!))),
    ),
  },
  {
    exercise: '02.17 deadFraction',
    id: 'dead-counts-zeros',
    sentence:
      'This counts the single entries that are not above 0. A unit is dead only when that holds for every sample.',
    wrong: refusingLike(deadFraction, (x) => fraction([...copy(x).data], (v) => v <= 0)),
  },
  {
    exercise: '02.17 deadFraction',
    id: 'dead-over-samples',
    sentence:
      'Samples are counted instead of units. Rows are samples and columns are units: look down each column.',
    wrong: refusingLike(deadFraction, (x) =>
      fraction(rowsOf(x), (row) => row.every((v) => v <= 0)),
    ),
  },
  {
    exercise: '02.17 deadFraction',
    id: 'dead-alive-at-zero',
    sentence:
      'An input of exactly 0 counts as alive here. ReLU is flat there too, by agreement: alive is what is above 0, v > 0.',
    wrong: refusingLike(deadFraction, (x) =>
      fraction(unitsOf(x), (unit) => unit.every((v) => v < 0)),
    ),
  },
  {
    exercise: '02.17 deadFraction',
    id: 'dead-at-one-sample',
    sentence:
      'A unit counts as dead as soon as one sample is not above 0. It is dead only when that holds for every sample.',
    wrong: refusingLike(deadFraction, (x) =>
      fraction(unitsOf(x), (unit) => unit.some((v) => v <= 0)),
    ),
  },
  {
    exercise: '02.17 deadFraction',
    id: 'dead-exactly-zero',
    sentence:
      'Only inputs of exactly 0 count as silent here, as if x were what comes out of the ReLUs. It is what goes in: anything not above 0.',
    wrong: refusingLike(deadFraction, (x) =>
      fraction(unitsOf(x), (unit) => unit.every((v) => v === 0)),
    ),
  },
  {
    exercise: '02.17 deadFraction',
    id: 'dead-over-n',
    sentence:
      'The dead units are divided by the number of samples. It is a fraction of the units: divide by M.',
    wrong: (x: Tensor) => (deadFraction(x) * x.shape[1]!) / x.shape[0]!,
  },
  {
    exercise: '02.18 saturatedFraction',
    id: 'saturated-one-side',
    sentence:
      'Only outputs near 1 are counted. Near 0 the sigmoid is just as flat: count those below the margin too.',
    wrong: (y: Tensor, margin: number) => fraction([...copy(y).data], (v) => v > 1 - margin),
  },
  {
    exercise: '02.18 saturatedFraction',
    id: 'saturated-at-margin',
    sentence:
      'An output exactly at the margin is counted here. Saturated is what is below margin or above 1 − margin: compare with < and >.',
    wrong: (y: Tensor, margin: number) =>
      fraction([...copy(y).data], (v) => v <= margin || v >= 1 - margin),
  },
  {
    exercise: '02.18 saturatedFraction',
    id: 'saturated-half-margin',
    sentence:
      'The margin is halved, as if it were shared between the two sides. Each side has all of it.',
    wrong: (y: Tensor, margin: number) => saturatedFraction(y, margin / 2),
  },
  {
    exercise: '02.18 saturatedFraction',
    id: 'saturated-slope',
    sentence:
      'The slope y · (1 − y) is compared with the margin. It is the output itself that is compared: below margin or above 1 − margin.',
    wrong: (y: Tensor, margin: number) => fraction([...copy(y).data], (v) => v * (1 - v) < margin),
  },
  {
    exercise: '02.18 saturatedFraction',
    id: 'saturated-sigmoid-again',
    sentence: 'The sigmoid is applied once more. y is what came out of it: compare it as it is.',
    wrong: (y: Tensor, margin: number) => saturatedFraction(sigmoid(y), margin),
  },
  {
    exercise: '02.18 saturatedFraction',
    id: 'saturated-over-rows',
    sentence:
      'The count is divided by the number of rows. It is a fraction of all entries: divide by y.size.',
    wrong: (y: Tensor, margin: number) => (saturatedFraction(y, margin) * y.size) / y.shape[0]!,
  },
  {
    exercise: '02.19 bentLine',
    id: 'bent-line-shift-sign',
    sentence:
      'The knots are added instead of subtracted, so every bend is on the other side of 0. ReLU bends where its argument is 0: relu(x − knot).',
    wrong: bentBy((v, scale, knot) => scale * Math.max(0, v + knot)),
  },
  {
    exercise: '02.19 bentLine',
    id: 'bent-line-without-offset',
    sentence: 'The offset is missing: the curve starts at 0 instead of at the offset.',
    wrong: (x: Tensor, line: BentLine) => bentLine(x, { ...line, offset: 0 }),
  },
  {
    exercise: '02.19 bentLine',
    id: 'bent-line-offset-each',
    sentence:
      'The offset is added once for each knot. It is the height left of all of them: add it once.',
    wrong: bentBy(
      (v, scale, knot, offset, k) => scale * Math.max(0, v - knot) + (k > 0 ? offset : 0),
    ),
  },
  {
    exercise: '02.19 bentLine',
    id: 'bent-line-scale-inside',
    sentence:
      'The scale stands inside the ReLU, which turns every fall into nothing. Bend first, then scale: a · relu(x − t).',
    wrong: bentBy((v, scale, knot) => Math.max(0, scale * (v - knot))),
  },
  {
    exercise: '02.19 bentLine',
    id: 'bent-line-without-relu',
    sentence:
      'The ReLU is missing: every piece acts on both sides of its knot, and their sum is one straight line. It is a · relu(x − t).',
    wrong: bentBy((v, scale, knot) => scale * (v - knot)),
  },
  {
    exercise: '02.19 bentLine',
    id: 'bent-line-carried',
    sentence:
      'The height at one x is where the next one starts. Each x has a sum of its own, which starts at the offset.',
    wrong: refusingLike(bentLine, (x, line) => {
      let height = line.offset;
      return map(bentLine(x, line), (own) => (height += own - line.offset));
    }),
  },
  {
    exercise: '02.20 fitBentLine',
    id: 'fit-slopes-not-changes',
    sentence:
      'The scales are the slopes themselves. Earlier ReLUs keep rising, so each scale is only how much the slope changes at its knot.',
    wrong: refusingLike(fitBentLine, (x, y) => {
      const { offset, scales, knots } = fitBentLine(x, y);
      let slope = 0;
      return { offset, scales: map(scales, (change) => (slope += change)), knots };
    }),
  },
  {
    exercise: '02.20 fitBentLine',
    id: 'fit-uniform',
    sentence:
      'All pieces are taken to be as wide as the first one. The points may lie unevenly: divide by xₖ₊₁ − xₖ.',
    wrong: refusingLike(fitBentLine, (x, y) => ({
      ...fitBentLine(
        filled(x.shape, (k) => k! * (x.get(1) - x.get(0))),
        y,
      ),
      knots: fitBentLine(x, y).knots,
    })),
  },
  {
    exercise: '02.20 fitBentLine',
    id: 'fit-differences',
    sentence:
      'The differences of the heights are taken for slopes. A slope is a difference divided by the width of its piece, xₖ₊₁ − xₖ.',
    wrong: refusingLike(fitBentLine, (x, y) => ({
      ...fitBentLine(
        filled(x.shape, (k) => k!),
        y,
      ),
      knots: fitBentLine(x, y).knots,
    })),
  },
  {
    exercise: '02.20 fitBentLine',
    id: 'fit-knots-at-the-end',
    sentence:
      'Each knot stands at the right end of its piece. The slope changes where a piece begins: knot k is xₖ.',
    wrong: refusingLike(fitBentLine, (x, y) => ({
      ...fitBentLine(x, y),
      knots: copy(x.lo(1)),
    })),
  },
  {
    exercise: '02.20 fitBentLine',
    id: 'fit-without-offset',
    sentence:
      'The offset is 0. Left of the first knot the line is flat, at the first height: offset is y₀.',
    wrong: refusingLike(fitBentLine, (x, y) => ({ ...fitBentLine(x, y), offset: 0 })),
  },
];

/** softmax with other numbers for a row's exponentials, which are divided by their sum. */
function softmaxOf(f: (row: number[], x: Tensor) => number[]): typeof softmax {
  return refusingLike(softmax, (x) => overRows(x, (row) => quotients(f(row, x))));
}

function exponentials(row: number[], shift: number): number[] {
  return row.map((logit) => Math.exp(logit - shift));
}

/** Each number over the sum of all. */
function quotients(row: number[]): number[] {
  return row.map((v) => v / total(row));
}

function total(row: number[]): number {
  return sumOver(row.length, (i) => row[i]!);
}

/** softmaxJacobian with other entries: entry(yᵢ, yⱼ, i === j) for y = softmax(x). */
function jacobian(entry: (a: number, b: number, same: boolean) => number): typeof softmaxJacobian {
  return refusingLike(softmaxJacobian, (x) => {
    const row = filled([1, x.size], (_, i) => x.get(i!));
    const y = softmax(row).pick(0, null);
    return filled([x.size, x.size], (i, j) => entry(y.get(i!), y.get(j!), i === j));
  });
}

/** The columns of x as lists: what each unit gets from all samples. */
function unitsOf(x: Tensor): number[][] {
  return rowsOf(x.transpose(1, 0));
}

/** How many of the items fit, as a fraction. */
function fraction<Item>(items: readonly Item[], fits: (item: Item) => boolean): number {
  return items.filter(fits).length / items.length;
}

/** bentLine with another term for what the k-th bend adds. */
function bentBy(
  term: (v: number, scale: number, knot: number, offset: number, k: number) => number,
): typeof bentLine {
  return refusingLike(bentLine, (x, { offset, scales, knots }) =>
    map(x, (v) =>
      sumOver(knots.size, (k) => term(v, scales.get(k), knots.get(k), offset, k), offset),
    ),
  );
}
