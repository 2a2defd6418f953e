/** Lesson 09: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { array, copy, filled, map, zip, type Tensor } from '#arrays';
import type { Misconception } from '../../checks/misconception.ts';
import { refusingLike, rowsOf, sumOver } from '../../checks/wrong-answers.ts';
import {
  batchNorm,
  batchNormBackward,
  batchNormEvaluate,
  batchNormForward,
  batchStatistics,
  imageBatchNormBackward,
  imageBatchNormForward,
  layerNormBackward,
  layerNormForward,
  standardize,
  updateRunning,
  type BatchNormCache,
  type BatchNormStep,
  type NormGradients,
  type Statistics,
} from './normalization.reference.ts';

/** The share and the ε that are usually meant. */
const USUAL_MOMENTUM = 0.9;
const USUAL_EPSILON = 1e-5;

/** What stands below the line of (x − μ) / √(σ² + ε). */
interface Spread {
  variance: number;
  epsilon: number;
}

/** What people make of that quotient. */
const divisions: {
  id: string;
  sentence: string;
  divide: (centred: number, spread: Spread) => number;
}[] = [
  {
    id: 'epsilon-outside',
    sentence:
      'ε is added to the root. In a normalization it stands under the root, √(σ² + ε), unlike in the optimizers of lesson 07.',
    divide: (centred, { variance, epsilon }) => centred / (Math.sqrt(variance) + epsilon),
  },
  {
    id: 'without-epsilon',
    sentence:
      'There is no ε, so where nothing varies 0 is divided by 0. Add ε to the variance, under the root.',
    divide: (centred, { variance }) => centred / Math.sqrt(variance),
  },
  {
    id: 'unrooted',
    sentence: 'x − μ is divided by the variance. Divide by the deviation, its root: √(σ² + ε).',
    divide: (centred, { variance, epsilon }) => centred / (variance + epsilon),
  },
  {
    id: 'fixed-epsilon',
    sentence: 'ε is 1e-5 whatever is asked for. Take the argument.',
    divide: (centred, { variance }) => centred / Math.sqrt(variance + USUAL_EPSILON),
  },
  {
    id: 'epsilon-as-floor',
    sentence:
      'The variance is replaced by ε where it is smaller. ε is added to it, however large it is.',
    divide: (centred, { variance, epsilon }) => centred / Math.sqrt(Math.max(variance, epsilon)),
  },
];

/** What people make of γ · x̂ + β. */
const affine: {
  id: string;
  sentence: string;
  apply: (xHat: number, gamma: number, beta: number) => number;
}[] = [
  {
    id: 'gamma-and-beta-exchanged',
    sentence: "γ and β are in each other's place. γ is multiplied, β is added.",
    apply: (xHat, gamma, beta) => beta * xHat + gamma,
  },
  {
    id: 'shift-scaled',
    sentence:
      'β is added before γ is multiplied, so it is scaled as well. Multiply first: γ · x̂ + β.',
    apply: (xHat, gamma, beta) => gamma * (xHat + beta),
  },
  {
    id: 'without-scale',
    sentence: 'γ is missing: this is x̂ + β. Multiply x̂ with γ.',
    apply: (xHat, _, beta) => xHat + beta,
  },
  {
    id: 'without-shift',
    sentence: 'β is missing: this is γ · x̂. Add β.',
    apply: (xHat, gamma) => gamma * xHat,
  },
  {
    id: 'standardized-only',
    sentence: 'This is x̂. Multiply it with γ and add β.',
    apply: (xHat) => xHat,
  },
];

/** A wrong gradient of x. */
interface Path {
  id: string;
  sentence: (word: string) => string;
  path: (parts: Parts) => number;
  /** The factor of dout; γ unless given. */
  factor?: (gamma: number) => number;
}

/** What an entry's gradient is made of, with the two means of the group that it belongs to. */
interface Parts {
  /** What comes back to x̂. */
  d: number;
  xHat: number;
  /** The means of dx̂ and of dx̂ · x̂ over the entry's group, and how many entries that has. */
  mean: number;
  along: number;
  count: number;
  deviation: number;
}

/** What people forget of the gradient of x. */
const forgotten: Path[] = [
  {
    id: 'without-mean-path',
    sentence: (word) =>
      `The path through the mean is missing: an entry moves the mean of its ${word}, and that moves all others. Take off the mean of dx̂ over the ${word}.`,
    path: ({ d, xHat, along, deviation }) => (d - xHat * along) / deviation,
  },
  {
    id: 'without-variance-path',
    sentence: (word) =>
      `The path through the variance is missing: an entry moves the variance of its ${word}, and that moves all others. Take off x̂ times the mean of dx̂ · x̂ over the ${word}.`,
    path: ({ d, mean, deviation }) => (d - mean) / deviation,
  },
  {
    id: 'statistics-as-constants',
    sentence: (word) =>
      `The mean and the variance are taken for constants: dx is γ · dout / √(σ² + ε). Each entry has a part in both of its ${word}; follow these two paths as well.`,
    path: ({ d, deviation }) => d / deviation,
  },
  {
    id: 'sums-for-means',
    sentence: (word) =>
      `Sums over the ${word} are taken off where means should be: an entry moves the mean by only one part in as many as there are. Divide both sums by their number.`,
    path: ({ d, mean, xHat, along, count, deviation }) =>
      (d - count * (mean + xHat * along)) / deviation,
  },
  {
    id: 'gamma-forgotten',
    sentence: () => 'γ is missing in dx. What comes back to x̂ is γ · dout: multiply first.',
    path: ({ d, mean, xHat, along, deviation }) => (d - mean - xHat * along) / deviation,
    factor: () => 1,
  },
];

