import { expect } from 'chai';
import { blobs } from '../../datasets/blobs.ts';
import { moons } from '../../datasets/moons.ts';
import { seededRandom } from '../../datasets/random.ts';
import { scatter, type LabelledPoints } from '../../datasets/scatter.ts';
import { spirals } from '../../datasets/spirals.ts';

const rows = ({ x }: LabelledPoints): number[][] =>
  Array.from({ length: x.shape[0]! }, (_, i) => [x.get(i, 0), x.get(i, 1)]);

const expectRows = (points: LabelledPoints, expected: number[][]): void => {
  expect(points.x.shape).to.deep.equal([expected.length, 2]);
  rows(points).forEach((row, i) => {
    row.forEach((value, axis) =>
      expect(value, `row ${i}`).to.be.closeTo(expected[i]![axis]!, 1e-12),
    );
  });
};

const mean = (list: number[]): number => list.reduce((a, b) => a + b, 0) / list.length;

const line = (s: number): [number, number] => [s, 10 * s];
const steep = (s: number): [number, number] => [-s, 100];

describe('scatter', () => {
  it('takes each curve in the middle of equal pieces, the classes in turn', () => {
    const points = scatter(
      'test',
      [line, steep],
      { samplesPerClass: 2, noise: 0 },
      seededRandom(1),
    );
    expectRows(points, [
      [0.25, 2.5],
      [-0.25, 100],
      [0.75, 7.5],
      [-0.75, 100],
    ]);
    expect([...points.labels.data]).to.deep.equal([0, 1, 0, 1]);
    expect(points.labels.shape).to.deep.equal([4]);
  });

  it('adds to each coordinate a normal draw of its own, times the noise', () => {
    // Draws in turn u, v, u, v with √(−2·ln(1 − u)) = 2: cos 0 = 1 gives 2 for the first
    // coordinate, cos 180° = −1 gives −2 for the second.
    const u = 1 - Math.exp(-2);
    const script = [u, 0, u, 0.5];
    const points = scatter('test', [line], { samplesPerClass: 1, noise: 0.1 }, () =>
      script.shift()!,
    );
    expectRows(points, [[0.5 + 0.2, 5 - 0.2]]);
    expect(script).to.deep.equal([]);
  });

  it('takes the same draws however much noise there is', () => {
    const [without, withMuch] = [0, 5].map((noise) => {
      const random = seededRandom(1);
      scatter('test', [line], { samplesPerClass: 3, noise }, random);
      return random();
    });
    expect(without).to.equal(withMuch);
  });

  it('refuses a number of samples that is not whole or not positive', () => {
    for (const samplesPerClass of [0, -1, 2.5, NaN, Infinity]) {
      expect(() => scatter('moons', [line], { samplesPerClass, noise: 0 }, seededRandom(1)))
        .to.throw(RangeError)
        .with.property(
          'message',
          `moons: samplesPerClass is ${samplesPerClass}; it must be a whole number of at least 1, so ask for 1 or more`,
        );
    }
  });

  it('refuses a noise that is negative or not finite', () => {
    for (const noise of [-0.1, NaN, Infinity]) {
      expect(() => scatter('moons', [line], { samplesPerClass: 1, noise }, seededRandom(1)))
        .to.throw(RangeError)
        .with.property(
          'message',
          `moons: noise is ${noise}; a standard deviation must be finite and at least 0, so give 0 for none`,
        );
    }
  });
});

describe('spirals', () => {
  it('winds two arms about the origin, half a turn apart', () => {
    // s is ¼ and ¾; with one turn the angles are 90° and 270°, and 180° more for class 1
    const points = spirals(seededRandom(1), { samplesPerClass: 2, turns: 1, noise: 0 });
    expectRows(points, [
      [0, 0.25],
      [0, -0.25],
      [0, -0.75],
      [0, 0.75],
    ]);
    expect([...points.labels.data]).to.deep.equal([0, 1, 0, 1]);
  });

  it('makes one and a half turns unless told otherwise', () => {
    // s is ½, so the angles are 270° and 90°
    expectRows(spirals(seededRandom(1), { samplesPerClass: 1, noise: 0 }), [
      [0, -0.5],
      [0, 0.5],
    ]);
  });

  it('gives 100 points a class, about 0.02 away from their place', () => {
    const noisy = spirals(seededRandom(1));
    expect(noisy.x.shape).to.deep.equal([200, 2]);
    const exact = rows(spirals(seededRandom(1), { noise: 0 })).flat();
    const squares = rows(noisy)
      .flat()
      .map((value, i) => (value - exact[i]!) ** 2);
    // The mean of 400 squares of normal draws: 0.0004, standard deviation 0.0004·√(2/400) = 0.0000283.
    expect(mean(squares)).to.be.closeTo(0.0004, 5 * 0.0000283);
  });

  it('depends on the seed alone', () => {
    expect(rows(spirals(seededRandom(1)))).to.deep.equal(rows(spirals(seededRandom(1))));
    expect(rows(spirals(seededRandom(1)))).to.not.deep.equal(rows(spirals(seededRandom(2))));
  });

  it('refuses turns that are not finite', () => {
    for (const turns of [NaN, Infinity]) {
      expect(() => spirals(seededRandom(1), { turns }))
        .to.throw(RangeError)
        .with.property(
          'message',
          `spirals: turns is ${turns}; it must be a finite number, so give one such as 1.5`,
        );
    }
  });

  it('names itself when the number of samples is wrong', () => {
    expect(() => spirals(seededRandom(1), { samplesPerClass: 0 })).to.throw(/^spirals: samples/);
  });
});

