/**
 * A right solution of lesson 18 with other kernels than the reference's: results have one axis, images are copied
 * into padded ones, so that nothing is tested at the border, and one kernel does all three convolutions.
 */
import ndarray from 'ndarray';
import ops from 'ndarray-ops';
import { product, requireAxes, requireSameShape, shapeText, type Labels } from '#arrays';
import { launch, reshape, type Backend, type Tensor32, type Thread } from '#kernels';

type Four = [number, number, number, number];

/** Launches a kernel that knows its entry by one index alone. */
function flatLaunch(
  kernel: Parameters<typeof launch>[0],
  backend: Backend,
  { shape, ...constants }: { shape: readonly number[] } & Record<string, unknown>,
  ...inputs: (Tensor32 | Labels | number)[]
): Tensor32 {
  const out = launch(
    kernel,
    { backend, shape: [product(shape)], constants: constants as Record<string, number> },
    ...inputs,
  );
  return reshape(out, ...shape);
}

/** All entries behind one another. */
function line(x: Tensor32): Tensor32 {
  return reshape(x, x.size);
}

function requireFit(operation: string, fits: boolean, ...arrays: { shape: number[] }[]): void {
  const shapes = arrays.map(({ shape }) => shapeText(shape)).join(' and ');
  if (!fits) throw new RangeError(`${operation}: ${shapes} do not fit together`);
}

export function matrixProduct(
  a: Tensor32,
  b: Tensor32,
  bias: Tensor32,
  backend: Backend,
): Tensor32 {
  requireAxes('matrixProduct', { a }, 'N, K');
  requireAxes('matrixProduct', { b }, 'K, M');
  const [N, K, M] = [a.shape[0]!, a.shape[1]!, b.shape[1]!];
  requireFit('matrixProduct', b.shape[0] === K, a, b);
  requireFit('matrixProduct', bias.shape[0] === M && bias.dimension === 1, b, bias);
  // The rows of the second one side by side, as those of the first one are.
  return flatLaunch(dotKernel, backend, { shape: [N, M], K, M }, a, b.transpose(1, 0), bias);
}

function dotKernel(
  this: Thread<'K' | 'M'>,
  a: number[][],
  columns: number[][],
  bias: number[],
): number {
  const m = this.thread.x % this.constants.M;
  const n = (this.thread.x - m) / this.constants.M;
  let even = 0;
  let odd = 0;
  for (let k = 0; k < this.constants.K; k++) {
    const term = a[n]![k]! * columns[m]![k]!;
    if (k % 2 === 0) even += term;
    else odd += term;
  }
  return even + odd + bias[m]!;
}

/** A copy with rows and columns of zeros around each image. Where there are fewer than none, some are cut off. */
function padded(x: Tensor32, rows: number, columns: number): Tensor32 {
  const [N, C, H, W] = x.shape as Four;
  const shape = [N, C, H + 2 * rows, W + 2 * columns];
  const out = ndarray(new Float32Array(product(shape)), shape);
  const [top, left] = [Math.max(0, rows), Math.max(0, columns)];
  const [height, width] = [Math.min(H, H + 2 * rows), Math.min(W, W + 2 * columns)];
  if (x.size > 0) {
    ops.assign(
      out.lo(0, 0, top, left).hi(N, C, height, width),
      x.lo(0, 0, Math.max(0, -rows), Math.max(0, -columns)).hi(N, C, height, width),
    );
  }
  return out;
}

/** Σ over c, p, q of x[n, c, i+p, j+q]·W[f,c,p,q], where everything is inside. */
function correlate(x: Tensor32, W: Tensor32, backend: Backend): Tensor32 {
  const [N, C, height, width] = x.shape as Four;
  const [F, , KH, KW] = W.shape as Four;
  const [rows, columns] = [height - KH + 1, width - KW + 1];
  const sizes = { shape: [N, F, rows, columns], C, F, KH, KW, height, width, rows, columns };
  return flatLaunch(correlateKernel, backend, sizes, line(x), line(W));
}

