/** A script for the browser: how fast TensorFlow.js trains the capstone's network there. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { network, supplyFilterGradient } from '../../../bench/capstone/tfjs-network.ts';

/** The first steps compile what the others use. */
const WARM_UP = 3;

/**
 * Trains for some time.
 *
 * @returns the images a second
 */
async function speed(backend: string, batch: number, milliseconds: number): Promise<number> {
  setWasmPaths('/');
  if (backend === 'wasm') await supplyFilterGradient(tf);
  await tf.setBackend(backend);
  await tf.ready();
  const { train } = await network(tf)(batch);
  for (let step = 0; step < WARM_UP; step++) await train();
  const start = performance.now();
  let steps = 0;
  while (performance.now() - start < milliseconds) {
    await train();
    steps++;
  }
  return (1000 * steps * batch) / (performance.now() - start);
}

Object.assign(globalThis, { speed });
