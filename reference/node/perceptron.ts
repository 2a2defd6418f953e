/** `npm run perceptron`: a multilayer perceptron made of the lessons' references learns to read digits. */
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadMnistBytes } from '#datasets/mnist';
import { percent } from '#figures/numbers';
import type { Digits } from '../capstone/digits.ts';
import { perceptron, perceptronLearner, type PerceptronSettings } from '../network/digits-run.ts';
import { storedParams } from '../network/stored.ts';
import { newRun, runEpochs } from '../training-loop.ts';
import { DONE, INTERRUPTED, MISUSED, type Command } from './interruptible.ts';
import { progressBar, timeText } from './progress-bar.ts';
import { writeTensors } from './weights-file.ts';

const OUT = fileURLToPath(new URL('../../.chainrule/perceptron.safetensors', import.meta.url));

const OPTIONS = {
  hidden: { type: 'string', default: '128' },
  epochs: { type: 'string', default: '24' },
  batch: { type: 'string', default: '64' },
  rate: { type: 'string', default: '0.003' },
  seed: { type: 'string', default: '1' },
  train: { type: 'string', default: '8000' },
  test: { type: 'string', default: '2000' },
  out: { type: 'string', default: OUT },
} as const;

/**
 * Runs the command.
 *
 * @param args what follows its name on the command line
 * @returns the exit status: 0 when all epochs are complete, 2 when it was called wrongly, 130 when it was interrupted;
 *   the weights are written in any case but the second
 */
export async function runPerceptron(
  args: readonly string[],
  { stdout, stderr, ...surroundings }: Command,
): Promise<number> {
  const options = optionsOf(args);
  if ('problem' in options) {
    stderr.write(`${options.problem}\n`);
    return MISUSED;
  }
  const { settings, train: samples, test, out } = options;
  const digits = loadMnistBytes({ train: samples, test });
  const [train, heldOut] = [digits.train, digits.test].map(({ images, labels }): Digits => ({
    pixels: images.data,
    labels: Uint8Array.from(labels.data),
  })) as [Digits, Digits];
  const model = perceptron(settings);
  const run = newRun();
  const bar = progressBar(
    stderr,
    { count: samples, epochs: settings.epochs, first: 0 },
    surroundings.clock,
  );
  const isComplete = await runEpochs(
    run,
    { epochs: settings.epochs, samples, steps: Math.ceil(samples / settings.batch) },
    perceptronLearner(model, train, heldOut, settings),
    surroundings,
    { step: (report) => bar.step(report), epoch: (record) => bar.epoch(record) },
  );
  bar.stop();
  writeTensors(out, {
    tensors: storedParams(model.network),
    metadata: { chainrule: 'perceptron 1', settings: JSON.stringify(settings) },
  });
  const seconds = run.history.reduce((sum, record) => sum + record.seconds, 0);
  const last = run.history.at(-1);
  stdout(
    last === undefined
      ? `Stopped after step ${run.step}.\n`
      : `${percent(last.accuracy, 2)} of ${test} held-out digits are read rightly after ${run.history.length} epochs, in ${timeText(seconds)}\n`,
  );
  stdout(`Weights: ${relative(process.cwd(), out)}\n`);
  return isComplete ? DONE : INTERRUPTED;
}

function optionsOf(
  args: readonly string[],
):
  { settings: PerceptronSettings; train: number; test: number; out: string } | { problem: string } {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const { out, rate, ...counts } = values;
    const numbers: Record<string, number> = {};
    for (const [name, text] of Object.entries(counts)) {
      const number = Number(text);
      const lowest = name === 'seed' ? 0 : 1;
      if (!Number.isInteger(number) || number < lowest) {
        return { problem: `--${name} is "${text}"; it must be a whole number from ${lowest}` };
      }
      numbers[name] = number;
    }
    const learningRate = Number(rate);
    if (!(learningRate > 0)) {
      return { problem: `--rate is "${rate}"; it must be a number above 0` };
    }
    const { hidden, epochs, batch, seed, train, test } = numbers as Record<string, number> & {
      hidden: number;
      epochs: number;
      batch: number;
      seed: number;
      train: number;
      test: number;
    };
    return { settings: { hidden, epochs, batch, learningRate, seed }, train, test, out: join(out) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
