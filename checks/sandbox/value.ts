/**
 * Values as bytes: what may cross between the grader and the process that runs a learner's code.
 *
 * Numbers cross as their eight bytes, so that NaN, −0 and the infinities stay what they are. An ndarray
 * crosses as the view that it is (shape, stride, offset) of an `ArrayBuffer`. A buffer that crossed in the
 * request is named by its number in the answer, so that a result which shares its memory with an argument
 * still does so afterwards, as it would without a process in between.
 *
 * Both sides read values that nobody vouches for: only own data properties are looked at, never a getter, a
 * proxy or a method. And both sides check what they decode, since the other one may lie.
 */
import { Buffer } from 'node:buffer';
import { types } from 'node:util';

/** Bounds on what may cross at once. */
export interface ValueLimits {
  /** Bytes of a message, and entries of all its ndarrays together times eight. */
  bytes: number;
  /** Numbers, strings, lists, … in a message; the entries of an ndarray are not counted. */
  values: number;
}

/** Makes values on the receiving side, which may want them in another realm. */
export interface Maker {
  /** A list of these items, each an own data property. */
  list: (items: readonly unknown[]) => unknown[];
  object: () => object;
  buffer: (byteLength: number) => ArrayBuffer;
  typed: (kind: number, buffer: ArrayBuffer, byteOffset: number, length: number) => unknown;
  array: (data: unknown, shape: unknown[], stride: unknown[], offset: number) => unknown;
  callback: (index: number) => unknown;
  error: (kind: number, name: string, message: string) => unknown;
}

/** What was encoded: the bytes, and the buffers and functions that they name by number. */
export interface Encoded {
  bytes: Buffer;
  buffers: ArrayBuffer[];
  functions: ((...args: unknown[]) => unknown)[];
}

/** How a value is encoded. */
export interface EncodeOptions {
  limits: ValueLimits;
  /** Buffers that the other side has already, to be named by their number. */
  known?: readonly ArrayBuffer[];
  /** Whether functions may cross, as callbacks. */
  callbacks?: boolean;
  /** The prototypes of `ERRORS`, in that order, in the realm of the value. */
  errorPrototypes?: readonly object[];
}

/** The kinds of errors that are told apart; the first stands for every other. */
export const ERRORS = [
  Error,
  RangeError,
  TypeError,
  ReferenceError,
  SyntaxError,
  EvalError,
  URIError,
];

/** The kinds of storage that may cross, with ndarray's name for each. */
export const STORAGES = [
  { name: 'Float64Array', dtype: 'float64', Storage: Float64Array },
  { name: 'Float32Array', dtype: 'float32', Storage: Float32Array },
  { name: 'Int32Array', dtype: 'int32', Storage: Int32Array },
  { name: 'Uint32Array', dtype: 'uint32', Storage: Uint32Array },
  { name: 'Int16Array', dtype: 'int16', Storage: Int16Array },
  { name: 'Uint16Array', dtype: 'uint16', Storage: Uint16Array },
  { name: 'Int8Array', dtype: 'int8', Storage: Int8Array },
  { name: 'Uint8Array', dtype: 'uint8', Storage: Uint8Array },
  { name: 'Uint8ClampedArray', dtype: 'uint8_clamped', Storage: Uint8ClampedArray },
] as const;

/** A value that may not cross, or bytes that are no value. */
export class RefusedError extends Error {
  override name = 'RefusedError';
}

const TAG = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  number: 4,
  string: 5,
  list: 6,
  object: 7,
  typed: 8,
  array: 9,
  callback: 10,
  error: 11,
} as const;

const DEEPEST = 64;
const HIGHEST_RANK = 16;
const LONGEST_MESSAGE = 4096;

/**
 * A value as bytes.
 *
 * @throws RefusedError when the value, or something in it, may not cross; it says what
 */
export function encode(value: unknown, options: EncodeOptions): Encoded {
  const writer = new Writer(options);
  writer.value(value, 0);
  return writer.encoded();
}

/**
 * The value that some bytes stand for.
 *
 * @param known the buffers that the bytes may name by number; new ones are appended
 * @throws RefusedError when the bytes are no value, or one that is too large or reaches outside its data
 */
