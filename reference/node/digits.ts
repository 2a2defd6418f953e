/** `npm run perceptron` and `npm run convnet`: networks made of the lessons' references learn to read digits. */
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadMnistBytes } from '#datasets/mnist';
import { percent } from '#figures/numbers';
import type { Digits } from '../capstone/digits.ts';
import { digitsClassifier, digitsLearner, type DigitsSettings } from '../network/digits-run.ts';
import { storedParams } from '../network/stored.ts';
import { newRun, runEpochs } from '../training-loop.ts';
import { DONE, INTERRUPTED, MISUSED, type Command } from './interruptible.ts';
import { positiveOption, wholeOption } from './number-options.ts';
import { epochsText, progressBar, timeText } from './progress-bar.ts';
import { writeTensors } from './weights-file.ts';

const OUT_FOLDER = fileURLToPath(new URL('../../.chainrule', import.meta.url));

/** The networks, and the settings that they have unless others are given. */
const DEFAULTS = {
  perceptron: { hidden: '256', epochs: '24', batch: '128', rate: '0.01' },
  convnet: { hidden: '64', epochs: '24', batch: '128', rate: '0.01' },
} as const;

const OPTIONS = {
  hidden: { type: 'string' },
  epochs: { type: 'string' },
  batch: { type: 'string' },
  rate: { type: 'string' },
  seed: { type: 'string', default: '1' },
  train: { type: 'string', default: '8000' },
  test: { type: 'string', default: '2000' },
  out: { type: 'string' },
} as const;

/** What is trained, on how many digits, and where its weights go. */
interface Options {
  settings: DigitsSettings;
  train: number;
  test: number;
  out: string;
}

/**
 * Runs the command.
 *
 * @param network which one learns
 * @param args what follows its name on the command line
 * @returns the exit status: 0 when all epochs are complete, 2 when it was called wrongly, 130 when it was interrupted;
 *   the weights are written in any case but the second
 */
export async function runDigits(
  network: DigitsSettings['network'],
  args: readonly string[],
  { stdout, stderr, ...surroundings }: Command,
): Promise<number> {
  let options: Options;
  try {
    options = optionsOf(network, args);
  } catch (error) {
    stderr.write(`${(error as Error).message}\n`);
    return MISUSED;
  }
  const { settings, train: samples, test, out } = options;
  const digits = loadMnistBytes({ train: samples, test });
  const [train, heldOut] = [digits.train, digits.test].map(({ images, labels }): Digits => ({
    pixels: images.data,
    labels: Uint8Array.from(labels.data),
  })) as [Digits, Digits];
  const model = digitsClassifier(settings);
  const run = newRun();
  const bar = progressBar(
    stderr,
    { count: samples, epochs: settings.epochs, first: 0 },
    surroundings.clock,
  );
  const isComplete = await runEpochs(
    run,
    { epochs: settings.epochs, samples, steps: Math.ceil(samples / settings.batch) },
    digitsLearner(model, train, heldOut, settings),
    surroundings,
    bar,
  );
  bar.stop();
  writeTensors(out, {
    tensors: storedParams(model.network),
    metadata: { chainrule: 'digits 1', settings: JSON.stringify(settings) },
  });
  const seconds = run.history.reduce((sum, record) => sum + record.seconds, 0);
  const last = run.history.at(-1);
  stdout(
    last === undefined
      ? `Stopped after step ${run.step}.\n`
      : `${percent(last.accuracy, 2)} of ${test} held-out digits are read rightly after ${epochsText(run.history.length)}, in ${timeText(seconds)}\n`,
  );
  stdout(`Weights: ${relative(process.cwd(), out)}\n`);
  return isComplete ? DONE : INTERRUPTED;
}

function optionsOf(network: DigitsSettings['network'], args: readonly string[]): Options {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const { out, rate, ...counts } = { ...DEFAULTS[network], ...values };
  const whole = (name: keyof typeof counts) =>
    wholeOption(name, counts[name], name === 'seed' ? 0 : 1);
  return {
    settings: {
      network,
      hidden: whole('hidden'),
      epochs: whole('epochs'),
      batch: whole('batch'),
      learningRate: positiveOption('rate', rate),
      seed: whole('seed'),
    },
    train: whole('train'),
    test: whole('test'),
    out: out ?? join(OUT_FOLDER, `${network}.safetensors`),
  };
}
