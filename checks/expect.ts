/**
 * chai's `expect`, with the assertions on arrays that the suites need:
 *
 *     expect(softmax(x)).to.almostEqual([[0.25, 0.75]]);
 *     expect(im2col(x)).to.have.arrayShape([12, 9]);
 *     expect(sigmoid(x)).to.be.finiteArray();
 *     expect(() => affineForward(x, W, b)).to.leaveUnchanged({ x, W, b });
 */
import { array, shapeText, type Nested } from '#arrays';
import { expect, use } from 'chai';
import { entries, isArray, sameShape, unravel, type AnyArray } from './any-array.ts';
import { difference, ROUNDING, storageProblem, type Tolerance } from './agreement.ts';
import { changeOf } from './subject/change.ts';
import { snapshot } from './subject/snapshot.ts';
import { numberText, valueText } from './text.ts';

declare global {
  // chai's plugins declare their assertions by merging into this namespace.
  namespace Chai {
    interface Assertion {
      /**
       * A number, an array or an object of those that agrees with `expected` within the tolerance.
       * NaN and the infinities equal only themselves. Nested lists of numbers stand for an ndarray. Its numbers are
       * float64, unless the expected array or the tolerance is of another precision.
       */
      almostEqual(expected: unknown, tolerance?: Tolerance): Assertion;
      /** An ndarray of exactly this shape. */
      arrayShape(shape: number[]): Assertion;
      /** An ndarray with neither NaN nor an infinity in it. */
      finiteArray(): Assertion;
      /** A call after which each of these arguments is what it was: arrays, lists and plain objects of them. */
      leaveUnchanged(args: Readonly<Record<string, unknown>>): Assertion;
    }
  }
}

use((chai, utils) => {
  const { Assertion, AssertionError } = chai;

  function fail(message: string, detail: Readonly<Record<string, unknown>> = {}): never {
    throw new AssertionError(message, { showDiff: false, ...detail });
  }

  function arrayOf(assertion: Chai.AssertionStatic, what: string): AnyArray {
    const value: unknown = utils.flag(assertion, 'object');
    if (!isArray(value)) fail(`${what} was expected and ${valueText(value)} came back`);
    return value;
  }

  Assertion.addMethod('almostEqual', function (expected: unknown, tolerance: Tolerance = ROUNDING) {
    const actual: unknown = utils.flag(this, 'object');
    const wanted = isNested(expected) ? array(expected) : expected;
    const found =
      difference(actual, wanted, tolerance) ?? storageProblem(actual, wanted, tolerance);
    if (found !== undefined) fail(found, { actual, expected: wanted });
  });

  Assertion.addMethod('arrayShape', function (shape: number[]) {
    const actual = arrayOf(this, `an ndarray of shape ${shapeText(shape)}`);
    if (!sameShape(actual.shape, shape)) {
      fail(`shape ${shapeText(shape)} was expected and shape ${shapeText(actual.shape)} came back`);
    }
  });

  Assertion.addMethod('finiteArray', function () {
    const actual = arrayOf(this, 'an ndarray of finite numbers');
    const values = entries(actual);
    const first = values.findIndex((value) => !Number.isFinite(value));
    if (first >= 0) {
      fail(
        `finite numbers were expected and ${numberText(values[first]!)} came back ` +
          `at [${unravel(first, actual.shape).join(', ')}] of shape ${shapeText(actual.shape)}`,
      );
    }
  });

  Assertion.addMethod('leaveUnchanged', function (args: Readonly<Record<string, unknown>>) {
    const before = snapshot(args);
    (utils.flag(this, 'object') as () => unknown)();
    for (const [name, value] of Object.entries(args)) {
      const change = changeOf(before[name], value);
      if (change !== undefined) {
        fail(`the argument ${name} was ${change}; write into a new array instead`);
      }
    }
  });
});

/** A list of numbers, or of such lists: what `array` turns into an ndarray. */
function isNested(value: unknown): value is Nested {
  return Array.isArray(value) && value.every((item) => typeof item === 'number' || isNested(item));
}

export { expect };
