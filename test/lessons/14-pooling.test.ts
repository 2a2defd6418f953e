import { array, copy, filled, zeros, type Tensor } from '#arrays';
import { randomNormal, turnedImages } from '#checks/fixtures';
import { expect } from '#checks/gradient/assertion';
import { seededRandom } from '#datasets/random';
import {
  averagePoolBackward,
  averagePoolForward,
  globalAverageBackward,
  globalAverageForward,
  maxPoolBackward,
  maxPoolForward,
  paddedAverageBackward,
  paddedAverageForward,
  relativeChange,
  shiftImages,
  type PaddedWindow,
  type PoolWindow,
} from '#lessons/14-pooling';

// No two sizes are alike where it matters: images and windows are rectangular, images and channels differ in number,
// and strides do not divide.

/** One image of 6×5 pixels, for windows of 4×3 with a stride of 2: they overlap in both directions. */
const large = () =>
  array([
    [
      [
        [4, 10, 1, -4, -8],
        [8, -2, -2, 8, 6],
        [1, -6, -4, 6, 0],
        [0, 4, 5, -9, -1],
        [-8, -7, 2, 10, -6],
        [0, -1, 1, 12, -8],
      ],
    ],
  ]);

const twoApart = (): PoolWindow => ({ KH: 4, KW: 3, stride: 2 });

/** One image of 3×4 pixels, for windows of 2×3 that overlap. */
const small = () =>
  array([
    [
      [
        [1, 2, 0, -1],
        [3, -2, 4, 1],
        [0, 5, -3, 8],
      ],
    ],
  ]);

const overlapping = (): PoolWindow => ({ KH: 2, KW: 3, stride: 1 });

interface Example extends PoolWindow {
  name: string;
  /** N, C, H, W of the images. */
  images: [number, number, number, number];
}

const EXAMPLES: Example[] = [
  { name: 'several images and channels', images: [2, 3, 4, 5], KH: 2, KW: 3, stride: 1 },
  { name: 'a stride that does not divide', images: [1, 2, 6, 9], KH: 3, KW: 2, stride: 2 },
  { name: 'windows side by side', images: [3, 2, 4, 7], KH: 2, KW: 2, stride: 2 },
  { name: 'gaps between the windows', images: [2, 1, 5, 8], KH: 1, KW: 2, stride: 3 },
  { name: 'windows of one pixel', images: [3, 2, 2, 4], KH: 1, KW: 1, stride: 1 },
  { name: 'a window as large as the image', images: [2, 3, 2, 4], KH: 2, KW: 4, stride: 5 },
];

/** Few enough numbers that each can be varied. */
const SMALL: Example[] = [
  { name: 'several images and channels', images: [2, 2, 2, 4], KH: 2, KW: 3, stride: 1 },
  { name: 'rows that overlap', images: [1, 1, 5, 4], KH: 3, KW: 2, stride: 2 },
];

/** Windows that go beyond the edges, a border of one zero or two. */
const PADDED: (Example & PaddedWindow)[] = [true, false].flatMap((countPadding) => [
  { ...SMALL[0]!, pad: 1, countPadding },
  {
    name: 'large windows',
    images: [1, 2, 3, 4],
    KH: 4,
    KW: 3,
    stride: 2,
    pad: 2,
    countPadding,
  },
]);

/** Images of which no two pixels agree, and how fast a loss grows with each number that is left of them. */
function drawn({ images: [N, C, H, W], KH, KW, stride }: Example, pad = 0) {
  const random = seededRandom(N + 10 * C + 100 * H + 1000 * W);
  const x = randomNormal(random, 1, N, C, H, W);
  const places = (size: number, length: number) => placesAlong(size, length, stride, pad).length;
  const dout = randomNormal(random, 1, N, C, places(H, KH), places(W, KW));
  return { x, window: { KH, KW, stride }, dout };
}

/** Where windows begin along one axis. */
function placesAlong(size: number, length: number, stride: number, pad: number): number[] {
  const found = [];
  for (let start = -pad; start + length <= size + pad; start += stride) found.push(start);
  return found;
}

/** One pixel in a window: of which window it is, and where it lies in the image. */
interface Seen {
  out: number[];
  pixel: number[];
}

