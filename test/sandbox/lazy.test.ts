/** Who computes nothing earns next to nothing, in every lesson. */
import { array, type Tensor } from '#arrays';
import { expect } from 'chai';
import { lazyPoints, type LazyPoints } from '../../checks/proof/lazy-points.ts';
import { lessons } from '../../checks/project.ts';
import { LAZY } from '../../checks/subject/lazy.ts';

describe('Functions that compute nothing', function () {
  this.timeout(300_000);

  const reference = {
    halve(x: Tensor): unknown {
      if (x.size === 0) throw new RangeError('halve: there is nothing to halve');
      return { out: x, n: 3, text: 'x', list: [1], isHalf: true, cache: x };
    },
  };
  const call = (lazy: keyof typeof LAZY, x: Tensor): unknown =>
    (LAZY[lazy](reference)['halve'] as (x: Tensor) => unknown)(x);

  it('always throw, always return zeros, or do whichever is right', () => {
    const [some, none] = [array([1, 2]), array([])];
    expect(() => call('throwing', some)).to.throw(RangeError);
    const zeros = { n: 0, text: '', list: [0], isHalf: false, cache: some };
    for (const lazy of ['returningZeros', 'doingBoth'] as const) {
      const value = call(lazy, some) as { out: Tensor };
      expect(value).to.deep.include(zeros);
      expect([...value.out.data]).to.deep.equal([0, 0]);
    }
    expect(call('returningZeros', none)).to.equal(0);
    expect(() => call('doingBoth', none)).to.throw(RangeError);
  });

  let earned: LazyPoints[];
  before(async () => {
    earned = await lazyPoints(lessons());
  });
  for (const [i, { name }] of lessons().entries()) {
    it(`earn at most a tenth of the points of ${name}`, () => {
      const { throwing, returningZeros, doingBoth, of } = earned[i]!;
      expect(of).to.be.above(20);
      for (const points of [throwing, returningZeros, doingBoth]) {
        expect(points).to.be.within(0, of / 10);
      }
    });
  }
});
