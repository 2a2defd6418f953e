import { expect } from 'chai';
import { declarations, stubOf } from '../../checks/declarations.ts';

const reference = `/**
 * Lesson 07: an example.
 */
import { map, type Tensor } from '#arrays';
import { helper } from './helper.ts';

/** What it returns. */
export interface Result {
  loss: number;
}

/** A name for two kinds. */
export type Kind = 'a' | 'b';

const SECRET = 42;

/**
 * 07.1 double(x) = 2x.
 *
 * @returns shape of x
 */
export function double(x: Tensor): Tensor {
  // Braces in a body, { and }, don't end it.
  return map(x, (v) => {
    return 2 * v;
  });
}

/** 07.2 A signature of several lines. */
export function loss(
  x: Tensor,
  options: { rate: number } = { rate: 1 },
): Result {
  return { loss: secret(x.get(0)) * options.rate };
}

/** Not for learners. */
function secret(v: number): number {
  return v * SECRET;
}

export function undocumented(): number {
  return 1;
}
`;

describe('declarations', () => {
  it('finds the exported functions with number, documentation, signature and code', () => {
    const [double, loss, undocumented, ...rest] = declarations(reference);
    expect(rest).to.deep.equal([]);
    expect(double).to.deep.include({
      name: 'double',
      exercise: '07.1 double',
      documentation: '/**\n * 07.1 double(x) = 2x.\n *\n * @returns shape of x\n */\n',
      signature: 'export function double(x: Tensor): Tensor {',
    });
    expect(double?.code).to.match(/^export function double.*\n {2}\}\);\n\}$/s);
    expect(loss).to.deep.include({
      exercise: '07.2 loss',
      signature:
        'export function loss(\n  x: Tensor,\n  options: { rate: number } = { rate: 1 },\n): Result {',
    });
    expect(undocumented).to.deep.include({ exercise: 'undocumented', documentation: '' });
  });

  it('reads a file with Windows line ends as the same', () => {
    expect(declarations(reference.replaceAll('\n', '\r\n'))).to.deep.equal(declarations(reference));
  });

  it('finds functions that are exported as constants, and leaves other constants out', () => {
    const found = declarations(
      '/** 02.1 f */\nexport const f = (x: number): number => x;\n' +
        'export const g = function (x: number) {\n  return x;\n};\nexport const h = 1;\nconst i = () => 1;\n',
    );
    expect(found.map(({ exercise }) => exercise)).to.deep.equal(['02.1 f', 'g']);
    expect(found[0]!.code).to.equal('export const f = (x: number): number => x;');
  });

  it('finds nothing in a file with a syntax error', () => {
    expect(declarations('export function f( {\n')).to.deep.equal([]);
  });

  it('finds nothing in an empty file', () => {
    expect(declarations('')).to.deep.equal([]);
  });
});

describe('stubOf', () => {
  it('keeps heading, imports, types, documentation and signatures, and nothing of the answer', () => {
    expect(stubOf(reference)).to.equal(`/**
 * Lesson 07: an example.
 */
import { map, type Tensor } from '#arrays';
import { helper } from './helper.ts';
import { todo } from '#todo';

/** What it returns. */
export interface Result {
  loss: number;
}

/** A name for two kinds. */
export type Kind = 'a' | 'b';

/**
 * 07.1 double(x) = 2x.
 *
 * @returns shape of x
 */
export function double(x: Tensor): Tensor {
  throw todo('07.1 double');
}

/** 07.2 A signature of several lines. */
export function loss(
  x: Tensor,
  options: { rate: number } = { rate: 1 },
): Result {
  throw todo('07.2 loss');
}

export function undocumented(): number {
  throw todo('undocumented');
}
`);
  });

  it('works without a heading', () => {
    expect(stubOf("import { a } from 'a';\n")).to.equal(
      "import { a } from 'a';\nimport { todo } from '#todo';\n",
    );
  });
});