/** What every window sees of the image, row by row: the suite's own way of going over it. */
function everyWindow(shape: readonly number[], window: PoolWindow, pad = 0): Seen[][] {
  const [N, C, H, W] = shape as [number, number, number, number];
  const { KH, KW, stride } = window;
  const found: Seen[][] = [];
  for (let channel = 0; channel < N * C; channel++) {
    const [n, c] = [Math.floor(channel / C), channel % C];
    for (const [i, top] of placesAlong(H, KH, stride, pad).entries()) {
      for (const [j, left] of placesAlong(W, KW, stride, pad).entries()) {
        const seen = [];
        for (let row = Math.max(0, top); row < Math.min(H, top + KH); row++) {
          for (let column = Math.max(0, left); column < Math.min(W, left + KW); column++) {
            seen.push({ out: [n, c, i, j], pixel: [n, c, row, column] });
          }
        }
        found.push(seen);
      }
    }
  }
  return found;
}

/** A number for each window, by a formula for the pixels that it sees. */
function pooled(
  x: Tensor,
  window: PoolWindow,
  formula: (pixels: number[]) => number,
  pad = 0,
): Tensor {
  const [N, C, H, W] = x.shape as [number, number, number, number];
  const { KH, KW, stride } = window;
  const out = zeros(
    N,
    C,
    placesAlong(H, KH, stride, pad).length,
    placesAlong(W, KW, stride, pad).length,
  );
  for (const seen of everyWindow(x.shape, window, pad)) {
    out.set(...seen[0]!.out, formula(seen.map(({ pixel }) => x.get(...pixel))));
  }
  return out;
}

const meanOf = (pixels: number[]) => pixels.reduce((a, b) => a + b, 0) / pixels.length;

/** What max pooling sends back: each number to the largest of the pixels that its window saw. */
function maxGradient(x: Tensor, window: PoolWindow, dout: Tensor): Tensor {
  const dx = zeros(...x.shape);
  for (const seen of everyWindow(x.shape, window)) {
    const [largest] = seen.toSorted((a, b) => x.get(...b.pixel) - x.get(...a.pixel));
    const { pixel, out } = largest!;
    dx.set(...pixel, dx.get(...pixel) + dout.get(...out));
  }
  return dx;
}

/** What average pooling sends back: each number in equal shares to the pixels that its window saw. */
function averageGradient(
  x: Tensor,
  window: PoolWindow,
  dout: Tensor,
  pad = 0,
  isPaddingCounted = false,
): Tensor {
  const dx = zeros(...x.shape);
  for (const seen of everyWindow(x.shape, window, pad)) {
    const count = isPaddingCounted ? window.KH * window.KW : seen.length;
    for (const { pixel, out } of seen) {
      dx.set(...pixel, dx.get(...pixel) + dout.get(...out) / count);
    }
  }
  return dx;
}

const AXES = {
  x: ['image', 'channel', 'row', 'column'],
  out: ['image', 'channel', 'row', 'column'],
};

