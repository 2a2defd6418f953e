/** `npm test` without a lesson: proves the course. */
import Mocha from 'mocha';
import { join } from 'node:path';
import { lessons, root, type Lesson } from '../project.ts';
import { budgetUsed } from '../proof/budget.ts';
import { faultsOf } from '../proof/faults.ts';
import { proofsOf } from '../proof/kept-proofs.ts';
import type { Proof } from '../proof/proof.ts';
import { coloursFor, type Colours } from '../report/colours.ts';
import { barText, clearStatus, drawStatus } from '../report/status-line.ts';

const FIRST_LINE =
  'Proving the course: every suite on its stub, reference, other solutions and known mistakes. It takes about 45 s the\n' +
  'first time, and seconds when nothing has changed. To grade what you wrote, name the lesson: npm test 01.\n\n';

/** Proves every lesson, with a line for each as it goes; then runs the tests of the course and ends with their counts. */
export async function proveCourse(): Promise<void> {
  const all = lessons();
  const colours = coloursFor(process.stdout);
  process.stdout.write(FIRST_LINE);
  let done = 0;
  const draw = (): void =>
    drawStatus(process.stdout, `  ${barText(done, all.length)} ${done} of ${all.length} lessons`);
  draw();
  await proofsOf(all, (lesson, proof, isKept) => {
    done++;
    clearStatus(process.stdout);
    process.stdout.write(`${proofLine(lesson, proof, isKept, colours)}\n`);
    draw();
  }).finally(() => clearStatus(process.stdout));
  // The rules are the project's own, whosever the lessons are.
  const failures = await runMocha(join(root, 'test', 'course.test.ts'));
  process.exitCode = failures === 0 ? 0 : 1;
}

/** What was found of a lesson, in a line. */
export function proofLine(lesson: Lesson, proof: Proof, isKept: boolean, colours: Colours): string {
  const { reference, solutions, misconceptions, oracles } = proof;
  const faults = faultsOf(lesson, proof).length;
  const counts = [
    `${reference.length} checks`,
    `${solutions.length} other solutions`,
    `${misconceptions.length} known mistakes`,
    ...(oracles.length > 0 ? [`${oracles.length} comparisons`] : []),
    `${Math.round(100 * budgetUsed(lesson, proof))}% of its budget`,
    ...(isKept ? ['as proven before'] : []),
  ];
  const mark = faults === 0 ? colours.green('✔') : colours.red('✘');
  const end = faults === 0 ? '' : `: ${faults} ${faults === 1 ? 'fault' : 'faults'}`;
  return `  ${mark} ${lesson.name.padEnd(24)}  ${counts.join(', ')}${end}`;
}

/** Runs a file of tests, and prints what fails and how many did not. */
async function runMocha(file: string): Promise<number> {
  const mocha = new Mocha({ timeout: 120_000, reporter: Closing });
  mocha.addFile(file);
  await mocha.loadFilesAsync();
  return new Promise((resolve) => mocha.run(resolve));
}

/** Mocha's closing lines alone. */
class Closing extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    runner.once('end', () => this.epilogue());
  }
}
