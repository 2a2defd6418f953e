/** A network's parameters as tensors of a file, in float32: half the size, and seven digits of each number. */
import ndarray from 'ndarray';
import { copy, shapeText } from '#arrays';
import type { Params } from '#lessons/06-training';
import type { WeightsFile } from '../weights.ts';
import type { Layer } from './layer.ts';

/** A layer, a network, or anything else with parameters. */
type Parametrized = Pick<Layer, 'params'>;

/** The parameters of a network, under their names. */
export function storedParams({ params }: Parametrized): WeightsFile['tensors'] {
  return Object.fromEntries(
    Object.entries(params).map(([name, array]) => [
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
  const restored: Params = {};
  for (const [name, { shape }] of Object.entries(network.params)) {
    const found = stored[name];
    if (found === undefined || String(found.shape) !== String(shape)) {
      throw new RangeError(
        `restoreParams: the network's ${name} is ${shapeText(shape)} and the stored one is ` +
          `${found === undefined ? 'missing' : shapeText(found.shape)}; build the network with the sizes that it was stored with`,
      );
    }
    restored[name] = ndarray(Float64Array.from(found.data), [...shape]);
  }
  network.params = restored;
}
