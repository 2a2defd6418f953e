/** Gradients with a factor too many, or one too few. */
import { sameShape } from '../../any-array.ts';
import type { Entry } from '../numeric.ts';
import { explains, indexOf, numericOf, ravel, subsets, type Diagnosis } from './evidence.ts';

/** A factor that appears in derivatives of common functions, by the input x and the output y. */
interface Factor {
  text: (x: string, y: string) => string;
  of: (x: number, y: number) => number;
}

const FACTORS: readonly Factor[] = [
  { text: (_x, y) => `(1 − ${y})`, of: (_x, y) => 1 - y },
  { text: (_x, y) => y, of: (_x, y) => y },
  { text: (_x, y) => `(1 − ${y}²)`, of: (_x, y) => 1 - y ** 2 },
  { text: (_x, y) => `${y}²`, of: (_x, y) => y ** 2 },
  { text: (x) => `(1 − ${x})`, of: (x) => 1 - x },
  { text: (x) => x, of: (x) => x },
  { text: (x) => `(1 − ${x}²)`, of: (x) => 1 - x ** 2 },
  { text: (x) => `${x}²`, of: (x) => x ** 2 },
  { text: (_x, y) => `${y}·(1 − ${y})`, of: (_x, y) => y * (1 - y) },
  { text: (x) => `${x}·(1 − ${x})`, of: (x) => x * (1 - x) },
];

/** A factor such as (1 − y) that is missing, or too many, or taken of x where it should be of y. */
export const isFactorWrong: Diagnosis = (evidence) => {
  const { gradient, input, run } = evidence;
  const [output] = run.outputs;
  if (!sameShape(output!.shape, input.shape)) return undefined;
  const text = (factor: Factor) => factor.text(input.name, output!.name);
  const valueOf = (factor: Factor, { place }: Entry) =>
    factor.of(input.values[place]!, run.values[place]!);
  for (const factor of FACTORS) {
    if (explains(evidence, (entry) => numericOf(entry) / valueOf(factor, entry))) {
      return { code: 'missing-factor', sentence: `${gradient} lacks the factor ${text(factor)}.` };
    }
    if (explains(evidence, (entry) => numericOf(entry) * valueOf(factor, entry))) {
      return {
        code: 'wrong-factor',
        sentence: `${gradient} has the factor ${text(factor)} once too often.`,
      };
    }
  }
  for (const used of FACTORS) {
    const wanted = FACTORS.find((each) =>
      explains(
        evidence,
        (entry) => (numericOf(entry) * valueOf(used, entry)) / valueOf(each, entry),
      ),
    );
    if (wanted) {
      return {
        code: 'wrong-factor',
        sentence: `${gradient} has the factor ${text(used)} where ${text(wanted)} belongs.`,
      };
    }
  }
  return undefined;
};

/** Another input, such as gamma, that is missing as a factor or there twice. */
export const isInputFactorWrong: Diagnosis = (evidence) => {
  const { gradient, input, subject } = evidence;
  for (const other of subject.inputs.filter((each) => each !== input)) {
    // One number for each column goes along with the last axis, and so on.
    const fitting = subsets([...input.shape.keys()]).filter((axes) =>
      sameShape(
        axes.map((axis) => input.shape[axis]!),
        other.shape,
      ),
    );
    for (const axes of fitting) {
      const factor = (entry: Entry) => {
        const index = indexOf(evidence, entry);
        return other.values[
          ravel(
            axes.map((axis) => index[axis]!),
            other.shape,
          )!
        ]!;
      };
      if (explains(evidence, (entry) => numericOf(entry) / factor(entry))) {
        return { code: 'missing-factor', sentence: `${gradient} lacks the factor ${other.name}.` };
      }
      if (explains(evidence, (entry) => numericOf(entry) * factor(entry))) {
        return {
          code: 'wrong-factor',
          sentence: `${gradient} has the factor ${other.name} once too often.`,
        };
      }
    }
  }
  return undefined;
};
