/** Gradients that are wrong in one region only. */
import { axisName, indexOf, type Diagnosis, type Evidence } from './evidence.ts';
import type { Entry } from '../numeric.ts';

interface Region {
  /** `on the border of the image`. */
  where: string;
  holds: (entry: Entry) => boolean;
}

/** Part of a region that must be wrong for the region to be named. */
const MOST = 0.5;

/** The border of an image, the first or last sample or step, where x is negative, positive or zero. */
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
  const isZero = wrong.every(({ yours }) => yours === 0);
  return {
    code: 'region',
    sentence: `${gradient} is wrong only ${best.region.where}${isZero ? ', and zero there' : ''}: look at how that part is treated.`,
  };
};

function regionsOf(evidence: Evidence): Region[] {
  const { input } = evidence;
  const { shape, name, values } = input;
  const ends = [...shape.keys()].flatMap((axis): Region[] => {
    const what = axisName(axis, shape);
    const last = shape[axis]! - 1;
    const at = (entry: Entry) => indexOf(evidence, entry)[axis]!;
    return [
      { where: `in the first ${what}`, holds: (entry) => at(entry) === 0 },
      { where: `in the last ${what}`, holds: (entry) => at(entry) === last },
      { where: `in every ${what} but the first`, holds: (entry) => at(entry) !== 0 },
      { where: `in every ${what} but the last`, holds: (entry) => at(entry) !== last },
    ];
  });
  const border: Region[] =
    shape.length >= 3
      ? [
          {
            where: 'on the border of the image',
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
