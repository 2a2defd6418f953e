import { seededRandom } from '#datasets/random';
import { convForward } from '#lessons/18-capstone';
import { expect } from 'chai';
import {
  FLOPS,
  ladder,
  ladderInputs,
  lessonRung,
  SIZE,
} from '../../../reference/capstone/ladder.ts';
import { simdLadder } from '../../../reference/capstone/simd/ladder.ts';
import { ROUNDING } from './samples.ts';

const { N, C, F, H, W } = SIZE;

describe('The formulations of a convolution', function () {
  this.timeout(20_000);
  const inputs = ladderInputs(3);

  /** An entry of the convolution in double precision. */
  function entry(n: number, f: number, i: number, j: number): number {
    let sum = inputs.b[f]!;
    for (let c = 0; c < C; c++) {
      for (let tap = 0; tap < 9; tap++) {
        const [y, x] = [i + Math.floor(tap / 3) - 1, j + (tap % 3) - 1];
        if (y < 0 || y >= H || x < 0 || x >= W) continue;
        sum += inputs.W[(f * C + c) * 9 + tap]! * inputs.x[((n * C + c) * H + y) * W + x]!;
      }
    }
    return sum;
  }

  const rungs = [
    ...ladder('webasm', inputs),
    ...simdLadder(inputs),
    lessonRung('yours', convForward, 'webasm', inputs),
  ];
  for (const { name, run, place } of rungs) {
    it(`${name}: computes the convolution`, () => {
      const out = run();
      const random = seededRandom(5);
      const upTo = (limit: number) => Math.floor(limit * random());
      const places = Array.from(
        { length: 2000 },
        () => [upTo(N), upTo(F), upTo(H), upTo(W)] as const,
      );
      // The corners, where most of a filter is outside.
      places.push(
        [0, 0, 0, 0],
        [0, 0, H - 1, W - 1],
        [N - 1, F - 1, 0, W - 1],
        [N - 1, F - 1, H - 1, 0],
      );
      for (const at of places) {
        // The 144 products are below 1/4 and are rounded like their sum; see engines.test.ts.
        expect(out[place(...at)], at.join()).to.be.closeTo(entry(...at), 144 * ROUNDING);
      }
    });
  }

  it('have as many additions and multiplications as their loops', () => {
    expect(FLOPS).to.equal(N * F * H * W * C * 9 * 2);
  });

  it('begin with the slowest, each under a name of its own', () => {
    expect(rungs.map(({ name }) => name)).to.deep.equal([
      'the plain kernel',
      'padded images, no questions',
      'four pixels a thread',
      'four filters at once',
      'loops in WebAssembly',
      'a vector of 4 images',
      'a tile of 4 filters × 4',
      'a tile of 4 filters × 8',
      'yours',
    ]);
  });
});
