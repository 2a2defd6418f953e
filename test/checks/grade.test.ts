/**
 * Grading lesson 02 for learners who went wrong in one way each: what is scored, and what they read.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { gradeLesson, type GradeOptions } from '../../checks/grade/grade-lesson.ts';
import type { LessonResult } from '../../checks/results/lesson-result.ts';
import type { TypeProblem } from '../../checks/grade/typecheck.ts';
import { findLesson, root } from '../../checks/project.ts';
import { plain } from '../../checks/report/colours.ts';
import { isSolved, lessonReport } from '../../checks/report/lesson.ts';
import { expectSnapshot } from '../snapshot.ts';
import { byExercise, pointsOf } from '../../checks/results/points.ts';

const lesson = findLesson('02')!;
const folder = join(root, '.chainrule', `test-grade-${process.pid}`);

/** A learner's file: the reference with other functions in some places. */
function learnerFile(name: string, ...replacements: string[]): string {
  const file = join(folder, `${name}.ts`);
  writeFileSync(
    file,
    [
      "export * from '../../lessons/02-activations/activations.reference.ts';",
      ...replacements,
    ].join('\n'),
  );
  return file;
}

function grade(file: string, options: GradeOptions = {}): Promise<LessonResult> {
  return gradeLesson(lesson, { subject: file, limit: 1000, ...options });
}

function report(result: LessonResult, typeProblems: TypeProblem[] = []): string {
  const file = 'lessons/02-activations/activations.ts';
  return lessonReport(result, { lesson, file, hash: '0123456789ab', typeProblems, colours: plain });
}

/** The points of an exercise and how many it has: `3/5`. */
function score(result: LessonResult, exercise: string): string {
  const found = byExercise(result.checks).find((one) => one.exercise.endsWith(` ${exercise}`));
  return `${found?.points}/${found?.checks.length}`;
}

