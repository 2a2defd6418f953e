import { expect } from 'chai';
import {
  trainingReport,
  type Mistake,
  type TrainingRun,
} from '../../../reference/capstone/training-report.ts';
import type { EpochRecord } from '../../../reference/training-loop.ts';
import { paper } from '../../../figures/paper.ts';
import { readXml } from '../../report/xml.ts';
import { expectSnapshot } from '../../snapshot.ts';

/** A stroke from the upper left, growing darker: no two rows and no two columns are equal. */
const stroke = Uint8Array.from({ length: 784 }, (_, i) =>
  i % 28 <= Math.floor(i / 28) ? (i * 7) % 256 : 0,
);

function mistake(label: number, given: number, probability: number): Mistake {
  return { pixels: stroke, label, given, probability };
}

/**
 * 8 digits of each class are read rightly, but for 7, of which there are none. 4 is read as 9 three times and 9
 * as 4 once: 72 of 76 are right, which is 94.7368…%; 8 of 11 fours, 72.73%; and 8 of 9 nines, 88.89%.
 */
function confusion(): number[][] {
  const rows = Array.from({ length: 10 }, (_, i) =>
    Array.from({ length: 10 }, (__, j): number => (i === j && i !== 7 ? 8 : 0)),
  );
  rows[4]![9] = 3;
  rows[9]![4] = 1;
  return rows;
}

function epochs(...losses: number[]): EpochRecord[] {
  return losses.map((loss, i) => ({ epoch: i + 1, loss, accuracy: 0.9, seconds: 2 }));
}

const run: TrainingRun = {
  title: 'A small run',
  facts: [
    ['engine', 'by hand'],
    ['seed', '18'],
  ],
  history: [
    { epoch: 1, loss: 0.5, accuracy: 0.92, seconds: 3.25 },
    { epoch: 2, loss: 0.25, accuracy: 0.94736, seconds: 3 },
  ],
  confusion: confusion(),
  filters: Float32Array.of(0, 0.5, -0.5, 0.25, -0.125, 0, 1, -1, 0.75, 0, -0.25, 0.0625),
  filterShape: [2, 2, 3],
  mistakes: [mistake(4, 9, 0.87), mistake(4, 9, 0.5), mistake(9, 4, 0.996)],
};

const nasty = `]]> </title></style><script>alert("1")</script> & &amp; 'quoted' \u0000`;

const runs: Readonly<Record<string, TrainingRun>> = {
  'a small run': run,
  'awkward characters': { ...run, title: nasty, facts: [[nasty, nasty]] },
  'no epoch': { ...run, history: [] },
  'one epoch': { ...run, history: epochs(0.3) },
  'losses that are no numbers': { ...run, history: epochs(NaN, Infinity, -Infinity) },
  'an accuracy that is no number': {
    ...run,
    history: [{ epoch: 1, loss: 1, accuracy: NaN, seconds: NaN }],
  },
  'no fact and no mistake': { ...run, facts: [], mistakes: [] },
  'no digit': { ...run, confusion: run.confusion.map((row) => row.map(() => 0)), mistakes: [] },
  'weights that are no numbers': { ...run, filters: new Float32Array(12).fill(NaN) },
  'no filter': { ...run, filters: new Float32Array(), filterShape: [0, 3, 3] },
};

async function textsOf(part: Partial<TrainingRun>): Promise<(xpath: string) => string[]> {
  const { problems, texts } = await readXml(trainingReport({ ...run, ...part }, paper()));
  expect(problems).to.deep.equal([]);
  return texts;
}

