/** The beginning of `npm run perceptron`: see perceptron.ts. */
import { INTERRUPTED, runPerceptron } from './perceptron.ts';

const controller = new AbortController();
process.once('SIGINT', () => {
  controller.abort();
  process.stderr.write('\nStopping after this step; once more to stop at once.\n');
  process.once('SIGINT', () => process.exit(INTERRUPTED));
});
process.exitCode = await runPerceptron(process.argv.slice(2), {
  stdout: (text) => process.stdout.write(text),
  stderr: process.stderr,
  signal: controller.signal,
  clock: () => performance.now(),
});
