/**
 * Lesson 18: a convolutional network on gpu.js kernels.
 *
 * Each operation is a kernel, the plain function that computes one number of its result, and an exported
 * function that checks the shapes and launches the kernel. All arrays are in single precision. The README
 * explains what a kernel is and may do.
 */
import { product, requireAxes, requireSameShape, shapeText, type Labels } from '#arrays';
import ndarray from 'ndarray';
import { launch, reshape, type Backend, type Tensor32, type Thread } from '#kernels';

/**
 * 18.1 The matrix product with a bias, outₙₘ = Σₖ aₙₖ·bₖₘ + biasₘ.
 *
 * With an affine layer's input and weights it is the layer: x·W + bias. With transposed views it is the
 * layer's gradients: dx = dout·Wᵀ and dW = xᵀ·dout, with zeros as the bias.
 *
 * @param a shape (N, K)
 * @param b shape (K, M)
 * @param bias shape (M), the same for every row
 * @param backend where the kernel runs
 * @returns shape (N, M)
 * @throws RangeError when the shapes don't fit together
 */
export function matrixProduct(
  a: Tensor32,
  b: Tensor32,
  bias: Tensor32,
  backend: Backend,
): Tensor32 {
  requireAxes('matrixProduct', { a }, 'N, K');
  requireAxes('matrixProduct', { b }, 'K, M');
  const [N, K] = a.shape as [number, number];
  const M = b.shape[1]!;
  if (b.shape[0] !== K) {
    throw new RangeError(
      `matrixProduct: a is ${shapeText(a.shape)} and b is ${shapeText(b.shape)}; a must have as many columns as b has rows, so transpose one of them`,
    );
  }
  requireShape('matrixProduct', { bias }, [M]);
  return launch(matrixProductKernel, { backend, shape: [N, M], constants: { K } }, a, b, bias);
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function matrixProductKernel(
  this: Thread<'K'>,
  a: number[][],
  b: number[][],
  bias: number[],
): number {
  let sum = bias[this.thread.x]!;
  for (let k = 0; k < this.constants.K; k++) {
    sum += a[this.thread.y]![k]! * b[k]![this.thread.x]!;
  }
  return sum;
}

/**
 * 18.2 A convolution, out[n,f,i,j] = b[f] + Σ over c, p, q of x[n, c, i+p−pad, j+q−pad]·W[f,c,p,q].
 *
 * As in all of deep learning it is a cross-correlation: W is not flipped. Outside of x there are zeros, and
 * the filters move by one pixel, so H' = H − KH + 1 + 2·pad and W' = W − KW + 1 + 2·pad.
 *
 * LeCun et al. 1998, section II, https://doi.org/10.1109/5.726791
 *
 * @param x images, shape (N, C, H, W)
 * @param W filters, shape (F, C, KH, KW)
 * @param b shape (F)
 * @param pad how many rows and columns of zeros are around the images, a whole number from 0
 * @param backend where the kernel runs
 * @returns shape (N, F, H', W')
 * @throws RangeError when the shapes don't fit together, or the filters are larger than the padded images
 */
export function convForward(
  x: Tensor32,
  W: Tensor32,
  b: Tensor32,
  pad: number,
  backend: Backend,
): Tensor32 {
  requireAxes('convForward', { x }, 'N, C, H, W');
  requireAxes('convForward', { W }, 'F, C, KH, KW');
  const [N, C, height, width] = x.shape as [number, number, number, number];
  const [F, , KH, KW] = W.shape as [number, number, number, number];
  requireShape('convForward', { W }, [F, C, KH, KW]);
  requireShape('convForward', { b }, [F]);
  const shape = [N, F, height - KH + 1 + 2 * pad, width - KW + 1 + 2 * pad];
  if (shape[2]! < 1 || shape[3]! < 1) {
    throw new RangeError(
      `convForward: x is ${shapeText(x.shape)} with ${pad} of padding and W is ${shapeText(W.shape)}; a filter must fit into the padded image, so pad more`,
    );
  }
  const constants = { C, F, height, width, KH, KW, pad };
  return launch(convForwardKernel, { backend, shape, constants }, x, W, b);
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function convForwardKernel(
  this: Thread<'C' | 'F' | 'height' | 'width' | 'KH' | 'KW' | 'pad'>,
  x: number[][][],
  W: number[][][],
  b: number[],
): number {
  const n = Math.floor(this.thread.z / this.constants.F);
  const f = this.thread.z - n * this.constants.F;
  let sum = b[f]!;
  for (let c = 0; c < this.constants.C; c++) {
    for (let p = 0; p < this.constants.KH; p++) {
      for (let q = 0; q < this.constants.KW; q++) {
        const i = this.thread.y + p - this.constants.pad;
        const j = this.thread.x + q - this.constants.pad;
        if (i >= 0 && i < this.constants.height && j >= 0 && j < this.constants.width) {
          sum += x[n * this.constants.C + c]![i]![j]! * W[f * this.constants.C + c]![p]![q]!;
        }
      }
    }
  }
  return sum;
}

/**
 * 18.3 The gradient of a convolution by its input, dx[n,c,i,j] = Σ over f, p, q of
 * dout[n, f, i−p+pad, j−q+pad]·W[f,c,p,q].
 *
 * Whatever pixel (i, j) was multiplied with sends its gradient back, by the same weight. Outside of dout
 * there are zeros.
 *
 * @param dout how fast the loss grows with each output, shape (N, F, H', W')
 * @param W filters, shape (F, C, KH, KW)
 * @param pad as in the forward half
 * @param backend where the kernel runs
 * @returns shape (N, C, H, W), where H = H' + KH − 1 − 2·pad and W = W' + KW − 1 − 2·pad
 * @throws RangeError when dout and W don't have the same number of filters
 */
export function convBackwardInput(
  dout: Tensor32,
  W: Tensor32,
  pad: number,
  backend: Backend,
): Tensor32 {
  requireAxes('convBackwardInput', { dout }, "N, F, H', W'");
  requireAxes('convBackwardInput', { W }, 'F, C, KH, KW');
  const [N, F, height, width] = dout.shape as [number, number, number, number];
  const [, C, KH, KW] = W.shape as [number, number, number, number];
  requireShape('convBackwardInput', { W }, [F, C, KH, KW]);
  const shape = [N, C, height + KH - 1 - 2 * pad, width + KW - 1 - 2 * pad];
  const constants = { C, F, height, width, KH, KW, pad };
  return launch(convBackwardInputKernel, { backend, shape, constants }, dout, W);
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function convBackwardInputKernel(
  this: Thread<'C' | 'F' | 'height' | 'width' | 'KH' | 'KW' | 'pad'>,
  dout: number[][][],
  W: number[][][],
): number {
  const n = Math.floor(this.thread.z / this.constants.C);
  const c = this.thread.z - n * this.constants.C;
  let sum = 0;
  for (let f = 0; f < this.constants.F; f++) {
    for (let p = 0; p < this.constants.KH; p++) {
      for (let q = 0; q < this.constants.KW; q++) {
        const i = this.thread.y - p + this.constants.pad;
        const j = this.thread.x - q + this.constants.pad;
        if (i >= 0 && i < this.constants.height && j >= 0 && j < this.constants.width) {
          sum += dout[n * this.constants.F + f]![i]![j]! * W[f * this.constants.C + c]![p]![q]!;
        }
      }
    }
  }
  return sum;
}

/** What a convolution's parameters send back. */
export interface FilterGradients {
  /** How fast the loss grows with each entry of W: shape (F, C, KH, KW). */
  dW: Tensor32;
  /** How fast the loss grows with each entry of b: shape (F). */
  db: Tensor32;
}

/**
 * 18.4 The gradients of a convolution by its filters and its bias,
 * dW[f,c,p,q] = Σ over n, i, j of dout[n,f,i,j]·x[n, c, i+p−pad, j+q−pad] and db[f] = Σ over n, i, j of dout[n,f,i,j].
 *
 * A weight is used at every place of every image; its gradient is the sum over all of them.
 *
 * @param dout how fast the loss grows with each output, shape (N, F, H', W')
 * @param x the forward half's input, shape (N, C, H, W)
 * @param pad as in the forward half
 * @param backend where the kernels run
 * @returns the gradients, with KH = H − H' + 1 + 2·pad and KW = W − W' + 1 + 2·pad
 * @throws RangeError when dout and x don't have the same number of images
 */
export function convBackwardFilters(
  dout: Tensor32,
  x: Tensor32,
  pad: number,
  backend: Backend,
): FilterGradients {
  requireAxes('convBackwardFilters', { dout }, "N, F, H', W'");
  requireAxes('convBackwardFilters', { x }, 'N, C, H, W');
  const [N, F, outHeight, outWidth] = dout.shape as [number, number, number, number];
  const [, C, height, width] = x.shape as [number, number, number, number];
  requireShape('convBackwardFilters', { x }, [N, C, height, width]);
  const [KH, KW] = [height - outHeight + 1 + 2 * pad, width - outWidth + 1 + 2 * pad];
  const constants = { N, C, F, height, width, outHeight, outWidth, pad };
  return {
    dW: launch(filterGradientKernel, { backend, shape: [F, C, KH, KW], constants }, dout, x),
    db: launch(
      biasGradientKernel,
      { backend, shape: [F], constants: { N, F, outHeight, outWidth } },
      dout,
    ),
  };
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function filterGradientKernel(
  this: Thread<'N' | 'C' | 'F' | 'height' | 'width' | 'outHeight' | 'outWidth' | 'pad'>,
  dout: number[][][],
  x: number[][][],
): number {
  const f = Math.floor(this.thread.z / this.constants.C);
  const c = this.thread.z - f * this.constants.C;
  let sum = 0;
  for (let n = 0; n < this.constants.N; n++) {
    for (let i = 0; i < this.constants.outHeight; i++) {
      for (let j = 0; j < this.constants.outWidth; j++) {
        const row = i + this.thread.y - this.constants.pad;
        const column = j + this.thread.x - this.constants.pad;
        if (
          row >= 0 &&
          row < this.constants.height &&
          column >= 0 &&
          column < this.constants.width
        ) {
          sum +=
            dout[n * this.constants.F + f]![i]![j]! * x[n * this.constants.C + c]![row]![column]!;
        }
      }
    }
  }
  return sum;
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function biasGradientKernel(
  this: Thread<'N' | 'F' | 'outHeight' | 'outWidth'>,
  dout: number[][][],
): number {
  let sum = 0;
  for (let n = 0; n < this.constants.N; n++) {
    for (let i = 0; i < this.constants.outHeight; i++) {
      for (let j = 0; j < this.constants.outWidth; j++) {
        sum += dout[n * this.constants.F + this.thread.x]![i]![j]!;
      }
    }
  }
  return sum;
}

/**
 * 18.5 Max pooling, out[n,c,i,j] = the largest of x[n, c, size·i+p, size·j+q] with p and q from 0 to size − 1.
 *
 * The windows don't overlap. Rows and columns that are left over at the end take no part.
 *
 * @param x images, shape (N, C, H, W)
 * @param size the height and width of a window, a whole number from 1
 * @param backend where the kernel runs
 * @returns shape (N, C, ⌊H/size⌋, ⌊W/size⌋)
 */
export function maxPoolForward(x: Tensor32, size: number, backend: Backend): Tensor32 {
  requireAxes('maxPoolForward', { x }, 'N, C, H, W');
  return launch(
    maxPoolForwardKernel,
    { backend, shape: pooled(x.shape, size), constants: { size } },
    x,
  );
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function maxPoolForwardKernel(this: Thread<'size'>, x: number[][][]): number {
  const top = this.thread.y * this.constants.size;
  const left = this.thread.x * this.constants.size;
  let largest = x[this.thread.z]![top]![left]!;
  for (let p = 0; p < this.constants.size; p++) {
    for (let q = 0; q < this.constants.size; q++) {
      largest = Math.max(largest, x[this.thread.z]![top + p]![left + q]!);
    }
  }
  return largest;
}

/**
 * 18.6 The gradient of max pooling: of each window the largest entry gets the window's dout, the others get 0.
 *
 * Of several that are largest the first one in row-major order gets it. What no window covers gets 0.
 *
 * @param dout how fast the loss grows with each output, shape (N, C, ⌊H/size⌋, ⌊W/size⌋)
 * @param x the forward half's input, shape (N, C, H, W)
 * @param size as in the forward half
 * @param backend where the kernel runs
 * @returns shape of x
 * @throws RangeError when dout doesn't have the shape of the output
 */
export function maxPoolBackward(
  dout: Tensor32,
  x: Tensor32,
  size: number,
  backend: Backend,
): Tensor32 {
  requireAxes('maxPoolBackward', { x }, 'N, C, H, W');
  const shape = pooled(x.shape, size);
  requireShape('maxPoolBackward', { dout }, shape);
  const [, , rows, columns] = shape as [number, number, number, number];
  return launch(
    maxPoolBackwardKernel,
    { backend, shape: x.shape, constants: { size, rows, columns } },
    dout,
    x,
  );
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function maxPoolBackwardKernel(
  this: Thread<'size' | 'rows' | 'columns'>,
  dout: number[][][],
  x: number[][][],
): number {
  const i = Math.floor(this.thread.y / this.constants.size);
  const j = Math.floor(this.thread.x / this.constants.size);
  let gradient = 0;
  if (i < this.constants.rows && j < this.constants.columns) {
    const top = i * this.constants.size;
    const left = j * this.constants.size;
    let largest = x[this.thread.z]![top]![left]!;
    let row = top;
    let column = left;
    for (let p = 0; p < this.constants.size; p++) {
      for (let q = 0; q < this.constants.size; q++) {
        const value = x[this.thread.z]![top + p]![left + q]!;
        if (value > largest) {
          largest = value;
          row = top + p;
          column = left + q;
        }
      }
    }
    if (row === this.thread.y && column === this.thread.x) gradient = dout[this.thread.z]![i]![j]!;
  }
  return gradient;
}

/**
 * 18.7 relu(x) = max(0, x), entry by entry.
 *
 * @param x any shape
 * @param backend where the kernel runs
 * @returns shape of x
 */
export function reluForward(x: Tensor32, backend: Backend): Tensor32 {
  const out = launch(reluForwardKernel, { backend, shape: [x.size] }, reshape(x, x.size));
  return reshape(out, ...x.shape);
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function reluForwardKernel(this: Thread, x: number[]): number {
  return Math.max(0, x[this.thread.x]!);
}

/**
 * 18.8 The gradient of ReLU: dx = dout where x > 0, else 0.
 *
 * @param dout how fast the loss grows with each output, shape of x
 * @param x the forward half's input, any shape
 * @param backend where the kernel runs
 * @returns shape of x
 * @throws RangeError when the shapes differ
 */
export function reluBackward(dout: Tensor32, x: Tensor32, backend: Backend): Tensor32 {
  requireSameShape('reluBackward', { dout, x });
  const [flatDout, flatX] = [reshape(dout, x.size), reshape(x, x.size)];
  const dx = launch(reluBackwardKernel, { backend, shape: [x.size] }, flatDout, flatX);
  return reshape(dx, ...x.shape);
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function reluBackwardKernel(this: Thread, dout: number[], x: number[]): number {
  let gradient = 0;
  if (x[this.thread.x]! > 0) gradient = dout[this.thread.x]!;
  return gradient;
}

/** What softmaxLoss returns. */
export interface SoftmaxLoss {
  /** The mean over the batch. */
  loss: number;
  /** How fast the loss grows with each logit, which some call scores: shape of the logits. */
  dscores: Tensor32;
}

/**
 * 18.9 Softmax cross entropy from logits, what goes into the softmax, and its gradient:
 * loss = −1/N · Σₙ ln pₙ[labelₙ] and dscores = (p − onehot(label)) / N, where p is the softmax of each row.
 *
 * Each row is shifted by its own maximum, so that logits of ±1000 are no problem.
 *
 * @param logits shape (N, K), N at least 1
 * @param labels the right class of each row, shape (N), from 0 to K − 1
 * @param backend where the kernels run
 * @returns the loss, and its gradient of shape (N, K)
 * @throws RangeError when there is not one label for each row
 */
export function softmaxLoss(logits: Tensor32, labels: Labels, backend: Backend): SoftmaxLoss {
  requireAxes('softmaxLoss', { logits }, 'N, K');
  const [N, K] = logits.shape as [number, number];
  requireShape('softmaxLoss', { labels }, [N]);
  const losses = launch(rowLossKernel, { backend, shape: [N], constants: { K } }, logits, labels);
  const dscores = launch(
    logitGradientKernel,
    { backend, shape: [N, K], constants: { N, K } },
    logits,
    labels,
  );
  return { loss: losses.data.reduce((sum, loss) => sum + loss, 0) / N, dscores };
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function rowLossKernel(this: Thread<'K'>, logits: number[][], labels: number[]): number {
  const n = this.thread.x;
  let largest = logits[n]![0]!;
  for (let k = 1; k < this.constants.K; k++) largest = Math.max(largest, logits[n]![k]!);
  let sum = 0;
  for (let k = 0; k < this.constants.K; k++) sum += Math.exp(logits[n]![k]! - largest);
  return Math.log(sum) - (logits[n]![labels[n]!]! - largest);
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function logitGradientKernel(
  this: Thread<'N' | 'K'>,
  logits: number[][],
  labels: number[],
): number {
  const n = this.thread.y;
  let largest = logits[n]![0]!;
  for (let k = 1; k < this.constants.K; k++) largest = Math.max(largest, logits[n]![k]!);
  let sum = 0;
  for (let k = 0; k < this.constants.K; k++) sum += Math.exp(logits[n]![k]! - largest);
  let gradient = Math.exp(logits[n]![this.thread.x]! - largest) / sum;
  if (this.thread.x === labels[n]!) gradient -= 1;
  return gradient / this.constants.N;
}

/** What Adam does with a gradient. */
export interface AdamOptions {
  /** The size of a step, above 0; 0.001 is common. */
  learningRate: number;
  /** How much of the mean gradient is kept, in [0, 1); 0.9 is common. */
  beta1: number;
  /** How much of the mean squared gradient is kept, in [0, 1); 0.999 is common. */
  beta2: number;
  /** Keeps the division finite, above 0; 1e-8 is common. */
  epsilon: number;
  /** The number of this step, from 1. */
  t: number;
}

/** What a step of Adam returns: new arrays, all of the shape of w. */
export interface AdamStep {
  w: Tensor32;
  /** The running mean of the gradient. */
  m: Tensor32;
  /** The running mean of the squared gradient. */
  v: Tensor32;
}

/**
 * 18.10 A step of Adam: m ← β₁·m + (1−β₁)·g, v ← β₂·v + (1−β₂)·g², and
 * w ← w − learningRate · m̂ / (√v̂ + ε) with m̂ = m / (1−β₁ᵗ) and v̂ = v / (1−β₂ᵗ).
 *
 * Kingma and Ba 2015, algorithm 1, https://arxiv.org/abs/1412.6980
 *
 * @param w the parameters, any shape
 * @param g the gradient, shape of w
 * @param m the running mean of the gradient before this step, shape of w; zeros at t = 1
 * @param v the running mean of the squared gradient before this step, shape of w; zeros at t = 1
 * @param options the step's size and its number
 * @param backend where the kernels run
 * @returns w, m and v after the step
 * @throws RangeError when the shapes differ
 */
export function adam(
  w: Tensor32,
  g: Tensor32,
  m: Tensor32,
  v: Tensor32,
  options: AdamOptions,
  backend: Backend,
): AdamStep {
  requireSameShape('adam', { w, g, m, v });
  const { learningRate, beta1, beta2, epsilon, t } = options;
  const where = { backend, shape: [w.size] };
  const [oldW, gradient, oldM, oldV] = [w, g, m, v].map((x) => reshape(x, x.size)) as [
    Tensor32,
    Tensor32,
    Tensor32,
    Tensor32,
  ];
  const newM = launch(meanKernel, where, oldM, gradient, beta1);
  const newV = launch(meanSquareKernel, where, oldV, gradient, beta2);
  // The same for every entry, and more exact in double precision.
  const [unbiasM, unbiasV] = [1 / (1 - beta1 ** t), 1 / (1 - beta2 ** t)];
  const newW = launch(
    adamStepKernel,
    where,
    oldW,
    newM,
    newV,
    learningRate,
    epsilon,
    unbiasM,
    unbiasV,
  );
  return {
    w: reshape(newW, ...w.shape),
    m: reshape(newM, ...w.shape),
    v: reshape(newV, ...w.shape),
  };
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function meanKernel(this: Thread, m: number[], g: number[], beta: number): number {
  return beta * m[this.thread.x]! + (1 - beta) * g[this.thread.x]!;
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function meanSquareKernel(this: Thread, v: number[], g: number[], beta: number): number {
  return beta * v[this.thread.x]! + (1 - beta) * g[this.thread.x]! * g[this.thread.x]!;
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function adamStepKernel(
  this: Thread,
  w: number[],
  m: number[],
  v: number[],
  learningRate: number,
  epsilon: number,
  unbiasM: number,
  unbiasV: number,
): number {
  const i = this.thread.x;
  return w[i]! - (learningRate * m[i]! * unbiasM) / (Math.sqrt(v[i]! * unbiasV) + epsilon);
}

/** The numbers that the network learns. Its sizes are theirs: F1, F2 and F3 filters, M hidden units, K classes. */
export interface Network {
  /** Shape (F1, C, KH, KW), KH and KW equal and odd. */
  W1: Tensor32;
  /** Shape (F1). */
  b1: Tensor32;
  /** Shape (F2, F1, KH, KW), KH and KW equal and odd. */
  W2: Tensor32;
  /** Shape (F2). */
  b2: Tensor32;
  /** Shape (F3, F2, KH, KW), KH and KW equal and odd. */
  W3: Tensor32;
  /** Shape (F3). */
  b3: Tensor32;
  /** Shape (D, M), where D is F3 times the size of an image after two poolings. */
  W4: Tensor32;
  /** Shape (M). */
  b4: Tensor32;
  /** Shape (M, K). */
  W5: Tensor32;
  /** Shape (K). */
  b5: Tensor32;
}

/**
 * 18.11 The logits of a batch of images: conv, ReLU, pool; conv, ReLU, pool; conv, ReLU; affine, ReLU; affine.
 *
 * The convolutions are padded so that an image keeps its size, and each pooling halves it. Between the last
 * convolution and the first affine layer each image becomes a row, in row-major order.
 *
 * @param network its parameters
 * @param images shape (N, C, H, W)
 * @param backend where the kernels run
 * @returns shape (N, K)
 * @throws RangeError when the shapes don't fit together
 */
export function networkScores(network: Network, images: Tensor32, backend: Backend): Tensor32 {
  return forward(network, images, backend).logits;
}

/** What the network costs on a batch, and which way that is changed. */
export interface NetworkGradients {
  /** The softmax loss, the mean over the batch. */
  loss: number;
  /** For each of the parameters, under its own name: how fast the loss grows with each of its entries. */
  gradients: Network;
}

/**
 * 18.12 The softmax loss of the network on a batch, and its gradient by every parameter.
 *
 * @param network its parameters
 * @param images shape (N, C, H, W)
 * @param labels the right class of each image, shape (N)
 * @param backend where the kernels run
 * @returns the loss, and a gradient in the shape of each parameter
 * @throws RangeError when the shapes don't fit together
 */
export function networkGradients(
  network: Network,
  images: Tensor32,
  labels: Labels,
  backend: Backend,
): NetworkGradients {
  const { W1, W2, W3, W4, W5 } = network;
  const { conv1, relu1, pool1, conv2, relu2, pool2, conv3, relu3, affine4, relu4, logits } =
    forward(network, images, backend);
  const { loss, dscores } = softmaxLoss(logits, labels, backend);
  const layer5 = affineBackward(dscores, relu4, W5, backend);
  const daffine4 = reluBackward(layer5.dx, affine4, backend);
  const layer4 = affineBackward(daffine4, asRows(relu3), W4, backend);
  const dconv3 = reluBackward(reshape(layer4.dx, ...relu3.shape), conv3, backend);
  const layer3 = convBackwardFilters(dconv3, pool2, padding(W3), backend);
  const dpool2 = convBackwardInput(dconv3, W3, padding(W3), backend);
  const dconv2 = reluBackward(maxPoolBackward(dpool2, relu2, 2, backend), conv2, backend);
  const layer2 = convBackwardFilters(dconv2, pool1, padding(W2), backend);
  const dpool1 = convBackwardInput(dconv2, W2, padding(W2), backend);
  const dconv1 = reluBackward(maxPoolBackward(dpool1, relu1, 2, backend), conv1, backend);
  const layer1 = convBackwardFilters(dconv1, images, padding(W1), backend);
  const gradients = {
    W1: layer1.dW,
    b1: layer1.db,
    W2: layer2.dW,
    b2: layer2.db,
    W3: layer3.dW,
    b3: layer3.db,
    W4: layer4.dW,
    b4: layer4.db,
    W5: layer5.dW,
    b5: layer5.db,
  };
  return { loss, gradients };
}

/** The output of every layer of the network. */
function forward(network: Network, images: Tensor32, backend: Backend) {
  const { W1, b1, W2, b2, W3, b3, W4, b4, W5, b5 } = network;
  const conv1 = convForward(images, W1, b1, padding(W1), backend);
  const relu1 = reluForward(conv1, backend);
  const pool1 = maxPoolForward(relu1, 2, backend);
  const conv2 = convForward(pool1, W2, b2, padding(W2), backend);
  const relu2 = reluForward(conv2, backend);
  const pool2 = maxPoolForward(relu2, 2, backend);
  const conv3 = convForward(pool2, W3, b3, padding(W3), backend);
  const relu3 = reluForward(conv3, backend);
  const affine4 = matrixProduct(asRows(relu3), W4, b4, backend);
  const relu4 = reluForward(affine4, backend);
  const logits = matrixProduct(relu4, W5, b5, backend);
  return { conv1, relu1, pool1, conv2, relu2, pool2, conv3, relu3, affine4, relu4, logits };
}

/** The gradients of x·W + b: three matrix products. */
function affineBackward(
  dout: Tensor32,
  x: Tensor32,
  W: Tensor32,
  backend: Backend,
): { dx: Tensor32; dW: Tensor32; db: Tensor32 } {
  const [N, M] = dout.shape as [number, number];
  const D = W.shape[0]!;
  const ones = filled(1, 1, N);
  return {
    dx: matrixProduct(dout, W.transpose(1, 0), filled(0, D), backend),
    dW: matrixProduct(x.transpose(1, 0), dout, filled(0, M), backend),
    db: reshape(matrixProduct(ones, dout, filled(0, M), backend), M),
  };
}

/** Each image as a row. */
function asRows(x: Tensor32): Tensor32 {
  const [N, ...image] = x.shape;
  return reshape(x, N!, product(image));
}

/** The padding with which a convolution keeps the size of an image. */
function padding(W: Tensor32): number {
  return (W.shape[2]! - 1) / 2;
}

/** The shape after a pooling. */
function pooled([N, C, height, width]: readonly number[], size: number): number[] {
  return [N!, C!, Math.floor(height! / size), Math.floor(width! / size)];
}

function filled(value: number, ...shape: number[]): Tensor32 {
  return ndarray(new Float32Array(product(shape)).fill(value), shape);
}

function requireShape(
  operation: string,
  arrays: Readonly<Record<string, { shape: readonly number[] }>>,
  needed: readonly number[],
): void {
  for (const [name, { shape }] of Object.entries(arrays)) {
    if (shapeText(shape) !== shapeText(needed)) {
      throw new RangeError(
        `${operation}: ${name} is ${shapeText(shape)} and must be ${shapeText(needed)} to fit the other arguments; print their shapes and see which one is wrong`,
      );
    }
  }
}
