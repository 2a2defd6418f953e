import { array, filled, zeros, type Tensor } from '#arrays';
import { randomNormal, turnedImages } from '#checks/fixtures';
import { expect } from '#checks/gradient/assertion';
import { seededRandom } from '#datasets/random';
import {
  col2im,
  connectedParameters,
  convolutionBackward,
  convolutionForward,
  convolutionParameters,
  diagonalFilter,
  fastConvolutionBackward,
  fastConvolutionForward,
  im2col,
  outputSize,
  padImages,
  receptiveField,
  sobelFilters,
  type Steps,
} from '#lessons/13-convolution';

// No two sizes are alike where it matters: images and kernels are rectangular, channels, filters and images differ in
// number, and strides do not divide.

/** One image of 3×4 pixels, a kernel of 2×3, and what comes back. */
const small = () => ({
  x: array([
    [
      [
        [1, 2, 0, -1],
        [3, -2, 4, 1],
        [0, 5, -3, 2],
      ],
    ],
  ]),
  W: array([
    [
      [
        [1, 0, 2],
        [-1, 3, 0],
      ],
    ],
  ]),
  b: array([0.5]),
  dout: array([
    [
      [
        [1, -2],
        [3, 0.5],
      ],
    ],
  ]),
});

/** Two channels and two filters: everything that may be mixed up is different. */
const channels = () => ({
  x: array([
    [
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, -1],
        [0, 2],
      ],
    ],
  ]),
  W: array([
    [[[1, -1]], [[2, 0]]],
    [[[0, 3]], [[-2, 1]]],
  ]),
  b: array([10, -20]),
});

interface Example extends Steps {
  name: string;
  /** N, C, H, W of the images. */
  images: [number, number, number, number];
  /** F, KH, KW of the filters. */
  filters: [number, number, number];
}

const EXAMPLES: Example[] = [
  {
    name: 'several images, channels and filters',
    images: [2, 3, 4, 5],
    filters: [4, 2, 3],
    stride: 1,
    pad: 0,
  },
  {
    name: 'a stride that does not divide',
    images: [1, 2, 6, 8],
    filters: [3, 3, 2],
    stride: 2,
    pad: 0,
  },
  {
    name: 'a padding larger than need be',
    images: [2, 1, 3, 4],
    filters: [2, 2, 1],
    stride: 1,
    pad: 2,
  },
  { name: 'a stride and a padding', images: [1, 2, 5, 4], filters: [3, 3, 2], stride: 3, pad: 1 },
  { name: 'kernels of one pixel', images: [3, 2, 2, 4], filters: [5, 1, 1], stride: 1, pad: 0 },
  {
    name: 'a kernel as large as the image',
    images: [2, 3, 2, 4],
    filters: [2, 2, 4],
    stride: 1,
    pad: 0,
  },
];

/** Few enough numbers that each can be varied. */
const SMALL: Example[] = [
  {
    name: 'several images, channels and filters',
    images: [2, 2, 3, 4],
    filters: [2, 2, 3],
    stride: 1,
    pad: 0,
  },
  { name: 'a stride and a padding', images: [1, 1, 5, 4], filters: [2, 3, 2], stride: 2, pad: 1 },
];

function drawn({ images: [N, C, H, W], filters: [F, KH, KW], stride, pad }: Example) {
  const random = seededRandom(N + 10 * C + 100 * H + 1000 * F);
  return {
    x: randomNormal(random, 1, N, C, H, W),
    W: randomNormal(random, 1, F, C, KH, KW),
    b: randomNormal(random, 1, F),
    steps: { stride, pad },
  };
}

/** A pixel, and 0 outside of the image. */
function pixel(x: Tensor, n: number, c: number, row: number, column: number): number {
  const [, , H, W] = x.shape as [number, number, number, number];
  return row < 0 || column < 0 || row >= H || column >= W ? 0 : x.get(n, c, row, column);
}

