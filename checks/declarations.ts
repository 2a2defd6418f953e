/** The declarations in a lesson's file. Of a file with a syntax error there are none. */
import { parseSync, type Comment, type Directive, type Statement } from 'oxc-parser';

/** An exported function as the text shows it. */
export interface Declaration {
  /** The function's name, `affineBackward`. */
  name: string;
  /** The exercise it is, `05.2 affineBackward`; the number comes from the first word of its documentation. */
  exercise: string;
  /** The block comment above it, `/** … *\/`, with its line break. */
  documentation: string;
  /** From `export` to the brace that opens the body. */
  signature: string;
  /** The whole function, from `export` to its end. */
  code: string;
}

/** A statement of a file with the documentation above it. */
interface Piece {
  statement: Directive | Statement;
  documentation: string;
  code: string;
}

/**
 * The exported functions of a lesson's file, in order: `export function f` and `export const f = (…) => …`.
 *
 * @param source the text of a stub, a reference or a learner's file
 */
export function declarations(source: string): Declaration[] {
  const text = source.replaceAll('\r\n', '\n');
  return piecesOf(text).flatMap((piece) => {
    const found = functionIn(piece.statement);
    if (found === undefined) return [];
    const { name, body } = found;
    const number = /^\/\*\*\s+(?:\* )?(\d\d\.\d+) /.exec(piece.documentation)?.[1];
    return [
      {
        name,
        exercise: number === undefined ? name : `${number} ${name}`,
        documentation: piece.documentation,
        signature: text.slice(piece.statement.start, body + 1),
        code: piece.code,
      },
    ];
  });
}

/**
 * The learner's file as it is handed out: the reference without its bodies and its private declarations.
 *
 * @param reference the text of the reference implementation
 * @returns the text of the stub: same heading, imports, types, documentation and signatures
 */
export function stubOf(reference: string): string {
  const text = reference.replaceAll('\r\n', '\n');
  const pieces = piecesOf(text);
  const exercises = declarations(text);
  const imports = pieces.filter(({ statement }) => statement.type === 'ImportDeclaration');
  const first = imports[0];
  const exported = pieces.filter(({ statement }) => statement.type === 'ExportNamedDeclaration');
  const bodies = exported.map(({ documentation, code }) => {
    const exercise = exercises.find((declaration) => declaration.code === code);
    return exercise === undefined
      ? `${documentation}${code}`
      : `${documentation}${exercise.signature}\n  throw todo('${exercise.exercise}');\n}`;
  });
  const heading = first?.documentation ?? '';
  const head = `${heading}${[...imports.map(({ code }) => code), "import { todo } from '#todo';"].join('\n')}`;
  return `${[head, ...bodies].join('\n\n')}\n`;
}

/** The statements of a file, each with the documentation that ends right above it. */
function piecesOf(text: string): Piece[] {
  const { program, comments } = parseSync('lesson.ts', text);
  return program.body.map((statement) => ({
    statement,
    documentation: documentationAbove(statement, comments, text),
    code: text.slice(statement.start, statement.end),
  }));
}

function documentationAbove(
  { start }: Piece['statement'],
  comments: readonly Comment[],
  text: string,
): string {
  const comment = comments.findLast(
    ({ type, value, end }) => type === 'Block' && value.startsWith('*') && end <= start,
  );
  return comment !== undefined && /^\s*\n$/.test(text.slice(comment.end, start))
    ? text.slice(comment.start, start)
    : '';
}

/** The exported function of a statement, and where the brace opens its body (or where an expression begins). */
function functionIn(statement: Piece['statement']): { name: string; body: number } | undefined {
  if (statement.type !== 'ExportNamedDeclaration') return undefined;
  const { declaration } = statement;
  if (declaration?.type === 'FunctionDeclaration') {
    const { id, body } = declaration;
    return id && body ? { name: id.name, body: body.start } : undefined;
  }
  if (declaration?.type !== 'VariableDeclaration') return undefined;
  const [first] = declaration.declarations;
  const { id, init } = first ?? {};
  if (id?.type !== 'Identifier') return undefined;
  return init?.type === 'ArrowFunctionExpression' || init?.type === 'FunctionExpression'
    ? { name: id.name, body: init.body?.start ?? init.end }
    : undefined;
}