/** What they get wrong besides when they derive it. */
const miscalculated: Path[] = [
  {
    id: 'half-variance-path',
    sentence: () =>
      'The path through the variance is half of what it should be. The square has the slope 2 · (x − μ), and the root ½: together they are 1.',
    path: ({ d, mean, xHat, along, deviation }) => (d - mean - (xHat * along) / 2) / deviation,
  },
  {
    id: 'double-variance-path',
    sentence: () =>
      'The path through the variance is twice what it should be. The square has the slope 2 · (x − μ), and the root ½: together they are 1.',
    path: ({ d, mean, xHat, along, deviation }) => (d - mean - 2 * xHat * along) / deviation,
  },
  {
    id: 'paths-added',
    sentence: () =>
      'The two paths are added. What the mean and the variance send back has a minus: x grows, x̂ of all the others falls.',
    path: ({ d, mean, xHat, along, deviation }) => (d + mean + xHat * along) / deviation,
  },
  {
    id: 'undivided',
    sentence: () => 'dx is not divided by √(σ² + ε). That is the slope of x̂ with x: divide by it.',
    path: ({ d, mean, xHat, along }) => d - mean - xHat * along,
  },
  {
    id: 'divided-by-the-variance',
    sentence: () => 'dx is divided by σ² + ε. Divide by its root, as in the forward pass.',
    path: ({ d, mean, xHat, along, deviation }) => (d - mean - xHat * along) / deviation ** 2,
  },
  {
    id: 'variance-path-without-x',
    sentence: () =>
      'The mean of dx̂ · x̂ is taken off all entries alike. How much an entry moves the variance goes with its own x̂: multiply with that.',
    path: ({ d, mean, along, deviation }) => (d - mean - along) / deviation,
  },
];

