import ndarray from 'ndarray';
import { array, labels, zeros, type Tensor } from '#arrays';
import { expect } from '#checks/expect';
import { expectSnapshot } from '../snapshot.ts';

/** The message of the error that a call throws. */
function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'nothing was thrown';
}

const x = array([
  [1, 2, 3],
  [4, 5, 6],
]);

describe('almostEqual', () => {
  it('accepts what differs by rounding only, as nested lists, as an array, as a view', () => {
    const y = array([
      [1 + 1e-12, 2, 3],
      [4, 5 - 1e-11, 6],
    ]);
    expect(y).to.almostEqual(x);
    expect(y).to.almostEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(x.transpose(1, 0)).to.almostEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    expect(zeros(0, 3)).to.almostEqual(zeros(0, 3));
  });

  it('names the first index, both values, and the largest difference', () => {
    expect(messageOf(() => expect(array([1, 5, 4])).to.almostEqual([1, 2, 3]))).to.equal(
      '2 entries differ (of 3), first at [1]: 2 was expected and 5 came back; the largest difference is 3',
    );
  });

  it('gives the index in as many numbers as the array has axes', () => {
    const y = array([
      [1, 2, 3],
      [4, 5, 7],
    ]);
    expect(messageOf(() => expect(y).to.almostEqual(x))).to.equal(
      '1 of the entries differs (of 6), first at [1, 2]: 6 was expected and 7 came back; the largest difference is 1',
    );
  });

  it('writes out the digits of values that look alike', () => {
    expect(messageOf(() => expect(array([0.1])).to.almostEqual([0.1000001]))).to.equal(
      '1 of the entries differs (of 1), first at [0]: 0.1000001 was expected and 0.1 came back; the largest difference is 1e-7',
    );
  });

  it('compares shapes before values', () => {
    expect(messageOf(() => expect(x.transpose(1, 0)).to.almostEqual(x))).to.equal(
      'shape (2, 3) was expected and shape (3, 2) came back',
    );
    expect(messageOf(() => expect(array([[1, 2]])).to.almostEqual([1, 2]))).to.equal(
      'shape (2) was expected and shape (1, 2) came back',
    );
  });

  it('refuses whole numbers that are right and kept where fractions or digits would be lost', () => {
    const single = ndarray(Float32Array.of(1, 2), [2]);
    const counted = ndarray(Int32Array.of(1, 2), [2]);
    const messages = [
      messageOf(() => expect(single).to.almostEqual([1, 2])),
      messageOf(() => expect(counted).to.almostEqual([1, 2])),
      messageOf(() => expect({ dx: [x, single] }).to.almostEqual({ dx: [x, array([1, 2])] })),
    ];
    expectSnapshot('report/storage', `${messages.join('\n')}\n`);
  });

  it('takes labels for labels, and float32 where it is expected or where its rounding is allowed', () => {
    const single = ndarray(Float32Array.of(1, 2), [2]);
    expect(labels([1, 2])).to.almostEqual(labels([1, 2]));
    expect(array([1, 2])).to.almostEqual(labels([1, 2]));
    expect(single).to.almostEqual(single);
    expect(single).to.almostEqual([1, 2], { relative: 1e-5 });
    expect(single).to.almostEqual([1, 2], { absolute: 1e-6 });
    expect(() => expect(single).to.almostEqual([1, 2], { relative: 1e-9 })).to.throw(
      /Float32Array/,
    );
  });

  it('lets NaN and the infinities equal only themselves', () => {
    expect(array([NaN, Infinity, -Infinity])).to.almostEqual([NaN, Infinity, -Infinity]);
    expect(messageOf(() => expect(array([NaN])).to.almostEqual([0]))).to.equal(
      '1 of the entries differs (of 1), first at [0]: 0 was expected and NaN came back',
    );
    expect(messageOf(() => expect(array([1e308])).to.almostEqual([Infinity]))).to.equal(
      '1 of the entries differs (of 1), first at [0]: Infinity was expected and 1e+308 came back',
    );
    expect(messageOf(() => expect(array([Infinity])).to.almostEqual([-Infinity]))).to.equal(
      '1 of the entries differs (of 1), first at [0]: -Infinity was expected and Infinity came back',
    );
  });

  it('says what came back instead of an array', () => {
    const expectArray = (value: unknown): string =>
      messageOf(() => expect(value).to.almostEqual([1, 2]));
    const wanted = 'an ndarray of shape (2) was expected and';
    expect(expectArray(undefined)).to.equal(`${wanted} nothing (undefined) came back`);
    expect(expectArray([1, 2])).to.equal(`${wanted} [1, 2] came back`);
    expect(expectArray(7)).to.equal(`${wanted} 7 came back`);
    expect(expectArray(null)).to.equal(`${wanted} null came back`);
    expect(expectArray(Promise.resolve(x))).to.equal(`${wanted} a promise came back`);
  });

  it('says what stands in an array instead of a number', () => {
    const made = (data: unknown): unknown => ndarray(data as number[], [2]);
    const wanted = 'an ndarray of numbers was expected and one with';
    const messages = [new BigInt64Array(2), [1, '2'], [1, undefined]].map((data) =>
      messageOf(() => expect(made(data)).to.almostEqual([1, 2])),
    );
    expect(messages).to.deep.equal([
      `${wanted} 0n at [0] came back`,
      `${wanted} "2" at [1] came back`,
      `${wanted} undefined at [1] came back`,
    ]);
  });

  it('takes a hole in a list for nothing', () => {
    // oxlint-disable-next-line no-sparse-arrays -- such a list is what this is about
    const list = [0, , 1];
    expect({ list }).to.almostEqual({ list });
    expect(messageOf(() => expect({ list }).to.almostEqual({ list: [0, 2, 1] }))).to.equal(
      'list: item 1: a number was expected and nothing (undefined) came back',
    );
  });

  it('compares numbers', () => {
    expect(0.1 + 0.2).to.almostEqual(0.3);
    expect(messageOf(() => expect(5).to.almostEqual(2))).to.equal(
      '2 was expected and 5 came back (they differ by 3)',
    );
    expect(messageOf(() => expect(NaN).to.almostEqual(2))).to.equal(
      '2 was expected and NaN came back',
    );
    expect(messageOf(() => expect(x).to.almostEqual(2))).to.equal(
      'a number was expected and an ndarray of shape (2, 3) came back',
    );
    expect(messageOf(() => expect('2').to.almostEqual(2))).to.equal(
      'a number was expected and "2" came back',
    );
  });

  it('compares objects by the fields that are expected, and lists by item', () => {
    const result = { w: array([1, 2]), b: 3, converged: true, extra: 0 };
    expect(result).to.almostEqual({ w: array([1, 2]), b: 3, converged: true });
    const differs = (expected: unknown): string =>
      messageOf(() => expect(result).to.almostEqual(expected));
    expect(differs({ w: array([1, 4]) })).to.equal(
      'w: 1 of the entries differs (of 2), first at [1]: 4 was expected and 2 came back; the largest difference is 2',
    );
    expect(differs({ converged: false })).to.equal(
      'converged: false was expected and true came back',
    );
    expect(differs({ b: 3, epochs: 1 })).to.equal(
      'an object with b, epochs was expected and epochs is missing',
    );
    expect(messageOf(() => expect(7).to.almostEqual({ w: 1 }))).to.equal(
      'an object with w was expected and 7 came back',
    );
    expect([{ a: 1 }]).to.almostEqual([{ a: 1 }]);
    expect(messageOf(() => expect([{ a: 1 }]).to.almostEqual([{ a: 1 }, { a: 2 }]))).to.equal(
      'a list of 2 was expected and a list of 1 came back',
    );
    expect(messageOf(() => expect('x').to.almostEqual([{ a: 1 }]))).to.equal(
      'a list of 1 was expected and "x" came back',
    );
    expect(messageOf(() => expect([{ a: 2 }]).to.almostEqual([{ a: 1 }]))).to.equal(
      'item 0: a: 1 was expected and 2 came back (they differ by 1)',
    );
  });

  it('takes a tolerance of its own, relative or absolute', () => {
    expect(array([101])).to.almostEqual([100], { relative: 0.02 });
    expect(() => expect(array([101])).to.almostEqual([100], { absolute: 0.02 })).to.throw();
    expect(array([1e-7])).to.almostEqual([0], { absolute: 1e-6 });
    expect(() => expect(array([1e-7])).to.almostEqual([0], { relative: 1 })).to.throw();
  });
});

