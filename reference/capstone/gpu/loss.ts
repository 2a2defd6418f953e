/** The softmax loss on a graphics card: lesson 18's kernels, for batches that may have fewer images than fit. */
import type { Thread } from '#kernels';
import type { Compiler, Run } from './compile.ts';

/** How large a batch is at most, and how many classes there are. */
export interface LossSize {
  N: number;
  K: number;
}

/** The loss of each image, shape (N). Takes logits, shape (N, K), and labels, shape (N). */
export function lossOfRows(compiler: Compiler, { N, K }: LossSize): Run {
  return compiler.compile(lossKernel, [N], { K });
}

/** A card's exponential of what is not a number may be one: so that is looked for in the logits, as in pooling.ts. */
/* istanbul ignore next -- counters would be compiled into the kernel */
function lossKernel(this: Thread<'K'>, logits: number[], labels: number[]): number {
  const row = this.thread.x * this.constants.K;
  let largest = logits[row]!;
  for (let k = 1; k < this.constants.K; k++) largest = Math.max(largest, logits[row + k]!);
  let sum = 0;
  let right = 0;
  let total = 0;
  for (let k = 0; k < this.constants.K; k++) {
    const shifted = logits[row + k]! - largest;
    sum += Math.exp(shifted);
    if (k === labels[this.thread.x]!) right = shifted;
    total += logits[row + k]!;
  }
  let loss = Math.log(sum) - right;
  if (!(total <= 3e38)) loss = total;
  return loss;
}

/** The gradient by the logits, shape (N, K): 0 for images beyond `count`. Takes logits, labels and count. */
export function logitGradient(compiler: Compiler, { N, K }: LossSize): Run {
  return compiler.compile(logitGradientKernel, [K, N], { K });
}

/* istanbul ignore next -- counters would be compiled into the kernel */
function logitGradientKernel(
  this: Thread<'K'>,
  logits: number[],
  labels: number[],
  count: number,
): number {
  const row = this.thread.y * this.constants.K;
  let gradient = 0;
  if (this.thread.y < count) {
    let largest = logits[row]!;
    for (let k = 1; k < this.constants.K; k++) largest = Math.max(largest, logits[row + k]!);
    let sum = 0;
    for (let k = 0; k < this.constants.K; k++) sum += Math.exp(logits[row + k]! - largest);
    gradient = Math.exp(logits[row + this.thread.x]! - largest) / sum;
    if (this.thread.x === labels[this.thread.y]!) gradient -= 1;
    gradient = gradient / count;
  }
  return gradient;
}
