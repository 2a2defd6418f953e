import { array, filled, map, matrixProduct, zeros, type Tensor } from '#arrays';
import { expect } from '#checks/expect';
import { turned } from '#checks/fixtures';
import {
  centre,
  columnMeans,
  covariance,
  explainedVariance,
  fitMinMax,
  fitStandardizer,
  localNormalize,
  principalComponents,
  project,
  reconstruct,
  scaleMinMax,
  standardize,
  whiten,
  type PrincipalComponents,
} from '#lessons/12-preprocessing';

// Every expected value is worked out by hand. Features differ in their means, spreads and signs, and what is handed to
// a function as fitted was never fitted to the samples beside it, so that one which measures them again shows.
const { sqrt } = Math;

/** Three columns with the means 4, 3.75 and 0.5. */
const samples = () =>
  array([
    [1, 10, -2],
    [4, -6, 0.5],
    [2, 8, 7],
    [9, 3, -3.5],
  ]);

/** ±10 along (0.6, 0.8) and ±5 along (−0.8, 0.6), from (1, −2): the variances are 200 / 4 and 50 / 4. */
const plane = () =>
  array([
    [7, 6],
    [-5, -10],
    [-3, 1],
    [5, -5],
  ]);

/** From (10, −4, 1): ±(2, 1, 2), ±(−6, 6, 3) and ±(2, 4, −4), which are at right angles; 3, 9 and 6 long. */
const space = () =>
  array([
    [12, -3, 3],
    [8, -5, -1],
    [4, 2, 4],
    [16, -10, -2],
    [12, 0, -3],
    [8, -8, 5],
  ]);

/** Its covariance: a third of the three products of each of the vectors with itself. */
const spaceCovariance = () =>
  map(
    array([
      [44, -26, -22],
      [-26, 53, 4],
      [-22, 4, 29],
    ]),
    (sum) => sum / 3,
  );

/** Directions at right angles, of length 1: (−2, 2, 1) / 3, (1, 2, −2) / 3 and (2, 1, 2) / 3 as columns. */
const directions = () =>
  map(
    array([
      [-2, 1, 2],
      [2, 2, 1],
      [1, -2, 2],
    ]),
    (value) => value / 3,
  );

/** What was found in a training set of three features. */
const fitted = (...variances: number[]): PrincipalComponents => ({
  means: array([10, -4, 1]),
  components: directions(),
  variances: array(variances),
});

/** From its means (3, 6, −9), (3, −3, 0) and (0, 9, 3); along the directions (−1, 11, −2), (−4, −1, 1) and (7, 4, 5). */
const others = () =>
  array([
    [13, 2, -8],
    [13, -7, 1],
    [10, 5, 4],
  ]);

