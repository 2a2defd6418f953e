/** Lesson 24: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import {
  add,
  copy,
  filled,
  labels as labelsOf,
  map,
  matrixProduct,
  zeros,
  zip,
  type Labels,
  type Tensor,
} from '#arrays';
import {
  affineBackward,
  affineForward,
  reluForward,
  softmaxLossBackward,
  softmaxLossForward,
} from '#lessons/05-backprop';
import { shuffledOrder, type Params, type Samples } from '#lessons/06-training';
import { sgd } from '#lessons/07-optimizers';
import { heNormal, scaledNormal, scaledUniform, xavierNormal } from '#lessons/08-initialization';
import {
  batchNormBackward,
  batchNormEvaluate,
  batchStatistics,
  updateRunning,
  type BatchNormCache,
  type BatchNormOptions,
  type NormGradients,
  type Statistics,
} from '#lessons/09-normalization';
import type { Misconception } from '../../checks/misconception.ts';
import { refusingLike } from '../../checks/wrong-answers.ts';
import {
  fewOfEach,
  fineTuningStep,
  frozenBatchNorm,
  frozenBatchNormBackward,
  loadParams,
  loraBackward,
  loraForward,
  loraMerge,
  loraStart,
  newHead,
  renumber,
  trainedBackward,
  trainHead,
  type FineTuningOptions,
  type FineTuningStep,
  type FrozenBatchNorm,
  type Head,
  type HeadTraining,
  type LayerBack,
  type Lora,
  type LoraCache,
  type LoraGradients,
  type TrainedHead,
} from './fine-tuning.reference.ts';

type Random = () => number;

export const misconceptions: Misconception[] = [
  {
    exercise: '24.1 fewOfEach',
    id: 'few-put-back',
    sentence:
      'A sample that was drawn can be drawn again, so one may be there twice. Draw without putting any back: shuffle the members and take the first ones.',
    wrong: wrongFew((members, count, random) =>
      Array.from({ length: count }, () => members[Math.floor(random() * members.length)]!),
    ),
  },
  {
    exercise: '24.1 fewOfEach',
    id: 'few-first',
    sentence:
      'These are the first samples of each class, the same in every run. Data often lie in an order: draw them with the generator.',
    wrong: wrongFew((members, count) => members.slice(0, count)),
  },
  {
    exercise: '24.1 fewOfEach',
    id: 'few-in-a-row',
    sentence:
      'Only where to begin is drawn, and the samples from there on are taken in a row. Any set of members should be as likely as any other.',
    wrong: wrongFew((members, count, random) => {
      const start = Math.floor(random() * (members.length - count + 1));
      return members.slice(start, start + count);
    }),
  },
  {
    exercise: '24.1 fewOfEach',
    id: 'few-never-the-last',
    sentence:
      'The last of the members that are left is never drawn: random() · (length − 1), rounded down, does not reach it. Multiply by the length.',
    wrong: wrongFew((members, count, random) => {
      const left = [...members];
      return Array.from({ length: count }, () => {
        const place = Math.floor(random() * Math.max(1, left.length - 1));
        return left.splice(place, 1)[0]!;
      });
    }),
  },
  {
    exercise: '24.1 fewOfEach',
    id: 'few-places-in-the-class',
    sentence:
      'These are places in the list of a class, and not numbers of samples. Look up the member that stands at each place.',
    wrong: wrongFew((members, count, random) =>
      shuffledOrder(members.length, random).slice(0, count),
    ),
  },
  {
    exercise: '24.1 fewOfEach',
    id: 'few-of-all-together',
    sentence:
      'The samples of all classes are drawn from one pot, so one class may have more than another. Draw from each class by itself.',
    wrong: drawless(fewOfEach, (labels: Labels, classes: number[], count: number, random: Random) =>
      drawnOf(
        classes.flatMap((wanted) => membersOf(labels, wanted)),
        classes.length * count,
        random,
      ),
    ),
  },
  {
    exercise: '24.1 fewOfEach',
    id: 'few-in-all',
    sentence: 'These are `count` samples of all classes together. It should be `count` of each.',
    wrong: drawless(fewOfEach, (labels: Labels, classes: number[], count: number, random: Random) =>
      drawnOf(
        classes.flatMap((wanted) => membersOf(labels, wanted)),
        count,
        random,
      ),
    ),
  },
  {
    exercise: '24.1 fewOfEach',
    id: 'few-of-every-class',
    sentence:
      'Every class that there is was drawn from. Draw from those in `classes` and leave out all others.',
    wrong: drawless(fewOfEach, (labels: Labels, _: number[], count: number, random: Random) =>
      [...new Set(copy(labels).data)].flatMap((wanted) =>
        drawnOf(membersOf(labels, wanted), count, random),
      ),
    ),
  },
  {
    exercise: '24.2 renumber',
    id: 'renumber-unchanged',
    sentence:
      'The labels are as they were. A head for C classes has columns 0 to C − 1, so a label must be the place of its class in the list.',
    wrong: wrongNumbers((label) => label),
  },
  {
    exercise: '24.2 renumber',
    id: 'renumber-by-appearance',
    sentence:
      'Classes are numbered in the order in which they appear among the labels. Then training and test samples are numbered differently; take the place in `classes`.',
    wrong: wrongNumbers((label, _, all) => [...new Set(all)].indexOf(label)),
  },
  {
    exercise: '24.2 renumber',
    id: 'renumber-by-size',
    sentence:
      'Classes are numbered by size, the smallest first. Their order is that of the list `classes`.',
    wrong: wrongNumbers((label, classes) => classes.toSorted((a, b) => a - b).indexOf(label)),
  },
  {
    exercise: '24.2 renumber',
    id: 'renumber-less-the-smallest',
    sentence:
      'The smallest class is subtracted, which leaves gaps where classes are left out. Take the place of the class in the list.',
    wrong: wrongNumbers((label, classes) => label - Math.min(...classes)),
  },
  {
    exercise: '24.2 renumber',
    id: 'renumber-less-the-first',
    sentence:
      'The first class of the list is subtracted. That is right for classes in a row alone; take the place of the class in the list.',
    wrong: wrongNumbers((label, classes) => label - classes[0]!),
  },
  {
    exercise: '24.2 renumber',
    id: 'renumber-remainder',
    sentence:
      'This is the remainder by the number of classes. That is right for 5 to 9 by chance; take the place of the class in the list.',
    wrong: wrongNumbers((label, classes) => label % classes.length),
  },
  {
    exercise: '24.2 renumber',
    id: 'renumber-from-1',
    sentence: 'The new classes are counted from 1. Labels count from 0, as columns do.',
    wrong: wrongNumbers((label, classes) => classes.indexOf(label) + 1),
  },
  {
    exercise: '24.3 loadParams',
    id: 'load-by-order',
    sentence:
      "Weights are found by their place in the list. Another order, and every layer gets another one's: look each up under its name.",
    wrong: refusingLike(loadParams, (network: Params, weights: Params, leftOut: string[]) => {
      const list = Object.values(weights);
      return overParams(network, (own, name) =>
        copy(leftOut.includes(name) ? own : list[Object.keys(network).indexOf(name)]!),
      );
    }),
  },
  {
    exercise: '24.3 loadParams',
    id: 'load-left-out-too',
    sentence:
      'Names that are left out are loaded all the same where the weights fit, so a new head gets old weights. They keep what the network has.',
    wrong: wrongLoad((own, loaded) =>
      loaded !== undefined && loaded.shape.join() === own.shape.join() ? loaded : own,
    ),
  },
  {
    exercise: '24.3 loadParams',
    id: 'load-left-out-zero',
    sentence:
      'What is left out becomes 0. It keeps the values that the network has, which were drawn for it.',
    wrong: wrongLoad((own, loaded, isLeftOut) => (isLeftOut ? map(own, () => 0) : loaded!)),
  },
  {
    exercise: '24.3 loadParams',
    id: 'load-left-out-missing',
    sentence:
      'What is left out is not in the result. All names of the network must be: left out means that it keeps its own values.',
    wrong: refusingLike(loadParams, (network: Params, weights: Params, leftOut: string[]) =>
      onlyParams(
        overParams(network, (own, name) => copy(weights[name] ?? own)),
        (name) => !leftOut.includes(name),
      ),
    ),
  },
  {
    exercise: '24.3 loadParams',
    id: 'load-left-out-alone',
    sentence: 'Only the names that are left out are loaded. It is the other way round.',
    wrong: wrongLoad((own, loaded, isLeftOut) =>
      isLeftOut && loaded?.shape.join() === own.shape.join() ? loaded : own,
    ),
  },
  {
    exercise: '24.3 loadParams',
    id: 'load-nothing',
    sentence: 'These are the parameters that the network had. Return the weights under its names.',
    wrong: wrongLoad((own) => own),
  },
  {
    exercise: '24.3 loadParams',
    id: 'load-weights-alone',
    sentence:
      'Only names that begin with W are loaded. Biases, γ and β were trained as well: load them all.',
    wrong: wrongLoad((own, loaded, isLeftOut, name) =>
      isLeftOut || !name.startsWith('W') ? own : loaded!,
    ),
  },
  {
    exercise: '24.4 newHead',
    id: 'head-keeps-old-columns',
    sentence:
      'The first columns of the new head are those of the old one. They tell old classes apart: draw all of it anew.',
    wrong: wrongNewHead((old, shape, random) => {
      const drawn = heNormal(shape, random);
      const M = old.shape[1]!;
      return filled(shape, (d, c) => (c! < M ? old.get(d!, c!) : drawn.get(d!, c!)));
    }),
  },
  {
    exercise: '24.4 newHead',
    id: 'head-keeps-old-bias',
    sentence: 'The biases of the old head are kept. They belong to the old classes: start at 0.',
    wrong: wrongNewHead(
      (_, shape, random) => heNormal(shape, random),
      (old, classes) => filled([classes], (c) => (c! < old.size ? old.get(c!) : 0)),
    ),
  },
  {
    exercise: '24.4 newHead',
    id: 'head-zero',
    sentence: 'The new weights are all 0. Draw them as lesson 08 starts a layer.',
    wrong: wrongNewHead((_, shape) => zeros(...shape)),
  },
  {
    exercise: '24.4 newHead',
    id: 'head-xavier',
    sentence: "This is Xavier's width. The head starts from He's, √(2/D).",
    wrong: wrongNewHead((_, shape, random) => xavierNormal(shape, random)),
  },
  {
    exercise: '24.4 newHead',
    id: 'head-fan-out',
    sentence:
      'The width is made of the number of classes. It is √(2/D), D being what each logit is a sum of.',
    wrong: wrongNewHead((_, shape, random) => scaledNormal(shape, Math.sqrt(2 / shape[1]), random)),
  },
  {
    exercise: '24.4 newHead',
    id: 'head-width-1',
    sentence:
      'The weights are standard normal. They should be √(2/D) wide, or the logits are huge.',
    wrong: wrongNewHead((_, shape, random) => scaledNormal(shape, 1, random)),
  },
  {
    exercise: '24.4 newHead',
    id: 'head-body-drawn-too',
    sentence:
      'The body is drawn anew as well, so all that was learned is gone. Only the last layer is new.',
    wrong: drawless(newHead, (params: Params, classes: number, random: Random) =>
      overParams(newHead(params, classes, random), (w, name) => {
        const { dimension, shape } = w;
        if (name === lastOf(params).W) return w;
        return dimension === 2 ? heNormal([...shape], random) : zeros(...shape);
      }),
    ),
  },
  {
    exercise: '24.4 newHead',
    id: 'head-sorted-as-text',
    sentence:
      'The last name was found by sorting text, where W9 comes after W11. Compare the numbers.',
    wrong: drawless(newHead, (params: Params, classes: number, random: Random) => {
      const last = Object.keys(params)
        .filter((name) => name.startsWith('W'))
        .toSorted()
        .at(-1)!;
      return withHead(params, Number(last.slice(1)), classes, random);
    }),
  },
  {
    exercise: '24.4 newHead',
    id: 'head-last-in-the-list',
    sentence:
      'The layer that stands last among the parameters was replaced. They may stand in any order: the head is the layer with the highest number.',
    wrong: drawless(newHead, (params: Params, classes: number, random: Random) => {
      const last = Object.keys(params).findLast((name) => name.startsWith('W'))!;
      return withHead(params, Number(last.slice(1)), classes, random);
    }),
  },
  {
    exercise: '24.4 newHead',
    id: 'head-on-the-old-head',
    sentence:
      'A layer was put behind the old head, which then stays in between. The new head takes its place.',
    wrong: drawless(newHead, (params: Params, classes: number, random: Random): Params => {
      const { L, W } = lastOf(params);
      const M = params[W]!.shape[1]!;
      return {
        ...overParams(params, copy),
        [`W${L + 1}`]: heNormal([M, classes], random),
        [`b${L + 1}`]: zeros(classes),
      };
    }),
  },
  {
    exercise: '24.5 trainedBackward',
    id: 'back-around-frozen',
    sentence:
      'Frozen layers are left out, and what comes to them is handed on unchanged. Frozen is their weights, not their slope: hand on their dx.',
    wrong: wrongBack({
      pass: (dx, dout, names, trained) =>
        names.length > 0 && !names.some((name) => trained.includes(name)) ? dout : dx,
    }),
  },
  {
    exercise: '24.5 trainedBackward',
    id: 'back-same-dout',
    sentence:
      'Every layer got the dout of the last one. What a layer gives as dx is the dout of the one before it.',
    wrong: wrongBack({ pass: (_, dout) => dout }),
  },
  {
    exercise: '24.5 trainedBackward',
    id: 'back-from-the-first',
    sentence:
      'The layers are gone through from the first to the last. The way back is the other one.',
    wrong: refusingLike(
      trainedBackward,
      (dout: Tensor, layers: LayerBack[], trained: string[]): Params =>
        onlyParams(allGradients(dout, layers.toReversed()), (name) => trained.includes(name)),
    ),
  },
  {
    exercise: '24.5 trainedBackward',
    id: 'back-stops-at-frozen',
    sentence:
      'The way back ends at the first frozen layer. Trained ones may lie below it: go through it, as through a ReLU.',
    wrong: wrongBack({
      goesOn: (names, trained) =>
        names.length === 0 || names.some((name) => trained.includes(name)),
    }),
  },
  {
    exercise: '24.6 fineTuningStep',
    id: 'step-decays-frozen',
    sentence:
      'Weight decay shrinks frozen weights. What is frozen takes no step at all, whatever λ is.',
    wrong: wrongStep({
      frozen: (w, v, { isWeight, options }) => ({
        w: isWeight ? w - options.learningRate * options.weightDecay * w : w,
        v,
      }),
    }),
  },
  {
    exercise: '24.6 fineTuningStep',
    id: 'step-old-velocity',
    sentence:
      'Frozen parameters roll on with the velocity that they had. A gradient of 0 does not stop momentum: leave them out of the step.',
    wrong: wrongStep({
      frozen: (w, v, { options }) => ({ w: w + options.momentum * v, v: options.momentum * v }),
    }),
  },
  {
    exercise: '24.6 fineTuningStep',
    id: 'step-velocity-lost',
    sentence:
      'The velocities of frozen parameters are set to 0. They stay as they are, as the parameters do.',
    wrong: wrongStep({ frozen: (w) => ({ w, v: 0 }) }),
  },
  {
    exercise: '24.6 fineTuningStep',
    id: 'step-all-at-the-head-rate',
    sentence:
      'All layers have the rate of the head. Each one below has δ times that of the one above it.',
    wrong: wrongStep({ rate: ({ eta }) => eta }),
  },
  {
    exercise: '24.6 fineTuningStep',
    id: 'step-from-the-wrong-end',
    sentence:
      'The rates are counted from the first layer, which moves fastest. The head has the full rate, and the way down makes it smaller.',
    wrong: wrongStep({ rate: ({ eta, delta, l }) => eta * delta ** l }),
  },
  {
    exercise: '24.6 fineTuningStep',
    id: 'step-head-decayed',
    sentence:
      'The rate of the head is multiplied with δ already. It is η itself, δ to the power 0.',
    wrong: wrongStep({ rate: ({ eta, delta, l, L }) => eta * delta ** (L - l) }),
  },
  {
    exercise: '24.6 fineTuningStep',
    id: 'step-skips-a-power',
    sentence:
      'The layer below the head has δ², as if there were one more between. From layer to layer it is one δ more.',
    wrong: wrongStep({
      rate: ({ eta, delta, l, L }) => eta * delta ** (l === L - 1 ? 0 : L - l),
    }),
  },
  {
    exercise: '24.6 fineTuningStep',
    id: 'step-one-power-for-the-body',
    sentence:
      'All layers below the head have one rate, η · δ. It gets smaller from each layer to the next one.',
    wrong: wrongStep({ rate: ({ eta, delta, l, L }) => (l === L - 1 ? eta : eta * delta) }),
  },
  {
    exercise: '24.6 fineTuningStep',
    id: 'step-linear',
    sentence:
      'δ is multiplied with the number of layers below the head. It is a power: δ for one, δ² for two.',
    wrong: wrongStep({
      rate: ({ eta, delta, l, L }) => (l === L - 1 ? eta : eta * delta * (L - 1 - l)),
    }),
  },
  {
    exercise: '24.6 fineTuningStep',
    id: 'step-trained-layers-counted',
    sentence:
      'Layers that are frozen altogether are not counted, so those below them are too fast. An empty list counts.',
    wrong: refusingLike(
      fineTuningStep,
      (
        params: Params,
        gradients: Params,
        velocity: Params,
        layers: string[][],
        options: FineTuningOptions,
      ) =>
        fineTuningStep(
          params,
          gradients,
          velocity,
          layers.filter((names) => names.length > 0),
          options,
        ),
    ),
  },
  {
    exercise: '24.6 fineTuningStep',
    id: 'step-biases-decay',
    sentence: 'Biases decay too. λ counts for weights alone, the names that begin with W.',
    wrong: wrongStep({ slope: (g, w, { options }) => g + options.weightDecay * w }),
  },
  {
    exercise: '24.6 fineTuningStep',
    id: 'step-no-decay',
    sentence: 'There is no weight decay. The slope of a weight is g + λ · w.',
    wrong: wrongStep({ slope: (g) => g }),
  },
  {
    exercise: '24.6 fineTuningStep',
    id: 'step-decay-turned',
    sentence: 'λ · w is subtracted from the gradient, so weights grow. Add it.',
    wrong: wrongStep({
      slope: (g, w, { isWeight, options }) => (isWeight ? g - options.weightDecay * w : g),
    }),
  },
  {
    exercise: '24.6 fineTuningStep',
    id: 'step-decay-beside-velocity',
    sentence:
      'Weight decay moves the weights beside the velocity, as in AdamW. Here λ · w is a part of the slope, and so goes into the velocity.',
    wrong: wrongStep({
      slope: (g) => g,
      move: (w, v, { isWeight, options, rate }) =>
        w + v - (isWeight ? rate * options.weightDecay * w : 0),
    }),
  },
  {
    exercise: '24.6 fineTuningStep',
    id: 'step-rate-outside',
    sentence:
      'The velocity is μ · v + slope, and the rate comes in with the step. Here the rate is in the velocity: v ← μ · v − rate · slope, w ← w + v.',
    wrong: wrongStep({
      speed: (v, slope, { options }) => options.momentum * v + slope,
      move: (w, v, { rate }) => w - rate * v,
    }),
  },
  {
    exercise: '24.6 fineTuningStep',
    id: 'step-no-momentum',
    sentence: 'There is no momentum: the velocity of the step before is forgotten. Keep μ of it.',
    wrong: wrongStep({ speed: (_, slope, { rate }) => -rate * slope }),
  },
  {
    exercise: '24.6 fineTuningStep',
    id: 'step-old-velocity-used',
    sentence:
      'The parameters move by the velocity before the step. First the velocity, then w + v with the new one.',
    wrong: wrongStep({ move: (w, _, { old }) => w + old }),
  },
  {
    exercise: '24.7 frozenBatchNorm',
    id: 'frozen-norm-not-frozen',
    sentence:
      'This is the batch norm of lesson 09 while training: it takes the statistics of the batch, and changes the running ones. Frozen, it does neither.',
    wrong: wrongNorm({
      statistics: (x, running, { training }) => (training ? batchStatistics(x) : running),
      after: updated,
    }),
  },
  {
    exercise: '24.7 frozenBatchNorm',
    id: 'frozen-norm-statistics-move',
    sentence:
      'The running statistics take up those of the batch. γ and β are not all that a layer has: frozen, its statistics stay too.',
    wrong: wrongNorm({ after: updated }),
  },
  {
    exercise: '24.7 frozenBatchNorm',
    id: 'frozen-norm-of-the-batch',
    sentence:
      'While training it standardizes by the statistics of the batch. The layers above were trained with the running ones, and a frozen layer keeps to them.',
    wrong: wrongNorm({
      statistics: (x, running, { training }) => (training ? batchStatistics(x) : running),
    }),
  },
  {
    exercise: '24.7 frozenBatchNorm',
    id: 'frozen-norm-batch-always',
    sentence:
      'It standardizes by the statistics of the batch, in evaluation too. A frozen layer uses the running ones.',
    wrong: wrongNorm({ statistics: (x) => batchStatistics(x) }),
  },
  {
    exercise: '24.7 frozenBatchNorm',
    id: 'frozen-norm-starts-anew',
    sentence:
      'The running statistics are 0 and 1 again. What they learned belongs to the weights around: keep it.',
    wrong: wrongNorm({
      after: (_, { mean, variance }) => ({
        mean: map(mean, () => 0),
        variance: map(variance, () => 1),
      }),
    }),
  },
  {
    exercise: '24.7 frozenBatchNorm',
    id: 'frozen-norm-not-scaled',
    sentence:
      'γ and β are left out. Frozen means that they are not trained; they are used all the same.',
    wrong: wrongNorm({
      scale: (_, beta) => [map(beta, () => 1), map(beta, () => 0)],
    }),
  },
  {
    exercise: '24.7 frozenBatchNorm',
    id: 'frozen-norm-by-variance',
    sentence: 'It divides by the variance. Divide by the deviation, √(variance + ε).',
    wrong: wrongNorm({
      statistics: (_, { mean, variance }, { epsilon }) => ({
        mean,
        variance: map(variance, (value) => (value + epsilon) ** 2 - epsilon),
      }),
    }),
  },
  {
    exercise: '24.7 frozenBatchNorm',
    id: 'frozen-norm-epsilon-outside',
    sentence: 'ε is added to the deviation. It stands under the root, with the variance.',
    wrong: wrongNorm({
      statistics: (_, { mean, variance }, { epsilon }) => ({
        mean,
        variance: map(variance, (value) => (Math.sqrt(value) + epsilon) ** 2 - epsilon),
      }),
    }),
  },
  {
    exercise: '24.8 frozenBatchNormBackward',
    id: 'frozen-back-through-statistics',
    sentence:
      'This is the way back of lesson 09, through the mean and the variance of the batch. Frozen, these are given numbers, and dx is dout · γ / deviation.',
    wrong: (dout: Tensor, cache: BatchNormCache) => batchNormBackward(dout, cache),
  },
  {
    exercise: '24.8 frozenBatchNormBackward',
    id: 'frozen-back-through-the-mean',
    sentence:
      'The mean of the gradient is subtracted, as if x moved the mean. The running mean stays where it is.',
    wrong: wrongNormBack({
      dx: (d, gamma, deviation, mean) => ((d - mean) * gamma) / deviation,
    }),
  },
  {
    exercise: '24.8 frozenBatchNormBackward',
    id: 'frozen-back-without-gamma',
    sentence: 'γ is missing in dx. It is not trained, and still multiplies what passes.',
    wrong: wrongNormBack({ dx: (d, _, deviation) => d / deviation }),
  },
  {
    exercise: '24.8 frozenBatchNormBackward',
    id: 'frozen-back-without-deviation',
    sentence: 'dx is not divided by the deviation. The slope of x̂ along x is 1 / √(variance + ε).',
    wrong: wrongNormBack({ dx: (d, gamma) => d * gamma }),
  },
  {
    exercise: '24.8 frozenBatchNormBackward',
    id: 'frozen-back-by-variance',
    sentence: 'dx is divided by the variance. Divide by the deviation once.',
    wrong: wrongNormBack({ dx: (d, gamma, deviation) => (d * gamma) / deviation ** 2 }),
  },
  {
    exercise: '24.8 frozenBatchNormBackward',
    id: 'frozen-back-passes',
    sentence:
      'dx is dout as it came. The layer is frozen and not away: its slope is γ / √(variance + ε).',
    wrong: wrongNormBack({ dx: (d) => d }),
  },
  {
    exercise: '24.8 frozenBatchNormBackward',
    id: 'frozen-back-ends',
    sentence:
      'Nothing comes back to x, so that whatever is trained below gets no gradient. Frozen are the statistics; dx is dout · γ / deviation.',
    wrong: wrongNormBack({ dx: () => 0 }),
  },
  {
    exercise: '24.8 frozenBatchNormBackward',
    id: 'frozen-back-no-gamma-and-beta',
    sentence:
      'dγ and dβ are 0. The statistics are frozen; whether γ and β are is decided by who takes the step.',
    wrong: wrongNormBack({ parameters: (g) => map(g, () => 0) }),
  },
  {
    exercise: '24.8 frozenBatchNormBackward',
    id: 'frozen-back-mean',
    sentence: 'dγ and dβ are means over the batch. They are sums: the 1/N is in dout already.',
    wrong: wrongNormBack({ parameters: (g, N) => map(g, (value) => value / N) }),
  },
  {
    exercise: '24.9 trainHead',
    id: 'train-head-on-samples',
    sentence: 'The head is trained on the samples themselves. Train it on their features, body(x).',
    wrong: wrongHead({ features: (x) => x }),
  },
  {
    exercise: '24.9 trainHead',
    id: 'train-head-upwards',
    sentence: 'The steps go along the gradient, and the loss grows. Go against it.',
    wrong: wrongHead({ slope: (d) => -d }),
  },
  {
    exercise: '24.9 trainHead',
    id: 'train-head-sum',
    sentence: 'The gradient is a sum over the samples. The loss is their mean, so it carries 1/N.',
    wrong: wrongHead({ slope: (d, { N }) => d * N }),
  },
  {
    exercise: '24.9 trainHead',
    id: 'train-head-without-labels',
    sentence: 'The gradient is the probabilities alone. Subtract 1 in the column of the label.',
    wrong: wrongHead({ slope: (d, { N, isLabel }) => d + (isLabel ? 1 / N : 0) }),
  },
  {
    exercise: '24.9 trainHead',
    id: 'train-head-label-alone',
    sentence:
      'Only the logit of the label gets a gradient. The other ones have their probability for one.',
    wrong: wrongHead({ slope: (d, { isLabel }) => (isLabel ? d : 0) }),
  },
  {
    exercise: '24.9 trainHead',
    id: 'train-head-fixed-bias',
    sentence: 'b stays as it was. It is a part of the head: train it as well.',
    wrong: wrongHead({ move: { b: (b) => copy(b) } }),
  },
  {
    exercise: '24.9 trainHead',
    id: 'train-head-fixed-weights',
    sentence: 'W stays as it was. Train it as well as b.',
    wrong: wrongHead({ move: { W: (W) => copy(W) } }),
  },
  {
    exercise: '24.9 trainHead',
    id: 'train-head-from-zero',
    sentence: 'The training starts from zeros. Start from the head that is given.',
    wrong: (body: Body, samples: Samples, { W, b }: Head, options: HeadTraining) =>
      trainHead(body, samples, { W: map(W, () => 0), b: map(b, () => 0) }, options),
  },
  {
    exercise: '24.9 trainHead',
    id: 'train-head-losses-after',
    sentence:
      'The losses are those after each step. Tell the loss before it, which comes with the gradient.',
    wrong: (body: Body, samples: Samples, head: Head, options: HeadTraining): TrainedHead => {
      const { losses } = trainHead(body, samples, head, { ...options, steps: options.steps + 1 });
      return { ...trainHead(body, samples, head, options), losses: losses.slice(1) };
    },
  },
  {
    exercise: '24.9 trainHead',
    id: 'train-head-one-step-short',
    sentence: 'The last step is missing: the head is the one before it. Step once for each loss.',
    wrong: (body: Body, samples: Samples, head: Head, options: HeadTraining): TrainedHead => ({
      ...trainHead(body, samples, head, options),
      head: trainHead(body, samples, head, { ...options, steps: Math.max(0, options.steps - 1) })
        .head,
    }),
  },
  {
    exercise: '24.9 trainHead',
    id: 'train-head-first-gradient',
    sentence:
      'Every step takes the gradient of the first one. The features stay; the logits and their gradient are computed anew in each step.',
    wrong: (body: Body, samples: Samples, head: Head, options: HeadTraining): TrainedHead => {
      const { steps, learningRate } = options;
      const once = trainHead(body, samples, head, { steps: 1, learningRate: steps * learningRate });
      const losses = Array.from({ length: steps }, (_, t) => {
        const there = trainHead(body, samples, head, { steps: 1, learningRate: t * learningRate });
        return trainHead(body, samples, there.head, { steps: 1, learningRate }).losses[0]!;
      });
      return { head: once.head, losses };
    },
  },
  {
    exercise: '24.10 loraStart',
    id: 'lora-start-both-drawn',
    sentence:
      'B is drawn too, so the network is another one before the first step. With B = 0 it starts as it was.',
    wrong: wrongStart((D, M, rank, random) => ({
      A: scaledNormal([D, rank], Math.sqrt(1 / D), random),
      B: scaledNormal([rank, M], Math.sqrt(1 / rank), random),
    })),
  },
  {
    exercise: '24.10 loraStart',
    id: 'lora-start-exchanged',
    sentence:
      'A is 0 and B is drawn. That would learn as well, but A is the one that is drawn here, as in the paper.',
    wrong: wrongStart((D, M, rank, random) => ({
      A: zeros(D, rank),
      B: scaledNormal([rank, M], Math.sqrt(1 / rank), random),
    })),
  },
  {
    exercise: '24.10 loraStart',
    id: 'lora-start-both-zero',
    sentence:
      'A and B are both 0. Then both gradients are 0 as well, for ever: nothing is ever learned. Draw A.',
    wrong: wrongStart((D, M, rank) => ({ A: zeros(D, rank), B: zeros(rank, M) })),
  },
  {
    exercise: '24.10 loraStart',
    id: 'lora-start-width-1',
    sentence:
      'A is drawn with the deviation 1. It should be √(1/D), or x · A is √D times too wide.',
    wrong: wrongA((D, rank, random) => scaledNormal([D, rank], 1, random)),
  },
  {
    exercise: '24.10 loraStart',
    id: 'lora-start-he',
    sentence:
      "This is He's width, √(2/D), for what goes into a ReLU. No ReLU follows here: √(1/D).",
    wrong: wrongA((D, rank, random) => heNormal([D, rank], random)),
  },
  {
    exercise: '24.10 loraStart',
    id: 'lora-start-by-rank',
    sentence: 'The width is made of the rank. Each number of x · A is a sum of D: take √(1/D).',
    wrong: wrongA((D, rank, random) => scaledNormal([D, rank], Math.sqrt(1 / rank), random)),
  },
  {
    exercise: '24.10 loraStart',
    id: 'lora-start-variance',
    sentence: 'The deviation is 1/D. That is the variance: take its root.',
    wrong: wrongA((D, rank, random) => scaledNormal([D, rank], 1 / D, random)),
  },
  {
    exercise: '24.10 loraStart',
    id: 'lora-start-even',
    sentence: 'A is drawn evenly. In this exercise it is drawn from the normal distribution.',
    wrong: wrongA((D, rank, random) => scaledUniform([D, rank], Math.sqrt(3 / D), random)),
  },
  {
    exercise: '24.10 loraStart',
    id: 'lora-start-columns-alike',
    sentence:
      'All columns of A are the same, and stay so in training: the update has rank 1. Draw each entry.',
    wrong: wrongA((D, rank, random) => {
      const column = scaledNormal([D, 1], Math.sqrt(1 / D), random);
      return filled([D, rank], (d) => column.get(d!, 0));
    }),
  },
  {
    exercise: '24.11 loraForward',
    id: 'lora-without-scale',
    sentence: 'The update is not scaled. Multiply it with α/r.',
    wrong: wrongLora(() => 1),
  },
  {
    exercise: '24.11 loraForward',
    id: 'lora-alpha-alone',
    sentence: 'The update is multiplied with α alone. Divide by the rank: α/r.',
    wrong: wrongLora((alpha) => alpha),
  },
  {
    exercise: '24.11 loraForward',
    id: 'lora-scale-turned',
    sentence: 'The scale is r/α. It is α/r.',
    wrong: wrongLora((alpha, r) => r / alpha),
  },
  {
    exercise: '24.11 loraForward',
    id: 'lora-scale-twice',
    sentence: 'The scale is applied twice, to x · A and again to · B. Once is enough.',
    wrong: wrongLora((alpha, r) => (alpha / r) ** 2),
  },
  {
    exercise: '24.11 loraForward',
    id: 'lora-root-of-rank',
    sentence: 'The scale is α/√r, that of a later variant. Here it is α/r.',
    wrong: wrongLora((alpha, r) => alpha / Math.sqrt(r)),
  },
  {
    exercise: '24.11 loraForward',
    id: 'lora-divides-by-rows',
    sentence: 'α is divided by the number of inputs. The rank is the number of columns of A.',
    wrong: wrongLora((alpha, _, D) => alpha / D),
  },
  {
    exercise: '24.11 loraForward',
    id: 'lora-subtracted',
    sentence: 'The update is subtracted. Add it.',
    wrong: wrongLora((alpha, r) => -alpha / r),
  },
  {
    exercise: '24.11 loraForward',
    id: 'lora-without-update',
    sentence: 'This is the affine layer alone. Add α/r times x · A · B.',
    wrong: wrongLora(() => 0),
  },
  {
    exercise: '24.11 loraForward',
    id: 'lora-without-W',
    sentence: 'x · W is missing: the update takes its place. It is added to it.',
    wrong: wrongLoraOut(({ update, b, s }) => s * update + b),
  },
  {
    exercise: '24.11 loraForward',
    id: 'lora-scales-all',
    sentence: 'x · W is scaled as well. α/r belongs to the update alone.',
    wrong: wrongLoraOut(({ xW, update, b, s }) => s * (xW + update) + b),
  },
  {
    exercise: '24.11 loraForward',
    id: 'lora-bias-twice',
    sentence: 'b is added twice, with x · W and with the update. Add it once.',
    wrong: wrongLoraOut(({ xW, update, b, s }) => xW + s * update + 2 * b),
  },
  {
    exercise: '24.11 loraForward',
    id: 'lora-without-bias',
    sentence: 'b is missing. It is frozen and still added.',
    wrong: wrongLoraOut(({ xW, update, s }) => xW + s * update),
  },
  {
    exercise: '24.11 loraForward',
    id: 'lora-bent',
    sentence:
      'A ReLU stands between A and B. Nothing does: only so can the update be merged into W.',
    wrong: wrongLora(
      (alpha, r) => alpha / r,
      (xA) => reluForward(xA).out,
    ),
  },
  {
    exercise: '24.12 loraBackward',
    id: 'lora-back-x-through-W-alone',
    sentence: 'dx has lost the way through A and B. x is read by both: add s · (dout · Bᵀ) · Aᵀ.',
    wrong: wrongLoraBack({ dx: ({ straight }) => straight }),
  },
  {
    exercise: '24.12 loraBackward',
    id: 'lora-back-x-through-update-alone',
    sentence:
      'dx has lost the way through W. W is frozen, and x goes through it all the same: add dout · Wᵀ.',
    wrong: wrongLoraBack({ dx: ({ low, s }) => s * low }),
  },
  {
    exercise: '24.12 loraBackward',
    id: 'lora-back-x-not-scaled',
    sentence:
      'In dx the way through A and B is not scaled. It carries α/r as the forward pass does.',
    wrong: wrongLoraBack({ dx: ({ straight, low }) => straight + low }),
  },
  {
    exercise: '24.12 loraBackward',
    id: 'lora-back-x-all-scaled',
    sentence: 'In dx the way through W is scaled too. α/r belongs to A and B alone.',
    wrong: wrongLoraBack({ dx: ({ straight, low, s }) => s * (straight + low) }),
  },
  {
    exercise: '24.12 loraBackward',
    id: 'lora-back-not-scaled',
    sentence: 'The scale is missing all the way back. A, B and the way through them have α/r.',
    wrong: wrongLoraBack({
      dx: ({ straight, low }) => straight + low,
      dA: (g, s) => g / s,
      dB: (g, s) => g / s,
    }),
  },
  {
    exercise: '24.12 loraBackward',
    id: 'lora-back-scaled-twice',
    sentence: 'dA and dB carry α/r twice. Once is enough.',
    wrong: wrongLoraBack({ dA: (g, s) => g * s, dB: (g, s) => g * s }),
  },
  {
    exercise: '24.12 loraBackward',
    id: 'lora-back-A-and-B-not-scaled',
    sentence: 'dA and dB have lost the scale: both carry α/r.',
    wrong: wrongLoraBack({ dA: (g, s) => g / s, dB: (g, s) => g / s }),
  },
  {
    exercise: '24.12 loraBackward',
    id: 'lora-back-A-not-scaled',
    sentence: 'dA has lost the scale: it is s · xᵀ · (dout · Bᵀ).',
    wrong: wrongLoraBack({ dA: (g, s) => g / s }),
  },
  {
    exercise: '24.12 loraBackward',
    id: 'lora-back-B-not-scaled',
    sentence: 'dB has lost the scale: it is s · (x · A)ᵀ · dout.',
    wrong: wrongLoraBack({ dB: (g, s) => g / s }),
  },
  {
    exercise: '24.12 loraBackward',
    id: 'lora-back-A-stands-still',
    sentence: 'A gets nothing. It is trained as B is: xᵀ · (dout · Bᵀ), scaled.',
    wrong: wrongLoraBack({ dA: () => 0 }),
  },
  {
    exercise: '24.12 loraBackward',
    id: 'lora-back-B-stands-still',
    sentence:
      'B gets nothing, and stays 0: the update never begins. Its gradient is (x · A)ᵀ · dout, scaled.',
    wrong: wrongLoraBack({ dB: () => 0 }),
  },
  {
    exercise: '24.12 loraBackward',
    id: 'lora-back-mean',
    sentence: 'dA and dB are divided by N. The 1/N is in dout already.',
    wrong: wrongLoraBack({ dA: (g, _, N) => g / N, dB: (g, _, N) => g / N }),
  },
  {
    exercise: '24.13 loraMerge',
    id: 'merge-subtracts',
    sentence: 'The update is subtracted. That takes a merged update out again; to merge, add it.',
    wrong: wrongMerge((alpha, r) => -alpha / r),
  },
  {
    exercise: '24.13 loraMerge',
    id: 'merge-twice',
    sentence:
      'The update is added twice. A merged layer has it once; merging again would double it.',
    wrong: wrongMerge((alpha, r) => (2 * alpha) / r),
  },
  {
    exercise: '24.13 loraMerge',
    id: 'merge-without-scale',
    sentence: 'The update is merged without its scale. Multiply A · B with α/r.',
    wrong: wrongMerge(() => 1),
  },
  {
    exercise: '24.13 loraMerge',
    id: 'merge-alpha-alone',
    sentence: 'The update is multiplied with α alone. Divide by the rank: α/r.',
    wrong: wrongMerge((alpha) => alpha),
  },
  {
    exercise: '24.13 loraMerge',
    id: 'merge-scale-turned',
    sentence: 'The scale is r/α. It is α/r.',
    wrong: wrongMerge((alpha, r) => r / alpha),
  },
  {
    exercise: '24.13 loraMerge',
    id: 'merge-scale-twice',
    sentence: 'The scale is applied twice. Multiply A · B with α/r once.',
    wrong: wrongMerge((alpha, r) => (alpha / r) ** 2),
  },
  {
    exercise: '24.13 loraMerge',
    id: 'merge-root-of-rank',
    sentence: 'The scale is α/√r, that of a later variant. Here it is α/r, as in the forward pass.',
    wrong: wrongMerge((alpha, r) => alpha / Math.sqrt(r)),
  },
  {
    exercise: '24.13 loraMerge',
    id: 'merge-divides-by-rows',
    sentence: 'α is divided by the number of inputs. The rank is the number of columns of A.',
    wrong: wrongMerge((alpha, _, D) => alpha / D),
  },
  {
    exercise: '24.13 loraMerge',
    id: 'merge-update-alone',
    sentence: 'This is the update alone. Add it to W.',
    wrong: refusingLike(loraMerge, (W: Tensor, { A, B }: Lora, alpha: number) =>
      map(matrixProduct(A, B), (value) => (alpha / A.shape[1]!) * value),
    ),
  },
  {
    exercise: '24.13 loraMerge',
    id: 'merge-nothing',
    sentence: 'W comes back as it was: what was learned is lost. Add α/r times A · B.',
    wrong: wrongMerge(() => 0),
  },
];

/** As refusingLike, for functions whose last argument is a generator: it draws nothing before the wrong one does. */
function drawless<Args extends unknown[], Result>(
  right: (...args: [...Args, Random]) => unknown,
  wrong: (...args: [...Args, Random]) => Result,
): (...args: [...Args, Random]) => Result {
  return (...args) => {
    right(...(args.slice(0, -1) as Args), () => 0.5);
    return wrong(...args);
  };
}

