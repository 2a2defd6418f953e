import { expect } from 'chai';
import type { Figure } from '#figures/figure';
import { madeBy } from '#figures/made-by';

const series = (name: string, ...by: string[]) => ({ name, points: [], by });
const axes = { x: { label: 'x' }, y: { label: 'y' } };

describe('What a figure is made by', () => {
  it('is what it says itself, and what its lines say, each once', () => {
    const curves: Figure = {
      kind: 'curves',
      title: '',
      ...axes,
      by: ['train'],
      curves: [series('a', 'train', 'relu'), { name: 'b', points: [] }, series('c', 'tanh')],
    };
    expect(madeBy(curves)).to.deep.equal(['train', 'relu', 'tanh']);
    const scatter: Figure = { kind: 'scatter', title: '', ...axes, groups: [] };
    expect(madeBy({ ...scatter, paths: [series('line', 'fit')] })).to.deep.equal(['fit']);
    expect(madeBy({ ...scatter, by: ['draw'] })).to.deep.equal(['draw']);
  });

  it('is nothing where nobody says it', () => {
    expect(madeBy({ kind: 'table', title: '', columns: [], rows: [] })).to.deep.equal([]);
  });
});
