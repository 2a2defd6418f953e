import { expect } from 'chai';
import { coloursFor } from '../../checks/report/colours.ts';
import { clearStatus, drawStatus } from '../../checks/report/status-line.ts';
import { fitted, knowsEscapes, wrapped } from '../../checks/report/terminal.ts';
import { withTerm } from '../terminal.ts';

describe('wrapped', () => {
  it('breaks lines between words, and indents what goes on as the line is', () => {
    expect(wrapped('one two three four', 9)).to.equal('one two\nthree\nfour');
    expect(wrapped('    one two three\nshort', 12)).to.equal('    one two\n    three\nshort');
  });

  it('keeps the gaps between columns, and every blank line', () => {
    expect(wrapped('✘ 01.1 step  1/2  is 0 at 0\n\nend', 18)).to.equal(
      '✘ 01.1 step  1/2\nis 0 at 0\n\nend',
    );
  });

  it('leaves a word whole that is wider than everything, at any width', () => {
    for (const width of [1, 2, 3]) {
      expect(wrapped('    longest a word', width)).to.equal('longest\na\nword');
    }
  });

  it('counts characters that are seen, and no colours', () => {
    expect(wrapped('\u001B[1m1234\u001B[22m 12345', 10)).to.equal('\u001B[1m1234\u001B[22m 12345');
    expect(wrapped('✘✔·●● ●●●●', 10)).to.equal('✘✔·●● ●●●●');
  });

  it('is for terminals alone', () => {
    expect(fitted('one two', { columns: 4 })).to.equal('one two');
    expect(fitted('one two', { isTTY: true, columns: 4 })).to.equal('one\ntwo');
  });
});

describe('A terminal that is called dumb', () => {
  it('is sent no escape codes', () => {
    const written: string[] = [];
    const stream = { isTTY: true, write: (text: string) => written.push(text) };
    withTerm('dumb', () => {
      expect(knowsEscapes(stream)).to.equal(false);
      expect(coloursFor(stream).red('x')).to.equal('x');
      drawStatus(stream, 'x');
      clearStatus(stream);
    });
    expect(written).to.deep.equal([]);
    withTerm('xterm', () => expect(knowsEscapes(stream)).to.equal(true));
    withTerm(undefined, () => expect(knowsEscapes(stream)).to.equal(true));
  });
});
