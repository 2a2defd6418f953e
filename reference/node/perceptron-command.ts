/** The beginning of `npm run perceptron`: see perceptron.ts. */
import { runInterruptible } from './interruptible.ts';
import { runPerceptron } from './perceptron.ts';

await runInterruptible(runPerceptron);
