/** Problems that ask for nothing, for too much, or where there is no slope. */
import { array, zeros, type Tensor } from '#arrays';
import { seededRandom } from '#datasets/random';
import { expect } from 'chai';
import ndarray from 'ndarray';
import { checkContract } from '../../checks/gradient/contract.ts';
import { checkGradient } from '../../checks/gradient/check.ts';
import { toSubject } from '../../checks/gradient/function-under-test.ts';
import { measureNoise } from '../../checks/gradient/noise.ts';
import { checkInput } from '../../checks/gradient/numeric.ts';
import { DOUBLE, SINGLE } from '../../checks/gradient/precision.ts';
import type { LayerProblem, LossProblem, Problem } from '../../checks/gradient/problem.ts';
import { normals } from '../../bench/gradient/operations/arithmetic.ts';
import { affine, softmax } from '../../bench/gradient/operations/dense.ts';

const X = array([[1, -2, 3]]);

/** Σ x² over one or two inputs, with right gradients. */
function squares(inputs: Record<string, Tensor>): LossProblem {
  return {
    name: 'squares',
    inputs,
    loss: (...given: Tensor[]) =>
      given.reduce((total, x) => total + x.data.reduce((sum, value) => sum + value ** 2, 0), 0),
    gradient: (...given: Tensor[]) =>
      Object.fromEntries(
        Object.keys(inputs).map((name, i) => {
          const { data, shape } = given[i]!;
          return [
            `d${name}`,
            ndarray(
              data.map((value) => 2 * value),
              [...shape],
            ),
          ];
        }),
      ),
  };
}

const step = (dx: number): LossProblem => ({
  name: 'step',
  inputs: { x: array([0, 2]) },
  loss: (x: Tensor) => (x.get(0) > 0 ? 1 : 0) + x.get(1),
  gradient: () => array([dx, 1]),
});

const sentences = (problem: Problem) =>
  checkGradient(problem).findings.map(({ sentence }) => sentence);

describe('At its limits, the gradient checker', () => {
  it('calls a jump a jump, whatever the gradient there', () => {
    for (const dx of [0, 1, 1000]) {
      expect(checkGradient(step(dx)).verdict).to.equal('inconclusive');
      expect(sentences(step(dx))).to.deep.equal([
        'dx could not be decided: the forward pass jumps at these inputs and has no slope there, so move them a little.',
      ]);
    }
  });

  it('does not let an empty input pass', () => {
    const report = checkGradient(squares({ x: zeros(0, 3) }));
    expect(report.verdict).to.equal('inconclusive');
    expect(sentences(squares({ x: zeros(0, 3), y: X }))).to.deep.equal([
      'dx could not be decided: x has no entries, so there is nothing to compare.',
    ]);
    expect(checkGradient(squares({ x: zeros(0, 3), y: X })).right).to.deep.equal(['dy']);
  });

  it('refuses a budget and a seed that would make it check nothing', () => {
    for (const budget of [0, -1, 1.5, NaN]) {
      expect(() => checkGradient(squares({ x: X }), { budget })).to.throw(
        RangeError,
        `checkGradient: budget is ${budget} and must be a whole number from 1`,
      );
    }
    expect(() => checkGradient(squares({ x: X }), { seed: -1 })).to.throw(
      RangeError,
      'checkGradient: seed is -1 and must be a whole number from 0',
    );
  });

  it('takes hundreds of thousands of entries', () => {
    const x = ndarray(
      Float64Array.from({ length: 300_000 }, (_, i) => 1 + (i % 7)),
      [300_000],
    );
    const { verdict, entries } = checkGradient(squares({ x }), { budget: 4 });
    expect(verdict).to.equal('pass');
    expect(entries).to.deep.equal({ checked: 4, of: 300_000 });
  }).timeout(20_000);

  it('keeps nothing of the size of the outputs for an entry', () => {
    const subject = toSubject(softmax(normals(1)(4, 3)));
    const { base, gradients } = checkContract(subject, 1);
    const random = seededRandom(1);
    const noise = measureNoise(subject, base!.run.values, random);
    const point = { values: base!.run.values, dout: base!.dout, ...noise };
    const [input] = subject.inputs;
    const checked = checkInput(subject, point, input!, gradients[0]!.values, 256, random);
    for (const { numeric } of checked.entries) {
      expect(Object.values(numeric!).filter((value) => typeof value === 'object')).to.deep.equal(
        [],
      );
    }
  });

  it('asks for as much precision as there is', () => {
    const precisionOf = (problem: Problem) => {
      const subject = toSubject(problem);
      const { values } = checkContract(subject, 1).base!.run;
      return measureNoise(subject, values, seededRandom(1)).precision;
    };
    const draw = normals(3);
    const layer = affine(draw(4, 3), draw(3, 5), draw(5));
    expect(precisionOf(layer)).to.equal(DOUBLE);
    const forward = layer.forward as (...given: Tensor[]) => { out: Tensor; cache: unknown };
    const rounded = (...given: Tensor[]) => {
      const { out, cache } = forward(...given);
      return { out: ndarray(out.data.map(Math.fround), [...out.shape]), cache };
    };
    expect(precisionOf({ ...layer, forward: rounded })).to.equal(SINGLE);
    // The product in single precision, and the bias in double.
    const half = (x: Tensor, W: Tensor, b: Tensor) => {
      const { out, cache } = rounded(x, W, zeros(5));
      return {
        cache,
        out: ndarray(
          out.data.map((value, i) => value + b.get(i % 5)),
          [...out.shape],
        ),
      };
    };
    expect(precisionOf({ ...layer, forward: half })).to.equal(SINGLE);
    const single = normals(3, 'float32');
    expect(precisionOf(affine(single(4, 3), single(3, 5), single(5)))).to.equal(SINGLE);
  });
});

