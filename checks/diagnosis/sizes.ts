/** Results that are a size of the problem times too large or too small: a sum for a mean, a mean for a sum. */
import { isArray } from '../any-array.ts';
import type { Observation } from './evidence.ts';
import { parameterName, type Exercise } from './exercise.ts';
import { mapNumbers } from './numbers.ts';
import type { Relation } from './relations.ts';

/** A number that a call's arguments have: the length of an axis, say. */
interface Size {
  text: string;
  of: (observation: Observation) => number | undefined;
}

/** The relations of a result to the sizes of its arguments. */
export function sizes(exercise: Exercise): Relation[] {
  const all = sizesOf(exercise);
  const alone = all.flatMap((size) => [
    scaled(
      'size-too-often',
      `Every number is too large by the factor ${size.text}: a sum where a mean is asked for, or a division that is missing.`,
      [size],
      (v, n) => v * n,
    ),
    scaled(
      'size-divided',
      `Every number is too small by the factor ${size.text}: a mean where a sum is asked for, or a division too many.`,
      [size],
      (v, n) => v / n,
    ),
  ]);
  const lessOne = all.map((size) =>
    scaled(
      'size-less-one',
      `What is divided by is one less than ${size.text}. Divide by ${size.text} itself.`,
      [size],
      (v, n) => (v * n) / (n - 1),
    ),
  );
  const exchanged = all.flatMap((wanted) =>
    all
      .filter((taken) => taken !== wanted)
      .map((taken) =>
        scaled(
          'sizes-exchanged',
          `What is divided by is ${taken.text}; it must be ${wanted.text}.`,
          [wanted, taken],
          (v, n, m) => (v * n) / m!,
        ),
      ),
  );
  return [...alone, ...exchanged, ...lessOne];
}

function scaled(
  id: string,
  sentence: string,
  sizesOfCall: readonly Size[],
  f: (value: number, ...found: number[]) => number,
): Relation {
  return {
    id,
    sentence,
    predict: (observation) => {
      const found = sizesOfCall.flatMap(({ of }) => of(observation) ?? []);
      return found.length < sizesOfCall.length
        ? undefined
        : { value: mapNumbers(observation.right, (v) => f(v, ...(found as [number]))) };
    },
  };
}

/** The sizes that differ from call to call: of one that never does nobody can say that it was meant. */
function sizesOf(exercise: Exercise): Size[] {
  const { parameters, observations } = exercise;
  const all = parameters.flatMap((_, place) => {
    const name = parameterName(exercise, place);
    const array = ({ args }: Observation) => {
      const arg = args[place];
      return isArray(arg) ? arg : undefined;
    };
    const rank = Math.max(0, ...observations.map((one) => array(one)?.shape.length ?? 0));
    const axes = Array.from({ length: rank }, (__, axis): Size => ({
      text: axisText(name, axis, rank),
      of: (one) => array(one)?.shape[axis],
    }));
    const whole: Size = { text: `${name}'s number of entries`, of: (one) => array(one)?.size };
    return rank > 1 ? [...axes, whole] : axes;
  });
  const judged = observations.filter(({ verdict }) => verdict === 'right' || verdict === 'wrong');
  return all.filter(({ of }) => new Set(judged.map(of)).size > 1);
}

function axisText(name: string, axis: number, rank: number): string {
  if (rank === 1) return `${name}'s length`;
  if (rank === 2) return `${name}'s number of ${axis === 0 ? 'rows' : 'columns'}`;
  return `${name}.shape[${axis}]`;
}