export const misconceptions: Misconception[] = [
  {
    exercise: '09.1 batchStatistics',
    id: 'statistics-unbiased',
    sentence:
      'The sum of squares is divided by N − 1, the unbiased variance. Here it is divided by N: a batch of one would be 0/0.',
    anchor: '#batch-norm',
    wrong: (x: Tensor) => withVariance(x, ({ variance, N }) => (variance * N) / (N - 1)),
  },
  {
    exercise: '09.1 batchStatistics',
    id: 'statistics-deviation',
    sentence:
      'This is the standard deviation. The variance is its square: take no root here, since ε is added to the variance first.',
    wrong: (x: Tensor) => withVariance(x, ({ variance }) => Math.sqrt(variance)),
  },
  {
    exercise: '09.1 batchStatistics',
    id: 'statistics-of-squares',
    sentence:
      'The variance is the mean of x² less μ². On paper that is the same, but where the mean is large both are huge and their difference is lost in rounding: take the mean off first, then square.',
    wrong: (x: Tensor) =>
      withVariance(x, ({ mean, column }) => meanOf(column.map((value) => value ** 2)) - mean ** 2),
  },
  {
    exercise: '09.1 batchStatistics',
    id: 'statistics-around-zero',
    sentence:
      'The variance is the mean of x² itself, the spread around 0. Take the mean of the column off first.',
    wrong: (x: Tensor) =>
      withVariance(x, ({ column }) => meanOf(column.map((value) => value ** 2))),
  },
  {
    exercise: '09.1 batchStatistics',
    id: 'statistics-absolute',
    sentence: 'The distances from the mean are averaged as they are. Square each of them first.',
    wrong: (x: Tensor) =>
      withVariance(x, ({ mean, column }) => meanOf(column.map((value) => Math.abs(value - mean)))),
  },
  {
    exercise: '09.1 batchStatistics',
    id: 'statistics-by-row',
    sentence:
      'These are the mean and the variance of each row. Batch norm goes down the columns: for each d, sum over n.',
    anchor: '#batch-norm',
    wrong: refusingLike(batchStatistics, (x) => batchStatistics(x.transpose(1, 0))),
  },
  {
    exercise: '09.1 batchStatistics',
    id: 'statistics-of-all',
    sentence:
      'All columns have the mean and the variance of the whole array. Each column has its own.',
    anchor: '#batch-norm',
    wrong: refusingLike(batchStatistics, (x) => ofAll(x)),
  },
  {
    exercise: '09.1 batchStatistics',
    id: 'statistics-over-columns',
    sentence:
      'The sums are divided by the number of columns. A column has as many entries as there are samples: divide by N.',
    wrong: refusingLike(batchStatistics, (x) => {
      const [N, D] = x.shape as [number, number];
      const mean = map(batchStatistics(x).mean, (value) => (value * N) / D);
      const variance = filled(
        [D],
        (d) => sumOver(N, (n) => (x.get(n, d!) - mean.get(d!)) ** 2) / D,
      );
      return { mean, variance };
    }),
  },
  {
    exercise: '09.1 batchStatistics',
    id: 'statistics-around-the-mean-of-all',
    sentence:
      'The means are right, but the variances are those around the mean of the whole array. Take the mean of the same column off.',
    wrong: (x: Tensor) =>
      withVariance(x, ({ column }) => {
        const mean = meanOf([...copy(x).data]);
        return meanOf(column.map((value) => (value - mean) ** 2));
      }),
  },

  ...divisions.map(({ id, sentence, divide }) => ({
    exercise: '09.2 standardize',
    id: `standardize-${id}`,
    sentence,
    anchor: '#where-epsilon-stands',
    wrong: refusingLike(standardize, (x, { mean, variance }, epsilon) =>
      filled(x.shape, (n, d) =>
        divide(x.get(n, d) - mean.get(d), { variance: variance.get(d), epsilon }),
      ),
    ),
  })),
  {
    exercise: '09.2 standardize',
    id: 'standardize-by-its-own',
    sentence:
      'The mean and the variance of x itself are used. Use the ones that are given: in evaluation they come from elsewhere.',
    wrong: refusingLike(standardize, (x, _, epsilon) =>
      x.shape[0] === 0 ? copy(x) : standardize(x, batchStatistics(x), epsilon),
    ),
  },
  {
    exercise: '09.2 standardize',
    id: 'standardize-not-centred',
    sentence: 'x is divided as it is. Take the mean off first.',
    wrong: refusingLike(standardize, (x, { mean, variance }, epsilon) =>
      standardize(x, { mean: map(mean, () => 0), variance }, epsilon),
    ),
  },
  {
    exercise: '09.2 standardize',
    id: 'standardize-without-parentheses',
    sentence:
      'Only the mean is divided: this is x − μ/√(σ² + ε). Put x − μ in parentheses, since a division comes before a subtraction.',
    wrong: refusingLike(standardize, (x, { mean, variance }, epsilon) =>
      filled(x.shape, (n, d) => x.get(n, d) - mean.get(d) / Math.sqrt(variance.get(d) + epsilon)),
    ),
  },
  {
    exercise: '09.2 standardize',
    id: 'standardize-centred-only',
    sentence: 'The mean is taken off, and that is all. Divide by √(σ² + ε) as well.',
    wrong: refusingLike(standardize, (x, { mean }) =>
      filled(x.shape, (n, d) => x.get(n, d) - mean.get(d)),
    ),
  },

  ...forwards('09.3 batchNormForward', 'batch-norm', batchNormForward, 'column'),
  {
    exercise: '09.3 batchNormForward',
    id: 'batch-norm-by-row',
    sentence:
      'Each row is standardized by its own mean and variance: that is layer norm. Batch norm goes down the columns, over the samples.',
    anchor: '#layer-norm',
    wrong: refusingLike(batchNormForward, layerNormForward),
  },
  {
    exercise: '09.3 batchNormForward',
    id: 'batch-norm-scaled-first',
    sentence:
      'γ and β are applied to x, and the result is standardized, which takes them off again. Standardize first, then scale and shift.',
    wrong: (x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number) => {
      const right = batchNormForward(x, gamma, beta, epsilon);
      const moved = filled(x.shape, (n, d) => gamma.get(d) * x.get(n, d) + beta.get(d));
      return { ...right, out: standardize(moved, batchStatistics(moved), epsilon) };
    },
  },

  {
    exercise: '09.4 updateRunning',
    id: 'running-shares-exchanged',
    sentence:
      "m and 1 − m are in each other's place, so the newest batch is nearly all that is left. Keep m of what was there, and add 1 − m of the batch.",
    anchor: '#running-statistics',
    wrong: (running: Statistics, batch: Statistics, momentum: number) =>
      updateRunning(running, batch, 1 - momentum),
  },
  {
    exercise: '09.4 updateRunning',
    id: 'running-whole-batch',
    sentence:
      'The batch counts wholly: m · running + batch, which grows to 1/(1 − m) times what it should be. Multiply it with 1 − m.',
    wrong: refusingLike(updateRunning, (running, batch, momentum) =>
      blended(running, batch, (old, now) => momentum * old + now),
    ),
  },
  {
    exercise: '09.4 updateRunning',
    id: 'running-fixed',
    sentence: 'm is 0.9 whatever is asked for. Take the argument.',
    wrong: (running: Statistics, batch: Statistics) =>
      updateRunning(running, batch, USUAL_MOMENTUM),
  },
  {
    exercise: '09.4 updateRunning',
    id: 'running-replaced',
    sentence:
      'The running statistics are those of the last batch alone. Keep m of what was there before.',
    wrong: (running: Statistics, batch: Statistics) => updateRunning(running, batch, 0),
  },
  {
    exercise: '09.4 updateRunning',
    id: 'running-never-changes',
    sentence: 'What comes back is what came in. Add 1 − m of the batch.',
    wrong: (running: Statistics, batch: Statistics) => updateRunning(running, batch, 1),
  },
  {
    exercise: '09.4 updateRunning',
    id: 'running-mean-alone',
    sentence: 'Only the mean is brought up to date. The variance follows the same rule.',
    wrong: (running: Statistics, batch: Statistics, momentum: number) => ({
      mean: updateRunning(running, batch, momentum).mean,
      variance: copy(running.variance),
    }),
  },
  {
    exercise: '09.4 updateRunning',
    id: 'running-halves',
    sentence:
      'Old and new count alike, whatever m is. Keep m of the old, and add 1 − m of the new.',
    wrong: (running: Statistics, batch: Statistics) => updateRunning(running, batch, 0.5),
  },
  {
    exercise: '09.4 updateRunning',
    id: 'running-deviations',
    sentence:
      'The deviations are averaged, and the result is squared. Average the variances themselves.',
    wrong: (running: Statistics, batch: Statistics, momentum: number) => {
      const { mean } = updateRunning(running, batch, momentum);
      const variance = zip(
        running.variance,
        batch.variance,
        (old, now) => (momentum * Math.sqrt(old) + (1 - momentum) * Math.sqrt(now)) ** 2,
      );
      return { mean, variance };
    },
  },

  ...divisions.map(({ id, sentence, divide }) => ({
    exercise: '09.5 batchNormEvaluate',
    id: `evaluate-${id}`,
    sentence,
    anchor: '#where-epsilon-stands',
    wrong: evaluateWith(
      ({ x, mean, variance, gamma, beta, epsilon }) =>
        beta + gamma * divide(x - mean, { variance, epsilon }),
    ),
  })),
  ...affine.map(({ id, sentence, apply }) => ({
    exercise: '09.5 batchNormEvaluate',
    id: `evaluate-${id}`,
    sentence,
    wrong: evaluateWith(({ x, mean, variance, gamma, beta, epsilon }) =>
      apply((x - mean) / Math.sqrt(variance + epsilon), gamma, beta),
    ),
  })),
  {
    exercise: '09.5 batchNormEvaluate',
    id: 'evaluate-by-the-batch',
    sentence:
      "The batch's own statistics are used, so that a sample's output depends on its neighbours, and alone it is always β. In evaluation use the running statistics.",
    anchor: '#running-statistics',
    wrong: refusingLike(batchNormEvaluate, (x, gamma, beta, _, epsilon) =>
      x.shape[0] === 0 ? copy(x) : batchNormForward(x, gamma, beta, epsilon).out,
    ),
  },
  {
    exercise: '09.5 batchNormEvaluate',
    id: 'evaluate-half-by-the-batch',
    sentence:
      "The variance is the running one, and the mean the batch's own. In evaluation use the running mean as well.",
    anchor: '#running-statistics',
    wrong: refusingLike(batchNormEvaluate, (x, gamma, beta, { variance }, epsilon) =>
      x.shape[0] === 0
        ? copy(x)
        : batchNormEvaluate(x, gamma, beta, { mean: batchStatistics(x).mean, variance }, epsilon),
    ),
  },
  {
    exercise: '09.5 batchNormEvaluate',
    id: 'evaluate-blended',
    sentence:
      'The running statistics take up those of this batch before they are used. In evaluation nothing is learned: use them as they are.',
    anchor: '#running-statistics',
    wrong: refusingLike(batchNormEvaluate, (x, gamma, beta, running, epsilon) => {
      if (x.shape[0] === 0) return copy(x);
      const next = updateRunning(running, batchStatistics(x), USUAL_MOMENTUM);
      return batchNormEvaluate(x, gamma, beta, next, epsilon);
    }),
  },

  ...backwards('09.6 batchNormBackward', 'batch-norm', 'column', batchNormBackward, {
    toColumns: (x) => x,
    fromColumns: (dx) => dx,
    xHatOf: ({ xHat }) => xHat,
    scale: (gamma) => (_, d) => gamma.get(d),
    paths: [...forgotten, ...miscalculated],
  }),

  {
    exercise: '09.7 batchNorm',
    id: 'modes-exchanged',
    sentence:
      'The two modes are exchanged. While training, the batch is standardized by its own statistics and the running ones are brought up to date; in evaluation the running ones are used and stay.',
    anchor: '#running-statistics',
    wrong: (...[x, gamma, beta, running, options]: LayerArguments) => {
      const right = batchNorm(x, gamma, beta, running, options);
      if (x.shape[0] === 0) return right;
      return batchNorm(x, gamma, beta, running, { ...options, training: !options.training });
    },
  },
  {
    exercise: '09.7 batchNorm',
    id: 'running-while-training',
    sentence:
      "While training the running statistics are used. Use the batch's own there, or the network learns against statistics that lag behind its weights; the running ones are for evaluation.",
    anchor: '#running-statistics',
    wrong: layerWith((right, [x, gamma, beta, running, { epsilon }]) => ({
      ...right,
      out: batchNormEvaluate(x, gamma, beta, running, epsilon),
    })),
  },
  {
    exercise: '09.7 batchNorm',
    id: 'new-running-while-training',
    sentence:
      "While training the running statistics, brought up to date, are used. Use the batch's own: only those are what batchNormBackward differentiates.",
    anchor: '#running-statistics',
    wrong: layerWith((right, [x, gamma, beta, , { epsilon }]) => ({
      ...right,
      out: batchNormEvaluate(x, gamma, beta, right.running, epsilon),
    })),
  },
  {
    exercise: '09.7 batchNorm',
    id: 'running-not-kept',
    sentence:
      'The running statistics come back as they were after training steps, too, so evaluation will use those from before the first one. Bring them up to date while training.',
    anchor: '#running-statistics',
    wrong: layerWith((right, [, , , running]) => ({ ...right, running: copied(running) })),
  },
  {
    exercise: '09.7 batchNorm',
    id: 'running-updated-in-evaluation',
    sentence:
      'The running statistics change in evaluation, so the answer for one sample depends on which ones were asked about before. Return them as they are.',
    anchor: '#running-statistics',
    wrong: layerWith(
      (right) => right,
      (right, [x, , , running, { momentum }]) => ({
        ...right,
        running: updateRunning(running, batchStatistics(x), momentum),
      }),
    ),
  },
  {
    exercise: '09.7 batchNorm',
    id: 'evaluation-by-the-batch',
    sentence:
      "In evaluation the batch's own statistics are used, so that a sample's output depends on its neighbours. Use the running ones.",
    anchor: '#running-statistics',
    wrong: layerWith(
      (right) => right,
      (right, [x, gamma, beta, , { epsilon }]) => ({
        ...right,
        out: batchNormForward(x, gamma, beta, epsilon).out,
      }),
    ),
  },
  {
    exercise: '09.7 batchNorm',
    id: 'layer-shares-exchanged',
    sentence:
      "m and 1 − m are in each other's place in the running statistics. Keep m of what was there, and add 1 − m of the batch.",
    anchor: '#running-statistics',
    wrong: layerWith((right, [x, , , running, { momentum }]) => ({
      ...right,
      running: updateRunning(running, batchStatistics(x), 1 - momentum),
    })),
  },
  {
    exercise: '09.7 batchNorm',
    id: 'layer-unbiased',
    sentence:
      'The running variance takes up the unbiased variance of the batch, as some libraries do. In this course it is the biased one everywhere.',
    anchor: '#running-statistics',
    wrong: layerWith((right, [x, , , running, { momentum }]) => {
      const { mean, variance } = batchStatistics(x);
      const N = x.shape[0]!;
      const unbiased = { mean, variance: map(variance, (value) => (value * N) / (N - 1)) };
      return { ...right, running: updateRunning(running, unbiased, momentum) };
    }),
  },
  {
    exercise: '09.7 batchNorm',
    id: 'layer-fixed-momentum',
    sentence: 'm is 0.9 whatever the options say. Take options.momentum.',
    wrong: layerWith((right, [x, , , running]) => ({
      ...right,
      running: updateRunning(running, batchStatistics(x), USUAL_MOMENTUM),
    })),
  },
  {
    exercise: '09.7 batchNorm',
    id: 'layer-batch-as-running',
    sentence:
      "What comes back as running statistics are the batch's own. Keep m of what was there before.",
    anchor: '#running-statistics',
    wrong: layerWith((right, [x]) => ({ ...right, running: batchStatistics(x) })),
  },
  {
    exercise: '09.7 batchNorm',
    id: 'layer-statistics-of-the-output',
    sentence:
      'The running statistics take up those of out, after scaling and shifting. They are to describe x, which is what they will be taken off.',
    anchor: '#running-statistics',
    wrong: layerWith((right, [, , , running, { momentum }]) => ({
      ...right,
      running: updateRunning(running, batchStatistics(right.out), momentum),
    })),
  },

  ...forwards('09.8 layerNormForward', 'layer-norm', layerNormForward, 'row'),
  {
    exercise: '09.8 layerNormForward',
    id: 'layer-norm-over-the-batch',
    sentence:
      'Each column is standardized over the samples: that is batch norm. Layer norm goes along the rows, so that no sample depends on another one.',
    anchor: '#layer-norm',
    wrong: refusingLike(layerNormForward, (x, gamma, beta, epsilon) =>
      x.shape[0] === 0
        ? layerNormForward(x, gamma, beta, epsilon)
        : batchNormForward(x, gamma, beta, epsilon),
    ),
  },

  ...backwards('09.9 layerNormBackward', 'layer-norm', 'row', layerNormBackward, {
    toColumns: (x) => x.transpose(1, 0),
    fromColumns: (dx) => copy(dx.transpose(1, 0)),
    xHatOf: ({ xHat }) => xHat.transpose(1, 0),
    scale: (gamma) => (d) => gamma.get(d),
    paths: [...forgotten, ...miscalculated],
  }),
  {
    exercise: '09.9 layerNormBackward',
    id: 'layer-norm-gamma-last',
    sentence:
      'γ is multiplied at the end, after the paths through the mean and the variance. In batch norm that is the same, since a column has one γ. A row has many: multiply dout with γ first.',
    anchor: '#layer-norm',
    wrong: (dout: Tensor, cache: BatchNormCache) => {
      const ones = map(cache.gamma, () => 1);
      const { dx } = layerNormBackward(dout, { ...cache, gamma: ones });
      return {
        ...layerNormBackward(dout, cache),
        dx: filled(dx.shape, (n, d) => cache.gamma.get(d) * dx.get(n, d)),
      };
    },
  },
  {
    exercise: '09.9 layerNormBackward',
    id: 'layer-norm-paths-over-the-batch',
    sentence:
      'The two means are taken down the columns, as in batch norm. What was shared in the forward pass was the mean and the variance of a row: take them along the rows.',
    anchor: '#layer-norm',
    wrong: (dout: Tensor, cache: BatchNormCache) => {
      const { xHat, deviation, gamma } = cache;
      const dxHat = filled(dout.shape, (n, d) => gamma.get(d) * dout.get(n, d));
      return {
        ...layerNormBackward(dout, cache),
        dx: filled(dout.shape, (n, d) => {
          const N = dout.shape[0]!;
          const mean = sumOver(N, (i) => dxHat.get(i, d)) / N;
          const along = sumOver(N, (i) => dxHat.get(i, d) * xHat.get(i, d)) / N;
          return (dxHat.get(n, d) - mean - xHat.get(n, d) * along) / deviation.get(n);
        }),
      };
    },
  },
  {
    exercise: '09.9 layerNormBackward',
    id: 'layer-norm-sums-along-rows',
    sentence:
      'dγ and dβ are summed along the rows, one for each sample. γ and β belong to the columns: sum over the samples, as in batch norm.',
    anchor: '#layer-norm',
    wrong: (dout: Tensor, cache: BatchNormCache) => ({
      dx: layerNormBackward(dout, cache).dx,
      dgamma: sums(zip(dout, cache.xHat, (d, value) => d * value).transpose(1, 0)),
      dbeta: sums(dout.transpose(1, 0)),
    }),
  },

  ...[
    {
      id: 'images-by-place',
      sentence:
        'Each place of the image has a mean and a variance of its own, over the images alone. A channel has one of each: over images, rows and columns.',
      keyOf: (_: number, ...place: number[]) => place.join(),
    },
    {
      id: 'images-by-image',
      sentence:
        'Each channel of each image is standardized by itself, which is called instance norm. Batch norm takes all images together.',
      keyOf: (n: number, c: number) => `${n} ${c}`,
    },
    {
      id: 'images-by-whole-image',
      sentence:
        'Each image is standardized over all of its channels: that is layer norm. Batch norm takes each channel over all images.',
      keyOf: (n: number) => `${n}`,
    },
    {
      id: 'images-of-all',
      sentence:
        'All channels share one mean and one variance. Each channel has its own, over images, rows and columns.',
      keyOf: () => '',
    },
  ].map(({ id, sentence, keyOf }) => ({
    exercise: '09.10 imageBatchNormForward',
    id,
    sentence,
    anchor: '#images',
    wrong: imagesWith(keyOf),
  })),
  {
    exercise: '09.10 imageBatchNormForward',
    id: 'images-reshaped',
    sentence:
      'The entries are poured into rows of C as they lie in memory, which mixes the channels. Move the channel axis to the end first, with a transpose, and then reshape.',
    anchor: '#images',
    wrong: refusingLike(imageBatchNormForward, (x, gamma, beta, epsilon) => {
      const C = x.shape[1]!;
      const flat = copy(x).data;
      const poured = filled([x.size / C, C], (r, c) => flat[r! * C + c!]!);
      const { out } = batchNormForward(poured, gamma, beta, epsilon);
      return { out: pouredInto(out, x.shape) };
    }),
  },
  {
    exercise: '09.10 imageBatchNormForward',
    id: 'images-poured-back',
    sentence:
      'Standardizing is right, but the rows of C are poured back into the images as they lie in memory. Undo what was done before: reshape to (N, H, W, C), and then transpose.',
    anchor: '#images',
    wrong: refusingLike(imageBatchNormForward, (x, gamma, beta, epsilon) => {
      const { out } = batchNormForward(pixelRows(x), gamma, beta, epsilon);
      return { out: pouredInto(out, x.shape) };
    }),
  },
  {
    exercise: '09.10 imageBatchNormForward',
    id: 'images-unbiased',
    sentence:
      'The sum of squares is divided by the number of pixels less 1, the unbiased variance. Here it is divided by N · H · W.',
    anchor: '#batch-norm',
    wrong: imagesWith(
      (...index) => `${index[1]}`,
      (count) => count - 1,
    ),
  },
  ...divisions.map(({ id, sentence, divide }) => ({
    exercise: '09.10 imageBatchNormForward',
    id: `images-${id}`,
    sentence,
    anchor: '#where-epsilon-stands',
    wrong: refusingLike(imageBatchNormForward, (x, gamma, beta, epsilon) => {
      const { mean, variance } = batchStatistics(pixelRows(x));
      return {
        out: filled(x.shape, (...index) => {
          const c = index[1]!;
          const centred = x.get(...index) - mean.get(c);
          return (
            beta.get(c) + gamma.get(c) * divide(centred, { variance: variance.get(c), epsilon })
          );
        }),
      };
    }),
  })),
  {
    exercise: '09.10 imageBatchNormForward',
    id: 'images-gamma-and-beta-exchanged',
    sentence: "γ and β are in each other's place. γ is multiplied, β is added.",
    wrong: (x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number) =>
      imageBatchNormForward(x, beta, gamma, epsilon),
  },

  ...backwards('09.11 imageBatchNormBackward', 'images', 'channel', imageBatchNormBackward, {
    toColumns: pixelRows,
    fromColumns: (dx, shape) => asImages(dx, shape),
    xHatOf: ({ xHat }) => xHat,
    scale: (gamma) => (_, c) => gamma.get(c),
    // It is best made of 09.6, where the others would be found.
    paths: forgotten,
  }),
  ...[
    {
      id: 'images-paths-by-image',
      sentence:
        'The two means are taken over the pixels of each image by itself. The mean and the variance were those of all images together: take the means over all pixels of the channel.',
      groupOf: (r: number, area: number) => Math.floor(r / area),
    },
    {
      id: 'images-paths-by-place',
      sentence:
        'The two means are taken over the images at each place by itself. The mean and the variance were those of all places together: take the means over all pixels of the channel.',
      groupOf: (r: number, area: number) => r % area,
    },
  ].map(({ id, sentence, groupOf }) => ({
    exercise: '09.11 imageBatchNormBackward',
    id,
    sentence,
    anchor: '#images',
    wrong: (dout: Tensor, cache: BatchNormCache): NormGradients => {
      const { xHat, deviation, gamma } = cache;
      const area = dout.shape[2]! * dout.shape[3]!;
      const dxHat = pixelRows(dout);
      const dx = filled(dxHat.shape, (r, c) => {
        const group = [...Array(dxHat.shape[0]).keys()].filter(
          (other) => groupOf(other, area) === groupOf(r, area),
        );
        const mean = meanOf(group.map((i) => dxHat.get(i, c)));
        const along = meanOf(group.map((i) => dxHat.get(i, c) * xHat.get(i, c)));
        const through = dxHat.get(r, c) - mean - xHat.get(r, c) * along;
        return (gamma.get(c) * through) / deviation.get(c);
      });
      return { ...imageBatchNormBackward(dout, cache), dx: asImages(dx, dout.shape) };
    },
  })),
  {
    exercise: '09.11 imageBatchNormBackward',
    id: 'images-mean-over-the-batch',
    sentence:
      'dγ and dβ are divided by the number of images. γ and β took part at every pixel, so they get the sum; the mean is the affair of the loss.',
    wrong: (dout: Tensor, cache: BatchNormCache) => {
      const { dx, dgamma, dbeta } = imageBatchNormBackward(dout, cache);
      const over = (x: Tensor): Tensor => map(x, (value) => value / dout.shape[0]!);
      return { dx, dgamma: over(dgamma), dbeta: over(dbeta) };
    },
  },
];