export function decode(
  bytes: Buffer,
  maker: Maker,
  limits: ValueLimits,
  known: ArrayBuffer[] = [],
): unknown {
  const reader = new Reader(bytes, maker, limits, known);
  const value = reader.value(0);
  reader.end();
  return value;
}

/**
 * Sets an own data property, whatever setters the prototype has.
 *
 * @param target a list or an object that nobody else has seen yet
 */
export function setOwn(target: object, key: string | number, value: unknown): void {
  Reflect.defineProperty(target, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/** The value of an own data property; undefined when there is none, or a getter. */
function own(target: object, key: string): unknown {
  return Reflect.getOwnPropertyDescriptor(target, key)?.value;
}

/** The objects from which a value inherits, nearest first. */
function prototypes(value: object): object[] {
  const found: object[] = [];
  let prototype = types.isProxy(value) ? null : Reflect.getPrototypeOf(value);
  while (prototype !== null && found.length < DEEPEST) {
    found.push(prototype);
    prototype = types.isProxy(prototype) ? null : Reflect.getPrototypeOf(prototype);
  }
  return found;
}

/** A getter of every typed array, which works on those of other realms too. */
function typedGetter(key: 'buffer' | 'byteOffset' | 'length' | typeof Symbol.toStringTag) {
  const prototype = Reflect.getPrototypeOf(Uint8Array.prototype)!;
  const { get } = Reflect.getOwnPropertyDescriptor(prototype, key)!;
  return (typed: object): unknown => Reflect.apply(get!, typed, []);
}

const bufferOf = typedGetter('buffer');
const byteOffsetOf = typedGetter('byteOffset');
const lengthOf = typedGetter('length');
const nameOf = typedGetter(Symbol.toStringTag);

/** Refuses a view that is no view of so many entries. Returns how many entries it has. */
function checkView(
  shape: readonly unknown[],
  stride: readonly unknown[],
  offset: unknown,
  length: number,
): number {
  const told = (): string => `an ndarray of shape (${shape.join(', ')})`;
  const whole = [...shape, ...stride, offset].every(
    (size) => typeof size === 'number' && Number.isInteger(size) && Math.abs(size) < 2 ** 31,
  );
  if (!whole)
    throw new RefusedError(`${told()} has a size, a stride or an offset that is no whole number`);
  if (shape.length !== stride.length || shape.length > HIGHEST_RANK) {
    throw new RefusedError(
      `${told()} has ${stride.length} strides; at most ${HIGHEST_RANK} may cross`,
    );
  }
  const axes = shape as number[];
  const size = axes.reduce((product, axis) => product * axis, 1);
  if (axes.some((axis) => axis < 0)) throw new RefusedError(`${told()} has a negative size`);
  if (size === 0) return 0;
  const reach = axes.map((axis, i) => (axis - 1) * (stride[i] as number));
  const first = reach.reduce((sum, step) => sum + Math.min(0, step), offset as number);
  const last = reach.reduce((sum, step) => sum + Math.max(0, step), offset as number);
  if (first < 0 || last >= length) {
    throw new RefusedError(`${told()} reaches outside its data, which has ${length} entries`);
  }
  return size;
}

/** Counts what crosses. */
class Budget {
  #values = 0;
  #entries = 0;
  readonly limits: ValueLimits;

  constructor(limits: ValueLimits) {
    this.limits = limits;
  }

  values(count: number): void {
    this.#values += count;
    if (this.#values > this.limits.values) {
      throw new RefusedError(`more than ${this.limits.values} values are too many to cross`);
    }
  }

  entries(count: number): void {
    this.#entries += count;
    if (this.#entries * 8 > this.limits.bytes) {
      throw new RefusedError('its arrays are too large to cross');
    }
  }
}

class Writer {
  #bytes = Buffer.allocUnsafe(1024);
  #length = 0;
  readonly #options: EncodeOptions;
  readonly #budget: Budget;
  readonly #known: ReadonlyMap<ArrayBuffer, number>;
  readonly #buffers = new Map<ArrayBuffer, number>();
  readonly #functions: Encoded['functions'] = [];
  readonly #open = new Set<object>();

  constructor(options: EncodeOptions) {
    this.#options = options;
    this.#budget = new Budget(options.limits);
    this.#known = new Map(options.known?.map((buffer, i) => [buffer, i]));
  }

  encoded(): Encoded {
    return {
      bytes: this.#bytes.subarray(0, this.#length),
      buffers: [...this.#buffers.keys()],
      functions: this.#functions,
    };
  }

  value(value: unknown, depth: number): void {
    this.#budget.values(1);
    if (depth > DEEPEST) throw new RefusedError(`it is nested deeper than ${DEEPEST}`);
    switch (typeof value) {
      case 'undefined':
        return this.#byte(TAG.undefined);
      case 'boolean':
        return this.#byte(value ? TAG.true : TAG.false);
      case 'number':
        this.#byte(TAG.number);
        return this.#number(value);
      case 'string':
        this.#byte(TAG.string);
        return this.#string(value);
      case 'function':
        return this.#function(value as Encoded['functions'][number]);
      case 'object':
        return value === null ? this.#byte(TAG.null) : this.#composite(value, depth);
      default:
        throw new RefusedError(`a ${typeof value} cannot cross`);
    }
  }

  #composite(value: object, depth: number): void {
    if (types.isProxy(value)) throw new RefusedError('a proxy cannot cross');
    if (this.#open.has(value)) throw new RefusedError('it holds itself');
    this.#open.add(value);
    if (types.isTypedArray(value)) this.#typed(value);
    else if (Array.isArray(value)) this.#list(value, depth);
    else if (this.#isError(value)) this.#error(value);
    else if (!this.#array(value, depth)) this.#object(value, depth);
    this.#open.delete(value);
  }

  #list(list: object, depth: number): void {
    const length = own(list, 'length') as number;
    this.#budget.values(length);
    this.#byte(TAG.list);
    this.#count(length);
    for (let i = 0; i < length; i++) {
      const slot = Reflect.getOwnPropertyDescriptor(list, i);
      if (slot === undefined) throw new RefusedError('a list with holes cannot cross');
      this.#slot(slot, depth);
    }
  }

  #object(object: object, depth: number): void {
    const [prototype, ...more] = prototypes(object);
    if (more.length > 0 || (prototype === undefined && Reflect.getPrototypeOf(object) !== null)) {
      throw new RefusedError(
        types.isPromise(object)
          ? 'a promise cannot cross'
          : 'an instance of a class cannot cross; plain objects, lists and ndarrays can',
      );
    }
    const keys = Object.keys(object);
    this.#byte(TAG.object);
    this.#count(keys.length);
    for (const key of keys) {
      this.#string(key);
      this.#slot(Reflect.getOwnPropertyDescriptor(object, key)!, depth);
    }
  }

  #slot(slot: PropertyDescriptor, depth: number): void {
    if (!('value' in slot)) throw new RefusedError('a getter cannot cross');
    this.value(slot.value, depth + 1);
  }

  #typed(typed: object): void {
    const kind = STORAGES.findIndex(({ name }) => name === nameOf(typed));
    if (kind < 0) throw new RefusedError(`a ${String(nameOf(typed))} cannot cross`);
    const buffer = bufferOf(typed) as ArrayBuffer;
    if (!types.isArrayBuffer(buffer)) throw new RefusedError('shared memory cannot cross');
    const known = this.#known.get(buffer) ?? this.#buffers.get(buffer);
    this.#byte(TAG.typed);
    this.#byte(kind);
    if (known === undefined) {
      const number = this.#known.size + this.#buffers.size;
      const content = Buffer.from(buffer);
      this.#count(number);
      this.#buffers.set(buffer, number);
      this.#count(content.length);
      this.#room(content.length);
      this.#length += content.copy(this.#bytes, this.#length);
    } else {
      this.#count(known);
    }
    this.#count(byteOffsetOf(typed) as number);
    this.#count(lengthOf(typed) as number);
  }

  /** Writes an ndarray; false when the value is none. */
  #array(value: object, depth: number): boolean {
    const data = own(value, 'data');
    const offset = own(value, 'offset');
    const dtype = prototypes(value).map((prototype) => own(prototype, 'dtype'))[0];
    if (typeof data !== 'object' || data === null || typeof dtype !== 'string') return false;
    if (types.isProxy(data)) throw new RefusedError('a proxy cannot cross');
    const isList = Array.isArray(data);
    const kind = STORAGES.find((storage) => storage.dtype === dtype);
    if (isList ? dtype !== 'array' : !types.isTypedArray(data) || nameOf(data) !== kind?.name) {
      throw new RefusedError(`an ndarray with the dtype "${dtype}" does not hold such data`);
    }
    // An ndarray without axes has its empty shape from its prototype.
    const shape = sizes(own(value, 'shape') ?? []);
    const stride = sizes(own(value, 'stride') ?? []);
    const length = (isList ? own(data, 'length') : lengthOf(data)) as number;
    this.#budget.entries(checkView(shape, stride, offset, length));
    this.#byte(TAG.array);
    this.#count(shape.length);
    for (const size of [...shape, ...stride, offset]) this.#number(size as number);
    this.value(data, depth + 1);
    return true;
  }

  #function(f: Encoded['functions'][number]): void {
    if (!this.#options.callbacks) throw new RefusedError('a function cannot cross');
    this.#byte(TAG.callback);
    this.#count(this.#functions.length);
    this.#functions.push(f);
  }

  #isError(value: object): boolean {
    const base = (this.#options.errorPrototypes ?? ERRORS.map((one) => one.prototype))[0];
    return base !== undefined && prototypes(value).includes(base);
  }

  #error(error: object): void {
    const chain = prototypes(error);
    const all = this.#options.errorPrototypes ?? ERRORS.map((one) => one.prototype);
    const kind = all.findLastIndex((prototype) => chain.includes(prototype));
    const text = (key: string): string => {
      const found = [error, ...chain].map((one) => own(one, key)).find((one) => one !== undefined);
      return typeof found === 'string' ? found.slice(0, LONGEST_MESSAGE) : '';
    };
    this.#byte(TAG.error);
    this.#byte(kind);
    this.#string(text('name'));
    this.#string(text('message'));
  }

  #byte(byte: number): void {
    this.#room(1);
    this.#length = this.#bytes.writeUInt8(byte, this.#length);
  }

  #count(count: number): void {
    this.#room(4);
    this.#length = this.#bytes.writeUInt32LE(count, this.#length);
  }

  #number(value: number): void {
    this.#room(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  #string(text: string): void {
    const length = Buffer.byteLength(text);
    this.#count(length);
    this.#room(length);
    this.#length += this.#bytes.write(text, this.#length);
  }

  #room(count: number): void {
    const needed = this.#length + count;
    if (needed > this.#options.limits.bytes) {
      throw new RefusedError(`more than ${this.#options.limits.bytes} bytes are too many to cross`);
    }
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** A short list of numbers, read without trusting it. */
function sizes(list: unknown): unknown[] {
  if (typeof list !== 'object' || list === null || types.isProxy(list) || !Array.isArray(list)) {
    throw new RefusedError('an ndarray whose shape or stride is no list cannot cross');
  }
  const length = own(list, 'length') as number;
  if (length > HIGHEST_RANK) throw new RefusedError(`more than ${HIGHEST_RANK} axes cannot cross`);
  return Array.from({ length }, (_, i) => {
    const size = own(list, String(i));
    return typeof size === 'number' ? size : NaN;
  });
}

