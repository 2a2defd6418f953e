/** Lesson 13: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { copy, filled, map, zeros, type Tensor } from '#arrays';
import type { Misconception } from '../../checks/misconception.ts';
import { refusingLike } from '../../checks/wrong-answers.ts';
import {
  col2im,
  connectedParameters,
  convolutionBackward,
  convolutionForward,
  fastConvolutionBackward,
  fastConvolutionForward,
  im2col,
  outputSize,
  padImages,
  receptiveField,
  sobelFilters,
  type ConvolutionGradients,
  type Steps,
  type Window,
  type WindowLayer,
} from './convolution.reference.ts';

/** What goes wrong in a convolution, however it is computed: other numbers come out. */
interface WrongForward {
  id: string;
  sentence: string;
  anchor?: string;
  wrong: (x: Tensor, W: Tensor, b: Tensor, steps: Steps) => Tensor;
}

const outOf = (x: Tensor, W: Tensor, b: Tensor, steps: Steps): Tensor =>
  convolutionForward(x, W, b, steps).out;

const FORWARD: readonly WrongForward[] = [
  {
    id: 'kernel-turned-round',
    sentence:
      'The kernel is turned round, as in the convolution of mathematics. In networks it is laid on the image as it is: row u with row u, column v with column v.',
    anchor: '#the-operation',
    wrong: (x, W, b, steps) => outOf(x, W.step(1, 1, -1, -1), b, steps),
  },
  {
    id: 'kernel-transposed',
    sentence:
      "The kernel's rows and columns are exchanged. Row u of it meets row i · stride + u of the image.",
    wrong: (x, W, b, steps) => {
      const [, , KH, KW] = sizes(W);
      const turned = filled([...W.shape], (...[f, c, u, v]) => {
        const at = v! * KH + u!;
        return W.get(f!, c!, Math.floor(at / KW), at % KW);
      });
      return outOf(x, turned, b, steps);
    },
  },
  {
    id: 'without-bias',
    sentence: 'The bias is missing. Each filter has one, which is added to all of its outputs.',
    wrong: (x, W, b, steps) =>
      outOf(
        x,
        W,
        map(b, () => 0),
        steps,
      ),
  },
  {
    id: 'bias-in-the-sum',
    sentence: 'The bias is added once for every product. Add it once for every output.',
    wrong: (x, W, b, steps) => {
      const [, C, KH, KW] = sizes(W);
      return outOf(
        x,
        W,
        map(b, (value) => value * C * KH * KW),
        steps,
      );
    },
  },
  {
    id: 'first-channel-only',
    sentence:
      'Only the first channel is looked at. Each filter has a kernel for every channel, and their results are added up.',
    wrong: (x, W, b, steps) => {
      const first = filled([...W.shape], (...[f, c, u, v]) => (c === 0 ? W.get(f!, c, u!, v!) : 0));
      return outOf(x, first, b, steps);
    },
  },
  {
    id: 'last-channel-only',
    sentence: 'Only the last channel counts: the sum starts anew for each. Add the channels up.',
    wrong: (x, W, b, steps) => {
      const C = W.shape[1]!;
      const last = filled([...W.shape], (...[f, c, u, v]) =>
        c === C - 1 ? W.get(f!, c, u!, v!) : 0,
      );
      return outOf(x, last, b, steps);
    },
  },
  {
    id: 'one-kernel-for-all-channels',
    sentence:
      'All channels meet the kernel of the first one. W has a kernel for each channel: W[f, c].',
    wrong: (x, W, b, steps) =>
      outOf(
        x,
        filled([...W.shape], (...[f, , u, v]) => W.get(f!, 0, u!, v!)),
        b,
        steps,
      ),
  },
  {
    id: 'one-filter-for-all',
    sentence: 'Every output comes from the first filter. Output f belongs to filter f.',
    wrong: (x, W, b, steps) =>
      outOf(
        x,
        filled([...W.shape], (...[, c, u, v]) => W.get(0, c!, u!, v!)),
        b,
        steps,
      ),
  },
  {
    id: 'first-bias-for-all',
    sentence: 'Every filter has the bias of the first one. Output f has b[f].',
    wrong: (x, W, b, steps) =>
      outOf(
        x,
        W,
        map(b, () => b.get(0)),
        steps,
      ),
  },
  {
    id: 'first-image-only',
    sentence: 'Every image of the batch gives what the first one gives. Look at image n.',
    wrong: (x, W, b, steps) =>
      outOf(
        filled([...x.shape], (...[, c, i, j]) => x.get(0, c!, i!, j!)),
        W,
        b,
        steps,
      ),
  },
  {
    id: 'stride-in-rows-only',
    sentence:
      'The stride moves the kernel down but not to the right. It counts in both directions.',
    wrong: (x, W, b, steps) => {
      const out = outOf(x, W, b, steps);
      const close = outOf(padImages(x, steps.pad), W, b, { stride: 1, pad: 0 });
      return filled([...out.shape], (...[n, f, i, j]) => close.get(n!, f!, i! * steps.stride, j!));
    },
  },
  {
    id: 'stride-ignored',
    sentence:
      'The kernel moves by one pixel whatever the stride. Output (i, j) begins at (i · stride, j · stride).',
    wrong: (x, W, b, steps) => {
      const out = outOf(x, W, b, steps);
      const close = outOf(padImages(x, steps.pad), W, b, { stride: 1, pad: 0 });
      return filled([...out.shape], (...[n, f, i, j]) => close.get(n!, f!, i!, j!));
    },
  },
  {
    id: 'padded-at-the-end',
    sentence:
      'The padding is below and to the right only. Half of it belongs above and to the left.',
    wrong: (x, W, b, steps) => {
      const padded = padImages(x, steps.pad);
      return outOf(shifted(padded, steps.pad, steps.pad), W, b, { ...steps, pad: 0 });
    },
  },
  {
    id: 'padded-at-the-beginning',
    sentence:
      'The padding is above and to the left only. Half of it belongs below and to the right.',
    wrong: (x, W, b, steps) => {
      const padded = padImages(x, steps.pad);
      return outOf(shifted(padded, -steps.pad, -steps.pad), W, b, { ...steps, pad: 0 });
    },
  },
  {
    id: 'out-transposed',
    sentence: 'The rows and the columns of the output are exchanged. i goes down, j to the right.',
    wrong: (x, W, b, steps) => {
      const out = outOf(x, W, b, steps);
      const [, , OH, OW] = sizes(out);
      return filled([...out.shape], (...[n, f, i, j]) => {
        const at = j! * OH + i!;
        return out.get(n!, f!, Math.floor(at / OW), at % OW);
      });
    },
  },
  {
    id: 'last-column-missed',
    sentence:
      "The kernel's last column is left out: the loop ends one too early. v runs from 0 to KW − 1.",
    wrong: (x, W, b, steps) => {
      const KW = W.shape[3]!;
      const cut = filled([...W.shape], (...[f, c, u, v]) =>
        v === KW - 1 ? 0 : W.get(f!, c!, u!, v!),
      );
      return outOf(x, cut, b, steps);
    },
  },
];

