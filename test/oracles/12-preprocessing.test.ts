import { covariance as theirCovariance, Matrix, SingularValueDecomposition } from 'ml-matrix';
import { array, copy, filled, map, matrixProduct, type Tensor } from '#arrays';
import { expect } from '#checks/expect';
import * as lesson from '#lessons/12-preprocessing';
import { FLOAT32, fromTf, randomTensor, tf, toTf } from './tfjs.ts';

const x = randomTensor(7, 4, 3, 21);
const other = randomTensor(5, 4, 3, 22);

const columnsOf = (of: Tensor) => tf.moments(toTf(of), 0);
const matrixOf = (of: Tensor) => Matrix.from1DArray(of.shape[0]!, of.shape[1]!, copy(of).data);

describe('Lesson 12 beside TensorFlow.js and ml-matrix', () => {
  it('agrees on columnMeans and fitStandardizer', () => {
    const { mean, variance } = columnsOf(x);
    expect(lesson.columnMeans(x)).to.almostEqual(fromTf(mean), FLOAT32);
    expect(lesson.fitStandardizer(x)).to.almostEqual(
      { means: fromTf(mean), deviations: fromTf(tf.sqrt(variance)) },
      FLOAT32,
    );
  });

  it('agrees on centre and standardize', () => {
    const { mean, variance } = columnsOf(x);
    const moved = tf.sub(toTf(other), mean);
    const fitted = lesson.fitStandardizer(x);
    expect(lesson.centre(other, fitted.means)).to.almostEqual(fromTf(moved), FLOAT32);
    expect(lesson.standardize(other, fitted)).to.almostEqual(
      fromTf(tf.div(moved, tf.sqrt(variance))),
      FLOAT32,
    );
  });

  it('agrees on fitMinMax and scaleMinMax', () => {
    const minima = tf.min(toTf(x), 0);
    const ranges = tf.sub(tf.max(toTf(x), 0), minima);
    const fitted = lesson.fitMinMax(x);
    expect(fitted).to.almostEqual({ minima: fromTf(minima), ranges: fromTf(ranges) }, FLOAT32);
    expect(lesson.scaleMinMax(other, fitted)).to.almostEqual(
      fromTf(tf.div(tf.sub(toTf(other), minima), ranges)),
      FLOAT32,
    );
  });

  it('agrees on localNormalize', () => {
    // Their average pool leaves out what lies beyond the border, as the window here does.
    const image: tf.Tensor4D = tf.reshape(toTf(x), [1, 7, 4, 1]);
    const pooled = (of: tf.Tensor4D) => tf.avgPool(of, 3, 1, 'same');
    const means = pooled(image);
    const variances = tf.sub(pooled(tf.square(image)), tf.square(means));
    const theirs = tf.div(tf.sub(image, means), tf.add(tf.sqrt(variances), 0.5));
    expect(lesson.localNormalize(x, { size: 3, epsilon: 0.5 })).to.almostEqual(
      fromTf(tf.reshape(theirs, [7, 4])),
      { relative: 1e-4, absolute: 1e-5 },
    );
  });

  it('agrees on covariance', () => {
    // Theirs divides by N − 1.
    const theirs = theirCovariance(matrixOf(x)).mul(6 / 7);
    expect(lesson.covariance(x)).to.almostEqual(theirs.to2DArray());
  });

  const svd = new SingularValueDecomposition(matrixOf(lesson.centre(x, lesson.columnMeans(x))));
  const right = array(svd.rightSingularVectors.to2DArray());
  const variances = array(svd.diagonal.map((value) => value ** 2 / 7));

  it('agrees on principalComponents, but for signs, and on explainedVariance', () => {
    const found = lesson.principalComponents(x);
    expect(found.variances).to.almostEqual(variances);
    const sizes = map(matrixProduct(right.transpose(1, 0), found.components), Math.abs);
    expect(sizes).to.almostEqual(filled([4, 4], (i, j) => (i === j ? 1 : 0)));
    const total = svd.diagonal.reduce((sum, value) => sum + value ** 2, 0);
    const shares = svd.diagonal.map((value) => value ** 2 / total);
    expect(lesson.explainedVariance(found.variances)).to.almostEqual(shares);
  });

  it('agrees on project, reconstruct and whiten', () => {
    const { mean } = columnsOf(x);
    const moved = tf.sub(toTf(other), mean);
    const pca = { means: lesson.columnMeans(x), components: right, variances };
    const turned = tf.matMul(moved, toTf(right));
    const first = tf.slice(turned, [0, 0], [5, 2]);
    expect(lesson.project(other, pca, 2)).to.almostEqual(fromTf(first), FLOAT32);
    const kept = tf.slice(toTf(right), [0, 0], [4, 2]);
    expect(lesson.reconstruct(lesson.project(other, pca, 2), pca)).to.almostEqual(
      fromTf(tf.add(tf.matMul(first, kept, false, true), mean)),
      FLOAT32,
    );
    expect(lesson.whiten(other, pca, 0.1)).to.almostEqual(
      fromTf(tf.div(turned, tf.sqrt(tf.add(toTf(variances), 0.1)))),
      FLOAT32,
    );
  });
});