class Reader {
  #at = 0;
  readonly #bytes: Buffer;
  readonly #maker: Maker;
  readonly #budget: Budget;
  readonly #known: ArrayBuffer[];

  constructor(bytes: Buffer, maker: Maker, limits: ValueLimits, known: ArrayBuffer[]) {
    this.#bytes = bytes;
    this.#maker = maker;
    this.#budget = new Budget(limits);
    this.#known = known;
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new RefusedError('there are bytes after the value');
  }

  value(depth: number): unknown {
    this.#budget.values(1);
    if (depth > DEEPEST) throw new RefusedError(`it is nested deeper than ${DEEPEST}`);
    const tag = this.#byte();
    switch (tag) {
      case TAG.undefined:
        return undefined;
      case TAG.null:
        return null;
      case TAG.false:
        return false;
      case TAG.true:
        return true;
      case TAG.number:
        return this.#number();
      case TAG.string:
        return this.#string();
      case TAG.list:
        return this.#list(depth);
      case TAG.object:
        return this.#object(depth);
      case TAG.typed:
        return this.#typed().typed;
      case TAG.array:
        return this.#array(depth);
      case TAG.callback:
        return this.#maker.callback(this.#count());
      case TAG.error:
        return this.#error();
      default:
        throw new RefusedError(`${tag} begins no value`);
    }
  }

