import { expect } from 'chai';
import { touchedNames } from './touched.ts';

const file = `import { zeros } from '#arrays';

const SLOPE = 0.1;

/** Not exported. */
function helper(x: number): number {
  return SLOPE * x;
}

export function first(x: number): number {
  return helper(x);
}

export const second = (x: number): number => x + 1;

export function third(x: number): number {
  return second(first(x)) + zeros(2).size;
}
`;

const after = (from: string, to: string): string[] | undefined => {
  expect(file).to.include(from);
  const touched = touchedNames(file, file.replace(from, to));
  return touched && [...touched].toSorted();
};

describe('touchedNames', () => {
  it('knows what calls a changed function, at any remove', () => {
    expect(after('x + 1', 'x - 1')).to.deep.equal(['second', 'third']);
    expect(after('SLOPE * x', 'x')).to.deep.equal(['first', 'helper', 'third']);
    expect(after('second(first(x))', 'first(x)')).to.deep.equal(['third']);
  });

  it('knows what uses a changed constant, a changed import and what was taken away', () => {
    expect(after('= 0.1', '= 0.2')).to.deep.equal(['SLOPE', 'first', 'helper', 'third']);
    expect(after('{ zeros }', '{ labels as zeros }')).to.deep.equal(['third', 'zeros']);
    expect(after('const SLOPE = 0.1;', '')).to.deep.equal(['SLOPE', 'first', 'helper', 'third']);
  });

  it('finds nothing where nothing was changed but comments and empty lines between functions', () => {
    expect(after('/** Not exported. */', '')).to.deep.equal([]);
  });

  it('does not know where a statement was changed that declares nothing', () => {
    expect(after('const SLOPE', 'Math.random();\nconst SLOPE')).to.equal(undefined);
  });
});
