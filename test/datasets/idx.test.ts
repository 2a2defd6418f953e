import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { decodeIdx } from '../../datasets/idx.ts';

/** Two images of two rows and three columns: magic number, three sizes, twelve entries. */
const images = Uint8Array.from(
  [
    [0, 0, 8, 3],
    [0, 0, 0, 2],
    [0, 0, 0, 2],
    [0, 0, 0, 3],
    [1, 2, 3, 4, 5, 6],
    [250, 251, 252, 253, 254, 255],
  ].flat(),
);
/** Three labels: magic number, one size, three entries. */
const labels = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]);

const expectError = (run: () => unknown, message: string): void => {
  expect(run).to.throw(Error).with.property('message', message);
};

describe('decodeIdx', () => {
  it('reads images, row by row', () => {
    const array = decodeIdx('images', images, 3);
    expect(array.shape).to.deep.equal([2, 2, 3]);
    expect([array.get(0, 0, 0), array.get(0, 0, 2), array.get(0, 1, 0)]).to.deep.equal([1, 3, 4]);
    expect(array.get(1, 1, 2)).to.equal(255);
    expect(array.dtype).to.equal('uint8');
  });

  it('reads labels', () => {
    const array = decodeIdx('labels', labels, 1);
    expect(array.shape).to.deep.equal([3]);
    expect([...array.data]).to.deep.equal([7, 8, 9]);
  });

  it('reads sizes above 255, which take more than one byte', () => {
    const many = Uint8Array.from([0, 0, 8, 1, 0, 0, 1, 2, ...new Uint8Array(258)]);
    expect(decodeIdx('labels', many, 1).shape).to.deep.equal([258]);
  });

  it('unpacks gzip by itself', () => {
    expect(decodeIdx('images', gzipSync(images), 3)).to.deep.equal(decodeIdx('images', images, 3));
  });

  it('reads bytes that lie within a larger buffer', () => {
    const within = Uint8Array.from([99, ...labels, 99]).subarray(1, -1);
    expect([...decodeIdx('labels', within, 1).data]).to.deep.equal([7, 8, 9]);
  });

  it('gives an array of its own', () => {
    const bytes = labels.slice();
    const array = decodeIdx('labels', bytes, 1);
    bytes.fill(0);
    expect([...array.data]).to.deep.equal([7, 8, 9]);
  });

  it('reads a file of no images', () => {
    const none = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 28, 0, 0, 0, 28]);
    expect(decodeIdx('images', none, 3).shape).to.deep.equal([0, 28, 28]);
  });

  it('refuses another magic number: labels for images', () => {
    expectError(
      () => decodeIdx('labels.gz', labels, 3),
      'decodeIdx: labels.gz begins with 0x00000801; an idx3-ubyte file must begin with 0x00000803, so check that this is the right file, or download it again',
    );
  });

  it('refuses another magic number: a web page for labels', () => {
    expectError(
      () => decodeIdx('labels', Buffer.from('<html>'), 1),
      'decodeIdx: labels begins with 0x3c68746d; an idx1-ubyte file must begin with 0x00000801, so check that this is the right file, or download it again',
    );
  });

  it('refuses a file that ends within its header', () => {
    expectError(
      () => decodeIdx('images', images.subarray(0, 15), 3),
      'decodeIdx: images ends after 15 bytes; its header alone must be 16 bytes, so download it again',
    );
    expectError(
      () => decodeIdx('labels', new Uint8Array(0), 1),
      'decodeIdx: labels ends after 0 bytes; its header alone must be 8 bytes, so download it again',
    );
  });

  it('refuses a truncated file', () => {
    expectError(
      () => decodeIdx('images', images.subarray(0, -1), 3),
      'decodeIdx: images ends early, with 11 bytes after its header; the shape (2, 2, 3) stated there must have 12, so download it again',
    );
  });

  it('refuses bytes after the end', () => {
    expectError(
      () => decodeIdx('labels', Uint8Array.from([...labels, 0, 0]), 1),
      'decodeIdx: labels goes on too long, with 5 bytes after its header; the shape (3) stated there must have 3, so download it again',
    );
  });

  it('refuses a damaged gzip, and says why in its cause', () => {
    const message =
      'decodeIdx: labels.gz cannot be unpacked; a gzip must be whole and undamaged, so download it again';
    const packed = gzipSync(labels);
    const changed = Uint8Array.from(packed);
    changed[packed.length - 8]! ^= 1; // within the checksum that ends a gzip
    for (const damaged of [packed.subarray(0, -1), packed.subarray(0, 2), changed]) {
      expectError(() => decodeIdx('labels.gz', damaged, 1), message);
      expect(() => decodeIdx('labels.gz', damaged, 1))
        .to.throw()
        .with.property('cause');
    }
  });
});
