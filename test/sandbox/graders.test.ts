/** One grader for many submissions: each is graded as if it were the first. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { Graders } from '../../checks/sandbox/graders.ts';
import { gradeInSandbox } from '../../checks/sandbox/sandbox.ts';
import { inFixture } from '../temporary-project.ts';
import { aboveGround, HONEST } from './attack.ts';
import { changed, submissionsFolder, writeFiles } from './submission.ts';
import type { Lesson } from '../../checks/project.ts';
import type { SandboxResult } from '../../checks/results/submission-result.ts';

describe('Graders', function () {
  this.timeout(60_000);
  const { lines, curves } = inFixture();
  const { folder, remove } = submissionsFolder();
  let graders: Graders;

  before(() => {
    // A check that fails when its suite has run before, and one of an array that outlives the suite.
    writeFileSync(
      join(dirname(lines.suite), 'shared.ts'),
      "import { array } from '#arrays';\nexport const heights = array([-7.5, 2.25]);\n",
    );
    const checks = `
      let times = 0;
      it('runs once', () => {
        aboveGround(heights);
        expect(++times).to.equal(1);
      });
      it('is right for an array that outlives the suite', () => {
        expect(aboveGround(heights)).to.almostEqual([0, 2.25]);
      });
      it('leaves its argument alone'`;
    const text = readFileSync(lines.suite, 'utf8').replace(
      "it('leaves its argument alone'",
      checks,
    );
    writeFileSync(lines.suite, `import { heights } from './shared.ts';\n${text}`);
  });

  beforeEach(() => (graders = new Graders()));
  afterEach(() => graders.end());
  after(remove);

  /** Grades the reference with another body of aboveGround. */
  function graded(body = HONEST, lesson: Lesson = lines): Promise<SandboxResult> {
    // Of a lesson that has no such function this is the whole reference.
    const functions = aboveGround(body);
    writeFiles(folder, {
      [`lessons/${lesson.name}/${lesson.slug}.ts`]: changed(lesson, { functions }),
    });
    return gradeInSandbox(lesson, { folder, graders, limits: { check: 500 }, seed: 1 });
  }

  /** The number of the process that waits. */
  function waiting(): number {
    const kept = graders.take();
    graders.keep(kept);
    return kept.pid!;
  }

  it('are kept for the next submission, whose suite is loaded anew', async () => {
    const first = await graded();
    const process = waiting();
    expect(first.points).to.equal(first.max);
    expect(await graded()).to.deep.equal(first);
    expect(waiting()).to.equal(process);
  });

  it('grade one lesson after the other', async () => {
    const first = await graded();
    const process = waiting();
    const other = await graded('', curves);
    expect(other.lesson).to.equal(curves.name);
    expect(other.points).to.equal(other.max);
    expect(await graded()).to.deep.equal(first);
    expect(waiting()).to.equal(process);
  });

  it('are kept after an endless loop, which does not run in them', async () => {
    const first = await graded('for (;;);');
    const process = waiting();
    expect(await graded('for (;;);')).to.deep.equal(first);
    expect(waiting()).to.equal(process);
  });

  const worn = {
    'whose argument was changed': 'x.set(0, 9);\n  return x;',
    'whose file does not load': "}\nthrow new Error('x');\n{",
    'whose file does not compile': '(',
  };
  for (const [which, body] of Object.entries(worn)) {
    it(`are not kept after a submission ${which}`, async () => {
      const first = await graded();
      const process = waiting();
      const { points, max } = await graded(body);
      expect(points).to.be.below(max);
      expect(await graded()).to.deep.equal(first);
      expect(waiting()).not.to.equal(process);
    });
  }

  it('that were ended while they waited are replaced', async () => {
    const first = await graded();
    const kept = graders.take();
    graders.keep(kept);
    const gone = new Promise((resolve) => kept.once('exit', resolve));
    kept.kill('SIGKILL');
    await gone;
    expect(await graded()).to.deep.equal(first);
  });
});
