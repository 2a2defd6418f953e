import { expect } from 'chai';
import { mistakesOf } from '../../../reference/capstone/mistakes.ts';
import { drawnDigits } from './samples.ts';

describe('The digits that are read wrongly', () => {
  it('are told with their numbers, their pixels and what they were given', () => {
    // Their labels are 1, 4, 7 and 0.
    const digits = drawnDigits(4);
    const given = [1, 9, 7, 6].map((label, n) => ({ label, probability: 0.5 + n / 10 }));
    const mistakes = mistakesOf(digits, given);
    const told = mistakes.map((one) => [one.index, one.label, one.given, one.probability]);
    expect(told).to.deep.equal([
      [1, 4, 9, 0.6],
      [3, 0, 6, 0.8],
    ]);
    expect([...mistakes[0]!.pixels]).to.deep.equal(Array(784).fill(255));
    expect([...mistakes[1]!.pixels]).to.deep.equal([...digits.pixels.subarray(3 * 784)]);
  });

  it('are none where all are right, and of none', () => {
    const digits = drawnDigits(2);
    const right = [...digits.labels].map((label) => ({ label, probability: 1 }));
    expect(mistakesOf(digits, right)).to.deep.equal([]);
    expect(mistakesOf(drawnDigits(0), [])).to.deep.equal([]);
  });
});
