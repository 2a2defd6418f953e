/** Lesson 14: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { copy, filled, map, zeros, zip, type Tensor } from '#arrays';
import { outputSize } from '#lessons/13-convolution';
import type { Misconception } from '../../checks/misconception.ts';
import { refusingLike } from '../../checks/wrong-answers.ts';
import {
  averagePoolBackward,
  averagePoolForward,
  globalAverageBackward,
  globalAverageForward,
  maxPoolForward,
  paddedAverageBackward,
  paddedAverageForward,
  relativeChange,
  shiftImages,
  type AveragePoolCache,
  type GlobalAverageCache,
  type MaxPoolCache,
  type PaddedAverageCache,
  type PaddedWindow,
  type PoolWindow,
} from './pooling.reference.ts';

/** A window that lies on an image: whose it is, and what it sees. */
interface Place {
  n: number;
  c: number;
  i: number;
  j: number;
  /** Where the pixels are, row by row. */
  pixels: Pixel[];
}

type Pixel = [row: number, column: number];
type Sizes = [N: number, C: number, H: number, W: number];

/** What goes wrong as windows are laid on an image, whatever is made of their pixels. */
interface WrongWindow {
  id: string;
  sentence: string;
  /** Where one entry comes from: of which image and channel, and which pixels. */
  taken: (place: Place, window: PoolWindow, shape: Sizes) => Place;
}

/** The window at (i, j), of any size and with any step, cut where the image ends. */
function cut(
  { i, j }: Place,
  [, , H, W]: Sizes,
  KH: number,
  KW: number,
  down: number,
  right: number,
): Pixel[] {
  const found: Pixel[] = [];
  for (let row = i * down; row < Math.min(H, i * down + KH); row++) {
    for (let column = j * right; column < Math.min(W, j * right + KW); column++) {
      found.push([row, column]);
    }
  }
  return found;
}

const WINDOWS: readonly WrongWindow[] = [
  {
    id: 'last-row-missed',
    sentence:
      "The window's last row is left out: the loop ends one too early. u runs from 0 to KH − 1.",
    taken: (place, { KH, KW, stride }, shape) => ({
      ...place,
      pixels: cut(place, shape, Math.max(1, KH - 1), KW, stride, stride),
    }),
  },
  {
    id: 'last-column-missed',
    sentence:
      "The window's last column is left out: the loop ends one too early. v runs from 0 to KW − 1.",
    taken: (place, { KH, KW, stride }, shape) => ({
      ...place,
      pixels: cut(place, shape, KH, Math.max(1, KW - 1), stride, stride),
    }),
  },
  {
    id: 'stride-in-rows-only',
    sentence:
      'The stride moves the window down but not to the right. It counts in both directions.',
    taken: (place, { KH, KW, stride }, shape) => ({
      ...place,
      pixels: cut(place, shape, KH, KW, stride, 1),
    }),
  },
  {
    id: 'stride-in-columns-only',
    sentence:
      'The stride moves the window to the right but not down. It counts in both directions.',
    taken: (place, { KH, KW, stride }, shape) => ({
      ...place,
      pixels: cut(place, shape, KH, KW, 1, stride),
    }),
  },
  {
    id: 'stride-ignored',
    sentence:
      'The window moves by one pixel whatever the stride. Window (i, j) begins at (i · stride, j · stride).',
    taken: (place, { KH, KW }, shape) => ({ ...place, pixels: cut(place, shape, KH, KW, 1, 1) }),
  },
  {
    id: 'moved-by-its-size',
    sentence:
      'The window moves by its own size, so that no two overlap. It moves by the stride: window (i, j) begins at (i · stride, j · stride).',
    taken: (place, { KH, KW }, shape) => ({ ...place, pixels: cut(place, shape, KH, KW, KH, KW) }),
  },
  {
    id: 'stride-as-size',
    sentence:
      'The window has stride × stride pixels. The stride says how far it moves; its size is KH × KW.',
    taken: (place, { stride }, shape) => ({
      ...place,
      pixels: cut(place, shape, stride, stride, stride, stride),
    }),
  },
  {
    id: 'window-turned',
    sentence: "The window's rows and columns are exchanged: it has KH rows and KW columns.",
    taken: (place, { KH, KW, stride }, shape) => ({
      ...place,
      pixels: cut(place, shape, KW, KH, stride, stride),
    }),
  },
  {
    id: 'places-turned',
    sentence:
      'The places are exchanged: i counts windows from above and goes with rows, j from the left and goes with columns.',
    taken: (place, { KH, KW, stride }, shape) => ({
      ...place,
      pixels: cut({ ...place, i: place.j, j: place.i }, shape, KH, KW, stride, stride),
    }),
  },
  {
    id: 'first-channel-for-all',
    sentence: 'Every channel gives what the first one gives. Channel c has windows of its own.',
    taken: (place) => ({ ...place, c: 0 }),
  },
  {
    id: 'first-image-for-all',
    sentence: 'Every image of the batch gives what the first one gives. Look at image n.',
    taken: (place) => ({ ...place, n: 0 }),
  },
  {
    id: 'whole-image',
    sentence:
      'All windows give the same: that of the whole image. Each sees KH × KW pixels of its own.',
    taken: (place, _, shape) => ({ ...place, pixels: cut(place, shape, shape[2], shape[3], 0, 0) }),
  },
  {
    id: 'upper-left-only',
    sentence:
      "This is each window's pixel in the upper left corner. Look at all of its KH × KW pixels.",
    taken: (place) => ({ ...place, pixels: place.pixels.slice(0, 1) }),
  },
];

