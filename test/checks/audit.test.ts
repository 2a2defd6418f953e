import { expect } from 'chai';
import { equivalents, unexplained } from '../../checks/proof/equivalents.ts';
import type { Survivor } from '../../checks/proof/mutants.ts';
import { auditTable, killedShare, shortfalls, type Audit } from '../../checks/cli/audit.ts';
import { lessonNamed, lessons, type Lesson } from '../../checks/project.ts';
import type { CaughtMisconception, Proof, TimedCheck } from '../../checks/proof/proof.ts';
import { expectSnapshot } from '../snapshot.ts';

const missed: Survivor = {
  name: 'heightsAt',
  line: 7,
  original: 'v >\n  0',
  replacement: 'v >= 0',
};

const lesson: Lesson = lessonNamed('01-lines');
const check = (exercise: string, cpu: number): TimedCheck => ({
  exercise,
  title: 'is right',
  status: 'passed',
  cpu,
});
const caught = (id: string, named: string): CaughtMisconception => ({
  misconception: { exercise: '01.2 heightsAt', id, sentence: `No ${id}.` },
  caught: {
    exercise: '01.2 heightsAt',
    title: 'is right',
    status: 'failed',
    failure: {
      problem: 'wrong',
      diagnosis: {
        kind: 'misconception',
        id: named,
        sentence: `No ${named}.`,
        anchor: '#012-heightsat',
      },
    },
  },
});

const whole: Audit = {
  lesson,
  proof: {
    reference: [
      check('01.1 heightAt', 1.4),
      check('01.2 heightsAt', 20),
      check('01.2 heightsAt', 3),
    ],
    stub: [0, 1, 2].map(() => ({ exercise: '01.2 heightsAt', title: 'is right', status: 'todo' })),
    solutions: [{ file: 'by-hand.ts', checks: [check('01.2 heightsAt', 1)] }],
    misconceptions: [caught('heights-backwards', 'heights-backwards')],
    oracles: [{ title: 'heightsAt agrees' }],
    cpu: 300,
  },
  mutants: {
    all: 200,
    tried: 100,
    killed: 95,
    survivors: [missed, missed, missed, missed, missed],
    byName: { heightsAt: { tried: 100, killed: 95 } },
  },
  lazy: { throwing: 0, returningZeros: 0, doingBoth: 0, of: 3 },
  missed: [missed],
};

describe('The audit', () => {
  it('counts the killed among the mutants that could be noticed', () => {
    expect(killedShare(whole)).to.equal(95 / 96);
    const none = {
      ...whole.mutants,
      tried: 4,
      killed: 0,
      survivors: [missed, missed, missed, missed],
    };
    expect(killedShare({ ...whole, mutants: none, missed: [] })).to.equal(1);
  });

  it('finds fault with a suite that gives more than a tenth of its points to who computes nothing', () => {
    const lazy = { throwing: 0, returningZeros: 0, doingBoth: 1, of: 3 };
    expect(shortfalls({ ...whole, lazy })).to.deep.equal([
      'who computes nothing gets 33.3% of the points; at most 10.0% may be had so',
    ]);
  });

  it('finds nothing against a suite that does all that is asked of it', () => {
    expect(shortfalls(whole)).to.deep.equal([]);
  });

  it('says what falls short', () => {
    const { proof } = whole;
    const failed = (exercise: string): TimedCheck => ({ ...check(exercise, 1), status: 'failed' });
    const short: [string, Partial<Proof>][] = [
      [
        'the reference fails 01.2 heightsAt: is right',
        { reference: [failed('01.2 heightsAt'), ...proof.reference.slice(1)] },
      ],
      [
        'the stub is not to do in 01.2 heightsAt: is right',
        { stub: [...proof.stub.slice(1), check('01.2 heightsAt', 1)] },
      ],
      ['the stub does not meet every check', { stub: proof.stub.slice(1) }],
      [
        'mine.ts fails 01.2 heightsAt: is right',
        { solutions: [{ file: 'mine.ts', checks: [failed('01.2 heightsAt')] }] },
      ],
      ['a is not caught', { misconceptions: [{ misconception: caught('a', 'a').misconception }] }],
      ['a is shown as b (is right)', { misconceptions: [caught('a', 'b')] }],
      ['heightsAt agrees: no', { oracles: [{ title: 'heightsAt agrees', problem: 'no' }] }],
      ['the whole proof took 7000 ms of CPU, and may take 3000', { cpu: 7000 }],
      [
        '01.2 heightsAt: is right took 2100 ms of CPU, and may take 1000',
        {
          reference: [
            check('01.2 heightsAt', 2100),
            ...proof.stub.slice(1).map(() => check('01.2 heightsAt', 0)),
          ],
        },
      ],
    ];
    for (const [sentence, change] of short) {
      expect(shortfalls({ ...whole, proof: { ...proof, ...change } }), sentence).to.include(
        sentence,
      );
    }
    const mutants = { ...whole.mutants, tried: 100, killed: 94, survivors: [missed] };
    expect(shortfalls({ ...whole, mutants })).to.deep.equal([
      '94.0% of the mutants are killed; 95.0% must be',
    ]);
  });

  it('is printed as a table, with the mutants that were missed and what falls short', () => {
    const misconceptions = [caught('a', 'b'), caught('b', 'b')];
    const short = { ...whole, proof: { ...whole.proof, misconceptions } };
    expectSnapshot('cli/audit', auditTable(whole) + auditTable(short));
  });
});

describe('Mutants that are the reference in other words', () => {
  const known = {
    names: ['heightsAt'],
    original: 'v >\n  0',
    replacement: 'v >= 0',
    reason: 'Both 0.',
  };

  it('are recognized by function and change, whatever the line', () => {
    expect(unexplained([missed, { ...missed, line: 99 }], [known])).to.deep.equal([]);
    const others = [
      { ...missed, name: 'heightAt' },
      { ...missed, replacement: 'true' },
      { ...missed, original: 'v < 0' },
    ];
    expect(unexplained(others, [known])).to.deep.equal(others);
  });

  it('each have a reason', () => {
    const all = lessons().flatMap(equivalents);
    expect(all.length).to.be.greaterThan(0);
    for (const { reason, names } of all) {
      expect(reason).to.match(/^[A-Z].*\.$/);
      expect(names).to.have.length.at.least(1);
    }
    expect(equivalents({ ...lesson, equivalents: 'no such file' })).to.deep.equal([]);
  });
});
