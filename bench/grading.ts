/**
 * How many submissions are graded in a minute, and with how much memory: lesson 02 of right solutions, untouched
 * exercises, known wrong answers and a few attacks, as `npm run grade -- --submissions` grades them. And how long a
 * call takes that crosses to the learner's process.
 *
 *     node --import tsx bench/grading.ts [SUBMISSIONS [JOBS]]
 *
 * Memory is what `ps` says every fifth of a second, so a short peak may be missed; what processes share is
 * counted in each of them.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { array, type Tensor } from '#arrays';
import { declarations, stubOf } from '../checks/declarations.ts';
import { findLesson, root, sourceText } from '../checks/project.ts';
import { DEFAULT_LIMITS } from '../checks/sandbox/limits.ts';
import { bundleProgram, bundleSubmission } from '../checks/sandbox/bundle.ts';
import { Channel } from '../checks/sandbox/channel.ts';
import { RemoteLesson } from '../checks/sandbox/remote.ts';
import { gradeBatch } from '../checks/sandbox/batch.ts';
import { gradeUntilInterrupted } from '../checks/sandbox/interruptible.ts';
import { submissionsIn } from '../checks/sandbox/submissions.ts';
import { functionOf } from '../checks/subject/recorder.ts';
import { misconceptions } from '../lessons/02-activations/activations.misconceptions.ts';
import { median } from './median.ts';

const lesson = findLesson('02')!;
const reference = sourceText(lesson.reference);
const solutions = [
  reference,
  ...readdirSync(lesson.solutions).map((name) =>
    readFileSync(join(lesson.solutions, name), 'utf8'),
  ),
];
const attacks = [
  'for (;;);',
  'process.exit(0);',
  'for (const all: unknown[] = []; ; ) all.push(new Array(1000).fill(all));',
  'for (let i = 0; i < 1e5; i++) console.log("83 of 83 points");\n  return x;',
].map((body) => withFunction('relu', `export function relu(x: any): any {\n  ${body}\n}`));

/** What the submissions are, one after the other. */
const KINDS = [...'sswsmwmsam'].map(
  (letter) => ({ s: 'solution', w: 'stub', m: 'misconception', a: 'attack' })[letter]!,
);

/** The reference with another function in the place of one of its own. */
function withFunction(name: string, code: string): string {
  const own = declarations(reference).find((declaration) => declaration.name === name)!;
  return reference.replace(own.code, () => code);
}

/** Where an earlier lesson's file would be, which a submission may import. */
const LIBRARY = 'lessons/01-perceptron/perceptron.ts';

/** The reference and the known wrong answers with all that they are made of, as one file. */
const library = buildSync({
  stdin: {
    contents: [lesson.reference, lesson.misconceptions]
      .map((file) => `export * from ${JSON.stringify(file)};`)
      .join('\n'),
    resolveDir: root,
  },
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  external: ['#arrays', 'ndarray', 'ndarray-ops'],
  write: false,
}).outputFiles[0]!.text;

/** A file that gives every right answer but one. */
function misconceptionText(index: number): Record<string, string> {
  const { exercise, id } = misconceptions[index % misconceptions.length]!;
  const text = `export * from '../../${LIBRARY}';
import { misconceptions } from '../../${LIBRARY}';
export const ${functionOf(exercise)} = misconceptions.find(({ id }) => id === '${id}')!.wrong;`;
  return { [LIBRARY]: library, [`lessons/${lesson.name}/${lesson.slug}.ts`]: text };
}

/** The files of a submission. */
function filesOf(index: number): Record<string, string> {
  const kind = KINDS[index % KINDS.length]!;
  if (kind === 'misconception') return misconceptionText(index);
  const texts = { solution: solutions, stub: [stubOf(reference)], attack: attacks }[kind]!;
  const round = Math.floor(index / KINDS.length);
  const text = texts[(round + index) % texts.length]!;
  return { [`lessons/${lesson.name}/${lesson.slug}.ts`]: text };
}

