/** TensorFlow.js in Node. */
import nodeModule from 'node:module';
import { dirname } from 'node:path';
import type { MakeContender } from './random-batch.ts';
import { network, supplyFilterGradient, type TensorFlow } from './tfjs-network.ts';

// What the packages offer to `import` does not load in Node.
const require = nodeModule.createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs-core') as TensorFlow;
require('@tensorflow/tfjs-backend-cpu');
require('@tensorflow/tfjs-core/dist/register_all_gradients.js');

/** TensorFlow.js on one of its backends. */
export async function tfjs(backend: 'cpu' | 'wasm'): Promise<MakeContender> {
  if (backend === 'wasm') {
    const { setWasmPaths } = require('@tensorflow/tfjs-backend-wasm') as WasmBackend;
    setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
    await supplyFilterGradient(tf);
  }
  await tf.setBackend(backend);
  await tf.ready();
  return network(tf);
}

/** What is used of the package. */
interface WasmBackend {
  setWasmPaths(folder: string): void;
}
