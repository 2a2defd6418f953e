/** Functions that break the contract, and functions that return anything at all. */
import { array, labels, zeros, type Tensor } from '#arrays';
import { todo } from '#todo';
import { expect } from 'chai';
import { checkGradient } from '../../checks/gradient/check.ts';
import type { LayerProblem, LossProblem, Problem } from '../../checks/gradient/problem.ts';
import ndarray from 'ndarray';

const X = array([
  [1, -2, 3],
  [0.5, 4, -1],
]);

/** out = 3·x and dx = 3·dout, but for what is given. */
function triple(change: Partial<LayerProblem> = {}): LayerProblem {
  return {
    name: 'triple',
    inputs: { x: X },
    forward: (x: Tensor) => ({ out: times(3, x), cache: null }),
    backward: (dout: Tensor) => ({ dx: times(3, dout) }),
    ...change,
  };
}

/** Σ x² / 2, whose gradient is x, but for what is given. */
function halfSquare(change: Partial<LossProblem> = {}): LossProblem {
  return {
    name: 'half square',
    inputs: { x: X },
    loss: (x: Tensor) => flat(x).reduce((total, value) => total + value ** 2 / 2, 0),
    gradient: (x: Tensor) => times(1, x),
    ...change,
  };
}

function times(factor: number, x: Tensor): Tensor {
  return ndarray(
    flat(x).map((value) => factor * value),
    [...x.shape],
  );
}

/** The entries of an array that is no view. */
function flat(x: Tensor): Float64Array {
  return x.data.slice();
}

/** What the only finding says. */
function complaint(problem: Problem): string {
  const report = checkGradient(problem);
  expect(report.verdict).to.equal('fail');
  expect(report.findings).to.have.lengthOf(1);
  const [{ code, sentence }] = report.findings as [{ code: string; sentence: string }];
  return `${code}: ${sentence}`;
}

const failLater = () => Promise.reject(new Error('later'));

function throwing(): never {
  throw new TypeError('no shape.');
}

function throwingText(): never {
  throw 'oops';
}

function stillToDo(): never {
  throw todo('05.2 affineForward');
}

function tripleAndOne(dout: Tensor) {
  return {
    dx: ndarray(
      flat(dout).map((d) => 3 * d + 1),
      [2, 3],
    ),
  };
}

function changingLabels(x: Tensor, t: Tensor) {
  t.set(0, 9);
  return { out: times(3, x) };
}

function changingItsArgument(x: Tensor): Tensor {
  const dx = times(1, x);
  x.set(0, 0, 7);
  return dx;
}

/** What is said of a backward pass that applies f to each entry of dout. */
function complaintOfEach(f: (d: number) => number): string {
  return complaint(
    triple({ backward: (dout: Tensor) => ({ dx: ndarray(flat(dout).map(f), [2, 3]) }) }),
  );
}

class Hostile {
  get out(): never {
    throw new RangeError('nobody may look');
  }
}