/** What goes wrong on the way back, however it is computed. */
interface WrongBackward {
  id: string;
  sentence: string;
  anchor?: string;
  wrong: (
    dout: Tensor,
    right: ConvolutionGradients,
    cache: { W: Tensor; steps: Steps },
  ) => ConvolutionGradients;
}

const BACKWARD: readonly WrongBackward[] = [
  {
    id: 'bias-mean',
    sentence:
      'db is a mean over images and places. The same bias was added everywhere, so it gets the sum.',
    wrong: (dout, right) => {
      const [N, , OH, OW] = sizes(dout);
      return { ...right, db: map(right.db, (value) => value / (N * OH * OW)) };
    },
  },
  {
    id: 'bias-of-the-first-image',
    sentence: 'db and dW are those of the first image alone. Add up all images of the batch.',
    wrong: (dout, right) => {
      const [, F, OH, OW] = sizes(dout);
      const db = filled([F], (f) => {
        let sum = 0;
        for (const [i, j] of places(OH, OW)) sum += dout.get(0, f!, i, j);
        return sum;
      });
      return { ...right, db };
    },
  },
  {
    id: 'bias-one-place',
    sentence: 'db is dout at the first place only. Add up all places of the output.',
    wrong: (dout, right) => {
      const [N, F] = sizes(dout);
      const db = filled([F], (f) => {
        let sum = 0;
        for (let n = 0; n < N; n++) sum += dout.get(n, f!, 0, 0);
        return sum;
      });
      return { ...right, db };
    },
  },
  {
    id: 'weights-mean',
    sentence:
      'dW is divided by the number of images. The mean over the batch is in the loss already: just add up.',
    wrong: (dout, right) => ({
      ...right,
      dW: map(right.dW, (value) => value / dout.shape[0]!),
    }),
  },
  {
    id: 'weights-turned-round',
    sentence:
      'dW is turned round, by 180°. Weight (u, v) met the pixels (i · stride + u, j · stride + v): it gets theirs.',
    wrong: (_, right) => ({ ...right, dW: copy(right.dW.step(1, 1, -1, -1)) }),
  },
  {
    id: 'image-turned-round',
    sentence:
      'dx is computed with the kernel turned round. Pixel (i · stride + u, j · stride + v) met weight (u, v): it gets dout times that one.',
    wrong: (dout, right, { W, steps }) => ({
      ...right,
      dx: imageGradient(dout, W.step(1, 1, -1, -1), steps, right.dx.shape),
    }),
  },
  {
    id: 'image-overwritten',
    sentence:
      'Where windows overlap, only the last one counts in dx: the entries are assigned. Add them up.',
    anchor: '#adding-up-what-overlaps',
    wrong: (dout, right, { W, steps }) => ({
      ...right,
      dx: imageGradient(dout, W, steps, right.dx.shape, true),
    }),
  },
  {
    id: 'image-shifted-by-the-padding',
    sentence:
      'The padding is cut off at the lower right only, so that dx is shifted. The image begins `pad` rows and columns from the upper left.',
    wrong: (_, right, { steps }) => ({
      ...right,
      dx: shifted(right.dx, -steps.pad, -steps.pad),
    }),
  },
  {
    id: 'image-stride-ignored',
    sentence:
      'dx is computed as if the kernel moved by one pixel. Output (i, j) began at (i · stride, j · stride).',
    wrong: (dout, right, { W, steps }) => ({
      ...right,
      dx: imageGradient(dout, W, { ...steps, stride: 1 }, right.dx.shape),
    }),
  },
  {
    id: 'image-first-filter-only',
    sentence:
      'dx has the part of the first filter only. Each pixel was seen by all of them: add them up.',
    wrong: (dout, right, { W, steps }) => {
      const first = filled([...dout.shape], (...[n, f, i, j]) =>
        f === 0 ? dout.get(n!, 0, i!, j!) : 0,
      );
      return { ...right, dx: imageGradient(first, W, steps, right.dx.shape) };
    },
  },
];

