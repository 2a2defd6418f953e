/** Lesson 07: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { copy, map, zeros, zip, type Tensor } from '#arrays';
import type { LossAndGradients, Params } from '#lessons/06-training';
import type { Misconception } from '../../checks/misconception.ts';
import { refusingLike } from '../../checks/wrong-answers.ts';
import {
  adagrad,
  adam,
  adamStart,
  adamUpdate,
  adamw,
  cosineDecay,
  minimize,
  momentum,
  nesterov,
  rmsprop,
  sgd,
  stepDecay,
  warmUp,
  type AdagradOptions,
  type AdamOptions,
  type AdamState,
  type AdamStep,
  type AdamwOptions,
  type CosineDecayOptions,
  type MinimizeOptions,
  type MomentumOptions,
  type RmspropOptions,
  type SquaresStep,
  type StepDecayOptions,
  type WarmUpOptions,
} from './optimizers.reference.ts';

/** The rate that is usually meant. */
const USUAL_RATE = 0.01;

export const misconceptions: Misconception[] = [
  {
    exercise: '07.1 sgd',
    id: 'sgd-uphill',
    sentence:
      'The step goes uphill: the gradient points to where the loss grows. Subtract it from w instead of adding it.',
    wrong: (w: Tensor, g: Tensor, rate: number) => sgd(w, g, -rate),
  },
  {
    exercise: '07.1 sgd',
    id: 'sgd-step-alone',
    sentence:
      'This is the step alone, −learningRate · g. Add it to w, which is what is to be returned.',
    wrong: (w: Tensor, g: Tensor, rate: number) =>
      sgd(
        map(w, () => 0),
        g,
        rate,
      ),
  },
  {
    exercise: '07.1 sgd',
    id: 'sgd-without-rate',
    sentence: 'The whole gradient is taken off. Multiply it with the learning rate first.',
    wrong: (w: Tensor, g: Tensor) => sgd(w, g, 1),
  },
  {
    exercise: '07.1 sgd',
    id: 'sgd-sign-alone',
    sentence:
      'Every entry moves by the learning rate, whatever its gradient: only the sign is used. Multiply with the gradient itself.',
    wrong: (w: Tensor, g: Tensor, rate: number) => sgd(w, map(g, Math.sign), rate),
  },
  {
    exercise: '07.1 sgd',
    id: 'sgd-normalized',
    sentence:
      'The gradient is divided by its length, so every step is equally long. Plain gradient descent takes it as it is.',
    wrong: (w: Tensor, g: Tensor, rate: number) => {
      const length = Math.hypot(...copy(g).data);
      return sgd(w, g, length === 0 ? 0 : rate / length);
    },
  },

  {
    exercise: '07.2 momentum',
    id: 'momentum-old-velocity',
    sentence:
      'w moves by the velocity from before this step, so this gradient has no say in it yet. Make the new v first, then add it to w.',
    wrong: (w: Tensor, g: Tensor, v: Tensor, options: MomentumOptions) => ({
      ...momentum(w, g, v, options),
      w: zip(w, v, (value, speed) => value + speed),
    }),
  },
  {
    exercise: '07.2 momentum',
    id: 'momentum-rate-outside',
    sentence:
      'The learning rate multiplies the whole velocity when w moves: w − learningRate · v with v = μ·v + g. Here it belongs to the gradient, inside of v, and w moves by all of v.',
    anchor: '#momentum',
    wrong: refusingLike(momentum, (w, g, v, { learningRate, momentum: mu }) => {
      const speed = zip(v, g, (old, slope) => mu * old + slope);
      return { w: zip(w, speed, (value, s) => value - learningRate * s), v: speed };
    }),
  },
  {
    exercise: '07.2 momentum',
    id: 'momentum-positive-velocity',
    sentence:
      'The velocity points uphill and is taken off w. In this course it points where w goes: v = μ·v − learningRate·g, and w + v.',
    anchor: '#momentum',
    wrong: refusingLike(momentum, (w, g, v, { learningRate, momentum: mu }) => {
      const speed = zip(v, g, (old, slope) => mu * old + learningRate * slope);
      return { w: zip(w, speed, (value, s) => value - s), v: speed };
    }),
  },
  {
    exercise: '07.2 momentum',
    id: 'momentum-uphill',
    sentence: 'The gradient is added to the velocity, so w climbs. Subtract learningRate · g.',
    wrong: (w: Tensor, g: Tensor, v: Tensor, options: MomentumOptions) =>
      momentum(w, g, v, { ...options, learningRate: -options.learningRate }),
  },
  {
    exercise: '07.2 momentum',
    id: 'momentum-of-a-mean',
    sentence:
      'The gradient counts 1 − μ here, as in a running mean. In momentum it counts wholly: v = μ·v − learningRate·g.',
    wrong: (w: Tensor, g: Tensor, v: Tensor, { learningRate, momentum: mu }: MomentumOptions) =>
      momentum(w, g, v, { momentum: mu, learningRate: learningRate * (1 - mu) }),
  },
  {
    exercise: '07.2 momentum',
    id: 'momentum-share-lost',
    sentence:
      'The share that is kept is 1 − μ here, so with μ = 0.9 nearly all of the velocity is lost. Keep μ of it.',
    wrong: (w: Tensor, g: Tensor, v: Tensor, { learningRate, momentum: mu }: MomentumOptions) =>
      momentum(w, g, v, { learningRate, momentum: 1 - mu }),
  },
  {
    exercise: '07.2 momentum',
    id: 'momentum-without-memory',
    sentence:
      'The velocity from before is forgotten: this is plain gradient descent. Keep μ times v.',
    wrong: (w: Tensor, g: Tensor, v: Tensor, options: MomentumOptions) =>
      momentum(w, g, v, { ...options, momentum: 0 }),
  },
  {
    exercise: '07.2 momentum',
    id: 'momentum-without-friction',
    sentence: 'The whole velocity is kept, so nothing ever slows down. Multiply the old v with μ.',
    wrong: (w: Tensor, g: Tensor, v: Tensor, options: MomentumOptions) =>
      momentum(w, g, v, { ...options, momentum: 1 }),
  },
  {
    exercise: '07.2 momentum',
    id: 'momentum-friction-on-the-gradient',
    sentence:
      'μ multiplies the gradient as well: v = μ·(v − learningRate·g). It belongs to the old velocity alone.',
    wrong: (w: Tensor, g: Tensor, v: Tensor, { learningRate, momentum: mu }: MomentumOptions) =>
      momentum(w, g, v, { momentum: mu, learningRate: mu * learningRate }),
  },
  {
    exercise: '07.2 momentum',
    id: 'momentum-fixed',
    sentence: 'μ is 0.9 whatever the options say. Take options.momentum.',
    wrong: (w: Tensor, g: Tensor, v: Tensor, options: MomentumOptions) =>
      momentum(w, g, v, { ...options, momentum: 0.9 }),
  },
  {
    exercise: '07.2 momentum',
    id: 'momentum-velocity-not-kept',
    sentence:
      'w is right, but the velocity that comes back is the one that came in. Return the new one, or the next step forgets this one.',
    wrong: refusingLike(momentum, (w, g, v, options) => ({
      w: momentum(w, g, v, options).w,
      v: copy(v),
    })),
  },

  {
    exercise: '07.3 nesterov',
    id: 'nesterov-is-momentum',
    sentence:
      'This is plain momentum: w moves by v. Nesterov moves by μ · v − learningRate · g with the new v, which looks one step further; with the old v that is momentum in other words.',
    wrong: momentum,
  },
  {
    exercise: '07.3 nesterov',
    id: 'nesterov-without-gradient',
    sentence:
      'w moves by μ · v alone. The gradient has a second say: take off learningRate · g besides.',
    wrong: (w: Tensor, g: Tensor, v: Tensor, options: MomentumOptions) => {
      const step = nesterov(w, g, v, options);
      return { ...step, w: zip(w, step.v, (value, speed) => value + options.momentum * speed) };
    },
  },
  {
    exercise: '07.3 nesterov',
    id: 'nesterov-whole-velocity',
    sentence:
      'w moves by the whole new velocity and by the gradient besides, which counts this gradient twice. Take μ times v: μ · v − learningRate · g.',
    wrong: (w: Tensor, g: Tensor, v: Tensor, options: MomentumOptions) => {
      const step = nesterov(w, g, v, options);
      const moved = zip(w, step.v, (value, speed) => value + speed);
      return { ...step, w: sgd(moved, g, options.learningRate) };
    },
  },
  {
    exercise: '07.3 nesterov',
    id: 'nesterov-uphill',
    sentence:
      'The gradient is added, so w climbs. Subtract learningRate · g, in v and in the step.',
    wrong: (w: Tensor, g: Tensor, v: Tensor, options: MomentumOptions) =>
      nesterov(w, g, v, { ...options, learningRate: -options.learningRate }),
  },
  {
    exercise: '07.3 nesterov',
    id: 'nesterov-keeps-the-look',
    sentence:
      'The velocity that comes back is the step that w made, the look ahead included. Remember v itself, μ · v − learningRate · g with the old v.',
    wrong: (w: Tensor, g: Tensor, v: Tensor, options: MomentumOptions) => {
      const step = nesterov(w, g, v, options);
      return { w: step.w, v: zip(step.w, w, (now, before) => now - before) };
    },
  },

  ...[
    {
      exercise: '07.4 adagrad',
      start: 'adagrad',
      with: (change: Change) => (w: Tensor, g: Tensor, s: Tensor, options: AdagradOptions) =>
        changed(w, g, adagrad(w, g, s, options), s, options, change),
    },
    {
      exercise: '07.5 rmsprop',
      start: 'rmsprop',
      with: (change: Change) => (w: Tensor, g: Tensor, s: Tensor, options: RmspropOptions) =>
        changed(w, g, rmsprop(w, g, s, options), s, options, change),
    },
  ].flatMap(({ exercise, start, with: withStep }): Misconception[] => [
    {
      exercise,
      id: `${start}-epsilon-inside`,
      sentence:
        'ε stands under the root. In this course it is added to the root, √s + ε: a gradient of 1e-8 tells them apart.',
      anchor: '#where-epsilon-stands',
      wrong: withStep(({ s, epsilon }) => Math.sqrt(s + epsilon)),
    },
    {
      exercise,
      id: `${start}-unrooted`,
      sentence: 'The gradient is divided by the squares themselves. Divide by their root: √s + ε.',
      wrong: withStep(({ s, epsilon }) => s + epsilon),
    },
    {
      exercise,
      id: `${start}-old-squares`,
      sentence:
        'The step is divided by the squares from before it, which at first are 0. Bring s up to date, then divide by the new one.',
      wrong: withStep(({ before, epsilon }) => Math.sqrt(before) + epsilon),
    },
    {
      exercise,
      id: `${start}-fixed-epsilon`,
      sentence: 'ε is 1e-8 whatever the options say. Take options.epsilon.',
      wrong: withStep(({ s }) => Math.sqrt(s) + 1e-8),
    },
    {
      exercise,
      id: `${start}-without-epsilon`,
      sentence:
        'There is no ε, so a parameter whose gradient was always 0 is divided by 0. Add ε to the root.',
      anchor: '#where-epsilon-stands',
      wrong: withStep(({ s }) => Math.sqrt(s)),
    },
    {
      exercise,
      id: `${start}-epsilon-as-floor`,
      sentence: 'The root is replaced by ε where it is smaller. ε is added to it, whatever it is.',
      anchor: '#where-epsilon-stands',
      wrong: withStep(({ s, epsilon }) => Math.max(Math.sqrt(s), epsilon)),
    },
  ]),
  {
    exercise: '07.4 adagrad',
    id: 'adagrad-forgets',
    sentence:
      'Only the square of this gradient is used: the ones before are forgotten. Add it to s, which holds their sum.',
    wrong: (w: Tensor, g: Tensor, s: Tensor, options: AdagradOptions) => {
      adagrad(w, g, s, options);
      return adagrad(w, g, zeros(...w.shape), options);
    },
  },
  {
    exercise: '07.4 adagrad',
    id: 'adagrad-unsquared',
    sentence: 's adds up the gradients and not their squares. Multiply each with itself first.',
    wrong: refusingLike(adagrad, (w, g, s, options) => {
      const sums = zip(s, g, (sum, slope) => sum + Math.abs(slope));
      return { w: dividedStep(w, g, sums, options), s: sums };
    }),
  },
  {
    exercise: '07.4 adagrad',
    id: 'adagrad-one-rate-for-all',
    sentence:
      'All parameters are divided by the length of the whole gradient. Each has a sum of squares of its own.',
    wrong: refusingLike(adagrad, (w, g, s, options) => {
      const { s: squares } = adagrad(w, g, s, options);
      const total = copy(squares).data.reduce((sum, value) => sum + value, 0);
      return {
        w: dividedStep(
          w,
          g,
          map(squares, () => total),
          options,
        ),
        s: squares,
      };
    }),
  },
  {
    exercise: '07.4 adagrad',
    id: 'adagrad-uphill',
    sentence: 'The step is added to w, which climbs. Subtract it.',
    wrong: (w: Tensor, g: Tensor, s: Tensor, options: AdagradOptions) =>
      adagrad(w, g, s, { ...options, learningRate: -options.learningRate }),
  },

  {
    exercise: '07.5 rmsprop',
    id: 'rmsprop-shares-exchanged',
    sentence:
      "ρ and 1 − ρ are in each other's place: nearly all of the old mean is thrown away. Keep ρ of it, and add 1 − ρ of g².",
    wrong: (w: Tensor, g: Tensor, s: Tensor, options: RmspropOptions) =>
      rmsprop(w, g, s, { ...options, decay: 1 - options.decay }),
  },
  {
    exercise: '07.5 rmsprop',
    id: 'rmsprop-sums',
    sentence:
      'The squares add up for ever, as in AdaGrad, so the steps shrink for ever. Keep ρ of the old mean and add 1 − ρ of g².',
    wrong: adagrad,
  },
  {
    exercise: '07.5 rmsprop',
    id: 'rmsprop-whole-square',
    sentence:
      'g² counts wholly here: s = ρ·s + g². In a mean it counts 1 − ρ, or s grows to 1/(1 − ρ) times what it should be.',
    wrong: refusingLike(rmsprop, (w, g, s, options) => {
      const squares = zip(s, g, (mean, slope) => options.decay * mean + slope ** 2);
      return { w: dividedStep(w, g, squares, options), s: squares };
    }),
  },
  {
    exercise: '07.5 rmsprop',
    id: 'rmsprop-unsquared',
    sentence: 's is the mean of the gradient and not of its square. Multiply g with itself first.',
    wrong: refusingLike(rmsprop, (w, g, s, options) => {
      const { decay } = options;
      const means = zip(s, g, (mean, slope) => decay * mean + (1 - decay) * slope);
      return { w: dividedStep(w, g, means, options), s: means };
    }),
  },
  {
    exercise: '07.5 rmsprop',
    id: 'rmsprop-fixed-decay',
    sentence: 'ρ is 0.9 whatever the options say. Take options.decay.',
    wrong: (w: Tensor, g: Tensor, s: Tensor, options: RmspropOptions) =>
      rmsprop(w, g, s, { ...options, decay: 0.9 }),
  },
  {
    exercise: '07.5 rmsprop',
    id: 'rmsprop-uphill',
    sentence: 'The step is added to w, which climbs. Subtract it.',
    wrong: (w: Tensor, g: Tensor, s: Tensor, options: RmspropOptions) =>
      rmsprop(w, g, s, { ...options, learningRate: -options.learningRate }),
  },

  ...[
    {
      id: 'adam-uncorrected',
      sentence:
        'm and v are used as they are. They began at 0 and are too small at first: divide them by 1 − β₁ᵗ and 1 − β₂ᵗ.',
      wrong: adamWith(({ m, v, epsilon }) => m / (Math.sqrt(v) + epsilon)),
    },
    {
      id: 'adam-epsilon-inside',
      sentence:
        'ε stands under the root. In this course it is added to the root, √v̂ + ε: a gradient of 1e-8 tells them apart.',
      anchor: '#where-epsilon-stands',
      wrong: adamWith(({ mHat, vHat, epsilon }) => mHat / Math.sqrt(vHat + epsilon)),
    },
    {
      id: 'adam-correction-without-t',
      sentence:
        'The corrections are 1 − β₁ and 1 − β₂ at every step, which is right for the first alone. Raise the β to the power t.',
      wrong: adamWith(
        ({ m, v, beta1, beta2, epsilon }) =>
          m / (1 - beta1) / (Math.sqrt(v / (1 - beta2)) + epsilon),
      ),
    },
    {
      id: 'adam-correction-of-the-power',
      sentence:
        'The corrections are (1 − β)ᵗ. The power belongs to the β: 1 − βᵗ. In the first step the two are the same.',
      wrong: adamWith(
        ({ m, v, beta1, beta2, epsilon, t }) =>
          m / (1 - beta1) ** t / (Math.sqrt(v / (1 - beta2) ** t) + epsilon),
      ),
    },
    {
      id: 'adam-correction-multiplied',
      sentence: 'm and v are multiplied with 1 − βᵗ, which makes them smaller still. Divide by it.',
      wrong: adamWith(
        ({ m, v, beta1, beta2, epsilon, t }) =>
          (m * (1 - beta1 ** t)) / (Math.sqrt(v * (1 - beta2 ** t)) + epsilon),
      ),
    },
    {
      id: 'adam-corrected-twice',
      sentence: 'The correction is applied twice. Divide m and v once by 1 − βᵗ.',
      wrong: adamWith(
        ({ mHat, vHat, beta1, beta2, epsilon, t }) =>
          mHat / (1 - beta1 ** t) / (Math.sqrt(vHat / (1 - beta2 ** t)) + epsilon),
      ),
    },
    {
      id: 'adam-one-correction',
      sentence: 'Only m is corrected. v began at 0 as well: divide it by 1 − β₂ᵗ.',
      wrong: adamWith(({ mHat, v, epsilon }) => mHat / (Math.sqrt(v) + epsilon)),
    },
    {
      id: 'adam-mean-uncorrected',
      sentence: 'Only v is corrected. m began at 0 as well: divide it by 1 − β₁ᵗ.',
      wrong: adamWith(({ m, vHat, epsilon }) => m / (Math.sqrt(vHat) + epsilon)),
    },
    {
      id: 'adam-one-beta',
      sentence: 'Both are corrected with β₁. v has β₂: divide it by 1 − β₂ᵗ.',
      wrong: adamWith(
        ({ mHat, v, beta1, epsilon, t }) => mHat / (Math.sqrt(v / (1 - beta1 ** t)) + epsilon),
      ),
    },
    {
      id: 'adam-counts-from-zero',
      sentence:
        'The corrections are those of step t − 1, which for the first step divide by 0. The first step has t = 1: use t as it is.',
      wrong: adamWith(
        ({ m, v, beta1, beta2, epsilon, t }) =>
          m / (1 - beta1 ** (t - 1)) / (Math.sqrt(v / (1 - beta2 ** (t - 1))) + epsilon),
      ),
    },
    {
      id: 'adam-counts-one-ahead',
      sentence:
        'The corrections are those of step t + 1. t is counted from 1 already: use it as it is.',
      wrong: adamWith(
        ({ m, v, beta1, beta2, epsilon, t }) =>
          m / (1 - beta1 ** (t + 1)) / (Math.sqrt(v / (1 - beta2 ** (t + 1))) + epsilon),
      ),
    },
    {
      id: 'adam-epsilon-corrected',
      sentence:
        'ε is corrected together with √v. Correct v first, take the root, and then add ε as it is.',
      anchor: '#where-epsilon-stands',
      wrong: adamWith(
        ({ v, mHat, beta2, epsilon, t }) =>
          mHat / ((Math.sqrt(v) + epsilon) / Math.sqrt(1 - beta2 ** t)),
      ),
    },
    {
      id: 'adam-unrooted',
      sentence: 'The step is divided by v̂ itself. Divide by its root: √v̂ + ε.',
      wrong: adamWith(({ mHat, vHat, epsilon }) => mHat / (vHat + epsilon)),
    },
    {
      id: 'adam-fixed-epsilon',
      sentence: 'ε is 1e-8 whatever the options say. Take options.epsilon.',
      wrong: adamWith(({ mHat, vHat }) => mHat / (Math.sqrt(vHat) + 1e-8)),
    },
    {
      id: 'adam-gradient-above',
      sentence:
        'Above the line stands the gradient itself, as in RMSProp. Adam steps along its running mean, corrected: m̂.',
      wrong: adamWith(({ g, vHat, epsilon }) => g / (Math.sqrt(vHat) + epsilon)),
    },
    {
      id: 'adam-old-moments',
      sentence:
        'The step is made with m and v from before it, so this gradient has no say in it. Bring both up to date first.',
      wrong: adamWith(
        ({ oldM, oldV, beta1, beta2, epsilon, t }) =>
          oldM / (1 - beta1 ** t) / (Math.sqrt(oldV / (1 - beta2 ** t)) + epsilon),
      ),
    },
    {
      id: 'adam-uphill',
      sentence: 'The step is added to w, which climbs. Subtract it.',
      wrong: adamWith(({ mHat, vHat, epsilon }) => -mHat / (Math.sqrt(vHat) + epsilon)),
    },
  ].map((one) => Object.assign(one, { exercise: '07.6 adam' })),
  {
    exercise: '07.6 adam',
    id: 'adam-betas-exchanged',
    sentence: "β₁ and β₂ are in each other's place. β₁ belongs to m, and β₂ to v.",
    wrong: (w: Tensor, g: Tensor, m: Tensor, v: Tensor, t: number, options: AdamOptions) =>
      adam(w, g, m, v, t, { ...options, beta1: options.beta2, beta2: options.beta1 }),
  },
  {
    exercise: '07.6 adam',
    id: 'adam-shares-exchanged',
    sentence:
      "β and 1 − β are in each other's place in the means. Keep β of the old mean, and add 1 − β of what is new.",
    wrong: refusingLike(adam, (w, g, m, v, t, options) => {
      const { beta1, beta2 } = options;
      const mean = zip(m, g, (old, now) => (1 - beta1) * old + beta1 * now);
      const squares = zip(v, g, (old, now) => (1 - beta2) * old + beta2 * now ** 2);
      return stepFrom(w, mean, squares, t, options);
    }),
  },
  {
    exercise: '07.6 adam',
    id: 'adam-unsquared',
    sentence:
      'v is the running mean of the gradient and not of its square. Then it may be negative, and has no root: multiply g with itself.',
    wrong: refusingLike(adam, (w, g, m, v, t, options) => {
      const { beta2 } = options;
      const squares = zip(v, g, (old, now) => beta2 * old + (1 - beta2) * now);
      return stepFrom(w, adam(w, g, m, v, t, options).m, squares, t, options);
    }),
  },
  {
    exercise: '07.6 adam',
    id: 'adam-square-of-the-mean',
    sentence:
      'v collects the square of m. It is the mean of the squared gradient: take g² and not m².',
    wrong: refusingLike(adam, (w, g, m, v, t, options) => {
      const { beta2 } = options;
      const step = adam(w, g, m, v, t, options);
      const squares = zip(v, step.m, (old, mean) => beta2 * old + (1 - beta2) * mean ** 2);
      return stepFrom(w, step.m, squares, t, options);
    }),
  },
  {
    exercise: '07.6 adam',
    id: 'adam-corrected-moments-kept',
    sentence:
      'm and v come back corrected, and the next step corrects them again. Return them as they are: m̂ and v̂ serve this one step.',
    wrong: (w: Tensor, g: Tensor, m: Tensor, v: Tensor, t: number, options: AdamOptions) => {
      const step = adam(w, g, m, v, t, options);
      return {
        w: step.w,
        m: map(step.m, (value) => value / (1 - options.beta1 ** t)),
        v: map(step.v, (value) => value / (1 - options.beta2 ** t)),
      };
    },
  },

  {
    exercise: '07.7 adamw',
    id: 'adamw-through-the-moments',
    sentence:
      'The decay is added to the gradient and so goes through m and v: that is Adam with an L2 penalty. Decoupled, it is taken off w beside the step.',
    anchor: '#weight-decay',
    wrong: (w: Tensor, g: Tensor, m: Tensor, v: Tensor, t: number, options: AdamwOptions) =>
      adam(
        w,
        zip(g, w, (slope, value) => slope + options.weightDecay * value),
        m,
        v,
        t,
        options,
      ),
  },
  {
    exercise: '07.7 adamw',
    id: 'adamw-without-rate',
    sentence:
      'w decays by λ · w whatever the learning rate. Multiply with that as well: learningRate · λ · w.',
    wrong: (w: Tensor, g: Tensor, m: Tensor, v: Tensor, t: number, options: AdamwOptions) =>
      adamw(w, g, m, v, t, {
        ...options,
        weightDecay: options.weightDecay / options.learningRate,
      }),
  },
  {
    exercise: '07.7 adamw',
    id: 'adamw-of-the-new-w',
    sentence:
      'The w that decays is the one after the step. Take λ times the w that came in, so that the order of the two does not matter.',
    wrong: (w: Tensor, g: Tensor, m: Tensor, v: Tensor, t: number, options: AdamwOptions) => {
      const step = adam(w, g, m, v, t, options);
      const kept = 1 - options.learningRate * options.weightDecay;
      return { ...step, w: map(step.w, (value) => kept * value) };
    },
  },
  {
    exercise: '07.7 adamw',
    id: 'adamw-grows',
    sentence: 'The weights grow by their decay. Take learningRate · λ · w off.',
    wrong: (w: Tensor, g: Tensor, m: Tensor, v: Tensor, t: number, options: AdamwOptions) =>
      adamw(w, g, m, v, t, { ...options, weightDecay: -options.weightDecay }),
  },
  {
    exercise: '07.7 adamw',
    id: 'adamw-without-decay',
    sentence: 'This is Adam: nothing decays. Take learningRate · λ · w off as well.',
    wrong: adam,
  },
  {
    exercise: '07.7 adamw',
    id: 'adamw-halved',
    sentence:
      'The decay is half of what it should be. The ½ of a penalty ½ · λ · w² is gone once it is differentiated: take λ · w.',
    wrong: (w: Tensor, g: Tensor, m: Tensor, v: Tensor, t: number, options: AdamwOptions) =>
      adamw(w, g, m, v, t, { ...options, weightDecay: options.weightDecay / 2 }),
  },

  {
    exercise: '07.8 stepDecay',
    id: 'stairs-from-zero',
    sentence:
      'The first stair is one step short: t is divided as if it were counted from 0. Steps are counted from 1, so divide t − 1.',
    wrong: (t: number, options: StepDecayOptions) => stepDecay(t + 1, options),
  },
  {
    exercise: '07.8 stepDecay',
    id: 'stairs-without-stairs',
    sentence:
      'The rate falls a little with every step, since the quotient is not rounded down. Take its floor.',
    wrong: (t: number, { learningRate, every, factor }: StepDecayOptions) =>
      learningRate * factor ** ((t - 1) / every),
  },
  {
    exercise: '07.8 stepDecay',
    id: 'stairs-multiplied',
    sentence:
      'The factor is multiplied with the number of the stair. Raise it to that power: each stair is the one before, times the factor.',
    wrong: (t: number, { learningRate, every, factor }: StepDecayOptions) => {
      const stair = Math.floor((t - 1) / every);
      return stair === 0 ? learningRate : learningRate * factor * stair;
    },
  },
  {
    exercise: '07.8 stepDecay',
    id: 'stairs-one-only',
    sentence:
      'The rate falls once and never again. Every stair multiplies once more with the factor.',
    wrong: (t: number, { learningRate, every, factor }: StepDecayOptions) =>
      t > every ? learningRate * factor : learningRate,
  },
  {
    exercise: '07.8 stepDecay',
    id: 'stairs-every-step',
    sentence:
      'The rate is multiplied with the factor at every step. It stays for `every` steps first.',
    wrong: (t: number, { learningRate, factor }: StepDecayOptions) =>
      learningRate * factor ** (t - 1),
  },
  {
    exercise: '07.8 stepDecay',
    id: 'stairs-fixed-factor',
    sentence: 'The factor is ½ whatever the options say. Take options.factor.',
    wrong: (t: number, options: StepDecayOptions) => stepDecay(t, { ...options, factor: 0.5 }),
  },

  {
    exercise: '07.9 cosineDecay',
    id: 'cosine-comes-back',
    sentence:
      'After the last step the cosine rises again, and the rate with it. It stays at the lowest one: the part that is done is at most 1.',
    wrong: (t: number, { learningRate, lowest, steps }: CosineDecayOptions) =>
      lowest + ((learningRate - lowest) * (1 + Math.cos((Math.PI * (t - 1)) / steps))) / 2,
  },
  {
    exercise: '07.9 cosineDecay',
    id: 'cosine-from-zero',
    sentence:
      'The first step is not at the full rate: t is taken as if it were counted from 0. Steps are counted from 1, so take t − 1.',
    wrong: (t: number, options: CosineDecayOptions) => cosineDecay(t + 1, options),
  },
  {
    exercise: '07.9 cosineDecay',
    id: 'cosine-whole-wave',
    sentence: 'The rate falls and rises again on the way: a whole wave. Half of it is π · done.',
    wrong: (t: number, { learningRate, lowest, steps }: CosineDecayOptions) => {
      const done = Math.min(1, (t - 1) / steps);
      return lowest + ((learningRate - lowest) * (1 + Math.cos(2 * Math.PI * done))) / 2;
    },
  },
  {
    exercise: '07.9 cosineDecay',
    id: 'cosine-quarter-wave',
    sentence:
      'This is a quarter of a wave, cos(π/2 · done), which falls steeply at the end. Half a wave levels off: (1 + cos(π · done)) / 2.',
    wrong: (t: number, { learningRate, lowest, steps }: CosineDecayOptions) => {
      const done = Math.min(1, (t - 1) / steps);
      return lowest + (learningRate - lowest) * Math.cos((Math.PI / 2) * done);
    },
  },
  {
    exercise: '07.9 cosineDecay',
    id: 'cosine-floor-added',
    sentence:
      'The lowest rate is added to the whole wave, so the first step is too large. What falls is the difference, learningRate − lowest.',
    wrong: (t: number, options: CosineDecayOptions) =>
      options.lowest + cosineDecay(t, { ...options, lowest: 0 }),
  },
  {
    exercise: '07.9 cosineDecay',
    id: 'cosine-to-nothing',
    sentence: 'The rate falls to 0. It ends at options.lowest.',
    wrong: (t: number, options: CosineDecayOptions) => cosineDecay(t, { ...options, lowest: 0 }),
  },
  {
    exercise: '07.9 cosineDecay',
    id: 'cosine-straight',
    sentence:
      'The rate falls in a straight line. A cosine is flat at both ends: (1 + cos(π · done)) / 2.',
    wrong: (t: number, { learningRate, lowest, steps }: CosineDecayOptions) =>
      learningRate + (lowest - learningRate) * Math.min(1, (t - 1) / steps),
  },
  {
    exercise: '07.9 cosineDecay',
    id: 'cosine-last-step-lowest',
    sentence:
      'The lowest rate is reached in the last step already: this divides by steps − 1. Divide by steps; it is reached after the last one.',
    wrong: (t: number, options: CosineDecayOptions) =>
      cosineDecay(t, { ...options, steps: Math.max(options.steps - 1, 1) }),
  },

  {
    exercise: '07.10 warmUp',
    id: 'warm-up-from-nothing',
    sentence:
      'The first step has a rate of 0 and goes nowhere: this is (t − 1) / steps. Steps are counted from 1, so take t / steps.',
    wrong: (t: number, { learningRate, steps }: WarmUpOptions) =>
      t - 1 < steps ? (learningRate * (t - 1)) / steps : learningRate,
  },
  {
    exercise: '07.10 warmUp',
    id: 'warm-up-for-ever',
    sentence:
      'The rate goes on rising after the warm-up. From step `steps` on it is the learning rate, and no more.',
    wrong: (t: number, { learningRate, steps }: WarmUpOptions) =>
      steps === 0 ? learningRate : (learningRate * t) / steps,
  },
  {
    exercise: '07.10 warmUp',
    id: 'warm-up-one-late',
    sentence:
      'The warm-up is one step too long: this divides by steps + 1. In step `steps` the rate is the whole one.',
    wrong: (t: number, options: WarmUpOptions) =>
      warmUp(t, { ...options, steps: options.steps + 1 }),
  },
  {
    exercise: '07.10 warmUp',
    id: 'warm-up-downhill',
    sentence: 'The rate falls during the warm-up. It rises: learningRate · t / steps.',
    wrong: (t: number, { learningRate, steps }: WarmUpOptions) =>
      t < steps ? learningRate * (1 - t / steps) : learningRate,
  },
  {
    exercise: '07.10 warmUp',
    id: 'warm-up-none',
    sentence: 'There is no warm-up: the rate is whole from the first step on.',
    wrong: (_: number, { learningRate }: WarmUpOptions) => learningRate,
  },
  {
    exercise: '07.11 adamStart',
    id: 'start-at-one',
    sentence:
      't starts at 1, as if a step had been taken. adamUpdate counts up before it steps: start at 0.',
    wrong: (params: Params) => ({ ...adamStart(params), t: 1 }),
  },
  {
    exercise: '07.11 adamStart',
    id: 'start-at-the-parameters',
    sentence:
      'The means start as the parameters themselves. Nothing was met yet: start with zeros.',
    wrong: (params: Params) => {
      const copies = (): Params => overParams(params, copy);
      return { t: 0, m: copies(), v: copies() };
    },
  },
  {
    exercise: '07.11 adamStart',
    id: 'start-squares-at-one',
    sentence:
      'v starts at 1. The correction 1 − β₂ᵗ makes up for a start at 0, and for no other: take zeros.',
    wrong: (params: Params) => ({
      ...adamStart(params),
      v: overParams(params, (w) => map(w, () => 1)),
    }),
  },
  {
    exercise: '07.11 adamStart',
    id: 'start-with-numbers',
    sentence: 'The means are single numbers. Each entry of a parameter has its own: take arrays.',
    wrong: (params: Params) => {
      const numbers = (): Record<string, number> =>
        Object.fromEntries(Object.keys(params).map((name) => [name, 0]));
      return { t: 0, m: numbers(), v: numbers() };
    },
  },

  {
    exercise: '07.12 adamUpdate',
    id: 'update-counts-each-parameter',
    sentence:
      't is counted once for each parameter, so that the second one takes step 2 at once. It is one step for all: count before the loop.',
    anchor: '#one-step-for-all',
    wrong: refusingLike(adamUpdate, (params, gradients, state, options) => {
      const steps = Object.entries(params).map(([name, w], i) =>
        adam(w, gradients[name]!, state.m[name]!, state.v[name]!, state.t + 1 + i, options),
      );
      return gathered(params, steps, state.t + steps.length);
    }),
  },
  {
    exercise: '07.12 adamUpdate',
    id: 'update-does-not-count',
    sentence:
      't comes back as it was, so every step is corrected as if it were the first. Return it with 1 added.',
    anchor: '#one-step-for-all',
    wrong: (params: Params, gradients: Params, state: AdamState, options: AdamOptions) => {
      const update = adamUpdate(params, gradients, state, options);
      return { ...update, state: { ...update.state, t: state.t } };
    },
  },
  {
    exercise: '07.12 adamUpdate',
    id: 'update-counts-late',
    sentence:
      'The step is made with the t from before it, 0 for the first one, and 1 − β⁰ is 0. Count up first, then step.',
    anchor: '#one-step-for-all',
    wrong: refusingLike(adamUpdate, (params, gradients, state, options) => {
      const steps = Object.entries(params).map(([name, w]) =>
        adam(w, gradients[name]!, state.m[name]!, state.v[name]!, state.t, options),
      );
      return gathered(params, steps, state.t + 1);
    }),
  },
  {
    exercise: '07.12 adamUpdate',
    id: 'update-forgets',
    sentence:
      'Every step starts from zeros: what m and v remembered is lost. Take them from the state.',
    wrong: (params: Params, gradients: Params, state: AdamState, options: AdamOptions) =>
      adamUpdate(params, gradients, { ...adamStart(params), t: state.t }, options),
  },
  {
    exercise: '07.12 adamUpdate',
    id: 'update-keeps-the-old-state',
    sentence:
      'The parameters are right, but the means come back as they came in. Return the new ones, or nothing is remembered.',
    wrong: refusingLike(adamUpdate, (params, gradients, state, options) => ({
      params: adamUpdate(params, gradients, state, options).params,
      state: {
        t: state.t + 1,
        m: overParams(state.m, copy),
        v: overParams(state.v, copy),
      },
    })),
  },
  {
    exercise: '07.12 adamUpdate',
    id: 'update-by-position',
    sentence:
      "Gradients and means are found by their place in the list and not by their name. Look each up under the parameter's name.",
    wrong: refusingLike(adamUpdate, (params, gradients, state, options) => {
      const [gs, ms, vs] = [gradients, state.m, state.v].map((one) => Object.values(one)) as [
        Tensor[],
        Tensor[],
        Tensor[],
      ];
      const steps = Object.values(params).map((w, i) =>
        adam(w, gs[i]!, ms[i]!, vs[i]!, state.t + 1, options),
      );
      return gathered(params, steps, state.t + 1);
    }),
  },
  {
    exercise: '07.12 adamUpdate',
    id: 'update-first-parameter-only',
    sentence: 'Only the first parameter moves. Go through all of their names.',
    wrong: refusingLike(adamUpdate, (params, gradients, state, options) => {
      const steps = Object.entries(params).map(([name, w], i) =>
        i === 0
          ? adam(w, gradients[name]!, state.m[name]!, state.v[name]!, state.t + 1, options)
          : { w: copy(w), m: copy(state.m[name]!), v: copy(state.v[name]!) },
      );
      return gathered(params, steps, state.t + 1);
    }),
  },

  {
    exercise: '07.13 minimize',
    id: 'minimize-schedule-from-zero',
    sentence:
      'The schedule is asked for steps from 0 on. Steps are counted from 1: the first rate is schedule(1).',
    wrong: minimizing(({ t, schedule }) => schedule(t - 1)),
  },
  {
    exercise: '07.13 minimize',
    id: 'minimize-first-rate',
    sentence:
      'Every step has the rate of the first one. Ask the schedule at each step: schedule(t).',
    wrong: minimizing(({ schedule }) => schedule(1)),
  },
  {
    exercise: '07.13 minimize',
    id: 'minimize-last-rate',
    sentence:
      'Every step has the rate of the last one. Ask the schedule at each step: schedule(t).',
    wrong: minimizing(({ schedule, steps }) => schedule(steps)),
  },
  {
    exercise: '07.13 minimize',
    id: 'minimize-state-lost',
    sentence:
      'Each step starts with an empty memory, so Adam never gets beyond its first step. Hand the state that adamUpdate returns to the next one.',
    wrong: (
      lossAndGradients: (params: Params) => LossAndGradients,
      params: Params,
      { steps, schedule, ...rule }: MinimizeOptions,
    ) => {
      let now = overParams(params, copy);
      const losses: number[] = [];
      for (let t = 1; t <= steps; t++) {
        const { loss, gradients } = lossAndGradients(now);
        losses.push(loss);
        const options = { ...rule, learningRate: schedule(t) };
        now = adamUpdate(now, gradients, adamStart(now), options).params;
      }
      return { params: now, losses };
    },
  },
  {
    exercise: '07.13 minimize',
    id: 'minimize-gradients-of-the-start',
    sentence:
      'Every step takes the gradients of the start. Ask for them anew, where the parameters are by then.',
    wrong: (
      lossAndGradients: (params: Params) => LossAndGradients,
      params: Params,
      options: MinimizeOptions,
    ) => minimize(() => lossAndGradients(params), params, options),
  },
  {
    exercise: '07.13 minimize',
    id: 'minimize-losses-after',
    sentence:
      'The losses are those after each step. The one that comes with the gradients is the one before it, and costs nothing more.',
    wrong: (
      lossAndGradients: (params: Params) => LossAndGradients,
      params: Params,
      options: MinimizeOptions,
    ) => {
      const { params: reached, losses } = minimize(lossAndGradients, params, options);
      if (losses.length === 0) return { params: reached, losses };
      return { params: reached, losses: [...losses.slice(1), lossAndGradients(reached).loss] };
    },
  },
  {
    exercise: '07.13 minimize',
    id: 'minimize-last-loss',
    sentence: 'There is the last loss alone. Keep one for each step, in their order.',
    wrong: (
      lossAndGradients: (params: Params) => LossAndGradients,
      params: Params,
      options: MinimizeOptions,
    ) => {
      const { params: reached, losses } = minimize(lossAndGradients, params, options);
      return { params: reached, losses: losses.slice(-1) };
    },
  },
  {
    exercise: '07.13 minimize',
    id: 'minimize-fixed-rate',
    sentence: `Every step has the rate ${USUAL_RATE}. Ask the schedule: schedule(t).`,
    wrong: minimizing(() => USUAL_RATE),
  },
];

