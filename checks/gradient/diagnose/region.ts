/** Gradients that are wrong in one region only. */
import { multiple } from '../fit.ts';
import type { Entry } from '../numeric.ts';
import { axesText, nounOf } from './axes.ts';
import { indexOf, margin, numericOf, type Diagnosis, type Evidence } from './evidence.ts';
import { timesText } from './factor.ts';

interface Region {
  /** `in the first row`. */
  where: string;
  holds: (entry: Entry) => boolean;
}

/** Part of a region that must be wrong for the region to be named. */
export const MOST = 0.9;

/** The border of an image, the first or last or another row, where x is negative, positive or zero. */
export const isInRegion: Diagnosis = (evidence) => {
  const { gradient, entries } = evidence;
  const wrong = entries.filter(({ judgement }) => judgement === 'wrong');
  const fits = regionsOf(evidence)
    .filter(({ holds }) => wrong.every(holds) && entries.some((entry) => !holds(entry)))
    .map((region) => ({ region, size: entries.filter(region.holds).length }))
    .filter(({ size }) => wrong.length >= MOST * size)
    .toSorted((a, b) => a.size - b.size);
  const [best] = fits;
  if (best === undefined || wrong.length < 2) return undefined;
  return {
    code: 'region',
    sentence: `${gradient} is wrong only ${best.region.where}${howText(evidence, wrong)}: look at how that part is treated.`,
  };
};

/** How the wrong entries are wrong, if they are all zero, of the wrong sign or too large by one factor. */
export function howText(evidence: Evidence, wrong: readonly Entry[]): string {
  if (wrong.every(({ yours }) => yours === 0)) return ', and zero there';
  const factor = multiple(
    wrong.map(({ yours }) => yours),
    wrong.map(numericOf),
    (i, fitted) => margin(evidence, wrong[i]!, fitted),
  );
  if (!factor) return '';
  const isSign = Math.abs(factor + 1) <= 10 * evidence.subject.precision.relative;
  return isSign ? ', and of the wrong sign there' : `, and ${timesText(factor)} there`;
}

function regionsOf(evidence: Evidence): Region[] {
  const { input, subject } = evidence;
  const { shape, name, values } = input;
  const ends = [...shape.keys()].flatMap((axis): Region[] => {
    const noun = nounOf(subject, input, axis);
    const last = shape[axis]! - 1;
    const at = (entry: Entry) => indexOf(evidence, entry)[axis]!;
    return [
      { where: `in the first ${noun}`, holds: (entry) => at(entry) === 0 },
      { where: `in the last ${noun}`, holds: (entry) => at(entry) === last },
      { where: `in every ${noun} but the first`, holds: (entry) => at(entry) !== 0 },
      { where: `in every ${noun} but the last`, holds: (entry) => at(entry) !== last },
      ...Array.from({ length: Math.max(0, last - 1) }, (_, i): Region => ({
        where: `in one ${noun}, at ${i + 1} counted from 0`,
        holds: (entry) => at(entry) === i + 1,
      })),
    ];
  });
  const last = shape.length - 1;
  const border: Region[] =
    shape.length >= 3
      ? [
          {
            where: `on the border along ${axesText([last - 1, last], subject.axes[name])}`,
            holds: (entry) =>
              indexOf(evidence, entry)
                .slice(-2)
                .some((i, k) => i === 0 || i === shape.at(k - 2)! - 1),
          },
        ]
      : [];
  return [
    ...border,
    ...ends,
    { where: `where ${name} < 0`, holds: ({ place }) => values[place]! < 0 },
    { where: `where ${name} > 0`, holds: ({ place }) => values[place]! > 0 },
    { where: `where ${name} = 0`, holds: ({ place }) => values[place] === 0 },
  ];
}