/** The entries of each column of a matrix. */
function columnsOf(x: Tensor): number[][] {
  return rowsOf(x.transpose(1, 0));
}

function meanOf(values: readonly number[]): number {
  return sumOver(values.length, (i) => values[i]!) / values.length;
}

/** The sum of each column of a matrix. */
function sums(x: Tensor): Tensor {
  return array(columnsOf(x).map((column) => sumOver(column.length, (n) => column[n]!)));
}

/** batchStatistics with other variances. */
function withVariance(
  x: Tensor,
  f: (parts: { column: number[]; mean: number; variance: number; N: number }) => number,
): Statistics {
  const { mean, variance } = batchStatistics(x);
  const values = columnsOf(x).map((column, d) =>
    f({ column, mean: mean.get(d), variance: variance.get(d), N: column.length }),
  );
  return { mean, variance: array(values) };
}

/** The mean and the variance of the whole array, for each column. */
function ofAll(x: Tensor): Statistics {
  const values = [...copy(x).data];
  const mean = meanOf(values);
  const variance = meanOf(values.map((value) => (value - mean) ** 2));
  const each = (value: number): Tensor => filled([x.shape[1]!], () => value);
  return { mean: each(mean), variance: each(variance) };
}

/** Old and new statistics, entry by entry. */
function blended(
  running: Statistics,
  batch: Statistics,
  f: (old: number, now: number) => number,
): Statistics {
  return {
    mean: zip(running.mean, batch.mean, f),
    variance: zip(running.variance, batch.variance, f),
  };
}

