/** A right solution of lesson 04 as a beginner writes it: plain lists, plain loops, other algebra than the reference's. */
import { zeros, type Tensor } from '#arrays';

interface Errors {
  forward: Tensor;
  central: Tensor;
}

interface Check {
  passed: boolean;
  error: number;
  index: number[];
}

interface Rules {
  learningRate: number;
  maxSteps: number;
  tolerance: number;
  limit: number;
}

interface End {
  x: Tensor;
  steps: number;
  reason: 'converged' | 'diverged' | 'steps';
}

/** The index of every entry, in row-major order. */
function indices(shape: readonly number[]): number[][] {
  if (shape.length === 0) return [[]];
  const rest = indices(shape.slice(1));
  const all: number[][] = [];
  for (let i = 0; i < shape[0]!; i++) for (const index of rest) all.push([i, ...index]);
  return all;
}

/** A new array of this shape whose entries are f of their index. */
function build(shape: readonly number[], f: (index: number[]) => number): Tensor {
  const out = zeros(...shape);
  for (const index of indices(shape)) out.set(...index, f(index));
  return out;
}

function checkShapes(operation: string, a: Tensor, b: Tensor): void {
  if (a.shape.join() === b.shape.join()) return;
  throw new RangeError(`${operation}: (${a.shape.join(', ')}) and (${b.shape.join(', ')}) differ`);
}

export function forwardDifference(f: (x: number) => number, x: number, h: number): number {
  const rise = f(x + h) - f(x);
  return rise / h;
}

export function centralDifference(f: (x: number) => number, x: number, h: number): number {
  const right = f(x + h);
  const left = f(x - h);
  return (0.5 * (right - left)) / h;
}

export function differenceErrors(
  f: (x: number) => number,
  x: number,
  slope: number,
  h: Tensor,
): Errors {
  const errors = { forward: zeros(h.shape[0]!), central: zeros(h.shape[0]!) };
  for (let k = 0; k < h.shape[0]!; k++) {
    const forward = forwardDifference(f, x, h.get(k)) - slope;
    const central = centralDifference(f, x, h.get(k)) - slope;
    errors.forward.set(k, forward < 0 ? -forward : forward);
    errors.central.set(k, central < 0 ? -central : central);
  }
  return errors;
}

export function bestStep(order: number, truncation: number, rounding: number): number {
  // ln h = (ln rounding − ln p − ln truncation) / (p + 1)
  return Math.exp((Math.log(rounding) - Math.log(order) - Math.log(truncation)) / (order + 1));
}

export function logScale(
  value: number,
  domain: readonly [number, number],
  range: readonly [number, number],
): number {
  if (value <= domain[0]) return range[0];
  if (value >= domain[1]) return range[1];
  const [low, here, high] = [domain[0], value, domain[1]].map(Math.log10);
  const share = (here! - low!) / (high! - low!);
  return (1 - share) * range[0] + share * range[1];
}

/** Whole pixels are good enough for a picture; single quotes, a comment and a group are as good as none. */
export function errorPlot(h: Tensor, errors: Errors): string {
  let svg = `<?xml version="1.0"?>
<!-- h to the right, error upwards -->
<svg version='1.1' viewBox='0 0 1000 1000' xmlns='http://www.w3.org/2000/svg'>
<title>Too large, too small</title>
<g><text x='500' y='990'>h</text><text x='0' y='500'> error </text>
<text x='100' y='50'>forward</text><text x='100' y='90'>central</text></g>`;
  for (const [line, colour] of [
    [errors.forward, 'red'],
    [errors.central, 'blue'],
  ] as const) {
    const points: string[] = [];
    for (let k = 0; k < h.shape[0]!; k++) {
      const x = logScale(h.get(k), [1e-16, 1], [50, 950]);
      const y = logScale(line.get(k), [1e-16, 1], [950, 50]);
      points.push(`${Math.round(x)},${Math.round(y)}`);
    }
    svg += `\n<polyline fill='none' stroke='${colour}' points='${points.join(' ')}'></polyline>`;
  }
  return `${svg}\n</svg>\n`;
}

export function numericalGradient(f: (x: Tensor) => number, x: Tensor, h: number): Tensor {
  return build(x.shape, (index) => {
    const plus = build(x.shape, (other) => x.get(...other));
    const minus = build(x.shape, (other) => x.get(...other));
    plus.set(...index, x.get(...index) + h);
    minus.set(...index, x.get(...index) - h);
    return (f(plus) - f(minus)) / h / 2;
  });
}

export function relativeError(a: Tensor, b: Tensor): number {
  checkShapes('relativeError', a, b);
  let [difference, size] = [0, 0];
  for (const index of indices(a.shape)) {
    const [u, v] = [a.get(...index), b.get(...index)];
    if (!Number.isFinite(u) || !Number.isFinite(v)) return NaN;
    if (Math.abs(u - v) > difference) difference = Math.abs(u - v);
    if (Math.abs(u) > size) size = Math.abs(u);
    if (Math.abs(v) > size) size = Math.abs(v);
  }
  return difference === 0 ? 0 : difference / size;
}

export function checkGradient(
  f: (x: Tensor) => number,
  gradient: (x: Tensor) => Tensor,
  x: Tensor,
  h: number,
  threshold: number,
): Check {
  const all = indices(x.shape);
  if (all.length === 0) {
    throw new RangeError(`checkGradient: nothing to check in (${x.shape.join(', ')})`);
  }
  const given = gradient(x);
  checkShapes('checkGradient', x, given);
  const numerical = numericalGradient(f, x, h);
  const error = relativeError(given, numerical);
  let [worst, at] = [-1, all[0]!];
  for (const index of all) {
    const difference = Math.abs(given.get(...index) - numerical.get(...index));
    if (Number.isNaN(difference)) return { passed: false, error, index };
    if (difference > worst) [worst, at] = [difference, index];
  }
  return { passed: error <= threshold, error, index: at };
}

export function gradientDescentStep(x: Tensor, gradient: Tensor, learningRate: number): Tensor {
  checkShapes('gradientDescentStep', x, gradient);
  return build(x.shape, (index) => x.get(...index) - learningRate * gradient.get(...index));
}

export function gradientDescent(gradient: (x: Tensor) => Tensor, start: Tensor, rules: Rules): End {
  let x = build(start.shape, (index) => start.get(...index));
  let steps = 0;
  let slopes = gradient(x);
  const every = (test: (steepness: number) => boolean): boolean =>
    indices(x.shape).every((index) => test(Math.abs(slopes.get(...index))));
  while (steps < rules.maxSteps) {
    if (every((steepness) => steepness <= rules.tolerance)) break;
    if (!every((steepness) => steepness <= rules.limit)) break;
    x = gradientDescentStep(x, slopes, rules.learningRate);
    slopes = gradient(x);
    steps += 1;
  }
  if (every((steepness) => steepness <= rules.tolerance)) return { x, steps, reason: 'converged' };
  if (!every((steepness) => steepness <= rules.limit)) return { x, steps, reason: 'diverged' };
  return { x, steps, reason: 'steps' };
}

export function learningRateTable(learningRates: Tensor, steps: Tensor): Tensor {
  return build([learningRates.shape[0]!, steps.shape[0]!], ([r = 0, s = 0]) => {
    let x = 3;
    for (let n = 0; n < steps.get(s); n++) x -= learningRates.get(r) * 2 * x;
    return x;
  });
}
