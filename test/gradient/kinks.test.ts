/** Kinks that meet: what the sum of several shows of each of them is not to be trusted. */
import { array, type Tensor } from '#arrays';
import { expect } from 'chai';
import { checkGradient } from '../../checks/gradient/check.ts';
import type { LossProblem } from '../../checks/gradient/problem.ts';
import { SEEDS } from './seeds.ts';

const relu = (x: number) => Math.max(0, x);
const weights = [3, -2, 1.5, -0.5, 2];

/** Σ relu(w·x + b) over five units, at x = 0 and b = 0, with what a learner may return for dx. */
function units(dx: number): LossProblem {
  return {
    name: 'units',
    inputs: { x: array([0]), b: array([0, 0, 0, 0, 0]) },
    loss: (x: Tensor, b: Tensor) =>
      weights.reduce((total, w, i) => total + relu(w * x.get(0) + b.get(i)), 0),
    gradient: () => ({ dx: array([dx]), db: array([0, 0, 0, 0, 0]) }),
  };
}

/** relu(x) − relu(−x), which is x, at x = 0. */
function cancelling(dx: number): LossProblem {
  return {
    name: 'cancelling',
    inputs: { x: array([0]), b: array([0, 0]) },
    loss: (x: Tensor, b: Tensor) => relu(x.get(0) + b.get(0)) - relu(-x.get(0) + b.get(1)),
    gradient: () => ({ dx: array([dx]), db: array([0, 0]) }),
  };
}

const verdicts = (problem: LossProblem) =>
  new Set(SEEDS.map((seed) => checkGradient(problem, { seed }).verdict));

describe('Where kinks meet', () => {
  it('what backpropagation gives is right, though the slopes of the sum do not contain it', () => {
    // Either side's slopes are −2.5 and 6.5, and 0, the sum of five slopes of 0, lies between.
    expect(verdicts(units(0))).to.deep.equal(new Set(['pass']));
    // The slope of x is 1 on either side.
    expect(verdicts(cancelling(0))).to.deep.equal(new Set(['pass']));
    expect(verdicts(cancelling(1))).to.deep.equal(new Set(['pass']));
    expect(verdicts(cancelling(2))).to.deep.equal(new Set(['pass']));
  });

  it('what lies outside of all that was seen is not decided', () => {
    expect(verdicts(cancelling(5))).to.deep.equal(new Set(['inconclusive']));
    const { findings } = checkGradient(cancelling(5));
    expect(findings.map(({ sentence }) => sentence)).to.deep.equal([
      'dx could not be decided: several kinks meet at these inputs, so move them a little.',
    ]);
  });

  it('a kink that stands alone is judged as before', () => {
    const absolute = (dx: number): LossProblem => ({
      inputs: { x: array([0, 2]) },
      loss: (x: Tensor) => Math.abs(x.get(0)) + x.get(1) ** 2,
      gradient: () => array([dx, 4]),
    });
    for (const inside of [-1, -0.3, 0, 1]) {
      expect(verdicts(absolute(inside))).to.deep.equal(new Set(['pass']));
    }
    for (const outside of [-1.001, 1.001, 7]) {
      expect(verdicts(absolute(outside))).to.deep.equal(new Set(['fail']));
    }
  });
});