function membersOf(labels: Labels, wanted: number): number[] {
  return [...copy(labels).data.keys()].filter((n) => labels.get(n) === wanted);
}

function drawnOf(members: number[], count: number, random: Random): number[] {
  return shuffledOrder(members.length, random)
    .slice(0, count)
    .map((i) => members[i]!);
}

/** The right function with another choice among the members of a class. */
function wrongFew(
  choose: (members: number[], count: number, random: Random) => number[],
): typeof fewOfEach {
  return drawless(fewOfEach, (labels: Labels, classes: number[], count: number, random: Random) =>
    classes.flatMap((wanted) => choose(membersOf(labels, wanted), count, random)),
  );
}

function wrongNumbers(
  place: (label: number, classes: number[], all: number[]) => number,
): typeof renumber {
  return refusingLike(renumber, (labels: Labels, classes: number[]) => {
    const all = [...copy(labels).data];
    return labelsOf(all.map((label) => place(label, classes, all)));
  });
}

function overParams(params: Params, f: (w: Tensor, name: string) => Tensor): Params {
  return Object.fromEntries(Object.entries(params).map(([name, w]) => [name, f(w, name)]));
}

function onlyParams(params: Params, isKept: (name: string) => boolean): Params {
  return Object.fromEntries(Object.entries(params).filter(([name]) => isKept(name)));
}

