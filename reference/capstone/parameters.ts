/** The network's parameters in a file of weights, wherever its bytes come from. */
import type { WeightsFile } from '../weights.ts';
import { PARAMETER_COUNT, PARAMETERS } from './network.ts';

/**
 * Takes the parameters out of a file of weights.
 *
 * @param file what it holds: a tensor for each parameter, under its name
 * @param name what the file is called, for the message
 * @returns all of them, flat, as in network.ts
 * @throws Error when it has not this network's parameters
 */
export function parametersIn({ tensors }: WeightsFile, name: string): Float32Array {
  const flat = new Float32Array(PARAMETER_COUNT);
  for (const { name: parameter, shape, offset } of PARAMETERS) {
    const tensor = tensors[parameter];
    if (tensor === undefined || tensor.shape.join() !== shape.join()) {
      throw new Error(
        `loadWeights: ${name} has ${tensor === undefined ? `no ${parameter}` : `${parameter} of shape (${tensor.shape.join(', ')})`} and must have ${parameter} of shape (${shape.join(', ')}); give the weights.safetensors that a run wrote`,
      );
    }
    flat.set(tensor.data, offset);
  }
  return flat;
}