describe('14-pooling', () => {
  describe('14.1 maxPoolForward', () => {
    it('is the largest pixel of each window', () => {
      expect(maxPoolForward(large(), twoApart()).out).to.almostEqual([
        [
          [
            [10, 8],
            [5, 12],
          ],
        ],
      ]);
    });

    it('is below 0 where all pixels of a window are, however far', () => {
      const x = array([
        [
          [
            [-5, -2, -7, -1],
            [-3, -9, -4, -8],
            [-6, -1.5, -10, -2.5],
          ],
        ],
      ]);
      expect(maxPoolForward(x, overlapping()).out).to.almostEqual([
        [
          [
            [-2, -1],
            [-1.5, -1.5],
          ],
        ],
      ]);
      const far = array([[[[-3e300, -2e300, -7e300]]]]);
      expect(maxPoolForward(far, { KH: 1, KW: 2, stride: 1 }).out).to.almostEqual([
        [[[-2e300, -2e300]]],
      ]);
    });

    it('has a maximum for each channel of each image', () => {
      const x = array([
        [[[1, 9, 3]], [[-4, -6, -5]]],
        [[[20, 10, 30]], [[0, 0.5, 40]]],
      ]);
      expect(maxPoolForward(x, { KH: 1, KW: 2, stride: 1 }).out).to.almostEqual([
        [[[9, 9]], [[-4, -5]]],
        [[[20, 30]], [[0.5, 40]]],
      ]);
    });

    for (const example of EXAMPLES) {
      it(`is right for ${example.name}`, () => {
        const { x, window } = drawn(example);
        expect(maxPoolForward(x, window).out).to.almostEqual(
          pooled(x, window, (pixels) => Math.max(...pixels)),
        );
      });
    }

    poolChecks(maxPoolForward, (pixels) => Math.max(...pixels));
  });

  describe('14.2 maxPoolBackward', () => {
    it('sends dout to the largest pixel, and adds up what several windows send', () => {
      const x = array([
        [
          [
            [-5, -2, -7, -1],
            [-3, -9, -4, -8],
            [-6, -1.5, -10, -2.5],
          ],
        ],
      ]);
      const dout = array([
        [
          [
            [1, -2],
            [3, 0.5],
          ],
        ],
      ]);
      expect(maxBack(x, overlapping(), dout)).to.almostEqual({
        dx: array([
          [
            [
              [0, 1, 0, -2],
              [0, 0, 0, 0],
              [0, 3.5, 0, 0],
            ],
          ],
        ]),
      });
    });

    it('gives all to the first of the largest, row by row', () => {
      const x = array([
        [
          [
            [1, 7, 7],
            [7, 2, 7],
          ],
        ],
      ]);
      expect(maxBack(x, { KH: 2, KW: 3, stride: 1 }, array([[[[5]]]])).dx).to.almostEqual([
        [
          [
            [0, 5, 0],
            [0, 0, 0],
          ],
        ],
      ]);
      expect(maxBack(x, { KH: 2, KW: 2, stride: 1 }, array([[[[5, -3]]]])).dx).to.almostEqual([
        [
          [
            [0, 2, 0],
            [0, 0, 0],
          ],
        ],
      ]);
    });

    it('gives all to the first pixel of an even window, also if it is 0', () => {
      const x = zeros(1, 2, 3, 4);
      const dout = array([
        [
          [
            [1, 2],
            [3, 4],
          ],
          [
            [-5, 6],
            [7, -8],
          ],
        ],
      ]);
      expect(maxBack(x, overlapping(), dout).dx).to.almostEqual([
        [
          [
            [1, 2, 0, 0],
            [3, 4, 0, 0],
            [0, 0, 0, 0],
          ],
          [
            [-5, 6, 0, 0],
            [7, -8, 0, 0],
            [0, 0, 0, 0],
          ],
        ],
      ]);
    });

    for (const example of EXAMPLES) {
      it(`finds the pixel again for ${example.name}`, () => {
        const { x, window, dout } = drawn(example);
        expect(maxBack(x, window, dout).dx).to.almostEqual(maxGradient(x, window, dout));
      });
    }

    for (const example of SMALL) {
      it(`agrees with numerical slopes for ${example.name}`, () => {
        const { x, window } = drawn(example);
        expect({
          name: 'max pooling',
          inputs: { x },
          forward: (images: Tensor) => maxPoolForward(images, window),
          backward: maxPoolBackward,
          constants: { N: x.shape[0]!, area: window.KH * window.KW },
          axes: AXES,
        }).to.have.rightGradients();
      });
    }

    it('reads dout through its strides, and leaves it and the cache as they were', () => {
      const { x, window, dout } = drawn(EXAMPLES[0]!);
      const { cache } = maxPoolForward(turnedImages(x), window);
      const view = turnedImages(dout);
      expect(() => maxPoolBackward(view, cache)).to.leaveUnchanged({ view, cache });
      expect(maxPoolBackward(view, cache).dx).to.almostEqual(maxGradient(x, window, dout));
    });
  });

  describe('14.3 averagePoolForward', () => {
    it('is the mean of each window', () => {
      expect(averagePoolForward(large(), twoApart()).out).to.almostEqual([
        [
          [
            [19 / 12, -2 / 12],
            [-13 / 12, 8 / 12],
          ],
        ],
      ]);
    });

    it('has a mean for each channel of each image', () => {
      const x = array([
        [[[1, 9, 4]], [[-4, -6, -5]]],
        [[[20, 10, 30]], [[0, 0.5, 0.25]]],
      ]);
      expect(averagePoolForward(x, { KH: 1, KW: 2, stride: 1 }).out).to.almostEqual([
        [[[5, 6.5]], [[-5, -5.5]]],
        [[[15, 20]], [[0.25, 0.375]]],
      ]);
    });

    for (const example of EXAMPLES) {
      it(`is right for ${example.name}`, () => {
        const { x, window } = drawn(example);
        expect(averagePoolForward(x, window).out).to.almostEqual(pooled(x, window, meanOf));
      });
    }

    poolChecks(averagePoolForward, meanOf);
  });

  describe('14.4 averagePoolBackward', () => {
    it('gives every pixel of a window its share, and adds up what several windows give', () => {
      const dout = array([
        [
          [
            [12, -24],
            [36, 6],
          ],
        ],
      ]);
      expect(averageBack(large(), twoApart(), dout)).to.almostEqual({
        dx: array([
          [
            [
              [1, 1, -1, -2, -2],
              [1, 1, -1, -2, -2],
              [4, 4, 2.5, -1.5, -1.5],
              [4, 4, 2.5, -1.5, -1.5],
              [3, 3, 3.5, 0.5, 0.5],
              [3, 3, 3.5, 0.5, 0.5],
            ],
          ],
        ]),
      });
    });

    it('leaves 0 where no window was', () => {
      const window = { KH: 1, KW: 2, stride: 3 };
      expect(averageBack(zeros(1, 1, 2, 7), window, array([[[[8, -6]]]])).dx).to.almostEqual([
        [
          [
            [4, 4, 0, -3, -3, 0, 0],
            [0, 0, 0, 0, 0, 0, 0],
          ],
        ],
      ]);
    });

    for (const example of EXAMPLES) {
      it(`is right for ${example.name}`, () => {
        const { x, window, dout } = drawn(example);
        expect(averageBack(x, window, dout).dx).to.almostEqual(averageGradient(x, window, dout));
      });
    }

    for (const example of SMALL) {
      it(`agrees with numerical slopes for ${example.name}`, () => {
        const { x, window } = drawn(example);
        expect({
          name: 'average pooling',
          inputs: { x },
          forward: (images: Tensor) => averagePoolForward(images, window),
          backward: averagePoolBackward,
          constants: { N: x.shape[0]!, area: window.KH * window.KW },
          axes: AXES,
        }).to.have.rightGradients();
      });
    }

    it('reads dout through its strides, and leaves it and the cache as they were', () => {
      const { x, window, dout } = drawn(EXAMPLES[1]!);
      const { cache } = averagePoolForward(turnedImages(x), window);
      const view = turnedImages(dout);
      expect(() => averagePoolBackward(view, cache)).to.leaveUnchanged({ view, cache });
      expect(averagePoolBackward(view, cache).dx).to.almostEqual(averageGradient(x, window, dout));
    });
  });

  /** Windows of 2×3, two apart, that begin in a border of one zero. */
  const padded = (countPadding: boolean): PaddedWindow => ({
    KH: 2,
    KW: 3,
    stride: 2,
    pad: 1,
    countPadding,
  });

  describe('14.5 paddedAverageForward', () => {
    // The windows see 1 + 2 and 0 − 1 + 2 above, 3 − 2 + 0 + 5 and −2 + 4 + 1 + 5 − 3 + 8 below.
    it('divides by the whole window where the padding counts, else by what a window sees', () => {
      const { out: counted } = paddedAverageForward(small(), padded(true));
      const { out: seen } = paddedAverageForward(small(), padded(false));
      expect(counted).to.almostEqual([
        [
          [
            [3 / 6, 1 / 6],
            [6 / 6, 13 / 6],
          ],
        ],
      ]);
      expect(seen).to.almostEqual([
        [
          [
            [3 / 2, 1 / 3],
            [6 / 4, 13 / 6],
          ],
        ],
      ]);
    });

    for (const example of [
      ...EXAMPLES.map((each) => ({ ...each, pad: 0, countPadding: each.stride === 1 })),
      ...PADDED,
    ]) {
      const { name, pad, countPadding, KH, KW, stride } = example;
      const counted = countPadding ? 'counted' : 'not counted';
      it(`is right for ${name}, a window of ${KH}×${KW} and a padding of ${pad}, ${counted}`, () => {
        const { x } = drawn(example, pad);
        const window = { KH, KW, stride, pad, countPadding };
        const mean = (pixels: number[]) =>
          countPadding ? (meanOf(pixels) * pixels.length) / (KH * KW) : meanOf(pixels);
        expect(paddedAverageForward(x, window).out).to.almostEqual(pooled(x, window, mean, pad));
      });
    }

    it('is the mean of an even image where the padding does not count', () => {
      const x = filled([2, 1, 3, 5], (n) => 4 - 7 * n!);
      const window = { KH: 3, KW: 2, stride: 1, pad: 1, countPadding: false };
      expect(paddedAverageForward(x, window).out).to.almostEqual(
        filled([2, 1, 3, 6], (n) => 4 - 7 * n!),
      );
    });

    it('reads a view through its strides, and leaves its arguments alone', () => {
      const x = turnedImages(small());
      const window = padded(false);
      expect(() => paddedAverageForward(x, window)).to.leaveUnchanged({ x, window });
      expect(paddedAverageForward(x, window).out.pick(0, 0, 1, null)).to.almostEqual([1.5, 13 / 6]);
    });

    it('refuses other axes, a window that does not fit, and a padding that has room for one', () => {
      const x = small();
      const window = { KH: 2, KW: 3, stride: 1, pad: 1, countPadding: true };
      expect(() => paddedAverageForward(zeros(3, 4), window)).to.throw(RangeError);
      expect(() => paddedAverageForward(x, { ...window, KH: 6 })).to.throw(RangeError);
      expect(() => paddedAverageForward(x, { ...window, KW: 7 })).to.throw(RangeError);
      expect(() => paddedAverageForward(x, { ...window, pad: 2 })).to.throw(RangeError);
      expect(() => paddedAverageForward(x, { ...window, KH: 3, KW: 1 })).to.throw(RangeError);
    });
  });

  describe('14.6 paddedAverageBackward', () => {
    const dout = () =>
      array([
        [
          [
            [12, -6],
            [24, 60],
          ],
        ],
      ]);

    it('gives shares of the whole window where the padding counts, else of what it saw', () => {
      const counted = paddedBack(small(), padded(true), dout());
      const seen = paddedBack(small(), padded(false), dout());
      expect(counted).to.almostEqual({
        dx: array([
          [
            [
              [2, 1, -1, -1],
              [4, 14, 10, 10],
              [4, 14, 10, 10],
            ],
          ],
        ]),
      });
      expect(seen.dx).to.almostEqual([
        [
          [
            [6, 4, -2, -2],
            [6, 16, 10, 10],
            [6, 16, 10, 10],
          ],
        ],
      ]);
    });

    for (const example of PADDED) {
      const { name, KH, KW, stride, pad, countPadding } = example;
      const counted = countPadding ? 'counted' : 'not counted';
      it(`is right for ${name} and a padding of ${pad}, ${counted}`, () => {
        const { x, dout: slopes } = drawn(example, pad);
        const window = { KH, KW, stride, pad, countPadding };
        expect(paddedBack(x, window, slopes).dx).to.almostEqual(
          averageGradient(x, window, slopes, pad, countPadding),
        );
      });
    }

    for (const example of [PADDED[1]!, PADDED[2]!]) {
      const { name, KH, KW, stride, pad, countPadding } = example;
      const counted = countPadding ? 'counted' : 'not counted';
      it(`agrees with numerical slopes for ${name}, the padding ${counted}`, () => {
        const { x } = drawn(example);
        expect({
          name: 'padded average pooling',
          inputs: { x },
          forward: (images: Tensor) =>
            paddedAverageForward(images, { KH, KW, stride, pad, countPadding }),
          backward: paddedAverageBackward,
          constants: { N: x.shape[0]!, area: KH * KW },
          axes: AXES,
        }).to.have.rightGradients();
      });
    }

    it('reads dout through its strides, and leaves it and the cache as they were', () => {
      const { cache } = paddedAverageForward(turnedImages(small()), padded(false));
      const view = turnedImages(dout());
      expect(() => paddedAverageBackward(view, cache)).to.leaveUnchanged({ view, cache });
      expect(paddedAverageBackward(view, cache).dx.pick(0, 0, null, 1)).to.almostEqual([4, 16, 16]);
    });
  });

  describe('14.7 globalAverageForward', () => {
    it('is the mean of each channel of each image', () => {
      const x = array([
        [
          [
            [1, 2, 3],
            [4, 5, 9],
          ],
          [
            [-1, 0, 2],
            [7, -5, 0],
          ],
        ],
        [
          [
            [10, 20, 30],
            [-40, 50, 20],
          ],
          [
            [0, 0, -6],
            [0, 0, 0],
          ],
        ],
        [
          [
            [6, 6, 6],
            [6, 6, 6],
          ],
          [
            [-3, 1, 0.5],
            [4, 2, 100],
          ],
        ],
      ]);
      expect(globalAverageForward(x).out).to.almostEqual([
        [4, 0.5],
        [15, -1],
        [6, 104.5 / 6],
      ]);
    });

    it('is the pixel itself for images of one pixel', () => {
      expect(globalAverageForward(array([[[[3]], [[-8]], [[0.5]]]])).out).to.almostEqual([
        [3, -8, 0.5],
      ]);
    });

    it('reads a view through its strides, and leaves it alone', () => {
      const x = randomNormal(seededRandom(3), 1, 2, 3, 4, 5);
      const view = turnedImages(x);
      expect(() => globalAverageForward(view)).to.leaveUnchanged({ view });
      expect(globalAverageForward(view).out).to.almostEqual(
        pooled(x, { KH: 4, KW: 5, stride: 1 }, meanOf).pick(null, null, 0, 0),
      );
    });

    it('gives nothing for an empty batch', () => {
      expect(globalAverageForward(zeros(0, 2, 3, 4)).out).to.have.arrayShape([0, 2]);
    });

    it('refuses images without four axes', () => {
      expect(() => globalAverageForward(zeros(3, 4))).to.throw(RangeError);
      expect(() => globalAverageForward(zeros(1, 2, 3, 4, 5))).to.throw(RangeError);
    });
  });

  describe('14.8 globalAverageBackward', () => {
    const x = () => randomNormal(seededRandom(4), 1, 3, 2, 2, 3);
    const dout = () =>
      array([
        [6, -12],
        [1.5, 30],
        [0, -0.6],
      ]);

    it('gives every pixel of a channel the same share', () => {
      const shares = [
        [1, -2],
        [0.25, 5],
        [0, -0.1],
      ];
      expect(globalAverageBackward(dout(), globalAverageForward(x()).cache)).to.almostEqual({
        dx: filled([3, 2, 2, 3], (...[n, c]) => shares[n!]![c!]!),
      });
    });

    it('agrees with numerical slopes', () => {
      expect({
        name: 'global average pooling',
        inputs: { x: x() },
        forward: globalAverageForward,
        backward: globalAverageBackward,
        constants: { N: 3, area: 6 },
        axes: { x: AXES.x, out: ['image', 'channel'] },
      }).to.have.rightGradients();
    });

    it('reads dout through its strides, and leaves it and the cache as they were', () => {
      const { cache } = globalAverageForward(turnedImages(x()));
      const view = copy(dout().transpose(1, 0)).transpose(1, 0);
      expect(() => globalAverageBackward(view, cache)).to.leaveUnchanged({ view, cache });
      expect(globalAverageBackward(view, cache).dx.pick(null, 1, 1, 2)).to.almostEqual([
        -2, 5, -0.1,
      ]);
    });
  });

  describe('14.9 shiftImages', () => {
    it('moves down and to the right, and lets zeros in', () => {
      expect(shiftImages(small(), 1, 2)).to.almostEqual([
        [
          [
            [0, 0, 0, 0],
            [0, 0, 1, 2],
            [0, 0, 3, -2],
          ],
        ],
      ]);
    });

    it('moves up and to the left by negative numbers', () => {
      expect(shiftImages(small(), -1, -2)).to.almostEqual([
        [
          [
            [4, 1, 0, 0],
            [-3, 8, 0, 0],
            [0, 0, 0, 0],
          ],
        ],
      ]);
      expect(shiftImages(small(), 2, -1)).to.almostEqual([
        [
          [
            [0, 0, 0, 0],
            [0, 0, 0, 0],
            [2, 0, -1, 0],
          ],
        ],
      ]);
    });

    it('moves every channel of every image alike', () => {
      const x = randomNormal(seededRandom(5), 1, 2, 3, 2, 3);
      expect(shiftImages(x, 0, 1)).to.almostEqual(
        filled([2, 3, 2, 3], (...[n, c, i, j]) => (j === 0 ? 0 : x.get(n!, c!, i!, j! - 1))),
      );
    });

    it('leaves nothing of an image that moves as far as it is large', () => {
      expect(shiftImages(small(), 3, 0)).to.almostEqual(zeros(1, 1, 3, 4));
      expect(shiftImages(small(), 0, -4)).to.almostEqual(zeros(1, 1, 3, 4));
      expect(shiftImages(small(), 50, 1)).to.almostEqual(zeros(1, 1, 3, 4));
    });

    it('reads a view through its strides, leaves it alone, and is a copy if nothing moves', () => {
      const x = turnedImages(small());
      expect(() => shiftImages(x, 1, 2)).to.leaveUnchanged({ x });
      expect(() => shiftImages(x, 0, 0)).to.leaveUnchanged({ x });
      expect(shiftImages(x, 0, 0)).to.almostEqual(small());
    });

    it('refuses images without four axes', () => {
      expect(() => shiftImages(zeros(3, 4), 1, 1)).to.throw(RangeError);
    });
  });

  describe('14.10 relativeChange', () => {
    const [before, after] = [
      () =>
        array([
          [3, 0, 0],
          [0, -4, 0],
        ]),
      () =>
        array([
          [4, 2, 0],
          [2, -4, 0],
        ]),
    ];

    it('is the length of the difference beside the length of what was', () => {
      expect(relativeChange(before(), after())).to.almostEqual(3 / 5);
      expect(relativeChange(after(), before())).to.almostEqual(3 / Math.sqrt(40));
    });

    it('is 0 where nothing has changed, 1 where nothing is left, and 2 where all signs have', () => {
      expect(relativeChange(before(), before())).to.equal(0);
      expect(relativeChange(before(), zeros(2, 3))).to.almostEqual(1);
      expect(relativeChange(array([2, 1, -3]), array([-2, -1, 3]))).to.almostEqual(2);
    });

    it('is the same in any unit', () => {
      expect(relativeChange(array([3e-9, 4e-9]), array([3e-9, 5e-9]))).to.almostEqual(0.2);
      expect(relativeChange(array([3e9, 4e9]), array([3e9, 5e9]))).to.almostEqual(0.2);
    });

    it('reads views through their strides, and leaves both alone', () => {
      const [x, y] = [before().transpose(1, 0), copy(after().transpose(1, 0))];
      expect(() => relativeChange(x, y)).to.leaveUnchanged({ x, y });
      expect(relativeChange(x, y)).to.almostEqual(0.6);
    });

    it('refuses different shapes, and nothing but zeros before', () => {
      expect(() => relativeChange(before(), before().transpose(1, 0))).to.throw(RangeError);
      expect(() => relativeChange(zeros(2, 3), after())).to.throw(RangeError);
    });
  });

  function maxBack(x: Tensor, window: PoolWindow, dout: Tensor) {
    return maxPoolBackward(dout, maxPoolForward(x, window).cache);
  }

  function averageBack(x: Tensor, window: PoolWindow, dout: Tensor) {
    return averagePoolBackward(dout, averagePoolForward(x, window).cache);
  }

  function paddedBack(x: Tensor, window: PaddedWindow, dout: Tensor) {
    return paddedAverageBackward(dout, paddedAverageForward(x, window).cache);
  }
});

/** What max and average pooling have in common, whatever is made of the pixels of a window. */
function poolChecks(
  forward: (x: Tensor, window: PoolWindow) => { out: Tensor },
  formula: (pixels: number[]) => number,
): void {
  it('reads a view through its strides, and leaves its arguments alone', () => {
    const { x, window } = drawn(EXAMPLES[1]!);
    const view = turnedImages(x);
    expect(() => forward(view, window)).to.leaveUnchanged({ view, window });
    expect(forward(view, window).out).to.almostEqual(pooled(x, window, formula));
  });

  it('gives nothing for an empty batch', () => {
    expect(forward(zeros(0, 2, 3, 4), overlapping()).out).to.have.arrayShape([0, 2, 2, 2]);
  });

  it('refuses other axes, and a window that does not fit', () => {
    const window = overlapping();
    expect(() => forward(zeros(3, 4), window)).to.throw(RangeError);
    expect(() => forward(small(), { ...window, KH: 4 })).to.throw(RangeError);
    expect(() => forward(small(), { ...window, KW: 5 })).to.throw(RangeError);
  });
}
