/** `npm test` as an author runs it: a line for each lesson, and the rules that every course is held to. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { expectSnapshot } from '../snapshot.ts';
import { inFixture } from '../temporary-project.ts';

/** The output without what is different each time: lessons are proven side by side, and take some time. */
function timeless(text: string): string {
  const lines = text
    .replaceAll(/\d+% of its budget/g, '…% of its budget')
    .replaceAll(/\(\d+m?s\)/g, '(…)')
    .split('\n');
  const first = lines.findIndex((line) => /^ {2}[✔✘]/.test(line));
  const last = lines.findLastIndex((line) => /^ {2}[✔✘] \d\d/.test(line));
  return lines
    .toSpliced(first, last - first + 1, ...lines.slice(first, last + 1).toSorted())
    .join('\n');
}

describe('npm test', function () {
  this.timeout(60_000);
  const project = inFixture();

  it('proves every lesson, and says so more quickly when nothing has changed', async () => {
    const first = await project.run('test');
    expect(first.stderr).to.equal('');
    expectSnapshot('cli/prove', timeless(first.stdout));
    expect(first.code).to.equal(0);
    const second = await project.run('test');
    expectSnapshot('cli/prove-again', timeless(second.stdout));
    expect(second.code).to.equal(0);
  });

  it('shows what does not hold, and exits with 1', async () => {
    writeFileSync(
      join(project.curves.solutions, 'by-hand.ts'),
      'export const bentAt = (): number => 3;\n',
    );
    const { code, stdout } = await project.run('test');
    expect(code).to.equal(1);
    const [shown] = timeless(stdout.replaceAll(project.root, 'DIR')).split(/\n +at /);
    expectSnapshot('cli/prove-fault', `${shown}\n`);
  });
});
