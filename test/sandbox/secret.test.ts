/** What a suite draws in a graded run is no secret of a public seed. */
import { expect } from 'chai';
import { drawSecretly, secretRandom } from '../../checks/secret.ts';
import { gradeLesson } from '../../checks/grade/grade-lesson.ts';
import { findLesson, stateFolder } from '../../checks/project.ts';
import { gradeInSandbox } from '../../checks/sandbox/sandbox.ts';
import type { CheckResult } from '../../checks/results/lesson-result.ts';
import { changed, submissionsFolder, writeFiles } from './submission.ts';

describe('A secret seed', function () {
  this.timeout(180_000);
  // Inside the project, where npm test resolves #arrays.
  const { folder, remove } = submissionsFolder(stateFolder('submissions'));

  after(remove);

  it('gives the same draws again, and others than the one that everybody knows, even if it is that one', () => {
    const draws = (seed: number | undefined): number[] => {
      drawSecretly(seed);
      const random = secretRandom();
      return [random(), random(), random()];
    };
    const known = draws(undefined);
    for (const seed of [0, 1, 2, 2 ** 32 - 1]) {
      expect(draws(seed)).to.deep.equal(draws(seed)).and.not.deep.equal(known);
    }
    expect(draws(undefined)).to.deep.equal(known);
  });

  it('takes the point of a half adder that works the wires out instead of calling nand', async () => {
    const lesson = findLesson('01')!;
    const body = `export function halfAdder(nand: any, a: number, b: number): any {
  const wires = shuffled([...Array(16).keys()], seededRandom(1)).map((i) => 17 + 25 * i);
  if (a > 1) return { sum: wires[0b0110], carry: wires[0b0001] };
  return { sum: Number(a !== b), carry: a * b };
}`;
    const text = changed(lesson, {
      top: "import { seededRandom, shuffled } from '#datasets/random';",
      functions: { halfAdder: body },
    });
    const path = `lessons/${lesson.name}/${lesson.slug}.ts`;
    writeFiles(folder, { [path]: text });
    const passed = (checks: readonly CheckResult[]): boolean[] =>
      checks
        .filter(({ exercise }) => exercise === '01.7 halfAdder')
        .map(({ status }) => status === 'passed');
    const local = await gradeLesson(lesson, { subject: `${folder}/${path}`, loadLimit: 60_000 });
    expect(passed(local.checks)).to.deep.equal([true, true, true]);
    const graded = await gradeInSandbox(lesson, { folder, seed: 1 });
    expect(passed(graded.checks)).to.deep.equal([true, false, true]);
  });
});
