import { expect } from 'chai';
import { equivalents, unexplained } from '../../checks/audit/equivalents.ts';
import type { Survivor } from '../../checks/audit/mutants.ts';
import { auditTable, holds, killedShare, type AuditRow } from '../../checks/cli/audit.ts';
import { findLesson, lessons } from '../../checks/project.ts';
import { expectSnapshot } from '../snapshot.ts';

const missed: Survivor = { name: 'relu', line: 7, original: 'v >\n  0', replacement: 'v >= 0' };

const row: AuditRow = {
  lesson: '02-activations',
  stub: 0,
  reference: 83,
  points: 83,
  solutions: [2, 2],
  misconceptions: [34, 34],
  mutants: { all: 200, tried: 100, killed: 95, equivalent: 4 },
  missed: [missed],
};

describe('The audit', () => {
  it('counts the killed among the mutants that could be noticed', () => {
    expect(killedShare(row)).to.equal(95 / 96);
    const none = { all: 4, tried: 4, killed: 0, equivalent: 4 };
    expect(killedShare({ ...row, mutants: none })).to.equal(1);
  });

  it('holds when the suite does all that is asked of it, and only then', () => {
    expect(holds(row)).to.equal(true);
    const short: Partial<AuditRow>[] = [
      { stub: 1 },
      { reference: 82 },
      { solutions: [1, 2] },
      { misconceptions: [33, 34] },
      { mutants: { all: 100, tried: 100, killed: 94, equivalent: 0 } },
    ];
    for (const change of short) expect(holds({ ...row, ...change })).to.equal(false);
  });

  it('is printed as a table, with the mutants that were missed', () => {
    const whole = { ...row, lesson: '01-perceptron', stub: 3, missed: [] };
    whole.mutants = { all: 100, tried: 100, killed: 100, equivalent: 0 };
    expectSnapshot('cli/audit', auditTable([whole, row]));
  });
});

describe('Mutants that are the reference in other words', () => {
  const known = { names: ['relu'], original: 'v >\n  0', replacement: 'v >= 0', reason: 'Both 0.' };

  it('are recognized by function and change, whatever the line', () => {
    expect(unexplained([missed, { ...missed, line: 99 }], [known])).to.deep.equal([]);
    const others = [
      { ...missed, name: 'tanh' },
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
    const lesson = { ...findLesson('02')!, equivalents: 'no such file' };
    expect(equivalents(lesson)).to.deep.equal([]);
  });
});
