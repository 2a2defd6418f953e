import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { newLesson } from '../../checks/course/new-lesson.ts';
import { gradeLesson } from '../../checks/grade/grade-lesson.ts';
import { findLesson } from '../../checks/project.ts';
import { faultsOf } from '../../checks/proof/faults.ts';
import { proofsOf } from '../../checks/proof/kept-proofs.ts';
import type { Proof } from '../../checks/proof/proof.ts';
import { gradeInSandbox } from '../../checks/sandbox/sandbox.ts';
import { inFixture } from '../temporary-project.ts';

describe('npm run lesson:new', function () {
  this.timeout(60_000);
  const project = inFixture();

  before(() => {
    writeFileSync(
      join(project.root, 'README.md'),
      '| [01 lines](lessons/01-lines/README.md) | a |\n| [02 curves](lessons/02-curves/README.md) | b |\n\nThe end.\n',
    );
  });

  it('makes a lesson that is proven as it stands', async () => {
    const { code, stdout } = await project.run('lesson:new', '3', 'weight-decay');
    expect(code).to.equal(0);
    expect(stdout).to.include('lessons/03-weight-decay/weight-decay.reference.ts\n');
    const lesson = findLesson('03')!;
    const proofs: Proof[] = [];
    await proofsOf([lesson], (_, proof) => proofs.push(proof));
    expect(faultsOf(lesson, proofs[0]!)).to.deep.equal([]);
    expect(proofs[0]!.misconceptions).to.have.length(6);
  });

  it('hands out its exercise, to do', async () => {
    const { checks } = await gradeLesson(findLesson('03')!);
    expect(checks.map(({ status }) => status)).to.deep.equal(['todo', 'todo']);
  });

  it('is graded in the sandbox', async () => {
    const lesson = findLesson('03')!;
    const right = join(lesson.solutions, 'by-hand.ts');
    const { points, max } = await gradeInSandbox(lesson, { folder: project.root, file: right });
    expect([points, max]).to.deep.equal([2, 2]);
  });

  it('enters it in package.json and in the table of the README, in its place', () => {
    const { imports } = JSON.parse(readFileSync(join(project.root, 'package.json'), 'utf8')) as {
      imports: Record<string, string>;
    };
    expect(Object.keys(imports).filter((name) => name.startsWith('#lessons/'))).to.deep.equal([
      '#lessons/01-lines',
      '#lessons/02-curves',
      '#lessons/03-weight-decay',
    ]);
    expect(readFileSync(join(project.root, 'README.md'), 'utf8').split('\n')[2]).to.equal(
      '| [03 weight decay](lessons/03-weight-decay/README.md) | say here what one writes in it |',
    );
  });

  it('refuses numbers and names that are taken or of another form, and changes nothing then', async () => {
    for (const [number, name, words] of [
      ['03', 'other', 'there is 03-weight-decay'],
      ['04', 'lines', 'there is 01-lines'],
      ['123', 'other', 'it must have two digits'],
      ['04', 'Other name', 'small letters, digits and hyphens'],
    ] as const) {
      const { code, stderr } = await project.run('lesson:new', number, name);
      expect(code, name).to.equal(2);
      expect(stderr).to.include(words);
    }
    expect(() => newLesson('4', 'other')).to.throw(RangeError, 'two digits');
  });
});
