/** Nothing of the realm around the learner's can be reached from the learner's code. */
import { join } from 'node:path';
import vm from 'node:vm';
import { expect } from 'chai';
import { transformSync } from 'esbuild';
import { gradeLesson } from '../../checks/grade/grade-lesson.ts';
import { root, sourceText } from '../../checks/project.ts';
import { gradeInSandbox } from '../../checks/sandbox/sandbox.ts';
import { inFixture } from '../temporary-project.ts';
import { changed, submissionsFolder, writeFiles } from './submission.ts';
import type { walk, Walk } from './walk.ts';

const WALK = sourceText(join(root, 'test', 'sandbox', 'walk.ts')).replaceAll('export ', '');

/** Collects what code in a submission can get hold of, in every way that leads out of its realm and back. */
const COLLECT = `
const roots: Record<string, any> = { globalThis };
let phase = 'loading';
const counts: Record<string, number> = {};
function keep(what: string, ...values: any[]): void {
  const kind = phase + ': ' + what;
  for (const value of values) {
    counts[kind] = (counts[kind] ?? 0) + 1;
    if (counts[kind]! <= 300) roots[kind + ' ' + counts[kind]] = value;
  }
}
/** Has an outer function run out of stack, at each depth that is left. */
function atTheEdge(what: string, f: () => unknown): void {
  const dive = (): void => {
    try { dive(); } catch (error) { keep('the end of the stack', error); return; }
    try { keep(what, f()); } catch (error) { keep(what + ' thrown', error); }
  };
  try { dive(); } catch (error) { keep(what + ' thrown', error); }
}
const tricky: any = {
  toString() { keep('toString', this, arguments, new Error('x')); return 'x'; },
  valueOf() { keep('valueOf', this, arguments); return 1; },
  toJSON() { keep('toJSON', this, arguments); return 1; },
  get constructor() { keep('constructor', this, arguments); return Object; },
  [Symbol.toPrimitive]() { keep('toPrimitive', this, arguments); return 1; },
  get [Symbol.toStringTag]() { keep('toStringTag', this, arguments); return 'x'; },
  get [Symbol.iterator]() { keep('iterator', this, arguments); return undefined; },
};
const traps: any = new Proxy({}, {
  get: (_: any, trap: string) => (...args: any[]) => {
    keep('trap ' + trap, args, ...args);
    return (Reflect as any)[trap](...args);
  },
});
const proxied = (target: any): any => new Proxy(target, traps);
(Error as any).prepareStackTrace = (error: any, sites: any[]) => {
  keep('stack of ' + error.message, sites, ...sites);
  keep('stack', error, sites, ...sites);
  for (const site of sites) {
    for (const name of ['getThis', 'getFunction', 'getTypeName', 'getEvalOrigin']) {
      try { keep('site ' + name, (site as any)[name]()); } catch (error) { keep('site thrown', error); }
    }
  }
  return 'submission.js:1:1';
};
void new Error('here').stack;
for (const name of ['log', 'info', 'debug', 'warn', 'error', 'table', 'dir', 'time', 'timeEnd', 'assert', 'group', 'trace', 'count']) {
  const print = (console as any)[name];
  if (typeof print !== 'function') continue;
  try { keep('console', print(tricky, proxied({}), proxied(() => 1), proxied([])), print('%s %d %i %f %j %o %O %c', tricky, tricky, tricky, tricky, tricky, tricky, tricky, tricky)); } catch (error) { keep('console thrown', error); }
  atTheEdge('console at the edge', () => print(1));
}
for (const make of [
  () => import('x'),
  () => (0, eval)('import("x")'),
  () => new Function('return import("x")')(),
  () => eval('this'),
  () => (0, eval)('this'),
  () => new Function('return this')(),
  () => new Function('return arguments.callee.caller')(),
  () => (Object as any).getOwnPropertyDescriptor(Function.prototype, 'caller')?.get?.call(keep),
  () => (async () => 1)(),
  () => WebAssembly.compile(new Uint8Array(0)),
  () => new WebAssembly.Module(new Uint8Array(0)),
  () => (Atomics as any).waitAsync?.(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  () => structuredClone({ a: [new Date(0), new Map([[1, new Float64Array(2)]])] }),
  () => structuredClone(() => 1),
  () => performance.now(),
  () => new Intl.NumberFormat('en').formatToParts(1),
  () => JSON.parse('{'),
  () => 'a'.matchAll(/a/g),
  () => (null as any).x,
  () => { throw tricky; },
]) {
  try { keep('made', make()); } catch (error) { keep('made thrown', error); }
}
`;

