/** What a learner reads, and what an instructor's program reads. */
import { array, type Tensor } from '#arrays';
import { expect } from 'chai';
import ndarray from 'ndarray';
import { checkGradient } from '../../checks/gradient/check.ts';
import type { LossProblem } from '../../checks/gradient/problem.ts';
import { formatReport } from '../../checks/gradient/verdict-text.ts';

const X = array([[1, -2, 3]]);
const Y = array([[2, 0.5, -4]]);

/** Σ x²·y: its gradients are 2·x·y and x². */
function loss(x: Tensor, y: Tensor): number {
  return x.data.reduce((total, value, i) => total + value ** 2 * y.data[i]!, 0);
}

function problem(dx: number[], dy: number[], change: Partial<LossProblem> = {}): LossProblem {
  return {
    name: 'square times',
    inputs: { x: X, y: Y },
    loss,
    gradient: () => ({ dx: array([dx]), dy: array([dy]) }),
    ...change,
  };
}

// By hand: 2·1·2, 2·(−2)·0.5, 2·3·(−4), and 1², (−2)², 3².
const DX = [4, -2, -24];
const DY = [1, 4, 9];

/** What is said of a dx, dy being right. */
function sentenceOf(dx: number[], constants: Record<string, number> = {}): string {
  return checkGradient(problem(dx, DY, { constants })).findings[0]!.sentence;
}

function sentenceOfMultiple(factor: number, constants: Record<string, number>): string {
  return sentenceOf(
    DX.map((value) => factor * value),
    constants,
  );
}

function wrongOnly(where: string): string {
  return `dx is wrong only ${where}: look at how that part is treated.`;
}

