/** chai's `expect` with assertions on arrays and gradients: what `chainrule/expect` offers. */
export type { Tolerance } from '../agreement.ts';
export { expect } from '../gradient/assertion.ts';
