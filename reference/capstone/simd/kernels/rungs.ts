/** Kernels that compute what window-product.ts does, in slower ways: the rungs below it of `npm run ladder`. */
export { loops } from './rungs/loops';
export { narrowTile } from './rungs/narrow-tile';
export { vectors } from './rungs/vectors';
