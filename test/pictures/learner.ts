/** A learner in the middle of lesson 05, whose work the README's pictures show. */

/** Everything is right so far but one function, which takes its mask from the wrong place. */
export const LEARNER_FILE = `import { map, type Tensor } from '#arrays';
import { todo } from '#todo';
export * from './backprop.reference.ts';

export function reluBackward(dout: Tensor): { dx: Tensor } {
  return { dx: map(dout, (d) => (d > 0 ? d : 0)) };
}
${['softmaxLossForward', 'softmaxLossBackward', 'twoLayerGradients', 'trainTwoLayer']
  .map(
    (name, i) => `\nexport function ${name}(): never {\n  throw todo('05.${12 + i} ${name}');\n}\n`,
  )
  .join('')}`;
