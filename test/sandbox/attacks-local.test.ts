/** A graded run gives no more points than `npm test` gives for the same file: over all attacks. */
import { join } from 'node:path';
import { expect } from 'chai';
import { gradeLesson } from '../../checks/grade/grade-lesson.ts';
import { byExercise } from '../../checks/results/points.ts';
import { functionOf } from '../../checks/subject/recorder.ts';
import { inFixture } from '../temporary-project.ts';
import type { Attack } from './attack.ts';
import { attacks } from './attacks.ts';
import { changed, stubWith, writeFiles } from './submission.ts';

/** The points of each exercise, by the name of its function, and how many there are. */
type Points = Map<string, { points: number; max: number }>;

describe('npm test', function () {
  this.timeout(300_000);
  const { lines: lesson, root } = inFixture();
  // Inside the project, where npm test resolves #arrays.
  const folder = join(root, '.chainrule', 'attacks');
  const safe = attacks.filter(({ onItsOwn }) => onItsOwn !== 'harmful');
  const points = new Map<Attack, Promise<Points>>();

  /** The points of each function of an attack, as npm test gives them. */
  async function graded(attack: Attack, place: number): Promise<Points> {
    const { isStub, top = '', ...changes } = attack;
    const text = isStub === true ? stubWith(lesson, top) : changed(lesson, { top, ...changes });
    const file = join(folder, String(place), `${lesson.slug}.ts`);
    writeFiles(join(folder, String(place)), { [`${lesson.slug}.ts`]: text });
    const { checks } = await gradeLesson(lesson, { subject: file, loadLimit: 60_000 });
    return new Map(
      byExercise(checks).map(({ exercise, points: own, checks: all }) => [
        functionOf(exercise),
        { points: own, max: all.length },
      ]),
    );
  }

  /** Two at a time, as there may be no more cores. */
  before(() => {
    const waiting = safe.entries();
    const started = new Map<Attack, (result: Promise<Points>) => void>();
    for (const attack of safe) {
      points.set(attack, new Promise((resolve) => started.set(attack, resolve)));
    }
    const work = async (): Promise<void> => {
      for (const [place, attack] of waiting) {
        const result = graded(attack, place);
        started.get(attack)!(result);
        await result.catch(() => {});
      }
    };
    void work();
    void work();
  });

  for (const attack of safe) {
    const { does, isStub, earns = {}, broken, onItsOwn } = attack;
    const how =
      onItsOwn === 'spoilt'
        ? 'fewer points than a graded run, since it spoils the process that npm test shares with it'
        : 'no fewer points than a graded run';
    it(`gives a submission that ${does} ${how}`, async () => {
      const own = await points.get(attack)!;
      let sandboxed = 0;
      let local = 0;
      for (const [name, { points: given, max }] of own) {
        const there = isStub === true || broken !== undefined ? 0 : (earns[name] ?? max);
        if (onItsOwn === undefined) expect(there, name).to.be.at.most(given);
        sandboxed += there;
        local += given;
      }
      if (onItsOwn === 'spoilt') expect(local).to.be.below(sandboxed);
    });
  }
});
