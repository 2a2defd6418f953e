/** `npm run capstone`: trains the network on real digits, measures it, and says how it went. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { mistakesOf } from '../mistakes.ts';
import { asNetwork } from '../network.ts';
import { trainingReport } from '../training-report.ts';
import { count, percent } from '#figures/numbers';
import { paper } from '#figures/paper';
import type { Card } from '../gpu/card.ts';
import { CardError } from '../gpu/compile.ts';
import { soloTeam, type Data } from '../team.ts';
import {
  DivergedError,
  evaluate,
  newProgress,
  train,
  type Evaluation,
  type Progress,
  type Settings,
} from '../training.ts';
import { loadCheckpoint, loadWeights, saveCheckpoint, saveWeights } from './checkpoint.ts';
import { fingerprint, loadData } from './data.ts';
import { chooseEngine, engineText, roomOf, type Chosen, type EngineChoice } from './engines.ts';
import { MisuseError, parseOptions, type Options } from './options.ts';
import { DONE, FAILED, INTERRUPTED, MISUSED, type Command } from '../../node/interruptible.ts';
import { epochsText, progressBar, timeText } from '../../node/progress-bar.ts';
import { inSharedMemory, shared, startTeam, type ThreadTeam } from './thread-team.ts';
import { removeWebGpu } from './webgpu.ts';

/**
 * Runs the command.
 *
 * @param args what follows its name on the command line
 * @returns the exit status: 0 when all epochs are complete, 1 when the run failed, 2 when it was called wrongly,
 *   130 when it was interrupted
 */
export async function runCapstone(args: readonly string[], surroundings: Command): Promise<number> {
  const { stdout, stderr } = surroundings;
  try {
    const options = parseOptions(args, { stdout, stderr: (text) => stderr.write(text) });
    if (options === undefined) return DONE;
    return options.evaluate === undefined
      ? await trainAndReport(options, surroundings)
      : await measure(options, options.evaluate, surroundings);
  } catch (error) {
    if (error instanceof MisuseError) return MISUSED;
    stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return FAILED;
  } finally {
    await removeWebGpu();
  }
}

async function trainAndReport(asked: Options, surroundings: Command): Promise<number> {
  const { stdout, stderr, signal, clock } = surroundings;
  const data = loadData(asked.data, asked.validate);
  const { progress: begun, settings } = begin(asked, data);
  const chosen = await choose(asked, settings, stdout);
  const { engine, card } = chosen;
  // Threads would only take turns on one graphics card.
  const options = { ...asked, threads: engine.runner === 'webgpu' ? 1 : asked.threads };
  const room = roomOf(engine, options.threads);
  const progress = {
    ...begun,
    parameters: inSharedMemory(begun.parameters, room),
    m: inSharedMemory(begun.m, room),
    v: inSharedMemory(begun.v, room),
  };
  const checkpoint = join(options.out, 'checkpoint.safetensors');
  const save = (): void =>
    saveCheckpoint(checkpoint, { progress, settings, digits: fingerprint(data) });
  mkdirSync(options.out, { recursive: true });
  stdout(`${headline(chosen, options, settings, data)}\n`);
  const team =
    card === undefined
      ? await startTeam(engine, options.threads, data, progress.parameters, room)
      : cardTeam(card, data, progress.parameters);
  try {
    const bar = progressBar(
      stderr,
      { count: data.train.labels.length, epochs: settings.epochs, first: progress.history.length },
      clock,
    );
    const isComplete = await train(
      progress,
      settings,
      { team, data, signal, clock },
      {
        step: (report) => bar.step(report),
        epoch: async (record) => {
          bar.epoch(record);
          save();
        },
      },
    ).finally(() => bar.stop());
    if (!isComplete) {
      save();
      stdout(
        `Stopped after step ${progress.step}. To go on: npm run capstone -- ${resumeOptions(engine, options, checkpoint)}\n`,
      );
      return INTERRUPTED;
    }
    const evaluation = await evaluate(team, data.heldOut, settings.batch);
    writeReport(chosen, options, settings, progress, data, evaluation, stdout);
    return DONE;
  } catch (error) {
    if (error instanceof DivergedError) {
      throw new DivergedError(`${error.message}. ${lastCheckpoint(progress, checkpoint)}`, {
        cause: error,
      });
    }
    if (error instanceof CardError) {
      save();
      throw new CardError(
        `${error.message}. The run is saved as it was after step ${progress.step}. To go on: npm run capstone -- ${resumeOptions(engine, options, checkpoint)}`,
        { cause: error },
      );
    }
    throw error;
  } finally {
    await team.close();
  }
}

/** A new run, or one that goes on. */
function begin(options: Options, data: Data): { progress: Progress; settings: Settings } {
  if (options.resume === undefined) {
    const progress = newProgress(options.settings.seed);
    return { settings: options.settings, progress };
  }
  const { progress, settings, digits } = loadCheckpoint(options.resume);
  if (digits !== fingerprint(data)) {
    throw new Error(
      `capstone: ${options.resume} was trained on other digits; give the same --data and --validate as then`,
    );
  }
  return { settings, progress };
}

