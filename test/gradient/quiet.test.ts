/** Right code at inputs that trip checkers up: it must pass, with every data seed. */
import { array } from '#arrays';
import { expect } from 'chai';
import { checkGradient } from '../../checks/gradient/check.ts';
import { normals } from '../../bench/gradient/operations/arithmetic.ts';
import { affine } from '../../bench/gradient/operations/dense.ts';
import { SEEDS } from './seeds.ts';
import { TRICKY } from './zoo/zoo.ts';

describe('The gradient checker, on right code', () => {
  for (const { title, problem, kind, kinks } of TRICKY) {
    it(`has nothing to say about ${title}, whatever the data`, () => {
      for (const seed of SEEDS) {
        const report = checkGradient(problem(normals(seed, kind), seed), { seed: 1000 + seed });
        expect(report.findings, `seed ${seed}`).to.deep.equal([]);
        expect(report.verdict).to.equal('pass');
        if (kinks !== undefined) expect(report.kinks, `kinks with seed ${seed}`).to.equal(kinks);
      }
    });
  }

  it('asks for no more than five and a half forward calls an entry', () => {
    const draw = normals(1);
    const { cost, entries } = checkGradient(affine(draw(4, 3), draw(3, 5), draw(5)));
    expect(entries).to.deep.equal({ checked: 32, of: 32 });
    // Four for each entry, six for the contract, and for the rounding six and two for each input.
    expect(cost).to.deep.equal({ forward: 4 * 32 + 6 + 6 + 2 * 3, backward: 5 });
  });

  it('says the same every time it is asked', () => {
    const problem = affine(array([[1, 2, 3]]), normals(1)(3, 2), normals(2)(2), 'zero');
    expect(checkGradient(problem, { seed: 5 })).to.deep.equal(checkGradient(problem, { seed: 5 }));
  });
});
