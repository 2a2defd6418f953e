/**
 * Grading the fixture's first lesson for learners who went wrong in one way each: what is scored, and what they read.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { gradeLesson, type GradeOptions } from '../../checks/grade/grade-lesson.ts';
import type { LessonResult } from '../../checks/results/lesson-result.ts';
import { tooLate } from '../../checks/grade/too-late.ts';
import type { TypeProblem } from '../../checks/grade/typecheck.ts';
import { plain } from '../../checks/report/colours.ts';
import { failureToShow } from '../../checks/report/failure.ts';
import { isSolved, lessonReport } from '../../checks/report/lesson.ts';
import { expectSnapshot } from '../snapshot.ts';
import { byExercise, pointsOf } from '../../checks/results/points.ts';
import { inFixture } from '../temporary-project.ts';

/** The points of an exercise and how many it has: `3/5`. */
function score(result: LessonResult, exercise: string): string {
  const found = byExercise(result.checks).find((one) => one.exercise.endsWith(` ${exercise}`));
  return `${found?.points}/${found?.checks.length}`;
}

/** What the first failed check says. */
function failureText(result: LessonResult): string {
  return `${result.checks.find(({ status }) => status === 'failed')?.failure?.problem}\n`;
}

/** A report in which no time is that of one machine and one day. */
function withoutTimes(text: string): string {
  return text.replaceAll(/less than 1 ms|\b[\d.]+ m?s\b/g, '… s');
}