describe('arrayShape', () => {
  it('accepts exactly the shape', () => {
    expect(x).to.have.arrayShape([2, 3]);
    expect(messageOf(() => expect(x).to.have.arrayShape([3, 2]))).to.equal(
      'shape (3, 2) was expected and shape (2, 3) came back',
    );
    expect(messageOf(() => expect(x).to.have.arrayShape([6]))).to.equal(
      'shape (6) was expected and shape (2, 3) came back',
    );
  });

  it('says what came back instead of an array', () => {
    expect(messageOf(() => expect(undefined).to.have.arrayShape([2]))).to.equal(
      'an ndarray of shape (2) was expected and undefined came back',
    );
  });
});

describe('finiteArray', () => {
  it('accepts finite numbers and names the first other one', () => {
    expect(x).to.be.finiteArray();
    const y = array([
      [1, 2],
      [-Infinity, NaN],
    ]);
    expect(messageOf(() => expect(y).to.be.finiteArray())).to.equal(
      'finite numbers were expected and -Infinity came back at [1, 0] of shape (2, 2)',
    );
    expect(messageOf(() => expect(1).to.be.finiteArray())).to.equal(
      'an ndarray of finite numbers was expected and 1 came back',
    );
  });
});

/** A matrix of its own, which a test may change. */
function matrix(): Tensor {
  return array([
    [1, 2, 3],
    [4, 5, 6],
  ]);
}

