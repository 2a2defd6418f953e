/**
 * *Where* a learner is wrong, when nothing says what was done: the simplest thing that the wrong entries have in
 * common and the right ones lack, and what became of the numbers there.
 */
import { agrees } from '../agreement.ts';
import { entries, isArray, sameShape, unravel } from '../any-array.ts';
import { numberText } from '../text.ts';
import { plainest } from './candidates.ts';
import type { Observation } from './evidence.ts';
import { parameterName, type Exercise } from './exercise.ts';
import type { Finding } from './finding.ts';
import { UNARY } from './unary.ts';

/** An entry of a result, or a whole result that is one number. */
interface Entry {
  given: number;
  right: number;
  isRight: boolean;
  index: readonly number[];
  shape: readonly number[];
  /** The entry of each argument in the same place, or the argument itself where it is a number. */
  beside: readonly (number | undefined)[];
}

/** A thing that some entries have and others lack; `text` completes "It is wrong …". */
interface Feature {
  text: string;
  has: (entry: Entry) => boolean;
}

/** So many right entries must lack what the wrong ones have. */
const RIGHT_ONES = 3;

/** A sentence that says where the values are wrong; undefined when they are wrong all over, or here and there. */
export function where(exercise: Exercise): Finding | undefined {
  const judged = exercise.observations.filter(
    ({ verdict }) => verdict === 'wrong' || verdict === 'right',
  );
  const wrongCalls = judged.filter(({ verdict }) => verdict === 'wrong');
  const found = judged.map(entriesOf);
  if (wrongCalls.length === 0 || found.includes(undefined)) return undefined;
  const all = found.flatMap((one) => one ?? []);
  const [right, wrong] = [
    all.filter(({ isRight }) => isRight),
    all.filter(({ isRight }) => !isRight),
  ];
  if (right.length < RIGHT_ONES || wrong.length === 0) return undefined;
  const feature = [...features(exercise), ...thresholds(exercise, right, wrong)].find(
    ({ has }) => wrong.every((entry) => has(entry)) && !right.some((entry) => has(entry)),
  );
  if (feature === undefined) return undefined;
  const became = whatBecame(wrong);
  return {
    kind: 'place',
    id: 'where',
    sentence: `It is wrong ${feature.text}, and right everywhere else${became === undefined ? '.' : `: there every number is ${became}.`}`,
    shown: plainest(wrongCalls),
  };
}

/** What became of the numbers that are wrong, if it is the same of two different ones at least. */
function whatBecame(wrong: readonly Entry[]): string | undefined {
  if (wrong.every(({ given }) => Number.isNaN(given))) return 'NaN';
  const pairs = new Set(wrong.map(({ given, right }) => `${given} for ${right}`));
  const constant = UNARY.find(
    ({ id, f }) =>
      (pairs.size > 1 || id.startsWith('all-')) &&
      wrong.every(({ given, right }) => agrees(given, f(right))),
  );
  return constant?.words;
}

function features(exercise: Exercise): Feature[] {
  const beside = exercise.parameters.flatMap((_, place): Feature[] => {
    const name = parameterName(exercise, place);
    const value = (entry: Entry): number => entry.beside[place] ?? NaN;
    return [
      { text: `where ${name} is 0`, has: (entry) => value(entry) === 0 },
      { text: `where ${name} is below 0`, has: (entry) => value(entry) < 0 },
      { text: `where ${name} is above 0`, has: (entry) => value(entry) > 0 },
      { text: `where ${name} is 0 or below`, has: (entry) => value(entry) <= 0 },
      { text: `where ${name} is 0 or above`, has: (entry) => value(entry) >= 0 },
    ];
  });
  const axes = ['row', 'column'].flatMap((word, axis): Feature[] => [
    { text: `in the first ${word}`, has: at(axis, () => 0) },
    { text: `in the last ${word}`, has: at(axis, (size) => size - 1) },
    {
      text: `in every ${word} but the first`,
      has: ({ shape, index }) => shape.length > axis && index[axis] !== 0,
    },
    {
      text: `in every ${word} but the last`,
      has: ({ shape, index }) => shape.length > axis && index[axis] !== shape[axis]! - 1,
    },
  ]);
  return [
    ...beside,
    ...axes,
    { text: 'on the diagonal', has: ({ index }) => index.length === 2 && index[0] === index[1] },
    { text: 'off the diagonal', has: ({ index }) => index.length === 2 && index[0] !== index[1] },
  ];
}

/** Whether an entry stands at this place along an axis. */
function at(axis: number, place: (size: number) => number): Feature['has'] {
  return ({ shape, index }) => shape.length > axis && index[axis] === place(shape[axis]!);
}

/** Bounds beyond which all is wrong, and within which all is right. */
function thresholds(
  exercise: Exercise,
  right: readonly Entry[],
  wrong: readonly Entry[],
): Feature[] {
  return exercise.parameters.flatMap((_, place): Feature[] => {
    const name = parameterName(exercise, place);
    const value = (entry: Entry): number => entry.beside[place] ?? NaN;
    const [rights, wrongs] = [right.map(value), wrong.map(value)];
    const [most, least] = [Math.max(...rights), Math.min(...rights)];
    const farthest = Math.max(...rights.map(Math.abs));
    return [
      {
        text: `where ${name} is large (from ${numberText(Math.min(...wrongs))} on, and not up to ${numberText(most)})`,
        has: (entry) => value(entry) > most,
      },
      {
        text: `where ${name} is far below 0 (from ${numberText(Math.max(...wrongs))} down, and not down to ${numberText(least)})`,
        has: (entry) => value(entry) < least,
      },
      {
        text: `where ${name} is far from 0 (from ±${numberText(Math.min(...wrongs.map(Math.abs)))} on, and not up to ±${numberText(farthest)})`,
        has: (entry) => Math.abs(value(entry)) > farthest,
      },
    ];
  });
}

/** The entries of a result that is a number or one array of the right shape; undefined of anything else. */
function entriesOf({ given, right, args }: Observation): Entry[] | undefined {
  if (typeof given === 'number' && typeof right === 'number') {
    // Beside an array, a number is a setting, which has too few values in a suite to blame it.
    const isOfNumbers = args.every((arg) => typeof arg === 'number');
    const beside = args.map((arg) => (isOfNumbers ? Number(arg) : undefined));
    return [{ given, right, isRight: agrees(given, right), index: [], shape: [], beside }];
  }
  if (!isArray(given) || !isArray(right) || !sameShape(given.shape, right.shape)) return undefined;
  const [mine, theirs] = [entries(given), entries(right)];
  const beside = args.map((arg) => {
    if (!isArray(arg) || !sameShape(arg.shape, right.shape)) return () => undefined;
    const values = entries(arg);
    return (i: number) => values[i];
  });
  return [...theirs.keys()].map((i) => ({
    given: mine[i]!,
    right: theirs[i]!,
    isRight: agrees(mine[i], theirs[i]),
    index: unravel(i, right.shape),
    shape: right.shape,
    beside: beside.map((valueAt) => valueAt(i)),
  }));
}
