/** Lists of numbers as vectors. */

/**
 * The number c for which a = c·b, entry by entry.
 *
 * c is the least-squares one, Σ a·b / Σ b².
 *
 * @param a any numbers
 * @param b as many; not all zero, or nothing fits
 * @param margin how far the i-th entry of a may lie from the i-th entry of c·b, given that number
 * @returns nothing where no c will do for all entries
 */
export function multiple(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  margin: (i: number, fitted: number) => number,
): number | undefined {
  const c = dot(a, b) / dot(b, b);
  for (let i = 0; i < a.length; i++) {
    const fitted = c * b[i]!;
    if (!(Math.abs(a[i]! - fitted) <= margin(i, fitted))) return undefined;
  }
  return c;
}

/** Σ a·b. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

/** The largest magnitude among some numbers; 0 if there are none. */
export function largest(numbers: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < numbers.length; i++) max = Math.max(max, Math.abs(numbers[i]!));
  return max;
}

/** √(Σ x² / n); 0 if there are none. */
export function rootMeanSquare(numbers: ArrayLike<number>): number {
  return numbers.length === 0 ? 0 : Math.sqrt(dot(numbers, numbers) / numbers.length);
}

/**
 * The x for which W·x comes nearest to b, by Gaussian elimination of Wᵀ·W·x = Wᵀ·b.
 *
 * @param W a matrix with at least as many rows as columns, in row-major order; if it has no full rank, x is not finite
 * @param columns how many columns it has
 * @param b one number for each row
 */
export function leastSquares(
  W: ArrayLike<number>,
  columns: number,
  b: readonly number[],
): number[] {
  const column = (k: number) => b.map((_, row) => W[row * columns + k]!);
  const all = Array.from({ length: columns }, (_, k) => column(k));
  const rows = all.map((a) => [...all.map((c) => dot(a, c)), dot(a, b)]);
  for (let k = 0; k < columns; k++) {
    const pivot = rows[k]!;
    for (const [i, row] of rows.entries()) {
      if (i === k) continue;
      const times = row[k]! / pivot[k]!;
      for (let j = k; j <= columns; j++) row[j]! -= times * pivot[j]!;
    }
  }
  return rows.map((row, k) => row[columns]! / row[k]!);
}
