import { gunzipSync } from 'node:zlib';
import ndarray, { type NdArray } from 'ndarray';
import { product, shapeText } from '#arrays';

/**
 * An array of bytes out of a file in the IDX format, in which MNIST is published
 * (http://yann.lecun.com/exdb/mnist/, "the IDX file format").
 *
 * Such a file holds, with numbers of four bytes in big-endian order: the magic number, whose third
 * byte is the type of the entries (8: bytes without a sign) and whose fourth is the number of
 * dimensions; then the size along each dimension; then the entries, the last dimension moving
 * fastest.
 *
 * @param file the file's name, for the messages
 * @param bytes what the file holds, as it is or packed by gzip
 * @param dimensions how many dimensions are wanted: 3 for images, 1 for labels
 * @returns an array of the shape that the file states, (N, H, W) or (N), with entries from 0 to 255
 * @throws Error when the gzip is damaged, when the magic number is another, or when the file ends too
 *   early or too late for its shape
 */
export function decodeIdx(
  file: string,
  bytes: Uint8Array,
  dimensions: number,
): NdArray<Uint8Array> {
  const content = unpacked(file, bytes);
  const magic = `0000080${dimensions}`;
  const found = content.toString('hex', 0, 4);
  if (!magic.startsWith(found)) {
    throw new Error(
      `decodeIdx: ${file} begins with 0x${found}; an idx${dimensions}-ubyte file must begin with 0x${magic}, so check that this is the right file, or download it again`,
    );
  }
  const header = 4 + 4 * dimensions;
  if (content.length < header) {
    throw new Error(
      `decodeIdx: ${file} ends after ${content.length} bytes; its header alone must be ${header} bytes, so download it again`,
    );
  }
  const shape = Array.from({ length: dimensions }, (_, axis) => content.readUInt32BE(4 + 4 * axis));
  const entries = content.length - header;
  if (entries !== product(shape)) {
    const fault = entries < product(shape) ? 'ends early' : 'goes on too long';
    throw new Error(
      `decodeIdx: ${file} ${fault}, with ${entries} bytes after its header; the shape ${shapeText(shape)} stated there must have ${product(shape)}, so download it again`,
    );
  }
  return ndarray(Uint8Array.from(content.subarray(header)), shape);
}

/** What the file holds. Its name does not tell whether it is packed: browsers unpack and keep `.gz`. */
function unpacked(file: string, bytes: Uint8Array): Buffer {
  // A gzip begins with 1f 8b (https://www.rfc-editor.org/rfc/rfc1952) and an IDX file with 00.
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    throw new Error(
      `decodeIdx: ${file} cannot be unpacked; a gzip must be whole and undamaged, so download it again`,
      { cause },
    );
  }
}
