/** A lesson of plain functions, and answers to it, for the tests of the diagnosis. */
import {
  array,
  copy,
  filled,
  map,
  matrixProduct,
  requireSameShape,
  zeros,
  type Tensor,
} from '#arrays';
import { diagnose, exerciseOf } from '../../checks/diagnosis/diagnose.ts';
import type { RanCheck } from '../../checks/diagnosis/evidence.ts';
import type { Finding } from '../../checks/diagnosis/finding.ts';
import { difference } from '../../checks/agreement.ts';
import { changeOf } from '../../checks/subject/change.ts';
import { snapshot } from '../../checks/subject/snapshot.ts';
import type { Misconception } from '../../checks/misconception.ts';
import { open, recordedCalls, startRecording, use } from '../../checks/subject/recorder.ts';

/** What the functions of the lesson are. */
export const reference = {
  tanh: (x: Tensor): Tensor => map(x, Math.tanh),
  relu: (x: Tensor): Tensor => map(x, (v) => Math.max(0, v)),
  mean: (x: Tensor): number => {
    if (x.size === 0) throw new RangeError('mean: x is empty and has no mean; give a number');
    return total(x) / x.shape[0]!;
  },
  distance: (a: Tensor, b: Tensor): number => {
    requireSameShape('distance', { a, b });
    return Math.sqrt(copy(a).data.reduce((sum, v, i) => sum + (v - copy(b).data[i]!) ** 2, 0));
  },
  product: (a: Tensor, b: Tensor): Tensor => matrixProduct(a, b),
  scaleForward: (x: Tensor, s: number): { out: Tensor; cache: unknown } => ({
    out: map(x, (v) => s * v),
    cache: { x, s },
  }),
  scaleBackward: (dout: Tensor, cache: { s: number }): { dx: Tensor } => ({
    dx: map(dout, (v) => cache.s * v),
  }),
};

/** The name of one of them. */
export type Name = keyof typeof reference;

/** Calls of each function as a suite makes them, a list for each check; made anew, since an answer may change them. */
function suiteCalls(): Readonly<Record<Name, readonly (readonly unknown[])[][]>> {
  return {
    tanh: [
      [[array([0, 0.5, -0.7])]],
      [[filled([2, 3], (i, j) => i - 0.4 * j)]],
      [[array([0.3, 99, -1.2, 99]).step(2)]],
      [[array([1000, -1000])]],
    ],
    relu: [
      [[array([0, 2, -3, 0.25])]],
      [[array([3, 0.5])]],
      [[filled([2, 3], (i, j) => i - j + 0.5)]],
    ],
    mean: [
      [
        [
          array([
            [1.3, 2],
            [5, 0.7],
            [0.2, -3],
          ]),
        ],
      ],
      [[array([[0.31], [0.77]])], [array([[4.1, 9.3, 1]])]],
      [[zeros(0, 2)]],
    ],
    distance: [
      [
        [array([1, 2.5]), array([4, -2])],
        [array([0.1, 0.2, 0.3]), array([0.7, -0.9, 1])],
      ],
      [[zeros(2), zeros(3)]],
    ],
    product: [
      [
        [
          array([
            [1, 2],
            [3, 4.5],
          ]),
          array([
            [0.5, -1],
            [7, 0.3],
          ]),
        ],
      ],
      [[filled([2, 3], (i, j) => i + 0.3 * j), filled([3, 2], (i, j) => 1 - i * j)]],
    ],
    scaleForward: [[[array([1, -2, 0.3]), 3]]],
    scaleBackward: [],
  };
}

/** Misconceptions of the lesson. */
export const misconceptions: Misconception[] = [
  {
    exercise: '07.1 tanh',
    id: 'tanh-of-half',
    sentence: 'The argument is halved here.',
    wrong: (x: Tensor) => map(x, (v) => Math.tanh(v / 2)),
  },
  {
    exercise: '07.1 tanh',
    id: 'tanh-cut',
    sentence: 'Large numbers are cut at 5 here.',
    anchor: '#large-numbers',
    wrong: (x: Tensor) => map(x, (v) => Math.tanh(Math.min(5, v))),
  },
];

/** Runs the calls on an answer as a suite's checks would, and says what is found out about it. */
export function findingOf(
  name: Name,
  answer: unknown,
  own = suiteCalls()[name],
): Finding | undefined {
  const opened = { reference, misconceptions, subject: reference };
  const call = open('07-fixture', opened);
  use(opened, { ...reference, [name]: answer });
  const title = `07.${Object.keys(reference).indexOf(name) + 1} ${name}`;
  const checks = own.map((list, index): RanCheck => {
    startRecording();
    let passed = true;
    for (const args of list) passed = isRight(name, args, () => call(name, [...args])) && passed;
    return { index, passed, error: new Error('wrong'), calls: recordedCalls() };
  });
  return diagnose(exerciseOf(title, checks, opened));
}

/** What a check says of a call: the right value in a new array, untouched arguments, and refusing what is to be refused. */
function isRight(name: Name, args: readonly unknown[], call: () => unknown): boolean {
  const f = reference[name] as (...args: readonly unknown[]) => unknown;
  const before = snapshot(args);
  const [wanted, given] = [() => f(...snapshot(before)), call].map((one) => {
    try {
      return { value: one() };
    } catch (error) {
      return { thrown: (error as Error).name };
    }
  });
  return (
    difference(given, wanted) === undefined &&
    changeOf(before, args) === undefined &&
    !args.includes(given?.value)
  );
}

/** The sum of all entries. */
export function total(x: Tensor): number {
  return copy(x).data.reduce((sum, v) => sum + v, 0);
}