/** The megabytes of this process, and of those that it and its children started. */
async function memory(): Promise<{ own: number; others: number }> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,rss=']);
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number =>
    rows
      .filter(([, ppid]) => ppid === parent)
      .reduce((sum, [pid = 0, , rss = 0]) => sum + rss + below(pid), 0);
  return { own: process.memoryUsage.rss() / 2 ** 20, others: below(process.pid) / 1024 };
}

/** Before they are timed so many calls are made, in which the process compiles what they need. */
const WARM_UP = 2000;

/** The milliseconds that each of so many calls of relu takes, with three rows of four numbers. */
async function callTime(folder: string, calls: number): Promise<number> {
  const program = join(folder, 'learner.cjs');
  writeFileSync(program, await bundleProgram('child/main.ts'));
  const submission = { folder: join(folder, 'submissions', '0000-solution') };
  const bundled = await bundleSubmission(lesson, submission, DEFAULT_LIMITS.file);
  const limits = { ...DEFAULT_LIMITS, lesson: 600_000 };
  const relay = await bundleProgram('relay.ts');
  const channel = new Channel(relay, { folder, program, limits }, () => {});
  const remote = new RemoteLesson(bundled, channel, limits);
  remote.beginCheck('02.9 relu', limits.lesson);
  const relu = remote.functions['relu'] as (x: Tensor) => Tensor;
  const x = array([
    [1, -2, 3, -4],
    [-5, 6, -7, 8],
    [9, -10, 11, -12],
  ]);
  for (let i = 0; i < WARM_UP; i++) relu(x);
  const start = performance.now();
  for (let i = 0; i < calls; i++) relu(x);
  const milliseconds = (performance.now() - start) / calls;
  channel.end();
  return milliseconds;
}

const count = Number(process.argv[2] ?? 200);
const jobs = Number(process.argv[3] ?? availableParallelism());
const folder = mkdtempSync(join(tmpdir(), 'chainrule-bench-'));
for (let i = 0; i < count; i++) {
  const name = `${String(i).padStart(4, '0')}-${KINDS[i % KINDS.length]}`;
  for (const [path, text] of Object.entries(filesOf(i))) {
    const file = join(folder, 'submissions', name, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

const seconds: number[] = [];
const peak = { own: 0, others: 0 };
const timer = setInterval(() => {
  void memory().then(({ own, others }) => {
    peak.own = Math.max(peak.own, own);
    peak.others = Math.max(peak.others, others);
  });
}, 200);
const start = performance.now();
const { rows } = await gradeBatch(submissionsIn(join(folder, 'submissions')), {
  out: join(folder, 'results'),
  lessons: [lesson],
  jobs,
  seed: 1,
  signal: new AbortController().signal,
  grade: async (...args) => {
    const begin = performance.now();
    const result = await gradeUntilInterrupted(...args);
    seconds.push((performance.now() - begin) / 1000);
    return result;
  },
});
const minutes = (performance.now() - start) / 60_000;
clearInterval(timer);
const callTimes: number[] = [];
for (let round = 0; round < 5; round++) callTimes.push(await callTime(folder, 4000));
rmSync(folder, { recursive: true });

const sorted = seconds.toSorted((a, b) => a - b);
const p95 = sorted[Math.ceil(0.95 * sorted.length) - 1]!;
const ungraded = rows.filter(({ graded }) => !graded).length;
console.log(
  `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, Node ${process.version}`,
);
console.log(
  `${count} submissions of ${lesson.name}, ${jobs} at a time: ${(count / minutes).toFixed(0)} a minute; ${ungraded} could not be graded`,
);
console.log(`each: median ${median(seconds).toFixed(2)} s, 95% within ${p95.toFixed(2)} s`);
console.log(
  `memory at its peak: ${peak.own.toFixed(0)} MB here and ${peak.others.toFixed(0)} MB in the processes below`,
);
console.log(`a call that crosses: median ${median(callTimes).toFixed(2)} ms of 5 times 4,000`);
for (const kind of new Set(KINDS)) {
  const points = rows
    .filter(({ submission }) => submission.endsWith(kind))
    .map(({ score }) => score?.points ?? 0);
  console.log(`${kind.padEnd(13)}  ${Math.min(...points)} to ${Math.max(...points)} points`);
}
