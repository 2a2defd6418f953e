/** Lesson 22: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { add, array, copy, filled, map, zeros, zip, type Labels, type Tensor } from '#arrays';
import { affineBackward, affineForward, type TwoLayerParams } from '#lessons/05-backprop';
import { layerNormBackward, layerNormForward } from '#lessons/09-normalization';
import {
  embeddingBackward,
  embeddingForward,
  sampleToken,
  temporalSoftmaxLossBackward,
  temporalSoftmaxLossForward,
  type TokenBatch,
} from '#lessons/15-rnn';
import { twoLayerBackward, twoLayerForward } from '#lessons/20-autoencoder';
import ndarray from 'ndarray';
import type { Misconception } from '../../checks/misconception.ts';
import { refusingLike, sumOver } from '../../checks/wrong-answers.ts';
import {
  attentionBackward,
  attentionForward,
  attentionMask,
  blockBackward,
  blockForward,
  maskedSoftmax,
  mergeHeads,
  multiHeadBackward,
  multiHeadForward,
  sampleTopK,
  sinusoidalPositions,
  splitHeads,
  type AttentionCache,
  type AttentionGradients,
  type BlockCache,
  type BlockGradients,
  type BlockOptions,
  type BlockParams,
  type MultiHeadCache,
  type MultiHeadGradients,
  type MultiHeadParams,
  type SampleOptions,
  type TransformerGradients,
  type TransformerParams,
} from './attention.reference.ts';

type Wrong = Pick<Misconception, 'id' | 'sentence' | 'wrong'> & { anchor?: string };

const of = (exercise: string, wrongs: Wrong[]): Misconception[] =>
  wrongs.map((wrong) => ({ exercise, ...wrong }));

const times = (x: Tensor, factor: number): Tensor => map(x, (value) => factor * value);
const none = (x: Tensor): Tensor => zeros(...x.shape);
const open = (x: Tensor): Tensor => map(x, () => 1);

/** A mask by another rule. */
const maskBy =
  (rule: (t: number, s: number, length: number, causal: boolean) => number) =>
  (lengths: Labels, T: number, causal: boolean): Tensor =>
    filled([lengths.size, T, T], (n, t, s) => rule(t!, s!, lengths.get(n!), causal));

const masks: Wrong[] = [
  {
    id: 'mask-diagonal-hidden',
    sentence:
      "The causal mask hides the diagonal too, so a step can't read itself and the first one reads nothing. Open it where s ≤ t, not only where s < t.",
    wrong: maskBy((t, s, length, causal) => Number(s < length && (!causal || s < t))),
  },
  {
    id: 'mask-one-ahead',
    sentence:
      'The causal mask lets each step read the one after it, which is the token it should foretell. Open it up to s = t.',
    wrong: maskBy((t, s, length, causal) => Number(s < length && (!causal || s <= t + 1))),
  },
  {
    id: 'mask-looks-ahead',
    sentence:
      'The causal mask is turned: each step reads what comes later and not what came before. Rows are the steps that read: open s ≤ t.',
    wrong: maskBy((t, s, length, causal) => Number(s < length && (!causal || s >= t))),
  },
  {
    id: 'mask-inverted',
    sentence:
      'The mask is inverted: here 1 means that the step may be read, and 0 that it is hidden.',
    wrong: (lengths: Labels, T: number, causal: boolean) =>
      map(attentionMask(lengths, T, causal), (value) => 1 - value),
  },
  {
    id: 'mask-to-be-added',
    sentence:
      'This is a mask to be added to logits, 0 and a large negative number. Here it is 1 where a step may be read and 0 where not.',
    wrong: (lengths: Labels, T: number, causal: boolean) =>
      map(attentionMask(lengths, T, causal), (value) => (value === 1 ? 0 : -1e9)),
  },
  {
    id: 'mask-length-included',
    sentence:
      'One step of padding is open: steps count from 0, so the real ones are s < lengths[n].',
    wrong: maskBy((t, s, length, causal) => Number(s <= length && (!causal || s <= t))),
  },
  {
    id: 'mask-padding-reads-nothing',
    sentence:
      "Steps of padding may read nothing. The mask hides them from being read; what they read is nobody's concern, since nobody reads them.",
    wrong: maskBy((t, s, length, causal) =>
      Number(s < length && t < length && (!causal || s <= t)),
    ),
  },
  {
    id: 'mask-rows-for-columns',
    sentence:
      'The padding hides rows, so padding reads nothing and is read by all. It should hide columns: s < lengths[n].',
    wrong: maskBy((t, s, length, causal) => Number(t < length && (!causal || s <= t))),
  },
  {
    id: 'mask-padding-open',
    sentence: 'The padding is not hidden. Nobody reads steps from lengths[n] on.',
    wrong: maskBy((t, s, _, causal) => Number(!causal || s <= t)),
  },
  {
    id: 'mask-padding-first',
    sentence: 'The first steps are hidden for padding. It stands behind the real ones.',
    wrong: (lengths: Labels, T: number, causal: boolean) =>
      filled([lengths.size, T, T], (n, t, s) =>
        Number(s! >= T - lengths.get(n!) && (!causal || s! <= t!)),
      ),
  },
  {
    id: 'mask-never-causal',
    sentence: 'Later steps stay open where the mask should be causal. Then only s ≤ t may be read.',
    wrong: maskBy((_, s, length) => Number(s < length)),
  },
  {
    id: 'mask-always-causal',
    sentence: 'Later steps are hidden although causal is false. Then only the padding is hidden.',
    wrong: maskBy((t, s, length) => Number(s < length && s <= t)),
  },
];

/** The softmax of some numbers; NaN where there is none or none is finite. */
function softmax(row: number[], shift = Math.max(...row)): number[] {
  const powers = row.map((value) => Math.exp(value - shift));
  const total = sumOver(powers.length, (i) => powers[i]!);
  return powers.map((power) => power / total);
}

/** f of each row of logits and its mask. */
const overLogits =
  (f: (row: number[], mask: number[]) => number[]) =>
  (logits: Tensor, mask: Tensor): Tensor => {
    const [N, T, S] = logits.shape as [number, number, number];
    const out = zeros(N, T, S);
    for (let n = 0; n < N; n++) {
      for (let t = 0; t < T; t++) {
        const row = [...copy(logits.pick(n, t, null)).data];
        const weights = f(row, [...copy(mask.pick(n, t, null)).data]);
        for (let s = 0; s < S; s++) out.set(n, t, s, weights[s]!);
      }
    }
    return out;
  };

