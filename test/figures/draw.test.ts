import { expect } from 'chai';
import { draw } from '../../figures/draw.ts';
import type { Figure } from '../../figures/figure.ts';
import { figureText } from '../../figures/figure-text.ts';
import { figuresPage } from '../../figures/page.ts';
import { paper } from '../../figures/paper.ts';
import { readXml } from '../report/xml.ts';
import { expectSnapshot } from '../snapshot.ts';

const figures = {
  curves: {
    kind: 'curves',
    title: 'Loss & "accuracy" <by> epoch',
    caption: 'One of them has a gap.',
    x: { label: 'epoch', whole: true },
    y: { label: 'loss', unit: 'nats', scale: 'log' },
    curves: [
      {
        name: 'a<b',
        points: [
          [0, 8],
          [1, Number.NaN],
          [2, 2],
          [3, 0],
          [4, 0.5],
          [5, 0.25],
        ],
      },
      {
        name: 'short',
        points: [
          [0, 1],
          [5, 4],
        ],
      },
      { name: 'empty', points: [] },
    ],
  },
  scatter: {
    kind: 'scatter',
    title: 'Two groups',
    x: { label: 'x', domain: [-1, 3] },
    y: { label: 'y', domain: [-2, 2] },
    groups: [
      { name: 'first', points: [[0, 1]] },
      {
        name: 'second',
        points: [
          [2, -1],
          [1.5, 0.25],
        ],
      },
    ],
    paths: [
      {
        name: 'way',
        points: [
          [-1, -2],
          [0, 0],
          [3, 2],
        ],
      },
    ],
    background: {
      values: [
        [-1, 0, 1],
        [2, Number.NaN, -3],
      ],
    },
  },
  'heat map': {
    kind: 'heat map',
    title: 'A matrix',
    x: 'column',
    y: 'row',
    values: [
      [1, 0, -1],
      [0.5, -0.5, 0.25],
    ],
  },
  histograms: {
    kind: 'histograms',
    title: 'Spread',
    x: { label: 'value', domain: [-1, 1] },
    bins: 4,
    panels: [
      { name: 'layer 1', values: [-0.9, -0.6, 0.1, 0.7, 5, -7, Number.NaN] },
      { name: 'layer 2', values: [0, 0, 0.5] },
    ],
  },
  images: {
    kind: 'images',
    title: 'Two pictures',
    colours: 'diverging',
    range: [-1, 1],
    images: [
      { name: 'wide', pixels: [-1, 0, 1, 0.5, 0.25, -0.25], width: 3 },
      { name: 'tall', pixels: [-1, 0, 1, 2], width: 1 },
    ],
  },
  graph: {
    kind: 'graph',
    title: 'a · b + a',
    boxes: [
      { id: 'a', lines: ['a', '2'], column: 0, row: 0 },
      { id: 'product', lines: ['·', '6'], column: 1, row: 1 },
      { id: 'sum', lines: ['+', '8'], column: 2, row: 0 },
    ],
    arrows: [
      { from: 'a', to: 'product' },
      { from: 'a', to: 'sum' },
      { from: 'product', to: 'sum' },
    ],
  },
  table: {
    kind: 'table',
    title: 'Rates',
    caption: 'By <rule>',
    columns: ['rule', 'steps', 'loss'],
    rows: [
      ['SGD', 120, 0.123456],
      ['Adam & Eve', 8, 1e-9],
    ],
  },
} satisfies Record<string, Figure>;

async function texts(figure: Figure, width?: number): Promise<(xpath: string) => string[]> {
  const { problems, texts: found } = await readXml(draw(figure, paper(), width).markup);
  expect(problems).to.deep.equal([]);
  return found;
}

