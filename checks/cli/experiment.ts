/** `npm run experiment 07`: what a lesson is good for, as pictures, with the learner's own functions where they work. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { figureText } from '#figures/figure-text';
import { figuresPage } from '#figures/page';
import { paper } from '#figures/paper';
import {
  defaultValues,
  loadExperiment,
  mixedSubject,
  referenceSubject,
  runExperiment,
  type LoadedExperiment,
  type Subject,
} from '../experiment/experiment.ts';
import { isUpToDate, makePicture } from '../experiment/picture.ts';
import { lessons, shownPath, stateFolder, type Lesson } from '../project.ts';
import { coloursFor } from '../report/colours.ts';
import { barText, clearStatus, drawStatus } from '../report/status-line.ts';

/** The exit code for a command that was called wrongly. */
const MISUSE = 2;

/**
 * Runs the experiment of a lesson, prints what can be said in a table and writes a page of its pictures.
 *
 * @param choices `rate=0.3`, `seed=2`: values of its parameters, and of the generator's seed
 * @param onReference to leave out the learner's functions
 */
export async function experiment(
  lesson: Lesson,
  choices: readonly string[],
  onReference: boolean,
): Promise<void> {
  const module = await loadExperiment(lesson);
  if (module === undefined) {
    process.stderr.write(
      `Lesson ${lesson.number} has no experiment; its README says what it is good for.\n`,
    );
    process.exitCode = MISUSE;
    return;
  }
  const chosen = valuesOf(module, choices);
  if ('problem' in chosen) {
    process.stderr.write(`${chosen.problem}\n`);
    process.exitCode = MISUSE;
    return;
  }
  const subject = await (onReference ? referenceSubject(lesson) : mixedSubject(lesson));
  const colours = coloursFor(process.stdout);
  const whose = whoseText(lesson, subject);
  process.stdout.write(`${colours.bold(module.title)}\n${module.about}\n\n${whose}\n\n`);

  const figures = runExperiment(module, subject, chosen, progress(module.title));
  clearStatus(process.stderr);
  process.stdout.write(`${figures.map(figureText).join('\n\n')}\n`);

  const page = figuresPage({ title: module.title, about: [module.about, whose], figures }, paper());
  const file = stateFolder('experiments', `${lesson.name}.html`);
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, page);
    process.stdout.write(`\nThe pictures: ${shownPath(file)}\n`);
  } catch (error) {
    process.stderr.write(`\nThe pictures could not be written: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
  const names = Object.entries(module.parameters).map(
    ([name, { label, from, to }]) => `${name}=… (${label}, ${from} to ${to})`,
  );
  process.stdout.write(
    `Try also: npm run experiment ${lesson.number} ${[...names, 'seed=…'].join(' ')}\n`,
  );
}

/** Makes the READMEs' pictures anew where they are out of date. */
export async function makePictures(): Promise<void> {
  for (const lesson of lessons()) {
    const module = await loadExperiment(lesson);
    if (module === undefined || isUpToDate(lesson)) continue;
    await makePicture(lesson, progress(lesson.name));
    clearStatus(process.stderr);
    process.stdout.write(`${lesson.name}: the picture was made anew\n`);
  }
}

/** The values for a run: `name=number` for each that is not left as it is. */
export function valuesOf(
  { parameters }: Pick<LoadedExperiment, 'parameters'>,
  choices: readonly string[],
): { seed: number; values: Record<string, number> } | { problem: string } {
  const values = defaultValues(parameters);
  let seed = 1;
  for (const choice of choices) {
    const [name = '', text = ''] = choice.split('=');
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (name === 'seed') {
      if (value !== value >>> 0) {
        return { problem: `seed is "${text}"; it must be a whole number from 0 to 4294967295` };
      }
      seed = value;
      continue;
    }
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (parameter === undefined) {
      const known = [...Object.keys(parameters), 'seed'].map((one) => `${one}=…`).join(', ');
      return { problem: `There is no parameter "${name}". Choose of ${known}` };
    }
    const { from, to, whole } = parameter;
    if (!(value >= from && value <= to) || (whole === true && !Number.isInteger(value))) {
      const kind = whole === true ? 'whole number' : 'number';
      return { problem: `${name} is "${text}"; it must be a ${kind} from ${from} to ${to}` };
    }
    values[name] = value;
  }
  return { seed, values };
}

function whoseText({ number }: Lesson, { yours, references }: Subject): string {
  if (yours.length === 0) {
    return `All functions are the reference's. Yours take their places as you solve them: npm test ${number}`;
  }
  const rest =
    references.length === 0 ? 'nothing is missing' : `the reference's: ${references.join(', ')}`;
  return `Yours: ${yours.join(', ')}; ${rest}`;
}

/** Draws a bar on a terminal. */
function progress(title: string): (done: number) => void {
  return (done) => {
    drawStatus(process.stderr, `${title} ${barText(done, 1)} ${Math.round(100 * done)}%`);
  };
}