const softmaxes: (Omit<Wrong, 'wrong'> & { wrong: (logits: Tensor, mask: Tensor) => Tensor })[] = [
  {
    id: 'softmax-masked-afterwards',
    sentence:
      'The mask comes after the softmax, so the rows no longer sum to 1. Leave masked entries out of the sum as well.',
    wrong: overLogits((row, mask) => softmax(row).map((weight, s) => weight * mask[s]!)),
  },
  {
    id: 'softmax-unmasked',
    sentence: 'The mask is ignored. Where it is 0 the weight is 0.',
    wrong: overLogits((row) => softmax(row)),
  },
  {
    id: 'softmax-over-queries',
    sentence:
      'The softmax runs along the wrong axis: each column sums to 1. Each step that reads shares out its own row, over s.',
    wrong: (logits: Tensor, mask: Tensor) =>
      copy(maskedSoftmax(logits.transpose(0, 2, 1), mask.transpose(0, 2, 1)).transpose(0, 2, 1)),
  },
  {
    id: 'softmax-over-all',
    sentence:
      'The softmax runs over the whole matrix of a sequence. Each row is a softmax of its own and sums to 1.',
    wrong: (logits: Tensor, mask: Tensor) => {
      const [N, T, S] = logits.shape as [number, number, number];
      const flat = (x: Tensor): Tensor => ndarray(copy(x).data, [N, 1, T * S]);
      return ndarray(maskedSoftmax(flat(logits), flat(mask)).data, [N, T, S]);
    },
  },
  {
    id: 'softmax-over-batch',
    sentence: 'The softmax runs along the batch. Each row is a softmax over s.',
    wrong: (logits: Tensor, mask: Tensor) =>
      copy(maskedSoftmax(logits.transpose(2, 1, 0), mask.transpose(2, 1, 0)).transpose(2, 1, 0)),
  },
  {
    id: 'softmax-mask-multiplies-logits',
    sentence:
      'The logits are multiplied by the mask. That makes masked logits 0, and e⁰ is 1: leave the entry out, or take −∞ for it.',
    wrong: overLogits((row, mask) => softmax(row.map((logit, s) => logit * mask[s]!))),
  },
  {
    id: 'softmax-mask-inverted',
    sentence: 'The mask is read the wrong way round: 1 lets an entry take part, 0 leaves it out.',
    wrong: (logits: Tensor, mask: Tensor) =>
      maskedSoftmax(
        logits,
        map(mask, (value) => 1 - value),
      ),
  },
  {
    id: 'softmax-nothing-is-nan',
    sentence:
      'A row that is masked altogether comes out as NaN: it is −∞ − (−∞), or 0 / 0. Such a row has nothing to look at: its weights are 0.',
    anchor: '#a-row-with-nothing-to-read',
    wrong: overLogits((row, mask) =>
      softmax(row.map((logit, s) => (mask[s] === 0 ? -Infinity : logit))),
    ),
  },
  {
    id: 'softmax-nothing-is-even',
    sentence:
      'A row that is masked altogether is shared out evenly among what it may not read: −1e9 for every logit makes all of them alike. Its weights are 0.',
    anchor: '#a-row-with-nothing-to-read',
    wrong: overLogits((row, mask) =>
      softmax(row.map((logit, s) => (mask[s] === 0 ? -1e9 : logit))),
    ),
  },
  {
    id: 'softmax-nothing-is-all',
    sentence:
      "A row that is masked altogether comes out as if nothing were masked: a softmax doesn't notice when the same is taken from every logit. Its weights are 0.",
    anchor: '#a-row-with-nothing-to-read',
    wrong: overLogits((row, mask) =>
      mask.includes(1) ? softmax(row.map((v, s) => (mask[s] ? v : -Infinity))) : softmax(row),
    ),
  },
  {
    id: 'softmax-masked-maximum',
    sentence:
      'Rows are shifted by the maximum of all logits, masked ones too. Where a masked one is far above the rest, all others vanish and 0 / 0 is left: take the maximum of what is open.',
    wrong: overLogits((row, mask) => {
      if (!mask.includes(1)) return row.map(() => 0);
      const max = Math.max(...row);
      const shown = row.map((logit, s) => (mask[s] === 0 ? -Infinity : logit));
      return softmax(shown, max);
    }),
  },
  {
    id: 'softmax-not-shifted',
    sentence:
      'The powers are taken as they are, and e^1000 is too large for a number. Subtract the largest open logit of the row first.',
    wrong: overLogits((row, mask) =>
      mask.includes(1)
        ? softmax(
            row.map((logit, s) => (mask[s] === 0 ? -Infinity : logit)),
            0,
          )
        : row.map(() => 0),
    ),
  },
  {
    id: 'softmax-of-the-opposite',
    sentence: 'The smallest logit gets the largest weight: the sign is lost. Take e^logit.',
    wrong: (logits: Tensor, mask: Tensor) => maskedSoftmax(times(logits, -1), mask),
  },
];

type AttentionArgs = [q: Tensor, k: Tensor, v: Tensor, mask: Tensor];

/** Wrong weights, with the output that belongs to them. */
const attendWith =
  (weightsOf: (...args: AttentionArgs) => Tensor) =>
  (...args: AttentionArgs) => {
    const right = attentionForward(...args);
    const weights = weightsOf(...args);
    return { ...right, weights, out: mixed(weights, args[2]) };
  };

/** Weights times values. */
function mixed(weights: Tensor, v: Tensor): Tensor {
  const [N, T, S] = weights.shape as [number, number, number];
  return filled([N, T, v.shape[2]!], (...[n, t, m]) =>
    sumOver(S, (s) => weights.get(n!, t!, s) * v.get(n!, s, m!)),
  );
}

/** Query times key, over the root of K. */
function logitsOf(q: Tensor, k: Tensor): Tensor {
  const [N, T, K] = q.shape as [number, number, number];
  return filled(
    [N, T, k.shape[1]!],
    (...[n, t, s]) => sumOver(K, (i) => q.get(n!, t!, i) * k.get(n!, s!, i)) / Math.sqrt(K),
  );
}

/** Another factor than 1 / √K before the products. */
const scaledBy = (factor: (q: Tensor, k: Tensor, v: Tensor) => number) =>
  attendWith((q, k, v, mask) =>
    maskedSoftmax(times(logitsOf(q, k), factor(q, k, v) * Math.sqrt(q.shape[2]!)), mask),
  );

const attentions: Wrong[] = [
  {
    id: 'attention-not-scaled',
    sentence:
      'The products go into the softmax as they are. Divide them by √K, else they grow with K and the softmax saturates.',
    wrong: scaledBy(() => 1),
  },
  {
    id: 'attention-scaled-by-d',
    sentence:
      'The products are divided by K. A sum of K products grows like √K: divide by the root.',
    wrong: scaledBy((q) => 1 / q.shape[2]!),
  },
  {
    id: 'attention-scaled-up',
    sentence: 'The products are multiplied by √K. Divide by it.',
    wrong: scaledBy((q) => Math.sqrt(q.shape[2]!)),
  },
  {
    id: 'attention-scaled-by-steps',
    sentence:
      'The products are divided by the root of the number of keys. K is the length of one query: q.shape[2].',
    wrong: scaledBy((_, k) => 1 / Math.sqrt(k.shape[1]!)),
  },
  {
    id: 'attention-scaled-by-values',
    sentence:
      'The products are divided by the root of the length of a value. K is the length of a query: q.shape[2].',
    wrong: scaledBy((_, __, v) => 1 / Math.sqrt(v.shape[2]!)),
  },
  {
    id: 'attention-scaled-afterwards',
    sentence:
      'The weights are divided by √K, after the softmax. Divide the products before it, so that the weights sum to 1.',
    wrong: attendWith((q, k, _, mask) => {
      const root = Math.sqrt(q.shape[2]!);
      return times(maskedSoftmax(times(logitsOf(q, k), root), mask), 1 / root);
    }),
  },
  {
    id: 'attention-masked-afterwards',
    sentence:
      'The mask comes after the softmax, so what is left of a row no longer sums to 1. Hand the mask to maskedSoftmax.',
    wrong: attendWith((q, k, _, mask) =>
      zip(maskedSoftmax(logitsOf(q, k), open(mask)), mask, (weight, m) => weight * m),
    ),
  },
  {
    id: 'attention-unmasked',
    sentence: 'The mask is ignored: steps read what is hidden from them.',
    wrong: attendWith((q, k, _, mask) => maskedSoftmax(logitsOf(q, k), open(mask))),
  },
  {
    id: 'attention-causal-anyway',
    sentence: 'A causal mask is laid over the one that was given. Take the mask as it comes.',
    wrong: attendWith((q, k, _, mask) =>
      maskedSoftmax(
        logitsOf(q, k),
        filled(mask.shape, (...[n, t, s]) => (s! <= t! ? mask.get(n!, t!, s!) : 0)),
      ),
    ),
  },
  {
    id: 'attention-mask-of-the-first',
    sentence: 'All sequences use the mask of the first one. Each has its own.',
    wrong: attendWith((q, k, _, mask) =>
      maskedSoftmax(
        logitsOf(q, k),
        filled(mask.shape, (_n, t, s) => mask.get(0, t!, s!)),
      ),
    ),
  },
  {
    id: 'attention-over-queries',
    sentence:
      'The softmax runs over the queries. Each query shares itself out among the keys: each row of the weights sums to 1.',
    wrong: attendWith((q, k, _, mask) =>
      copy(
        maskedSoftmax(logitsOf(q, k).transpose(0, 2, 1), mask.transpose(0, 2, 1)).transpose(
          0,
          2,
          1,
        ),
      ),
    ),
  },
  {
    id: 'attention-without-softmax',
    sentence:
      'The logits themselves are the weights. A softmax makes a mean of them: weights above 0 that sum to 1.',
    wrong: attendWith((q, k, _, mask) => zip(logitsOf(q, k), mask, (logit, m) => logit * m)),
  },
  {
    id: 'attention-even',
    sentence:
      'Every key that is open gets the same weight: the queries are not asked. Weights come from the products of queries and keys.',
    wrong: attendWith((_q, _k, _v, mask) => maskedSoftmax(none(mask), mask)),
  },
  {
    id: 'attention-hard',
    sentence:
      'Only the key that fits best is read. Attention is soft: every open key has its share.',
    wrong: attendWith((q, k, _, mask) => maskedSoftmax(times(logitsOf(q, k), 1e6), mask)),
  },
];

