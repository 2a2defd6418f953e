/** How loss and accuracy went from epoch to epoch. */
import type { Curves, Point } from '#figures/figure';
import type { EpochRecord } from '../../training-loop.ts';

/** The curves of the loss and of the accuracy. */
export function trainingCurves(history: readonly EpochRecord[]): [loss: Curves, accuracy: Curves] {
  return [
    curve(
      'loss',
      '',
      history.map(({ epoch, loss }) => [epoch, loss]),
    ),
    curve(
      'accuracy',
      '%',
      history.map(({ epoch, accuracy }) => [epoch, 100 * accuracy]),
    ),
  ];
}

function curve(name: string, unit: string, points: readonly Point[]): Curves {
  return {
    kind: 'curves',
    title: `${name} by epoch`,
    caption: inWords(points, unit),
    x: { label: 'epoch', whole: true },
    y: { label: name, ...(unit !== '' && { unit }) },
    curves: [{ name, points }],
  };
}

/** The curve for those who can't see it. */
function inWords(points: readonly Point[], unit: string): string {
  const finite = points.filter(([, y]) => Number.isFinite(y));
  const gaps = points.length - finite.length;
  const missing = gaps === 0 ? '' : ` ${gaps} of ${points.length} epochs have no finite number.`;
  const [first, last] = [finite[0], finite.at(-1)];
  if (first === undefined || last === undefined) return missing.trim();
  const at = ([x, y]: Point): string => `${Number(y.toPrecision(4))}${unit} in epoch ${x}`;
  return (first === last ? `${at(first)}.` : `From ${at(first)} to ${at(last)}.`) + missing;
}
