import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { killGroup, launch } from '../../checks/sandbox/launch.ts';
import { DEFAULT_LIMITS } from '../../checks/sandbox/limits.ts';

describe('launch', function () {
  this.timeout(20_000);
  let folder: string;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'chainrule-launch-')));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Starts a program with the sandbox's limits and waits for its end. */
  async function ran(text: string): Promise<{ code: number | null; output: string }> {
    const program = join(folder, 'program.cjs');
    writeFileSync(program, text);
    const child = launch({ folder, program, limits: DEFAULT_LIMITS });
    let output = '';
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    }
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output };
  }

  it('starts a program without an environment', async () => {
    const { code, output } = await ran('console.log(Object.keys(process.env).length);');
    expect(code).to.equal(0);
    // Windows adds a few variables that every program there needs.
    if (process.platform !== 'win32') expect(output).to.equal('0\n');
  });

  it('starts a program that can neither write nor start another', async () => {
    const { output } = await ran(`
      const attempts = [
        () => require('node:fs').writeFileSync(${JSON.stringify(join(tmpdir(), 'chainrule-no'))}, ''),
        () => require('node:child_process').execSync('echo no'),
        () => new (require('node:worker_threads').Worker)('', { eval: true }),
      ];
      for (const attempt of attempts) try { attempt(); console.log('done'); } catch (error) { console.log(error.code); }
    `);
    expect(output.trim().split(/\s+/)).to.deep.equal(Array(3).fill('ERR_ACCESS_DENIED'));
  });

  it('ends with its whole group', async () => {
    const program = join(folder, 'program.cjs');
    writeFileSync(program, 'setInterval(() => {}, 1000);');
    const child = launch({ folder, program, limits: DEFAULT_LIMITS });
    const closed = once(child, 'close');
    killGroup(child.pid!);
    const [code] = (await closed) as [number | null];
    expect(code).not.to.equal(0);
    // A group that is gone already is no error.
    expect(() => killGroup(child.pid!)).not.to.throw();
  });
});
