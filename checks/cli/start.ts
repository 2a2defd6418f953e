/** `npm start`: the course, how far the learner is, and what is next. */
import { existsSync } from 'node:fs';
import { standing, type Standing } from '../course/standing.ts';
import { lessons, shownPath, type Lesson } from '../project.ts';
import { anchorOf } from '../readme.ts';
import { coloursFor, type Colours } from '../report/colours.ts';
import { goingOn } from '../report/going-on.ts';
import { barText, clearStatus, drawStatus } from '../report/status-line.ts';

/** A lesson with the learner's standing; without one, some of its files are missing. */
export interface Progress {
  lesson: Lesson;
  standing?: Standing;
}

const BAR = 10;

/** Prints the map of the course. */
export async function start(): Promise<void> {
  const progress: Progress[] = [];
  const all = lessons();
  for (const [done, lesson] of all.entries()) {
    drawStatus(process.stdout, `  ${barText(done, all.length)} ${lesson.name}`);
    progress.push({
      lesson,
      ...(isWhole(lesson) && { standing: await standing(lesson) }),
    });
  }
  clearStatus(process.stdout);
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
    if (found === undefined)
      return `  ${name}  ${colours.red('files are missing: npm run doctor')}`;
    const { points, max } = found;
    const bar = bars ? `  ${colouredBar(points, max, colours)}` : '';
    return `  ${name}${bar}  ${`${points}/${max}`.padStart(7)}  ${stateText(found, colours)}`;
  });
  return `${colours.bold('chainrule')}: deep learning from scratch, one failing test at a time\n\n${lines.join('\n')}\n\n${nextStep(progress)}`;
}

function isWhole({ learner, reference, suite }: Lesson): boolean {
  return [learner, reference, suite].every((file) => existsSync(file));
}

function colouredBar(points: number, max: number, colours: Colours): string {
  const bar = barText(points, max, BAR);
  const end = bar.indexOf('░') < 0 ? BAR : bar.indexOf('░');
  return colours.green(bar.slice(0, end)) + colours.dim(bar.slice(end));
}

function stateText({ points, max, broken }: Standing, colours: Colours): string {
  if (broken !== undefined) return colours.red(broken);
  if (points === max) return colours.green('solved');
  return points === 0 ? colours.dim('not started') : colours.yellow('under way');
}

function nextStep(progress: readonly Progress[]): string {
  const next = progress.find(({ standing: found }) => found?.open);
  const open = next?.standing?.open;
  if (next === undefined || open === undefined) {
    const isWholeCourse = progress.every(({ standing: found }) => found !== undefined);
    if (!isWholeCourse) return 'Next: npm run doctor\n';
    const last = progress.at(-1)!.lesson;
    return `Every lesson is solved.\n${goingOn(last)}\n`;
  }
  const { lesson } = next;
  const broken = next.standing?.broken;
  if (broken !== undefined) {
    return [
      `Next: mend ${shownPath(lesson.learner)} (${broken})`,
      `  grade   npm test ${lesson.number} says what is wrong`,
      '',
    ].join('\n');
  }
  const [id] = open.split(' ');
  return [
    `Next: ${open}`,
    `  read    ${shownPath(lesson.readme)}${anchorOf(open)}`,
    `  write   ${shownPath(lesson.learner)}`,
    `  grade   npm test ${lesson.number}, or npm run watch ${lesson.number} to grade on every save`,
    `  stuck?  npm run hint ${id}`,
    '',
  ].join('\n');
}
