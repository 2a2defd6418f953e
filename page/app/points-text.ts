/** Points of a plane as letters and digits, short enough for an address: five a point. */
import type { Plane } from '#figures/experiment';
import type { DrawnPoints } from '../messages.ts';

/** Each coordinate is one of so many steps, two digits to the base 36. */
const STEPS = 36 ** 2 - 1;

/** No more points than this: a run goes through all of them at each step. */
export const MOST_POINTS = 300;

/**
 * The points as text: the class, then both coordinates.
 *
 * @param points of at most ten classes, within the plane
 */
export function pointsText({ x, labels }: DrawnPoints, { side: [low, high] }: Plane): string {
  const digits = (value: number): string =>
    Math.round((STEPS * (value - low)) / (high - low))
      .toString(36)
      .padStart(2, '0');
  return x.map(([x1, x2], n) => `${labels[n]}${digits(x1)}${digits(x2)}`).join('');
}

/** The points that a text stands for; undefined where there are none, or it is no such text. */
export function pointsFromText(
  text: string,
  { side: [low, high], classes }: Plane,
): DrawnPoints | undefined {
  if (!/^(?:\d[0-9a-z]{4})+$/.test(text)) return undefined;
  const all = (text.match(/.{5}/g) ?? []).slice(0, MOST_POINTS);
  const value = (digits: string): number => low + ((high - low) * parseInt(digits, 36)) / STEPS;
  const labels = all.map((point) => Number(point[0]));
  if (labels.some((label) => label >= classes.length)) return undefined;
  return { labels, x: all.map((point) => [value(point.slice(1, 3)), value(point.slice(3))]) };
}
