/**
 * The few helpers around the package ndarray that every lesson may use.
 *
 * An ndarray is a flat typed array with a shape: `x.shape` is its size along each axis, `x.get(i, j)`
 * reads an entry and `x.set(i, j, value)` writes one. `x.transpose(1, 0)` and `x.pick(i, null)` are
 * *views*: they share the data of x but step through it differently. So read through `get`, or through
 * these helpers, and never through `x.data`, which knows nothing of the steps.
 */
import ndarray, { type NdArray } from 'ndarray';
import ops from 'ndarray-ops';

/** An array of real numbers of any shape. */
export type Tensor = NdArray<Float64Array>;

/** Class numbers 0, 1, 2, …, one for each sample: shape (N). */
export type Labels = NdArray<Int32Array>;

/** Numbers in lists in lists, all of one length at each depth: `[[1, 2, 3], [4, 5, 6]]`. */
export type Nested = number[] | Nested[];

/**
 * A tensor of zeros.
 *
 * @param shape its size along each axis, `zeros(2, 3)` for two rows of three
 */
export function zeros(...shape: number[]): Tensor {
  return ndarray(new Float64Array(product(shape)), shape);
}

/**
 * A tensor written out as nested lists, `array([[1, 2, 3], [4, 5, 6]])` of shape (2, 3).
 *
 * @throws RangeError when the lists at one depth differ in length
 */
export function array(nested: Nested): Tensor {
  const shape: number[] = [];
  for (let level: Nested | number | undefined = nested; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
  }
  const flat = (nested as unknown[]).flat(Infinity) as number[];
  if (!isRegular(nested, shape)) {
    throw new RangeError(
      `array: the lists are not all of shape ${shapeText(shape)}; give every row the same length`,
    );
  }
  return ndarray(Float64Array.from(flat), shape);
}

/** Labels from a list, `labels([3, 0, 1])` of shape (3). */
export function labels(list: number[]): Labels {
  return ndarray(Int32Array.from(list), [list.length]);
}

/** A new row-major array with the entries of x, whatever view x is. */
export function copy<D extends Float64Array | Float32Array | Int32Array>(
  x: NdArray<D>,
): NdArray<D> {
  // Most arrays lie in a row, and are copied ten times as fast at once as entry by entry.
  if (isRowMajor(x)) return ndarray(x.data.slice(x.offset, x.offset + x.size) as D, [...x.shape]);
  const ArrayType = x.data.constructor as new (length: number) => D;
  const out = ndarray(new ArrayType(x.size), [...x.shape]);
  ops.assign(out, x);
  return out;
}

/** The entries of x in row-major order, to be read only: its own data where they lie so from the start. */
function inARow(x: Tensor): Float64Array {
  return x.offset === 0 && isRowMajor(x) ? x.data : copy(x).data;
}

/** Whether the entries of x lie in its data in row-major order without a gap, from x.offset on. */
export function isRowMajor({ shape, stride }: Pick<NdArray, 'shape' | 'stride'>): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (stride[axis] !== step && shape[axis]! > 1) return false;
    step *= shape[axis]!;
  }
  return true;
}

/**
 * f of every entry of x.
 *
 * @param x any shape
 * @param f from a number to a number
 * @returns a new tensor of the shape of x
 */
export function map(x: Tensor, f: (value: number) => number): Tensor {
  const out = copy(x);
  for (let i = 0; i < out.size; i++) out.data[i] = f(out.data[i]!);
  return out;
}

/**
 * f of the entries of a and b that stand in the same place.
 *
 * @param a any shape
 * @param b the shape of a
 * @param f from two numbers to a number
 * @returns a new tensor of the shape of a
 */
export function zip(a: Tensor, b: Tensor, f: (a: number, b: number) => number): Tensor {
  const out = copy(a);
  const others = inARow(b);
  for (let i = 0; i < out.size; i++) out.data[i] = f(out.data[i]!, others[i]!);
  return out;
}

/** a + b, entry by entry; two tensors of one shape. */
export function add(a: Tensor, b: Tensor): Tensor {
  return zip(a, b, (one, other) => one + other);
}

/**
 * A tensor made from a formula for its entries, `filled([2, 3], (i, j) => i === j ? 1 : 0)`.
 *
 * @param shape its size along each axis
 * @param formula from the index of an entry to its value
 */
export function filled(shape: readonly number[], formula: (...index: number[]) => number): Tensor {
  const out = zeros(...shape);
  const index = shape.map(() => 0);
  for (let i = 0; i < out.size; i++) {
    out.data[i] = formula(...index);
    // As a counter does: the last digit is one more, and whichever is full begins again.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis]! + 1) % shape[axis]!;
      if (index[axis] !== 0) break;
    }
  }
  return out;
}

/**
 * The matrix product a · b, that is outₙₘ = Σₖ aₙₖ · bₖₘ.
 *
 * @param a shape (N, K)
 * @param b shape (K, M)
 * @returns a new tensor of shape (N, M)
 * @throws RangeError when a has not as many columns as b has rows
 */
