/** Lesson 10: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { copy, filled, map, zeros, zip, type Tensor } from '#arrays';
import { normal, seededRandom } from '#datasets/random';
import type { Params } from '#lessons/06-training';
import type { Misconception } from '../../checks/misconception.ts';
import { arraysIn, refusingLike } from '../../checks/wrong-answers.ts';
import {
  diagnoseCurves,
  dropoutForward,
  dropoutMask,
  earlyStopping,
  inputNoise,
  l1Gradient,
  l1Penalty,
  l2Gradient,
  l2Penalty,
  regularizedGradients,
  weightDecayStep,
  type CurveOptions,
  type DropoutCache,
  type DropoutOptions,
  type EarlyStopped,
  type EarlyStoppingOptions,
  type NoiseOptions,
  type PenaltyOptions,
  type StoppingPoint,
  type ValidatedEpoch,
  type WeightDecayOptions,
} from './regularization.reference.ts';

/** The improvement that some ask for, whatever the losses are. */
const LEAST_IMPROVEMENT = 1e-4;

/** A wrong mask, for those who draw one and for those who use one. */
interface WrongMask {
  id: string;
  sentence: string;
  anchor?: string;
  maskOf: (shape: number[], p: number, random: () => number) => Tensor;
}

const MASKS: WrongMask[] = [
  {
    id: 'keeps-p',
    sentence:
      'The share p is kept and 1 − p is dropped. In this course p is the probability to drop: an entry is 0 where random() < p.',
    anchor: '#dropout',
    maskOf: (shape, p, random) => map(zeros(...shape), () => (random() < p ? 1 / (1 - p) : 0)),
  },
  {
    id: 'keeps-p-and-scales-by-it',
    sentence:
      'The share p is kept, and multiplied with 1 / p: p is taken for the probability to keep. In this course it is that to drop, and what is kept is multiplied with 1 / (1 − p).',
    anchor: '#dropout',
    maskOf: (shape, p, random) => map(zeros(...shape), () => (random() < p ? 1 / p : 0)),
  },
  {
    id: 'unscaled',
    sentence:
      'What is kept is not scaled, so in the mean less comes out than went in. Multiply it with 1 / (1 − p).',
    anchor: '#dropout',
    maskOf: (shape, p, random) => map(dropoutMask(shape, p, random), Math.sign),
  },
  {
    id: 'scaled-by-p',
    sentence:
      'What is kept is multiplied with 1 / p. The share 1 − p is kept, so the factor that makes up for it is 1 / (1 − p).',
    anchor: '#dropout',
    maskOf: (shape, p, random) =>
      map(dropoutMask(shape, p, random), (factor) => (factor === 0 ? 0 : 1 / p)),
  },
  {
    id: 'scaled-down',
    sentence:
      'What is kept is multiplied with 1 − p, so even less comes out. Divide by 1 − p to make up for what is dropped.',
    anchor: '#dropout',
    maskOf: (shape, p, random) =>
      map(dropoutMask(shape, p, random), (factor) => (factor === 0 ? 0 : 1 - p)),
  },
  {
    id: 'same-for-all-samples',
    sentence:
      'The same columns are dropped in all samples: the mask is drawn for one row. Draw for each entry by itself.',
    anchor: '#a-mask-of-its-own-for-each-sample',
    maskOf: sharedMask((_, place) => place),
  },
  {
    id: 'of-whole-samples',
    sentence:
      'Whole samples are dropped: one number is drawn for each row. Draw for each entry by itself.',
    anchor: '#a-mask-of-its-own-for-each-sample',
    maskOf: sharedMask((sample) => sample),
  },
  {
    id: 'all-or-nothing',
    sentence:
      'Everything is dropped or everything is kept: one number is drawn for all. Draw for each entry by itself.',
    anchor: '#a-mask-of-its-own-for-each-sample',
    maskOf: sharedMask(() => 0),
  },
  {
    id: 'of-fixed-count',
    sentence:
      'Always the same number of entries is dropped. Each is dropped with probability p whatever becomes of the others, so their number is random, too.',
    maskOf: (shape, p, random) => {
      const draws = map(zeros(...shape), () => random());
      const order = [...draws.data.keys()].toSorted((a, b) => draws.data[a]! - draws.data[b]!);
      const dropped = new Set(order.slice(0, Math.round(p * draws.size)));
      draws.data.forEach((_, k) => (draws.data[k] = dropped.has(k) ? 0 : 1 / (1 - p)));
      return draws;
    },
  },
  {
    id: 'of-one-half',
    sentence: 'Half of the entries are dropped, whatever p is. Drop where random() < p.',
    maskOf: (shape, p, random) => map(zeros(...shape), () => Math.round(random()) / (1 - p)),
  },
  {
    id: 'of-own-generator',
    sentence:
      'The mask comes from a generator made inside, so it is the same in every call. Draw with the one that was passed in.',
    maskOf: (shape, p) => dropoutMask(shape, p, seededRandom(0)),
  },
];

/** Another rule when to stop, for those who are asked for it and for those who train by it. */
interface WrongRule {
  id: string;
  sentence: string;
  /** What one needs to read who trains by it; nothing where training looks the same. */
  loopSentence?: string;
  rule: (losses: number[], patience: number) => StoppingPoint;
}

