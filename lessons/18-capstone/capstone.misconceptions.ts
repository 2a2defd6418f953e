/** Lesson 18: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import ndarray from 'ndarray';
import { filled, product, type Labels } from '#arrays';
import { launch, reshape, type Backend, type Tensor32, type Thread } from '#kernels';
import type { Misconception } from '../../checks/misconception.ts';
import { rowsOf, sumOver } from '../../checks/wrong-answers.ts';
import {
  adam,
  convBackwardFilters,
  convBackwardInput,
  convForward,
  matrixProduct,
  maxPoolBackward,
  maxPoolForward,
  networkGradients,
  reluBackward,
  reluForward,
  softmaxLoss,
  type AdamOptions,
  type AdamStep,
  type FilterGradients,
  type Network,
  type NetworkGradients,
  type SoftmaxLoss,
} from './capstone.reference.ts';

/** Bounds that let everything through: no image is so large. */
const UNBOUNDED = { top: -1e6, bottom: 1e6, left: -1e6, right: 1e6 };

/** The borders about which nothing asks: all of them, or one. */
const BORDERS = [
  { side: 'all', unbounded: UNBOUNDED },
  { side: 'top', unbounded: { top: -1e6 } },
  { side: 'bottom', unbounded: { bottom: 1e6 } },
  { side: 'left', unbounded: { left: -1e6 } },
  { side: 'right', unbounded: { right: 1e6 } },
];

