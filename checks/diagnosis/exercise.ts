import type { Misconception } from '../misconception.ts';
import type { Functions } from '../subject/recorder.ts';
import type { Observation, RanCheck } from './evidence.ts';

/** An exercise whose checks ran, with what the lesson knows of it. */
export interface Exercise {
  /** `05.6 affineForward` */
  title: string;
  /** Its function, `affineForward`. */
  name: string;
  /** The names of its parameters. */
  parameters: readonly string[];
  checks: readonly RanCheck[];
  /** The calls of its function beside the reference's answers. */
  observations: readonly Observation[];
  reference: Functions;
  /** Those of this exercise. */
  misconceptions: readonly Misconception[];
}

/** What a parameter is called in a sentence: `x`, or `its second argument` where it has no name. */
export function parameterName({ parameters }: Exercise, place: number): string {
  const name = parameters[place] ?? '';
  const ordinals = ['first', 'second', 'third', 'fourth', 'fifth'];
  return /^\w+$/.test(name) ? name : `its ${ordinals[place] ?? 'last'} argument`;
}

/** The observations of checks that failed, in the order of the checks. */
export function inFailedChecks({ observations }: Exercise): Observation[] {
  return observations
    .filter(({ check }) => !check.passed)
    .toSorted((a, b) => a.check.index - b.check.index);
}
