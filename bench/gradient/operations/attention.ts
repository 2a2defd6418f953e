/** Scaled dot-product attention, right and wrong. */
import type { Differentiable, LayerProblem } from '../../../checks/gradient/problem.ts';
import { each, matmul, sum, transpose } from './arithmetic.ts';
import { softmaxOf } from './dense.ts';

export type AttentionMistake =
  '1/√d missing' | '1/d for 1/√d' | 'softmax passed through' | 'Q and K exchanged';

interface AttentionCache {
  Q: Differentiable;
  K: Differentiable;
  V: Differentiable;
  weights: Differentiable;
}

/** out = softmax(Q·Kᵀ / √d)·V for queries (T, d), keys (S, d) and values (S, M). */
export function attention(
  Q: Differentiable,
  K: Differentiable,
  V: Differentiable,
  mistake?: AttentionMistake,
): LayerProblem {
  const d = Q.shape[1]!;
  return {
    name: 'attention',
    inputs: { Q, K, V },
    constants: { d },
    forward: (q: Differentiable, k: Differentiable, v: Differentiable) => {
      const scores = each(matmul(q, transpose(k)), (value) => value / Math.sqrt(d));
      const weights = softmaxOf(scores);
      return { out: matmul(weights, v), cache: { Q: q, K: k, V: v, weights } };
    },
    backward: (dout: Differentiable, { Q: q, K: k, V: v, weights }: AttentionCache) => {
      const dweights = matmul(dout, transpose(v));
      const scale =
        mistake === '1/√d missing' ? 1 : mistake === '1/d for 1/√d' ? 1 / d : 1 / Math.sqrt(d);
      const dscores = each(dweights, (value, t, s) => {
        const dot = sum(
          'float64',
          weights.shape[1]!,
          (j) => dweights.get(t!, j) * weights.get(t!, j),
        );
        const inner =
          mistake === 'softmax passed through' ? value : weights.get(t!, s!) * (value - dot);
        return inner * scale;
      });
      const dQ = matmul(dscores, k);
      const dK = matmul(transpose(dscores), q);
      const dV = matmul(transpose(weights), dout);
      return mistake === 'Q and K exchanged' ? { dQ: dK, dK: dQ, dV } : { dQ, dK, dV };
    },
  };
}
