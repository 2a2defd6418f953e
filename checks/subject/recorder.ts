/**
 * What stands behind `#lessons/…`, and a record of the calls that a check makes to it.
 *
 * A facade (hooks.ts) opens its lesson here and sends every call of the suite through `record`. The calls go
 * to the functions that `use` put in place: the reference's, the learner's, or the reference's with one
 * known wrong answer laid over it. (A sandbox would put functions here that call another process.)
 */
import type { Misconception } from '../misconception.ts';
import { snapshot } from './snapshot.ts';

/** A lesson's functions by name, as a module exports them. */
export type Functions = Readonly<Record<string, unknown>>;

/** A lesson whose facade was imported. */
export interface Opened {
  reference: Functions;
  misconceptions: readonly Misconception[];
  /** What the calls go to. */
  subject: Functions;
}

/** One call of the suite to the subject. */
export interface Call {
  name: string;
  /** As they were before the call. */
  args: readonly unknown[];
  /** What came back, or what was thrown. */
  outcome: { value: unknown } | { thrown: unknown };
  milliseconds: number;
}

interface State {
  opened: Map<string, Opened>;
  calls: Call[];
  announce: (name: string) => void;
}

// Mocha requires the suites and the checks are imported, and tsx keeps those two apart: this module may be
// loaded once for each. The state must be one, so it hangs on the global object.
const shared = globalThis as { [key: symbol]: State | undefined };
const state: State = (shared[Symbol.for('chainrule.subject')] ??= {
  opened: new Map(),
  calls: [],
  announce: () => {},
});

/** Called by a lesson's facade when it is imported; returns what every exported function calls. */
export function open(lesson: string, parts: Opened): (name: string, args: unknown[]) => unknown {
  state.opened.set(lesson, parts);
  return (name, args) => record(parts.subject[name], name, args);
}

/** The lessons whose facades were imported, by name. */
export function openedLessons(): ReadonlyMap<string, Opened> {
  return state.opened;
}

/** Puts functions behind an opened lesson's facade, in place of those that stood there. */
export function use(lesson: Opened, functions: Functions): void {
  lesson.subject = functions;
}

/**
 * The reference with one known wrong answer in the place of its exercise's function.
 *
 * @throws RangeError when no misconception of the lesson has this id
 */
export function overlay(
  reference: Functions,
  misconceptions: readonly Misconception[],
  id: string,
): Functions {
  const misconception = misconceptions.find((one) => one.id === id);
  if (misconception === undefined) {
    const ids = misconceptions.map((one) => one.id).join(', ');
    throw new RangeError(`overlay: the lesson has no misconception "${id}"; it has ${ids}`);
  }
  return { ...reference, [functionOf(misconception.exercise)]: misconception.wrong };
}

/** The function that an exercise asks for: `sigmoid` for `02.5 sigmoid`. */
export function functionOf(exercise: string): string {
  return exercise.slice(exercise.indexOf(' ') + 1);
}

/** Forgets the calls recorded so far: a new check begins. */
export function startRecording(): void {
  state.calls = [];
}

/** The calls since `startRecording`, in order. */
export function recordedCalls(): readonly Call[] {
  return state.calls;
}

/** Has `listener` told each function's name before it is called: whoever ends an endless loop wants to know. */
export function onCall(listener: (name: string) => void): void {
  state.announce = listener;
}

function record(f: unknown, name: string, args: unknown[]): unknown {
  const before = snapshot(args);
  state.announce(name);
  const start = performance.now();
  let outcome: Call['outcome'] = { thrown: undefined };
  try {
    if (typeof f !== 'function') {
      throw new MissingExportError(`${name} is missing: the lesson's file must export it`);
    }
    const value: unknown = f(...args);
    outcome = { value };
    return value;
  } catch (thrown) {
    outcome = { thrown };
    throw thrown;
  } finally {
    const milliseconds = performance.now() - start;
    state.calls.push({ name, args: before, outcome: snapshot(outcome), milliseconds });
  }
}

/** Thrown in the place of a function that the subject doesn't export. */
export class MissingExportError extends Error {
  override name = 'MissingExportError';
}