/** What a step that remembers squares divides by: the new squares, those before, and ε. */
type Change = (numbers: { s: number; before: number; epsilon: number }) => number;

/** A right step's squares, with a w that was divided by something else. */
function changed(
  w: Tensor,
  g: Tensor,
  { s }: SquaresStep,
  before: Tensor,
  { learningRate, epsilon }: AdagradOptions,
  change: Change,
): SquaresStep {
  const below = zip(s, before, (now, old) => change({ s: now, before: old, epsilon }));
  const step = zip(g, below, (slope, divisor) => slope / divisor);
  return { w: zip(w, step, (value, d) => value - learningRate * d), s };
}

/** w − learningRate · g / (√s + ε). */
function dividedStep(
  w: Tensor,
  g: Tensor,
  s: Tensor,
  { learningRate, epsilon }: AdagradOptions,
): Tensor {
  const step = zip(g, s, (slope, squares) => slope / (Math.sqrt(squares) + epsilon));
  return zip(w, step, (value, d) => value - learningRate * d);
}

/** All that a wrong step of Adam may be made of, for one entry. */
interface AdamNumbers extends AdamOptions {
  g: number;
  m: number;
  v: number;
  oldM: number;
  oldV: number;
  mHat: number;
  vHat: number;
  t: number;
}

