/** The command as a whole, in this process and with a thread, on a few real digits. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { expect } from 'chai';
import {
  loadCheckpoint,
  loadWeights,
  saveCheckpoint,
} from '../../../../reference/capstone/node/checkpoint.ts';
import { lessonFile } from '../../../../reference/capstone/node/engines.ts';
import { runCapstone } from '../../../../reference/capstone/node/run.ts';
import { decodeWeights } from '../../../../reference/weights.ts';
import { expectSnapshot } from '../../../snapshot.ts';
import type { Ran } from '../../../temporary-project.ts';
import { folderWithDigits, writeDigits } from './digits-folder.ts';
import { realDigits } from '../samples.ts';

/**
 * Runs the command to its end.
 *
 * @param stopAfter it is interrupted after so many steps
 */
async function run(args: readonly string[], stopAfter = Infinity): Promise<Ran> {
  const ran: Ran = { code: null, stdout: '', stderr: '' };
  const controller = new AbortController();
  let steps = 0;
  let time = 0;
  const write = (text: string): void => {
    ran.stderr += text;
    // On a terminal each step is drawn.
    if (text.includes('left') && ++steps === stopAfter) controller.abort();
  };
  const code = await runCapstone(args, {
    stdout: (text) => void (ran.stdout += text),
    stderr: { write, isTTY: stopAfter < Infinity },
    signal: controller.signal,
    clock: () => (time += 50),
  });
  return { ...ran, code };
}

