/** Batches of digits: which ones, distorted how, as an engine wants them. */
import type { Batch } from './engine.ts';
import { PIXELS, SIDE } from './network.ts';

/** Some digits. */
export interface Digits {
  /** Grey values from 0 to 255, one image after the other, shape (N · 784). */
  pixels: Uint8Array;
  /** What they show, shape (N). */
  labels: Uint8Array;
}

/** What a batch consists of. */
export interface Draw {
  /** Which digits, shape (N). */
  indices: Uint32Array;
  /**
   * Four numbers for each digit, shape (4 · N): how many pixels it is moved to the right and down, by what angle
   * in radians it is turned clockwise around its centre, and how many times as large it becomes.
   */
  moves: Float32Array;
}

/** A draw of digits that are left as they are. */
export function unmoved(indices: Uint32Array): Draw {
  const moves = new Float32Array(4 * indices.length);
  for (let i = 3; i < moves.length; i += 4) moves[i] = 1;
  return { indices, moves };
}

/** Part of a draw, as `slice` has it. */
export function partOf({ indices, moves }: Draw, start: number, end: number): Draw {
  return { indices: indices.slice(start, end), moves: moves.slice(4 * start, 4 * end) };
}

/**
 * The digits of a draw, with pixels from 0 to 1. Between pixels it is interpolated bilinearly; what comes into an
 * image at its border is background.
 */
export function batchOf({ pixels, labels }: Digits, { indices, moves }: Draw): Batch {
  const images = new Float32Array(indices.length * PIXELS);
  indices.forEach((index, n) => {
    const source = pixels.subarray(index * PIXELS, (index + 1) * PIXELS);
    const target = images.subarray(n * PIXELS, (n + 1) * PIXELS);
    distort(source, target, moves.subarray(4 * n, 4 * n + 4));
  });
  return { images, labels: Int32Array.from(indices, (index) => labels[index]!) };
}

/** For each pixel of the target, looks up the place in the source that comes to lie there. */
function distort(source: Uint8Array, target: Float32Array, move: Float32Array): void {
  const [right, down, turn, zoom] = [move[0]!, move[1]!, move[2]!, move[3]!];
  if (right === 0 && down === 0 && turn === 0 && zoom === 1) {
    // What comes of the rest, in a fraction of the time.
    for (let i = 0; i < PIXELS; i++) target[i] = source[i]! / 255;
    return;
  }
  const centre = (SIDE - 1) / 2;
  const [cos, sin] = [Math.cos(turn) / zoom, Math.sin(turn) / zoom];
  for (let i = 0; i < SIDE; i++) {
    for (let j = 0; j < SIDE; j++) {
      const y = i - centre - down;
      const x = j - centre - right;
      const row = cos * y - sin * x + centre;
      const column = sin * y + cos * x + centre;
      const top = Math.floor(row);
      const left = Math.floor(column);
      const below = row - top;
      const beside = column - left;
      target[i * SIDE + j] =
        ((1 - below) * (1 - beside) * pixelAt(source, top, left) +
          (1 - below) * beside * pixelAt(source, top, left + 1) +
          below * (1 - beside) * pixelAt(source, top + 1, left) +
          below * beside * pixelAt(source, top + 1, left + 1)) /
        255;
    }
  }
}

function pixelAt(image: Uint8Array, i: number, j: number): number {
  return i < 0 || i >= SIDE || j < 0 || j >= SIDE ? 0 : image[i * SIDE + j]!;
}
