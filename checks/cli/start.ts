/** `npm start`: the course, how far the learner is, and what is next. */
import { existsSync } from 'node:fs';
import { standing, type Standing } from '../course/standing.ts';
import { lessons, shownPath, type Lesson } from '../project.ts';
import { anchorOf } from '../readme.ts';
import { coloursFor, type Colours } from '../report/colours.ts';

/** A lesson with the learner's standing; without one, its file is missing. */
export interface Progress {
  lesson: Lesson;
  standing?: Standing;
}

const BAR = 10;

/** Prints the map of the course. */
export async function start(): Promise<void> {
  const progress: Progress[] = [];
  for (const lesson of lessons()) {
    progress.push({
      lesson,
      ...(existsSync(lesson.learner) && { standing: await standing(lesson) }),
    });
  }
  process.stdout.write(
    courseMap(progress, coloursFor(process.stdout), process.stdout.isTTY === true),
  );
}

/**
 * The course as text.
 *
 * @param bars whether to draw bars, as on a terminal
 */
export function courseMap(progress: readonly Progress[], colours: Colours, bars: boolean): string {
  const width = Math.max(...progress.map(({ lesson }) => lesson.slug.length));
  const lines = progress.map(({ lesson, standing: found }) => {
    const name = `${lesson.number}  ${lesson.slug.padEnd(width)}`;
    if (found === undefined) return `  ${name}  ${colours.red('file missing')}`;
    const { points, max } = found;
    const bar = bars ? `  ${barText(points, max, colours)}` : '';
    return `  ${name}${bar}  ${`${points}/${max}`.padStart(7)}  ${stateText(found, colours)}`;
  });
  return `${colours.bold('chainrule')}: deep learning from scratch, one failing test at a time\n\n${lines.join('\n')}\n\n${nextStep(progress)}`;
}

function barText(points: number, max: number, colours: Colours): string {
  const filled = Math.floor((BAR * points) / max);
  return colours.green('█'.repeat(filled)) + colours.dim('░'.repeat(BAR - filled));
}

function stateText({ points, max }: Standing, colours: Colours): string {
  if (points === max) return colours.green('solved');
  return points === 0 ? colours.dim('not started') : colours.yellow('under way');
}

function nextStep(progress: readonly Progress[]): string {
  const next = progress.find(({ standing: found }) => found === undefined || found.open);
  if (next === undefined) return 'Every lesson is solved.\n';
  const { lesson, standing: found } = next;
  const file = shownPath(lesson.learner);
  if (found?.open === undefined) {
    return `Next: npm run reset ${lesson.number} puts ${file} back.\n`;
  }
  const [id] = found.open.split(' ');
  return [
    `Next: ${found.open}`,
    `  read    ${shownPath(lesson.readme)}${anchorOf(found.open)}`,
    `  write   ${file}`,
    `  grade   npm test ${lesson.number}, or npm run watch ${lesson.number} to grade on every save`,
    `  stuck?  npm run hint ${id}`,
    '',
  ].join('\n');
}
