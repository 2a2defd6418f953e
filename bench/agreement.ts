/**
 * Whether a graded run gives the points that `npm test` gives, for many submissions: prints each that gets another
 * number, and why.
 *
 *     node --import tsx bench/agreement.ts DIR [JOBS]
 *
 * Every sub-folder of DIR is a submission; of its lessons those are graded that it has a file of. Under `npm test` its
 * code runs with all rights of whoever calls this: read it before.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { availableParallelism } from 'node:os';
import { gradeLesson } from '../checks/grade/grade-lesson.ts';
import { lessons, shownPath, stateFolder, type Lesson } from '../checks/project.ts';
import { oneLine } from '../checks/report/clean.ts';
import type { CheckResult } from '../checks/results/lesson-result.ts';
import { pointsOf } from '../checks/results/points.ts';
import { Graders } from '../checks/sandbox/graders.ts';
import { gradeInSandbox } from '../checks/sandbox/sandbox.ts';

const parent = resolve(process.argv[2]!);
const jobs = Number(process.argv[3] ?? availableParallelism());
// Where npm test resolves #arrays and the like.
const copies = stateFolder('agreement');
const graders = new Graders();
const counts = { same: 0, fewer: 0, more: 0 };

/** Grades a lesson of a submission in both ways, and tells where they differ. */
async function compare(name: string, lesson: Lesson): Promise<void> {
  const copy = join(copies, name, `${lesson.slug}.ts`);
  mkdirSync(join(copies, name), { recursive: true });
  cpSync(join(parent, name, shownPath(lesson.learner)), copy);
  const local = await gradeLesson(lesson, { subject: copy, loadLimit: 60_000 });
  const graded = await gradeInSandbox(lesson, { folder: join(parent, name), graders, seed: 1 });
  const points = pointsOf(local.checks);
  const how = graded.points === points ? 'same' : graded.points < points ? 'fewer' : 'more';
  counts[how]++;
  if (how === 'same') return;
  const reasons = new Set(graded.broken === undefined ? [] : [graded.broken]);
  for (const [i, check] of graded.checks.entries()) {
    if (graded.broken === undefined && check.status !== local.checks[i]!.status) {
      reasons.add(`${check.exercise}, ${check.title}: ${reasonOf(check, local.checks[i]!)}`);
    }
  }
  console.log(`${name}  ${lesson.number}: npm test ${points}, graded ${graded.points}`);
  for (const reason of reasons) console.log(`    ${oneLine(reason).slice(0, 240)}`);
}

/** What is said of a check that passed in one of them alone. */
function reasonOf(graded: CheckResult, local: CheckResult): string {
  return graded.failure?.problem ?? `npm test says ${local.failure?.problem ?? local.status}`;
}

const waiting = readdirSync(parent)
  .toSorted()
  .flatMap((name) => lessons().map((lesson) => [name, lesson] as const))
  .filter(([name, lesson]) => existsSync(join(parent, name, shownPath(lesson.learner))))
  .values();
async function work(): Promise<void> {
  for (const [name, lesson] of waiting) await compare(name, lesson);
}
await Promise.all(Array.from({ length: jobs }, work));
graders.end();
rmSync(copies, { recursive: true, force: true });
console.log(`${counts.same} get the same points, ${counts.fewer} fewer, ${counts.more} more`);
