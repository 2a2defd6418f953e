/**
 * The function under test as the checker sees it: a map from lists of numbers to lists of numbers.
 *
 * This is the only module that calls the learner's code. It gives every call arguments of its own, so that a
 * function that writes into them spoils nothing, counts the calls, and turns whatever comes back into flat
 * arrays or into a sentence that says what came back instead.
 */
import { copy, product, shapeText } from '#arrays';
import ndarray, { type NdArray } from 'ndarray';
import { entries, isArray, sameShape } from '../any-array.ts';
import { DOUBLE, SINGLE, type Precision } from './precision.ts';
import type { Differentiable, Problem } from './problem.ts';

/** A differentiable input. */
export interface Input {
  name: string;
  /** What its gradient is called: 'dx' for 'x'. */
  gradient: string;
  /** Its place among the arguments. */
  argument: number;
  shape: readonly number[];
  /** Its entries in row-major order. */
  values: Float64Array;
  /** Where each of those entries lies in the data behind the view. */
  positions: Int32Array;
}

/** One output: its entries are `start`, …, `start + size − 1` among all the outputs' entries. */
export interface Output {
  name: string;
  shape: readonly number[];
  start: number;
  size: number;
}

/** Something that came back and is not what was asked for. */
export interface Complaint {
  code: 'threw' | 'not-an-array' | 'not-finite' | 'missing';
  /** A clause that says so: `forward returned undefined`. */
  sentence: string;
}

/** A forward pass that came to an end. */
export interface Run {
  /** The entries of all outputs, one output after the other. */
  values: Float64Array;
  outputs: readonly Output[];
  cache: unknown;
  /** The arguments that the function got, which it may have changed. */
  passed: readonly unknown[];
}

/** What a backward pass returned, one item for each differentiable input. */
export interface Gradients {
  returned: readonly (Returned | Complaint)[];
  /** The upstream gradients that the function got, which it may have changed. */
  douts: readonly unknown[];
}

/** The gradient of one input as it came back. */
export interface Returned {
  shape: readonly number[];
  values: Float64Array;
}

export interface Subject {
  name: string;
  inputs: readonly Input[];
  constants: Readonly<Record<string, number>>;
  precision: Precision;
  /** Whether it is a loss: one number, and no upstream gradient. */
  isLoss: boolean;
  /** The arguments as the problem gives them, and their names. */
  given: readonly unknown[];
  names: readonly string[];
  /** Calls made so far. */
  calls: { forward: number; backward: number };
  /** Runs the function on the inputs, `change` having had its way with their copies. */
  forward(change?: (args: unknown[]) => void): Run | Complaint;
  /** Carries upstream gradients, one number for each output entry, back through a run. */
  backward(run: Run, dout: Float64Array): Gradients | Complaint;
}

/**
 * A problem made ready for checking.
 *
 * @throws TypeError when the problem itself is malformed: no differentiable input, or one that is not finite
 */
