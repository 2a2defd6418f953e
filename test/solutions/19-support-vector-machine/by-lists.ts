/** The right answers of lesson 19 as a beginner writes them: lists of numbers, and loops. */
import { array, zeros, type Tensor } from '#arrays';

const list = (x: Tensor): number[] => Array.from({ length: x.shape[0]! }, (_, i) => x.get(i));

const lists = (x: Tensor): number[][] => {
  const rows: number[][] = [];
  for (let n = 0; n < x.shape[0]!; n++) {
    rows.push([]);
    for (let d = 0; d < x.shape[1]!; d++) rows[n]!.push(x.get(n, d));
  }
  return rows;
};

const product = (a: number[], b: number[]): number => {
  let sum = 0;
  for (const [i, value] of a.entries()) sum += value * b[i]!;
  return sum;
};

/** A list as a tensor; `array([])` has the shape (0). */
const matrix = (rows: number[][], columns: number): Tensor =>
  rows.length === 0 || columns === 0 ? zeros(rows.length, columns) : array(rows);

function check(isRight: boolean, what: string): void {
  if (!isRight) throw new RangeError(what);
}

function checkSamples(x: Tensor, t: Tensor, w?: Tensor): void {
  check(x.shape.length === 2, 'x must have samples in rows');
  check(x.shape[0] === t.shape[0], 'x and t must have as many samples');
  check(w === undefined || x.shape[1] === w.shape[0], 'w must have as many weights as x columns');
}

export function margins(x: Tensor, t: Tensor, w: Tensor, b: number): Tensor {
  checkSamples(x, t, w);
  const weights = list(w);
  const norm = Math.hypot(...weights);
  check(norm !== 0, 'the weights must not all be 0');
  const signs = list(t);
  return array(lists(x).map((row, n) => (signs[n]! * (product(row, weights) + b)) / norm));
}

export function svmObjective(x: Tensor, t: Tensor, w: Tensor, b: number, lambda: number): number {
  checkSamples(x, t, w);
  const weights = list(w);
  const signs = list(t);
  let hinge = 0;
  for (const [n, row] of lists(x).entries()) {
    const by = signs[n]! * (product(row, weights) + b);
    if (by < 1) hinge += 1 - by;
  }
  return 0.5 * lambda * product(weights, weights) + hinge / signs.length;
}

export function svmSubgradient(x: Tensor, t: Tensor, w: Tensor, b: number, lambda: number) {
  checkSamples(x, t, w);
  const weights = list(w);
  const signs = list(t);
  const dw = weights.map((value) => lambda * value);
  let db = 0;
  for (const [n, row] of lists(x).entries()) {
    if (signs[n]! * (product(row, weights) + b) < 1) {
      row.forEach((value, d) => (dw[d]! -= (signs[n]! * value) / signs.length));
      db -= signs[n]! / signs.length;
    }
  }
  return { dw: array(dw), db };
}

export function pegasos(x: Tensor, t: Tensor, order: number[], lambda: number) {
  checkSamples(x, t);
  const rows = lists(x);
  const signs = list(t);
  let w = Array.from({ length: x.shape[1]! }, () => 0);
  let b = 0;
  let k = 0;
  for (const n of order) {
    k++;
    const isTooLittle = signs[n]! * (product(w, rows[n]!) + b) < 1;
    w = w.map((value) => value - value / k);
    if (isTooLittle) {
      w = w.map((value, d) => value + (signs[n]! * rows[n]![d]!) / (lambda * k));
      b += signs[n]! / (lambda * k);
    }
  }
  return { w: array(w), b };
}

export function supportVectors(
  x: Tensor,
  t: Tensor,
  line: { w: Tensor; b: number },
  tolerance: number,
): number[] {
  checkSamples(x, t, line.w);
  const found: number[] = [];
  for (const [n, row] of lists(x).entries()) {
    if (t.get(n) * (product(row, list(line.w)) + line.b) <= 1 + tolerance) found.push(n);
  }
  return found;
}

function table(a: Tensor, b: Tensor, f: (one: number[], other: number[]) => number): Tensor {
  check(a.shape[1] === b.shape[1], 'a and b must have as many columns');
  const others = lists(b);
  return matrix(
    lists(a).map((row) => others.map((other) => f(row, other))),
    others.length,
  );
}

export function linearKernel(a: Tensor, b: Tensor): Tensor {
  return table(a, b, product);
}

export function polynomialKernel(
  a: Tensor,
  b: Tensor,
  options: { degree: number; offset: number },
): Tensor {
  return table(a, b, (one, other) =>
    Math.pow(product(one, other) + options.offset, options.degree),
  );
}

export function gaussianKernel(a: Tensor, b: Tensor, gamma: number): Tensor {
  return table(a, b, (one, other) => {
    const away = one.map((value, d) => value - other[d]!);
    return Math.exp(-gamma * product(away, away));
  });
}

