/** Gradients whose numbers are right and in the wrong places. */
import { sameShape, unravel } from '../../any-array.ts';
import { listed } from '../verdict-text.ts';
import {
  axesText,
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
function isMoved(
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
      sentence: `${gradient} is flipped: the entries run backwards along ${axesText(axes)}.`,
    }
  );
};

/** How far an array is likely to be shifted: by a padding, or by one. */
const FURTHEST = 3;

/** Shifted along an axis, or along the last two at once, as by a padding that was not cropped. */
export const isShifted: Diagnosis = (evidence) => {
  const { gradient, input } = evidence;
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
  return {
    code: 'shifted',
    sentence:
      `${gradient} is shifted by ${by} along ${axesText(axes)}: ` +
      'when you cut off a padding, start behind it.',
  };
};

/** An LSTM has four blocks, a GRU three; two is any exchange of halves. */
const BLOCK_COUNTS = [4, 3, 2];

/** Blocks along the last axis, as the gates of an LSTM, in another order. */
export const isBlocksPermuted: Diagnosis = (evidence) => {
  const { gradient, input } = evidence;
  const length = input.shape.at(-1) ?? 0;
  for (const count of BLOCK_COUNTS.filter((each) => length % each === 0)) {
    const size = length / count;
    const found = permutations(Array.from({ length: count }, (_, block) => block)).find((order) =>
      isMoved(evidence, (index) => {
        const i = index.at(-1)!;
        const moved = order[Math.floor(i / size)]! * size + (i % size);
        return ravel([...index.slice(0, -1), moved], input.shape);
      }),
    );
    if (found) {
      const wrong = found.flatMap((from, to) => (from === to ? [] : [String(to + 1)]));
      return {
        code: 'blocks-permuted',
        sentence: `${gradient} has the ${count} blocks along the last axis in the wrong order: blocks ${listed(wrong)} are exchanged.`,
      };
    }
  }
  return undefined;
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