describe('gradeLesson', function () {
  this.timeout(30_000);
  let total = 0;

  before(async () => {
    mkdirSync(folder, { recursive: true });
    total = (await grade('reference')).checks.length;
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('gives the reference every point', async () => {
    const result = await grade('reference');
    expect(pointsOf(result.checks)).to.equal(result.checks.length);
    expect(result.checks.length).to.be.greaterThan(50);
    expect(isSolved(result, [])).to.equal(true);
    expectSnapshot('report/solved', report(result));
  });

  it('gives no point for what is still to do, and says so', async () => {
    const file = learnerFile(
      'todo',
      "import { todo } from '#todo';",
      "export function softmax(): never { throw todo('02.15 softmax'); }",
    );
    const result = await grade(file);
    expect(score(result, 'softmax')).to.equal('0/7');
    expect(isSolved(result, [])).to.equal(false);
    // Two of its checks expect an error; "still to do" is none of theirs.
    const own = result.checks.filter(({ exercise }) => exercise === '02.15 softmax');
    expect(new Set(own.map(({ status }) => status))).to.deep.equal(new Set(['todo']));
    expectSnapshot('report/todo', report(result));
  });

  it('names a misconception', async () => {
    const result = await grade('misconception:softmax-over-columns');
    expect(pointsOf(result.checks)).to.be.lessThan(total);
    expectSnapshot('report/misconception', report(result));
  });

  it('compares plainly when no misconception fits', async () => {
    const file = learnerFile(
      'plain',
      "import { map, type Tensor } from '#arrays';",
      'export function relu(x: Tensor): Tensor { return map(x, (v) => (v > 0 ? v + 1 : 0)); }',
    );
    expectSnapshot('report/plain', report(await grade(file)));
  });

  it('names the first function that returns a NaN', async () => {
    const file = learnerFile(
      'nan',
      "import { map, type Tensor } from '#arrays';",
      'export function softplus(x: Tensor): Tensor { return map(x, (v) => v + 0 / 0); }',
    );
    expectSnapshot('report/nan', report(await grade(file)));
  });

  it('says when a shape is wrong', async () => {
    const file = learnerFile(
      'shape',
      "import { zeros, type Tensor } from '#arrays';",
      'export function softmax(x: Tensor): Tensor { return zeros(x.size); }',
    );
    expectSnapshot('report/shape', report(await grade(file)));
  });

  it('says when nothing comes back, or a promise', async () => {
    const file = learnerFile(
      'nothing',
      'export function sigmoid(): void {}',
      'export async function tanh(): Promise<number> { return 1; }',
    );
    const result = await grade(file);
    expect(score(result, 'sigmoid')).to.equal('0/5');
    expect(score(result, 'tanh')).to.equal('0/4');
    expectSnapshot('report/nothing', report(result));
  });

  it('says what was thrown, even if it is no error', async () => {
    const file = learnerFile('throws', "export function step(): never { throw 'a word'; }");
    const result = await grade(file);
    expect(score(result, 'step')).to.equal('0/4');
    expectSnapshot('report/throws', report(result));
  });

  it('says where in a lesson an error was thrown', async () => {
    const file = learnerFile(
      'place',
      "import { softmax } from '../../lessons/02-activations/activations.reference.ts';",
      'export const tanh = softmax;',
    );
    const result = await grade(file);
    const failure = result.checks.find(({ status }) => status === 'failed')?.failure;
    expect(failure?.place).to.match(/^activations\.reference\.ts:\d+$/);
    expect(failure?.problem).to.match(/^RangeError: softmax: x is \(3\)/);
  });

  it('fails an exercise that is missing, and only that', async () => {
    const file = join(folder, 'missing.ts');
    writeFileSync(
      file,
      "export { relu } from '../../lessons/02-activations/activations.reference.ts';\n",
    );
    const result = await grade(file);
    expect(pointsOf(result.checks)).to.equal(3);
    expect(score(result, 'relu')).to.equal('3/3');
    expectSnapshot('report/missing', report(result));
  });

  it('ends an endless loop, names the function, and grades the other exercises', async () => {
    const file = learnerFile('loop', 'export function relu(): void { for (;;) {} }');
    const result = await grade(file);
    expect(score(result, 'relu')).to.equal('0/3');
    expect(pointsOf(result.checks)).to.equal(total - 3);
    expectSnapshot('report/loop', report(result));
  });

  it('goes on after code that ends the process', async () => {
    const file = learnerFile('exit', 'export function relu(): void { process.exit(0); }');
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
    const result = await grade(learnerFile('syntax', 'export function relu( {'));
    expect(pointsOf(result.checks)).to.equal(0);
    const problem = {
      place: 'lessons/02-activations/activations.ts:2:24',
      message: "'}' expected.",
    };
    expectSnapshot('report/syntax', report(result, [problem]));
  });

  it('shows type errors before everything else, and a lesson with one is not solved', async () => {
    const result = await grade('reference');
    const problem = {
      place: 'lessons/02-activations/activations.ts:9:3',
      message: "Type 'string' is not assignable to type 'number'.",
    };
    expect(isSolved(result, [problem])).to.equal(false);
    expectSnapshot('report/types', report(result, [problem]));
  });

  it('shows what the code printed', async () => {
    const file = learnerFile('prints', "console.log('hello\\nworld');");
    const result = await grade(file);
    expect(result.printed).to.equal('hello\nworld\n');
    expectSnapshot('report/prints', report(result));
  });

  it('does not wait for what the code left running', async () => {
    const file = learnerFile('interval', 'setInterval(() => {}, 1000);');
    expect(pointsOf((await grade(file)).checks)).to.equal(total);
  });

  it('collects a sample of each function when asked', async () => {
    const file = learnerFile(
      'sample',
      "import type { Tensor } from '#arrays';",
      'export function relu(x: Tensor): Tensor { return x; }',
    );
    const { samples } = await grade(file, { samples: true });
    expect(samples.find(({ name }) => name === 'relu')).to.deep.include({
      call: 'relu((5) [-7, -0.5, 0, 0.5, 1000])',
    });
    const sample = samples.find(({ name }) => name === 'relu');
    expect(sample?.yours.value).to.equal('(5) [-7, -0.5, 0, 0.5, 1000]');
    expect(sample?.reference.value).to.equal('(5) [0, 0, 0, 0.5, 1000]');
    expect(samples).to.have.length(20);
  });
});
