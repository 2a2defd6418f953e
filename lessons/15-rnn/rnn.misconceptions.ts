/** Lesson 15: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import {
  add,
  copy,
  filled,
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
  softmaxLossBackward,
  softmaxLossForward,
} from '#lessons/05-backprop';
import type { Params } from '#lessons/06-training';
import type { Misconception } from '../../checks/misconception.ts';
import { refusingLike } from '../../checks/wrong-answers.ts';
import {
  clipGradients,
  embeddingForward,
  generateTokens,
  languageModelGradients,
  manyToOneGradients,
  rnnBackward,
  rnnForward,
  rnnStepBackward,
  rnnStepForward,
  sampleToken,
  temporalSoftmaxLossBackward,
  temporalSoftmaxLossForward,
  type EmbeddingCache,
  type GenerateOptions,
  type LanguageModelGradients,
  type LanguageModelParams,
  type RecurrentParams,
  type RnnCache,
  type RnnGradients,
  type RnnStepCache,
  type RnnStepGradients,
  type TemporalSoftmaxLossCache,
  type TokenBatch,
} from './rnn.reference.ts';

type StepArgs = [x: Tensor, hPrev: Tensor, Wx: Tensor, Wh: Tensor, b: Tensor];

/** Wrong states after a step. The backward pass gets what it needs all the same. */
function wrongStep(
  id: string,
  sentence: string,
  state: (...args: StepArgs) => Tensor,
): Misconception {
  return {
    exercise: '15.1 rnnStepForward',
    id,
    sentence,
    wrong: (...args: StepArgs) => ({ ...rnnStepForward(...args), h: state(...args) }),
  };
}

/** x · Wx + hPrev · Wh + b. */
function beforeTanh(x: Tensor, hPrev: Tensor, Wx: Tensor, Wh: Tensor, b: Tensor): Tensor {
  return add(affineForward(x, Wx, b).out, matrixProduct(hPrev, Wh));
}

const tanh = (x: Tensor): Tensor => map(x, Math.tanh);
const none = (x: Tensor): Tensor => zeros(...x.shape);

/** A wrong slope where 1 − h² belongs. */
function wrongSlope(
  id: string,
  sentence: string,
  slope: (cache: RnnStepCache) => Tensor,
): Misconception {
  return {
    exercise: '15.2 rnnStepBackward',
    id,
    sentence,
    anchor: '#one-step-back',
    wrong: (dh: Tensor, cache: RnnStepCache) => stepBack(dh, cache, slope(cache)),
  };
}

/** A step back with some slope. */
function stepBack(dh: Tensor, cache: RnnStepCache, slope: Tensor): RnnStepGradients {
  const ds = zip(dh, slope, (d, value) => d * value);
  return rnnStepBackward(ds, { ...cache, h: none(cache.h) });
}

const slopeOf = (h: Tensor): Tensor => map(h, (value) => 1 - value ** 2);

/** Something wrong with the right gradients of a step. */
function wrongStepBack(
  id: string,
  sentence: string,
  change: (right: RnnStepGradients, dh: Tensor, cache: RnnStepCache) => Partial<RnnStepGradients>,
): Misconception {
  return {
    exercise: '15.2 rnnStepBackward',
    id,
    sentence,
    wrong: (dh: Tensor, cache: RnnStepCache) => {
      const right = rnnStepBackward(dh, cache);
      return { ...right, ...change(right, dh, cache) };
    },
  };
}

/** Wrong states after each step. */
function wrongStates(
  id: string,
  sentence: string,
  states: (...args: StepArgs) => Tensor,
): Misconception {
  return {
    exercise: '15.3 rnnForward',
    id,
    sentence,
    wrong: (...args: StepArgs) => ({ ...rnnForward(...args), h: states(...args) }),
  };
}

const statesOf = (...args: StepArgs): Tensor => rnnForward(...args).h;

/** How wrong one goes back through time. */
interface Back {
  id: string;
  sentence: string;
  anchor?: string;
  /** What reaches the state after step t: dh of this step, and what the step after it sent. */
  reaching?: (dh: Tensor, fromNext: Tensor, isLast: boolean) => Tensor;
  /** A step back; rnnStepBackward unless given. */
  step?: (dh: Tensor, cache: RnnStepCache, first: RnnStepCache) => RnnStepGradients;
  /** What is sent to the step before; dhPrev unless given. */
  sent?: (step: RnnStepGradients, reached: Tensor, fromNext: Tensor, cache: RnnStepCache) => Tensor;
  /** How the gradients of the weights are kept: the sum unless given. */
  kept?: (sum: Tensor, now: Tensor, t: number, T: number) => Tensor;
  /** What is wrong with the result. */
  end?: (right: RnnGradients, dh: Tensor, cache: RnnCache) => RnnGradients;
}

function throughTime(
  dh: Tensor,
  cache: RnnCache,
  how: Omit<Back, 'id' | 'sentence'>,
): RnnGradients {
  const { reaching = add, step = rnnStepBackward, sent = ({ dhPrev }) => dhPrev } = how;
  const { kept = add, end = (right) => right } = how;
  const [N, T, H] = dh.shape as [number, number, number];
  const D = cache[0]!.x.shape[1]!;
  const steps: RnnStepGradients[] = [];
  let [dWx, dWh, db, fromNext] = [zeros(D, H), zeros(H, H), zeros(H), zeros(N, H)];
  for (let t = T - 1; t >= 0; t--) {
    const reached = reaching(copy(dh.pick(null, t, null)), fromNext, t === T - 1);
    const back = step(reached, cache[t]!, cache[0]!);
    steps.unshift(back);
    dWx = kept(dWx, back.dWx, t, T);
    dWh = kept(dWh, back.dWh, t, T);
    db = kept(db, back.db, t, T);
    fromNext = sent(back, reached, fromNext, cache[t]!);
  }
  const dx = filled([N, T, D], (...[n, t, d]) => steps[t!]!.dx.get(n!, d!));
  return end({ dx, dh0: fromNext, dWx, dWh, db }, dh, cache);
}

