/**
 * Grades a submission from the command line:
 *
 *     node --import tsx checks/sandbox/main.ts FOLDER [LESSON …] --out result.json
 *
 * It exits with 0 when the submission was graded, whatever its score, and with 2 when it was called wrongly.
 */
import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { findLesson, lessons, type Lesson } from '../project.ts';
import { gradeSubmission, writeResult } from './grade.ts';

const MISUSE = 2;

function seedOf(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && seed === seed >>> 0) return seed;
  throw new InvalidArgumentError('a seed is a whole number from 0 to 4294967295');
}

function addLesson(query: string, chosen: Lesson[] = []): Lesson[] {
  const lesson = findLesson(query);
  if (lesson === undefined) throw new InvalidArgumentError('there is no such lesson');
  return [...chosen, lesson];
}

const program = new Command('grade')
  .description("grade a submission without trusting it: the same checks and points as npm test's")
  .argument('<folder>', 'the submission, laid out as the course is')
  .argument('[lessons...]', 'numbers or names; all lessons unless given', addLesson)
  .requiredOption('--out <file>', 'where the result is written')
  .option('--seed <number>', 'gives the same fresh inputs again', seedOf)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : MISUSE))
  .action(
    async (
      folder: string,
      chosen: Lesson[] | undefined,
      { out, seed }: { out: string; seed?: number },
    ) => {
      const result = await gradeSubmission(resolve(folder), chosen ?? lessons(), {
        ...(seed !== undefined && { seed }),
      });
      writeResult(out, result);
      for (const { lesson, points, max, broken } of result.lessons) {
        process.stdout.write(`${lesson}  ${points} of ${max}${broken ? `  ${broken}` : ''}\n`);
      }
      process.stdout.write(`${result.points} of ${result.max} points; seed ${result.seed}\n`);
    },
  );

await program.parseAsync();
