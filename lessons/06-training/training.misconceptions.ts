/** Lesson 06: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { copy, labels as labelsOf, map, zeros, zip, type Labels, type Tensor } from '#arrays';
import { normal, seededRandom } from '#datasets/random';
import { accuracy } from '#lessons/03-losses';
import {
  affineBackward,
  affineForward,
  reluBackward,
  reluForward,
  softmaxLossBackward,
  softmaxLossForward,
} from '#lessons/05-backprop';
import ops from 'ndarray-ops';
import type { Misconception } from '../../checks/misconception.ts';
import { overRows, refusingLike, sumOver } from '../../checks/wrong-answers.ts';
import {
  accuracyInBatches,
  initialMlp,
  iterationCount,
  meanOverBatches,
  miniBatches,
  mlpForward,
  mlpGradients,
  selectSamples,
  sgdStep,
  shuffledOrder,
  train,
  trainEpoch,
  type Epoch,
  type EpochRecord,
  type LossAndGradients,
  type Params,
  type Samples,
  type Training,
  type TrainingOptions,
} from './training.reference.ts';

export const misconceptions: Misconception[] = [
  {
    exercise: '06.1 shuffledOrder',
    id: 'shuffle-any-index',
    sentence:
      'Each item is swapped with any of all N. That makes Nᴺ equally likely ways of N! orders, which cannot share them evenly: choose only among those up to the place itself.',
    anchor: '#a-fair-order',
    wrong: swapping((place, N, random) => [place, Math.floor(random() * N)]),
  },
  {
    exercise: '06.1 shuffledOrder',
    id: 'shuffle-any-index-downwards',
    sentence:
      'Each item, from the last one down, is swapped with any of all N. That makes Nᴺ equally likely ways of N! orders, which cannot share them evenly: choose only among those up to the place itself.',
    anchor: '#a-fair-order',
    wrong: swapping((place, N, random) => [N - 1 - place, Math.floor(random() * N)]),
  },
  {
    exercise: '06.1 shuffledOrder',
    id: 'shuffle-never-itself',
    sentence:
      'An item is never swapped with itself, so no number can stay in its place: these are cycles only (Sattolo’s algorithm). Let the place itself be chosen, too: ⌊random() · (last + 1)⌋.',
    anchor: '#a-fair-order',
    wrong: swapping((place, N, random) =>
      place < N - 1 ? [N - 1 - place, Math.floor(random() * (N - 1 - place))] : [0, 0],
    ),
  },
  {
    exercise: '06.1 shuffledOrder',
    id: 'shuffle-by-random-comparison',
    sentence:
      'A sort whose comparison is a coin does not shuffle: it takes answers for consistent that are not, and some orders come far too often. Give each item one random key and sort by the keys, or swap as Fisher and Yates do.',
    anchor: '#a-fair-order',
    wrong: (N: number, random: () => number) => numbers(N).toSorted(() => random() - 0.5),
  },
  {
    exercise: '06.1 shuffledOrder',
    id: 'shuffle-half-the-coin',
    sentence:
      'A sort whose comparison is a coin does not shuffle: it takes answers for consistent that are not, and some orders come far too often. Give each item one random key and sort by the keys, or swap as Fisher and Yates do.',
    anchor: '#a-fair-order',
    wrong: (N: number, random: () => number) => numbers(N).toSorted(() => 0.5 - random()),
  },
  {
    exercise: '06.1 shuffledOrder',
    id: 'shuffle-with-replacement',
    sentence:
      'N numbers are drawn, each from all of them: some come twice and others never. An epoch has every sample once, so what is drawn must not be drawn again.',
    anchor: '#a-fair-order',
    wrong: (N: number, random: () => number) => numbers(N).map(() => Math.floor(random() * N)),
  },
  {
    exercise: '06.1 shuffledOrder',
    id: 'shuffle-rounds',
    sentence:
      'Math.round gives the first and the last place half of the chance of the others. Math.floor(random() * (last + 1)) gives all the same.',
    anchor: '#a-fair-order',
    wrong: swapping((place, N, random) => {
      const last = N - 1 - place;
      return last > 0 ? [last, Math.round(random() * last)] : [0, 0];
    }),
  },
  {
    exercise: '06.1 shuffledOrder',
    id: 'shuffle-stops-early',
    sentence:
      'The loop ends before the last swap, so the first two numbers are never exchanged at the end. It goes on while last > 0.',
    wrong: swapping((place, N, random) => {
      const last = N - 1 - place;
      return last > 1 ? [last, Math.floor(random() * (last + 1))] : [0, 0];
    }),
  },
  {
    exercise: '06.1 shuffledOrder',
    id: 'shuffle-one-draw',
    sentence:
      'One random number is drawn and used for every swap, so there are only a few orders. Draw a new one for each.',
    wrong: (N: number, random: () => number) => {
      const draw = random();
      return swapping((place, _, once) => [N - 1 - place, Math.floor(once() * (N - place))])(
        N,
        () => draw,
      );
    },
  },
  {
    exercise: '06.1 shuffledOrder',
    id: 'shuffle-rotates',
    sentence:
      'The numbers are only turned round by a random distance, so neighbours stay neighbours. Each of the N! orders must be possible.',
    wrong: (N: number, random: () => number) => {
      const start = Math.floor(random() * N);
      return numbers(N).map((n) => (n + start) % N);
    },
  },
  {
    exercise: '06.1 shuffledOrder',
    id: 'shuffle-from-one',
    sentence: 'These are the numbers 1 to N. Samples are counted from 0: 0 to N − 1.',
    wrong: (N: number, random: () => number) => shuffledOrder(N, random).map((n) => n + 1),
  },
  {
    exercise: '06.1 shuffledOrder',
    id: 'shuffle-not-at-all',
    sentence: 'This is always the order 0, 1, 2, …; swap them by what the generator says.',
    wrong: (N: number) => numbers(N),
  },
  {
    exercise: '06.2 selectSamples',
    id: 'select-labels-by-place',
    sentence:
      'The rows are those that were asked for, but the labels are the first ones of the list: images and labels no longer belong together. Take both by the same index.',
    anchor: '#rows-and-their-labels',
    wrong: refusingLike(selectSamples, (x, labels, indices) => ({
      x: selectSamples(x, labels, indices).x,
      labels: labelsOf(indices.map((_, k) => labels.get(k))),
    })),
  },
  {
    exercise: '06.2 selectSamples',
    id: 'select-labels-all',
    sentence:
      'All labels come back, and only some of the rows. Select the labels by the same indices as the rows.',
    anchor: '#rows-and-their-labels',
    wrong: refusingLike(selectSamples, (x, labels, indices) => ({
      x: selectSamples(x, labels, indices).x,
      labels: copy(labels),
    })),
  },
  {
    exercise: '06.2 selectSamples',
    id: 'select-rows-by-place',
    sentence:
      'The labels are those that were asked for, but the rows are the first ones of x. Take both by the same index.',
    anchor: '#rows-and-their-labels',
    wrong: refusingLike(selectSamples, (x, labels, indices) => ({
      x: selectSamples(
        x,
        labels,
        indices.map((_, k) => k),
      ).x,
      labels: labelsOf(indices.map((n) => labels.get(n))),
    })),
  },
  {
    exercise: '06.2 selectSamples',
    id: 'select-block',
    sentence:
      'This is a block of neighbours that begins at the first index. After a shuffle the indices are not neighbours: look up each of them.',
    wrong: refusingLike(selectSamples, (x, labels, indices) => {
      const N = x.shape[0]!;
      return selectSamples(
        x,
        labels,
        indices.map((_, k) => Math.min(indices[0]! + k, N - 1)),
      );
    }),
  },
  {
    exercise: '06.2 selectSamples',
    id: 'select-sorted',
    sentence:
      'The samples stand in the order that they have in x. Here they stand in the order of the indices.',
    wrong: refusingLike(selectSamples, (x, labels, indices) =>
      selectSamples(
        x,
        labels,
        indices.toSorted((a, b) => a - b),
      ),
    ),
  },
  {
    exercise: '06.2 selectSamples',
    id: 'select-once',
    sentence:
      'A sample that is asked for several times comes only once. It comes as often as its index stands there.',
    wrong: refusingLike(selectSamples, (x, labels, indices) =>
      selectSamples(x, labels, [...new Set(indices)]),
    ),
  },
  {
    exercise: '06.3 miniBatches',
    id: 'batches-drop-last',
    sentence:
      'The samples that do not fill a batch are left out, so in every epoch some are not learned from. The last batch may be smaller.',
    anchor: '#mini-batches',
    wrong: refusingLike(miniBatches, (order, batchSize) =>
      miniBatches(order, batchSize).filter((batch) => batch.length === batchSize),
    ),
  },
  {
    exercise: '06.3 miniBatches',
    id: 'batches-filled-up',
    sentence:
      'The last batch is filled up with samples from the beginning, which then count twice in this epoch. Let it be smaller.',
    anchor: '#mini-batches',
    wrong: refusingLike(miniBatches, (order, batchSize) =>
      miniBatches(order, batchSize).map((batch, k) =>
        Array.from({ length: batchSize }, (_, i) => order[(k * batchSize + i) % order.length]!),
      ),
    ),
  },
  {
    exercise: '06.3 miniBatches',
    id: 'batches-with-holes',
    sentence:
      'The last batch has as many entries as the others, and what is past the end of the order is undefined. End it with the order.',
    wrong: refusingLike(miniBatches, (order, batchSize) =>
      miniBatches(order, batchSize).map((_, k) =>
        Array.from({ length: batchSize }, (__, i) => order[k * batchSize + i]),
      ),
    ),
  },
  {
    exercise: '06.3 miniBatches',
    id: 'batches-overlap',
    sentence:
      'Each batch begins one sample after the last one, so batches overlap. The start moves on by batchSize.',
    anchor: '#mini-batches',
    wrong: refusingLike(miniBatches, (order, batchSize) =>
      order.map((_, start) => order.slice(start, start + batchSize)),
    ),
  },
  {
    exercise: '06.3 miniBatches',
    id: 'batches-whole-windows-overlap',
    sentence:
      'Each batch begins one sample after the last one, so batches overlap. The start moves on by batchSize.',
    anchor: '#mini-batches',
    wrong: refusingLike(miniBatches, (order, batchSize) =>
      order
        .map((_, start) => order.slice(start, start + batchSize))
        .filter((batch) => batch.length === batchSize),
    ),
  },
  {
    exercise: '06.3 miniBatches',
    id: 'batches-one-too-long',
    sentence:
      'Each batch takes the first sample of the next one along. slice(start, end) leaves the end out: end is start + batchSize, and a loop goes on while i < end.',
    wrong: refusingLike(miniBatches, (order, batchSize) =>
      miniBatches(order, batchSize).map((batch, k) =>
        order.slice(k * batchSize, k * batchSize + batch.length + 1),
      ),
    ),
  },
  {
    exercise: '06.3 miniBatches',
    id: 'batches-so-many',
    sentence:
      'This makes batchSize batches. The batch size is how many samples are in one, and not how many batches there are.',
    anchor: '#mini-batches',
    wrong: refusingLike(miniBatches, (order, batchSize) =>
      miniBatches(order, Math.max(1, Math.ceil(order.length / batchSize))),
    ),
  },
  {
    exercise: '06.3 miniBatches',
    id: 'batches-dealt-out',
    sentence:
      'The samples are dealt out like cards, one to each batch in turn. Cut the order instead: a batch is a piece of it.',
    wrong: refusingLike(miniBatches, (order, batchSize) => {
      const batches = miniBatches(order, batchSize).map((): number[] => []);
      for (const [place, n] of order.entries()) batches[place % batches.length]!.push(n);
      return batches;
    }),
  },
  {
    exercise: '06.3 miniBatches',
    id: 'batches-rest-added',
    sentence:
      'What is left at the end is added to the last full batch, which then is larger than batchSize. Make a smaller batch of it.',
    anchor: '#mini-batches',
    wrong: refusingLike(miniBatches, (order, batchSize) => {
      const batches = miniBatches(order, batchSize);
      const last = batches.at(-1);
      if (last === undefined || batches.length === 1 || last.length === batchSize) return batches;
      return [...batches.slice(0, -2), [...batches.at(-2)!, ...last]];
    }),
  },
  {
    exercise: '06.3 miniBatches',
    id: 'batches-empty-end',
    sentence:
      'Where it comes out even there is an empty batch at the end, whose mean is 0 / 0. Go on only while start < order.length.',
    wrong: refusingLike(miniBatches, (order, batchSize) =>
      order.length % batchSize === 0
        ? [...miniBatches(order, batchSize), []]
        : miniBatches(order, batchSize),
    ),
  },
  ...(
    [
      [
        'iterations-rounded-down',
        'N / batchSize is rounded down here, which forgets the smaller batch at the end. Round up.',
        (N, batchSize, epochs) => {
          const perEpoch = Math.floor(N / batchSize);
          return { perEpoch, total: perEpoch * epochs };
        },
      ],
      [
        'iterations-rounded',
        'N / batchSize is rounded to the nearest whole number here. However small the last batch is, it is a step: round up.',
        (N, batchSize, epochs) => {
          const perEpoch = Math.round(N / batchSize);
          return { perEpoch, total: perEpoch * epochs };
        },
      ],
      [
        'iterations-one-more',
        'N / batchSize is rounded down and 1 is added. Where it comes out even there is no batch left over: round up instead.',
        (N, batchSize, epochs) => {
          const perEpoch = Math.floor(N / batchSize) + 1;
          return { perEpoch, total: perEpoch * epochs };
        },
      ],
      [
        'iterations-fraction',
        'This is N / batchSize as it is. There are no parts of a step: round up.',
        (N, batchSize, epochs) => ({
          perEpoch: N / batchSize,
          total: (N / batchSize) * epochs,
        }),
      ],
      [
        'iterations-across-epochs',
        'The total is rounded up once, for all epochs together, as if a batch reached from one epoch into the next. Every epoch ends with its own smaller batch: round up first, then multiply.',
        (N, batchSize, epochs) => ({
          perEpoch: Math.ceil(N / batchSize),
          total: Math.ceil((N * epochs) / batchSize),
        }),
      ],
      [
        'iterations-of-samples',
        'This counts samples. One iteration is a whole batch: divide by batchSize, and round up.',
        (N, _, epochs) => ({ perEpoch: N, total: N * epochs }),
      ],
      [
        'iterations-of-one-epoch',
        'The total is that of one epoch. Multiply it with the number of epochs.',
        (N, batchSize) => {
          const perEpoch = Math.ceil(N / batchSize);
          return { perEpoch, total: perEpoch };
        },
      ],
    ] as [string, string, typeof iterationCount][]
  ).map(([id, sentence, wrong]) => ({
    exercise: '06.4 iterationCount',
    id,
    sentence,
    anchor: '#epochs-and-iterations',
    wrong: refusingLike(iterationCount, wrong),
  })),
  {
    exercise: '06.5 sgdStep',
    id: 'step-uphill',
    sentence:
      'The step goes uphill: the gradient is added. It points to where the loss grows, so subtract it.',
    wrong: stepping((w, g, rate) => w + rate * g),
  },
  {
    exercise: '06.5 sgdStep',
    id: 'step-whole-gradient',
    sentence:
      'The whole gradient is subtracted, whatever the learning rate is. Multiply the gradient with learningRate.',
    wrong: stepping((w, g) => w - g),
  },
  {
    exercise: '06.5 sgdStep',
    id: 'step-alone',
    sentence:
      'This is the step alone, −learningRate · gradient. Add it to the parameter: where you are next was asked for.',
    wrong: stepping((_, g, rate) => -rate * g),
  },
  {
    exercise: '06.5 sgdStep',
    id: 'step-scales-parameter',
    sentence:
      'The learning rate multiplies the parameter as well. Only the gradient is multiplied with it.',
    wrong: stepping((w, g, rate) => rate * (w - g)),
  },
  {
    exercise: '06.5 sgdStep',
    id: 'step-divides',
    sentence:
      'The gradient is divided by the learning rate. Multiply: a smaller learning rate makes smaller steps.',
    wrong: stepping((w, g, rate) => w - g / rate),
  },
  {
    exercise: '06.5 sgdStep',
    id: 'step-sign-only',
    sentence:
      'Only the sign of the gradient is used, so all steps have the same length. Multiply learningRate with the gradient itself.',
    wrong: stepping((w, g, rate) => w - rate * Math.sign(g)),
  },
  {
    exercise: '06.5 sgdStep',
    id: 'step-weights-only',
    sentence:
      'Only parameters whose name begins with W are moved. Biases, and whatever else there is, are learned in the same way.',
    wrong: refusingLike(sgdStep, (params, gradients, learningRate) => ({
      ...copies(params),
      ...sgdStep(named(params, 'W'), named(gradients, 'W'), learningRate),
    })),
  },
  {
    exercise: '06.5 sgdStep',
    id: 'step-gradients-by-place',
    sentence:
      'Parameters and gradients are matched by the place where they stand. Match them by their names: gradients may stand in another order.',
    wrong: refusingLike(sgdStep, (params, gradients, learningRate) => {
      const slopes = Object.values(gradients);
      const entries = Object.entries(params).map(([name, w], i) => [
        name,
        zip(w, slopes[i]!, (v, g) => v - learningRate * g),
      ]);
      return Object.fromEntries(entries) as Params;
    }),
  },
  ...(
    [
      [
        'mean-of-means',
        'This is the mean of the batches’ means, in which a sample of a small batch counts more than others. Weigh each mean by the size of its batch, and divide by the number of samples.',
        (means) => sumOver(means.length, (k) => means[k]!) / means.length,
      ],
      [
        'mean-sum-of-means',
        'The means are added up, so more batches make a larger number. Weigh each by its size, and divide by the number of samples.',
        (means) => sumOver(means.length, (k) => means[k]!),
      ],
      [
        'mean-undivided',
        'This is the sum over all samples. Divide it by their number, the sum of the sizes.',
        (means, sizes) => sumOver(means.length, (k) => sizes[k]! * means[k]!),
      ],
      [
        'mean-by-batches',
        'The weighted sum is divided by the number of batches. Divide it by the number of samples, the sum of the sizes.',
        (means, sizes) => sumOver(means.length, (k) => sizes[k]! * means[k]!) / means.length,
      ],
      [
        'mean-full-batches',
        'The sum is divided as if every batch were as large as the first one. The last one may be smaller: divide by the sum of the sizes.',
        (means, sizes) =>
          sumOver(means.length, (k) => sizes[k]! * means[k]!) / (means.length * sizes[0]!),
      ],
      [
        'mean-last',
        'This is the mean of the last batch alone, each batch overwriting the one before. Add them up, each weighed by its size.',
        (means) => means.at(-1)!,
      ],
    ] as [string, string, typeof meanOverBatches][]
  ).map(([id, sentence, wrong]) => ({
    exercise: '06.6 meanOverBatches',
    id,
    sentence,
    anchor: '#a-mean-over-samples',
    wrong: refusingLike(meanOverBatches, wrong),
  })),
  {
    exercise: '06.7 trainEpoch',
    id: 'epoch-loss-mean-of-means',
    sentence:
      'The loss is the mean of the batches’ losses, in which a smaller batch counts as much as a full one. Weigh them by their sizes: meanOverBatches does.',
    anchor: '#a-mean-over-samples',
    wrong: epochWith({ meanOf: (losses) => meanOfAll(losses) }),
  },
  {
    exercise: '06.7 trainEpoch',
    id: 'epoch-loss-sum',
    sentence:
      'The losses of the batches are added up. Return their mean over the samples, or an epoch of more batches looks worse.',
    anchor: '#a-mean-over-samples',
    wrong: epochWith({ meanOf: (losses) => sumOver(losses.length, (k) => losses[k]!) }),
  },
  {
    exercise: '06.7 trainEpoch',
    id: 'epoch-loss-full-batches',
    sentence:
      'Every batch counts in the loss as if it were as large as the first one. The last one may be smaller: divide by the number of samples.',
    anchor: '#a-mean-over-samples',
    wrong: epochWith({
      meanOf: (losses, sizes) =>
        sumOver(losses.length, (k) => sizes[k]! * losses[k]!) / (losses.length * sizes[0]!),
    }),
  },
  {
    exercise: '06.7 trainEpoch',
    id: 'epoch-loss-last',
    sentence:
      'This is the loss of the last batch alone. The loss of an epoch is the mean over all of its samples.',
    anchor: '#a-mean-over-samples',
    wrong: epochWith({ meanOf: (losses) => losses.at(-1)! }),
  },
  {
    exercise: '06.7 trainEpoch',
    id: 'epoch-loss-after-step',
    sentence:
      'The loss of each batch is computed anew after its step. Take the one that came with the gradients, from before the step: it costs nothing.',
    wrong: refusingLike(trainEpoch, (f, samples, batches, params, rate): Epoch => {
      let now = params;
      const losses = batches.map((batch) => {
        const { x, labels } = selectSamples(samples.x, samples.labels, batch);
        now = sgdStep(now, f(x, labels, now).gradients, rate);
        return f(x, labels, now).loss;
      });
      return { params: now, loss: meanOverBatches(losses, sizesOf(batches)) };
    }),
  },
  {
    exercise: '06.7 trainEpoch',
    id: 'epoch-gradients-pile-up',
    sentence:
      'The gradients of earlier batches are still in the sum: they pile up from step to step. Each step uses those of its own batch alone.',
    wrong: epochWith({
      gradientsOf: ({ gradients, before }) =>
        before === undefined ? gradients : added(before, gradients),
    }),
  },
  {
    exercise: '06.7 trainEpoch',
    id: 'epoch-from-the-start',
    sentence:
      'Every step starts from the parameters of the beginning, so only the last one counts. Start from where the step before has led.',
    wrong: refusingLike(trainEpoch, (f, samples, batches, params, rate): Epoch => {
      const epochs = batches.map((batch) => trainEpoch(f, samples, [batch], params, rate));
      const losses = epochs.map(({ loss }) => loss);
      return { params: epochs.at(-1)!.params, loss: meanOverBatches(losses, sizesOf(batches)) };
    }),
  },
  {
    exercise: '06.7 trainEpoch',
    id: 'epoch-gradients-at-the-start',
    sentence:
      'All gradients are computed at the parameters of the beginning. Compute those of a batch where the step before has led.',
    wrong: epochWith({ placeOf: (start) => start }),
  },
  {
    exercise: '06.7 trainEpoch',
    id: 'epoch-one-step',
    sentence:
      'The gradients of all batches are collected, and one step is taken at the end. Take a step after each batch.',
    anchor: '#epochs-and-iterations',
    wrong: refusingLike(trainEpoch, (f, samples, batches, params, rate) =>
      trainEpoch(f, samples, [batches.flat()], params, rate),
    ),
  },
  {
    exercise: '06.7 trainEpoch',
    id: 'epoch-sum-of-batch',
    sentence:
      'The gradients are multiplied with the size of the batch. They are of a mean already: a step is learningRate times the gradient.',
    wrong: epochWith({
      gradientsOf: ({ gradients, size }) => scaled(gradients, size),
    }),
  },
  {
    exercise: '06.7 trainEpoch',
    id: 'epoch-mean-twice',
    sentence:
      'The gradients are divided by the size of the batch once more. They are of a mean already: a step is learningRate times the gradient.',
    wrong: epochWith({
      gradientsOf: ({ gradients, size }) => scaled(gradients, 1 / size),
    }),
  },
  {
    exercise: '06.7 trainEpoch',
    id: 'epoch-uphill',
    sentence:
      'The steps go uphill: the gradient is added. It points to where the loss grows, so subtract it.',
    anchor: '#065-sgdstep',
    wrong: epochWith({ gradientsOf: ({ gradients }) => scaled(gradients, -1) }),
  },
  {
    exercise: '06.7 trainEpoch',
    id: 'epoch-labels-by-place',
    sentence:
      'The labels of a batch are the first ones of all labels, and do not belong to its rows. Select both with the same indices.',
    anchor: '#rows-and-their-labels',
    wrong: refusingLike(trainEpoch, (f, samples, batches, params, rate) =>
      trainEpoch(
        (x, labels, now) => f(x, copy(samples.labels.hi(labels.size)), now),
        samples,
        batches,
        params,
        rate,
      ),
    ),
  },
  {
    exercise: '06.7 trainEpoch',
    id: 'epoch-always-first-batch',
    sentence:
      'Every step uses the first batch. Go on to the next one, or most samples are never seen.',
    wrong: refusingLike(trainEpoch, (f, samples, batches, params, rate) =>
      trainEpoch(
        f,
        samples,
        batches.map(() => batches[0]!),
        params,
        rate,
      ),
    ),
  },
  {
    exercise: '06.7 trainEpoch',
    id: 'epoch-in-order-of-samples',
    sentence:
      'The samples are taken in the order in which they lie, and only the sizes of the batches are used. A batch says which samples it has.',
    wrong: refusingLike(trainEpoch, (f, samples, batches, params, rate) => {
      let next = 0;
      const inOrder = batches.map((batch) => batch.map(() => next++));
      return trainEpoch(f, samples, inOrder, params, rate);
    }),
  },
  {
    exercise: '06.7 trainEpoch',
    id: 'epoch-skips-smaller-batch',
    sentence:
      'Batches that are smaller than the first one are skipped. Every batch makes a step, however small it is.',
    anchor: '#mini-batches',
    wrong: refusingLike(trainEpoch, (f, samples, batches, params, rate) =>
      trainEpoch(
        f,
        samples,
        batches.filter((batch) => batch.length >= batches[0]!.length),
        params,
        rate,
      ),
    ),
  },
  {
    exercise: '06.7 trainEpoch',
    id: 'epoch-skips-last-batch',
    sentence: 'The last batch is not used: the loop ends one too early.',
    wrong: refusingLike(trainEpoch, (f, samples, batches, params, rate) =>
      batches.length === 1
        ? { params: copies(params), loss: NaN }
        : trainEpoch(f, samples, batches.slice(0, -1), params, rate),
    ),
  },
  ...(
    [
      [
        'accuracy-full-batches',
        'The right ones are divided by batches · batchSize, as if the last batch were full. Divide by the number of samples.',
        (right, sizes, batchSize) => total(right) / (sizes.length * batchSize),
      ],
      [
        'accuracy-mean-of-means',
        'This is the mean of the batches’ accuracies, in which a sample of a small batch counts more than others. Count the right ones of all batches, and divide by the number of samples.',
        (right, sizes) => meanOfAll(right.map((count, k) => count / sizes[k]!)),
      ],
      [
        'accuracy-drops-last',
        'The last, smaller batch is left out. Its samples count like all others.',
        (right, sizes, batchSize) => {
          const full = right.filter((_, k) => sizes[k] === batchSize);
          return total(full) / (full.length * batchSize);
        },
      ],
      [
        'accuracy-last-batch-not-counted',
        'The last, smaller batch is left out, and its samples are still counted below the fraction. Its right ones count like all others.',
        (right, sizes, batchSize) =>
          total(right.filter((_, k) => sizes[k] === batchSize)) / total(sizes),
      ],
      [
        'accuracy-last-batch',
        'This is the accuracy of the last batch alone, each batch overwriting the one before. Add up the right ones of all batches.',
        (right, sizes) => right.at(-1)! / sizes.at(-1)!,
      ],
      [
        'accuracy-first-batch',
        'This is the accuracy of the first batch alone. Go on until all samples are through.',
        (right, sizes) => right[0]! / sizes[0]!,
      ],
      [
        'accuracy-count',
        'This is how many are right. Divide it by the number of samples.',
        (right) => total(right),
      ],
      [
        'accuracy-by-batches',
        'The right ones are divided by the number of batches. Divide by the number of samples.',
        (right, sizes) => total(right) / sizes.length,
      ],
      [
        'accuracy-percent',
        'This is in per cent. Return the fraction, from 0 to 1.',
        (right, sizes) => (100 * total(right)) / total(sizes),
      ],
      [
        'accuracy-wrong-ones',
        'This is the fraction that is wrong. Count the others.',
        (right, sizes) => 1 - total(right) / total(sizes),
      ],
    ] as [string, string, (right: number[], sizes: number[], batchSize: number) => number][]
  ).map(([id, sentence, f]) => ({
    exercise: '06.8 accuracyInBatches',
    id,
    sentence,
    anchor: '#accuracy-in-batches',
    wrong: refusingLike(accuracyInBatches, (predict, samples, batchSize) => {
      const batches = miniBatches(numbers(samples.labels.size), batchSize);
      const right = batches.map((batch) => {
        const { x, labels } = selectSamples(samples.x, samples.labels, batch);
        return Math.round(accuracy(predict(x), labels) * batch.length);
      });
      return f(right, sizesOf(batches), batchSize);
    }),
  })),
  {
    exercise: '06.8 accuracyInBatches',
    id: 'accuracy-same-labels',
    sentence:
      'Every batch is compared with the labels of the first one. Select labels and rows with the same indices.',
    anchor: '#rows-and-their-labels',
    wrong: refusingLike(accuracyInBatches, (predict, { x, labels }, batchSize) =>
      accuracyInBatches(
        predict,
        { x, labels: labelsOf(numbers(labels.size).map((n) => labels.get(n % batchSize))) },
        batchSize,
      ),
    ),
  },
  {
    exercise: '06.8 accuracyInBatches',
    id: 'accuracy-last-of-ties',
    sentence:
      'Of equal largest logits the last one is taken. The first one counts, so replace it only by a larger one.',
    wrong: refusingLike(accuracyInBatches, (predict, samples, batchSize) =>
      accuracyInBatches((x) => overRows(predict(x), lastLargest), samples, batchSize),
    ),
  },
  ...(
    [
      [
        'mlp-deviation-one',
        'The weights have standard deviation 1. Multiply the normal draws with √(2 / inputs).',
        (random) => normal(random),
      ],
      [
        'mlp-variance-for-deviation',
        'The draws are multiplied with 2 / inputs, which is the variance. The standard deviation is its root.',
        (random, D) => (2 / D) * normal(random),
      ],
      [
        'mlp-fan-out',
        'The standard deviation is √(2 / outputs). It goes with the inputs of the layer, of which each unit adds up so many.',
        (random, _, M) => Math.sqrt(2 / M) * normal(random),
      ],
      [
        'mlp-without-two',
        'The standard deviation is √(1 / inputs). Here it is √(2 / inputs), since ReLU lets half of the units through.',
        (random, D) => Math.sqrt(1 / D) * normal(random),
      ],
      [
        'mlp-both-fans',
        'The standard deviation is √(2 / (inputs + outputs)), which is Xavier’s. Here it is √(2 / inputs).',
        (random, D, M) => Math.sqrt(2 / (D + M)) * normal(random),
      ],
      [
        'mlp-small',
        'The standard deviation is 0.01, whatever the layer. Here it is √(2 / inputs).',
        (random) => 0.01 * normal(random),
      ],
      [
        'mlp-positive',
        'The weights are drawn from [0, 1), so all of them are positive. Use the normal distribution around 0: `normal(random)`.',
        (random) => random(),
      ],
      [
        'mlp-scaled-positive',
        'The weights are drawn evenly from [0, √(2 / inputs)), so all of them are positive. Use the normal distribution around 0: `normal(random)`.',
        (random, D) => Math.sqrt(2 / D) * random(),
      ],
      [
        'mlp-uniform',
        'The weights are drawn evenly from ±√(2 / inputs). Use the normal distribution with that standard deviation: `normal(random)`.',
        (random, D) => Math.sqrt(2 / D) * (2 * random() - 1),
      ],
      [
        'mlp-uniform-he',
        'The weights are drawn evenly from ±√(6 / inputs). That has the right variance, but the normal distribution was asked for: `normal(random)`.',
        (random, D) => Math.sqrt(6 / D) * (2 * random() - 1),
      ],
      [
        'mlp-zero',
        'All weights are 0. Then all units of a layer do the same, and go on doing so: draw them at random.',
        () => 0,
      ],
    ] as [string, string, (random: () => number, D: number, M: number) => number][]
  ).map(([id, sentence, draw]) => ({
    exercise: '06.9 initialMlp',
    id,
    sentence,
    wrong: (sizes: number[], random: () => number) =>
      drawn(sizes, (D, M) => map(zeros(D, M), () => draw(random, D, M))),
  })),
  {
    exercise: '06.9 initialMlp',
    id: 'mlp-one-draw',
    sentence:
      'All weights of a layer are the same number, drawn once. Then all units do the same: draw each weight by itself.',
    wrong: (sizes: number[], random: () => number) =>
      drawn(sizes, (D, M) => {
        const draw = Math.sqrt(2 / D) * normal(random);
        return map(zeros(D, M), () => draw);
      }),
  },
  {
    exercise: '06.9 initialMlp',
    id: 'mlp-units-alike',
    sentence:
      'All units of a layer start with the same weights: one column is drawn and repeated. Then they do the same and go on doing so: draw each weight by itself.',
    wrong: (sizes: number[], random: () => number) =>
      drawn(sizes, (D, M) => {
        const W = zeros(D, M);
        for (let d = 0; d < D; d++) ops.assigns(W.pick(d, null), Math.sqrt(2 / D) * normal(random));
        return W;
      }),
  },
  {
    exercise: '06.9 initialMlp',
    id: 'mlp-random-biases',
    sentence: 'The biases are random, too. They start at 0.',
    wrong: (sizes: number[], random: () => number) => {
      const params = initialMlp(sizes, random);
      for (const name of Object.keys(params)) {
        if (name.startsWith('b')) params[name] = map(params[name]!, () => normal(random));
      }
      return params;
    },
  },
  {
    exercise: '06.9 initialMlp',
    id: 'mlp-own-generator',
    sentence:
      'The numbers come from a generator made here, so every call gives the same. Draw them with the one that was passed in.',
    wrong: (sizes: number[]) => initialMlp(sizes, seededRandom(0)),
  },
  {
    exercise: '06.9 initialMlp',
    id: 'mlp-transposed',
    sentence:
      'W is (outputs, inputs) here. In this course a weight matrix is (inputs, outputs), for x · W.',
    wrong: (sizes: number[], random: () => number) => {
      const params = initialMlp(sizes, random);
      for (const name of Object.keys(params)) {
        if (name.startsWith('W')) params[name] = copy(params[name]!.transpose(1, 0));
      }
      return params;
    },
  },
  {
    exercise: '06.9 initialMlp',
    id: 'mlp-names-from-zero',
    sentence: 'The first layer is called W0 and b0. The layers are counted from 1: W1, b1.',
    wrong: (sizes: number[], random: () => number) =>
      Object.fromEntries(
        Object.entries(initialMlp(sizes, random)).map(([name, w]) => [
          `${name[0]}${Number(name.slice(1)) - 1}`,
          w,
        ]),
      ),
  },
  {
    exercise: '06.9 initialMlp',
    id: 'mlp-layer-missing',
    sentence:
      'The last layer is missing, the one that makes the logits. There is one layer fewer than sizes, and the loop goes over all of them.',
    wrong: (sizes: number[], random: () => number) => initialMlp(sizes.slice(0, -1), random),
  },
  {
    exercise: '06.10 mlpForward',
    id: 'forward-relu-at-the-end',
    sentence:
      'The logits pass a ReLU, too. They may be negative, and softmax wants them as they are: no activation after the last layer.',
    wrong: forwardWith({ after: (out) => reluForward(out).out }),
  },
  {
    exercise: '06.10 mlpForward',
    id: 'forward-no-relu',
    sentence:
      'There is no ReLU between the layers, so all of them together are one affine layer. Put one after each but the last.',
    wrong: forwardWith({ between: (out) => out }),
  },
  {
    exercise: '06.10 mlpForward',
    id: 'forward-softmax',
    sentence:
      'These are probabilities: the logits went through a softmax. The loss has its own, so return the logits as they are.',
    wrong: forwardWith({
      after: (out) =>
        softmaxLossForward(out, labelsOf(numbers(out.shape[0]!).map(() => 0))).cache.probabilities,
    }),
  },
  {
    exercise: '06.10 mlpForward',
    id: 'forward-sigmoid',
    sentence: 'The hidden units go through a sigmoid. Here it is a ReLU.',
    wrong: forwardWith({ between: (out) => map(out, (v) => 1 / (1 + Math.exp(-v))) }),
  },
  {
    exercise: '06.10 mlpForward',
    id: 'forward-tanh',
    sentence: 'The hidden units go through tanh. Here it is a ReLU.',
    wrong: forwardWith({ between: (out) => map(out, Math.tanh) }),
  },
  {
    exercise: '06.10 mlpForward',
    id: 'forward-relu-first',
    sentence:
      'The samples pass a ReLU before the first layer, so what is negative in them is lost. ReLU comes between the layers only.',
    wrong: forwardWith({ before: (x) => reluForward(x).out }),
  },
  {
    exercise: '06.10 mlpForward',
    id: 'forward-relu-first-layer-only',
    sentence: 'Only the first layer has a ReLU behind it. Put one after every layer but the last.',
    wrong: forwardWith({ between: (out, l) => (l === 1 ? reluForward(out).out : out) }),
  },
  {
    exercise: '06.10 mlpForward',
    id: 'forward-no-biases',
    sentence: 'The biases are left out. Every layer adds its b.',
    wrong: (x: Tensor, params: Params) =>
      mlpForward(x, { ...params, ...scaled(named(params, 'b'), 0) }),
  },
  {
    exercise: '06.10 mlpForward',
    id: 'forward-sorted-as-text',
    sentence:
      'The layers are sorted as text, in which W10 comes before W2. Count the layers, and ask for `W${l}` by its number.',
    wrong: (x: Tensor, params: Params) => {
      const names = Object.keys(named(params, 'W')).toSorted();
      const sorted: Params = {};
      for (const [i, name] of names.entries()) {
        sorted[`W${i + 1}`] = params[name]!;
        sorted[`b${i + 1}`] = params[`b${name.slice(1)}`]!;
      }
      return mlpForward(x, sorted);
    },
  },
  {
    exercise: '06.10 mlpForward',
    id: 'forward-as-they-stand',
    sentence:
      'The layers are used in the order in which they stand in the object. Ask for them by their numbers: W1, then W2.',
    wrong: (x: Tensor, params: Params) => {
      const names = Object.keys(named(params, 'W'));
      const listed: Params = {};
      for (const [i, name] of names.entries()) {
        listed[`W${i + 1}`] = params[name]!;
        listed[`b${i + 1}`] = params[`b${name.slice(1)}`]!;
      }
      return mlpForward(x, listed);
    },
  },
  {
    exercise: '06.11 mlpGradients',
    id: 'backward-skips-masks',
    sentence:
      'What comes back goes from layer to layer without passing the ReLUs, so units that were off learn, too. Send it through reluBackward.',
    anchor: '#any-number-of-layers',
    wrong: backwardWith({ mask: (dx) => dx }),
  },
  {
    exercise: '06.11 mlpGradients',
    id: 'backward-wrong-mask',
    sentence:
      'The masks are of the gradients: what comes back negative is lost. A ReLU lets through where its input was above 0, so hand its own cache to reluBackward.',
    anchor: '#any-number-of-layers',
    wrong: backwardWith({ mask: (dx) => map(dx, (d) => Math.max(0, d)) }),
  },
  {
    exercise: '06.11 mlpGradients',
    id: 'backward-sum',
    sentence:
      'All gradients are N times too large: they are those of the summed loss. The loss is a mean, so what comes back to the logits carries 1/N.',
    wrong: gradientsWith((gradients, N) => scaled(gradients, N)),
  },
  {
    exercise: '06.11 mlpGradients',
    id: 'backward-mean-twice',
    sentence:
      'All gradients are divided by N once more. The 1/N is in what comes back from the loss already.',
    wrong: gradientsWith((gradients, N) => scaled(gradients, 1 / N)),
  },
  {
    exercise: '06.11 mlpGradients',
    id: 'backward-last-layer-only',
    sentence:
      'Only the last layer has gradients, the others have 0. Go on backwards with the dx of each layer.',
    anchor: '#any-number-of-layers',
    wrong: gradientsWith((gradients) => {
      const L = Object.keys(gradients).length / 2;
      const { [`W${L}`]: W, [`b${L}`]: b } = gradients;
      return { ...scaled(gradients, 0), [`W${L}`]: W!, [`b${L}`]: b! };
    }),
  },
  {
    exercise: '06.11 mlpGradients',
    id: 'backward-named-from-the-end',
    sentence:
      'The names are counted from the end: W1 holds the gradient of the last layer. Going backwards, begin with the largest number.',
    anchor: '#any-number-of-layers',
    wrong: gradientsWith((gradients) => {
      const L = Object.keys(gradients).length / 2;
      return Object.fromEntries(
        Object.entries(gradients).map(([name, g]) => [
          `${name[0]}${L + 1 - Number(name.slice(1))}`,
          g,
        ]),
      );
    }),
  },
  {
    exercise: '06.11 mlpGradients',
    id: 'backward-no-biases',
    sentence:
      'The gradients of the biases are 0. They are learned, too: db is the sum of the rows.',
    wrong: gradientsWith((gradients) => ({
      ...gradients,
      ...scaled(named(gradients, 'b'), 0),
    })),
  },
  {
    exercise: '06.11 mlpGradients',
    id: 'backward-uphill',
    sentence:
      'The gradients have the wrong sign: they are the way downhill. A gradient points to where the loss grows, and the step subtracts it.',
    wrong: gradientsWith((gradients) => scaled(gradients, -1)),
  },
  {
    exercise: '06.12 train',
    id: 'train-same-order',
    sentence:
      'The order is drawn once, and all epochs go through it. Draw a new one for each epoch, so that the batches are made up differently.',
    anchor: '#the-loop',
    wrong: trainWith({ orderOf: ({ first }) => first }),
  },
  {
    exercise: '06.12 train',
    id: 'train-own-generator',
    sentence:
      'A generator is made anew for each epoch, from the same seed, so all epochs have the same order. Draw with the one that was passed in: it goes on where it stopped.',
    anchor: '#the-loop',
    wrong: trainWith({ orderOf: ({ N }) => shuffledOrder(N, seededRandom(0)) }),
  },
  {
    exercise: '06.12 train',
    id: 'train-seed-by-epoch',
    sentence:
      'A generator is made for each epoch, from its number, so every training has the same orders. Draw with the one that was passed in.',
    anchor: '#the-loop',
    wrong: trainWith({ orderOf: ({ N, epoch }) => shuffledOrder(N, seededRandom(epoch)) }),
  },
  {
    exercise: '06.12 train',
    id: 'train-unshuffled',
    sentence:
      'The samples are always taken in the order in which they lie. Draw a random order before each epoch.',
    anchor: '#the-loop',
    wrong: trainWith({ orderOf: ({ N }) => numbers(N) }),
  },
  {
    exercise: '06.12 train',
    id: 'train-shuffles-images-only',
    sentence:
      'The images are shuffled and the labels are not, so they no longer belong together. Order both by the same indices.',
    anchor: '#rows-and-their-labels',
    wrong: trainWith({
      samplesOf: ({ x, labels }, order) => ({
        x: selectSamples(x, labels, order).x,
        labels,
      }),
    }),
  },
  {
    exercise: '06.12 train',
    id: 'train-drops-last-batch',
    sentence:
      'The last, smaller batch is left out in every epoch. It makes a step like the others.',
    anchor: '#mini-batches',
    wrong: trainWith({
      batchesOf: (batches, batchSize) =>
        batches.length > 1 ? batches.filter((batch) => batch.length === batchSize) : batches,
    }),
  },
  {
    exercise: '06.12 train',
    id: 'train-all-at-once',
    sentence:
      'Each epoch takes one step with all samples at once. Cut the order into batches of batchSize, and take a step for each.',
    anchor: '#mini-batches',
    wrong: trainWith({ batchesOf: (batches) => [batches.flat()] }),
  },
  {
    exercise: '06.12 train',
    id: 'train-one-batch-an-epoch',
    sentence:
      'Each epoch takes one step, with one batch. An epoch goes through all samples: a step for each batch.',
    anchor: '#epochs-and-iterations',
    wrong: trainWith({ batchesOf: (batches) => batches.slice(0, 1) }),
  },
  {
    exercise: '06.12 train',
    id: 'train-accuracy-before',
    sentence:
      'The accuracy is that of the parameters before the epoch. Measure it after the last step.',
    wrong: trainWith({ judged: ({ before }) => before }),
  },
  {
    exercise: '06.12 train',
    id: 'train-accuracy-of-start',
    sentence:
      'The accuracy is always that of the parameters that training started from. Use those that the epoch has led to.',
    wrong: trainWith({ judged: ({ start }) => start }),
  },
  {
    exercise: '06.12 train',
    id: 'train-accuracy-on-training',
    sentence:
      'The accuracy is measured on the samples that were learned from. It says nothing of new ones: use the validation samples.',
    anchor: '#samples-to-validate-with',
    wrong: (
      training: Samples,
      validation: Samples,
      params: Params,
      options: TrainingOptions,
      random: () => number,
    ) => trainWith({ judgedOn: () => training })(training, validation, params, options, random),
  },
  {
    exercise: '06.12 train',
    id: 'train-on-validation',
    sentence:
      'The validation samples are learned from while they are looked at. Then they say nothing of new ones: only measure the accuracy on them.',
    anchor: '#samples-to-validate-with',
    wrong: (
      training: Samples,
      validation: Samples,
      params: Params,
      options: TrainingOptions,
      random: () => number,
    ) =>
      trainWith({
        afterEpoch: (now) => {
          const all = [numbers(validation.labels.size)];
          return trainEpoch(mlpGradients, validation, all, now, options.learningRate).params;
        },
      })(training, validation, params, options, random),
  },
  {
    exercise: '06.12 train',
    id: 'train-accuracy-last-batch',
    sentence:
      'The accuracy is that of the last batch of the validation samples alone. Count the right ones of all batches.',
    anchor: '#accuracy-in-batches',
    wrong: trainWith({
      judgedOn: ({ x, labels }, batchSize) =>
        selectSamples(x, labels, miniBatches(numbers(labels.size), batchSize).at(-1)!),
    }),
  },
  {
    exercise: '06.12 train',
    id: 'train-one-epoch-less',
    sentence: 'There is one epoch too few. The loop runs options.epochs times.',
    wrong: (
      training: Samples,
      validation: Samples,
      params: Params,
      options: TrainingOptions,
      random: () => number,
    ) => {
      const epochs = Math.max(0, options.epochs - 1);
      return train(training, validation, params, { ...options, epochs }, random);
    },
  },
  {
    exercise: '06.12 train',
    id: 'train-starts-again',
    sentence:
      'Every epoch starts from the parameters that were passed in, so only the last one counts. Go on from where the epoch before has led.',
    wrong: trainWith({ from: ({ start }) => start }),
  },
  {
    exercise: '06.12 train',
    id: 'train-last-record-only',
    sentence: 'The history has only the last epoch. Append a record after each.',
    wrong: (
      training: Samples,
      validation: Samples,
      params: Params,
      options: TrainingOptions,
      random: () => number,
    ) => {
      const trained = train(training, validation, params, options, random);
      return { ...trained, history: trained.history.slice(-1) };
    },
  },
];

/** 0 … N − 1. */
function numbers(N: number): number[] {
  return Array.from({ length: N }, (_, n) => n);
}

