import { expect } from 'chai';
import { zeros } from '#arrays';
import {
  randomNormal,
  shrunkDigits,
  turned,
  turnedImages,
  turnedSequences,
} from '#checks/fixtures';
import { seededRandom } from '#datasets/random';

describe('The examples of the suites', () => {
  it('turned has the same entries in another order in memory', () => {
    const x = randomNormal(seededRandom(1), 1, 2, 3);
    const view = turned(x);
    expect([...view.shape]).to.deep.equal([2, 3]);
    expect(view.get(1, 2)).to.equal(x.get(1, 2));
    expect(view.data[1]).to.equal(x.get(1, 0));
  });

  it('turnedImages has the same entries in another order in memory', () => {
    const x = randomNormal(seededRandom(1), 1, 2, 3, 4, 5);
    const view = turnedImages(x);
    expect([...view.shape]).to.deep.equal([2, 3, 4, 5]);
    expect(view.get(1, 2, 3, 4)).to.equal(x.get(1, 2, 3, 4));
    expect(view.get(0, 1, 2, 3)).to.equal(x.get(0, 1, 2, 3));
    expect(view.data[1]).to.equal(x.get(0, 0, 1, 0));
  });

  it('turnedSequences has the same entries in another order in memory, with others between', () => {
    const x = randomNormal(seededRandom(1), 1, 2, 3, 4);
    const view = turnedSequences(x);
    expect([...view.shape]).to.deep.equal([2, 3, 4]);
    expect(view.get(1, 2, 3)).to.equal(x.get(1, 2, 3));
    expect(view.get(0, 1, 2)).to.equal(x.get(0, 1, 2));
    expect([...view.data.subarray(0, 3)]).to.deep.equal([x.get(0, 0, 0), 99, x.get(1, 0, 0)]);
  });

  it('shrunkDigits takes the mean of each 4×4 block, moves it by 0.13 and divides it by 0.25', () => {
    const images = zeros(2, 784);
    // In the second image, row 9 and column 26: block (2, 6), the 21st of 49.
    images.set(1, 9 * 28 + 26, 0.8);
    const small = shrunkDigits(images);
    expect([...small.shape]).to.deep.equal([2, 49]);
    expect(small.get(1, 2 * 7 + 6)).to.be.closeTo((0.05 - 0.13) / 0.25, 1e-12);
    expect(small.get(1, 2 * 7 + 5)).to.be.closeTo(-0.52, 1e-12);
    expect(small.get(0, 2 * 7 + 6)).to.be.closeTo(-0.52, 1e-12);
  });
});
