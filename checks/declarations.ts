/**
 * The declarations in a lesson's file, read from its text.
 *
 * The course is formatted by prettier, so a top-level declaration starts in the first column, and one with a
 * body ends with a brace in the first column. That is all the parsing that is needed, and it also works on
 * a file that doesn't compile.
 */

/** An exported function as the text shows it. */
export interface Declaration {
  /** The function's name, `affineBackward`. */
  name: string;
  /** The exercise it is, `05.2 affineBackward`; the number comes from the first word of its documentation. */
  exercise: string;
  /** The block comment above it, `/** … *\/`. */
  documentation: string;
  /** From `export function` to the brace that opens the body. */
  signature: string;
  /** The whole function, from `export function` to the brace that closes it. */
  code: string;
}

const TOP_LEVEL =
  /^(?<documentation>\/\*\*(?:(?!\*\/)[^])*\*\/\n)?(?<code>import [^;]*;|(?:export )?function [^]*?^\}|export interface [^]*?^\}|export type [^;]*;|(?:export )?const [^]*?;$)/gm;

/**
 * The exported functions of a lesson's file, in order.
 *
 * @param source the text of a stub, a reference or a learner's file
 */
export function declarations(source: string): Declaration[] {
  return topLevel(source).flatMap(({ documentation, code }) => {
    const name = /^export function (\w+)/.exec(code)?.[1];
    if (name === undefined) return [];
    const number = /^\/\*\*\s+(?:\* )?(\d\d\.\d+) /.exec(documentation)?.[1];
    return [
      {
        name,
        exercise: number === undefined ? name : `${number} ${name}`,
        documentation,
        signature: /^[^]*?\{$/m.exec(code)?.[0] ?? code,
        code,
      },
    ];
  });
}

/**
 * The learner's file as it is handed out: the reference without its bodies and its private functions.
 *
 * @param reference the text of the reference implementation
 * @returns the text of the stub: same heading, imports, types, documentation and signatures
 */
export function stubOf(reference: string): string {
  const exercises = declarations(reference);
  const heading = /^\/\*\*(?:(?!\*\/)[^])*\*\/\n(?=import )/.exec(reference)?.[0] ?? '';
  const kept = topLevel(reference.slice(heading.length)).filter(
    ({ code }) => code.startsWith('import ') || code.startsWith('export '),
  );
  const imports = kept.filter(({ code }) => code.startsWith('import ')).map(({ code }) => code);
  const others = kept.filter(({ code }) => !code.startsWith('import '));
  const bodies = others.map(({ documentation, code }) => {
    const exercise = exercises.find((declaration) => declaration.code === code);
    return exercise === undefined
      ? `${documentation}${code}`
      : `${documentation}${exercise.signature}\n  throw todo('${exercise.exercise}');\n}`;
  });
  const head = `${heading}${[...imports, "import { todo } from '#todo';"].join('\n')}`;
  return `${[head, ...bodies].join('\n\n')}\n`;
}

function topLevel(source: string): { documentation: string; code: string }[] {
  return [...source.replaceAll('\r\n', '\n').matchAll(TOP_LEVEL)].map(({ groups }) => ({
    documentation: groups!.documentation ?? '',
    code: groups!.code!,
  }));
}