/** How many samples each batch has. */
function sizesOf(batches: readonly number[][]): number[] {
  return batches.map((batch) => batch.length);
}

function total(list: readonly number[]): number {
  return sumOver(list.length, (k) => list[k]!);
}

function meanOfAll(list: readonly number[]): number {
  return total(list) / list.length;
}

/** 1 at the last of a row's largest entries, else 0. */
function lastLargest(row: number[]): number[] {
  const place = row.lastIndexOf(Math.max(...row));
  return row.map((_, i) => (i === place ? 1 : 0));
}

/** A shuffle that swaps two places, which it is told for each of N rounds. */
function swapping(
  placesOf: (round: number, N: number, random: () => number) => [a: number, b: number],
) {
  return (N: number, random: () => number): number[] => {
    const order = numbers(N);
    for (let round = 0; round < N; round++) {
      const [a, b] = placesOf(round, N, random);
      [order[a], order[b]] = [order[b]!, order[a]!];
    }
    return order;
  };
}

/** A step with another formula for where each number goes. */
function stepping(f: (w: number, gradient: number, rate: number) => number) {
  return refusingLike(sgdStep, (params, gradients, rate): Params =>
    eachOf(params, (w, name) => zip(w, gradients[name]!, (v, g) => f(v, g, rate))),
  );
}

