/**
 * The evidence for a diagnosis: every call that the checks of an exercise made to its function, in passing and in
 * failing checks, beside what the reference answers.
 */
import type { Call, Functions } from '../subject/recorder.ts';
import { Deadline } from './deadline.ts';
import { rememberedOutcome } from './remembered.ts';
import { sameResult, withOwnCaches } from './replay.ts';

/** A check that ran, with the calls that it made to the lesson's functions. */
export interface RanCheck {
  /** Its number in the suite. */
  index: number;
  passed: boolean;
  /** What it threw. */
  error?: unknown;
  calls: readonly Call[];
}

/**
 * What a call says.
 *
 * - `right`: the learner's value is the reference's
 * - `wrong`: it is another one, in a check that failed
 * - `unclear`: it is another one in a check that passed, where it may be as right; or a cache was made by a
 *   function that is wrong itself
 * - `threw`: the learner's function threw something, where the reference returns a value
 * - `refused`: the call must be refused, and was
 * - `unrefused`: it must be refused, and a value came back
 * - `misrefused`: it must be refused, and something else than the reference's kind of error was thrown
 */
export type Verdict =
  'right' | 'wrong' | 'unclear' | 'threw' | 'refused' | 'unrefused' | 'misrefused';

/** A call with its verdict. */
export interface Observation {
  call: Call;
  check: RanCheck;
  verdict: Verdict;
  /** The arguments with which the lesson's own functions can be asked the same. */
  args: readonly unknown[];
  /** What came back, if something did. */
  given?: unknown;
  /** What the reference returns, if it returns something. */
  right?: unknown;
  /** What the reference throws. */
  refusal?: unknown;
}

/**
 * Compares the calls of an exercise with the reference: the checks take turns, and of each the cheapest call is first.
 *
 * @param checks those of the exercise, in order
 * @param name the exercise's function
 * @param reference the lesson's functions
 * @param deadline what is not compared until then takes no part
 */
export function observe(
  checks: readonly RanCheck[],
  name: string,
  reference: Functions,
  deadline: Deadline,
): Observation[] {
  const calls = checks
    .flatMap((check) => {
      const own = spread(check.calls.filter((call) => call.name === name));
      const sorted = own.toSorted((one, other) => cost(one) - cost(other));
      return sorted.map((call, turn) => ({ call, check, turn }));
    })
    .toSorted((one, other) => one.turn - other.turn || urgency(one) - urgency(other));
  const observations: Observation[] = [];
  for (const { call, check } of calls) {
    if (deadline.isOver()) break;
    const observation = observed(call, check, reference);
    if (observation !== undefined) observations.push(observation);
  }
  return observations;
}

/** So many calls of one check are compared, and so many with one verdict say all that there is to say. */
const MOST = 120;
const ENOUGH = 24;

/** Which of two calls is the quicker is chance where both take less than this, in milliseconds. */
const QUICK = 5;

/** What a call costs: of quick ones nothing, so that what is compared, and said, is the same each time. */
function cost({ milliseconds }: Call): number {
  return milliseconds < QUICK ? 0 : milliseconds;
}

/** A call of a check that failed says more: it may cost ten times as much. */
function urgency({ call, check }: { call: Call; check: RanCheck }): number {
  return check.passed ? cost(call) : cost(call) / 10;
}

/** All calls of a check, or as many as are compared, in even steps from the first. */
function spread(calls: readonly Call[]): Call[] {
  const step = Math.ceil(calls.length / MOST);
  return calls.filter((_, i) => i % step === 0);
}

/**
 * Without the calls that only repeat what others say: a gradient check makes hundreds of nearly the same, and there is
 * no time to ask every candidate about all of them.
 */
export function thinned(observations: readonly Observation[]): Observation[] {
  const counts = new Map<string, number>();
  return observations.filter(({ check, verdict }) => {
    const kind = `${check.index} ${verdict}`;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return count <= ENOUGH;
  });
}

function observed(call: Call, check: RanCheck, reference: Functions): Observation | undefined {
  const args = withOwnCaches(call, call.args, reference);
  if (args === undefined) return undefined;
  const { outcome } = call;
  // A function that is not there says so itself.
  if ('thrown' in outcome && nameOf(outcome.thrown) === 'MissingExportError') return undefined;
  const answer = rememberedOutcome(reference[call.name], args);
  const base = { call, check, args, ...('value' in outcome && { given: outcome.value }) };
  if (!('value' in answer)) {
    const { thrown: refusal } = answer;
    if ('value' in outcome) return { ...base, verdict: 'unrefused', refusal };
    const isSameKind = nameOf(outcome.thrown) === nameOf(refusal);
    return { ...base, verdict: isSameKind ? 'refused' : 'misrefused', refusal };
  }
  const { value: right } = answer;
  if (!('value' in outcome)) return { ...base, verdict: 'threw', right };
  if (sameResult(outcome.value, right)) return { ...base, verdict: 'right', right };
  const isUnclear = check.passed || [...(call.caches?.values() ?? [])].some(isWrong(reference));
  return { ...base, verdict: isUnclear ? 'unclear' : 'wrong', right };
}

/** Whether an earlier call returned something else than the reference. */
function isWrong(reference: Functions): (call: Call) => boolean {
  return (call) => {
    const args = withOwnCaches(call, call.args, reference);
    const answer = args && rememberedOutcome(reference[call.name], args);
    return !(
      answer !== undefined &&
      'value' in answer &&
      'value' in call.outcome &&
      sameResult(call.outcome.value, answer.value)
    );
  };
}

/** The name of an error: across a process its class is another one. */
export function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : typeof thrown;
}
