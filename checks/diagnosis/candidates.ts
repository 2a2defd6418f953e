/**
 * Candidates for what a learner did, judged by the evidence.
 *
 * A candidate says what each call would have returned. A call *contradicts* it where the learner is right and it is
 * not: one such call rules it out. A call *supports* it where both are wrong alike.
 */
import { isArray } from '../any-array.ts';
import type { Deadline } from './deadline.ts';
import type { Observation } from './evidence.ts';
import { sameResult } from './replay.ts';

/** A guess at what the learner did. */
export interface Candidate {
  /** What the learner's function would then have returned; undefined when it says nothing of this call. */
  predict: (observation: Observation) => { value: unknown } | undefined;
}

/** A candidate that the evidence leaves standing. */
export interface Standing<C extends Candidate> {
  candidate: C;
  /** The calls that support it. */
  support: Observation[];
  /** How many of the calls in which the learner is wrong it does not explain. */
  open: number;
}

/** A candidate that leaves calls open must explain this share of them, and this many. */
const SHARE = 3 / 4;
const AT_LEAST = 2;

/**
 * The candidates that explain the learner's wrong values, best first: fewest calls left open, then most support,
 * then the order of the list, in which the more specific stand first.
 *
 * @param candidates the more specific ones first
 * @param observations in the order in which they are to be asked
 * @param deadline where it is reached, what is not compared counts as open
 */
export function standing<C extends Candidate>(
  candidates: readonly C[],
  observations: readonly Observation[],
  deadline: Deadline,
): Standing<C>[] {
  const wrong = observations.filter(({ verdict }) => verdict === 'wrong').length;
  const found: Standing<C>[] = [];
  for (const candidate of candidates) {
    const one = judged(candidate, observations, wrong, deadline);
    if (one !== undefined) found.push(one);
  }
  return found.toSorted((a, b) => a.open - b.open || b.support.length - a.support.length);
}

function judged<C extends Candidate>(
  candidate: C,
  observations: readonly Observation[],
  wrong: number,
  deadline: Deadline,
): Standing<C> | undefined {
  const support: Observation[] = [];
  const mostOpen = Math.floor((1 - SHARE) * wrong);
  let open = 0;
  for (const observation of observations) {
    const { verdict, given, right } = observation;
    if (verdict !== 'right' && verdict !== 'wrong') continue;
    const predicted = deadline.isOver() ? undefined : candidate.predict(observation);
    if (verdict === 'right') {
      if (predicted !== undefined && !sameResult(predicted.value, right)) return undefined;
      continue;
    }
    if (predicted !== undefined && sameResult(given, predicted.value)) {
      support.push(observation);
    } else {
      open++;
      if (open > mostOpen) return undefined;
    }
  }
  if (support.length === 0) return undefined;
  if (open > 0 && support.length < AT_LEAST) return undefined;
  return { candidate, support, open };
}

/** Of some calls the one to show: in the first check that failed the one with the fewest numbers in its arguments. */
export function plainest(observations: readonly Observation[]): Observation {
  return observations.toSorted(
    (a, b) => a.check.index - b.check.index || sizeOf(a.call.args) - sizeOf(b.call.args),
  )[0]!;
}

/** How many numbers a value holds. */
function sizeOf(value: unknown): number {
  if (isArray(value)) return value.size;
  return typeof value === 'object' && value !== null
    ? Object.values(value).reduce((sum: number, part) => sum + sizeOf(part), 0)
    : 1;
}