/** Wrong gradients that come from another slope at the logits, before 1 / √K. */
const attendBack =
  (dlogitsOf: (weights: number[], dweights: number[], cache: AttentionCache) => number[]) =>
  (dout: Tensor, cache: AttentionCache): AttentionGradients => {
    const { weights, v } = cache;
    const [N, T, S] = weights.shape as [number, number, number];
    const dlogits = zeros(N, T, S);
    for (let n = 0; n < N; n++) {
      for (let t = 0; t < T; t++) {
        const row = [...copy(weights.pick(n, t, null)).data];
        const back = row.map((_, s) =>
          sumOver(v.shape[2]!, (m) => dout.get(n, t, m) * v.get(n, s, m)),
        );
        for (const [s, d] of dlogitsOf(row, back, cache).entries()) dlogits.set(n, t, s, d);
      }
    }
    return { ...fromLogits(dlogits, cache), dv: attentionBackward(dout, cache).dv };
  };

function fromLogits(dlogits: Tensor, { q, k }: AttentionCache): Omit<AttentionGradients, 'dv'> {
  const [, T, K] = q.shape as [number, number, number];
  const S = k.shape[1]!;
  const root = Math.sqrt(K);
  return {
    dq: filled(
      q.shape,
      (...[n, t, i]) => sumOver(S, (s) => dlogits.get(n!, t!, s) * k.get(n!, s, i!)) / root,
    ),
    dk: filled(
      k.shape,
      (...[n, s, i]) => sumOver(T, (t) => dlogits.get(n!, t, s!) * q.get(n!, t, i!)) / root,
    ),
  };
}

/** Something wrong with the right gradients of attention. */
const changedBack =
  (change: (right: AttentionGradients, cache: AttentionCache) => Partial<AttentionGradients>) =>
  (dout: Tensor, cache: AttentionCache): AttentionGradients => {
    const right = attentionBackward(dout, cache);
    return { ...right, ...change(right, cache) };
  };

const rootOf = ({ q }: AttentionCache): number => Math.sqrt(q.shape[2]!);
const dot = (a: number[], b: number[]): number => sumOver(a.length, (i) => a[i]! * b[i]!);

const attentionBacks: Wrong[] = [
  {
    id: 'attention-back-exchanged',
    sentence:
      'dq and dk are exchanged. A query meets the keys, so dq is made with k, and dk with q.',
    wrong: changedBack(({ dq, dk }) =>
      dq.shape.join() === dk.shape.join() ? { dq: dk, dk: dq } : {},
    ),
  },
  {
    id: 'attention-back-not-scaled',
    sentence:
      'The way back forgot the 1 / √K. It stood between the products and the softmax, so dq and dk both carry it.',
    wrong: changedBack(({ dq, dk }, cache) => ({
      dq: times(dq, rootOf(cache)),
      dk: times(dk, rootOf(cache)),
    })),
  },
  {
    id: 'attention-back-scaled-twice',
    sentence: 'dq and dk are divided by √K twice. The factor stood there once.',
    wrong: changedBack(({ dq, dk }, cache) => ({
      dq: times(dq, 1 / rootOf(cache)),
      dk: times(dk, 1 / rootOf(cache)),
    })),
  },
  {
    id: 'attention-back-query-scaled-alone',
    sentence: 'dk is not divided by √K, and dq is. The factor belongs to both.',
    wrong: changedBack(({ dk }, cache) => ({ dk: times(dk, rootOf(cache)) })),
  },
  {
    id: 'attention-back-no-mean',
    sentence:
      'The slope of the softmax lacks its second half: every weight depends on all logits of its row. Subtract the sum of a · da of the row from da before you multiply by a.',
    wrong: attendBack((weights, back) => weights.map((a, s) => a * back[s]!)),
  },
  {
    id: 'attention-back-diagonal',
    sentence:
      'The softmax is taken for a sigmoid: a · (1 − a) · da is only the diagonal of its Jacobian. Every weight depends on all logits of its row.',
    wrong: attendBack((weights, back) => weights.map((a, s) => a * (1 - a) * back[s]!)),
  },
  {
    id: 'attention-back-past-softmax',
    sentence:
      'What comes back goes past the softmax as if it were not there. Multiply by its Jacobian.',
    wrong: attendBack((_, back) => back),
  },
  {
    id: 'attention-back-plain-mean',
    sentence:
      'The mean of da along the row is subtracted. It is the mean weighted by a: the sum of a · da.',
    wrong: attendBack((weights, back) => {
      const mean = sumOver(back.length, (s) => back[s]!) / back.length;
      return weights.map((a, s) => a * (back[s]! - mean));
    }),
  },
  {
    id: 'attention-back-sum-of-da',
    sentence:
      'The plain sum of da along the row is subtracted. It is the sum weighted by a: that of a · da.',
    wrong: attendBack((weights, back) => {
      const total = sumOver(back.length, (s) => back[s]!);
      return weights.map((a, s) => a * (back[s]! - total));
    }),
  },
  {
    id: 'attention-back-not-times-weights',
    sentence:
      'The slope is da less its weighted mean. It still has to be multiplied by the weights.',
    wrong: attendBack((weights, back) => back.map((d) => d - dot(weights, back))),
  },
  {
    id: 'attention-back-mean-added',
    sentence: 'The weighted mean of da is added. Subtract it: a · (da − the sum of a · da).',
    wrong: attendBack((weights, back) =>
      weights.map((a, s) => a * (back[s]! + dot(weights, back))),
    ),
  },
  {
    id: 'attention-back-unmasked',
    sentence:
      'Masked entries get a gradient: the softmax was computed again without the mask. Use the weights of the forward pass, which are 0 there.',
    wrong: (dout: Tensor, cache: AttentionCache): AttentionGradients => {
      const weights = maskedSoftmax(logitsOf(cache.q, cache.k), open(cache.weights));
      return attentionBackward(dout, { ...cache, weights });
    },
  },
  {
    id: 'attention-back-values-stand-still',
    sentence: 'dv is 0. The values were mixed by the weights: dv = aᵀ · dout.',
    wrong: changedBack(({ dv }) => ({ dv: none(dv) })),
  },
  {
    id: 'attention-back-values-alone',
    sentence:
      'dq and dk are 0: the weights are taken for constants. They came from queries and keys, so go on through the softmax.',
    wrong: changedBack(({ dq, dk }) => ({ dq: none(dq), dk: none(dk) })),
  },
  {
    id: 'attention-back-values-even',
    sentence: 'Every value gets the sum of dout. Each gets dout by its weight: dv = aᵀ · dout.',
    wrong: (dout: Tensor, cache: AttentionCache): AttentionGradients => ({
      ...attentionBackward(dout, cache),
      dv: mixed(open(cache.weights).transpose(0, 2, 1), dout),
    }),
  },
];

const splits: Wrong[] = [
  {
    id: 'split-interleaved',
    sentence:
      'The columns are dealt out like cards, every H-th to a head. Heads take blocks: head h has the columns h · K to h · K + K − 1.',
    anchor: '#heads',
    wrong: refusingLike(splitHeads, (x: Tensor, heads: number) => {
      const [N, T, D] = x.shape as [number, number, number];
      return filled([N, heads, T, D / heads], (...[n, h, t, k]) => x.get(n!, t!, k! * heads + h!));
    }),
  },
  {
    id: 'split-without-transpose',
    sentence:
      'The numbers are only read in another shape, so a head gets whole steps and pieces of several. Reshape to (N, T, H, K), and then exchange the axes of T and H.',
    anchor: '#heads',
    wrong: refusingLike(splitHeads, (x: Tensor, heads: number) => {
      const [N, T, D] = x.shape as [number, number, number];
      return ndarray(copy(x).data, [N, heads, T, D / heads]);
    }),
  },
  {
    id: 'split-last-head-first',
    sentence: 'The heads stand in the opposite order. Head 0 has the first block of columns.',
    wrong: refusingLike(splitHeads, (x: Tensor, heads: number) => {
      const right = splitHeads(x, heads);
      return copy(right.step(1, -1, 1, 1));
    }),
  },
  {
    id: 'split-first-columns-for-all',
    sentence: 'Every head gets the first block of columns. Head h begins at column h · K.',
    wrong: refusingLike(splitHeads, (x: Tensor, heads: number) => {
      const right = splitHeads(x, heads);
      return filled(right.shape, (...[n, , t, k]) => right.get(n!, 0, t!, k!));
    }),
  },
];

