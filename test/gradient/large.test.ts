/** Arrays that are too large to look at every entry. */
import { expect } from 'chai';
import { seededRandom } from '#datasets/random';
import { checkGradient } from '../../checks/gradient/check.ts';
import type { Differentiable, LayerProblem } from '../../checks/gradient/problem.ts';
import { chooseEntries } from '../../checks/gradient/sample.ts';
import { each, normals } from '../../bench/gradient/operations/arithmetic.ts';
import { affine } from '../../bench/gradient/operations/dense.ts';
import { elementwise } from '../../bench/gradient/operations/elementwise.ts';

/** y = sin(x), its gradient wrong by what `spoil` does to an entry. */
function sine(
  x: Differentiable,
  spoil: (right: number, ...index: number[]) => number,
): LayerProblem {
  const right = elementwise('sine', Math.sin, (d, value) => d * Math.cos(value), x);
  return {
    ...right,
    backward: (...args: never[]) => {
      const { dx } = right.backward(...args) as { dx: Differentiable };
      return { dx: each(dx, spoil) };
    },
  };
}

const same = (right: number) => right;
const doubledSomewhere = (right: number, i = 0, j = 0) =>
  i === 11 && j === 17 ? 2 * right : right;

describe('A large array', () => {
  it('is sampled at its corners, its borders, its zeros and at random, within the budget', () => {
    const shape = [20, 30, 40];
    const values = new Float64Array(20 * 30 * 40).fill(1);
    values[12345] = 0;
    const places = chooseEntries(shape, values, 100, seededRandom(1));
    expect(places).to.have.lengthOf(100);
    expect(new Set(places).size).to.equal(100);
    expect(places).to.deep.equal(places.toSorted((a, b) => a - b));
    for (const i of [0, 19]) {
      for (const j of [0, 29]) {
        for (const k of [0, 39]) expect(places).to.include((i * 30 + j) * 40 + k);
      }
    }
    expect(places).to.include(12345);
    const inFirstOrLast = places.filter((place) => place < 1200 || place >= 19 * 1200);
    expect(inFirstOrLast.length).to.be.at.least(25);
  });

  it('is looked at whole if it is within the budget', () => {
    expect(chooseEntries([2, 3], new Float64Array(6), 6, seededRandom(1))).to.deep.equal([
      0, 1, 2, 3, 4, 5,
    ]);
  });

  it('passes when it is right, at a few calls for each entry of the sample', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const report = checkGradient(sine(normals(seed)(25, 40), same), { seed, budget: 64 });
      expect(report.verdict).to.equal('pass');
      expect(report.entries).to.deep.equal({ checked: 64, of: 1000 });
      expect(report.cost.forward).to.be.at.most(5.5 * 64);
    }
  });

  it('is caught when one entry is wrong that no sample shows, and the entry is found', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const problem = sine(normals(seed)(25, 40), doubledSomewhere);
      const { verdict, findings } = checkGradient(problem, { seed, budget: 16 });
      expect(verdict).to.equal('fail');
      expect(findings[0]).to.include({ code: 'wrong', gradient: 'dx', wrong: 1, checked: 17 });
      expect(findings[0]!.index).to.deep.equal([11, 17]);
    }
  });

  it('is caught when many entries are wrong', () => {
    const spoil = (right: number, i = 0, j = 0) => ((i + j) % 2 === 0 ? right : -right);
    expect(checkGradient(sine(normals(1)(25, 40), spoil), { budget: 16 }).verdict).to.equal('fail');
  });

  it('is right beside a kink as well', () => {
    const x = each(normals(3)(25, 40), (value, i) => (i === 3 ? 0 : value));
    const right = elementwise(
      'relu',
      (v) => Math.max(0, v),
      (d, v) => (v > 0 ? d : 0),
      x,
    );
    expect(checkGradient(right, { budget: 16 }).verdict).to.equal('pass');
  });

  it('is named from its sample', () => {
    const draw = normals(1);
    const problem = affine(draw(3, 20), draw(20, 20), draw(20), 'dW transposed');
    const { findings, entries } = checkGradient(problem, { budget: 120 });
    expect(findings.map(({ code }) => code)).to.deep.equal(['transposed']);
    expect(entries.checked).to.equal(60 + 120 + 20);
  });
});
