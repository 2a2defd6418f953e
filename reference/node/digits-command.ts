/** The beginning of `npm run perceptron` and `npm run convnet`: see digits.ts. */
import { INTERRUPTED, runDigits } from './digits.ts';

const controller = new AbortController();
process.once('SIGINT', () => {
  controller.abort();
  process.stderr.write('\nStopping after this step; once more to stop at once.\n');
  process.once('SIGINT', () => process.exit(INTERRUPTED));
});
const [network, ...args] = process.argv.slice(2);
process.exitCode = await runDigits(network === 'convnet' ? 'convnet' : 'perceptron', args, {
  stdout: (text) => process.stdout.write(text),
  stderr: process.stderr,
  signal: controller.signal,
  clock: () => performance.now(),
});
