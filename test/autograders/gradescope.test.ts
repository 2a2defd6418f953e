/** The Gradescope autograder on folders laid out as Gradescope lays them out. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { changed, submissionsFolder, writeFiles } from '../sandbox/submission.ts';
import { inFixture, run, type Ran } from '../temporary-project.ts';

/** What Gradescope reads, as far as it matters here. */
interface Results {
  score: number;
  output?: string;
  tests?: { name: string; score: number; max_score: number }[];
}

describe('The Gradescope autograder', function () {
  this.timeout(60_000);
  const project = inFixture();
  const autograder = join(project.root, 'checks', 'autograders', 'gradescope', 'run_autograder');
  const honest = changed(project.lines, {});
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
    course = project.root,
  ): Promise<{ ran: Ran; results: Results }> {
    const base = join(folder, name);
    const temporary = join(base, 'temporary');
    for (const one of ['source', 'submission', 'results', 'temporary']) {
      mkdirSync(join(base, one), { recursive: true });
    }
    symlinkSync(course, join(base, 'source', 'course'));
    writeFiles(base, { 'source/lessons.txt': '01\n' });
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
    const { ran, results } = await graded('honest', { 'lines.ts': honest });
    expect(ran.code).to.equal(0);
    expect(ran.stdout).to.include('11 of 11 points');
    expect(points(results)).to.equal(11);
  });

  it('grades a file that does not compile with 0, and says why', async () => {
    const { ran, results } = await graded('broken', {
      'lessons/01-lines/lines.ts': 'export function {',
    });
    expect(ran.code).to.equal(0);
    expect(points(results)).to.equal(0);
    expect(JSON.stringify(results)).to.include('lines.ts:1: Expected identifier');
  });

  it('grades an empty submission with 0, and says what is missing', async () => {
    const { ran, results } = await graded('empty', {});
    expect(ran.code).to.equal(0);
    expect(points(results)).to.equal(0);
    expect(JSON.stringify(results)).to.include('lines.ts is missing');
  });

  it('says so when the grader itself is broken', async () => {
    const course = join(folder, 'no-course');
    mkdirSync(course);
    const { ran, results } = await graded('failing', { 'lines.ts': honest }, course);
    expect(ran.code).to.equal(0);
    expect(ran.stdout).to.match(/could not be graded; the lines above say why/);
    expect(results.score).to.equal(0);
    expect(results.output).to.match(/the grader itself failed/);
  });
});

describe('arrange.sh', function () {
  this.timeout(10_000);
  const project = inFixture();
  const { folder, remove } = submissionsFolder();

  before(function () {
    // It is a script for bash, which Windows lacks.
    if (process.platform === 'win32') this.skip();
  });

  after(remove);

  /** Arranges a folder, and returns the files of both lessons. */
  async function arranged(name: string): Promise<(string | undefined)[]> {
    const target = join(folder, `${name}-arranged`);
    const script = join(project.root, 'checks', 'autograders', 'arrange.sh');
    const { code, stderr } = await run('bash', [script, join(folder, name), target], folder);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    return ['01-lines/lines.ts', '02-curves/curves.ts'].map((path) => {
      const file = join(target, 'lessons', path);
      return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    });
  }

  it('finds a file in lessons/, in its lesson’s folder or at the top, in this order', async () => {
    const whole = 'lessons/01-lines/lines.ts';
    writeFiles(folder, {
      [`all/${whole}`]: 'whole',
      'all/01-lines/lines.ts': 'short',
      'all/lines.ts': 'flat',
      'all/02-curves/curves.ts': 'short',
      'all/curves.ts': 'flat',
      'flat/lines.ts': 'flat',
      'flat/unknown.ts': '',
    });
    expect(await arranged('all')).to.deep.equal(['whole', 'short']);
    expect(await arranged('flat')).to.deep.equal(['flat', undefined]);
  });

  it('copies no folder, and nothing that is behind a link', async () => {
    writeFiles(folder, { 'other/curves.ts': 'somebody else’s', 'links/lines.ts/x': '' });
    symlinkSync(join(folder, 'other', 'curves.ts'), join(folder, 'links', 'curves.ts'));
    symlinkSync(join(folder, 'other'), join(folder, 'links', '02-curves'));
    expect(await arranged('links')).to.deep.equal([undefined, undefined]);
  });
});
