/** What is known of a planted mistake. */
import type { Problem } from '../../../checks/gradient/problem.ts';
import type { Code } from '../../../checks/gradient/report.ts';

export interface Planted {
  title: string;
  problem: (seed: number) => Problem;
  /** The name of what was done; `wrong` where there is none to be found, and any name would mislead. */
  code: Code;
  /** What its author must read. */
  sentence: string;
  right: string[];
  consequences?: string[];
}

export const OVERWRITTEN =
  'is overwritten where something should be added: an entry that is used several times gets a contribution from each use, and only one is left.';

export const WRONG_SIGN = 'the wrong sign: every entry is the negative of what it should be.';
