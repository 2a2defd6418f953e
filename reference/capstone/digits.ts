/** Batches of digits: which ones, distorted how, as an engine wants them. */
import { distort, WARP_SIZE } from '#datasets/distort';
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
  /** How each is warped, shape (WARP_SIZE · N), as in #datasets/distort; empty when none is. */
  warps: Float32Array;
}

/** A draw of digits that are left as they are. */
export function unmoved(indices: Uint32Array): Draw {
  const moves = new Float32Array(4 * indices.length);
  for (let i = 3; i < moves.length; i += 4) moves[i] = 1;
  return { indices, moves, warps: new Float32Array(0) };
}

/** Part of a draw, as `slice` has it. */
export function partOf({ indices, moves, warps }: Draw, start: number, end: number): Draw {
  return {
    indices: indices.slice(start, end),
    moves: moves.slice(4 * start, 4 * end),
    warps: warps.slice(WARP_SIZE * start, WARP_SIZE * end),
  };
}

/** The digits of a draw, with pixels from 0 to 1. */
export function batchOf({ pixels, labels }: Digits, { indices, moves, warps }: Draw): Batch {
  const images = new Float32Array(indices.length * PIXELS);
  indices.forEach((index, n) => {
    const source = pixels.subarray(index * PIXELS, (index + 1) * PIXELS);
    const target = images.subarray(n * PIXELS, (n + 1) * PIXELS);
    const [right, down, turn, zoom] = moves.subarray(4 * n, 4 * n + 4) as unknown as FourNumbers;
    const warp = warps.subarray(WARP_SIZE * n, WARP_SIZE * (n + 1));
    distort(source, target, SIDE, { right, down, turn, zoom, warp });
  });
  return { images, labels: Int32Array.from(indices, (index) => labels[index]!) };
}

type FourNumbers = [number, number, number, number];
