/** Results for arguments of which the first or the last entry was left out: a loop that begins late or ends early. */
import { isArray, type AnyArray } from '../any-array.ts';
import type { Observation } from './evidence.ts';
import { parameterName, type Exercise } from './exercise.ts';
import type { Relation } from './relations.ts';
import { outcomeOf } from './replay.ts';

/** The relations by which a loop over an axis, or over one axis of several arguments at once, is one step short. */
export function dropped(exercise: Exercise): Relation[] {
  const { parameters, observations, reference, name } = exercise;
  const rankOf = (place: number): number =>
    Math.max(
      0,
      ...observations.map(({ args }) => {
        const arg = args[place];
        return isArray(arg) ? arg.shape.length : 0;
      }),
    );
  return [...parameters.keys()].flatMap((place) =>
    Array.from({ length: rankOf(place) }, (_, axis) => axis).flatMap((axis) =>
      (['last', 'first'] as const).map((end): Relation => ({
        id: `${end}-left-out`,
        sentence: `This is the right result without the ${end} ${axisText(axis, rankOf(place))} of ${parameterName(exercise, place)}: a loop that ${end === 'last' ? 'ends one too early' : 'begins one too late'}.`,
        predict: ({ args }: Observation) => {
          const arg = args[place];
          const length = isArray(arg) ? arg.shape[axis] : undefined;
          if (length === undefined || length < 2) return undefined;
          const outcome = outcomeOf(reference[name], args.map(shortened(length, end)));
          return 'value' in outcome ? outcome : undefined;
        },
      })),
    ),
  );
}

/** An array less one entry along the first of its axes that has this length. */
function shortened(length: number, end: 'first' | 'last'): (value: unknown) => unknown {
  return (value) => {
    const axis = isArray(value) ? value.shape.indexOf(length) : -1;
    if (axis < 0) return value;
    const array = value as AnyArray;
    const place = (size: number): (number | undefined)[] =>
      array.shape.map((_, a) => (a === axis ? size : undefined));
    return end === 'last'
      ? array.hi(...(place(length - 1) as number[]))
      : array.lo(...(place(1) as number[]));
  };
}

function axisText(axis: number, rank: number): string {
  if (rank < 2) return 'entry';
  return axis === 0 ? 'row' : 'column';
}