const pixelsIn = (x: Tensor, { n, c, pixels }: Place) =>
  pixels.map((pixel) => x.get(n, c, ...pixel));
const sumOf = (values: number[]) => values.reduce((a, b) => a + b, 0);
const meanOf = (values: number[]) => sumOf(values) / Math.max(1, values.length);
// Without pixels it is what such a loop begins with.
const largest = (values: number[]) => values.reduce((a, b) => Math.max(a, b), -Infinity);

/** A number for each window, by a formula for its place. */
function pooled(x: Tensor, window: PoolWindow, formula: (place: Place) => number): Tensor {
  const out = zeros(...pooledShape(x.shape, window));
  for (const place of placesOf(out, window)) {
    out.set(place.n, place.c, place.i, place.j, formula(place));
  }
  return out;
}

/** Gradients of images, by what each window sends to which pixels. */
function sentBack(
  dout: Tensor,
  { shape, window }: { shape: readonly number[]; window: PoolWindow },
  send: (slope: number, place: Place) => [pixel: Pixel, value: number][],
  put: (before: number, value: number) => number = (before, value) => before + value,
): { dx: Tensor } {
  const dx = zeros(...shape);
  for (const place of placesOf(dout, window)) {
    const { n, c, i, j } = place;
    for (const [pixel, value] of send(dout.get(n, c, i, j), place)) {
      dx.set(n, c, ...pixel, put(dx.get(n, c, ...pixel), value));
    }
  }
  return { dx };
}

/** Every window, in the order of the numbers that they leave. */
function placesOf(out: Tensor, { KH, KW, stride }: PoolWindow): Place[] {
  const [N, C, OH, OW] = out.shape as Sizes;
  const found: Place[] = [];
  for (let at = 0; at < N * C * OH * OW; at++) {
    const [n, c] = [Math.floor(at / (C * OH * OW)), Math.floor(at / (OH * OW)) % C];
    const [i, j] = [Math.floor(at / OW) % OH, at % OW];
    const pixels = Array.from({ length: KH * KW }, (_, k): Pixel => [
      i * stride + Math.floor(k / KW),
      j * stride + (k % KW),
    ]);
    found.push({ n, c, i, j, pixels });
  }
  return found;
}

function pooledShape(shape: readonly number[], { KH, KW, stride }: PoolWindow): Sizes {
  const [N, C, H, W] = shape as Sizes;
  const steps = { stride, pad: 0 };
  return [N, C, outputSize(H, KH, steps), outputSize(W, KW, steps)];
}

/** Max pooling with another formula. */
function wrongMax(formula: (x: Tensor, place: Place, window: PoolWindow) => number) {
  return (x: Tensor, window: PoolWindow) => {
    const { cache } = maxPoolForward(x, window);
    return { out: pooled(x, window, (place) => formula(x, place, window)), cache };
  };
}

/** Average pooling with another formula. */
function wrongAverage(formula: (x: Tensor, place: Place, window: PoolWindow) => number) {
  return (x: Tensor, window: PoolWindow) => {
    const { cache } = averagePoolForward(x, window);
    return { out: pooled(x, window, (place) => formula(x, place, window)), cache };
  };
}

/** Max pooling's way back, with something else that each window sends. */
function wrongMaxBack(
  send: (slope: number, place: Place, x: Tensor) => [pixel: Pixel, value: number][],
  put?: (before: number, value: number) => number,
) {
  return (dout: Tensor, { x, window }: MaxPoolCache) =>
    sentBack(dout, { shape: x.shape, window }, (slope, place) => send(slope, place, x), put);
}

/** Average pooling's way back, with something else that each window gives to all of its pixels. */
function wrongShare(share: (slope: number, cache: AveragePoolCache) => number) {
  return (dout: Tensor, cache: AveragePoolCache) =>
    sentBack(dout, cache, (slope, { pixels }) =>
      pixels.map((pixel) => [pixel, share(slope, cache)]),
    );
}

const assigned = (_: number, value: number): number => value;

/** The pixels of a window that are as large as its largest. */
function tied(x: Tensor, place: Place): Pixel[] {
  const most = largest(pixelsIn(x, place));
  return place.pixels.filter((pixel) => x.get(place.n, place.c, ...pixel) === most);
}

/** The first of the largest, row by row. */
const winner = (x: Tensor, place: Place): Pixel => tied(x, place)[0]!;

/** Images of which every value is counted together with the zeros around it, or not. */
function withCount(countPadding: (window: PaddedWindow) => boolean) {
  return {
    forward: refusingLike(paddedAverageForward, (x: Tensor, window: PaddedWindow) => ({
      ...paddedAverageForward(x, { ...window, countPadding: countPadding(window) }),
      cache: { shape: [...x.shape], window },
    })),
    backward: (dout: Tensor, { shape, window }: PaddedAverageCache) =>
      paddedAverageBackward(dout, {
        shape,
        window: { ...window, countPadding: countPadding(window) },
      }),
  };
}

/** Padded average pooling whose answers are changed. */
function wrongPadded(change: (x: Tensor, window: PaddedWindow) => Tensor) {
  return refusingLike(paddedAverageForward, (x: Tensor, window: PaddedWindow) => ({
    out: change(x, window),
    cache: { shape: [...x.shape], window },
  }));
}