async function measure(options: Options, file: string, { stdout }: Command): Promise<number> {
  const data = loadData(options.data, options.validate);
  const parameters = shared(loadWeights(file));
  const { engine, card } = await choose(options, options.settings, stdout);
  const team =
    card === undefined
      ? await startTeam(engine, options.threads, data, parameters)
      : cardTeam(card, data, parameters);
  try {
    const { accuracy } = await evaluate(team, data.heldOut, options.settings.batch);
    stdout(
      `${percent(accuracy, 2)} of ${digitsText(data.heldOut.labels.length)} are read rightly\n`,
    );
    return DONE;
  } finally {
    await team.close();
  }
}

/** Chooses the engine, and says so if it is not the one that was to be expected. */
async function choose(
  { code, runner }: Options,
  { batch }: Settings,
  stdout: Command['stdout'],
): Promise<Chosen> {
  const chosen = await chooseEngine({ code, runner, size: batch });
  if (chosen.note !== undefined) stdout(`${chosen.note}\n`);
  return chosen;
}

/** A team of a graphics card alone. */
function cardTeam({ engine }: Card, data: Data, parameters: Float32Array): ThreadTeam {
  return { ...soloTeam(engine, data, parameters), close: async () => {} };
}

function headline(
  { engine, card }: Chosen,
  options: Options,
  settings: Settings,
  { train: { labels }, heldOut }: Data,
): string {
  const { epochs, batch, learningRate, seed } = settings;
  return [
    `Engine: ${engineText(engine, options.threads, card)}`,
    `Digits: ${digitsText(labels.length)} to train on, ${digitsText(heldOut.labels.length)} held out`,
    `Settings: ${epochsText(epochs)}, batches of ${batch}, rate ${learningRate}, seed ${seed}, ${distortionText(settings)}`,
  ].join('\n');
}

function distortionText({ shift, turn, zoom, warp }: Settings): string {
  const warped = warp === 0 ? '' : `, and warped by ${warp} pixels`;
  return `digits moved by up to ${shift} pixels, turned by ${turn}° and resized by ${Math.round(100 * zoom)}%${warped}`;
}

function digitsText(digits: number): string {
  return `${count(digits)} ${digits === 1 ? 'digit' : 'digits'}`;
}

/** The options that a run needs again when it goes on; with other threads, sums are rounded in other places. */
function resumeOptions(
  { code, runner }: EngineChoice,
  { threads, data, validate, out }: Options,
  checkpoint: string,
): string {
  return [
    `--resume ${quoted(shown(checkpoint))}`,
    ...(code === 'fast' ? [] : [`--${code}`]),
    `--engine ${runner}`,
    `--threads ${threads}`,
    ...(data === undefined ? [] : [`--data ${quoted(data)}`]),
    ...(validate === 0 ? [] : [`--validate ${validate}`]),
    `--out ${quoted(shown(out))}`,
  ].join(' ');
}

/** A path as one word of a command line. */
function quoted(path: string): string {
  return /^[\w./\\:-]+$/.test(path) ? path : `"${path}"`;
}

function shown(path: string): string {
  return relative(process.cwd(), path) || '.';
}

function lastCheckpoint({ history }: Progress, checkpoint: string): string {
  return history.length === 0
    ? 'Nothing was saved yet'
    : `${shown(checkpoint)} is from the end of epoch ${history.length}`;
}

function writeReport(
  chosen: Chosen,
  options: Options,
  settings: Settings,
  progress: Progress,
  { train: { labels }, heldOut }: Data,
  { accuracy, confusion, given }: Evaluation,
  stdout: Command['stdout'],
): void {
  const { parameters, history } = progress;
  const seconds = history.reduce((sum, record) => sum + record.seconds, 0);
  const engine = engineText(chosen.engine, options.threads, chosen.card);
  const speed = Math.round((labels.length * history.length) / seconds);
  const facts: [string, string][] = [
    ['engine', engine],
    [
      'digits',
      `${digitsText(labels.length)} to train on, ${digitsText(heldOut.labels.length)} held out`,
    ],
    ['epochs', String(settings.epochs)],
    ['batch', String(settings.batch)],
    ['learning rate', `${settings.learningRate}, falling to 0`],
    ['distortions', distortionText(settings)],
    ['seed', String(settings.seed)],
    ['training time', timeText(seconds)],
    ['speed', `${speed} images a second`],
  ];
  const mistakes = mistakesOf(heldOut, given).toSorted((a, b) => b.probability - a.probability);
  const { W1 } = asNetwork(parameters);
  const report = join(options.out, 'report.html');
  writeFileSync(
    report,
    trainingReport(
      {
        title: 'chainrule capstone',
        facts,
        history,
        confusion,
        filters: W1.data,
        filterShape: [W1.shape[0]!, W1.shape[2]!, W1.shape[3]!],
        mistakes,
      },
      paper(),
    ),
  );
  const weights = join(options.out, 'weights.safetensors');
  saveWeights(weights, parameters, {
    engine,
    accuracy: String(accuracy),
    settings: JSON.stringify(settings),
  });
  stdout(
    [
      `${percent(accuracy, 2)} of the ${digitsText(heldOut.labels.length)} held out are read rightly, ${mistakes.length} wrongly`,
      `Trained in ${timeText(seconds)}, ${speed} images a second`,
      `Report:  ${shown(report)}`,
      `Weights: ${shown(weights)}`,
      '',
    ].join('\n'),
  );
}
