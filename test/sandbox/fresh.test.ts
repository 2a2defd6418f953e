/** Asking for fresh inputs tells a table from a function, and leaves right functions alone. */
import { array, copy, map, zeros, type Tensor } from '#arrays';
import { expect } from 'chai';
import ndarray from 'ndarray';
import { seededRandom } from '../../datasets/random.ts';
import { freshProblem } from '../../checks/sandbox/fresh.ts';
import type { Call } from '../../checks/subject/recorder.ts';

const halve = (x: Tensor): Tensor => map(x, (v) => v / 2);

/** A call that was made. */
function call(name: string, f: (...args: never[]) => unknown, ...args: unknown[]): Call {
  const value = (f as (...given: unknown[]) => unknown)(...args);
  return { name, args, outcome: { value }, milliseconds: 0 };
}

function problem(calls: Call[], f: unknown, reference: unknown = halve): string | undefined {
  const lesson = { subject: { halve: f }, reference: { halve: reference } };
  return freshProblem(calls, 'halve', lesson, seededRandom(1));
}

describe('freshProblem', () => {
  const calls = [call('halve', halve, array([0.5, -3, 0]))];

  it('says nothing of a right function, however it is written', () => {
    expect(problem(calls, (x: Tensor) => map(x, (v) => v - v * 0.5))).to.equal(undefined);
  });

  it('finds the answers of a table', () => {
    const table = (): Tensor => array([0.25, -1.5, 0]);
    expect(problem(calls, table)).to.match(/^right for the inputs of this check, and wrong for/);
  });

  it('forgives a right function the rounding of single precision, and a table nothing', () => {
    const single = (...values: number[]) => ndarray(new Float32Array(values), [values.length]);
    const third = (x: Tensor) => single(...copy(x).data.map((v) => Math.fround(v) / 3));
    const rounder = (x: Tensor) =>
      single(...copy(x).data.map((v) => Math.fround(v) * Math.fround(1 / 3)));
    const made = [call('halve', rounder, single(0.7, -0.1, 300.5))];
    expect(problem(made, rounder, third)).to.equal(undefined);
    const table = () => single(0.7 / 3, -0.1 / 3, 300.5 / 3);
    expect(problem(made, table, third)).to.match(/^right for the inputs of this check/);
  });

  it('finds a function that throws for what it has not seen', () => {
    const picky = (): never => {
      throw new Error('unseen');
    };
    expect(problem(calls, picky)).to.match(/: it threw$/);
  });

  it('scales the arrays within lists and objects, and leaves whole numbers as they are', () => {
    const seen: unknown[] = [];
    const sum = (parts: { list: Tensor[]; whole: Tensor; n: number }): number => {
      seen.push(parts.list[0]!.get(0), parts.whole.get(0), parts.n);
      return parts.list[0]!.get(0);
    };
    const made = call('halve', sum, { list: [array([0.5])], whole: array([3]), n: 0.25 });
    seen.length = 0;
    expect(problem([made], sum, sum)).to.equal(undefined);
    // The reference with the inputs of the check, then both with fresh ones.
    const [, , , fresh, whole, n] = seen;
    expect(fresh).to.be.within(0.49, 0.4975);
    expect([whole, n]).to.deep.equal([3, 0.25]);
  });

  it('asks nothing where there is nothing to change', () => {
    const table = (): Tensor => zeros(2);
    expect(problem([call('halve', halve, zeros(2))], table)).to.equal(undefined);
  });

  it('asks nothing where another answer than the reference’s was right', () => {
    const other = (): Tensor => array([9, 9, 9]);
    expect(problem([call('halve', other, array([0.5, -3, 0]))], other)).to.equal(undefined);
  });

  it('asks nothing that the reference refuses', () => {
    const strict = (x: Tensor): Tensor => {
      if (x.get(0) !== 0.5) throw new RangeError('not a half');
      return halve(x);
    };
    expect(problem(calls, () => array([0.25, -1.5, 0]), strict)).to.equal(undefined);
  });

  it('asks nothing of other functions', () => {
    const table = (): Tensor => array([0.25, -1.5, 0]);
    expect(problem([call('double', halve, array([0.5, -3, 0]))], table)).to.equal(undefined);
  });

  it('draws the same inputs from the same seed', () => {
    const table = (): Tensor => array([0.25, -1.5, 0]);
    expect(problem(calls, table)).to.equal(problem(calls, table));
  });
});