const merges: Wrong[] = [
  {
    id: 'merge-without-transpose',
    sentence:
      'The numbers are only read in another shape, so a step gets pieces of several steps. Exchange the axes of H and T first, and then reshape.',
    anchor: '#heads',
    wrong: refusingLike(mergeHeads, (x: Tensor) => {
      const [N, H, T, K] = x.shape as [number, number, number, number];
      return ndarray(copy(x).data, [N, T, H * K]);
    }),
  },
  {
    id: 'merge-interleaved',
    sentence:
      'The heads are shuffled together, a column of each in turn. They stand side by side: first all columns of head 0, then all of head 1.',
    anchor: '#heads',
    wrong: refusingLike(mergeHeads, (x: Tensor) => {
      const [N, H, T, K] = x.shape as [number, number, number, number];
      return filled([N, T, H * K], (n, t, d) => x.get(n!, d! % H, t!, Math.floor(d! / H)));
    }),
  },
  {
    id: 'merge-last-head-first',
    sentence: 'The heads stand in the opposite order. Head 0 makes the first block of columns.',
    wrong: refusingLike(mergeHeads, (x: Tensor) => mergeHeads(x.step(1, -1, 1, 1))),
  },
];

type MultiHeadArgs = [x: Tensor, params: MultiHeadParams, mask: Tensor, heads: number];

/** How wrong heads are made; each unless given as it should be. */
interface HeadsHow {
  split?: (x: Tensor, heads: number) => Tensor;
  merge?: (x: Tensor) => Tensor;
  /** What the logits of a head are multiplied by besides 1 / √K. */
  factor?: (K: number, A: number, D: number) => number;
  maskOf?: (mask: Tensor, h: number, heads: number) => Tensor;
  /** Which of the three is what. */
  order?: (q: Tensor, k: Tensor, v: Tensor) => [q: Tensor, k: Tensor, v: Tensor];
}

const affine = (x: Tensor, W: Tensor, b: Tensor): Tensor => {
  const [N, T] = x.shape as [number, number];
  return ndarray(affineForward(rows(x), W, b).out.data, [N, T, b.size]);
};

/** All steps as rows. */
const rows = (x: Tensor): Tensor => ndarray(copy(x).data, [x.shape[0]! * x.shape[1]!, x.shape[2]!]);

const likeSteps = (x: Tensor, flat: Tensor): Tensor => ndarray(copy(flat).data, [...x.shape]);

const attendByHeads =
  (how: HeadsHow) =>
  (...args: MultiHeadArgs) => {
    const right = multiHeadForward(...args);
    const [x, { Wq, bq, Wk, bk, Wv, bv, Wo, bo }, mask, heads] = args;
    const { split = splitHeads, merge = mergeHeads, factor = () => 1 } = how;
    const { maskOf = () => mask, order = (q, k, v) => [q, k, v] } = how;
    const [q, k, v] = order(
      split(affine(x, Wq, bq), heads),
      split(affine(x, Wk, bk), heads),
      split(affine(x, Wv, bv), heads),
    );
    const K = q.shape[3]!;
    const scale = factor(K, bq.size, x.shape[2]!);
    const found = Array.from({ length: heads }, (_, h) => {
      const [one, other, third] = [q, k, v].map((all) => all.pick(null, h, null, null));
      return attentionForward(times(one!, scale), other!, third!, maskOf(mask, h, heads));
    });
    const out = filled(q.shape, (...[n, h, t, i]) => found[h!]!.out.get(n!, t!, i!));
    const weights = filled(right.weights.shape, (...[n, h, t, s]) =>
      found[h!]!.weights.get(n!, t!, s!),
    );
    return { ...right, out: affine(merge(out), Wo, bo), weights };
  };

/** Other parameters than those that were given. */
const withParams =
  (change: (params: MultiHeadParams) => Partial<MultiHeadParams>) =>
  (...[x, params, mask, heads]: MultiHeadArgs) => {
    const right = multiHeadForward(x, params, mask, heads);
    const { out, weights } = multiHeadForward(x, { ...params, ...change(params) }, mask, heads);
    return { ...right, out, weights };
  };

const wrongSplit = splits[0]!.wrong as (x: Tensor, heads: number) => Tensor;
const wrongReshape = splits[1]!.wrong as (x: Tensor, heads: number) => Tensor;
const wrongMerge = merges[0]!.wrong as (x: Tensor) => Tensor;

const multiHeads: Wrong[] = [
  {
    id: 'heads-scaled-by-all-columns',
    sentence:
      'The products are divided by the root of all columns together. A head has only K = A / H of them: divide by √K.',
    wrong: attendByHeads({ factor: (K, A) => Math.sqrt(K / A) }),
  },
  {
    id: 'heads-scaled-by-inputs',
    sentence:
      'The products are divided by the root of D, the columns of x. A query has K = A / H columns: divide by √K.',
    wrong: attendByHeads({ factor: (K, _, D) => Math.sqrt(K / D) }),
  },
  {
    id: 'heads-not-scaled',
    sentence: 'The products of a head are not divided by √K.',
    wrong: attendByHeads({ factor: (K) => Math.sqrt(K) }),
  },
  {
    id: 'heads-interleaved',
    sentence:
      'A head takes every H-th column of the queries, keys and values. It takes a block: splitHeads of 22.5.',
    wrong: attendByHeads({ split: wrongSplit, merge: (x) => mergeHeads(x) }),
  },
  {
    id: 'heads-split-without-transpose',
    sentence:
      'Queries, keys and values are only read in another shape, so a head mixes pieces of several steps. Use splitHeads of 22.5.',
    wrong: attendByHeads({ split: wrongReshape }),
  },
  {
    id: 'heads-merged-without-transpose',
    sentence:
      'What the heads found is only read in another shape, so a step gets pieces of several steps. Use mergeHeads of 22.6.',
    wrong: attendByHeads({ merge: wrongMerge }),
  },
  {
    id: 'heads-unmasked',
    sentence: "The heads don't get the mask. Hand it to each of them.",
    wrong: attendByHeads({ maskOf: (mask) => open(mask) }),
  },
  {
    id: 'heads-mask-for-the-first',
    sentence: 'Only the first head gets the mask. All of them look through the same.',
    wrong: attendByHeads({ maskOf: (mask, h) => (h === 0 ? mask : open(mask)) }),
  },
  {
    id: 'heads-mask-of-another',
    sentence:
      'Where heads and sequences lie along one axis, n · H + h, masks in the order 0, 1, 2, … again and again meet the wrong sequences. Head h of sequence n needs mask n.',
    wrong: attendByHeads({
      maskOf: (mask, h, heads) =>
        filled(mask.shape, (...[n, t, s]) => mask.get((n! * heads + h) % mask.shape[0]!, t!, s!)),
    }),
  },
  {
    id: 'heads-queries-for-keys',
    sentence:
      'Queries and keys are exchanged: each step is read by what it looks for. Row t of the weights belongs to query t.',
    wrong: attendByHeads({ order: (q, k, v) => [k, q, v] }),
  },
  {
    id: 'heads-keys-for-values',
    sentence: 'The keys are mixed instead of the values. Keys only decide how much is read.',
    wrong: attendByHeads({ order: (q, k) => [q, k, k] }),
  },
  {
    id: 'heads-one-for-all',
    sentence:
      'One head looks in all columns at once, so they all look the same way. Split first: each head has a softmax of its own.',
    wrong: (...[x, params, mask, heads]: MultiHeadArgs) => {
      const right = multiHeadForward(x, params, mask, heads);
      const { out, weights } = multiHeadForward(x, params, mask, 1);
      return {
        ...right,
        out,
        weights: filled(right.weights.shape, (...[n, , t, s]) => weights.get(n!, 0, t!, s!)),
      };
    },
  },
  {
    id: 'heads-no-output-bias',
    sentence: 'bo is left out. The layer that mixes what the heads found has a bias.',
    wrong: withParams(({ bo }) => ({ bo: none(bo) })),
  },
  {
    id: 'heads-no-biases',
    sentence: 'Queries, keys and values are made without their biases bq, bk and bv.',
    wrong: withParams(({ bq, bk, bv }) => ({ bq: none(bq), bk: none(bk), bv: none(bv) })),
  },
  {
    id: 'heads-residual',
    sentence: 'x was added to the result. That is what the block does (22.10), not the attention.',
    wrong: (...args: MultiHeadArgs) => {
      const right = multiHeadForward(...args);
      return { ...right, out: add(right.out, args[0]) };
    },
  },
];

