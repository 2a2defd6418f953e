import { expect } from 'chai';
import { normal, seededRandom, shuffled, type Random } from '../../datasets/random.ts';

const draws = (random: () => number, count: number): number[] =>
  Array.from({ length: count }, () => random());

/** A generator that gives exactly these numbers. */
const scripted = (numbers: number[]) => (): number => {
  const next = numbers.shift();
  if (next === undefined) throw new Error('more draws than expected');
  return next;
};

const mean = (list: number[]): number => list.reduce((a, b) => a + b, 0) / list.length;

describe('seededRandom', () => {
  it('gives the published numbers of sfc32 for the seed 12345', () => {
    // https://github.com/maloquacious/prng/blob/main/sfc32_test.go
    const published = [
      235160590, 2967261163, 116171463, 2882324903, 362604721, 4227106926, 1933307004, 1608300071,
      2256615412, 2701957640,
    ];
    expect(draws(seededRandom(12345), 10)).to.deep.equal(published.map((n) => n / 4294967296));
  });

  it('gives the same numbers for the same seed and others for another', () => {
    expect(draws(seededRandom(1), 20)).to.deep.equal(draws(seededRandom(1), 20));
    expect(draws(seededRandom(1), 20)).to.not.deep.equal(draws(seededRandom(2), 20));
  });

  it('takes the smallest and the largest seed of 32 bits', () => {
    const all = [...draws(seededRandom(0), 5), ...draws(seededRandom(4294967295), 5)];
    expect(new Set(all)).to.have.lengthOf(10);
  });

  it('fills [0, 1) evenly', () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (const value of draws(seededRandom(3), 100_000)) counts[Math.floor(value * 10)]! += 1;
    expect(counts, 'nothing below 0 and nothing from 1 on').to.have.lengthOf(10);
    // Each count is binomial: mean 10,000, standard deviation √(100000·0.1·0.9) = 95. Five of them: 475.
    for (const count of counts) expect(count).to.be.closeTo(10_000, 475);
  });

  it('gives numbers that do not foretell the next one', () => {
    const values = draws(seededRandom(4), 40_001).map((value) => value - 0.5);
    const sum = values.slice(1).reduce((total, value, i) => total + value * values[i]!, 0);
    // A product of two independent uniform deviates has variance (1/12)²: their mean's standard
    // deviation is 1/12/√40000 = 0.00042. Five of them: 0.0021.
    expect(sum / 40_000).to.be.closeTo(0, 0.0021);
  });

  it('clones into a generator that continues from the same state', () => {
    const random = seededRandom(7);
    draws(random, 3);
    const clone = random.clone();
    const expected = draws(seededRandom(7), 8).slice(3);
    expect(draws(clone, 5)).to.deep.equal(expected);
    expect(draws(random, 5), 'the clone must not move the original').to.deep.equal(expected);
  });

  it('clones a clone as well', () => {
    const clone: Random = seededRandom(7).clone();
    clone();
    expect(draws(clone.clone(), 4)).to.deep.equal(draws(seededRandom(7), 5).slice(1));
  });

  it('refuses a seed that is not a whole number of 32 bits', () => {
    for (const seed of [0.5, -1, 4294967296, NaN, Infinity]) {
      expect(() => seededRandom(seed))
        .to.throw(RangeError)
        .with.property(
          'message',
          `seededRandom: the seed is ${seed}; it must be a whole number from 0 to 4294967295, so round it or take another`,
        );
    }
  });
});

describe('normal', () => {
  it('computes √(−2·ln(1 − u))·cos(2π·v)', () => {
    const u = 1 - Math.exp(-2); // the root is then 2
    expect(normal(scripted([u, 0]))).to.be.closeTo(2, 1e-12);
    expect(normal(scripted([u, 0.5]))).to.be.closeTo(-2, 1e-12);
    expect(normal(scripted([u, 1 / 3]))).to.be.closeTo(-1, 1e-12); // cos 120° = −½
  });

  it('stays finite at both ends of the uniform draw', () => {
    expect(normal(scripted([0, 0]))).to.be.closeTo(0, 0);
    // √(2·32·ln 2) = √44.36 = 6.66
    expect(normal(scripted([1 - 2 ** -32, 0]))).to.be.closeTo(6.66, 0.005);
  });

  it('has mean 0, variance 1 and a twentieth of its draws beyond ±1.96', () => {
    const random = seededRandom(5);
    const values = draws(() => normal(random), 40_000);
    // Standard deviations of the three for n = 40,000 draws, times five:
    expect(mean(values)).to.be.closeTo(0, 5 * 0.005); // 1/√n
    expect(mean(values.map((z) => z * z))).to.be.closeTo(1, 5 * 0.00708); // √(2/n)
    expect(mean(values.map((z) => (Math.abs(z) > 1.96 ? 1 : 0)))).to.be.closeTo(0.05, 5 * 0.0011); // √(0.05·0.95/n)
  });
});

describe('shuffled', () => {
  it('swaps each item from the last on with one at or before it', () => {
    // d b c a, then c b d a, then b c d a
    expect(shuffled(['a', 'b', 'c', 'd'], scripted([0, 0, 0]))).to.deep.equal(['b', 'c', 'd', 'a']);
    // each item stays
    expect(shuffled(['a', 'b', 'c'], scripted([0.99, 0.99]))).to.deep.equal(['a', 'b', 'c']);
  });

  it('leaves its argument as it is', () => {
    const list = Object.freeze([1, 2, 3, 4, 5]);
    expect(shuffled(list, seededRandom(1))).to.have.members([1, 2, 3, 4, 5]);
  });

  it('takes no draw for a list of none or one', () => {
    expect(shuffled([], scripted([]))).to.deep.equal([]);
    expect(shuffled(['a'], scripted([]))).to.deep.equal(['a']);
  });

  it('gives every order equally often', () => {
    const random = seededRandom(6);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = shuffled(['a', 'b', 'c'], random).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect([...counts.keys()]).to.have.members(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
    // Standard deviation √(6000·1/6·5/6) = 29. Five of them: 145.
    for (const count of counts.values()) expect(count).to.be.closeTo(1000, 145);
  });
});
