/** Results whose numbers are right and stand in the wrong places, and arguments that were read so. */
import { zeros, type Tensor } from '#arrays';
import { entries, isArray, unravel, type AnyArray } from '../any-array.ts';
import type { Observation } from './evidence.ts';
import { parameterName, type Exercise } from './exercise.ts';
import type { Relation } from './relations.ts';
import { outcomeOf } from './replay.ts';

/** Another order of the entries of an array; undefined where the array has none such. */
type Layout = (x: AnyArray) => Tensor | undefined;

const LAYOUTS: readonly [id: string, result: string, layout: Layout][] = [
  ['transposed', 'transposed', transposed],
  ['reversed', 'in the reverse order', reversed(undefined)],
  ['rows-reversed', 'with its rows from the last to the first', reversed(0)],
  ['columns-reversed', 'with its columns from the last to the first', reversed(1)],
  ['shifted', 'shifted by one place', shifted(1)],
  ['shifted-back', 'shifted back by one place', shifted(-1)],
];

/** The relations by which a result, or an argument of it, is read in another order. */
export function layouts(exercise: Exercise): Relation[] {
  const { parameters, reference, name } = exercise;
  const results = LAYOUTS.map(([id, text, layout]): Relation => ({
    id: `result-${id}`,
    sentence: `This is the right result, ${text}.`,
    predict: ({ right }: Observation) => {
      const value = isArray(right) ? layout(right) : undefined;
      return value && { value };
    },
  }));
  const read = parameters.flatMap((_, place) =>
    LAYOUTS.map(([id, text, layout]): Relation => ({
      id: `argument-${id}`,
      sentence: `This is the right result for ${parameterName(exercise, place)} ${text}.`,
      predict: ({ args }: Observation) => {
        const arg = args[place];
        const other = isArray(arg) ? layout(arg) : undefined;
        if (other === undefined) return undefined;
        const outcome = outcomeOf(reference[name], args.with(place, other));
        return 'value' in outcome ? outcome : undefined;
      },
    })),
  );
  return [...results, ...read];
}

/** Only of a square one: another one would have the wrong shape, which is a fault of its own. */
function transposed(x: AnyArray): Tensor | undefined {
  const [rows, columns] = x.shape;
  if (x.shape.length !== 2 || rows !== columns) return undefined;
  return rearranged(x, ([i, j]) => [j!, i!]);
}

function reversed(axis: number | undefined): Layout {
  return (x) =>
    axis !== undefined && (x.shape.length < 2 || axis >= x.shape.length)
      ? undefined
      : rearranged(x, (index) =>
          index.map((i, a) => (axis === undefined || a === axis ? x.shape[a]! - 1 - i : i)),
        );
}

/** Along the first axis, and what falls off at one end comes back at the other. */
function shifted(by: number): Layout {
  return (x) => {
    const [length = 0] = x.shape;
    return length < 2
      ? undefined
      : rearranged(x, ([i, ...rest]) => [(i! + by + length) % length, ...rest]);
  };
}

/** The array whose entry at each index is that of x at `from(index)`. */
function rearranged(x: AnyArray, from: (index: number[]) => number[]): Tensor {
  const out = zeros(...x.shape);
  for (const i of entries(x).keys()) out.data[i] = Number(x.get(...from(unravel(i, x.shape))));
  return out;
}
