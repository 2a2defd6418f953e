/** What a network has learned and measured as tensors of a file, in float32: half the size, and seven digits of each number. */
import ndarray from 'ndarray';
import { copy, shapeText, type Tensor } from '#arrays';
import type { Params } from '#lessons/06-training';
import type { WeightsFile } from '../weights.ts';
import type { Layer } from './layer.ts';

/** A layer, a network, or anything else with parameters. */
type Parametrized = Pick<Layer, 'params'> & Partial<Pick<Layer, 'measured'>>;

/** The parameters of a network, and what its layers have measured, under their names. */
export function storedParams({ params, measured }: Parametrized): WeightsFile['tensors'] {
  return Object.fromEntries(
    Object.entries({ ...params, ...measured }).map(([name, array]) => [
      name,
      { shape: array.shape, data: Float32Array.from(copy(array).data) },
    ]),
  );
}

/**
 * Puts stored parameters into a network of the same layers.
 *
 * @throws RangeError when one is missing or has another shape
 */
export function restoreParams(network: Parametrized, stored: WeightsFile['tensors']): void {
  const restored = (params: Params): Params =>
    Object.fromEntries(
      Object.entries(params).map(([name, { shape }]) => [name, tensorOf(stored, name, shape)]),
    );
  // Both are read before either is changed, so that a refusal leaves the network as it was.
  const [params, measured] = [restored(network.params), restored(network.measured ?? {})];
  network.params = params;
  if (network.measured !== undefined) network.measured = measured;
}

function tensorOf(stored: WeightsFile['tensors'], name: string, shape: readonly number[]): Tensor {
  const found = stored[name];
  if (found === undefined || String(found.shape) !== String(shape)) {
    throw new RangeError(
      `restoreParams: the network's ${name} is ${shapeText(shape)} and the stored one is ` +
        `${found === undefined ? 'missing' : shapeText(found.shape)}; build the network with the sizes that it was stored with`,
    );
  }
  return ndarray(Float64Array.from(found.data), [...shape]);
}
