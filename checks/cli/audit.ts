/** `npm run audit`: proves the suites, lesson by lesson, and prints what they caught. */
import { auditLesson } from '../audit/audit-lesson.ts';
import { equivalents, unexplained } from '../audit/equivalents.ts';
import { tryMutants, type Survivor } from '../audit/mutants.ts';
import type { Lesson } from '../project.ts';
import { pointsOf } from '../results/points.ts';

/** What the audit of a lesson came to. */
export interface AuditRow {
  lesson: string;
  /** Points of the untouched stub, of the reference, and the number of points there are. */
  stub: number;
  reference: number;
  points: number;
  /** Other right solutions with every point, of how many. */
  solutions: [whole: number, all: number];
  /** Misconceptions caught in their exercise and named, of how many. */
  misconceptions: [named: number, all: number];
  /** Mutants: how many there are, were tried, were killed, and are the reference in other words. */
  mutants: { all: number; tried: number; killed: number; equivalent: number };
  /** Mutants that survived without a reason. */
  missed: Survivor[];
}

/** The share of the mutants that could be noticed which a suite must notice. */
const THRESHOLD = 0.95;

/**
 * Audits lessons and prints a table. Exits with 1 if any suite falls short.
 *
 * @param sample how many mutants to try in each lesson; all unless given
 */
export async function audit(all: readonly Lesson[], sample?: number): Promise<void> {
  const rows: AuditRow[] = [];
  for (const lesson of all) {
    process.stderr.write(`${lesson.name} …\n`);
    rows.push(await auditRow(lesson, sample));
  }
  process.stdout.write(auditTable(rows));
  process.exitCode = rows.every(holds) ? 0 : 1;
}

async function auditRow(lesson: Lesson, sample?: number): Promise<AuditRow> {
  const { stub, reference, solutions, misconceptions } = await auditLesson(lesson);
  const { all, tried, killed, survivors } = await tryMutants(lesson, sample);
  const missed = unexplained(survivors, equivalents(lesson));
  const points = reference.length;
  const named = misconceptions.filter(
    ({ misconception: { id }, checks }) =>
      checks.find(({ status }) => status === 'failed')?.failure?.diagnosis?.id === id,
  );
  return {
    lesson: lesson.name,
    stub: pointsOf(stub),
    reference: pointsOf(reference),
    points,
    solutions: [
      solutions.filter(({ checks }) => pointsOf(checks) === points).length,
      solutions.length,
    ],
    misconceptions: [named.length, misconceptions.length],
    mutants: { all, tried, killed, equivalent: survivors.length - missed.length },
    missed,
  };
}

/** Whether a lesson's suite does everything that is asked of it. */
export function holds(row: AuditRow): boolean {
  return (
    row.stub === 0 &&
    row.reference === row.points &&
    row.solutions[0] === row.solutions[1] &&
    row.misconceptions[0] === row.misconceptions[1] &&
    killedShare(row) >= THRESHOLD
  );
}

/** Killed mutants / tried mutants that are not the reference in other words. */
export function killedShare({ mutants: { tried, killed, equivalent } }: AuditRow): number {
  return tried === equivalent ? 1 : killed / (tried - equivalent);
}

/** The audit as text: a row for each lesson, then the mutants that were missed. */
export function auditTable(rows: readonly AuditRow[]): string {
  const head = [
    'lesson',
    'stub',
    'reference',
    'other solutions',
    'misconceptions named',
    'mutants killed',
    'equivalent',
    'share',
    '',
  ];
  const cells = rows.map((row) => [
    row.lesson,
    `${row.stub}/${row.points}`,
    `${row.reference}/${row.points}`,
    row.solutions.join(' of '),
    row.misconceptions.join(' of '),
    `${row.mutants.killed} of ${row.mutants.tried}${row.mutants.tried < row.mutants.all ? ` (sample of ${row.mutants.all})` : ''}`,
    String(row.mutants.equivalent),
    `${(100 * killedShare(row)).toFixed(1)}%`,
    holds(row) ? 'holds' : 'FALLS SHORT',
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]!.length)),
  );
  const lines = [head, ...cells].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  const missed = rows.flatMap(({ lesson, missed: own }) =>
    own.map(
      ({ name, line, original, replacement }) =>
        `missed  ${lesson}  ${name}, line ${line}: ${oneLine(original)}  →  ${oneLine(replacement)}`,
    ),
  );
  return `${[...lines, ...missed].join('\n')}\n`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
