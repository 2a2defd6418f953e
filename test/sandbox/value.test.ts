import { Buffer } from 'node:buffer';
import { expect } from 'chai';
import ndarray from 'ndarray';
import { array, labels, zeros } from '#arrays';
import {
  decode,
  encode,
  ERRORS,
  RefusedError,
  STORAGES,
  type EncodeOptions,
  type Maker,
} from '../../checks/sandbox/value.ts';

const limits = { bytes: 10_000, values: 500 };

const maker: Maker = {
  list: (items) => [...items],
  object: () => ({}),
  buffer: (byteLength) => new ArrayBuffer(byteLength),
  typed: (kind, buffer, byteOffset, length) =>
    new STORAGES[kind]!.Storage(buffer, byteOffset, length),
  array: (data, shape, stride, offset) =>
    ndarray(data as Float64Array, shape as number[], stride as number[], offset),
  callback: (index) => `callback ${index}`,
  error: (kind, name, message) => Object.assign(new ERRORS[kind]!(message), { name }),
};

/** What arrives on the other side. */
function crossed(value: unknown, options: Partial<EncodeOptions> = {}): unknown {
  return decode(encode(value, { limits, ...options }).bytes, maker, limits);
}

/** Whether a value may not cross, and why. */
function refusal(value: unknown, options: Partial<EncodeOptions> = {}): string {
  try {
    encode(value, { limits, ...options });
  } catch (error) {
    if (error instanceof RefusedError) return error.message;
    throw error;
  }
  return 'it crossed';
}

/** Why bytes are no value. */
function complaint(...bytes: number[]): string {
  try {
    decode(Buffer.from(bytes), maker, limits);
  } catch (error) {
    if (error instanceof RefusedError) return error.message;
    throw error;
  }
  return 'they are a value';
}

/** An ndarray with some of its fields replaced. */
function lying(fields: object): unknown {
  return Object.assign(
    array([
      [1, 2, 3],
      [4, 5, 6],
    ]),
    fields,
  );
}

/** A count, as its four bytes. */
const count = (n: number): number[] => [...new Uint8Array(Uint32Array.of(n).buffer)];

/** A number, as its eight bytes. */
const number = (n: number): number[] => [...new Uint8Array(Float64Array.of(n).buffer)];

describe('encode and decode', () => {
  it('carry numbers, strings, lists and plain objects as they are', () => {
    const value = {
      numbers: [0, -0, NaN, Infinity, -Infinity, 1 / 3, 2 ** 53],
      text: '½ 😀',
      nothing: [undefined, null, true, false],
      deep: { list: [[], {}] },
    };
    expect(crossed(value)).to.deep.equal(value);
    expect(Object.is((crossed([-0]) as number[])[0], -0)).to.equal(true);
    expect(crossed(Object.assign(Object.create(null) as object, { a: 1 }))).to.deep.equal({ a: 1 });
  });

  it('carry ndarrays of every storage with their shape and strides', () => {
    for (const { Storage, dtype } of STORAGES) {
      const x = ndarray(Storage.of(1, 2, 3, 4, 5, 6), [2, 3]).transpose(1, 0);
      const y = crossed(x) as typeof x;
      expect(y.dtype).to.equal(dtype);
      expect([y.shape, y.stride]).to.deep.equal([[3, 2], x.stride]);
      expect(y.get(2, 1)).to.equal(6);
    }
    expect(crossed(ndarray([1, 2, 3]).step(-1))).to.deep.include({ offset: 2, dtype: 'array' });
    expect(crossed(zeros(0, 3))).to.deep.include({ shape: [0, 3] });
    expect((crossed(zeros()) as { get: () => number }).get()).to.equal(0);
    expect((crossed(labels([3, 1])) as { get: (i: number) => number }).get(1)).to.equal(1);
  });

  it('keep two views of one memory together', () => {
    const x = array([1, 2, 3]);
    const [a, b] = crossed([x, x.step(-1)]) as [typeof x, typeof x];
    a.set(0, 9);
    expect(b.get(2)).to.equal(9);
  });

  it('carry errors with their kind, name and message', () => {
    const error = Object.assign(new RangeError('too far'), { name: 'Mine' });
    expect(crossed(error))
      .to.be.instanceOf(RangeError)
      .and.include({ name: 'Mine', message: 'too far' });
    const odd = Object.defineProperty(new Error('x'), 'message', { value: 7 });
    expect(crossed(odd)).to.include({ name: 'Error', message: '' });
  });

  it('carry functions only as callbacks', () => {
    const f = (): number => 1;
    expect(refusal(f)).to.equal('a function cannot cross');
    expect(encode([f, f], { limits, callbacks: true }).functions).to.deep.equal([f, f]);
    expect(crossed(f, { callbacks: true })).to.equal('callback 0');
  });

  it('name a buffer that the other side has by its number', () => {
    const x = Float64Array.of(1, 2);
    const known = encode(x, { limits, known: [x.buffer] });
    expect(known.buffers).to.deep.equal([]);
    expect(decode(known.bytes, maker, limits, [x.buffer])).to.deep.equal(x);
  });
});

