/**
 * Reads whatever a function returned or threw: arrays as flat lists of numbers, and anything else as a sentence
 * that says what came back instead.
 */
import { product, shapeText } from '#arrays';
import { entries, isArray } from '../any-array.ts';
import type { Input } from './arguments.ts';

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

/** The gradient of one input as it came back. */
export interface Returned {
  shape: readonly number[];
  values: Float64Array;
}

/** The outputs of a forward pass, one after the other. */
export interface Outputs {
  values: Float64Array;
  outputs: readonly Output[];
  cache: unknown;
}

/** Whether something is a complaint and not a result. */
export function isComplaint(result: object): result is Complaint {
  return 'sentence' in result;
}

export function attempt<T>(call: () => T): { value: T } | Complaint {
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

export function inFunction(name: string, { code, sentence }: Complaint): Complaint {
  return { code, sentence: `${name} ${sentence}` };
}

export function notA(what: string, who: string, value: unknown): Complaint {
  return { code: 'not-an-array', sentence: `${who} returned ${kindOf(value)} instead of ${what}` };
}

export function readOutputs(names: readonly string[], result: unknown): Outputs | Complaint {
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

export function readGradients(
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