describe('12-preprocessing', () => {
  describe('12.1 columnMeans', () => {
    it('is the mean of each feature over the samples', () => {
      const x = array([
        [1, 10, -2],
        [4, -6, 0.5],
        [2, 8, 7],
        [9, 3, -3.5],
        [4, 0, 8],
      ]);
      expect(columnMeans(x)).to.almostEqual([4, 3, 2]);
    });

    it('is the sample itself where there is one only', () => {
      expect(columnMeans(array([[0.7, -8]]))).to.almostEqual([0.7, -8]);
    });

    it('is a mean over the samples where there are as many features, too', () => {
      const square = array([
        [1, 5],
        [4, -2],
      ]);
      expect(columnMeans(square)).to.almostEqual([2.5, 1.5]);
    });

    it('reads a view through its strides, and leaves it alone', () => {
      const x = turned(samples());
      expect(() => columnMeans(x)).to.leaveUnchanged({ x });
      expect(columnMeans(x)).to.almostEqual([4, 3.75, 0.5]);
      expect(columnMeans(zeros(2, 0))).to.almostEqual([]);
    });

    it('refuses no samples, and what is no matrix', () => {
      expect(() => columnMeans(zeros(0, 3))).to.throw(RangeError);
      expect(() => columnMeans(array([1, 2]))).to.throw(RangeError);
    });
  });

  describe('12.2 centre', () => {
    it('takes the given means off, whatever those of the samples are', () => {
      const x = array([
        [1, 5, -2],
        [4, 0.5, 8],
      ]);
      expect(centre(x, array([3, -1, 0.25]))).to.almostEqual([
        [-2, 6, -2.25],
        [1, 1.5, 7.75],
      ]);
    });

    it('takes a mean off each feature, and not off each sample', () => {
      const square = array([
        [1, 5],
        [4, -2],
      ]);
      expect(centre(square, array([10, -7]))).to.almostEqual([
        [-9, 12],
        [-6, 5],
      ]);
    });

    it('centres a single sample, and none', () => {
      expect(centre(array([[6, -2]]), array([1.3, 3]))).to.almostEqual([[4.7, -5]]);
      expect(centre(zeros(0, 2), array([1.3, 3]))).to.almostEqual(zeros(0, 2));
    });

    it('reads views through their strides, and leaves them alone', () => {
      const [x, means] = [turned(samples()), array([4, 99, 3, 99, -1, 99]).step(2)];
      expect(() => centre(x, means)).to.leaveUnchanged({ x, means });
      expect(centre(x, means)).to.almostEqual([
        [-3, 7, -1],
        [0, -9, 1.5],
        [-2, 5, 8],
        [5, 0, -2.5],
      ]);
    });

    it('refuses means that are not one for each feature', () => {
      expect(() => centre(samples(), array([1, 2, 3, 4]))).to.throw(RangeError);
      expect(() => centre(samples(), zeros(1, 3))).to.throw(RangeError);
      expect(() => centre(array([1, 2]), array([1, 2]))).to.throw(RangeError);
      expect(() => centre(zeros(2, 3, 1), zeros(3))).to.throw(RangeError);
    });
  });

  describe('12.3 fitStandardizer', () => {
    it('measures the mean and the standard deviation of each feature', () => {
      // From the means (5, 0): −4, −2, 0, 6 and −7, 2, 2, 3; the squares add up to 56 and 66.
      const x = array([
        [1, -7],
        [3, 2],
        [5, 2],
        [11, 3],
      ]);
      expect(fitStandardizer(x)).to.almostEqual({
        means: array([5, 0]),
        deviations: array([sqrt(14), sqrt(16.5)]),
      });
    });

    it('gives a constant feature the deviation 1', () => {
      const x = array([
        [-7, 1, 0],
        [-7, 2, 0],
        [-7, 6, 0],
      ]);
      expect(fitStandardizer(x)).to.almostEqual({
        means: array([-7, 3, 0]),
        deviations: array([1, sqrt(14 / 3), 1]),
      });
    });

    it('knows a constant feature by its values, since the mean of three times 0.1 is not 0.1', () => {
      const x = filled([3, 2], (n, d) => (d === 0 ? 0.1 : n));
      expect(fitStandardizer(x).deviations).to.almostEqual([1, sqrt(2 / 3)]);
    });

    it('takes no feature for a constant one that varies by very little', () => {
      const { deviations } = fitStandardizer(array([[2e-20], [6e-20], [6e-20], [2e-20]]));
      expect(deviations).to.almostEqual([2e-20], { relative: 1e-9 });
    });

    it('measures small differences far from 0', () => {
      // From the mean 10⁸ + 3: −2, −1, 0, 3.
      const x = array([[1e8 + 1], [1e8 + 2], [1e8 + 3], [1e8 + 6]]);
      expect(fitStandardizer(x)).to.almostEqual({
        means: array([1e8 + 3]),
        deviations: array([sqrt(3.5)]),
      });
    });

    it('finds every feature of a single sample constant', () => {
      expect(fitStandardizer(array([[3, -8, 0.5]]))).to.almostEqual({
        means: array([3, -8, 0.5]),
        deviations: array([1, 1, 1]),
      });
    });

    it('reads a view through its strides, and leaves it alone', () => {
      const x = turned(samples());
      expect(() => fitStandardizer(x)).to.leaveUnchanged({ x });
      // 9 + 0 + 4 + 25, 39.0625 + 95.0625 + 18.0625 + 0.5625 and 6.25 + 0 + 42.25 + 16
      expect(fitStandardizer(x)).to.almostEqual({
        means: array([4, 3.75, 0.5]),
        deviations: array([sqrt(9.5), sqrt(38.1875), sqrt(16.125)]),
      });
    });

    it('refuses no samples, and what is no matrix', () => {
      expect(() => fitStandardizer(zeros(0, 3))).to.throw(RangeError);
      expect(() => fitStandardizer(array([1, 2]))).to.throw(RangeError);
    });
  });

  describe('12.4 standardize', () => {
    const measured = () => ({ means: array([1, -2, 0.5]), deviations: array([2, 4, 0.25]) });

    it('takes the means off and divides by the deviations that were fitted', () => {
      const x = array([
        [4, 2, 1.5],
        [0, -8, 0.25],
      ]);
      expect(standardize(x, measured())).to.almostEqual([
        [1.5, 1, 4],
        [-0.5, -1.5, -1],
      ]);
    });

    it('standardizes a single sample, and none', () => {
      expect(standardize(array([[7, -4, 1]]), measured())).to.almostEqual([[3, -0.5, 2]]);
      expect(standardize(zeros(0, 3), measured())).to.almostEqual(zeros(0, 3));
    });

    it('only moves a feature that was constant in the training set', () => {
      const constant = { means: array([5, -3]), deviations: array([1, 1]) };
      const x = array([
        [5, 4],
        [7.5, -3],
      ]);
      expect(standardize(x, constant)).to.almostEqual([
        [0, 7],
        [2.5, 0],
      ]);
    });

    it('has a mean and a deviation for each feature, and not for each sample', () => {
      const square = array([
        [1, 5],
        [4, -2],
      ]);
      const two = { means: array([10, -7]), deviations: array([2, 0.5]) };
      expect(standardize(square, two)).to.almostEqual([
        [-4.5, 24],
        [-3, 10],
      ]);
    });

    it('reads views through their strides, and leaves them alone', () => {
      const x = turned(samples());
      const means = array([4, 99, 3, 99, -1, 99]).step(2);
      const deviations = array([0.5, 99, 8, 99, 5, 99]).step(2);
      const call = () => standardize(x, { means, deviations });
      expect(call).to.leaveUnchanged({ x, means, deviations });
      expect(call()).to.almostEqual([
        [-6, 0.875, -0.2],
        [0, -1.125, 0.3],
        [-4, 0.625, 1.6],
        [10, 0, -0.5],
      ]);
    });

    it('refuses means or deviations that are not one for each feature', () => {
      const { means, deviations } = measured();
      expect(() => standardize(samples(), { means: zeros(2), deviations })).to.throw(RangeError);
      expect(() => standardize(samples(), { means, deviations: zeros(4) })).to.throw(RangeError);
      expect(() => standardize(array([1, 2, 3]), measured())).to.throw(RangeError);
    });
  });

  describe('12.5 fitMinMax', () => {
    it('finds the smallest value of each feature, and how far the largest is from it', () => {
      const x = array([
        [-3, 5, 2],
        [-8, 9, 2.5],
        [-4, 20, -1],
      ]);
      expect(fitMinMax(x)).to.almostEqual({
        minima: array([-8, 5, -1]),
        ranges: array([5, 15, 3.5]),
      });
    });

    it('gives a constant feature the range 1', () => {
      const x = array([
        [0.1, 3, 0],
        [0.1, -4, 0],
      ]);
      expect(fitMinMax(x)).to.almostEqual({
        minima: array([0.1, -4, 0]),
        ranges: array([1, 7, 1]),
      });
    });

    it('knows features on any scale', () => {
      const { minima, ranges } = fitMinMax(array([[-4e-20], [-1e-20]]));
      expect(minima).to.almostEqual([-4e-20], { relative: 1e-9 });
      expect(ranges).to.almostEqual([3e-20], { relative: 1e-9 });
      expect(fitMinMax(array([[1e300], [-2e300], [0]]))).to.almostEqual({
        minima: array([-2e300]),
        ranges: array([3e300]),
      });
    });

    it('finds every feature of a single sample constant', () => {
      expect(fitMinMax(array([[6, -2.5]]))).to.almostEqual({
        minima: array([6, -2.5]),
        ranges: array([1, 1]),
      });
    });

    it('reads a view through its strides, and leaves it alone', () => {
      const x = turned(samples());
      expect(() => fitMinMax(x)).to.leaveUnchanged({ x });
      expect(fitMinMax(x)).to.almostEqual({
        minima: array([1, -6, -3.5]),
        ranges: array([8, 16, 10.5]),
      });
    });

    it('refuses no samples, and what is no matrix', () => {
      expect(() => fitMinMax(zeros(0, 3))).to.throw(RangeError);
      expect(() => fitMinMax(array([1, 2]))).to.throw(RangeError);
    });
  });

  describe('12.6 scaleMinMax', () => {
    const measured = () => ({ minima: array([-8, 5, -1]), ranges: array([5, 16, 2]) });

    it('takes the minimum off and divides by the range that was fitted', () => {
      const x = array([
        [-5.5, 9, 0.5],
        [-7, 19, -0.5],
      ]);
      expect(scaleMinMax(x, measured())).to.almostEqual([
        [0.5, 0.25, 0.75],
        [0.2, 0.875, 0.25],
      ]);
    });

    it('lets values beyond the training set leave [0, 1]', () => {
      expect(scaleMinMax(array([[7, -3, 2]]), measured())).to.almostEqual([[3, -0.5, 1.5]]);
    });

    it('only moves a feature that was constant in the training set', () => {
      const constant = { minima: array([5, -3]), ranges: array([1, 1]) };
      expect(scaleMinMax(array([[5, 4]]), constant)).to.almostEqual([[0, 7]]);
    });

    it('has a minimum and a range for each feature, and not for each sample', () => {
      const square = array([
        [1, 5],
        [4, -2],
      ]);
      const two = { minima: array([-2, 4]), ranges: array([4, 10]) };
      expect(scaleMinMax(square, two)).to.almostEqual([
        [0.75, 0.1],
        [1.5, -0.6],
      ]);
    });

    it('reads views through their strides, and leaves them alone', () => {
      const x = turned(samples());
      const minima = array([-1, 99, -6, 99, -4, 99]).step(2);
      const ranges = array([20, 99, 32, 99, 8, 99]).step(2);
      const call = () => scaleMinMax(x, { minima, ranges });
      expect(call).to.leaveUnchanged({ x, minima, ranges });
      expect(call()).to.almostEqual([
        [0.1, 0.5, 0.25],
        [0.25, 0, 0.5625],
        [0.15, 0.4375, 1.375],
        [0.5, 0.28125, 0.0625],
      ]);
      expect(scaleMinMax(zeros(0, 3), measured())).to.almostEqual(zeros(0, 3));
    });

    it('refuses minima or ranges that are not one for each feature', () => {
      const { minima, ranges } = measured();
      expect(() => scaleMinMax(samples(), { minima: zeros(2), ranges })).to.throw(RangeError);
      expect(() => scaleMinMax(samples(), { minima, ranges: zeros(4) })).to.throw(RangeError);
      expect(() => scaleMinMax(array([1, 2, 3]), measured())).to.throw(RangeError);
    });
  });

  describe('12.7 localNormalize', () => {
    const wide = () =>
      array([
        [1, 3, 8, 2, 6],
        [5, 7, 0, 4, 10],
      ]);
    // Its windows of 3×3 are columns 0 and 1, then three columns each, then the last two. Their squared distances from
    // the mean add up to 20, 52, 46, 70 and 35.
    const means = [4, 4, 4, 5, 5.5];
    const variances = [20 / 4, 52 / 6, 46 / 6, 70 / 6, 35 / 4];
    const normalized = (epsilon: number) =>
      filled([2, 5], (i, j) => (wide().get(i, j) - means[j]!) / (sqrt(variances[j]!) + epsilon));

    it('measures each pixel by the mean and the deviation of what surrounds it', () => {
      // ε lies between the deviations, of which the smallest is √5 and the largest 3.4.
      expect(localNormalize(wide(), { size: 3, epsilon: 3 })).to.almostEqual(normalized(3));
    });

    // Windows of 5 in one row: 2, 4, 9 | 2, 4, 9, 1 | 2, 4, 9, 1, 6 | 4, 9, 1, 6, 3 | 9, 1, 6, 3 | 1, 6, 3.
    const line = [2, 4, 9, 1, 6, 3];
    const lineMeans = [5, 4, 4.4, 4.6, 4.75, 10 / 3];
    const lineVariances = [26 / 3, 9.5, 8.24, 7.44, 9.1875, 38 / 9];
    const fromLine = (epsilon: number) =>
      line.map((pixel, j) => (pixel - lineMeans[j]!) / (sqrt(lineVariances[j]!) + epsilon));

    it('has the pixel in the middle of a window of any odd size', () => {
      const found = localNormalize(array([line]), { size: 5, epsilon: 0.5 });
      expect(found).to.almostEqual([fromLine(0.5)]);
    });

    it('looks along columns as along rows', () => {
      const upright = array(line.map((pixel) => [pixel]));
      const expected = fromLine(0.125).map((value) => [value]);
      expect(localNormalize(upright, { size: 5, epsilon: 0.125 })).to.almostEqual(expected);
    });

    it('sees no farther than the window reaches', () => {
      // A window of 3 around the dot sees one 9 and eight times 0, or fewer of them at the border.
      const image = zeros(4, 6);
      image.set(1, 4, 9);
      const near = (zeroes: number) => {
        const mean = 9 / (zeroes + 1);
        return -mean / (sqrt((81 * zeroes) / (zeroes + 1) ** 2) + 1);
      };
      const dot = 8 / (sqrt(8) + 1);
      expect(localNormalize(image, { size: 3, epsilon: 1 })).to.almostEqual([
        [0, 0, 0, near(5), near(5), near(3)],
        [0, 0, 0, near(8), dot, near(5)],
        [0, 0, 0, near(8), near(8), near(5)],
        [0, 0, 0, 0, 0, 0],
      ]);
    });

    it('sees the whole image through a window that is larger', () => {
      // Mean 4.6 for all of them, and variance 30.4 − 4.6².
      const found = localNormalize(wide(), { size: 9, epsilon: 0.75 });
      const expected = map(wide(), (pixel) => (pixel - 4.6) / (sqrt(9.24) + 0.75));
      expect(found).to.almostEqual(expected);
    });

    it('is 0 in an even area, and for a window of one pixel', () => {
      const even = localNormalize(
        filled([2, 4], () => 5),
        { size: 3, epsilon: 1e-8 },
      );
      expect(even).to.almostEqual(zeros(2, 4));
      expect(localNormalize(wide(), { size: 1, epsilon: 1e-3 })).to.almostEqual(zeros(2, 5));
    });

    it('is the same in bright and in dim light, in strong and in weak contrast', () => {
      const bright = map(wide(), (pixel) => 1e6 + pixel);
      const weak = map(wide(), (pixel) => pixel / 64 - 3);
      const exact = { absolute: 1e-8 };
      const options = { size: 3, epsilon: 1e-12 };
      expect(localNormalize(bright, options)).to.almostEqual(normalized(0), exact);
      expect(localNormalize(weak, options)).to.almostEqual(normalized(0), exact);
    });

    it('reads a view through its strides, and leaves it alone', () => {
      const image = turned(wide());
      const call = () => localNormalize(image, { size: 3, epsilon: 0.375 });
      expect(call).to.leaveUnchanged({ image });
      expect(call()).to.almostEqual(normalized(0.375));
      const none = localNormalize(zeros(0, 3), { size: 3, epsilon: 0.375 });
      expect(none).to.almostEqual(zeros(0, 3));
    });

    it('refuses a window that has no pixel in its middle, and what is no image', () => {
      for (const size of [2, 0, -3, 2.5]) {
        expect(() => localNormalize(wide(), { size, epsilon: 1 }), `${size}`).to.throw(RangeError);
      }
      expect(() => localNormalize(array([1, 2]), { size: 3, epsilon: 1 })).to.throw(RangeError);
    });
  });

  describe('12.8 covariance', () => {
    it('is the mean product of what two features are away from their means', () => {
      // From the means (1, −2): (6, 8), (−6, −8), (−4, 3), (4, −3).
      expect(covariance(plane())).to.almostEqual([
        [26, 18],
        [18, 36.5],
      ]);
    });

    it('has a row and a column for each feature', () => {
      expect(covariance(space())).to.almostEqual(spaceCovariance());
    });

    it('is taken over the samples where there are as many features, too', () => {
      // From the means (2, 2): (−1, 3) and (1, −3).
      const square = array([
        [1, 5],
        [3, -1],
      ]);
      expect(covariance(square)).to.almostEqual([
        [1, -3],
        [-3, 9],
      ]);
    });

    it('measures small differences far from 0', () => {
      const far = map(plane(), (value) => 1e8 + value);
      expect(covariance(far)).to.almostEqual([
        [26, 18],
        [18, 36.5],
      ]);
    });

    it('is 0 for a single sample, and for a feature that is constant', () => {
      expect(covariance(array([[3, -8, 0.5]]))).to.almostEqual(zeros(3, 3));
      const constant = array([
        [1, 4],
        [7, 4],
        [10, 4],
      ]);
      // From the means (6, 4): 25 + 1 + 16 in the first.
      expect(covariance(constant)).to.almostEqual([
        [14, 0],
        [0, 0],
      ]);
    });

    it('reads a view through its strides, and leaves it alone', () => {
      const x = turned(space());
      expect(() => covariance(x)).to.leaveUnchanged({ x });
      expect(covariance(x)).to.almostEqual(spaceCovariance());
    });

    it('refuses no samples, and what is no matrix', () => {
      expect(() => covariance(zeros(0, 3))).to.throw(RangeError);
      expect(() => covariance(array([1, 2]))).to.throw(RangeError);
    });
  });

  describe('12.9 principalComponents', () => {
    /**
     * Asks for what makes components right whatever their signs and, where variances are equal, whatever directions were
     * taken: they are eigenvectors of the covariance, at right angles to each other, and of length 1.
     */
    function expectComponents(
      found: PrincipalComponents,
      expected: { means: number[]; covariance: Tensor; variances: number[] },
    ): void {
      const { means, covariance: C, variances } = expected;
      expect(found).to.almostEqual({ means: array(means), variances: array(variances) });
      const V = found.components;
      expect(V).to.have.arrayShape([means.length, means.length]);
      const angles = matrixProduct(V.transpose(1, 0), V);
      const identity = filled(V.shape, (i, j) => (i === j ? 1 : 0));
      expect(angles, 'the products of the columns with each other').to.almostEqual(identity);
      const stretched = filled(V.shape, (d, k) => V.get(d, k) * variances[k]!);
      const exact = { absolute: 1e-10 * variances[0]! };
      expect(matrixProduct(C, V), 'the covariance times each column').to.almostEqual(
        stretched,
        exact,
      );
    }

    it('has the directions in which the samples vary as columns', () => {
      expectComponents(principalComponents(plane()), {
        means: [1, -2],
        // The first column is (0.6, 0.8) or its opposite, the second (−0.8, 0.6) or its opposite.
        covariance: array([
          [26, 18],
          [18, 36.5],
        ]),
        variances: [50, 12.5],
      });
    });

    it('has the direction first in which they vary most', () => {
      expectComponents(principalComponents(space()), {
        means: [10, -4, 1],
        covariance: spaceCovariance(),
        variances: [27, 12, 3],
      });
    });

    it('may choose directions where variances are equal', () => {
      // ±(2, 1, 2) and ±(−2, 2, 1) and ±(2, 4, −4): two are 3 long, and one 6.
      const weak = array([
        [2, 1, 2],
        [-2, -1, -2],
        [-2, 2, 1],
        [2, -2, -1],
        [2, 4, -4],
        [-2, -4, 4],
      ]);
      // A third of 4 + 4 + 4, 2 − 4 + 8, 4 − 2 − 8; 1 + 4 + 16, 2 + 2 − 16; 4 + 1 + 16
      const C = array([
        [4, 2, -2],
        [2, 7, -4],
        [-2, -4, 7],
      ]);
      expectComponents(principalComponents(weak), {
        means: [0, 0, 0],
        covariance: C,
        variances: [12, 3, 3],
      });
      const even = array([
        [4, 1],
        [-4, 1],
        [0, 5],
        [0, -3],
      ]);
      expectComponents(principalComponents(even), {
        means: [0, 1],
        covariance: array([
          [8, 0],
          [0, 8],
        ]),
        variances: [8, 8],
      });
    });

    it('has as many components as features, with few samples too, and no variance below 0', () => {
      // ±(2, 1, 2, 4) from (5, 6, 7, 8): 25 along this line, and nothing beside it.
      const two = array([
        [7, 7, 9, 12],
        [3, 5, 5, 4],
      ]);
      const found = principalComponents(two);
      const along = [2, 1, 2, 4];
      expectComponents(found, {
        means: [5, 6, 7, 8],
        covariance: filled([4, 4], (i, j) => along[i]! * along[j]!),
        variances: [25, 0, 0, 0],
      });
      for (let k = 0; k < 4; k++) expect(found.variances.get(k), `variance ${k}`).to.be.least(0);
    });

    it('knows a single feature, and a single sample', () => {
      // From the mean 4: −3, −2, 5.
      expectComponents(principalComponents(array([[1], [2], [9]])), {
        means: [4],
        covariance: array([[38 / 3]]),
        variances: [38 / 3],
      });
      expectComponents(principalComponents(array([[3, -8]])), {
        means: [3, -8],
        covariance: zeros(2, 2),
        variances: [0, 0],
      });
    });

    it('finds the same directions on a tiny scale', () => {
      const tiny = map(space(), (value) => value * 1e-3);
      expectComponents(principalComponents(tiny), {
        means: [0.01, -0.004, 0.001],
        covariance: map(spaceCovariance(), (value) => value * 1e-6),
        variances: [27e-6, 12e-6, 3e-6],
      });
    });

    it('reads a view through its strides, and leaves it alone', () => {
      const x = turned(space());
      expect(() => principalComponents(x)).to.leaveUnchanged({ x });
      expectComponents(principalComponents(x), {
        means: [10, -4, 1],
        covariance: spaceCovariance(),
        variances: [27, 12, 3],
      });
    });

    it('refuses no samples, no features, and what is no matrix', () => {
      expect(() => principalComponents(zeros(0, 3))).to.throw(RangeError);
      expect(() => principalComponents(zeros(3, 0))).to.throw(RangeError);
      expect(() => principalComponents(array([1, 2]))).to.throw(RangeError);
    });
  });

  describe('12.10 project', () => {
    it('tells how far samples lie along the first components, from the means', () => {
      expect(project(others(), fitted(27, 12, 3), 2)).to.almostEqual([
        [-1, 11],
        [-4, -1],
        [7, 4],
      ]);
    });

    it('keeps all components, one, or none', () => {
      const pca = fitted(27, 12, 3);
      expect(project(others(), pca, 3)).to.almostEqual([
        [-1, 11, -2],
        [-4, -1, 1],
        [7, 4, 5],
      ]);
      expect(project(others(), pca, 1)).to.almostEqual([[-1], [-4], [7]]);
      expect(project(others(), pca, 0)).to.almostEqual(zeros(3, 0));
    });

    it('projects a single sample, and none', () => {
      const pca = fitted(27, 12, 3);
      expect(project(array([[10, -1, 4]]), pca, 2)).to.almostEqual([[3, 0]]);
      expect(project(zeros(0, 3), pca, 2)).to.almostEqual(zeros(0, 2));
    });

    it('reads views through their strides, and leaves them alone', () => {
      const x = turned(others());
      const means = array([10, 99, -4, 99, 1, 99]).step(2);
      const pca = { ...fitted(27, 12, 3), means, components: turned(directions()) };
      expect(() => project(x, pca, 2)).to.leaveUnchanged({ x, pca });
      expect(project(x, pca, 2)).to.almostEqual([
        [-1, 11],
        [-4, -1],
        [7, 4],
      ]);
    });

    it('refuses a number of components that there are not, and other features', () => {
      const pca = fitted(27, 12, 3);
      for (const count of [4, -1, 1.5]) {
        expect(() => project(others(), pca, count), `${count}`).to.throw(RangeError);
      }
      expect(() => project(plane(), pca, 1)).to.throw(RangeError);
      expect(() => project(array([1, 2, 3]), pca, 1)).to.throw(RangeError);
      expect(() => project(others(), { ...pca, components: zeros(2, 2) }, 1)).to.throw(RangeError);
      expect(() => project(others(), { ...pca, means: zeros(4) }, 1)).to.throw(RangeError);
    });
  });

  describe('12.11 reconstruct', () => {
    it('goes as far along each component as z says, from the means', () => {
      // −1 · (−2, 2, 1) / 3 + 11 · (1, 2, −2) / 3 and −4 · (−2, 2, 1) / 3 − (1, 2, −2) / 3, and (10, −4, 1)
      const z = array([
        [-1, 11],
        [-4, -1],
      ]);
      expect(reconstruct(z, fitted(27, 12, 3))).to.almostEqual([
        [43 / 3, 8 / 3, -20 / 3],
        [37 / 3, -22 / 3, 1 / 3],
      ]);
    });

    it('gives samples back from all components', () => {
      const z = array([
        [-1, 11, -2],
        [-4, -1, 1],
        [7, 4, 5],
      ]);
      expect(reconstruct(z, fitted(27, 12, 3))).to.almostEqual(others());
    });

    it('knows one component, none, and no samples', () => {
      const pca = fitted(27, 12, 3);
      expect(reconstruct(array([[6]]), pca)).to.almostEqual([[6, 0, 3]]);
      expect(reconstruct(zeros(2, 0), pca)).to.almostEqual([
        [10, -4, 1],
        [10, -4, 1],
      ]);
      expect(reconstruct(zeros(0, 2), pca)).to.almostEqual(zeros(0, 3));
    });

    it('reads views through their strides, and leaves them alone', () => {
      const z = turned(
        array([
          [-1, 11, -2],
          [7, 4, 5],
        ]),
      );
      const means = array([10, 99, -4, 99, 1, 99]).step(2);
      const pca = { ...fitted(27, 12, 3), means, components: turned(directions()) };
      expect(() => reconstruct(z, pca)).to.leaveUnchanged({ z, pca });
      expect(reconstruct(z, pca)).to.almostEqual([
        [13, 2, -8],
        [10, 5, 4],
      ]);
    });

    it('refuses more columns than there are components, and what is no matrix', () => {
      expect(() => reconstruct(zeros(2, 4), fitted(27, 12, 3))).to.throw(RangeError);
      expect(() => reconstruct(array([1, 2]), fitted(27, 12, 3))).to.throw(RangeError);
    });
  });

  describe('12.12 explainedVariance', () => {
    it('is the share that each variance has in their sum', () => {
      expect(explainedVariance(array([12, 6, 1.5, 0.5]))).to.almostEqual([0.6, 0.3, 0.075, 0.025]);
    });

    it('is 0 where a direction does not vary, and everywhere if none does', () => {
      expect(explainedVariance(array([3, 1, 0]))).to.almostEqual([0.75, 0.25, 0]);
      expect(explainedVariance(zeros(3))).to.almostEqual([0, 0, 0]);
    });

    it('is the whole for a single one, and nothing for none', () => {
      expect(explainedVariance(array([7]))).to.almostEqual([1]);
      expect(explainedVariance(zeros(0))).to.almostEqual([]);
    });

    it('knows variances on a tiny scale', () => {
      expect(explainedVariance(array([16e-20, 4e-20]))).to.almostEqual([0.8, 0.2]);
    });

    it('reads a view through its strides, and leaves it alone', () => {
      const variances = array([5, 99, 4, 99, 1, 99]).step(2);
      expect(() => explainedVariance(variances)).to.leaveUnchanged({ variances });
      expect(explainedVariance(variances)).to.almostEqual([0.5, 0.4, 0.1]);
    });

    it('refuses what is no list of variances', () => {
      expect(() => explainedVariance(zeros(2, 2))).to.throw(RangeError);
    });
  });

  describe('12.13 whiten', () => {
    it('divides each component by the root of its variance and ε', () => {
      // With ε = 1 the roots are 3, 2 and 1.
      expect(whiten(others(), fitted(8, 3, 0), 1)).to.almostEqual([
        [-1 / 3, 5.5, -2],
        [-4 / 3, -0.5, 1],
        [7 / 3, 2, 5],
      ]);
    });

    it('gives the training set a variance of 1 in every direction', () => {
      const components = array([
        [0.6, -0.8],
        [0.8, 0.6],
      ]);
      const pca = { means: array([1, -2]), components, variances: array([50, 12.5]) };
      const one = sqrt(2);
      // Two of four samples are √2 away from 0 in each direction: 2 · 2 / 4 = 1.
      expect(whiten(plane(), pca, 1e-12)).to.almostEqual([
        [one, 0],
        [-one, 0],
        [0, one],
        [0, -one],
      ]);
    });

    it('stays finite where the training set does not vary', () => {
      // Along the last direction (2, 1, 2) / 3 the first sample is as the training set was, and the second 3 away.
      const x = array([
        [4, 2, 4],
        [12, -3, 3],
      ]);
      const exact = { absolute: 1e-8 };
      expect(whiten(x, fitted(81, 4, 0), 1e-4)).to.almostEqual(
        [
          [9 / sqrt(81.0001), 0, 0],
          [0, 0, 300],
        ],
        exact,
      );
    });

    it('whitens a single sample, and none', () => {
      // ε = 0.25 makes 2.25, 6.25 and 0.25 of the variances.
      const pca = fitted(2, 6, 0);
      expect(whiten(array([[10, 5, 4]]), pca, 0.25)).to.almostEqual([[14 / 3, 1.6, 10]]);
      expect(whiten(zeros(0, 3), pca, 0.25)).to.almostEqual(zeros(0, 3));
    });

    it('reads views through their strides, and leaves them alone', () => {
      const x = turned(others());
      const means = array([10, 99, -4, 99, 1, 99]).step(2);
      const variances = array([8, 99, 3, 99, 0, 99]).step(2);
      const pca = { means, components: turned(directions()), variances };
      expect(() => whiten(x, pca, 1)).to.leaveUnchanged({ x, pca });
      expect(whiten(x, pca, 1)).to.almostEqual([
        [-1 / 3, 5.5, -2],
        [-4 / 3, -0.5, 1],
        [7 / 3, 2, 5],
      ]);
    });

    it('refuses components of other features', () => {
      const pca = fitted(8, 3, 0);
      expect(() => whiten(plane(), pca, 1)).to.throw(RangeError);
      expect(() => whiten(others(), { ...pca, variances: zeros(2) }, 1)).to.throw(RangeError);
      expect(() => whiten(others(), { ...pca, means: zeros(2) }, 1)).to.throw(RangeError);
      expect(() => whiten(others(), { ...pca, components: zeros(3, 2) }, 1)).to.throw(RangeError);
      expect(() => whiten(array([1, 2, 3]), pca, 1)).to.throw(RangeError);
    });
  });
});
