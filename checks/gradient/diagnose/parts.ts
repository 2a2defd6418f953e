/**
 * Gradients that leave out some of the paths from the input to the outputs. The slopes of each output entry,
 * which the differences measure anyway, tell the paths apart.
 */
import { sameShape, unravel } from '../../any-array.ts';
import type { Entry } from '../numeric.ts';
import type { Output } from '../read.ts';
import {
  explains,
  indexOf,
  isBlocked,
  margin,
  numericOf,
  type Diagnosis,
  type Evidence,
} from './evidence.ts';
import { nounOf } from './axes.ts';

/** What reaches an entry from those outputs for which `counts` holds. */
function partFrom(
  { base, slopesOf }: Evidence,
  entry: Entry,
  counts: (k: number) => boolean,
): number {
  return slopesOf(entry).reduce(
    (total, slope, k) => (counts(k) ? total + slope * base.dout[k]! : total),
    0,
  );
}

/** The index of the k-th output entry, and the output it belongs to. */
function outputIndices({ run }: Evidence): { output: Output; index: number[] }[] {
  return run.outputs.flatMap((output) =>
    Array.from({ length: output.size }, (_, i) => ({ output, index: unravel(i, output.shape) })),
  );
}

/** Only the first, or only the last, of what is counted along an axis. */
export const isOneSlice: Diagnosis = (evidence) => {
  const { gradient, run, subject } = evidence;
  const indices = outputIndices(evidence);
  const output = run.outputs[0]!;
  const { shape } = output;
  for (const axis of shape.keys()) {
    const what = nounOf(subject, output, axis);
    for (const [slice, which] of [[0, 'first'] as const, [shape[axis]! - 1, 'last'] as const]) {
      const isIn = (k: number) => indices[k]!.index[axis] === slice;
      if (explains(evidence, (entry) => partFrom(evidence, entry, isIn))) {
        return {
          code: 'one-slice',
          sentence: `${gradient} takes in only the ${which} ${what} of ${output.name}: sum over all of them.`,
        };
      }
    }
  }
  return undefined;
};

/** All that comes by one of several outputs. */
export const isOutputIgnored: Diagnosis = (evidence) => {
  const { gradient, run } = evidence;
  const indices = outputIndices(evidence);
  const ignored = run.outputs.find((each) =>
    explains(evidence, (entry) => partFrom(evidence, entry, (k) => indices[k]!.output !== each)),
  );
  return (
    ignored && {
      code: 'output-ignored',
      sentence: `${gradient} leaves out d${ignored.name}: add what comes back by the output ${ignored.name}.`,
    }
  );
};

/** No more windows than this are looked through for one that was kept. */
const MOST_WINDOWS = 64;

/** Written where it should have been added: of several contributions one is left. */
export const isOverwritten: Diagnosis = (evidence) => {
  const { gradient, base, entries, slopesOf } = evidence;
  const indices = outputIndices(evidence);
  // One contribution may come from one output entry, or from all channels of one window.
  const ways = [
    (index: readonly number[]) => index.join(),
    (index: readonly number[]) => index.toSpliced(1, 1).join(),
  ];
  const isKept = (groupOf: (index: readonly number[]) => string): boolean => {
    const groups = indices.map(({ index }) => groupOf(index));
    let hits = 0;
    for (const entry of entries) {
      const contributions = new Map<string, number>();
      slopesOf(entry).forEach((slope, k) => {
        if (slope === 0) return;
        const group = groups[k]!;
        contributions.set(group, (contributions.get(group) ?? 0) + slope * base.dout[k]!);
      });
      const isWrong = entry.judgement === 'wrong';
      if (contributions.size > MOST_WINDOWS || (contributions.size < 2 && isWrong)) return false;
      const isOne = [...contributions.values()].some(
        (value) => Math.abs(entry.yours - value) <= margin(evidence, entry, value),
      );
      if (isWrong && !isOne) return false;
      if (isWrong) hits++;
    }
    return hits >= 2;
  };
  return ways.some(isKept)
    ? {
        code: 'overwritten',
        sentence: `${gradient} is overwritten where something should be added: an entry that is used several times gets a contribution from each use, and only one is left.`,
      }
    : undefined;
};

