/**
 * What stands behind `#lessons/…`, and a record of the calls that a check makes to it.
 *
 * A facade (hooks.ts) opens its lesson here and sends every call of the suite through `record`. The calls go
 * to the functions that `use` put in place: the reference's, the learner's, or the reference's with one
 * known wrong answer laid over it. (A sandbox would put functions here that call another process.)
 */
import { types } from 'node:util';
import { isRowMajor } from '#arrays';
import ndarray from 'ndarray';
import { isArray, type AnyArray } from '../any-array.ts';
import type { Misconception } from '../misconception.ts';
import { changeOf } from './change.ts';
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
  /** The place of the first argument that the call changed, and what became of it. */
  changed?: { argument: number; change: string };
  /** The place of an argument that came back, itself or as a view of its memory; a cache may hold what it likes. */
  shared?: { argument: number; isItself: boolean };
  /** The arguments as who reads `.data` sees them, where that differs: every view's data from its beginning on. */
  unstrided?: readonly unknown[];
  /** The places of arguments that came out of earlier calls as their field `cache`, with those calls. */
  caches?: ReadonlyMap<number, Call>;
}

interface State {
  opened: Map<string, Opened>;
  calls: Call[];
  /** The caches that came out of calls, as long as somebody holds them. */
  caches: WeakMap<object, Call>;
  announce: (name: string) => void;
  returned: (call: Call) => void;
}

// Mocha requires the suites and the checks are imported, and tsx keeps those two apart: this module may be
// loaded once for each. The state must be one, so it hangs on the global object.
const shared = globalThis as { [key: symbol]: State | undefined };
const state: State = (shared[Symbol.for('chainrule.subject')] ??= {
  opened: new Map(),
  calls: [],
  caches: new WeakMap(),
  announce: () => {},
  returned: () => {},
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

/** Has `listener` told of each call when it has ended. */
export function onReturn(listener: (call: Call) => void): void {
  state.returned = listener;
}

/** Calls in a check beyond this many are not kept, but for the last one: a loop may make thousands. */
const MOST_CALLS = 400;

function record(f: unknown, name: string, args: unknown[]): unknown {
  const call: Call = {
    name,
    args: snapshot(args),
    outcome: { thrown: undefined },
    milliseconds: 0,
  };
  const unstrided = args.map(withoutStrides);
  if (unstrided.some((arg, i) => arg !== args[i])) call.unstrided = snapshot(unstrided);
  const caches = args.flatMap((arg, i) => {
    const from = isObject(arg) ? state.caches.get(arg) : undefined;
    return from === undefined ? [] : [[i, from] as const];
  });
  if (caches.length > 0) call.caches = new Map(caches);
  state.announce(name);
  const start = performance.now();
  try {
    if (typeof f !== 'function') {
      throw new MissingExportError(`${name} is missing: the lesson's file must export it`);
    }
    if (types.isProxy(f)) throw new MissingExportError(proxyText(name));
    const value: unknown = f(...args);
    call.milliseconds = performance.now() - start;
    call.outcome = { value: resultOf(value) };
    noteMemory(call, args, value);
    return value;
  } catch (thrown) {
    call.milliseconds = performance.now() - start;
    call.outcome = { thrown };
    throw thrown;
  } finally {
    const changes = args.map((arg, i) => changeOf(call.args[i], arg));
    const argument = changes.findIndex((change) => change !== undefined);
    if (argument >= 0) call.changed = { argument, change: changes[argument]! };
    if (state.calls.length > MOST_CALLS) state.calls.pop();
    state.calls.push(call);
    state.returned(call);
  }
}

/** A copy of a result, but for a forward pass's cache, which no value is compared with: it may be large. */
function resultOf(value: unknown): unknown {
  if (!isObject(value) || isArray(value) || !('cache' in value)) return snapshot(value);
  const { cache, ...rest } = value;
  return { ...snapshot(rest), cache };
}

/** Notes what of the arguments came back, and which cache did. */
function noteMemory(call: Call, args: readonly unknown[], value: unknown): void {
  if (!isObject(value)) return;
  const { cache, ...rest } = value as { cache?: unknown };
  if (isObject(cache)) state.caches.set(cache, call);
  const returned = arraysIn(isArray(value) ? value : rest);
  for (const [argument, arg] of args.entries()) {
    const given = arraysIn(arg);
    const isItself = returned.some((array) => given.includes(array));
    const sharesMemory = returned.some((array) =>
      given.some((other) => other.data === array.data && array.data.length > 0),
    );
    if (isItself || sharesMemory) {
      call.shared = { argument, isItself };
      return;
    }
  }
}

/** The arrays in a value, at any depth. */
function arraysIn(value: unknown): AnyArray[] {
  if (isArray(value)) return [value];
  return isObject(value) ? Object.values(value).flatMap(arraysIn) : [];
}

/** What somebody gets who takes the data of a view for its entries; the value itself where that makes no difference. */
function withoutStrides(value: unknown): unknown {
  if (!isArray(value)) return value;
  const { data, shape, offset, size } = value;
  if (offset === 0 && isRowMajor(value)) return value;
  return ndarray(data.slice(0, size) as typeof data, [...shape]);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Why a proxy of a function is not called: it sees more of a call than its arguments. */
export function proxyText(name: string): string {
  return `${name} is a proxy of a function: export the function itself`;
}

/** Thrown in the place of a function that the subject doesn't export. */
export class MissingExportError extends Error {
  override name = 'MissingExportError';
}
