/** An affine layer, for all groups of images at once. */
import type { ParameterPlaces } from './convolution.ts';
import type { Kernels } from './kernels.ts';
import { EIGHT, type ImageSize, type Rows } from './layout.ts';
import type { Take } from './memory.ts';

/** An affine layer. Its weights are laid out for the kernels by `load`, and their gradients put back by `store`. */
export interface Affine {
  load(kernels: Kernels, parameters: number): void;
  forward(kernels: Kernels, x: Rows, out: Rows, groups: number): void;
  /** Adds the gradient by the weights to its own, and the one by the biases to the gradient there. */
  backward(kernels: Kernels, x: Rows, dout: Rows, groups: number, gradient: number): void;
  /** Writes the gradient by the input. */
  backwardInput(kernels: Kernels, dout: Rows, dx: Rows, groups: number): void;
  store(kernels: Kernels, gradient: number): void;
}

/**
 * An affine layer, whose weights have the shape (C·H·W, M). The kernels see it as a window that is all of the image, of
 * one row; groups are what pixels are to a convolution.
 *
 * @param take gives it room for its weights
 * @param size its inputs are images with channels last, of C channels, a multiple of 4; it has M outputs
 * @param groups how many there are at most
 */
export function affine(
  take: Take,
  { H, W: width, C, M }: ImageSize & { M: number },
  { W, b }: ParameterPlaces,
  groups: number,
): Affine {
  const D = C * H * width;
  // Steps through the weights: an output, a column of the image, a row, a channel.
  const output = 4;
  const column = output * M;
  const row = column * width;
  const channel = row * H;
  const outputs = Math.ceil(M / 4) * 4;
  const packed = take(4 * outputs * D);
  const turned = take(4 * D * M);
  const packedGradient = take(4 * outputs * D);
  const copies = take((outputs + 2) * EIGHT * groups);
  const biases = take(4 * outputs);
  const noBias = take(4 * D);
  return {
    load(kernels, parameters) {
      const first = parameters + W;
      kernels.pack(first, M, output, H, row, width, column, C, channel, packed);
      // What an output was, a channel becomes; the inputs are filters, each pixel for itself.
      for (let pixel = 0; pixel < H * width; pixel++) {
        const to = turned + 4 * M * C * pixel;
        kernels.pack(first + pixel * column, C, channel, 1, 0, 1, 0, M, output, to);
      }
      kernels.pack(parameters + b, M, output, 1, 0, 1, 0, 1, 0, biases);
    },

    forward(kernels, x, out, count) {
      kernels.windowProduct(
        x.place,
        0,
        x.group,
        packed,
        biases,
        outputs,
        1,
        D,
        out.place,
        0,
        out.group,
        1,
        count,
      );
    },

    backward(kernels, x, dout, count, gradient) {
      kernels.weightGradient(
        dout.place,
        0,
        dout.group,
        outputs,
        x.place,
        0,
        x.group,
        1,
        D,
        1,
        count,
        packedGradient,
        copies,
      );
      kernels.biasGradient(dout.place, 0, dout.group, M, 1, count, gradient + b);
    },

    backwardInput(kernels, dout, dx, count) {
      kernels.windowProduct(
        dout.place,
        0,
        dout.group,
        turned,
        noBias,
        D,
        1,
        M,
        dx.place,
        0,
        dx.group,
        1,
        count,
      );
    },

    store(kernels, gradient) {
      kernels.unpack(packedGradient, gradient + W, M, output, H, row, width, column, C, channel);
    },
  };
}
