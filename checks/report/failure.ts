/** What is said of a failed check, wherever it is shown. */
import { UNEXPLAINED } from '../gradient/report.ts';
import type { CheckResult, Failure } from '../results/lesson-result.ts';

/** What is said of a check that passes, and earns nothing since the values of its exercise are all wrong. */
export const CHEAP =
  'a function that computes nothing passes this too: it counts as soon as a check of this exercise passes that asks for values';

/**
 * The failed check that is shown in full: the first, or one of the same exercise that explains more, by a
 * diagnosis or, as the gradient check does where it knows what was done, in several lines.
 */
export function failureToShow(checks: readonly CheckResult[]): CheckResult | undefined {
  const failing = checks.filter(({ status }) => status === 'failed');
  const wrong = failing.filter(({ failure }) => failure?.problem !== CHEAP);
  const all = wrong.length > 0 ? wrong : failing;
  // What follows from another failure is mended with that one.
  const causes = all.filter(({ failure }) => failure?.follows === undefined);
  const failed = causes.length > 0 ? causes : all;
  const own = failed.filter(({ exercise }) => exercise === failed[0]?.exercise);
  return (
    own.find(({ failure }) => failure?.diagnosis !== undefined) ??
    own.find(({ failure }) => failure !== undefined && explains(failure)) ??
    own[0]
  );
}

/** Whether a problem of several lines says what was done; an example that can be worked out by hand says more if not. */
function explains({ problem }: Failure): boolean {
  return problem.includes('\n') && !problem.includes(UNEXPLAINED);
}

/** Why a check failed. */
export function failureOf({ failure }: CheckResult): Failure {
  return failure ?? { problem: 'it failed without saying why' };
}

/** The call, what came back and what was expected, as far as they are known, each with its name. */
export function valuesOf({ call, got, expected }: Failure): [name: string, value: string][] {
  const values: [string, string | undefined][] = [
    ['call', call],
    ['returned', got],
    ['expected', expected],
  ];
  return values.filter((entry): entry is [string, string] => entry[1] !== undefined);
}

/** Where the first NaN came from. */
export function nanText(name: string): string {
  return `The first function to return NaN is ${name}.`;
}