/** dx by its formula, over all places that an entry of dout reached; assigned instead of added if asked for. */
function imageGradient(
  dout: Tensor,
  W: Tensor,
  { stride, pad }: Steps,
  shape: readonly number[],
  isAssigned = false,
): Tensor {
  const [N, F, OH, OW] = sizes(dout);
  const [, C, KH, KW] = sizes(W);
  const [, , H, width] = shape as Sizes;
  const dx = zeros(...shape);
  for (const [nf, ij] of places(N * F, OH * OW)) {
    const [n, f, i, j] = [Math.floor(nf / F), nf % F, Math.floor(ij / OW), ij % OW];
    for (const [c, uv] of places(C, KH * KW)) {
      const [u, v] = [Math.floor(uv / KW), uv % KW];
      const [r, s] = [i * stride + u - pad, j * stride + v - pad];
      if (r < 0 || s < 0 || r >= H || s >= width) continue;
      const sent = dout.get(n, f, i, j) * W.get(f, c, u, v);
      dx.set(n, c, r, s, isAssigned ? sent : sent + dx.get(n, c, r, s));
    }
  }
  return dx;
}

export const misconceptions: Misconception[] = [
  {
    exercise: '13.1 outputSize',
    id: 'size-without-floor',
    sentence:
      'The quotient is not rounded down. Where the stride does not divide, a last place would reach beyond the image: take the floor.',
    wrong: refusingLike(outputSize, (size, kernel, { stride, pad }) => {
      return (size - kernel + 2 * pad) / stride + 1;
    }),
  },
  {
    exercise: '13.1 outputSize',
    id: 'size-rounded-up',
    sentence:
      'The quotient is rounded up, and the last place reaches beyond the image. Round it down.',
    wrong: refusingLike(outputSize, (size, kernel, { stride, pad }) =>
      Math.ceil((size - kernel + 2 * pad) / stride + 1),
    ),
  },
  {
    exercise: '13.1 outputSize',
    id: 'size-without-one',
    sentence:
      'The first place is not counted. The quotient says how often the kernel can move: add 1 for where it starts.',
    wrong: refusingLike(outputSize, (...args) => outputSize(...args) - 1),
  },
  {
    exercise: '13.1 outputSize',
    id: 'size-padded-once',
    sentence: 'The padding is counted on one side only. It is on both: 2 · pad.',
    wrong: refusingLike(outputSize, (size, kernel, { stride, pad }) =>
      Math.floor((size - kernel + pad) / stride + 1),
    ),
  },
  {
    exercise: '13.1 outputSize',
    id: 'size-padding-ignored',
    sentence: 'The padding is left out. It makes the image larger by 2 · pad.',
    wrong: refusingLike(outputSize, (size, kernel, { stride }) =>
      Math.floor((size - kernel) / stride + 1),
    ),
  },
  {
    exercise: '13.1 outputSize',
    id: 'size-stride-ignored',
    sentence: 'The stride is left out. Divide by it before you add 1.',
    wrong: refusingLike(outputSize, (size, kernel, { pad }) => size - kernel + 2 * pad + 1),
  },
  {
    exercise: '13.1 outputSize',
    id: 'size-one-divided-too',
    sentence:
      'The 1 is divided by the stride as well. Divide first, then add the place where the kernel starts.',
    wrong: refusingLike(outputSize, (size, kernel, { stride, pad }) =>
      Math.floor((size - kernel + 2 * pad + 1) / stride),
    ),
  },

  {
    exercise: '13.2 padImages',
    id: 'pad-after-only',
    sentence:
      'The zeros are below and to the right only. Half of them belongs above and to the left.',
    wrong: refusingLike(padImages, (x, pad) => shifted(padImages(x, pad), pad, pad)),
  },
  {
    exercise: '13.2 padImages',
    id: 'pad-before-only',
    sentence:
      'The zeros are above and to the left only. Half of them belongs below and to the right.',
    wrong: refusingLike(padImages, (x, pad) => shifted(padImages(x, pad), -pad, -pad)),
  },
  {
    exercise: '13.2 padImages',
    id: 'pad-one-axis',
    sentence: 'Only rows are added. Columns are added as well, on both sides.',
    wrong: refusingLike(padImages, (x, pad) => {
      const [N, C, H, W] = sizes(x);
      return copy(
        padImages(x, pad)
          .lo(0, 0, 0, pad)
          .hi(N, C, H + 2 * pad, W),
      );
    }),
  },
  {
    exercise: '13.2 padImages',
    id: 'pad-once',
    sentence:
      'The images grow by `pad` in all. They grow by 2 · pad: that many rows and columns on each side.',
    wrong: refusingLike(padImages, (x, pad) => {
      const [N, C, H, W] = sizes(x);
      return copy(padImages(x, pad).hi(N, C, H + pad, W + pad));
    }),
  },
  {
    exercise: '13.2 padImages',
    id: 'pad-with-the-edge',
    sentence: 'The border repeats the pixels at the edge. Here it is made of zeros.',
    wrong: refusingLike(padImages, (x, pad) => {
      const [N, C, H, W] = sizes(x);
      const within = (place: number, size: number): number =>
        Math.min(Math.max(place - pad, 0), size - 1);
      return filled([N, C, H + 2 * pad, W + 2 * pad], (...[n, c, i, j]) =>
        x.get(n!, c!, within(i!, H), within(j!, W)),
      );
    }),
  },

  {
    exercise: '13.3 receptiveField',
    id: 'field-without-strides',
    sentence:
      'The strides are left out. Behind a stride of s a step of the kernel spans s pixels of the image: multiply with all strides before.',
    wrong: (layers: WindowLayer[]) =>
      receptiveField(layers.map(({ kernel }) => ({ kernel, stride: 1 }))),
  },
  {
    exercise: '13.3 receptiveField',
    id: 'field-own-stride',
    sentence:
      "A layer's own stride counts in it. It spreads the layers behind it: multiply with the strides of those before.",
    wrong: (layers: WindowLayer[]) => {
      let [field, jump] = [1, 1];
      for (const { kernel, stride } of layers) {
        jump *= stride;
        field += (kernel - 1) * jump;
      }
      return field;
    },
  },
  {
    exercise: '13.3 receptiveField',
    id: 'field-product',
    sentence:
      'The kernels are multiplied. Their windows overlap: each layer adds its kernel less one.',
    wrong: (layers: WindowLayer[]) => layers.reduce((field, { kernel }) => field * kernel, 1),
  },
  {
    exercise: '13.3 receptiveField',
    id: 'field-sum',
    sentence:
      'The kernels are added up as they are. Neighbouring layers share a pixel: each adds its kernel less one, to 1.',
    wrong: (layers: WindowLayer[]) => {
      let [field, jump] = [0, 1];
      for (const { kernel, stride } of layers) {
        field += kernel * jump;
        jump *= stride;
      }
      return layers.length === 0 ? 1 : field;
    },
  },
  {
    exercise: '13.3 receptiveField',
    id: 'field-last-stride-alone',
    sentence: 'Only the stride of the layer right before counts. All strides before multiply.',
    wrong: (layers: WindowLayer[]) => {
      let [field, jump] = [1, 1];
      for (const { kernel, stride } of layers) {
        field += (kernel - 1) * jump;
        jump = stride;
      }
      return field;
    },
  },
  {
    exercise: '13.3 receptiveField',
    id: 'field-backwards',
    sentence:
      'The layers are gone through from the last to the first. The first one is next to the image.',
    wrong: (layers: WindowLayer[]) => receptiveField(layers.toReversed()),
  },

  {
    exercise: '13.4 convolutionParameters',
    id: 'count-without-biases',
    sentence: 'The biases are not counted: one for each filter.',
    wrong: ([F, C, KH, KW]: [number, number, number, number]) => F * C * KH * KW,
  },
  {
    exercise: '13.4 convolutionParameters',
    id: 'count-one-channel',
    sentence:
      'One kernel a filter is counted. Each filter has a kernel for every channel of its input.',
    wrong: ([F, , KH, KW]: [number, number, number, number]) => F * (KH * KW + 1),
  },
  {
    exercise: '13.4 convolutionParameters',
    id: 'count-bias-by-kernel',
    sentence:
      'Every kernel has a bias here. The kernels of a filter are added up, and the sum has one.',
    wrong: ([F, C, KH, KW]: [number, number, number, number]) => F * C * (KH * KW + 1),
  },
  {
    exercise: '13.4 convolutionParameters',
    id: 'count-one-bias',
    sentence: 'There is one bias in all. Every filter has its own.',
    wrong: ([F, C, KH, KW]: [number, number, number, number]) => F * C * KH * KW + 1,
  },

  {
    exercise: '13.5 connectedParameters',
    id: 'connected-without-biases',
    sentence: 'The biases are not counted: one for each unit.',
    wrong: (image: number[], M: number) => connectedParameters(image, M) - M,
  },
  {
    exercise: '13.5 connectedParameters',
    id: 'connected-one-channel',
    sentence: 'One channel is counted. Every unit reads all of them.',
    wrong: ([, H, W]: number[], M: number) => connectedParameters([1, H!, W!], M),
  },
  {
    exercise: '13.5 connectedParameters',
    id: 'connected-one-bias',
    sentence: 'There is one bias in all. Every unit has its own.',
    wrong: (image: number[], M: number) => connectedParameters(image, M) - M + 1,
  },

  ...(
    [
      ['13.6 convolutionForward', 'conv', convolutionForward],
      ['13.10 fastConvolutionForward', 'fast', fastConvolutionForward],
    ] as const
  ).flatMap(([exercise, start, forward]): Misconception[] =>
    FORWARD.map(({ id, sentence, anchor, wrong }) => ({
      exercise,
      id: `${start}-${id}`,
      sentence,
      ...(anchor !== undefined && { anchor }),
      wrong: (x: Tensor, W: Tensor, b: Tensor, steps: Steps) => {
        const { cache } = forward(x, W, b, steps);
        return { out: wrong(x, W, b, steps), cache };
      },
    })),
  ),
  {
    exercise: '13.10 fastConvolutionForward',
    id: 'fast-reshaped',
    sentence:
      'The product is reshaped straight into (N, F, OH, OW), but its filters are the last axis. Reshape it into (N, OH, OW, F), then transpose.',
    anchor: '#one-matrix-product',
    wrong: (x: Tensor, W: Tensor, b: Tensor, steps: Steps) => {
      const { out, cache } = fastConvolutionForward(x, W, b, steps);
      const poured = copy(out.transpose(0, 2, 3, 1)).data;
      const shaped = zeros(...out.shape);
      shaped.data.set(poured);
      return { out: shaped, cache };
    },
  },

  ...(
    [
      ['13.7 convolutionBackward', 'back', convolutionForward, convolutionBackward],
      [
        '13.11 fastConvolutionBackward',
        'fast-back',
        fastConvolutionForward,
        fastConvolutionBackward,
      ],
    ] as const
  ).flatMap(([exercise, start, , backward]): Misconception[] =>
    BACKWARD.map(({ id, sentence, anchor, wrong }) => ({
      exercise,
      id: `${start}-${id}`,
      sentence,
      ...(anchor !== undefined && { anchor }),
      wrong: (dout: Tensor, cache: never) => wrong(dout, backward(dout, cache), cache),
    })),
  ),

  {
    exercise: '13.8 im2col',
    id: 'columns-transposed',
    sentence: 'Each window is a column. Here it is a row: (N · OH · OW, C · KH · KW).',
    wrong: (x: Tensor, window: Window) => copy(im2col(x, window).transpose(1, 0)),
  },
  {
    exercise: '13.8 im2col',
    id: 'columns-channels-last',
    sentence:
      'The channels of a pixel stand next to each other. In a row come all pixels of the first channel, then all of the second: c, u, v.',
    wrong: (x: Tensor, window: Window) => {
      const { KH, KW } = window;
      const C = x.shape[1]!;
      return rearranged(im2col(x, window), (column) => {
        const [u, v, c] = [Math.floor(column / (KW * C)), Math.floor(column / C) % KW, column % C];
        return (c * KH + u) * KW + v;
      });
    },
  },
  {
    exercise: '13.8 im2col',
    id: 'columns-kernel-turned',
    sentence: 'Each window is written column by column. Go along its rows: u, then v.',
    wrong: (x: Tensor, window: Window) => {
      const { KH, KW } = window;
      return rearranged(im2col(x, window), (column) => {
        const [c, rest] = [Math.floor(column / (KH * KW)), column % (KH * KW)];
        return c * KH * KW + (rest % KH) * KW + Math.floor(rest / KH);
      });
    },
  },
  {
    exercise: '13.8 im2col',
    id: 'columns-reversed',
    sentence:
      'Each window is written from its end: the kernel is turned round. Start at its upper left.',
    wrong: (x: Tensor, window: Window) => {
      const { KH, KW } = window;
      return rearranged(im2col(x, window), (column) => {
        const [c, rest] = [Math.floor(column / (KH * KW)), column % (KH * KW)];
        return c * KH * KW + (KH * KW - 1 - rest);
      });
    },
  },
  {
    exercise: '13.8 im2col',
    id: 'columns-windows-by-column',
    sentence:
      'The windows are listed from top to bottom first. Go along each row of windows: i, then j.',
    wrong: (x: Tensor, window: Window) => {
      const [, , H, W] = sizes(x);
      const [OH, OW] = [outputSize(H, window.KH, window), outputSize(W, window.KW, window)];
      const cols = im2col(x, window);
      return filled([cols.shape[0]!, cols.shape[1]!], (...[row, column]) => {
        const [n, rest] = [Math.floor(row! / (OH * OW)), row! % (OH * OW)];
        return cols.get(n * OH * OW + (rest % OH) * OW + Math.floor(rest / OH), column!);
      });
    },
  },
  {
    exercise: '13.8 im2col',
    id: 'columns-images-inside',
    sentence:
      'The images take turns in the rows. All windows of the first image come first, then those of the second.',
    wrong: (x: Tensor, window: Window) => {
      const N = x.shape[0]!;
      const cols = im2col(x, window);
      const each = cols.shape[0]! / N;
      return filled([cols.shape[0]!, cols.shape[1]!], (...[row, column]) =>
        cols.get((row! % N) * each + Math.floor(row! / N), column!),
      );
    },
  },
  {
    exercise: '13.8 im2col',
    id: 'columns-stride-ignored',
    sentence:
      'The windows are next to each other whatever the stride. Window (i, j) begins at (i · stride, j · stride).',
    wrong: (x: Tensor, window: Window) => {
      const right = im2col(x, window);
      const close = im2col(padImages(x, window.pad), { ...window, stride: 1, pad: 0 });
      return filled([right.shape[0]!, right.shape[1]!], (...[row, column]) =>
        close.get(row! % close.shape[0]!, column!),
      );
    },
  },

  {
    exercise: '13.9 col2im',
    id: 'images-assigned',
    sentence: 'Where windows overlap, the last one stays: the entries are assigned. Add them up.',
    anchor: '#adding-up-what-overlaps',
    wrong: collecting((_, value) => value),
  },
  {
    exercise: '13.9 col2im',
    id: 'images-averaged',
    sentence: 'Where windows overlap, the mean is taken. The gradients of all of them add up.',
    anchor: '#adding-up-what-overlaps',
    wrong: (cols: Tensor, shape: number[], window: Window) => {
      const sums = col2im(cols, shape, window);
      const counts = col2im(
        map(cols, () => 1),
        shape,
        window,
      );
      return filled(
        [...shape],
        (...index) => sums.get(...index) / Math.max(1, counts.get(...index)),
      );
    },
  },
  {
    exercise: '13.9 col2im',
    id: 'images-largest',
    sentence: 'Where windows overlap, the largest entry stays. Add them up.',
    anchor: '#adding-up-what-overlaps',
    wrong: collecting((before, value) => Math.max(before, value)),
  },
  {
    exercise: '13.9 col2im',
    id: 'images-cut-at-the-corner',
    sentence:
      'The padding is cut off at the lower right only, so that everything is shifted. The image begins `pad` rows and columns from the upper left.',
    wrong: (cols: Tensor, shape: number[], window: Window) =>
      shifted(col2im(cols, shape, window), -window.pad, -window.pad),
  },
  {
    exercise: '13.9 col2im',
    id: 'images-kernel-turned',
    sentence:
      'Each row is read column by column. It was written along the rows of the window: u, then v.',
    wrong: (cols: Tensor, shape: number[], window: Window) => {
      const { KH, KW } = window;
      const turned = rearranged(cols, (column) => {
        const [c, rest] = [Math.floor(column / (KH * KW)), column % (KH * KW)];
        const [u, v] = [Math.floor(rest / KW), rest % KW];
        return c * KH * KW + v * KH + u;
      });
      return col2im(turned, shape, window);
    },
  },

  {
    exercise: '13.12 diagonalFilter',
    id: 'diagonal-of-the-other-way',
    sentence:
      'This one answers to a line from the upper right to the lower left. The 2s run from the upper left to the lower right.',
    wrong: () => filled([1, 1, 3, 3], (...[, , i, j]) => (j === 2 - i! ? 2 : -1)),
  },
  {
    exercise: '13.12 diagonalFilter',
    id: 'diagonal-identity',
    sentence:
      'There is 1 on the diagonal and 0 elsewhere: an even surface gives 3 then, as a line does. Let all nine add up to 0.',
    wrong: () => filled([1, 1, 3, 3], (...[, , i, j]) => (i === j ? 1 : 0)),
  },
  {
    exercise: '13.13 sobelFilters',
    id: 'sobel-exchanged',
    sentence:
      "The two filters are in each other's place. Filter 0 looks to the right: its columns differ.",
    wrong: () => filled([2, 1, 3, 3], (...[f, , i, j]) => sobelFilters().get(1 - f!, 0, i!, j!)),
  },
  {
    exercise: '13.13 sobelFilters',
    id: 'sobel-from-right-to-left',
    sentence:
      'The signs are turned: this answers where the image falls to the right. Put the negative side first.',
    wrong: () => map(sobelFilters(), (value) => -value),
  },
  {
    exercise: '13.13 sobelFilters',
    id: 'sobel-prewitt',
    sentence: "The middle counts once: these are Prewitt's filters. In Sobel's it counts twice.",
    wrong: () => map(sobelFilters(), Math.sign),
  },
];

