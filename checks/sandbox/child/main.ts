/**
 * The process that runs a learner's code: it reads frames from one pipe, calls the learner's functions and
 * answers on another, one frame at a time and all of it synchronously.
 *
 * The code runs in a realm of its own (`node:vm`) that holds the objects of the language and nothing of
 * Node's. That alone would be no wall, so what a climber would find outside is taken away as well, and the
 * process has neither files, nor programs, nor an environment. See sandbox.ts for what that stops.
 *
 * The reading and writing here happens in a realm that the learner's code cannot reach: patched prototypes over
 * there change nothing here. This loop never ends, so that nothing asynchronous ever runs: no promise is
 * settled, and no module that an `import()` asks for is loaded.
 */
import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import { formatWithOptions, types } from 'node:util';
import vm from 'node:vm';
import {
  ANSWER,
  frameBytes,
  frameLength,
  HEAD_BYTES,
  ID_BYTES,
  parseFrame,
  REQUEST,
  type Frame,
} from '../frame.ts';
import { decode, encode, RefusedError, setOwn, STORAGES, type Maker } from '../value.ts';
import type { Limits } from '../limits.ts';
import { addHarmless } from './harmless.ts';
import { positionsOf, SCRIPT } from './positions.ts';
import { makeRealm, type CallbackOutcome, type Realm } from './realm.ts';

const [INPUT, OUTPUT, STDOUT] = [3, 4, 1];

/** What the bundled submission is: its lesson's exports, and the ndarray package in the learner's realm. */
interface Loaded {
  lesson: Readonly<Record<string, unknown>>;
  ndarray: (data: unknown, shape: unknown[], stride: unknown[], offset: number) => unknown;
}

const limits = JSON.parse(process.argv[2]!) as Pick<Limits, 'message' | 'output'>;
const { exit } = process;
const context = vm.createContext(contextObject());
const globals = names('globalThis');
/** The id of the last frame that was received. */
let id = Buffer.alloc(ID_BYTES);
let loaded: Loaded | undefined;
let printed = 0;

const makeRealmThere = vm.runInContext(`(${makeRealm.toString()})`, context) as typeof makeRealm;
const realm: Realm = makeRealmThere(callOut, print);
const addHarmlessThere = vm.runInContext(
  `(${addHarmless.toString()})`,
  context,
) as typeof addHarmless;
addHarmlessThere(realm.write);
const errorPrototypes = [...realm.errorPrototypes];
const maker: Maker = {
  ...realm,
  typed: (kind, ...rest) => realm.typed(STORAGES[kind]!.name, ...rest),
  array: (...args) => loaded!.ndarray(...args),
};
stripGlobals();
for (;;) answer(receive());

/** A global object that has nothing of this realm's; where Node can, one without interceptors. */
function contextObject(): vm.Context {
  const { DONT_CONTEXTIFY } = vm.constants as unknown as { DONT_CONTEXTIFY?: vm.Context };
  return DONT_CONTEXTIFY ?? (Object.create(null) as vm.Context);
}

/** The names of an object's properties in the learner's realm. */
function names(object: string): string[] {
  return (vm.runInContext(`Object.getOwnPropertyNames(${object}).join()`, context) as string).split(
    ',',
  );
}

/** Takes from this realm what the language does not have (process, fetch, timers, …), and lets nobody change the rest. */
function stripGlobals(): void {
  for (const name of Reflect.ownKeys(globalThis)) {
    if (typeof name === 'symbol' || !globals.includes(name)) {
      Reflect.deleteProperty(globalThis, name);
    }
  }
  Object.freeze(globalThis);
}

