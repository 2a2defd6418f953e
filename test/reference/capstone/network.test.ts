import { seededRandom } from '#datasets/random';
import { expect } from 'chai';
import {
  asNetwork,
  initialParameters,
  PARAMETER_COUNT,
  PARAMETERS,
  split,
} from '../../../reference/capstone/network.ts';

describe("The capstone's parameters", () => {
  it('are as many as the layers have weights and biases', () => {
    const convolutions = 16 * (9 + 1) + 32 * (16 * 9 + 1) + 64 * (32 * 9 + 1);
    const affines = 128 * (64 * 7 * 7 + 1) + 10 * (128 + 1);
    expect(PARAMETER_COUNT).to.equal(convolutions + affines);
    expect(PARAMETER_COUNT).to.equal(426_122);
  });

  it('stand one after the other, without holes', () => {
    let end = 0;
    for (const { offset, size, shape } of PARAMETERS) {
      expect(offset).to.equal(end);
      expect(size).to.equal(shape.reduce((all, axis) => all * axis, 1));
      end += size;
    }
    expect(end).to.equal(PARAMETER_COUNT);
  });

  it('are views of the flat array, in their shapes', () => {
    const flat = new Float32Array(PARAMETER_COUNT).map((_, i) => i % 1000);
    const { W2, b5 } = asNetwork(flat);
    expect(W2.shape).to.deep.equal([32, 16, 3, 3]);
    // Behind W1 and b1 come the filters; this is the entry of filter 1, channel 2, row 0, column 1.
    expect(W2.get(1, 2, 0, 1)).to.equal(16 * 9 + 16 + (1 * 16 + 2) * 9 + 1);
    b5.set(9, -5);
    expect(flat.at(-1)).to.equal(-5);
    split(flat).W1[0] = -6;
    expect(flat[0]).to.equal(-6);
  });

  it('begin with biases of 0 and weights spread by √(2 / fan-in) around 0', () => {
    const parts = split(initialParameters(seededRandom(3)));
    const fanIns = { W1: 1 * 9, W2: 16 * 9, W3: 32 * 9, W4: 64 * 7 * 7, W5: 128 } as const;
    for (const [name, fanIn] of Object.entries(fanIns)) {
      const weights = parts[name as keyof typeof fanIns];
      const N = weights.length;
      const mean = weights.reduce((sum, w) => sum + w, 0) / N;
      const variance = weights.reduce((sum, w) => sum + (w - mean) ** 2, 0) / N;
      const deviation = Math.sqrt(2 / fanIn);
      // The mean of N draws is off by 1/√N of their spread, and the spread by 1/√(2·N): four times that is rare.
      expect(Math.abs(mean), name).to.be.below((4 * deviation) / Math.sqrt(N));
      expect(Math.sqrt(variance) / deviation, name).to.be.closeTo(1, 4 / Math.sqrt(2 * N));
    }
    for (const name of ['b1', 'b2', 'b3', 'b4', 'b5'] as const) {
      expect(parts[name].every((bias) => bias === 0)).to.equal(true);
    }
  });

  it('depend on the seed alone', () => {
    const [first, again, other] = [3, 3, 4].map((seed) => initialParameters(seededRandom(seed)));
    expect(again).to.deep.equal(first);
    expect(other![0]).to.not.equal(first![0]);
  });
});