function correlateKernel(
  this: Thread<'C' | 'F' | 'KH' | 'KW' | 'height' | 'width' | 'rows' | 'columns'>,
  x: number[],
  W: number[],
): number {
  const j = this.thread.x % this.constants.columns;
  const image = Math.floor(this.thread.x / this.constants.columns);
  const i = image % this.constants.rows;
  const nf = Math.floor(image / this.constants.rows);
  const f = nf % this.constants.F;
  const n = Math.floor(nf / this.constants.F);
  let sum = 0;
  let weight = f * this.constants.C * this.constants.KH * this.constants.KW;
  for (let c = 0; c < this.constants.C; c++) {
    for (let p = 0; p < this.constants.KH; p++) {
      const row =
        ((n * this.constants.C + c) * this.constants.height + i + p) * this.constants.width;
      for (let q = 0; q < this.constants.KW; q++) {
        sum += x[row + j + q]! * W[weight]!;
        weight += 1;
      }
    }
  }
  return sum;
}

export function convForward(
  x: Tensor32,
  W: Tensor32,
  b: Tensor32,
  pad: number,
  backend: Backend,
): Tensor32 {
  requireAxes('convForward', { x }, 'N, C, H, W');
  requireAxes('convForward', { W }, 'F, C, KH, KW');
  requireFit('convForward', x.shape[1] === W.shape[1], x, W);
  requireFit('convForward', W.shape[0] === b.size, W, b);
  const around = padded(x, pad, pad);
  const [, , KH, KW] = W.shape as Four;
  requireFit('convForward', around.shape[2]! >= KH && around.shape[3]! >= KW, x, W);
  const sums = correlate(around, W, backend);
  for (let f = 0; f < b.size; f++) ops.addseq(sums.pick(null, f), b.get(f));
  return sums;
}

export function convBackwardInput(
  dout: Tensor32,
  W: Tensor32,
  pad: number,
  backend: Backend,
): Tensor32 {
  requireAxes('convBackwardInput', { dout }, 'N, F, H, W');
  requireAxes('convBackwardInput', { W }, 'F, C, KH, KW');
  requireFit('convBackwardInput', dout.shape[1] === W.shape[0], dout, W);
  const [, , KH, KW] = W.shape as Four;
  // The filters turned round, with inputs and outputs in each other's place.
  const turned = W.step(1, 1, -1, -1).transpose(1, 0, 2, 3);
  return correlate(padded(dout, KH - 1 - pad, KW - 1 - pad), turned, backend);
}

export function convBackwardFilters(
  dout: Tensor32,
  x: Tensor32,
  pad: number,
  backend: Backend,
): { dW: Tensor32; db: Tensor32 } {
  requireAxes('convBackwardFilters', { dout }, 'N, F, H, W');
  requireAxes('convBackwardFilters', { x }, 'N, C, H, W');
  requireFit('convBackwardFilters', dout.shape[0] === x.shape[0], dout, x);
  // dout as filters: images take the part of channels, and channels that of images.
  const filters = dout.transpose(1, 0, 2, 3);
  const swapped = correlate(padded(x, pad, pad).transpose(1, 0, 2, 3), filters, backend);
  const F = dout.shape[1]!;
  const db = ndarray(new Float32Array(F), [F]);
  if (dout.size > 0) for (let f = 0; f < F; f++) db.set(f, ops.sum(dout.pick(null, f)));
  const dW = swapped.transpose(1, 0, 2, 3);
  return { dW: reshape(dW, ...dW.shape), db };
}

function pooled(x: Tensor32, size: number): number[] {
  const [N, C, H, W] = x.shape as Four;
  return [N, C, Math.floor(H / size), Math.floor(W / size)];
}

export function maxPoolForward(x: Tensor32, size: number, backend: Backend): Tensor32 {
  requireAxes('maxPoolForward', { x }, 'N, C, H, W');
  // First along the rows, then along the columns.
  const [N, C, H] = x.shape as Four;
  const [, , rows, columns] = pooled(x, size) as Four;
  const narrow = launch(
    rowMaxKernel,
    { backend, shape: [N, C, H, columns], constants: { size } },
    x,
  );
  return launch(
    columnMaxKernel,
    { backend, shape: [N, C, rows, columns], constants: { size } },
    narrow,
  );
}

function rowMaxKernel(this: Thread<'size'>, x: number[][][]): number {
  let best = -Infinity;
  for (let q = 0; q < this.constants.size; q++) {
    best = Math.max(
      best,
      x[this.thread.z]![this.thread.y]![this.thread.x * this.constants.size + q]!,
    );
  }
  return best;
}

function columnMaxKernel(this: Thread<'size'>, x: number[][][]): number {
  let best = -Infinity;
  for (let p = 0; p < this.constants.size; p++) {
    best = Math.max(
      best,
      x[this.thread.z]![this.thread.y * this.constants.size + p]![this.thread.x]!,
    );
  }
  return best;
}

