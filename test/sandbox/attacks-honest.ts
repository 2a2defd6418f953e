/** Honest submissions that use what the language and Node offer, and what is refused in a sentence. */
import { aboveGround, HONEST, inAboveGround, onLoading, type Attack } from './attack.ts';

/** An aboveGround that does something before it is honest, and keeps its points. */
function beside(does: string, body: string, top = ''): Attack {
  return { does: `${does} and is honest`, top, functions: aboveGround(`${body}\n${HONEST}`) };
}

const everyConsole =
  "console.table([[1, 2]]); console.time('t'); console.timeLog('t'); console.timeEnd('t'); console.count(); console.countReset(); console.group('g'); console.groupEnd(); console.groupCollapsed(); console.dir({}); console.dirxml({}); console.trace('x'); console.assert(false, 'x'); console.clear();";

const notThere = /is not defined: nothing of Node's or a browser's is there/;

export const honest: Attack[] = [
  beside(
    'clones its argument',
    'const [copied] = structuredClone([x.data]); if (copied === x.data) throw new Error();',
  ),
  beside(
    'clones dates, maps, sets, errors and circles',
    `const list: unknown[] = [new Date(7), /a/g, new Map([[1, { a: 2 }]]), new Set([3]), new RangeError('e'), new Float32Array([1, 2])];
    list.push(list);
    const [date, pattern, pairs, set, error, floats, self] = structuredClone(list) as any;
    if (date.getTime() !== 7 || pattern.flags !== 'g' || pairs.get(1).a !== 2 || !set.has(3)) throw new Error('no clone');
    if (!(error instanceof RangeError) || floats[1] !== 2 || self[6] !== self) throw new Error('no clone');`,
  ),
  beside(
    'finds that functions cannot be cloned',
    "try { structuredClone(() => 1); } catch (error: any) { if (error.name !== 'DataCloneError') throw error; }",
  ),
  beside(
    'measures its time',
    'const start = performance.now(); if (!(performance.now() - start >= 0)) throw new Error(String(start));',
  ),
  beside('uses the console in every way', everyConsole),
  { does: 'uses the console while it is loaded and is honest', top: everyConsole },
  beside(
    'asserts with node:assert',
    "assert(true); assert.ok(1); assert.equal(1, 1); assert.strictEqual(x.shape.length, x.shape.length); assert.deepEqual([1, { a: 2 }], [1, { a: 2 }]); assert.notDeepStrictEqual([1], [2]); assert.throws(() => { throw new Error('x'); });",
    "import assert from 'node:assert';",
  ),
  {
    ...inAboveGround(
      'asserts what does not hold',
      "assert.deepStrictEqual([1], [2], 'the two differ');",
      /the two differ/,
    ),
    top: "import assert from 'node:assert';",
  },
  beside(
    'takes the clock from node:perf_hooks',
    'if (!(clock.now() >= 0)) throw new Error();',
    "import { performance as clock } from 'node:perf_hooks';",
  ),
  beside(
    'uses the newest of the language',
    "void [[3, 1].toSorted(), Object.groupBy?.([1], String), 'a'.replaceAll('a', 'b'), [1, 2].at(-1), new Intl.NumberFormat('en').format(1), new WeakRef({}), 10n ** 3n, Array.fromAsync, structuredClone];",
  ),
  beside('reads its arguments object', 'if (arguments.length !== 1) throw new Error();'),
  beside(
    'has a class with private fields',
    'class Counter { #n = 0; next(): number { return ++this.#n; } }\nnew Counter().next();',
  ),
  beside(
    'has a generator',
    'function* numbers(): Generator<number> { yield* [1, 2]; }\nvoid [...numbers()];',
  ),
  beside(
    'has a label and a switch',
    'again: for (;;) switch (x.shape.length) { default: break again; }',
  ),
  inAboveGround('waits for a timer', 'setTimeout(() => {}, 1);', notThere),
  inAboveGround('asks for a URL', "new URL('http://127.0.0.1/');", notThere),
  inAboveGround('asks for bytes of Node', 'Buffer.alloc(1);', notThere),
  onLoading('asks for the process while it is loaded', 'process.cwd();', notThere),
];