function wrongLoad(
  choose: (own: Tensor, loaded: Tensor | undefined, isLeftOut: boolean, name: string) => Tensor,
): typeof loadParams {
  return refusingLike(loadParams, (network: Params, weights: Params, leftOut: string[]) =>
    overParams(network, (own, name) =>
      copy(choose(own, weights[name], leftOut.includes(name), name)),
    ),
  );
}

/** The number of layers, and the name of the last one's weights. */
function lastOf(params: Params): { L: number; W: string } {
  const L = Object.keys(params).length / 2;
  return { L, W: `W${L}` };
}

/** The parameters with layer l drawn anew. */
function withHead(params: Params, l: number, classes: number, random: Random): Params {
  return {
    ...overParams(params, copy),
    [`W${l}`]: heNormal([params[`W${l}`]!.shape[0]!, classes], random),
    [`b${l}`]: zeros(classes),
  };
}

function wrongNewHead(
  weights: (old: Tensor, shape: [D: number, C: number], random: Random) => Tensor,
  biases: (old: Tensor, classes: number) => Tensor = (_, classes) => zeros(classes),
): typeof newHead {
  return drawless(newHead, (params: Params, classes: number, random: Random): Params => {
    const { L, W } = lastOf(params);
    const old = params[W]!;
    return {
      ...overParams(params, copy),
      [W]: weights(old, [old.shape[0]!, classes], random),
      [`b${L}`]: biases(params[`b${L}`]!, classes),
    };
  });
}