/** Global average pooling by another formula. */
function wrongGlobal(formula: (x: Tensor, n: number, c: number) => number) {
  return refusingLike(globalAverageForward, (x: Tensor) => ({
    out: filled(x.shape.slice(0, 2), (n, c) => formula(x, n!, c!)),
    cache: { shape: [...x.shape] },
  }));
}

export const misconceptions: Misconception[] = [
  {
    exercise: '14.1 maxPoolForward',
    id: 'max-from-zero',
    sentence:
      'The maximum starts at 0, so that a window of negative numbers gives 0. Start with the first pixel of the window, or with −Infinity.',
    anchor: '#the-largest',
    wrong: wrongMax((x, place) => Math.max(0, ...pixelsIn(x, place))),
  },
  {
    exercise: '14.1 maxPoolForward',
    id: 'max-carried-over',
    sentence:
      'The maximum of one window is carried over into the next. Start anew for each of them.',
    wrong: (x: Tensor, window: PoolWindow) => {
      let most = -Infinity;
      return wrongMax((_, place) => (most = Math.max(most, ...pixelsIn(x, place))))(x, window);
    },
  },
  {
    exercise: '14.1 maxPoolForward',
    id: 'max-over-channels',
    sentence:
      'There is one maximum for all channels. Each channel keeps its own: out has as many as x.',
    wrong: wrongMax((x, place) =>
      Math.max(
        ...Array.from({ length: x.shape[1]! }, (_, c) => largest(pixelsIn(x, { ...place, c }))),
      ),
    ),
  },
  {
    exercise: '14.1 maxPoolForward',
    id: 'max-of-magnitudes',
    sentence: 'This is the largest magnitude. Compare the pixels with their signs.',
    wrong: wrongMax((x, place) => Math.max(...pixelsIn(x, place).map(Math.abs))),
  },
  {
    exercise: '14.1 maxPoolForward',
    id: 'max-farthest-from-zero',
    sentence: 'This is the pixel that is farthest from 0. Compare the pixels with their signs.',
    wrong: wrongMax((x, place) =>
      pixelsIn(x, place).reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)),
    ),
  },
  {
    exercise: '14.1 maxPoolForward',
    id: 'max-is-mean',
    sentence: 'This is the mean of each window. Here the largest pixel is wanted.',
    wrong: wrongMax((x, place) => meanOf(pixelsIn(x, place))),
  },
  {
    exercise: '14.1 maxPoolForward',
    id: 'max-is-minimum',
    sentence: 'This is the smallest pixel of each window. Turn the comparison round.',
    wrong: wrongMax((x, place) => Math.min(...pixelsIn(x, place))),
  },
  ...WINDOWS.map(({ id, sentence, taken }): Misconception => ({
    exercise: '14.1 maxPoolForward',
    id: `max-${id}`,
    sentence,
    wrong: wrongMax((x, place, window) =>
      largest(pixelsIn(x, taken(place, window, x.shape as Sizes))),
    ),
  })),

  {
    exercise: '14.2 maxPoolBackward',
    id: 'back-to-all-tied',
    sentence:
      'Each of several largest pixels gets all of dout. Only the first of them does, in row-major order.',
    anchor: '#the-way-back',
    wrong: wrongMaxBack((slope, place, x) => tied(x, place).map((pixel) => [pixel, slope])),
  },
  {
    exercise: '14.2 maxPoolBackward',
    id: 'back-shared-among-tied',
    sentence:
      'Several largest pixels share dout. That is an honest choice too, but here the first one gets all of it.',
    anchor: '#the-way-back',
    wrong: wrongMaxBack((slope, place, x) => {
      const pixels = tied(x, place);
      return pixels.map((pixel) => [pixel, slope / pixels.length]);
    }),
  },
  {
    exercise: '14.2 maxPoolBackward',
    id: 'back-to-the-last-tied',
    sentence:
      'The last of several largest pixels gets dout, as with ≥ for >. Keep the first one: only a larger pixel replaces it.',
    anchor: '#the-way-back',
    wrong: wrongMaxBack((slope, place, x) => [[tied(x, place).at(-1)!, slope]]),
  },
  {
    exercise: '14.2 maxPoolBackward',
    id: 'back-to-the-first-by-columns',
    sentence:
      'Of several largest pixels the first one column by column gets dout. Go row by row: u outside, v inside.',
    anchor: '#the-way-back',
    wrong: wrongMaxBack((slope, place, x) => [
      [tied(x, place).toSorted((a, b) => a[1] - b[1] || a[0] - b[0])[0]!, slope],
    ]),
  },
  {
    exercise: '14.2 maxPoolBackward',
    id: 'back-assigned',
    sentence:
      'A pixel that is the largest of several windows keeps the last dout alone: it is assigned. Add them up.',
    anchor: '#the-way-back',
    wrong: wrongMaxBack((slope, place, x) => [[winner(x, place), slope]], assigned),
  },
  {
    exercise: '14.2 maxPoolBackward',
    id: 'back-without-mask',
    sentence:
      'Every pixel of a window gets dout. Only the largest one does: none of the others changes the output.',
    anchor: '#the-way-back',
    wrong: wrongMaxBack((slope, { pixels }) => pixels.map((pixel) => [pixel, slope])),
  },
  {
    exercise: '14.2 maxPoolBackward',
    id: 'back-shared-by-the-window',
    sentence:
      'Every pixel of a window gets an equal share: this is the way back of average pooling. Only the largest pixel gets dout.',
    anchor: '#the-way-back',
    wrong: wrongMaxBack((slope, { pixels }) =>
      pixels.map((pixel) => [pixel, slope / pixels.length]),
    ),
  },
  {
    exercise: '14.2 maxPoolBackward',
    id: 'back-divided-by-area',
    sentence:
      'dout is divided by KH · KW, as if a mean had been taken. The largest pixel went through as it is: it gets all of dout.',
    wrong: wrongMaxBack((slope, place, x) => [[winner(x, place), slope / place.pixels.length]]),
  },
  {
    exercise: '14.2 maxPoolBackward',
    id: 'back-the-maximum',
    sentence: 'The largest pixel itself is put into dx. Its place is what matters: put dout there.',
    wrong: wrongMaxBack(
      (_, place, x) => [[winner(x, place), largest(pixelsIn(x, place))]],
      assigned,
    ),
  },
  {
    exercise: '14.2 maxPoolBackward',
    id: 'back-times-the-maximum',
    sentence:
      'dout is multiplied by the largest pixel. The output grows just as fast as that pixel does: the factor is 1.',
    wrong: wrongMaxBack((slope, place, x) => [
      [winner(x, place), slope * largest(pixelsIn(x, place))],
    ]),
  },
  {
    exercise: '14.2 maxPoolBackward',
    id: 'back-one',
    sentence: 'The largest pixels get 1, which is the mask alone. Multiply it by dout.',
    wrong: wrongMaxBack((_, place, x) => [[winner(x, place), 1]]),
  },
  {
    exercise: '14.2 maxPoolBackward',
    id: 'back-to-the-smallest',
    sentence: 'The smallest pixel of each window gets dout. Turn the comparison round.',
    wrong: wrongMaxBack((slope, place, x) => [
      [
        winner(
          map(x, (value) => -value),
          place,
        ),
        slope,
      ],
    ]),
  },
  {
    exercise: '14.2 maxPoolBackward',
    id: 'back-to-the-upper-left',
    sentence:
      'The pixel in the upper left corner of each window gets dout. Look for the largest one again, or remember where it was.',
    wrong: wrongMaxBack((slope, { pixels }) => [[pixels[0]!, slope]]),
  },
  {
    exercise: '14.2 maxPoolBackward',
    id: 'back-nothing-below-zero',
    sentence:
      'A window whose largest pixel is below 0 sends nothing back: the maximum starts at 0. Start with the first pixel.',
    anchor: '#the-largest',
    wrong: wrongMaxBack((slope, place, x) =>
      largest(pixelsIn(x, place)) < 0 ? [] : [[winner(x, place), slope]],
    ),
  },
  {
    exercise: '14.2 maxPoolBackward',
    id: 'back-place-within-the-window',
    sentence:
      'dout goes to a place counted from the corner of the window. Add where the window begins: (i · stride, j · stride).',
    wrong: wrongMaxBack((slope, place, x) => {
      const [[top, left], [row, column]] = [place.pixels[0]!, winner(x, place)];
      return [[[row - top, column - left], slope]];
    }),
  },
  {
    exercise: '14.2 maxPoolBackward',
    id: 'back-places-of-the-first-channel',
    sentence:
      'All channels use the places of the first one. The largest pixel of each channel is somewhere else.',
    wrong: wrongMaxBack((slope, place, x) => [[winner(x, { ...place, c: 0 }), slope]]),
  },
  {
    exercise: '14.2 maxPoolBackward',
    id: 'back-places-of-the-first-image',
    sentence:
      'All images use the places of the first one. The largest pixel of each image is somewhere else.',
    wrong: wrongMaxBack((slope, place, x) => [[winner(x, { ...place, n: 0 }), slope]]),
  },
  {
    exercise: '14.2 maxPoolBackward',
    id: 'back-stride-ignored',
    sentence:
      'The window moves by one pixel whatever the stride. Window (i, j) begins at (i · stride, j · stride).',
    wrong: wrongMaxBackAt((place, { KH, KW }, shape) => cut(place, shape, KH, KW, 1, 1)),
  },
  {
    exercise: '14.2 maxPoolBackward',
    id: 'back-last-column-missed',
    sentence:
      "The window's last column is left out: the loop ends one too early. v runs from 0 to KW − 1.",
    wrong: wrongMaxBackAt((place, { KH, KW, stride }, shape) =>
      cut(place, shape, KH, Math.max(1, KW - 1), stride, stride),
    ),
  },

  {
    exercise: '14.3 averagePoolForward',
    id: 'average-without-division',
    sentence: 'This is the sum of each window. Divide it by KH · KW.',
    anchor: '#the-mean',
    wrong: wrongAverage((x, place) => sumOf(pixelsIn(x, place))),
  },
  {
    exercise: '14.3 averagePoolForward',
    id: 'average-of-the-image-size',
    sentence:
      'The sum of a window is divided by the number of pixels of the whole image. The window has KH · KW.',
    anchor: '#the-mean',
    wrong: wrongAverage((x, place) => sumOf(pixelsIn(x, place)) / (x.shape[2]! * x.shape[3]!)),
  },
  {
    exercise: '14.3 averagePoolForward',
    id: 'average-divided-by-stride',
    sentence:
      'The sum of a window is divided by stride². That is its area only where no windows overlap and none leave gaps: divide by KH · KW.',
    anchor: '#the-mean',
    wrong: wrongAverage((x, place, { stride }) => sumOf(pixelsIn(x, place)) / stride ** 2),
  },
  {
    exercise: '14.3 averagePoolForward',
    id: 'average-square',
    sentence: 'The sum of a window is divided by KH². Windows need not be square: KH · KW.',
    anchor: '#the-mean',
    wrong: wrongAverage((x, place, { KH }) => sumOf(pixelsIn(x, place)) / KH ** 2),
  },
  {
    exercise: '14.3 averagePoolForward',
    id: 'average-is-maximum',
    sentence: 'This is the largest pixel of each window. Here the mean is wanted.',
    wrong: wrongAverage((x, place) => largest(pixelsIn(x, place))),
  },
  {
    exercise: '14.3 averagePoolForward',
    id: 'average-over-channels',
    sentence:
      'There is one mean for all channels. Each channel keeps its own: out has as many as x.',
    wrong: wrongAverage((x, place) =>
      meanOf(Array.from({ length: x.shape[1]! }, (_, c) => meanOf(pixelsIn(x, { ...place, c })))),
    ),
  },
  ...WINDOWS.map(({ id, sentence, taken }): Misconception => ({
    exercise: '14.3 averagePoolForward',
    id: `average-${id}`,
    sentence,
    wrong: wrongAverage((x, place, window) =>
      meanOf(pixelsIn(x, taken(place, window, x.shape as Sizes))),
    ),
  })),

  {
    exercise: '14.4 averagePoolBackward',
    id: 'share-of-all',
    sentence:
      'Every pixel of a window gets all of dout. Each was 1 / (KH · KW) of the mean: it gets that part.',
    anchor: '#the-way-back',
    wrong: wrongShare((slope) => slope),
  },
  {
    exercise: '14.4 averagePoolBackward',
    id: 'share-of-the-image',
    sentence:
      'dout is divided by the number of pixels of the whole image. A window has KH · KW of them.',
    anchor: '#the-mean',
    wrong: wrongShare((slope, { shape }) => slope / (shape[2]! * shape[3]!)),
  },
  {
    exercise: '14.4 averagePoolBackward',
    id: 'share-by-stride',
    sentence:
      'dout is divided by stride². That is the area only where no windows overlap and none leave gaps: divide by KH · KW.',
    anchor: '#the-mean',
    wrong: wrongShare((slope, { window: { stride } }) => slope / stride ** 2),
  },
  {
    exercise: '14.4 averagePoolBackward',
    id: 'share-square',
    sentence: 'dout is divided by KH². Windows need not be square: KH · KW.',
    anchor: '#the-mean',
    wrong: wrongShare((slope, { window: { KH } }) => slope / KH ** 2),
  },
  {
    exercise: '14.4 averagePoolBackward',
    id: 'share-assigned',
    sentence:
      'A pixel in several windows keeps the share of the last one alone: it is assigned. Add them up.',
    anchor: '#the-way-back',
    wrong: (dout: Tensor, cache: AveragePoolCache) =>
      sentBack(
        dout,
        cache,
        (slope, { pixels }) => pixels.map((pixel) => [pixel, slope / pixels.length]),
        assigned,
      ),
  },
  {
    exercise: '14.4 averagePoolBackward',
    id: 'share-averaged',
    sentence:
      'A pixel in several windows gets the mean of their shares. It is used in each of them: add them up.',
    anchor: '#the-way-back',
    wrong: (dout: Tensor, cache: AveragePoolCache) => {
      const { dx } = averagePoolBackward(dout, cache);
      const counts = wrongShare(() => 1)(dout, cache).dx;
      return { dx: zip(dx, counts, (sum, count) => sum / Math.max(1, count)) };
    },
  },
  {
    exercise: '14.4 averagePoolBackward',
    id: 'share-to-the-upper-left',
    sentence:
      'Only the pixel in the upper left corner of each window gets something. All of its pixels were in the mean.',
    wrong: (dout: Tensor, cache: AveragePoolCache) =>
      sentBack(dout, cache, (slope, { pixels }) => [[pixels[0]!, slope / pixels.length]]),
  },
  ...WINDOWS.filter(({ id }) => !/image|upper|channel/.test(id)).map(
    ({ id, sentence, taken }): Misconception => ({
      exercise: '14.4 averagePoolBackward',
      id: `share-${id}`,
      sentence,
      wrong: (dout: Tensor, cache: AveragePoolCache) =>
        sentBack(dout, cache, (slope, place) => {
          const { KH, KW } = cache.window;
          const { pixels } = taken(place, cache.window, cache.shape as Sizes);
          return pixels.map((pixel) => [pixel, slope / (KH * KW)]);
        }),
    }),
  ),

  {
    exercise: '14.5 paddedAverageForward',
    id: 'padded-exchanged',
    sentence:
      'The padding counts where it should not, and does not where it should. With countPadding, divide by KH · KW.',
    anchor: '#beyond-the-edge',
    wrong: withCount(({ countPadding }) => !countPadding).forward,
  },
  {
    exercise: '14.5 paddedAverageForward',
    id: 'padded-always-counted',
    sentence:
      'The padding always counts. Without countPadding, divide by how many pixels of the image the window sees.',
    anchor: '#beyond-the-edge',
    wrong: withCount(() => true).forward,
  },
  {
    exercise: '14.5 paddedAverageForward',
    id: 'padded-never-counted',
    sentence: 'The padding never counts. With countPadding, divide by KH · KW everywhere.',
    anchor: '#beyond-the-edge',
    wrong: withCount(() => false).forward,
  },
  {
    exercise: '14.5 paddedAverageForward',
    id: 'padded-at-the-end',
    sentence:
      'The padding is below and to the right only. Half of it belongs above and to the left.',
    wrong: wrongPadded((x, window) => paddedBy(x, window, 0, 0, 2 * window.pad)),
  },
  {
    exercise: '14.5 paddedAverageForward',
    id: 'padded-at-the-beginning',
    sentence:
      'The padding is above and to the left only. Half of it belongs below and to the right.',
    wrong: wrongPadded((x, window) => paddedBy(x, window, 2 * window.pad, 2 * window.pad, 0)),
  },
  {
    exercise: '14.5 paddedAverageForward',
    id: 'padded-in-rows-only',
    sentence:
      'There is a padding above and below, but the columns begin where the image does. Pad on all four sides.',
    wrong: wrongPadded((x, window) => paddedBy(x, window, window.pad, 0, 2 * window.pad)),
  },
  {
    exercise: '14.5 paddedAverageForward',
    id: 'padded-sum',
    sentence: 'This is the sum of each window. Divide it by how many are counted.',
    anchor: '#the-mean',
    wrong: wrongPadded((x, window) =>
      map(
        paddedAverageForward(x, { ...window, countPadding: true }).out,
        (value) => value * window.KH * window.KW,
      ),
    ),
  },
  {
    exercise: '14.5 paddedAverageForward',
    id: 'padded-nonzero-counted',
    sentence:
      'Without countPadding, only the pixels that are not 0 are counted. A pixel of the image may be 0: count those that lie within it.',
    anchor: '#beyond-the-edge',
    wrong: wrongPadded((x, window) => {
      if (window.countPadding) return paddedAverageForward(x, window).out;
      const all = { ...window, countPadding: true };
      const sums = paddedAverageForward(x, all).out;
      const counts = paddedAverageForward(
        map(x, (value) => Number(value !== 0)),
        all,
      ).out;
      return zip(sums, counts, (sum, count) => (count === 0 ? 0 : sum / count));
    }),
  },

  {
    exercise: '14.6 paddedAverageBackward',
    id: 'padded-back-exchanged',
    sentence:
      'The padding counts where it should not, and does not where it should. Divide by what the forward pass divided by.',
    anchor: '#beyond-the-edge',
    wrong: withCount(({ countPadding }) => !countPadding).backward,
  },
  {
    exercise: '14.6 paddedAverageBackward',
    id: 'padded-back-always-counted',
    sentence:
      'All shares are 1 / (KH · KW). Without countPadding the forward pass divided by fewer at the edges: so must the way back.',
    anchor: '#beyond-the-edge',
    wrong: withCount(() => true).backward,
  },
  {
    exercise: '14.6 paddedAverageBackward',
    id: 'padded-back-never-counted',
    sentence:
      'The padding never counts. With countPadding the forward pass divided by KH · KW everywhere: so must the way back.',
    anchor: '#beyond-the-edge',
    wrong: withCount(() => false).backward,
  },
  {
    exercise: '14.6 paddedAverageBackward',
    id: 'padded-back-shifted',
    sentence:
      'The padding is cut off at the lower right only, so that dx is shifted. The image begins `pad` rows and columns from the upper left.',
    wrong: (dout: Tensor, cache: PaddedAverageCache) => {
      const { KH, KW, stride, pad } = cache.window;
      const [N, C, H, W] = cache.shape as Sizes;
      const slopes = dividedLikeThe(dout, cache);
      const { dx } = averagePoolBackward(slopes, {
        shape: [N, C, H + 2 * pad, W + 2 * pad],
        window: { KH, KW, stride },
      });
      return { dx: copy(dx.hi(N, C, H, W)) };
    },
  },
  {
    exercise: '14.6 paddedAverageBackward',
    id: 'padded-back-assigned',
    sentence:
      'A pixel in several windows keeps the share of the last one alone: it is assigned. Add them up.',
    anchor: '#the-way-back',
    wrong: (dout: Tensor, cache: PaddedAverageCache) => {
      const { KH, KW, pad } = cache.window;
      const [N, C, H, W] = cache.shape as Sizes;
      const { dx } = sentBack(
        dividedLikeThe(dout, cache),
        { shape: [N, C, H + 2 * pad, W + 2 * pad], window: cache.window },
        (slope, { pixels }) => pixels.map((pixel) => [pixel, slope / (KH * KW)]),
        assigned,
      );
      return { dx: copy(dx.lo(0, 0, pad, pad).hi(N, C, H, W)) };
    },
  },
  {
    exercise: '14.6 paddedAverageBackward',
    id: 'padded-back-all',
    sentence:
      'Every pixel of a window gets all of dout. Each was a part of the mean: divide by what the forward pass divided by.',
    anchor: '#the-way-back',
    wrong: (dout: Tensor, { shape, window }: PaddedAverageCache) =>
      paddedAverageBackward(
        map(dout, (slope) => slope * window.KH * window.KW),
        { shape, window: { ...window, countPadding: true } },
      ),
  },

  {
    exercise: '14.7 globalAverageForward',
    id: 'global-sum',
    sentence: 'This is the sum of each channel. Divide it by H · W.',
    anchor: '#one-number-a-channel',
    wrong: wrongGlobal((x, n, c) => sumOf([...copy(x.pick(n, c)).data])),
  },
  {
    exercise: '14.7 globalAverageForward',
    id: 'global-maximum',
    sentence: 'This is the largest pixel of each channel. Here the mean is wanted.',
    wrong: wrongGlobal((x, n, c) => largest([...copy(x.pick(n, c)).data])),
  },
  {
    exercise: '14.7 globalAverageForward',
    id: 'global-over-channels',
    sentence:
      'The mean is taken over the channels too, so that all of an image are alike. Each channel keeps its own.',
    anchor: '#one-number-a-channel',
    wrong: wrongGlobal((x, n) => meanOf([...copy(x.pick(n)).data])),
  },
  {
    exercise: '14.7 globalAverageForward',
    id: 'global-over-the-batch',
    sentence:
      'The mean is taken over the images too, so that all of a batch are alike. Each image keeps its own.',
    anchor: '#one-number-a-channel',
    wrong: wrongGlobal((x, _, c) => meanOf([...copy(x.pick(null, c)).data])),
  },
  {
    exercise: '14.7 globalAverageForward',
    id: 'global-divided-by-channels',
    sentence: 'The sum of a channel is divided by C · H · W. It has H · W pixels.',
    anchor: '#one-number-a-channel',
    wrong: wrongGlobal((x, n, c) => meanOf([...copy(x.pick(n, c)).data]) / x.shape[1]!),
  },
  {
    exercise: '14.7 globalAverageForward',
    id: 'global-divided-by-rows',
    sentence: 'The sum of a channel is divided by H. Divide it by H · W.',
    anchor: '#one-number-a-channel',
    wrong: wrongGlobal((x, n, c) => sumOf([...copy(x.pick(n, c)).data]) / x.shape[2]!),
  },
  {
    exercise: '14.7 globalAverageForward',
    id: 'global-square',
    sentence: 'The sum of a channel is divided by H². Images need not be square: H · W.',
    anchor: '#one-number-a-channel',
    wrong: wrongGlobal((x, n, c) => sumOf([...copy(x.pick(n, c)).data]) / x.shape[2]! ** 2),
  },
  {
    exercise: '14.7 globalAverageForward',
    id: 'global-first-row',
    sentence: 'The mean is taken along one axis alone, and of its first row. Take it over both.',
    anchor: '#one-number-a-channel',
    wrong: wrongGlobal((x, n, c) => meanOf([...copy(x.pick(n, c, 0)).data])),
  },

  ...(
    [
      [
        'all',
        'Every pixel of a channel gets all of dout. Each was 1 / (H · W) of the mean: it gets that part.',
        (H, W) => H * W,
      ],
      ['rows', 'dout is divided by H. Divide it by H · W.', (_, W) => W],
      ['columns', 'dout is divided by W. Divide it by H · W.', (H) => H],
      [
        'channels',
        'dout is divided by C · H · W. The mean was over H · W pixels of one channel.',
        (_, __, C) => 1 / C,
      ],
      [
        'batch',
        'dout is divided by the number of images as well. The mean over the batch is in the loss already.',
        (_, __, ___, N) => 1 / N,
      ],
    ] as [string, string, (H: number, W: number, C: number, N: number) => number][]
  ).map(([id, sentence, factor]): Misconception => ({
    exercise: '14.8 globalAverageBackward',
    id: `global-back-${id}`,
    sentence,
    anchor: '#one-number-a-channel',
    wrong: (dout: Tensor, cache: GlobalAverageCache) => {
      const [N, C, H, W] = cache.shape as Sizes;
      return {
        dx: map(globalAverageBackward(dout, cache).dx, (value) => value * factor(H, W, C, N)),
      };
    },
  })),
  {
    exercise: '14.8 globalAverageBackward',
    id: 'global-back-to-one-pixel',
    sentence:
      'Only the pixel in the upper left corner gets something. All pixels of the channel were in the mean.',
    wrong: (dout: Tensor, { shape }: GlobalAverageCache) => ({
      dx: filled(shape, (...[n, c, i, j]) => (i === 0 && j === 0 ? dout.get(n!, c!) : 0)),
    }),
  },
  {
    exercise: '14.8 globalAverageBackward',
    id: 'global-back-first-channel',
    sentence: 'All channels get the share of the first one. Channel c gets dout[n, c] / (H · W).',
    wrong: (dout: Tensor, { shape }: GlobalAverageCache) => ({
      dx: filled(shape, (n) => dout.get(n!, 0) / (shape[2]! * shape[3]!)),
    }),
  },

  {
    exercise: '14.9 shiftImages',
    id: 'shift-the-other-way',
    sentence:
      'The images move up and to the left. What was in row i is in row i + down afterwards: out[i] = x[i − down].',
    wrong: refusingLike(shiftImages, (x, down, right) => shiftImages(x, -down, -right)),
  },
  {
    exercise: '14.9 shiftImages',
    id: 'shift-exchanged',
    sentence: 'Rows and columns are exchanged: `down` moves rows, `right` moves columns.',
    wrong: refusingLike(shiftImages, (x, down, right) => shiftImages(x, right, down)),
  },
  {
    exercise: '14.9 shiftImages',
    id: 'shift-wrapped-round',
    sentence:
      'What leaves the image on one side comes in on the other. It is lost: zeros come in instead.',
    wrong: refusingLike(shiftImages, (x, down, right) =>
      from(x, (row, column, H, W) => [modulo(row - down, H), modulo(column - right, W)]),
    ),
  },
  {
    exercise: '14.9 shiftImages',
    id: 'shift-edge-repeated',
    sentence: 'The pixels at the edge are repeated. Zeros come in instead.',
    wrong: refusingLike(shiftImages, (x, down, right) =>
      from(x, (row, column, H, W) => [
        Math.min(H - 1, Math.max(0, row - down)),
        Math.min(W - 1, Math.max(0, column - right)),
      ]),
    ),
  },
  {
    exercise: '14.9 shiftImages',
    id: 'shift-rows-only',
    sentence: 'The images move down or up only. They move to the right as well.',
    wrong: refusingLike(shiftImages, (x, down) => shiftImages(x, down, 0)),
  },
  {
    exercise: '14.9 shiftImages',
    id: 'shift-columns-only',
    sentence: 'The images move to the side only. They move down as well.',
    wrong: refusingLike(shiftImages, (x, _, right) => shiftImages(x, 0, right)),
  },
  {
    exercise: '14.9 shiftImages',
    id: 'shift-never-back',
    sentence: 'Negative numbers move nothing. They move upwards and to the left.',
    wrong: refusingLike(shiftImages, (x, down, right) =>
      shiftImages(x, Math.max(0, down), Math.max(0, right)),
    ),
  },
  {
    exercise: '14.9 shiftImages',
    id: 'shift-without-sign',
    sentence: 'Negative numbers move like positive ones. They move upwards and to the left.',
    wrong: refusingLike(shiftImages, (x, down, right) =>
      shiftImages(x, Math.abs(down), Math.abs(right)),
    ),
  },

  {
    exercise: '14.10 relativeChange',
    id: 'change-squared',
    sentence: 'The roots are missing: this is the square. Take the root of both sums.',
    wrong: refusingLike(relativeChange, (before, after) => relativeChange(before, after) ** 2),
  },
  {
    exercise: '14.10 relativeChange',
    id: 'change-not-divided',
    sentence: 'This is the length of the difference alone. Divide it by the length of `before`.',
    wrong: refusingLike(relativeChange, (before, after) => lengthOf(difference(before, after))),
  },
  {
    exercise: '14.10 relativeChange',
    id: 'change-beside-after',
    sentence:
      'The difference is compared with what came after. Divide by the length of what was before.',
    wrong: refusingLike(
      relativeChange,
      (before, after) => lengthOf(difference(before, after)) / lengthOf(after),
    ),
  },
  {
    exercise: '14.10 relativeChange',
    id: 'change-of-lengths',
    sentence:
      'The lengths are compared, and not the entries. Take the difference entry by entry, then its length.',
    wrong: refusingLike(relativeChange, (before, after) =>
      Math.abs(lengthOf(after) / lengthOf(before) - 1),
    ),
  },
  {
    exercise: '14.10 relativeChange',
    id: 'change-of-magnitudes',
    sentence:
      'Magnitudes are added up. Add the squares of the entries, and take the root of the sum.',
    wrong: refusingLike(
      relativeChange,
      (before, after) => magnitudes(difference(before, after)) / magnitudes(before),
    ),
  },
  {
    exercise: '14.10 relativeChange',
    id: 'change-counted',
    sentence:
      'This is the share of the entries that have changed. It matters by how much they have: compare lengths.',
    wrong: refusingLike(
      relativeChange,
      (before, after) =>
        sumOf([...difference(before, after).data].map((value) => Number(value !== 0))) /
        before.size,
    ),
  },
];

