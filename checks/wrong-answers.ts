/** What the misconceptions of several lessons are made with. */
import { zeros, type Tensor } from '#arrays';

/**
 * A wrong function that throws where the right one does: its author has read the documentation, and its mistake is
 * the only one.
 *
 * @param right the reference's function
 * @param wrong what is called where that throws nothing
 */
export function refusingLike<Args extends unknown[], Result>(
  right: (...args: Args) => unknown,
  wrong: (...args: Args) => Result,
): (...args: Args) => Result {
  return (...args) => {
    right(...args);
    return wrong(...args);
  };
}

/** The arrays in a cache, in order: what they are called and how they are packed is the learner's affair. */
export function arraysIn(cache: unknown): Tensor[] {
  if (typeof cache !== 'object' || cache === null) return [];
  return 'shape' in cache ? [cache as Tensor] : Object.values(cache).flatMap(arraysIn);
}

/**
 * The rows of a matrix as lists.
 *
 * @param x shape (N, M)
 */
export function rowsOf(x: Tensor): number[][] {
  const [N, M] = x.shape as [number, number];
  return Array.from({ length: N }, (_, n) => Array.from({ length: M }, (__, m) => x.get(n, m)));
}

/**
 * f of every row of a matrix.
 *
 * @param x shape (N, M)
 * @param f from M numbers to M numbers
 * @returns a new tensor of the shape of x
 */
export function overRows(x: Tensor, f: (row: number[]) => number[]): Tensor {
  const out = zeros(...x.shape);
  for (const [n, row] of rowsOf(x).entries()) {
    for (const [m, value] of f(row).entries()) out.set(n, m, value);
  }
  return out;
}

/** f(0) + f(1) + … + f(length − 1), and what the sum starts from. */
export function sumOver(length: number, f: (i: number) => number, start = 0): number {
  let sum = start;
  for (let i = 0; i < length; i++) sum += f(i);
  return sum;
}
