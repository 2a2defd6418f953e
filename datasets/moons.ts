import { scatter, type LabelledPoints, type ScatterOptions } from './scatter.ts';

/**
 * Two half moons that reach into each other, as in scikit-learn's `make_moons`
 * (https://scikit-learn.org/stable/modules/generated/sklearn.datasets.make_moons.html): two classes
 * that a bent line separates and a straight one does not.
 *
 * Class 0 is the upper half of the unit circle, (cos πs, sin πs); class 1 is a lower half, moved
 * right and up, (1 − cos πs, ½ − sin πs); s runs from 0 to 1. So without noise the first coordinate
 * lies between −1 and 2 and the second between −½ and 1.
 *
 * @param random uniform in [0, 1), for instance `seededRandom(1)`
 * @param options samplesPerClass (100) and noise (0.1)
 * @returns x of shape (2·samplesPerClass, 2), and labels 0 and 1 in turn
 * @throws RangeError when samplesPerClass or noise is out of range
 */
export function moons(random: () => number, options: ScatterOptions = {}): LabelledPoints {
  const { samplesPerClass = 100, noise = 0.1 } = options;
  return scatter(
    'moons',
    [
      (s) => [Math.cos(Math.PI * s), Math.sin(Math.PI * s)],
      (s) => [1 - Math.cos(Math.PI * s), 0.5 - Math.sin(Math.PI * s)],
    ],
    { samplesPerClass, noise },
    random,
  );
}
