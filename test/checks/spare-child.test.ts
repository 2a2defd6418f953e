/** The process that waits for the next grade. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { gradeLesson } from '../../checks/grade/grade-lesson.ts';
import { SpareChild, startChild } from '../../checks/grade/spare-child.js';
import { pointsOf } from '../../checks/results/points.ts';
import { inFixture } from '../temporary-project.ts';

describe('SpareChild', function () {
  this.timeout(30_000);
  const { lines } = inFixture();
  const spare = new SpareChild();
  afterEach(() => spare.end());

  it('gives the process that waits, once, and a new one after it', () => {
    spare.prepare();
    spare.prepare();
    const [first, second] = [spare.take(), spare.take()];
    expect(first.pid).not.to.equal(second.pid);
    for (const child of [first, second]) child.kill();
  });

  it('gives a process that grades as a new one does, whatever was graded before', async () => {
    for (const subject of ['reference', 'misconception:height-forgotten', 'reference']) {
      spare.prepare();
      const [waited, fresh] = await Promise.all([
        gradeLesson(lines, { subject, take: spare.take }),
        gradeLesson(lines, { subject }),
      ]);
      expect(waited).to.deep.equal(fresh);
      expect(pointsOf(waited.checks) === waited.checks.length).to.equal(subject === 'reference');
    }
  });

  it('gives a new one where the one that waited has ended', async () => {
    const started: ChildProcess[] = [];
    const watched = new SpareChild(() => {
      const child = startChild();
      started.push(child);
      return child;
    });
    watched.prepare();
    started[0]!.kill('SIGKILL');
    await once(started[0]!, 'exit');
    const { checks } = await gradeLesson(lines, { subject: 'reference', take: watched.take });
    expect(pointsOf(checks)).to.equal(checks.length);
    expect(started).to.have.length(2);
  });
});
