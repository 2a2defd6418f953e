/**
 * Submissions that try to gain points, or to do harm, and a few honest ones beside them.
 *
 * Each is the reference of the fixture's first lesson with some functions replaced, so that what it must earn is known exactly:
 * every point of the exercises that it leaves alone, and of the others what `earns` says. The code in the
 * strings is the attackers': it says `any` wherever that gets it past the compiler.
 */

import {
  aboveGround,
  aroundAboveGround,
  harmful,
  HONEST,
  inAboveGround,
  late,
  onLoading,
  preparing,
  refused,
  spoiling,
  withStack,
  type Attack,
} from './attack.ts';
import { heavy } from './attacks-heavy.ts';
import { honest } from './attacks-honest.ts';
import { walls } from './attacks-walls.ts';

export const attacks: Attack[] = [
  // Leaving early
  onLoading('exits while it is loaded', 'process.exit(0);', /process is not defined/),
  inAboveGround('exits in a call', 'process.exit(0);', /process is not defined/),
  inAboveGround(
    'rewrites the exit code',
    'process.exitCode = 0; return x;',
    /process is not defined/,
  ),
  inAboveGround(
    'exits from a handler that it hopes is called at the end',
    "globalThis.process.on('exit', () => process.exit(0));",
    /TypeError/,
  ),

  // Claiming points
  {
    does: 'prints reports of full marks',
    isStub: true,
    top: 'for (const text of [\'{"points":11,"max":11}\', \'{"kind":"done"}\', "1..11", "ok 1", "  11 passing"]) console.log(text);',
  },
  {
    does: 'defines what mocha and chai define',
    isStub: true,
    top: 'Object.assign(globalThis, { it: () => {}, describe: () => {}, expect: () => ({}) });',
  },
  inAboveGround(
    'throws what marks a check as still to do',
    "throw Object.assign(new Error('later'), { name: 'TodoError' });",
  ),
  inAboveGround(
    'throws what looks like mocha skipping',
    "throw Object.assign(new Error('sync skip'), { pending: true, name: 'Pending' });",
  ),

  // Patched intrinsics
  aroundAboveGround('patches Math', 'Math.sign = Math.hypot = Math.trunc = () => 0;'),
  spoiling(
    aroundAboveGround(
      'patches Array.prototype',
      'Object.assign(Array.prototype, { every: () => true, filter: () => [], findIndex: () => -1, some: () => false });',
    ),
  ),
  aroundAboveGround(
    'patches Object',
    'Object.is = () => true; Object.getPrototypeOf = () => null; Object.assign(Object.prototype, { expected: 0, passed: true, status: "passed" });',
  ),
  aroundAboveGround(
    'puts setters on Object.prototype',
    'for (const name of ["ok", "status", "points", "kind", "fault", "payload"]) Object.defineProperty(Object.prototype, name, { configurable: true, set() {}, get: () => 1 });',
  ),
  aroundAboveGround(
    'patches Number and JSON',
    'Number.isFinite = () => true; Number.isNaN = () => false; JSON.stringify = () => "{}"; JSON.parse = () => ({ points: 11 });',
  ),
  aroundAboveGround(
    'patches typed arrays',
    'const prototype = Object.getPrototypeOf(Float64Array.prototype); for (const name of ["findIndex", "some", "every"]) prototype[name] = () => -1;',
  ),
  aroundAboveGround(
    'patches Error and Promise',
    'Error.prepareStackTrace = () => ({ passed: true }); Promise.prototype.then = () => ({}) as any; (Error.prototype as any).toString = () => "";',
  ),
  aroundAboveGround('patches Function.prototype', 'Function.prototype.toString = () => "x";'),
  {
    does: 'patches Math and so spoils its own aboveGround',
    onItsOwn: 'spoilt',
    top: 'Math.max = () => 0;',
    // The shape is right, and that alone is worth nothing.
    earns: { aboveGround: 0 },
  },

  // Endless
  onLoading('never ends while it is loaded', 'for (;;);', /did not finish loading within/),
  inAboveGround('never ends in a call', 'for (;;);', late),
  inAboveGround(
    'waits for ever',
    'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);',
    late,
  ),
  inAboveGround(
    'asks a regular expression for ever',
    'return /^(a+)+$/.test("a".repeat(60) + "b");',
    late,
  ),
  inAboveGround('recurs without end', 'return aboveGround(x);', /Maximum call stack size exceeded/),
  onLoading(
    'recurs without end while it is loaded',
    '(function again(): void { again(); })();',
    /Maximum call stack/,
  ),
  inAboveGround(
    'recurs without end and goes on in finally',
    'try { return aboveGround(x); } finally { aboveGround(x); }',
    late,
  ),

  // Memory
  harmful(
    inAboveGround(
      'fills the heap',
      'const all: unknown[] = []; for (;;) all.push({ all, more: new Array(1000).fill(0).map(String) });',
    ),
  ),
  harmful(
    inAboveGround(
      'asks for more memory than there is in one array',
      'return new Float64Array(2e8);',
      /allocation failed|cannot cross|too many to cross|not return|ended/,
    ),
  ),
  harmful(
    inAboveGround(
      'fills the memory with typed arrays',
      'const all: unknown[] = []; for (;;) all.push(new Float64Array(1e6).fill(1));',
    ),
  ),
  harmful(
    inAboveGround(
      'fills the memory of WebAssembly',
      'const memory = new WebAssembly.Memory({ initial: 1 }); for (;;) { memory.grow(1000); new Uint8Array(memory.buffer).fill(1); }',
    ),
  ),
  inAboveGround(
    'makes an endless string',
    'let text = "x"; for (;;) text += text;',
    /Invalid string length/,
  ),
  harmful(
    onLoading(
      'fills the heap while it is loaded',
      'const all: unknown[] = []; for (;;) all.push(new Array(1000).fill(0).map(String));',
      /the process ended while it was loading|did not finish loading/,
    ),
  ),

  // Processes, threads and modules
  harmful(
    inAboveGround(
      'forks',
      "const { fork } = require('node:child_process'); for (;;) fork(__filename);",
      /require/,
    ),
  ),
  harmful(
    onLoading(
      'imports child_process',
      "import { fork } from 'node:child_process';\nfork('x');",
      /imports "node:child_process"/,
    ),
  ),
  inAboveGround(
    'imports child_process as it runs',
    "return import('node:child_process');",
    /a promise cannot cross/,
  ),
  inAboveGround(
    'starts a worker',
    "return new Worker('data:text/javascript,for(;;);');",
    /Worker is not defined/,
  ),
  inAboveGround(
    'asks Node for its inner parts',
    "return (globalThis as any).process.binding('spawn_sync');",
    /TypeError/,
  ),
  inAboveGround(
    'looks for what runs later',
    'setTimeout(() => {}, 0); queueMicrotask(() => {}); return x;',
    /is not defined/,
  ),

  // Files
  harmful(
    inAboveGround(
      'writes the result',
      "require('node:fs').writeFileSync('result.json', '{}');",
      /require/,
    ),
  ),
  harmful(
    inAboveGround(
      'rewrites the suite as it runs',
      "return import('node:fs/promises').then((fs) => fs.writeFile('test/lessons/01-lines.test.ts', ''));",
      /promise/,
    ),
  ),
  onLoading(
    'imports the reference',
    "export * from './lines.reference.ts';",
    /imports ".\/lines.reference.ts"/,
  ),
  onLoading(
    'imports the misconceptions through the parent folders',
    "export * from '../../../../lessons/01-lines/lines.misconceptions.ts';",
    /imports "\.\.\//,
  ),
  onLoading(
    'imports the lesson by its name',
    "export * from '#lessons/01-lines';",
    /imports "#lessons/,
  ),
  onLoading(
    'imports a later lesson',
    "export * from '../02-curves/curves.ts';",
    /imports "..\/02-curves/,
  ),
  onLoading(
    'imports an absolute path',
    "export * from '/etc/hostname';",
    /imports "\/etc\/hostname"/,
  ),
  onLoading(
    'imports a URL',
    "export * from 'data:text/javascript,export const aboveGround = 1';",
    /imports "data:/,
  ),
  inAboveGround(
    'reads what its own process was started with',
    "return import('file:///proc/self/cmdline');",
    /a promise cannot cross/,
  ),

  // Getting out
  inAboveGround(
    'climbs out through a constructor',
    "return (x.constructor.constructor('return process')()).exit(0);",
    /process is not defined/,
  ),
  inAboveGround(
    'climbs out through the global object',
    "return (globalThis as any).constructor.constructor('return process')().exit(0);",
    /process is not defined|not a function|undefined/,
  ),
  inAboveGround(
    'climbs out through the stack',
    'Error.prepareStackTrace = (_, sites) => sites.map((site) => site.getThis() ?? site.getFunction()).filter((one) => one !== undefined); const all = (new Error() as any).stack; return all.map((one: any) => one.constructor.constructor("return process")().exit(0));',
  ),
  {
    does: 'climbs out through its caller',
    functions: {
      aboveGround: `export const aboveGround: any = new Function("return arguments.callee.caller.constructor('return 1')()");`,
    },
    earns: { aboveGround: 0 },
    problem: /of null/,
  },
  inAboveGround(
    'climbs out through the console',
    "return (console.log as any).constructor('return process')().exit(0);",
    /process is not defined/,
  ),
  harmful(
    inAboveGround(
      'kills its parent',
      "process.kill(process.ppid, 'SIGKILL');",
      /process is not defined/,
    ),
  ),
  inAboveGround(
    'ignores signals',
    "process.on('SIGTERM', () => {}); for (;;);",
    /process is not defined/,
  ),
  inAboveGround('reads the environment', 'return process.env;', /process is not defined/),
  harmful(
    inAboveGround(
      'opens a socket',
      "return require('node:net').connect(80, '127.0.0.1');",
      /require/,
    ),
  ),
  inAboveGround('fetches', "return fetch('http://127.0.0.1/');", /fetch is not defined/),

  // Floods
  {
    does: 'floods the terminal and is honest',
    functions: aboveGround(
      `for (let i = 0; i < 2000; i++) console.log('x'.repeat(1000));\n${HONEST}`,
    ),
  },
  harmful(
    inAboveGround('floods the terminal for ever', "for (;;) console.log('x'.repeat(1000));", late),
  ),
  inAboveGround('returns more than may cross', 'return new Array(2e6).fill(0);', refused),
  inAboveGround('returns a string that is too long', 'return "x".repeat(5e7);', refused),
  inAboveGround(
    'returns an array that is too large',
    'const out = map(x, (v) => v); out.data = new Float64Array(5e6); return out;',
    refused,
  ),
  inAboveGround(
    'throws an error with an endless message',
    'throw new RangeError("x".repeat(1e8));',
    /^RangeError: x+$/,
  ),

  // Values that are none
  {
    does: 'returns NaN in the right shape',
    functions: aboveGround('return map(x, () => NaN);'),
    earns: { aboveGround: 0 },
  },
  inAboveGround('returns a NaN for an array', 'return NaN;'),
  {
    does: 'returns infinities',
    functions: aboveGround('return map(x, () => Infinity);'),
    earns: { aboveGround: 0 },
  },
  inAboveGround(
    'returns a promise',
    'return Promise.resolve(map(x, (v) => v));',
    /a promise cannot cross/,
  ),
  inAboveGround(
    'returns a proxy',
    'return new Proxy(map(x, (v) => v), { get: (target, key) => (key === "data" ? new Float64Array(9) : (target as any)[key]) });',
    /a proxy cannot cross/,
  ),
  inAboveGround(
    'returns a proxy as data',
    'const out: any = map(x, (v) => v); out.data = new Proxy(out.data, {}); return out;',
    /a proxy cannot cross/,
  ),
  inAboveGround(
    'returns an error with a proxy behind it',
    'throw Object.setPrototypeOf(new Error("x"), new Proxy({}, { getPrototypeOf() { for (;;); } }));',
  ),
  {
    does: 'returns an object that pretends to be a number',
    functions: {
      areaUnder:
        'export function areaUnder(): any {\n  return { valueOf: () => 0.5, toJSON: () => 0.5, [Symbol.toPrimitive]: () => 0.5 };\n}',
    },
    earns: { areaUnder: 0 },
    problem: /a function cannot cross/,
  },
  {
    does: 'returns a boxed number',
    functions: {
      areaUnder: 'export function areaUnder(): any {\n  return new Number(0.5);\n}',
    },
    earns: { areaUnder: 0 },
    problem: /an instance of a class cannot cross/,
  },
  {
    does: 'returns getters',
    functions: {
      areaUnder: 'export function areaUnder(): any {\n  return { get area() { return 20; } };\n}',
    },
    earns: { areaUnder: 0 },
    problem: /a getter cannot cross/,
  },
  inAboveGround('returns a list with holes', 'return [0, , 1];', /a list with holes cannot cross/),
  inAboveGround(
    'returns a list with the length of all memory',
    'const out: number[] = []; out.length = 2 ** 32 - 1; return out;',
    refused,
  ),
  inAboveGround(
    'returns what holds itself',
    'const out: any = {}; out.out = out; return out;',
    /it holds itself/,
  ),
  inAboveGround(
    'returns what is nested without end',
    'let out: unknown = 0; for (let i = 0; i < 1e5; i++) out = [out]; return out;',
    /nested deeper/,
  ),
  inAboveGround(
    'returns an ndarray over words',
    'const out: any = map(x, (v) => v); out.data = ["0", "0", "0", "0.5", "1000"]; return out;',
    /does not hold such data/,
  ),
  inAboveGround(
    'returns an ndarray over another kind of data',
    'const out: any = map(x, (v) => v); out.data = new BigInt64Array(24); return out;',
    /does not hold such data/,
  ),
  inAboveGround(
    'returns shared memory',
    'const out: any = map(x, (v) => v); out.data = new Float64Array(new SharedArrayBuffer(192)); return out;',
    /shared memory cannot cross/,
  ),
  inAboveGround(
    'returns an ndarray whose shape reaches outside its data',
    'const out: any = map(x, (v) => v); out.shape[0] = 1e6; return out;',
    /reaches outside its data/,
  ),
  inAboveGround(
    'returns an ndarray whose sizes are no whole numbers',
    'const out: any = map(x, (v) => v); out.shape[0] = 0.5; return out;',
    /no whole number/,
  ),
  inAboveGround(
    'returns an ndarray with a negative size',
    'const out: any = map(x, (v) => v); out.shape[0] = -5; return out;',
    /negative size/,
  ),
  inAboveGround(
    'returns an ndarray with endless axes',
    'const out: any = map(x, (v) => v); out.shape = new Array(1000).fill(1); return out;',
    refused,
  ),
  inAboveGround(
    'returns one entry as billions',
    'const out: any = map(x, (v) => v); out.shape[0] = 2e9; out.stride[0] = 0; return out;',
    /too large to cross|reaches outside/,
  ),
  inAboveGround(
    'returns an object with a prototype for a key',
    'return JSON.parse(\'{"__proto__": {"shape": [5], "data": [0]}, "constructor": 1}\');',
  ),

  // Stacks
  {
    ...inAboveGround(
      'throws an error whose stack is a getter',
      "throw Object.defineProperty(new Error('x'), 'stack', { get() { for (;;); } });",
      /^Error: x$/,
    ),
    isPlaced: false,
  },
  {
    ...inAboveGround(
      'throws a proxy of an error',
      "const get = () => { for (;;); }; throw new Proxy(new Error('x'), { get, getOwnPropertyDescriptor: get });",
      /a proxy cannot cross/,
    ),
    isPlaced: false,
  },
  withStack(
    'throws an error with a stack of megabytes',
    "'    at aboveGround (submission.js:9:9)\\n'.repeat(1e5)",
  ),
  withStack(
    'throws an error with a stack beyond all megabytes',
    "'    at aboveGround (submission.js:9:9)\\n' + 'x'.repeat(1e8)",
  ),
  withStack(
    'throws an error with a stack of lines that are none',
    "['1e999:1', '-5:3', '0:0', '1.5:2', '0x10:2', 'NaN:1', '9'.repeat(400) + ':1', '1:' + '9'.repeat(400), '١:١'].map((at) => `    at aboveGround (submission.js:${at})`).join('\\n')",
  ),
  withStack(
    'throws an error with a stack of other files',
    "'    at read (/etc/passwd:1:1)\\n    at lessons/01-lines/lines.reference.ts:9:9\\n    at file:///proc/self/environ:1:1'",
  ),
  withStack('throws an error with a number for a stack', '7'),
  withStack(
    'throws an error with an object for a stack',
    '{ slice() { for (;;); }, toString() { for (;;); }, [Symbol.toPrimitive]() { for (;;); } }',
  ),
  inAboveGround(
    'throws an error with a stack of twenty thousand lines that the script does not have',
    "throw Object.defineProperty(new Error('x'), 'stack', { value: '    at aboveGround (submission.js:999999999:999999999)\\n'.repeat(2e4) });",
    /^Error: x$/,
  ),
  {
    ...inAboveGround(
      'asks for endless stacks and throws deep down',
      "const dive = (n: number): void => {\n  if (n > 0) dive(n - 1);\n  throw new Error('x'); // here\n};\nError.stackTraceLimit = Infinity;\ndive(3000);",
      /^Error: x$/,
    ),
    isPlaced: true,
  },
  preparing('makes its stacks an endless loop', "if (error.message === 'x') for (;;);", late),
  preparing('makes its stacks recur without end', 'return Error.prepareStackTrace!(error, sites);'),
  preparing('throws while a stack is made', "throw new Error('y');", /^Error: x$/),
  preparing(
    'makes its stacks objects',
    'return new Proxy({}, { get() { for (;;); }, ownKeys() { for (;;); } });',
    /^Error: x$/,
  ),
  preparing(
    'climbs out through the stack that is asked for from outside',
    'return sites.map((site: any) => site.getThis() ?? site.getFunction()).filter((one: any) => one !== undefined).map((one: any) => one.constructor.constructor("return process")().exit(0));',
    /^Error: x$/,
  ),
  inAboveGround(
    'throws an error whose name is a getter without end',
    "throw Object.defineProperty(new Error('x'), 'name', { get() { for (;;); } });",
  ),

  // Wrong, late or by heart
  {
    does: 'changes its argument in place',
    functions: aboveGround(
      'for (let i = 0; i < x.data.length; i++) x.data[i] = Math.max(0, x.data[i]);\nreturn x;',
    ),
    earns: { aboveGround: 2 },
    problem: /changed in place/,
  },
  {
    does: 'has a table of the visible answers',
    top: "import { copy } from '#arrays';",
    functions: aboveGround(
      'const table = { "-7.5,2.25,0,1000": [0, 2.25, 0, 1000], "-3.5,4.5": [0, 4.5] } as any;\nconst out = copy(x), answer = table[[...out.data].join()];\nif (answer) out.data.set(answer);\nreturn out;',
    ),
    earns: { aboveGround: 0 },
    problem: /wrong for others like them/,
  },
  {
    does: 'answers with zeros',
    top: "import { zeros } from '#arrays';",
    functions: {
      ...aboveGround('return zeros(...x.shape);'),
      areaUnder: 'export function areaUnder(): any {\n  return 0;\n}',
    },
    // The shape is right, and that alone is worth nothing.
    earns: { aboveGround: 0, areaUnder: 0 },
  },
  {
    does: 'is honest until it throws late',
    functions: aboveGround(`if (x.size === 6) throw new Error('too many');\n${HONEST}`),
    earns: { aboveGround: 2 },
    problem: /Error: too many/,
  },
  {
    does: 'is honest and leaves a promise rejected',
    functions: aboveGround(`void Promise.reject(new Error('late'));\n${HONEST}`),
  },
  {
    does: 'is slow but honest',
    functions: aboveGround(`for (const end = Date.now() + 100; Date.now() < end; );\n${HONEST}`),
  },
  {
    does: 'is an honest half',
    functions: {
      meanSquare: 'export function meanSquare(): never {\n  throw new Error("later");\n}',
      areaUnder: 'export function areaUnder(): never {\n  throw new Error("later");\n}',
    },
    earns: { meanSquare: 0, areaUnder: 0 },
    problem: /Error: later/,
  },
  onLoading('does not compile', 'export function (', /Expected|Unexpected/),
  onLoading('opens a hundred thousand brackets', `const x = ${'['.repeat(100_000)};`, /./),
  onLoading('throws while it is loaded', "throw new Error('not today');", /not today/),
  onLoading('throws something odd while it is loaded', 'throw { toString() { for (;;); } };', /./),
  ...heavy,
  ...walls,
  ...honest,
];
