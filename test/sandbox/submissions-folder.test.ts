/** Grading a folder of submissions: nothing stops it, and what was done is not done again. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { root, type Lesson } from '../../checks/project.ts';
import { parseResult } from '../../checks/results/result-file.ts';
import { gradeBatch, type Batch, type BatchOptions } from '../../checks/sandbox/batch.ts';
import { fingerprint } from '../../checks/sandbox/fingerprint.ts';
import { gradeSubmission } from '../../checks/sandbox/grade-submission.ts';
import type { Grade, Parts } from '../../checks/sandbox/interruptible.ts';
import { partsOf } from '../../checks/sandbox/kept.ts';
import { submissionsIn } from '../../checks/sandbox/submissions.ts';
import { expectSnapshot } from '../snapshot.ts';
import { inFixture } from '../temporary-project.ts';
import { graded } from './grading.ts';
import { changed, stubWith, submissionsFolder, writeFiles } from './submission.ts';
import type { SubmissionResult } from '../../checks/results/submission-result.ts';

const program = ['--import', 'tsx', join(root, 'checks', 'sandbox', 'main.ts')];

/** A submission with one mistake: an identity has the shape of aboveGround and nothing else. */
function withMistake(lesson: Lesson): string {
  const aboveGround = 'export function aboveGround(x: any): any {\n  return x;\n}';
  return changed(lesson, { functions: { aboveGround } });
}

describe('A folder of submissions', function () {
  this.timeout(60_000);
  const { lines: lesson } = inFixture();
  const place = 'lessons/01-lines/lines.ts';
  const { folder, remove } = submissionsFolder();
  const all = join(folder, 'all');
  const results = join(folder, 'results');

  before(() => {
    writeFiles(all, {
      [`anna/${place}`]: changed(lesson, {}),
      [`bob/${place}`]: withMistake(lesson),
      [`carl/${place}`]: stubWith(lesson, ''),
      [`=dora, "the 4th"/${place}`]: 'export function {',
      '.hidden/x': '',
      'notes.txt': '',
    });
    symlinkSync(join(all, 'anna'), join(all, 'emil'), 'junction');
    // Nobody can read what leads to itself, not even root.
    mkdirSync(join(all, 'fritz'));
    symlinkSync(join(all, 'fritz', 'lessons'), join(all, 'fritz', 'lessons'), 'junction');
  });

  after(remove);

  it('is graded whatever is wrong with some of them', async () => {
    const pages = join(folder, 'pages');
    const args = ['--submissions', all, '01', '--out', results, '--seed', '7', '--html', pages];
    const { code, stdout, stderr } = await graded(args);
    expect(code).to.equal(1);
    const points = ['=dora, "the 4th"', 'anna', 'bob', 'carl'].map(
      (name) => parseResult(readFileSync(join(results, `${name}.json`), 'utf8')).points,
    );
    expect(points).to.deep.equal([0, 11, 8, 0]);
    expect(readdirSync(results).filter((name) => !name.endsWith('.json'))).to.have.members([
      '.seals',
      'points.csv',
    ]);
    expect(readdirSync(pages)).to.have.length(5).and.include('index.html');
    expectSnapshot('grade/points', shown(readFileSync(join(results, 'points.csv'), 'utf8')));
    expectSnapshot('grade/batch', shown(stdout));
    expect(stderr.trim().split('\n')).to.have.length(6);
    expect(stderr).to.match(/^6\/6 .*\n$/m);
  });

  it('gives the same table when it was killed in the middle', async () => {
    const out = join(folder, 'killed');
    const args = ['--submissions', all, '01', '--out', out, '--seed', '7', '--jobs', '1'];
    const child = spawn(process.execPath, [...program, ...args], { cwd: root, stdio: 'ignore' });
    const first = join(out, '.seals', 'anna');
    while (!existsSync(first) && child.exitCode === null) await setTimeout(10);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(existsSync(join(out, 'carl.json'))).to.equal(false);
    expect(existsSync(join(out, 'points.csv'))).to.equal(false);
    const before = statSync(join(out, 'anna.json')).mtimeMs;
    const { code, stderr } = await graded(args);
    expect(code).to.equal(1);
    expect(stderr).to.match(/anna: 11 of 11, graded before/);
    expect(statSync(join(out, 'anna.json')).mtimeMs).to.equal(before);
    expect(readFileSync(join(out, 'points.csv'), 'utf8')).to.equal(
      readFileSync(join(results, 'points.csv'), 'utf8'),
    );
  });

  it('leaves nothing running and no half results when Ctrl-C is pressed', async function () {
    // Windows has no process groups, and only Linux tells in /proc what still runs.
    if (!existsSync('/proc')) this.skip();
    const slow = join(folder, 'slow');
    const out = join(folder, 'interrupted');
    const temporary = join(folder, 'temporary');
    mkdirSync(temporary);
    const functions = { aboveGround: 'export function aboveGround(): never {\n  for (;;);\n}' };
    writeFiles(slow, {
      [`anna/${place}`]: changed(lesson, { functions }),
      [`bob/${place}`]: changed(lesson, { functions }),
    });
    // A terminal interrupts the whole group.
    const args = ['--submissions', slow, '01', '02', '--out', out, '--jobs', '2'];
    const child = spawn(process.execPath, [...program, ...args], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, TMPDIR: temporary },
      detached: true,
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    while (running(temporary).length < 2 && child.exitCode === null) await setTimeout(20);
    process.kill(-child.pid!, 'SIGINT');
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).to.equal(130);
    expect(stderr).to.equal('Interrupted; the same command goes on from here.\n');
    expect(readdirSync(out)).to.deep.equal([]);
    expect(readdirSync(temporary).filter((name) => name.startsWith('chainrule'))).to.deep.equal([]);
    // They were killed; if they were not, this test would never end.
    while (running(temporary).length > 0) await setTimeout(20);
  });

  /** A text without what is different on every machine. */
  function shown(text: string): string {
    return text
      .replaceAll(folder, 'DIR')
      .replaceAll(/ELOOP[^\n"]*/g, 'ELOOP…')
      .replaceAll('\r\n', '\n')
      .replaceAll('\\', '/');
  }
});

/** The processes whose command line holds a word. */
function running(word: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(join(word, 'chainrule-'));
      } catch {
        // It ended meanwhile.
        return false;
      }
    });
}