type Sizes = [N: number, C: number, H: number, W: number];

function sizes(x: Tensor): Sizes {
  return x.shape as Sizes;
}

/** Images moved down and to the right by some pixels; zeros come in, and what leaves is lost. */
function shifted(x: Tensor, up: number, left: number): Tensor {
  const [N, C, H, W] = sizes(x);
  return filled([N, C, H, W], (...[n, c, i, j]) => {
    const [row, column] = [i! + up, j! + left];
    const isInside = row >= 0 && column >= 0 && row < H && column < W;
    return isInside ? x.get(n!, c!, row, column) : 0;
  });
}

/** A matrix whose columns are taken from other columns. */
function rearranged(x: Tensor, from: (column: number) => number): Tensor {
  const [N, M] = x.shape as [number, number];
  return filled([N, M], (...[row, column]) => x.get(row!, from(column!)));
}

/** col2im that does something else than add. */
function collecting(put: (before: number, value: number) => number): typeof col2im {
  return (cols, shape, window) => {
    const [N, C, H, W] = shape as Sizes;
    const { KH, KW, stride, pad } = window;
    const [OH, OW] = [outputSize(H, KH, window), outputSize(W, KW, window)];
    const out = zeros(N, C, H, W);
    for (const [row, column] of places(N * OH * OW, C * KH * KW)) {
      const [n, i, j] = [Math.floor(row / (OH * OW)), Math.floor(row / OW) % OH, row % OW];
      const [c, u, v] = [Math.floor(column / (KH * KW)), Math.floor(column / KW) % KH, column % KW];
      const [r, s] = [i * stride + u - pad, j * stride + v - pad];
      if (r < 0 || s < 0 || r >= H || s >= W) continue;
      out.set(n, c, r, s, put(out.get(n, c, r, s), cols.get(row, column)));
    }
    return out;
  };
}

function places(rows: number, columns: number): [row: number, column: number][] {
  return Array.from({ length: rows * columns }, (_, at) => [
    Math.floor(at / columns),
    at % columns,
  ]);
}