/** f of each of the arrays, under its name. */
function eachOf(params: Params, f: (w: Tensor, name: string) => Tensor): Params {
  return Object.fromEntries(Object.entries(params).map(([name, w]) => [name, f(w, name)]));
}

function copies(params: Params): Params {
  return eachOf(params, copy);
}

function scaled(params: Params, factor: number): Params {
  return eachOf(params, (w) => map(w, (v) => factor * v));
}

function added(a: Params, b: Params): Params {
  return eachOf(a, (w, name) => zip(w, b[name]!, (v, g) => v + g));
}

/** Those whose names begin so. */
function named(params: Params, beginning: string): Params {
  return Object.fromEntries(Object.entries(params).filter(([name]) => name.startsWith(beginning)));
}

/** What may be changed in an epoch. */
interface EpochChanges {
  /** The loss of the epoch. */
  meanOf?: (losses: number[], sizes: number[]) => number;
  /** The gradients that a step uses: `before` are those that the step before has used. */
  gradientsOf?: (step: { gradients: Params; before: Params | undefined; size: number }) => Params;
  /** Where the gradients are computed. */
  placeOf?: (start: Params, now: Params) => Params;
}

/** An epoch with something changed. */
function epochWith({
  meanOf = meanOverBatches,
  gradientsOf = ({ gradients }) => gradients,
  placeOf = (_, now) => now,
}: EpochChanges) {
  return refusingLike(trainEpoch, (f, samples, batches, params, rate): Epoch => {
    const losses: number[] = [];
    let now = params;
    let before: Params | undefined;
    for (const batch of batches) {
      const { x, labels } = selectSamples(samples.x, samples.labels, batch);
      const { loss, gradients } = f(x, labels, placeOf(params, now));
      losses.push(loss);
      before = gradientsOf({ gradients, before, size: batch.length });
      now = sgdStep(now, before, rate);
    }
    return { params: now, loss: meanOf(losses, sizesOf(batches)) };
  });
}

