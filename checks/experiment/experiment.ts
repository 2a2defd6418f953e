/** Loads a lesson's experiment and runs it, on whose ever functions. */
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { loadMnist, type Mnist } from '#datasets/mnist';
import { seededRandom } from '#datasets/random';
import type { ExperimentModule, Parameters, Values } from '#figures/experiment';
import type { Figure } from '#figures/figure';
import { gradeLesson } from '../grade/grade-lesson.ts';
import type { Lesson } from '../project.ts';
import { byExercise } from '../results/points.ts';

/** The functions of a lesson, by their names. */
export type Functions = Readonly<Record<string, unknown>>;

/** An experiment and the lesson that it is about. */
export type LoadedExperiment = ExperimentModule<Functions>;

/** The functions that an experiment runs on, and which of them are the learner's. */
export interface Subject {
  functions: Functions;
  yours: readonly string[];
  references: readonly string[];
}

/** The experiment of a lesson, if it has one. */
export async function loadExperiment(lesson: Lesson): Promise<LoadedExperiment | undefined> {
  return existsSync(lesson.experiment)
    ? ((await load(lesson.experiment)) as unknown as LoadedExperiment)
    : undefined;
}

/** The reference alone. */
export async function referenceSubject(lesson: Lesson): Promise<Subject> {
  const functions = await load(lesson.reference);
  return { functions, yours: [], references: Object.keys(functions) };
}

/** The learner's functions where all of their exercise's checks pass, and the reference's elsewhere. */
export async function mixedSubject(lesson: Lesson): Promise<Subject> {
  const { functions: references } = await referenceSubject(lesson);
  const { checks } = await gradeLesson(lesson);
  const solved = byExercise(checks)
    .filter((exercise) => exercise.points === exercise.checks.length)
    .map(({ exercise }) => exercise.slice(exercise.indexOf(' ') + 1));
  if (solved.length === 0) {
    return { functions: references, yours: [], references: Object.keys(references) };
  }
  const own = await load(lesson.learner);
  const yours = solved.filter((name) => name in references && name in own);
  return {
    functions: { ...references, ...Object.fromEntries(yours.map((name) => [name, own[name]])) },
    yours,
    references: Object.keys(references).filter((name) => !yours.includes(name)),
  };
}

/**
 * Runs an experiment to its end.
 *
 * @param seed of its random numbers
 * @param tell is told from time to time how much is done, from 0 to 1
 */
export function runExperiment(
  module: LoadedExperiment,
  { functions }: Subject,
  { seed, values }: { seed: number; values: Values<Parameters> },
  tell: (done: number) => void = () => {},
): Figure[] {
  const material = { random: seededRandom(seed), digits: digitsFor(module) };
  const running = module.experiment(functions, material, values);
  for (;;) {
    const step = running.next();
    if (step.done === true) return step.value;
    tell(typeof step.value === 'number' ? step.value : step.value.done);
  }
}

/** What the parameters are unless somebody chooses. */
export function defaultValues(parameters: Parameters): Record<string, number> {
  return Object.fromEntries(Object.entries(parameters).map(([name, { value }]) => [name, value]));
}

function digitsFor({ digits = { train: 0, test: 0 } }: LoadedExperiment): Mnist {
  return loadMnist(digits);
}

async function load(file: string): Promise<Functions> {
  return (await import(pathToFileURL(file).href)) as Functions;
}
