/** The kernels of the SIMD engine, a file each; ../build.ts compiles them. All places are in bytes of one memory. */
export { adam } from './adam';
export { addScaled } from './add-scaled';
export { biasGradient } from './bias-gradient';
export { interleave } from './interleave';
export { pack } from './pack';
export { pool } from './pool';
export { poolBackward } from './pool-backward';
export { relu } from './relu';
export { reluBackward } from './relu-backward';
export { softmaxLoss } from './softmax-loss';
export { unpack } from './unpack';
export { weightGradient } from './weight-gradient';
export { windowProduct } from './window-product';