describe('gradeLesson', function () {
  this.timeout(30_000);
  const project = inFixture();
  const lesson = project.lines;
  const folder = join(project.root, '.chainrule', 'subjects');
  /** How many checks the lesson has. */
  const total = 11;

  before(() => mkdirSync(folder, { recursive: true }));

  /** A learner's file: the reference with other functions in some places. */
  function learnerFile(name: string, ...replacements: string[]): string {
    const file = join(folder, `${name}.ts`);
    const reference = "export * from '../../lessons/01-lines/lines.reference.ts';";
    writeFileSync(file, [reference, ...replacements].join('\n'));
    return file;
  }

  function grade(file: string, options: GradeOptions = {}): Promise<LessonResult> {
    return gradeLesson(lesson, { subject: file, limit: 1000, ...options });
  }

  function report(result: LessonResult, typeProblems: TypeProblem[] = []): string {
    const file = 'lessons/01-lines/lines.ts';
    const hash = '0123456789ab';
    return lessonReport(result, { lesson, file, hash, typeProblems, colours: plain });
  }

  it('gives the reference every point', async () => {
    const result = await grade('reference');
    expect(pointsOf(result.checks)).to.equal(result.checks.length);
    expect(result.checks).to.have.length(total);
    expect(isSolved(result, [])).to.equal(true);
    expectSnapshot('report/solved', report(result));
  });

  it('gives no point for what is still to do, and says so', async () => {
    const file = learnerFile(
      'todo',
      "import { todo } from '#todo';",
      "export function areaUnder(): never { throw todo('01.5 areaUnder'); }",
    );
    const result = await grade(file);
    expect(score(result, 'areaUnder')).to.equal('0/2');
    expect(isSolved(result, [])).to.equal(false);
    // One of its checks expects an error; "still to do" is none of its.
    const own = result.checks.filter(({ exercise }) => exercise === '01.5 areaUnder');
    expect(new Set(own.map(({ status }) => status))).to.deep.equal(new Set(['todo']));
    expectSnapshot('report/todo', report(result));
  });

  it('names a misconception', async () => {
    const result = await grade('misconception:area-from-left');
    expect(pointsOf(result.checks)).to.equal(total - 1);
    expectSnapshot('report/misconception', report(result));
  });

  it('says where it is wrong when no misconception fits', async () => {
    const file = learnerFile(
      'where',
      "import { map, type Tensor } from '#arrays';",
      'export function aboveGround(x: Tensor): Tensor { return map(x, (v) => (v > 0 ? v + 1 : 0)); }',
    );
    expectSnapshot('report/where', report(await grade(file)));
  });

  it('compares plainly when nothing is recognized', async () => {
    const file = learnerFile(
      'plain',
      "import { map, type Tensor } from '#arrays';",
      'export function aboveGround(x: Tensor): Tensor { return map(x, (v) => Math.sin(12.3 * v * v + 4.5) - 6.7); }',
    );
    expectSnapshot('report/plain', report(await grade(file)));
  });

  it('keeps every verdict where what came back cannot be compared', async () => {
    const file = learnerFile(
      'uncomparable',
      "import ndarray from 'ndarray';",
      // Every second entry of an array of big integers: what reads it as numbers throws.
      'export const aboveGround: any = () => ndarray(new BigInt64Array(8), [4], [2]);',
      'export const heightsAt: any = () => [0, , 1];',
    );
    const result = await grade(file);
    expect(result.broken).to.equal(undefined);
    expect(
      ['heightsAt', 'meanSquare', 'aboveGround', 'areaUnder'].map((name) => score(result, name)),
    ).to.deep.equal(['0/2', '2/2', '0/3', '2/2']);
  });

  it('names the first function that returns a NaN', async () => {
    const file = learnerFile(
      'nan',
      "import { map, type Tensor } from '#arrays';",
      'export function aboveGround(x: Tensor): Tensor { return map(x, (v) => v + 0 / 0); }',
    );
    expectSnapshot('report/nan', report(await grade(file)));
  });

  it('says when a shape is wrong', async () => {
    const file = learnerFile(
      'shape',
      "import { zeros, type Tensor } from '#arrays';",
      'export function aboveGround(x: Tensor): Tensor { return zeros(x.size, 1); }',
    );
    expectSnapshot('report/shape', report(await grade(file)));
  });

  it('says when nothing comes back, or a promise', async () => {
    const file = learnerFile(
      'nothing',
      'export function aboveGround(): void {}',
      'export async function areaUnder(): Promise<number> { return 1; }',
    );
    const result = await grade(file);
    expect(score(result, 'aboveGround')).to.equal('0/3');
    expect(score(result, 'areaUnder')).to.equal('0/2');
    expectSnapshot('report/nothing', report(result));
  });

  it('says what was thrown, even if it is no error', async () => {
    const file = learnerFile('throws', "export function areaUnder(): never { throw 'a word'; }");
    const result = await grade(file);
    expect(score(result, 'areaUnder')).to.equal('0/2');
    expectSnapshot('report/throws', report(result));
  });

  it('says where in a lesson an error was thrown', async () => {
    const file = learnerFile(
      'place',
      "import { areaUnder } from '../../lessons/01-lines/lines.reference.ts';",
      'export const aboveGround = (): number => areaUnder((x) => x, 0, 1, 0);',
    );
    const result = await grade(file);
    const failure = result.checks.find(({ status }) => status === 'failed')?.failure;
    expect(failure?.place).to.match(/^lines\.reference\.ts:\d+$/);
    expect(failure?.problem).to.match(/^RangeError: areaUnder: count is 0/);
  });

  it('says in which line of a kernel a word stands that gpu.js cannot run, although nothing was thrown there', async () => {
    const text = [
      "import { launch, type Thread } from '#kernels';",
      'function aKernel(this: Thread, x: number[]): number {',
      '  // It is the smallest, Number.MIN_VALUE.',
      '  const tiny = Number.MIN_VALUE;',
      '  return x[0]! + tiny;',
      '}',
      'export function heightAt(): number {',
      "  return launch(aKernel, { backend: 'cpu', shape: [1] }).get(0);",
      '}',
    ];
    const before = readFileSync(lesson.learner);
    writeFileSync(lesson.learner, text.join('\n'));
    const { checks } = await gradeLesson(lesson, { exercise: '01.1 heightAt' });
    writeFileSync(lesson.learner, before);
    expect(checks[0]?.failure?.place).to.equal('lines.ts:4');
    expect(checks[0]?.failure?.problem).to.match(/aKernel uses Number\.MIN_VALUE, and /);
  });

  it('fails an exercise that is missing, and only that', async () => {
    const file = join(folder, 'missing.ts');
    writeFileSync(
      file,
      "export { aboveGround } from '../../lessons/01-lines/lines.reference.ts';\n",
    );
    const result = await grade(file);
    expect(pointsOf(result.checks)).to.equal(3);
    expect(score(result, 'aboveGround')).to.equal('3/3');
    expectSnapshot('report/missing', report(result));
  });

  it('ends an endless loop, names the function, and grades the other exercises', async () => {
    const file = learnerFile('loop', 'export function aboveGround(): void { for (;;) {} }');
    const result = await grade(file);
    expect(score(result, 'aboveGround')).to.equal('0/3');
    expect(pointsOf(result.checks)).to.equal(total - 3);
    expectSnapshot('report/loop', withoutTimes(report(result)));
  });

  it('tells code that is right and slow that it is slow, by the calls that it returned from', async () => {
    const slow = (milliseconds: string): string =>
      `export function aboveGround(x: Tensor): Tensor {
        const end = performance.now() + ${milliseconds};
        while (performance.now() < end);
        return right(x);
      }`;
    const imports = [
      "import type { Tensor } from '#arrays';",
      "import { aboveGround as right } from '../../lessons/01-lines/lines.reference.ts';",
    ];
    // A check has 1 s here. The first makes one call, the second two.
    const often = await grade(learnerFile('slow', ...imports, slow('600')));
    expect(score(often, 'aboveGround')).to.equal('1/3');
    expectSnapshot('report/slow', withoutTimes(failureText(often)));
    const once = await grade(learnerFile('slower', ...imports, slow('(x.size > 4 ? 5000 : 400)')));
    expect(score(once, 'aboveGround')).to.equal('1/3');
    expectSnapshot('report/slow-later', withoutTimes(failureText(once)));
  });

  it('goes on after code that ends the process', async () => {
    const file = learnerFile('exit', 'export function aboveGround(): void { process.exit(0); }');
    const result = await grade(file);
    expect(pointsOf(result.checks)).to.equal(total - 3);
    expectSnapshot('report/exit', report(result));
  });

  it('gives no point when the file loops while it loads', async () => {
    const file = learnerFile('load-loop', 'for (;;) {}');
    const result = await grade(file, { loadLimit: 2000 });
    expect(pointsOf(result.checks)).to.equal(0);
    expect(result.checks).to.have.length(total);
    expectSnapshot('report/load-loop', report(result));
  });

  it('gives no point when the file ends the process while it loads', async () => {
    const result = await grade(learnerFile('load-exit', 'process.exit(0);'));
    expect(pointsOf(result.checks)).to.equal(0);
    expectSnapshot('report/load-exit', report(result));
  });

  it('gives no point when the file throws while it loads', async () => {
    const result = await grade(learnerFile('load-throws', "throw new Error('at the top');"));
    expect(pointsOf(result.checks)).to.equal(0);
    expect(result.checks).to.have.length(total);
    expectSnapshot('report/load-throws', report(result));
  });

  it('shows the place of a syntax error once, in the words of the compiler', async () => {
    const result = await grade(learnerFile('syntax', 'export function aboveGround( {'));
    expect(pointsOf(result.checks)).to.equal(0);
    const problem = {
      place: 'lessons/01-lines/lines.ts:2:31',
      message: "'}' expected.",
    };
    expectSnapshot('report/syntax', report(result, [problem]));
  });

  it('shows type errors before everything else, and a lesson with one is not solved', async () => {
    const result = await grade('reference');
    const problem = {
      place: 'lessons/01-lines/lines.ts:9:3',
      message: "Type 'string' is not assignable to type 'number'.",
    };
    expect(isSolved(result, [problem])).to.equal(false);
    expectSnapshot('report/types', report(result, [problem]));
  });

  it('shows what the code printed in the check that is shown, and counts the rest', async () => {
    const file = learnerFile(
      'prints',
      "import type { Tensor } from '#arrays';",
      "console.log('hello\\nworld');",
      'export function heightAt(): number { return NaN; }',
      'export function aboveGround(x: Tensor): Tensor { console.log(x.size); console.error(x.shape); return x; }',
    );
    const result = await grade(file);
    expect(result.printed).to.equal('hello\nworld\n');
    expectSnapshot('report/prints-elsewhere', report(result));
    const { checks, printed, ...rest } = result;
    const later = checks.filter(({ exercise }) => exercise === '01.4 aboveGround');
    expectSnapshot('report/prints', report({ ...rest, printed, checks: later }));
  });

  it('shows ten lines of what a check printed, and counts the others, however many', async () => {
    const file = learnerFile(
      'floods',
      "import type { Tensor } from '#arrays';",
      'export function aboveGround(x: Tensor): Tensor { for (let i = 0; i < 30_000; i++) console.log(`line ${i}`); return x; }',
    );
    const result = await grade(file);
    const shown = failureToShow(result.checks)!;
    const lines = shown.printed!.lines;
    expect(lines % 30_000).to.equal(0);
    expect(shown.printed!.text.length).to.equal(20_000);
    const told = report(result);
    expect(told).to.include(`    line 9\n    … and ${lines - 10} more lines\n`);
    expect(told).not.to.include('line 10\n');
  });

  it('shows what was printed while a file loads of which nothing can be graded', async () => {
    const file = learnerFile('load-prints', "console.log('hello'); throw new Error('at the top');");
    expectSnapshot('report/load-prints', report(await grade(file)));
  });

  it('does not wait for what the code left running', async () => {
    const file = learnerFile('interval', 'setInterval(() => {}, 1000);');
    expect(pointsOf((await grade(file)).checks)).to.equal(total);
  });

  it('collects a sample of each function when asked', async () => {
    const file = learnerFile(
      'sample',
      "import type { Tensor } from '#arrays';",
      'export function aboveGround(x: Tensor): Tensor { return x; }',
    );
    const { samples } = await grade(file, { samples: true });
    const sample = samples.find(({ name }) => name === 'aboveGround');
    expect(sample?.call).to.equal('aboveGround((4) [-7.5, 2.25, 0, 1000])');
    expect(sample?.yours.value).to.equal('(4) [-7.5, 2.25, 0, 1000]');
    expect(sample?.reference.value).to.equal('(4) [0, 2.25, 0, 1000]');
    expect(samples).to.have.length(5);
  });
});

describe('tooLate', () => {
  const late = {
    name: 'f',
    limit: 5000,
    pace: undefined,
    isEarlier: false,
    passed: 0,
    reference: 2,
  };
  const pace = { name: 'f', calls: 12, milliseconds: 4800, right: true };

  it('says slow where calls returned that took their time, and asks for a loop where none did', () => {
    const cases = {
      'nothing is known': { ...late, reference: undefined },
      'the reference is quick': late,
      'the reference takes its time': { ...late, reference: 400 },
      'other checks pass': { ...late, passed: 3 },
      'many calls returned': { ...late, pace },
      'wrong ones': { ...late, pace: { ...pace, right: false } },
      'one call returned': { ...late, pace: { ...pace, calls: 1, milliseconds: 900 } },
      'calls of a check before': { ...late, pace, isEarlier: true, reference: 0.2 },
    };
    const lines = Object.entries(cases).map(([what, known]) => {
      const { isSlow, problem } = tooLate(known);
      return `${what} (${isSlow ? 'slow' : 'endless'}): ${problem}\n`;
    });
    expectSnapshot('report/too-late', lines.join(''));
  });
});
