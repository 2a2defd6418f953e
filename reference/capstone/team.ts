/** Who computes the gradients: one engine, or several that share a batch (see node/thread-team.ts). */
import { batchOf, type Digits, type Draw } from './digits.ts';
import type { adamStep } from './adam.ts';
import type { AdamState, Engine } from './engine.ts';

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
  /** Training with parameters that stay with the team, for one that is far from this memory. */
  resident?: ResidentTeam;
  /** The logits of digits, shape (N · 10). */
  logits(set: keyof Data, draw: Draw): Promise<Float32Array>;
  /** The first layer whose output is not finite for some training digits, if there is one. */
  firstNotFinite(draw: Draw): Promise<string | undefined>;
}

/** What an engine's `Resident` is, for training digits. */
export interface ResidentTeam {
  put(state: AdamState): Promise<void>;
  /** Takes a whole step, unless the loss is not finite. */
  step(draw: Draw, t: number, learningRate: number): Promise<number>;
  get(state: AdamState): Promise<void>;
}

/** One engine in this thread. */
export function soloTeam(engine: Engine, data: Data, parameters: Float32Array): Team {
  const { resident } = engine;
  return {
    ...(resident && {
      resident: {
        put: (state) => resident.put(state),
        step: (draw, t, rate) => resident.step(batchOf(data.train, draw), t, rate),
        get: (state) => resident.get(state),
      },
    }),
    gradient: async (draw, gradient) =>
      engine.gradient(parameters, batchOf(data.train, draw), gradient),
    logits: async (set, draw) => engine.logits(parameters, batchOf(data[set], draw).images),
    firstNotFinite: async (draw) =>
      engine.firstNotFinite(parameters, batchOf(data.train, draw).images),
  };
}
