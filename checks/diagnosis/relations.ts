/**
 * Relations between what came back and the right value, for mistakes that no known one explains: a factor, the sign,
 * exchanged arguments, a transposed result, what another function gives.
 *
 * Each is a candidate like any other (candidates.ts), and must explain every call in which the learner is wrong.
 */
import { agrees } from '../agreement.ts';
import type { Functions } from '../subject/recorder.ts';
import { numberText } from '../text.ts';
import { plainest, standing, type Candidate } from './candidates.ts';
import type { Deadline } from './deadline.ts';
import type { Observation } from './evidence.ts';
import { parameterName, type Exercise } from './exercise.ts';
import type { Finding } from './finding.ts';
import { layouts } from './layouts.ts';
import { dropped } from './dropped.ts';
import { mapNumbers, numbersIn } from './numbers.ts';
import { outcomeOf, parametersOf, withOwnCaches } from './replay.ts';
import { sizes } from './sizes.ts';
import { UNARY } from './unary.ts';

/** A relation, and what its learner needs to read. */
export interface Relation extends Candidate {
  id: string;
  sentence: string;
}

/** The relation that holds between all wrong values and the right ones, the simplest first. */
export function relation(exercise: Exercise, deadline: Deadline): Finding | undefined {
  const { observations } = exercise;
  const all = [
    ...ofResult(),
    ...sizes(exercise),
    ...exchanged(exercise),
    ...layouts(exercise),
    ...dropped(exercise),
    ...otherFunctions(exercise),
    ...fitted(observations),
    ...single(),
    ...nearly(observations),
  ];
  const found = standing(all, observations, deadline).find(
    ({ open, support }) => open === 0 && tellsMuch(support),
  );
  if (found === undefined) return undefined;
  const { id, sentence } = found.candidate;
  return { kind: 'relation', id, sentence, shown: plainest(found.support) };
}

/** How much evidence is enough: fewer numbers may be what they are by chance. */
const ENOUGH = 3;

/** Whether so much is explained that it can hardly be chance. A number that is no simple fraction says the most. */
function tellsMuch(support: readonly Observation[]): boolean {
  const pairs = new Map<string, number>();
  for (const { given, right } of support) {
    const [a, b] = [numbersIn(given), numbersIn(right)];
    for (const [i, value] of a.entries()) {
      if (value !== b[i]) pairs.set(`${value} for ${b[i]}`, isSimple(value) ? 1 : ENOUGH);
    }
  }
  return [...pairs.values()].reduce((sum, weight) => sum + weight, 0) >= ENOUGH;
}

/** Whether a number is a small one of sixteenths or of tenths, as those are that suites are written with. */
function isSimple(value: number): boolean {
  return !Number.isFinite(value) || [16, 10].some((parts) => Number.isInteger(parts * value));
}

/** What can be done to all numbers of a right value. */
function ofResult(): Relation[] {
  return UNARY.map(({ id, words, f }) => transformed(id, `Every number is ${words}.`, f));
}

function transformed(id: string, sentence: string, f: (value: number) => number): Relation {
  return { id, sentence, predict: ({ right }) => ({ value: mapNumbers(right, f) }) };
}

/** The right function with two of its arguments exchanged, or an argument that came back as it was. */
function exchanged(exercise: Exercise): Relation[] {
  const { parameters, reference, name } = exercise;
  const called = (i: number): string => parameterName(exercise, i);
  const relations: Relation[] = parameters.map((_, i) => ({
    id: 'argument-unchanged',
    sentence: `This is ${called(i)}, as it came in.`,
    predict: ({ args }) => ({ value: args[i] }),
  }));
  for (const i of parameters.keys()) {
    for (let j = i + 1; j < parameters.length; j++) {
      relations.push({
        id: 'arguments-exchanged',
        sentence: `${called(i)} and ${called(j)} have changed places: these are the right numbers for one in the place of the other.`,
        predict: ({ args }) => {
          const swapped = [...args];
          [swapped[i], swapped[j]] = [args[j], args[i]];
          return valueOf(reference[name], swapped);
        },
      });
    }
  }
  return relations;
}

/** Functions of the language that are taken for one another. */
const LANGUAGE: Functions = Object.fromEntries(
  (
    [
      'sin',
      'cos',
      'tan',
      'sinh',
      'cosh',
      'tanh',
      'atan',
      'asinh',
      'exp',
      'expm1',
      'log',
      'log1p',
      'log2',
      'log10',
      'sqrt',
      'cbrt',
      'abs',
      'sign',
    ] as const
  ).map((name) => [`Math.${name}`, (x: unknown) => mapNumbers(x, Math[name])]),
);

