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
  return Array.from(numbers).reduce((max, x) => Math.max(max, Math.abs(x)), 0);
}

/** √(Σ x² / n); 0 if there are none. */
export function rootMeanSquare(numbers: ArrayLike<number>): number {
  return numbers.length === 0 ? 0 : Math.sqrt(dot(numbers, numbers) / numbers.length);
}