/** Max pooling's way back with windows that lie elsewhere. */
function wrongMaxBackAt(lie: (place: Place, window: PoolWindow, shape: Sizes) => Pixel[]) {
  return (dout: Tensor, cache: MaxPoolCache) =>
    wrongMaxBack((slope, place, x) => {
      const pixels = lie(place, cache.window, x.shape as Sizes);
      return [[winner(x, { ...place, pixels }), slope]];
    })(dout, cache);
}

/** Padded average pooling with other numbers of zeros: above, to the left, and below and to the right. */
function paddedBy(
  x: Tensor,
  { KH, KW, stride, countPadding }: PaddedWindow,
  above: number,
  left: number,
  after: number,
): Tensor {
  const [N, C, H, W] = x.shape as Sizes;
  const around = (image: Tensor) => {
    // Enough below and to the right for every place that there should be.
    const padded = zeros(N, C, H + above + after, W + left + after);
    for (let at = 0; at < image.size; at++) {
      const [n, c] = [Math.floor(at / (C * H * W)), Math.floor(at / (H * W)) % C];
      const [i, j] = [Math.floor(at / W) % H, at % W];
      padded.set(n, c, i + above, j + left, image.get(n, c, i, j));
    }
    return averagePoolForward(padded, { KH, KW, stride }).out;
  };
  const means = around(x);
  if (countPadding) return means;
  const parts = around(map(x, () => 1));
  return zip(means, parts, (mean, part) => (part === 0 ? 0 : mean / part));
}

/** dout as if the padding counted: made larger by as much as the forward pass divided by less. */
function dividedLikeThe(dout: Tensor, { shape, window }: PaddedAverageCache): Tensor {
  if (window.countPadding) return dout;
  const image = filled(shape, () => 1);
  const parts = paddedAverageForward(image, { ...window, countPadding: true }).out;
  return zip(dout, parts, (slope, part) => slope / part);
}

/** Images whose every pixel is taken from another place. */
function from(
  x: Tensor,
  place: (row: number, column: number, H: number, W: number) => Pixel,
): Tensor {
  const [, , H, W] = x.shape as Sizes;
  return filled(x.shape, (...[n, c, i, j]) => x.get(n!, c!, ...place(i!, j!, H, W)));
}

const modulo = (value: number, size: number): number => ((value % size) + size) % size;

const difference = (before: Tensor, after: Tensor): Tensor => zip(after, before, (a, b) => a - b);
const lengthOf = (x: Tensor): number => Math.hypot(...copy(x).data);
const magnitudes = (x: Tensor): number => sumOf([...copy(x).data].map(Math.abs));
