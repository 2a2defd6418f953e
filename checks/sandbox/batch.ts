/** Grades many submissions into a folder of results, and goes on there when it was ended in the middle. */
import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Lesson } from '../project.ts';
import { fingerprint } from './fingerprint.ts';
import { Graders } from './graders.ts';
import { gradeUntilInterrupted, type Grade } from './interruptible.ts';
import { dropResult, keepResult, keptLessons, keptResult, keptSeed, partsOf } from './kept.ts';
import { lock } from './lock.ts';
import { pointsCsv, rowOf, type Row } from './points-table.ts';
import { keepUngraded } from './shards.ts';
import type { NamedSubmission } from './submissions.ts';
import type { Weights } from './weights.ts';
import { makeFolder, save } from './writing.ts';
import type { SubmissionResult } from '../results/submission-result.ts';

/** How submissions are graded. */
export interface BatchOptions {
  /** The folder of the results: `NAME.json` for each submission, and `points.csv`. */
  out: string;
  lessons: readonly Lesson[];
  /** How many are graded at the same time. */
  jobs: number;
  /** What the fresh inputs of all of them are drawn with; that of the results that are there unless given. */
  seed?: number;
  /** How much a point counts, in a column of the table. */
  weights?: Weights;
  /** Ends the batch when what runs has ended. */
  signal: AbortSignal;
  /** Is told of each submission, and whether it was graded before. */
  finished?: (row: Row, kept: boolean) => void;
  /** Gets each result, new or not. */
  report?: (name: string, result: SubmissionResult) => void;
  /** Grades one. */
  grade?: Grade;
}

/** What became of a batch. */
export interface Batch {
  /** One for each submission, in their order. */
  rows: Row[];
  seed: number;
}

/**
 * Grades submissions. Whatever is wrong with one, the others are graded.
 *
 * All are graded with one seed, so that equal submissions get equal points. A result that is there already is
 * kept if it is whole, has that seed, and neither the submission nor the suites nor the lessons have changed.
 *
 * @returns a row for each submission; `points.csv` has the same
 * @throws the signal's reason when it was ended; the results so far are kept, and there is no `points.csv`
 * @throws Error when the folder cannot be written, another run writes into it, or its results are of other lessons
 */
export async function gradeBatch(
  submissions: readonly NamedSubmission[],
  options: BatchOptions,
): Promise<Batch> {
  const { out, lessons } = options;
  const csv = join(out, 'points.csv');
  makeFolder(out);
  const names = submissions.map(({ name }) => name);
  requireSameLessons(out, names, lessons);
  const unlock = lock(out);
  try {
    return await gradeLocked(submissions, names, csv, options);
  } finally {
    unlock();
  }
}

/** Grades submissions into a folder that nobody else writes into. */
async function gradeLocked(
  submissions: readonly NamedSubmission[],
  names: readonly string[],
  csv: string,
  options: BatchOptions,
): Promise<Batch> {
  const { out, jobs, signal } = options;
  // Until all is done there is none, rather than an old one.
  rmSync(csv, { force: true });
  const seed = options.seed ?? keptSeed(out, names) ?? randomInt(2 ** 32);
  const rows: Row[] = [];
  const graders = new Graders();
  const waiting = submissions.entries();
  const work = async (): Promise<void> => {
    // All who work take from the same list.
    for (const [i, submission] of waiting) {
      if (signal.aborted) return;
      rows[i] = await gradeOne(submission, seed, graders, options).catch((error: Error) =>
        failedRow(submission, error.message, options),
      );
    }
  };
  await Promise.all(Array.from({ length: jobs }, work)).finally(() => graders.end());
  signal.throwIfAborted();
  keepUngraded(out, rows);
  save(csv, pointsCsv(rows, options.weights));
  rmSync(join(out, '.parts'), { recursive: true, force: true });
  return { rows, seed };
}

/** Refuses to replace results of other lessons. */
function requireSameLessons(
  out: string,
  names: readonly string[],
  lessons: readonly Lesson[],
): void {
  const kept = keptLessons(out, names);
  const wanted = lessons.map(({ name }) => name);
  if (kept === undefined || kept.join() === wanted.join()) return;
  throw new Error(
    `${out} has the results of ${kept.join(', ')}, and those of ${wanted.join(', ')} would replace them; choose another folder, or the same lessons`,
  );
}

/** Grades a submission, or finds that it was graded. */
async function gradeOne(
  submission: NamedSubmission,
  seed: number,
  graders: Graders,
  options: BatchOptions,
): Promise<Row> {
  const { name, folder, problem } = submission;
  const { out, lessons, signal, finished, report, grade = gradeUntilInterrupted } = options;
  if (problem !== undefined) throw new Error(problem);
  const inputs = fingerprint(folder, lessons);
  const before = keptResult(out, name, inputs);
  const isKept = before !== undefined && before.seed === seed;
  if (!isKept) dropResult(out, name);
  const result = isKept
    ? before
    : await grade(folder, lessons, {
        seed,
        signal,
        graders,
        parts: partsOf(out, name, `${inputs} ${seed}`),
      });
  const row = rowOf(name, result);
  if (!isKept) keepResult(out, name, result, row.graded ? inputs : undefined);
  report?.(name, result);
  finished?.(row, isKept);
  return row;
}

/** The row of a submission that could not be graded; an older result is no longer one. */
function failedRow(
  { name }: NamedSubmission,
  problem: string,
  { out, signal, finished }: BatchOptions,
): Row {
  const row: Row = { submission: name, problem, graded: false };
  if (signal.aborted) return row;
  try {
    dropResult(out, name);
  } catch {
    // A name that is too long for a result: then there is none.
  }
  finished?.(row, false);
  return row;
}