/** The gradients of all parameters, through all layers from the last to the first. */
function allGradients(dout: Tensor, layers: LayerBack[]): Params {
  const gradients: Params = {};
  let back = dout;
  for (const layer of layers.toReversed()) {
    const { dx, gradients: found } = layer.backward(back);
    Object.assign(gradients, found);
    back = dx;
  }
  return gradients;
}

function wrongBack({
  goesOn = () => true,
  pass = (dx) => dx,
}: {
  goesOn?: (names: string[], trained: string[]) => boolean;
  pass?: (dx: Tensor, dout: Tensor, names: string[], trained: string[]) => Tensor;
}): typeof trainedBackward {
  return refusingLike(trainedBackward, (dout: Tensor, layers: LayerBack[], trained: string[]) => {
    const gradients: Params = {};
    let back = dout;
    for (const { names, backward } of layers.toReversed()) {
      if (!goesOn(names, trained)) break;
      const { dx, gradients: found } = backward(back);
      for (const name of names) {
        if (trained.includes(name)) gradients[name] = copy(found[name]!);
      }
      back = pass(dx, back, names, trained);
    }
    return gradients;
  });
}

/** What an entry of a parameter knows of its step. */
interface Entry {
  isWeight: boolean;
  rate: number;
  options: FineTuningOptions;
  /** The velocity before the step. */
  old: number;
}

