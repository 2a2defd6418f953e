import { scatter, type Curve, type LabelledPoints, type ScatterOptions } from './scatter.ts';

/** What a caller of `spirals` may choose. */
export interface SpiralsOptions extends ScatterOptions {
  /** How often each arm winds around the centre: a finite number, 1.5 unless given. */
  turns?: number;
}

/**
 * Two spirals that wind into each other, a classic that no straight line and no small network can
 * separate: Lang and Witbrock, "Learning to tell two spirals apart" (1988); the playground of
 * TensorFlow has them too (https://playground.tensorflow.org).
 *
 * Both arms are Archimedean, (s·cos φ, s·sin φ) with φ = 2π·turns·s for class 0, and half a turn
 * further, φ + π, for class 1; s runs from 0 to 1, so without noise all points lie in the unit disc.
 *
 * @param random uniform in [0, 1), for instance `seededRandom(1)`
 * @param options samplesPerClass (100), noise (0.02) and turns (1.5)
 * @returns x of shape (2·samplesPerClass, 2), and labels 0 and 1 in turn
 * @throws RangeError when samplesPerClass, noise or turns is out of range
 */
export function spirals(random: () => number, options: SpiralsOptions = {}): LabelledPoints {
  const { samplesPerClass = 100, noise = 0.02, turns = 1.5 } = options;
  if (!Number.isFinite(turns)) {
    throw new RangeError(
      `spirals: turns is ${turns}; it must be a finite number, so give one such as 1.5`,
    );
  }
  const arm =
    (start: number): Curve =>
    (s) => {
      const angle = start + 2 * Math.PI * turns * s;
      return [s * Math.cos(angle), s * Math.sin(angle)];
    };
  return scatter('spirals', [arm(0), arm(Math.PI)], { samplesPerClass, noise }, random);
}
