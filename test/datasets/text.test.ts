import { expect } from 'chai';
import { courseText, encodeText } from '../../datasets/text.ts';

describe('courseText', () => {
  it('has 300 to 600 characters, of which there are few, and ends with its last line', () => {
    expect(courseText.length).to.be.within(300, 600);
    expect(courseText).to.match(/^[a-z ,.\n]+\.\n$/);
  });
});

describe('encodeText', () => {
  it('numbers the characters in the order of their code points', () => {
    expect(encodeText('hello é')).to.deep.equal({
      characters: [' ', 'e', 'h', 'l', 'o', 'é'],
      tokens: [2, 1, 3, 3, 4, 0, 5],
    });
  });

  it('can be read back', () => {
    const { characters, tokens } = encodeText(courseText);
    expect(tokens.map((token) => characters[token]).join('')).to.equal(courseText);
  });

  it('has nothing to number in an empty text', () => {
    expect(encodeText('')).to.deep.equal({ characters: [], tokens: [] });
  });
});