const BACK: readonly Back[] = [
  {
    id: 'time-cut',
    sentence:
      'Each step gets only its own dh: what the next step sends back is missing. Add the dhPrev of step t + 1 to dh of step t.',
    reaching: (dh) => dh,
  },
  {
    id: 'time-last-only',
    sentence:
      'Only the dh of the last step is read. Every state may have been used by the loss: each step has a dh of its own, to which you add what the next step sends.',
    reaching: (dh, fromNext, isLast) => (isLast ? dh : fromNext),
  },
  {
    id: 'time-accumulated',
    sentence:
      'What later steps sent is kept and added again at every step. Each step sends its dhPrev to the one before, and that replaces what was there.',
    sent: ({ dhPrev }, _, fromNext) => add(dhPrev, fromNext),
  },
  {
    id: 'time-h-for-hprev',
    sentence:
      'dWh is computed with the state after the step. Wh met the state before it: hₜ₋₁, which is h0 in the first step.',
    step: (dh, cache) => ({ ...rnnStepBackward(dh, cache), dWh: withOwnState(dh, cache) }),
  },
  {
    id: 'time-h0-for-hprev',
    sentence: 'dWh is computed with h0 in every step. Step t met the state hₜ₋₁.',
    step: (dh, cache, first) => rnnStepBackward(dh, { ...cache, hPrev: first.hPrev }),
  },
  {
    id: 'time-weights-of-the-last-step',
    sentence:
      'The gradients of the weights are those of the last step alone. The same weights served in all steps: add them up over t.',
    kept: (sum, now, t, T) => (t === T - 1 ? now : sum),
  },
  {
    id: 'time-weights-overwritten',
    sentence:
      'The gradients of the weights are those of the first step alone: each step overwrites what was there. Add them up over t.',
    kept: (_, now) => now,
  },
  {
    id: 'time-weights-mean',
    sentence:
      'The gradients of the weights are means over the steps. Each step used the weights once: take the sum.',
    kept: (sum, now, _, T) => zip(sum, now, (so, value) => so + value / T),
  },
  {
    id: 'time-without-slope',
    sentence:
      'What goes back to the state before skips the slope of the tanh. Send ds · Whᵀ, with ds = dh · (1 − h²).',
    sent: (_, reached, __, { Wh }) => matrixProduct(reached, Wh.transpose(1, 0)),
  },
  {
    id: 'time-wh-not-transposed',
    sentence:
      'On the way back Wh is not transposed. Forward it was hPrev · Wh, so back it is ds · Whᵀ.',
    sent: (_, reached, __, { Wh, h }) => matrixProduct(timesSlope(reached, h), Wh),
  },
  {
    id: 'time-slope-of-the-state-before',
    sentence:
      'The slope is that of the state before the step. The tanh of step t made hₜ: 1 − hₜ².',
    step: (dh, cache) => stepBack(dh, cache, slopeOf(cache.hPrev)),
  },
  {
    id: 'time-slope-missing',
    sentence: 'The slope of the tanh is missing. Multiply by 1 − hₜ² before anything else.',
    step: (dh, cache) =>
      stepBack(
        dh,
        cache,
        map(cache.h, () => 1),
      ),
  },
  {
    id: 'time-dh0-missing',
    sentence: 'dh0 is 0. It is the dhPrev that the first step sends back.',
    end: (right) => ({ ...right, dh0: none(right.dh0) }),
  },
  {
    id: 'time-dh0-of-the-last-step',
    sentence:
      'dh0 is the dhPrev of the last step, which belongs to the state before that one. Go on to the first step.',
    end: (right, dh, cache) => {
      const T = dh.shape[1]!;
      return { ...right, dh0: rnnStepBackward(dh.pick(null, T - 1, null), cache[T - 1]!).dhPrev };
    },
  },
  {
    id: 'time-dh0-of-h1',
    sentence:
      'dh0 is what reaches the state after the first step. h0 lies one step further back: take the dhPrev of the first step.',
    end: (right, dh, cache) => {
      const later =
        cache.length > 1 ? throughTime(withoutFirst(dh), cache.slice(1), {}).dh0 : undefined;
      const first = copy(dh.pick(null, 0, null));
      return { ...right, dh0: later === undefined ? first : add(first, later) };
    },
  },
  {
    id: 'time-dx-reversed',
    sentence:
      'dx is back to front: its steps stand in the order in which the loop met them. The one of step t belongs at t.',
    end: (right) => ({ ...right, dx: copy(right.dx.step(1, -1, 1)) }),
  },
  {
    id: 'time-forwards',
    sentence:
      'The loop runs from the first step to the last. What reaches a state comes from later steps, so go from the last to the first.',
    end: (_, dh, cache) => {
      const back = throughTime(copy(dh.step(1, -1, 1)), cache.toReversed(), {});
      return { ...back, dx: copy(back.dx.step(1, -1, 1)) };
    },
  },
];

/** All steps but the first. */
function withoutFirst(x: Tensor): Tensor {
  const [N, T, H] = x.shape as [number, number, number];
  return copy(x.lo(0, 1, 0).hi(N, T - 1, H));
}

function timesSlope(dh: Tensor, h: Tensor): Tensor {
  return zip(dh, h, (d, value) => d * (1 - value ** 2));
}

/** dWh, had the step read the state that it made. */
function withOwnState(dh: Tensor, { h }: RnnStepCache): Tensor {
  return matrixProduct(h.transpose(1, 0), timesSlope(dh, h));
}

/** Gradients shortened by a factor of their own norm. */
function wrongClip(
  id: string,
  sentence: string,
  wrong: (gradients: Params, maxNorm: number) => Params,
): Misconception {
  return { exercise: '15.5 clipGradients', id, sentence, wrong };
}

const entriesOf = (gradients: Params): number[] =>
  Object.values(gradients).flatMap((g) => [...copy(g).data]);

const eachOf = (gradients: Params, f: (g: Tensor) => Tensor): Params =>
  Object.fromEntries(Object.entries(gradients).map(([name, g]) => [name, f(g)]));

const euclidean = (values: readonly number[]): number => Math.hypot(...values);

/** Clipped by another norm. */
function byNorm(norm: (values: number[], gradients: Params) => number) {
  return (gradients: Params, maxNorm: number): Params => {
    const length = norm(entriesOf(gradients), gradients);
    return length > maxNorm
      ? eachOf(gradients, (g) => map(g, (value) => (value * maxNorm) / length))
      : eachOf(gradients, copy);
  };
}

