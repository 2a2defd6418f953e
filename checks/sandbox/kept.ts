/**
 * The results of a batch in their folder, so that what is finished is not graded again.
 *
 * Beside a result `NAME.json` stands its seal, `.seals/NAME`: a hash of what was graded and of what came of
 * it. It is written last. So a result that was changed or cut short has no right seal, nor has one of a
 * submission, a suite or a choice of lessons that has changed since.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseResult } from '../results/result-file.ts';
import { sha256 } from '../course/course-hash.ts';
import { writeResult } from './grade-submission.ts';
import { writeWhole } from '#datasets/write-whole';
import type { SubmissionResult } from '../results/submission-result.ts';

/**
 * Writes a result.
 *
 * @param out the folder of the results
 * @param name the submission's
 * @param inputs the fingerprint of what was graded; without it there is no seal, and it is graded again
 */
export function keepResult(
  out: string,
  name: string,
  result: SubmissionResult,
  inputs?: string,
): void {
  const file = resultFile(out, name);
  writeResult(file, result);
  if (inputs !== undefined) {
    writeWhole(sealFile(out, name), seal(inputs, readFileSync(file, 'utf8')));
  }
}

/**
 * The result of a submission, if it was graded before and nothing has changed since.
 *
 * @param inputs the fingerprint of what would be graded now
 * @returns undefined when it must be graded (again)
 */
export function keptResult(
  out: string,
  name: string,
  inputs: string,
): SubmissionResult | undefined {
  try {
    const text = readFileSync(resultFile(out, name), 'utf8');
    if (readFileSync(sealFile(out, name), 'utf8') !== seal(inputs, text)) return undefined;
    return parseResult(text);
  } catch {
    // One of the files is missing, or it is a result of another version.
    return undefined;
  }
}

/** Removes the result of a submission, so that none is found that is no longer true. */
export function dropResult(out: string, name: string): void {
  rmSync(sealFile(out, name), { force: true });
  rmSync(resultFile(out, name), { force: true });
}

/**
 * The seed of the results that are there.
 *
 * @param names the submissions'
 * @returns the first one's; undefined when there is no whole result
 */
export function keptSeed(out: string, names: readonly string[]): number | undefined {
  for (const name of names) {
    try {
      return parseResult(readFileSync(resultFile(out, name), 'utf8')).seed;
    } catch {
      // Then perhaps the next one.
    }
  }
  return undefined;
}

function resultFile(out: string, name: string): string {
  return join(out, `${name}.json`);
}

function sealFile(out: string, name: string): string {
  return join(out, '.seals', name);
}

function seal(inputs: string, text: string): string {
  return sha256(JSON.stringify([inputs, text]));
}
