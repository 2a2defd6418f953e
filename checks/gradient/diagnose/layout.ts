/** Gradients whose numbers are right and in the wrong places. */
import { sameShape, unravel } from '../../any-array.ts';
import { listed } from '../verdict-text.ts';
import { axesText } from './axes.ts';
import {
  explains,
  indexOf,
  numericOf,
  permutations,
  ravel,
  subsets,
  type Diagnosis,
  type Evidence,
} from './evidence.ts';

/** Whether every entry is the one that belongs in another place. */
export function isMoved(
  evidence: Evidence,
  source: (index: number[], place: number) => number | undefined,
): boolean {
  return explains(evidence, (entry) => {
    const place = source(indexOf(evidence, entry), entry.place);
    const found = place === undefined ? undefined : evidence.at(place);
    return found && numericOf(found);
  });
}

/** Axes exchanged, and then perhaps read off in rows of another length. */
export const isTransposed: Diagnosis = (evidence) => {
  const { gradient, input } = evidence;
  const { shape } = input;
  for (const order of permutations([...shape.keys()])) {
    const turned = order.map((axis) => shape[axis]!);
    // The entry at `index` of the turned array is the one at `straight(index)` of the right gradient.
    const straight = (index: readonly number[]) =>
      shape.map((_, axis) => index[order.indexOf(axis)]!);
    const turnedThenReshaped = (_: number[], place: number) =>
      ravel(straight(unravel(place, turned)), shape);
    const reshapedThenTurned = (index: number[]) =>
      ravel(
        order.map((axis) => index[axis]!),
        turned,
      );
    if (isMoved(evidence, turnedThenReshaped)) {
      return sameShape(turned, shape)
        ? {
            code: 'transposed',
            sentence: `${gradient} is transposed: the axes come in the order ${order.join(', ')}.`,
          }
        : RESHAPED(gradient);
    }
    if (isMoved(evidence, reshapedThenTurned)) return RESHAPED(gradient);
  }
  return undefined;
};

const RESHAPED = (gradient: string) =>
  ({
    code: 'reshaped',
    sentence: `${gradient} was transposed and then reshaped, which scrambles it: a reshape keeps the row-major order of the entries and does not exchange axes.`,
  }) as const;

/** Read backwards along some axes. */
export const isFlipped: Diagnosis = (evidence) => {
  const { gradient, input } = evidence;
  const axes = subsets([...input.shape.keys()]).find((flipped) =>
    isMoved(evidence, (index) =>
      ravel(
        index.map((i, axis) => (flipped.includes(axis) ? input.shape[axis]! - 1 - i : i)),
        input.shape,
      ),
    ),
  );
  return (
    axes && {
      code: 'flipped',
      sentence: `${gradient} is flipped: the entries run backwards along ${axesText(axes, evidence.subject.axes[input.name])}.`,
    }
  );
};

/** How far an array is likely to be shifted: by a padding, or by one. */
const FURTHEST = 3;

/** Shifted along an axis, or along the last two at once, as by a padding that was not cropped. */
export const isShifted: Diagnosis = (evidence) => {
  const { gradient, input, subject } = evidence;
  const last = input.shape.length - 1;
  const offsets = Array.from({ length: 2 * FURTHEST + 1 }, (_, i) => i - FURTHEST).filter(Boolean);
  const candidates = [
    ...(last >= 1 ? offsets.map((by) => ({ by, axes: [last - 1, last] })) : []),
    ...offsets.flatMap((by) => [...input.shape.keys()].map((axis) => ({ by, axes: [axis] }))),
  ];
  const found = candidates.find(({ by, axes }) =>
    isMoved(evidence, (index) =>
      ravel(
        index.map((i, axis) => (axes.includes(axis) ? i - by : i)),
        input.shape,
      ),
    ),
  );
  if (found === undefined) return undefined;
  const { by, axes } = found;
  const isPadded = Object.keys(subject.constants).some((name) => name.startsWith('pad'));
  const places = `${Math.abs(by)} ${Math.abs(by) === 1 ? 'place' : 'places'}`;
  const cure = isPadded
    ? 'when you cut off a padding, start behind it'
    : `each entry belongs ${places} ${by > 0 ? 'earlier' : 'later'}`;
  return {
    code: 'shifted',
    sentence: `${gradient} is shifted by ${by} along ${axesText(axes, subject.axes[input.name])}: ${cure}.`,
  };
};

/** The gradient of another input. */
export const isOtherInput: Diagnosis = (evidence) => {
  const { gradient, input, others } = evidence;
  const other = others.find(
    (each) =>
      sameShape(each.input.shape, input.shape) &&
      explains(
        evidence,
        ({ place }) =>
          each.entries.find((entry) => entry.place === place && !entry.isKink)?.numeric?.value,
      ),
  );
  if (other === undefined) return undefined;
  // The other one says the same of this one if the two are exchanged.
  const isExchange = other.entries.every(({ place, yours, tolerance }) => {
    const mine = evidence.at(place);
    return mine === undefined || Math.abs(yours - numericOf(mine)) <= tolerance + mine.tolerance;
  });
  const names = [input, other.input].toSorted((a, b) => a.argument - b.argument);
  return {
    code: 'other-input',
    sentence: isExchange
      ? `${listed(names.map((each) => each.gradient))} are exchanged: each is the gradient of the other's input.`
      : `${gradient} is the gradient of ${other.input.name} and not of ${input.name}: the two were mixed up.`,
  };
};