/** What other functions of the lesson, or of the language, give for the same arguments. */
function otherFunctions({ reference, name, parameters }: Exercise): Relation[] {
  // One that is made for other arguments may make nonsense of these, and take for ever.
  const isAlike = (f: unknown): boolean => parametersOf(f).join() === parameters.join();
  const others = [
    ...Object.entries(reference).filter(([other, f]) => other !== name && isAlike(f)),
    ...Object.entries(LANGUAGE),
  ];
  return others
    .filter(([, f]) => typeof f === 'function')
    .map(([other, f]) => ({
      id: 'other-function',
      sentence: `These are the values of ${other} for the same arguments.`,
      predict: (observation) => {
        const args = withOwnCaches(observation.call, observation.call.args, reference);
        return args && valueOf(f, args);
      },
    }));
}

/** A factor or an offset that the first wrong numbers show, and that all others must bear out. */
function fitted(observations: readonly Observation[]): Relation[] {
  const pairs = observations
    .filter(({ verdict }) => verdict === 'wrong')
    .flatMap(({ given, right }) => {
      const [a, b] = [numbersIn(given), numbersIn(right)];
      return a.length === b.length ? a.map((value, i) => [value, b[i]!] as const) : [];
    })
    .filter(([, right]) => right !== 0 && Number.isFinite(right));
  // Of numbers that are all alike nobody can say what became of them.
  if (new Set(pairs.map(([, right]) => Math.abs(right))).size < ENOUGH) return [];
  const [given, right] = pairs[0]!;
  const [factor, offset] = [given / right, given - right];
  return [
    ...(Number.isFinite(factor) && factor !== 0
      ? [
          transformed(
            'factor',
            `Every number is ${numberText(factor)} times the right one.`,
            (v) => factor * v,
          ),
        ]
      : []),
    ...(Number.isFinite(offset)
      ? [
          transformed(
            'offset',
            `Every number is too ${offset > 0 ? 'large' : 'small'} by ${numberText(Math.abs(offset))}.`,
            (v) => v + offset,
          ),
        ]
      : []),
  ];
}

/** Right to four digits at least: within this, relatively. */
const NEAR = 1e-4;

/** The learner's own values where they have no more digits than single precision has. */
function single(): Relation[] {
  return [
    {
      id: 'single-precision',
      sentence:
        'Every number has the digits of single precision, seven in place of sixteen. Is a Float32Array or Math.fround on the way?',
      predict: ({ given, right }) => {
        const [a, b] = [numbersIn(given), numbersIn(right)];
        const isSingle =
          a.length === b.length &&
          a.every(
            (value, i) =>
              value === Math.fround(value) && Math.abs(value - b[i]!) <= NEAR * Math.abs(b[i]!),
          );
        return isSingle ? { value: given } : undefined;
      },
    },
  ];
}

/** The learner's own values where several are nearly the right ones: computed too coarsely. */
function nearly(observations: readonly Observation[]): Relation[] {
  const wrong = observations.filter(({ verdict }) => verdict === 'wrong');
  // Where half of it is right to all its digits, it is not computed too coarsely but wrong in some place.
  const exact = observations
    .filter(({ verdict }) => verdict === 'right' || verdict === 'wrong')
    .flatMap(({ given, right }) => {
      const mine = numbersIn(given);
      return numbersIn(right).flatMap((v, i) => (isSimple(v) ? [] : [agrees(mine[i], v)]));
    });
  if (2 * exact.filter((isRight) => isRight).length >= exact.length) return [];
  const numbers = new Set(wrong.flatMap(({ right }) => numbersIn(right)));
  if (numbers.size < ENOUGH) return [];
  return [
    {
      id: 'nearly',
      sentence:
        'Every number is nearly right, to a few digits. Is a constant rounded, a step too coarse, or a Float32Array on the way?',
      predict: ({ given, right }) => {
        const [a, b] = [numbersIn(given), numbersIn(right)];
        const isNear =
          a.length === b.length &&
          a.every((value, i) => Math.abs(value - b[i]!) <= NEAR * Math.abs(b[i]!));
        return isNear ? { value: given } : undefined;
      },
    },
  ];
}

function valueOf(f: unknown, args: readonly unknown[]): { value: unknown } | undefined {
  const outcome = outcomeOf(f, args);
  return 'value' in outcome ? outcome : undefined;
}
