/** The few words that the operations here are written in. */
import { normal, seededRandom } from '#datasets/random';
import ndarray from 'ndarray';
import type { Differentiable } from '../../../checks/gradient/problem.ts';

export type Kind = 'float64' | 'float32';

/** A number for every index: `(n, m) => …`. */
type Formula = (...index: number[]) => number;

/** An array of a shape, filled by a formula for its entries. */
export function fill(kind: Kind, shape: number[], formula: Formula): Differentiable {
  const size = shape.reduce((product, length) => product * length, 1);
  const out: Differentiable =
    kind === 'float64'
      ? ndarray(new Float64Array(size), shape)
      : ndarray(new Float32Array(size), shape);
  const index = shape.map(() => 0);
  for (let i = 0; i < size; i++) {
    out.data[i] = formula(...index);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) {
      index[axis] = 0;
    }
  }
  return out;
}

/** f(0) + f(1) + … + f(length − 1), rounded after each term to the given kind. */
export function sum(kind: Kind, length: number, f: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < length; i++)
    total = kind === 'float64' ? total + f(i) : Math.fround(total + f(i));
  return total;
}

/** What kind of numbers an array holds. */
export function kindOf(x: Differentiable): Kind {
  return x.data instanceof Float32Array ? 'float32' : 'float64';
}

/** f of every entry. */
export function each(
  x: Differentiable,
  f: (value: number, ...index: number[]) => number,
): Differentiable {
  return fill(kindOf(x), x.shape, (...index) => f(x.get(...index), ...index));
}

/** The matrix product of (N, D) and (D, M). */
export function matmul(a: Differentiable, b: Differentiable): Differentiable {
  const kind = kindOf(a);
  const [rows, inner] = [a.shape[0]!, a.shape[1]!];
  return fill(kind, [rows, b.shape[1]!], (n, m) =>
    sum(kind, inner, (d) => a.get(n!, d) * b.get(d, m!)),
  );
}

/** The transpose of a matrix, as a view. */
export function transpose(a: Differentiable): Differentiable {
  return a.transpose(1, 0) as Differentiable;
}

/** The sum over the rows of a matrix: (N, M) to (M). */
export function sumRows(a: Differentiable): Differentiable {
  const kind = kindOf(a);
  return fill(kind, [a.shape[1]!], (m) => sum(kind, a.shape[0]!, (n) => a.get(n, m!)));
}

/** The same numbers, in row-major order, in another shape. */
export function reshape(a: Differentiable, shape: number[]): Differentiable {
  const flat = each(a, (value) => value);
  return ndarray(flat.data as Float64Array, shape);
}

/** Draws arrays of normally distributed numbers, the same ones for the same seed. */
export function normals(seed: number, kind: Kind = 'float64') {
  const random = seededRandom(seed);
  return (...shape: number[]): Differentiable => fill(kind, shape, () => normal(random));
}
