/** Where to go from a solved lesson or exercise: what it is good for, the reference beside it, and the next one. */
import { readFileSync } from 'node:fs';
import { declarations } from '../declarations.ts';
import { lessons, shownPath, sourceText, type Lesson } from '../project.ts';
import { anchorOf, anchors, reward } from '../readme.ts';

/** The heading of a README that says what more there is to do. */
const GOING_ON = 'Going on';

/**
 * A line each.
 *
 * @param exercise the only one that is meant, `02.5 sigmoid`; else the whole lesson
 */
export function goingOn(lesson: Lesson, exercise?: string): string {
  const readme = readFileSync(lesson.readme, 'utf8');
  const page = shownPath(lesson.readme);
  const all = declarations(sourceText(lesson.reference)).map((one) => one.exercise);
  const solved = exercise === undefined ? all : [exercise];
  const rewards = solved.flatMap((one) => {
    const text = reward(readme, one);
    return text === undefined ? [] : [`  try it   ${text}: ${page}${anchorOf(one)}`];
  });
  const hasMore = exercise === undefined && anchors(readme).includes(anchorOf(GOING_ON));
  const more = hasMore ? [`  go on    ${page}${anchorOf(GOING_ON)}`] : [];
  const id = exercise?.split(' ')[0] ?? lesson.number;
  const compare = `  compare  npm run compare ${id} shows the reference beside your code`;
  return [...rewards, ...more, compare, ...nextLine(lesson, all, exercise)].join('\n');
}

function nextLine(lesson: Lesson, all: readonly string[], exercise: string | undefined): string[] {
  const following = exercise === undefined ? undefined : all[all.indexOf(exercise) + 1];
  if (following !== undefined) {
    return [`  next     ${following}: ${shownPath(lesson.readme)}${anchorOf(following)}`];
  }
  const next = lessons().find(({ name }) => name > lesson.name);
  if (next === undefined) return [];
  return [`  next     npm run watch ${next.number}: ${shownPath(next.readme)}`];
}