const STOPPING: WrongRule[] = [
  {
    id: 'one-longer',
    sentence:
      'It waits one epoch longer than patience says. The last of `patience` epochs without an improvement is the one to stop at.',
    loopSentence:
      'Training goes on one epoch longer than patience says. The last of `patience` epochs without an improvement is the last of all.',
    rule: scanning({ isOver: ({ waited, patience }) => waited > patience }),
  },
  {
    id: 'one-shorter',
    sentence:
      'It waits one epoch less than patience says. `patience` epochs may pass without an improvement, and the last of them is the one to stop at.',
    loopSentence:
      'Training ends one epoch earlier than patience says. `patience` epochs may pass without an improvement.',
    rule: scanning({ isOver: ({ waited, patience }) => waited >= patience - 1 }),
  },
  {
    id: 'impatient',
    sentence:
      'It stops at the first epoch that is no better, whatever patience is. Count the epochs without an improvement, up to patience.',
    loopSentence:
      'Training stops at the first epoch that is no better, whatever patience is. Count the epochs without an improvement, up to patience.',
    rule: scanning({ isOver: () => true }),
  },
  {
    id: 'never-resets',
    sentence:
      'All epochs without an improvement are counted together. Only those in a row count: begin anew at each improvement.',
    loopSentence:
      'All epochs without an improvement are counted together. Only those in a row count: begin anew at each improvement.',
    rule: scanning({ isOver: ({ missed, patience }) => missed >= patience }),
  },
  {
    id: 'equal-improves',
    sentence:
      'A loss that equals the lowest is taken for an improvement. It must be below it: then a loss that stands still comes to an end, and of equally good epochs the first is the best.',
    loopSentence:
      'A loss that equals the lowest is taken for an improvement. It must be below it: of equally good epochs the first is the best.',
    rule: scanning({ improves: (loss, { lowest }) => loss <= lowest }),
  },
  {
    id: 'compares-with-previous',
    sentence:
      'Each loss is compared with that of the epoch before. An improvement must be below all losses until then: keep the lowest.',
    loopSentence:
      'Each loss is compared with that of the epoch before. An improvement must be below all losses until then: keep the lowest.',
    rule: scanning({ improves: (loss, { previous }) => loss < previous }),
  },
  {
    id: 'counts-rises',
    sentence:
      'What is counted is how often in a row the loss has risen. Count the epochs since the lowest loss, whether they rose or fell a little.',
    loopSentence:
      'What is counted is how often in a row the loss has risen. Count the epochs since the lowest loss, whether they rose or fell a little.',
    rule: (losses, patience) => {
      const { stop } = scanning({ improves: (loss, { previous }) => loss < previous })(
        losses,
        patience,
      );
      return {
        best: scanning({ isOver: () => false })(losses.slice(0, stop), patience).best,
        stop,
      };
    },
  },
  {
    id: 'highest',
    sentence:
      'The highest loss is taken for the best, as one would with accuracy. Of losses the lowest is.',
    loopSentence:
      'The highest loss is taken for the best, as one would with accuracy. Of losses the lowest is.',
    rule: (losses, patience) =>
      earlyStopping(
        losses.map((loss) => -loss),
        patience,
      ),
  },
  {
    id: 'nan-improves',
    sentence:
      'NaN is taken for an improvement: it is not at least as large as anything. Ask whether the loss is below the lowest.',
    loopSentence:
      'NaN is taken for an improvement: it is not at least as large as anything. Ask whether the loss is below the lowest.',
    rule: scanning({ improves: (loss, { lowest }) => !(loss >= lowest) }),
  },
  {
    id: 'needs-much',
    sentence: `An improvement by less than ${LEAST_IMPROVEMENT} does not count here. Any loss below the lowest is one: whoever wants more of it would pass that in.`,
    rule: scanning({ improves: (loss, { lowest }) => loss < lowest - LEAST_IMPROVEMENT }),
  },
  {
    id: 'never-stops',
    sentence:
      'It never stops: all epochs are gone through. Stop when `patience` of them in a row were no better.',
    loopSentence:
      'Training never stops before all epochs are over. Stop when `patience` of them in a row were no better.',
    rule: scanning({ isOver: () => false }),
  },
  {
    id: 'best-of-all',
    sentence:
      'The best epoch is that of the whole list, what comes after the stop included. Nobody trains those: look only as far as the stop.',
    rule: (losses, patience) => ({
      best: losses.length === 0 ? 0 : losses.indexOf(Math.min(...losses)) + 1,
      stop: earlyStopping(losses, patience).stop,
    }),
  },
  {
    id: 'best-is-stop',
    sentence:
      'The best epoch is the one to stop at. By then `patience` epochs were no better: it is the one with the lowest loss.',
    rule: (losses, patience) => {
      const { stop } = earlyStopping(losses, patience);
      return { best: stop, stop };
    },
  },
  {
    id: 'stop-is-best',
    sentence:
      'The epoch to stop at is the best one. That it is the best is known only `patience` epochs later.',
    rule: (losses, patience) => {
      const { best } = earlyStopping(losses, patience);
      return { best, stop: best };
    },
  },
  {
    id: 'from-zero',
    sentence: 'Epochs are counted from 0. The first one is epoch 1, as it is after one epoch.',
    rule: (losses, patience) => {
      const { best, stop } = earlyStopping(losses, patience);
      return { best: best - 1, stop: stop - 1 };
    },
  },
  {
    id: 'best-is-a-loss',
    sentence: 'best is the lowest loss. Return the number of its epoch.',
    rule: (losses, patience) => {
      const { best, stop } = earlyStopping(losses, patience);
      return { best: best === 0 ? 0 : losses[best - 1]!, stop };
    },
  },
];

