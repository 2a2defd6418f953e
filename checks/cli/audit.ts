/** `npm run audit`: proves the suites, lesson by lesson, and prints what they caught. */
import { equivalents, unexplained } from '../proof/equivalents.ts';
import { faultsOf, misconceptionFault } from '../proof/faults.ts';
import { proofsOf } from '../proof/kept-proofs.ts';
import { tryMutants, type MutationResult, type Survivor } from '../proof/mutants.ts';
import { lazyPoints, type LazyPoints } from '../proof/lazy-points.ts';
import { budgetUsed } from '../proof/budget.ts';
import type { Proof } from '../proof/proof.ts';
import type { Lesson } from '../project.ts';

/** What the audit of a lesson found. */
export interface Audit {
  lesson: Lesson;
  proof: Proof;
  mutants: MutationResult;
  lazy: LazyPoints;
  /** Mutants that survived without a reason. */
  missed: Survivor[];
}

/** The share of the mutants that could be noticed which a suite must notice. */
const THRESHOLD = 0.95;

/** The share of the points that may be had without computing anything. */
const MOST_LAZY = 0.1;

/**
 * Audits lessons and prints a table of each. Exits with 1 if any falls short.
 *
 * @param sample how many mutants to try in each lesson; all unless given
 */
export async function audit(all: readonly Lesson[], sample?: number): Promise<void> {
  const proofs = new Map<string, Proof>();
  process.stderr.write('Proving …\n');
  await proofsOf(all, ({ name }, proof) => proofs.set(name, proof));
  const lazy = await lazyPoints(all);
  let holdsAll = true;
  for (const [i, lesson] of all.entries()) {
    process.stderr.write(`Trying mutants of ${lesson.name} …\n`);
    const mutants = await tryMutants(lesson, sample);
    const missed = unexplained(mutants.survivors, equivalents(lesson));
    const found = { lesson, proof: proofs.get(lesson.name)!, mutants, lazy: lazy[i]!, missed };
    process.stdout.write(auditTable(found));
    holdsAll &&= shortfalls(found).length === 0;
  }
  process.exitCode = holdsAll ? 0 : 1;
}

/** What is missing, in sentences; none when the suite does everything that is asked of it. */
export function shortfalls(found: Audit): string[] {
  const share = killedShare(found);
  return [
    ...faultsOf(found.lesson, found.proof),
    ...(share < THRESHOLD
      ? [`${percent(share)} of the mutants are killed; ${percent(THRESHOLD)} must be`]
      : []),
    ...(lazyShare(found) > MOST_LAZY
      ? [
          `who computes nothing gets ${percent(lazyShare(found))} of the points; at most ${percent(MOST_LAZY)} may be had so`,
        ]
      : []),
  ];
}

/** The points of one who throws where that is right and returns zeros elsewhere / all points. */
function lazyShare({ lazy }: Audit): number {
  return lazy.doingBoth / Math.max(1, lazy.of);
}

/** Killed mutants / tried mutants that are not the reference in other words. */
export function killedShare({ mutants: { tried, killed, survivors }, missed }: Audit): number {
  const noticeable = tried - (survivors.length - missed.length);
  return noticeable === 0 ? 1 : killed / noticeable;
}

/** The audit as text: a row for each exercise, the lesson's totals, the mutants that were missed, what falls short. */
export function auditTable(found: Audit): string {
  const { lesson, proof, mutants, missed } = found;
  const exercises = [...new Set(proof.reference.map(({ exercise }) => exercise))];
  const rows = exercises.map((exercise) => {
    const checks = proof.reference.filter((check) => check.exercise === exercise);
    const known = proof.misconceptions.filter(
      ({ misconception }) => misconception.exercise === exercise,
    );
    const named = known.filter((one) => misconceptionFault(one).length === 0).length;
    const own = mutants.byName[exercise.slice(exercise.indexOf(' ') + 1)];
    return [
      exercise,
      String(checks.length),
      known.length === 0 ? '–' : `${named} of ${known.length}`,
      own === undefined ? '–' : `${own.killed} of ${own.tried}`,
      `${Math.round(checks.reduce((sum, { cpu }) => sum + cpu, 0))} ms`,
    ];
  });
  const head = ['exercise', 'checks', 'mistakes named', 'mutants killed', 'CPU on the reference'];
  const sampled = mutants.tried < mutants.all ? ` (a sample of ${mutants.all})` : '';
  const equivalent = mutants.survivors.length - missed.length;
  const short = shortfalls(found);
  return [
    '',
    lesson.name,
    ...aligned([head, ...rows]),
    `mutants: ${mutants.killed} of ${mutants.tried}${sampled} killed, ${equivalent} are the reference in other words: ${percent(killedShare(found))}`,
    `budget: ${Math.round(proof.cpu)} ms of CPU for the proof, ${percent(budgetUsed(lesson, proof))} of what it may take`,
    `lazy: ${found.lazy.throwing} points for always throwing, ${found.lazy.returningZeros} for zeros, ${found.lazy.doingBoth} for both, of ${found.lazy.of}: ${percent(lazyShare(found))}`,
    ...missed.map(
      ({ name, line, original, replacement }) =>
        `missed: ${name}, line ${line}: ${oneLine(original)}  →  ${oneLine(replacement)}`,
    ),
    ...short.map((sentence) => `falls short: ${sentence}`),
    short.length === 0 ? 'holds' : 'FALLS SHORT',
    '',
  ].join('\n');
}

function aligned(rows: readonly string[][]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd(),
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
