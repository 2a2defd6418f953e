/** Checks that a function passes which computes nothing: they are worth something beside right values, and only there. */
import { emptied } from '../subject/lazy.ts';
import { functionOf, use } from '../subject/recorder.ts';
import type { LoadedSuite } from './run-suite.ts';

/**
 * Which of the checks that passed earn nothing: a function that refuses what it must, keeps the shape and computes
 * nothing passes them too, and in their exercise nothing else has passed.
 *
 * @param suite its subject is put back in the end
 * @param passed the numbers of the checks that passed
 * @param looking is told before an exercise is looked at
 */
export async function unearned(
  suite: LoadedSuite,
  passed: ReadonlySet<number>,
  looking = (): void => {},
): Promise<number[]> {
  const { opened, checks } = suite;
  const { subject, reference } = opened;
  const found: number[] = [];
  const nothing = emptied(reference);
  for (const exercise of new Set(checks.map((check) => check.exercise))) {
    const own = [...checks.keys()].filter((index) => checks[index]!.exercise === exercise);
    const earning = own.filter((index) => passed.has(index));
    if (earning.length === own.length || earning.length === 0) continue;
    looking();
    // The others are right: a gradient is not worth nothing because its forward pass could be empty as well.
    const name = functionOf(exercise);
    use(opened, { ...reference, [name]: nothing[name] });
    const cheap = new Set<number>();
    await suite.run(
      {
        begin: () => {},
        end: (index, { status }) => {
          if (status === 'passed') cheap.add(index);
        },
      },
      new Set(),
      exercise,
    );
    // Where zeros are right, as of a step's derivative, such checks are all there is.
    const isAllCheap = own.every((index) => cheap.has(index));
    if (!isAllCheap && earning.every((index) => cheap.has(index))) found.push(...earning);
  }
  use(opened, subject);
  return found;
}