export const misconceptions: Misconception[] = [
  {
    exercise: '18.1 matrixProduct',
    id: 'product-without-bias',
    sentence: 'The bias is missing: this is a·b. Start the sum with bias[this.thread.x].',
    wrong: (a: Tensor32, b: Tensor32) => productWith(a, b, () => 0),
  },
  {
    exercise: '18.1 matrixProduct',
    id: 'product-bias-repeated',
    sentence:
      'The bias is added once for every product, inside the loop over k. Start the sum with it.',
    wrong: (a: Tensor32, b: Tensor32, bias: Tensor32) =>
      productWith(a, b, (_, m) => bias.get(m) * a.shape[1]!),
  },
  {
    exercise: '18.1 matrixProduct',
    id: 'product-bias-by-row',
    sentence:
      'The bias is looked up by the row, this.thread.y. There is one for each column: bias[this.thread.x].',
    anchor: '#what-a-kernel-is',
    wrong: (a: Tensor32, b: Tensor32, bias: Tensor32) => productWith(a, b, (n) => bias.get(n)),
  },
  {
    exercise: '18.1 matrixProduct',
    id: 'product-one-term-short',
    sentence: 'The last product is missing: the loop ends one too early. k runs from 0 to K − 1.',
    wrong: (a: Tensor32, b: Tensor32, bias: Tensor32) => {
      const K = Math.max(0, a.shape[1]! - 1);
      return productWith(a.hi(-1, K), b.hi(K), (_, m) => bias.get(m));
    },
  },
  {
    exercise: '18.1 matrixProduct',
    id: 'product-sums-to-columns',
    sentence:
      'The loop over k runs to M, the number of columns of b. It runs to K, over the columns of a and the rows of b.',
    anchor: '#what-a-kernel-may-do',
    wrong: (a: Tensor32, b: Tensor32, bias: Tensor32, backend: Backend) => {
      const [N, M] = [a.shape[0]!, b.shape[1]!];
      return launch(productKernel, { backend, shape: [N, M], constants: { K: M } }, a, b, bias);
    },
  },
  {
    exercise: '18.1 matrixProduct',
    id: 'product-last-term',
    sentence:
      'Only the last product is left: each overwrites the one before. Write sum += rather than sum =.',
    wrong: (a: Tensor32, b: Tensor32) => {
      const last = a.shape[1]! - 1;
      return made([a.shape[0]!, b.shape[1]!], (n, m) => a.get(n, last) * b.get(last, m));
    },
  },
  {
    exercise: '18.2 convForward',
    id: 'conv-flipped',
    sentence:
      'The filter is turned round, by 180°. Mathematicians call that a convolution; here and in every framework it lies on the image as it is.',
    anchor: '#convolution',
    wrong: convWith(({ x, W, pad }, [n, f, i, j], [c, p, q]) => {
      const [, , KH, KW] = W.shape as Four;
      return at(x, n, c, i + p - pad, j + q - pad) * W.get(f, c, KH - 1 - p, KW - 1 - q);
    }),
  },
  {
    exercise: '18.2 convForward',
    id: 'conv-rows-as-columns',
    sentence:
      'this.thread.x counts the rows here. It runs along the last axis: x is the column and y is the row.',
    anchor: '#what-a-kernel-is',
    wrong: convWith(
      ({ x, W, pad }, [n, f, i, j], [c, p, q]) =>
        at(x, n, c, j + p - pad, i + q - pad) * W.get(f, c, p, q),
    ),
  },
  {
    exercise: '18.2 convForward',
    id: 'conv-without-bias',
    sentence: 'The bias is missing. Start the sum with b[f].',
    wrong: convWith(convTerm, () => 0),
  },
  {
    exercise: '18.2 convForward',
    id: 'conv-bias-repeated',
    sentence:
      'The bias is added for every weight of the filter, inside the innermost loop. It belongs to the output: once.',
    wrong: convWith(convTerm, ({ W, b }, f) => b.get(f) * product(W.shape.slice(1))),
  },
  {
    exercise: '18.2 convForward',
    id: 'conv-bias-by-channel',
    sentence:
      'The bias is added for every channel, inside the loop over c. All channels make one sum: add it once.',
    wrong: convWith(convTerm, ({ W, b }, f) => b.get(f) * W.shape[1]!),
  },
  {
    exercise: '18.2 convForward',
    id: 'conv-padding-after',
    sentence:
      'The image lies in the top left corner, with all of the padding behind it. Row i + p of the padded image is row i + p − pad of x.',
    anchor: '#convolution',
    wrong: convWith(
      ({ x, W }, [n, f, i, j], [c, p, q]) => at(x, n, c, i + p, j + q) * W.get(f, c, p, q),
    ),
  },
  {
    exercise: '18.2 convForward',
    id: 'conv-padding-added',
    sentence:
      'The padding is added to the row and the column. Row i + p of the padded image is row i + p − pad of x: subtract it.',
    anchor: '#convolution',
    wrong: convWith(
      ({ x, W, pad }, [n, f, i, j], [c, p, q]) =>
        at(x, n, c, i + p + pad, j + q + pad) * W.get(f, c, p, q),
    ),
  },
  ...BORDERS.map(({ side, unbounded }) => ({
    exercise: '18.2 convForward',
    id: `conv-borderless-${side}`,
    sentence:
      'A row or a column outside of the image is read as if it were one of its own. Beyond the border there is NaN on cpu and some other pixel on webasm: ask for all four sides, and leave such terms out.',
    anchor: '#what-a-kernel-may-do',
    wrong: convKernelWith(() => unbounded),
  })),
  {
    exercise: '18.2 convForward',
    id: 'conv-square-filters',
    sentence:
      'Both loops over the filter run to its height KH, as if it were square. The columns run to KW.',
    wrong: convKernelWith(({ KH }) => ({ columns: KH })),
  },
  {
    exercise: '18.2 convForward',
    id: 'conv-square-filters-by-width',
    sentence:
      'Both loops over the filter run to its width KW, as if it were square. The rows run to KH.',
    wrong: convKernelWith(({ KW }) => ({ rows: KW })),
  },
  {
    exercise: '18.2 convForward',
    id: 'conv-stride-2',
    sentence:
      'The filter moves by two pixels. Here it moves by one: row i + p − pad belongs to output i.',
    anchor: '#convolution',
    wrong: convKernelWith(() => ({ step: 2 })),
  },
  {
    exercise: '18.2 convForward',
    id: 'conv-edge-repeated',
    sentence:
      'Outside of the image its edge is repeated: the index is cut off where the term should be left out. There are zeros there.',
    anchor: '#convolution',
    wrong: convWith(({ x, W, pad }, [n, f, i, j], [c, p, q]) => {
      const [, , height, width] = x.shape as Four;
      const row = Math.min(Math.max(i + p - pad, 0), height - 1);
      const column = Math.min(Math.max(j + q - pad, 0), width - 1);
      return x.get(n, c, row, column) * W.get(f, c, p, q);
    }),
  },
  {
    exercise: '18.2 convForward',
    id: 'conv-first-channel',
    sentence:
      'Only the first channel is looked at. A filter has weights for every channel, and all of their products are added up.',
    anchor: '#convolution',
    wrong: convWith((args, out, weight) => (weight[0] === 0 ? convTerm(args, out, weight) : 0)),
  },
  {
    exercise: '18.2 convForward',
    id: 'conv-weights-folded-wrong',
    sentence:
      'W[c * F + f] is not the filter f for the channel c: the axis that varies fastest is the later one, c. Write W[f * C + c].',
    anchor: '#arrays-of-more-than-three-axes',
    wrong: convWith(({ x, W, pad }, [n, f, i, j], [c, p, q]) => {
      const [F, C] = W.shape as Four;
      const [wrongF, wrongC] = unfolded(c * F + f, C);
      return at(x, n, c, i + p - pad, j + q - pad) * W.get(wrongF, wrongC, p, q);
    }),
  },
  ...(['N', 'C'] as const).map((size) => ({
    exercise: '18.2 convForward',
    id: `conv-images-folded-by-${size}`,
    sentence: `x[c * ${size} + n] is not the channel c of the image n: the axis that varies fastest is the later one, c. Write x[n * C + c].`,
    anchor: '#arrays-of-more-than-three-axes',
    wrong: convKernelWith(({ N, C }) => ({ perImage: 1, perChannel: size === 'N' ? N : C })),
  })),
  {
    exercise: '18.3 convBackwardInput',
    id: 'conv-dx-like-forward',
    sentence:
      'dout is walked through in the direction of the forward pass: i + p. Pixel i met weight p in output i − p + pad, so the sign of p is the other one.',
    anchor: '#the-gradients-of-a-convolution',
    wrong: inputGradientWith(
      ({ dout, W, pad }, [n, c, i, j], [f, p, q]) =>
        at(dout, n, f, i + p - pad, j + q - pad) * W.get(f, c, p, q),
    ),
  },
  {
    exercise: '18.3 convBackwardInput',
    id: 'conv-dx-without-pad',
    sentence:
      'The padding is left out: output i − p is looked at. The forward pass shifted the image by pad, so it is output i − p + pad.',
    anchor: '#the-gradients-of-a-convolution',
    wrong: inputGradientWith(
      ({ dout, W }, [n, c, i, j], [f, p, q]) => at(dout, n, f, i - p, j - q) * W.get(f, c, p, q),
    ),
  },
  ...BORDERS.map(({ side, unbounded }) => ({
    exercise: '18.3 convBackwardInput',
    id: `conv-dx-borderless-${side}`,
    sentence:
      'A row or a column outside of dout is read as if it were one of its own. Beyond the border there is NaN on cpu and some other gradient on webasm: ask for all four sides, and leave such terms out.',
    anchor: '#what-a-kernel-may-do',
    wrong: inputKernelWith(unbounded),
  })),
  {
    exercise: '18.3 convBackwardInput',
    id: 'conv-dx-overwrites',
    sentence:
      'Only the last product is left: each overwrites the one before. A pixel was read at many places and by all filters: write sum += rather than sum =.',
    anchor: '#the-gradients-of-a-convolution',
    wrong: (dout: Tensor32, W: Tensor32, pad: number, backend: Backend) => {
      const [, F, height, width] = dout.shape as Four;
      const [, , KH, KW] = W.shape as Four;
      return made(convBackwardInput(dout, W, pad, backend).shape, (n, c, i, j) => {
        let last = 0;
        for (let k = 0; k < F * KH * KW; k++) {
          const [f, place] = unfolded(k, KH * KW);
          const [p, q] = unfolded(place, KW);
          const [row, column] = [i - p + pad, j - q + pad];
          if (row >= 0 && row < height && column >= 0 && column < width) {
            last = dout.get(n, f, row, column) * W.get(f, c, p, q);
          }
        }
        return last;
      });
    },
  },
  {
    exercise: '18.3 convBackwardInput',
    id: 'conv-dx-last-filter',
    sentence:
      'Only the last filter sends anything back: each overwrites the one before. A pixel was read by all filters, so add up.',
    anchor: '#the-gradients-of-a-convolution',
    wrong: inputGradientWith(({ dout, W, pad }, [n, c, i, j], [f, p, q]) =>
      f === W.shape[0]! - 1 ? at(dout, n, f, i - p + pad, j - q + pad) * W.get(f, c, p, q) : 0,
    ),
  },
  {
    exercise: '18.3 convBackwardInput',
    id: 'conv-dx-weights-folded-wrong',
    sentence:
      'W[c * F + f] is not the filter f for the channel c: the axis that varies fastest is the later one, c. Write W[f * C + c].',
    anchor: '#arrays-of-more-than-three-axes',
    wrong: inputGradientWith(({ dout, W, pad }, [n, c, i, j], [f, p, q]) => {
      const [F, C] = W.shape as Four;
      const [wrongF, wrongC] = unfolded(c * F + f, C);
      return at(dout, n, f, i - p + pad, j - q + pad) * W.get(wrongF, wrongC, p, q);
    }),
  },
  {
    exercise: '18.4 convBackwardFilters',
    id: 'filters-flipped',
    sentence:
      'dW is turned round, by 180°. Weight p met row i + p − pad of the image: take that one, with a plus.',
    anchor: '#the-gradients-of-a-convolution',
    wrong: filterGradientsWith((_, { dW }) => {
      const [, , KH, KW] = dW.shape as Four;
      return { dW: made(dW.shape, (f, c, p, q) => dW.get(f, c, KH - 1 - p, KW - 1 - q)) };
    }),
  },
  {
    exercise: '18.4 convBackwardFilters',
    id: 'filters-without-pad',
    sentence:
      'The padding is left out: row i + p of x is taken for weight p. The forward pass met row i + p − pad there.',
    anchor: '#the-gradients-of-a-convolution',
    wrong: filterGradientsWith(({ dout, x }, { dW }) => {
      const [N, , rows, columns] = dout.shape as Four;
      return {
        dW: made(dW.shape, (f, c, p, q) =>
          total([N, rows, columns], (n, i, j) => dout.get(n, f, i, j) * at(x, n, c, i + p, j + q)),
        ),
      };
    }),
  },
  ...BORDERS.map(({ side, unbounded }) => ({
    exercise: '18.4 convBackwardFilters',
    id: `filters-borderless-${side}`,
    sentence:
      'A row or a column outside of x is read as if it were one of its own. Beyond the border there is NaN on cpu and some other pixel on webasm: ask for all four sides, and leave such terms out.',
    anchor: '#what-a-kernel-may-do',
    wrong: filterKernelWith(unbounded),
  })),
  {
    exercise: '18.4 convBackwardFilters',
    id: 'filters-minus',
    sentence:
      'Row i − p − pad of x is taken for weight p. The weight moved down the image, not up: it met row i + p − pad.',
    anchor: '#the-gradients-of-a-convolution',
    wrong: filterGradientsWith(({ dout, x, pad }, { dW }) => {
      const [N, , rows, columns] = dout.shape as Four;
      return {
        dW: made(dW.shape, (f, c, p, q) =>
          total(
            [N, rows, columns],
            (n, i, j) => dout.get(n, f, i, j) * at(x, n, c, i - p - pad, j - q - pad),
          ),
        ),
      };
    }),
  },
  {
    exercise: '18.4 convBackwardFilters',
    id: 'filters-unfolded-wrong',
    sentence:
      'f and c are taken from z the wrong way round. The axis that varies fastest is the later one, c: f is ⌊z / C⌋ and c is z − f · C.',
    anchor: '#arrays-of-more-than-three-axes',
    wrong: filterGradientsWith(({ dout }, { dW }) => {
      const F = dout.shape[1]!;
      const [, C] = dW.shape as Four;
      return {
        dW: made(dW.shape, (f, c, p, q) => {
          const [wrongC, wrongF] = unfolded(f * C + c, F);
          return dW.get(wrongF, wrongC, p, q);
        }),
      };
    }),
  },
  {
    exercise: '18.4 convBackwardFilters',
    id: 'filters-mean',
    sentence:
      'dW and db are divided by N here. The mean is the business of the loss, whose gradient carries the 1/N already: only add up.',
    anchor: '#the-gradients-of-a-convolution',
    wrong: filterGradientsWith(({ dout }, { dW, db }) => ({
      dW: scaled(dW, 1 / dout.shape[0]!),
      db: scaled(db, 1 / dout.shape[0]!),
    })),
  },
  {
    exercise: '18.4 convBackwardFilters',
    id: 'filters-first-image',
    sentence:
      'These are the gradients of the first image alone. Every image used the same filters: sum over n, too.',
    anchor: '#the-gradients-of-a-convolution',
    wrong: (dout: Tensor32, x: Tensor32, pad: number, backend: Backend) =>
      convBackwardFilters(dout.hi(1), x.hi(1), pad, backend),
  },
  {
    exercise: '18.4 convBackwardFilters',
    id: 'filters-db-mean',
    sentence:
      'db is the mean of dout over the places. The bias was added at each of them, so it gets the sum.',
    anchor: '#the-gradients-of-a-convolution',
    wrong: filterGradientsWith(({ dout }, { db }) => ({
      db: scaled(db, 1 / product(dout.shape.slice(2))),
    })),
  },
  {
    exercise: '18.4 convBackwardFilters',
    id: 'filters-db-first-place',
    sentence:
      'db is dout at the first place alone. The bias was added at every place of every image: sum over n, i and j.',
    anchor: '#the-gradients-of-a-convolution',
    wrong: filterGradientsWith(({ dout }, { db }) => ({
      db: made(db.shape, (f) => total([dout.shape[0]!], (n) => dout.get(n, f, 0, 0))),
    })),
  },
  {
    exercise: '18.5 maxPoolForward',
    id: 'pool-max-from-zero',
    sentence:
      'The maximum starts at 0, so a window of negative numbers gives 0. Start it with an entry of the window.',
    anchor: '#max-pooling',
    wrong: poolWith((entries) => Math.max(0, ...entries)),
  },
  {
    exercise: '18.5 maxPoolForward',
    id: 'pool-window-of-two',
    sentence: 'Only the first 2×2 entries of a window are looked at. It has size×size of them.',
    wrong: poolWith((entries) => {
      const size = Math.sqrt(entries.length);
      const isFirst = (k: number): boolean => unfolded(k, size).every((place) => place < 2);
      return Math.max(...entries.filter((_, k) => isFirst(k)));
    }),
  },
  {
    exercise: '18.5 maxPoolForward',
    id: 'pool-window-too-short',
    sentence:
      'The last row and the last column of a window are left out. Both loops run from 0 to size − 1.',
    wrong: poolWith((entries) => {
      const size = Math.sqrt(entries.length);
      const isLast = (k: number): boolean => unfolded(k, size).includes(size - 1);
      // The first entry is where the search starts from.
      return Math.max(entries[0]!, ...entries.filter((_, k) => !isLast(k)));
    }),
  },
  {
    exercise: '18.5 maxPoolForward',
    id: 'pool-mean',
    sentence: 'This is the mean of each window, which is average pooling. Take the largest entry.',
    anchor: '#max-pooling',
    wrong: poolWith((entries) => entries.reduce((sum, v) => sum + v, 0) / entries.length),
  },
  {
    exercise: '18.5 maxPoolForward',
    id: 'pool-overlapping',
    sentence:
      'The windows begin at every pixel and overlap. Window i begins at row size · i: multiply this.thread.y and this.thread.x with the size.',
    anchor: '#max-pooling',
    wrong: poolWith((entries) => Math.max(...entries), { step: () => 1 }),
  },
  {
    exercise: '18.5 maxPoolForward',
    id: 'pool-leftover-windows',
    sentence:
      'What is left over at the end makes windows of its own: the sizes are rounded up. Round them down.',
    anchor: '#max-pooling',
    wrong: poolWith((entries) => Math.max(...entries), { round: Math.ceil }),
  },
  {
    exercise: '18.6 maxPoolBackward',
    id: 'pool-tie-all',
    sentence:
      'All entries that equal the maximum get the gradient. It was one of them that went into the output: the first.',
    anchor: '#max-pooling',
    wrong: unpoolWith((d, entries, k) => (entries[k] === Math.max(...entries) ? d : 0)),
  },
  {
    exercise: '18.6 maxPoolBackward',
    id: 'pool-tie-last',
    sentence:
      'Of several entries that are largest the last one gets the gradient. Replace the maximum only by what is larger: > and not >=.',
    anchor: '#max-pooling',
    wrong: unpoolWith((d, entries, k) => (entries.lastIndexOf(Math.max(...entries)) === k ? d : 0)),
  },
  {
    exercise: '18.6 maxPoolBackward',
    id: 'pool-tie-by-columns',
    sentence:
      'Of several entries that are largest the first one down the columns gets the gradient. Go through a window row by row: the first in row-major order counts.',
    anchor: '#max-pooling',
    wrong: unpoolWith((d, entries, k) => {
      const size = Math.sqrt(entries.length);
      const turned = (place: number): number => {
        const [p, q] = unfolded(place, size);
        return q * size + p;
      };
      const columns = entries.map((_, place) => entries[turned(place)]!);
      return columns.indexOf(Math.max(...entries)) === turned(k) ? d : 0;
    }),
  },
  ...[
    { left: 'rows and columns', rows: 1e6, columns: 1e6 },
    { left: 'rows', rows: 1e6, columns: 0 },
    { left: 'columns', rows: 0, columns: 1e6 },
  ].map(({ left, rows, columns }) => ({
    exercise: '18.6 maxPoolBackward',
    id: `pool-leftover-${left.replaceAll(' ', '-')}`,
    sentence: `Nothing asks whether a pixel lies in the ${left} that are left over at the end. No window covers those, and dout has nothing for them: their gradient is 0.`,
    anchor: '#max-pooling',
    wrong: (dout: Tensor32, x: Tensor32, size: number, backend: Backend) => {
      const [, , outRows, outColumns] = dout.shape as Four;
      const constants = { size, rows: rows || outRows, columns: columns || outColumns };
      return launch(unpoolKernel, { backend, shape: x.shape, constants }, dout, x);
    },
  })),
  {
    exercise: '18.6 maxPoolBackward',
    id: 'pool-gradient-to-all',
    sentence:
      'Every entry of a window gets the gradient. Only the largest one moves the maximum; the others get 0.',
    anchor: '#max-pooling',
    wrong: unpoolWith((d) => d),
  },
  {
    exercise: '18.6 maxPoolBackward',
    id: 'pool-gradient-shared',
    sentence:
      'The gradient is shared out evenly in the window, as for a mean. Of a maximum, the largest entry gets all of it.',
    anchor: '#max-pooling',
    wrong: unpoolWith((d, entries) => d / entries.length),
  },
  {
    exercise: '18.6 maxPoolBackward',
    id: 'pool-gradient-times-value',
    sentence:
      'The gradient is multiplied with the largest entry. The slope of a maximum by its largest entry is 1: send dout as it is.',
    anchor: '#max-pooling',
    wrong: unpoolWith((d, entries, k) =>
      entries.indexOf(Math.max(...entries)) === k ? d * entries[k]! : 0,
    ),
  },
  {
    exercise: '18.7 reluForward',
    id: 'relu-kernel-is-abs',
    sentence: 'Negative numbers come out positive: this is |x|. ReLU turns them into 0.',
    wrong: (x: Tensor32) => zipped([x], Math.abs),
  },
  ...[0.01, 0.1].map((slope) => ({
    exercise: '18.7 reluForward',
    id: `relu-kernel-leaky-${slope}`,
    sentence: `This is the leaky ReLU, which keeps ${slope} of what is below 0. The plain one makes 0 of it.`,
    wrong: (x: Tensor32) => zipped([x], (v) => (v > 0 ? v : slope * v)),
  })),
  {
    exercise: '18.7 reluForward',
    id: 'relu-kernel-is-mask',
    sentence:
      'This is the mask, 1 where x is above 0. The backward half needs that; the forward half returns x itself there.',
    wrong: (x: Tensor32) => zipped([x], (v) => (v > 0 ? 1 : 0)),
  },
  {
    exercise: '18.8 reluBackward',
    id: 'relu-kernel-at-zero',
    sentence:
      'At x = 0 this lets dout through. Any slope from 0 to 1 could be defended there; this course takes 0, so write x > 0.',
    wrong: (dout: Tensor32, x: Tensor32) => zipped([dout, x], (d, v = 0) => (v >= 0 ? d : 0)),
  },
  {
    exercise: '18.8 reluBackward',
    id: 'relu-kernel-mask-of-dout',
    sentence:
      'The mask is taken from dout: what is negative there is cut off. What counts is which of the inputs x were above 0.',
    wrong: (dout: Tensor32) => zipped([dout], (d) => Math.max(0, d)),
  },
  {
    exercise: '18.8 reluBackward',
    id: 'relu-kernel-no-mask',
    sentence: 'This is dout, everything let through. Where x was not above 0 it is 0.',
    wrong: (dout: Tensor32) => zipped([dout], (d) => d),
  },
  {
    exercise: '18.8 reluBackward',
    id: 'relu-kernel-ignores-dout',
    sentence: 'This is the slope alone, 1 or 0. Multiply it with dout.',
    wrong: (_: Tensor32, x: Tensor32) => zipped([x], (v) => (v > 0 ? 1 : 0)),
  },
  {
    exercise: '18.9 softmaxLoss',
    id: 'softmax-kernel-loss-summed',
    sentence:
      'The loss is summed over the batch and not divided by N. It is a mean, and so is its gradient.',
    anchor: '#softmax-loss-and-adam',
    wrong: softmaxWith(({ loss, dscores }, N) => ({ loss: loss * N, dscores })),
  },
  {
    exercise: '18.9 softmaxLoss',
    id: 'softmax-kernel-target-undivided',
    sentence:
      'The probabilities are divided by N, and then a whole 1 is subtracted. Subtract first: the 1 is divided by N, too.',
    anchor: '#softmax-loss-and-adam',
    wrong: (logits: Tensor32, labels: Labels, backend: Backend) => {
      const { loss, dscores } = softmaxLoss(logits, labels, backend);
      const N = labels.size;
      const moved = made(dscores.shape, (n, k) =>
        k === labels.get(n) ? dscores.get(n, k) + 1 / N - 1 : dscores.get(n, k),
      );
      return { loss, dscores: moved };
    },
  },
  {
    exercise: '18.9 softmaxLoss',
    id: 'softmax-kernel-gradient-summed',
    sentence: 'The loss is a mean and its gradient is that of the sum: the factor 1/N is missing.',
    anchor: '#softmax-loss-and-adam',
    wrong: softmaxWith(({ loss, dscores }, N) => ({ loss, dscores: scaled(dscores, N) })),
  },
  ...[1e-7, 1e-8, 1e-10, 1e-12].map((epsilon) => ({
    exercise: '18.9 softmaxLoss',
    id: `softmax-kernel-epsilon-${epsilon}`,
    sentence: `${epsilon} is added to the probability before its logarithm, so no loss is above ${(-Math.log(epsilon)).toFixed(1)}. From logits no logarithm of 0 is ever taken: ln Σe^(z − max) − (z − max) at the right class.`,
    anchor: '#softmax-loss-and-adam',
    wrong: (logits: Tensor32, labels: Labels, backend: Backend) => {
      const rows = rowsOf32(logits);
      const losses = rows.map((row, n) => {
        const powers = row.map((logit) => Math.exp(logit - Math.max(...row)));
        const sum = sumOver(row.length, (k) => powers[k]!);
        return -Math.log(powers[labels.get(n)]! / sum + epsilon);
      });
      const loss = sumOver(rows.length, (n) => losses[n]!) / rows.length;
      return { loss, dscores: softmaxLoss(logits, labels, backend).dscores };
    },
  })),
  {
    exercise: '18.9 softmaxLoss',
    id: 'softmax-kernel-label-of-column',
    sentence:
      'The 1 is subtracted where this.thread.y is labels[this.thread.x]. y is the sample and x is the class: labels[this.thread.y] is to be compared with x.',
    anchor: '#what-a-kernel-is',
    wrong: (logits: Tensor32, labels: Labels, backend: Backend) => {
      const { loss } = softmaxLoss(logits, labels, backend);
      const [N, K] = logits.shape as [number, number];
      const where = { backend, shape: [N, K], constants: { N, K } };
      return { loss, dscores: launch(labelOfColumnKernel, where, logits, labels) };
    },
  },
  {
    exercise: '18.9 softmaxLoss',
    id: 'softmax-kernel-sign',
    sentence:
      'The sign of the gradient is turned round: this is one-hot minus softmax, the way downhill. The gradient points uphill.',
    anchor: '#softmax-loss-and-adam',
    wrong: softmaxWith(({ loss, dscores }) => ({ loss, dscores: scaled(dscores, -1) })),
  },
  {
    exercise: '18.9 softmaxLoss',
    id: 'softmax-kernel-slope-twice',
    sentence:
      'softmax − one-hot is multiplied with p(1 − p), too. The derivative of softmax is in it already.',
    anchor: '#softmax-loss-and-adam',
    wrong: (logits: Tensor32, labels: Labels, backend: Backend) => {
      const { loss, dscores } = softmaxLoss(logits, labels, backend);
      return {
        loss,
        dscores: made(dscores.shape, (n, k) => {
          const target = k === labels.get(n) ? 1 : 0;
          const p = labels.size * dscores.get(n, k) + target;
          return dscores.get(n, k) * p * (1 - p);
        }),
      };
    },
  },
  {
    exercise: '18.9 softmaxLoss',
    id: 'softmax-kernel-probabilities',
    sentence:
      'This gradient is the probabilities over N: every logit is pushed down. At the right class, subtract 1 before you divide.',
    anchor: '#softmax-loss-and-adam',
    wrong: (logits: Tensor32, labels: Labels, backend: Backend) => {
      const { loss, dscores } = softmaxLoss(logits, labels, backend);
      const moved = made(dscores.shape, (n, k) =>
        k === labels.get(n) ? dscores.get(n, k) + 1 / labels.size : dscores.get(n, k),
      );
      return { loss, dscores: moved };
    },
  },
  {
    exercise: '18.9 softmaxLoss',
    id: 'softmax-kernel-unshifted',
    sentence:
      'The exponentials are taken without a shift, so a logit of 1000 becomes Infinity and the row NaN. Subtract the maximum of the row first.',
    anchor: '#softmax-loss-and-adam',
    wrong: softmaxShifted(() => 0),
  },
  {
    exercise: '18.9 softmaxLoss',
    id: 'softmax-kernel-maximum-from-zero',
    sentence:
      'The maximum of a row is never below 0, since the search starts there. If all logits are far below, all exponentials are 0. Start from the first logit of the row.',
    anchor: '#softmax-loss-and-adam',
    wrong: softmaxShifted((row) => Math.max(0, ...row)),
  },
  {
    exercise: '18.9 softmaxLoss',
    id: 'softmax-kernel-one-shift',
    sentence:
      "All rows are shifted by the maximum of the whole batch. A row far below it underflows to 0/0. Subtract each row's own maximum.",
    anchor: '#softmax-loss-and-adam',
    wrong: softmaxShifted((_, all) => Math.max(...all.flat())),
  },
  {
    exercise: '18.10 adam',
    id: 'adam-uncorrected',
    sentence:
      'm and v are used as they are. They began at 0 and are too small at first: divide them by 1 − β₁ᵗ and 1 − β₂ᵗ.',
    anchor: '#softmax-loss-and-adam',
    wrong: adamWith(
      ({ w, m, v, learningRate, epsilon }) => w - (learningRate * m) / (Math.sqrt(v) + epsilon),
    ),
  },
  {
    exercise: '18.10 adam',
    id: 'adam-epsilon-inside',
    sentence: 'ε stands under the root. In this course it is added to the root: √v̂ + ε.',
    wrong: adamWith(
      ({ w, mHat, vHat, learningRate, epsilon }) =>
        w - (learningRate * mHat) / Math.sqrt(vHat + epsilon),
    ),
  },
  ...[
    {
      id: 'adam-correction-without-t',
      sentence:
        'The corrections are 1 − β₁ and 1 − β₂ at every step, right for the first alone. Raise the β to the power t.',
      correct: (moment: number, beta: number) => moment / (1 - beta),
    },
    {
      id: 'adam-correction-of-one-minus-beta',
      sentence:
        'The corrections are (1 − β)ᵗ: the power is taken of the difference. It is 1 − βᵗ, which goes to 1.',
      correct: (moment: number, beta: number, t: number) => moment / (1 - beta) ** t,
    },
    {
      id: 'adam-correction-times-t',
      sentence: 'The corrections are 1 − β · t. Raise β to the power t: 1 − βᵗ.',
      correct: (moment: number, beta: number, t: number) => moment / (1 - beta * t),
    },
    {
      id: 'adam-correction-multiplied',
      sentence:
        'm and v are multiplied with their corrections. They are too small at first: divide them.',
      correct: (moment: number, beta: number, t: number) => moment * (1 - beta ** t),
    },
    {
      id: 'adam-corrected-twice',
      sentence:
        'm and v are divided by their corrections twice. Once makes up for their start at 0.',
      correct: (moment: number, beta: number, t: number) => moment / (1 - beta ** t) ** 2,
    },
  ].map(({ id, sentence, correct }) => ({
    exercise: '18.10 adam',
    id,
    sentence,
    anchor: '#softmax-loss-and-adam',
    wrong: adamWith(({ w, m, v, learningRate, beta1, beta2, epsilon, t }) => {
      const [mHat, vHat] = [correct(m, beta1, t), correct(v, beta2, t)];
      return w - (learningRate * mHat) / (Math.sqrt(vHat) + epsilon);
    }),
  })),
  {
    exercise: '18.10 adam',
    id: 'adam-epsilon-corrected',
    sentence:
      'ε is corrected together with √v. Correct v first, take the root, and then add ε as it is.',
    wrong: adamWith(({ w, v, mHat, learningRate, beta2, epsilon, t }) => {
      const corrected = (Math.sqrt(v) + epsilon) / Math.sqrt(1 - beta2 ** t);
      return w - (learningRate * mHat) / corrected;
    }),
  },
  {
    exercise: '18.10 adam',
    id: 'adam-fixed-epsilon',
    sentence: 'ε is 1e-8 whatever the options say. Take options.epsilon.',
    wrong: adamWith(
      ({ w, mHat, vHat, learningRate }) => w - (learningRate * mHat) / (Math.sqrt(vHat) + 1e-8),
    ),
  },
  {
    exercise: '18.10 adam',
    id: 'adam-counts-from-zero',
    sentence:
      'The corrections are those of step t − 1, which for the first step divide by 0. The first step has t = 1: use t as it is.',
    anchor: '#softmax-loss-and-adam',
    wrong: adamWith(({ w, m, v, learningRate, beta1, beta2, epsilon, t }) => {
      const [mHat, vHat] = [m / (1 - beta1 ** (t - 1)), v / (1 - beta2 ** (t - 1))];
      return w - (learningRate * mHat) / (Math.sqrt(vHat) + epsilon);
    }),
  },
  {
    exercise: '18.10 adam',
    id: 'adam-unrooted',
    sentence: 'The step is divided by v̂ itself. Divide by its root: √v̂ + ε.',
    anchor: '#softmax-loss-and-adam',
    wrong: adamWith(
      ({ w, mHat, vHat, learningRate, epsilon }) => w - (learningRate * mHat) / (vHat + epsilon),
    ),
  },
  {
    exercise: '18.10 adam',
    id: 'adam-uphill',
    sentence: 'The step goes uphill: it is added. Subtract it from w.',
    anchor: '#softmax-loss-and-adam',
    wrong: adamWith(
      ({ w, mHat, vHat, learningRate, epsilon }) =>
        w + (learningRate * mHat) / (Math.sqrt(vHat) + epsilon),
    ),
  },
  {
    exercise: '18.10 adam',
    id: 'adam-old-moments',
    sentence:
      'The step is made with m and v from before it, so this gradient has no say in it. Update both first, then step with the new ones.',
    wrong: adamWith(({ w, oldM, oldV, learningRate, beta1, beta2, epsilon, t }) => {
      const [mHat, vHat] = [oldM / (1 - beta1 ** t), oldV / (1 - beta2 ** t)];
      return w - (learningRate * mHat) / (Math.sqrt(vHat) + epsilon);
    }),
  },
  {
    exercise: '18.10 adam',
    id: 'adam-unsquared',
    sentence:
      'v is the running mean of the gradient and not of its square. Then it may be negative, and has no root: multiply g with itself.',
    anchor: '#softmax-loss-and-adam',
    wrong: (...args: Parameters<typeof adam>): AdamStep => {
      const [w, g, , v, options] = args;
      const step = adam(...args);
      const { learningRate, beta1, beta2, epsilon, t } = options;
      const newV = zipped([v, g], (vi, gi = 0) => beta2 * vi + (1 - beta2) * gi);
      const newW = zipped([w, step.m, newV], (wi, mi = 0, vi = 0) => {
        const [mHat, vHat] = [mi / (1 - beta1 ** t), vi / (1 - beta2 ** t)];
        return wi - (learningRate * mHat) / (Math.sqrt(vHat) + epsilon);
      });
      return { w: newW, m: step.m, v: newV };
    },
  },
  {
    exercise: '18.10 adam',
    id: 'adam-betas-swapped',
    sentence: "β₁ and β₂ are in each other's place. β₁ belongs to m, and β₂ to v.",
    wrong: (...[w, g, m, v, options, backend]: Parameters<typeof adam>) => {
      const { beta1, beta2 } = options;
      return adam(w, g, m, v, { ...options, beta1: beta2, beta2: beta1 }, backend);
    },
  },
  {
    exercise: '18.10 adam',
    id: 'adam-corrected-moments-kept',
    sentence:
      'm and v come back corrected, and the next step corrects them again. Keep them as they are: m̂ and v̂ serve this one step.',
    wrong: (...args: Parameters<typeof adam>): AdamStep => {
      const step = adam(...args);
      const { beta1, beta2, t } = args[4];
      return {
        w: step.w,
        m: scaled(step.m, 1 / (1 - beta1 ** t)),
        v: scaled(step.v, 1 / (1 - beta2 ** t)),
      };
    },
  },
  {
    exercise: '18.11 networkScores',
    id: 'network-relu-on-logits',
    sentence:
      'The logits pass a ReLU, too. Logits may be negative, and softmax wants them as they are: no activation after the last layer.',
    anchor: '#the-network',
    wrong: (network: Network, images: Tensor32, backend: Backend) =>
      reluForward(layers(network, images, backend).logits, backend),
  },
  {
    exercise: '18.11 networkScores',
    id: 'network-probabilities',
    sentence:
      'This goes on to the softmax and returns probabilities. Stop at the logits: softmaxLoss takes those.',
    anchor: '#the-network',
    wrong: (network: Network, images: Tensor32, backend: Backend) => {
      const rows = rowsOf32(layers(network, images, backend).logits);
      const powers = rows.map((row) => row.map((logit) => Math.exp(logit - Math.max(...row))));
      return made([rows.length, network.b5.size], (n, k) => {
        const row = powers[n]!;
        return row[k]! / sumOver(row.length, (i) => row[i]!);
      });
    },
  },
  {
    exercise: '18.11 networkScores',
    id: 'network-no-relu-4',
    sentence:
      'There is no ReLU between the two affine layers, so both together are one affine layer.',
    anchor: '#the-network',
    wrong: (network: Network, images: Tensor32, backend: Backend) =>
      layers(network, images, backend, { relu4: (x) => x }).logits,
  },
  {
    exercise: '18.11 networkScores',
    id: 'network-no-relu-3',
    sentence:
      'There is no ReLU after the third convolution. It has no pooling, but it has a ReLU like the others.',
    anchor: '#the-network',
    wrong: (network: Network, images: Tensor32, backend: Backend) =>
      layers(network, images, backend, { relu3: (x) => x }).logits,
  },
  {
    exercise: '18.11 networkScores',
    id: 'network-average-pooling',
    sentence: 'The network pools by the mean of each window. Use your maxPoolForward.',
    anchor: '#the-network',
    wrong: (network: Network, images: Tensor32, backend: Backend) =>
      layers(network, images, backend, {
        pool: (x) =>
          poolWith((entries) => entries.reduce((sum, v) => sum + v, 0) / entries.length)(x, 2),
      }).logits,
  },
  {
    exercise: '18.11 networkScores',
    id: 'network-channels-last',
    sentence:
      'An image becomes a row pixel by pixel, with the channels side by side. Row-major order is channel by channel: reshape does it.',
    wrong: (network: Network, images: Tensor32, backend: Backend) =>
      layers(network, images, backend, { flatten: (x) => asRows(x.transpose(0, 2, 3, 1)) }).logits,
  },
  {
    exercise: '18.12 networkGradients',
    id: 'network-gradients-summed',
    sentence:
      'All gradients are N times too large: they are those of the summed loss. The loss is a mean, so what comes back to the logits carries 1/N.',
    anchor: '#softmax-loss-and-adam',
    wrong: (network: Network, images: Tensor32, labels: Labels, backend: Backend) => {
      const { loss, gradients } = networkGradients(network, images, labels, backend);
      return { loss, gradients: each(gradients, (g) => scaled(g, labels.size)) };
    },
  },
  {
    exercise: '18.12 networkGradients',
    id: 'network-backward-no-relu',
    sentence:
      'On the way back nothing is cut off between the affine layers. Where the ReLU gave 0, nothing gets through: use reluBackward.',
    anchor: '#the-network',
    wrong: gradientsWith({ reluBack4: (dout) => dout }),
  },
  {
    exercise: '18.12 networkGradients',
    id: 'network-backward-no-relu-3',
    sentence:
      'On the way back the ReLU after the third convolution is left out. Where it gave 0, nothing gets through: use reluBackward.',
    anchor: '#the-network',
    wrong: gradientsWith({ reluBack3: (dout) => dout }),
  },
  {
    exercise: '18.12 networkGradients',
    id: 'network-backward-no-relu-1',
    sentence:
      'On the way back the ReLU after the first convolution is left out. Where it gave 0, nothing gets through: use reluBackward.',
    anchor: '#the-network',
    wrong: gradientsWith({ reluBack1: (dout) => dout }),
  },
  {
    exercise: '18.12 networkGradients',
    id: 'network-backward-no-relu-2',
    sentence:
      'On the way back the ReLU after the second convolution is left out. Where it gave 0, nothing gets through: use reluBackward.',
    anchor: '#the-network',
    wrong: gradientsWith({ reluBack2: (dout) => dout }),
  },
  {
    exercise: '18.12 networkGradients',
    id: 'network-backward-mask-of-dout',
    sentence:
      'The ReLU between the affine layers is told dout in the place of its input, so it cuts off what is negative there. Give reluBackward what the ReLU read.',
    anchor: '#the-network',
    wrong: gradientsWith({ reluBack4: (dout, _, backend) => reluBackward(dout, dout, backend) }),
  },
  {
    exercise: '18.12 networkGradients',
    id: 'network-db-first-row',
    sentence:
      'b4 and b5 get the first row of what comes back. A bias was added for every image: sum over all rows.',
    anchor: '#the-network',
    wrong: gradientsWith({ dbOf: (dout, m) => dout.get(0, m) }),
  },
  {
    exercise: '18.12 networkGradients',
    id: 'network-db-mean',
    sentence:
      'b4 and b5 get the mean of what comes back. The 1/N is in it already, so they get the sum of the rows.',
    anchor: '#the-network',
    wrong: gradientsWith({
      dbOf: (dout, m) => sumOver(dout.shape[0]!, (n) => dout.get(n, m)) / dout.shape[0]!,
    }),
  },
  {
    exercise: '18.12 networkGradients',
    id: 'network-w5-before-relu',
    sentence:
      'The gradient of W5 is made from the hidden units before their ReLU. The last layer read what came out of it: use that.',
    anchor: '#the-network',
    wrong: gradientsWith({ input5: ({ affine4 }) => affine4 }),
  },
  {
    exercise: '18.12 networkGradients',
    id: 'network-unpool-to-all',
    sentence:
      'On the way back through a pooling every pixel of a window gets the gradient. Only the largest one does: use maxPoolBackward.',
    anchor: '#max-pooling',
    wrong: gradientsWith({
      unpool: (dout, x) => unpoolWith((d) => d)(dout, x, 2),
    }),
  },
  {
    exercise: '18.12 networkGradients',
    id: 'network-last-layer-only',
    sentence:
      'Only the last layer gets a gradient, and the others 0. What comes back to its input goes on through the layers before it.',
    anchor: '#the-network',
    wrong: (network: Network, images: Tensor32, labels: Labels, backend: Backend) => {
      const { loss, gradients } = networkGradients(network, images, labels, backend);
      const { W5, b5 } = gradients;
      return { loss, gradients: { ...each(gradients, (g) => scaled(g, 0)), W5, b5 } };
    },
  },
];

