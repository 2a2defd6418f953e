/** The beginning of `npm run sample`: see sample.ts. */
import { runSample } from './sample.ts';

process.exitCode = runSample(process.argv.slice(2), {
  stdout: (text) => process.stdout.write(text),
  stderr: process.stderr,
});
