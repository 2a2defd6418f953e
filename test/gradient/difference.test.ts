/** One derivative at one step, against calculus. */
import { expect } from 'chai';
import { measure, withErrors, type Along } from '../../checks/gradient/difference.ts';
import { SEEDS } from './seeds.ts';

const ROUNDING = 2 ** -53;

/** A function of one number as something to go along. */
function lineThrough(x: number, f: (x: number) => number): Along {
  return (distance) => ({ values: Float64Array.of(f(x + distance)), at: x + distance - x });
}

function derivative(f: (x: number) => number, x: number, step = -10) {
  const base = {
    values: Float64Array.of(f(x)),
    dout: Float64Array.of(1),
    noise: Float64Array.of(ROUNDING * Math.abs(f(x))),
    hidden: Float64Array.of(ROUNDING * Math.abs(f(x))),
  };
  const measurement = measure(lineThrough(x, f), base, step, 1)!;
  return withErrors([measurement], base, 1, Uint8Array.of(1))[0]!;
}

/** relu(t) and relu(−t): their difference is t, and yet both have a kink at 0. */
function twoKinks(t: number): Float64Array {
  return Float64Array.of(Math.max(0, t), Math.max(0, -t));
}

const ALONG_A_LARGE_NUMBER: Along = (t) => ({ values: Float64Array.of(1e10 + t), at: t });

describe('A difference', () => {
  it('is the derivative of smooth functions to within a tenth of its own error estimate', () => {
    for (const x of SEEDS.map((seed) => seed / 7)) {
      for (const [f, slope] of [
        [Math.exp, Math.exp],
        [Math.sin, Math.cos],
        [Math.tanh, (a: number) => 1 - Math.tanh(a) ** 2],
        [Math.log, (a: number) => 1 / a],
      ] as const) {
        const { value, error } = derivative(f, x);
        expect(Math.abs(value - slope(x))).to.be.at.most(10 * error);
        expect(error).to.be.below(1e-4 * Math.max(1, Math.abs(slope(x))));
      }
    }
  });

  it('is exact for a parabola, since both differences are', () => {
    expect(derivative((x) => x ** 2, 3).value).to.be.closeTo(6, 1e-11);
  });

  it('has an error estimate that grows with the step', () => {
    const coarse = derivative(Math.exp, 1, -4).error;
    const fine = derivative(Math.exp, 1, -8).error;
    // A step 16 times as long, and an error 16² times as large, with a little of the next order.
    expect(coarse / fine).to.be.within(256, 300);
  });

  it('spans the slopes on either side of a kink and nothing else', () => {
    const { low, high, value, error } = derivative((x) => Math.max(0, x) + x ** 2, 0);
    expect(low).to.be.closeTo(0, 1e-9);
    expect(high).to.be.closeTo(1, 1e-9);
    expect(value).to.be.closeTo(0.5, 1e-9);
    expect(error).to.be.below(1e-9);
  });

  it('finds no kink in a sharp bend, and owns up to the error instead', () => {
    const { low, high, error } = derivative((x) => Math.hypot(x, 1e-3), 0);
    expect(high - low).to.equal(0);
    expect(error).to.be.above(1e-2);
  });

  it('owns up to a kink that is near but not here', () => {
    const { error } = derivative((x) => Math.max(0, x - 2e-4), 0);
    expect(error).to.be.above(1e-2);
  });

  it('sees each output by itself, so that kinks cannot cancel', () => {
    const base = {
      values: twoKinks(0),
      dout: Float64Array.of(1, -1),
      noise: new Float64Array(2),
      hidden: new Float64Array(2),
    };
    const found = measure((t) => ({ values: twoKinks(t), at: t }), base, -10, 1)!;
    expect([found.low, found.high]).to.deep.equal([0, 2]);
  });

  it('is not to be had where the function is not finite, or not there', () => {
    const base = {
      values: Float64Array.of(0),
      dout: Float64Array.of(1),
      noise: Float64Array.of(0),
      hidden: Float64Array.of(0),
    };
    expect(
      measure((t) => ({ values: Float64Array.of(Math.log(t)), at: t }), base, -10, 1),
    ).to.equal(undefined);
    expect(measure(() => undefined, base, -10, 1)).to.equal(undefined);
  });

  it('counts the rounding of an output that moved at another step only', () => {
    const base = {
      values: Float64Array.of(1e10),
      dout: Float64Array.of(1),
      noise: Float64Array.of(1e-6),
      hidden: Float64Array.of(1e-6),
    };
    const blind = measure(ALONG_A_LARGE_NUMBER, base, -25, 1)!;
    expect([blind.value, blind.error]).to.deep.equal([0, 0]);
    const seeing = measure(ALONG_A_LARGE_NUMBER, base, 0, 1)!;
    const [first] = withErrors([blind, seeing], base, 1, Uint8Array.of(1));
    expect(first!.error).to.be.closeTo(2 * 1e-6 * 2 ** 25, 1e-6);
  });
});
