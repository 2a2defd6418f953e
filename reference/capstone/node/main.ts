/** The beginning of `npm run capstone`: see run.ts. */
import { runInterruptible } from '../../node/interruptible.ts';
import { runCapstone } from './run.ts';

await runInterruptible(runCapstone);
