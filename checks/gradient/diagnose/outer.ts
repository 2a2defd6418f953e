/**
 * Weights that meet the wrong array: dWh made with h where the h of the step before belongs.
 *
 * Where z = A·W + …, the gradient dW is Σ A ⊗ dz over all samples and steps. Nobody returns dz, but it follows from
 * what was measured: the bias is added to z, so that what comes back to it by one sample's outputs is that sample's
 * dz; or, in a longer sequence, from dx = dz·Wxᵀ. An A for which the sum is the right gradient shows that the
 * dz is right; another, for which it is the learner's, was used instead.
 */
import { sameShape } from '../../any-array.ts';
import type { Input } from '../arguments.ts';
import { leastSquares } from '../fit.ts';
import { slopesAt, unitsOf } from '../probe.ts';
import { nounOf } from './axes.ts';
import { explains, margin, numericOf, type Diagnosis, type Evidence } from './evidence.ts';

/** An array of shape (…, length) as a list of rows. */
interface Rows {
  name: string;
  /** The sizes of all axes but the last. */
  leading: readonly number[];
  length: number;
  values: Float64Array;
}

export const isOperandWrong: Diagnosis = (evidence) => {
  const { gradient, input, entries } = evidence;
  const [J, K] = input.shape;
  if (input.shape.length !== 2) return undefined;
  for (const dz of dzOf(evidence, K!)) {
    const operands = operandsOf(evidence).filter(
      ({ leading, length }) => length === J && sameShape(leading, dz.leading),
    );
    const products = operands.map((operand) => ({ operand, product: outer(operand, dz) }));
    const right = products.find(({ product }) =>
      entries.every((entry) => {
        const predicted = product[entry.place]!;
        return Math.abs(numericOf(entry) - predicted) <= margin(evidence, entry, predicted);
      }),
    );
    const used =
      right && products.find(({ product }) => explains(evidence, ({ place }) => product[place]!));
    if (used) {
      return {
        code: 'wrong-operand',
        sentence: `${gradient} is made with ${used.operand.name} where ${right.operand.name} belongs.`,
      };
    }
  }
  return undefined;
};

/** Σ a ⊗ dz over all rows. */
function outer(a: Rows, dz: Rows): Float64Array {
  const product = new Float64Array(a.length * dz.length);
  for (let row = 0; row * a.length < a.values.length; row++) {
    for (let j = 0; j < a.length; j++) {
      for (let k = 0; k < dz.length; k++) {
        product[j * dz.length + k]! +=
          a.values[row * a.length + j]! * dz.values[row * dz.length + k]!;
      }
    }
  }
  return product;
}

/** All inputs and outputs as rows, and those with steps also one step later. */
function operandsOf({ subject, run }: Evidence): Rows[] {
  const outputs = run.outputs.map(({ name, shape, start, size }) => ({
    name,
    shape,
    values: run.values.slice(start, start + size),
  }));
  const arrays = [...subject.inputs, ...outputs].filter(({ shape }) => shape.length >= 2);
  return arrays.flatMap((array): Rows[] => {
    const { name, shape, values } = array;
    const rows = { name, leading: shape.slice(0, -1), length: shape.at(-1)!, values };
    if (shape.length !== 3) return [rows];
    const [N, T, J] = shape as [number, number, number];
    const before = `${name} of the ${nounOf(subject, array, 1)} before`;
    // What comes before the first step is zero, or an input of its own.
    const starts = arrays.filter((each) => sameShape(each.shape, [N, J]));
    return [
      rows,
      ...[undefined, ...starts].map((start) => ({
        ...rows,
        name: before,
        values: values.map((_, place) => {
          const [n, t, j] = [Math.floor(place / (T * J)), Math.floor(place / J) % T, place % J];
          return t > 0 ? values[place - J]! : (start?.values[n * J + j] ?? 0);
        }),
      })),
    ];
  });
}

/** The ways to come by dz, of shape (…, K). */
function dzOf(evidence: Evidence, K: number): Rows[] {
  const { subject, others } = evidence;
  const biases = others.filter(({ input }) => sameShape(input.shape, [K]));
  const matrices = subject.inputs.filter(
    ({ shape }) => shape.length === 2 && shape[1] === K && shape[0]! >= K,
  );
  return [
    ...biases.map(({ input }) => dzOfBias(evidence, input)),
    ...matrices.flatMap((W) =>
      others.flatMap(({ input, entries }): Rows[] => {
        const D = W.shape[0]!;
        const isWhole = entries.length === input.values.length;
        const isFit = isWhole && input.shape.at(-1) === D && input.shape.length >= 2;
        const dx = entries.map(({ numeric }) => numeric?.value ?? NaN);
        const rows = Array.from({ length: dx.length / D }, (_, row) =>
          dx.slice(row * D, (row + 1) * D),
        );
        const values = isFit ? rows.flatMap((row) => leastSquares(W.values, K, row)) : [];
        return isFit
          ? [
              {
                name: 'dz',
                leading: input.shape.slice(0, -1),
                length: K,
                values: Float64Array.from(values),
              },
            ]
          : [];
      }),
    ),
  ];
}

/** What comes back to a bias by each sample's outputs, for functions that take one step. */
function dzOfBias({ subject, base, run, others }: Evidence, bias: Input): Rows {
  const N = run.outputs[0]!.shape[0] ?? 1;
  const K = bias.values.length;
  const values = new Float64Array(N * K);
  const units = unitsOf(bias);
  for (const entry of others.find(({ input }) => input === bias)!.entries) {
    const slopes = slopesAt(subject, base, bias, entry, units[entry.place]!)?.slopes;
    for (const { start, size } of run.outputs) {
      for (let k = 0; k < size; k++) {
        const sample = Math.floor((k * N) / size);
        const part = (slopes?.[start + k] ?? NaN) * base.dout[start + k]!;
        values[sample * K + entry.place]! += part;
      }
    }
  }
  return { name: 'dz', leading: [N], length: K, values };
}