export function toSubject(problem: Problem): Subject {
  const name = problem.name ?? 'the operation';
  const given = Object.values(problem.inputs).map(withoutOverlap);
  const inputs = Object.keys(problem.inputs).flatMap((input, argument) => {
    const array = given[argument];
    const gradient = problem.gradients?.[input] ?? `d${input}`;
    return isDifferentiable(array) ? [toInput(input, gradient, argument, array)] : [];
  });
  if (inputs.length === 0) {
    throw new TypeError(
      `checkGradient: ${name} has no differentiable input; give at least one ndarray over a Float64Array or a Float32Array`,
    );
  }
  for (const input of inputs) {
    if (!input.values.every(Number.isFinite)) {
      throw new TypeError(
        `checkGradient: input ${input.name} of ${name} is not finite; check the gradient at finite numbers`,
      );
    }
  }
  const single = given.some((array) => isArray(array) && array.data instanceof Float32Array);
  const calls = { forward: 0, backward: 0 };
  const common = {
    name,
    inputs,
    constants: problem.constants ?? {},
    precision: single ? SINGLE : DOUBLE,
    given,
    names: Object.keys(problem.inputs),
    calls,
  };

  const run = (f: (...args: never[]) => unknown, change?: (args: unknown[]) => void) => {
    const passed = given.map(clone);
    change?.(passed);
    problem.reseed?.();
    return { passed, result: attempt(() => f(...(passed as never[]))) };
  };

  if ('loss' in problem) {
    return {
      ...common,
      isLoss: true,
      forward(change) {
        calls.forward++;
        const { passed, result } = run(problem.loss, change);
        if (isComplaint(result)) return inFunction('the loss function', result);
        if (typeof result.value !== 'number') {
          return notA('a number', 'the loss function', result.value);
        }
        const values = Float64Array.of(result.value);
        return {
          values,
          outputs: [{ name: 'loss', shape: [], start: 0, size: 1 }],
          cache: passed,
          passed,
        };
      },
      backward({ passed }) {
        calls.backward++;
        problem.reseed?.();
        const result = attempt(() => problem.gradient(...(passed as never[])));
        if (isComplaint(result)) return inFunction('the gradient function', result);
        return {
          returned: readGradients('the gradient function', inputs, result.value),
          douts: [],
        };
      },
    };
  }

  const names = problem.outputs ?? ['out'];
  return {
    ...common,
    isLoss: false,
    forward(change) {
      calls.forward++;
      const { passed, result } = run(problem.forward, change);
      if (isComplaint(result)) return inFunction('forward', result);
      const read = attempt(() => readOutputs(names, result.value));
      if (isComplaint(read)) return inFunction('forward', read);
      if (isComplaint(read.value)) return read.value;
      return { ...read.value, passed };
    },
    backward({ cache, outputs }, dout) {
      calls.backward++;
      const douts = toDouts(outputs, dout, common.precision);
      const result = attempt(() => problem.backward(...([...douts, cache] as never[])));
      if (isComplaint(result)) return inFunction('backward', result);
      return { returned: readGradients('backward', inputs, result.value), douts };
    },
  };
}

/** Whether something is a complaint and not a result. */
export function isComplaint(result: object): result is Complaint {
  return 'sentence' in result;
}

/** Puts new entries into the array that the function will get for an input. */
export function writeEntries(args: unknown[], input: Input, values: ArrayLike<number>): void {
  const { data } = args[input.argument] as Differentiable;
  input.positions.forEach((position, i) => (data[position] = values[i]!));
}

/**
 * Moves one entry of the array that the function will get for an input.
 *
 * @returns how far it has moved after rounding, which can differ from `by`
 */
export function moveEntry(args: unknown[], input: Input, i: number, by: number): number {
  const { data } = args[input.argument] as Differentiable;
  const position = input.positions[i]!;
  data[position] = input.values[i]! + by;
  return data[position]! - input.values[i]!;
}

/** Upstream gradients as the learner's function gets them: an array for each output. */
export function toDouts(
  outputs: readonly Output[],
  dout: Float64Array,
  precision: Precision,
): Differentiable[] {
  return outputs.map(({ shape, start, size }) => {
    const part = dout.slice(start, start + size);
    return precision === SINGLE
      ? ndarray(Float32Array.from(part), [...shape])
      : ndarray(part, [...shape]);
  });
}

/** Whether two arguments hold the same numbers in the same shape. */
export function unchanged(before: unknown, after: unknown): boolean {
  if (!isArray(before) || !isArray(after)) return true;
  const now = entries(after);
  return (
    sameShape(before.shape, after.shape) &&
    entries(before).every((value, i) => Object.is(value, now[i]))
  );
}

function isDifferentiable(value: unknown): value is Differentiable {
  return (
    isArray(value) && (value.data instanceof Float64Array || value.data instanceof Float32Array)
  );
}

function toInput(name: string, gradient: string, argument: number, array: Differentiable): Input {
  const places = ndarray(
    Int32Array.from(array.data.keys()),
    array.shape,
    array.stride,
    array.offset,
  );
  const positions = Int32Array.from(entries(places));
  return { name, gradient, argument, shape: [...array.shape], values: entries(array), positions };
}

/** A view that repeats an axis with stride 0 has several entries in one place; each needs a place of its own. */
function withoutOverlap(value: unknown): unknown {
  const overlaps =
    isDifferentiable(value) &&
    value.stride.some((step, axis) => step === 0 && value.shape[axis]! > 1);
  return overlaps ? copy(value as NdArray<Float64Array>) : value;
}

