/**
 * Grades folders of answers that people gave, and says how many are caught and what their authors are told:
 *
 *     node --import tsx test/answers.ts FOLDER… [--json FILE]
 *
 * An answer is a patch of a lesson's reference, `wrong/05/m1.patch`, `right/…` or `public/…`; its first line names the
 * exercise and what its author did. The references are those of the commit that the patches were made of. Prints a
 * table by lesson and the messages; `--json` writes a line for each answer.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { plain } from '../checks/report/colours.ts';
import { failureToShow } from '../checks/report/failure.ts';
import { lessonReport } from '../checks/report/lesson.ts';
import { shownPath, stateFolder } from '../checks/project.ts';
import type { CheckResult } from '../checks/results/lesson-result.ts';
import { pointsOf } from '../checks/results/points.ts';
import { gradeAnswers } from './answers/graders.ts';
import { answersIn, type Answer } from './answers/patches.ts';

/** An answer that was graded. */
interface Graded {
  id: string;
  group: string;
  lesson: string;
  exercise: string | undefined;
  about: string;
  isRight: boolean;
  points: number;
  max: number;
  /** Points lost in other exercises than its own. */
  lostElsewhere: number;
  /** How many of those are said to follow from another exercise's failure. */
  following: number;
  /** How the message was found: mechanical, misconception, relation, place, or none. */
  kind: string;
  /** All that is shown of the failure. */
  shown: string;
}

function gradedAnswer(answer: Answer, checks: CheckResult[]): Graded {
  const { id, group, lesson, exercise, about, isRight } = answer;
  const lost = checks.filter(({ status }) => status !== 'passed');
  const elsewhere = lost.filter((check) => exercise !== undefined && check.exercise !== exercise);
  const following = elsewhere.filter(({ failure }) => failure?.follows !== undefined);
  const report = lessonReport(
    { lesson: lesson.name, checks, printed: '', samples: [] },
    {
      lesson,
      file: shownPath(lesson.learner),
      hash: '',
      typeProblems: [],
      colours: plain,
    },
  );
  const shown = report.split('\n\n').find((part) => part.startsWith('✘')) ?? '';
  return {
    id,
    group,
    lesson: lesson.name,
    exercise,
    about,
    isRight,
    points: pointsOf(checks),
    max: checks.length,
    lostElsewhere: elsewhere.length,
    following: following.length,
    kind: failureToShow(checks)?.failure?.diagnosis?.kind ?? 'none',
    shown,
  };
}

function messageOf(graded: Graded): string {
  const { group, lesson, id, about, points, max, lostElsewhere, following, kind, shown } = graded;
  const elsewhere =
    lostElsewhere === 0 ? '' : `, ${lostElsewhere} lost elsewhere, ${following} of them follow`;
  return `\n## ${group}/${lesson}/${id}  ${points}/${max}${elsewhere}  [${kind}]\n${about}\n${shown}\n`;
}

/** How many were caught and how their messages were found, by group and lesson. */
function table(all: readonly Graded[]): string {
  const kinds = ['mechanical', 'misconception', 'relation', 'place', 'none'];
  const rows = [['group', 'lesson', 'answers', 'as they should be', ...kinds]];
  const groups = new Set(all.map(({ group, lesson }) => `${group} ${lesson}`));
  for (const key of groups) {
    const own = all.filter(({ group, lesson }) => `${group} ${lesson}` === key);
    const good = own.filter(({ isRight, points, max }) => isRight === (points === max));
    const lost = own.filter(({ points, max }) => points < max);
    rows.push([
      ...key.split(' '),
      String(own.length),
      String(good.length),
      ...kinds.map((kind) => String(lost.filter((one) => one.kind === kind).length)),
    ]);
  }
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
  return `\n${lines.join('\n')}\n`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      // The commit whose references the patches change.
      base: { type: 'string', default: 'af271f0' },
      quiet: { type: 'boolean', default: false },
      // Grade all exercises, and not only those that a patch can have changed.
      whole: { type: 'boolean', default: false },
    },
  });
  const folder = stateFolder('answers', String(process.pid));
  const all: Graded[] = [];
  try {
    const answers = positionals.flatMap((path) => answersIn(path, values.base, folder));
    await gradeAnswers(answers, values.whole, (answer, checks) => {
      const graded = gradedAnswer(answer, checks);
      all.push(graded);
      if (!values.quiet) process.stdout.write(messageOf(graded));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (values.json !== undefined) {
    writeFileSync(values.json, all.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }
  process.stdout.write(table(all));
}

await main();