/** The parameters of a multilayer perceptron, with its weights made in another way. */
function drawn(sizes: number[], weights: (D: number, M: number) => Tensor): Params {
  const params: Params = {};
  for (let l = 1; l < sizes.length; l++) {
    params[`W${l}`] = weights(sizes[l - 1]!, sizes[l]!);
    params[`b${l}`] = zeros(sizes[l]!);
  }
  return params;
}

/** The forward pass with something else before, between and after the layers. */
function forwardWith({
  before = (x: Tensor): Tensor => x,
  between = (out): Tensor => reluForward(out).out,
  after = (out: Tensor): Tensor => out,
}: {
  before?: (x: Tensor) => Tensor;
  between?: (out: Tensor, l: number) => Tensor;
  after?: (out: Tensor) => Tensor;
}) {
  return (x: Tensor, params: Params): { out: Tensor; cache: null } => {
    const L = Object.keys(params).length / 2;
    let out = before(x);
    for (let l = 1; l <= L; l++) {
      ({ out } = affineForward(out, params[`W${l}`]!, params[`b${l}`]!));
      if (l < L) out = between(out, l);
    }
    return { out: after(out), cache: null };
  };
}

/** The right loss, with its gradients changed. */
function gradientsWith(f: (gradients: Params, N: number) => Params) {
  return (x: Tensor, labels: Labels, params: Params): LossAndGradients => {
    const { loss, gradients } = mlpGradients(x, labels, params);
    return { loss, gradients: f(gradients, labels.size) };
  };
}