export const misconceptions: Misconception[] = [
  {
    exercise: '10.1 l2Penalty',
    id: 'l2-unhalved',
    sentence:
      'The penalty is twice what it should be: the ½ is missing. With ½ · λ · Σ w² the gradient is λ · w.',
    anchor: '#weights-that-cost-something',
    wrong: (params: Params, lambda: number) => 2 * l2Penalty(params, lambda),
  },
  ...penalizedToo('10.1 l2Penalty', 'l2', l2Penalty),
  {
    exercise: '10.1 l2Penalty',
    id: 'l2-averaged',
    sentence:
      'The squares are averaged over all weights. The penalty is their sum: every weight costs the same, however many there are.',
    wrong: (params: Params, lambda: number) =>
      l2Penalty(params, lambda) / Math.max(1, weightsOf(params).length),
  },
  {
    exercise: '10.1 l2Penalty',
    id: 'l2-root',
    sentence:
      'This is ½ · λ times the length of the weights, the root of the sum of their squares. Leave the root out.',
    wrong: (params: Params, lambda: number) =>
      (lambda / 2) * Math.sqrt(sum(weightsOf(params), (w) => w * w)),
  },
  {
    exercise: '10.1 l2Penalty',
    id: 'l2-of-magnitudes',
    sentence: 'The magnitudes are added up, as for L1. L2 adds the squares.',
    wrong: (params: Params, lambda: number) => l1Penalty(params, lambda / 2),
  },
  {
    exercise: '10.1 l2Penalty',
    id: 'l2-square-of-the-sum',
    sentence:
      'The weights are added up first and the sum is squared, so that those of opposite signs cancel. Square each of them, then add.',
    wrong: (params: Params, lambda: number) => (lambda / 2) * sum(weightsOf(params), (w) => w) ** 2,
  },
  {
    exercise: '10.1 l2Penalty',
    id: 'l2-lambda-twice',
    sentence: 'λ is multiplied twice: the penalty is ½ · λ² · Σ w². Once is enough.',
    wrong: (params: Params, lambda: number) => l2Penalty(params, lambda * lambda),
  },
  {
    exercise: '10.1 l2Penalty',
    id: 'l2-without-lambda',
    sentence: 'λ has no say: this is ½ · Σ w². Multiply with λ.',
    wrong: (params: Params) => l2Penalty(params, 1),
  },

  ...(
    [
      [
        'slope-halved',
        'This is ½ · λ · w. The ½ of the penalty is gone once it is differentiated, since w² has the slope 2w: take λ · w.',
        (w, lambda) => (lambda * w) / 2,
      ],
      [
        'slope-doubled',
        'This is 2 · λ · w, the gradient of a penalty without its ½. With ½ · λ · Σ w² it is λ · w.',
        (w, lambda) => 2 * lambda * w,
      ],
      [
        'slope-squared',
        'This is λ · w². Differentiated, the square is gone: λ · w.',
        (w, lambda) => lambda * w * w,
      ],
      [
        'slope-of-l1',
        'This is λ times the sign of w, as for L1. The gradient of L2 grows with the weight: λ · w.',
        (w, lambda) => lambda * Math.sign(w),
      ],
      [
        'slope-of-magnitude',
        'Every entry has lost its sign. The gradient of a negative weight is negative: λ · w.',
        (w, lambda) => lambda * Math.abs(w),
      ],
      [
        'slope-lambda-twice',
        'λ is multiplied twice. Once is enough: λ · w.',
        (w, lambda) => lambda * lambda * w,
      ],
      ['slope-without-lambda', 'λ has no say: this is w itself. Multiply with λ.', (w) => w],
      [
        'slope-shrunk-weight',
        'This is (1 − λ) · w, the weight after a step of decay. Asked for is the gradient, λ · w.',
        (w, lambda) => (1 - lambda) * w,
      ],
    ] as [string, string, (w: number, lambda: number) => number][]
  ).map(([id, sentence, f]) => ({
    exercise: '10.2 l2Gradient',
    id: `l2-${id}`,
    sentence,
    wrong: (w: Tensor, lambda: number) => map(w, (value) => f(value, lambda)),
  })),
  {
    exercise: '10.2 l2Gradient',
    id: 'l2-slope-averaged',
    sentence:
      'The gradient is divided by the number of weights. The penalty is a sum and no mean, so each weight has λ · w.',
    wrong: (w: Tensor, lambda: number) => l2Gradient(w, lambda / Math.max(1, w.size)),
  },
  {
    exercise: '10.2 l2Gradient',
    id: 'l2-slope-of-the-length',
    sentence:
      'The weights are divided by their length: that is the gradient of √Σ w². The penalty has no root, so it is λ · w.',
    wrong: (w: Tensor, lambda: number) =>
      l2Gradient(w, lambda / Math.max(Number.MIN_VALUE, Math.hypot(...copy(w).data))),
  },

  {
    exercise: '10.3 l1Penalty',
    id: 'l1-signed',
    sentence:
      'The weights are added up with their signs, so that large ones of opposite signs cancel, and the penalty can even be negative. Add their magnitudes.',
    wrong: (params: Params, lambda: number) => lambda * sum(weightsOf(params), (w) => w),
  },
  {
    exercise: '10.3 l1Penalty',
    id: 'l1-magnitude-of-the-sum',
    sentence:
      'The weights are added up first and the sign is taken off the sum. Take it off each of them: Σ |w|.',
    wrong: (params: Params, lambda: number) => lambda * Math.abs(sum(weightsOf(params), (w) => w)),
  },
  ...penalizedToo('10.3 l1Penalty', 'l1', l1Penalty),
  {
    exercise: '10.3 l1Penalty',
    id: 'l1-halved',
    sentence:
      'There is a ½, as for L2. It belongs there to make the gradient λ · w; L1 has none: λ · Σ |w|.',
    wrong: (params: Params, lambda: number) => l1Penalty(params, lambda / 2),
  },
  {
    exercise: '10.3 l1Penalty',
    id: 'l1-of-squares',
    sentence: 'The squares are added up, as for L2. L1 adds the magnitudes.',
    wrong: (params: Params, lambda: number) => l2Penalty(params, 2 * lambda),
  },
  {
    exercise: '10.3 l1Penalty',
    id: 'l1-averaged',
    sentence:
      'The magnitudes are averaged over all weights. The penalty is their sum: every weight costs the same, however many there are.',
    wrong: (params: Params, lambda: number) =>
      l1Penalty(params, lambda) / Math.max(1, weightsOf(params).length),
  },
  {
    exercise: '10.3 l1Penalty',
    id: 'l1-lambda-twice',
    sentence: 'λ is multiplied twice: the penalty is λ² · Σ |w|. Once is enough.',
    wrong: (params: Params, lambda: number) => l1Penalty(params, lambda * lambda),
  },
  {
    exercise: '10.3 l1Penalty',
    id: 'l1-without-lambda',
    sentence: 'λ has no say: this is Σ |w|. Multiply with λ.',
    wrong: (params: Params) => l1Penalty(params, 1),
  },

  ...(
    [
      [
        'zero-pushed-down',
        'A weight of 0 gets λ, so it is pushed away from 0 where it had arrived. There the gradient is 0: take Math.sign.',
        (w, lambda) => (w >= 0 ? lambda : -lambda),
      ],
      [
        'zero-pushed-up',
        'A weight of 0 gets −λ, so it is pushed away from 0 where it had arrived. There the gradient is 0: take Math.sign.',
        (w, lambda) => (w > 0 ? lambda : -lambda),
      ],
      [
        'zero-divided',
        'w / |w| is NaN at 0, and from there NaN spreads through the whole network. Math.sign(w) is 0 at 0.',
        (w, lambda) => (lambda * w) / Math.abs(w),
      ],
      [
        'of-l2',
        'This is λ · w, the gradient of L2. That of L1 does not depend on how large the weight is: λ times its sign.',
        (w, lambda) => lambda * w,
      ],
      [
        'unsigned',
        'Negative weights get λ as well, so they grow. They get −λ: multiply with the sign.',
        (w, lambda) => (w === 0 ? 0 : lambda),
      ],
      [
        'everywhere',
        'Every weight gets λ, whatever its sign. Negative ones get −λ, and 0 gets 0.',
        (_, lambda) => lambda,
      ],
      [
        'of-the-magnitude',
        'This is λ · |w|, the penalty of each weight. Asked for is its gradient, λ times the sign.',
        (w, lambda) => lambda * Math.abs(w),
      ],
      [
        'reversed',
        'The signs are the wrong way round, so weights grow. A positive weight has the gradient λ.',
        (w, lambda) => -lambda * Math.sign(w),
      ],
      [
        'halved',
        'This is half of it. There is no ½ in L1: λ times the sign.',
        (w, lambda) => (lambda / 2) * Math.sign(w),
      ],
      [
        'lambda-twice',
        'λ is multiplied twice. Once is enough.',
        (w, lambda) => lambda ** 2 * Math.sign(w),
      ],
      ['sign-alone', 'λ has no say: this is the sign alone. Multiply with λ.', (w) => Math.sign(w)],
    ] as [string, string, (w: number, lambda: number) => number][]
  ).map(([id, sentence, f]) => ({
    exercise: '10.4 l1Gradient',
    id: `l1-slope-${id}`,
    sentence,
    anchor: '#weights-that-cost-something',
    wrong: (w: Tensor, lambda: number) => map(w, (value) => f(value, lambda)),
  })),

  {
    exercise: '10.5 regularizedGradients',
    id: 'gradients-of-biases-too',
    sentence:
      'The penalties act on the biases as well. Only names that begin with W are regularized; the gradients of all others stay as they are.',
    anchor: '#which-parameters-count',
    wrong: refusingLike(regularizedGradients, (params, gradients, options) =>
      penalized(
        params,
        gradients,
        () => true,
        (w) => slopeOf(w, options),
      ),
    ),
  },
  {
    exercise: '10.5 regularizedGradients',
    id: 'gradients-all-but-b',
    sentence:
      'Only names that begin with b are left out here. What counts are the names that begin with W: gamma, for instance, is no weight.',
    anchor: '#which-parameters-count',
    wrong: refusingLike(regularizedGradients, (params, gradients, options) =>
      penalized(
        params,
        gradients,
        (name) => !name.startsWith('b'),
        (w) => slopeOf(w, options),
      ),
    ),
  },
  {
    exercise: '10.5 regularizedGradients',
    id: 'gradients-by-position',
    sentence:
      "Gradients are found by their place in the list and not by their name. Look each up under the parameter's name.",
    wrong: refusingLike(regularizedGradients, (params, gradients, options) => {
      const list = Object.values(gradients);
      const byPlace = Object.fromEntries(Object.keys(params).map((name, i) => [name, list[i]!]));
      return penalized(params, byPlace, isWeight, (w) => slopeOf(w, options));
    }),
  },
  ...(
    [
      [
        'exchanged',
        "The two λ are in each other's place: l1 multiplies the sign of w, and l2 w itself.",
        (w, { l1, l2 }) => l1 * w + l2 * Math.sign(w),
      ],
      [
        'lambda-twice',
        'Each λ is multiplied twice: l1Gradient and l2Gradient have it in them already.',
        (w, { l1, l2 }) => l1 * l1 * Math.sign(w) + l2 * l2 * w,
      ],
      [
        'subtracted',
        'The gradients of the penalties are subtracted, so weights grow. The penalty is added to the loss: add its gradient.',
        (w, { l1, l2 }) => -l1 * Math.sign(w) - l2 * w,
      ],
      [
        'halved',
        'The gradient of L2 is half of what it should be. The ½ of the penalty is gone once it is differentiated: l2 · w.',
        (w, { l1, l2 }) => l1 * Math.sign(w) + (l2 * w) / 2,
      ],
      [
        'doubled',
        'The gradient of L2 is twice what it should be. The penalty has a ½, so this is l2 · w.',
        (w, { l1, l2 }) => l1 * Math.sign(w) + 2 * l2 * w,
      ],
      [
        'l2-alone',
        'There is nothing of L1. Add l1 times the sign of w as well.',
        (w, { l2 }) => l2 * w,
      ],
      ['l1-alone', 'There is nothing of L2. Add l2 · w as well.', (w, { l1 }) => l1 * Math.sign(w)],
      [
        'l1-of-w',
        'L1 adds l1 · w, as if it were another L2. Its gradient is l1 times the sign of w.',
        (w, { l1, l2 }) => (l1 + l2) * w,
      ],
    ] as [string, string, (w: number, options: PenaltyOptions) => number][]
  ).map(([id, sentence, f]) => ({
    exercise: '10.5 regularizedGradients',
    id: `gradients-${id}`,
    sentence,
    wrong: refusingLike(regularizedGradients, (params, gradients, options) =>
      penalized(params, gradients, isWeight, (w) => map(w, (value) => f(value, options))),
    ),
  })),
  {
    exercise: '10.5 regularizedGradients',
    id: 'gradients-penalty-alone',
    sentence:
      'These are the gradients of the penalties alone. Add them to those of the loss, which came in.',
    wrong: refusingLike(regularizedGradients, (params, gradients, options) =>
      each(params, (w, name) => (isWeight(name) ? slopeOf(w, options) : copy(gradients[name]!))),
    ),
  },
  {
    exercise: '10.5 regularizedGradients',
    id: 'gradients-biases-lost',
    sentence:
      'What is no weight has lost its gradient, so biases never learn. Return it as it came in.',
    wrong: refusingLike(regularizedGradients, (params, gradients, options) => {
      const right = regularizedGradients(params, gradients, options);
      return each(right, (g, name) => (isWeight(name) ? g : map(g, () => 0)));
    }),
  },
  {
    exercise: '10.5 regularizedGradients',
    id: 'gradients-plus-the-penalty',
    sentence:
      'The penalty itself is added to every entry. How fast it grows with that entry is to be added: its gradient.',
    wrong: refusingLike(regularizedGradients, (params, gradients, { l1, l2 }) => {
      const penalty = l1Penalty(params, l1) + l2Penalty(params, l2);
      return penalized(params, gradients, isWeight, (w) => map(w, () => penalty));
    }),
  },

  ...(
    [
      [
        'of-biases-too',
        'Biases decay as well. Only names that begin with W do.',
        (name, w, g, { learningRate: rate, weightDecay }) => w - rate * (g + weightDecay * w),
      ],
      [
        'of-all-but-b',
        'Only names that begin with b are left out here. What decays are the names that begin with W: gamma, for instance, is no weight.',
        (name, w, g, { learningRate: rate, weightDecay }) =>
          w - rate * (g + (name.startsWith('b') ? 0 : weightDecay * w)),
      ],
      [
        'of-the-new-w',
        'The step is taken first and what comes out decays: (1 − ηλ) · (w − ηg). What decays is the weight that came in.',
        (name, w, g, { learningRate: rate, weightDecay }) =>
          (1 - (isWeight(name) ? rate * weightDecay : 0)) * (w - rate * g),
      ],
      [
        'without-rate',
        'The weights lose the share λ in a step, whatever the learning rate. Multiply with that as well: 1 − η · λ is kept.',
        (name, w, g, { learningRate: rate, weightDecay }) =>
          (1 - (isWeight(name) ? weightDecay : 0)) * w - rate * g,
      ],
      [
        'grows',
        'The weights grow by their decay. Keep 1 − η · λ of them, and not 1 + η · λ.',
        (name, w, g, { learningRate: rate, weightDecay }) =>
          (1 + (isWeight(name) ? rate * weightDecay : 0)) * w - rate * g,
      ],
      [
        'halved',
        'The weights decay half as fast as they should. The ½ of the penalty is gone once it is differentiated: 1 − η · λ is kept.',
        (name, w, g, { learningRate: rate, weightDecay }) =>
          (1 - (isWeight(name) ? (rate * weightDecay) / 2 : 0)) * w - rate * g,
      ],
      [
        'doubled',
        'The weights decay twice as fast as they should: 1 − η · λ is kept, and not 1 − 2ηλ.',
        (name, w, g, { learningRate: rate, weightDecay }) =>
          (1 - (isWeight(name) ? 2 * rate * weightDecay : 0)) * w - rate * g,
      ],
      [
        'rate-twice',
        'The decay is multiplied with the learning rate twice. Once is enough: 1 − η · λ is kept.',
        (name, w, g, { learningRate: rate, weightDecay }) =>
          (1 - (isWeight(name) ? rate * rate * weightDecay : 0)) * w - rate * g,
      ],
      [
        'share-lost',
        'Of the weights η · λ is kept, so nearly all is lost in one step. Keep 1 − η · λ.',
        (name, w, g, { learningRate: rate, weightDecay }) =>
          (isWeight(name) ? rate * weightDecay : 1) * w - rate * g,
      ],
      [
        'constant',
        'Every weight loses η · λ, however large it is. In decay each loses a share of itself: η · λ · w.',
        (name, w, g, { learningRate: rate, weightDecay }) =>
          w - rate * g - (isWeight(name) ? rate * weightDecay : 0),
      ],
      [
        'of-the-sign',
        'Every weight loses η · λ towards 0, however large it is: that is L1. In decay each loses a share of itself, η · λ · w.',
        (name, w, g, { learningRate: rate, weightDecay }) =>
          w - rate * g - (isWeight(name) ? rate * weightDecay * Math.sign(w) : 0),
      ],
      [
        'without-gradient',
        'The weights decay and nothing else: the gradient is not used. Subtract η · g as well.',
        (name, w, g, { learningRate: rate, weightDecay }) =>
          isWeight(name) ? (1 - rate * weightDecay) * w : w - rate * g,
      ],
      [
        'uphill',
        'The step goes uphill: the gradient is added. Subtract η · g.',
        (name, w, g, { learningRate: rate, weightDecay }) =>
          (1 - (isWeight(name) ? rate * weightDecay : 0)) * w + rate * g,
      ],
      [
        'none',
        'Nothing decays: this is plain gradient descent. Keep only 1 − η · λ of each weight.',
        (name, w, g, { learningRate: rate }) => w - rate * g,
      ],
    ] as [
      string,
      string,
      (name: string, w: number, g: number, options: WeightDecayOptions) => number,
    ][]
  ).map(([id, sentence, f]) => ({
    exercise: '10.6 weightDecayStep',
    id: `decay-${id}`,
    sentence,
    anchor: '#weight-decay',
    wrong: refusingLike(weightDecayStep, (params, gradients, options) =>
      each(params, (w, name) =>
        zip(w, gradients[name]!, (value, slope) => f(name, value, slope, options)),
      ),
    ),
  })),
  {
    exercise: '10.6 weightDecayStep',
    id: 'decay-by-position',
    sentence:
      "Gradients are found by their place in the list and not by their name. Look each up under the parameter's name.",
    wrong: refusingLike(weightDecayStep, (params, gradients, options) => {
      const list = Object.values(gradients);
      const byPlace = Object.fromEntries(Object.keys(params).map((name, i) => [name, list[i]!]));
      return weightDecayStep(params, byPlace, options);
    }),
  },

  ...MASKS.map(({ id, sentence, anchor, maskOf }): Misconception => ({
    exercise: '10.7 dropoutMask',
    id: `mask-${id}`,
    sentence,
    ...(anchor !== undefined && { anchor }),
    wrong: refusingLike(dropoutMask, maskOf),
  })),

  {
    exercise: '10.8 dropoutForward',
    id: 'dropout-in-evaluation-too',
    sentence:
      'Entries are dropped in an evaluation as well. Then every sample is judged by a network with holes: where training is false, out is x.',
    anchor: '#training-and-evaluation',
    wrong: (x: Tensor, { p }: DropoutOptions, random: () => number) =>
      dropoutForward(x, { p, training: true }, random),
  },
  {
    exercise: '10.8 dropoutForward',
    id: 'dropout-in-evaluation-alone',
    sentence:
      'Entries are dropped in an evaluation and kept in training. It is the other way round.',
    anchor: '#training-and-evaluation',
    wrong: (x: Tensor, { p, training }: DropoutOptions, random: () => number) =>
      dropoutForward(x, { p, training: !training }, random),
  },
  {
    exercise: '10.8 dropoutForward',
    id: 'dropout-scaled-in-evaluation',
    sentence:
      'In an evaluation x is multiplied with 1 / (1 − p) as well. That makes up for what is dropped, and there nothing is: out is x.',
    anchor: '#training-and-evaluation',
    wrong: evaluating((p) => 1 / (1 - p), 1),
  },
  {
    exercise: '10.8 dropoutForward',
    id: 'dropout-scaled-twice',
    sentence:
      'Training is right, and evaluation multiplies x with 1 − p. That is for those who do not scale while training; here out is x.',
    anchor: '#training-and-evaluation',
    wrong: evaluating((p) => 1 - p, 1),
  },
  {
    exercise: '10.8 dropoutForward',
    id: 'dropout-scaled-in-evaluation-instead',
    sentence:
      'What is kept is not scaled while training, and evaluation multiplies x with 1 − p instead. That is dropout as it was first published; here it is inverted: 1 / (1 − p) while training, and x itself in an evaluation.',
    anchor: '#training-and-evaluation',
    wrong: evaluating((p) => 1 - p, undefined),
  },
  ...MASKS.map(({ id, sentence, anchor, maskOf }): Misconception => ({
    exercise: '10.8 dropoutForward',
    id: `dropout-${id}`,
    sentence,
    ...(anchor !== undefined && { anchor }),
    wrong: refusingLike(dropoutForward, (x, { p, training }, random) => {
      const mask = training ? maskOf(x.shape, p, random) : map(x, () => 1);
      return { out: zip(x, mask, (value, factor) => value * factor), cache: { mask } };
    }),
  })),

  {
    exercise: '10.9 dropoutBackward',
    id: 'backward-unscaled',
    sentence:
      'What was kept lets dout through unscaled. In the forward pass it was multiplied with 1 / (1 − p), so its gradient is, too.',
    wrong: backwardWith((d, factor) => (factor === 0 ? 0 : d)),
  },
  {
    exercise: '10.9 dropoutBackward',
    id: 'backward-everything-scaled',
    sentence:
      'Everything is multiplied with 1 / (1 − p), what was dropped as well. That has no influence on the loss: its gradient is 0.',
    wrong: backwardWith((d, _, kept) => d * kept),
  },
  {
    exercise: '10.9 dropoutBackward',
    id: 'backward-everything',
    sentence:
      'dout passes as if nothing had been dropped. Multiply it with the mask of the forward pass.',
    wrong: backwardWith((d) => d),
  },
  {
    exercise: '10.9 dropoutBackward',
    id: 'backward-dropped-alone',
    sentence:
      'The gradient goes to what was dropped and not to what was kept. It is the other way round.',
    wrong: backwardWith((d, factor, kept) => (factor === 0 ? d * kept : 0)),
  },
  {
    exercise: '10.9 dropoutBackward',
    id: 'backward-scaled-twice',
    sentence:
      'The gradient of what was kept is divided by 1 − p twice: the mask has that factor in it already.',
    wrong: backwardWith((d, factor) => d * factor * factor),
  },
  {
    exercise: '10.9 dropoutBackward',
    id: 'backward-scaled-down',
    sentence:
      'The gradient of what was kept is multiplied with 1 − p. The forward pass divides by it, and so does the backward pass.',
    wrong: backwardWith((d, factor) => (factor === 0 ? 0 : d / factor)),
  },
  {
    exercise: '10.9 dropoutBackward',
    id: 'backward-new-mask',
    sentence:
      'Another mask is drawn for the backward pass. It must be the one of the forward pass: keep it in the cache.',
    anchor: '#the-same-mask-backwards',
    wrong: (dout: Tensor, { mask }: DropoutCache) => {
      const random = seededRandom(0);
      const share = zerosIn(mask) / Math.max(1, mask.size);
      const kept = Math.max(0, ...mask.data);
      return { dx: map(dout, (d) => (random() < share ? 0 : d * kept)) };
    },
  },
  {
    exercise: '10.9 dropoutBackward',
    id: 'backward-mask-of-first-sample',
    sentence:
      'The mask of the first sample is used for all of them. Each has one of its own, in its row of the mask.',
    anchor: '#the-same-mask-backwards',
    wrong: (dout: Tensor, { mask }: DropoutCache) => ({
      dx: filled(dout.shape, (n, ...rest) =>
        dout.shape.length === 1
          ? dout.get(n!) * mask.get(0)
          : dout.get(n!, ...rest) * mask.get(0, ...rest),
      ),
    }),
  },

  {
    exercise: '10.10 inputNoise',
    id: 'noise-in-evaluation-too',
    sentence:
      'There is noise in an evaluation as well. It helps to learn; where training is false, x is left as it is.',
    anchor: '#noise-on-the-inputs',
    wrong: (x: Tensor, { deviation }: NoiseOptions, random: () => number) =>
      inputNoise(x, { deviation, training: true }, random),
  },
  {
    exercise: '10.10 inputNoise',
    id: 'noise-in-evaluation-alone',
    sentence: 'There is noise in an evaluation and none in training. It is the other way round.',
    anchor: '#noise-on-the-inputs',
    wrong: (x: Tensor, { deviation, training }: NoiseOptions, random: () => number) =>
      inputNoise(x, { deviation, training: !training }, random),
  },
  ...(
    [
      [
        'of-variance',
        'The noise is too large or too small by a root: the deviation is taken for the variance. Multiply a standard normal draw with the deviation itself.',
        (value, deviation, random) => value + Math.sqrt(deviation) * normal(random),
      ],
      [
        'deviation-squared',
        'The noise is multiplied with the variance, the square of the deviation. Multiply with the deviation itself.',
        (value, deviation, random) => value + deviation ** 2 * normal(random),
      ],
      [
        'alone',
        'This is the noise without the inputs. Add it to x.',
        (_, deviation, random) => deviation * normal(random),
      ],
      [
        'multiplied',
        'The noise is multiplied with the inputs, so a 0 stays 0 and a large number is disturbed much. Add it instead, to all alike.',
        (value, deviation, random) => value * (1 + deviation * normal(random)),
      ],
      [
        'one-sided',
        'The noise has only one sign, so it moves the mean. Leave its sign alone.',
        (value, deviation, random) => value + deviation * Math.abs(normal(random)),
      ],
      [
        'around-the-deviation',
        'The deviation is added and the noise has a deviation of 1: σ is taken for the mean. Multiply the draw with it.',
        (value, deviation, random) => value + deviation + normal(random),
      ],
      [
        'raw-draws',
        'The draws of the generator are added as they are: uniform ones from [0, 1), with mean ½. normal(random) makes a standard normal one of them.',
        (value, deviation, random) => value + deviation * random(),
      ],
      [
        'uniform',
        'The noise is uniform between −σ and σ, whose deviation is σ / √3. Draw from the normal distribution: normal(random).',
        (value, deviation, random) => value + deviation * (2 * random() - 1),
      ],
      [
        'uniform-half',
        'The noise is uniform between −σ / 2 and σ / 2. Draw from the normal distribution: normal(random).',
        (value, deviation, random) => value + deviation * (random() - 0.5),
      ],
      [
        'uniform-of-right-size',
        'The noise has the right deviation and is uniform. Draw from the normal distribution: normal(random).',
        (value, deviation, random) => value + deviation * Math.sqrt(3) * (2 * random() - 1),
      ],
      [
        'clipped',
        'What comes out is clipped to [0, 1]. Inputs may be any numbers, and noise at the ends of the range is noise as well.',
        (value, deviation, random) => Math.min(1, Math.max(0, value + deviation * normal(random))),
      ],
      [
        'of-fixed-size',
        'The noise has a deviation of 1 whatever the options say. Multiply it with options.deviation.',
        (value, _, random) => value + normal(random),
      ],
      [
        'sometimes',
        'A 0 gets no noise. All entries are disturbed alike.',
        (value, deviation, random) => (value === 0 ? 0 : value + deviation * normal(random)),
      ],
    ] as [string, string, (value: number, deviation: number, random: () => number) => number][]
  ).map(([id, sentence, f]) => ({
    exercise: '10.10 inputNoise',
    id: `noise-${id}`,
    sentence,
    anchor: '#noise-on-the-inputs',
    wrong: (x: Tensor, { deviation, training }: NoiseOptions, random: () => number) =>
      training ? map(x, (value) => f(value, deviation, random)) : copy(x),
  })),
  ...(
    [
      [
        'same-for-all-samples',
        'All samples get the same noise: it is drawn for one row and added to all. Draw for each entry.',
        (n, row) => row,
      ],
      [
        'one-a-sample',
        'All entries of a sample get the same noise. Draw for each entry.',
        (n) => n,
      ],
      ['one-for-all', 'One random number is added to all entries. Draw for each entry.', () => 0],
    ] as [string, string, (n: number, row: number) => number][]
  ).map(([id, sentence, which]) => ({
    exercise: '10.10 inputNoise',
    id: `noise-${id}`,
    sentence,
    anchor: '#noise-on-the-inputs',
    wrong: (x: Tensor, { deviation, training }: NoiseOptions, random: () => number) => {
      if (!training) return copy(x);
      const noise = shared(x.shape, which, () => deviation * normal(random));
      return zip(x, noise, (value, z) => value + z);
    },
  })),
  {
    exercise: '10.10 inputNoise',
    id: 'noise-of-own-generator',
    sentence:
      'The noise comes from a generator made inside, so it is the same in every call. Draw with the one that was passed in.',
    wrong: (x: Tensor, options: NoiseOptions) => inputNoise(x, options, seededRandom(0)),
  },

  ...STOPPING.map(({ id, sentence, rule }): Misconception => ({
    exercise: '10.11 earlyStopping',
    id: `stopping-${id}`,
    sentence,
    anchor: '#early-stopping',
    wrong: refusingLike(earlyStopping, rule),
  })),

  ...(
    [
      [
        'returns-last',
        'The parameters are those of the last epoch, when patience is already gone. Keep a copy at each improvement, and return that.',
        {
          kept: ({ last }) => last,
        },
      ],
      [
        'returns-start',
        'The parameters are those of the start: nothing was kept. Keep a copy at each improvement.',
        { kept: ({ start }) => start },
      ],
      [
        'returns-before',
        'The parameters are those that the best epoch started from. Keep those that it has led to.',
        { kept: ({ before }) => before },
      ],
      [
        'restarts-from-best',
        'After an epoch that was no better, the next one starts from the best parameters again. Training goes on from where it is; only at the end it goes back.',
        { from: ({ kept }) => each(kept, copy) },
      ],
      [
        'restarts',
        'Every epoch starts from the parameters that were passed in. Go on from where the epoch before has led.',
        { from: ({ start }) => each(start, copy) },
      ],
      [
        'epochs-from-zero',
        'The epochs are numbered from 0 when they are called. Epochs are counted from 1.',
        { number: (t) => t - 1 },
      ],
      [
        'losses-until-best',
        'The losses end with the best epoch. List those of all epochs that were trained.',
        { result: (found) => ({ ...found, losses: found.losses.slice(0, found.best) }) },
      ],
      [
        'best-from-zero',
        'The best epoch is counted from 0. Epochs are counted from 1, and 0 means that there is none.',
        { result: (found) => ({ ...found, best: found.best - 1 }) },
      ],
      [
        'best-is-last',
        'What is called the best epoch is the last one. It is the one with the lowest loss.',
        { result: (found) => ({ ...found, best: found.losses.length }) },
      ],
      [
        'best-is-a-loss',
        'What is called the best epoch is its loss. Return its number.',
        {
          result: (found) => ({
            ...found,
            best: found.best === 0 ? 0 : found.losses[found.best - 1]!,
          }),
        },
      ],
    ] as [string, string, LoopChanges][]
  ).map(([id, sentence, changes]) => ({
    exercise: '10.12 trainWithEarlyStopping',
    id: `loop-${id}`,
    sentence,
    anchor: '#going-back-to-the-best',
    wrong: loopWith(changes),
  })),
  {
    exercise: '10.12 trainWithEarlyStopping',
    id: 'loop-keeps-an-alias',
    sentence:
      'The best parameters are kept without a copy, so an epoch that moves its arrays in place moves the kept ones along, and at the end they are the last. Copy every array at each improvement.',
    anchor: '#going-back-to-the-best',
    wrong: loopWith({ keep: (params) => params }),
  },
  ...STOPPING.flatMap(({ id, loopSentence, rule }): Misconception[] =>
    loopSentence === undefined
      ? []
      : [
          {
            exercise: '10.12 trainWithEarlyStopping',
            id: `loop-${id}`,
            sentence: loopSentence,
            anchor: '#early-stopping',
            wrong: loopWith({ rule }),
          },
        ],
  ),

  ...(
    [
      [
        'overfitting-first',
        'Where the training loss is above the target and the gap is wide too, this says overfitting. Ask for underfitting first: what is not learned cannot be known by heart.',
        ({ T, V }, { target, gap }) =>
          V - T > gap ? 'overfitting' : T > target ? 'underfitting' : 'fine',
      ],
      [
        'names-exchanged',
        'The two words are in the place of each other. A training loss that stays high is underfitting; a validation loss far above it is overfitting.',
        ({ T, V }, { target, gap }) =>
          T > target ? 'overfitting' : V - T > gap ? 'underfitting' : 'fine',
      ],
      [
        'target-of-validation',
        'Underfitting is judged by the validation loss. Whether the training samples are learned, the training loss says.',
        ({ T, V }, { target, gap }) =>
          V > target ? 'underfitting' : V - T > gap ? 'overfitting' : 'fine',
      ],
      [
        'validation-above-target',
        'Overfitting is judged by how far the validation loss is above the target. What counts is how far it is above the training loss.',
        ({ T, V }, { target, gap }) =>
          T > target ? 'underfitting' : V - target > gap ? 'overfitting' : 'fine',
      ],
      [
        'gap-of-either-sign',
        'A validation loss below the training loss is called overfitting. It is a good sign: ask for V − T, with its sign.',
        ({ T, V }, { target, gap }) =>
          T > target ? 'underfitting' : Math.abs(V - T) > gap ? 'overfitting' : 'fine',
      ],
      [
        'gap-reversed',
        'The gap is taken from the training loss down to the validation loss. It is V − T.',
        ({ T, V }, { target, gap }) =>
          T > target ? 'underfitting' : T - V > gap ? 'overfitting' : 'fine',
      ],
      [
        'gap-as-a-share',
        'The gap is taken for a share of the training loss. It is a difference: V − T > gap.',
        ({ T, V }, { target, gap }) =>
          T > target ? 'underfitting' : V > (1 + gap) * T ? 'overfitting' : 'fine',
      ],
      [
        'gap-reached',
        'A gap that only equals the widest is called overfitting. It must be above it.',
        ({ T, V }, { target, gap }) =>
          T > target ? 'underfitting' : V - T >= gap ? 'overfitting' : 'fine',
      ],
      [
        'target-reached',
        'A training loss that equals the target is called underfitting. It must be above it.',
        ({ T, V }, { target, gap }) =>
          T >= target ? 'underfitting' : V - T > gap ? 'overfitting' : 'fine',
      ],
      [
        'below-target',
        'Underfitting is seen where the training loss is below the target. There it has learned well: it must be above.',
        ({ T, V }, { target, gap }) =>
          T < target ? 'underfitting' : V - T > gap ? 'overfitting' : 'fine',
      ],
    ] as [string, string, CurveRule][]
  ).map(([id, sentence, rule]) => ({
    exercise: '10.13 diagnoseCurves',
    id: `curves-${id}`,
    sentence,
    anchor: '#what-the-curves-say',
    wrong: curvesBy((list, window) => mean(list.slice(-window)), rule),
  })),
  ...(
    [
      [
        'last-epoch',
        'Only the last epoch is looked at. Take the mean over the last `window` of them.',
        (list) => list.at(-1)!,
      ],
      [
        'all-epochs',
        'All epochs are averaged, the first ones as well. Take the last `window` of them.',
        mean,
      ],
      [
        'first-epochs',
        'The first epochs are averaged. Take the last `window` of them.',
        (list, window) => mean(list.slice(0, window)),
      ],
      [
        'lowest-of-window',
        'The lowest loss of the last epochs is taken. Take their mean.',
        (list, window) => Math.min(...list.slice(-window)),
      ],
      [
        'highest-of-window',
        'The highest loss of the last epochs is taken. Take their mean.',
        (list, window) => Math.max(...list.slice(-window)),
      ],
      [
        'lowest-of-all',
        'The lowest loss of the whole training is taken. Take the mean over the last epochs.',
        (list) => Math.min(...list),
      ],
      [
        'sum-over-window',
        'The losses of the last epochs are added up. Divide by how many there are.',
        (list, window) => sum(list.slice(-window), (loss) => loss),
      ],
      [
        'divided-by-window',
        'The sum is divided by `window` even where there are fewer epochs. Divide by how many were added up.',
        (list, window) => sum(list.slice(-window), (loss) => loss) / window,
      ],
      [
        'epoch-before-window',
        'The one epoch that lies `window` epochs back is looked at. Take the mean over those from there to the end.',
        (list, window) => list[Math.max(0, list.length - window)]!,
      ],
      [
        'window-one-less',
        'The last epoch is left out. The window ends with it.',
        (list, window) => mean(list.length > 1 ? list.slice(-window - 1, -1) : list),
      ],
    ] as [string, string, (list: number[], window: number) => number][]
  ).map(([id, sentence, summary]) => ({
    exercise: '10.13 diagnoseCurves',
    id: `curves-${id}`,
    sentence,
    anchor: '#what-the-curves-say',
    wrong: curvesBy(summary, ({ T, V }, { target, gap }) =>
      T > target ? 'underfitting' : V - T > gap ? 'overfitting' : 'fine',
    ),
  })),
];