/** Vectors from other rows of W. */
function wrongRows(
  id: string,
  sentence: string,
  row: (ids: Labels, n: number, t: number, V: number) => number,
): Misconception {
  return {
    exercise: '15.6 embeddingForward',
    id,
    sentence,
    wrong: refusingLike(embeddingForward, (ids, W) => {
      const { cache } = embeddingForward(ids, W);
      const [N, T] = ids.shape as [number, number];
      const [V, D] = W.shape as [number, number];
      const out = filled([N, T, D], (...[n, t, d]) => W.get(row(ids, n!, t!, V), d!));
      return { out, cache };
    }),
  };
}

/** Another rule for what one place of dout does to the row of its token. */
function wrongScatter(
  id: string,
  sentence: string,
  rule: (before: number, sent: number, times: number, total: number, left: number) => number,
): Misconception {
  return {
    exercise: '15.7 embeddingBackward',
    id,
    sentence,
    anchor: '#tokens-as-vectors',
    wrong: (dout: Tensor, { ids, V }: EmbeddingCache) => {
      const [N, T, D] = dout.shape as [number, number, number];
      const list = [...copy(ids).data];
      const [dW, times] = [zeros(V, D), zeros(V)];
      for (const [i, token] of list.entries()) {
        const [n, t] = [Math.floor(i / T), i % T];
        const total = list.filter((other) => other === token).length;
        for (let d = 0; d < D; d++) {
          dW.set(
            token,
            d,
            rule(dW.get(token, d), dout.get(n, t, d), times.get(token), total, N - 1 - n),
          );
        }
        times.set(token, times.get(token) + 1);
      }
      return { dW };
    },
  };
}

/** The sum of the losses of each step with a weight of its own, which depends on the mask. */
function weighedLoss(
  weight: (mask: Tensor, n: number, t: number) => number,
): (logits: Tensor, labels: Labels, mask: Tensor) => number {
  return (logits, labels, mask) => {
    const [N, T, V] = logits.shape as [number, number, number];
    let loss = 0;
    for (let n = 0; n < N; n++) {
      for (let t = 0; t < T; t++) {
        const share = weight(mask, n, t);
        const label = labels.pick(n, null).lo(t).hi(1);
        const isToken = label.get(0) >= 0 && label.get(0) < V;
        const row = logits.pick(n, null, null).lo(t, 0).hi(1, V);
        if (share !== 0 && isToken) loss += share * softmaxLossForward(row, label).loss;
      }
    }
    return loss;
  };
}

const steps = (mask: Tensor): number => copy(mask).data.reduce((so, value) => so + value, 0);
const own = (mask: Tensor, n: number): number => steps(mask.pick(n, null));

/** Weights of the steps that people choose instead of mask / N, in the loss and in its gradient. */
const WEIGHTS: readonly {
  id: string;
  sentence: string;
  weight: (mask: Tensor, n: number, t: number) => number;
}[] = [
  {
    id: 'mean-over-steps-and-batch',
    sentence:
      'All steps are divided by N · T. The steps of a sequence are added up; divide by N alone.',
    weight: (mask, n, t) => mask.get(n, t) / mask.size,
  },
  {
    id: 'mean-over-what-counts',
    sentence:
      'It is a mean over the steps that count. Here they are added up, and divided by the number of sequences.',
    weight: (mask, n, t) => mask.get(n, t) / Math.max(1, steps(mask)),
  },
  {
    id: 'mean-within-each-sequence',
    sentence:
      'Each sequence is divided by its own number of steps that count. Add them up, and divide by N.',
    weight: (mask, n, t) => mask.get(n, t) / Math.max(1, own(mask, n)) / mask.shape[0]!,
  },
  {
    id: 'mean-over-steps-for-batch',
    sentence:
      'It is divided by the number of steps T. Divide by the number of sequences N: the first axis.',
    weight: (mask, n, t) => mask.get(n, t) / mask.shape[1]!,
  },
  {
    id: 'mask-ignored',
    sentence:
      'The mask is ignored: steps that are mere padding count. Multiply each step by its mask.',
    weight: (mask) => 1 / mask.shape[0]!,
  },
  {
    id: 'mask-inverted',
    sentence: 'The mask is taken the wrong way round. 1 means that a step counts.',
    weight: (mask, n, t) => (1 - mask.get(n, t)) / mask.shape[0]!,
  },
];

/** A wrong gradient of the temporal loss: what stands at a place, with p the softmax and y the one-hot target. */
function wrongSlopes(
  id: string,
  sentence: string,
  slope: (p: number, y: number, mask: number, dout: number) => number,
): Misconception {
  return {
    exercise: '15.9 temporalSoftmaxLossBackward',
    id: `slope-${id}`,
    sentence,
    wrong: (dout: number, { probabilities, labels, mask }: TemporalSoftmaxLossCache) => ({
      dlogits: filled(probabilities.shape, (...[n, t, v]) => {
        const y = v === labels.get(n!, t!) ? 1 : 0;
        const p = probabilities.get(n!, t!, v!);
        return slope(p, y, mask.get(n!, t!), dout) / probabilities.shape[0]!;
      }),
    }),
  };
}

/** Draws in proportion to other weights. */
function wrongWeights(
  id: string,
  sentence: string,
  weights: (logits: number[], temperature: number) => number[],
): Misconception {
  return {
    exercise: '15.10 sampleToken',
    id: `sample-${id}`,
    sentence,
    anchor: '#drawing-a-token',
    wrong: refusingLike(sampleToken, (logits, temperature, random) => {
      const all = weights([...copy(logits).data], temperature);
      const total = all.reduce((so, weight) => so + weight, 0);
      const point = random() * total;
      let reached = 0;
      return all.findIndex((weight) => point < (reached += weight));
    }),
  };
}

/** e to what each is below the largest. */
const powers = (logits: number[]): number[] =>
  logits.map((logit) => Math.exp(logit - Math.max(...logits)));