/** The backward pass with something else at the ReLUs. */
function backwardWith({
  mask = (dx: Tensor, before: Tensor): Tensor => reluBackward(dx, before).dx,
}) {
  return (x: Tensor, labels: Labels, params: Params): LossAndGradients => {
    const forward = mlpForward(x, params);
    const { loss, cache } = softmaxLossForward(forward.out, labels);
    const gradients: Params = {};
    let dout = softmaxLossBackward(1, cache).dlogits;
    for (let l = forward.cache.affine.length; l >= 1; l--) {
      const { dx, dW, db } = affineBackward(dout, forward.cache.affine[l - 1]!);
      gradients[`W${l}`] = dW;
      gradients[`b${l}`] = db;
      if (l > 1) dout = mask(dx, forward.cache.relu[l - 2]!);
    }
    return { loss, gradients };
  };
}

/** What may be changed in a training. */
interface TrainingChanges {
  /** The order of an epoch: `first` is that of the first one. */
  orderOf?: (epoch: { N: number; epoch: number; first: number[]; drawn: number[] }) => number[];
  /** What is trained with, given the order of the epoch; then it is gone through as it lies. */
  samplesOf?: (samples: Samples, order: number[]) => Samples;
  batchesOf?: (batches: number[][], batchSize: number) => number[][];
  /** Where an epoch starts. */
  from?: (places: { start: Params; now: Params }) => Params;
  /** What else happens to the parameters at its end. */
  afterEpoch?: (now: Params) => Params;
  /** The parameters whose accuracy is measured, and the samples that it is measured on. */
  judged?: (places: { start: Params; before: Params; now: Params }) => Params;
  judgedOn?: (validation: Samples, batchSize: number) => Samples;
}

