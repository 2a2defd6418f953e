/** Parts of a large class that several machines grade, and their results brought together. */
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseResult } from '../results/result-file.ts';
import { pointsCsv, rowOf, type Row } from './points-table.ts';
import { byName, type NamedSubmission } from './submissions.ts';
import type { Weights } from './weights.ts';
import { makeFolder, save } from './writing.ts';
import type { SubmissionResult } from '../results/submission-result.ts';

/** The third of sixteen parts is `{ part: 3, of: 16 }`. */
export interface Shard {
  part: number;
  of: number;
}

/** The shard that a text such as `3/16` means; undefined when it means none. */
export function shardOf(text: string): Shard | undefined {
  const [, part, of] = /^(\d{1,5})\/(\d{1,5})$/.exec(text) ?? [];
  const shard = { part: Number(part), of: Number(of) };
  return shard.part >= 1 && shard.part <= shard.of ? shard : undefined;
}

/** The submissions of a shard: every sixteenth, so that all take about as long. */
export function inShard(
  submissions: readonly NamedSubmission[],
  { part, of }: Shard,
): NamedSubmission[] {
  return submissions.filter((_, i) => i % of === part - 1);
}

/** Where a folder of results keeps the rows of the submissions that have no result. */
const UNGRADED = '.ungraded.json';

/** Keeps the rows that have no result, so that a merged table has them too. */
export function keepUngraded(out: string, rows: readonly Row[]): void {
  const others = rows.filter(({ score }) => score === undefined);
  save(join(out, UNGRADED), JSON.stringify(others, null, 2));
}

/**
 * Brings the results of several folders together in one, with their table.
 *
 * @param folders each is what a shard was graded into, to its end
 * @param out gets a copy of every result, and `points.csv`
 * @returns the rows of the table
 * @throws Error when a folder is not whole, two have the same submission, or they were graded with other seeds or
 *   other lessons
 */
export function mergeResults(folders: readonly string[], out: string, weights?: Weights): Row[] {
  const rows = new Map<string, Row>();
  const files = new Map<string, string>();
  let first: { folder: string; result: SubmissionResult } | undefined;
  const add = (row: Row, folder: string): void => {
    if (rows.has(row.submission)) {
      throw new Error(
        `${folder} has ${row.submission}, and so has a folder before it; name each shard once`,
      );
    }
    rows.set(row.submission, row);
  };
  for (const folder of folders) {
    if (!existsSync(join(folder, UNGRADED)) || !existsSync(join(folder, 'points.csv'))) {
      throw new Error(`${folder} is not graded to its end; give its command again, and it goes on`);
    }
    for (const file of readdirSync(folder).filter((name) => /^[^.].*\.json$/s.test(name))) {
      const result = parseResult(readFileSync(join(folder, file), 'utf8'));
      first ??= { folder, result };
      requireAlike(first, { folder, result });
      add(rowOf(file.slice(0, -'.json'.length), result), folder);
      files.set(file, join(folder, file));
    }
    const ungraded = readFileSync(join(folder, UNGRADED), 'utf8');
    for (const row of JSON.parse(ungraded) as Row[]) add(row, folder);
  }
  makeFolder(out);
  for (const [name, file] of files) copyFileSync(file, join(out, name));
  const sorted = [...rows.values()].toSorted((a, b) => byName(a.submission, b.submission));
  save(join(out, 'points.csv'), pointsCsv(sorted, weights));
  keepUngraded(out, sorted);
  return sorted;
}

function requireAlike(
  one: { folder: string; result: SubmissionResult },
  other: { folder: string; result: SubmissionResult },
): void {
  const lessons = ({ result }: typeof one): string =>
    result.lessons.map(({ lesson }) => lesson).join(', ');
  if (one.result.seed !== other.result.seed) {
    throw new Error(
      `${one.folder} was graded with the seed ${one.result.seed} and ${other.folder} with ${other.result.seed}; grade all shards with one --seed`,
    );
  }
  if (lessons(one) !== lessons(other)) {
    throw new Error(
      `${one.folder} has the lessons ${lessons(one)} and ${other.folder} has ${lessons(other)}; grade the same lessons in all shards`,
    );
  }
}