describe('encode', () => {
  it('refuses what is no data', () => {
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    let deep: unknown = 1;
    for (let i = 0; i < 70; i++) deep = [deep];
    const holes: number[] = [];
    holes[1] = 1;
    const cases: [value: unknown, why: string][] = [
      [Symbol('s'), 'a symbol cannot cross'],
      [1n, 'a bigint cannot cross'],
      [new Proxy({}, {}), 'a proxy cannot cross'],
      [new Map(), 'an instance of a class cannot cross; plain objects, lists and ndarrays can'],
      [Promise.resolve(1), 'a promise cannot cross'],
      [
        {
          get a() {
            return 1;
          },
        },
        'a getter cannot cross',
      ],
      [cyclic, 'it holds itself'],
      [deep, 'it is nested deeper than 64'],
      [holes, 'a list with holes cannot cross'],
      [BigInt64Array.of(1n), 'a BigInt64Array cannot cross'],
      [new Float64Array(new SharedArrayBuffer(8)), 'shared memory cannot cross'],
    ];
    for (const [value, why] of cases) expect(refusal(value)).to.equal(why);
  });

  it('reads what an object owns without asking the proxy that it inherits from', () => {
    const asked: string[] = [];
    const spy = new Proxy(
      {},
      {
        get: (_, key) => asked.push(String(key)),
        getPrototypeOf: () => {
          asked.push('prototype');
          return null;
        },
      },
    );
    expect(crossed(Object.assign(Object.create(spy) as object, { a: 1 }))).to.deep.equal({ a: 1 });
    expect(asked).to.deep.equal([]);
  });

  it('refuses ndarrays that lie about their data', () => {
    const cases: [fields: object, why: RegExp][] = [
      [{ shape: [2, 4] }, /\(2, 4\) reaches outside its data, which has 6 entries/],
      [{ offset: -1 }, /reaches outside/],
      [{ stride: [3, -1] }, /reaches outside/],
      [{ shape: [-2, 3] }, /negative size/],
      [{ shape: [2, 1.5] }, /no whole number/],
      [{ shape: [2, 'x'] }, /no whole number/],
      [{ offset: undefined }, /no whole number/],
      [{ shape: [6] }, /has 2 strides/],
      [{ shape: 6 }, /no list/],
      [{ shape: new Proxy([2, 3], {}) }, /no list/],
      [{ shape: null, stride: {} }, /no list/],
      [{ shape: Array.from({ length: 17 }, () => 1) }, /more than 16 axes/],
      [{ data: [1, 2, 3, 4, 5, 6] }, /"float64" does not hold such data/],
      [{ data: Float32Array.of(1, 2, 3, 4, 5, 6) }, /"float64" does not hold such data/],
      [{ data: new Proxy([], {}) }, /a proxy cannot cross/],
    ];
    for (const [fields, why] of cases) expect(refusal(lying(fields))).to.match(why);
    expect(refusal(lying({ data: null }))).to.match(/instance of a class/);
  });

  it('refuses what is too large', () => {
    expect(refusal(Array.from({ length: 600 }, () => 1))).to.equal(
      'more than 500 values are too many to cross',
    );
    expect(refusal('x'.repeat(20_000))).to.equal('more than 10000 bytes are too many to cross');
    const repeated = ndarray(Float64Array.of(1), [2000], [0]);
    expect(refusal(repeated)).to.equal('its arrays are too large to cross');
    expect(refusal('x'.repeat(9_000))).to.equal('it crossed');
  });
});

describe('decode', () => {
  const typed = [8, 0, ...count(0), ...count(8), ...number(1), ...count(0), ...count(1)];
  const header = [9, ...count(1), ...number(1), ...number(1), ...number(0)];

  it('reads an array from its bytes', () => {
    expect(complaint(...header, ...typed)).to.equal('they are a value');
    expect(complaint(...header, 6, ...count(1), 4, ...number(1))).to.equal('they are a value');
  });

  it('refuses bytes that are no value', () => {
    const cases: [bytes: number[], why: string][] = [
      [[], 'the bytes end too early'],
      [[99], '99 begins no value'],
      [[1, 1], 'there are bytes after the value'],
      [[5, ...count(3), 65], 'the bytes end too early'],
      [[6, ...count(4_000_000_000)], 'more than 500 values are too many to cross'],
      [Array.from({ length: 70 }, () => [6, ...count(1)]).flat(), 'it is nested deeper than 64'],
      [[8, 99], 'there is no storage of kind 99'],
      [[8, 0, ...count(5)], 'there is no buffer 5 yet'],
      [
        [8, 0, ...count(0), ...count(8), ...number(1), ...count(4), ...count(1)],
        'a Float64Array of 1 reaches outside its buffer',
      ],
      [
        [8, 0, ...count(0), ...count(8), ...number(1), ...count(0), ...count(2)],
        'a Float64Array of 2 reaches outside its buffer',
      ],
      [[9, ...count(17)], 'more than 16 axes cannot cross'],
      [[...header, 4, ...number(1)], 'an ndarray has neither a typed array nor a list'],
      [[...header, 6, ...count(1), 1], 'an ndarray over a list holds something else than numbers'],
      [[11, 99], 'there is no error of kind 99'],
    ];
    for (const [bytes, why] of cases) expect(complaint(...bytes)).to.equal(why);
  });
});
