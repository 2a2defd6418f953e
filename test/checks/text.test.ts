import { expect } from 'chai';
import { array, zeros } from '#arrays';
import { callText, numberText, valueText } from '../../checks/text.ts';

describe('numberText', () => {
  it('keeps six significant digits, and whole numbers in full', () => {
    expect([1 / 3, 1234567, 1234.5678, 1e-20, -0.5].map(numberText)).to.deep.equal([
      '0.333333',
      '1234567',
      '1234.57',
      '1e-20',
      '-0.5',
    ]);
  });

  it('shows what is not a plain number', () => {
    expect([NaN, Infinity, -Infinity, -0].map(numberText)).to.deep.equal([
      'NaN',
      'Infinity',
      '-Infinity',
      '-0',
    ]);
  });
});

describe('valueText', () => {
  it('writes an array with its shape, row by row, as its view sees it', () => {
    const x = array([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(valueText(x)).to.equal('(2, 3) [[1, 2, 3], [4, 5, 6]]');
    expect(valueText(x.transpose(1, 0))).to.equal('(3, 2) [[1, 4], [2, 5], [3, 6]]');
    expect(valueText(zeros(0, 3))).to.equal('(0, 3) []');
    expect(valueText(zeros())).to.equal('() 0');
  });

  it('cuts what is long', () => {
    expect(valueText(zeros(9))).to.equal('(9) [0, 0, 0, 0, 0, 0, 0, 0, …]');
    expect(valueText(zeros(8))).to.equal('(8) [0, 0, 0, 0, 0, 0, 0, 0]');
    expect(valueText('ab'.repeat(40))).to.equal(`"${'ab'.repeat(40)}"`);
    expect(valueText('ab'.repeat(50))).to.equal(`"${'ab'.repeat(40)}…" (100 characters)`);
    expect(valueText([1, 2, 3, 4, 5, 6, 7, 8, 9])).to.equal('[1, 2, 3, 4, 5, 6, 7, 8, …]');
  });

  it('writes whatever else may come back', () => {
    expect(
      [undefined, null, 'a"b', true, {}, { loss: 0.5, x: array([1]) }, [1, [2]], () => 1].map(
        valueText,
      ),
    ).to.deep.equal([
      'undefined',
      'null',
      '"a\\"b"',
      'true',
      '{}',
      '{ loss: 0.5, x: (1) [1] }',
      '[1, [2]]',
      'a function',
    ]);
    expect(valueText(Promise.resolve(1))).to.equal('a promise');
    expect(valueText(new TypeError('no'))).to.equal('TypeError: no');
  });
});

describe('callText', () => {
  it('writes a call with its arguments', () => {
    expect(callText('leakyRelu', [array([-8, 3]), 0.25])).to.equal('leakyRelu((2) [-8, 3], 0.25)');
    expect(callText('xorNetwork', [])).to.equal('xorNetwork()');
  });
});
