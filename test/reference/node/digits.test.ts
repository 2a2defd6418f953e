import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runDigits } from '../../../reference/node/digits.ts';
import { DONE, INTERRUPTED, MISUSED } from '../../../reference/node/interruptible.ts';
import { readTensors } from '../../../reference/node/weights-file.ts';

describe('npm run perceptron and npm run convnet', function () {
  this.timeout(30_000);
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'chainrule-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  async function run(
    args: readonly string[],
    {
      network = 'perceptron' as 'perceptron' | 'convnet',
      signal = new AbortController().signal,
    } = {},
  ) {
    let [shown, told] = ['', ''];
    const code = await runDigits(network, args, {
      stdout: (text) => (shown += text),
      stderr: { write: (text: string) => (told += text) },
      signal,
      clock: () => 0,
    });
    return { code, shown, told };
  }

  const small = ['--hidden', '16', '--train', '300', '--test', '100', '--batch', '20'];

  it('trains, says how well it reads, and writes its weights', async () => {
    const file = join(folder, 'small.safetensors');
    const { code, shown, told } = await run([...small, '--epochs', '6', '--out', file]);
    expect(code).to.equal(DONE);
    const accuracy = Number(/^([\d.]+)% of 100 held-out digits/.exec(shown)![1]);
    expect(accuracy).to.be.above(50);
    expect(told.split('\n').filter((line) => line.startsWith('epoch'))).to.have.length(6);
    const { tensors } = readTensors(file);
    expect(Object.entries(tensors).map(([name, { shape }]) => [name, shape])).to.deep.equal([
      ['3.W', [196, 16]],
      ['3.b', [16]],
      ['4.beta', [16]],
      ['4.gamma', [16]],
      ['4.mean', [16]],
      ['4.variance', [16]],
      ['6.W', [16, 10]],
      ['6.b', [10]],
    ]);
  });

  it('trains convolutions as well', async () => {
    const file = join(folder, 'convnet.safetensors');
    const args = [...small, '--epochs', '3', '--out', file];
    const { code, shown } = await run(args, { network: 'convnet' });
    expect(code).to.equal(DONE);
    expect(Number(/^([\d.]+)% of 100 held-out digits/.exec(shown)![1])).to.be.above(50);
    const { tensors } = readTensors(file);
    expect(tensors['2.W']!.shape).to.deep.equal([8, 1, 3, 3]);
    expect(tensors['5.W']!.shape).to.deep.equal([16, 8, 3, 3]);
    expect(tensors['8.W']!.shape).to.deep.equal([16 * 7 * 7, 16]);
  });

  it('gives the same weights for the same seed, and others for another', async () => {
    const files = ['one', 'two', 'three'].map((name) => join(folder, name));
    for (const [i, seed] of ['1', '1', '2'].entries()) {
      await run([...small, '--epochs', '1', '--seed', seed, '--out', files[i]!]);
    }
    const [one, two, three] = files.map((file) => readTensors(file).tensors);
    expect(one).to.deep.equal(two);
    expect(one).not.to.deep.equal(three);
  });

  it('saves what it has when it is interrupted', async () => {
    const controller = new AbortController();
    controller.abort();
    const file = join(folder, 'stopped.safetensors');
    const { code, shown } = await run([...small, '--out', file], {
      signal: controller.signal,
    });
    expect(code).to.equal(INTERRUPTED);
    expect(shown).to.include('Stopped after step 0.');
    expect(Object.keys(readTensors(file).tensors)).to.have.length(8);
  });

  it('says what it does not understand', async () => {
    const problems: [args: string[], problem: string][] = [
      [['--epochs', '0'], '--epochs is "0"; it must be a whole number from 1\n'],
      [['--seed', '1.5'], '--seed is "1.5"; it must be a whole number from 0\n'],
      [['--rate', 'fast'], '--rate is "fast"; it must be a number above 0\n'],
    ];
    for (const [args, problem] of problems) {
      expect(await run(args)).to.deep.equal({ code: MISUSED, shown: '', told: problem });
    }
    expect((await run(['--speed', '3'])).code).to.equal(MISUSED);
  });
});