describe('A report', () => {
  it('says what is right, in one line', () => {
    expect(formatReport(checkGradient(problem(DX, DY)))).to.equal(
      'square times: dx and dy are right (6 entries, 38 forward calls).',
    );
  });

  it('says how much of a large array was looked at', () => {
    expect(formatReport(checkGradient(problem(DX, DY), { budget: 2 }))).to.equal(
      'square times: dx and dy are right (4 of 6 entries, 38 forward calls).',
    );
  });

  it('begins with the cause and adds the entry that is furthest off and what is right', () => {
    expect(
      formatReport(checkGradient(problem([8, -4, -48], DY, { constants: { N: 2 } }))),
    ).to.equal(
      [
        'square times: dx is 2 times too large: 2 is the batch size.',
        '  dx[0, 2] is -48 and should be -24 ± 2e-4; 3 of 3 entries are wrong',
        '  dy is right.',
      ].join('\n'),
    );
  });

  it('shows enough digits to tell the two numbers apart', () => {
    const text = formatReport(checkGradient(problem([4, -2.00000001 - 2e-4, -24], DY)));
    expect(text.split('\n')[0]).to.equal(
      'square times: dx is wrong, and no common mistake explains it.',
    );
    expect(text.split('\n')[1]).to.match(
      /^ {2}dx\[0, 1\] is -2\.0002 and should be -2(\.\d+)? ± 2e-5; 1 of 3 entries are wrong$/,
    );
  });

  it('lists several causes, each in a line', () => {
    expect(formatReport(checkGradient(problem([-4, 2, 24], [0, 0, 0])))).to.equal(
      [
        'square times: dy is zero everywhere: not computed, or computed and not returned.',
        '  dy[0, 2] is 0 and should be 9 ± 9e-5; 3 of 3 entries are wrong',
        '  also: dx has the wrong sign: every entry is the negative of what it should be.',
      ].join('\n'),
    );
  });

  it('has its finding as data', () => {
    const { findings, ...report } = checkGradient(problem([8, -4, -48], DY));
    const [{ numeric, uncertainty, ...finding }] = findings as [(typeof findings)[0]];
    expect(finding).to.deep.equal({
      code: 'ratio',
      sentence: 'dx is 2 times too large: 2 is what the derivative of a square has in front.',
      input: 'x',
      gradient: 'dx',
      index: [0, 2],
      yours: -48,
      wrong: 3,
      checked: 3,
    });
    expect(numeric).to.be.closeTo(-24, 1e-9);
    // 1e-5 of 24, and 1e-7 of the RMS of 4, 2 and 24.
    expect(uncertainty).to.be.closeTo(2.414e-4, 1e-6);
    expect(report).to.deep.include({
      name: 'square times',
      verdict: 'fail',
      right: ['dy'],
      consequences: [],
      kinks: 0,
    });
  });

  it('names constants by their inverses, squares and products, and says when the sign is wrong too', () => {
    expect(sentenceOfMultiple(0.2, { p: 0.2 })).to.equal('dx is 5 times too small: 5 is 1/p.');
    expect(sentenceOfMultiple(49, { T: 7 })).to.equal(
      'dx is 49 times too large: 49 is the square of the number of time steps.',
    );
    expect(sentenceOfMultiple(35, { N: 5, T: 7 })).to.equal(
      'dx is 35 times too large: 35 is the batch size times the number of time steps.',
    );
    expect(sentenceOfMultiple(3, {})).to.equal(
      'dx is 3 times too large: 3 is the size of x along axis 1.',
    );
    expect(sentenceOfMultiple(-5.7, {})).to.equal(
      'dx is 5.7 times too large, and its sign is wrong.',
    );
  });

  it('tells a term with the sign of the input from one with the input', () => {
    expect(sentenceOf([4.5, -2.5, -23.5])).to.equal(
      'dx contains an extra 0.5·sign(x), which the forward pass knows nothing of: leave weight decay to the optimizer.',
    );
    expect(sentenceOf([4.25, -1.75, -23.75])).to.equal(
      'dx is off by 0.25 everywhere: a constant was added that is no part of it, or one was left out.',
    );
  });

  it('is inconclusive, and so no pass, where the function is too rough to difference', () => {
    const report = checkGradient({
      name: 'floor',
      inputs: { x: array([2]) },
      loss: (x: Tensor) => Math.floor(x.get(0)),
      gradient: () => array([0]),
    });
    expect(report.verdict).to.equal('inconclusive');
    expect(formatReport(report).split('\n')[0]).to.equal(
      'floor: dx could not be decided: at these inputs the forward pass is too rough to be differenced.',
    );
  });

  it('is inconclusive where the function ends at the input', () => {
    const report = checkGradient({
      name: 'root',
      inputs: { x: array([0]) },
      loss: (x: Tensor) => Math.sqrt(x.get(0)),
      gradient: () => array([1]),
    });
    expect(formatReport(report)).to.equal(
      'root: dx could not be decided: at these inputs the forward pass is too rough to be differenced.',
    );
  });

  it('names a wrong region, and where it is', () => {
    const x = array([
      [1, -2, 3, -1],
      [2, 4, -1, 0.5],
      [0.3, 1.5, -2, 2],
    ]);
    const spoiled = (at: (i: number, j: number, value: number) => boolean) =>
      checkGradient({
        name: 'square',
        inputs: { x },
        loss: (a: Tensor) => a.data.reduce((total, value) => total + value ** 3, 0),
        gradient: (a: Tensor) =>
          ndarray(
            a.data.map((value, k) => {
              const isSpoiled = at(Math.floor(k / 4), k % 4, value);
              return 3 * value ** 2 + (isSpoiled ? 1 + 0.37 * k ** 2 : 0);
            }),
            [3, 4],
          ),
      }).findings[0]!.sentence;
    expect(spoiled((i) => i === 0)).to.equal(wrongOnly('in the first row'));
    expect(spoiled((i) => i === 2)).to.equal(wrongOnly('in the last row'));
    expect(spoiled((_, j) => j !== 0)).to.equal(wrongOnly('in every column but the first'));
    expect(spoiled((i) => i !== 2)).to.equal(wrongOnly('in every row but the last'));
    expect(spoiled((_i, _j, value) => value < 0)).to.equal(wrongOnly('where x < 0'));
  });
});
