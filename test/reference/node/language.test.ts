import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { expect } from 'chai';
import { root } from '../../../checks/project.ts';
import { DONE, INTERRUPTED, MISUSED } from '../../../reference/node/interruptible.ts';
import { runLanguage } from '../../../reference/node/language.ts';
import { runSample } from '../../../reference/node/sample.ts';
import { readTensors, writeTensors } from '../../../reference/node/weights-file.ts';
import { expectSnapshot } from '../../snapshot.ts';

const TEXT = 'one and one are two.\n';

let folder = '';
const at = (name: string): string => join(folder, name);

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'chainrule-'));
  writeFileSync(at('text.txt'), TEXT);
  writeFileSync(at('empty.txt'), '');
});
after(() => rmSync(folder, { recursive: true }));

/** What a command told, and how it ended. */
interface Ending {
  code: number;
  shown: string;
  told: string;
}

async function language(
  args: readonly string[],
  signal = new AbortController().signal,
): Promise<Ending> {
  let [shown, told] = ['', ''];
  const code = await runLanguage(args, {
    stdout: (text) => (shown += text),
    stderr: { write: (text: string) => (told += text) },
    signal,
    clock: () => 0,
  });
  return { code, shown, told };
}

function sample(args: readonly string[]): Ending {
  let [shown, told] = ['', ''];
  const code = runSample(args, {
    stdout: (text) => (shown += text),
    stderr: { write: (text: string) => (told += text) },
  });
  return { code, shown, told };
}

/** Small and quick, and enough to learn the text by heart. */
function small(...more: string[]): string[] {
  const sizes = '--units 16 --embedding 6 --epochs 40 --places 2 --piece 8 --rate 0.02'.split(' ');
  return ['--text', at('text.txt'), ...sizes, ...more];
}

/** What commands said that were called wrongly, a line each. */
function messages(endings: readonly Ending[]): string {
  for (const { code, shown } of endings) {
    expect({ code, shown }).to.deep.equal({ code: MISUSED, shown: '' });
  }
  return endings.map(({ told }) => told.replaceAll(folder + sep, '…/')).join('');
}

describe('npm run language', function () {
  this.timeout(20_000);

  it('trains, says how well it foretells, and writes its model', async () => {
    const { code, shown, told } = await language(small('--out', at('small')));
    expect(code).to.equal(DONE);
    expect(shown).to.match(/^100\.00% of 21 letters are foretold rightly after 40 epochs/);
    expect(shown).to.match(/\. To have it write: npm run sample -- --model .*small\n$/);
    expect(told.split('\n').filter((line) => line.startsWith('epoch'))).to.have.length(40);
    const { tensors, metadata } = readTensors(at('small'));
    expect(Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape])))
      // Nine letters, the space, the full stop and the end of the line.
      .to.deep.equal({
        We: [11, 6],
        Wh: [16, 16],
        Wx: [6, 16],
        Wy: [16, 11],
        b: [16],
        by: [11],
      });
    expect(metadata['characters']).to.equal('\n .adenortw');
    expect(JSON.parse(metadata['settings']!)).to.include({ epochs: 40, learningRate: 0.02 });
  });

  it('gives the same model for the same seed, and another for another', async () => {
    for (const [name, seed] of Object.entries({ one: '1', two: '1', three: '2' })) {
      await language(small('--epochs', '1', '--seed', seed, '--out', at(name)));
    }
    const [one, two, three] = ['one', 'two', 'three'].map((name) => readTensors(at(name)).tensors);
    expect(one).to.deep.equal(two);
    expect(one).not.to.deep.equal(three);
  });

  it("learns the course's text unless there is another", async () => {
    const { shown } = await language(['--epochs', '1', '--piece', '100', '--out', at('course')]);
    expect(shown).to.match(/% of 383 letters are foretold rightly after 1 epoch,/);
  });

  it('saves what it has when it is interrupted', async () => {
    const controller = new AbortController();
    controller.abort();
    const { code, shown } = await language(small('--out', at('stopped')), controller.signal);
    expect(code).to.equal(INTERRUPTED);
    expect(shown).to.match(/^Stopped after step 0\.\n/);
    expect(sample(['--model', at('stopped'), '--length', '5']).code).to.equal(DONE);
  });

  it('ends after its step when Ctrl+C is pressed, and saves what it has', async function () {
    // Windows has no signals: there kill() ends a process at once.
    if (process.platform === 'win32') this.skip();
    const child = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        'reference/node/language-command.ts',
        ...small('--epochs', '100000', '--out', at('pressed')),
      ],
      { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let told = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      // After the first epoch it is certainly training.
      if (!told.includes('epoch 1/') && (told + text).includes('epoch 1/')) child.kill('SIGINT');
      told += text;
    });
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).to.equal(INTERRUPTED);
    expect(told).to.include('\nStopping after this step; once more to stop at once.\n');
    expect(sample(['--model', at('pressed'), '--length', '5']).code).to.equal(DONE);
  });

  it('says what it does not understand', async () => {
    const endings = [];
    for (const args of [
      ['--units', '0'],
      ['--epochs', '1.5'],
      ['--places', ''],
      ['--piece', 'all'],
      ['--rate', '0'],
      ['--rate', 'Infinity'],
      ['--seed=-1'],
      ['--text', at('none.txt')],
      ['--text', at('empty.txt')],
      ['--speed', '3'],
    ]) {
      endings.push(await language(args));
    }
    expectSnapshot('language/misuse', messages(endings));
  });
});

describe('npm run sample', function () {
  this.timeout(20_000);
  before(() => language(small('--out', at('model'))));

  const write = (...args: string[]): Ending => sample(['--model', at('model'), ...args]);

  it('writes the text that was learned, at a low temperature', () => {
    const { code, shown, told } = write('--temperature', '0.05', '--length', '21');
    expect({ code, shown, told }).to.deep.equal({ code: DONE, shown: TEXT, told: '' });
  });

  it('goes on with what it is given, and ends the line', () => {
    const { shown } = write('--temperature', '0.05', '--length', '7', '--from', 'one and');
    expect(shown).to.equal('one and one ar\n');
  });

  it('writes the same for the same seed', () => {
    const [one, two, three] = ['1', '1', '2'].map(
      (seed) => write('--temperature', '4', '--length', '60', '--seed', seed).shown,
    );
    expect(one).to.have.length.within(60, 61);
    expect(one).to.equal(two);
    expect(one).not.to.equal(three);
  });

  it('says what it does not understand, and what is no model', () => {
    writeTensors(at('other'), { tensors: {}, metadata: { chainrule: 'perceptron 1' } });
    const endings = [
      write('--length', '0'),
      write('--temperature', '0'),
      write('--temperature=-1'),
      write('--seed', 'x'),
      write('--from', 'one Z'),
      write('--speed', '3'),
      sample(['--model', at('none')]),
      sample(['--model', at('empty.txt')]),
      sample(['--model', at('other')]),
    ];
    expectSnapshot('language/sample-misuse', messages(endings));
  });
});
