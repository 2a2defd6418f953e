/** `npm run grade`: one submission or a folder of them. */
import { randomInt } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { CommanderError, type Command } from 'commander';
import { classPage } from '../report/class-page.ts';
import { oneLine } from '../report/clean.ts';
import { formats } from '../report/formats/formats.ts';
import { githubAnnotations, githubSummary } from '../report/formats/github.ts';
import { gradeBatch, type Batch } from './batch.ts';
import {
  commandLine,
  lessonsOf,
  requireFolder,
  type Options,
  type Surroundings,
} from './command-line.ts';
import { Graders } from './graders.ts';
import { writeResult } from './grade-submission.ts';
import { gradeUntilInterrupted } from './interruptible.ts';
import { rowOf } from './points-table.ts';
import { sweepSandboxes } from './processes.ts';
import { showProgress } from './progress.ts';
import { inShard, mergeResults } from './shards.ts';
import { submissionsIn } from './submissions.ts';
import { readWeights } from './weights.ts';
import { makeFolder, requireFile, save } from './writing.ts';
import type { SubmissionResult } from '../results/submission-result.ts';

/** The exit codes: all is well, something could not be graded, called wrongly, and what a shell gives Ctrl-C. */
const [GRADED, UNGRADED, MISUSE, INTERRUPTED] = [0, 1, 2, 130];

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
