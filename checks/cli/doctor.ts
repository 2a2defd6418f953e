/** `npm run doctor`: what is wrong with this installation, a sentence each. Node and packages: see launch.js. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileProblem } from '../course/learner-file.ts';
import { declarations } from '../declarations.ts';
import { typecheck } from '../grade/typecheck.ts';
import { lessons, shownPath, sourceText, stateFolder, type Lesson } from '../project.ts';

/** Prints what is wrong, and exits with 0 only if nothing is. */
export async function doctor(): Promise<void> {
  const stateProblem = folderProblem(stateFolder());
  const found = stateProblem === undefined ? [] : [stateProblem];
  // Without a place for its settings the compiler can't look at the lessons.
  if (stateProblem === undefined) {
    for (const lesson of lessons()) found.push(...(await lessonProblems(lesson)));
  }
  process.stdout.write(
    found.length === 0
      ? `Node ${process.versions.node}, the packages, and the files of ${lessons().length} lessons are in order.\n`
      : `${found.join('\n')}\n`,
  );
  process.exitCode = found.length === 0 ? 0 : 1;
}

/** What is wrong with a lesson's files. */
export async function lessonProblems(lesson: Lesson): Promise<string[]> {
  const { learner } = lesson;
  const course = [lesson.readme, lesson.reference, lesson.misconceptions, lesson.suite]
    .filter((file) => !existsSync(file))
    .map((file) => `${shownPath(file)} is missing: git restore ${shownPath(file)} brings it back.`);
  const problem = fileProblem(lesson);
  if (problem !== undefined) return [...course, problem];
  if (course.length > 0) return course;
  const own = new Set(declarations(readFileSync(learner, 'utf8')).map(({ name }) => name));
  const lost = declarations(sourceText(lesson.reference)).filter(
    ({ name }) => !own.has(name) && !exportsName(learner, name),
  );
  const problems = await typecheck(lesson);
  // In a file with a syntax error no function is found, and only the error is to be mended.
  const isBroken = problems.length > 0 && own.size === 0;
  return [
    ...problems.map(({ place, message }) => `${place} does not compile: ${message}`),
    ...(isBroken ? [] : lost).map(
      ({ exercise }) => `${shownPath(learner)} no longer exports ${exercise}.`,
    ),
  ];
}

/** Whether a file exports a name in some other way than as a function declaration. */
function exportsName(file: string, name: string): boolean {
  return new RegExp(
    `^export (?:const|let|async function) ${name}\\b|^export \\{[^}]*\\b${name}\\b`,
    'm',
  ).test(readFileSync(file, 'utf8'));
}

function folderProblem(folder: string): string | undefined {
  const file = join(folder, `doctor-${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, '');
    rmSync(file);
    return undefined;
  } catch {
    return `${shownPath(folder)} can't be written, so no attempt can be kept and nothing is remembered: check that it is a folder of yours.`;
  }
}
