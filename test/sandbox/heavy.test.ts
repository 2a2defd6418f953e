/** Whoever keeps the grader busy loses the points for that, and nobody else loses any. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { findLesson, type Lesson } from '../../checks/project.ts';
import { byExercise } from '../../checks/results/points.ts';
import { parseResult } from '../../checks/results/result-file.ts';
import type { SandboxResult } from '../../checks/results/submission-result.ts';
import { gradeInSandbox } from '../../checks/sandbox/sandbox.ts';
import { inFixture } from '../temporary-project.ts';
import { graded } from './grading.ts';
import { changed, submissionsFolder, writeFiles } from './submission.ts';

/** The exercises that did not get all of their points, with the points that they got. */
function short({ checks }: SandboxResult): [exercise: string, points: number][] {
  return byExercise(checks)
    .filter(({ points, checks: own }) => points < own.length)
    .map(({ exercise, points }) => [exercise, points]);
}

describe('A value that is too much for a suite', function () {
  this.timeout(60_000);
  const { folder, remove } = submissionsFolder();
  after(remove);

  /** Grades the reference with one function replaced. */
  async function withFunction(query: string, name: string, code: string): Promise<SandboxResult> {
    const lesson = findLesson(query)!;
    const text = changed(lesson, { functions: { [name]: code } });
    writeFiles(join(folder, name), { [`lessons/${lesson.name}/${lesson.slug}.ts`]: text });
    const limits = { check: 1500 };
    return gradeInSandbox(lesson, { folder: join(folder, name), limits, seed: 1 });
  }

  it('costs the points of its exercise: 400,000 elements within each other', async () => {
    const result = await withFunction(
      '04',
      'errorPlot',
      `export function errorPlot(): string {
        const n = 400_000;
        return '<svg xmlns="http://www.w3.org/2000/svg">' + '<a>x'.repeat(n) + '</a>'.repeat(n) + '</svg>';
      }`,
    );
    expect(short(result)).to.deep.equal([['04.6 errorPlot', 0]]);
    const own = result.checks.filter(({ exercise }) => exercise === '04.6 errorPlot');
    const problems = own.map(({ failure }) => failure?.problem ?? '');
    expect(problems[0]).to.match(/^what came back keeps this check busy for more than 1\.5 s/);
    for (const problem of problems.slice(1)) expect(problem).to.match(/^left out, since/);
  });

  it('costs the points of its exercise: an order of 199,990 numbers where there are seven', async () => {
    const result = await withFunction(
      '06',
      'shuffledOrder',
      `export function shuffledOrder(N: number, random: () => number): number[] {
        random();
        return Array.from({ length: 199_990 }, (_, i) => i % Math.max(N, 1));
      }`,
    );
    expect(short(result).map(([exercise]) => exercise)).to.include('06.1 shuffledOrder');
    expect(result.checks.filter(({ status }) => status === 'passed')).to.have.length.above(50);
    for (const { failure } of result.checks) {
      expect(failure?.problem).not.to.equal('this check did not run');
    }
  });
});

describe('A batch with a file that breaks the compiler', function () {
  this.timeout(120_000);
  const { lines: lesson, curves } = inFixture();
  const { folder, remove } = submissionsFolder();
  after(remove);

  const place = ({ name, slug }: Lesson): string => `lessons/${name}/${slug}.ts`;

  it('gives everybody else their points, and ends with 0', async () => {
    const honest = { [place(lesson)]: changed(lesson, {}), [place(curves)]: changed(curves, {}) };
    const hostile = `export const x = ${'!'.repeat(980_000)}1;`;
    for (const name of ['a', 'c', 'd']) writeFiles(join(folder, 'all', name), honest);
    writeFiles(join(folder, 'all', 'b'), { ...honest, [place(lesson)]: hostile });
    const out = join(folder, 'out');
    const { code } = await graded(['--submissions', join(folder, 'all'), '--out', out]);
    expect(code).to.equal(0);
    const points = ['a', 'b', 'c', 'd'].map((name) => {
      const result = parseResult(readFileSync(join(out, `${name}.json`), 'utf8'));
      return [result.points, result.max];
    });
    // The hostile one has its honest file of the second lesson.
    expect(points).to.deep.equal([
      [13, 13],
      [2, 13],
      [13, 13],
      [13, 13],
    ]);
    const { lessons } = parseResult(readFileSync(join(out, 'b.json'), 'utf8'));
    expect(lessons[0]?.broken).to.match(/lines\.ts did not load: the compiler gave up on it/);
  });
});