/** Whether a parameter of this name is regularized. */
function isWeight(name: string): boolean {
  return name.startsWith('W');
}

/** All entries of all weights. */
function weightsOf(params: Params): number[] {
  return Object.entries(params).flatMap(([name, w]) => (isWeight(name) ? [...copy(w).data] : []));
}

function sum(list: readonly number[], f: (value: number) => number): number {
  return list.reduce((total, value) => total + f(value), 0);
}

function mean(list: readonly number[]): number {
  return sum(list, (value) => value) / list.length;
}

/** f of each parameter, under its name. */
function each(params: Params, f: (w: Tensor, name: string) => Tensor): Params {
  return Object.fromEntries(Object.entries(params).map(([name, w]) => [name, f(w, name)]));
}

/** A penalty on the wrong parameters. */
function penalizedToo(
  exercise: string,
  start: string,
  penalty: (params: Params, lambda: number) => number,
): Misconception[] {
  const counting = (counts: (name: string, w: Tensor) => boolean) => {
    return (params: Params, lambda: number): number => {
      const chosen = Object.entries(params).filter(([name, w]) => counts(name, w));
      // Under names that begin with W.
      return penalty(Object.fromEntries(chosen.map(([name, w]) => [`W${name}`, w])), lambda);
    };
  };
  return [
    {
      exercise,
      id: `${start}-of-biases-too`,
      sentence:
        'Biases and all other parameters are penalized as well. Only names that begin with W count.',
      anchor: '#which-parameters-count',
      wrong: counting(() => true),
    },
    {
      exercise,
      id: `${start}-of-all-but-b`,
      sentence:
        'Only names that begin with b are left out here. What counts are the names that begin with W: gamma, for instance, is no weight.',
      anchor: '#which-parameters-count',
      wrong: counting((name) => !name.startsWith('b')),
    },
    {
      exercise,
      id: `${start}-of-any-w`,
      sentence: 'Every name with a W in it counts here. It must begin with W.',
      anchor: '#which-parameters-count',
      wrong: counting((name) => name.includes('W')),
    },
    {
      exercise,
      id: `${start}-of-matrices`,
      sentence:
        'What counts here are arrays of two axes. Weights may have any number of them, and others may have two: go by the name.',
      anchor: '#which-parameters-count',
      wrong: counting((_, { shape }) => shape.length === 2),
    },
    {
      exercise,
      id: `${start}-of-numbered`,
      sentence:
        'Only W1, W2 and so on count here. Whatever begins with W is a weight: Wx, and W alone.',
      anchor: '#which-parameters-count',
      wrong: counting((name) => /^W\d+$/.test(name)),
    },
  ];
}