/** The parts of a fine-tuning step, each of which may be wrong. */
interface StepParts {
  rate?: (layer: { eta: number; delta: number; l: number; L: number }) => number;
  slope?: (g: number, w: number, entry: Entry) => number;
  speed?: (v: number, slope: number, entry: Entry) => number;
  move?: (w: number, v: number, entry: Entry) => number;
  frozen?: (w: number, v: number, entry: Entry) => { w: number; v: number };
}

function wrongStep({
  rate: rateOf = ({ eta, delta, l, L }) => eta * delta ** (L - 1 - l),
  slope = (g, w, { isWeight, options }) => (isWeight ? g + options.weightDecay * w : g),
  speed = (v, s, { rate, options }) => options.momentum * v - rate * s,
  move = (w, v) => w + v,
  frozen = (w, v) => ({ w, v }),
}: StepParts): typeof fineTuningStep {
  return refusingLike(
    fineTuningStep,
    (
      params: Params,
      gradients: Params,
      velocity: Params,
      layers: string[][],
      options: FineTuningOptions,
    ): FineTuningStep => {
      const next: FineTuningStep = { params: {}, velocity: {} };
      for (const [name, W] of Object.entries(params)) {
        const l = layers.findIndex((names) => names.includes(name));
        const { learningRate: eta, decay: delta } = options;
        const rate = l < 0 ? 0 : rateOf({ eta, delta, l, L: layers.length });
        const entryOf = (old: number): Entry => ({
          isWeight: name.startsWith('W'),
          rate,
          options,
          old,
        });
        const V = velocity[name]!;
        if (l < 0) {
          next.params[name] = zip(W, V, (w, v) => frozen(w, v, entryOf(v)).w);
          next.velocity[name] = zip(W, V, (w, v) => frozen(w, v, entryOf(v)).v);
          continue;
        }
        const slopes = zip(gradients[name]!, W, (g, w) => slope(g, w, entryOf(0)));
        const speeds = zip(V, slopes, (v, s) => speed(v, s, entryOf(v)));
        const olds = copy(V).data;
        let i = 0;
        next.params[name] = zip(W, speeds, (w, v) => move(w, v, entryOf(olds[i++]!)));
        next.velocity[name] = speeds;
      }
      return next;
    },
  );
}