function copied({ mean, variance }: Statistics): Statistics {
  return { mean: copy(mean), variance: copy(variance) };
}

/** An entry of a matrix, and what belongs to it. */
interface Entry extends Spread {
  x: number;
  mean: number;
  gamma: number;
  beta: number;
}

function rightEntry({ x, mean, variance, gamma, beta, epsilon }: Entry): number {
  return (gamma * (x - mean)) / Math.sqrt(variance + epsilon) + beta;
}

/** batchNormEvaluate with another formula. */
function evaluateWith(entry: (parts: Entry) => number) {
  return refusingLike(batchNormEvaluate, (x, gamma, beta, { mean, variance }, epsilon) =>
    filled(x.shape, (n, d) =>
      entry({
        x: x.get(n, d),
        mean: mean.get(d),
        variance: variance.get(d),
        gamma: gamma.get(d),
        beta: beta.get(d),
        epsilon,
      }),
    ),
  );
}

/** What people make of a forward half whose groups are the columns, or the rows. */
function forwards(
  exercise: string,
  start: string,
  right: typeof batchNormForward | typeof layerNormForward,
  word: 'column' | 'row',
): Misconception[] {
  /** The groups of x as columns, and the way to an entry's own. */
  const grouped = (x: Tensor): Tensor => (word === 'column' ? x : x.transpose(1, 0));
  const statisticsOf = (x: Tensor): Statistics => batchStatistics(grouped(x));
  /** With other statistics of the groups, another formula, or other places to look γ and β up. */
  const withEntry = (
    entry: (parts: Entry) => number,
    statistics = statisticsOf,
    feature = (_: number, d: number): number => d,
  ) =>
    refusingLike(right, (x, gamma, beta, epsilon) => {
      const { mean, variance } = statistics(x);
      const out = filled(x.shape, (n, d) => {
        const group = word === 'column' ? d! : n!;
        const place = feature(n!, d!);
        return entry({
          x: x.get(n, d),
          mean: mean.get(group),
          variance: variance.get(group),
          gamma: gamma.get(place),
          beta: beta.get(place),
          epsilon,
        });
      });
      return { ...right(x, gamma, beta, epsilon), out };
    });
  const withVariances = (f: Parameters<typeof withVariance>[1]) =>
    withEntry(rightEntry, (x) => withVariance(grouped(x), f));
  return [
    ...divisions.map(({ id, sentence, divide }) => ({
      exercise,
      id: `${start}-${id}`,
      sentence,
      anchor: '#where-epsilon-stands',
      wrong: withEntry(
        ({ x, mean, gamma, beta, ...spread }) => gamma * divide(x - mean, spread) + beta,
      ),
    })),
    ...affine.map(({ id, sentence, apply }) => ({
      exercise,
      id: `${start}-${id}`,
      sentence,
      wrong: withEntry(({ x, mean, variance, gamma, beta, epsilon }) =>
        apply((x - mean) / Math.sqrt(variance + epsilon), gamma, beta),
      ),
    })),
    {
      exercise,
      id: `${start}-unbiased`,
      sentence: `The sum of squares is divided by one less than a ${word} has entries, the unbiased variance. Here it is divided by their number.`,
      anchor: '#batch-norm',
      wrong: withVariances(({ variance, N }) => (variance * N) / (N - 1)),
    },
    {
      exercise,
      id: `${start}-of-squares`,
      sentence:
        'The variance is the mean of x² less μ². On paper that is the same, but where the mean is large both are huge and their difference is lost in rounding: take the mean off first, then square.',
      wrong: withVariances(
        ({ column, mean }) => meanOf(column.map((value) => value ** 2)) - mean ** 2,
      ),
    },
    {
      exercise,
      id: `${start}-around-zero`,
      sentence: `The variance is the mean of x² itself, the spread around 0. Take the mean of the ${word} off first.`,
      wrong: withVariances(({ column }) => meanOf(column.map((value) => value ** 2))),
    },
    {
      exercise,
      id: `${start}-of-all`,
      sentence: `The mean and the variance are those of the whole array. Each ${word} has its own.`,
      anchor: `#${start}`,
      wrong: withEntry(rightEntry, (x) => ofAll(grouped(x))),
    },
    {
      exercise,
      id: `${start}-scaled-by-sample`,
      sentence:
        'γ and β are looked up by the sample: gamma.get(n). They belong to the columns: gamma.get(d).',
      anchor: `#${start}`,
      wrong: withEntry(rightEntry, statisticsOf, (n) => n),
    },
  ];
}