/** Each entry of the output taken to depend on its own entry of the input alone, as in softmax's diagonal. */
export const isDiagonalOnly: Diagnosis = (evidence) => {
  const { gradient, run, input } = evidence;
  const [output] = run.outputs;
  if (!sameShape(output!.shape, input.shape)) return undefined;
  return explains(evidence, (entry) => partFrom(evidence, entry, (k) => k === entry.place))
    ? {
        code: 'diagonal-only',
        sentence: `${gradient} uses only the diagonal of the Jacobian: each entry of ${input.name} changes other entries of ${output!.name} too.`,
      }
    : undefined;
};

/** What an entry does to the output at its own place left out, or taken in where it does nothing. */
export const isOwnPlaceWrong: Diagnosis = (evidence) => {
  const { gradient, run, input, base, entries, slopesOf } = evidence;
  const [output] = run.outputs;
  if (!sameShape(output!.shape, input.shape)) return undefined;
  const isLeftOut = explains(evidence, (entry) =>
    partFrom(evidence, entry, (k) => k !== entry.place),
  );
  const isTakenIn = explains(evidence, (entry) =>
    slopesOf(entry)[entry.place] === 0 ? numericOf(entry) + base.dout[entry.place]! : undefined,
  );
  if (!isLeftOut && !isTakenIn) return undefined;
  const isRunning = entries.every((entry) =>
    slopesOf(entry).every((slope, k) => slope === 0 || k >= entry.place),
  );
  if (isTakenIn && !isRunning) return undefined;
  const sum = isRunning
    ? `: the sum over ${output!.name} must be ${isLeftOut ? 'inclusive, and here it is exclusive' : 'exclusive, and here it is inclusive'}`
    : '';
  const what = isLeftOut
    ? `leaves out what each entry of ${input.name} does to ${output!.name} at its own place`
    : `takes in d${output!.name} at its own place, where ${input.name} changes nothing`;
  return { code: 'own-place', sentence: `${gradient} ${what}${sum}.` };
};

/** Each step, or each row, taken to matter to its own output alone, so that nothing comes back from the others. */
export const isOwnStepOnly: Diagnosis = (evidence) => {
  const { gradient, run, input, subject, entries, slopesOf } = evidence;
  const indices = outputIndices(evidence);
  const [output] = run.outputs;
  for (const axis of input.shape.keys()) {
    if (output!.shape[axis] !== input.shape[axis]) continue;
    const stepOf = (entry: Entry) => indexOf(evidence, entry)[axis]!;
    const isOwn = explains(evidence, (entry) =>
      partFrom(evidence, entry, (k) => indices[k]!.index[axis] === stepOf(entry)),
    );
    if (!isOwn) continue;
    // Only what goes forward in steps comes back from the next one.
    const isForward = entries.every((entry) =>
      slopesOf(entry).every((slope, k) => slope === 0 || indices[k]!.index[axis]! >= stepOf(entry)),
    );
    const noun = nounOf(subject, input, axis);
    const missing = isForward
      ? `the gradient that comes back from the next one (d${output!.name}Next) is missing`
      : `it changes others too`;
    return {
      code: 'own-step-only',
      sentence: `${gradient} counts, for each ${noun}, the output of that ${noun} only: ${missing}.`,
    };
  }
  return undefined;
};

/** Passed on where the function blocks it, and perhaps blocked where the function passes it on. */
export const isMaskWrong: Diagnosis = (evidence) => {
  const { gradient, entries, input, run, base } = evidence;

  const blocked = entries.filter(isBlocked);
  const open = entries.filter((entry) => !isBlocked(entry));
  const passesBlocked =
    blocked.length > 0 && blocked.every(({ yours, tolerance }) => Math.abs(yours) > tolerance);
  const isNegative = ({ place }: Entry) => input.values[place]! < 0;
  const areNegative = entries.every((entry) => isBlocked(entry) === isNegative(entry));
  const where = areNegative
    ? ` where ${input.name} is negative`
    : ' where the forward pass lets nothing through';
  if (passesBlocked && open.length > 0) {
    if (open.every(({ yours }) => yours === 0)) {
      return {
        code: 'mask-inverted',
        sentence: `${gradient} has the mask inverted: the gradient passes${where} and nowhere else.`,
      };
    }
    if (open.every(({ judgement }) => judgement === 'right')) {
      return {
        code: 'mask-missing',
        sentence: `${gradient} lacks the mask: no gradient passes${where}.`,
      };
    }
  }
  const [output] = run.outputs;
  return sameShape(output!.shape, input.shape) &&
    explains(evidence, ({ place }) => base.dout[place]!)
    ? {
        code: 'passed-through',
        sentence: `${gradient} is d${output!.name} itself: multiply by the operation's own derivative.`,
      }
    : undefined;
};