/** Adam with right means and another step: w − learningRate · step. */
function adamWith(step: (numbers: AdamNumbers) => number): typeof adam {
  return (w, g, m, v, t, options) => {
    const right = adam(w, g, m, v, t, options);
    const [gs, ms, vs, oldMs, oldVs] = [g, right.m, right.v, m, v].map((x) => copy(x).data) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const moved = copy(w);
    for (const [i, value] of moved.data.entries()) {
      const numbers = {
        ...options,
        t,
        g: gs[i]!,
        m: ms[i]!,
        v: vs[i]!,
        oldM: oldMs[i]!,
        oldV: oldVs[i]!,
        mHat: ms[i]! / (1 - options.beta1 ** t),
        vHat: vs[i]! / (1 - options.beta2 ** t),
      };
      moved.data[i] = value - options.learningRate * step(numbers);
    }
    return { ...right, w: moved };
  };
}

/** The step of Adam from means that were made in another way. */
function stepFrom(w: Tensor, m: Tensor, v: Tensor, t: number, options: AdamOptions): AdamStep {
  const mHat = map(m, (value) => value / (1 - options.beta1 ** t));
  const vHat = map(v, (value) => value / (1 - options.beta2 ** t));
  return { w: dividedStep(w, mHat, vHat, options), m, v };
}

/** The steps of all parameters, under their names. */
function gathered(
  params: Params,
  steps: readonly AdamStep[],
  t: number,
): ReturnType<typeof adamUpdate> {
  const names = Object.keys(params);
  const all = (part: keyof AdamStep): Params =>
    Object.fromEntries(names.map((name, i) => [name, steps[i]![part]]));
  return { params: all('w'), state: { t, m: all('m'), v: all('v') } };
}

function overParams(params: Params, f: (w: Tensor) => Tensor): Params {
  return Object.fromEntries(Object.entries(params).map(([name, w]) => [name, f(w)]));
}

/** minimize with other learning rates. */
function minimizing(
  rate: (numbers: { t: number; steps: number; schedule: (t: number) => number }) => number,
): typeof minimize {
  return (lossAndGradients, params, options) => {
    const { steps, schedule } = options;
    return minimize(lossAndGradients, params, {
      ...options,
      schedule: (t) => rate({ t, steps, schedule }),
    });
  };
}
