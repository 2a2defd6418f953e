/**
 * A page for the learner, in one file: it loads nothing and runs nothing, and it can be read on a light or dark
 * screen, on paper and aloud.
 *
 * It is written so that it is XML as well, which lets the tests prove that it is whole:
 * https://www.w3.org/TR/html-polyglot/
 */
import type { CheckResult } from '../../results/lesson-result.ts';
import { anchorOf } from '../../readme.ts';
import { markup, type Markup } from '../../../figures/markup.ts';
import { failureOf, nanText, valuesOf } from '../failure.ts';
import {
  exercisesOf,
  hasPrinted,
  learnerPath,
  pointsText,
  sectionOf,
  type GradedExercise,
} from './wording.ts';
import type { SubmissionResult, SandboxResult } from '../../results/submission-result.ts';

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --faint: #595959; --box: #f3f3f3;
  --line: #c4c4c4; --good: #14612b; --bad: #a11; --link: #0645ad; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --paper: #151515; --faint: #b0b0b0; --box: #232323; --line: #555;
    --good: #7bd68f; --bad: #ff9b92; --link: #8ab8ff; }
}
@media print { :root { color-scheme: light; } article, tr { break-inside: avoid; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 50rem; margin: 0 auto; padding: 1rem; }
a { color: var(--link); }
table { border-collapse: collapse; width: 100%; }
caption { text-align: start; color: var(--faint); }
th, td { padding: 0.25rem 0.5rem; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; font-weight: normal; }
thead th { color: var(--faint); }
pre, code, dd { font: 0.9rem/1.4 ui-monospace, monospace; }
pre { padding: 0.5rem; background: var(--box); }
pre, dd { margin: 0.5rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; }
dt { margin: 0.5rem 0; color: var(--faint); }
.solved { color: var(--good); }
.failed { color: var(--bad); }
`;

/** The result as a page with the points of every exercise and the first failure of each in full. */
export function html(result: SubmissionResult): string {
  const title = `chainrule: ${pointsText(result)}`;
  const page = markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
<title>${title}</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${result.lessons.length === 0 ? markup`<p>No lesson was graded.</p>` : result.lessons.map(section)}
</main>
</body>
</html>
`;
  return page.markup;
}

function section(lesson: SandboxResult): Markup {
  const { lesson: name, broken, printed } = lesson;
  const exercises = exercisesOf(lesson);
  const content = [
    markup`<h2 id="${name}">${name}: ${pointsText(lesson)}</h2>`,
    markup`<p><code>${learnerPath(name)}</code></p>`,
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
  const path = sectionOf(check, lesson);
  const content = [
    markup`<h3 id="${id}"><span class="failed">✘</span> ${check.exercise}: ${check.title}</h3>`,
    ...(values.length === 0 ? [] : [markup`<dl>${values}</dl>`]),
    markup`<pre>${problem}</pre>`,
    ...(place === undefined ? [] : [markup`<p>at <code>${place}</code></p>`]),
    ...(nanFrom === undefined ? [] : [markup`<p>${nanText(nanFrom)}</p>`]),
    ...(diagnosis === undefined ? [] : [markup`<p><strong>${diagnosis.sentence}</strong></p>`]),
    markup`<p>Read <a href="${path}">${path}</a></p>`,
  ];
  return markup`<article aria-labelledby="${id}">
${content}
</article>`;
}
