import { expect } from 'chai';
import { seededRandom } from '../../datasets/random.ts';
import { stratifiedOrder } from '../../datasets/stratified.ts';

/** 200 samples of three classes, 150, 45 and 5 of them, sorted by class. */
const sizes = [150, 45, 5];
const labels = sizes.flatMap((size, label) => Array.from({ length: size }, () => label));

describe('stratifiedOrder', () => {
  it('spreads each class over the whole order', () => {
    // With every draw ½ nothing is swapped; class 0 is placed at ¼ and ¾ and class 1 at ½.
    expect(stratifiedOrder([0, 0, 1], () => 0.5)).to.deep.equal([0, 2, 1]);
  });

  it('places each member at random within its piece', () => {
    // Each class has one member, whose piece is the whole line: 0.9 puts it behind 0.1.
    const draws = [0.9, 0.1];
    expect(stratifiedOrder([0, 1], () => draws.shift()!)).to.deep.equal([1, 0]);
  });

  it('names every sample once', () => {
    const order = stratifiedOrder(labels, seededRandom(1));
    expect(order.toSorted((a, b) => a - b)).to.deep.equal(Array.from({ length: 200 }, (_, i) => i));
  });

  it('gives an empty order for no samples', () => {
    expect(stratifiedOrder([], seededRandom(1))).to.deep.equal([]);
  });

  it('gives the same order for the same seed and another for another', () => {
    const order = stratifiedOrder(labels, seededRandom(1));
    expect(stratifiedOrder(labels, seededRandom(1))).to.deep.equal(order);
    expect(stratifiedOrder(labels, seededRandom(2))).to.not.deep.equal(order);
  });

  it('has each class in every beginning in its proportion, off by less than 1 + C·n/N', () => {
    for (let seed = 0; seed < 50; seed++) {
      const counts = [0, 0, 0];
      stratifiedOrder(labels, seededRandom(seed)).forEach((sample, i) => {
        counts[labels[sample]!]! += 1;
        sizes.forEach((n, label) => {
          expect(Math.abs(counts[label]! - (n * (i + 1)) / 200)).to.be.below(1 + (3 * n) / 200);
        });
      });
    }
  });

  it('shuffles the members of a class', () => {
    // Any of the 150 members of class 0 comes first equally often: in 1500 runs one of the first 75
    // does 750 times, with a standard deviation of √(1500·¼) = 19.4. Five of them: 97.
    const random = seededRandom(3);
    let early = 0;
    for (let run = 0; run < 1500; run++) {
      const first = stratifiedOrder(labels, random).find((sample) => sample < 150)!;
      if (first < 75) early += 1;
    }
    expect(early).to.be.closeTo(750, 97);
  });
});