/** Something wrong with the right gradients of multi-head attention. */
const changedHeadsBack =
  (
    change: (parts: {
      right: MultiHeadGradients;
      /** What comes back to x from the queries, the keys or the values alone. */
      from: (kept: 'query' | 'key' | 'value') => Tensor;
      dout: Tensor;
      cache: MultiHeadCache;
    }) => { dx?: Tensor; gradients?: Partial<MultiHeadParams> },
  ) =>
  (dout: Tensor, cache: MultiHeadCache): MultiHeadGradients => {
    const right = multiHeadBackward(dout, cache);
    const silent = (one: 'query' | 'key' | 'value') => ({ ...cache[one], W: none(cache[one].W) });
    const from = (kept: 'query' | 'key' | 'value'): Tensor =>
      multiHeadBackward(dout, {
        ...cache,
        query: silent('query'),
        key: silent('key'),
        value: silent('value'),
        [kept]: cache[kept],
      }).dx;
    const { dx = right.dx, gradients = {} } = change({ right, from, dout, cache });
    return { dx, gradients: { ...right.gradients, ...gradients } };
  };

/** Heads that are taken apart or put together wrong on the way back. */
const headsBackBy =
  (split: (x: Tensor, heads: number) => Tensor, merge: (x: Tensor) => Tensor) =>
  (dout: Tensor, cache: MultiHeadCache): MultiHeadGradients => {
    const { gradients } = multiHeadBackward(dout, cache);
    const [N, T] = dout.shape as [number, number];
    const { dx: dmerged } = affineBackward(rows(dout), cache.output);
    const H = cache.heads.length;
    const dfound = split(ndarray(dmerged.data, [N, T, dmerged.shape[1]!]), H);
    const backs = cache.heads.map((head, h) =>
      attentionBackward(dfound.pick(null, h, null, null), head),
    );
    const layer = (name: 'dq' | 'dk' | 'dv', one: 'query' | 'key' | 'value') => {
      const all = filled(dfound.shape, (...[n, h, t, i]) => backs[h!]![name].get(n!, t!, i!));
      return affineBackward(rows(merge(all)), cache[one]);
    };
    const [q, k, v] = [layer('dq', 'query'), layer('dk', 'key'), layer('dv', 'value')];
    return {
      dx: likeSteps(dout, add(add(q.dx, k.dx), v.dx)),
      gradients: {
        ...gradients,
        Wq: q.dW,
        bq: q.db,
        Wk: k.dW,
        bk: k.db,
        Wv: v.dW,
        bv: v.db,
      },
    };
  };

const multiHeadBacks: Wrong[] = [
  {
    id: 'heads-back-queries-alone',
    sentence:
      'dx is what comes back from the queries alone. x was read three times: add what comes from keys and values.',
    wrong: changedHeadsBack(({ from }) => ({ dx: from('query') })),
  },
  {
    id: 'heads-back-values-alone',
    sentence:
      'dx is what comes back from the values alone. x was read three times: add what comes from queries and keys.',
    wrong: changedHeadsBack(({ from }) => ({ dx: from('value') })),
  },
  {
    id: 'heads-back-keys-missing',
    sentence: 'What comes back from the keys is missing in dx. All three go into the sum.',
    wrong: changedHeadsBack(({ from }) => ({ dx: add(from('query'), from('value')) })),
  },
  {
    id: 'heads-back-mean',
    sentence:
      'dx is a third of what it should be: a mean of the three ways. What is read three times gets their sum.',
    wrong: changedHeadsBack(({ right }) => ({ dx: times(right.dx, 1 / 3) })),
  },
  {
    id: 'heads-back-residual',
    sentence: 'dout was added to dx. That belongs to the block (22.11), not to the attention.',
    wrong: changedHeadsBack(({ right, dout }) => ({ dx: add(right.dx, dout) })),
  },
  {
    id: 'heads-back-exchanged',
    sentence: "The gradients of the queries' and the keys' weights are exchanged.",
    wrong: changedHeadsBack(({ right: { gradients: g } }) => ({
      gradients: { Wq: g.Wk, bq: g.bk, Wk: g.Wq, bk: g.bq },
    })),
  },
  {
    id: 'heads-back-interleaved',
    sentence:
      'On the way back the columns are dealt out to the heads one by one. They went in blocks: splitHeads and mergeHeads as in the forward pass.',
    wrong: headsBackBy(wrongSplit, mergeHeads),
  },
  {
    id: 'heads-back-split-without-transpose',
    sentence:
      'What comes back to the heads is only read in another shape. Use splitHeads: it exchanges the axes of steps and heads.',
    wrong: headsBackBy(wrongReshape, mergeHeads),
  },
  {
    id: 'heads-back-merged-without-transpose',
    sentence:
      'What comes back from the heads is only read in another shape. Use mergeHeads: it exchanges the axes of heads and steps.',
    wrong: headsBackBy(splitHeads, wrongMerge),
  },
  {
    id: 'heads-back-mixture-of-values',
    sentence:
      'The gradient of Wo is made with the values before the attention. The output layer read what the heads found.',
    wrong: (dout: Tensor, cache: MultiHeadCache): MultiHeadGradients => {
      const right = multiHeadBackward(dout, cache);
      const v = filled(
        [dout.shape[0]!, cache.heads.length, ...cache.heads[0]!.v.shape.slice(1)],
        (...[n, h, t, i]) => cache.heads[h!]!.v.get(n!, t!, i!),
      );
      const { dW } = affineBackward(rows(dout), { ...cache.output, x: rows(mergeHeads(v)) });
      return { ...right, gradients: { ...right.gradients, Wo: dW } };
    },
  },
  {
    id: 'heads-back-weights-mean',
    sentence:
      'The gradients of the parameters are divided by the number of sequences or steps. The 1/N is in dout already, and all steps share the parameters: take the sum.',
    wrong: (dout: Tensor, cache: MultiHeadCache): MultiHeadGradients => {
      const { dx, gradients } = multiHeadBackward(dout, cache);
      const steps = dout.shape[0]! * dout.shape[1]!;
      const means = Object.entries(gradients).map(([name, g]: [string, Tensor]) => [
        name,
        times(g, 1 / steps),
      ]);
      return { dx, gradients: Object.fromEntries(means) as MultiHeadParams };
    },
  },
];

/** Positions by another formula. */
const waves = (formula: (t: number, d: number, D: number) => number) => (T: number, D: number) =>
  filled([T, D], (t, d) => formula(t!, d!, D));

const wave = (d: number, angle: number): number =>
  d % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
const even = (d: number): number => d - (d % 2);