/** How fast both penalties grow with each entry of w. */
function slopeOf(w: Tensor, { l1, l2 }: PenaltyOptions): Tensor {
  return zip(l1Gradient(w, l1), l2Gradient(w, l2), (a, b) => a + b);
}

/** The gradients, with something added to those of some parameters. */
function penalized(
  params: Params,
  gradients: Params,
  counts: (name: string) => boolean,
  extra: (w: Tensor) => Tensor,
): Params {
  return each(params, (w, name) => {
    const g = gradients[name]!;
    return counts(name) ? zip(g, extra(w), (a, b) => a + b) : copy(g);
  });
}

/**
 * An array in which draws are shared.
 *
 * @param which the number of the draw of an entry, from the number of its sample and its place in the sample
 */
function shared(
  shape: readonly number[],
  which: (sample: number, place: number) => number,
  draw: () => number,
): Tensor {
  const out = zeros(...shape);
  const perSample = out.size / Math.max(1, shape[0]!);
  const draws = new Map<number, number>();
  for (const k of out.data.keys()) {
    const key = which(Math.floor(k / perSample), k % perSample);
    if (!draws.has(key)) draws.set(key, draw());
    out.data[k] = draws.get(key)!;
  }
  return out;
}

/** A mask in which draws are shared. */
function sharedMask(which: (sample: number, place: number) => number): WrongMask['maskOf'] {
  return (shape, p, random) => shared(shape, which, () => (random() < p ? 0 : 1 / (1 - p)));
}

