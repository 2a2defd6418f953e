import { array, zeros } from '#arrays';
import { expect } from 'chai';
import ndarray from 'ndarray';
import { seededRandom } from '../../datasets/random.ts';
import { rememberedOutcome } from '../../checks/diagnosis/remembered.ts';

/** A function that says how often it was called. */
function counter(): { calls: () => number; f: (...args: unknown[]) => number } {
  let calls = 0;
  return { calls: () => calls, f: () => ++calls };
}

describe('rememberedOutcome', () => {
  it('asks once about arguments that are alike, and again about others', () => {
    const { f, calls } = counter();
    const asked = (...args: unknown[]) => rememberedOutcome(f, args);
    expect(asked(array([[1, 2]]), { n: 3, list: ['a', true, null, undefined] })).to.deep.equal({
      value: 1,
    });
    asked(array([[1, 2]]), { n: 3, list: ['a', true, null, undefined] });
    expect(calls()).to.equal(1);
    for (const args of [
      [array([[1], [2]]), { n: 3, list: ['a', true, null, undefined] }],
      [array([[1, 2.5]]), { n: 3, list: ['a', true, null, undefined] }],
      [array([[1, 2]]), { m: 3, list: ['a', true, null, undefined] }],
      [array([[1, 2]]), { n: 3, list: ['a true', null, undefined] }],
      [ndarray(Float32Array.of(1, 2), [1, 2]), { n: 3, list: ['a', true, null, undefined] }],
      [array([[1, 2]])],
    ]) {
      asked(...args);
    }
    expect(calls()).to.equal(7);
  });

  it('tells 0 from −0, and numbers from their texts', () => {
    const { f, calls } = counter();
    for (const value of [0, -0, '0', NaN, 'NaN', array([0]), array([-0]), [0], 0n]) {
      rememberedOutcome(f, [value]);
    }
    expect(calls()).to.equal(9);
  });

  it('keeps the answers of each function, and what was thrown', () => {
    const fault = new RangeError('no');
    const thrower = (): never => {
      throw fault;
    };
    expect(rememberedOutcome(thrower, [1])).to.deep.equal({ thrown: fault });
    expect(rememberedOutcome(thrower, [1])).to.deep.equal({ thrown: fault });
    expect(rememberedOutcome(Math.abs, [-1])).to.deep.equal({ value: 1 });
    expect(rememberedOutcome(Math.sign, [-1])).to.deep.equal({ value: -1 });
  });

  it('asks anew where a generator or another function is among the arguments, or too many numbers', () => {
    const { f, calls } = counter();
    for (const arg of [
      seededRandom(1),
      Math.abs,
      zeros(3000),
      { x: zeros(1500), y: zeros(1500) },
    ]) {
      rememberedOutcome(f, [arg]);
      rememberedOutcome(f, [arg]);
    }
    expect(calls()).to.equal(8);
  });

  it('forgets, rather than grow without end', () => {
    const { f, calls } = counter();
    for (let i = 0; i <= 500; i++) rememberedOutcome(f, [i]);
    rememberedOutcome(f, [500]);
    expect(calls()).to.equal(501);
    rememberedOutcome(f, [3]);
    expect(calls()).to.equal(502);
  });
});
