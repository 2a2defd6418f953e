/** A page about a class: how many points were had, which exercises and checks were hard, and why files did not load. */
import { markup, type Markup } from '../../figures/markup.ts';
import type { SubmissionResult } from '../results/submission-result.ts';
import { cleanResult } from './clean.ts';
import { CHEAP } from './failure.ts';
import { document, progressBar } from './page.ts';
import { exercisesOf } from './formats/wording.ts';

/** A submission of the class. */
export interface Graded {
  name: string;
  result: SubmissionResult;
}

/** How many checks and mistakes are listed. */
const LISTED = 15;

/** How many bars the histogram has. */
const BINS = 10;

/**
 * The page.
 *
 * @param all the submissions that have a result, each with a page `NAME.html` beside this one
 * @param ungraded the others, with the reason
 */
export function classPage(
  all: readonly Graded[],
  ungraded: readonly { submission: string; problem?: string }[],
): string {
  const submissions = cleanResult(all);
  const title = `chainrule: ${submissions.length} submissions`;
  return document(
    title,
    [
      markup`<h1>${title}</h1>`,
      section('Points', histogram(submissions)),
      section('Points by exercise', exercises(submissions)),
      section('Checks that most have failed', counted(failures(submissions), submissions.length)),
      section('Mistakes that most have made', counted(mistakes(submissions), submissions.length)),
      section('Files that did not load', reasons(submissions, cleanResult(ungraded))),
      section('Submissions', list(submissions)),
    ].flat(),
  );
}

function section(heading: string, content: Markup): Markup[] {
  return [markup`<h2>${heading}</h2>`, content];
}

function table(head: readonly string[], rows: readonly (readonly (string | Markup)[])[]): Markup {
  if (rows.length === 0) return markup`<p>None.</p>`;
  return markup`<table>
<thead><tr>${head.map((cell) => markup`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>
${rows.map((cells) => markup`<tr>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>`)}
</tbody>
</table>`;
}

/** How many submissions have which part of the points. */
function histogram(all: readonly Graded[]): Markup {
  const counts = Array.from({ length: BINS }, () => 0);
  for (const { result } of all) {
    const share = result.max === 0 ? 0 : result.points / result.max;
    counts[Math.min(BINS - 1, Math.floor(BINS * share))]! += 1;
  }
  const most = Math.max(1, ...counts);
  return table(
    ['of the points', 'submissions', ''],
    counts.map((count, i) => [
      `${(100 / BINS) * i} to ${(100 / BINS) * (i + 1)}%`,
      String(count),
      progressBar(count, most),
    ]),
  );
}

/** The points that a class has of each exercise. */
function exercises(all: readonly Graded[]): Markup {
  const sums = new Map<string, { points: number; max: number }>();
  for (const { exercise, points, max } of all.flatMap(({ result }) =>
    result.lessons.flatMap(exercisesOf),
  )) {
    const sum = sums.get(exercise) ?? { points: 0, max: 0 };
    sums.set(exercise, { points: sum.points + points, max: sum.max + max });
  }
  return table(
    ['exercise', 'points', ''],
    [...sums].map(([exercise, { points, max }]) => [
      exercise,
      `${((100 * points) / max).toFixed(0)}%`,
      progressBar(points, max),
    ]),
  );
}

/** Each check that failed, once for each submission whose file loads. */
function failures(all: readonly Graded[]): string[] {
  return all.flatMap(({ result }) =>
    result.lessons
      .filter(({ broken }) => broken === undefined)
      .flatMap(({ checks }) => checks)
      .filter(({ status, failure }) => status === 'failed' && failure?.problem !== CHEAP)
      .map(({ exercise, title }) => `${exercise}: ${title}`),
  );
}

/** Each mistake that was recognized, once for each submission. */
function mistakes(all: readonly Graded[]): string[] {
  return all.flatMap(({ result }) => [
    ...new Set(
      result.lessons
        .flatMap(({ checks }) => checks)
        .flatMap(({ exercise, failure }) =>
          failure?.diagnosis === undefined ? [] : `${exercise}: ${failure.diagnosis.sentence}`,
        ),
    ),
  ]);
}

/** What is said most often, with how often. */
function counted(texts: readonly string[], total: number): Markup {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const most = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, LISTED);
  return table(
    ['', 'submissions', ''],
    most.map(([text, count]) => [text, String(count), progressBar(count, total)]),
  );
}

function reasons(
  all: readonly Graded[],
  ungraded: readonly { submission: string; problem?: string }[],
): Markup {
  const broken = all.flatMap(({ name, result }) =>
    result.lessons.flatMap((lesson) =>
      lesson.broken === undefined ? [] : [[name, lesson.broken]],
    ),
  );
  const others = ungraded.map(({ submission, problem = '' }) => [submission, problem]);
  return table(['submission', 'why'], [...broken, ...others]);
}

function list(all: readonly Graded[]): Markup {
  return table(
    ['submission', 'points', ''],
    all.map(({ name, result: { points, max } }) => [
      markup`<a href="./${encodeURIComponent(name)}.html">${name}</a>`,
      `${points} of ${max}`,
      progressBar(points, max),
    ]),
  );
}