function zerosIn(mask: Tensor): number {
  return mask.data.filter((factor) => factor === 0).length;
}

/** Dropout with another factor in evaluation, and perhaps another one in training for what is kept. */
function evaluating(factorOf: (p: number) => number, kept: number | undefined) {
  return refusingLike(dropoutForward, (x, options, random) => {
    const { p, training } = options;
    if (!training) {
      const mask = map(x, () => factorOf(p));
      return { out: zip(x, mask, (value, factor) => value * factor), cache: { mask } };
    }
    const forward = dropoutForward(x, options, random);
    if (kept !== undefined) return forward;
    const mask = map(forward.cache.mask, Math.sign);
    return { out: zip(x, mask, (value, factor) => value * factor), cache: { mask } };
  });
}

/** A backward pass with another formula: `kept` is the factor of what was kept. */
function backwardWith(f: (d: number, factor: number, kept: number) => number) {
  return (dout: Tensor, cache: DropoutCache): { dx: Tensor } => {
    const [mask] = arraysIn(cache);
    const kept = Math.max(0, ...mask!.data);
    return { dx: zip(dout, mask!, (d, factor) => f(d, factor, kept)) };
  };
}

/** What a rule knows when a loss comes in. */
interface Seen {
  lowest: number;
  previous: number;
}