/** A gradient of γ or β, which is summed over an equal share of dout for each entry, divided by the number of those. */
function meanOver(gradient: Tensor, dout: Tensor): Tensor {
  return map(gradient, (value) => (value * gradient.size) / dout.size);
}

/** How a backward half sees its arrays: as a matrix with a column for each group that was standardized. */
interface View {
  toColumns: (dout: Tensor) => Tensor;
  fromColumns: (dx: Tensor, shape: readonly number[]) => Tensor;
  xHatOf: (cache: BatchNormCache) => Tensor;
  /** From the place in that matrix to its γ. */
  scale: (gamma: Tensor) => (row: number, column: number) => number;
  paths: readonly Path[];
}

/** What people make of a backward half. */
function backwards(
  exercise: string,
  anchor: string,
  word: string,
  right: (dout: Tensor, cache: BatchNormCache) => NormGradients,
  view: View,
): Misconception[] {
  const start = `${anchor}-back`;
  const back = (
    { path, factor = (gamma) => gamma }: Path,
    dout: Tensor,
    cache: BatchNormCache,
  ): Tensor => {
    const [columns, xHat] = [view.toColumns(dout), view.xHatOf(cache)];
    const gammaAt = view.scale(cache.gamma);
    const dxHat = filled(columns.shape, (i, j) => factor(gammaAt(i!, j!)) * columns.get(i, j));
    const means = columnsOf(dxHat).map(meanOf);
    const alongs = columnsOf(zip(dxHat, xHat, (d, value) => d * value)).map(meanOf);
    const dx = filled(columns.shape, (i, j) =>
      path({
        d: dxHat.get(i, j),
        xHat: xHat.get(i, j),
        mean: means[j!]!,
        along: alongs[j!]!,
        count: columns.shape[0]!,
        deviation: cache.deviation.get(j),
      }),
    );
    return view.fromColumns(dx, dout.shape);
  };
  const withSums =
    (
      change: (right: NormGradients, dout: Tensor, cache: BatchNormCache) => Partial<NormGradients>,
    ) =>
    (dout: Tensor, cache: BatchNormCache): NormGradients => {
      const gradients = right(dout, cache);
      return { ...gradients, ...change(gradients, dout, cache) };
    };
  return [
    ...view.paths.map((one) => ({
      exercise,
      id: `${start}-${one.id}`,
      sentence: one.sentence(word),
      anchor: '#three-paths-back',
      wrong: withSums((_, dout, cache) => ({ dx: back(one, dout, cache) })),
    })),
    {
      exercise,
      id: `${start}-exchanged`,
      sentence:
        'dγ and dβ are exchanged. β is added, so it gets the sum of dout; γ is multiplied with x̂, so it gets the sum of dout · x̂.',
      wrong: withSums(({ dgamma, dbeta }) => ({ dgamma: dbeta, dbeta: dgamma })),
    },
    {
      exercise,
      id: `${start}-means`,
      sentence:
        'dγ and dβ are means. γ and β took part in every one of these numbers, so they get the sums; the mean is the affair of the loss, whose gradient carries the 1/N already.',
      wrong: withSums(({ dgamma, dbeta }, dout) => ({
        dgamma: meanOver(dgamma, dout),
        dbeta: meanOver(dbeta, dout),
      })),
    },
    {
      exercise,
      id: `${start}-dbeta-mean`,
      sentence:
        'dβ is a mean. β was added to every one of these numbers, so it gets the sum; the mean is the affair of the loss.',
      wrong: withSums(({ dbeta }, dout) => ({ dbeta: meanOver(dbeta, dout) })),
    },
    {
      exercise,
      id: `${start}-dgamma-mean`,
      sentence:
        'dγ is a mean. γ was multiplied with every one of these numbers, so it gets the sum; the mean is the affair of the loss.',
      wrong: withSums(({ dgamma }, dout) => ({ dgamma: meanOver(dgamma, dout) })),
    },
    {
      exercise,
      id: `${start}-dgamma-without-x`,
      sentence:
        'dγ is the sum of dout, as dβ is. γ is multiplied with x̂, so its slope is x̂: sum dout · x̂.',
      wrong: withSums(({ dbeta }) => ({ dgamma: copy(dbeta) })),
    },
    {
      exercise,
      id: `${start}-dgamma-with-gamma`,
      sentence:
        'γ itself is multiplied into dγ. The slope of γ · x̂ with γ is x̂ alone: sum dout · x̂.',
      wrong: withSums(({ dgamma }, _, { gamma }) => ({
        dgamma: zip(dgamma, gamma, (a, b) => a * b),
      })),
    },
    ...(word === 'row'
      ? []
      : [
          {
            exercise,
            id: `${start}-dgamma-of-distances`,
            sentence:
              'In dγ dout is multiplied with x − μ. γ was multiplied with x̂: divide by √(σ² + ε), too.',
            wrong: withSums(({ dgamma }, _, { deviation }) => ({
              dgamma: zip(dgamma, deviation, (a, b) => a * b),
            })),
          },
        ]),
    {
      exercise,
      id: `${start}-not-summed`,
      sentence:
        'dγ and dβ have an entry for every number of dout. One γ and one β served many of them: add up what comes back.',
      wrong: withSums((_, dout, cache) => ({
        dgamma: view.fromColumns(
          zip(view.toColumns(dout), view.xHatOf(cache), (d, value) => d * value),
          dout.shape,
        ),
        dbeta: copy(dout),
      })),
    },
  ];
}

