/**
 * What a lesson may cost, in milliseconds of CPU on one idle core after loading. There will be two dozen lessons, and
 * all of them are proven on every change.
 */
import type { Lesson } from '../project.ts';
import type { Proof } from './proof.ts';

/** Of one check, but for a few that train a network. */
const CHECK = 300;
const TRAINING_CHECK = 1000;
const TRAINING_CHECKS = 2;
/** Of the suite on the reference, and of the whole proof: reference, stub, other solutions and misconceptions. */
const LESSON = { suite: 1000, proof: 3000 };
/** The capstone compiles its kernels for two backends, and trains on them. */
const CAPSTONE = { suite: 4000, proof: 12_000 };
/** A machine may be slow, or busy with other things: only what is this many times too expensive fails. */
const PATIENCE = 2;

/** The part of its budget that a lesson's proof used: 1 is all of it. */
export function budgetUsed(lesson: Lesson, proof: Proof): number {
  return proof.cpu / budgetOf(lesson).proof;
}

/** What is far too expensive in a lesson, a sentence each. */
export function overBudget(lesson: Lesson, proof: Proof): string[] {
  const faults: string[] = [];
  const judge = (what: string, cpu: number, allowed: number): void => {
    if (cpu > PATIENCE * allowed) {
      faults.push(`${what} took ${Math.round(cpu)} ms of CPU, and may take ${allowed}`);
    }
  };
  const byCost = proof.reference.toSorted((a, b) => b.cpu - a.cpu);
  for (const [i, { exercise, title, cpu }] of byCost.entries()) {
    judge(`${exercise}: ${title}`, cpu, i < TRAINING_CHECKS ? TRAINING_CHECK : CHECK);
  }
  const suite = proof.reference.reduce((sum, { cpu }) => sum + cpu, 0);
  judge('the suite on the reference', suite, budgetOf(lesson).suite);
  judge('the whole proof', proof.cpu, budgetOf(lesson).proof);
  return faults;
}

function budgetOf({ name }: Lesson): typeof LESSON {
  return name === '18-capstone' ? CAPSTONE : LESSON;
}