/** The running statistics as lesson 09 changes them while training. */
function updated(x: Tensor, running: Statistics, options: BatchNormOptions): Statistics {
  return options.training ? updateRunning(running, batchStatistics(x), options.momentum) : running;
}

/** The parts of a frozen batch norm layer, each of which may be wrong. */
interface NormParts {
  statistics?: (x: Tensor, running: Statistics, options: BatchNormOptions) => Statistics;
  after?: (x: Tensor, running: Statistics, options: BatchNormOptions) => Statistics;
  scale?: (gamma: Tensor, beta: Tensor) => readonly [gamma: Tensor, beta: Tensor];
}

function wrongNorm({
  statistics = (_, running) => running,
  after = (_, running) => running,
  scale = (gamma, beta) => [gamma, beta],
}: NormParts): typeof frozenBatchNorm {
  return refusingLike(
    frozenBatchNorm,
    (
      x: Tensor,
      gamma: Tensor,
      beta: Tensor,
      running: Statistics,
      options: BatchNormOptions,
    ): FrozenBatchNorm => {
      const { mean, variance } = after(x, running, options);
      const [g, b] = scale(gamma, beta);
      return {
        out: batchNormEvaluate(x, g, b, statistics(x, running, options), options.epsilon),
        running: { mean: copy(mean), variance: copy(variance) },
        cache: frozenBatchNorm(x, gamma, beta, running, options).cache,
      };
    },
  );
}

