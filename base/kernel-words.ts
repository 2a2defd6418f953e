/**
 * What in a kernel's text gpu.js cannot run. It is asked for only when gpu.js has refused a kernel, in words about its
 * own translation ("Unexpected expression on line 1, position 147"): here is the word of the kernel, and the cure.
 */

/** A word that does not belong into a kernel. */
export interface ForeignWord {
  /** As it stands in the kernel: `Number.MIN_VALUE`. */
  word: string;
  /** What is wrong with it and what to do, in a clause. */
  cure: string;
}

/** Thrown in the place of what gpu.js throws when it cannot run a kernel. */
export class KernelError extends Error {
  override name = 'KernelError';
  /** The kernel's name. */
  readonly kernel: string;
  /** What does not belong into it, if that is known. */
  readonly word: string | undefined;

  constructor(message: string, kernel: string, word: string | undefined, cause: unknown) {
    super(message, { cause });
    this.kernel = kernel;
    this.word = word;
  }
}

const COMMENTS = /\/\*[^]*?\*\/|\/\/.*/g;

/** A name with the properties that are taken of it, and the parenthesis of a call. */
const CHAINS = /(?<![\w$.])([A-Za-z_$][\w$]*)((?:\.[A-Za-z_$][\w$]*)*)(\s*\()?/g;

/** Words of JavaScript that a kernel may use, the numbers among them. */
const WORDS = new Set(
  'function return let const var for while do if else break continue true false Infinity NaN'.split(
    ' ',
  ),
);

/**
 * The first word of a kernel that stands for nothing there.
 *
 * @param text the kernel's source, a plain function
 * @returns undefined when there is none: something else is wrong
 */
export function foreignWord(text: string): ForeignWord | undefined {
  const source = withoutComments(text);
  if (source.includes('=>') || source.slice('function'.length).includes('function')) {
    return {
      word: 'a function',
      cure: 'a kernel calls Math alone, so write out in its place what the function does',
    };
  }
  const own = ownNames(source);
  for (const [, root = '', properties = '', call] of source.matchAll(CHAINS)) {
    const word = root + properties;
    if (WORDS.has(word) || root === 'this' || root === 'Math') continue;
    if (!own.has(root)) return { word, cure: outsideCure(root, word, call !== undefined) };
    if (properties !== '') {
      return {
        word,
        cure: `${root} is numbers alone there, so pass a size as a constant and read this.constants`,
      };
    }
  }
  return undefined;
}

/** A text with blanks in the place of its comments: what comes after stays where it is. */
export function withoutComments(text: string): string {
  return text.replaceAll(COMMENTS, (comment) => comment.replaceAll(/[^\n]/g, ' '));
}

function outsideCure(root: string, word: string, isCall: boolean): string {
  if (root === 'console') {
    return 'a kernel cannot print, so let it return the number that you want to see';
  }
  if (isCall) return 'a kernel calls Math alone, so write out in its place what the function does';
  if (root in globalThis || word !== root) {
    return 'of what is outside a kernel knows Math alone, so write the number out';
  }
  return `a kernel sees nothing from outside, so pass a whole number as a constant, this.constants.${word}, and any other as an argument`;
}

/** The kernel's own name, its parameters, and the variables that are declared in it. */
function ownNames(source: string): Set<string> {
  const [header = ''] = /^[^)]*/.exec(source)!;
  const names = [...header.matchAll(/[\w$]+/g)].map(([name]) => name);
  for (const [, list = ''] of source.matchAll(/\b(?:let|const|var)(?![\w$])\s*([^;]*)/g)) {
    // `[a, b] = …` and `{ x, y } = …` declare all names on their left.
    const [pattern = ''] = /^[[{][^=]*/.exec(list) ?? [];
    for (const [name] of pattern.matchAll(/[\w$]+/g)) names.push(name);
    for (const declared of withoutBrackets(list).split(',')) {
      const [name] = /[\w$]+/.exec(declared) ?? [];
      if (name !== undefined) names.push(name);
    }
  }
  return new Set(names);
}

/** A text without what stands in brackets, at any depth. */
function withoutBrackets(text: string): string {
  const inner = /\([^()[\]]*\)|\[[^()[\]]*\]/g;
  const shorter = text.replaceAll(inner, '');
  return shorter === text ? text : withoutBrackets(shorter);
}
