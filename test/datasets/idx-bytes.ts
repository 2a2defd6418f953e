/** An IDX file of bytes, written out: the magic number, the sizes, the entries. */
export function idxBytes(shape: readonly number[], entries: Iterable<number>): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header[2] = 8;
  header[3] = shape.length;
  shape.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis));
  return Buffer.concat([header, Uint8Array.from(entries)]);
}

/** The pixels of N images, each of one grey value throughout. */
export function flatImages(greys: readonly number[], pixels = 784): number[] {
  return greys.flatMap((grey) => Array.from({ length: pixels }, () => grey));
}
