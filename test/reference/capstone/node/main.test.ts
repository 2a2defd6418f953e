/** The command as a process of its own, which Ctrl+C interrupts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { root } from '../../../../checks/project.ts';
import { folderWithDigits } from './digits-folder.ts';

describe('npm run capstone, interrupted', function () {
  this.timeout(30_000);
  const at = folderWithDigits();

  it('finishes its step, saves the run, says how to go on and exits with 130', async function () {
    // Windows has no signals: there kill() ends a process at once.
    if (process.platform === 'win32') this.skip();
    const child = spawn(
      process.execPath,
      [
        ...'--import tsx reference/capstone/node/main.ts --threads 1 --batch 20'.split(' '),
        '--epochs',
        '100000',
        '--data',
        at('data'),
        '--out',
        at('out'),
      ],
      { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      // After the first epoch it is certainly training.
      if (!stderr.includes('epoch 1/') && (stderr + text).includes('epoch 1/'))
        child.kill('SIGINT');
      stderr += text;
    });
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).to.equal(130);
    expect(stderr).to.include('\nStopping after this step; once more to stop at once.\n');
    expect(stdout).to.match(/\nStopped after step \d+\. To go on: npm run capstone -- --resume /);
    expect(existsSync(at('out', 'checkpoint.safetensors'))).to.equal(true);
  });
});
