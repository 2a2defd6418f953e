/** The Gradescope autograder on folders laid out as Gradescope lays them out. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { findLesson, root } from '../../checks/project.ts';
import { changed, submissionsFolder, writeFiles } from '../sandbox/submission.ts';
import { run, type Ran } from '../temporary-project.ts';
import { pointsIn } from '../lesson-points.ts';

const lesson = findLesson('02')!;
const folderOfScripts = join(root, 'checks', 'autograders');
const autograder = join(folderOfScripts, 'gradescope', 'run_autograder');
const honest = changed(lesson, {});

/** What Gradescope reads, as far as it matters here. */
interface Results {
  score: number;
  output?: string;
  tests?: { name: string; score: number; max_score: number }[];
}

describe('The Gradescope autograder', function () {
  this.timeout(60_000);
  const { folder, remove } = submissionsFolder();

  before(function () {
    // Gradescope's images are Linux.
    if (process.platform === 'win32') this.skip();
  });

  after(remove);

  /** Lays out a base folder, and grades what is in its submission. */
  async function graded(
    name: string,
    files: Readonly<Record<string, string>>,
    course = root,
  ): Promise<{ ran: Ran; results: Results }> {
    const base = join(folder, name);
    const temporary = join(base, 'temporary');
    for (const one of ['source', 'submission', 'results', 'temporary']) {
      mkdirSync(join(base, one), { recursive: true });
    }
    symlinkSync(course, join(base, 'source', 'course'));
    writeFiles(base, { 'source/lessons.txt': '02\n' });
    writeFiles(join(base, 'submission'), files);
    const ran = await run('bash', [autograder], base, {
      AUTOGRADER_BASE: base,
      TMPDIR: temporary,
    });
    expect(readdirSync(temporary)).to.deep.equal([]);
    expect(readdirSync(join(base, 'results'))).to.deep.equal(['results.json']);
    const text = readFileSync(join(base, 'results', 'results.json'), 'utf8');
    return { ran, results: JSON.parse(text) as Results };
  }

  /** The points of all tests together. */
  function points({ score, tests = [] }: Results): number {
    return score ?? tests.reduce((sum, one) => sum + one.score, 0);
  }

  it('grades a file that was uploaded by itself', async () => {
    const { ran, results } = await graded('honest', { 'activations.ts': honest });
    expect(ran.code).to.equal(0);
    const all = await pointsIn('02');
    expect(ran.stdout).to.include(`${all} of ${all} points`);
    expect(points(results)).to.equal(all);
  });

  it('grades a file that does not compile with 0, and says why', async () => {
    const { ran, results } = await graded('broken', {
      'lessons/02-activations/activations.ts': 'export function {',
    });
    expect(ran.code).to.equal(0);
    expect(points(results)).to.equal(0);
    expect(JSON.stringify(results)).to.include('activations.ts:1: Expected identifier');
  });

  it('grades an empty submission with 0, and says what is missing', async () => {
    const { ran, results } = await graded('empty', {});
    expect(ran.code).to.equal(0);
    expect(points(results)).to.equal(0);
    expect(JSON.stringify(results)).to.include('activations.ts is missing');
  });

  it('says so when the grader itself is broken', async () => {
    const course = join(folder, 'no-course');
    mkdirSync(course);
    const { ran, results } = await graded('failing', { 'activations.ts': honest }, course);
    expect(ran.code).to.equal(0);
    expect(ran.stdout).to.match(/could not be graded; the lines above say why/);
    expect(results.score).to.equal(0);
    expect(results.output).to.match(/the grader itself failed/);
  });
});

describe('arrange.sh', function () {
  this.timeout(10_000);
  const { folder, remove } = submissionsFolder();

  before(function () {
    // It is a script for bash, which Windows lacks.
    if (process.platform === 'win32') this.skip();
  });

  after(remove);

  /** Arranges a folder, and returns the files of the second lesson and of the third. */
  async function arranged(name: string): Promise<(string | undefined)[]> {
    const target = join(folder, `${name}-arranged`);
    const script = join(folderOfScripts, 'arrange.sh');
    const { code, stderr } = await run('bash', [script, join(folder, name), target], folder);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    return ['02-activations/activations.ts', '03-losses/losses.ts'].map((path) => {
      const file = join(target, 'lessons', path);
      return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    });
  }

  it('finds a file in lessons/, in its lesson’s folder or at the top, in this order', async () => {
    const whole = 'lessons/02-activations/activations.ts';
    writeFiles(folder, {
      [`all/${whole}`]: 'whole',
      'all/02-activations/activations.ts': 'short',
      'all/activations.ts': 'flat',
      'all/03-losses/losses.ts': 'short',
      'all/losses.ts': 'flat',
      'flat/activations.ts': 'flat',
      'flat/unknown.ts': '',
    });
    expect(await arranged('all')).to.deep.equal(['whole', 'short']);
    expect(await arranged('flat')).to.deep.equal(['flat', undefined]);
  });

  it('copies no folder, and nothing that is behind a link', async () => {
    writeFiles(folder, { 'other/losses.ts': 'somebody else’s', 'links/activations.ts/x': '' });
    symlinkSync(join(folder, 'other', 'losses.ts'), join(folder, 'links', 'losses.ts'));
    symlinkSync(join(folder, 'other'), join(folder, 'links', '03-losses'));
    expect(await arranged('links')).to.deep.equal([undefined, undefined]);
  });
});
