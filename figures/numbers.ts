/** Numbers as the report writes them. */

/** `1,973` */
export function count(value: number): string {
  return value.toLocaleString('en');
}

/**
 * `98.65%`
 *
 * @param value 1 for 100%; what is no finite number is written as it is
 * @param digits how many behind the point
 */
export function percent(value: number, digits: number): string {
  return Number.isFinite(value) ? `${(100 * value).toFixed(digits)}%` : String(value);
}

/** `0.042`, with so many significant digits and a minus that is as wide as a plus; `NaN` as it is. */
export function decimal(value: number, digits: number): string {
  return value.toPrecision(digits).replace(/^-/, '−');
}

/**
 * `7`, `67,072`, `0.0312`, `1.2e-9`, `2.789e8`: whole numbers as they are, of others four digits that count, and no zeros
 * behind them.
 */
export function short(value: number): string {
  if (Number.isSafeInteger(value)) return Math.abs(value) < 10_000 ? String(value) : count(value);
  const rounded = Number(value.toPrecision(4));
  return Math.abs(rounded) < 1e6 ? String(rounded) : rounded.toExponential().replace('+', '');
}