/** The shape of images, of filters, or an index into them. */
type Four = [number, number, number, number];

/** A new array in single precision, filled by a formula for its entries. */
function made(shape: readonly number[], formula: (...index: number[]) => number): Tensor32 {
  return ndarray(Float32Array.from(filled(shape, formula).data), [...shape]);
}

/** The rows of a matrix as lists. */
function rowsOf32(x: Tensor32): number[][] {
  return rowsOf(filled(x.shape, (n, m) => x.get(n, m)));
}

/** The sum of f over all indices below these sizes. */
function total(sizes: readonly number[], f: (...index: number[]) => number): number {
  const { data } = filled(sizes, f);
  return sumOver(data.length, (i) => data[i]!);
}

/** f of the entries of some arrays of one shape that stand in the same place. */
function zipped(
  arrays: readonly Tensor32[],
  f: (first: number, ...rest: number[]) => number,
): Tensor32 {
  return made(arrays[0]!.shape, (...index) => {
    const [first, ...rest] = arrays.map((x) => x.get(...index));
    return f(first!, ...rest);
  });
}

function scaled(x: Tensor32, factor: number): Tensor32 {
  return zipped([x], (v) => v * factor);
}

/** An entry of an image, and 0 outside of it. */
function at(x: Tensor32, n: number, c: number, i: number, j: number): number {
  const [, , height, width] = x.shape as Four;
  return i >= 0 && i < height && j >= 0 && j < width ? x.get(n, c, i, j) : 0;
}

