import { scatter, type LabelledPoints, type Point, type ScatterOptions } from './scatter.ts';

/** What a caller of `blobs` may choose. */
export interface BlobsOptions extends ScatterOptions {
  /** The middle of each class, at least one point: (2, 0), (−1, √3) and (−1, −√3) unless given. */
  centres?: readonly Point[];
}

/** The corners of an equilateral triangle, each 2 from the origin and 2·√3 from the others. */
const TRIANGLE: readonly Point[] = [
  [2, 0],
  [-1, Math.sqrt(3)],
  [-1, -Math.sqrt(3)],
];

/**
 * Round clouds of points, one class a cloud: normally distributed about a centre with the same
 * spread in every direction, as in scikit-learn's `make_blobs`
 * (https://scikit-learn.org/stable/modules/generated/sklearn.datasets.make_blobs.html). With the
 * default centres, √12 ≈ 3.5 apart, a noise of 0.5 leaves the classes linearly separable as a rule,
 * and one of 2 mixes them.
 *
 * @param random uniform in [0, 1), for instance `seededRandom(1)`
 * @param options samplesPerClass (100), noise (0.5), which is the standard deviation of each
 *   coordinate about its centre, and centres
 * @returns x of shape (C·samplesPerClass, 2) for C centres, and labels 0 to C − 1 in turn
 * @throws RangeError when samplesPerClass or noise is out of range, when there is no centre, or when
 *   one is not two finite numbers
 */
export function blobs(random: () => number, options: BlobsOptions = {}): LabelledPoints {
  const { samplesPerClass = 100, noise = 0.5, centres = TRIANGLE } = options;
  if (centres.length === 0) {
    throw new RangeError(
      'blobs: there are no centres; every class needs one, so give at least one, such as [0, 0]',
    );
  }
  for (const [label, centre] of centres.entries()) {
    if (centre.length !== 2 || !centre.every(Number.isFinite)) {
      throw new RangeError(
        `blobs: centre ${label} is [${centre.join(', ')}]; it must be two finite numbers, such as [0, 0]`,
      );
    }
  }
  const curves = centres.map((centre) => () => centre);
  return scatter('blobs', curves, { samplesPerClass, noise }, random);
}
