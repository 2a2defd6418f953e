/** What every contender is given, wherever it runs. */
import { seededRandom } from '../../datasets/random.ts';
import { CLASSES, PIXELS } from '../../reference/capstone/network.ts';

/** A network that can be timed. */
export interface Contender {
  /** Takes a training step on a batch of random images. */
  train(): Promise<void>;
  /** Computes the logits of a batch of random images. */
  infer(): Promise<void>;
}

/** Makes a contender for a batch size. */
export type MakeContender = (batch: number) => Promise<Contender>;

/** Random pictures, about as dark as digits, and random classes. */
export function randomBatch(batch: number): { pixels: Uint8Array; labels: Uint8Array } {
  const random = seededRandom(1);
  const pixels = Uint8Array.from({ length: batch * PIXELS }, () =>
    random() < 0.2 ? 256 * random() : 0,
  );
  return { pixels, labels: Uint8Array.from({ length: batch }, () => CLASSES * random()) };
}