  #list(depth: number): unknown[] {
    const length = this.#count();
    this.#budget.values(length);
    const items: unknown[] = [];
    for (let i = 0; i < length; i++) items.push(this.value(depth + 1));
    return this.#maker.list(items);
  }

  #object(depth: number): object {
    const length = this.#count();
    const object = this.#maker.object();
    for (let i = 0; i < length; i++) setOwn(object, this.#string(), this.value(depth + 1));
    return object;
  }

  #typed(): { typed: unknown; length: number; dtype: string } {
    const kind = this.#byte();
    const storage = STORAGES[kind];
    if (storage === undefined) throw new RefusedError(`there is no storage of kind ${kind}`);
    const number = this.#count();
    if (number > this.#known.length) throw new RefusedError(`there is no buffer ${number} yet`);
    if (number === this.#known.length) this.#buffer();
    const buffer = this.#known[number]!;
    const byteOffset = this.#count();
    const length = this.#count();
    const { BYTES_PER_ELEMENT: width } = storage.Storage;
    if (byteOffset % width !== 0 || byteOffset + length * width > buffer.byteLength) {
      throw new RefusedError(`a ${storage.name} of ${length} reaches outside its buffer`);
    }
    const typed = this.#maker.typed(kind, buffer, byteOffset, length);
    return { typed, length, dtype: storage.dtype };
  }

  #buffer(): void {
    const content = this.#take(this.#count());
    const buffer = this.#maker.buffer(content.length);
    new Uint8Array(buffer).set(content);
    this.#known.push(buffer);
  }

  #array(depth: number): unknown {
    const rank = this.#count();
    if (rank > HIGHEST_RANK) throw new RefusedError(`more than ${HIGHEST_RANK} axes cannot cross`);
    const numbers = (): number[] => Array.from({ length: rank }, () => this.#number());
    const [shape, stride, offset] = [numbers(), numbers(), this.#number()];
    const { data, length } = this.#data(depth);
    this.#budget.entries(checkView(shape, stride, offset, length));
    return this.#maker.array(data, this.#maker.list(shape), this.#maker.list(stride), offset);
  }

  /** What an ndarray is a view of: a typed array, or a list of numbers. */
  #data(depth: number): { data: unknown; length: number } {
    const tag = this.#byte();
    if (tag === TAG.typed) {
      this.#budget.values(1);
      const { typed, length } = this.#typed();
      return { data: typed, length };
    }
    if (tag !== TAG.list) throw new RefusedError('an ndarray has neither a typed array nor a list');
    const list = this.#list(depth + 1);
    const length = own(list, 'length') as number;
    for (let i = 0; i < length; i++) {
      if (typeof own(list, String(i)) !== 'number') {
        throw new RefusedError('an ndarray over a list holds something else than numbers');
      }
    }
    return { data: list, length };
  }

  #error(): unknown {
    const kind = this.#byte();
    if (kind >= ERRORS.length) throw new RefusedError(`there is no error of kind ${kind}`);
    return this.#maker.error(kind, this.#string(), this.#string());
  }

  #byte(): number {
    return this.#bytes.readUInt8(this.#pass(1));
  }

  #count(): number {
    return this.#bytes.readUInt32LE(this.#pass(4));
  }

  #number(): number {
    return this.#bytes.readDoubleLE(this.#pass(8));
  }

  #string(): string {
    return this.#take(this.#count()).toString('utf8');
  }

  #take(count: number): Buffer {
    const start = this.#pass(count);
    return this.#bytes.subarray(start, start + count);
  }

  /** Goes past so many bytes. Returns where they begin. */
  #pass(count: number): number {
    const start = this.#at;
    if (start + count > this.#bytes.length) throw new RefusedError('the bytes end too early');
    this.#at += count;
    return start;
  }
}