const positions: Wrong[] = [
  {
    id: 'positions-sine-and-cosine-exchanged',
    sentence: 'Sine and cosine are exchanged: even columns are sines, odd ones cosines.',
    wrong: waves((t, d, D) => wave(d + 1, t / 10_000 ** (even(d) / D))),
  },
  {
    id: 'positions-halves',
    sentence:
      'All sines stand on the left and all cosines on the right. Here they take turns: column 2i is a sine, column 2i + 1 its cosine.',
    wrong: waves((t, d, D) => {
      const half = Math.ceil(D / 2);
      const i = d < half ? d : d - half;
      return wave(Number(d >= half), t / 10_000 ** ((2 * i) / D));
    }),
  },
  {
    id: 'positions-twice-the-column',
    sentence:
      'The exponent is 2d / D with the number d of the column. i counts pairs of columns, so the exponent of columns 2i and 2i + 1 is 2i / D.',
    wrong: waves((t, d, D) => wave(d, t / 10_000 ** ((2 * d) / D))),
  },
  {
    id: 'positions-twice-the-even-column',
    sentence:
      'The exponent is twice as large as it should be: 2 · 2i / D. In columns 2i and 2i + 1 it is 2i / D.',
    wrong: waves((t, d, D) => wave(d, t / 10_000 ** ((2 * even(d)) / D))),
  },
  {
    id: 'positions-pair-over-columns',
    sentence: 'The exponent is i / D. It is 2i / D, where i counts pairs of columns.',
    wrong: waves((t, d, D) => wave(d, t / 10_000 ** (even(d) / 2 / D))),
  },
  {
    id: 'positions-own-speed',
    sentence:
      'Each column has a speed of its own: the cosine is slower than its sine. Both columns of a pair have the exponent 2i / D.',
    wrong: waves((t, d, D) => wave(d, t / 10_000 ** (d / D))),
  },
  {
    id: 'positions-cosine-of-the-next',
    sentence:
      'The cosine has the exponent of the next pair. Both columns of a pair have the exponent 2i / D.',
    wrong: waves((t, d, D) => wave(d, t / 10_000 ** ((d + (d % 2)) / D))),
  },
  {
    id: 'positions-one-thousand',
    sentence: 'The waves are those of 1000. It is 10000 that is raised to 2i / D.',
    wrong: waves((t, d, D) => wave(d, t / 1000 ** (even(d) / D))),
  },
  {
    id: 'positions-from-one',
    sentence: 'The steps count from 1. The first one is t = 0: sines 0, cosines 1.',
    wrong: waves((t, d, D) => wave(d, (t + 1) / 10_000 ** (even(d) / D))),
  },
  {
    id: 'positions-faster',
    sentence:
      "The waves turn faster from pair to pair. Divide t by 10000^(2i / D), don't multiply.",
    wrong: waves((t, d, D) => wave(d, t * 10_000 ** (even(d) / D))),
  },
  {
    id: 'positions-sines-alone',
    sentence: 'All columns are sines. Odd columns are the cosine of the same angle.',
    wrong: waves((t, d, D) => Math.sin(t / 10_000 ** (even(d) / D))),
  },
  {
    id: 'positions-to-the-last-pair',
    sentence:
      'The speeds are spread so that the last pair turns a ten-thousandth as fast. The exponent is 2i / D, which stays below 1.',
    wrong: waves((t, d, D) => wave(d, t / 10_000 ** (even(d) / Math.max(D - 2, 1)))),
  },
];

type BlockArgs = [x: Tensor, params: BlockParams, mask: Tensor, options: BlockOptions];

const normOf = (x: Tensor, gamma: Tensor, beta: Tensor, epsilon: number): Tensor =>
  likeSteps(x, layerNormForward(rows(x), gamma, beta, epsilon).out);

const thought = (x: Tensor, params: TwoLayerParams): Tensor =>
  likeSteps(x, twoLayerForward(rows(x), params).out);

/** The parts of a block, to be put together wrong. */
interface Parts {
  x: Tensor;
  params: BlockParams;
  attend: (given: Tensor) => Tensor;
  norm1: (given: Tensor) => Tensor;
  norm2: (given: Tensor) => Tensor;
  think: (given: Tensor) => Tensor;
}

const blockBy =
  (outOf: (parts: Parts) => Tensor) =>
  (...args: BlockArgs) => {
    const right = blockForward(...args);
    const [x, params, mask, { heads, epsilon }] = args;
    const out = outOf({
      x,
      params,
      attend: (given) => multiHeadForward(given, params, mask, heads).out,
      norm1: (given) => normOf(given, params.gamma1, params.beta1, epsilon),
      norm2: (given) => normOf(given, params.gamma2, params.beta2, epsilon),
      think: (given) => thought(given, params),
    });
    return { ...right, out };
  };

const blocks: Wrong[] = [
  {
    id: 'block-norms-afterwards',
    sentence:
      'The norms stand behind the sums, as in the first transformers. Here they stand before the attention and before the two layers, and the sums are left alone.',
    anchor: '#the-block',
    wrong: blockBy(({ x, attend, norm1, norm2, think }) => {
      const y = norm1(add(x, attend(x)));
      return norm2(add(y, think(y)));
    }),
  },
  {
    id: 'block-norms-of-the-parts',
    sentence:
      'The norms are taken of what attention and layers say. They stand before these, at what they read.',
    anchor: '#the-block',
    wrong: blockBy(({ x, attend, norm1, norm2, think }) => {
      const y = add(x, norm1(attend(x)));
      return add(y, norm2(think(y)));
    }),
  },
  {
    id: 'block-no-norms',
    sentence:
      'Both norms are missing. Attention and layers read what layer norm made of the steps.',
    wrong: blockBy(({ x, attend, think }) => {
      const y = add(x, attend(x));
      return add(y, think(y));
    }),
  },
  {
    id: 'block-no-first-norm',
    sentence: 'The attention reads x as it is. It should read layer norm 1 of it.',
    wrong: blockBy(({ x, attend, norm2, think }) => {
      const y = add(x, attend(x));
      return add(y, think(norm2(y)));
    }),
  },
  {
    id: 'block-no-second-norm',
    sentence: 'The two layers read the sum as it is. They should read layer norm 2 of it.',
    wrong: blockBy(({ x, attend, norm1, think }) => {
      const y = add(x, attend(norm1(x)));
      return add(y, think(y));
    }),
  },
  {
    id: 'block-one-norm-twice',
    sentence: 'Both norms use γ and β of the first one. The second has gamma2 and beta2.',
    wrong: blockBy(({ x, attend, norm1, think }) => {
      const y = add(x, attend(norm1(x)));
      return add(y, think(norm1(y)));
    }),
  },
  {
    id: 'block-no-residuals',
    sentence:
      'Each part replaces what it read. It should add to it: y is x plus what the attention found, and out is y plus what the layers made.',
    wrong: blockBy(({ x, attend, norm1, norm2, think }) => think(norm2(attend(norm1(x))))),
  },
  {
    id: 'block-no-first-residual',
    sentence: 'x is not added to what the attention says.',
    wrong: blockBy(({ x, attend, norm1, norm2, think }) => {
      const y = attend(norm1(x));
      return add(y, think(norm2(y)));
    }),
  },
  {
    id: 'block-no-second-residual',
    sentence: 'y is not added to what the two layers say.',
    wrong: blockBy(({ x, attend, norm1, norm2, think }) => think(norm2(add(x, attend(norm1(x)))))),
  },
  {
    id: 'block-residual-of-the-norm',
    sentence:
      'What is added is the norm of x, or of y. The sums add x and y as they are; only the parts read norms.',
    wrong: blockBy(({ x, attend, norm1, norm2, think }) => {
      const read = norm1(x);
      const again = norm2(add(read, attend(read)));
      return add(again, think(again));
    }),
  },
  {
    id: 'block-second-residual-of-x',
    sentence:
      'The second sum adds x, so what the attention said is lost on that way. Add y, the result of the first sum.',
    wrong: blockBy(({ x, attend, norm1, norm2, think }) =>
      add(x, think(norm2(add(x, attend(norm1(x)))))),
    ),
  },
  {
    id: 'block-side-by-side',
    sentence:
      'The two layers read x beside the attention. They come after it: layer norm 2 reads the first sum.',
    wrong: blockBy(({ x, attend, norm1, norm2, think }) =>
      add(add(x, attend(norm1(x))), think(norm2(x))),
    ),
  },
  {
    id: 'block-layers-first',
    sentence: 'The two layers come before the attention. It is the other way round.',
    wrong: blockBy(({ x, attend, norm1, norm2, think }) => {
      const y = add(x, think(norm2(x)));
      return add(y, attend(norm1(y)));
    }),
  },
  {
    id: 'block-linear-layers',
    sentence: 'There is no ReLU between the two layers: twoLayerForward of lesson 20 has it.',
    wrong: blockBy(({ x, params: { W1, b1, W2, b2 }, attend, norm1, norm2 }) => {
      const y = add(x, attend(norm1(x)));
      return add(y, affine(affine(norm2(y), W1, b1), W2, b2));
    }),
  },
  {
    id: 'block-relu-at-the-end',
    sentence: 'A ReLU follows the second layer too. What a part adds may be negative.',
    wrong: blockBy(({ x, attend, norm1, norm2, think }) => {
      const y = add(x, attend(norm1(x)));
      return add(
        y,
        map(think(norm2(y)), (value) => Math.max(value, 0)),
      );
    }),
  },
  {
    id: 'block-unmasked',
    sentence: "The attention doesn't get the mask. Hand it on.",
    wrong: (...[x, params, mask, options]: BlockArgs) => {
      const right = blockForward(x, params, mask, options);
      const { out, weights } = blockForward(x, params, open(mask), options);
      return { ...right, out, weights };
    },
  },
  {
    id: 'block-epsilon-ignored',
    sentence: 'The norms use an ε of their own. Take the one in the options.',
    wrong: (...[x, params, mask, options]: BlockArgs) => {
      const right = blockForward(x, params, mask, options);
      const { out, weights } = blockForward(x, params, mask, { ...options, epsilon: 1e-5 });
      return { ...right, out, weights };
    },
  },
];

