/** What a proof says against a lesson, in sentences: none of them when the lesson holds. */
import type { Lesson } from '../project.ts';
import type { CheckResult } from '../results/lesson-result.ts';
import { overBudget } from './budget.ts';
import type { CaughtMisconception, Proof } from './proof.ts';

/** Everything at once. */
export function faultsOf(lesson: Lesson, proof: Proof): string[] {
  return [
    ...referenceFaults(proof),
    ...stubFaults(proof),
    ...solutionFaults(proof),
    ...proof.misconceptions.flatMap(misconceptionFault),
    ...oracleFaults(proof),
    ...overBudget(lesson, proof),
  ];
}

/** Checks that the reference does not pass. */
export function referenceFaults({ reference }: Proof): string[] {
  return others(reference, 'passed').map((check) => `the reference fails ${check}`);
}

/** Checks that are not to do while no exercise is written. */
export function stubFaults({ stub, reference }: Proof): string[] {
  const missing = stub.length === reference.length ? [] : ['the stub does not meet every check'];
  return [...missing, ...others(stub, 'todo').map((check) => `the stub is not to do in ${check}`)];
}

/** Checks that another right solution does not pass. */
export function solutionFaults({ solutions }: Proof): string[] {
  return solutions.flatMap(({ file, checks }) =>
    others(checks, 'passed').map((check) => `${file} fails ${check}`),
  );
}

/** Whether a misconception passes its exercise, or is shown as something else: several may share a sentence. */
export function misconceptionFault({
  misconception: { id, sentence },
  caught,
}: CaughtMisconception): string[] {
  if (caught === undefined) return [`${id} is not caught`];
  const named = caught.failure?.diagnosis;
  return named?.id === id || named?.sentence === sentence
    ? []
    : [`${id} is shown as ${named?.id ?? 'nothing'} (${caught.title})`];
}

/** Tests beside an independent library that fail. */
export function oracleFaults({ oracles }: Proof): string[] {
  return oracles.flatMap(({ title, problem }) =>
    problem === undefined ? [] : [`${title}: ${problem}`],
  );
}

/** The checks that did not end in the given way, as sentences. */
function others(checks: readonly CheckResult[], status: CheckResult['status']): string[] {
  return checks
    .filter((check) => check.status !== status)
    .map(({ exercise, title }) => `${exercise}: ${title}`);
}