/** A classifier that reads the states otherwise: what goes into the logits, and what comes back from there to dh. */
function wrongReading(
  id: string,
  sentence: string,
  weight: (t: number, T: number) => number,
  back = weight,
): Misconception {
  return {
    exercise: '15.11 manyToOneGradients',
    id: `many-to-one-${id}`,
    sentence,
    wrong: (x: Tensor, labels: Labels, params: RecurrentParams) => {
      const [N, T] = x.shape as [number, number];
      const { h, cache } = rnnForward(x, zeros(N, params.b.size), params.Wx, params.Wh, params.b);
      let read = zeros(N, params.b.size);
      for (let t = 0; t < T; t++) {
        read = zip(read, h.pick(null, t, null), (so, value) => so + weight(t, T) * value);
      }
      const output = affineForward(read, params.Wy, params.by);
      const { loss, cache: lossCache } = softmaxLossForward(output.out, labels);
      const { dlogits } = softmaxLossBackward(1, lossCache);
      const { dx: dRead, dW: Wy, db: by } = affineBackward(dlogits, output.cache);
      const dh = filled(h.shape, (...[n, t, k]) => back(t!, T) * dRead.get(n!, k!));
      const { dWx: Wx, dWh: Wh, db: b } = rnnBackward(dh, cache);
      return { loss, gradients: { Wx, Wh, b, Wy, by } };
    },
  };
}

/** Something wrong with a language model. */
function wrongModel(
  id: string,
  sentence: string,
  wrong: (batch: TokenBatch, h0: Tensor, params: LanguageModelParams) => LanguageModelGradients,
): Misconception {
  return { exercise: '15.12 languageModelGradients', id: `model-${id}`, sentence, wrong };
}

/** The recurrent layer's gradients as if each step stood alone. */
function withoutTime(
  batch: TokenBatch,
  h0: Tensor,
  params: LanguageModelParams,
): LanguageModelGradients {
  const right = languageModelGradients(batch, h0, params);
  const [N, T] = batch.ids.shape as [number, number];
  const { out: x } = embeddingForward(batch.ids, params.We);
  const { h } = rnnForward(x, h0, params.Wx, params.Wh, params.b);
  const sums = { ...right.gradients };
  for (const name of ['We', 'Wx', 'Wh', 'b'] as const) sums[name] = none(sums[name]);
  for (let t = 0; t < T; t++) {
    const at = {
      ids: stepOf(batch.ids, t),
      labels: stepOf(batch.labels, t),
      mask: maskAt(batch.mask, t),
    };
    const before = t === 0 ? h0 : copy(h.pick(null, t - 1, null));
    const one = languageModelGradients(at, before, params).gradients;
    for (const name of ['We', 'Wx', 'Wh', 'b'] as const) sums[name] = add(sums[name], one[name]);
  }
  return { ...right, gradients: sums, h: copy(h.pick(null, T - 1, null).hi(N, params.b.size)) };
}

function stepOf(x: Labels, t: number): Labels {
  return x.lo(0, t).hi(x.shape[0]!, 1);
}

function maskAt(mask: Tensor, t: number): Tensor {
  return mask.lo(0, t).hi(mask.shape[0]!, 1);
}

/** Something wrong with how a text is made up. */
function wrongText(
  id: string,
  sentence: string,
  next: (
    state: { h: Tensor; last: number; first: number },
    params: LanguageModelParams,
    options: GenerateOptions,
    random: () => number,
  ) => { h: Tensor; token: number },
): Misconception {
  return {
    exercise: '15.13 generateTokens',
    id: `text-${id}`,
    sentence,
    wrong: (
      first: number,
      params: LanguageModelParams,
      options: GenerateOptions,
      random: () => number,
    ) => {
      const tokens: number[] = [];
      let h = zeros(1, params.b.size);
      while (tokens.length < options.length) {
        const last = tokens.at(-1) ?? first;
        const step = next({ h, last, first }, params, options, random);
        h = step.h;
        tokens.push(step.token);
      }
      return tokens;
    },
  };
}

/** The state after a token, and the logits that follow. */
function readToken(
  token: number,
  h: Tensor,
  { We, Wx, Wh, b, Wy, by }: LanguageModelParams,
): { h: Tensor; logits: Tensor } {
  const x = filled([1, We.shape[1]!], (_, d) => We.get(token, d!));
  const after = rnnStepForward(x, h, Wx, Wh, b).h;
  return { h: after, logits: copy(affineForward(after, Wy, by).out.pick(0, null)) };
}

