/** Who computes the gradients: one engine, or several that share a batch (see node/thread-team.ts). */
import { batchOf, type Digits, type Draw } from './digits.ts';
import type { adamStep } from './adam.ts';
import type { Engine } from './engine.ts';

/** The digits of a run. */
export interface Data {
  train: Digits;
  /** Digits that nothing is trained on. */
  heldOut: Digits;
}

/** Computes with parameters that it was made with; whoever changes those does so between two calls. */
export interface Team {
  /**
   * The gradient of the loss of some training digits.
   *
   * @param gradient where it is written: the mean over the digits
   * @returns the loss, the mean over the digits
   */
  gradient(draw: Draw, gradient: Float32Array): Promise<number>;
  /** A step of the optimizer, where the team has a faster one than adam.ts. */
  adamStep?: typeof adamStep;
  /** The logits of digits, shape (N · 10). */
  logits(set: keyof Data, draw: Draw): Promise<Float32Array>;
  /** The first layer whose output is not finite for some training digits, if there is one. */
  firstNotFinite(draw: Draw): Promise<string | undefined>;
}

/** One engine in this thread. */
export function soloTeam(engine: Engine, data: Data, parameters: Float32Array): Team {
  return {
    gradient: async (draw, gradient) =>
      engine.gradient(parameters, batchOf(data.train, draw), gradient),
    logits: async (set, draw) => engine.logits(parameters, batchOf(data[set], draw).images),
    firstNotFinite: async (draw) =>
      engine.firstNotFinite(parameters, batchOf(data.train, draw).images),
  };
}
