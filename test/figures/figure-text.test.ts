import { expect } from 'chai';
import { figureText } from '#figures/figure-text';
import type { Point } from '#figures/figure';

const axes = { x: { label: 'x' }, y: { label: 'y' } };

/** The lines of a figure with these curves. */
function curves(...all: Point[][]): string[] {
  const text = figureText({
    kind: 'curves',
    title: 'Curves',
    ...axes,
    curves: all.map((points, i) => ({ name: `c${i}`, points })),
  });
  return text.split('\n').slice(2);
}

describe('A figure as text', () => {
  it('has of images what they are about', () => {
    const images = { kind: 'images', title: 'Digits', colours: 'ink', range: [0, 1] } as const;
    expect(figureText({ ...images, images: [] })).to.equal('Digits');
    expect(figureText({ ...images, images: [], caption: 'Two of them.' })).to.equal(
      'Digits\n  Two of them.',
    );
  });

  it('counts the points of a scatter, and tells where each row of them ends', () => {
    const scatter = { kind: 'scatter', title: 'Points', ...axes } as const;
    const points: Point[] = [
      [1, 2],
      [3, 0.5],
    ];
    expect(figureText({ ...scatter, paths: [{ name: 'way', points }] })).to.equal(
      'Points\n       points  last x  last y\n  way       2  3       0.5',
    );
    expect(figureText({ ...scatter, groups: [{ name: 'none', points: [] }] })).to.equal(
      'Points\n        points  last x  last y\n  none       0',
    );
    expect(figureText(scatter)).to.equal('Points\n    points  last x  last y');
  });

  it('leaves a gap where a curve is no number, and draws a level one low', () => {
    const [broken, level] = curves(
      [
        [0, 1],
        [1, NaN],
        [2, 8],
      ],
      [
        [0, 5],
        [1, 5],
      ],
    );
    expect(broken).to.match(/c0 {2}▁ █/);
    expect(level).to.match(/c1 {2}▁▁ /);
  });

  it('has no picture of a curve without a number', () => {
    expect(curves([[0, NaN]])[0]).to.match(/^ {2}c0 +NaN +NaN +NaN +NaN$/);
  });

  it('thins a long curve, and keeps its ends', () => {
    const long = Array.from({ length: 100 }, (_, i): Point => [i, i]);
    expect(curves(long)[0]).to.match(/c0 {2}▁[▁▂▃▄▅▆▇█]{22}█ +0 +99 +0 +99$/);
  });
});
