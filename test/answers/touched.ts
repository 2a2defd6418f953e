/** Which parts of a file a patch can have changed. */
import { parseSync, type Directive, type Statement } from 'oxc-parser';

/** A statement of a file: what it declares, and its text. */
interface Part {
  names: string[];
  code: string;
}

/**
 * The names that may mean something else after a patch: what was changed, added or taken away, and whatever mentions
 * one of those, at any remove.
 *
 * @param before the text of a file
 * @param after its text after the patch
 * @returns undefined when nobody can say, since a statement that declares nothing was changed
 */
export function touchedNames(before: string, after: string): Set<string> | undefined {
  const old = partsOf(before);
  const parts = partsOf(after);
  const isIn = (others: readonly Part[], { code }: Part): boolean =>
    others.some((other) => other.code === code);
  const changed = [
    ...parts.filter((part) => !isIn(old, part)),
    ...old.filter((part) => !isIn(parts, part)),
  ];
  if (changed.some(({ names }) => names.length === 0)) return undefined;
  const touched = new Set(changed.flatMap(({ names }) => names));
  for (let size = -1; size < touched.size;) {
    size = touched.size;
    for (const { names, code } of parts) {
      const words = code.match(/[\w$]+/g) ?? [];
      if (words.some((word) => touched.has(word))) for (const name of names) touched.add(name);
    }
  }
  return touched;
}

function partsOf(text: string): Part[] {
  const { program } = parseSync('answer.ts', text);
  return program.body.map((statement) => ({
    names: namesOf(statement),
    code: text.slice(statement.start, statement.end),
  }));
}

/** The names that a statement declares. */
function namesOf(statement: Directive | Statement): string[] {
  switch (statement.type) {
    case 'ImportDeclaration':
      return statement.specifiers.map(({ local }) => local.name);
    case 'ExportNamedDeclaration':
      return statement.declaration === null ? [] : namesOf(statement.declaration);
    case 'VariableDeclaration':
      return statement.declarations.flatMap(({ id }) =>
        id.type === 'Identifier' ? [id.name] : [],
      );
    case 'FunctionDeclaration':
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      return statement.id === null ? [] : [statement.id.name];
    default:
      return [];
  }
}
