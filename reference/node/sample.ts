/** `npm run sample`: a language model that was trained by `npm run language` writes. */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { seededRandom } from '#datasets/random';
import { restoredModel } from '../language/stored.ts';
import { writeOn } from '../language/write.ts';
import { DONE, MISUSED, type Command } from './interruptible.ts';
import { LANGUAGE_FILE } from './language.ts';
import { positiveOption, wholeOption } from './number-options.ts';
import { readTensors } from './weights-file.ts';

/**
 * Runs the command.
 *
 * @param args what follows its name on the command line
 * @returns the exit status: 0 when something was written, 2 when it was called wrongly
 */
export function runSample(
  args: readonly string[],
  { stdout, stderr }: Pick<Command, 'stdout' | 'stderr'>,
): number {
  try {
    const text = sampled(args);
    stdout(text.endsWith('\n') ? text : `${text}\n`);
    return DONE;
  } catch (error) {
    stderr.write(`${(error as Error).message}\n`);
    return MISUSED;
  }
}

function sampled(args: readonly string[]): string {
  const { values } = parseArgs({
    args: [...args],
    options: {
      model: { type: 'string', default: LANGUAGE_FILE },
      length: { type: 'string', default: '450' },
      temperature: { type: 'string', default: '0.5' },
      seed: { type: 'string', default: '1' },
      from: { type: 'string', default: '' },
    },
  });
  const { model: file, from } = values;
  const length = wholeOption('length', values.length, 1);
  const temperature = positiveOption('temperature', values.temperature);
  const random = seededRandom(wholeOption('seed', values.seed, 0));
  if (!existsSync(file)) {
    throw new Error(`There is no ${file} yet; npm run language makes a model`);
  }
  const model = restoredModel(readTensors(file));
  return from + writeOn(model, from, { length, temperature }, random);
}
