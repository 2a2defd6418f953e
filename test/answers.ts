/**
 * Grades folders of answers that people gave, and says how many are caught and what their authors are told:
 *
 *     node --import tsx test/answers.ts FOLDER… [--json FILE]
 *
 * An answer is a patch of a lesson's reference, `wrong/05/m1.patch`, `right/…` or `public/…`; its first line names the
 * exercise and what its author did. The references are those of the commit that the patches were made of. Prints a
 * table by lesson and the messages; `--json` writes a line for each answer.
 */
import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { applyPatch } from 'diff';
import { plain } from '../checks/report/colours.ts';
import { failureToShow } from '../checks/report/failure.ts';
import { lessonReport } from '../checks/report/lesson.ts';
import { findLesson, root, shownPath, stateFolder, type Lesson } from '../checks/project.ts';
import type { CheckResult } from '../checks/results/lesson-result.ts';
import { pointsOf } from '../checks/results/points.ts';
import type { Job, Step } from './answers-child.ts';

/** A patch and what is known of it. */
interface Answer {
  id: string;
  /** `wrong`, `right` or `public`. */
  group: string;
  lesson: Lesson;
  /** The exercise that its first line names, if it does: `05.13 softmaxLossBackward`. */
  exercise?: string;
  /** What its author did, or what a learner should be told. */
  about: string;
  /** Whether it must get every point. */
  isRight: boolean;
  file: string;
}

/** An answer that was graded. */
interface Graded {
  id: string;
  group: string;
  lesson: string;
  exercise: string | undefined;
  about: string;
  isRight: boolean;
  points: number;
  max: number;
  /** Points lost in other exercises than its own. */
  lostElsewhere: number;
  /** How the message was found: mechanical, misconception, relation, place, or none. */
  kind: string;
  /** All that is shown of the failure. */
  shown: string;
}

/** How long an answer may take on top of the limits of its checks, in milliseconds. */
const OVERHEAD = 20_000;

const CHILD = join(root, 'test', 'answers-child.ts');

/** A process that grades answers, and another one when it does not come to an end. */
class Grader {
  #child: ChildProcess | undefined;

  async grade(job: Omit<Job, 'leftOut'>): Promise<CheckResult[]> {
    const stuck = new Map<number, string>();
    for (;;) {
      const result = await this.#run({ ...job, leftOut: [...stuck.keys()] });
      if ('checks' in result) {
        return result.checks.map((check, i) =>
          stuck.has(i)
            ? { ...check, failure: { problem: `${stuck.get(i)} did not return` } }
            : check,
        );
      }
      stuck.set(result.index, result.call);
    }
  }

  stop(): void {
    this.#child?.kill();
  }

  #run(job: Job): Promise<{ checks: CheckResult[] } | { index: number; call: string }> {
    const child = (this.#child ??= fork(CHILD, [], {
      cwd: root,
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    }));
    let at = { index: 0, call: '' };
    return new Promise((resolve) => {
      const giveUp = (): void => {
        child.removeAllListeners();
        child.kill('SIGKILL');
        this.#child = undefined;
        resolve(at);
      };
      let timer = setTimeout(giveUp, OVERHEAD);
      child.on('message', (step: Step) => {
        if (step.kind === 'call') {
          at.call = step.name;
          return;
        }
        clearTimeout(timer);
        if (step.kind === 'begin') {
          at = { index: step.index, call: '' };
          timer = setTimeout(giveUp, step.limit + 2000);
        } else {
          child.removeAllListeners();
          resolve({ checks: step.checks });
        }
      });
      child.on('exit', () => {
        clearTimeout(timer);
        giveUp();
      });
      child.send(job);
    });
  }
}

/** The answers in a folder and below it. */
function answersIn(path: string, base: string): Answer[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.patch'))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((file) => answerOf(file, base));
}