/** The two indices of which the second runs fastest and has so many values. */
function unfolded(index: number, size: number): [first: number, second: number] {
  return [Math.floor(index / size), index % size];
}

function productWith(a: Tensor32, b: Tensor32, bias: (n: number, m: number) => number): Tensor32 {
  return made(
    [a.shape[0]!, b.shape[1]!],
    (n, m) => bias(n, m) + total([a.shape[1]!], (k) => a.get(n, k) * b.get(k, m)),
  );
}

/** The right kernel of a matrix product, whose K may be wrong. */
/* istanbul ignore next -- counters would be compiled into the kernel */
function productKernel(this: Thread<'K'>, a: number[][], b: number[][], bias: number[]): number {
  let sum = bias[this.thread.x]!;
  for (let k = 0; k < this.constants.K; k++) {
    sum += a[this.thread.y]![k]! * b[k]![this.thread.x]!;
  }
  return sum;
}

/** Between which rows and columns a convolution's kernel takes a term for one of the image. */
interface Bounds {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

/** The right kernel of a convolution, with everything that may be wrong in it a constant. */
/* istanbul ignore next -- counters would be compiled into the kernel */
function looseConvKernel(
  this: Thread<
    'C' | 'F' | 'rows' | 'columns' | 'pad' | 'step' | 'perImage' | 'perChannel' | keyof Bounds
  >,
  x: number[][][],
  W: number[][][],
  b: number[],
): number {
  const n = Math.floor(this.thread.z / this.constants.F);
  const f = this.thread.z - n * this.constants.F;
  let sum = b[f]!;
  for (let c = 0; c < this.constants.C; c++) {
    for (let p = 0; p < this.constants.rows; p++) {
      for (let q = 0; q < this.constants.columns; q++) {
        const i = this.thread.y * this.constants.step + p - this.constants.pad;
        const j = this.thread.x * this.constants.step + q - this.constants.pad;
        if (
          i >= this.constants.top &&
          i < this.constants.bottom &&
          j >= this.constants.left &&
          j < this.constants.right
        ) {
          sum +=
            x[n * this.constants.perImage + c * this.constants.perChannel]![i]![j]! *
            W[f * this.constants.C + c]![p]![q]!;
        }
      }
    }
  }
  return sum;
}

/** A convolution by a kernel in which some constants are wrong. */
function convKernelWith(
  change: (sizes: {
    N: number;
    C: number;
    KH: number;
    KW: number;
  }) => Partial<
    Record<'rows' | 'columns' | 'step' | 'perImage' | 'perChannel' | keyof Bounds, number>
  >,
) {
  return (x: Tensor32, W: Tensor32, b: Tensor32, pad: number, backend: Backend): Tensor32 => {
    const [N, C, height, width] = x.shape as Four;
    const [F, , KH, KW] = W.shape as Four;
    const constants = {
      C,
      F,
      rows: KH,
      columns: KW,
      pad,
      step: 1,
      perImage: C,
      perChannel: 1,
      top: 0,
      bottom: height,
      left: 0,
      right: width,
      ...change({ N, C, KH, KW }),
    };
    const shape = [N, F, height - KH + 1 + 2 * pad, width - KW + 1 + 2 * pad];
    return launch(looseConvKernel, { backend, shape, constants }, x, W, b);
  };
}

/** The right kernel of a convolution's gradient by its input, whose bounds may be wrong. */
/* istanbul ignore next -- counters would be compiled into the kernel */
function looseInputKernel(
  this: Thread<'C' | 'F' | 'KH' | 'KW' | 'pad' | keyof Bounds>,
  dout: number[][][],
  W: number[][][],
): number {
  const n = Math.floor(this.thread.z / this.constants.C);
  const c = this.thread.z - n * this.constants.C;
  let sum = 0;
  for (let f = 0; f < this.constants.F; f++) {
    for (let p = 0; p < this.constants.KH; p++) {
      for (let q = 0; q < this.constants.KW; q++) {
        const i = this.thread.y - p + this.constants.pad;
        const j = this.thread.x - q + this.constants.pad;
        if (
          i >= this.constants.top &&
          i < this.constants.bottom &&
          j >= this.constants.left &&
          j < this.constants.right
        ) {
          sum += dout[n * this.constants.F + f]![i]![j]! * W[f * this.constants.C + c]![p]![q]!;
        }
      }
    }
  }
  return sum;
}

/** The gradient of a convolution by its input by a kernel in which some bounds are wrong. */
function inputKernelWith(bounds: Partial<Bounds>) {
  return (dout: Tensor32, W: Tensor32, pad: number, backend: Backend): Tensor32 => {
    const [N, F, height, width] = dout.shape as Four;
    const [, C, KH, KW] = W.shape as Four;
    const inside = { top: 0, bottom: height, left: 0, right: width };
    const constants = { C, F, KH, KW, pad, ...inside, ...bounds };
    const shape = [N, C, height + KH - 1 - 2 * pad, width + KW - 1 - 2 * pad];
    return launch(looseInputKernel, { backend, shape, constants }, dout, W);
  };
}

/** The right kernel of a convolution's gradient by its filters, whose bounds may be wrong. */
/* istanbul ignore next -- counters would be compiled into the kernel */
function looseFilterKernel(
  this: Thread<'N' | 'C' | 'F' | 'outHeight' | 'outWidth' | 'pad' | keyof Bounds>,
  dout: number[][][],
  x: number[][][],
): number {
  const f = Math.floor(this.thread.z / this.constants.C);
  const c = this.thread.z - f * this.constants.C;
  let sum = 0;
  for (let n = 0; n < this.constants.N; n++) {
    for (let i = 0; i < this.constants.outHeight; i++) {
      for (let j = 0; j < this.constants.outWidth; j++) {
        const row = i + this.thread.y - this.constants.pad;
        const column = j + this.thread.x - this.constants.pad;
        if (
          row >= this.constants.top &&
          row < this.constants.bottom &&
          column >= this.constants.left &&
          column < this.constants.right
        ) {
          sum +=
            dout[n * this.constants.F + f]![i]![j]! * x[n * this.constants.C + c]![row]![column]!;
        }
      }
    }
  }
  return sum;
}

/** The gradients of a convolution's filters by a kernel in which some bounds are wrong, beside the right db. */
function filterKernelWith(bounds: Partial<Bounds>) {
  return (dout: Tensor32, x: Tensor32, pad: number, backend: Backend): FilterGradients => {
    const right = convBackwardFilters(dout, x, pad, backend);
    const [N, F, outHeight, outWidth] = dout.shape as Four;
    const [, C, height, width] = x.shape as Four;
    const inside = { top: 0, bottom: height, left: 0, right: width };
    const constants = { N, C, F, outHeight, outWidth, pad, ...inside, ...bounds };
    const where = { backend, shape: right.dW.shape, constants };
    return { ...right, dW: launch(looseFilterKernel, where, dout, x) };
  };
}

/** The right kernel of the way back through a pooling, which may be told of other numbers of windows. */
/* istanbul ignore next -- counters would be compiled into the kernel */
function unpoolKernel(
  this: Thread<'size' | 'rows' | 'columns'>,
  dout: number[][][],
  x: number[][][],
): number {
  const i = Math.floor(this.thread.y / this.constants.size);
  const j = Math.floor(this.thread.x / this.constants.size);
  let gradient = 0;
  if (i < this.constants.rows && j < this.constants.columns) {
    const top = i * this.constants.size;
    const left = j * this.constants.size;
    let largest = x[this.thread.z]![top]![left]!;
    let row = top;
    let column = left;
    for (let p = 0; p < this.constants.size; p++) {
      for (let q = 0; q < this.constants.size; q++) {
        const value = x[this.thread.z]![top + p]![left + q]!;
        if (value > largest) {
          largest = value;
          row = top + p;
          column = left + q;
        }
      }
    }
    if (row === this.thread.y && column === this.thread.x) gradient = dout[this.thread.z]![i]![j]!;
  }
  return gradient;
}

/** The right kernel of the softmax loss's gradient, but for where the label is read. */
/* istanbul ignore next -- counters would be compiled into the kernel */
function labelOfColumnKernel(
  this: Thread<'N' | 'K'>,
  logits: number[][],
  labels: number[],
): number {
  const n = this.thread.y;
  let largest = logits[n]![0]!;
  for (let k = 1; k < this.constants.K; k++) largest = Math.max(largest, logits[n]![k]!);
  let sum = 0;
  for (let k = 0; k < this.constants.K; k++) sum += Math.exp(logits[n]![k]! - largest);
  let gradient = Math.exp(logits[n]![this.thread.x]! - largest) / sum;
  if (this.thread.y === labels[this.thread.x]!) gradient -= 1;
  return gradient / this.constants.N;
}

interface ConvArguments {
  x: Tensor32;
  W: Tensor32;
  b: Tensor32;
  pad: number;
}

/** The right term of a convolution's sum. */
function convTerm(
  { x, W, pad }: ConvArguments,
  [n, f, i, j]: Four,
  [c, p, q]: [number, number, number],
): number {
  return at(x, n, c, i + p - pad, j + q - pad) * W.get(f, c, p, q);
}

/** A convolution with other terms, or another start of the sum. */
function convWith(
  term: (args: ConvArguments, out: Four, weight: [number, number, number]) => number,
  bias = ({ b }: ConvArguments, f: number): number => b.get(f),
) {
  return (x: Tensor32, W: Tensor32, b: Tensor32, pad: number): Tensor32 => {
    const [N, , height, width] = x.shape as Four;
    const [F, C, KH, KW] = W.shape as Four;
    const args = { x, W, b, pad };
    return made(
      [N, F, height - KH + 1 + 2 * pad, width - KW + 1 + 2 * pad],
      (n, f, i, j) =>
        bias(args, f) + total([C, KH, KW], (c, p, q) => term(args, [n, f, i, j], [c, p, q])),
    );
  };
}

/** The gradient of a convolution by its input, with other terms. */
function inputGradientWith(
  term: (
    args: { dout: Tensor32; W: Tensor32; pad: number },
    input: Four,
    weight: [number, number, number],
  ) => number,
) {
  return (dout: Tensor32, W: Tensor32, pad: number): Tensor32 => {
    const [N, F, height, width] = dout.shape as Four;
    const [, C, KH, KW] = W.shape as Four;
    return made([N, C, height + KH - 1 - 2 * pad, width + KW - 1 - 2 * pad], (n, c, i, j) =>
      total([F, KH, KW], (f, p, q) => term({ dout, W, pad }, [n, c, i, j], [f, p, q])),
    );
  };
}

/** convBackwardFilters with some of its gradients replaced. */
function filterGradientsWith(
  change: (
    args: { dout: Tensor32; x: Tensor32; pad: number },
    right: FilterGradients,
  ) => Partial<FilterGradients>,
) {
  return (dout: Tensor32, x: Tensor32, pad: number, backend: Backend): FilterGradients => {
    const right = convBackwardFilters(dout, x, pad, backend);
    return { ...right, ...change({ dout, x, pad }, right) };
  };
}

/** The places of a window that begins there, row by row. */
function window(size: number, top: number, left: number): [row: number, column: number][] {
  return Array.from({ length: size * size }, (_, k) => {
    const [p, q] = unfolded(k, size);
    return [top + p, left + q];
  });
}

/** Pooling with another choice from a window, other windows, or another number of them. */
function poolWith(
  choose: (entries: number[]) => number,
  { step = (size: number): number => size, round = Math.floor } = {},
) {
  return (x: Tensor32, size: number): Tensor32 => {
    const [N, C, height, width] = x.shape as Four;
    return made([N, C, round(height / size), round(width / size)], (n, c, i, j) => {
      const places = window(size, step(size) * i, step(size) * j).filter(
        ([row, column]) => row < height && column < width,
      );
      return choose(places.map((place) => x.get(n, c, ...place)));
    });
  };
}

/** The way back through a pooling, where something else becomes of the k-th entry of a window. */
function unpoolWith(share: (d: number, entries: number[], k: number) => number) {
  return (dout: Tensor32, x: Tensor32, size: number): Tensor32 => {
    const [, , rows, columns] = dout.shape as Four;
    return made(x.shape, (n, c, row, column) => {
      const [i, p] = unfolded(row, size);
      const [j, q] = unfolded(column, size);
      if (i >= rows || j >= columns) return 0;
      const entries = window(size, size * i, size * j).map((place) => x.get(n, c, ...place));
      return share(dout.get(n, c, i, j), entries, p * size + q);
    });
  };
}

/** softmaxLoss, with something else made of the right result. */
function softmaxWith(change: (right: SoftmaxLoss, N: number) => SoftmaxLoss) {
  return (logits: Tensor32, labels: Labels, backend: Backend): SoftmaxLoss =>
    change(softmaxLoss(logits, labels, backend), labels.size);
}

/** The softmax loss with another shift of each row. */
function softmaxShifted(shiftOf: (row: number[], all: number[][]) => number) {
  return (logits: Tensor32, labels: Labels): SoftmaxLoss => {
    const all = rowsOf32(logits);
    let loss = 0;
    const slopes = all.map((row, n) => {
      const shift = shiftOf(row, all);
      const powers = row.map((logit) => Math.exp(logit - shift));
      const sum = sumOver(row.length, (k) => powers[k]!);
      loss += (Math.log(sum) - (row[labels.get(n)]! - shift)) / all.length;
      return powers.map((power, k) => (power / sum - (k === labels.get(n) ? 1 : 0)) / all.length);
    });
    return { loss, dscores: made(logits.shape, (n, k) => slopes[n]![k]!) };
  };
}

/** What can be made a step of, for one number. */
interface AdamNumbers extends AdamOptions {
  w: number;
  m: number;
  v: number;
  mHat: number;
  vHat: number;
  oldM: number;
  oldV: number;
}

/** Adam with another step from the right moments. */
function adamWith(step: (numbers: AdamNumbers) => number) {
  return (...args: Parameters<typeof adam>): AdamStep => {
    const [w, , m, v, options] = args;
    const right = adam(...args);
    const { beta1, beta2, t } = options;
    const moved = zipped([w, right.m, right.v, m, v], (wi, mi = 0, vi = 0, oldM = 0, oldV = 0) => {
      const [mHat, vHat] = [mi / (1 - beta1 ** t), vi / (1 - beta2 ** t)];
      return step({ ...options, w: wi, m: mi, v: vi, mHat, vHat, oldM, oldV });
    });
    return { ...right, w: moved };
  };
}

/** Each image as a row. */
function asRows(x: Tensor32): Tensor32 {
  const [N, ...image] = x.shape;
  return reshape(x, N!, product(image));
}

/** The padding with which a convolution keeps the size of an image. */
function padding(W: Tensor32): number {
  return (W.shape[2]! - 1) / 2;
}

/** The outputs of all layers of the network, with something changed. */
function layers(
  { W1, b1, W2, b2, W3, b3, W4, b4, W5, b5 }: Network,
  images: Tensor32,
  backend: Backend,
  {
    pool = (x: Tensor32): Tensor32 => maxPoolForward(x, 2, backend),
    relu3 = (x: Tensor32): Tensor32 => reluForward(x, backend),
    relu4 = (x: Tensor32): Tensor32 => reluForward(x, backend),
    flatten = asRows,
  } = {},
) {
  const conv = (x: Tensor32, W: Tensor32, b: Tensor32): Tensor32 =>
    convForward(x, W, b, padding(W), backend);
  const conv1 = conv(images, W1, b1);
  const active1 = reluForward(conv1, backend);
  const pool1 = pool(active1);
  const conv2 = conv(pool1, W2, b2);
  const active2 = reluForward(conv2, backend);
  const pool2 = pool(active2);
  const conv3 = conv(pool2, W3, b3);
  const active3 = relu3(conv3);
  const affine4 = matrixProduct(flatten(active3), W4, b4, backend);
  const active4 = relu4(affine4);
  const logits = matrixProduct(active4, W5, b5, backend);
  return { conv1, active1, pool1, conv2, active2, pool2, conv3, active3, affine4, active4, logits };
}

type Layers = ReturnType<typeof layers>;

/** The way back through the network, with something changed. */
function gradientsWith({
  reluBack4 = reluBackward,
  reluBack3 = reluBackward,
  reluBack2 = reluBackward,
  reluBack1 = reluBackward,
  dbOf = (dout: Tensor32, m: number): number => sumOver(dout.shape[0]!, (n) => dout.get(n, m)),
  input5 = ({ active4 }: Layers): Tensor32 => active4,
  unpool = (dout: Tensor32, x: Tensor32, backend: Backend): Tensor32 =>
    maxPoolBackward(dout, x, 2, backend),
}) {
  return (
    network: Network,
    images: Tensor32,
    labels: Labels,
    backend: Backend,
  ): NetworkGradients => {
    const { W2, W3, W4, W5 } = network;
    const outputs = layers(network, images, backend);
    const { conv1, active1, pool1, conv2, active2, pool2, conv3, active3, affine4 } = outputs;
    const affineBack = (dout: Tensor32, x: Tensor32, W: Tensor32) => ({
      dx: matrixProduct(
        dout,
        W.transpose(1, 0),
        made([W.shape[0]!], () => 0),
        backend,
      ),
      dW: matrixProduct(
        x.transpose(1, 0),
        dout,
        made([dout.shape[1]!], () => 0),
        backend,
      ),
      db: made([dout.shape[1]!], (m) => dbOf(dout, m)),
    });
    const { loss, dscores } = softmaxLoss(outputs.logits, labels, backend);
    const fifth = affineBack(dscores, input5(outputs), W5);
    const fourth = affineBack(reluBack4(fifth.dx, affine4, backend), asRows(active3), W4);
    const dactive3 = reshape(fourth.dx, ...active3.shape);
    const dconv3 = reluBack3(dactive3, conv3, backend);
    const dpool2 = convBackwardInput(dconv3, W3, padding(W3), backend);
    const dconv2 = reluBack2(unpool(dpool2, active2, backend), conv2, backend);
    const dpool1 = convBackwardInput(dconv2, W2, padding(W2), backend);
    const dconv1 = reluBack1(unpool(dpool1, active1, backend), conv1, backend);
    const third = convBackwardFilters(dconv3, pool2, padding(W3), backend);
    const second = convBackwardFilters(dconv2, pool1, padding(W2), backend);
    const first = convBackwardFilters(dconv1, images, padding(network.W1), backend);
    const gradients = {
      W1: first.dW,
      b1: first.db,
      W2: second.dW,
      b2: second.db,
      W3: third.dW,
      b3: third.db,
      W4: fourth.dW,
      b4: fourth.db,
      W5: fifth.dW,
      b5: fifth.db,
    };
    return { loss, gradients };
  };
}

/** f of each of the ten parameters. */
function each(network: Network, f: (x: Tensor32) => Tensor32): Network {
  const { W1, b1, W2, b2, W3, b3, W4, b4, W5, b5 } = network;
  return {
    W1: f(W1),
    b1: f(b1),
    W2: f(W2),
    b2: f(b2),
    W3: f(W3),
    b3: f(b3),
    W4: f(W4),
    b4: f(b4),
    W5: f(W5),
    b5: f(b5),
  };
}