export function maxPoolBackward(
  dout: Tensor32,
  x: Tensor32,
  size: number,
  backend: Backend,
): Tensor32 {
  requireAxes('maxPoolBackward', { x }, 'N, C, H, W');
  requireSameShape('maxPoolBackward', { dout, out: { shape: pooled(x, size) } });
  const [, , rows, columns] = dout.shape as Four;
  return launch(
    unpoolKernel,
    { backend, shape: x.shape, constants: { size, rows, columns } },
    dout,
    x,
  );
}

/** A pixel gets the gradient if it is larger than all before it in its window and no smaller than all after it. */
function unpoolKernel(
  this: Thread<'size' | 'rows' | 'columns'>,
  dout: number[][][],
  x: number[][][],
): number {
  const q = this.thread.x % this.constants.size;
  const p = this.thread.y % this.constants.size;
  const j = (this.thread.x - q) / this.constants.size;
  const i = (this.thread.y - p) / this.constants.size;
  if (i >= this.constants.rows || j >= this.constants.columns) return 0;
  const mine = x[this.thread.z]![this.thread.y]![this.thread.x]!;
  for (let r = 0; r < this.constants.size; r++) {
    for (let s = 0; s < this.constants.size; s++) {
      const other = x[this.thread.z]![i * this.constants.size + r]![j * this.constants.size + s]!;
      const isBefore = r < p || (r === p && s < q);
      if (other > mine || (isBefore && other === mine)) return 0;
    }
  }
  return dout[this.thread.z]![i]![j]!;
}

export function reluForward(x: Tensor32, backend: Backend): Tensor32 {
  return flatLaunch(reluKernel, backend, { shape: x.shape }, line(x));
}

function reluKernel(this: Thread, x: number[]): number {
  return x[this.thread.x]! > 0 ? x[this.thread.x]! : 0;
}

export function reluBackward(dout: Tensor32, x: Tensor32, backend: Backend): Tensor32 {
  requireSameShape('reluBackward', { dout, x });
  return flatLaunch(maskKernel, backend, { shape: x.shape }, line(dout), line(x));
}

function maskKernel(this: Thread, dout: number[], x: number[]): number {
  return x[this.thread.x]! > 0 ? dout[this.thread.x]! : 0;
}

export function softmaxLoss(
  logits: Tensor32,
  labels: Labels,
  backend: Backend,
): { loss: number; dscores: Tensor32 } {
  requireAxes('softmaxLoss', { logits }, 'N, K');
  const [N, K] = logits.shape as [number, number];
  requireFit('softmaxLoss', labels.size === N, logits, labels);
  const constants = { K };
  // ln Σ eˢ of each row, from which everything else follows.
  const logs = launch(logSumKernel, { backend, shape: [N], constants }, logits);
  let loss = 0;
  for (let n = 0; n < N; n++) loss += logs.get(n) - logits.get(n, labels.get(n));
  const dscores = launch(probabilityKernel, { backend, shape: [N, K] }, logits, logs);
  for (let n = 0; n < N; n++) dscores.set(n, labels.get(n), dscores.get(n, labels.get(n)) - 1);
  ops.divseq(dscores, N);
  return { loss: loss / N, dscores };
}

function logSumKernel(this: Thread<'K'>, logits: number[][]): number {
  let largest = -Infinity;
  for (let k = 0; k < this.constants.K; k++) {
    largest = Math.max(largest, logits[this.thread.x]![k]!);
  }
  let sum = 0;
  for (let k = 0; k < this.constants.K; k++) {
    sum += Math.exp(logits[this.thread.x]![k]! - largest);
  }
  return largest + Math.log(sum);
}

function probabilityKernel(this: Thread, logits: number[][], logs: number[]): number {
  return Math.exp(logits[this.thread.y]![this.thread.x]! - logs[this.thread.y]!);
}

interface Options {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  t: number;
}

export function adam(
  w: Tensor32,
  g: Tensor32,
  m: Tensor32,
  v: Tensor32,
  { learningRate, beta1, beta2, epsilon, t }: Options,
  backend: Backend,
): { w: Tensor32; m: Tensor32; v: Tensor32 } {
  requireSameShape('adam', { w, g, m, v });
  const blend = (old: Tensor32, now: Tensor32, beta: number): Tensor32 =>
    flatLaunch(blendKernel, backend, { shape: w.shape }, line(old), line(now), beta, 1 - beta);
  const squared = reshape(g, ...g.shape);
  ops.muleq(squared, g);
  const [newM, newV] = [blend(m, g, beta1), blend(v, squared, beta2)];
  // Both corrections moved into the learning rate and into ε, as the paper suggests at the end of its section 2.
  const root = Math.sqrt(1 - beta2 ** t);
  const rate = (learningRate * root) / (1 - beta1 ** t);
  const arrays = [w, newM, newV].map(line);
  const newW = flatLaunch(stepKernel, backend, { shape: w.shape }, ...arrays, rate, epsilon * root);
  return { w: newW, m: newM, v: newV };
}

