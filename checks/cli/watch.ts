/** `npm run watch NN`: grades a lesson whenever its file is saved. */
import { existsSync } from 'node:fs';
import { fileProblem } from '../course/learner-file.ts';
import { watchLearnerFiles } from '../course/watch-files.ts';
import { lessons, shownPath, type Lesson } from '../project.ts';
import { spare } from '../grade/spare-child.js';
import { coloursFor } from '../report/colours.ts';
import { clearStatus, drawStatus } from '../report/status-line.ts';
import { fitted, knowsEscapes } from '../report/terminal.ts';
import { byExercise } from '../results/points.ts';
import { compare } from './compare-solutions.ts';
import { hint } from './hint.ts';
import { followKeys } from './keys.ts';
import { grade, hasFile } from './test.ts';

/** Erases the screen and what was scrolled out of it, and begins at the top. */
const CLEAR_SCREEN = '\u001B[2J\u001B[3J\u001B[H';

/** Grades now and on every save, one run at a time, until it is ended. */
export async function watchLesson(first: Lesson): Promise<void> {
  if (!hasFile(first)) return;
  const watched = new Watched(first);
  const watcher = await watchLearnerFiles(({ name }) => {
    if (name === watched.lesson.name) watched.enqueue(() => watched.grade());
  });
  watched.enqueue(() => watched.grade());
  await followKeys(process.stdin, (key) => watched.press(key));
  await watcher.close();
  await watched.work;
  // What a hint or a comparison had to say of itself is not how this ended.
  process.exitCode = 0;
}

/** A lesson that is watched, and what is remembered of it. */
class Watched {
  lesson: Lesson;
  /** Everything that was begun: one thing is done at a time. */
  work: Promise<void> = Promise.resolve();
  /** Whether a run is waiting already: it will see the next save as well. */
  #isWaiting = false;
  /** Whether all was solved the last time: green after green needs no second report. */
  #isCalm = false;
  /** The first exercise that lacks points, and how many of its hints were given. */
  #open: string | undefined;
  #hints = 0;
  #solved: readonly string[] = [];
  /** The exercise that was solved last. */
  #latest: string | undefined;

  constructor(lesson: Lesson) {
    this.lesson = lesson;
  }

  /** Grades as soon as nothing else is going on. */
  enqueue(run: () => Promise<void>): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#then(() => {
      this.#isWaiting = false;
      return run();
    });
  }

  press(key: string): void {
    if (key === 'h') this.#then(() => this.#hint());
    if (key === 'c') this.#then(() => this.#compare());
    if (key === 'n') this.#then(() => this.#next());
  }

  async grade(): Promise<void> {
    const { learner, number } = this.lesson;
    if (!existsSync(learner)) {
      this.#show(
        `${shownPath(learner)} is gone. It is graded as soon as it is back; npm run reset ${number} puts the exercises there.`,
      );
      return;
    }
    const problem = fileProblem(this.lesson);
    if (problem !== undefined) return this.#show(problem);
    this.#begin();
    const { solved, report, checks } = await grade(this.lesson, { take: spare.take });
    clearStatus(process.stdout);
    this.#remember(byExercise(checks));
    if (solved && this.#isCalm && !knowsEscapes(process.stdout)) this.#show('✔ still solved');
    else this.#show(report.trimEnd());
    this.#isCalm = solved;
    spare.prepare();
  }

  /** Says that it is grading, on an empty screen where there is one. */
  #begin(): void {
    const text = `Grading ${shownPath(this.lesson.learner)} …`;
    if (knowsEscapes(process.stdout)) {
      process.stdout.write(CLEAR_SCREEN);
      drawStatus(process.stdout, text);
    } else process.stdout.write(`\n${text}\n`);
  }

  #remember(exercises: ReturnType<typeof byExercise>): void {
    const isWhole = ({ points, checks }: (typeof exercises)[number]): boolean =>
      points === checks.length;
    const solved = exercises.filter(isWhole).map(({ exercise }) => exercise);
    const fresh = solved.filter((exercise) => !this.#solved.includes(exercise));
    this.#latest = fresh.at(-1) ?? this.#latest;
    this.#solved = solved;
    const open = exercises.find((exercise) => !isWhole(exercise))?.exercise;
    if (open !== this.#open) this.#hints = 0;
    this.#open = open;
  }

  async #hint(): Promise<void> {
    if (this.#open === undefined)
      return this.#show('Every exercise is solved; there is nothing to hint at.');
    this.#hints++;
    process.stdout.write('\n');
    if (!(await hint(this.lesson, numberOf(this.#open), String(this.#hints)))) this.#hints = 0;
    this.#showKeys();
  }

  async #compare(): Promise<void> {
    const solved = this.#latest;
    if (solved === undefined)
      return this.#show('No exercise is solved yet, so there is nothing to compare.');
    process.stdout.write('\n');
    await compare(this.lesson, numberOf(solved), true);
    this.#showKeys();
  }

  async #next(): Promise<void> {
    const next = lessons().find(({ name }) => name > this.lesson.name);
    if (next === undefined) return this.#show('This is the last lesson.');
    this.lesson = next;
    [this.#isCalm, this.#open, this.#latest, this.#solved] = [false, undefined, undefined, []];
    return this.grade();
  }

  #show(text: string): void {
    process.stdout.write(`${fitted(text, process.stdout)}\n`);
    this.#showKeys();
  }

  #showKeys(): void {
    const file = shownPath(this.lesson.learner);
    const keys = process.stdin.isTTY
      ? 'h hint, c compare what you solved last, n next lesson, q quit'
      : 'press Ctrl-C to end';
    const text = fitted(`Watching ${file}; ${keys}.`, process.stdout);
    process.stdout.write(`\n${coloursFor(process.stdout).dim(text)}\n`);
  }

  /** Does something when everything before is done; what goes wrong there ends nothing. */
  #then(action: () => Promise<void>): void {
    this.work = this.work.then(action).catch((error: unknown) => {
      clearStatus(process.stdout);
      this.#show(`This could not be graded (${String(error)}). Save the file to try again.`);
    });
  }
}

/** `02.5` for `02.5 sigmoid`. */
function numberOf(exercise: string): string {
  return exercise.split(' ')[0]!;
}