describe('moons', () => {
  it('bends one half circle up and the other down', () => {
    // s is 1/6, 1/2 and 5/6: the angles are 30°, 90° and 150°
    const cos = Math.sqrt(3) / 2;
    const points = moons(seededRandom(1), { samplesPerClass: 3, noise: 0 });
    expectRows(points, [
      [cos, 0.5],
      [1 - cos, 0],
      [0, 1],
      [1, -0.5],
      [-cos, 0.5],
      [1 + cos, 0],
    ]);
    expect([...points.labels.data]).to.deep.equal([0, 1, 0, 1, 0, 1]);
  });

  it('gives 100 points a class, about 0.1 away from their place', () => {
    const noisy = moons(seededRandom(2));
    expect(noisy.x.shape).to.deep.equal([200, 2]);
    // Class 0 lies on the unit circle: to first order its radius errs by the noise along it, so the
    // squared error has mean 0.01 and, over 100 points, standard deviation 0.01·√(2/100) = 0.0014. The
    // second order adds less than 0.0005.
    const errors = rows(noisy)
      .filter((_, i) => noisy.labels.get(i) === 0)
      .map(([a, b]) => (Math.hypot(a!, b!) - 1) ** 2);
    expect(errors).to.have.lengthOf(100);
    expect(mean(errors)).to.be.closeTo(0.01, 5 * 0.0014 + 0.0005);
  });

  it('depends on the seed alone', () => {
    expect(rows(moons(seededRandom(1)))).to.deep.equal(rows(moons(seededRandom(1))));
    expect(rows(moons(seededRandom(1)))).to.not.deep.equal(rows(moons(seededRandom(2))));
  });

  it('names itself when the noise is wrong', () => {
    expect(() => moons(seededRandom(1), { noise: -1 })).to.throw(/^moons: noise/);
  });
});

describe('blobs', () => {
  it('puts each class at its centre', () => {
    const centres = [[1, 2] as const, [-3, 4] as const];
    const points = blobs(seededRandom(1), { samplesPerClass: 2, noise: 0, centres });
    expectRows(points, [
      [1, 2],
      [-3, 4],
      [1, 2],
      [-3, 4],
    ]);
    expect([...points.labels.data]).to.deep.equal([0, 1, 0, 1]);
  });

  it('has three centres, 100 points a class and a noise of 0.5 unless told otherwise', () => {
    const points = blobs(seededRandom(1));
    expect(points.x.shape).to.deep.equal([300, 2]);
    const triangle = rows(blobs(seededRandom(1), { samplesPerClass: 1, noise: 0 }));
    for (const [i, [a, b]] of triangle.entries()) {
      expect(Math.hypot(a!, b!)).to.be.closeTo(2, 1e-12);
      const [c, d] = triangle[(i + 1) % 3]!;
      expect(Math.hypot(a! - c!, b! - d!)).to.be.closeTo(Math.sqrt(12), 1e-12);
    }
    const squares = rows(points).flatMap((row, i) =>
      row.map((value, axis) => (value - triangle[i % 3]![axis]!) ** 2),
    );
    // The mean of 600 squares: 0.25, standard deviation 0.25·√(2/600) = 0.0144.
    expect(mean(squares)).to.be.closeTo(0.25, 5 * 0.0144);
  });

  it('spreads each class evenly about its centre', () => {
    const noise = 2;
    const points = blobs(seededRandom(3), { samplesPerClass: 2500, noise, centres: [[5, -7]] });
    const [a, b] = [0, 1].map((axis) => rows(points).map((row) => row[axis]!)) as [
      number[],
      number[],
    ];
    // The mean of 2500 draws errs by 2/√2500 = 0.04, the mean of the products of two by 4/√2500 = 0.08.
    expect(mean(a)).to.be.closeTo(5, 5 * 0.04);
    expect(mean(b)).to.be.closeTo(-7, 5 * 0.04);
    expect(mean(a.map((value, i) => (value - 5) * (b[i]! + 7)))).to.be.closeTo(0, 5 * 0.08);
  });

  it('depends on the seed alone', () => {
    expect(rows(blobs(seededRandom(1)))).to.deep.equal(rows(blobs(seededRandom(1))));
    expect(rows(blobs(seededRandom(1)))).to.not.deep.equal(rows(blobs(seededRandom(2))));
  });

  it('refuses to do without a centre', () => {
    expect(() => blobs(seededRandom(1), { centres: [] }))
      .to.throw(RangeError)
      .with.property(
        'message',
        'blobs: there are no centres; every class needs one, so give at least one, such as [0, 0]',
      );
  });

  it('refuses a centre that is not a point of the plane', () => {
    expect(() =>
      blobs(seededRandom(1), {
        centres: [
          [0, 0],
          [1, NaN],
        ],
      }),
    )
      .to.throw(RangeError)
      .with.property(
        'message',
        'blobs: centre 1 is [1, NaN]; it must be two finite numbers, such as [0, 0]',
      );
    const solid = [[1, 2, 3]] as unknown as [number, number][];
    expect(() => blobs(seededRandom(1), { centres: solid }))
      .to.throw(RangeError)
      .with.property(
        'message',
        'blobs: centre 0 is [1, 2, 3]; it must be two finite numbers, such as [0, 0]',
      );
  });

  it('names itself when the noise is wrong', () => {
    expect(() => blobs(seededRandom(1), { noise: -1 })).to.throw(/^blobs: noise/);
  });
});
