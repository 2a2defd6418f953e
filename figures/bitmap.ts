/**
 * A picture that is part of the page: an uncompressed BMP with a palette, which needs neither a compressor nor a
 * checksum, and a byte for each pixel.
 *
 * https://learn.microsoft.com/en-us/windows/win32/gdi/bitmap-storage
 */
import type { Palette } from './palettes.ts';

const FILE_HEADER = 14;
const INFO_HEADER = 40;
const COLOURS = 256;
const DATA = FILE_HEADER + INFO_HEADER + 4 * COLOURS;

/**
 * An image of numbers.
 *
 * @param pixels any numbers, row-major, shape (H · width); NaN is drawn as the middle
 * @param width how many of them are a row
 * @param palette the colours from the low end of the range to its high end
 * @param range the numbers at the two ends; what lies outside gets the colour of the end
 * @returns a `data:` URI
 */
export function bitmap(
  pixels: ArrayLike<number>,
  width: number,
  palette: Palette,
  [low, high]: readonly [low: number, high: number],
): string {
  const height = pixels.length / width;
  // A row of the file takes a multiple of four bytes.
  const stride = 4 * Math.ceil(width / 4);
  const bytes = new Uint8Array(DATA + height * stride);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x4d42, true); // "BM"
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, DATA, true);
  view.setUint32(FILE_HEADER, INFO_HEADER, true);
  view.setInt32(FILE_HEADER + 4, width, true);
  // A negative height says that the first row is the top one.
  view.setInt32(FILE_HEADER + 8, -height, true);
  view.setUint16(FILE_HEADER + 12, 1, true); // planes
  view.setUint16(FILE_HEADER + 14, 8, true); // bits a pixel
  for (let i = 0; i < COLOURS; i++) {
    const [red, green, blue] = palette(i / (COLOURS - 1));
    // Blue, green, red and a byte without a meaning.
    bytes.set([blue, green, red], FILE_HEADER + INFO_HEADER + 4 * i);
  }
  for (let i = 0; i < pixels.length; i++) {
    const part = (pixels[i]! - low) / (high - low);
    const colour = Number.isNaN(part) ? 0.5 : Math.min(Math.max(part, 0), 1);
    bytes[DATA + Math.floor(i / width) * stride + (i % width)] = Math.round((COLOURS - 1) * colour);
  }
  return `data:image/bmp;base64,${base64(bytes)}`;
}

/** In pieces, since a function takes only so many arguments. */
function base64(bytes: Uint8Array): string {
  const PIECE = 8192;
  let text = '';
  for (let i = 0; i < bytes.length; i += PIECE) {
    text += String.fromCodePoint(...bytes.subarray(i, i + PIECE));
  }
  return btoa(text);
}
