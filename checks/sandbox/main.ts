/**
 * Grades submissions from the command line:
 *
 *     node --import tsx checks/sandbox/main.ts FOLDER [LESSON …] --out result.json
 *     node --import tsx checks/sandbox/main.ts --submissions DIR [LESSON …] --out OUTDIR
 */
import { gradeCommand } from './command.ts';

const interruption = new AbortController();
// Once: whoever doesn't want to wait interrupts it again.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => interruption.abort(new Error(signal)));
}
const { stdout, stderr } = process;
process.exitCode = await gradeCommand(process.argv.slice(2), {
  stdout,
  stderr,
  signal: interruption.signal,
});
