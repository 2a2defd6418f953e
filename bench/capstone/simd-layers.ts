/** How fast each kernel of the SIMD engine is. */
import { affine } from '../../reference/capstone/simd/affine.ts';
import { convolution } from '../../reference/capstone/simd/convolution.ts';
import { simdEngine } from '../../reference/capstone/simd/engine.ts';
import { kernelsOn } from '../../reference/capstone/simd/kernels.ts';
import { groupsOf, planes, rows } from '../../reference/capstone/simd/layout.ts';
import { newRoom, take } from '../../reference/capstone/simd/memory.ts';
import { N, printKernels, type Timed } from './kernels.ts';

/** Enough for one layer: what it computes does not depend on what lies there. */
const BYTES = 64 * 2 ** 20;
const GROUPS = groupsOf(N);

/** Prints their table. */
export function simdLayers(rounds: number): void {
  const timed = [
    ...convolutionOf('conv1', { C: 1, F: 16, side: 28 }).filter(
      ({ name }) => name !== 'conv1 by input',
    ),
    ...convolutionOf('conv2', { C: 16, F: 32, side: 14 }),
    ...convolutionOf('conv3', { C: 32, F: 64, side: 7 }),
    ...affineOf('affine4', { side: 7, C: 64, M: 128 }),
  ];
  printKernels('SIMD', timed, simdEngine(N), rounds);
}

/** Something done to each group of images. */
const each = (run: (group: number) => void) => (): void => {
  for (let g = 0; g < GROUPS; g++) run(g);
};

function convolutionOf(
  name: string,
  { C, F, side }: { C: number; F: number; side: number },
): Timed[] {
  const room = newRoom(BYTES);
  const taking = (bytes: number): number => take(room, bytes);
  const kernels = kernelsOn(room.memory);
  const layer = convolution(taking, { C, F, width: side }, { W: 0, b: 36 * C * F });
  const parameters = taking(40 * C * F + 4 * F);
  const [x, out] = [C, F].map((channels) =>
    planes(taking, GROUPS, { H: side, W: side, C: channels }),
  );
  layer.load(kernels, parameters);
  const flops = 18 * C * F * side ** 2 * N;
  return [
    { name, flops, run: each((g) => layer.forward(kernels, x!, out!, g)) },
    {
      name: `${name} by input`,
      flops,
      run: each(() => layer.backwardInput(kernels, out!, x!)),
    },
    {
      name: `${name} by filters`,
      flops,
      run: each((g) => layer.backward(kernels, x!, out!, g, parameters)),
    },
  ];
}

function affineOf(name: string, { side, C, M }: { side: number; C: number; M: number }): Timed[] {
  const room = newRoom(BYTES);
  const taking = (bytes: number): number => take(room, bytes);
  const kernels = kernelsOn(room.memory);
  const D = side * side * C;
  const layer = affine(taking, { H: side, W: side, C, M }, { W: 0, b: 4 * D * M }, GROUPS);
  const parameters = taking(4 * D * M + 4 * M);
  const [x, out] = [D, M].map((size) => rows(taking, GROUPS, size));
  layer.load(kernels, parameters);
  const flops = 2 * D * M * N;
  return [
    { name, flops, run: () => layer.forward(kernels, x!, out!, GROUPS) },
    { name: `${name} by input`, flops, run: () => layer.backwardInput(kernels, out!, x!, GROUPS) },
    {
      name: `${name} by weights`,
      flops,
      run: () => layer.backward(kernels, x!, out!, GROUPS, parameters),
    },
  ];
}