describe('gradeBatch', function () {
  this.timeout(20_000);
  const { lines, curves: lesson } = inFixture();
  const place = 'lessons/02-curves/curves.ts';
  const honest = changed(lesson, {});
  const wrong = stubWith(lesson, '');
  const { folder, remove } = submissionsFolder();
  const all = join(folder, 'all');
  const file = join(all, 'anna', place);
  let out = '';
  let asked: string[] = [];
  let whole: SubmissionResult;

  before(async () => {
    writeFiles(folder, { [`empty/${place}`]: '' });
    whole = await gradeSubmission(join(folder, 'empty'), [lesson], { seed: 1 });
  });

  beforeEach(() => {
    out = join(folder, `out-${Math.random()}`);
    asked = [];
    writeFiles(all, { [`anna/${place}`]: honest, [`bob/${place}`]: wrong });
  });

  after(remove);

  /** Grades the folder with a grader that only notes what it was asked for. */
  async function batch(options: Partial<BatchOptions> = {}): Promise<Batch> {
    asked = [];
    return gradeBatch(submissionsIn(all), {
      out,
      lessons: [lesson],
      jobs: 2,
      signal: new AbortController().signal,
      grade: async (submission, [first], { seed }) => {
        asked.push(submission.slice(all.length + 1));
        const lessons = whole.lessons.map((one) => ({ ...one, lesson: first!.name, seed }));
        return { ...whole, seed, lessons };
      },
      ...options,
    });
  }

  /** Why a batch is not graded. */
  async function refusal(options: Partial<BatchOptions> = {}): Promise<string> {
    try {
      await batch(options);
    } catch (error) {
      return (error as Error).message;
    }
    return 'it is graded';
  }

  it('grades nothing again that is the same', async () => {
    await batch();
    expect(asked).to.deep.equal(['anna', 'bob']);
    const { mtimeMs } = statSync(join(out, 'anna.json'));
    const first = readFileSync(join(out, 'points.csv'), 'utf8');
    const { rows } = await batch();
    expect(asked).to.deep.equal([]);
    expect(rows).to.have.length(2);
    expect(statSync(join(out, 'anna.json')).mtimeMs).to.equal(mtimeMs);
    expect(readFileSync(join(out, 'points.csv'), 'utf8')).to.equal(first);
  });

  it('takes the seed of the results that are there, and grades all again with another one', async () => {
    const { seed } = await batch({ seed: 11 });
    expect(seed).to.equal(11);
    expect((await batch()).seed).to.equal(11);
    expect(asked).to.deep.equal([]);
    expect((await batch({ seed: 12 })).seed).to.equal(12);
    expect(asked).to.deep.equal(['anna', 'bob']);
  });

  it('draws a seed for all when there is no result', async () => {
    await batch();
    const seeds = ['anna', 'bob'].map(
      (name) => parseResult(readFileSync(join(out, `${name}.json`), 'utf8')).seed,
    );
    expect(seeds[0]).to.equal(seeds[1]);
  });

  it('grades a submission again that has changed', async () => {
    await batch();
    writeFileSync(file, `${honest}\n`);
    await batch();
    expect(asked).to.deep.equal(['anna']);
  });

  it('grades a submission again whose earlier lessons have changed', async () => {
    await batch();
    writeFiles(all, { 'bob/lessons/01-lines/lines.ts': '' });
    await batch();
    expect(asked).to.deep.equal(['bob']);
    writeFiles(all, { 'bob/lessons/03-areas/areas.ts': '', 'bob/notes.txt': '' });
    await batch();
    expect(asked).to.deep.equal([]);
  });

  it('grades nothing again for files of later lessons', async () => {
    await batch({ lessons: [lines] });
    writeFileSync(file, `${honest}// changed`);
    await batch({ lessons: [lines] });
    expect(asked).to.deep.equal([]);
  });

  it('refuses to replace the results of other lessons', async () => {
    await batch();
    const before = readFileSync(join(out, 'anna.json'), 'utf8');
    expect(await refusal({ lessons: [lines, lesson] })).to.match(
      /has the results of 02-curves, and those of 01-lines, 02-curves would replace them; choose/,
    );
    expect(readFileSync(join(out, 'anna.json'), 'utf8')).to.equal(before);
    expect(existsSync(join(out, 'points.csv'))).to.equal(true);
  });

  it('refuses a folder that another run writes into, and takes one whose run was killed', async () => {
    mkdirSync(out);
    const locked = { process: process.ppid, host: hostname() };
    writeFileSync(join(out, '.lock'), JSON.stringify(locked));
    expect(await refusal()).to.match(/is in use by process \d+ on .*; wait for its end or choose/);
    writeFileSync(join(out, '.lock'), JSON.stringify({ ...locked, host: 'elsewhere' }));
    expect(await refusal()).to.match(/is in use by process \d+ on elsewhere/);
    writeFileSync(join(out, '.lock'), JSON.stringify({ ...locked, process: 2 ** 22 + 1 }));
    await batch();
    expect(asked).to.deep.equal(['anna', 'bob']);
    expect(existsSync(join(out, '.lock'))).to.equal(false);
    writeFileSync(join(out, '.lock'), 'cut sho');
    await batch();
    expect(existsSync(join(out, '.lock'))).to.equal(false);
  });

  it('lets only one of two runs write into a folder at the same time', async () => {
    const ends = await Promise.allSettled([batch(), batch()]);
    expect(ends.map(({ status }) => status).toSorted()).to.deep.equal(['fulfilled', 'rejected']);
  });

  it('goes on behind the finished lessons of a submission after an interruption', async () => {
    const [part] = whole.lessons;
    const interruption = new AbortController();
    const parts: (string | undefined)[] = [];
    const half: Grade = async (_, __, { seed, parts: kept }) => {
      parts.push(kept!.read(part!.lesson)?.lesson);
      kept!.write({ ...part!, seed });
      interruption.abort();
      throw new Error('ended');
    };
    const only = { jobs: 1, seed: 1 };
    await refusal({ ...only, grade: half, signal: interruption.signal });
    expect(existsSync(join(out, 'anna.json'))).to.equal(false);
    const going: Grade = async (_, __, options) => {
      parts.push(options.parts!.read(part!.lesson)?.lesson);
      return { ...whole, lessons: [{ ...part!, seed: options.seed }] };
    };
    await batch({ ...only, grade: going });
    // The first submission had nothing and then its lesson; the second had none.
    expect(parts).to.deep.equal([undefined, '02-curves', undefined]);
    expect(existsSync(join(out, '.parts'))).to.equal(false);
  });

  it('takes no finished lesson of a submission that has changed, or that was changed itself', async () => {
    const [part] = whole.lessons;
    const kept = (inputs: string): Parts => partsOf(out, 'anna', inputs);
    kept('one').write(part!);
    expect(kept('one').read('02-curves')).to.deep.equal(part);
    expect(kept('two').read('02-curves')).to.equal(undefined);
    expect(kept('one').read('01-lines')).to.equal(undefined);
    const path = join(out, '.parts', 'anna', '02-curves.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"points":0', '"points":2'));
    expect(kept('one').read('02-curves')).to.equal(undefined);
  });

  it('grades a submission again whose result is cut short, changed or missing', async () => {
    await batch();
    const result = join(out, 'anna.json');
    const text = readFileSync(result, 'utf8');
    const damages = [
      () => truncateSync(result, 100),
      () => writeFileSync(result, text.replace(/"seed": \d+/, '"seed": 5')),
      () => renameSync(result, join(out, 'moved')),
      () => writeFileSync(join(out, '.seals', 'anna'), ''),
      () => renameSync(join(out, '.seals', 'anna'), join(out, 'moved')),
    ];
    for (const damage of damages) {
      damage();
      await batch();
      expect(asked).to.deep.equal(['anna']);
    }
  });

  it('grades a submission again whose grader was ended before its checks had run', async () => {
    const failure = { problem: 'this check did not run' };
    const cut = whole.lessons.map((one) => ({
      ...one,
      checks: one.checks.map((check, i) =>
        i < 1 ? check : { ...check, status: 'failed' as const, failure },
      ),
    }));
    const { rows } = await batch({
      grade: async () => ({ ...whole, lessons: cut }),
    });
    expect(rows[0]).to.deep.include({
      graded: false,
      problem: 'the grader was ended before 1 of the checks had run; grade it again',
    });
    await batch();
    expect(asked).to.deep.equal(['anna', 'bob']);
  });

  it('goes on when grading one fails, and keeps no older result of it', async () => {
    await batch();
    writeFileSync(file, '');
    const failing = async (): Promise<never> => {
      throw new Error('the suite does\nnot load');
    };
    const { rows } = await batch({ grade: failing });
    expect(rows).to.deep.include({
      submission: 'anna',
      problem: 'the suite does\nnot load',
      graded: false,
    });
    expect(rows[1]).to.deep.include({ submission: 'bob', graded: true });
    expect(existsSync(join(out, 'anna.json'))).to.equal(false);
    const table = readFileSync(join(out, 'points.csv'), 'utf8').split('\r\n');
    expect(table[1]).to.match(/^anna,,,.*,the suite does not load$/);
    expect(table[2]).to.match(/^bob,0,2,0,/);
  });

  it('goes on when there can be no file of a submission’s name', async function () {
    // Windows refuses the folder already.
    if (process.platform === 'win32') this.skip();
    const name = `long${'-'.repeat(250)}`;
    mkdirSync(join(all, name));
    const { rows } = await batch();
    rmdirSync(join(all, name));
    expect(rows.map((row) => row.graded)).to.deep.equal([true, true, false]);
    expect(rows[2]?.problem).to.match(/ENAMETOOLONG/);
  });

  it('grades as many at a time as it may', async () => {
    for (const name of ['carl', 'dora', 'emil']) writeFiles(all, { [`${name}/x`]: '' });
    let now = 0;
    let most = 0;
    await batch({
      jobs: 3,
      grade: async () => {
        most = Math.max(most, ++now);
        await setTimeout(5);
        now--;
        return whole;
      },
    });
    expect(most).to.equal(3);
  });

  it('begins no other submission when it is interrupted, and writes no table', async () => {
    await batch();
    writeFileSync(file, '');
    writeFileSync(join(all, 'bob', place), '');
    const interruption = new AbortController();
    let caught: unknown;
    let begun = 0;
    try {
      await batch({
        jobs: 1,
        signal: interruption.signal,
        grade: async () => {
          begun++;
          interruption.abort();
          throw new Error('ended');
        },
      });
    } catch (error) {
      caught = error;
    }
    expect(caught).to.equal(interruption.signal.reason);
    expect(begun).to.equal(1);
    expect(existsSync(join(out, 'points.csv'))).to.equal(false);
  });
});

