/**
 * What a learner did in an exercise, from all the calls that its checks made. In this order, and the first that is
 * found is told:
 *
 * 1. mechanical faults, which need no knowledge of the lesson (arguments.ts, results.ts, refusals.ts);
 * 2. a known misconception (known.ts);
 * 3. a relation to the right values (relations.ts), and failing that, where they are wrong (where.ts) or which calls
 *    are (which-calls.ts).
 *
 * A wrong name is worse than none: each must explain every call in which the learner is wrong and contradict none in
 * which the learner is right, or it says that it is not sure.
 */
import type { Opened } from '../subject/recorder.ts';
import { functionOf } from '../subject/recorder.ts';
import { changedArgument, ignoredStrides, rememberedCalls, returnedArgument } from './arguments.ts';
import { Deadline } from './deadline.ts';
import { observe, thinned, type RanCheck } from './evidence.ts';
import type { Exercise } from './exercise.ts';
import type { Finding } from './finding.ts';
import { knownMistake } from './known.ts';
import {
  borrowedRefusal,
  missingRefusal,
  needlessRefusal,
  startlessReduce,
  wrongRefusal,
} from './refusals.ts';
import { relation } from './relations.ts';
import { parametersOf } from './replay.ts';
import { notANumber, sometimesNaN, wrongKind, wrongShape } from './results.ts';
import { where } from './where.ts';
import { whichCalls } from './which-calls.ts';

/** How long the comparison with the reference may take, and all the rest, in milliseconds of CPU. */
const OBSERVING = 800;
const DIAGNOSING = 2000;

/** What a rule found, if it did. */
type Rule = (exercise: Exercise, deadline: Deadline) => Finding | undefined;

/** Rules about values, the surest first. */
const OF_VALUES: readonly Rule[] = [
  changedArgument,
  ignoredStrides,
  rememberedCalls,
  // Of a wrong shape a misconception that gives the very same one says more.
  knownMistake,
  wrongKind,
  wrongShape,
  relation,
  where,
  notANumber,
  whichCalls,
  sometimesNaN,
  returnedArgument,
];

/** Rules about refusing. The values are judged beside it, as if these calls were not there. */
const OF_REFUSALS: readonly Rule[] = [
  missingRefusal,
  wrongRefusal,
  startlessReduce,
  needlessRefusal,
  borrowedRefusal,
];

/** The exercise with its calls compared with the reference. */
export function exerciseOf(
  title: string,
  checks: readonly RanCheck[],
  { reference, misconceptions }: Pick<Opened, 'reference' | 'misconceptions'>,
): Exercise {
  const name = functionOf(title);
  return {
    title,
    name,
    parameters: parametersOf(reference[name]),
    checks,
    observations: thinned(observe(checks, name, reference, new Deadline(OBSERVING))),
    reference,
    misconceptions: misconceptions.filter(({ exercise }) => exercise === title),
  };
}

/** What the learner did; of two faults the one whose check comes first. */
export function diagnose(exercise: Exercise): Finding | undefined {
  const deadline = new Deadline(DIAGNOSING);
  const found = [OF_VALUES, OF_REFUSALS].flatMap((rules) => {
    for (const rule of rules) {
      const finding = rule(exercise, deadline);
      if (finding !== undefined) return [finding];
    }
    return [];
  });
  return found.toSorted((a, b) => a.shown.check.index - b.shown.check.index)[0];
}
