/** What grading a lesson finds. */

/** A check of a suite, before it ran. */
export interface Check {
  /** The exercise it belongs to: `02.5 sigmoid`. */
  exercise: string;
  /** The check's sentence: `is ½ at 0 …`. */
  title: string;
  /** Milliseconds after which it counts as endless. */
  limit: number;
}

/** How one check of a suite ended. A check is worth a point, and only `passed` earns it. */
export interface CheckResult {
  /** The exercise it belongs to: `02.5 sigmoid`. */
  exercise: string;
  /** The check's sentence: `is ½ at 0 …`. */
  title: string;
  status: 'passed' | 'failed' | 'todo';
  /** Why it failed. */
  failure?: Failure;
  /** What the learner's code printed meanwhile, in a local grade. */
  printed?: Printed;
}

/** What was printed. */
export interface Printed {
  /** It, or its beginning. */
  text: string;
  /** How many lines it has in all. */
  lines: number;
}

/** A failed check, told to the learner. */
export interface Failure {
  /** What is wrong, in a sentence. */
  problem: string;
  /** The call that gave the wrong value, in short: `sigmoid(x = (2) [0, 1])`. */
  call?: string;
  /** What came back from it, in short. */
  got?: string;
  /** What the check expected, in short, when it is one value. */
  expected?: string;
  /** The first function whose result held a NaN although its arguments didn't. */
  nanFrom?: string;
  /** Where in the learner's file an error was thrown: `lessons/…/activations.ts:31`. */
  place?: string;
  /** The earlier exercise whose mistake this is: with a right one in its place this check passes. */
  follows?: string;
  /** What the learner did, in the one check of an exercise that shows it. */
  diagnosis?: Diagnosis;
}

/** What a learner did, as far as it was recognized. */
export interface Diagnosis {
  /** A fault that needs no knowledge of the lesson, a known mistake, a relation to the right value, or a place. */
  kind: 'mechanical' | 'misconception' | 'relation' | 'place';
  /** The name of the misconception, or of the rule that found it. */
  id: string;
  sentence: string;
  /** The heading of the lesson's README that explains it. */
  anchor: string;
}

/** The first call of a function in a suite: the learner's result beside the reference's. */
export interface Sample {
  name: string;
  call: string;
  yours: { value: string; milliseconds: number };
  reference: { value: string; milliseconds: number };
}

/** A graded lesson. */
export interface LessonResult {
  /** `02-activations` */
  lesson: string;
  /** Every check of the suite, in order: those that never ran are failed. */
  checks: CheckResult[];
  /** Why the suite could not be loaded on the learner's file. */
  broken?: string;
  /** What the learner's file wrote to the terminal, but for what the checks have kept. */
  printed: string;
  /** One for each function that was called, if they were asked for. */
  samples: Sample[];
}

/** How fast a function was in the calls of a check that have returned. */
export interface Pace {
  name: string;
  calls: number;
  /** How long they took together. */
  milliseconds: number;
  /** Whether the answers were right that were compared with the reference's. */
  right: boolean;
}

/** What the process that runs a suite tells the one that watches it. */
export type Message =
  | { kind: 'loaded'; checks: Check[] }
  | { kind: 'begin'; index: number }
  | { kind: 'call'; name: string }
  | { kind: 'pace'; pace: Pace }
  | { kind: 'printed'; printed: Printed }
  | { kind: 'explaining' }
  | { kind: 'end'; index: number; result: CheckResult }
  | { kind: 'explained'; index: number; failure: Failure }
  | { kind: 'broken'; message: string }
  | { kind: 'done'; samples: Sample[] };
