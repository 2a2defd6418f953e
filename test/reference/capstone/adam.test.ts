/** The optimizer of the training loop, beside Adam in double precision and beside TensorFlow.js's. */
import { normal, seededRandom } from '#datasets/random';
import { expect } from 'chai';
import { adamStep } from '../../../reference/capstone/adam.ts';
import { tf } from '../../oracles/tfjs.ts';
import { ROUNDING } from './samples.ts';

/** Gradients of five steps, of sizes from far above ε = 1e-8 to far below it, and 0. */
function gradients(): Float32Array[] {
  const random = seededRandom(31);
  const sizes = [1e3, 1, 1e-3, 1e-6, 1e-8, 1e-10, 0];
  return Array.from({ length: 5 }, () =>
    new Float32Array(70).map((_, i) => sizes[i % sizes.length]! * normal(random)),
  );
}

describe('adamStep', () => {
  it('takes a first step as large as the learning rate, against the slope', () => {
    const w = Float32Array.of(1, 1, 1);
    const [m, v] = [new Float32Array(3), new Float32Array(3)];
    adamStep(w, Float32Array.of(0.5, -2, 0), m, v, 1, 0.25);
    // m̂ = g and v̂ = g², so the step is 0.25·g/(|g| + ε).
    expect([...w]).to.deep.equal([0.75, 1.25, 1]);
    expect(m[0]).to.be.closeTo(0.05, 1e-8);
    expect(v[1]).to.be.closeTo(0.004, 1e-9);
  });

  it("goes where Kingma and Ba's algorithm goes in double precision, and TensorFlow.js's", () => {
    const rate = 0.01;
    const all = gradients();
    const w = new Float32Array(70);
    const [m, v] = [new Float32Array(70), new Float32Array(70)];
    const right = { w: Array<number>(70).fill(0), m: [...m] as number[], v: [...v] as number[] };
    const theirs = tf.variable(tf.zeros([70]), true, 'adam');
    const optimizer = tf.train.adam(rate, 0.9, 0.999, 1e-8);
    all.forEach((g, i) => {
      const t = i + 1;
      adamStep(w, g, m, v, t, rate);
      optimizer.applyGradients([{ name: 'adam', tensor: tf.tensor(g) }]);
      for (let j = 0; j < 70; j++) {
        right.m[j] = 0.9 * right.m[j]! + 0.1 * g[j]!;
        right.v[j] = 0.999 * right.v[j]! + 0.001 * g[j]! ** 2;
        const mHat = right.m[j]! / (1 - 0.9 ** t);
        const vHat = right.v[j]! / (1 - 0.999 ** t);
        right.w[j]! -= (rate * mHat) / (Math.sqrt(vHat) + 1e-8);
      }
      // Single precision rounds every moment and parameter of five steps; TensorFlow.js also rounds 1 − 0.999, to
      // within 2⁻²⁴ of 0.001.
      for (let j = 0; j < 70; j++) {
        expect(w[j], `${j} at ${t}`).to.be.closeTo(right.w[j]!, 16 * t * rate * ROUNDING);
      }
      const numbers = theirs.dataSync();
      for (let j = 0; j < 70; j++) {
        expect(w[j], `${j} at ${t}`).to.be.closeTo(numbers[j]!, t * rate * (ROUNDING / 0.001));
      }
    });
    theirs.dispose();
  });
});
