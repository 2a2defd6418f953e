/** Lesson 08: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { copy, filled, map, zeros, type Tensor } from '#arrays';
import { normal } from '#datasets/random';
import { affineForward } from '#lessons/05-backprop';
import type { Params } from '#lessons/06-training';
import type { Misconception } from '../../checks/misconception.ts';
import { refusingLike, rowsOf } from '../../checks/wrong-answers.ts';
import {
  activationSpread,
  distinctUnits,
  fans,
  initialParams,
  scaledNormal,
  scaledUniform,
} from './initialization.reference.ts';

type Random = () => number;
type Draw = (shape: number[], random: Random) => Tensor;
type DrawLayer = (shape: number[]) => Tensor;

export const misconceptions: Misconception[] = [
  {
    exercise: '08.1 distinctUnits',
    id: 'units-rows',
    sentence:
      'The rows of W are counted, one for each input. A unit is a column of W, with its bias.',
    wrong: refusingLike(distinctUnits, (W) => new Set(rowsOf(W).map((row) => row.join(' '))).size),
  },
  {
    exercise: '08.1 distinctUnits',
    id: 'units-without-bias',
    sentence: 'The bias is left out: two units that differ in it alone are different.',
    wrong: (W: Tensor, b: Tensor) =>
      distinctUnits(
        W,
        map(b, () => 0),
      ),
  },
  {
    exercise: '08.1 distinctUnits',
    id: 'units-first-weight',
    sentence:
      'Only the first weight of each unit is compared. All of its column must be equal, and its bias.',
    wrong: refusingLike(distinctUnits, (W, b) =>
      W.shape[0] === 0 ? 0 : distinctUnits(W.hi(1, W.shape[1]!), b),
    ),
  },
  {
    exercise: '08.1 distinctUnits',
    id: 'units-by-sum',
    sentence:
      'Units are compared by the sum of their weights. Different weights may have the same sum: compare each of them.',
    wrong: refusingLike(distinctUnits, (W, b) => {
      const sums = rowsOf(W.transpose(1, 0)).map(
        (column, m) => column.reduce((sum, value) => sum + value, 0) + b.get(m),
      );
      return new Set(sums).size;
    }),
  },
  {
    exercise: '08.1 distinctUnits',
    id: 'units-neighbours',
    sentence:
      'Each unit is compared with the one before it. Equal units may stand anywhere: compare it with all.',
    wrong: refusingLike(distinctUnits, (W, b) => {
      const units = rowsOf(W.transpose(1, 0)).map((column, m) => [...column, b.get(m)].join(' '));
      return units.filter((unit, m) => unit !== units[m - 1]).length;
    }),
  },
  {
    exercise: '08.1 distinctUnits',
    id: 'units-distinct-numbers',
    sentence:
      'Different numbers are counted, not different units. A unit is all numbers of a column together.',
    wrong: refusingLike(distinctUnits, (W) => new Set(copy(W).data).size),
  },
  {
    exercise: '08.1 distinctUnits',
    id: 'units-repeated',
    sentence:
      'Units that have an equal are counted as well as thrown out: this is the number of units that stand alone. Count each kind once.',
    wrong: refusingLike(distinctUnits, (W, b) => {
      const units = rowsOf(W.transpose(1, 0)).map((column, m) => [...column, b.get(m)].join(' '));
      return units.filter((unit) => units.filter((other) => other === unit).length === 1).length;
    }),
  },

  {
    exercise: '08.2 fans',
    id: 'fans-exchanged',
    sentence:
      "Fan-in and fan-out are in each other's place. W has a row for each input: of (D, M), D is the fan-in.",
    wrong: (shape: number[]) => {
      const { fanIn, fanOut } = fans(shape);
      return { fanIn: fanOut, fanOut: fanIn };
    },
  },
  {
    exercise: '08.2 fans',
    id: 'fans-without-window',
    sentence:
      'The window of the kernel is left out. Each output of a convolution is a sum over C · KH · KW numbers.',
    wrong: (shape: number[]) => {
      fans(shape);
      return shape.length === 2 ? fans(shape) : { fanIn: shape[1]!, fanOut: shape[0]! };
    },
  },
  {
    exercise: '08.2 fans',
    id: 'fans-window-in-one',
    sentence:
      'The window counts in the fan-in alone. Each input goes into KH · KW places of each of the F outputs, too.',
    wrong: (shape: number[]) => {
      const right = fans(shape);
      return shape.length === 2 ? right : { ...right, fanOut: shape[0]! };
    },
  },
  {
    exercise: '08.2 fans',
    id: 'fans-of-the-first-axes',
    sentence:
      "A convolution's fans are read off its first two axes, as if it were affine. W is (F, C, KH, KW): inputs are C, and the window counts.",
    wrong: (shape: number[]) => {
      fans(shape);
      return { fanIn: shape[0]!, fanOut: shape[1]! };
    },
  },
  {
    exercise: '08.2 fans',
    id: 'fans-convolution-exchanged',
    sentence:
      "For a convolution the fans are in each other's place: W is (F, C, KH, KW), with the outputs first.",
    wrong: (shape: number[]) => {
      const { fanIn, fanOut } = fans(shape);
      return shape.length === 2 ? { fanIn, fanOut } : { fanIn: fanOut, fanOut: fanIn };
    },
  },

  ...drawing('08.3 scaledNormal', 'normal', [
    {
      id: 'variance-as-deviation',
      sentence:
        'The draws are multiplied with the square of the deviation, its variance. Multiply them with the deviation itself.',
      wrong: (shape: number[], deviation: number, random: Random) =>
        scaledNormal(shape, deviation ** 2, random),
    },
    {
      id: 'root-of-deviation',
      sentence:
        'The draws are multiplied with the root of the deviation. It is the variance that has to be rooted: multiply with the deviation itself.',
      wrong: (shape: number[], deviation: number, random: Random) =>
        scaledNormal(shape, Math.sqrt(deviation), random),
    },
    {
      id: 'even',
      sentence:
        'The numbers are drawn evenly from −deviation to deviation. Draw them from the normal distribution: `normal` from `#datasets/random`.',
      wrong: scaledUniform,
    },
    {
      id: 'even-of-that-spread',
      sentence:
        'The numbers have the right deviation but are drawn evenly. Draw them from the normal distribution: `normal` from `#datasets/random`.',
      wrong: (shape: number[], deviation: number, random: Random) =>
        scaledUniform(shape, Math.sqrt(3) * deviation, random),
    },
    {
      id: 'unscaled',
      sentence: 'The draws have a deviation of 1, whatever was asked for. Multiply them with it.',
      wrong: (shape: number[], _: number, random: Random) => scaledNormal(shape, 1, random),
    },
    {
      id: 'shifted',
      sentence:
        'The mean is the deviation and not 0: it is added to each draw. Multiply with it, and add nothing.',
      wrong: (shape: number[], deviation: number, random: Random) =>
        filled(shape, () => deviation + normal(random)),
    },
    {
      id: 'one-for-all',
      sentence: 'One number is drawn and stands everywhere. Draw anew for each entry.',
      wrong: (shape: number[], deviation: number, random: Random) => {
        const drawn = deviation * normal(random);
        return filled(shape, () => drawn);
      },
    },
    {
      id: 'positive',
      sentence:
        'There are no negative numbers: the absolute value is taken. Half of the weights have to be below 0.',
      wrong: (shape: number[], deviation: number, random: Random) =>
        map(scaledNormal(shape, deviation, random), Math.abs),
    },
  ]),
  ...drawing('08.4 scaledUniform', 'uniform', [
    {
      id: 'from-zero',
      sentence:
        'The numbers run from 0 to the limit: none is negative. Stretch the draw to twice the limit and take the limit off.',
      wrong: (shape: number[], limit: number, random: Random) =>
        filled(shape, () => limit * random()),
    },
    {
      id: 'half-as-wide',
      sentence:
        'The numbers run from −limit/2 to limit/2: random() − ½ is one wide. Multiply it with twice the limit.',
      wrong: (shape: number[], limit: number, random: Random) =>
        scaledUniform(shape, limit / 2, random),
    },
    {
      id: 'normal',
      sentence:
        'The numbers are normal, with the limit as their deviation: some lie far beyond it. Draw evenly, from `random()`.',
      wrong: scaledNormal,
    },
    {
      id: 'signs-alone',
      sentence: 'There is only the limit with a random sign. Everything between must come up too.',
      wrong: (shape: number[], limit: number, random: Random) =>
        filled(shape, () => (random() < 0.5 ? -limit : limit)),
    },
    {
      id: 'by-deviation',
      sentence:
        'The limit is taken for the standard deviation: the numbers reach √3 times as far. Here it is the end of the range.',
      wrong: (shape: number[], limit: number, random: Random) =>
        scaledUniform(shape, Math.sqrt(3) * limit, random),
    },
    {
      id: 'one-for-all',
      sentence: 'One number is drawn and stands everywhere. Draw anew for each entry.',
      wrong: (shape: number[], limit: number, random: Random) => {
        const drawn = limit * (2 * random() - 1);
        return filled(shape, () => drawn);
      },
    },
  ]),

  ...drawing('08.5 xavierNormal', 'xavier', [
    {
      id: 'variance-as-deviation',
      sentence:
        '2 / (fan-in + fan-out) is the variance and is used as the deviation. Take its root.',
      wrong: normalWith(({ fanIn, fanOut }) => 2 / (fanIn + fanOut)),
    },
    {
      id: 'is-he',
      sentence:
        "This is He's deviation, √(2 / fan-in), made for ReLUs. Xavier's is √(2 / (fan-in + fan-out)).",
      anchor: '#xavier-and-he',
      wrong: normalWith(({ fanIn }) => Math.sqrt(2 / fanIn)),
    },
    {
      id: 'fan-in-alone',
      sentence:
        'Only the fan-in counts here: √(1 / fan-in). Xavier looks at both ways, 2 / (fan-in + fan-out).',
      anchor: '#xavier-and-he',
      wrong: normalWith(({ fanIn }) => Math.sqrt(1 / fanIn)),
    },
    {
      id: 'one-above',
      sentence:
        'Above the line stands 1. With the mean of both fans below it is 1 / ((fan-in + fan-out) / 2), which is 2 / (fan-in + fan-out).',
      anchor: '#xavier-and-he',
      wrong: normalWith(({ fanIn, fanOut }) => Math.sqrt(1 / (fanIn + fanOut))),
    },
    {
      id: 'limit-as-deviation',
      sentence:
        '√(6 / (fan-in + fan-out)) is the end of the even range, and √3 times too much for a normal deviation: take 2 instead of 6.',
      wrong: normalWith(({ fanIn, fanOut }) => Math.sqrt(6 / (fanIn + fanOut))),
    },
    {
      id: 'first-axes',
      sentence:
        'The fans are the first two axes, for a convolution too. There they are C · KH · KW and F · KH · KW: use your `fans`.',
      wrong: (shape: number[], random: Random) => {
        fans(shape);
        return scaledNormal(shape, Math.sqrt(2 / (shape[0]! + shape[1]!)), random);
      },
    },
    {
      id: 'even',
      sentence: 'The spread is right and the numbers are drawn evenly. Draw normal ones here.',
      wrong: evenWith(({ fanIn, fanOut }) => Math.sqrt(6 / (fanIn + fanOut))),
    },
  ]),
  ...drawing('08.6 xavierUniform', 'xavier-even', [
    {
      id: 'without-three',
      sentence:
        'The limit is the deviation, √(2 / (fan-in + fan-out)). Even numbers reach √3 times as far as they spread: √(6 / (fan-in + fan-out)).',
      anchor: '#even-numbers-spread-less',
      wrong: evenWith(({ fanIn, fanOut }) => Math.sqrt(2 / (fanIn + fanOut))),
    },
    {
      id: 'is-he',
      sentence:
        "This is He's limit, √(6 / fan-in), made for ReLUs. Xavier's is √(6 / (fan-in + fan-out)).",
      anchor: '#xavier-and-he',
      wrong: evenWith(({ fanIn }) => Math.sqrt(6 / fanIn)),
    },
    {
      id: 'fan-in-alone',
      sentence:
        'Only the fan-in counts here: √(3 / fan-in). Xavier looks at both ways, 6 / (fan-in + fan-out).',
      anchor: '#xavier-and-he',
      wrong: evenWith(({ fanIn }) => Math.sqrt(3 / fanIn)),
    },
    {
      id: 'unrooted',
      sentence: '6 / (fan-in + fan-out) is the square of the limit. Take its root.',
      wrong: evenWith(({ fanIn, fanOut }) => 6 / (fanIn + fanOut)),
    },
    {
      id: 'normal',
      sentence: 'The spread is right and the numbers are normal. Draw them evenly here.',
      wrong: normalWith(({ fanIn, fanOut }) => Math.sqrt(2 / (fanIn + fanOut))),
    },
  ]),
  ...drawing('08.7 heNormal', 'he', [
    {
      id: 'variance-as-deviation',
      sentence: '2 / fan-in is the variance and is used as the deviation. Take its root.',
      wrong: normalWith(({ fanIn }) => 2 / fanIn),
    },
    {
      id: 'without-two',
      sentence:
        'The 2 is missing: √(1 / fan-in). A ReLU throws half of the variance away, and the 2 makes up for it.',
      anchor: '#xavier-and-he',
      wrong: normalWith(({ fanIn }) => Math.sqrt(1 / fanIn)),
    },
    {
      id: 'fan-out',
      sentence:
        'The fan-out stands below the line. Each output is a sum of fan-in numbers: take that.',
      wrong: normalWith(({ fanOut }) => Math.sqrt(2 / fanOut)),
    },
    {
      id: 'is-xavier',
      sentence: "This is Xavier's deviation, with the sum of both fans. He's is √(2 / fan-in).",
      anchor: '#xavier-and-he',
      wrong: normalWith(({ fanIn, fanOut }) => Math.sqrt(2 / (fanIn + fanOut))),
    },
    {
      id: 'root-of-two-outside',
      sentence: 'The 2 is not under the root: 2 / √(fan-in). Root it as well, √(2 / fan-in).',
      wrong: normalWith(({ fanIn }) => 2 / Math.sqrt(fanIn)),
    },
    {
      id: 'first-axis',
      sentence:
        'The fan-in is the first axis, for a convolution too. There it is C · KH · KW: use your `fans`.',
      wrong: (shape: number[], random: Random) => {
        fans(shape);
        return scaledNormal(shape, Math.sqrt(2 / shape[0]!), random);
      },
    },
    {
      id: 'even',
      sentence: 'The spread is right and the numbers are drawn evenly. Draw normal ones here.',
      wrong: evenWith(({ fanIn }) => Math.sqrt(6 / fanIn)),
    },
  ]),
  ...drawing('08.8 heUniform', 'he-even', [
    {
      id: 'without-three',
      sentence:
        'The limit is the deviation, √(2 / fan-in). Even numbers reach √3 times as far as they spread: √(6 / fan-in).',
      anchor: '#even-numbers-spread-less',
      wrong: evenWith(({ fanIn }) => Math.sqrt(2 / fanIn)),
    },
    {
      id: 'without-two',
      sentence: 'The 2 for the ReLU is missing: √(3 / fan-in). The limit is √3 · √(2 / fan-in).',
      anchor: '#xavier-and-he',
      wrong: evenWith(({ fanIn }) => Math.sqrt(3 / fanIn)),
    },
    {
      id: 'fan-out',
      sentence:
        'The fan-out stands below the line. Each output is a sum of fan-in numbers: take that.',
      wrong: evenWith(({ fanOut }) => Math.sqrt(6 / fanOut)),
    },
    {
      id: 'is-xavier',
      sentence: "This is Xavier's limit, with the sum of both fans. He's is √(6 / fan-in).",
      anchor: '#xavier-and-he',
      wrong: evenWith(({ fanIn, fanOut }) => Math.sqrt(6 / (fanIn + fanOut))),
    },
    {
      id: 'normal',
      sentence: 'The spread is right and the numbers are normal. Draw them evenly here.',
      wrong: normalWith(({ fanIn }) => Math.sqrt(2 / fanIn)),
    },
  ]),

  {
    exercise: '08.9 initialParams',
    id: 'params-biases-drawn',
    sentence:
      'The biases are drawn. They start at 0: the weights are different already, and a bias has no fan-in.',
    wrong: (sizes: number[], draw: DrawLayer) =>
      eachLayer(sizes, (D, M) => [draw([D, M]), draw([1, M]).pick(0, null)]),
  },
  {
    exercise: '08.9 initialParams',
    id: 'params-biases-one',
    sentence: 'The biases start at 1. They start at 0.',
    wrong: (sizes: number[], draw: DrawLayer) =>
      eachLayer(sizes, (D, M) => [draw([D, M]), filled([M], () => 1)]),
  },
  {
    exercise: '08.9 initialParams',
    id: 'params-last-layer-missing',
    sentence: 'The last layer is missing. With three sizes there are two layers.',
    wrong: (sizes: number[], draw: DrawLayer) => initialParams(sizes.slice(0, -1), draw),
  },
  {
    exercise: '08.9 initialParams',
    id: 'params-first-layer-only',
    sentence: 'There is one layer only. There are as many as sizes, less one.',
    wrong: (sizes: number[], draw: DrawLayer) => initialParams(sizes.slice(0, 2), draw),
  },
  {
    exercise: '08.9 initialParams',
    id: 'params-counted-from-zero',
    sentence: 'The layers are counted from 0. The first one has W1 and b1.',
    wrong: (sizes: number[], draw: DrawLayer) =>
      Object.fromEntries(
        Object.entries(initialParams(sizes, draw)).map(([name, array]) => [
          `${name[0]}${Number(name.slice(1)) - 1}`,
          array,
        ]),
      ),
  },

  {
    exercise: '08.10 activationSpread',
    id: 'spread-variance',
    sentence: 'This is the variance. Its root is the standard deviation.',
    wrong: (...args: Parameters<typeof activationSpread>) =>
      activationSpread(...args).map((spread) => spread ** 2),
  },
  {
    exercise: '08.10 activationSpread',
    id: 'spread-unbiased',
    sentence:
      'The squares are divided by their number less one. The deviation of the numbers at hand is asked for: divide by all of them.',
    wrong: spreadingWith((values) => {
      const mean = meanOf(values);
      const sum = values.reduce((total, value) => total + (value - mean) ** 2, 0);
      return Math.sqrt(sum / (values.length - 1));
    }),
  },
  {
    exercise: '08.10 activationSpread',
    id: 'spread-around-zero',
    sentence:
      'The mean is not taken off: this is the root of the mean square. After ReLUs the mean is not 0.',
    wrong: spreadingWith((values) => Math.sqrt(meanOf(values.map((value) => value ** 2)))),
  },
  {
    exercise: '08.10 activationSpread',
    id: 'spread-by-difference',
    sentence:
      'The mean of the squares less the square of the mean: right on paper, but with a large mean all digits cancel. Take the mean off first, then square.',
    wrong: spreadingWith((values) => {
      const difference = meanOf(values.map((value) => value ** 2)) - meanOf(values) ** 2;
      return Math.sqrt(Math.max(0, difference));
    }),
  },
  {
    exercise: '08.10 activationSpread',
    id: 'spread-of-the-mean-size',
    sentence:
      'This is the mean distance from the mean. The standard deviation squares the distances, and roots their mean.',
    wrong: spreadingWith((values) => {
      const mean = meanOf(values);
      return meanOf(values.map((value) => Math.abs(value - mean)));
    }),
  },
  {
    exercise: '08.10 activationSpread',
    id: 'spread-before-the-activation',
    sentence:
      'The spread is that of the sums, before the activation. Activate first, then measure.',
    wrong: (x: Tensor, params: Params, activation: (z: Tensor) => Tensor) => {
      const spreads: number[] = [];
      let input = x;
      for (let l = 1; `W${l}` in params; l++) {
        const { out } = affineForward(input, params[`W${l}`]!, params[`b${l}`]!);
        spreads.push(deviationOf([...copy(out).data]));
        input = activation(out);
      }
      return spreads;
    },
  },
  {
    exercise: '08.10 activationSpread',
    id: 'spread-without-activation',
    sentence:
      'The layers are linear: the activation is never applied. Hand its result to the next layer.',
    wrong: (x: Tensor, params: Params) => activationSpread(x, params, copy),
  },
  {
    exercise: '08.10 activationSpread',
    id: 'spread-without-biases',
    sentence: 'The biases are left out. Add bl to input · Wl.',
    wrong: (x: Tensor, params: Params, activation: (z: Tensor) => Tensor) => {
      const unbiased = Object.entries(params).map(([name, array]) => [
        name,
        name.startsWith('b') ? zeros(...array.shape) : array,
      ]);
      return activationSpread(x, Object.fromEntries(unbiased) as Params, activation);
    },
  },
  {
    exercise: '08.10 activationSpread',
    id: 'spread-last-layer-linear',
    sentence:
      'The last layer is measured without its activation. Apply it in every layer, the last one too.',
    wrong: (x: Tensor, params: Params, activation: (z: Tensor) => Tensor) => {
      const L = Object.keys(params).filter((name) => name.startsWith('W')).length;
      let layer = 0;
      return activationSpread(x, params, (z) => (++layer === L ? copy(z) : activation(z)));
    },
  },
];

/** Misconceptions of one exercise, whose names begin alike. */
function drawing<Wrong extends Misconception['wrong']>(
  exercise: string,
  start: string,
  list: readonly { id: string; sentence: string; anchor?: string; wrong: Wrong }[],
): Misconception[] {
  return list.map((one) => Object.assign({ ...one, exercise }, { id: `${start}-${one.id}` }));
}

/** Normal weights with a deviation of one's own. */
function normalWith(deviation: (both: ReturnType<typeof fans>) => number): Draw {
  return (shape, random) => scaledNormal(shape, deviation(fans(shape)), random);
}

/** Even weights within a limit of one's own. */
function evenWith(limit: (both: ReturnType<typeof fans>) => number): Draw {
  return (shape, random) => scaledUniform(shape, limit(fans(shape)), random);
}

/** Parameters made layer by layer. */
function eachLayer(
  sizes: number[],
  make: (D: number, M: number) => readonly [W: Tensor, b: Tensor],
): Params {
  const params: Params = {};
  for (let l = 1; l < sizes.length; l++) {
    [params[`W${l}`], params[`b${l}`]] = make(sizes[l - 1]!, sizes[l]!);
  }
  return params;
}

/** activationSpread with another measure of spread. */
function spreadingWith(measure: (values: number[]) => number): typeof activationSpread {
  return (x, params, activation) => {
    const spreads: number[] = [];
    activationSpread(x, params, (z) => {
      const activated = activation(z);
      spreads.push(measure([...copy(activated).data]));
      return activated;
    });
    return spreads;
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}
