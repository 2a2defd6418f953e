/** Whose functions stand behind `#lessons/…`, as the environment variable CHAINRULE_SUBJECT says. */
import { resolve } from 'node:path';
import { root } from '../project.ts';

/** The environment variable; unset or empty, the subject is the reference. */
export const VARIABLE = 'CHAINRULE_SUBJECT';

/** The reference, the learner's file, another file, or the reference with one misconception laid over it. */
export type Choice =
  | { kind: 'reference' | 'learner' }
  | { kind: 'file'; path: string }
  | { kind: 'misconception'; id: string };

/**
 * Reads the choice: `reference`, `learner`, `misconception:ID`, or the path of a file.
 *
 * @param value what the environment variable holds
 */
export function subjectChoice(value = process.env[VARIABLE] ?? ''): Choice {
  if (value === '') return { kind: 'reference' };
  if (value === 'reference' || value === 'learner') return { kind: value };
  const id = /^misconception:(.+)$/.exec(value)?.[1];
  return id === undefined
    ? { kind: 'file', path: resolve(root, value) }
    : { kind: 'misconception', id };
}
