/** Gradients whose shape is not their input's. */
import { product, shapeText } from '#arrays';
import { sameShape, unravel } from '../../any-array.ts';
import type { Cause } from '../report.ts';
import type { Input } from '../arguments.ts';
import type { Returned } from '../read.ts';
import { axesText } from './axes.ts';
import { permutations, ravel, subsets } from './evidence.ts';

/** A way to make a gradient of the right shape out of one of a wrong shape. */
interface Repair {
  cause: Cause;
  values: Float64Array;
}

/**
 * Says how a wrong shape may have come about.
 *
 * @param isRight whether some numbers, in the shape of an input, are its gradient
 * @param others the other inputs
 * @param names what the axes of the returned array are called, if it has the shape of something whose axes have names
 */
export function nameShape(
  input: Input,
  returned: Returned,
  others: readonly Input[],
  isRight: (input: Input, values: Float64Array) => boolean,
  names: readonly string[] | undefined,
): Cause {
  const { gradient, name } = input;
  const shapes = `${gradient} has the shape ${shapeText(returned.shape)} and ${name} has ${shapeText(input.shape)}`;
  const repair = repairsOf(input, returned, shapes, names).find(({ values }) =>
    isRight(input, values),
  );
  if (repair) return repair.cause;
  const other = others.find(
    (each) => sameShape(each.shape, returned.shape) && isRight(each, returned.values),
  );
  if (other) {
    return {
      code: 'other-input',
      sentence: `${gradient} is the gradient of ${other.name} and not of ${name}: the two were mixed up.`,
    };
  }
  return {
    code: 'wrong-shape',
    sentence: `${shapes}; the gradient of an input has that input's shape.`,
  };
}

function repairsOf(
  { shape, gradient }: Input,
  returned: Returned,
  shapes: string,
  names: readonly string[] | undefined,
): Repair[] {
  const axes = [...returned.shape.keys()];
  const sums = subsets(axes)
    .filter((summed) =>
      sameShape(
        returned.shape.filter((_, axis) => !summed.includes(axis)),
        shape,
      ),
    )
    .map((summed): Repair => {
      const over = axesText(summed, names);
      return {
        cause: {
          code: 'not-summed',
          sentence: `${shapes}: sum over ${over}, and it is right.`,
        },
        values: summedOver(returned, summed, shape),
      };
    });
  const turns = permutations(axes)
    .filter((order) =>
      sameShape(
        order.map((axis) => returned.shape[axis]!),
        shape,
      ),
    )
    .map((order): Repair => ({
      cause: {
        code: 'transposed',
        sentence: `${gradient} is transposed: the shape is ${shapeText(returned.shape)} and must be ${shapeText(shape)}.`,
      },
      values: Float64Array.from({ length: returned.values.length }, (_, place) => {
        const index = unravel(place, shape);
        return returned.values[
          ravel(
            axes.map((axis) => index[order.indexOf(axis)]!),
            returned.shape,
          )!
        ]!;
      }),
    }));
  const reshape: Repair = {
    cause: {
      code: 'reshaped',
      sentence: `${shapes}: its numbers are right and in the right order, so reshape it.`,
    },
    values: returned.values,
  };
  return [...sums, ...turns, ...(product(returned.shape) === product(shape) ? [reshape] : [])];
}

function summedOver(
  { shape, values }: Returned,
  summed: readonly number[],
  target: readonly number[],
): Float64Array {
  const out = new Float64Array(product(target));
  values.forEach((value, place) => {
    const kept = unravel(place, shape).filter((_, axis) => !summed.includes(axis));
    out[ravel(kept, target)!]! += value;
  });
  return out;
}