type LayerArguments = Parameters<typeof batchNorm>;
type LayerChange = (right: BatchNormStep, args: LayerArguments) => BatchNormStep;

/** batchNorm with a change in one of its modes. */
function layerWith(whileTraining: LayerChange, inEvaluation: LayerChange = (right) => right) {
  return (...args: LayerArguments): BatchNormStep => {
    const right = batchNorm(...args);
    const [x, , , , { training }] = args;
    if (x.shape[0] === 0) return right;
    return (training ? whileTraining : inEvaluation)(right, args);
  };
}

type Index = [n: number, c: number, h: number, w: number];

/** imageBatchNormForward with other groups, or another count below the sum of squares. */
function imagesWith(
  keyOf: (...index: Index) => string,
  countOf = (count: number): number => count,
) {
  return refusingLike(imageBatchNormForward, (x, gamma, beta, epsilon) => {
    const groups = new Map<string, number[]>();
    filled(x.shape, (...index) => {
      const group = groups.get(keyOf(...(index as Index))) ?? [];
      groups.set(keyOf(...(index as Index)), [...group, x.get(...index)]);
      return 0;
    });
    const out = filled(x.shape, (...index) => {
      const group = groups.get(keyOf(...(index as Index)))!;
      const mean = meanOf(group);
      const squares = sumOver(group.length, (i) => (group[i]! - mean) ** 2);
      const deviation = Math.sqrt(squares / countOf(group.length) + epsilon);
      const c = index[1]!;
      return (gamma.get(c) * (x.get(...index) - mean)) / deviation + beta.get(c);
    });
    return { out };
  });
}

/** The pixels of all images as rows, with a column for each channel. */
function pixelRows(x: Tensor): Tensor {
  const [N, C, H, W] = x.shape as [number, number, number, number];
  return filled([N * H * W, C], (r, c) =>
    x.get(Math.floor(r! / (H * W)), c!, Math.floor(r! / W) % H, r! % W),
  );
}

/** The way back. */
function asImages(rows: Tensor, shape: readonly number[]): Tensor {
  const [, , H, W] = shape as [number, number, number, number];
  return filled(shape, (n, c, h, w) => rows.get((n! * H + h!) * W + w!, c!));
}

/** The entries of a matrix in the order in which they lie, in another shape. */
function pouredInto(x: Tensor, shape: readonly number[]): Tensor {
  const flat = copy(x).data;
  let next = 0;
  return filled(shape, () => flat[next++]!);
}
