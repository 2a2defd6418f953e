/** How fast each kernel of the fast engine is, on one thread, and what share of a step lies outside of them. */
import { seededRandom } from '../../datasets/random.ts';
import { convolution } from '../../reference/capstone/fast/convolution.ts';
import { fastEngine } from '../../reference/capstone/fast/engine.ts';
import { filterGradient } from '../../reference/capstone/fast/filter-gradient.ts';
import { layoutOf, type Layout } from '../../reference/capstone/fast/layout.ts';
import { matrixProduct, type ProductSize } from '../../reference/capstone/fast/product.ts';
import { PARAMETER_COUNT, PIXELS } from '../../reference/capstone/network.ts';
import { newProgress } from '../../reference/capstone/training.ts';
import { median } from '../median.ts';
import { randomBatch } from './contender.ts';

const N = 128;

interface Timed {
  name: string;
  /** Additions and multiplications of a batch. */
  flops: number;
  run: () => unknown;
}

/** Prints the table. */
export function layerSpeeds(rounds: number): void {
  const random = seededRandom(2);
  const numbers = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => random() - 0.5);
  const planes = ({ group, groups }: Layout): Float32Array => numbers(group * groups);

  const conv = (name: string, C: number, F: number, side: number): Timed => {
    const layout = layoutOf({ N, C, H: side, W: side });
    const run = convolution('webasm', layout, F);
    const [x, W, b] = [planes(layout), numbers(9 * C * F), numbers(F)];
    return { name, flops: 18 * C * F * side * side * N, run: () => run(x, W, b) };
  };
  const filters = (name: string, C: number, F: number, side: number): Timed => {
    const layout = layoutOf({ N, C, H: side, W: side });
    const run = filterGradient('webasm', layout, F);
    const [dout, x] = [planes(layoutOf({ ...layout, C: F })), planes(layout)];
    const [dW, db] = [numbers(9 * C * F), numbers(F)];
    return { name, flops: 18 * C * F * side * side * N, run: () => run(dout, x, dW, db) };
  };
  const product = (name: string, size: ProductSize): Timed => {
    const { I, K, J } = size;
    const run = matrixProduct('webasm', size);
    const [a, b, out] = [numbers(I * K), numbers(4 * K * Math.ceil(J / 4)), numbers(I * J)];
    return { name, flops: 2 * I * K * J, run: () => run(a, b, out) };
  };
  const [D, M] = [3136, 128];
  const timed = [
    conv('conv1', 1, 16, 28),
    conv('conv2', 16, 32, 14),
    conv('conv3', 32, 64, 7),
    product('affine4', { I: N, K: D, J: M, rowStep: D, columnStep: 1 }),
    product('affine4 by input', { I: N, K: M, J: D, rowStep: M, columnStep: 1 }),
    product('affine4 by weights', { I: D, K: N, J: M, rowStep: 1, columnStep: D }),
    conv('conv3 by input', 64, 32, 7),
    filters('conv3 by filters', 32, 64, 7),
    conv('conv2 by input', 32, 16, 14),
    filters('conv2 by filters', 16, 32, 14),
    filters('conv1 by filters', 1, 16, 28),
  ];
  const engine = fastEngine('webasm', N);
  const { pixels, labels } = randomBatch(N);
  const images = Float32Array.from(pixels, (value) => value / 255);
  const batch = { images: images.subarray(0, N * PIXELS), labels: Int32Array.from(labels) };
  const { parameters } = newProgress(1);
  const gradient = new Float32Array(PARAMETER_COUNT);
  const step = (): unknown => engine.gradient(parameters, batch, gradient);

  const times = new Map<Timed | 'step', number[]>();
  for (let round = -3; round < 3 * rounds; round++) {
    for (const entry of [...timed, 'step' as const]) {
      const start = performance.now();
      if (entry === 'step') step();
      else entry.run();
      if (round >= 0) times.set(entry, [...(times.get(entry) ?? []), performance.now() - start]);
    }
  }
  console.log(`kernels on one thread, batches of ${N}: milliseconds, and GFLOP/s`);
  let sum = 0;
  for (const entry of timed) {
    const milliseconds = median(times.get(entry)!);
    sum += milliseconds;
    const speed = entry.flops / milliseconds / 1e6;
    console.log(
      `  ${entry.name.padEnd(20)} ${milliseconds.toFixed(1).padStart(6)}  ${speed.toFixed(2).padStart(6)}`,
    );
  }
  const whole = median(times.get('step')!);
  console.log(`  ${'a whole gradient'.padEnd(20)} ${whole.toFixed(1).padStart(6)}`);
  console.log(
    `outside of these kernels: ${(100 * (1 - sum / whole)).toFixed(0)}% of the time (layouts, ReLU, pooling, packing weights, the loss)`,
  );
}
