/** The beginning of `npm run capstone`: see run.ts. */
import { INTERRUPTED, runCapstone } from './run.ts';

const controller = new AbortController();
process.once('SIGINT', () => {
  controller.abort();
  process.stderr.write('\nStopping after this step; once more to stop at once.\n');
  process.once('SIGINT', () => process.exit(INTERRUPTED));
});
process.exitCode = await runCapstone(process.argv.slice(2), {
  stdout: (text) => process.stdout.write(text),
  stderr: process.stderr,
  signal: controller.signal,
  clock: () => performance.now(),
});
