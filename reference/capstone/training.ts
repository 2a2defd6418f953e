/**
 * How the capstone's network is trained: what a step of the training loop is for it. What it did so far is a plain
 * value, so that it can be saved after any step, and goes on from there exactly as it would have.
 */
import { WARP_SIZE } from '#datasets/distort';
import { seededRandom, shuffled } from '#datasets/random';
import { adamStep } from './adam.ts';
import { partOf, unmoved, type Digits, type Draw } from './digits.ts';
import type { AdamState } from './engine.ts';
import { CLASSES, initialParameters, PARAMETER_COUNT } from './network.ts';
import type { Data, ResidentTeam, Team } from './team.ts';
import {
  newRun,
  runEpochs,
  type RunState,
  type Surroundings,
  type Told,
} from '../training-loop.ts';

/** How to train. A run with the same settings on the same digits gives the same numbers. */
export interface Settings {
  /** How often each digit is seen, a whole number from 1. */
  epochs: number;
  /** Digits a step, a whole number from 1; the last step of an epoch may have fewer. */
  batch: number;
  /** The size of Adam's first step; it falls to 0 along half a wave of the cosine. */
  learningRate: number;
  /** For the start values, the order and the distortions: a whole number from 0 to 4294967295. */
  seed: number;
  /** Each digit is moved by up to so many pixels in both directions, anew each time. */
  shift: number;
  /** Each is turned by up to so many degrees. */
  turn: number;
  /** Each becomes larger or smaller by up to this share, at least 0 and below 1. */
  zoom: number;
  /** Places in it are moved by up to so many pixels more, neighbours by nearly the same. */
  warp: number;
}

/** What a run has come to. */
export interface Progress extends RunState, AdamState {}

/** The loss is not a number any more; nothing that follows would mean anything. */
export class DivergedError extends Error {
  override name = 'DivergedError';
}

/** A run that has not begun. */
export function newProgress(seed: number): Progress {
  return {
    ...newRun(),
    parameters: initialParameters(seededRandom(seed)),
    m: new Float32Array(PARAMETER_COUNT),
    v: new Float32Array(PARAMETER_COUNT),
  };
}

/**
 * The order in which an epoch sees the digits, and how it distorts each.
 *
 * @param count how many digits there are
 * @param epoch from 0
 */
export function epochDraw(
  count: number,
  epoch: number,
  { seed, shift, turn, zoom, warp }: Settings,
): Draw {
  // Any fixed way to make one seed of two will do.
  const random = seededRandom((seed + (epoch + 1) * 2_654_435_761) >>> 0);
  const upTo = (limit: number): number => limit * (2 * random() - 1);
  const whole = Array.from({ length: count }, (_, i) => i);
  const indices = Uint32Array.from(shuffled(whole, random));
  const moves = new Float32Array(4 * count);
  for (let i = 0; i < moves.length; i += 4) {
    moves.set([upTo(shift), upTo(shift), (upTo(turn) * Math.PI) / 180, 1 + upTo(zoom)], i);
  }
  const warps = new Float32Array(warp === 0 ? 0 : WARP_SIZE * count).map(() => upTo(warp));
  return { indices, moves, warps };
}

/** The learning rate of a step, counted from 0: half a wave of the cosine, from the full rate down to 0. */
export function rateAt(step: number, steps: number, rate: number): number {
  return (rate / 2) * (1 + Math.cos((Math.PI * step) / steps));
}

/**
 * Trains to the end of the settings' epochs, or until it is asked to stop.
 *
 * @param progress where to begin; it is changed with every step, and whole between two steps. With a team that keeps
 *   the parameters, it is whole after every epoch, and at the end; if the team fails, it is as after the last epoch
 * @param team computes with `progress.parameters`
 * @param told after each step, and after each epoch with its record
 * @returns whether all epochs are complete
 * @throws DivergedError naming the first layer whose output is not finite
 */
