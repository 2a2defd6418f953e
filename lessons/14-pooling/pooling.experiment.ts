/** What a shift by some pixels changes in handwritten digits, before and after pooling. */
import { copy, type Tensor } from '#arrays';
import ndarray from 'ndarray';
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type { Curves, Picture } from '#figures/figure';
import type * as Pooling from './pooling.reference.ts';

export const title = 'Pooling: what a shift changes';

export const about =
  'A digit, the same digit moved, and the difference: red where ink came, blue where it went. Each column is pooled ' +
  'in another way. The curves show the length of the difference, as a share of the length of the images, for ' +
  'shifts in any of four directions.';

export const parameters = {
  shift: { label: 'by how many pixels it moves', from: 0, to: 4, value: 1, whole: true },
} satisfies Parameters;

export const digits = { train: 0, test: 60 };

const SIDE = 28;
/** The farthest shift of the curves. */
const FARTHEST = 4;
/** The digit that is shown. */
const SHOWN = 0;

/** A way to pool, and the function of the lesson that does it. */
interface Pool {
  name: string;
  by: string[];
  pool: (images: Tensor) => Tensor;
}

/**
 * The experiment of lesson 14.
 *
 * @param lesson the functions of the lesson
 * @returns a digit before and after a shift, pooled in five ways, and how much the shift changes on average
 */
export function* experiment(
  lesson: typeof Pooling,
  { digits: { test } }: Material,
  { shift }: Values<typeof parameters>,
): Running {
  const pools = waysToPool(lesson);
  const one = asImages(copy(test.images.pick(SHOWN, null)).data);
  const all = asImages(copy(test.images).data);
  const columns = pools.map((pool) => beforeAndAfter(lesson, pool, one, shift));

  const curves: Curves['curves'][number][] = [];
  for (const { name, by, pool } of pools) {
    const points: [number, number][] = [];
    for (let far = 0; far <= FARTHEST; far++) {
      points.push([far, 100 * meanChange(lesson, pool, all, far)]);
      yield (curves.length + far / FARTHEST) / pools.length;
    }
    curves.push({ name, by: ['shiftImages', 'relativeChange', ...by], points });
  }
  return [
    {
      kind: 'images',
      title: `A digit, the digit moved to the right by ${shift}, and the difference`,
      caption: 'The coarser the pooling, the less is left of a shift, and of the digit.',
      by: ['shiftImages', ...pools.flatMap(({ by }) => by)],
      colours: 'diverging',
      range: [-1, 1],
      images: [0, 1, 2].flatMap((row) => columns.map((column) => column[row]!)),
      perRow: pools.length,
    },
    {
      kind: 'curves',
      title: `What a shift changes, over ${test.labels.size} digits`,
      caption:
        'One pixel changes the digits by more than half, and what windows of 4×4 leave of them by about a third: it is damped, not undone.',
      x: { label: 'shift', unit: 'pixels', whole: true },
      y: { label: 'relative change', unit: '%' },
      curves,
    },
  ];
}

/** Square windows that neither overlap nor leave gaps. */
const sideBySide = (size: number) => ({ KH: size, KW: size, stride: size });

function waysToPool({ maxPoolForward, averagePoolForward }: typeof Pooling): Pool[] {
  const max = (size: number): Pool => ({
    name: `max ${size}×${size}`,
    by: ['maxPoolForward'],
    pool: (images) => maxPoolForward(images, sideBySide(size)).out,
  });
  const average = (size: number): Pool => ({
    name: `average ${size}×${size}`,
    by: ['averagePoolForward'],
    pool: (images) => averagePoolForward(images, sideBySide(size)).out,
  });
  const none: Pool = { name: 'no pooling', by: [], pool: (images) => images };
  return [none, max(2), average(2), max(4), average(4)];
}

/** Pixels as images of one channel. */
function asImages(pixels: Float64Array): Tensor {
  return ndarray(pixels, [pixels.length / (SIDE * SIDE), 1, SIDE, SIDE]);
}

/** What pooling leaves of an image, of the image moved, and the difference. */
function beforeAndAfter(
  { shiftImages }: typeof Pooling,
  { name, pool }: Pool,
  image: Tensor,
  shift: number,
): Picture[] {
  const before = pool(image);
  const after = pool(shiftImages(image, 0, shift));
  const [old, moved] = [copy(before).data, copy(after).data];
  const width = before.shape[3]!;
  return [
    { name, pixels: old, width },
    { name: `moved by ${shift}`, pixels: moved, width },
    { name: 'difference', pixels: moved.map((value, i) => value - old[i]!), width },
  ];
}

/** The mean change over shifts to the right, to the left, down and up. */
function meanChange(
  { relativeChange, shiftImages }: typeof Pooling,
  pool: Pool['pool'],
  images: Tensor,
  far: number,
): number {
  const before = pool(images);
  const ways = [
    [0, far],
    [0, -far],
    [far, 0],
    [-far, 0],
  ] as const;
  const changes = ways.map(([down, right]) =>
    relativeChange(before, pool(shiftImages(images, down, right))),
  );
  return changes.reduce((a, b) => a + b) / ways.length;
}
