/**
 * Which exercises fail only because an earlier one of the same file is wrong: whoever calls a wrong `step` in a right
 * `neuron` has made one mistake, not two.
 *
 * The learner's file is run once more with the earlier function replaced by the reference's. What passes then follows
 * from it.
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { declarations } from '../declarations.ts';
import { Deadline } from '../diagnosis/deadline.ts';
import type { Lesson } from '../project.ts';
import type { CheckResult } from '../results/lesson-result.ts';
import { loadInPlaceOf } from '../subject/elsewhere.ts';
import { functionOf, use, type Functions } from '../subject/recorder.ts';
import type { LoadedSuite } from './run-suite.ts';

/** How long the search may take, in milliseconds. */
const SEARCHING = 1000;

/**
 * Finds consequences.
 *
 * @param suite its subject is put back in the end
 * @param file the learner's
 * @param results of all checks, in order; undefined where one did not run
 * @param isQuick whether a check took so little time that it may be run again
 * @param found is told the number of a check that follows from an exercise
 */
export async function findConsequences(
  suite: LoadedSuite,
  lesson: Lesson,
  file: string,
  results: readonly (CheckResult | undefined)[],
  isQuick: (index: number) => boolean,
  found: (index: number, exercise: string) => void,
): Promise<void> {
  const { opened } = suite;
  const { subject, reference } = opened;
  const deadline = new Deadline(SEARCHING);
  const open = new Map(
    [...results.entries()].filter(([, result]) => result?.status === 'failed') as [
      number,
      CheckResult,
    ][],
  );
  // Checks stand in the order of the exercises.
  const causes = [...new Set([...open.values()].map(({ exercise }) => exercise))];
  for (const [place, cause] of causes.entries()) {
    const later = new Set(causes.slice(place + 1));
    const effects = [...open]
      .filter(([index, { exercise }]) => later.has(exercise) && isQuick(index))
      .map(([i]) => i);
    // An exercise that has turned out to follow from another one has no consequences of its own.
    const isCause = [...open.values()].some(({ exercise }) => exercise === cause);
    if (effects.length === 0 || !isCause || deadline.isOver()) continue;
    const name = functionOf(cause);
    const variant = await withRight(lesson, file, name);
    if (variant === undefined) continue;
    use(opened, { ...variant, [name]: reference[name] });
    for (const index of await passing(suite, effects, deadline)) {
      open.delete(index);
      found(index, cause);
    }
  }
  use(opened, subject);
}

/** Which of some checks pass, of those that there is time for. */
async function passing(
  suite: LoadedSuite,
  chosen: readonly number[],
  deadline: Deadline,
): Promise<number[]> {
  const passed: number[] = [];
  const leftOut = new Set([...suite.checks.keys()].filter((i) => !chosen.includes(i)));
  await suite.run(
    {
      begin: () => {},
      end: (index, { status }) => {
        if (status === 'passed') passed.push(index);
        if (deadline.isOver()) for (const i of chosen) leftOut.add(i);
      },
    },
    leftOut,
  );
  return passed;
}

/** The learner's functions as they are when one of them is the reference's; undefined where that can't be had. */
async function withRight(
  lesson: Lesson,
  file: string,
  name: string,
): Promise<Functions | undefined> {
  try {
    const text = readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
    const own = declarations(text).find((declaration) => declaration.name === name);
    const reference = JSON.stringify(pathToFileURL(lesson.reference).href);
    const right = `import { ${name} } from ${reference};`;
    // One that is missing is put there.
    const replaced = own === undefined ? `${right}\n${text}` : text.replace(own.code, () => right);
    return await loadInPlaceOf(replaced, file);
  } catch {
    // Nothing can be written, or the file leans on its place: then nothing is said of consequences.
    return undefined;
  }
}