/** What it knows when that was no improvement. */
interface Waiting {
  /** How many epochs in a row were none. */
  waited: number;
  /** How many of all epochs. */
  missed: number;
  patience: number;
}

/** The right rule with something changed. */
function scanning({
  improves = (loss, { lowest }) => loss < lowest,
  isOver = ({ waited, patience }) => waited >= patience,
}: {
  improves?: (loss: number, seen: Seen) => boolean;
  isOver?: (waiting: Waiting) => boolean;
}): WrongRule['rule'] {
  return (losses, patience) => {
    let [best, waited, missed] = [0, 0, 0];
    const seen: Seen = { lowest: Infinity, previous: Infinity };
    for (const [k, loss] of losses.entries()) {
      if (improves(loss, seen)) {
        best = k + 1;
        seen.lowest = loss;
        waited = 0;
      } else {
        waited++;
        missed++;
        if (isOver({ waited, missed, patience })) return { best, stop: k + 1 };
      }
      seen.previous = loss;
    }
    return { best, stop: losses.length };
  };
}

/** What may be changed in a training with early stopping. */
interface LoopChanges {
  rule?: WrongRule['rule'];
  /** How the best parameters are kept. */
  keep?: (params: Params) => Params;
  /** Where an epoch starts. */
  from?: (places: { start: Params; now: Params; kept: Params }) => Params;
  /** The number of an epoch, as it is told. */
  number?: (t: number) => number;
  /** The parameters that come back: `before` are those that the best epoch started from. */
  kept?: (places: { start: Params; before: Params; kept: Params; last: Params }) => Params;
  result?: (found: EarlyStopped) => EarlyStopped;
}

