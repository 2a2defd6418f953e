import { labels as labelsOf, zeros, type Labels, type Tensor } from '#arrays';
import { normal } from './random.ts';

/** A point of the plane. */
export type Point = readonly [x: number, y: number];

/** A curve in the plane: the point it has reached at s, which runs from 0 to 1. */
export type Curve = (s: number) => Point;

/** Points of the plane and the class of each. */
export interface LabelledPoints {
  /** One point a row: shape (N, 2). Plain coordinates without a unit. */
  x: Tensor;
  /** The class of each point: shape (N). */
  labels: Labels;
}

/** What every generator of points lets its caller choose. */
export interface ScatterOptions {
  /** How many points each class gets: a whole number, at least 1. */
  samplesPerClass?: number;
  /** The standard deviation of the normal noise added to each coordinate: at least 0. */
  noise?: number;
}

/**
 * Points scattered about curves, one class a curve; the spirals, the moons and the blobs are made of it.
 *
 * Point i of n on a curve is taken at s = (i + ½)/n, the middle of the i-th of n equal pieces, and
 * normal noise is added to both coordinates. The classes take turns, 0, 1, 2, 0, 1, 2, …, so that the
 * first rows are a fair sample too.
 *
 * @param operation the generator that is speaking, for the message
 * @param curves one curve a class, C of them
 * @param options how many points and how much noise
 * @param random uniform in [0, 1); two normal draws a point are taken, without noise as well, so that
 *   the amount of noise does not change which draws a point gets
 * @returns x of shape (C·samplesPerClass, 2) and labels 0 to C − 1
 * @throws RangeError when samplesPerClass or noise is out of range
 */
export function scatter(
  operation: string,
  curves: readonly Curve[],
  { samplesPerClass, noise }: Required<ScatterOptions>,
  random: () => number,
): LabelledPoints {
  if (!Number.isSafeInteger(samplesPerClass) || samplesPerClass < 1) {
    throw new RangeError(
      `${operation}: samplesPerClass is ${samplesPerClass}; it must be a whole number of at least 1, so ask for 1 or more`,
    );
  }
  if (!(noise >= 0 && noise < Infinity)) {
    throw new RangeError(
      `${operation}: noise is ${noise}; a standard deviation must be finite and at least 0, so give 0 for none`,
    );
  }
  const x = zeros(samplesPerClass * curves.length, 2);
  const classes: number[] = [];
  for (let i = 0; i < samplesPerClass; i++) {
    curves.forEach((curve, label) => {
      const row = classes.push(label) - 1;
      curve((i + 0.5) / samplesPerClass).forEach((coordinate, axis) => {
        x.set(row, axis, coordinate + noise * normal(random));
      });
    });
  }
  return { x, labels: labelsOf(classes) };
}
