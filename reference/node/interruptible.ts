/** A command that Ctrl+C ends after its present step, and a second Ctrl+C at once. */
import type { StatusStream } from '#checks/report/status-line';
import type { Surroundings } from '../training-loop.ts';

/** How a run ended, as the exit status of its process. */
export const [DONE, FAILED, MISUSED, INTERRUPTED] = [0, 1, 2, 130] as const;

/** What a command that trains works with. */
export interface Command extends Surroundings {
  stdout: (text: string) => void;
  stderr: StatusStream;
}

/**
 * Runs a command as this process.
 *
 * @param command gets what follows its name on the command line, and returns the exit status
 */
export async function runInterruptible(
  command: (args: readonly string[], surroundings: Command) => Promise<number>,
): Promise<void> {
  const controller = new AbortController();
  process.once('SIGINT', () => {
    controller.abort();
    process.stderr.write('\nStopping after this step; once more to stop at once.\n');
    process.once('SIGINT', () => process.exit(INTERRUPTED));
  });
  process.exitCode = await command(process.argv.slice(2), {
    stdout: (text) => process.stdout.write(text),
    stderr: process.stderr,
    signal: controller.signal,
    clock: () => performance.now(),
  });
}
