/** What a gradient check found, as data. */

/**
 * What a learner did, or what can be said of it. Those up to `not-linear` break the contract of a forward and
 * a backward function; the others are causes of a wrong gradient, the simplest first; `wrong` has no name.
 */
export const CODES = [
  'threw',
  'not-an-array',
  'missing',
  'not-finite',
  'not-repeatable',
  'changed-argument',
  'changed-dout',
  'changed-cache',
  'stuck',
  'stale',
  'wrong-shape',
  'accumulates',
  'dout-ignored',
  'weight-decay',
  'extra-constant',
  'not-linear',
  'zero',
  'sign',
  'ratio',
  'other-input',
  'transposed',
  'reshaped',
  'flipped',
  'own-place',
  'shifted',
  'blocks-permuted',
  'block',
  'not-summed',
  'one-slice',
  'output-ignored',
  'overwritten',
  'mask-inverted',
  'mask-missing',
  'passed-through',
  'diagonal-only',
  'own-step-only',
  'missing-factor',
  'wrong-factor',
  'missing-penalty',
  'mean-path',
  'variance-path',
  'norm-path',
  'sum-path',
  'transposed-operand',
  'wrong-operand',
  'outside-kink',
  'region',
  'wrong',
  'undecided',
] as const;

export type Code = (typeof CODES)[number];

/** The name of a mistake, and a sentence that tells the learner what happened and what to do. */
export interface Cause {
  code: Code;
  sentence: string;
}

/** One thing that is wrong, or that could not be decided. */
export interface Finding extends Cause {
  /** The input whose gradient it is about; nothing if it is about the functions as a whole. */
  input?: string;
  /** The gradient's name: 'dW' for the input 'W'. */
  gradient?: string;
  /** The index of the entry that is furthest off, and what it is. */
  index?: readonly number[];
  yours?: number;
  numeric?: number;
  /** How far `yours` might have been from `numeric` and still be right. */
  uncertainty?: number;
  /** How many of the `checked` entries are wrong. */
  wrong?: number;
  checked?: number;
}

export type Verdict = 'pass' | 'fail' | 'inconclusive';

/** The outcome of a gradient check. */
export interface GradientReport {
  /** The name of the operation. */
  name: string;
  /** `inconclusive` when nothing is known to be wrong and something could not be decided: it is never a pass. */
  verdict: Verdict;
  /** The cause first. Wrong gradients that follow from a named cause are not here but among `consequences`. */
  findings: readonly Finding[];
  /** The names of gradients that are right. */
  right: readonly string[];
  /** The names of gradients that are wrong too, and may well be right once the findings are mended. */
  consequences: readonly string[];
  /** Entries at which the function has a kink, so that a whole interval of values is right. */
  kinks: number;
  /** Entries compared one by one, and entries there are. */
  entries: { checked: number; of: number };
  /** What it cost, in calls of the learner's functions. */
  cost: { forward: number; backward: number };
}

/** What is said of a wrong gradient whose cause is not found. */
export const UNEXPLAINED = 'no common mistake explains it';