describe('submissionsIn', () => {
  const { folder, remove } = submissionsFolder();
  after(remove);

  it('lists folders by name as a person would, and links with a problem wherever they lead', () => {
    for (const name of ['b', 'a', 'Z', 'group 10', 'group 2', '.git'])
      mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'file'), '');
    symlinkSync(join(folder, 'a'), join(folder, 'link'), 'junction');
    symlinkSync(join(folder, 'loop'), join(folder, 'loop'), 'junction');
    const found = submissionsIn(folder);
    expect(found.map(({ name }) => name)).to.deep.equal([
      'a',
      'b',
      'group 2',
      'group 10',
      'link',
      'loop',
      'Z',
    ]);
    const refused = found.filter(({ problem }) => problem !== undefined);
    expect(refused.map(({ name }) => name)).to.deep.equal(['link', 'loop']);
  });

  it('says so when there is no such folder', () => {
    expect(() => submissionsIn(join(folder, 'nowhere'))).to.throw(/ENOENT/);
  });
});

describe('fingerprint', () => {
  const { lines: lesson } = inFixture();
  const place = 'lessons/01-lines/lines.ts';
  const honest = changed(lesson, {});
  const { folder, remove } = submissionsFolder();
  after(remove);

  it('tells a file from a link to it, a folder, one that is too large, and none', () => {
    const other = join(folder, 'other');
    writeFiles(other, { [place]: honest });
    writeFiles(folder, {
      [`file/${place}`]: honest,
      [`folder/${place}/x`]: '',
      [`large/${place}`]: ' '.repeat(1_000_001),
      'none/x': '',
    });
    mkdirSync(join(folder, 'link'));
    symlinkSync(join(other, 'lessons'), join(folder, 'link', 'lessons'), 'junction');
    const names = ['file', 'folder', 'large', 'link', 'none'];
    const prints = names.map((name) => fingerprint(join(folder, name), [lesson]));
    expect(new Set(prints).size).to.equal(names.length);
    expect(fingerprint(other, [lesson])).to.equal(prints[0]);
  });

  it('cannot be taken of a folder that is not there', () => {
    expect(() => fingerprint(join(folder, 'nobody'), [lesson])).to.throw(/ENOENT/);
  });
});
