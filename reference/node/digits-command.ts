/** The beginning of `npm run perceptron` and `npm run convnet`: see digits.ts. */
import { runDigits } from './digits.ts';
import { runInterruptible } from './interruptible.ts';

await runInterruptible(([network, ...args], surroundings) =>
  runDigits(network === 'convnet' ? 'convnet' : 'perceptron', args, surroundings),
);
