/** The check as a chai assertion. */
import { array, type Tensor } from '#arrays';
import { AssertionError } from 'chai';
import { expect } from '../../checks/gradient/assertion.ts';
import { normals } from '../../bench/gradient/operations/arithmetic.ts';
import { affine } from '../../bench/gradient/operations/dense.ts';

const draw = normals(1);
const [x, W, b] = [draw(4, 3), draw(3, 5), draw(5)];

describe('expect(problem).to.have.rightGradients', () => {
  it('passes on right gradients, with options and without', () => {
    expect(affine(x, W, b)).to.have.rightGradients();
    expect(affine(x, W, b)).to.have.rightGradients({ seed: 3, budget: 5 });
  });

  it('fails with what the learner reads', () => {
    expect(() => expect(affine(x, W, b, 'zero')).to.have.rightGradients()).to.throw(
      AssertionError,
      /^affine: db is zero everywhere: not computed, or computed and not returned\.\n/,
    );
  });

  it('can be negated', () => {
    expect(affine(x, W, b, 'zero')).to.not.have.rightGradients();
    expect(() => expect(affine(x, W, b)).to.not.have.rightGradients()).to.throw(
      AssertionError,
      'affine: dx, dW and db are right (32 entries, 146 forward calls).',
    );
  });

  it('never takes an inconclusive check for an answer', () => {
    const rough = {
      inputs: { x: array([2]) },
      loss: (input: Tensor) => Math.floor(input.get(0)),
      gradient: () => array([0]),
    };
    expect(() => expect(rough).to.have.rightGradients()).to.throw('could not be decided');
    expect(() => expect(rough).to.not.have.rightGradients()).to.throw('could not be decided');
  });
});
