import { expect } from 'chai';
import { lessonNamed } from '../../checks/project.ts';
import { budgetUsed, overBudget } from '../../checks/proof/budget.ts';
import type { Proof } from '../../checks/proof/proof.ts';

const lesson = lessonNamed('01-lines');
const capstone = lessonNamed('18-capstone');

/** A proof that took so many milliseconds, with checks on the reference that took these. */
function proofOf(cpu: number, ...checks: readonly number[]): Proof {
  return {
    reference: checks.map((own, i) => ({
      exercise: `01.${i + 1} f`,
      title: 'is right',
      status: 'passed',
      cpu: own,
    })),
    stub: [],
    solutions: [],
    misconceptions: [],
    oracles: [],
    cpu,
  };
}

describe('budgetUsed', () => {
  it('is the part of three seconds that a proof took, and of twelve for the capstone', () => {
    expect(budgetUsed(lesson, proofOf(1500))).to.equal(0.5);
    expect(budgetUsed(capstone, proofOf(3000))).to.equal(0.25);
  });
});

describe('overBudget', () => {
  it('has nothing against up to twice the budget, since a machine may be busy', () => {
    expect(overBudget(lesson, proofOf(6000, 600, 600, 600, 200))).to.deep.equal([]);
    expect(
      overBudget(capstone, proofOf(24_000, 2000, 2000, ...Array<number>(7).fill(570))),
    ).to.deep.equal([]);
  });

  it('names a check that takes longer; two that train a network may take a second', () => {
    expect(overBudget(lesson, proofOf(3000, 1001, 601, 30, 605))).to.deep.equal([
      '01.2 f: is right took 601 ms of CPU, and may take 300',
      'the suite on the reference took 2237 ms of CPU, and may take 1000',
    ]);
    expect(overBudget(lesson, proofOf(3000, 2001))).to.deep.equal([
      '01.1 f: is right took 2001 ms of CPU, and may take 1000',
      'the suite on the reference took 2001 ms of CPU, and may take 1000',
    ]);
  });

  it('names a proof that takes longer, with the budget as it is', () => {
    // Whatever it took: 6007 / (6007 / 3000) is not quite 3000.
    for (const cpu of [6001, 6003.7, 6007, 7001, 9999.1]) {
      expect(overBudget(lesson, proofOf(cpu))).to.deep.equal([
        `the whole proof took ${Math.round(cpu)} ms of CPU, and may take 3000`,
      ]);
    }
    expect(overBudget(capstone, proofOf(24_001))).to.deep.equal([
      'the whole proof took 24001 ms of CPU, and may take 12000',
    ]);
  });
});
