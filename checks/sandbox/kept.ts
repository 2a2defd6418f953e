/**
 * The results of a batch in their folder, so that what is finished is not graded again.
 *
 * Beside a result `NAME.json` stands its seal, `.seals/NAME`: a hash of what was graded and of what came of
 * it. It is written last. So a result that was changed or cut short has no right seal, nor has one of a
 * submission, a suite or a choice of lessons that has changed since. The finished lessons of a submission that is
 * not finished are in `.parts/NAME`, each with its seal.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseResult } from '../results/result-file.ts';
import { sha256 } from '../course/course-hash.ts';
import { writeResult } from './grade-submission.ts';
import type { Parts } from './interruptible.ts';
import { save } from './writing.ts';
import type { SandboxResult, SubmissionResult } from '../results/submission-result.ts';

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
    save(sealFile(out, name), seal(inputs, readFileSync(file, 'utf8')));
  }
  rmSync(partsFolder(out, name), { recursive: true, force: true });
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

/**
 * Keeps the finished lessons of a submission in files beside the results, until there is a whole one.
 *
 * @param inputs the fingerprint of what is graded, and what the fresh inputs are drawn with
 */
export function partsOf(out: string, name: string, inputs: string): Parts {
  const file = (lesson: string): string => join(partsFolder(out, name), `${lesson}.json`);
  return {
    read(lesson) {
      try {
        const { result, sealed } = JSON.parse(readFileSync(file(lesson), 'utf8')) as {
          result: SandboxResult;
          sealed: string;
        };
        return sealed === seal(inputs, JSON.stringify(result)) ? result : undefined;
      } catch {
        // There is none.
        return undefined;
      }
    },
    write(result) {
      const sealed = seal(inputs, JSON.stringify(result));
      save(file(result.lesson), JSON.stringify({ result, sealed }));
    },
  };
}

/**
 * Which lessons the results that are there are of.
 *
 * @param names the submissions'
 * @returns the first one's; undefined when there is no whole result
 */
export function keptLessons(out: string, names: readonly string[]): string[] | undefined {
  return firstResult(out, names)?.lessons.map(({ lesson }) => lesson);
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
  return firstResult(out, names)?.seed;
}

function firstResult(out: string, names: readonly string[]): SubmissionResult | undefined {
  for (const name of names) {
    try {
      return parseResult(readFileSync(resultFile(out, name), 'utf8'));
    } catch {
      // Then perhaps the next one.
    }
  }
  return undefined;
}

function partsFolder(out: string, name: string): string {
  return join(out, '.parts', name);
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