export function matrixProduct(a: Tensor, b: Tensor): Tensor {
  requireAxes('matrixProduct', { a }, 'N, K');
  requireAxes('matrixProduct', { b }, 'K, M');
  const [N, K] = a.shape as [number, number];
  const [bRows, M] = b.shape as [number, number];
  if (K !== bRows) {
    throw new RangeError(
      `matrixProduct: a has ${K} columns and b has ${bRows} rows; ` +
        "a's second size must equal b's first, so transpose one of them",
    );
  }
  // Columns in a row let the inner loop run along memory in both. Eight sums at a time use what is read more than once, and don't
  // wait for each other; at the edges some of them are the same one.
  const [rows, columns, out] = [inARow(a), new Float64Array(M * K), zeros(N, M)];
  for (let k = 0; k < K; k++) {
    for (let m = 0; m < M; m++) columns[m * K + k] = b.get(k, m);
  }
  for (let n0 = 0; n0 < N; n0 += 2) {
    const n1 = Math.min(n0 + 1, N - 1);
    const [a0, a1] = [n0 * K, n1 * K];
    for (let m0 = 0; m0 < M; m0 += 4) {
      const m1 = Math.min(m0 + 1, M - 1);
      const m2 = Math.min(m0 + 2, M - 1);
      const m3 = Math.min(m0 + 3, M - 1);
      const [b0, b1, b2, b3] = [m0 * K, m1 * K, m2 * K, m3 * K];
      let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0];
      for (let k = 0; k < K; k++) {
        const x0 = rows[a0 + k]!;
        const x1 = rows[a1 + k]!;
        const y0 = columns[b0 + k]!;
        const y1 = columns[b1 + k]!;
        const y2 = columns[b2 + k]!;
        const y3 = columns[b3 + k]!;
        s00 += x0 * y0;
        s01 += x0 * y1;
        s02 += x0 * y2;
        s03 += x0 * y3;
        s10 += x1 * y0;
        s11 += x1 * y1;
        s12 += x1 * y2;
        s13 += x1 * y3;
      }
      const [top, bottom] = [n0 * M, n1 * M];
      out.data[top + m0] = s00;
      out.data[top + m1] = s01;
      out.data[top + m2] = s02;
      out.data[top + m3] = s03;
      out.data[bottom + m0] = s10;
      out.data[bottom + m1] = s11;
      out.data[bottom + m2] = s12;
      out.data[bottom + m3] = s13;
    }
  }
  return out;
}

/** A shape as people write it: `(2, 3)`. */
export function shapeText(shape: readonly number[]): string {
  return `(${shape.join(', ')})`;
}

/**
 * Refuses two tensors of different shapes.
 *
 * @param operation the function that is speaking, for the message
 * @param arrays the two, by name: `{ y, t }`
 * @throws RangeError `operation: y is (2, 3) and t is (3, 2); …`
 */
export function requireSameShape(
  operation: string,
  arrays: Readonly<Record<string, { shape: readonly number[] }>>,
): void {
  const shapes = Object.entries(arrays).map(
    ([name, { shape }]) => [name, shapeText(shape)] as const,
  );
  if (new Set(shapes.map(([, shape]) => shape)).size > 1) {
    const found = shapes.map(([name, shape]) => `${name} is ${shape}`).join(' and ');
    throw new RangeError(
      `${operation}: ${found}; they must have the same shape, so transpose, slice or reshape one of them`,
    );
  }
}

/**
 * Refuses an array with too few or too many axes.
 *
 * @param operation the function that is speaking, for the message
 * @param arrays the one, by name: `{ x }`
 * @param axes the axes it must have, as the documentation writes them: `'N, C'`
 * @throws RangeError `operation: x is (3) and must be (N, C); …`
 */
export function requireAxes(
  operation: string,
  arrays: Readonly<Record<string, { shape: readonly number[] }>>,
  axes: string,
): void {
  const rank = axes.split(',').length;
  for (const [name, { shape }] of Object.entries(arrays)) {
    if (shape.length !== rank) {
      throw new RangeError(
        `${operation}: ${name} is ${shapeText(shape)} and must be (${axes}); ` +
          'add an axis of length 1, or pick one entry of the axis that is too many',
      );
    }
  }
}

/**
 * Refuses arrays whose sizes don't fit: wherever a letter stands, the size must be the same.
 *
 * @param operation the function that is speaking, for the message
 * @param arrays each with its axes: `{ x: [x, 'N, D'], W: [W, 'D, M'] }`
 * @throws RangeError when one has more or fewer axes, or a letter stands for two sizes
 */
export function requireSizes(
  operation: string,
  arrays: Readonly<Record<string, readonly [{ shape: readonly number[] }, axes: string]>>,
): void {
  // Where each letter was met first.
  const met = new Map<string, readonly [size: number, name: string]>();
  for (const [name, [x, axes]] of Object.entries(arrays)) {
    const letters = axes.split(', ');
    if (letters.length !== x.shape.length) requireAxes(operation, { [name]: x }, axes);
    letters.forEach((letter, i) => {
      const size = x.shape[i]!;
      const other = met.get(letter);
      if (other === undefined) {
        met.set(letter, [size, name]);
      } else if (other[0] !== size) {
        throw new RangeError(
          `${operation}: ${name} is ${shapeText(x.shape)} and must be (${axes}), but ${letter} is ${other[0]} ` +
            `in ${other[1]}; give both the same ${letter}, or transpose one of them`,
        );
      }
    });
  }
}

/** How many entries an array of this shape has. */
export function product(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

function isRegular(nested: Nested | number, shape: number[]): boolean {
  if (!Array.isArray(nested)) return shape.length === 0;
  const [length, ...rest] = shape;
  return nested.length === length && nested.every((item) => isRegular(item, rest));
}
