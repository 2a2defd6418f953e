/**
 * A digit as an image that is part of the page: an uncompressed BMP with a palette, which needs neither a
 * compressor nor a checksum and a byte for each pixel.
 *
 * https://learn.microsoft.com/en-us/windows/win32/gdi/bitmap-storage
 */

const FILE_HEADER = 14;
const INFO_HEADER = 40;
const COLOURS = 256;
const DATA = FILE_HEADER + INFO_HEADER + 4 * COLOURS;

/**
 * An image of dark ink on white paper.
 *
 * @param pixels from 0, no ink, to 255, row-major, shape (H · width)
 * @param width a multiple of 4, so that rows need no bytes between them
 * @returns a `data:` URI
 */
export function digitImage(pixels: Uint8Array, width: number): string {
  const bytes = new Uint8Array(DATA + pixels.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x4d42, true); // "BM"
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, DATA, true);
  view.setUint32(FILE_HEADER, INFO_HEADER, true);
  view.setInt32(FILE_HEADER + 4, width, true);
  // A negative height says that the first row is the top one.
  view.setInt32(FILE_HEADER + 8, -pixels.length / width, true);
  view.setUint16(FILE_HEADER + 12, 1, true); // planes
  view.setUint16(FILE_HEADER + 14, 8, true); // bits a pixel
  for (let ink = 0; ink < COLOURS; ink++) {
    // Blue, green, red and a byte without a meaning.
    bytes.fill(COLOURS - 1 - ink, DATA - 4 * (COLOURS - ink), DATA - 4 * (COLOURS - ink) + 3);
  }
  bytes.set(pixels, DATA);
  return `data:image/bmp;base64,${btoa(String.fromCodePoint(...bytes))}`;
}
