import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  MisuseError,
  parseOptions,
  type Options,
} from '../../../../reference/capstone/node/options.ts';
import { root } from '../../../../checks/project.ts';
import { expectSnapshot } from '../../../snapshot.ts';

/** What becomes of a command line, and what is said about it. */
function parsed(...args: string[]): {
  options?: Options | undefined;
  misuse?: unknown;
  text: string;
} {
  let text = '';
  const say = (more: string) => void (text += more);
  try {
    return { options: parseOptions(args, { stdout: say, stderr: say }), text };
  } catch (misuse) {
    return { misuse, text };
  }
}

const defaults: Options = {
  settings: {
    epochs: 40,
    batch: 128,
    learningRate: 2e-3,
    seed: 1,
    shift: 2,
    turn: 12,
    zoom: 0.1,
    warp: 0,
  },
  code: 'fast',
  runner: 'auto',
  threads: availableParallelism(),
  validate: 0,
  out: join(root, '.chainrule', 'capstone'),
};

describe('The options of the capstone', () => {
  it('have defaults', () => {
    expect(parsed()).to.deep.equal({ options: defaults, text: '' });
  });

  it('can all be given', () => {
    const { options } = parsed(
      ...'--engine cpu --threads 3 --epochs 4 --batch 5 --rate 1e-2'.split(' '),
      ...'--seed 0 --shift 1.5 --turn 0 --zoom 0.25 --warp 1.25'.split(' '),
      ...'--data mnist --validate 6 --out there --resume a'.split(' '),
    );
    expect(options).to.deep.equal({
      settings: {
        epochs: 4,
        batch: 5,
        learningRate: 0.01,
        seed: 0,
        shift: 1.5,
        turn: 0,
        zoom: 0.25,
        warp: 1.25,
      },
      code: 'fast',
      runner: 'cpu',
      threads: 3,
      validate: 6,
      data: 'mnist',
      out: 'there',
      resume: 'a',
    });
    expect(parsed('--evaluate', 'b').options).to.deep.equal({ ...defaults, evaluate: 'b' });
  });

  it("choose the lesson's code, or the learner's", () => {
    expect(parsed('--lesson').options).to.deep.equal({ ...defaults, code: 'lesson' });
    expect(parsed('--mine').options).to.deep.equal({ ...defaults, code: 'mine' });
  });

  it('choose every engine', () => {
    for (const runner of ['auto', 'webgpu', 'webasm', 'simd', 'cpu', 'headlessgl', 'js']) {
      expect(parsed('--engine', runner).options).to.deep.equal({ ...defaults, runner });
    }
  });

  it('are explained', () => {
    const { options, misuse, text } = parsed('--help');
    expect(options).to.equal(undefined);
    expect(misuse).to.equal(undefined);
    // How wide lines are depends on the terminal, and the defaults on the machine.
    const oneSpaced = text.replaceAll(/\s+/g, ' ').replaceAll(' --', '\n--');
    const timeless = oneSpaced
      .replace(JSON.stringify(defaults.out), '"…"')
      .replace(/(share a batch \(default:) \d+/, '$1 …');
    expectSnapshot('capstone/run-help', `${timeless}\n`);
  });

  it('refuse what cannot be, each with a reason', () => {
    const wrong = [
      ['--engine', 'steam'],
      ['--threads', '0'],
      ['--epochs', '1.5'],
      ['--epochs', ''],
      ['--batch', '-4'],
      ['--rate', '0'],
      ['--rate', 'fast'],
      ['--seed', '4294967296'],
      ['--shift', '15'],
      ['--shift', ''],
      ['--turn', '-1'],
      ['--zoom', '0.6'],
      ['--warp', '15'],
      ['--resume', 'a', '--evaluate', 'b'],
      ['--zoom', 'much'],
      ['--validate', '60001'],
      ['--mine', '--lesson'],
      ['--fast'],
      ['--data'],
      ['train'],
    ];
    const texts = wrong.map((args) => {
      const { misuse, text } = parsed(...args);
      expect(misuse, args.join(' ')).to.be.instanceOf(MisuseError);
      return `${args.map((arg) => arg || "''").join(' ')}\n  ${text}`;
    });
    expectSnapshot('capstone/run-misuse', texts.join(''));
  });
});