describe('A drawing', () => {
  for (const figure of Object.values(figures)) {
    it(`of ${figure.kind} is well-formed, names itself and has no coordinate that is no number`, async () => {
      const find = await texts(figure);
      if (figure.kind !== 'table') {
        expect(find('/svg/@aria-label')).to.deep.equal([figure.title]);
        expect(find('/svg/@role')).to.deep.equal(['img']);
      }
      const coordinates = find('//@d | //@transform | //@x | //@y | //@cx | //@cy');
      expect(coordinates.filter((text) => /NaN|Infinity|undefined/.test(text))).to.deep.equal([]);
    });
  }

  it('has a line for each curve, and leaves out what a logarithm has no place for', async () => {
    const find = await texts(figures.curves);
    const lines = find('//g[@aria-label="line"]/path/@d').map((d) => d.replaceAll(/[^A-Z]/g, ''));
    // 8, a gap, 2, a gap for 0, then 0.5 and 0.25; the second curve has two points.
    expect(lines).to.deep.equal(['MZMZML', 'ML']);
    expect(find('//g[@aria-label="dot" and not(@aria-hidden)]/circle')).to.have.length(6);
  });

  it('puts larger values higher and further to the right', async () => {
    const find = await texts({ ...figures.curves, y: { label: 'loss' } });
    const [xs, ys] = ['cx', 'cy'].map((name) => find(`//circle/@${name}`).map(Number)) as [
      number[],
      number[],
    ];
    expect(xs.slice(0, 5)).to.deep.equal(xs.slice(0, 5).toSorted((a, b) => a - b));
    // 8, 2, 0, 0.5, 0.25: down, down, up, down.
    expect(ys.slice(0, 5).map((y, i, all) => Math.sign(y - (all[i - 1] ?? y)))).to.deep.equal([
      0, 1, 1, -1, 1,
    ]);
  });

  it('names the series where there are several', async () => {
    const find = await texts(figures.scatter);
    expect(find('//g[@aria-label="text"]/text')).to.deep.equal(['way', 'first', 'second']);
  });

  it('dashes the series that are to be dashed, and leaves the others whole', async () => {
    const [whole, dashed] = [
      {
        name: 'whole',
        points: [
          [0, 0],
          [1, 1],
        ],
      },
      {
        name: 'dashed',
        points: [
          [0, 1],
          [1, 0],
        ],
        dashed: true,
      },
    ] as const;
    const curves = { kind: 'curves', title: 'Two', x: { label: 'x' }, y: { label: 'y' } } as const;
    for (const figure of [
      { ...curves, curves: [dashed, whole] },
      { ...curves, kind: 'scatter', paths: [dashed, whole] },
    ] as const) {
      const find = await texts(figure);
      expect(find('//g[@aria-label="line"]/@stroke-dasharray')).to.deep.equal(['6 4']);
      expect(find('//g[@aria-label="line"]/path')).to.have.length(2);
      // Dots of the one are filled, and those of the other hollow.
      expect(find('//g[@aria-label="dot"]/circle[@stroke and not(@fill)]')).to.have.length(2);
    }
    const find = await texts({ ...curves, curves: [whole] });
    expect(find('//*[@stroke-dasharray]')).to.deep.equal([]);
  });

  it('stretches a background over the whole domain', async () => {
    const find = await texts(figures.scatter);
    const [x, width] = [find('//image/@x'), find('//image/@width')].map(([n]) => Number(n));
    const ticks = find('//g[@aria-label="x-axis tick"]/path/@transform').map((text) =>
      Number(/\(([\d.]+)/.exec(text)![1]),
    );
    expect(x).to.be.closeTo(ticks[0]!, 0.6);
    expect(x! + width!).to.be.closeTo(ticks.at(-1)!, 0.6);
  });

  it('needs to know what a background covers', () => {
    const figure: Figure = { ...figures.scatter, x: { label: 'x' } };
    expect(() => draw(figure, paper())).to.throw(RangeError, /scatter: .* without a domain/);
  });

  it('has a cell for each entry of a matrix, blue below 0 and red above', async () => {
    const find = await texts(figures['heat map']);
    expect(find('//rect/@fill').slice(0, 3)).to.deep.equal([
      'rgb(178, 24, 43)',
      'rgb(255, 255, 255)',
      'rgb(33, 102, 172)',
    ]);
    expect(find('//rect')).to.have.length(6);
  });

  it('counts what lies outside of a histogram to its ends', async () => {
    const find = await texts(figures.histograms);
    const heights = find('//rect/@height').map(Number);
    // Of six numbers −0.9, −0.6 and −7 are in the first quarter, 0.1 in the third, 0.7 and 5 in the last.
    const [first, second, third, last] = heights as [number, number, number, number];
    expect(second).to.equal(0);
    expect(first / third).to.be.closeTo(3, 1e-9);
    expect(last / third).to.be.closeTo(2, 1e-9);
  });

  it('has a picture for each image and a box for each node', async () => {
    expect((await texts(figures.images))('//image')).to.have.length(2);
    const find = await texts(figures.graph);
    expect(find('//circle')).to.have.length(3);
    expect(find('//g[@aria-label="arrow"]/path')).to.have.length(3);
  });
});

describe('A drawing for a phone', () => {
  const { table: _, ...drawn } = figures;
  const manyCurves: Figure = {
    ...figures.curves,
    curves: ['first', 'the second of four', 'third', 'fourth'].map((name, i) => ({
      name,
      points: [[i, i + 1]],
    })),
  };
  /** Where the names of a legend begin. */
  const places = (find: (xpath: string) => string[]): { x: number; y: number }[] =>
    find('//g[@aria-label="text"]/@transform').map((text) => {
      const [x, y] = /\((.*),(.*)\)/.exec(text)!.slice(1).map(Number) as [number, number];
      return { x, y };
    });

  for (const figure of Object.values(drawn)) {
    it(`of ${figure.kind} is as narrow as it is asked to be`, async () => {
      const find = await texts(figure, 340);
      expect(find('/svg/@width')).to.deep.equal(['340']);
      expect(find('/svg/@viewBox')[0]).to.match(/^0 0 340 /);
      expect((await texts(figure))('/svg/@width')).to.deep.equal(['640']);
    });
  }

  it('has the names of the series in rows below the frame, and not in a column beside it', async () => {
    const [wide, narrow] = [await texts(manyCurves), await texts(manyCurves, 340)].map(places) as [
      { x: number; y: number }[],
      { x: number; y: number }[],
    ];
    expect(new Set(wide.map(({ x }) => x)).size, 'columns').to.equal(1);
    expect(new Set(wide.map(({ y }) => y)).size, 'rows').to.equal(4);
    expect(new Set(narrow.map(({ y }) => y)).size, 'rows').to.equal(2);
    // In a row the next name begins behind the last, and the next row at the left.
    const [first, second, third, fourth] = narrow.map(({ x }) => x) as [
      number,
      number,
      number,
      number,
    ];
    expect(second - first).to.be.above(5 * 7);
    expect(third).to.equal(first);
    expect(fourth - third).to.be.above(5 * 7);
  });

  it('has as many pictures in a row as it has room for', async () => {
    const image = figures.images.images[0]!;
    const figure: Figure = { ...figures.images, images: Array.from({ length: 12 }, () => image) };
    const rows = async (width: number): Promise<number> =>
      new Set((await texts(figure, width))('//image/@y')).size;
    expect(await rows(640)).to.equal(2);
    expect(await rows(340)).to.equal(3);
  });

  it('breaks a name that is wider than its picture', async () => {
    const [image] = figures.images.images;
    const images = Array.from({ length: 5 }, () => ({ ...image!, name: 'average 2×2' }));
    const lines = async (width: number): Promise<string[]> =>
      (await texts({ ...figures.images, images }, width))('//text[1]//tspan');
    expect(await lines(340)).to.include.members(['average', '2×2']);
    expect(await lines(640)).to.deep.equal([]);
  });

  it('of a graph runs downwards where its columns have no room side by side', async () => {
    const along = async (width: number) => {
      const find = await texts(figures.graph, width);
      return ['cx', 'cy'].map((name) => find(`//circle/@${name}`).map(Number));
    };
    // The columns of a, the product and the sum are 0, 1, 2, and the rows are 0, 1, 0.
    const [[wideX, wideY], [narrowX, narrowY]] = [await along(640), await along(240)];
    const order = (values: number[] | undefined): number[] => [
      Math.sign(values![1]! - values![0]!),
      Math.sign(values![2]! - values![1]!),
    ];
    expect([order(wideX), order(wideY)]).to.deep.equal([
      [1, 1],
      [1, -1],
    ]);
    expect([order(narrowX), order(narrowY)]).to.deep.equal([
      [1, -1],
      [1, 1],
    ]);
  });
});

describe('A figure in text', () => {
  it('has whole numbers in full and four digits of others', () => {
    const rows = [[67_072, 0.123456, 278_907_989.2968]];
    const text = figureText({ kind: 'table', title: '', columns: ['', '', ''], rows });
    expect(text.trim()).to.equal('67,072  0.1235  2.789e8');
  });

  for (const [name, figure] of Object.entries(figures)) {
    it(`of ${name} says what can be said in a terminal`, () => {
      expectSnapshot(`figures/${name.replace(' ', '-')}`, `${figureText(figure)}\n`);
    });
  }
});

describe('A page of figures', () => {
  it('has each drawing twice and lets the width of the screen choose, and each table once', async () => {
    const page = figuresPage({ title: 'All', about: [], figures: Object.values(figures) }, paper());
    const { texts: find } = await readXml(page);
    const drawn = Object.values(figures).filter(({ kind }) => kind !== 'table');
    const titles = drawn.map(({ title }) => title);
    expect(find('//div[@class="drawing wide"]/svg/@aria-label')).to.deep.equal(titles);
    expect(find('//div[@class="drawing narrow"]/svg/@aria-label')).to.deep.equal(titles);
    expect(new Set(find('//div[@class="drawing narrow"]/svg/@width'))).to.deep.equal(
      new Set(['340']),
    );
    expect(find('//table')).to.have.length(1);
    expect(find('//style')[0]).to.match(
      /\.drawing\.narrow { display: none;[^]*@media \(max-width[^]*\.drawing\.wide { display: none; }/,
    );
  });

  it('is well-formed, loads and runs nothing, and escapes what it is given', async () => {
    const page = figuresPage(
      { title: '<&>', about: ['Look at "this".'], figures: Object.values(figures) },
      paper(),
    );
    const { problems, texts: find } = await readXml(page);
    expect(problems).to.deep.equal([]);
    expect(find('//h1 | //title')).to.deep.equal(['<&>', '<&>']);
    expect(find('//script | //link')).to.deep.equal([]);
    expect(find('//figure/h2')).to.deep.equal(Object.values(figures).map(({ title }) => title));
    expect(find('//image/@href').filter((uri) => !uri.startsWith('data:'))).to.deep.equal([]);
  });
});
