/**
 * *Which calls* are wrong, when nothing says what was done or where in a result: the simplest thing that the arguments
 * of all wrong calls have and those of all right ones lack.
 */
import { isArray, type AnyArray } from '../any-array.ts';
import { plainest } from './candidates.ts';
import type { Observation } from './evidence.ts';
import { parameterName, type Exercise } from './exercise.ts';
import type { Finding } from './finding.ts';

/** A thing that an argument may be; `text` completes "x …". */
interface Trait {
  text: string;
  has: (x: AnyArray) => boolean;
}

/** So many calls it takes on either side: fewer may have something in common by chance. */
const WRONG_ONES = 2;
const RIGHT_ONES = 3;

const TRAITS: readonly Trait[] = [
  { text: 'is empty', has: ({ size }) => size === 0 },
  { text: 'has one entry', has: ({ size }) => size === 1 },
  ...[1, 2, 3].flatMap((rank): Trait[] => {
    const axes = rank === 1 ? 'one axis' : `${rank} axes`;
    return [
      { text: `has ${axes}`, has: ({ shape }) => shape.length === rank },
      { text: `has more or fewer than ${axes}`, has: ({ shape }) => shape.length !== rank },
    ];
  }),
  { text: 'has one row', has: ({ shape }) => shape.length > 1 && shape[0] === 1 },
  { text: 'has more than one row', has: ({ shape }) => shape.length > 1 && shape[0]! > 1 },
  { text: 'has one column', has: ({ shape }) => shape[1] === 1 },
  { text: 'has more than one column', has: ({ shape }) => shape.length > 1 && shape[1]! > 1 },
  { text: 'is not square', has: ({ shape }) => shape.length > 1 && shape[0] !== shape[1] },
  { text: 'has more rows than columns', has: ({ shape }) => shape[0]! > shape[1]! },
  { text: 'has more columns than rows', has: ({ shape }) => shape[0]! < shape[1]! },
];

/** A sentence that says which calls are wrong; undefined when they have nothing in common that the others lack. */
export function whichCalls(exercise: Exercise): Finding | undefined {
  const { observations } = exercise;
  const wrong = observations.filter(({ verdict }) => verdict === 'wrong');
  const right = observations.filter(({ verdict }) => verdict === 'right');
  if (wrong.length < WRONG_ONES || right.length < RIGHT_ONES) return undefined;
  const found = features(exercise).find(
    ({ has }) => wrong.every((one) => has(one)) && !right.some((one) => has(one)),
  );
  if (found === undefined) return undefined;
  return {
    kind: 'place',
    id: 'which-calls',
    sentence: `It is wrong in every call in which ${found.text}, and right in every other.`,
    shown: plainest(wrong),
  };
}

function features(exercise: Exercise): { text: string; has: (one: Observation) => boolean }[] {
  return exercise.parameters.flatMap((_, place) => {
    const name = parameterName(exercise, place);
    return TRAITS.map(({ text, has }) => ({
      text: `${name} ${text}`,
      has: ({ args }: Observation) => {
        const arg = args[place];
        return isArray(arg) && has(arg);
      },
    }));
  });
}
