/** A page for the learner, which can be sent: it links to nothing but itself. */
import type { CheckResult } from '../../results/lesson-result.ts';
import { anchorOf } from '../../readme.ts';
import { markup, type Markup } from '../../../figures/markup.ts';
import { failureOf, nanText, valuesOf } from '../failure.ts';
import { document, progressBar } from '../page.ts';
import {
  exercisesOf,
  hasPrinted,
  learnerPath,
  pointsText,
  sectionOf,
  type GradedExercise,
} from './wording.ts';
import type { SubmissionResult, SandboxResult } from '../../results/submission-result.ts';

/**
 * The result as a page with the points of every exercise and the first failure of each in full.
 *
 * @param name whose result it is
 */
export function html(result: SubmissionResult, name?: string): string {
  const whose = name === undefined ? '' : `${name}, `;
  const title = `chainrule: ${whose}${pointsText(result)}`;
  return document(title, [
    markup`<h1>${title}</h1>`,
    markup`<p>${progressBar(result.points, result.max)}</p>`,
    ...(result.lessons.length === 0
      ? [markup`<p>No lesson was graded.</p>`]
      : result.lessons.map(section)),
  ]);
}

function section(lesson: SandboxResult): Markup {
  const { lesson: name, broken, printed } = lesson;
  const exercises = exercisesOf(lesson);
  const content = [
    markup`<h2 id="${name}">${name}: ${pointsText(lesson)}</h2>`,
    markup`<p><code>${learnerPath(name)}</code></p>`,
    markup`<p>${progressBar(lesson.points, lesson.max)}</p>`,
    ...(broken === undefined
      ? [
          table(exercises),
          ...exercises.flatMap(({ failed }) => (failed ? [article(failed, name)] : [])),
        ]
      : [
          markup`<p class="failed">✘ This lesson could not be graded:</p>`,
          markup`<pre>${broken}</pre>`,
        ]),
    ...(hasPrinted(lesson)
      ? [markup`<h3>Your code printed</h3>`, markup`<pre>${printed.trimEnd()}</pre>`]
      : []),
  ];
  return markup`<section aria-labelledby="${name}">
${content}
</section>`;
}

function table(exercises: readonly GradedExercise[]): Markup {
  return markup`<table>
<caption>Points by exercise</caption>
<thead>
<tr><th scope="col">exercise</th><th scope="col">points</th><th scope="col">state</th></tr>
</thead>
<tbody>
${exercises.map(row)}
</tbody>
</table>`;
}

function row(graded: GradedExercise): Markup {
  const { exercise, points, max } = graded;
  return markup`<tr><th scope="row">${exercise}</th><td>${points} of ${max}</td>${stateCell(graded)}</tr>`;
}

function stateCell({ exercise, points, max, failed }: GradedExercise): Markup {
  if (points === max) return markup`<td class="solved">✔ solved</td>`;
  if (failed === undefined) return markup`<td>to do</td>`;
  return markup`<td class="failed">✘ <a href="${anchorOf(exercise)}">${failed.title}</a></td>`;
}

function article(check: CheckResult, lesson: string): Markup {
  const failure = failureOf(check);
  const { problem, place, nanFrom, diagnosis } = failure;
  const id = anchorOf(check.exercise).slice(1);
  const values = valuesOf(failure).map(
    ([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`,
  );
  const content = [
    markup`<h3 id="${id}"><span class="failed">✘</span> ${check.exercise}: ${check.title}</h3>`,
    // What was done is what its author wants to know first.
    ...(diagnosis === undefined ? [] : [markup`<p><strong>${diagnosis.sentence}</strong></p>`]),
    ...(values.length === 0 ? [] : [markup`<dl>${values}</dl>`]),
    markup`<pre>${problem}</pre>`,
    ...(place === undefined ? [] : [markup`<p>at <code>${place}</code></p>`]),
    ...(nanFrom === undefined ? [] : [markup`<p>${nanText(nanFrom)}</p>`]),
    markup`<p>The course explains it in <code>${sectionOf(check, lesson)}</code></p>`,
  ];
  return markup`<article aria-labelledby="${id}">
${content}
</article>`;
}
