/** What the grader does with a process that does not keep to the protocol. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { array, zeros, type Tensor } from '#arrays';
import { expect } from 'chai';
import { bundleProgram, bundleSubmission, type Bundled } from '../../checks/sandbox/bundle.ts';
import { Channel } from '../../checks/sandbox/channel.ts';
import { DEFAULT_LIMITS, type Limits } from '../../checks/sandbox/limits.ts';
import { RemoteLesson, SandboxError } from '../../checks/sandbox/remote.ts';
import { inFixture } from '../temporary-project.ts';
import { submissionsFolder, writeFiles } from './submission.ts';

const limits: Limits = { ...DEFAULT_LIMITS, load: 3000 };

/** No submission: a process that answers by itself needs none. */
const nothing: Bundled = { script: '', map: '' };

/** A process that answers honestly, but for calls of `first`, where it does what `body` says. */
function rogue(body: string): string {
  return `
    const fs = require('node:fs');
    function read(count) {
      const bytes = Buffer.alloc(count);
      for (let at = 0; at < count; ) {
        const got = fs.readSync(3, bytes, at, count - at, null);
        if (got === 0) process.exit();
        at += got;
      }
      return bytes;
    }
    function receive() {
      const body = read(read(4).readUInt32LE());
      return { id: body.subarray(0, 16), kind: body[16], payload: body.subarray(17) };
    }
    function u32(...numbers) {
      return Buffer.concat(numbers.map((number) => {
        const bytes = Buffer.alloc(4);
        bytes.writeUInt32LE(number);
        return bytes;
      }));
    }
    function f64(...numbers) { return Buffer.from(new Float64Array(numbers).buffer); }
    function frame(id, kind, ...parts) {
      const payload = Buffer.concat(parts.map((part) => Buffer.from(part)));
      return Buffer.concat([u32(17 + payload.length), id, Buffer.from([kind]), payload]);
    }
    function write(bytes) { for (let at = 0; at < bytes.length; ) at += fs.writeSync(4, bytes, at); }
    const text = (word) => Buffer.concat([Buffer.from([5]), u32(word.length), Buffer.from(word)]);
    const NO_CHANGES = u32(0), UNDEFINED = [0];
    const list = (...items) => Buffer.concat([Buffer.from([6]), u32(items.length), ...items]);
    function throwAt(...positions) {
      const numbers = (position) => list(...position.map((n) => Buffer.concat([Buffer.from([4]), f64(n)])));
      const thrown = list(Buffer.from(UNDEFINED), list(...positions.map(numbers)));
      write(frame(call.id, 2, NO_CHANGES, thrown));
    }
    const first = receive();
    write(frame(first.id, 1, NO_CHANGES, list(list(text('first'), text('second')), list())));
    let call;
    for (let last = first; ; ) {
      call = receive();
      if (call.payload.includes('first')) { ${body} }
      else write(frame(call.id, 1, NO_CHANGES, UNDEFINED));
      last = call;
    }`;
}

/** What concerns frames, and not what is in them. */
const ON_THE_LINE = new Set([
  'forges an id',
  'answers twice',
  'announces a frame of 4 GB',
  'floods the pipe',
  'closes the pipe and goes on',
  'ends itself with a signal',
]);

/** The stack of what a function throws. */
function stackOf(f: () => unknown): string | undefined {
  try {
    f();
  } catch (error) {
    return (error as Error).stack;
  }
  return undefined;
}