describe('leaveUnchanged', () => {
  const messageFor = (args: Record<string, unknown>, call: () => unknown): string =>
    messageOf(() => expect(call).to.leaveUnchanged(args));

  it('passes when the call reads only', () => {
    const y = matrix();
    const graph = [{ inputs: [1, 2] }];
    expect(() => y.get(0, 1) + graph[0]!.inputs[0]!).to.leaveUnchanged({ y, graph });
  });

  it('names the argument, the first changed entry of an array and both its values', () => {
    const y = matrix();
    expect(messageFor({ x: array([1]), y }, () => y.set(1, 0, 7))).to.equal(
      'the argument y was changed in place at [1, 0], from 4 to 7; write into a new array instead',
    );
  });

  it('tells -0 from 0', () => {
    const y = array([0]);
    expect(messageFor({ y }, () => y.set(0, -0))).to.equal(
      'the argument y was changed in place at [0], from 0 to -0; write into a new array instead',
    );
  });

  it('sees that an array was reshaped', () => {
    const y = matrix();
    expect(messageFor({ y }, () => (y.shape = [3, 2]))).to.equal(
      'the argument y was reshaped from (2, 3) to (3, 2); write into a new array instead',
    );
  });

  it('looks into lists and plain objects', () => {
    const graph = [{ inputs: [1, 2] }, { inputs: [0] }];
    expect(messageFor({ graph }, () => graph[1]!.inputs.push(3))).to.equal(
      'the argument graph was changed at 1: changed in inputs: changed in place, from [0] to [0, 3]; write into a new array instead',
    );
    const step = { b: 1 };
    expect(messageFor({ step }, () => (step.b = 2))).to.equal(
      'the argument step was changed in b: changed in place, from 1 to 2; write into a new array instead',
    );
  });
});
