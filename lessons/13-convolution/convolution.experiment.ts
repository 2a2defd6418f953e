/** An image editor of filters: what each of them sees in handwritten digits, and in a cross. */
import { array, copy, filled, zeros, type Tensor } from '#arrays';
import ndarray from 'ndarray';
import type { Material, Parameters, Running, Values } from '#figures/experiment';
import type { Images, Picture, Table } from '#figures/figure';
import type * as Convolution from './convolution.reference.ts';

export const title = 'Convolution: what filters see';

export const about =
  'Red is where a filter answers, blue where its opposite would. The diagonal filter finds strokes in one direction, ' +
  "Sobel's find edges and tell which side is brighter, the blur forgets details, and the last filter is yours to set.";

export const parameters = {
  middle: { label: "the middle of one's own filter", from: -9, to: 9, value: 5 },
  side: { label: 'its four sides', from: -5, to: 5, value: -1 },
  corner: { label: 'its four corners', from: -5, to: 5, value: 0 },
} satisfies Parameters;

export const digits = { train: 0, test: 40 };

const SIDE = 28;
/** How many digits are shown, each of another class. */
const SHOWN = 4;

/**
 * The experiment of lesson 13.
 *
 * @param lesson the functions of the lesson
 * @returns digits and what five filters make of them, the cross of 5×5 pixels, and how many numbers layers learn
 */
export function* experiment(
  lesson: typeof Convolution,
  { digits: { test } }: Material,
  { middle, side, corner }: Values<typeof parameters>,
): Running {
  const filters: [name: string, kernel: Tensor][] = [
    ['diagonal', lesson.diagonalFilter().pick(0, 0)],
    ['Sobel →', lesson.sobelFilters().pick(0, 0)],
    ['Sobel ↓', lesson.sobelFilters().pick(1, 0)],
    ['blur', filled([3, 3], () => 1 / 9)],
    ['your own', ownFilter(middle, side, corner)],
  ];
  const chosen = firstOfClasses(test.labels.data);
  const pictures: Picture[] = [];
  for (const n of chosen) {
    const image = ndarray(copy(test.images.pick(n, null)).data, [1, 1, SIDE, SIDE]);
    pictures.push({ name: `a ${test.labels.get(n)}`, pixels: copy(image).data, width: SIDE });
    pictures.push(...filtered(lesson, image, filters));
    yield pictures.length / (chosen.length * (filters.length + 1) + 1);
  }
  const cross = filled([1, 1, 5, 5], (...[, , i, j]) => Number(i === j || i! + j! - 4 === 0));
  return [
    {
      kind: 'images',
      title: 'Digits, and what five filters make of them',
      by: ['convolutionForward', 'diagonalFilter', 'sobelFilters'],
      colours: 'diverging',
      range: [-1, 1],
      images: pictures,
      perRow: filters.length + 1,
    },
    {
      kind: 'images',
      title: 'The cross of 5×5 pixels, and the same filters',
      by: ['convolutionForward', 'diagonalFilter', 'sobelFilters'],
      caption: 'The diagonal filter answers to one of the two strokes alone.',
      colours: 'diverging',
      range: [-1, 1],
      images: [
        { name: 'the cross', pixels: copy(cross).data, width: 5 },
        ...filtered(lesson, cross, filters),
      ],
      perRow: filters.length + 1,
    },
    counts(lesson),
  ];
}

/** The image under each filter, padded so that it keeps its size, and scaled so that its largest answer is 1. */
function filtered(
  { convolutionForward }: typeof Convolution,
  image: Tensor,
  filters: readonly [name: string, kernel: Tensor][],
): Images['images'] {
  return filters.map(([name, kernel]) => {
    const W = ndarray(copy(kernel).data, [1, 1, 3, 3]);
    const { out } = convolutionForward(image, W, zeros(1), { stride: 1, pad: 1 });
    const pixels = copy(out).data;
    const largest = pixels.reduce((max, value) => Math.max(max, Math.abs(value)), 0) || 1;
    return { name, pixels: pixels.map((value) => value / largest), width: out.shape[3]! };
  });
}

function ownFilter(middle: number, side: number, corner: number): Tensor {
  return array([
    [corner, side, corner],
    [side, middle, side],
    [corner, side, corner],
  ]);
}

/** The first image of each of some classes. */
function firstOfClasses(labels: Int32Array): number[] {
  const classes = [...new Set(labels)].slice(0, SHOWN);
  return classes.map((c) => labels.indexOf(c));
}

function counts({ convolutionParameters, connectedParameters }: typeof Convolution): Table {
  return {
    kind: 'table',
    title: 'How many numbers a layer learns',
    by: ['convolutionParameters', 'connectedParameters'],
    columns: ['image', '16 filters of 3×3', 'fully connected to 1,000 units'],
    rows: [
      [1, 28, 28],
      [3, 100, 100],
      [3, 1000, 1000],
    ].map((image) => [
      image.join('×'),
      convolutionParameters([16, image[0]!, 3, 3]),
      connectedParameters(image, 1000).toLocaleString('en'),
    ]),
  };
}
