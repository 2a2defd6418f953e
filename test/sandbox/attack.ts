/** What an attack is, and how to write one in a few words. */

/** A submission, and what it must get. */
export interface Attack {
  /** What it does, as a sentence without its subject. */
  does: string;
  /** Code at the end of the file. */
  top?: string;
  /** Functions in the place of the reference's. */
  functions?: Readonly<Record<string, string>>;
  /** The exercises are the untouched ones instead of the reference's. */
  isStub?: boolean;
  /** The points of the functions that do not get all of theirs. */
  earns?: Readonly<Record<string, number>>;
  /** What is said of a file that does not load: it gets no point. */
  broken?: RegExp;
  /** What is said of the first check that failed. */
  problem?: RegExp;
  /** Whether it is found out that aboveGround throws on the line with `// here`; that no line is, if this is false. */
  isPlaced?: boolean;
  /**
   * What it does where nothing stands around it, as under npm test: it would harm who runs it, or it spoils the
   * process that the suite shares with it, and so gets fewer points.
   */
  onItsOwn?: 'harmful' | 'spoilt';
}

/** An attack that is never run without a sandbox: it writes files, ends other processes or fills the memory. */
export function harmful(attack: Attack): Attack {
  return { ...attack, onItsOwn: 'harmful' };
}

/** An attack that spoils the process which the suite shares with it under npm test, and so gets fewer points there. */
export function spoiling(attack: Attack): Attack {
  return { ...attack, onItsOwn: 'spoilt' };
}

/** aboveGround with a body. */
export function aboveGround(body: string): Readonly<Record<string, string>> {
  return { aboveGround: `export function aboveGround(x: any): any {\n${body}\n}` };
}

/** An honest aboveGround, for attacks that want to keep its points. */
export const HONEST = 'return map(x, (v) => Math.max(0, v));';

/** An attack in aboveGround that must earn nothing there. */
export function inAboveGround(does: string, body: string, problem?: RegExp): Attack {
  return {
    does,
    functions: aboveGround(body),
    earns: { aboveGround: 0 },
    ...(problem && { problem }),
  };
}

/** An attack in aboveGround with a stack that is none: an error whose `stack` is what an expression gives. */
export function withStack(does: string, stack: string): Attack {
  const body = `throw Object.defineProperty(new Error('x'), 'stack', { value: ${stack} });`;
  return { ...inAboveGround(does, body, /^Error: x$/), isPlaced: false };
}

/** An attack in aboveGround with a function that makes the stack's text, when aboveGround throws on the line `// here`. */
export function preparing(does: string, body: string, problem?: RegExp): Attack {
  const top = `Error.prepareStackTrace = (error: any, sites: any): any => {\n${body}\n};`;
  return { ...inAboveGround(does, "throw new Error('x'); // here", problem), top, isPlaced: false };
}

/** An attack outside the functions, after which aboveGround still has the wrong values. */
export function aroundAboveGround(does: string, top: string): Attack {
  const functions = aboveGround('return map(x, (v) => v + 0.25);');
  return { does, top, functions, earns: { aboveGround: 0 } };
}

/** An attack after which nothing loads. */
export function onLoading(does: string, top: string, broken: RegExp): Attack {
  return { does, top, broken };
}

/** What is said of a call that lasts too long. */
export const late = /aboveGround did not return within 0\.\d+ s/;
/** What is said of a value that may not cross. */
export const refused = /aboveGround did not return a value that can be graded/;
