/** Saves a run so that it can go on, and its weights so that they can be used. Both are safetensors files. */
import { asNetwork, PARAMETER_COUNT, PARAMETERS } from '../network.ts';
import { parametersIn } from '../parameters.ts';
import type { Progress, Settings } from '../training.ts';
import { readTensors, writeTensors } from '../../node/weights-file.ts';
import type { WeightsFile } from '../../weights.ts';

/** A saved run. */
export interface Checkpoint {
  progress: Progress;
  settings: Settings;
  /** Which digits it is trained on, so that it doesn't go on with others. */
  digits: string;
}

const STATE = ['parameters', 'm', 'v'] as const;

/** Writes a checkpoint so that whoever finds the file finds all of it. */
export function saveCheckpoint(file: string, { progress, settings, digits }: Checkpoint): void {
  const { step, history, lossSum, seconds } = progress;
  writeTensors(file, {
    tensors: Object.fromEntries(
      STATE.map((name) => [name, { shape: [PARAMETER_COUNT], data: progress[name] }]),
    ),
    metadata: {
      chainrule: 'checkpoint 1',
      digits,
      settings: JSON.stringify(settings),
      progress: JSON.stringify({ step, history, lossSum, seconds }),
    },
  });
}

/**
 * Reads a checkpoint.
 *
 * @throws Error when the file is not there, or no whole checkpoint
 */
export function loadCheckpoint(file: string): Checkpoint {
  const { tensors, metadata } = readTensors(file);
  const { chainrule, digits, settings, progress } = metadata;
  const state = STATE.map((name) => tensors[name]?.data);
  if (
    chainrule !== 'checkpoint 1' ||
    digits === undefined ||
    settings === undefined ||
    progress === undefined ||
    state.some((data) => data?.length !== PARAMETER_COUNT)
  ) {
    throw new Error(
      `loadCheckpoint: ${file} is no checkpoint of this network; give the checkpoint.safetensors that a run wrote`,
    );
  }
  const saved = JSON.parse(settings) as Omit<Settings, 'warp'> & Partial<Settings>;
  const [parameters, m, v] = state as [Float32Array, Float32Array, Float32Array];
  return {
    progress: {
      ...(JSON.parse(progress) as Omit<Progress, (typeof STATE)[number]>),
      parameters,
      m,
      v,
    },
    // Runs that were saved before there were warps have none.
    settings: { ...saved, warp: saved.warp ?? 0 },
    digits,
  };
}

/** Writes the parameters under their names: W1 of shape (16, 1, 3, 3), b1 and so on. */
export function saveWeights(
  file: string,
  parameters: Float32Array,
  metadata: WeightsFile['metadata'],
): void {
  const network = asNetwork(parameters);
  const tensors = PARAMETERS.map(({ name, shape }) => [name, { shape, data: network[name].data }]);
  writeTensors(file, {
    tensors: Object.fromEntries(tensors) as WeightsFile['tensors'],
    metadata: { ...metadata, chainrule: 'weights 1' },
  });
}

/**
 * Reads the parameters of a weights file.
 *
 * @returns all of them, flat
 * @throws Error when the file is not there, or has not this network's parameters
 */
export function loadWeights(file: string): Float32Array {
  return parametersIn(readTensors(file), file);
}
