/** What the server, the page and the runner of experiments tell each other. */
import type { Parameters, Plane } from '#figures/experiment';
import type { Figure } from '#figures/figure';
import type { Standing } from '../checks/course/standing.ts';

/** The whole course, `course.json`. */
export interface CourseText {
  lessons: readonly LessonLine[];
}

/** A lesson on the map. */
export interface LessonLine {
  /** `05` */
  number: string;
  /** `05-backprop` */
  name: string;
  /** `Backpropagation` */
  title: string;
  /** `05.1 addNode` and so on. */
  exercises: readonly string[];
}

/** A lesson in full, `lessons/05-backprop.json`. */
export interface LessonText extends LessonLine {
  /** The README as HTML. */
  text: string;
  experiment?: ExperimentText;
  /** For the lesson whose network reads what one draws. */
  pad?: PadText;
}

/** What the drawing pad of a lesson can fetch when it is needed. */
export interface PadText {
  /** Weights for the network; the first are taken unless others are chosen. */
  weights: readonly WeightsText[];
  /** How many digits there are to train with, and to test with, in files of so many. */
  digits: { train: number; test: number };
  /** Why weights that there are can't be read. */
  problem?: string;
}

/** A file of weights. */
export interface WeightsText {
  /** Whose they are. */
  whose: 'course' | 'yours';
  path: string;
  /** Of the digits that the training held out, the share that is read rightly, if the file says so. */
  accuracy?: number;
}

/** What is known of an experiment before it runs. */
export interface ExperimentText {
  title: string;
  about: string;
  parameters: Parameters;
  digits?: { train: number; test: number };
  plane?: Plane;
  /** The first picture as the reference made it, as SVG: to look at until the experiment has made its own. */
  preview?: string;
}

/** A graded lesson, in the order in which it is read. */
export interface Verdict {
  /** The path of the learner's file, and the beginning of its content's SHA-256. */
  file: string;
  hash: string;
  points: number;
  max: number;
  /** Whether all is right, and the file compiles. */
  solved: boolean;
  /** What the compiler says. */
  problems: readonly { place: string; message: string }[];
  /** Why nothing could be graded. */
  broken?: string;
  exercises: readonly ExerciseVerdict[];
  /** The failure that is shown in full. */
  failure?: FailureText;
}

/** The line of an exercise. */
export interface ExerciseVerdict {
  exercise: string;
  points: number;
  max: number;
  state: 'passed' | 'failed' | 'todo';
  /** Which check failed, or which exercise it follows from. */
  note: string;
}

/** A failure, ready to be read. */
export interface FailureText {
  title: string;
  /** The call, what came back and what was expected, each with its name. */
  values: readonly (readonly [name: string, value: string])[];
  problem: string;
  /** Where an error was thrown, and where the first NaN came from. */
  place?: string;
  nan?: string;
  /** What the learner did, if that was recognized. */
  diagnosis?: string;
  /** The heading of the README that explains it, `#056-affinebackward`. */
  anchor: string;
  /** What the learner's code printed in this check. */
  printed?: string;
}

/** What the server tells a page of its own accord. */
export type News =
  | { kind: 'standing'; lesson: string; standing: Standing }
  /** The learner's file as a script; none where it can't be made into one, for a reason that the verdict tells. */
  | { kind: 'saved'; lesson: string; script?: string }
  | { kind: 'grading'; lesson: string }
  | { kind: 'verdict'; lesson: string; verdict: Verdict }
  /** The file can't be read at all, or grading went wrong. */
  | { kind: 'problem'; lesson: string; problem: string };

/** What a runner needs once. */
export interface Programs {
  /** The experiment and the reference, and the learner's functions: where their scripts are. */
  experiment: string;
  learner?: string;
  /** Where the folder of the digits is, and how many are wanted. */
  digits: { folder: string; train: number; test: number };
  /** Two whole numbers: how many calls were begun, and which function is running now, as `Watched` says. */
  watched?: SharedArrayBuffer;
}

/** What the second number of `Programs.watched` says unless it is the place of a function's name, counted from 1. */
export const Watched = { nothing: 0, loading: -1 } as const;

/** A run of an experiment. */
export interface Job {
  id: number;
  seed: number;
  values: Readonly<Record<string, number>>;
  points?: DrawnPoints;
  /** The learner's functions in whose places the reference's stand, since they did not return or threw. */
  replaced: readonly string[];
  /** Whether to stop at the first frame. */
  paused: boolean;
}

/** Points as they cross to the runner: see LabelledPoints. */
export interface DrawnPoints {
  x: readonly (readonly [x: number, y: number])[];
  labels: readonly number[];
}

/** What a runner is told. */
export type ToRunner =
  /** The experiment will be wanted; nothing else is known yet. */
  | { kind: 'prepare'; experiment: string }
  | { kind: 'load'; programs: Programs }
  | { kind: 'run'; job: Job }
  | { kind: 'pause' }
  | { kind: 'go on' }
  | { kind: 'step' };

/** Whose functions a run has called so far. */
export interface Use {
  yours: readonly string[];
  references: readonly string[];
}

/** What a runner tells. */
export type FromRunner =
  /** All functions of the lesson, for `Programs.watched`. */
  | { kind: 'loaded'; names: readonly string[] }
  | { kind: 'begun'; id: number }
  | { kind: 'frame'; id: number; done: number; figures?: readonly Figure[]; use: Use }
  | { kind: 'ended'; id: number; figures: readonly Figure[]; use: Use }
  | { kind: 'failed'; id: number; failure: RunFailure };

/** Why a run ended before its time. */
export interface RunFailure {
  /** The learner's function that threw, or `Your file` while it loaded; none where the experiment could not go on with what came back. */
  name?: string;
  message: string;
  stack: string;
}
