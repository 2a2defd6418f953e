/** A convolution with filters of 3×3 and a padding of 1, one group of images at a time. */
import type { Kernels } from './kernels.ts';
import { EIGHT, type Planes } from './layout.ts';
import type { Take } from './memory.ts';

/** Where a layer's weights and biases begin among the parameters, and so among their gradients: in bytes. */
export interface ParameterPlaces {
  W: number;
  b: number;
}

/** A convolution. Its weights are laid out for the kernels by `load`, and their gradients put back by `store`. */
export interface Convolution {
  load(kernels: Kernels, parameters: number): void;
  /** Writes the output of a group. */
  forward(kernels: Kernels, x: Planes, out: Planes, group: number): void;
  /** Adds the gradient of a group by the weights to its own, and the one by the biases to the gradient there. */
  backward(kernels: Kernels, x: Planes, dout: Planes, group: number, gradient: number): void;
  /** Writes the gradient by the input; both have one group. */
  backwardInput(kernels: Kernels, dout: Planes, dx: Planes): void;
  store(kernels: Kernels, gradient: number): void;
}

/** Bytes in weights of shape (F, C, 3, 3): from a row to the next, from a column, from a channel. */
const [ROW, COLUMN, CHANNEL] = [12, 4, 36];

/** The gradient by weights takes so many pixels at a time: what a tile of it reads of them fits into a cache of 32 KiB. */
const BLOCK = 112;

/**
 * A convolution.
 *
 * @param take gives it room for its weights
 * @param size C channels, F filters, both 1 or a multiple of 4, and how many pixels a row of an image has
 */
export function convolution(
  take: Take,
  { C, F, width }: { C: number; F: number; width: number },
  { W, b }: ParameterPlaces,
): Convolution {
  const filter = CHANNEL * C;
  const packed = take(F * filter);
  const turned = take(Math.ceil(C / 4) * 4 * CHANNEL * F);
  const packedGradient = take(F * 3 * Math.ceil((3 * C) / 2) * 2 * 4);
  const rows = Math.max(1, Math.floor(BLOCK / width));
  const copies = take((F + 2) * EIGHT * rows * width);
  const noBias = take(4 * C);
  let biases = 0;
  return {
    load(kernels, parameters) {
      const first = parameters + W;
      kernels.pack(first, F, filter, 3, ROW, 3, COLUMN, C, CHANNEL, packed);
      // Turned round: from the last tap back to the first. And what a channel was, a filter becomes.
      const last = first + 2 * ROW + 2 * COLUMN;
      kernels.pack(last, C, CHANNEL, 3, -ROW, 3, -COLUMN, F, filter, turned);
      biases = parameters + b;
    },

    forward(kernels, x, out, group) {
      const from = x.corner + group * x.group;
      const to = out.inside + group * out.group;
      kernels.windowProduct(
        from,
        x.row,
        x.pixel,
        packed,
        biases,
        F,
        3,
        3 * C,
        to,
        out.row,
        out.pixel,
        out.H,
        out.W,
      );
    },

    backward(kernels, x, dout, group, gradient) {
      const from = x.corner + group * x.group;
      const { inside, row, pixel, H } = dout;
      for (let i = 0; i < H; i += rows) {
        kernels.weightGradient(
          inside + i * row,
          row,
          pixel,
          F,
          from + i * x.row,
          x.row,
          x.pixel,
          3,
          3 * C,
          Math.min(rows, H - i),
          width,
          packedGradient,
          copies,
        );
      }
      kernels.biasGradient(inside, row, pixel, F, H, width, gradient + b);
    },

    backwardInput(kernels, dout, dx) {
      kernels.windowProduct(
        dout.corner,
        dout.row,
        dout.pixel,
        turned,
        noBias,
        C,
        3,
        3 * F,
        dx.inside,
        dx.row,
        dx.pixel,
        dx.H,
        dx.W,
      );
    },

    store(kernels, gradient) {
      kernels.unpack(packedGradient, gradient + W, F, filter, 3, ROW, 3, COLUMN, C, CHANNEL);
    },
  };
}
