/** Submissions that look for a way out of their realm, or for something of the realm around it that they can change. */
import { aboveGround, inAboveGround, preparing, type Attack } from './attack.ts';

const isAProxy = /aboveGround is a proxy of a function: export the function itself/;

/** An aboveGround that is a proxy of an honest one. */
function proxied(does: string, traps: string): Attack {
  const code = `export const aboveGround: any = new Proxy((x: any) => map(x, (v) => Math.max(0, v)), { ${traps} });`;
  return { does, functions: { aboveGround: code }, earns: { aboveGround: 0 }, problem: isAProxy };
}

/** Code that asks a Function for its global object and breaks what it finds there. */
const breaking =
  "const outer = list.constructor.constructor('return this')(); outer.Reflect = outer.Buffer = outer.Object = 1;";

export const walls: Attack[] = [
  proxied(
    'takes the list of its arguments from outside',
    `apply: (f: any, self: any, list: any) => { ${breaking} return f(...list); }`,
  ),
  proxied('is a proxy without traps', ''),
  proxied(
    'is a proxy whose every trap breaks something',
    'get() { for (;;); }, has() { for (;;); }',
  ),
  preparing(
    'takes the list of its frames from outside',
    `const list: any = sites; ${breaking} return 'x';`,
    /^Error: x$/,
  ),
  preparing(
    'has its stack made by a bound function',
    "return (sites as any).concat.constructor('return this')().nothing.more;",
    /^Error: x$/,
  ),
  {
    does: 'replaces what its own realm has, on which its own code stands',
    onItsOwn: 'spoilt',
    top: 'for (const name of ["Reflect", "Object", "Array", "Function", "ArrayBuffer", "Float64Array", "Error"]) (globalThis as any)[name] = undefined;',
    earns: { heightsAt: 0, meanSquare: 0, aboveGround: 0 },
  },
  {
    does: 'deletes the console and is honest',
    onItsOwn: 'spoilt',
    top: 'delete (globalThis as any).console; delete (globalThis as any).performance;',
  },
  {
    does: 'freezes its global object and is honest',
    top: 'Object.freeze(Object.prototype); Object.freeze(Array.prototype); Object.freeze(globalThis);',
    functions: aboveGround('return map(x, (v: number) => Math.max(0, v));'),
  },
  inAboveGround(
    'reads from the console what called it',
    "return (console.log as any).caller.constructor('return process')();",
    /TypeError/,
  ),
  inAboveGround(
    'takes the promise of an import for a way out',
    "const promise: any = import('x'); return promise.constructor.constructor('return process')();",
    /process is not defined/,
  ),
  inAboveGround(
    'has evaluated text import for it',
    "const promise: any = (0, eval)('import(\"node:fs\")'); return promise.constructor.constructor('return process')();",
    /process is not defined/,
  ),
  inAboveGround(
    'prints what turns itself into text with a way out',
    "const seen: any[] = []; console.log('%s %d %j', ...[1, 2, 3].map(() => ({ toString(...list: any[]) { seen.push(list.constructor.constructor('return typeof process')()); return ''; } }))); throw new Error(seen.join());",
    /^Error: (undefined)?(,undefined)*$/,
  ),
  {
    does: 'calls the suite with itself as this',
    functions: {
      areaUnder: `export function areaUnder(curve: any): any {
        const list = Reflect.apply(curve, globalThis, [1]);
        return Object(list).constructor.constructor('return process')();
      }`,
    },
    earns: { areaUnder: 0 },
    problem: /process is not defined/,
  },
];
