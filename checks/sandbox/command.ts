/** `npm run grade`: one submission or a folder of them. */
import { randomInt } from 'node:crypto';
import { appendFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { findLesson, lessons as allLessons, type Lesson } from '../project.ts';
import { classPage } from '../report/class-page.ts';
import { oneLine } from '../report/clean.ts';
import { formats } from '../report/formats/formats.ts';
import type { StatusStream } from '../report/status-line.ts';
import { githubAnnotations, githubSummary } from '../report/formats/github.ts';
import { gradeBatch, type Batch } from './batch.ts';
import { Graders } from './graders.ts';
import { writeResult } from './grade-submission.ts';
import { gradeUntilInterrupted } from './interruptible.ts';
import { rowOf } from './points-table.ts';
import { sweepSandboxes } from './processes.ts';
import { showProgress } from './progress.ts';
import { inShard, mergeResults, shardOf, type Shard } from './shards.ts';
import { submissionsIn } from './submissions.ts';
import { readWeights } from './weights.ts';
import { makeFolder, requireFile, save } from './writing.ts';
import type { SubmissionResult } from '../results/submission-result.ts';

/** What the command talks to. */
export interface Surroundings {
  stdout: { write(text: string): unknown };
  stderr: StatusStream;
  /** Interrupts it. */
  signal: AbortSignal;
}

/** The exit codes: all is well, something could not be graded, called wrongly, and what a shell gives Ctrl-C. */
const [GRADED, UNGRADED, MISUSE, INTERRUPTED] = [0, 1, 2, 130];

/** What the options were given. Each format has one of its own name, with a path. */
interface Options {
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

/**
 * Runs the command.
 *
 * @param args the words after the program's name: `['path/to/submission', '02', '--out', 'result.json']`
 * @returns the exit code
 */
export async function gradeCommand(
  args: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const { stderr, signal } = surroundings;
  const program = commandLine(surroundings);
  try {
    program.parse(args, { from: 'user' });
    const options = program.opts<Options>();
    if (program.args[0] === 'merge') return merge(program, options, surroundings);
    return options.submissions === undefined
      ? await gradeOne(program, options, surroundings)
      : await gradeMany(program, options, surroundings);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? GRADED : MISUSE;
    if (!signal.aborted) {
      stderr.write(`error: ${oneLine((error as Error).message)}\n`);
      return UNGRADED;
    }
    const isBatch = program.opts<Options>().submissions !== undefined;
    const then = isBatch ? 'the same command goes on from here' : 'nothing was written';
    stderr.write(`Interrupted; ${then}.\n`);
    return INTERRUPTED;
  }
}

function commandLine({ stdout, stderr }: Surroundings): Command {
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

/** Grades one submission, and says what it got. */
async function gradeOne(
  program: Command,
  options: Options,
  { stdout, stderr, signal }: Surroundings,
): Promise<number> {
  const [folder, ...queries] = program.args;
  const { out, seed = randomInt(2 ** 32), jobs, github } = options;
  const reports = Object.keys(formats).filter((name) => options[name] !== undefined);
  if (folder === undefined) program.error('error: a FOLDER or --submissions DIR is needed');
  if (jobs !== undefined) program.error('error: --jobs is for --submissions');
  const chosen = lessonsOf(program, queries);
  if (out === undefined && reports.length === 0 && github === undefined) {
    program.error('error: nothing says where the result goes, such as --out FILE');
  }
  requireFolder(program, folder);
  for (const name of ['out', ...reports]) {
    if (options[name] !== undefined) requireFile(String(options[name]));
  }
  sweepSandboxes();
  const graders = new Graders();
  const result = await gradeUntilInterrupted(resolve(folder), chosen, {
    seed,
    signal,
    graders,
  }).finally(() => graders.end());
  if (out !== undefined) writeResult(out, result);
  for (const name of reports)
    save(String(options[name]), formats[name]!.write(result, basename(resolve(folder))));
  for (const { lesson, points, max, broken } of result.lessons) {
    stdout.write(`${lesson}  ${points} of ${max}${broken ? `  ${oneLine(broken)}` : ''}\n`);
  }
  stdout.write(`${result.points} of ${result.max} points; seed ${result.seed}\n`);
  if (github === true) tellGithub(result, stdout);
  const { graded, problem } = rowOf(folder, result);
  if (graded) return GRADED;
  stderr.write(`error: ${oneLine(problem ?? '')}\n`);
  return UNGRADED;
}

/** Brings the results of shards together, and says how many there are. */
function merge(program: Command, options: Options, { stdout }: Surroundings): number {
  const { out, weights } = options;
  const folders = program.args.slice(1);
  if (out === undefined || folders.length === 0) {
    program.error('error: merge needs the folders of the shards, and --out OUTDIR');
  }
  for (const folder of folders) requireFolder(program, folder);
  const rows = mergeResults(folders, out, weights === undefined ? undefined : readWeights(weights));
  const graded = rows.filter((row) => row.graded).length;
  stdout.write(`${graded} of ${rows.length} submissions graded; ${join(out, 'points.csv')}\n`);
  return graded === rows.length ? GRADED : UNGRADED;
}

/** Grades a folder of submissions, and says how many. */
async function gradeMany(
  program: Command,
  options: Options,
  { stdout, stderr, signal }: Surroundings,
): Promise<number> {
  const {
    submissions: parent = '',
    out,
    jobs = availableParallelism(),
    seed,
    shard,
    html,
  } = options;
  const single = ['github', ...Object.keys(formats)].find(
    (name) => name !== 'html' && options[name] !== undefined,
  );
  if (single !== undefined) program.error(`error: --${single} is for one submission`);
  if (out === undefined) program.error('error: --submissions needs --out OUTDIR');
  const chosen = lessonsOf(program, program.args);
  requireFolder(program, parent);
  const folders = [out, ...(html === undefined ? [] : [String(html)])];
  for (const folder of folders) {
    // It would be a submission itself the next time.
    if (isInside(parent, folder)) {
      program.error(`error: ${folder} is inside of ${parent}; results must go somewhere else`);
    }
  }
  if (shard !== undefined && seed === undefined) {
    program.error('error: --shard needs --seed, the same for all shards');
  }
  const all = submissionsIn(resolve(parent));
  if (all.length === 0) {
    program.error(`error: ${parent} has no folder in it; each submission is one`);
  }
  const submissions = shard === undefined ? all : inShard(all, shard);
  const weights = options.weights === undefined ? undefined : readWeights(options.weights);
  if (html !== undefined) makeFolder(String(html));
  sweepSandboxes();
  const progress = showProgress(stderr, submissions.length, jobs);
  const results = new Map<string, SubmissionResult>();
  const batch = await gradeBatch(submissions, {
    out,
    lessons: chosen,
    jobs,
    ...(seed !== undefined && { seed }),
    ...(weights !== undefined && { weights }),
    signal,
    finished: progress.finished,
    report: (name, result) => {
      if (html !== undefined) {
        save(join(String(html), `${name}.html`), formats['html']!.write(result, name));
        results.set(name, result);
      }
    },
  }).finally(progress.stop);
  if (html !== undefined) save(join(String(html), indexFor(results)), indexPage(batch, results));
  stdout.write(batchText(batch, join(out, 'points.csv')));
  return batch.rows.every(({ graded }) => graded) ? GRADED : UNGRADED;
}

/** The name of the page about the class, which is nobody's own. */
function indexFor(results: ReadonlyMap<string, SubmissionResult>): string {
  return results.has('index') ? 'index-of-the-class.html' : 'index.html';
}

function indexPage({ rows }: Batch, results: ReadonlyMap<string, SubmissionResult>): string {
  const names = rows.map(({ submission }) => submission).filter((name) => results.has(name));
  return classPage(
    names.map((name) => ({ name, result: results.get(name)! })),
    rows.filter(({ submission }) => !results.has(submission)),
  );
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way));
}

function batchText({ rows, seed }: Batch, csv: string): string {
  const others = rows.filter(({ graded }) => !graded);
  const lines = others.map(
    ({ submission, problem }) => `  ${oneLine(submission)}: ${oneLine(problem ?? '')}\n`,
  );
  const count = `${rows.length - others.length} of ${rows.length} submissions graded; seed ${seed}; ${csv}\n`;
  return lines.length === 0 ? count : `${count}Not graded:\n${lines.join('')}`;
}

/** Adds to the summary of the job, where there is one, and prints the annotations. */
function tellGithub(result: SubmissionResult, stdout: Surroundings['stdout']): void {
  const summary = process.env['GITHUB_STEP_SUMMARY'];
  if (summary !== undefined) appendFileSync(summary, githubSummary(result));
  stdout.write(githubAnnotations(result));
}

/** The lessons that are meant, each once; all unless any is. */
function lessonsOf(program: Command, queries: readonly string[]): Lesson[] {
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

function requireFolder(program: Command, path: string): void {
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