describe('the report of a training run', () => {
  describe('as a page', () => {
    it('has the headline, facts, curves, confusion, filters and mistakes', () => {
      expectSnapshot('capstone/report', trainingReport(run, paper()));
    });

    for (const [name, each] of Object.entries(runs)) {
      it(`is well-formed XML with ${name}`, async () => {
        expect((await readXml(trainingReport(each, paper()))).problems).to.deep.equal([]);
      });

      it(`runs nothing and loads nothing with ${name}`, () => {
        const page = trainingReport(each, paper());
        expect(page).not.to.match(/<(script|link|iframe|object|embed|form|base|use|image)\b/i);
        expect(page).not.to.match(/<[^>]*\s(href|on\w+)=/i);
        expect(page).not.to.match(/https?:|url\(|@import/i);
        for (const [, source] of page.matchAll(/\ssrc="([^"]*)"/g)) {
          expect(source).to.match(/^data:image\/bmp;base64,[A-Za-z0-9+/]+=*$/);
        }
      });

      it(`draws only numbers with ${name}`, async () => {
        const { texts } = await readXml(trainingReport(each, paper()));
        const drawn = texts('//@d | //@cx | //@cy | //@x | //@y | //@fill | //@viewBox | //@style');
        for (const text of drawn) expect(text).not.to.match(/NaN|Infinity|undefined/);
      });

      it(`names every picture, table and section with ${name}`, async () => {
        const { texts } = await readXml(trainingReport(each, paper()));
        expect(texts('/html/@lang')).to.deep.equal(['en']);
        expect(texts('//h1')).to.deep.equal(texts('/html/head/title'));
        const ids = texts('//@id');
        expect(new Set(ids).size).to.equal(ids.length);
        expect(ids).to.include.members(texts('//@aria-labelledby | //@aria-describedby'));
        for (const nameless of [
          '//svg[not(@role="img") or not(title or @aria-label)]',
          '//img[not(@alt) or @alt=""]',
          '//table[not(caption)]',
          '//table//th[not(@scope)]',
          '//section[not(@aria-labelledby)]',
        ]) {
          expect(texts(nameless), nameless).to.deep.equal([]);
        }
      });
    }

    it('shows awkward characters as they are, but for those that no page can have', async () => {
      const texts = await textsOf({ title: nasty, facts: [[nasty, nasty]] });
      const shown = nasty.replace('\u0000', '\uFFFD');
      expect(texts('//h1 | //dt | //dd')).to.deep.equal([shown, shown, shown]);
      expect(texts('//script')).to.deep.equal([]);
    });
  });

  describe('in numbers', () => {
    it('says how many digits are read rightly', async () => {
      const texts = await textsOf({});
      expect(texts('//p[@class="headline"]')).to.deep.equal([
        '94.74% of the held-out digits are read rightly: 72 of 76.',
      ]);
    });

    it('says so of thousands, too', async () => {
      const rows = confusion().map((row) => row.map((digits) => 1000 * digits));
      expect((await textsOf({ confusion: rows }))('//p[@class="headline"]')).to.deep.equal([
        '94.74% of the held-out digits are read rightly: 72,000 of 76,000.',
      ]);
    });

    it('says when there were no digits', async () => {
      const texts = await textsOf(runs['no digit']!);
      expect(texts('//p[@class="headline"]')).to.deep.equal(['No held-out digit was read.']);
      expect(texts('//section[@aria-labelledby="mistakes"]/p')).to.deep.equal([
        'None of the held-out digits.',
      ]);
    });

    it('lists the facts', async () => {
      const texts = await textsOf({});
      expect(texts('//dt')).to.deep.equal(['engine', 'seed']);
      expect(texts('//dd')).to.deep.equal(['by hand', '18']);
    });

    it('has the confusion matrix with the recall of each class', async () => {
      const texts = await textsOf({});
      const table = '//table[@class="confusion"]';
      const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
      expect(texts(`${table}/thead//th`)).to.deep.equal(['digit', ...digits, 'recall']);
      expect(texts(`${table}/tbody/tr/th`)).to.deep.equal(digits);
      const cells = (row: number) => texts(`${table}/tbody/tr[${row + 1}]/td`);
      expect(cells(0)).to.deep.equal('8 0 0 0 0 0 0 0 0 0 100.0%'.split(' '));
      expect(cells(4)).to.deep.equal('0 0 0 0 8 0 0 0 0 3 72.7%'.split(' '));
      expect(cells(7)).to.deep.equal('0 0 0 0 0 0 0 0 0 0 –'.split(' '));
      expect(cells(9)).to.deep.equal('0 0 0 0 1 0 0 0 0 8 88.9%'.split(' '));
    });

    it('shades a right cell by its recall and a wrong one by the worst of them', async () => {
      const texts = await textsOf({});
      const shades = (row: number) =>
        texts(`//table[@class="confusion"]/tbody/tr[${row + 1}]/td/@style`);
      expect(shades(0)).to.deep.equal(['--shade: 1.00']);
      expect(shades(4)).to.deep.equal(['--shade: 0.73', '--shade: 1.00']);
      expect(shades(7)).to.deep.equal([]);
      expect(shades(9)).to.deep.equal(['--shade: 0.33', '--shade: 0.89']);
    });

    it('has the numbers of every epoch', async () => {
      const rows = '//section[@aria-labelledby="training"]//tbody/tr';
      const texts = await textsOf({});
      expect(texts(`${rows}[1]/*`)).to.deep.equal(['1', '0.5000', '92.00%', '3.3']);
      expect(texts(`${rows}[2]/*`)).to.deep.equal(['2', '0.2500', '94.74%', '3.0']);
    });

    it('says NaN where there is no number', async () => {
      const history = [{ epoch: 3, loss: NaN, accuracy: NaN, seconds: NaN }];
      const row = '//section[@aria-labelledby="training"]//tbody/tr/*';
      expect((await textsOf({ history }))(row)).to.deep.equal(['3', 'NaN', 'NaN', 'NaN']);
    });

    it('says when no epoch is complete', async () => {
      const texts = await textsOf({ history: [] });
      expect(texts('//section[@aria-labelledby="training"]/p')).to.deep.equal([
        'No epoch is complete.',
      ]);
      expect(texts('//figure/svg')).to.deep.equal([]);
    });
  });

  describe('as curves', () => {
    const [loss, accuracy] = ['//figure[1]/svg', '//figure[2]/svg'];

    it('have a dot for every epoch, and a gap where there is no number', async () => {
      const whole = await textsOf({ history: epochs(0.4, 0.1, 0.3) });
      expect(whole(`${loss}//circle`)).to.have.length(3);
      const texts = await textsOf({ history: epochs(0.4, 0.3, NaN, 0.2, Infinity, 0.1) });
      expect(texts(`${loss}//circle`)).to.have.length(4);
      const [line] = texts(`${loss}/g[@aria-label="line"]/path/@d`);
      expect(line!.replaceAll(/[^A-Z]/g, '')).to.equal('MLMZMZ');
      expect(texts(`${loss}/@aria-description`)).to.deep.equal([
        'From 0.4 in epoch 1 to 0.1 in epoch 6. 2 of 6 epochs have no finite number.',
      ]);
    });

    it('are empty where there is no number at all', async () => {
      const texts = await textsOf({ history: epochs(NaN, NaN) });
      expect(texts(`${loss}//circle`)).to.deep.equal([]);
      expect(texts(`${loss}/@aria-description`)).to.deep.equal([
        '2 of 2 epochs have no finite number.',
      ]);
    });

    it('are described in words', async () => {
      const texts = await textsOf({});
      expect(texts(`${loss}/@aria-label`)).to.deep.equal(['loss by epoch']);
      expect(texts(`${loss}/@aria-description`)).to.deep.equal([
        'From 0.5 in epoch 1 to 0.25 in epoch 2.',
      ]);
      expect(texts(`${accuracy}/@aria-label`)).to.deep.equal(['accuracy by epoch']);
      expect(texts(`${accuracy}/@aria-description`)).to.deep.equal([
        'From 92% in epoch 1 to 94.74% in epoch 2.',
      ]);
      const single = await textsOf({ history: epochs(0.3) });
      expect(single(`${loss}/@aria-description`)).to.deep.equal(['0.3 in epoch 1.']);
    });

    it('name whole epochs only, and not too many of them', async () => {
      for (const count of [1, 3, 100]) {
        const texts = await textsOf({
          history: epochs(...Array.from({ length: count }, () => 0.3)),
        });
        const labels = texts(`${loss}/g[@aria-label="x-axis tick label"]/text`);
        expect(labels.length).to.be.within(1, 20);
        expect(labels.filter((label) => !/^\d+$/.test(label))).to.deep.equal([]);
      }
    });
  });

  describe('in pictures', () => {
    it('shows each weight of a filter at its place, blue below 0 and red above', async () => {
      const texts = await textsOf({});
      const squares = '//section[@aria-labelledby="filters"]//li[2]/svg/rect';
      expect(texts(`${squares}/@x`).join('')).to.equal('012012');
      expect(texts(`${squares}/@y`).join('')).to.equal('000111');
      // The largest weight is 1. Red is (178, 24, 43) and blue (33, 102, 172); white + ¾ · (red − white) is
      // (197.25, 81.75, 96), white + ¼ · (blue − white) (199.5, 216.75, 234.25), + 1/16 · (250.19, 240.56, 241.75).
      expect(texts(`${squares}/@fill`)).to.deep.equal([
        'rgb(178, 24, 43)',
        'rgb(33, 102, 172)',
        'rgb(197, 82, 96)',
        'rgb(255, 255, 255)',
        'rgb(200, 217, 234)',
        'rgb(250, 241, 242)',
      ]);
    });

    it('says the weights and the scale', async () => {
      const texts = await textsOf({});
      const filters = '//section[@aria-labelledby="filters"]';
      expect(texts(`${filters}/p`)).to.deep.equal([
        'Each square is a weight: blue is −1.0, white is 0 and red is 1.0, in all filters alike.',
      ]);
      expect(texts(`${filters}//title`)).to.deep.equal([
        'Filter 1: 0.0 0.50 −0.50; 0.25 −0.13 0.0',
        'Filter 2: 1.0 −1.0 0.75; 0.0 −0.25 0.063',
      ]);
    });

    it('shows weights of 0 as white, and those that are no numbers as grey', async () => {
      const filters = Float32Array.of(0, NaN, 0, Infinity, 0, -0);
      const texts = await textsOf({ filters, filterShape: [1, 2, 3] });
      const white = 'rgb(255, 255, 255)';
      expect(texts('//rect/@fill')).to.deep.equal([white, '#888', white, '#888', white, white]);
      expect(texts('//section[@aria-labelledby="filters"]/p')[0]).to.match(
        /; grey is what is no finite number\.$/,
      );
    });

    it('says what each wrong digit is read as, and how probable that seemed', async () => {
      const texts = await textsOf({});
      const mistakes = '//section[@aria-labelledby="mistakes"]';
      expect(texts(`${mistakes}//figcaption`)).to.deep.equal([
        '4 read as 9 (87%)',
        '4 read as 9 (50%)',
        '9 read as 4 (100%)',
      ]);
      expect(texts(`${mistakes}//img/@alt`)).to.deep.equal([
        'a handwritten 4',
        'a handwritten 4',
        'a handwritten 9',
      ]);
      expect(texts(`${mistakes}/p`)[0]).to.match(/^4 of 76 held-out digits\. Here are 3 of them\./);
    });

    it('says of all wrong digits only how many they are', async () => {
      const mistakes = [...run.mistakes, mistake(4, 9, NaN)];
      const texts = await textsOf({ mistakes });
      expect(texts('//section[@aria-labelledby="mistakes"]/p')[0]).to.match(
        /^4 of 76 held-out digits\. The number in brackets/,
      );
      expect(texts('//figcaption').at(-1)).to.equal('4 read as 9 (NaN)');
    });

    it('shows the first 60 of more', async () => {
      const rows = confusion();
      rows[4]![9] = 1233;
      const mistakes = Array.from({ length: 1234 }, (_, i) => mistake(4, 9, i / 100));
      const texts = await textsOf({ confusion: rows, mistakes });
      expect(texts('//img')).to.have.length(60);
      expect(texts('//li//figcaption').at(-1)).to.equal('4 read as 9 (59%)');
      expect(texts('//section[@aria-labelledby="mistakes"]/p')[0]).to.match(
        /^1,234 of 1,306 held-out digits\. Here are 60 of them\./,
      );
    });

    it('has the pixels of each digit in a bitmap, dark ink on white', async () => {
      const [source] = (await textsOf({}))('//img/@src');
      const binary = atob(source!.replace('data:image/bmp;base64,', ''));
      const bytes = Uint8Array.from(binary, (character) => character.codePointAt(0)!);
      const view = new DataView(bytes.buffer);
      // https://learn.microsoft.com/en-us/windows/win32/api/wingdi/ns-wingdi-bitmapfileheader, …-bitmapinfoheader
      expect(binary.slice(0, 2)).to.equal('BM');
      expect(view.getUint32(2, true), 'size of the file').to.equal(bytes.length);
      const data = view.getUint32(10, true);
      expect(view.getUint32(14, true), 'size of the header').to.equal(40);
      expect(view.getInt32(18, true), 'width').to.equal(28);
      expect(view.getInt32(22, true), 'height, the top row first').to.equal(-28);
      expect(view.getUint16(26, true), 'planes').to.equal(1);
      expect(view.getUint16(28, true), 'bits a pixel').to.equal(8);
      expect(view.getUint32(30, true), 'compression').to.equal(0);
      expect(view.getUint32(46, true), 'colours, 0 for all').to.equal(0);
      expect(data, 'both headers and 256 colours').to.equal(14 + 40 + 4 * 256);
      const indices = bytes.subarray(data);
      expect(indices).to.have.length(784);
      const colours = Array.from(indices, (index) =>
        Array.from(bytes.subarray(54 + 4 * index, 58 + 4 * index)),
      );
      const ink = Array.from(stroke, (pixel) => [255 - pixel, 255 - pixel, 255 - pixel, 0]);
      expect(colours).to.deep.equal(ink);
    });
  });

  describe('of what does not fit together', () => {
    const refused: [title: string, part: Partial<TrainingRun>, message: RegExp][] = [
      [
        'nine classes',
        { confusion: confusion().slice(1) },
        /confusion has rows of 10, 10, 10, 10, 10, 10, 10, 10, 10 and must be \(10, 10\);/,
      ],
      [
        'a row with nine classes',
        { confusion: confusion().map((row, i) => (i === 9 ? row.slice(1) : row)) },
        /confusion has rows of .* 10, 9 and must be \(10, 10\); give a row/,
      ],
      [
        'half a digit',
        { confusion: confusion().map((row) => row.map((digits) => digits / 16)) },
        /confusion has the entry 0\.5 and must have counts/,
      ],
      [
        'fewer digits than none',
        { confusion: confusion().map((row) => row.map((digits) => -digits)) },
        /confusion has the entry -8 and must have counts/,
      ],
      [
        'more weights than a shape has',
        { filterShape: [2, 2, 2] },
        /filters has 12 weights and filterShape is \(2, 2, 2\);/,
      ],
      [
        'a shape that is negative',
        { filterShape: [-2, -2, 3] },
        /filters has 12 weights and filterShape is \(-2, -2, 3\);/,
      ],
      [
        'half an image',
        { mistakes: [{ ...run.mistakes[0]!, pixels: new Uint8Array(392) }] },
        /a mistake has 392 pixels and must have 784; give the whole image/,
      ],
      [
        'more mistakes than there are',
        { mistakes: Array.from({ length: 5 }, () => mistake(4, 9, 0.5)) },
        /there are 5 mistakes and confusion has 4 outside of its diagonal/,
      ],
    ];

    for (const [title, part, message] of refused) {
      it(`refuses ${title}`, () => {
        const report = () => trainingReport({ ...run, ...part }, paper());
        expect(report).to.throw(RangeError, message);
        expect(report).to.throw(RangeError, /^trainingReport: /);
      });
    }
  });
});
