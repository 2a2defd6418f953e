/** How fast each kernel of the fast engine on gpu.js is. */
import { seededRandom } from '../../datasets/random.ts';
import { convolution } from '../../reference/capstone/fast/convolution.ts';
import { fastEngine } from '../../reference/capstone/fast/engine.ts';
import { filterGradient } from '../../reference/capstone/fast/filter-gradient.ts';
import { layoutOf, type Layout } from '../../reference/capstone/fast/layout.ts';
import { matrixProduct, type ProductSize } from '../../reference/capstone/fast/product.ts';
import { N, printKernels, type Timed } from './kernels.ts';

/** Prints their table. */
export function gpuLayers(rounds: number): void {
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
  printKernels('gpu.js', timed, fastEngine('webasm', N), rounds);
}