function answerOf(path: string, base: string): Answer {
  const text = readFileSync(path, 'utf8');
  const [head = ''] = text.split('\n');
  const number = basename(dirname(path));
  const lesson = findLesson(number);
  if (lesson === undefined) throw new Error(`${path}: there is no lesson ${number}`);
  const reference = execFileSync('git', ['show', `${base}:${shownPath(lesson.reference)}`], {
    cwd: root,
    encoding: 'utf8',
  });
  const source = applyPatch(reference, text.slice(text.indexOf('--- ')));
  if (source === false) throw new Error(`${path} does not fit ${base}`);
  const id = basename(path, '.patch');
  const group = basename(dirname(dirname(path)));
  const file = join(folder, group, number, `${id}.ts`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, source);
  const exercise = /\b\d\d\.\d+ \w+/.exec(head)?.[0];
  const isRight = group === 'right' || /wanted: PASS/.test(head);
  return { id, group, lesson, about: head, isRight, file, ...(exercise && { exercise }) };
}

async function gradeAnswer(grader: Grader, answer: Answer): Promise<Graded> {
  const { id, group, lesson, exercise, about, isRight, file } = answer;
  const checks = await grader.grade({ lesson: lesson.name, file });
  const lost = checks.filter(({ status }) => status !== 'passed');
  const elsewhere = lost.filter((check) => exercise !== undefined && check.exercise !== exercise);
  const report = lessonReport(
    { lesson: lesson.name, checks, printed: '', samples: [] },
    {
      lesson,
      file: shownPath(lesson.learner),
      hash: '',
      typeProblems: [],
      colours: plain,
    },
  );
  const shown = report.split('\n\n').find((part) => part.startsWith('✘')) ?? '';
  return {
    id,
    group,
    lesson: lesson.name,
    exercise,
    about,
    isRight,
    points: pointsOf(checks),
    max: checks.length,
    lostElsewhere: elsewhere.length,
    kind: failureToShow(checks)?.failure?.diagnosis?.kind ?? 'none',
    shown,
  };
}

function messageOf({
  group,
  lesson,
  id,
  about,
  points,
  max,
  lostElsewhere,
  kind,
  shown,
}: Graded): string {
  const elsewhere = lostElsewhere === 0 ? '' : `, ${lostElsewhere} lost elsewhere`;
  return `\n## ${group}/${lesson}/${id}  ${points}/${max}${elsewhere}  [${kind}]\n${about}\n${shown}\n`;
}

/** How many were caught and how their messages were found, by group and lesson. */
function table(all: readonly Graded[]): string {
  const kinds = ['mechanical', 'misconception', 'relation', 'place', 'none'];
  const rows = [['group', 'lesson', 'answers', 'as they should be', ...kinds]];
  const groups = new Set(all.map(({ group, lesson }) => `${group} ${lesson}`));
  for (const key of groups) {
    const own = all.filter(({ group, lesson }) => `${group} ${lesson}` === key);
    const good = own.filter(({ isRight, points, max }) => isRight === (points === max));
    const lost = own.filter(({ points, max }) => points < max);
    rows.push([
      ...key.split(' '),
      String(own.length),
      String(good.length),
      ...kinds.map((kind) => String(lost.filter((one) => one.kind === kind).length)),
    ]);
  }
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
  return `\n${lines.join('\n')}\n`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      // The commit whose references the patches change.
      base: { type: 'string', default: 'af271f0' },
      quiet: { type: 'boolean', default: false },
    },
  });
  const graded: Graded[] = [];
  const grader = new Grader();
  try {
    for (const answer of positionals.flatMap((path) => answersIn(path, values.base))) {
      const one = await gradeAnswer(grader, answer);
      graded.push(one);
      if (!values.quiet) process.stdout.write(messageOf(one));
    }
  } finally {
    grader.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  if (values.json !== undefined) {
    writeFileSync(values.json, graded.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }
  process.stdout.write(table(graded));
}

const folder = stateFolder('answers', String(process.pid));
await main();