export const misconceptions: Misconception[] = [
  wrongStep(
    'step-without-tanh',
    'The tanh is missing: this is x · Wx + hPrev · Wh + b. Take the tanh of every entry.',
    beforeTanh,
  ),
  wrongStep(
    'step-sigmoid',
    'The sigmoid is in the place of the tanh, so that all states are above 0. Use Math.tanh.',
    (...args) => map(beforeTanh(...args), (s) => 1 / (1 + Math.exp(-s))),
  ),
  wrongStep(
    'step-without-bias',
    'The bias is missing. It is added to every sample, before the tanh.',
    (x, hPrev, Wx, Wh, b) => tanh(beforeTanh(x, hPrev, Wx, Wh, none(b))),
  ),
  wrongStep(
    'step-bias-twice',
    'The bias is added twice, once with the input and once with the state. There is one b for both.',
    (x, hPrev, Wx, Wh, b) => tanh(beforeTanh(x, hPrev, Wx, Wh, add(b, b))),
  ),
  wrongStep(
    'step-bias-outside',
    'The bias is added after the tanh. It belongs inside, with the two products.',
    (x, hPrev, Wx, Wh, b) => {
      const inner = tanh(beforeTanh(x, hPrev, Wx, Wh, none(b)));
      return filled(inner.shape, (n, k) => inner.get(n!, k!) + b.get(k!));
    },
  ),
  wrongStep(
    'step-state-ignored',
    'The state of the step before is not read: this remembers nothing. Add hPrev · Wh inside of the tanh.',
    (x, hPrev, Wx, Wh, b) => tanh(beforeTanh(x, none(hPrev), Wx, Wh, b)),
  ),
  wrongStep(
    'step-input-ignored',
    'The input is not read. Add x · Wx inside of the tanh.',
    (x, hPrev, Wx, Wh, b) => tanh(beforeTanh(none(x), hPrev, Wx, Wh, b)),
  ),
  wrongStep(
    'step-wh-transposed',
    'Wh is transposed. Row i of it says where unit i is read: hPrev · Wh.',
    (x, hPrev, Wx, Wh, b) => tanh(beforeTanh(x, hPrev, Wx, Wh.transpose(1, 0), b)),
  ),
  wrongStep(
    'step-state-outside',
    'hPrev · Wh is added after the tanh. It belongs inside, so that the state stays within ±1.',
    (x, hPrev, Wx, Wh, b) => add(tanh(affineForward(x, Wx, b).out), matrixProduct(hPrev, Wh)),
  ),
  wrongStep(
    'step-tanh-of-each',
    'Input and state go through a tanh of their own. Add first, then take one tanh of the sum.',
    (x, hPrev, Wx, Wh, b) => add(tanh(affineForward(x, Wx, b).out), tanh(matrixProduct(hPrev, Wh))),
  ),
  wrongStep(
    'step-state-kept-whole',
    'hPrev itself is added, without its weights. The state goes through Wh: hPrev · Wh.',
    (x, hPrev, Wx, _, b) => tanh(add(affineForward(x, Wx, b).out, hPrev)),
  ),

  wrongSlope(
    'back-slope-missing',
    'The slope of the tanh is missing. Multiply dh by 1 − h², entry by entry, before anything else.',
    ({ h }) => map(h, () => 1),
  ),
  wrongSlope(
    'back-slope-not-squared',
    'The slope is 1 − h here. It is 1 − h², with the square.',
    ({ h }) => map(h, (value) => 1 - value),
  ),
  wrongSlope(
    'back-slope-of-the-tanh-of-h',
    'The tanh is taken a second time: 1 − tanh²(h). h is a tanh already, so the slope is 1 − h².',
    ({ h }) => slopeOf(tanh(h)),
  ),
  wrongSlope(
    'back-slope-of-the-state-before',
    'The slope is 1 − hPrev². The tanh of this step made h, so it is 1 − h².',
    ({ hPrev }) => slopeOf(hPrev),
  ),
  wrongSlope(
    'back-slope-of-the-sigmoid',
    "h · (1 − h) is the sigmoid's slope. The tanh has 1 − h².",
    ({ h }) => map(h, (value) => value * (1 - value)),
  ),
  wrongStepBack(
    'back-state-without-slope',
    'dhPrev goes past the slope of the tanh. All five gradients go through it: ds = dh · (1 − h²), then ds · Whᵀ.',
    (_, dh, { Wh }) => ({ dhPrev: matrixProduct(dh, Wh.transpose(1, 0)) }),
  ),
  wrongStepBack(
    'back-input-without-slope',
    'dx goes past the slope of the tanh. All five gradients go through it: ds = dh · (1 − h²), then ds · Wxᵀ.',
    (_, dh, { Wx }) => ({ dx: matrixProduct(dh, Wx.transpose(1, 0)) }),
  ),
  wrongStepBack(
    'back-bias-without-slope',
    'db goes past the slope of the tanh. Add up the rows of ds = dh · (1 − h²), and not of dh.',
    (_, dh, { x, Wx }) => ({ db: affineBackward(dh, { x, W: Wx }).db }),
  ),
  wrongStepBack(
    'back-wh-not-transposed',
    'dhPrev is ds · Wh. Forward it was hPrev · Wh, so back it is ds · Whᵀ.',
    (_, dh, { h, Wh }) => ({ dhPrev: matrixProduct(timesSlope(dh, h), Wh) }),
  ),
  wrongStepBack(
    'back-h-for-hprev',
    'dWh is computed with the state after the step. Wh met the state before it: hPrevᵀ · ds.',
    (_, dh, cache) => ({ dWh: withOwnState(dh, cache) }),
  ),
  wrongStepBack(
    'back-dwh-transposed',
    'dWh is transposed: dsᵀ · hPrev. Entry (i, k) of Wh led from unit i to unit k: hPrevᵀ · ds.',
    ({ dWh }) => ({ dWh: copy(dWh.transpose(1, 0)) }),
  ),
  wrongStepBack(
    'back-mean',
    'The gradients of the weights are divided by the number of samples. A mean over the batch is in dh already: just add up.',
    ({ dWx, dWh, db }, dh) => {
      const N = dh.shape[0]!;
      const mean = (g: Tensor) => map(g, (value) => value / N);
      return { dWx: mean(dWx), dWh: mean(dWh), db: mean(db) };
    },
  ),
  wrongStepBack(
    'back-bias-of-one-sample',
    'db is that of the first sample. Add up all of them.',
    (_, dh, { h }) => ({ db: copy(timesSlope(dh, h).pick(0, null)) }),
  ),

  wrongStates(
    'states-backwards',
    'The sequence is read from its end. Begin with step 0 and go up.',
    (x, ...rest) => copy(statesOf(x.step(1, -1, 1), ...rest).step(1, -1, 1)),
  ),
  wrongStates(
    'states-h0-ignored',
    'The first step begins with zeros. It begins with h0.',
    (x, h0, ...rest) => statesOf(x, none(h0), ...rest),
  ),
  wrongStates(
    'states-from-h0-always',
    'Every step begins with h0, so that nothing is remembered. Step t begins with the state that step t − 1 left.',
    (x, h0, ...rest) => {
      const [N, T, D] = x.shape as [number, number, number];
      const each = Array.from({ length: T }, (_, t) =>
        statesOf(x.lo(0, t, 0).hi(N, 1, D), h0, ...rest),
      );
      return filled([N, T, h0.shape[1]!], (...[n, t, k]) => each[t!]!.get(n!, 0, k!));
    },
  ),
  wrongStates(
    'states-carried-over',
    'A sequence begins with the state in which the one before it ended. Each begins with its own row of h0.',
    (x, h0, ...rest) => {
      const [N, T, D] = x.shape as [number, number, number];
      const h = zeros(N, T, h0.shape[1]!);
      let state = h0.hi(1, h0.shape[1]!);
      for (let n = 0; n < N; n++) {
        const one = statesOf(x.lo(n, 0, 0).hi(1, T, D), state, ...rest);
        for (const [i, value] of one.data.entries()) h.data[n * one.size + i] = value;
        state = copy(one.pick(null, T - 1, null));
      }
      return h;
    },
  ),
  wrongStates(
    'states-one-h0-for-all',
    'All sequences begin with the first row of h0. Each has a row of its own.',
    (x, h0, ...rest) =>
      statesOf(
        x,
        filled(h0.shape, (_, k) => h0.get(0, k!)),
        ...rest,
      ),
  ),
  wrongStates(
    'states-before-the-step',
    'At step t stands the state before it: h0 first, and the last one is missing. Keep what the step returned.',
    (x, h0, ...rest) => {
      const h = statesOf(x, h0, ...rest);
      return filled(h.shape, (...[n, t, k]) => (t === 0 ? h0.get(n!, k!) : h.get(n!, t! - 1, k!)));
    },
  ),
  wrongStates(
    'states-last-everywhere',
    'The last state stands at every step: the loop keeps one array and fills it anew. Write the state of step t to t.',
    (...args) => {
      const h = statesOf(...args);
      return filled(h.shape, (...[n, , k]) => h.get(n!, h.shape[1]! - 1, k!));
    },
  ),
  wrongStates(
    'states-first-input-only',
    'Every step reads the first input. Step t reads x[n, t].',
    (x, ...rest) =>
      statesOf(
        filled(x.shape, (...[n, , d]) => x.get(n!, 0, d!)),
        ...rest,
      ),
  ),
  wrongStates(
    'states-without-tanh-inside',
    'What is handed on from step to step has not been through the tanh. Hand on h itself.',
    (x, h0, Wx, Wh, b) => {
      const [N, T] = x.shape as [number, number];
      const h = zeros(N, T, b.size);
      let sum = h0;
      for (let t = 0; t < T; t++) {
        sum = beforeTanh(x.pick(null, t, null), sum, Wx, Wh, b);
        for (let n = 0; n < N; n++) {
          for (let k = 0; k < b.size; k++) h.set(n, t, k, Math.tanh(sum.get(n, k)));
        }
      }
      return h;
    },
  ),

  ...BACK.map(({ id, sentence, anchor = '#backpropagation-through-time', ...how }) => ({
    exercise: '15.4 rnnBackward',
    id,
    sentence,
    anchor,
    wrong: (dh: Tensor, cache: RnnCache) => throughTime(dh, cache, how),
  })),

  wrongClip(
    'clip-each-by-itself',
    'Each gradient is clipped by its own norm, which turns the step into another direction. Take one norm over all of them together, and one factor.',
    (gradients, maxNorm) => eachOf(gradients, (g) => clipGradients({ g }, maxNorm)['g']!),
  ),
  wrongClip(
    'clip-by-value',
    'Every entry is cut off at ±maxNorm, which turns the step into another direction. Multiply all entries by one factor.',
    (gradients, maxNorm) =>
      eachOf(gradients, (g) => map(g, (v) => Math.max(-maxNorm, Math.min(maxNorm, v)))),
  ),
  wrongClip(
    'clip-scales-up',
    'Short gradients are made longer. Leave them as they are: only a norm above maxNorm is brought down to it.',
    (gradients, maxNorm) => {
      const norm = euclidean(entriesOf(gradients)) || 1;
      return eachOf(gradients, (g) => map(g, (v) => (v * maxNorm) / norm));
    },
  ),
  wrongClip(
    'clip-to-length-1',
    'Gradients that are too long become 1 long. They should become maxNorm long: multiply by maxNorm / norm.',
    (gradients, maxNorm) => {
      const norm = euclidean(entriesOf(gradients));
      return eachOf(gradients, (g) => map(g, (v) => (norm > maxNorm ? v / norm : v)));
    },
  ),
  wrongClip(
    'clip-without-root',
    'The root is missing: this is clipped by the sum of the squares. The norm is its root.',
    byNorm((values) => euclidean(values) ** 2),
  ),
  wrongClip(
    'clip-sum-of-sizes',
    'The norm is the sum of the magnitudes here. Take the root of the sum of squares.',
    byNorm((values) => values.reduce((so, v) => so + Math.abs(v), 0)),
  ),
  wrongClip(
    'clip-largest-entry',
    'The norm is the largest magnitude here. Take the root of the sum of all squares.',
    byNorm((values) => Math.max(0, ...values.map(Math.abs))),
  ),
  wrongClip(
    'clip-sum-of-norms',
    'The norms of the single gradients are added up. Add up the squares of all entries, and take one root.',
    byNorm((_, gradients) =>
      Object.values(gradients).reduce((so, g) => so + euclidean(entriesOf({ g })), 0),
    ),
  ),
  wrongClip(
    'clip-largest-norm',
    'The norm is that of the longest single gradient. Take one norm over all entries of all gradients.',
    byNorm((_, gradients) =>
      Math.max(0, ...Object.values(gradients).map((g) => euclidean(entriesOf({ g })))),
    ),
  ),
  wrongClip(
    'clip-mean-square',
    'This is the root of the mean square. Take the root of the sum: the length of all gradients together.',
    byNorm((values) => euclidean(values) / Math.sqrt(Math.max(1, values.length))),
  ),

  wrongRows(
    'embed-by-step',
    'Step t gets row t of W, whatever the token there. Look up row ids[n, t].',
    (_, __, t, V) => t % V,
  ),
  wrongRows(
    'embed-from-one',
    'The tokens are counted from 1: each gets the row before its own. Token 0 has row 0.',
    (ids, n, t) => Math.max(0, ids.get(n, t) - 1),
  ),
  wrongRows(
    'embed-first-sequence',
    'Every sequence gets the vectors of the first one. Look up ids[n, t].',
    (ids, _, t) => ids.get(0, t),
  ),
  wrongRows(
    'embed-first-token',
    'Every step gets the vector of the first token. Look up ids[n, t].',
    (ids, n) => ids.get(n, 0),
  ),

  wrongScatter(
    'embed-overwrites',
    'Where a token occurs several times only its last place counts: the row is assigned. Add to it.',
    (_, sent) => sent,
  ),
  wrongScatter(
    'embed-first-place',
    'Where a token occurs several times only its first place counts. Add them all up.',
    (before, sent, times) => (times === 0 ? sent : before),
  ),
  wrongScatter(
    'embed-mean',
    'What comes back to a token is averaged over its places. The same row served at all of them: take the sum.',
    (before, sent, _, total) => before + sent / total,
  ),
  wrongScatter(
    'embed-last-sequence',
    'Only the last sequence counts: the rows are set back to 0 for each. Start once, and add up over all sequences.',
    (before, sent, _, __, left) => (left === 0 ? before + sent : before),
  ),

  ...WEIGHTS.map(({ id, sentence, weight }) => ({
    exercise: '15.8 temporalSoftmaxLossForward',
    id: `loss-${id}`,
    sentence,
    anchor: '#a-loss-at-every-step',
    wrong: refusingLike(temporalSoftmaxLossForward, (logits, labels, mask) => ({
      ...temporalSoftmaxLossForward(logits, labels, mask),
      loss: weighedLoss(weight)(logits, labels, mask),
    })),
  })),
  {
    exercise: '15.8 temporalSoftmaxLossForward',
    id: 'loss-mask-on-the-logits',
    sentence:
      'The mask is multiplied with the logits. Equal logits still cost ln V; multiply the loss of the step by it.',
    anchor: '#a-loss-at-every-step',
    wrong: refusingLike(temporalSoftmaxLossForward, (logits, labels, mask) => ({
      ...temporalSoftmaxLossForward(logits, labels, mask),
      loss: weighedLoss(() => 1 / mask.shape[0]!)(
        filled(logits.shape, (...[n, t, v]) => logits.get(n!, t!, v!) * mask.get(n!, t!)),
        labels,
        mask,
      ),
    })),
  },
  {
    exercise: '15.8 temporalSoftmaxLossForward',
    id: 'loss-not-shifted',
    sentence:
      'Large logits overflow: e to the 1000 is infinite. Subtract the largest logit of the step first.',
    wrong: refusingLike(temporalSoftmaxLossForward, (logits, labels, mask) => ({
      ...temporalSoftmaxLossForward(logits, labels, mask),
      loss: shiftedLoss(() => 0)(logits, labels, mask),
    })),
  },
  {
    exercise: '15.8 temporalSoftmaxLossForward',
    id: 'loss-shifted-by-one-maximum',
    sentence:
      'All steps are shifted by the largest logit of all. A step far below it is left with nothing but zeros: shift each step by its own maximum.',
    wrong: refusingLike(temporalSoftmaxLossForward, (logits, labels, mask) => ({
      ...temporalSoftmaxLossForward(logits, labels, mask),
      loss: shiftedLoss((all) => Math.max(...all))(logits, labels, mask),
    })),
  },

  ...WEIGHTS.map(({ id, sentence, weight }) => ({
    exercise: '15.9 temporalSoftmaxLossBackward',
    id: `slope-${id}`,
    sentence,
    anchor: '#a-loss-at-every-step',
    wrong: (dout: number, cache: TemporalSoftmaxLossCache) => {
      const { probabilities, mask } = cache;
      const all = { ...cache, mask: map(mask, () => 1) };
      const { dlogits } = temporalSoftmaxLossBackward(dout, all);
      const N = probabilities.shape[0]!;
      return {
        dlogits: filled(dlogits.shape, (...[n, t, v]) => {
          return dlogits.get(n!, t!, v!) * N * weight(mask, n!, t!);
        }),
      };
    },
  })),
  wrongSlopes(
    'without-target',
    'This is the softmax alone. Subtract 1 at the right token.',
    (p, _, mask, dout) => dout * mask * p,
  ),
  wrongSlopes(
    'dout-ignored',
    'dout is not used. Whatever comes after the loss multiplies its gradient.',
    (p, y, mask) => mask * (p - y),
  ),
  wrongSlopes(
    'mask-on-the-target',
    'The mask is applied to the target only, so that steps that do not count still get the softmax. Multiply the whole difference by it.',
    (p, y, mask, dout) => dout * (p - mask * y),
  ),
  wrongSlopes(
    'right-token-only',
    'Only the right token gets a gradient. All logits of the step are in the softmax: each of the others gets its probability.',
    (p, y, mask, dout) => dout * mask * y * (p - 1),
  ),

  wrongWeights(
    'temperature-multiplied',
    'The logits are multiplied by the temperature, so that a high one makes the likely likelier. Divide by it.',
    (logits, temperature) => powers(logits.map((logit) => logit * temperature)),
  ),
  wrongWeights(
    'temperature-ignored',
    'The temperature changes nothing: it is left out, or all probabilities are divided by it. Divide the logits, before the softmax.',
    (logits) => powers(logits),
  ),
  wrongWeights(
    'evenly',
    'All tokens come up equally often. Token v has a share of softmax(logits / temperature)ᵥ.',
    (logits) => logits.map(() => 1),
  ),
  wrongWeights(
    'logits-as-weights',
    'The logits themselves serve as weights. Take their softmax first.',
    (logits, temperature) => logits.map((logit) => Math.max(0, logit / temperature)),
  ),
  wrongWeights(
    'softmax-twice',
    'The softmax is taken twice, which makes the tokens more alike than they are. Draw with the probabilities themselves.',
    (logits, temperature) => {
      const all = powers(logits.map((logit) => logit / temperature));
      const total = all.reduce((so, power) => so + power, 0);
      return powers(all.map((power) => power / total));
    },
  ),
  {
    exercise: '15.10 sampleToken',
    id: 'sample-overflows',
    sentence:
      'Large logits overflow: e to the 1000 is infinite, and no token is found. Subtract the largest logit first.',
    wrong: refusingLike(sampleToken, (logits, temperature, random) => {
      const all = [...copy(logits).data].map((logit) => Math.exp(logit / temperature));
      const point = random() * all.reduce((so, power) => so + power, 0);
      let reached = 0;
      return all.findIndex((power) => point < (reached += power));
    }),
  },
  {
    exercise: '15.10 sampleToken',
    id: 'sample-likeliest',
    sentence:
      'This is always the likeliest token. Draw: each comes up as often as its probability says.',
    anchor: '#drawing-a-token',
    wrong: refusingLike(sampleToken, (logits) => {
      const all = [...copy(logits).data];
      return all.indexOf(Math.max(...all));
    }),
  },
  {
    exercise: '15.10 sampleToken',
    id: 'sample-a-draw-for-each',
    sentence:
      'Each token in turn is taken if a new draw is below its probability, so that early ones come up too often. Take one draw, and compare it with the sum of the probabilities so far.',
    anchor: '#drawing-a-token',
    wrong: refusingLike(sampleToken, (logits, temperature, random) => {
      const all = powers([...copy(logits).data].map((logit) => logit / temperature));
      const total = all.reduce((so, power) => so + power, 0);
      const found = all.findIndex((power) => random() < power / total);
      return found < 0 ? all.length - 1 : found;
    }),
  },
  {
    exercise: '15.10 sampleToken',
    id: 'sample-from-one',
    sentence: 'Tokens are counted from 1. The first one is 0.',
    wrong: refusingLike(sampleToken, (...args) => sampleToken(...args) + 1),
  },

  wrongReading(
    'first-state',
    'The class is read from the state after the first step, which has seen hardly anything. Take the last one.',
    (t) => (t === 0 ? 1 : 0),
  ),
  wrongReading(
    'mean-of-states',
    'The class is read from the mean of all states. Here only the last one is read.',
    (_, T) => 1 / T,
  ),
  wrongReading(
    'sum-of-states',
    'The class is read from the sum of all states. Here only the last one is read.',
    () => 1,
  ),
  wrongReading(
    'gradient-at-every-step',
    'The gradient of the loss is handed to every state. Only the last one was read: the others get 0 from outside.',
    (t, T) => (t === T - 1 ? 1 : 0),
    () => 1,
  ),
  wrongReading(
    'gradient-at-the-first-step',
    'The gradient of the loss is handed to the first state. The last one was read.',
    (t, T) => (t === T - 1 ? 1 : 0),
    (t) => (t === 0 ? 1 : 0),
  ),
  {
    exercise: '15.11 manyToOneGradients',
    id: 'many-to-one-last-step-only',
    sentence:
      'The gradients of the recurrent layer come from the last step alone. Send them back through all steps, with rnnBackward.',
    anchor: '#backpropagation-through-time',
    wrong: (x: Tensor, labels: Labels, params: RecurrentParams) => {
      const right = manyToOneGradients(x, labels, params);
      const [N, T, D] = x.shape as [number, number, number];
      const h0 = zeros(N, params.b.size);
      const { h } = rnnForward(x, h0, params.Wx, params.Wh, params.b);
      const before = T === 1 ? h0 : copy(h.pick(null, T - 2, null));
      const last = x
        .lo(0, T - 1, 0)
        .hi(N, 1, D)
        .pick(null, 0, null);
      const step = rnnStepForward(last, before, params.Wx, params.Wh, params.b);
      const output = affineForward(step.h, params.Wy, params.by);
      const { dlogits } = softmaxLossBackward(1, softmaxLossForward(output.out, labels).cache);
      const { dWx, dWh, db } = rnnStepBackward(
        affineBackward(dlogits, output.cache).dx,
        step.cache,
      );
      return { ...right, gradients: { ...right.gradients, Wx: dWx, Wh: dWh, b: db } };
    },
  },

  wrongModel(
    'foretells-itself',
    'The model has to say the token that it reads, and not the one that follows. Compare with labels, not with ids.',
    (batch, h0, params) => languageModelGradients({ ...batch, labels: batch.ids }, h0, params),
  ),
  wrongModel(
    'h0-ignored',
    'The first step begins with zeros. It begins with h0, which may be the end of the text before.',
    (batch, h0, params) => languageModelGradients(batch, none(h0), params),
  ),
  wrongModel(
    'mask-ignored',
    'The mask is ignored: steps that are mere padding count. Hand it to the loss.',
    (batch, ...rest) =>
      languageModelGradients({ ...batch, mask: map(batch.mask, () => 1) }, ...rest),
  ),
  wrongModel(
    'without-time',
    'Nothing flows back from step to step. Hand dh of all steps to rnnBackward at once.',
    withoutTime,
  ),
  wrongModel(
    'embedding-forgotten',
    'The gradient of the embedding is 0. dx of the recurrent layer goes on into embeddingBackward.',
    (...args) => {
      const right = languageModelGradients(...args);
      return { ...right, gradients: { ...right.gradients, We: none(right.gradients.We) } };
    },
  ),
  wrongModel(
    'first-state-returned',
    'The state that comes back is that after the first step. The next piece of text goes on from the last one.',
    (batch, h0, params) => {
      const { out: x } = embeddingForward(batch.ids, params.We);
      const { h } = rnnForward(x, h0, params.Wx, params.Wh, params.b);
      return {
        ...languageModelGradients(batch, h0, params),
        h: copy(h.pick(null, 0, null)),
      };
    },
  ),
  wrongModel(
    'h0-returned',
    'The state that comes back is h0, as it came. The next piece of text goes on from the last state.',
    (batch, h0, params) => ({ ...languageModelGradients(batch, h0, params), h: copy(h0) }),
  ),

  wrongText(
    'first-token-again',
    'The first token is read in every step. Read the one that was drawn last.',
    ({ h, first }, params, { temperature }, random) => {
      const read = readToken(first, h, params);
      return { h: read.h, token: sampleToken(read.logits, temperature, random) };
    },
  ),
  wrongText(
    'state-forgotten',
    'Every step begins with a state of zeros. Hand the state on.',
    ({ h, last }, params, { temperature }, random) => {
      const read = readToken(last, none(h), params);
      return { h, token: sampleToken(read.logits, temperature, random) };
    },
  ),
  wrongText(
    'likeliest',
    'Always the likeliest token is taken, so that every text is the same. Draw with sampleToken.',
    ({ h, last }, params) => {
      const read = readToken(last, h, params);
      const all = [...read.logits.data];
      return { h: read.h, token: all.indexOf(Math.max(...all)) };
    },
  ),
  wrongText(
    'temperature-ignored',
    'The temperature is not handed on to sampleToken.',
    ({ h, last }, params, _, random) => {
      const read = readToken(last, h, params);
      return { h: read.h, token: sampleToken(read.logits, 1, random) };
    },
  ),
  {
    exercise: '15.13 generateTokens',
    id: 'text-with-the-first',
    sentence:
      'The first token is among the answer. Return only what was drawn, as many as length says.',
    wrong: (
      first: number,
      params: LanguageModelParams,
      options: GenerateOptions,
      random: () => number,
    ) => [first, ...generateTokens(first, params, options, random)].slice(0, options.length),
  },
];

/** The loss with one shift for all logits; e to them may overflow or vanish. */
function shiftedLoss(
  shift: (all: Float64Array) => number,
): (logits: Tensor, labels: Labels, mask: Tensor) => number {
  return (logits, labels, mask) => {
    const [N, T] = logits.shape as [number, number];
    const by = shift(copy(logits).data);
    let loss = 0;
    for (let n = 0; n < N; n++) {
      for (let t = 0; t < T; t++) {
        if (mask.get(n, t) === 0) continue;
        const row = [...copy(logits.pick(n, t, null)).data].map((logit) => logit - by);
        const total = row.reduce((so, logit) => so + Math.exp(logit), 0);
        loss += (Math.log(total) - row[labels.get(n, t)]!) / N;
      }
    }
    return loss;
  };
}
