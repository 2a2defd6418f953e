/** The softmax loss of all engines: ten numbers an image are no work for a kernel. */
import { CLASSES } from './network.ts';

/**
 * Softmax cross entropy from scores, and its gradient.
 *
 * @param scores shape (N · stride), of which the first 10 of each row are read
 * @param labels shape (N)
 * @param stride how far one row is from the next, in both arrays
 * @param dscores where (p − onehot) / N is written
 * @returns the mean over the batch
 */
export function softmaxLoss(
  scores: Readonly<Float32Array | Float64Array>,
  labels: Int32Array,
  stride: number,
  dscores: Float32Array | Float64Array,
): number {
  const N = labels.length;
  let loss = 0;
  for (let n = 0; n < N; n++) {
    const start = n * stride;
    let largest = -Infinity;
    for (let k = 0; k < CLASSES; k++) largest = Math.max(largest, scores[start + k]!);
    let sum = 0;
    for (let k = 0; k < CLASSES; k++) sum += Math.exp(scores[start + k]! - largest);
    for (let k = 0; k < CLASSES; k++) {
      const p = Math.exp(scores[start + k]! - largest) / sum;
      dscores[start + k] = (p - (k === labels[n] ? 1 : 0)) / N;
    }
    loss += Math.log(sum) + largest - scores[start + labels[n]!]!;
  }
  return loss / N;
}
