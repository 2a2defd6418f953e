/** The second opinion. */
import { array, labels, type Tensor } from '#arrays';
import { expect } from 'chai';
import { taylorTest } from '../../checks/gradient/taylor.ts';
import { normals } from '../../bench/gradient/operations/arithmetic.ts';
import { affine } from '../../bench/gradient/operations/dense.ts';
import { sigmoidLayer } from '../../bench/gradient/operations/elementwise.ts';
import { batchNorm } from '../../bench/gradient/operations/images.ts';
import { softmaxCrossEntropy, summed } from '../../bench/gradient/operations/losses.ts';
import { SEEDS } from './seeds.ts';

describe("Taylor's remainder", () => {
  it('shrinks with the square of the step when the gradient is right', () => {
    for (const seed of SEEDS) {
      const draw = normals(seed);
      const { verdict, slope } = taylorTest(batchNorm(draw(6, 3), draw(3), draw(3)), seed);
      expect(verdict, `seed ${seed}`).to.equal('pass');
      expect(slope).to.be.closeTo(2, 0.1);
    }
  });

  it('shrinks with the step when it is wrong', () => {
    for (const seed of SEEDS) {
      const layer = taylorTest(sigmoidLayer('without (1 − y)', normals(seed)(4, 3)), seed);
      expect(layer.verdict, `layer, seed ${seed}`).to.equal('fail');
      expect(layer.slope).to.be.closeTo(1, 0.1);
      const loss = taylorTest(
        softmaxCrossEntropy(normals(seed)(4, 3), labels([0, 2, 1, 1]), '1/N missing'),
        seed,
      );
      expect(loss.verdict, `loss, seed ${seed}`).to.equal('fail');
    }
  });

  it('is nothing but rounding for a straight line', () => {
    const draw = normals(1);
    const x = draw(4, 3);
    const { verdict, slope } = taylorTest(
      summed(
        'line',
        (value) => 3 * value,
        () => 3,
        x,
      ),
    );
    expect([verdict, slope]).to.deep.equal(['pass', undefined]);
  });

  it('has no order to speak of where the function has no tangent', () => {
    const { verdict } = taylorTest({
      inputs: { x: array([0]) },
      loss: (x: Tensor) => Math.abs(x.get(0)) ** 1.5,
      gradient: () => array([0]),
    });
    expect(verdict).to.equal('inconclusive');
  });

  it('decides nothing without a gradient of the right shape, or beyond the end of the function', () => {
    const draw = normals(1);
    const misshapen = affine(draw(4, 3), draw(3, 5), draw(5), 'db not summed');
    expect(taylorTest(misshapen).verdict).to.equal('inconclusive');
    const broken = { inputs: { x: array([1]) }, loss: () => 'none', gradient: () => array([1]) };
    expect(taylorTest(broken).verdict).to.equal('inconclusive');
    const root = {
      inputs: { x: array([0]) },
      loss: (x: Tensor) => {
        if (x.get(0) !== 0) throw new RangeError('only zero');
        return 0;
      },
      gradient: () => array([0]),
    };
    expect(taylorTest(root).verdict).to.equal('inconclusive');
  });
});
