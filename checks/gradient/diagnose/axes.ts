/** How axes are spoken of: by the names that the caller gave them, and by nothing that was not said. */
import type { Subject } from '../function-under-test.ts';
import { listed } from '../verdict-text.ts';

/** What is counted along an axis: samples where the caller says so, else the rows of a matrix, or slices. */
export function nounOf(
  { axes }: Subject,
  { name, shape }: { name: string; shape: readonly number[] },
  axis: number,
): string {
  const given = axes[name]?.[axis];
  if (given !== undefined) return given;
  if (shape.length === 1) return 'entry';
  if (shape.length === 2) return axis === 0 ? 'row' : 'column';
  return `slice along axis ${axis}`;
}

/** `axis 0`, `axes 2 and 3`, and with names `axis 0 (sample)`. */
export function axesText(axes: readonly number[], names: readonly string[] = []): string {
  const texts = axes.map((axis) => (names[axis] ? `${axis} (${names[axis]})` : String(axis)));
  return `${axes.length === 1 ? 'axis' : 'axes'} ${listed(texts)}`;
}