/** A training with something changed. */
function trainWith({
  orderOf = (epoch) => epoch.drawn,
  samplesOf,
  batchesOf = (batches) => batches,
  from = ({ now }) => now,
  afterEpoch = (now) => now,
  judged = ({ now }) => now,
  judgedOn = (validation) => validation,
}: TrainingChanges) {
  return (
    training: Samples,
    validation: Samples,
    params: Params,
    { epochs, batchSize, learningRate }: TrainingOptions,
    random: () => number,
  ): Training => {
    const history: EpochRecord[] = [];
    const N = training.labels.size;
    const start = copies(params);
    let now = start;
    let first: number[] | undefined;
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = shuffledOrder(N, random);
      first ??= order;
      const used = orderOf({ N, epoch, first, drawn: order });
      const samples = samplesOf?.(training, used) ?? training;
      const batches = batchesOf(miniBatches(samplesOf ? numbers(N) : used, batchSize), batchSize);
      const before = from({ start, now });
      const trained = trainEpoch(mlpGradients, samples, batches, before, learningRate);
      now = trained.params;
      const place = judged({ start, before, now });
      const accuracyNow = accuracyInBatches(
        (x) => mlpForward(x, place).out,
        judgedOn(validation, batchSize),
        batchSize,
      );
      history.push({ loss: trained.loss, accuracy: accuracyNow });
      now = afterEpoch(now);
    }
    return { params: now, history };
  };
}