/** The ways of a gradient through a block, to be put together wrong. */
interface BackParts {
  dout: Tensor;
  attend: (d: Tensor) => Tensor;
  norm1: (d: Tensor) => Tensor;
  norm2: (d: Tensor) => Tensor;
  think: (d: Tensor) => Tensor;
}

/** Goes back through a block by wrong ways: what reaches the sum y, and what reaches x. */
const blockBackBy =
  (how: {
    dy?: (parts: BackParts) => Tensor;
    /** What the attention gets of it; all unless given. */
    reaching?: (dy: Tensor, dout: Tensor) => Tensor;
    dx?: (dy: Tensor, parts: BackParts, reached: Tensor) => Tensor;
  }) =>
  (dout: Tensor, cache: BlockCache): BlockGradients => {
    const parts: BackParts = {
      dout,
      attend: (d) => multiHeadBackward(d, cache.attention).dx,
      norm1: (d) => likeSteps(dout, layerNormBackward(rows(d), cache.norm1).dx),
      norm2: (d) => likeSteps(dout, layerNormBackward(rows(d), cache.norm2).dx),
      think: (d) => likeSteps(dout, twoLayerBackward(rows(d), cache.layers).dx),
    };
    const rightSum = ({ norm2, think }: BackParts): Tensor => add(dout, norm2(think(dout)));
    const rightEnd = (dy: Tensor, { attend, norm1 }: BackParts, reached: Tensor): Tensor =>
      add(dy, norm1(attend(reached)));
    const { dy = rightSum, reaching = (d) => d, dx = rightEnd } = how;
    const sum = dy(parts);
    const reached = reaching(sum, dout);
    const right = blockBackward(dout, cache).gradients;
    const attention = multiHeadBackward(reached, cache.attention);
    const norm1 = layerNormBackward(rows(attention.dx), cache.norm1);
    return {
      dx: dx(sum, parts, reached),
      gradients: {
        ...right,
        ...attention.gradients,
        gamma1: norm1.dgamma,
        beta1: norm1.dbeta,
      },
    };
  };

const blockBacks: Wrong[] = [
  {
    id: 'block-back-no-residuals',
    sentence:
      'The gradient goes through both parts and past neither. Each sum hands it on both ways: add dout, and then what reached y.',
    wrong: blockBackBy({
      dy: ({ dout, norm2, think }) => norm2(think(dout)),
      dx: (dy, { attend, norm1 }) => norm1(attend(dy)),
    }),
  },
  {
    id: 'block-back-no-second-residual',
    sentence:
      'What goes past the two layers is missing: y was added as it is, so it gets dout besides what comes through them.',
    wrong: blockBackBy({ dy: ({ dout, norm2, think }) => norm2(think(dout)) }),
  },
  {
    id: 'block-back-no-first-residual',
    sentence:
      'What goes past the attention is missing: x was added as it is, so it gets all that reached y besides what comes through the attention.',
    wrong: blockBackBy({ dx: (dy, { attend, norm1 }) => norm1(attend(dy)) }),
  },
  {
    id: 'block-back-dout-past-both',
    sentence:
      'dx adds dout to what comes through the attention. What goes past the attention is all that reached y: dout and what came through the two layers.',
    wrong: blockBackBy({ dx: (dy, { attend, norm1, dout }) => add(dout, norm1(attend(dy))) }),
  },
  {
    id: 'block-back-attention-gets-dout',
    sentence:
      'The attention gets dout. It gets all that reached the first sum: dout and what came through the two layers.',
    wrong: blockBackBy({ reaching: (_, dout) => dout }),
  },
  {
    id: 'block-back-past-norms',
    sentence:
      'What comes through a part goes past its norm. Send it through layerNormBackward too.',
    wrong: blockBackBy({
      dy: ({ dout, think }) => add(dout, think(dout)),
      dx: (dy, { attend }) => add(dy, attend(dy)),
    }),
  },
  {
    id: 'block-back-residual-through-norm',
    sentence:
      'What goes past a part is sent through its norm as well. The norm belongs to the part alone; the sum adds x as it is.',
    wrong: blockBackBy({
      dy: ({ dout, norm2, think }) => norm2(add(dout, think(dout))),
      dx: (dy, { attend, norm1 }) => norm1(add(dy, attend(dy))),
    }),
  },
  {
    id: 'block-back-twice',
    sentence: 'dout is counted twice where it goes past the parts. Each sum hands it on once.',
    wrong: blockBackBy({
      dx: (dy, { attend, norm1, dout }) => add(add(dy, dout), norm1(attend(dy))),
    }),
  },
  {
    id: 'block-back-norms-exchanged',
    sentence: 'The gradients of the two norms are exchanged: norm 1 stands before the attention.',
    wrong: (dout: Tensor, cache: BlockCache): BlockGradients => {
      const { dx, gradients: g } = blockBackward(dout, cache);
      const { gamma1, beta1, gamma2, beta2 } = g;
      return {
        dx,
        gradients: { ...g, gamma1: gamma2, beta1: beta2, gamma2: gamma1, beta2: beta1 },
      };
    },
  },
];

/** How wrong a language model is made. */
interface ModelHow {
  /** What is made of embedding and position; their sum unless given. */
  step?: (embedding: number, position: number, D: number) => number;
  positions?: (T: number, D: number) => Tensor;
  mask?: (batch: TokenBatch) => Tensor;
  labels?: (batch: TokenBatch) => Labels;
  counted?: (batch: TokenBatch) => Tensor;
  /** What the loss and the gradient at the logits are multiplied by. */
  factor?: (N: number, T: number) => number;
  dx?: (dx: Tensor, D: number) => Tensor;
  We?: (dx: Tensor, ids: Labels, V: number) => Tensor;
}

const causalOf = ({ ids }: TokenBatch): Tensor => {
  const [N, T] = ids.shape as [number, number];
  return attentionMask(ndarray(new Int32Array(N).fill(T)), T, true);
};

const modelBy =
  (how: ModelHow) =>
  (batch: TokenBatch, params: TransformerParams, options: BlockOptions): TransformerGradients => {
    const { step = (e, p) => e + p, positions: where = sinusoidalPositions } = how;
    const { mask = causalOf, labels = (b) => b.labels, counted = (b) => b.mask } = how;
    const { factor = () => 1, dx: change = (dx) => dx } = how;
    const embedded = embeddingForward(batch.ids, params.We);
    const [N, T, D] = embedded.out.shape as [number, number, number];
    const places = where(T, D);
    const x = filled([N, T, D], (...[n, t, d]) =>
      step(embedded.out.get(n!, t!, d!), places.get(t!, d!), D),
    );
    const block = blockForward(x, params, mask(batch), options);
    const logits = affine(block.out, params.Wy, params.by);
    const { loss, cache } = temporalSoftmaxLossForward(logits, labels(batch), counted(batch));
    const scale = factor(N, T);
    const { dlogits } = temporalSoftmaxLossBackward(scale, cache);
    const back = affineBackward(rows(dlogits), { x: rows(block.out), W: params.Wy });
    const { dx, gradients } = blockBackward(likeSteps(block.out, back.dx), block.cache);
    const reached = change(dx, D);
    const V = params.We.shape[0]!;
    const We = how.We?.(reached, batch.ids, V) ?? embeddingBackward(reached, embedded.cache).dW;
    return {
      loss: scale * loss,
      logits,
      gradients: { ...gradients, We, Wy: back.dW, by: back.db },
    };
  };

