/** Asking for fresh inputs tells a table from a function, and leaves right functions alone. */
import { array, copy, filled, map, zeros, type Tensor } from '#arrays';
import { expect } from 'chai';
import ndarray from 'ndarray';
import { seededRandom } from '../../datasets/random.ts';
import { freshProblem } from '../../checks/sandbox/fresh.ts';
import { declarations } from '../../checks/declarations.ts';
import { sampledPlaces } from '../../checks/sandbox/samples-axis.ts';
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

  it('draws the arrays within lists and objects anew, and leaves whole numbers as they are', () => {
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
    expect(fresh).to.be.within(0.4, 0.495);
    expect([whole, n]).to.deep.equal([3, 0.25]);
  });

  it('asks for one sample more, a twin of one of them, wherever the samples are', () => {
    const seen: (readonly number[])[] = [];
    const f = (x: Tensor, W: Tensor, t: Tensor): Tensor => {
      seen.push(x.shape, W.shape, t.shape);
      return filled([t.size], (n) => x.get(n!, 0) * W.get(0) + t.get(n!));
    };
    const made = call('halve', f, array([[0.5], [0.25]]), array([2.5]), array([0.75, 1.5]));
    const ask = (g: unknown): string | undefined => {
      const lesson = { subject: { halve: g }, reference: { halve: f } };
      return freshProblem([made], 'halve', lesson, seededRandom(1), [0, 2]);
    };
    seen.length = 0;
    expect(ask(f)).to.equal(undefined);
    expect(seen.slice(-3)).to.deep.equal([[3, 1], [1], [3]]);
    const forTwo = (x: Tensor, W: Tensor, t: Tensor): Tensor => f(x, W, t).hi(2);
    expect(ask(forTwo)).to.match(/shape \(3\) was expected and shape \(2\) came back/);
  });

  it('asks for as many samples as there were where the reference takes no more', () => {
    const pair = (x: Tensor): Tensor => {
      if (x.shape[0] !== 2) throw new RangeError('not a pair');
      return halve(x);
    };
    const made = call('halve', pair, array([0.5, -3]));
    const lesson = (f: unknown) => ({ subject: { halve: f }, reference: { halve: pair } });
    const table = (): Tensor => array([0.25, -1.5]);
    expect(freshProblem([made], 'halve', lesson(pair), seededRandom(1), [0])).to.equal(undefined);
    expect(freshProblem([made], 'halve', lesson(table), seededRandom(1), [0])).to.match(/^right/);
  });

  it('asks nothing of a choice that a generator made, which may be right by chance', () => {
    const first = (x: Tensor, random: () => number): number => (random() < x.get(0) ? 1 : 0);
    const last = (x: Tensor, random: () => number): number => (random() < x.get(0) + 0.2 ? 1 : 0);
    const made = call('halve', last, array([0.5]), seededRandom(4));
    expect(problem([made], last, first)).to.equal(undefined);
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

  it('leaves a cache as its author made it, and asks the reference with one of its own', () => {
    const forward = call(
      'halveForward',
      (x: Tensor) => ({ out: x, cache: { mine: array([0.5]) } }),
      array([3]),
    );
    const value = array([1.25]);
    const made: Call = {
      name: 'halveBackward',
      args: [array([2.5]), { mine: array([0.5]) }],
      outcome: { value },
      milliseconds: 0,
      caches: new Map([[1, forward]]),
    };
    const reference = {
      halveForward: (x: Tensor) => ({ out: x, cache: { factor: 0.5 } }),
      halveBackward: (dout: Tensor, cache: { factor: number }) =>
        map(dout, (v) => v * cache.factor),
    };
    const right = (dout: Tensor, cache: { mine: Tensor }): Tensor =>
      map(dout, (v) => v * cache.mine.get(0));
    const found = (halveBackward: unknown): string | undefined =>
      freshProblem(
        [made],
        'halveBackward',
        { subject: { halveBackward }, reference },
        seededRandom(1),
      );
    expect(found(right)).to.equal(undefined);
    expect(found(() => value)).to.match(/^right for the inputs of this check/);
  });

  it('asks nothing of other functions', () => {
    const table = (): Tensor => array([0.25, -1.5, 0]);
    expect(problem([call('double', halve, array([0.5, -3, 0]))], table)).to.equal(undefined);
  });

  it('keeps signs, order, ties, zeros and what is not finite, and takes no two entries by one factor', () => {
    const old = [0.5, -3.25, 0, 0.5, 3.25, -0.01, Infinity, 7.5];
    let fresh: number[] = [];
    const look = (x: Tensor): number => {
      fresh = [...copy(x).data];
      return 0;
    };
    problem([call('halve', () => 0, array(old))], look, () => 0);
    expect(fresh.map(Math.sign)).to.deep.equal(old.map(Math.sign));
    const ranks = (list: readonly number[]): number[] =>
      list.map((entry) => new Set(list.filter((other) => other < entry)).size);
    expect(ranks(fresh)).to.deep.equal(ranks(old));
    expect([fresh[2], fresh[6]]).to.deep.equal([0, Infinity]);
    const factors = [0, 1, 5, 7].map((i) => fresh[i]! / old[i]!);
    for (const factor of factors) expect(factor).to.be.within(0.8, 0.99);
    expect(new Set(factors.map((factor) => factor.toFixed(6))).size).to.equal(4);
  });

  it('finds a table that is interpolated between its inputs and zero', () => {
    const square = (x: Tensor): Tensor => map(x, (v) => v * v + v);
    const made = [call('halve', square, array([0.5, -3.25, 2.75]))];
    const interpolated = (x: Tensor): Tensor => {
      const known = [0.5, -3.25, 2.75];
      return array([...copy(x).data].map((v, i) => ((known[i]! ** 2 + known[i]!) * v) / known[i]!));
    };
    expect(problem(made, interpolated, square)).to.match(/^right for the inputs of this check/);
    expect(problem(made, square, square)).to.equal(undefined);
  });

  it('draws the same inputs from the same seed', () => {
    const table = (): Tensor => array([0.25, -1.5, 0]);
    expect(problem(calls, table)).to.equal(problem(calls, table));
  });
});

describe('sampledPlaces', () => {
  it('finds the arguments whose first axis is the samples’, as their documentation says', () => {
    const source = `
/**
 * 05.6 f.
 *
 * @param x samples, shape (N, D)
 * @param W weights, shape (D, M); those of N samples
 * @param t targets,
 *   shape (N)
 * @param n how many, (N)
 * @returns shape (N, M)
 */
export function f(x: Tensor, W: Tensor, t: Tensor, n: number): Tensor {
  return x;
}
`;
    const f = (x: unknown, W: unknown, t: unknown, n: unknown): unknown => [x, W, t, n];
    expect(sampledPlaces(declarations(source), { f }, 'f')).to.deep.equal([0, 2]);
    expect(sampledPlaces(declarations(source), { f }, 'g')).to.deep.equal([]);
  });
});