describe('The contract of forward and backward', () => {
  it('is kept by a right pair', () => {
    expect(checkGradient(triple()).verdict).to.equal('pass');
    expect(checkGradient(halfSquare()).verdict).to.equal('pass');
  });

  it('accepts an output that is returned alone and a gradient that is returned alone', () => {
    const problem = triple({
      forward: (x: Tensor) => times(3, x),
      backward: (dout: Tensor) => times(3, dout),
    });
    expect(checkGradient(problem).verdict).to.equal('pass');
  });

  const whatForwardReturns: [string, unknown, string][] = [
    ['nothing', undefined, 'undefined instead of an object with out and cache'],
    ['null', null, 'null instead of an object with out and cache'],
    ['a number', 3, 'a number instead of an object with out and cache'],
    ['a plain list', [1, 2], 'a plain list instead of an object with out and cache'],
    [
      'a typed array',
      new Float64Array(6),
      'a typed array without a shape instead of an object with out and cache',
    ],
    ['a list as out', { out: [1, 2] }, 'a plain list instead of an ndarray as out'],
    ['an object as out', { out: { y: 1 } }, 'an object with y instead of an ndarray as out'],
    ['a function as out', { out: () => 1 }, 'a function instead of an ndarray as out'],
    [
      'an array that is none',
      { out: { shape: [2], get: () => 0, data: {} } },
      'an ndarray of shape (2) instead of an ndarray as out',
    ],
  ];
  for (const [what, value, sentence] of whatForwardReturns) {
    it(`says so when forward returns ${what}`, () => {
      expect(complaint(triple({ forward: () => value }))).to.equal(
        `not-an-array: forward returned ${sentence}.`,
      );
    });
  }

  it('says so when forward is asynchronous, and nobody hears the promise fail', () => {
    expect(complaint(triple({ forward: failLater }))).to.equal(
      'not-an-array: forward returned a promise instead of an object with out and cache.',
    );
  });

  it('says so when forward returns no output of the name', () => {
    expect(complaint(triple({ forward: () => ({ y: X, cache: 1 }) }))).to.equal(
      'missing: forward returned y, cache and no out.',
    );
    expect(complaint(triple({ forward: () => ({}) }))).to.equal(
      'missing: forward returned nothing and no out.',
    );
  });

  it('passes on what a function throws', () => {
    expect(complaint(triple({ forward: throwing }))).to.equal(
      'threw: forward threw TypeError: no shape.',
    );
    expect(complaint(triple({ backward: throwing }))).to.equal(
      'threw: backward threw TypeError: no shape.',
    );
    expect(complaint(halfSquare({ loss: throwing }))).to.equal(
      'threw: the loss function threw TypeError: no shape.',
    );
    expect(complaint(halfSquare({ gradient: throwing }))).to.equal(
      'threw: the gradient function threw TypeError: no shape.',
    );
    expect(complaint(triple({ forward: throwingText }))).to.equal(
      'threw: forward threw something that is no Error.',
    );
  });

  it('survives objects that throw when they are looked at', () => {
    expect(complaint(triple({ forward: () => new Hostile() }))).to.equal(
      'threw: forward threw RangeError: nobody may look.',
    );
    const hostile = {
      get dx(): never {
        throw new RangeError('nor here');
      },
    };
    expect(complaint(triple({ backward: () => hostile }))).to.equal(
      'threw: backward threw RangeError: nor here.',
    );
  });

  it('lets an exercise that is still to do be reported by others', () => {
    expect(() => checkGradient(triple({ forward: stillToDo }))).to.throw(
      '05.2 affineForward is still to do',
    );
  });

  it('says so when backward returns no gradient, or something else', () => {
    const backward = (value: unknown) => complaint(triple({ backward: () => value }));
    expect(backward(undefined)).to.equal(
      'not-an-array: backward returned undefined instead of an object with dx.',
    );
    expect(backward({ dW: X })).to.equal('missing: backward returned dW and no dx.');
    expect(backward({ dx: [[1]] })).to.equal(
      'not-an-array: backward (dx) returned a plain list instead of an ndarray.',
    );
    expect(complaint(halfSquare({ gradient: () => 7 }))).to.equal(
      'not-an-array: the gradient function returned a number instead of an object with dx.',
    );
    expect(complaint(halfSquare({ loss: () => X }))).to.equal(
      'not-an-array: the loss function returned an ndarray of shape (2, 3) instead of a number.',
    );
  });

  it('wants an object when there are several gradients', () => {
    const problem: Problem = {
      inputs: { a: X, b: X },
      forward: (a: Tensor) => ({ out: times(1, a) }),
      backward: (dout: Tensor) => times(1, dout),
    };
    expect(checkGradient(problem).findings.map(({ sentence }) => sentence)).to.deep.equal([
      'backward returned an ndarray of shape (2, 3) instead of an object with da.',
      'backward returned an ndarray of shape (2, 3) instead of an object with db.',
    ]);
  });

  it('shows where an output or a gradient is not finite', () => {
    const withNaN = times(1, X);
    withNaN.set(1, 2, NaN);
    expect(complaint(triple({ forward: () => ({ out: withNaN }) }))).to.equal(
      'not-finite: out[1, 2] is NaN, so there is nothing to differentiate.',
    );
    expect(complaint(triple({ backward: () => ({ dx: withNaN }) }))).to.equal(
      'not-finite: dx[1, 2] is NaN; every entry must be a finite number.',
    );
    expect(complaint(halfSquare({ loss: () => Infinity }))).to.equal(
      'not-finite: the loss is Infinity, so there is nothing to differentiate.',
    );
  });

  it('wants the shape of the input', () => {
    expect(complaint(triple({ backward: () => ({ dx: zeros(3, 3) }) }))).to.equal(
      "wrong-shape: dx has the shape (3, 3) and x has (2, 3); the gradient of an input has that input's shape.",
    );
    expect(
      complaint(
        triple({ backward: (dout: Tensor) => ({ dx: array([Array.from(times(3, dout).data)]) }) }),
      ),
    ).to.equal(
      'reshaped: dx has the shape (1, 6) and x has (2, 3): its numbers are right and in the right order, so reshape it.',
    );
  });

  it('is broken by a term that is there without dout', () => {
    expect(complaint(triple({ backward: tripleAndOne }))).to.equal(
      'extra-constant: dx is not zero when dout is zero: it contains a term that is not multiplied by dout.',
    );
  });

  it('is broken by a forward pass that differs from call to call', () => {
    let calls = 0;
    const forward = (x: Tensor) => ({ out: times(++calls, x) });
    expect(complaint(triple({ forward }))).to.equal(
      'not-repeatable: two forward passes on the same inputs differ, so there is no gradient to speak of; ' +
        'take randomness from the generator you are given only, and keep nothing between calls.',
    );
  });

  it('is broken by a forward pass that works a few times only', () => {
    const failing = (last: number) => {
      let calls = 0;
      const forward = (x: Tensor) => (++calls > last ? undefined : { out: times(3, x) });
      return complaint(triple({ forward })).split(':')[0];
    };
    expect(failing(1)).to.equal('not-an-array');
    expect(failing(3)).to.equal('not-repeatable');
    expect(failing(4)).to.equal('not-linear');
  });

  it('is broken by a backward pass that adds to what the last call left', () => {
    const total = zeros(2, 3);
    const backward = (dout: Tensor) => {
      flat(dout).forEach((value, i) => (total.data[i]! += 3 * value));
      return { dx: times(1, total) };
    };
    expect(complaint(triple({ backward }))).to.equal(
      'accumulates: dx doubles when the backward pass is called again: start it from zero in every call.',
    );
  });

  it('is broken by a backward pass that differs from call to call', () => {
    let calls = 0;
    const backward = (dout: Tensor) => ({ dx: times(3 + ++calls / 7, dout) });
    expect(complaint(triple({ backward }))).to.equal(
      'not-repeatable: dx comes out differently when the same backward pass is called again; keep nothing between calls.',
    );
  });

  it('is broken by a backward pass that works only once', () => {
    let calls = 0;
    const backward = (dout: Tensor) => (++calls > 1 ? undefined : { dx: times(3, dout) });
    expect(complaint(triple({ backward }))).to.equal(
      'not-repeatable: dx comes out differently when the same backward pass is called again; keep nothing between calls.',
    );
  });

  it('is broken by dividing by dout, by its sign alone, and by anything else that is not linear', () => {
    expect(complaintOfEach((d) => (3 * d * d) / d)).to.equal(
      'not-linear: dx is not finite, or not there, when dout is zero or doubled: do not divide by dout.',
    );
    expect(complaintOfEach((d) => 3 * Math.sign(d))).to.equal(
      'not-linear: dx does not double when dout doubles, it stays as it is: only the sign of dout is used.',
    );
    expect(complaintOfEach((d) => d * Math.abs(d) ** 0.5)).to.equal(
      'not-linear: dx does not double when dout doubles, as every gradient does: use dout once, as a factor.',
    );
  });

  it('names arguments that forward changes, labels among them', () => {
    const problem = triple({ inputs: { x: X, t: labels([1, 2]) }, forward: changingLabels });
    expect(complaint(problem)).to.equal(
      'changed-argument: forward changed its argument t in place; write the result into a new array.',
    );
  });

  it('names an argument that the gradient of a loss changes', () => {
    expect(complaint(halfSquare({ gradient: changingItsArgument }))).to.equal(
      'changed-argument: the gradient function changed its argument x in place; write the result into a new array.',
    );
  });

  it('does not hold it against a function that its caller forgot what to differentiate', () => {
    expect(() => checkGradient(triple({ name: 'one-hot', inputs: { t: labels([1]) } }))).to.throw(
      TypeError,
      'checkGradient: one-hot has no differentiable input; give at least one ndarray over a Float64Array or a Float32Array',
    );
    expect(() => checkGradient(triple({ inputs: { x: array([NaN]) } }))).to.throw(
      TypeError,
      'checkGradient: input x of triple is not finite; check the gradient at finite numbers',
    );
  });
});
