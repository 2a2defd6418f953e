/** A right solution of lesson 04 in whole-array operations of ndarray-ops, and in closed form where there is one. */
import { copy, zeros, type Tensor } from '#arrays';
import ops from 'ndarray-ops';

/** a · x + b · y, a new array. */
function combine(a: number, x: Tensor, b: number, y: Tensor): Tensor {
  const [out, other] = [copy(x), copy(y)];
  ops.mulseq(out, a);
  ops.mulseq(other, b);
  ops.addeq(out, other);
  return out;
}

/** The largest absolute value; NaN if there is a NaN, 0 if there is nothing. */
function maxNorm(x: Tensor): number {
  if (x.size === 0) return 0;
  // norminf passes over NaN; a sum doesn't.
  return Number.isNaN(ops.sum(x)) ? NaN : ops.norminf(x);
}

function demandShape(operation: string, x: Tensor, shape: readonly number[]): void {
  if (String(x.shape) !== String(shape)) {
    throw new RangeError(`${operation}: (${shape.join(', ')}) and (${x.shape.join(', ')}) differ`);
  }
}

export function forwardDifference(f: (x: number) => number, x: number, h: number): number {
  return f(x + h) / h - f(x) / h;
}

export function centralDifference(f: (x: number) => number, x: number, h: number): number {
  // The mean of the differences to either side
  return (forwardDifference(f, x, h) + forwardDifference(f, x, -h)) / 2;
}

export function differenceErrors(
  f: (x: number) => number,
  x: number,
  slope: number,
  h: Tensor,
): { forward: Tensor; central: Tensor } {
  const errorsOf = (difference: typeof forwardDifference): Tensor => {
    const out = copy(h);
    out.data.set(out.data.map((step) => difference(f, x, step)));
    ops.subseq(out, slope);
    ops.abseq(out);
    return out;
  };
  return { forward: errorsOf(forwardDifference), central: errorsOf(centralDifference) };
}

export function bestStep(order: number, truncation: number, rounding: number): number {
  if (order === 1) return Math.sqrt(rounding / truncation);
  if (order === 2) return Math.cbrt(rounding / truncation / 2);
  return Math.pow((order * truncation) / rounding, -1 / (order + 1));
}

export function logScale(
  value: number,
  [from, to]: readonly [number, number],
  [start, end]: readonly [number, number],
): number {
  const share = Math.log2(value / from) / (Math.log2(to) - Math.log2(from));
  return start + (end - start) * (value > from ? Math.min(share, 1) : 0);
}

export function errorPlot(h: Tensor, errors: { forward: Tensor; central: Tensor }): string {
  const pointsOf = (heights: Tensor): string =>
    [...copy(h).data]
      .map((step, k) => [
        logScale(step, [1e-16, 1], [0, 320]).toFixed(1),
        logScale(heights.get(k), [1e-16, 1], [320, 0]).toFixed(1),
      ])
      .join(' ');
  const label = (x: number, y: number, text: string): string =>
    `<text x="${x}" y="${y}"><tspan>${text}</tspan></text>`;
  return (
    `<svg viewBox="0 0 320 320" xmlns="http://www.w3.org/2000/svg"><title>V</title>` +
    `${label(160, 310, 'h')}${label(0, 20, 'error')}` +
    `${label(160, 20, 'forward')}<polyline points="${pointsOf(errors.forward)}" style="fill: none; stroke: red"/>` +
    `${label(160, 40, 'central')}<polyline points="${pointsOf(errors.central)}" style="fill: none; stroke: blue"/></svg>`
  );
}

export function numericalGradient(f: (x: Tensor) => number, x: Tensor, h: number): Tensor {
  const out = zeros(...x.shape);
  const unit = zeros(...x.shape);
  for (let i = 0; i < x.size; i++) {
    unit.data.fill(0);
    unit.data[i] = h;
    out.data[i] = f(combine(1, x, 1, unit)) - f(combine(1, x, -1, unit));
  }
  ops.divseq(out, 2 * h);
  return out;
}

export function relativeError(a: Tensor, b: Tensor): number {
  demandShape('relativeError', b, a.shape);
  const scale = Math.max(maxNorm(a), maxNorm(b));
  return maxNorm(combine(1, a, -1, b)) / (scale === 0 ? 1 : scale);
}

export function checkGradient(
  f: (x: Tensor) => number,
  gradient: (x: Tensor) => Tensor,
  x: Tensor,
  h: number,
  threshold: number,
): { passed: boolean; error: number; index: number[] } {
  if (x.size === 0) throw new RangeError(`checkGradient: x is (${x.shape.join(', ')}): empty`);
  const given = gradient(x);
  demandShape('checkGradient', given, x.shape);
  const numerical = numericalGradient(f, x, h);
  const error = relativeError(given, numerical);
  const differences = combine(1, given, -1, numerical);
  ops.abseq(differences);
  const firstNaN = differences.data.findIndex(Number.isNaN);
  const worst = firstNaN < 0 ? differences.data.indexOf(ops.sup(differences)) : firstNaN;
  // The strides of a row-major array take its positions apart.
  let rest = worst;
  const index = differences.stride.map((stride) => {
    const i = Math.floor(rest / stride);
    rest -= i * stride;
    return i;
  });
  return { passed: error <= threshold, error, index };
}

export function gradientDescentStep(x: Tensor, gradient: Tensor, learningRate: number): Tensor {
  demandShape('gradientDescentStep', gradient, x.shape);
  return combine(1, x, -learningRate, gradient);
}

export function gradientDescent(
  gradient: (x: Tensor) => Tensor,
  start: Tensor,
  rules: { learningRate: number; maxSteps: number; tolerance: number; limit: number },
): { x: Tensor; steps: number; reason: 'converged' | 'diverged' | 'steps' } {
  const { learningRate, maxSteps, tolerance, limit } = rules;
  const go = (x: Tensor, steps: number): ReturnType<typeof gradientDescent> => {
    const slopes = gradient(x);
    const steepest = maxNorm(slopes);
    if (steepest <= tolerance) return { x, steps, reason: 'converged' };
    if (Number.isNaN(steepest) || steepest > limit) return { x, steps, reason: 'diverged' };
    return steps < maxSteps
      ? go(gradientDescentStep(x, slopes, learningRate), steps + 1)
      : { x, steps, reason: 'steps' };
  };
  return go(copy(start), 0);
}

export function learningRateTable(learningRates: Tensor, steps: Tensor): Tensor {
  const factors = zeros(learningRates.size, steps.size);
  for (let s = 0; s < steps.size; s++) {
    const column = factors.pick(null, s);
    ops.muls(column, learningRates, -2);
    ops.addseq(column, 1);
    ops.powseq(column, steps.get(s));
  }
  ops.mulseq(factors, 3);
  return factors;
}
