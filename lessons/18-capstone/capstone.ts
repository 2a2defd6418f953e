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
import { todo } from '#todo';

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
  throw todo('18.1 matrixProduct');
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
  throw todo('18.2 convForward');
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
  throw todo('18.3 convBackwardInput');
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
  throw todo('18.4 convBackwardFilters');
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
  throw todo('18.5 maxPoolForward');
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
  throw todo('18.6 maxPoolBackward');
}

/**
 * 18.7 relu(x) = max(0, x), entry by entry.
 *
 * @param x any shape
 * @param backend where the kernel runs
 * @returns shape of x
 */
export function reluForward(x: Tensor32, backend: Backend): Tensor32 {
  throw todo('18.7 reluForward');
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
  throw todo('18.8 reluBackward');
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
  throw todo('18.9 softmaxLoss');
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
  throw todo('18.10 adam');
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
  throw todo('18.11 networkScores');
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
  throw todo('18.12 networkGradients');
}