interface Machine {
  alpha: Tensor;
  b: number;
}

export function kernelScores(machine: Machine, t: Tensor, K: Tensor): Tensor {
  check(machine.alpha.shape[0] === t.shape[0], 'one α a target');
  check(K.shape[0] === t.shape[0], 'a row of K for each target');
  const out: number[] = [];
  for (let m = 0; m < K.shape[1]!; m++) {
    let score = machine.b;
    for (let n = 0; n < t.size; n++) score += machine.alpha.get(n) * t.get(n) * K.get(n, m);
    out.push(score);
  }
  return array(out);
}

export function kernelPerceptron(t: Tensor, K: Tensor, maxEpochs: number): Machine {
  check(K.shape[0] === t.size && K.shape[1] === t.size, 'K must be square');
  const counts = list(t).map(() => 0);
  const bias = () => counts.reduce((sum, count, n) => sum + count * t.get(n), 0);
  for (let epoch = 1; epoch <= maxEpochs; epoch++) {
    let isClean = true;
    for (let n = 0; n < t.size; n++) {
      const score = kernelScores({ alpha: array(counts), b: bias() }, t, K).get(n);
      if (score * t.get(n) <= 0) {
        counts[n]!++;
        isClean = false;
      }
    }
    if (isClean) break;
  }
  return { alpha: array(counts), b: bias() };
}

export function smoStep(
  machine: Machine,
  pair: [number, number],
  problem: { t: Tensor; K: Tensor; C: number },
): Machine {
  const { t, K, C } = problem;
  const [i, j] = pair;
  check(K.shape[0] === t.size && K.shape[1] === t.size, 'K must be square');
  check(i !== j, 'two samples');
  const alpha = list(machine.alpha);
  const errors = list(kernelScores(machine, t, K)).map((score, n) => score - t.get(n));
  const curvature = K.get(i, i) + K.get(j, j) - K.get(i, j) - K.get(j, i);
  let low = alpha[j]! - alpha[i]!;
  let high = C + alpha[j]! - alpha[i]!;
  if (t.get(i) === t.get(j)) {
    low = alpha[i]! + alpha[j]! - C;
    high = alpha[i]! + alpha[j]!;
  }
  low = Math.max(low, 0);
  high = Math.min(high, C);
  if (curvature <= 0 || low >= high) return { alpha: array(alpha), b: machine.b };
  const old = [alpha[i]!, alpha[j]!] as const;
  alpha[j] = old[1] + (t.get(j) * (errors[i]! - errors[j]!)) / curvature;
  if (alpha[j] < low) alpha[j] = low;
  if (alpha[j] > high) alpha[j] = high;
  alpha[i] = old[0] + t.get(i) * t.get(j) * (old[1] - alpha[j]);
  if (alpha[i] < 0) alpha[i] = 0;
  if (alpha[i] > C) alpha[i] = C;
  const [byI, byJ] = [t.get(i) * (alpha[i] - old[0]), t.get(j) * (alpha[j] - old[1])];
  const bi = machine.b - errors[i]! - byI * K.get(i, i) - byJ * K.get(j, i);
  const bj = machine.b - errors[j]! - byI * K.get(i, j) - byJ * K.get(j, j);
  let b = (bi + bj) / 2;
  if (alpha[j] > 0 && alpha[j] < C) b = bj;
  if (alpha[i] > 0 && alpha[i] < C) b = bi;
  return { alpha: array(alpha), b };
}

/** Goes through the others from a random one on, and back to the first ones. */
export function trainKernelMachine(
  t: Tensor,
  K: Tensor,
  options: { C: number; tolerance: number; maxSweeps: number },
  random: () => number,
): Machine {
  check(K.shape[0] === t.size && K.shape[1] === t.size, 'K must be square');
  const { C, tolerance } = options;
  const N = t.size;
  let machine: Machine = { alpha: zeros(N), b: 0 };
  for (let sweep = 0; sweep < options.maxSweeps; sweep++) {
    let changes = 0;
    for (let i = 0; i < N; i++) {
      const error = kernelScores(machine, t, K).get(i) - t.get(i);
      const a = machine.alpha.get(i);
      const by = t.get(i) * error;
      if ((by >= -tolerance || a >= C) && (by <= tolerance || a <= 0)) continue;
      const start = Math.floor(random() * N);
      for (let k = 0; k < N; k++) {
        const j = (start + k) % N;
        if (j === i) continue;
        const next = smoStep(machine, [i, j], { t, K, C });
        if (Math.abs(next.alpha.get(i) - a) < 1e-8) continue;
        machine = next;
        changes++;
        break;
      }
    }
    if (changes === 0) return machine;
  }
  return machine;
}