describe('Axes', () => {
  const draw = normals(1);
  const named = affine(draw(4, 3), draw(3, 5), draw(5), 'db of the first row');
  const { axes: _, ...unnamed } = named;
  const notSummed = affine(draw(4, 3), draw(3, 5), draw(5), 'db not summed');

  it('are called what the caller calls them, and rows and columns otherwise', () => {
    expect(sentences(named)).to.deep.equal([
      'db takes in only the first sample of out: sum over all of them.',
    ]);
    expect(sentences(unnamed)).to.deep.equal([
      'db takes in only the first row of out: sum over all of them.',
    ]);
  });

  it('are numbered where there are more than two', () => {
    const blocks: LayerProblem = {
      name: 'cubes',
      inputs: { x: draw(3, 2, 4) },
      forward: (x: Tensor) => ({
        out: ndarray(
          x.data.map((value) => value ** 3),
          [3, 2, 4],
        ),
        cache: x,
      }),
      backward: (dout: Tensor, x: Tensor) => ({
        dx: ndarray(
          x.data.map((value, i) => (i < 8 ? 2.5 : 3) * dout.data[i]! * value ** (i < 8 ? 4 : 2)),
          [3, 2, 4],
        ),
      }),
    };
    expect(sentences(blocks)).to.deep.equal([
      'dx is wrong only in the first slice along axis 0: look at how that part is treated.',
    ]);
    expect(sentences({ ...blocks, axes: { x: ['image', 'row', 'column'] } })).to.deep.equal([
      'dx is wrong only in the first image: look at how that part is treated.',
    ]);
  });

  it('are named beside their numbers where something is summed over them', () => {
    expect(sentences(notSummed)).to.deep.equal([
      'db has the shape (4, 5) and b has (5): sum over axis 0 (sample), and it is right.',
    ]);
    expect(sentences({ ...notSummed, axes: {} })).to.deep.equal([
      'db has the shape (4, 5) and b has (5): sum over axis 0, and it is right.',
    ]);
  });
});
