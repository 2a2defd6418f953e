import { array, map, type Tensor } from '#arrays';
import { expect } from 'chai';
import { forwardProblem } from '../../checks/sandbox/forward.ts';
import type { Call } from '../../checks/subject/recorder.ts';

interface Forward {
  out: Tensor;
  cache: Tensor;
}

/** The call of a backward pass whose cache came out of a forward pass with these values. */
function calls(values: (x: Tensor) => Tensor, ...more: unknown[]): Call[] {
  const x = array([0.5, -3.25]);
  const forward: Call = {
    name: 'squareForward',
    args: [x, ...more],
    outcome: { value: { out: values(x), cache: array([9]) } },
    milliseconds: 0,
  };
  const backward: Call = {
    name: 'squareBackward',
    args: [array([1, 1]), array([9])],
    outcome: { value: { dx: array([1, 1]) } },
    milliseconds: 0,
    caches: new Map([[1, forward]]),
  };
  return [forward, backward];
}

const square = (x: Tensor): Tensor => map(x, (v) => v * v);
const reference = {
  squareForward: (x: Tensor): Forward => ({ out: square(x), cache: x }),
};

describe('forwardProblem', () => {
  it('says nothing where the forward pass is right, whatever is in its cache', () => {
    expect(forwardProblem(calls(square), 'squareBackward', reference)).to.equal(undefined);
  });

  it('finds zeros, constants and lines, with which a backward pass may agree', () => {
    for (const wrong of [() => 0, () => 7, (v: number) => 2 * v]) {
      const found = forwardProblem(
        calls((x) => map(x, wrong)),
        'squareBackward',
        reference,
      );
      expect(found).to.match(
        /^squareForward is wrong for what this check gives it, and the gradient/,
      );
    }
  });

  it('leaves alone what is about another function, and what draws', () => {
    const zero = (x: Tensor): Tensor => map(x, () => 0);
    expect(forwardProblem(calls(zero), 'otherBackward', reference)).to.equal(undefined);
    expect(
      forwardProblem(
        calls(zero, () => 0.5),
        'squareBackward',
        reference,
      ),
    ).to.equal(undefined);
  });
});