/** What a convolution is by its formula, without a padded copy: the suite's own. */
function byFormula(x: Tensor, W: Tensor, b: Tensor, { stride, pad }: Steps): Tensor {
  const [N, C, H, width] = x.shape as [number, number, number, number];
  const [F, , KH, KW] = W.shape as [number, number, number, number];
  const places = (size: number, kernel: number) => {
    let count = 0;
    for (let start = -pad; start + kernel <= size + pad; start += stride) count++;
    return count;
  };
  return filled([N, F, places(H, KH), places(width, KW)], (...[n, f, i, j]) => {
    let sum = b.get(f!);
    for (let at = 0; at < C * KH * KW; at++) {
      const [c, u, v] = [Math.floor(at / (KH * KW)), Math.floor(at / KW) % KH, at % KW];
      const [row, column] = [i! * stride + u - pad, j! * stride + v - pad];
      sum += pixel(x, n!, c, row, column) * W.get(f!, c, u, v);
    }
    return sum;
  });
}

const AXES = {
  x: ['image', 'channel', 'row', 'column'],
  W: ['filter', 'channel', 'kernel row', 'kernel column'],
  b: ['filter'],
  out: ['image', 'filter', 'row', 'column'],
};

describe('13-convolution', () => {
  describe('13.1 outputSize', () => {
    it('counts the places of a kernel, the first one included', () => {
      expect(outputSize(7, 3, { stride: 1, pad: 0 })).to.equal(5);
      expect(outputSize(28, 5, { stride: 1, pad: 0 })).to.equal(24);
    });

    it('leaves out a place that would reach beyond the end', () => {
      expect(outputSize(8, 3, { stride: 2, pad: 0 })).to.equal(3);
      expect(outputSize(10, 3, { stride: 4, pad: 0 })).to.equal(2);
    });

    it('adds the padding on both sides', () => {
      expect(outputSize(7, 3, { stride: 1, pad: 1 })).to.equal(7);
      expect(outputSize(6, 4, { stride: 3, pad: 2 })).to.equal(3);
    });

    it('is 1 for a kernel as large as the padded image', () => {
      expect(outputSize(4, 4, { stride: 3, pad: 0 })).to.equal(1);
      expect(outputSize(2, 8, { stride: 1, pad: 3 })).to.equal(1);
    });

    it('refuses a kernel that does not fit', () => {
      expect(() => outputSize(4, 5, { stride: 1, pad: 0 })).to.throw(RangeError);
      expect(() => outputSize(2, 9, { stride: 4, pad: 3 })).to.throw(RangeError);
    });
  });

  describe('13.2 padImages', () => {
    it('puts zeros on all four sides', () => {
      const x = array([
        [
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
      ]);
      expect(padImages(x, 1)).to.almostEqual([
        [
          [
            [0, 0, 0, 0, 0],
            [0, 1, 2, 3, 0],
            [0, 4, 5, 6, 0],
            [0, 0, 0, 0, 0],
          ],
        ],
      ]);
    });

    it('pads every channel of every image, by any width', () => {
      const x = randomNormal(seededRandom(1), 1, 2, 3, 1, 2);
      const wider = padImages(x, 2);
      expect(wider).to.have.arrayShape([2, 3, 5, 6]);
      expect(wider).to.almostEqual(
        filled([2, 3, 5, 6], (...[n, c, i, j]) => pixel(x, n!, c!, i! - 2, j! - 2)),
      );
    });

    it('is a copy without padding, of its own memory', () => {
      const x = array([[[[1, 2]]]]);
      const same = padImages(x, 0);
      x.data.fill(9);
      expect(same).to.almostEqual([[[[1, 2]]]]);
    });

    it('reads a view through its strides, and leaves it alone', () => {
      const x = turnedImages(small().x);
      expect(() => padImages(x, 1)).to.leaveUnchanged({ x });
      expect(padImages(x, 1)).to.almostEqual(padded());
    });

    it('refuses images without four axes', () => {
      expect(() => padImages(zeros(3, 4), 1)).to.throw(RangeError);
    });
  });

  describe('13.3 receptiveField', () => {
    it('grows by the kernel less one with every layer', () => {
      const layer = { kernel: 3, stride: 1 };
      expect(
        [1, 2, 3].map((count) => receptiveField(Array.from({ length: count }, () => layer))),
      ).to.deep.equal([3, 5, 7]);
    });

    it('grows faster behind a stride, and not before it', () => {
      // 5, then 2 more steps of 3, then 1 more of 6
      const layers = [
        { kernel: 5, stride: 3 },
        { kernel: 3, stride: 2 },
        { kernel: 2, stride: 4 },
      ];
      expect(receptiveField(layers)).to.equal(17);
      // 2, then 2 more steps of 4, then 4 more of 8
      expect(receptiveField(layers.toReversed())).to.equal(2 + 2 * 4 + 4 * 8);
    });

    it('is a pixel for no layer, and for kernels of one pixel', () => {
      expect(receptiveField([])).to.equal(1);
      expect(receptiveField([{ kernel: 1, stride: 5 }])).to.equal(1);
    });

    it('leaves the layers alone', () => {
      const layers = [
        { kernel: 5, stride: 3 },
        { kernel: 3, stride: 2 },
      ];
      expect(() => receptiveField(layers)).to.leaveUnchanged({ layers });
    });
  });

  describe('13.4 convolutionParameters', () => {
    it('counts a kernel for every channel, and a bias for every filter', () => {
      expect(convolutionParameters([5, 2, 3, 4])).to.equal(125);
      expect(convolutionParameters([16, 1, 3, 3])).to.equal(160);
      expect(convolutionParameters([1, 1, 1, 1])).to.equal(2);
    });
  });

  describe('13.5 connectedParameters', () => {
    it('counts every pixel of every channel for every unit, and a bias', () => {
      expect(connectedParameters([3, 2, 5], 7)).to.equal(217);
    });

    it('is 30 million for an image of 100×100 in colour and 1,000 units', () => {
      expect(connectedParameters([3, 100, 100], 1000)).to.equal(30_001_000);
    });
  });

  // Both ways of a convolution must pass the same checks.
  const forwardChecks = (forward: typeof convolutionForward) => {
    it('lays the kernel on the image as it is, and adds the bias', () => {
      const { x, W, b } = small();
      // 1 · 1 + 2 · 0 − 3 + 3 · (−2) + 0.5 and so on
      expect(forward(x, W, b, { stride: 1, pad: 0 }).out).to.almostEqual([
        [
          [
            [-7.5, 14.5],
            [26.5, -13.5],
          ],
        ],
      ]);
    });

    it('strides in both directions, from the padding on', () => {
      const { x, W, b } = small();
      expect(forward(x, W, b, { stride: 2, pad: 1 }).out).to.almostEqual([
        [
          [
            [3.5, -1.5],
            [-3.5, -13.5],
          ],
        ],
      ]);
    });

    it('sums over channels, with a kernel for each, and has a bias for each filter', () => {
      const { x, W, b } = channels();
      expect(forward(x, W, b, { stride: 1, pad: 0 }).out).to.almostEqual([
        [
          [[19], [9]],
          [[-25], [-6]],
        ],
      ]);
    });

    for (const example of EXAMPLES) {
      it(`is right for ${example.name}`, () => {
        const { x, W, b, steps } = drawn(example);
        expect(forward(x, W, b, steps).out).to.almostEqual(byFormula(x, W, b, steps));
      });
    }

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const { x, W, b, steps } = drawn(EXAMPLES[3]!);
      const args = { x: turnedImages(x), W: turnedImages(W), b };
      const call = () => forward(args.x, args.W, args.b, steps);
      expect(call).to.leaveUnchanged({ ...args, steps });
      expect(call().out).to.almostEqual(byFormula(x, W, b, steps));
    });

    it('refuses other axes, other channels and a kernel that does not fit', () => {
      const { x, W, b } = small();
      const steps = { stride: 1, pad: 0 };
      expect(() => forward(zeros(3, 4), W, b, steps)).to.throw(RangeError);
      expect(() => forward(x, zeros(2, 3), b, steps)).to.throw(RangeError);
      expect(() => forward(x, zeros(1, 2, 2, 3), b, steps)).to.throw(RangeError);
      expect(() => forward(x, zeros(1, 1, 4, 1), b, steps)).to.throw(RangeError);
    });
  };

  const backwardChecks = (
    forward: typeof convolutionForward,
    backward: (dout: Tensor, cache: never) => { dx: Tensor; dW: Tensor; db: Tensor },
  ) => {
    const answer = (dout: Tensor, x: Tensor, W: Tensor, b: Tensor, steps: Steps) =>
      backward(dout, forward(x, W, b, steps).cache as never);

    it('sends dout times the one factor to the other, and adds up what overlaps', () => {
      const { x, W, b, dout } = small();
      expect(answer(dout, x, W, b, { stride: 1, pad: 0 })).to.almostEqual({
        dx: array([
          [
            [
              [1, -2, 2, -4],
              [2, 5.5, 0, 1],
              [-3, 8.5, 1.5, 0],
            ],
          ],
        ]),
        dW: array([
          [
            [
              [5, -2, 14.5],
              [9.5, 3.5, -6],
            ],
          ],
        ]),
        db: array([2.5]),
      });
    });

    it('cuts the padding off again, on the right sides', () => {
      const { x, W, b, dout } = small();
      const { dx, db } = answer(dout, x, W, b, { stride: 2, pad: 1 });
      expect(dx).to.almostEqual([
        [
          [
            [3, 2, -6, 0],
            [0, 6.5, 0, 1],
            [9, -0.5, 1.5, 0],
          ],
        ],
      ]);
      expect(db).to.almostEqual([2.5]);
    });

    for (const example of SMALL) {
      it(`agrees with numerical slopes for ${example.name}`, () => {
        const { x, W, b, steps } = drawn(example);
        expect({
          name: 'convolution',
          inputs: { x, W, b },
          forward: (...args: [Tensor, Tensor, Tensor]) => forward(...args, steps),
          backward: (dout: Tensor, cache: never) => backward(dout, cache),
          constants: { N: x.shape[0]! },
          axes: AXES,
        }).to.have.rightGradients();
      });
    }

    it('reads dout through its strides, and leaves it and the cache as they were', () => {
      const { x, W, b, dout } = small();
      const cache = forward(turnedImages(x), turnedImages(W), b, { stride: 1, pad: 0 })
        .cache as never;
      const turnedDout = turnedImages(dout);
      const call = () => backward(turnedDout, cache);
      expect(call).to.leaveUnchanged({ turnedDout, cache });
      expect(call().dW).to.almostEqual([
        [
          [
            [5, -2, 14.5],
            [9.5, 3.5, -6],
          ],
        ],
      ]);
    });
  };

  describe('13.6 convolutionForward', () => {
    forwardChecks(convolutionForward);
  });

  describe('13.7 convolutionBackward', () => {
    backwardChecks(convolutionForward, convolutionBackward);
  });

  const numbered = () => filled([1, 2, 2, 3], (...[, c, i, j]) => 1 + 6 * c! + 3 * i! + j!);

  describe('13.8 im2col', () => {
    it('has a row for each window, with the channels one after the other', () => {
      expect(im2col(numbered(), { KH: 2, KW: 2, stride: 1, pad: 0 })).to.almostEqual([
        [1, 2, 4, 5, 7, 8, 10, 11],
        [2, 3, 5, 6, 8, 9, 11, 12],
      ]);
    });

    it('goes through the windows row by row, with zeros where the padding is', () => {
      const x = numbered().hi(1, 1, 2, 3);
      expect(im2col(x, { KH: 1, KW: 2, stride: 2, pad: 1 })).to.almostEqual([
        [0, 0],
        [0, 0],
        [0, 4],
        [5, 6],
      ]);
    });

    for (const example of EXAMPLES) {
      it(`puts every pixel in its place for ${example.name}`, () => {
        const { x, steps } = drawn(example);
        const [, KH, KW] = example.filters;
        const [N, C, H, width] = example.images;
        const [OH, OW] = [outputSize(H, KH, steps), outputSize(width, KW, steps)];
        const cols = im2col(x, { KH, KW, ...steps });
        expect(cols).to.almostEqual(
          filled([N * OH * OW, C * KH * KW], (...[row, column]) => {
            const [n, i, j] = [Math.floor(row! / (OH * OW)), Math.floor(row! / OW) % OH, row! % OW];
            const [c, u, v] = [
              Math.floor(column! / (KH * KW)),
              Math.floor(column! / KW) % KH,
              column! % KW,
            ];
            const { stride, pad } = steps;
            return pixel(x, n, c, i * stride + u - pad, j * stride + v - pad);
          }),
        );
      });
    }

    it('reads a view through its strides, and leaves it alone', () => {
      const x = turnedImages(numbered());
      const window = { KH: 2, KW: 2, stride: 1, pad: 0 };
      expect(() => im2col(x, window)).to.leaveUnchanged({ x, window });
      expect(im2col(x, window).pick(1, null)).to.almostEqual([2, 3, 5, 6, 8, 9, 11, 12]);
    });

    it('refuses images without four axes, and a window that does not fit', () => {
      const window = { KH: 2, KW: 4, stride: 1, pad: 0 };
      expect(() => im2col(zeros(3, 4), window)).to.throw(RangeError);
      expect(() => im2col(numbered(), window)).to.throw(RangeError);
    });
  });

  describe('13.9 col2im', () => {
    it('adds up what overlaps', () => {
      const cols = array([
        [1, 20, 3, 40],
        [5, 6, 7, 8],
      ]);
      // The second window begins one column further to the right.
      expect(col2im(cols, [1, 1, 2, 3], { KH: 2, KW: 2, stride: 1, pad: 0 })).to.almostEqual([
        [
          [
            [1, 25, 6],
            [3, 47, 8],
          ],
        ],
      ]);
    });

    it('drops what fell on the padding, and leaves 0 where no window was', () => {
      // Four windows of 1×2, two apart: rows −1 and 1, columns −1 and 1.
      const cols = array([
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 8],
      ]);
      expect(col2im(cols, [1, 1, 2, 3], { KH: 1, KW: 2, stride: 2, pad: 1 })).to.almostEqual([
        [
          [
            [0, 0, 0],
            [6, 7, 8],
          ],
        ],
      ]);
    });

    for (const example of EXAMPLES) {
      it(`is the adjoint of im2col for ${example.name}`, () => {
        const { steps } = drawn(example);
        const [, KH, KW] = example.filters;
        const [N, C, H, width] = example.images;
        const rows = N * outputSize(H, KH, steps) * outputSize(width, KW, steps);
        const cols = randomNormal(seededRandom(9), 1, rows, C * KH * KW);
        const images = col2im(cols, [N, C, H, width], { KH, KW, ...steps });
        expect(images).to.have.arrayShape([N, C, H, width]);
        // im2col is the suite's own here: each entry of cols belongs to one pixel.
        const expected = zeros(N, C, H, width);
        const [OH, OW] = [outputSize(H, KH, steps), outputSize(width, KW, steps)];
        for (let row = 0; row < rows; row++) {
          for (let column = 0; column < C * KH * KW; column++) {
            const [n, i, j] = [Math.floor(row / (OH * OW)), Math.floor(row / OW) % OH, row % OW];
            const [c, u, v] = [
              Math.floor(column / (KH * KW)),
              Math.floor(column / KW) % KH,
              column % KW,
            ];
            const [r, s] = [i * steps.stride + u - steps.pad, j * steps.stride + v - steps.pad];
            if (r < 0 || s < 0 || r >= H || s >= width) continue;
            expected.set(n, c, r, s, expected.get(n, c, r, s) + cols.get(row, column));
          }
        }
        expect(images).to.almostEqual(expected);
      });
    }

    it('reads a view through its strides, and leaves its arguments alone', () => {
      const cols = array([
        [1, 50],
        [2, 60],
        [3, 70],
        [4, 80],
      ]).transpose(1, 0);
      const shape = [1, 1, 2, 3];
      const call = () => col2im(cols, shape, { KH: 2, KW: 2, stride: 1, pad: 0 });
      expect(call).to.leaveUnchanged({ cols, shape });
      expect(call().pick(0, 0, 1, null)).to.almostEqual([3, 74, 80]);
    });
  });

  describe('13.10 fastConvolutionForward', () => {
    forwardChecks(fastConvolutionForward as never);
  });

  describe('13.11 fastConvolutionBackward', () => {
    backwardChecks(fastConvolutionForward as never, fastConvolutionBackward);
  });

  describe('13.12 diagonalFilter', () => {
    it('is 2 on the diagonal and −1 elsewhere, as one filter over one channel', () => {
      const wanted = filled([1, 1, 3, 3], (...[, , i, j]) => (i === j ? 2 : -1));
      expect(diagonalFilter()).to.almostEqual(wanted);
    });
  });

  describe('13.13 sobelFilters', () => {
    it('looks to the right with filter 0, and downwards with filter 1', () => {
      const [right, down] = [sobelFilters().pick(0, 0), sobelFilters().pick(1, 0)];
      expect(sobelFilters()).to.have.arrayShape([2, 1, 3, 3]);
      expect(right).to.almostEqual([
        [-1, 0, 1],
        [-2, 0, 2],
        [-1, 0, 1],
      ]);
      expect(down).to.almostEqual([
        [-1, -2, -1],
        [0, 0, 0],
        [1, 2, 1],
      ]);
    });
  });
});

/** small().x with a border of zeros. */
function padded(): Tensor {
  const { x } = small();
  return filled([1, 1, 5, 6], (...[n, c, i, j]) => pixel(x, n!, c!, i! - 1, j! - 1));
}