/** A copy of an array with the same strides, so that a view stays the kind of view it is. */
function clone(value: unknown): unknown {
  return isArray(value)
    ? ndarray(value.data.slice(), [...value.shape], [...value.stride], value.offset)
    : value;
}

function attempt<T>(call: () => T): { value: T } | Complaint {
  try {
    return { value: call() };
  } catch (error) {
    // An exercise that is still to do is no mistake: whoever runs the check reports it.
    if (error instanceof Error && error.name === 'TodoError') throw error;
    return { code: 'threw', sentence: `threw ${errorText(error)}` };
  }
}

function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : 'something that is no Error';
}

function inFunction(name: string, { code, sentence }: Complaint): Complaint {
  return { code, sentence: `${name} ${sentence}` };
}

function notA(what: string, who: string, value: unknown): Complaint {
  return { code: 'not-an-array', sentence: `${who} returned ${kindOf(value)} instead of ${what}` };
}

function readOutputs(names: readonly string[], result: unknown): Omit<Run, 'passed'> | Complaint {
  if (!isRecord(result)) {
    return notA(`an object with ${names.join(', ')} and cache`, 'forward', result);
  }
  // An operation with one output may return it alone when its backward needs no cache.
  const arrays = isArray(result) ? [result] : names.map((name) => result[name]);
  const outputs: Output[] = [];
  const parts: Float64Array[] = [];
  let start = 0;
  for (const [i, array] of arrays.entries()) {
    const name = names[i]!;
    if (array === undefined) {
      return {
        code: 'missing',
        sentence: `forward returned ${keysText(result)} and no ${name}`,
      };
    }
    const read = readArray(array);
    if (read === undefined) return notA(`an ndarray as ${name}`, 'forward', array);
    outputs.push({ name, shape: read.shape, start, size: read.values.length });
    parts.push(read.values);
    start += read.values.length;
  }
  const values = new Float64Array(start);
  parts.forEach((part, i) => values.set(part, outputs[i]!.start));
  return { values, outputs, cache: isArray(result) ? undefined : result['cache'] };
}

type LooseRecord = Readonly<Record<string, unknown>>;

/** Whether a value can have named fields. A promise could, but whoever returned one meant something else. */
function isRecord(value: unknown): value is LooseRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !(value instanceof Promise)
  );
}

function readGradients(
  who: string,
  inputs: readonly Input[],
  result: unknown,
): (Returned | Complaint)[] {
  const read = attempt(() =>
    inputs.map((input) => readGradient(who, input, inputs.length, result)),
  );
  return isComplaint(read) ? inputs.map(() => inFunction(who, read)) : read.value;
}

function readGradient(
  who: string,
  { gradient }: Input,
  count: number,
  result: unknown,
): Returned | Complaint {
  const alone = count === 1 && isArray(result);
  if (!alone && (!isRecord(result) || isArray(result))) {
    return notA(`an object with ${gradient}`, who, result);
  }
  const value = alone ? result : (result as LooseRecord)[gradient];
  if (value === undefined) {
    return {
      code: 'missing',
      sentence: `${who} returned ${keysText(result as LooseRecord)} and no ${gradient}`,
    };
  }
  return readArray(value) ?? notA('an ndarray', `${who} (${gradient})`, value);
}

/** The shape and entries of whatever claims to be an ndarray, or nothing where the claim is false. */
function readArray(value: unknown): Returned | undefined {
  if (!isArray(value)) return undefined;
  try {
    const values = entries(value);
    return values.length === product(value.shape) ? { shape: [...value.shape], values } : undefined;
  } catch {
    return undefined;
  }
}

/** What a value is, for a sentence that says that it is not what was wanted. */
function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (value instanceof Promise) {
    // It may fail later, and nobody will be listening.
    value.catch(() => undefined);
    return 'a promise';
  }
  if (isArray(value)) return `an ndarray of shape ${shapeText(value.shape)}`;
  if (Array.isArray(value)) return 'a plain list';
  if (ArrayBuffer.isView(value)) return 'a typed array without a shape';
  if (typeof value === 'object') return `an object with ${keysText(value as LooseRecord)}`;
  return `a ${typeof value}`;
}

function keysText(value: LooseRecord): string {
  return Object.keys(value).join(', ') || 'nothing';
}
