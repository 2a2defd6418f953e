import { expect } from 'chai';
import {
  add,
  array,
  copy,
  isRowMajor,
  filled,
  labels,
  map,
  matrixProduct,
  product,
  requireAxes,
  requireSameShape,
  requireSizes,
  shapeText,
  zeros,
  zip,
} from '#arrays';

describe('array', () => {
  it('reads nested lists in row-major order', () => {
    const x = array([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(x.shape).to.deep.equal([2, 3]);
    expect([...x.data]).to.deep.equal([1, 2, 3, 4, 5, 6]);
    expect(x.get(1, 0)).to.equal(4);
  });

  it('reads empty lists as axes of length 0', () => {
    expect(array([]).shape).to.deep.equal([0]);
    expect(array([[], []]).shape).to.deep.equal([2, 0]);
  });

  it('refuses lists of different lengths, or of different depths', () => {
    const message = 'array: the lists are not all of shape (2, 2); give every row the same length';
    expect(() => array([[1, 2], [3]])).to.throw(RangeError, message);
    expect(() =>
      array([
        [1, 2],
        [3, 4, 5],
      ]),
    ).to.throw(RangeError, message);
    expect(() =>
      array([
        [1, 2],
        [[3], [4]],
      ] as never),
    ).to.throw(RangeError, message);
  });
});

describe('zeros and labels', () => {
  it('make arrays of the shape and the type that they say', () => {
    expect(zeros(2, 3)).to.deep.include({ shape: [2, 3], dtype: 'float64', size: 6 });
    expect(zeros(0, 3)).to.deep.include({ shape: [0, 3], size: 0 });
    expect(labels([3, 0])).to.deep.include({ shape: [2], dtype: 'int32' });
    expect(labels([3, 0]).get(0)).to.equal(3);
  });
});

describe('copy', () => {
  it('turns a view into a row-major array of its own', () => {
    const x = array([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const y = copy(x.transpose(1, 0));
    expect(y.shape).to.deep.equal([3, 2]);
    expect([...y.data]).to.deep.equal([1, 4, 2, 5, 3, 6]);
    y.set(0, 0, 99);
    expect(x.get(0, 0)).to.equal(1);
  });

  it('keeps the type, and copies what is empty', () => {
    expect(copy(labels([1, 2]).step(-1)).data).to.deep.equal(Int32Array.of(2, 1));
    expect(copy(zeros(0, 3)).shape).to.deep.equal([0, 3]);
  });

  it('takes a part of what lies in a row, and the part alone', () => {
    const x = array([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const rows = copy(x.lo(1, 0));
    expect(rows.data).to.deep.equal(Float64Array.of(3, 4, 5, 6));
    rows.set(0, 0, 9);
    expect(x.get(1, 0)).to.equal(3);
  });
});

describe('map', () => {
  it('calls the function once for each entry of a view, in row-major order', () => {
    const seen: number[] = [];
    const x = array([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const y = map(x.transpose(1, 0), (v) => {
      seen.push(v);
      return 10 * v;
    });
    expect(seen).to.deep.equal([1, 4, 2, 5, 3, 6]);
    expect(y.get(0, 1)).to.equal(40);
    expect(x.get(0, 1)).to.equal(2);
  });
});

describe('requireSameShape', () => {
  it('says both shapes and what to do', () => {
    expect(() =>
      requireSameShape('sumSquaredResiduals', { y: zeros(2, 3), t: zeros(3, 2) }),
    ).to.throw(
      RangeError,
      'sumSquaredResiduals: y is (2, 3) and t is (3, 2); they must have the same shape, so transpose, slice or reshape one of them',
    );
  });

  it('tells (6) from (2, 3)', () => {
    expect(() => requireSameShape('f', { y: zeros(6), t: zeros(2, 3) })).to.throw(RangeError);
  });

  it('lets equal shapes pass', () => {
    expect(() => requireSameShape('f', { y: zeros(2, 3), t: zeros(2, 3) })).not.to.throw();
  });
});

describe('requireAxes', () => {
  it('says the shape, the axes that are wanted, and what to do', () => {
    expect(() => requireAxes('softmax', { x: zeros(3) }, 'N, C')).to.throw(
      RangeError,
      'softmax: x is (3) and must be (N, C); add an axis of length 1, or pick one entry of the axis that is too many',
    );
  });

  it('lets the right number of axes pass, whatever their lengths', () => {
    expect(() => requireAxes('softmax', { x: zeros(0, 3) }, 'N, C')).not.to.throw();
  });
});

describe('requireSizes', () => {
  const x = zeros(2, 3);

  it('says which letter stands for two sizes, and in which array it was first', () => {
    expect(() => requireSizes('affine', { x: [x, 'N, D'], W: [zeros(4, 5), 'D, M'] })).to.throw(
      RangeError,
      'affine: W is (4, 5) and must be (D, M), but D is 3 in x; give both the same D, or transpose one of them',
    );
  });

  it('compares the axes of one array with each other, and asks for as many as there are letters', () => {
    expect(() => requireSizes('step', { Wh: [x, 'H, H'] })).to.throw(
      RangeError,
      'but H is 2 in Wh',
    );
    expect(() => requireSizes('step', { x: [x, 'N'] })).to.throw(RangeError, 'must be (N)');
  });

  it('lets sizes pass that fit, 0 among them', () => {
    expect(() =>
      requireSizes('step', { x: [zeros(0, 3), 'N, D'], W: [zeros(3, 0), 'D, N'] }),
    ).not.to.throw();
  });
});

describe('add', () => {
  it('adds the entries that stand in the same place, and changes neither', () => {
    const a = array([[1, 2, 4]]);
    expect([...add(a, array([[10, -20, 0.5]])).data]).to.deep.equal([11, -18, 4.5]);
    expect([...a.data]).to.deep.equal([1, 2, 4]);
  });
});

describe('shapeText and product', () => {
  it('write a shape and count its entries', () => {
    expect(shapeText([2, 3])).to.equal('(2, 3)');
    expect(shapeText([])).to.equal('()');
    expect(product([2, 3, 4])).to.equal(24);
    expect(product([])).to.equal(1);
    expect(product([2, 0])).to.equal(0);
  });
});

describe('zip', () => {
  it('takes the entries that stand in the same place, whatever views they come from', () => {
    const a = array([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const b = array([
      [10, 30, 50],
      [20, 40, 60],
    ]);
    const out = zip(a, b.transpose(1, 0), (v, w) => w - v);
    expect(out.shape).to.deep.equal([3, 2]);
    expect([...out.data]).to.deep.equal([9, 18, 27, 36, 45, 54]);
    expect([...a.data]).to.deep.equal([1, 2, 3, 4, 5, 6]);
  });
});

describe('filled', () => {
  it('calls the formula with every index, the last one fastest', () => {
    expect([...filled([2, 3], (i, j) => 10 * i + j).data]).to.deep.equal([0, 1, 2, 10, 11, 12]);
    expect(filled([], () => 7).get()).to.equal(7);
    expect(filled([2, 0], () => 7).size).to.equal(0);
  });
});

describe('matrixProduct', () => {
  it('sums over the columns of one and the rows of the other', () => {
    const a = array([
      [1, 2, -1],
      [0, -3, 2],
    ]);
    const columns = array([
      [2, 1, 0],
      [0, 3, 1],
      [-1, 0, 2],
      [1, -2, 1],
    ]);
    const out = matrixProduct(a, columns.transpose(1, 0));
    expect(out.shape).to.deep.equal([2, 4]);
    expect([...out.data]).to.deep.equal([4, 5, -3, -4, -3, -7, 4, 8]);
  });

  it('refuses sizes that do not fit, with both of them', () => {
    expect(() => matrixProduct(zeros(2, 3), zeros(2, 3))).to.throw(
      RangeError,
      "matrixProduct: a has 3 columns and b has 2 rows; a's second size must equal b's first, so transpose one of them",
    );
    expect(() => matrixProduct(zeros(3), zeros(3, 1))).to.throw(RangeError, 'a is (3)');
  });
});

describe('isRowMajor', () => {
  const x = zeros(2, 3, 4);

  it('is true of new arrays, of their first entries along the first axis, and of columns of one', () => {
    expect(isRowMajor(x)).to.equal(true);
    expect(isRowMajor(x.lo(1, 0, 0))).to.equal(true);
    expect(isRowMajor(x.pick(0, null, null))).to.equal(true);
    expect(isRowMajor(zeros(3, 1).transpose(1, 0))).to.equal(true);
    expect(isRowMajor(zeros())).to.equal(true);
  });

  it('is false of transposed, reversed, thinned and narrowed arrays', () => {
    expect(isRowMajor(x.transpose(0, 2, 1))).to.equal(false);
    expect(isRowMajor(x.step(-1, 1, 1))).to.equal(false);
    expect(isRowMajor(x.step(1, 2, 1))).to.equal(false);
    expect(isRowMajor(x.hi(2, 3, 2))).to.equal(false);
    expect(isRowMajor(x.pick(null, null, 0))).to.equal(false);
  });
});
