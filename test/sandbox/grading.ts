/** Runs `npm run grade` in this process, and keeps what it writes. */
import { gradeCommand } from '../../checks/sandbox/command.ts';
import type { Ran } from '../temporary-project.ts';

/**
 * Grades as the command line does.
 *
 * @param args the words after `npm run grade --`
 * @param signal interrupts it
 */
export async function graded(
  args: readonly string[],
  signal = new AbortController().signal,
): Promise<Ran> {
  const ran: Ran = { code: null, stdout: '', stderr: '' };
  const code = await gradeCommand(args, {
    stdout: { write: (text: string) => (ran.stdout += text) },
    stderr: { write: (text: string) => (ran.stderr += text) },
    signal,
  });
  return { ...ran, code };
}