function blendKernel(this: Thread, old: number[], now: number[], a: number, b: number): number {
  return a * old[this.thread.x]! + b * now[this.thread.x]!;
}

function stepKernel(
  this: Thread,
  w: number[],
  m: number[],
  v: number[],
  rate: number,
  epsilon: number,
): number {
  const i = this.thread.x;
  return w[i]! - rate * (m[i]! / (Math.sqrt(v[i]!) + epsilon));
}

type Network = Record<
  'W1' | 'W2' | 'W3' | 'W4' | 'W5' | 'b1' | 'b2' | 'b3' | 'b4' | 'b5',
  Tensor32
>;

/** Half of an odd size, rounded down. */
function half(W: Tensor32): number {
  return Math.floor(W.shape[2]! / 2);
}

function forward(network: Network, images: Tensor32, backend: Backend) {
  const { W1, b1, W2, b2, W3, b3, W4, b4, W5, b5 } = network;
  const block = (x: Tensor32, W: Tensor32, b: Tensor32): Tensor32 =>
    reluForward(convForward(x, W, b, half(W), backend), backend);
  const active1 = block(images, W1, b1);
  const pool1 = maxPoolForward(active1, 2, backend);
  const active2 = block(pool1, W2, b2);
  const pool2 = maxPoolForward(active2, 2, backend);
  const active3 = block(pool2, W3, b3);
  const rows = reshape(active3, images.shape[0]!, active3.size / images.shape[0]!);
  const active4 = reluForward(matrixProduct(rows, W4, b4, backend), backend);
  const logits = matrixProduct(active4, W5, b5, backend);
  return { active1, pool1, active2, pool2, active3, rows, active4, logits };
}

export function networkScores(network: Network, images: Tensor32, backend: Backend): Tensor32 {
  return forward(network, images, backend).logits;
}

export function networkGradients(
  network: Network,
  images: Tensor32,
  labels: Labels,
  backend: Backend,
): { loss: number; gradients: Network } {
  const { active1, pool1, active2, pool2, active3, rows, active4, logits } = forward(
    network,
    images,
    backend,
  );
  const nothing = (size: number): Tensor32 => ndarray(new Float32Array(size), [size]);
  const affine = (dout: Tensor32, x: Tensor32, W: Tensor32) => {
    const db = nothing(dout.shape[1]!);
    for (let k = 0; k < db.size; k++) db.set(k, ops.sum(dout.pick(null, k)));
    return {
      dx: matrixProduct(dout, W.transpose(1, 0), nothing(W.shape[0]!), backend),
      dW: matrixProduct(x.transpose(1, 0), dout, nothing(db.size), backend),
      db,
    };
  };
  // A ReLU's output is above 0 where its input is.
  const mask = (dout: Tensor32, active: Tensor32): Tensor32 => reluBackward(dout, active, backend);
  const { loss, dscores } = softmaxLoss(logits, labels, backend);
  const fifth = affine(dscores, active4, network.W5);
  const fourth = affine(mask(fifth.dx, active4), rows, network.W4);
  const d3 = mask(reshape(fourth.dx, ...active3.shape), active3);
  const third = convBackwardFilters(d3, pool2, half(network.W3), backend);
  const dpool2 = convBackwardInput(d3, network.W3, half(network.W3), backend);
  const d2 = mask(maxPoolBackward(dpool2, active2, 2, backend), active2);
  const second = convBackwardFilters(d2, pool1, half(network.W2), backend);
  const dpool1 = convBackwardInput(d2, network.W2, half(network.W2), backend);
  const d1 = mask(maxPoolBackward(dpool1, active1, 2, backend), active1);
  const first = convBackwardFilters(d1, images, half(network.W1), backend);
  const gradients = {
    W1: first.dW,
    b1: first.db,
    W2: second.dW,
    b2: second.db,
    W3: third.dW,
    b3: third.db,
    W4: fourth.dW,
    b4: fourth.db,
    W5: fifth.dW,
    b5: fifth.db,
  };
  return { loss, gradients };
}
