/** Gradients with a factor or a term too many, or one too few. */
import { sameShape, unravel } from '../../any-array.ts';
import { numberText } from '../../text.ts';
import { dot, multiple } from '../fit.ts';
import type { Entry } from '../numeric.ts';
import {
  axesText,
  explains,
  numericOf,
  subsets,
  type Diagnosis,
  type Evidence,
} from './evidence.ts';

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

/** How much more than the tolerance a term may be off. */
const SLACK = 3;

function excess(entry: Entry): number {
  return entry.yours - numericOf(entry);
}

/** A multiple of the input itself, or of its sign: the gradient of a penalty on large weights. */
export const isPenaltyWrong: Diagnosis = (evidence) => {
  const { gradient, input, entries } = evidence;
  if (entries.length < 3) return undefined;
  const terms = [
    { text: input.name, of: (x: number) => x },
    { text: `sign(${input.name})`, of: Math.sign },
  ];
  for (const term of terms) {
    const amount = multiple(
      entries.map(excess),
      entries.map(({ place }) => term.of(input.values[place]!)),
      (i) => SLACK * entries[i]!.tolerance,
    );
    if (amount === undefined) continue;
    const text = `${numberText(Number(Math.abs(amount).toPrecision(4)))}·${term.text}`;
    return amount > 0
      ? {
          code: 'weight-decay',
          sentence: `${gradient} contains an extra ${text}, which the forward pass knows nothing of: leave weight decay to the optimizer.`,
        }
      : {
          code: 'missing-penalty',
          sentence: `${gradient} lacks ${text}, the gradient of the penalty in the forward pass.`,
        };
  }
  return undefined;
};

/** The term that is the same everywhere. */
const one = () => 1;

/** How many entries a group must have for a straight line through them to mean something. */
const SMALLEST_GROUP = 3;

/** What a normalization loses when its mean, or its variance, is taken for a constant. */
export const isPathMissing: Diagnosis = (evidence) => {
  const { gradient, input, run } = evidence;
  for (const axes of subsets([...input.shape.keys()])) {
    const groups = groupsAlong(evidence, axes);
    if (groups === undefined) continue;
    const isSum = (...terms: ((entry: Entry) => number)[]) =>
      groups.every((group) => isCombination(group, terms)) &&
      groups.some((group) => group.length > terms.length + 1);
    const over = axesText(axes);

    const x = ({ place }: Entry) => input.values[place]!;
    if (isSum(one)) {
      return {
        code: 'mean-path',
        sentence: `${gradient} is off by the same amount all along ${over}: the path through the mean over ${over} is missing.`,
      };
    }
    if (groups.every((group) => isCombination(group, [centred(group, x)]))) {
      return {
        code: 'variance-path',
        sentence: `${gradient} is off by a multiple of ${input.name} minus its mean along ${over}: the path through the variance over ${over} is missing.`,
      };
    }
    if (isSum(one, x)) {
      return {
        code: 'mean-path',
        sentence: `${gradient} is off by a straight line in ${input.name} along ${over}: the paths through the mean and through the variance over ${over} are both missing.`,
      };
    }
    const [output] = run.outputs;
    if (sameShape(output!.shape, input.shape) && isSum(({ place }) => run.values[place]!)) {
      return {
        code: 'sum-path',
        sentence: `${gradient} is off by a multiple of ${output!.name} along ${over}: the path through the sum over ${over} is missing.`,
      };
    }
  }
  return undefined;
};

/** The entries that differ along some axes only, group by group; nothing unless all of them were measured. */
function groupsAlong({ input, entries }: Evidence, axes: readonly number[]): Entry[][] | undefined {
  if (entries.length < input.values.length) return undefined;
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = unravel(entry.place, input.shape)
      .filter((_, axis) => !axes.includes(axis))
      .join();
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  const list = [...groups.values()];
  return list.every((group) => group.length >= SMALLEST_GROUP) ? list : undefined;
}

/** Whether what a group is off by is a sum of multiples of some terms, by Gram and Schmidt's projections. */
function isCombination(
  group: readonly Entry[],
  terms: readonly ((entry: Entry) => number)[],
): boolean {
  let rest = group.map(excess);
  const directions: number[][] = [];
  for (const term of terms) {
    const direction = directions.reduce(without, group.map(term));
    directions.push(direction);
    rest = without(rest, direction);
  }
  return rest.every((value, i) => Math.abs(value) <= SLACK * group[i]!.tolerance);
}

/** The part of a list of numbers that is orthogonal to another. */
function without(a: readonly number[], b: readonly number[]): number[] {
  const square = dot(b, b);
  return square === 0 ? [...a] : a.map((value, i) => value - (dot(a, b) / square) * b[i]!);
}

function centred(group: readonly Entry[], f: (entry: Entry) => number): (entry: Entry) => number {
  const mean = group.reduce((total, entry) => total + f(entry), 0) / group.length;
  return (entry) => f(entry) - mean;
}
