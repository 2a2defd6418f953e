/** The process that runs kernels on WebGPU for a thread that waits: see waiting-card.ts. */
import gpujs, { type GPU, type IKernelRunShortcut } from 'gpu.js';
import { fill, type Launch } from '#kernels';
import { product } from '#arrays';
import type { CardAnswer } from './waiting-card.ts';
import { installWebGpu } from './webgpu.ts';

/** gpu.js, and what it compiled, by the kernel's text and sizes. */
let gpu: GPU | undefined;
const compiled = new Map<string, IKernelRunShortcut>();

async function run({ source, output, constants, inputs }: Launch): Promise<Float32Array> {
  if (gpu === undefined) {
    await installWebGpu();
    gpu = new gpujs.GPU({ mode: 'webgpu' });
  }
  const sizes = inputs.map((input) => (typeof input === 'number' ? [] : input.size));
  const key = JSON.stringify([source, output, constants, sizes]);
  const kernel = compiled.get(key) ?? gpu.createKernel(source as never, { output, constants });
  compiled.set(key, kernel);
  const args = inputs.map((input) =>
    typeof input === 'number'
      ? input
      : new gpujs.Input(input.entries as never, input.size as [number, number, number]),
  );
  const rows = await kernel(...(args as Parameters<IKernelRunShortcut>));
  const out = new Float32Array(product(output));
  fill(out, 0, rows);
  return out;
}

process.on('message', (launch: Launch) => {
  void run(launch)
    .then(
      (out): CardAnswer => ({ out }),
      (error: unknown): CardAnswer => ({
        error: error instanceof Error ? error.message : String(error),
      }),
    )
    .then((answer) => process.send!(answer));
});
process.on('disconnect', () => process.exit());