/** A training with something changed. */
function loopWith({
  rule = earlyStopping,
  keep = (params) => each(params, copy),
  from = ({ now }) => now,
  number = (t) => t,
  kept: chosen = ({ kept }) => kept,
  result = (found) => found,
}: LoopChanges) {
  return (
    trainOneEpoch: (params: Params, epoch: number) => ValidatedEpoch,
    params: Params,
    { epochs, patience }: EarlyStoppingOptions,
  ): EarlyStopped => {
    earlyStopping([], patience);
    const start = each(params, copy);
    let [now, kept, before, best] = [each(params, copy), start, start, 0];
    const losses: number[] = [];
    // Stopped is who would not look at one more.
    const isOver = (): boolean =>
      losses.length > 0 && rule([...losses, Infinity], patience).stop <= losses.length;
    while (losses.length < epochs && !isOver()) {
      const place = from({ start, now, kept });
      const origin = each(place, copy);
      const epoch = trainOneEpoch(place, number(losses.length + 1));
      now = epoch.params;
      losses.push(epoch.validationLoss);
      ({ best } = rule(losses, patience));
      if (best === losses.length) [kept, before] = [keep(now), origin];
    }
    const reached = chosen({ start, before, kept, last: each(now, copy) });
    return result({ params: reached, best, losses });
  };
}

/** What the two curves come down to. */
interface Levels {
  T: number;
  V: number;
}

type CurveRule = (levels: Levels, options: CurveOptions) => string;

/** A diagnosis of something else of the curves, or by other rules. */
function curvesBy(summary: (list: number[], window: number) => number, rule: CurveRule) {
  return refusingLike(diagnoseCurves, (training, validation, options) => {
    const { window } = options;
    return rule({ T: summary(training, window), V: summary(validation, window) }, options);
  });
}
