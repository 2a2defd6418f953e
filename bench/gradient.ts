/**
 * How fast the gradient checker is, beside the plain central difference (f(x+h) − f(x−h)) / 2h with its two
 * calls for each entry: entries a second and forward calls for each entry.
 *
 *     node --import tsx bench/gradient.ts
 *
 * The two take turns in every round, and the figures are medians over the rounds.
 */
import { checkGradient } from '../checks/gradient/check.ts';
import type { LayerProblem } from '../checks/gradient/problem.ts';
import { moveEntry } from '../checks/gradient/arguments.ts';
import { toSubject } from '../checks/gradient/function-under-test.ts';
import { isComplaint } from '../checks/gradient/read.ts';
import { normals } from './gradient/operations/arithmetic.ts';
import { affine, softmax } from './gradient/operations/dense.ts';
import { batchNorm, conv, maxPool } from './gradient/operations/images.ts';
import { rnn } from './gradient/operations/recurrent.ts';
import { median } from './median.ts';

const ROUNDS = 15;

interface Result {
  entries: number;
  calls: number;
}

/** Every entry of every input, with one step for all, and no questions asked. */
function plainDifference(problem: LayerProblem): Result {
  const subject = toSubject(problem);
  const h = 1e-5;
  let entries = 0;
  for (const input of subject.inputs) {
    for (const place of input.values.keys()) {
      const right = subject.forward((args) => moveEntry(args, input, place, h));
      const left = subject.forward((args) => moveEntry(args, input, place, -h));
      if (isComplaint(right) || isComplaint(left)) throw new Error('the benchmark is broken');
      entries++;
    }
  }
  return { entries, calls: subject.calls.forward };
}

function check(problem: LayerProblem): Result {
  const { verdict, entries, cost } = checkGradient(problem);
  if (verdict !== 'pass') throw new Error('the benchmark is broken');
  return { entries: entries.checked, calls: cost.forward };
}

const draw = normals(1);
const PROBLEMS: LayerProblem[] = [
  affine(draw(8, 10), draw(10, 6), draw(6)),
  softmax(draw(8, 10)),
  batchNorm(draw(8, 10), draw(10), draw(10)),
  conv(draw(2, 2, 6, 5), draw(3, 2, 3, 2), draw(3), 1),
  maxPool(draw(2, 2, 6, 5)),
  rnn(draw(2, 5, 4), draw(4, 3), draw(3, 3), draw(3)),
];

function timed(run: (problem: LayerProblem) => Result, problem: LayerProblem) {
  const start = performance.now();
  const result = run(problem);
  return { ...result, perSecond: (1000 * result.entries) / (performance.now() - start) };
}

console.log('problem        entries  calls/entry: full  plain   entries/s: full    plain');
for (const problem of PROBLEMS) {
  const rounds = Array.from({ length: ROUNDS }, () => ({
    full: timed(check, problem),
    plain: timed(plainDifference, problem),
  }));
  const { full, plain } = rounds.at(-1)!;
  const speed = (which: 'full' | 'plain') =>
    String(Math.round(median(rounds.map((round) => round[which].perSecond)))).padStart(8);
  console.log(
    problem.name!.padEnd(14),
    String(full.entries).padStart(7),
    (full.calls / full.entries).toFixed(2).padStart(18),
    (plain.calls / plain.entries).toFixed(2).padStart(6),
    speed('full').padStart(17),
    speed('plain'),
  );
}