const models: Wrong[] = [
  {
    id: 'model-no-positions',
    sentence:
      'The positions are missing. Without them a step sees which tokens came before it, and not in which order.',
    wrong: modelBy({ step: (embedding) => embedding }),
  },
  {
    id: 'model-positions-multiplied',
    sentence: 'Embedding and position are multiplied. Add them.',
    wrong: modelBy({ step: (e, p) => e * p, dx: (dx) => dx }),
  },
  {
    id: 'model-embedding-scaled',
    sentence:
      'The embedding is multiplied by √D before the position is added, as in the first transformers. Here it is added as it is.',
    wrong: modelBy({
      step: (e, p, D) => e * Math.sqrt(D) + p,
      dx: (dx, D) => times(dx, Math.sqrt(D)),
    }),
  },
  {
    id: 'model-positions-from-one',
    sentence: 'The positions count from 1. The first token stands at 0.',
    wrong: modelBy({
      positions: (T, D) => sinusoidalPositions(T + 1, D).lo(1, 0),
    }),
  },
  {
    id: 'model-sees-the-future',
    sentence:
      'Every step reads the whole text, so it sees the token that it should foretell. Give the block the causal mask.',
    wrong: modelBy({ mask: (b) => open(causalOf(b)) }),
  },
  {
    id: 'model-diagonal-hidden',
    sentence:
      'No step reads itself, so none knows which token it stands at but by its residual. The causal mask opens s ≤ t.',
    wrong: modelBy({
      mask: (b) => filled(causalOf(b).shape, (_, t, s) => Number(s! < t!)),
    }),
  },
  {
    id: 'model-loss-mask-for-attention',
    sentence:
      "Steps that don't count are hidden from the attention, too. batch.mask says what the loss counts; the attention gets the causal mask.",
    wrong: modelBy({
      mask: (b) => filled(causalOf(b).shape, (n, t, s) => (s! <= t! ? b.mask.get(n!, s!) : 0)),
    }),
  },
  {
    id: 'model-foretells-itself',
    sentence:
      'Each step is asked for its own token. Compare with batch.labels, the tokens that follow.',
    wrong: modelBy({ labels: ({ ids }) => ids }),
  },
  {
    id: 'model-all-steps-count',
    sentence: 'Steps count that the mask leaves out. Hand batch.mask to the loss.',
    wrong: modelBy({ counted: ({ mask }) => open(mask) }),
  },
  {
    id: 'model-mean-over-steps',
    sentence:
      'The loss is divided by the number of steps as well. 15.8 divides by the number of sequences alone.',
    wrong: modelBy({ factor: (_, T) => 1 / T }),
  },
  {
    id: 'model-embedding-overwritten',
    sentence:
      'A token that comes up twice has the gradient of one place only. Its row was read at both: embeddingBackward of 15.7 adds up.',
    wrong: modelBy({
      We: (dx, ids, V) => {
        const [N, T, D] = dx.shape as [number, number, number];
        const dW = zeros(V, D);
        for (let i = 0; i < N * T * D; i++) {
          const [n, t, d] = [Math.floor(i / (T * D)), Math.floor(i / D) % T, i % D];
          dW.set(ids.get(n, t), d, dx.get(n, t, d));
        }
        return dW;
      },
    }),
  },
  {
    id: 'model-embedding-stands-still',
    sentence: 'The embedding gets no gradient. What reaches x goes on to We by embeddingBackward.',
    wrong: modelBy({ We: (dx, _, V) => zeros(V, dx.shape[2]!) }),
  },
];

/** Refuses what sampleTopK refuses, and takes no draw. */
const drawsNothing = (
  ...[logits, options]: [logits: Tensor, options: SampleOptions, random: () => number]
): number => sampleTopK(logits, options, () => 0);

/** Draws among tokens that are chosen in another way. */
const drawBy = (
  chosen: (values: number[], k: number) => number[],
  temperatureOf: (temperature: number) => number = (temperature) => temperature,
) =>
  refusingLike(
    drawsNothing,
    (logits: Tensor, { k, temperature }: SampleOptions, random: () => number) => {
      const values = [...copy(logits).data];
      const tokens = chosen(values, k);
      const kept = array(tokens.map((token) => values[token]!));
      return tokens[sampleToken(kept, temperatureOf(temperature), random)]!;
    },
  );

/** Tokens from the likeliest on. */
const ranked = (values: number[]): number[] =>
  [...values.keys()].toSorted((a, b) => values[b]! - values[a]!);

const samples: Wrong[] = [
  {
    id: 'top-k-ties-kept',
    sentence:
      'Where logits are equal, more than k tokens have a chance: everything that is at least the k-th largest is kept. Exactly k are; of equals the smaller tokens.',
    wrong: drawBy((values, k) => {
      const least = values[ranked(values)[Math.min(k, values.length) - 1]!]!;
      return [...values.keys()].filter((token) => values[token]! >= least);
    }),
  },
  {
    id: 'top-k-ties-lost',
    sentence:
      'Where logits are equal, fewer than k tokens have a chance: only what is above the next one is kept. Exactly k are; of equals the smaller tokens.',
    wrong: drawBy((values, k) => {
      const next = values[ranked(values)[k] ?? -1] ?? -Infinity;
      const above = [...values.keys()].filter((token) => values[token]! > next);
      return above.length > 0 ? above : ranked(values).slice(0, k);
    }),
  },
  {
    id: 'top-k-larger-of-equals',
    sentence: 'Of equal logits the larger tokens are kept. The smaller ones go first.',
    wrong: drawBy((values, k) =>
      [...values.keys()].toSorted((a, b) => values[b]! - values[a]! || b - a).slice(0, k),
    ),
  },
  {
    id: 'top-k-place-for-token',
    sentence:
      'This is the place of the token among the likeliest, and not the token: look it up in their list.',
    wrong: refusingLike(
      drawsNothing,
      (logits: Tensor, { k, temperature }: SampleOptions, random: () => number) => {
        const values = [...copy(logits).data];
        const kept = ranked(values).slice(0, k);
        return sampleToken(array(kept.map((token) => values[token]!)), temperature, random);
      },
    ),
  },
  {
    id: 'top-k-ignored',
    sentence: 'All tokens have a chance. Only the k likeliest should.',
    wrong: drawBy((values) => [...values.keys()]),
  },
  {
    id: 'top-k-one-more',
    sentence: 'k + 1 tokens have a chance. Keep k.',
    wrong: drawBy((values, k) => ranked(values).slice(0, k + 1)),
  },
  {
    id: 'top-k-bottom',
    sentence: 'The k unlikeliest tokens are kept. Sort from the largest logit on.',
    wrong: drawBy((values, k) => ranked(values).toReversed().slice(0, k)),
  },
  {
    id: 'top-k-first-tokens',
    sentence: 'The first k tokens are kept, whatever their logits are. Keep the k largest.',
    wrong: drawBy((values, k) => [...values.keys()].slice(0, k)),
  },
  {
    id: 'top-k-temperature-multiplied',
    sentence:
      'The logits are multiplied by the temperature. Divide by it: a low temperature makes differences larger.',
    wrong: drawBy(
      (values, k) => ranked(values).slice(0, k),
      (temperature) => 1 / temperature,
    ),
  },
  {
    id: 'top-k-temperature-ignored',
    sentence: 'The temperature is ignored. Divide the logits by it before the softmax.',
    wrong: drawBy(
      (values, k) => ranked(values).slice(0, k),
      () => 1,
    ),
  },
  {
    id: 'top-k-likeliest',
    sentence: 'The likeliest token comes always. Draw one of the k by their probabilities.',
    wrong: drawBy((values) => ranked(values).slice(0, 1)),
  },
  {
    id: 'top-k-even',
    sentence: 'All of the k tokens are drawn alike. Draw them by their probabilities.',
    wrong: drawBy(
      (values, k) => ranked(values).slice(0, k),
      () => 1e9,
    ),
  },
];

export const misconceptions: Misconception[] = [
  ...of('22.1 attentionMask', masks),
  ...of(
    '22.2 maskedSoftmax',
    softmaxes.map((one) => ({ ...one, wrong: refusingLike(maskedSoftmax, one.wrong) })),
  ),
  ...of('22.3 attentionForward', attentions),
  ...of('22.4 attentionBackward', attentionBacks),
  ...of('22.5 splitHeads', splits),
  ...of('22.6 mergeHeads', merges),
  ...of('22.7 multiHeadForward', multiHeads),
  ...of('22.8 multiHeadBackward', multiHeadBacks),
  ...of('22.9 sinusoidalPositions', positions),
  ...of('22.10 blockForward', blocks),
  ...of('22.11 blockBackward', blockBacks),
  ...of('22.12 transformerGradients', models),
  ...of('22.13 sampleTopK', samples),
];
