/** A batch with hostile files in it that is killed and resumed, beside one that nobody disturbs. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { declarations, stubOf } from '../../checks/declarations.ts';
import { root, shownPath, sourceText, type Lesson } from '../../checks/project.ts';

const COMMAND = fileURLToPath(new URL('../../checks/sandbox/main.ts', import.meta.url));

/** Bodies of a function that harm whoever runs them, and two files that harm whoever reads them. */
const HOSTILE_BODIES = [
  'for (;;);',
  'const all: unknown[] = []; for (;;) all.push(new Array(1000).fill(all));',
  "for (;;) console.log('x'.repeat(1000));",
  'return { out: new Float64Array(1.5e6) };',
];
const HOSTILE_FILES = [`const x = ${'!'.repeat(980_000)}1;`, 'for (;;);'];

/** A batch to grade. */
export interface Batch {
  lesson: Lesson;
  /** The function that hostile submissions replace. */
  name: string;
  /** How many submissions; the six hostile ones among them. */
  count: number;
  /** Where the submissions and the results go. */
  folder: string;
  jobs: number;
}

/** How a batch ended: its table, and how long it took. */
export interface Ended {
  table: string;
  seconds: number;
}

/** Writes the submissions: right ones, wrong ones, untouched ones, and hostile ones spread among them. */
export function writeSubmissions({ lesson, name, count, folder }: Batch): void {
  const reference = sourceText(lesson.reference);
  const own = declarations(reference).find((declaration) => declaration.name === name)!;
  const withBody = (body: string): string =>
    reference.replace(own.code, () => `export function ${name}(x: any): any {\n  ${body}\n}`);
  const hostile = [
    ...HOSTILE_BODIES.map(withBody),
    ...HOSTILE_FILES.map((text) => `${reference}\n${text}\n`),
  ];
  const ordinary = [reference, withBody('return x;'), stubOf(reference)];
  const every = Math.floor(count / hostile.length);
  for (let i = 0; i < count; i++) {
    const text =
      i % every === 0 && i / every < hostile.length
        ? hostile[i / every]!
        : ordinary[i % ordinary.length]!;
    const number = String(i).padStart(4, '0');
    const file = join(folder, 'submissions', number, shownPath(lesson.learner));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** Grades the submissions from the command line until it ends, or is killed once so many results are there. */
async function grade(batch: Batch, out: string, killAt = Infinity): Promise<void> {
  const { lesson, folder, jobs } = batch;
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      COMMAND,
      '--submissions',
      join(folder, 'submissions'),
      lesson.number,
    ].concat(['--out', out, '--seed', '1', '--jobs', String(jobs)]),
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const ended = once(child, 'exit') as Promise<[code: number | null, by: string | null]>;
  while (child.exitCode === null && results(out) < killAt) await setTimeout(50);
  child.kill('SIGKILL');
  const [code, by] = await ended;
  const isRight = killAt === Infinity ? code === 0 : by === 'SIGKILL';
  if (!isRight) throw new Error(`the batch ended with ${String(code ?? by)}`);
}

function results(out: string): number {
  return existsSync(out) ? readdirSync(out).filter((name) => name.endsWith('.json')).length : 0;
}

/** Grades a batch that nobody disturbs. */
export async function undisturbed(batch: Batch): Promise<Ended> {
  const out = join(batch.folder, 'undisturbed');
  const start = performance.now();
  await grade(batch, out);
  return endedAt(out, start);
}

/**
 * Grades the same batch, kills it when a third and when two thirds of the results are there, and has it go on.
 *
 * @param load how many other processes compute all the while
 */
export async function killedTwice(batch: Batch, load: number): Promise<Ended> {
  const out = join(batch.folder, 'killed');
  const start = performance.now();
  const others: ChildProcess[] = Array.from({ length: load }, () =>
    spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
  );
  try {
    await grade(batch, out, Math.ceil(batch.count / 3));
    await grade(batch, out, Math.ceil((2 * batch.count) / 3));
    await grade(batch, out);
  } finally {
    for (const other of others) other.kill('SIGKILL');
  }
  return endedAt(out, start);
}

function endedAt(out: string, start: number): Ended {
  return {
    table: readFileSync(join(out, 'points.csv'), 'utf8'),
    seconds: (performance.now() - start) / 1000,
  };
}