/** Does what a frame asks for. */
function answer({ kind, payload }: Frame): void {
  const buffers: ArrayBuffer[] = [];
  let before: Buffer[] = [];
  let answered: [kind: number, value: unknown];
  let thrown: unknown;
  try {
    if (kind === REQUEST.load) {
      answered = [ANSWER.value, load(payload.toString('utf8'))];
    } else {
      const [name, args] = decode(payload, maker, limits.message, buffers) as [string, unknown[]];
      before = buffers.map((buffer) => Buffer.from(Buffer.from(buffer)));
      answered = [ANSWER.value, realm.call(loaded!.lesson[name], args)];
    }
  } catch (error) {
    thrown = error;
    answered = [ANSWER.thrown, [error, positionsOf(error, realm.stack)]];
  }
  try {
    const encoded = encode(answered[1], {
      limits: limits.message,
      known: buffers,
      ...(!(thrown instanceof Error) && { errorPrototypes }),
    });
    send(answered[0], Buffer.concat([changes(buffers, before), encoded.bytes]));
  } catch (error) {
    const why = error instanceof RefusedError ? error.message : 'it cannot be read';
    send(ANSWER.refused, encode(why, { limits: limits.message }).bytes);
  }
}

/** Evaluates the bundled submission. Returns the names of the functions that it exports, and of proxies of some. */
function load(script: string): [functions: string[], proxies: string[]] {
  // On Node 20 a global object with interceptors makes every mention of Math slow; a constant is not.
  const constants = globals.filter((name) =>
    /^(?!undefined$|NaN$|eval$|globalThis$)\w+$/.test(name),
  );
  loaded = vm.runInContext(
    `(() => { 'use strict'; const { ${constants.join()} } = globalThis;\n${script}\nreturn submission; })()`,
    context,
    // Lines are counted from the script's first.
    { filename: SCRIPT, lineOffset: -1 },
  ) as Loaded;
  const { lesson } = loaded;
  const functions = Object.keys(lesson).filter((name) => typeof lesson[name] === 'function');
  const isProxy = (name: string): boolean => types.isProxy(lesson[name]);
  return [functions.filter((name) => !isProxy(name)), functions.filter(isProxy)];
}

/** What the call changed in its arguments: how many buffers, and each one's number and bytes. */
function changes(buffers: readonly ArrayBuffer[], before: readonly Buffer[]): Buffer {
  const changed = before.flatMap((content, i) => {
    const now = Buffer.from(buffers[i]!);
    return content.equals(now) ? [] : [uint32(i), now];
  });
  return Buffer.concat([uint32(changed.length / 2), ...changed]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Calls a function of the suite. Called from the learner's realm, so nothing may be thrown from here. */
function callOut(index: number, args: unknown[], outcome: CallbackOutcome): void {
  let value: unknown;
  let ok = false;
  try {
    const { bytes } = encode(args, { limits: limits.message, errorPrototypes });
    send(ANSWER.callback, Buffer.concat([uint32(index), bytes]));
    let frame = receive();
    // The suite's function may call the learner's functions in its turn.
    for (; frame.kind === REQUEST.call; frame = receive()) answer(frame);
    value = decode(frame.payload, maker, limits.message);
    ok = frame.kind === REQUEST.returned;
  } catch (error) {
    const why = error instanceof RefusedError ? error.message : 'the arguments cannot be read';
    value = realm.error(2, 'TypeError', `an argument of the callback: ${why}`);
  }
  setOwn(outcome, 'ok', ok);
  setOwn(outcome, 'value', value);
}

/** Writes to the terminal, up to the limit. */
function print(args: unknown[]): void {
  if (printed >= limits.output) return;
  const items: unknown[] = [];
  for (let i = 0; i < args.length; i++) items.push(args[i]);
  const text = `${formatWithOptions({ customInspect: false }, ...items)}\n`;
  const kept = text.slice(0, limits.output - printed);
  printed += kept.length;
  writeAll(STDOUT, Buffer.from(kept));
}

function receive(): Frame {
  const head = readAll(HEAD_BYTES);
  const rest = readAll(frameLength(head) - HEAD_BYTES);
  const frame = parseFrame(Buffer.concat([head, rest]));
  id = Buffer.from(frame.id);
  return frame;
}

function send(kind: number, payload: Buffer): void {
  writeAll(OUTPUT, frameBytes({ id, kind, payload }));
}

function readAll(count: number): Buffer {
  const bytes = Buffer.alloc(count);
  for (let at = 0; at < count;) {
    const read = fs.readSync(INPUT, bytes, at, count - at, null);
    if (read === 0) exit();
    at += read;
  }
  return bytes;
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += fs.writeSync(file, bytes, at);
}