const FUNCTIONS = {
  heightAt: `export function heightAt(line: any, x: any): any {
    keep('arguments', arguments, line, x, heightAt.caller);
    return line.slope * x + line.height;
  }`,
  heightsAt: `export function heightsAt(line: any, x: any): any {
    phase = 'heightsAt';
    keep('arrays', line, x);
    return new Proxy(x, traps);
  }`,
  meanSquare: `export function meanSquare(line: any, x: any, y: any): any {
    phase = 'meanSquare';
    keep('arrays', x, y);
    throw Object.setPrototypeOf(new Error('late'), new Proxy({}, traps));
  }`,
  aboveGround: `export function aboveGround(x: any): any {
    phase = 'aboveGround';
    throw new Error('late');
  }`,
  areaUnder: `export function areaUnder(curve: any, ...rest: any[]): any {
    phase = 'areaUnder';
    keep('callback', curve, rest);
    for (const argument of [1, undefined, () => 1, tricky, proxied({}), new Float64Array(2), Symbol('x')]) {
      try { keep('called', curve(argument)); } catch (error) { keep('called thrown', error); }
    }
    try { keep('bare', Reflect.apply(curve, tricky, proxied([1]))); } catch (error) { keep('bare thrown', error); }
    atTheEdge('callback at the edge', () => curve(1));
    const { seen, foreign } = walk(roots);
    console.log('WALK' + JSON.stringify({ seen, foreign }) + 'END');
    return 0;
  }`,
};

describe('walk', () => {
  /** Walks in a realm of its own into which something is put. */
  function walked(planted: unknown): Walk {
    const context = vm.createContext({ planted });
    const there = vm.runInContext(
      `${transformSync(WALK, { loader: 'ts' }).code}; walk`,
      context,
    ) as typeof walk;
    const roots = vm.runInContext('({ deep: { list: [planted] } })', context) as Record<
      string,
      unknown
    >;
    const { seen, foreign } = there(roots);
    return { seen, foreign: [...foreign] };
  }

  it('finds what is of another realm: an object, a function, a list, an error', () => {
    for (const planted of [{}, () => 1, [1], new Error('x'), new Map(), Promise.resolve()]) {
      expect(walked(planted).foreign).to.deep.equal(['deep.list.0']);
    }
  });

  it('finds nothing where there is nothing', () => {
    expect(walked(1).foreign).to.deep.equal([]);
    expect(walked(1).seen).to.be.above(50);
  });
});

describe('The walls of the sandbox', function () {
  this.timeout(60_000);
  const project = inFixture();
  const { lines: lesson } = project;
  const place = `lessons/${lesson.name}/${lesson.slug}.ts`;
  const { folder, remove } = submissionsFolder(join(project.root, '.chainrule'));
  after(remove);

  it('let no object of the outer realm through, in whatever way', async () => {
    const top = `${WALK}\n${COLLECT}`;
    writeFiles(join(folder, 'walk'), { [place]: changed(lesson, { top, functions: FUNCTIONS }) });
    const { broken, printed, checks } = await gradeInSandbox(lesson, {
      folder: join(folder, 'walk'),
      limits: { output: 4_000_000 },
      freshInputs: false,
    });
    expect(broken).to.equal(undefined);
    const reports = [...printed.matchAll(/WALK(.*?)END/g)].map(
      ([, report]) => JSON.parse(report!) as Walk,
    );
    expect(reports, JSON.stringify(checks.at(-2))).not.to.have.length(0);
    for (const { seen, foreign } of reports) {
      expect(foreign).to.deep.equal([]);
      expect(seen).to.be.above(1000);
    }
  });

  it('refuse a proxy of a function, as npm test does, with one sentence', async () => {
    const functions = {
      aboveGround: `export const aboveGround: any = new Proxy((x: any) => map(x, (v) => Math.max(0, v)), {
        apply(target, self, args) { return args.constructor.constructor('return 7')() && target(...args); },
      });`,
    };
    writeFiles(join(folder, 'proxy'), { [place]: changed(lesson, { functions }) });
    const [local, sandboxed] = await Promise.all([
      gradeLesson(lesson, { subject: join(folder, 'proxy', place) }),
      gradeInSandbox(lesson, { folder: join(folder, 'proxy') }),
    ]);
    for (const { checks } of [local, sandboxed]) {
      const failed = checks.filter(({ status }) => status === 'failed');
      expect(failed.map(({ exercise }) => exercise)).to.deep.equal(
        Array(3).fill('01.4 aboveGround'),
      );
      expect(failed[0]?.failure?.problem).to.match(
        /aboveGround is a proxy of a function: export the function itself/,
      );
    }
  });
});
