/** `npm run language`: a recurrent network made of the lessons' references learns to write a text. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seededRandom } from '#datasets/random';
import { courseText } from '#datasets/text';
import { percent } from '#figures/numbers';
import { languageLearner, type LanguageTraining } from '../language/learner.ts';
import { languageModel, type LanguageModelSizes } from '../language/model.ts';
import { storedModel } from '../language/stored.ts';
import { newRun, runEpochs } from '../training-loop.ts';
import { DONE, INTERRUPTED, MISUSED, type Command } from './interruptible.ts';
import { positiveOption, wholeOption } from './number-options.ts';
import { epochsText, progressBar, timeText } from './progress-bar.ts';
import { writeTensors } from './weights-file.ts';

/** Where a model is kept unless somebody says otherwise. */
export const LANGUAGE_FILE = fileURLToPath(
  new URL('../../.chainrule/language.safetensors', import.meta.url),
);

/** What it learns, how, and where it goes. */
interface Options {
  text: string;
  settings: LanguageModelSizes & LanguageTraining & { seed: number };
  out: string;
}

/**
 * Runs the command.
 *
 * @param args what follows its name on the command line
 * @returns the exit status: 0 when all epochs are complete, 2 when it was called wrongly, 130 when it was interrupted;
 *   the model is written in any case but the second
 */
export async function runLanguage(
  args: readonly string[],
  { stdout, stderr, ...surroundings }: Command,
): Promise<number> {
  let options: Options;
  try {
    options = optionsOf(args);
  } catch (error) {
    stderr.write(`${(error as Error).message}\n`);
    return MISUSED;
  }
  const { text, settings, out } = options;
  const { epochs, units, embedding, seed } = settings;
  const model = languageModel(text, { units, embedding }, seededRandom(seed));
  const { learner, samples, steps } = languageLearner(model, text, settings);
  const run = newRun();
  const bar = progressBar(
    stderr,
    { count: samples, epochs, first: 0, what: 'letters' },
    surroundings.clock,
  );
  const isComplete = await runEpochs(run, { epochs, samples, steps }, learner, surroundings, bar);
  bar.stop();
  writeTensors(out, storedModel(model, settings));
  const seconds = run.history.reduce((sum, record) => sum + record.seconds, 0);
  const last = run.history.at(-1);
  stdout(
    last === undefined
      ? `Stopped after step ${run.step}.\n`
      : `${percent(last.accuracy, 2)} of ${[...text].length} letters are foretold rightly after ${epochsText(run.history.length)}, in ${timeText(seconds)}\n`,
  );
  const file = relative(process.cwd(), out);
  const which = out === LANGUAGE_FILE ? '' : ` -- --model ${file}`;
  stdout(`Model: ${file}. To have it write: npm run sample${which}\n`);
  return isComplete ? DONE : INTERRUPTED;
}

function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      text: { type: 'string' },
      units: { type: 'string', default: '40' },
      embedding: { type: 'string', default: '12' },
      epochs: { type: 'string', default: '30' },
      places: { type: 'string', default: '8' },
      piece: { type: 'string', default: '20' },
      rate: { type: 'string', default: '0.01' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: LANGUAGE_FILE },
    },
  });
  const whole = (name: 'units' | 'embedding' | 'epochs' | 'places' | 'piece') =>
    wholeOption(name, values[name], 1);
  return {
    text: values.text === undefined ? courseText : textOf(values.text),
    settings: {
      units: whole('units'),
      embedding: whole('embedding'),
      epochs: whole('epochs'),
      places: whole('places'),
      piece: whole('piece'),
      learningRate: positiveOption('rate', values.rate),
      seed: wholeOption('seed', values.seed, 0),
    },
    out: values.out,
  };
}

function textOf(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`--text is "${file}", which cannot be read; give a file of text`, { cause });
  }
  if (text === '') throw new Error(`--text is "${file}", which is empty; give a file of text`);
  return text;
}
