/** No attack gains a point, no honest point is lost, and nothing is left behind. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { gradeInSandbox } from '../../checks/sandbox/sandbox.ts';
import { functionOf } from '../../checks/subject/recorder.ts';
import type { Attack } from './attack.ts';
import { attacks } from './attacks.ts';
import { changed, stubWith, submissionsFolder, writeFiles } from './submission.ts';
import { byExercise } from '../../checks/results/points.ts';
import { inFixture } from '../temporary-project.ts';
import type { SandboxResult } from '../../checks/results/submission-result.ts';

const limits = {
  check: 700,
  // Several processes start at once, on cores that others may need.
  load: 3000,
  lesson: 20_000,
  heap: 64,
  memory: 700,
  message: { bytes: 16 * 2 ** 20, values: 1_000_000 },
};

/** The points of each exercise, by the name of its function. */
function pointsByFunction({ checks }: SandboxResult): Map<string, { points: number; max: number }> {
  return new Map(
    byExercise(checks).map(({ exercise, points, checks: own }) => [
      functionOf(exercise),
      { points, max: own.length },
    ]),
  );
}

/** The processes whose command line holds a word, where the system tells. */
function running(word: string): number[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && commandLine(name).includes(word))
    .map(Number);
}

function commandLine(process: string): string {
  try {
    return readFileSync(`/proc/${process}/cmdline`, 'utf8');
  } catch {
    // It ended meanwhile.
    return '';
  }
}

/** The sandboxes' folders on the disk. */
function leftOnDisk(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('chainrule-sandbox-'));
}

describe('The sandbox', function () {
  this.timeout(120_000);
  const { lines: lesson } = inFixture();
  const place = `lessons/${lesson.name}/${lesson.slug}.ts`;
  const { folder, remove } = submissionsFolder();
  const results = new Map<string, Promise<SandboxResult>>();
  const others = leftOnDisk();

  function text({ isStub, top = '', ...changes }: Attack): string {
    return isStub === true ? stubWith(lesson, top) : changed(lesson, { top, ...changes });
  }

  /** Two at a time, as there may be no more cores. */
  before(() => {
    const waiting = [...attacks];
    const started = new Map<string, (result: Promise<SandboxResult>) => void>();
    for (const { does } of attacks) {
      results.set(does, new Promise((resolve) => started.set(does, resolve)));
    }
    const work = async (): Promise<void> => {
      for (let attack = waiting.shift(); attack !== undefined; attack = waiting.shift()) {
        const submission = join(folder, String(waiting.length));
        writeFiles(submission, { [place]: text(attack) });
        const graded = gradeInSandbox(lesson, { folder: submission, limits, seed: 1 });
        started.get(attack.does)!(graded);
        await graded.catch(() => {});
      }
    };
    void work();
    void work();
  });

  after(remove);

  for (const attack of attacks) {
    const { does, isStub, earns = {}, broken, problem, isPlaced } = attack;
    it(`grades a submission that ${does}`, async () => {
      const result = await results.get(does)!;
      for (const [name, { points, max }] of pointsByFunction(result)) {
        const none = isStub === true || broken !== undefined;
        expect(points, name).to.equal(none ? 0 : (earns[name] ?? max));
      }
      expect(result.max).to.equal(11);
      if (broken === undefined) expect(result.broken).to.equal(undefined);
      else expect(result.broken).to.match(broken);
      const failed = result.checks.find(({ status }) => status === 'failed');
      if (problem !== undefined) expect(failed?.failure?.problem).to.match(problem);
      const lines = text(attack).split('\n');
      for (const { failure } of result.checks) {
        const [, line = '1'] = /^lines\.ts:(\d+)$/.exec(failure?.place ?? 'lines.ts:1')!;
        expect(Number(line)).to.be.within(1, lines.length);
      }
      if (isPlaced !== undefined) {
        const line = lines.findIndex((one) => one.endsWith('// here')) + 1;
        expect(failed?.failure?.place).to.equal(isPlaced ? `lines.ts:${line}` : undefined);
      }
      expect(result.printed.length).to.be.at.most(20_000);
    });
  }

  it('leaves nothing running and nothing on the disk', async () => {
    await Promise.all(results.values());
    expect(leftOnDisk().filter((name) => !others.includes(name))).to.deep.equal([]);
    expect(running('chainrule-sandbox-')).to.deep.equal([]);
  });

  it('ends the learner’s process and keeps the points so far when the grader itself is killed', async function () {
    // Whether a process still runs is read from /proc, which only Linux has.
    if (!existsSync('/proc')) this.skip();
    await Promise.all(results.values());
    const submission = join(folder, 'killed');
    const functions = { aboveGround: 'export function aboveGround(): never {\n  for (;;);\n}' };
    writeFiles(submission, { [place]: changed(lesson, { functions }) });
    const graded = gradeInSandbox(lesson, { folder: submission, limits: { check: 60_000 } });
    const ownGrader = (): number | undefined =>
      running('sandbox/grader.ts').find((pid) =>
        readFileSync(`/proc/${pid}/stat`, 'utf8').includes(` ${process.pid} `),
      );
    while (running('chainrule-sandbox-').length === 0) await setTimeout(50);
    // By now the exercises before aboveGround are being checked, and soon aboveGround is.
    await setTimeout(1500);
    process.kill(ownGrader()!, 'SIGKILL');
    const result = await graded;
    const points = pointsByFunction(result);
    expect(points.get('heightAt')).to.deep.equal({ points: 2, max: 2 });
    expect(points.get('aboveGround')).to.deep.equal({ points: 0, max: 3 });
    expect(result.checks.at(-1)?.failure?.problem).to.equal('this check did not run');
    // It was killed a moment ago; if it were not, this test would never end.
    while (running('chainrule-sandbox-').length > 0) await setTimeout(20);
  });
});