/** The way back, with another dx or other gradients of γ and β. */
function wrongNormBack({
  dx = (d, gamma, deviation) => (d * gamma) / deviation,
  parameters = copy,
}: {
  dx?: (d: number, gamma: number, deviation: number, mean: number) => number;
  parameters?: (g: Tensor, N: number) => Tensor;
}): typeof frozenBatchNormBackward {
  return (dout: Tensor, cache: BatchNormCache): NormGradients => {
    const { dgamma, dbeta } = frozenBatchNormBackward(dout, cache);
    const N = dout.shape[0]!;
    return {
      dx: filled(dout.shape, (n, d) =>
        dx(dout.get(n!, d!), cache.gamma.get(d!), cache.deviation.get(d!), dbeta.get(d!) / N),
      ),
      dgamma: parameters(dgamma, N),
      dbeta: parameters(dbeta, N),
    };
  };
}

type Body = (x: Tensor) => Tensor;

/** The parts of a head's training, each of which may be wrong. */
interface HeadParts {
  features?: (x: Tensor, body: Body) => Tensor;
  /** What comes back to a logit, of what should. */
  slope?: (d: number, at: { N: number; isLabel: boolean }) => number;
  move?: {
    W?: (W: Tensor, dW: Tensor, learningRate: number) => Tensor;
    b?: (b: Tensor, db: Tensor, learningRate: number) => Tensor;
  };
}