describe('npm run capstone', function () {
  this.timeout(30_000);
  const at = folderWithDigits();

  /** 40 digits in 3 steps an epoch. */
  const options = (out: string): string[] => [
    ...'--engine webasm --threads 1 --epochs 2 --batch 16 --rate 2e-3 --seed 7'.split(' '),
    ...'--shift 2 --turn 12 --zoom 0.1'.split(' '),
    '--data',
    at('data'),
    '--out',
    at(out),
  ];

  /** A text without what differs from machine to machine: paths, and the last digits of the arithmetic. */
  function timeless(text: string): string {
    return text
      .replaceAll(relative(process.cwd(), at()), 'DIR')
      .replaceAll(at(), 'DIR')
      .replaceAll('\\', '/')
      .replaceAll(/loss \d+\.\d+/g, 'loss …')
      .replaceAll(/\d+\.\d\d%/g, '…%')
      .replaceAll(/\d+ wrongly/g, '… wrongly');
  }

  let whole: Ran;
  before(async () => {
    whole = await run(options('whole'));
  });

  it('trains, and says how it went', () => {
    expect(whole.code).to.equal(0);
    expectSnapshot('capstone/run-trained', timeless(`${whole.stdout}---\n${whole.stderr}`));
  });

  it('writes a checkpoint, weights and a report', () => {
    const names = ['checkpoint.safetensors', 'report.html', 'weights.safetensors'];
    expect(readdirSync(at('whole')).toSorted()).to.deep.equal(names);
    const { progress, settings } = loadCheckpoint(at('whole', names[0]!));
    expect(settings).to.deep.equal({
      epochs: 2,
      batch: 16,
      learningRate: 2e-3,
      seed: 7,
      shift: 2,
      turn: 12,
      zoom: 0.1,
      warp: 0,
    });
    expect(progress.step).to.equal(6);
    expect(loadWeights(at('whole', names[2]!))).to.deep.equal(progress.parameters);
    const { metadata } = decodeWeights(readFileSync(at('whole', names[2]!)));
    expect(metadata).to.deep.equal({
      chainrule: 'weights 1',
      engine: 'the fast kernels on gpu.js webasm, one thread',
      accuracy: String(progress.history[1]!.accuracy),
      settings: JSON.stringify(settings),
    });
    const report = readFileSync(at('whole', names[1]!), 'utf8');
    expect(report).to.include('chainrule capstone').and.to.include(metadata['engine']);
  });

  it('measures the weights that it wrote', async () => {
    const file = at('whole', 'weights.safetensors');
    const { code, stdout, stderr } = await run([...options('nowhere'), '--evaluate', file]);
    expect(code).to.equal(0);
    expect(stderr).to.equal('');
    const [share] = /\d+\.\d+%/.exec(whole.stdout)!;
    expect(stdout).to.equal(`${share} of 16 digits are read rightly\n`);
    expect(existsSync(at('nowhere'))).to.equal(false);
  });

  it('says how to go on when it is interrupted, and then comes to the same weights', async () => {
    const stopped = await run(options('parts'), 2);
    expect(stopped.code).to.equal(130);
    expectSnapshot('capstone/run-interrupted', timeless(stopped.stdout));
    expect(readdirSync(at('parts'))).to.deep.equal(['checkpoint.safetensors']);
    const [, again] = /To go on: npm run capstone -- (.*)\n/.exec(stopped.stdout)!;
    const { code, stdout } = await run(again!.split(' '));
    expect(code).to.equal(0);
    expect(stdout).to.include('2 epochs, batches of 16, rate 0.002, seed 7, ');
    for (const name of ['weights.safetensors', 'checkpoint.safetensors']) {
      const [own, right] = ['parts', 'whole'].map((out) => readFileSync(at(out, name)));
      // The clock stood still between the two runs, so that even the times are the same.
      expect(own!.equals(right!), name).to.equal(true);
    }
  });

  it('comes to the same weights with SIMD too, twice, and in parts', async () => {
    const simd = (out: string) => [...options(out), '--engine', 'simd', '--threads', '2'];
    const first = await run(simd('simd'));
    expect(first.code).to.equal(0);
    expect(first.stdout).to.include('Engine: SIMD kernels in WebAssembly, 2 threads\n');
    expect((await run(simd('simd-again'))).code).to.equal(0);
    const stopped = await run(simd('simd-parts'), 2);
    expect(stopped.code).to.equal(130);
    const [, again] = /To go on: npm run capstone -- (.*)\n/.exec(stopped.stdout)!;
    expect(again).to.include(' --engine simd --threads 2 ');
    expect((await run(again!.split(' '))).code).to.equal(0);
    for (const name of ['weights.safetensors', 'checkpoint.safetensors']) {
      const right = readFileSync(at('simd', name));
      for (const out of ['simd-again', 'simd-parts']) {
        expect(readFileSync(at(out, name)).equals(right), `${name} of ${out}`).to.equal(true);
      }
    }
    const file = at('simd', 'weights.safetensors');
    const measured = await run([...simd('nowhere'), '--evaluate', file]);
    const [share] = /\d+\.\d+%/.exec(first.stdout)!;
    expect(measured.stdout).to.equal(`${share} of 16 digits are read rightly\n`);
  });

  it('names the layer at which a run with SIMD goes astray', async () => {
    const { code, stderr } = await run([
      ...options('astray'),
      '--engine',
      'simd',
      '--rate',
      '1e30',
    ]);
    expect(code).to.equal(1);
    expect(stderr).to.match(/the first layer whose output is not finite is conv2\. Take a smaller/);
  });

  it('says how to go on when it is interrupted before its first step', async () => {
    const args = ['--engine', 'js', '--threads', '2', '--out', at('none')];
    let stdout = '';
    const code = await runCapstone(args, {
      stdout: (text) => void (stdout += text),
      stderr: { write: () => undefined },
      signal: AbortSignal.abort(),
      clock: () => 0,
    });
    expect(code).to.equal(130);
    expect(timeless(stdout).trimEnd().split('\n').at(-1)).to.equal(
      'Stopped after step 0. To go on: npm run capstone -- --resume DIR/none/checkpoint.safetensors --engine js --threads 2 --out DIR/none',
    );
    expect(loadCheckpoint(at('none', 'checkpoint.safetensors')).progress.step).to.equal(0);
  });

  it('says with which options to go on when others were given', async () => {
    const args = [...options('lesson'), '--lesson', '--engine', 'cpu', '--validate', '38'];
    const { code, stdout } = await run([...args, '--batch', '2'], 1);
    expect(code).to.equal(130);
    expectSnapshot('capstone/run-interrupted-options', timeless(stdout));
  });

  it('does not go on with other digits', async () => {
    const digits = realDigits(56);
    writeDigits(at('other'), { ...digits, labels: digits.labels.with(0, 0).with(1, 1) }, 40);
    const checkpoint = at('whole', 'checkpoint.safetensors');
    const wrong = {
      'other digits': [...options('refused'), '--data', at('other'), '--resume', checkpoint],
      'fewer digits': [...options('refused'), '--validate', '4', '--resume', checkpoint],
      'no checkpoint': [...options('refused'), '--resume', at('whole', 'report.html')],
      'no weights': [...options('refused'), '--evaluate', checkpoint],
      'no digits': [...options('refused'), '--data', at('nowhere')],
      'nothing left to train on': [...options('refused'), '--validate', '40'],
      'no such engine': [...options('refused'), '--lesson', '--engine', 'js'],
    };
    let text = '';
    for (const [what, args] of Object.entries(wrong)) {
      const { code, stderr } = await run(args);
      expect(code, what).to.equal(1);
      text += `${what}\n  ${stderr.replace(/(cannot be read: decodeWeights:) .*/, '$1 …')}`;
    }
    expectSnapshot('capstone/run-refused', timeless(text));
    expect(existsSync(at('refused', 'weights.safetensors'))).to.equal(false);
  });

  it("brings the message of the learner's code", async function () {
    // Whoever has solved the lesson has nothing left that throws.
    const isTodo = readFileSync(lessonFile('mine'), 'utf8').includes(
      "todo('18.12 networkGradients')",
    );
    if (!isTodo) this.skip();
    const { code, stderr } = await run([...options('mine'), '--mine']);
    expect(code).to.equal(1);
    expect(stderr).to.match(/18\.12 networkGradients/);
  });

  it('stops when the loss is not finite, and says what was saved', async () => {
    const early = await run([...options('diverged'), '--rate', '1e30']);
    expect(early.code).to.equal(1);
    const checkpoint = at('whole', 'checkpoint.safetensors');
    const saved = loadCheckpoint(checkpoint);
    saved.progress.parameters.fill(3e38);
    saved.settings.epochs = 3;
    saveCheckpoint(at('late', 'checkpoint.safetensors'), saved);
    const late = await run([...options('late'), '--resume', at('late', 'checkpoint.safetensors')]);
    expect(late.code).to.equal(1);
    expectSnapshot('capstone/run-diverged', timeless(`${early.stderr}${late.stderr}`));
  });

  it('explains itself, and exits with 2 when it is called wrongly', async () => {
    const help = await run(['--help']);
    expect(help.code).to.equal(0);
    expect(help.stdout).to.match(/^Usage: capstone/);
    const misuse = await run(['--engine', 'steam']);
    expect(misuse.code).to.equal(2);
    expect(misuse.stderr).to.match(/^error: option '--engine <name>' argument 'steam' is invalid/);
  });
});
