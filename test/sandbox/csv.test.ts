import { expect } from 'chai';
import { csvText } from '../../checks/sandbox/csv.ts';

describe('csvText', () => {
  it('writes a line for each row, with CR LF behind each', () => {
    expect(
      csvText([
        ['submission', 'points'],
        ['anna', 12],
        ['bob', undefined],
      ]),
    ).to.equal('submission,points\r\nanna,12\r\nbob,\r\n');
  });

  it('quotes what would end a cell, and doubles quotes', () => {
    expect(csvText([['a,b', 'say "x"', 'two\nlines', 'a;b', 'tab\there']])).to.equal(
      '"a,b","say ""x""","two\nlines","a;b","tab\there"\r\n',
    );
  });

  for (const formula of [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '＝1',
    '\t=1',
    '\r=1',
    '\n=1',
    '  =1',
    '\u0001=1',
    '\u200B=1',
    '\u202E=1',
    '\uFEFF=1',
    '\u200D=1',
    '\u00A0+1',
  ]) {
    it(`makes no formula of the text ${JSON.stringify(formula)}`, () => {
      expect(csvText([[formula]])).to.match(/^"?'/);
    });
  }

  it('leaves numbers and signs inside of a text alone', () => {
    expect(csvText([[-1, 'a=b', 'x-1']])).to.equal('-1,a=b,x-1\r\n');
  });
});