export async function train(
  progress: Progress,
  settings: Settings,
  { team, data, ...surroundings }: { team: Team; data: Data } & Surroundings,
  told: Told = {},
): Promise<boolean> {
  const { epochs, batch, learningRate } = settings;
  const samples = data.train.labels.length;
  const steps = Math.ceil(samples / batch);
  const gradient = new Float32Array(PARAMETER_COUNT);
  const { parameters, m, v } = progress;
  const { resident } = team;
  const draws = new Map<number, Draw>();
  const drawOf = (epoch: number): Draw => {
    if (!draws.has(epoch)) {
      draws.clear();
      draws.set(epoch, epochDraw(samples, epoch, settings));
    }
    return draws.get(epoch)!;
  };
  const learner = {
    step: async (epoch: number, i: number) => {
      const part = partOf(drawOf(epoch), i * batch, (i + 1) * batch);
      const [t, rate] = [progress.step + 1, rateAt(progress.step, steps * epochs, learningRate)];
      if (resident !== undefined) {
        const loss = await resident.step(part, t, rate);
        if (!Number.isFinite(loss)) {
          await resident.get(progress);
          await diverged(team, part, progress.step, loss);
        }
        return { loss, count: part.indices.length };
      }
      const loss = await team.gradient(part, gradient);
      if (!Number.isFinite(loss)) await diverged(team, part, progress.step, loss);
      (team.adamStep ?? adamStep)(parameters, gradient, m, v, t, rate);
      return { loss, count: part.indices.length };
    },
    accuracy: async () => {
      await resident?.get(progress);
      return (await evaluate(team, data.heldOut, batch)).accuracy;
    },
  };
  const run = (to: Told) =>
    runEpochs(progress, { epochs, samples, steps }, learner, surroundings, to);
  return resident === undefined ? run(told) : runFarAway(resident, progress, run, told);
}

/** A run whose parameters are with the team. If that fails, what it had come to after the last epoch is restored. */
async function runFarAway(
  resident: ResidentTeam,
  progress: Progress,
  run: (told: Told) => Promise<boolean>,
  told: Told,
): Promise<boolean> {
  let kept = structuredClone(progress);
  try {
    await resident.put(progress);
    const isComplete = await run({
      ...told,
      epoch: async (record) => {
        kept = structuredClone(progress);
        await told.epoch?.(record);
      },
    });
    await resident.get(progress);
    return isComplete;
  } catch (error) {
    const { parameters, m, v, ...rest } = kept;
    progress.parameters.set(parameters);
    progress.m.set(m);
    progress.v.set(v);
    Object.assign(progress, rest);
    throw error;
  }
}

async function diverged(team: Team, draw: Draw, step: number, loss: number): Promise<never> {
  const layer = await team.firstNotFinite(draw);
  const where =
    layer === undefined
      ? 'the outputs of all layers are finite, so look at the loss itself'
      : `the first layer whose output is not finite is ${layer}`;
  throw new DivergedError(
    `train: the loss of step ${step + 1} is ${loss}; ${where}. Take a smaller --rate, and if that changes nothing, check that layer's gradients`,
  );
}

/** How a team does on the held-out digits. */
export interface Evaluation {
  /** The share of digits that are given their right class. */
  accuracy: number;
  /** How many digits of each class are given which class: `confusion[right][given]`, 10×10. */
  confusion: number[][];
  /** What is given to each digit, and with what probability. */
  given: { label: number; probability: number }[];
}

/**
 * Measures on the held-out digits.
 *
 * @param batch how many digits are asked for at a time
 * @throws DivergedError when a logit is not finite
 */
export async function evaluate(team: Team, digits: Digits, batch: number): Promise<Evaluation> {
  const N = digits.labels.length;
  const given: Evaluation['given'] = [];
  for (let start = 0; start < N; start += batch) {
    const indices = Uint32Array.from({ length: Math.min(batch, N - start) }, (_, i) => start + i);
    const logits = await team.logits('heldOut', unmoved(indices));
    if (!logits.every((logit) => Number.isFinite(logit))) {
      throw new DivergedError(
        'evaluate: a logit of the held-out digits is not finite, so the last step went astray; take a smaller --rate',
      );
    }
    indices.forEach((_, n) => {
      given.push(mostLikely(logits.subarray(n * CLASSES, (n + 1) * CLASSES)));
    });
  }
  const confusion = Array.from({ length: CLASSES }, () => Array.from({ length: CLASSES }, () => 0));
  given.forEach(({ label }, i) => (confusion[digits.labels[i]!]![label]! += 1));
  const right = given.filter(({ label }, i) => label === digits.labels[i]).length;
  return { accuracy: right / N, confusion, given };
}

/** The class with the largest logit, the first one of equals, and its probability by softmax. */
function mostLikely(logits: Float32Array): { label: number; probability: number } {
  const largest = Math.max(...logits);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
  return { label: logits.indexOf(largest), probability: 1 / sum };
}
