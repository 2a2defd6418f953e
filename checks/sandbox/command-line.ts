/** The words after `npm run grade --`: what may be asked, and what they mean. */
import { statSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { findLesson, lessons as allLessons, type Lesson } from '../project.ts';
import { formats } from '../report/formats/formats.ts';
import type { StatusStream } from '../report/status-line.ts';
import { shardOf, type Shard } from './shards.ts';

/** What the command talks to. */
export interface Surroundings {
  stdout: { write(text: string): unknown };
  stderr: StatusStream;
  /** Interrupts it. */
  signal: AbortSignal;
}

/** What the options were given. Each format has one of its own name, with a path. */
export interface Options {
  submissions?: string;
  out?: string;
  jobs?: number;
  seed?: number;
  shard?: Shard;
  weights?: string;
  github?: true;
  [format: string]: unknown;
}

const DETAILS = `
One submission: FOLDER is laid out as the course is, or holds its lessons/ alone. At least one of
--out, --github and the formats says where the result goes.

Many: every sub-folder of DIR is a submission and bears its name. OUTDIR gets NAME.json for each of
them, and points.csv with a row each. What was graded before and has not changed is not graded again,
so after an interruption the same command goes on. --html names a folder, which gets NAME.html; the
other formats are for one submission.

A large class may be graded in parts, on as many machines: --shard 3/16 grades the third of sixteen, into
an OUTDIR of its own, with the --seed of all. merge brings their results together in one table.

It exits with 0 when everything was graded, whatever the score, with 1 when something could not be,
with 2 when it was called wrongly, and with 130 when it was interrupted.`;

/** Reads the words. Its errors are CommanderErrors. */
export function commandLine({ stdout, stderr }: Pick<Surroundings, 'stdout' | 'stderr'>): Command {
  const program = new Command('npm run grade --')
    .usage(
      'FOLDER [LESSONS…] --out FILE\n       npm run grade -- --submissions DIR [LESSONS…] --out OUTDIR\n       npm run grade -- merge DIR… --out OUTDIR',
    )
    .description(
      "Grades submissions without trusting them: the same checks and points as npm test's. LESSONS are numbers or names; all unless given.",
    )
    .argument('[words...]')
    .option('--out <path>', 'the result as JSON; with --submissions the folder of the results')
    .option('--submissions <dir>', 'grade every sub-folder of this one')
    .option('--jobs <number>', 'how many to grade at a time; as many as there are cores', jobsOf)
    .option(
      '--shard <part/of>',
      'grade one part of the submissions, such as 3/16; merge the results',
      partOf,
    )
    .option(
      '--weights <file>',
      'how much a point counts: {"02": 1, "02.5": 2}, a column of the table',
    )
    .option('--seed <number>', 'gives the same fresh inputs again', seedOf);
  for (const [name, { description }] of Object.entries(formats)) {
    program.option(`--${name} <path>`, description);
  }
  return program
    .option('--github', 'the summary and the annotations of a GitHub Actions job')
    .addHelpText('after', DETAILS)
    .configureHelp({ visibleArguments: () => [], helpWidth: 100 })
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
    })
    .exitOverride();
}

/** The lessons that are meant, each once; all unless any is. */
export function lessonsOf(program: Command, queries: readonly string[]): Lesson[] {
  const chosen = new Map<string, Lesson>();
  for (const query of queries) {
    const lesson = findLesson(query);
    if (lesson === undefined) {
      const names = allLessons().map(({ name }) => name);
      program.error(`error: there is no lesson "${query}"; there are ${names.join(', ')}`);
    }
    chosen.set(lesson.name, lesson);
  }
  return chosen.size === 0 ? allLessons() : [...chosen.values()];
}

/** Ends with a word on it unless a path is a folder's. */
export function requireFolder(program: Command, path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
    program.error(`error: ${path} is no folder`);
  }
}

function jobsOf(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('it must be a whole number from 1 on');
}

function partOf(text: string): Shard {
  const shard = shardOf(text);
  if (shard !== undefined) return shard;
  throw new InvalidArgumentError('it must be a part and how many there are, such as 3/16');
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (/^\d+$/.test(text) && seed === seed >>> 0) return seed;
  throw new InvalidArgumentError('a seed is a whole number from 0 to 4294967295');
}
