/** What a network is shown of a drawing. */
import { expect } from 'chai';
import { PIXELS, SIDE } from '#datasets/digits';
import { loadMnistBytes } from '#datasets/mnist';
import { centreOfMass, imageOf, type Stroke } from '../../page/app/drawing.ts';
import { traced } from './tracing.ts';

/** An L and a dot: no side, no half and no quarter is like another. */
const UNEVEN: Stroke[] = [
  [
    [0.3, 0.2],
    [0.3, 0.8],
    [0.55, 0.8],
  ],
  [[0.6, 0.3]],
];

const rowsOf = (image: Float32Array): number[][] =>
  Array.from({ length: SIDE }, (_, i) => [...image.subarray(i * SIDE, (i + 1) * SIDE)]);
const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

describe('The image of a drawing', () => {
  it('is blank when nothing is drawn', () => {
    expect([...imageOf([])]).to.deep.equal(Array(PIXELS).fill(0));
  });

  it('has an upright line in its middle, 2.6 pixels wide with grey edges, and 20 high', () => {
    const rows = rowsOf(
      imageOf([
        [
          [0.1, 0.1],
          [0.1, 0.7],
        ],
      ]),
    );
    // The columns' centres are 1, 0 and 1 pixels from the line; half its width is 1.3.
    const across = [0, 0.8, 1, 0.8, 0];
    rows[14]!.slice(12, 17).forEach((ink, j) => expect(ink).to.be.closeTo(across[j]!, 1e-6));
    expect(sum(rows[14]!)).to.be.closeTo(2.6, 1e-6);
    expect(sum(rows.map((row) => row[14]!))).to.be.closeTo(20, 1e-4);
  });

  it('is the same wherever and however large it was drawn', () => {
    const small = UNEVEN.map((stroke) =>
      stroke.map(([x, y]) => [0.5 + 0.3 * x, 0.1 + 0.3 * y] as const),
    );
    const [large, other] = [imageOf(UNEVEN), imageOf(small)];
    large.forEach((ink, place) => expect(other[place]).to.be.closeTo(ink, 1e-4));
  });

  it('has its centre of mass where those of MNIST have theirs, and rows and columns where they were', () => {
    const image = imageOf(UNEVEN);
    const [right, down] = centreOfMass(image);
    const { images } = loadMnistBytes({ train: 0, test: 500, folder: '' }).test;
    const theirs = Array.from({ length: 500 }, (_, n) =>
      centreOfMass(images.data.subarray(n * PIXELS, (n + 1) * PIXELS)),
    );
    expect(right).to.be.closeTo(sum(theirs.map(([x]) => x)) / 500, 0.1);
    expect(down).to.be.closeTo(sum(theirs.map(([, y]) => y)) / 500, 0.1);
    const rows = rowsOf(image);
    const columns = rows.map((_, j) => rows.map((row) => row[j]!));
    const most = (lines: number[][]): number =>
      lines.map(sum).reduce((best, ink, i, all) => (ink > all[best]! ? i : best), 0);
    // The foot is below the middle, and the upright left of it.
    expect(most(rows)).to.be.above(18);
    expect(most(columns)).to.be.below(14);
  });

  it('does not blow up a dot', () => {
    const ink = sum([...imageOf([[[0.9, 0.9]]])]);
    expect(ink).to.be.within(4, 9);
  });

  it('of the tracing of a digit has about as much ink as the digit', () => {
    const { images } = loadMnistBytes({ train: 0, test: 100, folder: '' }).test;
    const shares = Array.from({ length: 100 }, (_, n) => {
      const pixels = images.data.subarray(n * PIXELS, (n + 1) * PIXELS);
      return sum([...imageOf(traced(pixels))]) / (sum([...pixels]) / 255);
    });
    expect(sum(shares) / shares.length).to.be.within(0.8, 1.25);
  });
});
