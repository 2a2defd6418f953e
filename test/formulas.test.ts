/**
 * Every formula of the lessons is one that KaTeX reads, and written so that GitHub and an editor's preview pass it on
 * as it is: CONTRIBUTING.md says how.
 */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { renderToString } from 'katex';
import { filesIn } from '../checks/course/course-hash.ts';
import { lessons, shownPath } from '../checks/project.ts';

/** What is wrong with the formulas of a text, with the line. */
function problemsIn(markdown: string): string[] {
  const problems: string[] = [];
  const judge = (formula: string, line: number, displayMode: boolean): void => {
    try {
      renderToString(formula, { displayMode, strict: 'ignore' });
    } catch (error) {
      problems.push(`${line}: ${(error as Error).message}`);
    }
  };
  const lineAt = (index: number): number => markdown.slice(0, index).split('\n').length;
  // Blanks in the place of what is no text keep every line where it is.
  const blank = (text: string): string => text.replaceAll(/[^\n]/g, ' ');
  const text = markdown
    .replaceAll(
      /^```(\w*)[^\n]*\n([^]*?)^```$/gm,
      (block, kind: string, body: string, at: number) => {
        if (kind === 'math') judge(body, lineAt(at) + 1, true);
        return blank(block);
      },
    )
    .replaceAll(/(?<!`)(`+)(?!`)[^]*?(?<!`)\1(?!`)/g, blank);
  for (const { index } of text.matchAll(/\$\$/g)) {
    problems.push(
      `${lineAt(index)}: $$ is passed on by nobody as it is; use a block of \`\`\`math`,
    );
  }
  // Paragraphs end at a blank line, and the cells of a table with their row.
  for (const paragraph of text.replaceAll('$$', '  ').matchAll(/(?:^\|.*$)|(?:^(?!\|).+\n?)+/gm)) {
    const [whole] = paragraph;
    const line = lineAt(paragraph.index);
    if ((whole.match(/\$/g)?.length ?? 0) % 2 === 1) {
      problems.push(`${line}: a dollar has no other one`);
      continue;
    }
    for (const { 1: formula = '', index } of whole.matchAll(/\$([^$]*)\$/g)) {
      const own = lineAt(paragraph.index + index);
      if (formula.trim() === '') {
        problems.push(`${own}: a formula in backticks is one on GitHub alone; leave them out`);
      }
      judge(formula, own, false);
      const [escape] = /\\[^\sA-Za-z0-9]/.exec(formula) ?? [];
      if (escape !== undefined)
        problems.push(`${own}: ${escape} in $${formula}$ loses its backslash`);
      if (whole.startsWith('|') && formula.includes('|')) {
        problems.push(`${own}: $${formula}$ has a | and stands in a table, whose cell it ends`);
      }
    }
  }
  return problems;
}

describe('The formulas of', () => {
  for (const file of lessons().flatMap(({ folder }) => filesIn(folder))) {
    if (!file.endsWith('.md')) continue;
    it(`${shownPath(file)} can be read`, () => {
      expect(problemsIn(readFileSync(file, 'utf8'))).to.deep.equal([]);
    });
  }
});

describe('A formula', () => {
  it('is fine in a block of its own, in a line, over two lines and in a table', () => {
    const text = String.raw`Here is $x \cdot y$ and
$\frac{a}
{b}$, at a price of ${'`$1`'}.

| $a$ | $|b|$ is none |
${'```math'}
\begin{aligned} a &= b \\ c &= \{d\} \end{aligned}
${'```'}

${'```ts'}
const price = '$$';
${'```'}
`;
    expect(problemsIn(text.replace('$|b|$', '$b$'))).to.deep.equal([]);
    expect(problemsIn(text)).to.deep.equal([
      '5: $|b|$ has a | and stands in a table, whose cell it ends',
    ]);
  });

  it('is refused with its line where it would not arrive', () => {
    const cases: Readonly<Record<string, RegExp>> = {
      '$$\nx\n$$\n': /^1: \$\$ is passed on by nobody/,
      'a\n\nb $$x$$\n': /^3: \$\$ is passed on by nobody/,
      'x $`a`$\n': /^1: a formula in backticks/,
      [String.raw`$\{a\}$`]: /^1: \\\{ in/,
      [String.raw`$a\,b$`]: /^1: \\, in/,
      [String.raw`$\nosuch$`]: /^1: KaTeX parse error: Undefined control sequence: \\nosuch/,
      '\n```math\n\\frac{a\n```\n': /^3: KaTeX parse error/,
      'it costs $5\n\nand $x$': /^1: a dollar has no other one$/,
    };
    for (const [text, problem] of Object.entries(cases)) {
      const [first] = problemsIn(text);
      expect(first, text).to.match(problem);
    }
  });
});