function wrongHead({
  features: featuresOf = (x, body) => body(x),
  slope = (d) => d,
  move: { W: moveW = sgd, b: moveB = sgd } = {},
}: HeadParts): typeof trainHead {
  return refusingLike(
    trainHead,
    (
      body: Body,
      { x, labels }: Samples,
      head: Head,
      { steps, learningRate }: HeadTraining,
    ): TrainedHead => {
      const features = featuresOf(x, body);
      const losses: number[] = [];
      let [W, b] = [copy(head.W), copy(head.b)];
      for (let t = 0; t < steps; t++) {
        const logits = affineForward(features, W, b);
        const { loss, cache } = softmaxLossForward(logits.out, labels);
        losses.push(loss);
        const { dlogits } = softmaxLossBackward(1, cache);
        const d = filled(dlogits.shape, (n, c) =>
          slope(dlogits.get(n!, c!), { N: labels.size, isLabel: labels.get(n!) === c }),
        );
        const { dW, db } = affineBackward(d, logits.cache);
        W = moveW(W, dW, learningRate);
        b = moveB(b, db, learningRate);
      }
      return { head: { W, b }, losses };
    },
  );
}

function wrongStart(
  start: (D: number, M: number, rank: number, random: Random) => Lora,
): typeof loraStart {
  return drawless(loraStart, start);
}

function wrongA(draw: (D: number, rank: number, random: Random) => Tensor): typeof loraStart {
  return wrongStart((D, M, rank, random) => ({ A: draw(D, rank, random), B: zeros(rank, M) }));
}

/** The right layer with another scale, or something between A and B. */
function wrongLora(
  scale: (alpha: number, r: number, D: number) => number,
  between: (xA: Tensor) => Tensor = (xA) => xA,
): typeof loraForward {
  return refusingLike(loraForward, (x: Tensor, W: Tensor, b: Tensor, lora: Lora, alpha: number) => {
    const [D, r] = lora.A.shape as [number, number];
    const s = scale(alpha, r, D);
    const update = matrixProduct(between(matrixProduct(x, lora.A)), lora.B);
    return {
      out: add(
        affineForward(x, W, b).out,
        map(update, (value) => s * value),
      ),
      cache: loraForward(x, W, b, lora, alpha).cache,
    };
  });
}

/** A layer whose output is put together wrongly, entry by entry. */
function wrongLoraOut(
  entry: (parts: { xW: number; update: number; b: number; s: number }) => number,
): typeof loraForward {
  return refusingLike(loraForward, (x: Tensor, W: Tensor, b: Tensor, lora: Lora, alpha: number) => {
    const s = alpha / lora.A.shape[1]!;
    const xW = matrixProduct(x, W);
    const update = matrixProduct(matrixProduct(x, lora.A), lora.B);
    return {
      out: filled(xW.shape, (n, m) =>
        entry({ xW: xW.get(n!, m!), update: update.get(n!, m!), b: b.get(m!), s }),
      ),
      cache: loraForward(x, W, b, lora, alpha).cache,
    };
  });
}

/** The way back, with each of the gradients made of the right one, or dx of its two ways, neither of them scaled. */
function wrongLoraBack({
  dx = ({ straight, low, s }) => straight + s * low,
  dA = (g) => g,
  dB = (g) => g,
}: {
  dx?: (ways: { straight: number; low: number; s: number }) => number;
  dA?: (g: number, s: number, N: number) => number;
  dB?: (g: number, s: number, N: number) => number;
}): typeof loraBackward {
  return (dout: Tensor, cache: LoraCache): LoraGradients => {
    const { W, A, B, scale: s } = cache;
    const right = loraBackward(dout, cache);
    const N = dout.shape[0]!;
    const straight = matrixProduct(dout, W.transpose(1, 0));
    const low = matrixProduct(matrixProduct(dout, B.transpose(1, 0)), A.transpose(1, 0));
    return {
      dx: zip(straight, low, (one, other) => dx({ straight: one, low: other, s })),
      dA: map(right.dA, (g) => dA(g, s, N)),
      dB: map(right.dB, (g) => dB(g, s, N)),
    };
  };
}

function wrongMerge(scale: (alpha: number, r: number, D: number) => number): typeof loraMerge {
  return refusingLike(loraMerge, (W: Tensor, { A, B }: Lora, alpha: number) => {
    const [D, r] = A.shape as [number, number];
    const s = scale(alpha, r, D);
    return zip(W, matrixProduct(A, B), (w, update) => w + s * update);
  });
}
