/** Gradients that are right for another matrix than the one that was given. */
import { measure } from '../difference.ts';
import { entryDirection, unitsOf } from '../probe.ts';
import type { Input } from '../arguments.ts';
import { movedTo, type Subject } from '../function-under-test.ts';
import { isComplaint } from '../read.ts';
import { explains, type Diagnosis } from './evidence.ts';

/**
 * A square matrix used where its transpose belongs: dout·W for dout·Wᵀ.
 *
 * That is a right gradient of another function, the one with W transposed. So the differences are taken of
 * that one.
 */
export const isOperandTransposed: Diagnosis = (evidence) => {
  const { gradient, input, subject, base, entries } = evidence;
  const squares = subject.inputs.filter(
    ({ shape, name }) => name !== input.name && shape.length === 2 && shape[0] === shape[1],
  );
  const units = unitsOf(input);
  const matrix = squares.find((each) => {
    const turned = withTransposed(subject, each);
    const run = turned.forward();
    if (isComplaint(run) || run.values.length !== base.values.length) return false;
    const turnedBase = { ...base, values: run.values };
    const slopes = new Map(
      entries.map(({ place, numeric }) => {
        const along = entryDirection(turned, input, place);
        return [place, measure(along, turnedBase, numeric!.step, units[place]!)?.value];
      }),
    );
    return explains(evidence, ({ place }) => slopes.get(place));
  });
  return (
    matrix && {
      code: 'transposed-operand',
      sentence: `${gradient} uses ${matrix.name} where its transpose belongs, or the other way round.`,
    }
  );
};

function withTransposed(subject: Subject, matrix: Input): Subject {
  const [size] = matrix.shape as [number];
  const transposed = matrix.values.map(
    (_, place) => matrix.values[(place % size) * size + Math.floor(place / size)]!,
  );
  return movedTo(subject, new Map([[matrix, transposed]]));
}
