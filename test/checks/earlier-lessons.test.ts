/** A lesson that builds on an earlier one, in every way in which it can be graded. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { faultsOf } from '../../checks/proof/faults.ts';
import { proofsOf } from '../../checks/proof/kept-proofs.ts';
import type { PoolMessage } from '../../checks/proof/pool.ts';
import type { Proof } from '../../checks/proof/proof.ts';
import { tryMutants } from '../../checks/proof/mutants.ts';
import { gradeLesson } from '../../checks/grade/grade-lesson.ts';
import { findLesson, root, sourceText } from '../../checks/project.ts';
import type { CheckResult } from '../../checks/results/lesson-result.ts';
import { gradeInSandbox } from '../../checks/sandbox/sandbox.ts';
import { inFixture, run, type Ran } from '../temporary-project.ts';

const HALF_DONE = `import { heightAt, type Line } from '#lessons/01-lines';

export function bentAt(left: Line, _right: Line, x: number): number {
  return heightAt(left, x);
}
`;

function statuses(checks: readonly CheckResult[]): string[] {
  return checks.map(({ status }) => status);
}

describe('A lesson that imports an earlier lesson', function () {
  this.timeout(60_000);
  const project = inFixture();
  const lesson = project.curves;

  async function plainMocha(subject: string, ...suites: string[]): Promise<Ran> {
    return run(
      process.execPath,
      [
        join('node_modules', 'mocha', 'bin', 'mocha.js'),
        ...suites.map((name) => join('test', 'lessons', `${name}.test.ts`)),
      ],
      project.root,
      { CHAINRULE_SUBJECT: subject },
    );
  }

  it('gets the reference of it while its own reference is graded', async () => {
    const { code, stdout } = await plainMocha('', '01-lines', '02-curves');
    expect(code).to.equal(0);
    expect(stdout).to.include('13 passing');
    expect(await gradeLesson(lesson, { subject: 'reference' }))
      .to.have.property('checks')
      .that.has.length(2);
  });

  it("gets the reference of it while the learner's file is graded, and not the learner's earlier file", async () => {
    // Every exercise of lesson 01 is still to do here.
    writeFileSync(lesson.learner, HALF_DONE);
    const { checks, broken } = await gradeLesson(lesson);
    expect(broken).to.equal(undefined);
    expect(statuses(checks)).to.deep.equal(['passed', 'failed']);
    expect(checks[1]!.failure?.diagnosis?.id).to.equal('bent-left-only');
    const { code, stdout } = await project.run('test', '02');
    expect(code).to.equal(1);
    expect(stdout).to.include('1 of 2 points');
  });

  it("may import the learner's own earlier file by its path", async () => {
    writeFileSync(project.lines.learner, 'export function heightAt(): number {\n  return 7;\n}\n');
    writeFileSync(
      lesson.learner,
      HALF_DONE.replace('#lessons/01-lines', '../01-lines/lines.ts')
        .replace(', type Line', '')
        .replaceAll(': Line', ': unknown')
        .replace('heightAt(left, x)', '(heightAt as (...args: unknown[]) => number)(left, x)'),
    );
    expect(statuses((await gradeLesson(lesson)).checks)).to.deep.equal(['passed', 'failed']);
  });

  it('gets the reference of it while any file is graded by its path', async () => {
    const file = join(project.root, '.chainrule', 'other.ts');
    mkdirSync(join(project.root, '.chainrule'), { recursive: true });
    writeFileSync(file, HALF_DONE);
    const { stdout } = await plainMocha(`02:${join('.chainrule', 'other.ts')}`, '02-curves');
    expect(stdout).to.include('1 passing').and.to.include('1 failing');
  });

  it('gets the reference of it under a misconception, which the other lesson knows nothing of', async () => {
    const { stdout } = await plainMocha(
      '02:misconception:bent-turned-round',
      '01-lines',
      '02-curves',
    );
    expect(stdout).to.include('11 passing').and.to.include('2 failing');
  });

  it('must say which lesson is graded when several suites run', async () => {
    const { code, stdout, stderr } = await plainMocha('learner', '01-lines', '02-curves');
    expect(code).not.to.equal(0);
    expect(stdout + stderr).to.include(
      'CHAINRULE_SUBJECT: "learner" does not say which lesson is graded; write 05:learner, or run the suite of one lesson',
    );
    const alone = await plainMocha('misconception:bent-turned-round', '02-curves');
    expect(alone.stdout).to.include('2 failing');
  });

  it('gets the reference of it from the grader in the sandbox', async () => {
    const folder = join(project.root, '.chainrule', 'submission');
    const submitted = join(folder, 'lessons', '02-curves');
    mkdirSync(submitted, { recursive: true });
    writeFileSync(join(submitted, 'curves.ts'), sourceText(lesson.reference));
    // Whatever else was handed in under the earlier lesson's name is not what that name means.
    cpSync(join(project.root, 'lessons', '01-lines'), join(folder, 'lessons', '01-lines'), {
      recursive: true,
    });
    rmSync(join(folder, 'lessons', '01-lines', 'lines.reference.ts'));
    const { checks, broken } = await gradeInSandbox(lesson, { folder });
    expect(broken).to.equal(undefined);
    expect(statuses(checks)).to.deep.equal(['passed', 'passed']);
  });

  it('gets neither its own reference nor a later one, anywhere', async () => {
    for (const [number, name, own] of [
      ['02', '02-curves', 'which is that file itself'],
      ['01', '02-curves', 'a later lesson'],
    ] as const) {
      const graded = findLesson(number)!;
      const cheat = `export * from '#lessons/${name}';\n`;
      writeFileSync(graded.learner, cheat);
      const local = await gradeLesson(graded);
      expect(local.broken).to.include(`the file imports "#lessons/${name}", ${own}`);
      expect(statuses(local.checks)).not.to.include('passed');
      const folder = join(project.root, '.chainrule', 'cheat');
      mkdirSync(join(folder, 'lessons', graded.name), { recursive: true });
      writeFileSync(join(folder, 'lessons', graded.name, `${graded.slug}.ts`), cheat);
      const remote = await gradeInSandbox(graded, { folder });
      expect(remote.broken).to.include(`it imports "#lessons/${name}"; a graded file may import`);
      expect(remote.points).to.equal(0);
    }
  });

  it('is proven like any other: stub, solutions and misconceptions', async () => {
    const proofs: Proof[] = [];
    await proofsOf([lesson], (_, proof) => proofs.push(proof));
    const [proof] = proofs;
    expect(faultsOf(lesson, proof!)).to.deep.equal([]);
    expect(proof!.solutions).to.have.length(2);
    expect(proof!.misconceptions).to.have.length(6);
  });

  it('may be proven before the earlier one in the same process', async () => {
    const child = fork(join(root, 'checks', 'proof', 'prove-child.ts'), [], {
      cwd: root,
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, CHAINRULE_SUBJECT: '' },
    });
    try {
      for (const name of [lesson.name, project.lines.name]) {
        child.send(name);
        const [message] = (await once(child, 'message')) as [PoolMessage];
        expect(message, name).to.have.property('proof');
      }
    } finally {
      child.disconnect();
    }
  });

  it('has mutants of its own, and none of the other lesson', async () => {
    const { all, tried, killed } = await tryMutants(lesson);
    expect(tried).to.equal(all);
    expect(all).to.be.within(3, 8);
    expect(killed).to.equal(all);
  });
});