describe('RemoteLesson', function () {
  this.timeout(20_000);
  const { lines: lesson } = inFixture();
  const { folder, remove } = submissionsFolder();
  let relay = '';
  let child = '';

  before(async () => {
    relay = await bundleProgram('relay.ts');
    child = await bundleProgram('child/main.ts');
  });

  after(remove);

  /** Loads a script into a process with the given program, and ends it when `test` is done. */
  function withRemote(
    source: string,
    submission: Bundled,
    test: (remote: RemoteLesson, pids: number[]) => void,
    makePipes?: () => undefined,
  ): void {
    const program = join(folder, 'program.cjs');
    writeFileSync(program, source);
    const pids: number[] = [];
    const launch = { folder, program, limits };
    const channel = new Channel(relay, launch, (pid) => pids.push(pid), makePipes);
    try {
      const remote = new RemoteLesson(submission, channel, limits);
      remote.beginCheck('02.9 first', 1000);
      test(remote, pids);
    } finally {
      channel.end();
    }
  }

  const call = (remote: RemoteLesson, name: string, ...args: unknown[]): unknown =>
    (remote.functions[name] as (...given: unknown[]) => unknown)(...args);

  const rogues: [does: string, body: string, problem: RegExp][] = [
    ['forges an id', 'write(frame(Buffer.alloc(16, 7), 1, NO_CHANGES, UNDEFINED));', /wrong id/],
    ['replays an earlier frame', 'write(frame(last.id, 1, NO_CHANGES, UNDEFINED));', /wrong id/],
    [
      'answers twice',
      'const one = frame(call.id, 1, NO_CHANGES, UNDEFINED); write(Buffer.concat([one, one]));',
      /more than was asked for/,
    ],
    ['announces a frame of 4 GB', 'write(u32(2 ** 32 - 1)); write(Buffer.alloc(32));', /too long/],
    [
      'announces a frame shorter than its head',
      'write(u32(3)); write(Buffer.alloc(32));',
      /too long/,
    ],
    ['floods the pipe', 'for (;;) write(Buffer.alloc(1e6));', /too long/],
    ['closes the pipe and goes on', 'fs.closeSync(4); for (;;);', /did not return within 1 s/],
    ['ends', 'process.exit(0);', /the process ended while first ran.*\(code 0\)/],
    ['ends itself with a signal', "process.kill(process.pid, 'SIGTERM');", /\(SIGTERM\)/],
    [
      'ignores signals and never answers',
      "process.on('SIGTERM', () => {}); process.on('SIGINT', () => {}); for (;;);",
      /did not return within 1 s/,
    ],
    ['answers in an unknown way', 'write(frame(call.id, 9, UNDEFINED));', /an answer of kind 9/],
    ['answers with nothing', 'write(frame(call.id, 1));', /a changed argument that does not exist/],
    [
      'stops in the middle of a value',
      'write(frame(call.id, 1, NO_CHANGES, [4, 0]));',
      /end too early/,
    ],
    ['goes on after the value', 'write(frame(call.id, 1, NO_CHANGES, [0, 0]));', /after the value/],
    [
      'invents a kind of value',
      'write(frame(call.id, 1, NO_CHANGES, [99]));',
      /99 begins no value/,
    ],
    [
      'sends a function',
      'write(frame(call.id, 1, NO_CHANGES, [10], u32(0)));',
      /a function cannot cross/,
    ],
    [
      'sends an unknown kind of error',
      'write(frame(call.id, 2, NO_CHANGES, [11, 99], u32(0, 0)));',
      /no error of kind 99/,
    ],
    [
      'throws and does not say where',
      'write(frame(call.id, 2, NO_CHANGES, [6], u32(1), UNDEFINED));',
      /without its positions/,
    ],
    [
      'throws and nothing else',
      'write(frame(call.id, 2, NO_CHANGES, UNDEFINED));',
      /without its positions/,
    ],
    ['throws at a negative line', 'throwAt([-1, 1]);', /without its positions/],
    ['throws at half a column', 'throwAt([1, 1.5]);', /without its positions/],
    ['throws at an endless line', 'throwAt([1e999, 1]);', /without its positions/],
    ['throws at a line that is no number', 'throwAt([NaN, 1]);', /without its positions/],
    ['throws at a line beyond all files', 'throwAt([2 ** 31, 1]);', /without its positions/],
    ['throws at a line without a column', 'throwAt([1, 1], [1]);', /without its positions/],
    [
      'throws at more lines than are asked for',
      'throwAt(...Array.from({ length: 11 }, () => [1, 1]));',
      /without its positions/,
    ],
    [
      'announces a list of billions',
      'write(frame(call.id, 1, NO_CHANGES, [6], u32(2 ** 32 - 1)));',
      /too many to cross/,
    ],
    [
      'nests without end',
      'write(frame(call.id, 1, NO_CHANGES, Buffer.alloc(5000, Buffer.from([6, 1, 0, 0, 0]))));',
      /nested deeper/,
    ],
    [
      'sends an ndarray that reaches outside its data',
      'write(frame(call.id, 1, NO_CHANGES, [9], u32(1), f64(1000, 1, 0), [8, 0], u32(1, 8), f64(1), u32(0, 1)));',
      /reaches outside its data/,
    ],
    [
      'sends an ndarray with half a size',
      'write(frame(call.id, 1, NO_CHANGES, [9], u32(1), f64(0.5, 1, 0), [8, 0], u32(1, 8), f64(1), u32(0, 1)));',
      /no whole number/,
    ],
    [
      'sends one entry as billions',
      'write(frame(call.id, 1, NO_CHANGES, [9], u32(1), f64(2e9, 0, 0), [8, 0], u32(1, 8), f64(1), u32(0, 1)));',
      /too large to cross/,
    ],
    [
      'sends a typed array that reaches outside its buffer',
      'write(frame(call.id, 1, NO_CHANGES, [8, 0], u32(1, 8), f64(1), u32(0, 2)));',
      /reaches outside its buffer/,
    ],
    [
      'names a buffer that does not exist',
      'write(frame(call.id, 1, NO_CHANGES, [8, 0], u32(7)));',
      /no buffer 7/,
    ],
    [
      'invents a kind of storage',
      'write(frame(call.id, 1, NO_CHANGES, [8, 77], u32(7)));',
      /no storage of kind 77/,
    ],
    [
      'changes an argument that does not exist',
      'write(frame(call.id, 1, u32(1, 5), UNDEFINED));',
      /argument that does not exist/,
    ],
    [
      'changes an argument to another size',
      'write(frame(call.id, 1, u32(1, 0), UNDEFINED));',
      /of another size/,
    ],
    [
      'calls back what it was not given',
      'write(frame(call.id, 4, u32(3), [6], u32(0)));',
      /a callback that does not exist/,
    ],
    [
      'claims that its value was refused, with no reason',
      'write(frame(call.id, 3, UNDEFINED));',
      /undefined/,
    ],
  ];
  for (const [does, body, problem] of rogues) {
    const goesOn = (remote: RemoteLesson, pids: readonly number[]): void => {
      expect(() => call(remote, 'first', zeros(2))).to.throw(SandboxError, problem);
      expect(remote.fault).to.match(problem);
      remote.beginCheck('02.7 second', 1000);
      expect(call(remote, 'second', zeros(2))).to.equal(undefined);
      expect(remote.fault).to.equal(undefined);
      // A refusal is no breach of the protocol.
      expect(pids).to.have.length(does.includes('claims') ? 1 : 2);
    };
    it(`ends a process that ${does}, scores that check nothing and goes on with another`, () => {
      withRemote(rogue(body), nothing, goesOn);
    });
    if (!ON_THE_LINE.has(does)) continue;
    it(`does so where there are no named pipes, with one that ${does}`, () => {
      withRemote(rogue(body), nothing, goesOn, () => undefined);
    });
  }

  it('does not hold what a process sent unasked, after its answer, against the next check', () => {
    const late =
      'write(frame(call.id, 1, NO_CHANGES, UNDEFINED)); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50); write(UNDEFINED);';
    withRemote(rogue(late), nothing, (remote, pids) => {
      expect(call(remote, 'first', zeros(2))).to.equal(undefined);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
      remote.beginCheck('02.7 second', 1000);
      expect(call(remote, 'second')).to.equal(undefined);
      expect(pids).to.have.length(2);
    });
  });

  it('leaves out the rest of an exercise that ended its process', () => {
    withRemote(rogue('process.exit();'), nothing, (remote) => {
      expect(() => call(remote, 'first')).to.throw(SandboxError);
      remote.beginCheck('02.9 first', 1000);
      expect(() => call(remote, 'second')).to.throw(SandboxError, /left out, since first/);
      expect(remote.fault).to.match(/left out/);
    });
  });

  it('gives its process neither files nor programs nor threads nor an environment, even with all of Node', () => {
    const probe = `
      const tried = (f) => { try { f(); return 'allowed'; } catch (error) { return String(error.code); } };
      const told = [
        tried(() => fs.readFileSync(${JSON.stringify(lesson.reference)})),
        tried(() => fs.readdirSync('/')),
        tried(() => fs.writeFileSync('written', 'x')),
        tried(() => fs.rmSync(__filename)),
        tried(() => require('node:child_process').spawnSync('true')),
        tried(() => new (require('node:worker_threads').Worker)('1', { eval: true })),
        Object.keys(process.env).join(),
      ].join('|');
      write(frame(call.id, 1, NO_CHANGES, text(told)));`;
    withRemote(rogue(probe), nothing, (remote) => {
      const denied = 'ERR_ACCESS_DENIED';
      expect(call(remote, 'first')).to.equal([...Array(6).fill(denied), ''].join('|'));
      expect(existsSync(join(folder, 'written'))).to.equal(false);
    });
  });

  describe('with an honest process', () => {
    /** Loads a file in the place of lesson 01's. */
    async function withFile(
      text: string,
      test: (remote: RemoteLesson) => void,
      makePipes?: () => undefined,
    ): Promise<void> {
      writeFiles(folder, { 'honest.ts': text });
      const file = join(folder, 'honest.ts');
      const bundled = await bundleSubmission(lesson, { folder, file }, limits.file);
      withRemote(child, bundled, test, makePipes);
    }

    it('tells NaN, −0 and the infinities apart, in both directions', async () => {
      await withFile('export const first = (...args: unknown[]) => args;', (remote) => {
        const values = [NaN, -0, 0, Infinity, -Infinity, 5e-324, 'ä€𝄞', true, null, undefined];
        const back = call(remote, 'first', ...values) as unknown[];
        expect(back).to.have.length(values.length);
        values.forEach((value, i) =>
          expect(Object.is(back[i], value), String(value)).to.equal(true),
        );
      });
    });

    it('passes on arrays that are larger than a pipe, in both directions, with named pipes and without', async () => {
      const large = zeros(300, 500);
      large.data.forEach((_, i) => (large.data[i] = i / 7));
      const test = (remote: RemoteLesson): void => {
        const back = call(remote, 'first', large) as Tensor;
        expect(back.data).to.deep.equal(large.data.map((value) => -value));
      };
      const text =
        "import { map } from '#arrays';\nexport const first = (x: any) => map(x, (v) => -v);";
      await withFile(text, test);
      await withFile(text, test, () => undefined);
    });

    it('keeps what shares memory together: an argument that is handed back is the argument', async () => {
      await withFile('export const first = (x: any) => x.transpose(1, 0);', (remote) => {
        const x = array([
          [1, 2],
          [3, 4],
        ]);
        const view = call(remote, 'first', x) as Tensor;
        expect(view.get(0, 1)).to.equal(3);
        view.set(0, 1, 9);
        expect(x.get(1, 0)).to.equal(9);
      });
    });

    it('shows what a call changed in its arguments', async () => {
      await withFile('export const first = (x: any) => { x.set(0, 7); };', (remote) => {
        const x = array([1, 2]);
        call(remote, 'first', x);
        expect([...x.data]).to.deep.equal([7, 2]);
      });
    });

    it('calls functions of the suite back, with their arguments, results and errors', async () => {
      const text = `export const first = (f: any, x: any) => {
        const before = f(x);
        x.set(0, 5);
        try { return [before, f(x), f(0)]; } catch (error: any) { return [before, f(x), error instanceof RangeError, error.message]; }
      };`;
      await withFile(text, (remote) => {
        const f = (x: Tensor | number): number => {
          if (typeof x === 'number') throw new RangeError('no array');
          return x.get(0);
        };
        expect(call(remote, 'first', f, array([1]))).to.deep.equal([1, 5, true, 'no array']);
      });
    });

    it('lets a function of the suite call the submission in its turn', async () => {
      const text =
        'export const first = (f: any) => f(2) + 1;\nexport const second = (x: number) => x * 10;';
      await withFile(text, (remote) => {
        expect(call(remote, 'first', (x: number) => call(remote, 'second', x))).to.equal(21);
      });
    });

    it('does not let a callback be climbed out of when the stack is full', async () => {
      const text = `export const first = (f: any) => {
        const found: string[] = [];
        const dive = (): void => {
          try { dive(); } catch (error: any) {
            found.push(error.constructor.constructor('return typeof process + typeof fetch')());
          }
          try { f(); } catch (error: any) {
            found.push(error.constructor.constructor('return typeof process + typeof fetch')());
          }
        };
        try { dive(); } catch {}
        return [...new Set(found)].join();
      };`;
      await withFile(text, (remote) => {
        remote.beginCheck('02.9 first', 5000);
        const told = [];
        try {
          told.push(call(remote, 'first', () => 0));
        } catch (error) {
          told.push(error);
        }
        expect(told[0] === 'undefinedundefined' || told[0] instanceof SandboxError).to.equal(true);
      });
    });

    it('keeps the kind, the name and the message of an error', async () => {
      const text = `export const first = () => { throw new RangeError('too small'); };
        export const second = () => { throw Object.assign(new TypeError('later'), { name: 'TodoError' }); };`;
      await withFile(text, (remote) => {
        expect(() => call(remote, 'first')).to.throw(RangeError, /^too small$/);
        try {
          call(remote, 'second');
          expect.fail('it threw nothing');
        } catch (error) {
          expect(error).to.be.instanceOf(TypeError).and.include({ name: 'TodoError' });
        }
      });
    });

    it('says where an error was thrown, one that a function of the suite threw included', async () => {
      const text = `export const first = () => {
          throw new Error('here');
        };
        export const second = (f: any) => {
          const value = f();
          return value;
        };`;
      await withFile(text, (remote) => {
        const f = (): never => {
          throw new RangeError('there');
        };
        expect(stackOf(() => call(remote, 'first'))).to.equal(
          'Error: here\n    at lessons/01-lines/lines.ts:2',
        );
        expect(stackOf(() => call(remote, 'second', f))).to.equal(
          'RangeError: there\n    at lessons/01-lines/lines.ts:5',
        );
      });
    });

    it('never settles a promise and never loads what an import() asks for', async () => {
      const text = `let told = 'nothing';
        export const first = () => {
          void Promise.resolve().then(() => (told = 'a promise'));
          void import('data:text/javascript,globalThis.told = 1').then(() => (told = 'a module'), () => (told = 'a refusal'));
        };
        export const second = () => told + typeof (globalThis as any).told;`;
      await withFile(text, (remote) => {
        call(remote, 'first');
        expect(call(remote, 'second')).to.equal('nothingundefined');
      });
    });
  });
});
