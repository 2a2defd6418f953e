/** The beginning of `npm run language`: see language.ts. */
import { runInterruptible } from './interruptible.ts';
import { runLanguage } from './language.ts';

await runInterruptible(runLanguage);
