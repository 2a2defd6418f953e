/** Layers that remember what they should not. All are out = tanh(x)·w, one w for each column. */
import type {
  Differentiable,
  LayerProblem,
  LossProblem,
} from '../../../checks/gradient/problem.ts';
import { each, fill, kindOf, sum } from './arithmetic.ts';

export type MemoryMistake =
  | 'first outputs kept'
  | 'first cache kept'
  | 'last call used'
  | 'cache used up'
  | 'cache added to'
  | 'cache written into'
  | 'closure used up';

interface Cache {
  x: Differentiable;
  w: Differentiable;
  out: Differentiable;
  total: Differentiable;
}

function run(x: Differentiable, w: Differentiable): Cache {
  const out = each(x, (value, _, d) => Math.tanh(value) * w.get(d!));
  return { x, w, out, total: each(w, () => 0) };
}

function gradients(dout: Differentiable, { x, w }: Cache) {
  return {
    dx: each(x, (value, n, d) => dout.get(n!, d!) * w.get(d!) * (1 - Math.tanh(value) ** 2)),
    dw: fill(kindOf(w), w.shape, (d) =>
      sum('float64', x.shape[0]!, (n) => dout.get(n, d!) * Math.tanh(x.get(n, d!))),
    ),
  };
}

export function remembering(
  x: Differentiable,
  w: Differentiable,
  mistake?: MemoryMistake,
): LayerProblem {
  let first: Cache | undefined;
  let last: Cache | undefined;
  return {
    name: 'layer',
    inputs: { x, w },
    forward: (input: Differentiable, weights: Differentiable) => {
      last = run(input, weights);
      first ??= last;
      if (mistake === 'closure used up') {
        const once = last;
        let uses = 0;
        return {
          out: once.out,
          cache: () =>
            uses++ > 0
              ? run(
                  each(once.x, () => 1),
                  once.w,
                )
              : once,
        };
      }
      if (mistake === 'first outputs kept') return { out: first.out, cache: last };
      return { out: last.out, cache: mistake === 'first cache kept' ? first : last };
    },
    backward: (dout: Differentiable, given: Cache | (() => Cache)) => {
      const cache = typeof given === 'function' ? given() : given;
      const right = gradients(dout, mistake === 'last call used' ? last! : cache);
      if (mistake === 'cache used up') each(cache.x, (_, n, d) => (cache.x.set(n!, d!, 0), 0));
      if (mistake === 'cache written into') cache.out.set(0, 0, 7);
      if (mistake !== 'cache added to') return right;
      each(right.dw, (value, d) => (cache.total.set(d!, cache.total.get(d!) + value), 0));
      return { ...right, dw: each(cache.total, (value) => value) };
    },
  };
}

/** The same as a class that keeps what it needs in itself, a new one for each forward pass. */
class Layer {
  x: Differentiable | undefined;
  dw: Differentiable;
  readonly w: Differentiable;

  constructor(w: Differentiable) {
    this.w = w;
    this.dw = each(w, () => 0);
  }

  forward(x: Differentiable): Differentiable {
    this.x = x;
    return run(x, this.w).out;
  }

  backward(dout: Differentiable): Differentiable {
    const { dx, dw } = gradients(dout, run(this.x!, this.w));
    this.dw = dw;
    return dx;
  }
}

export function statefulClass(x: Differentiable, w: Differentiable): LayerProblem {
  return {
    name: 'class',
    inputs: { x, w },
    forward: (input: Differentiable, weights: Differentiable) => {
      const layer = new Layer(weights);
      return { out: layer.forward(input), cache: layer };
    },
    backward: (dout: Differentiable, layer: Layer) => ({
      dx: layer.backward(dout),
      dw: layer.dw,
    }),
  };
}

/** Σ x³ with a gradient function that answers every question with its first answer. */
export function rememberingLoss(x: Differentiable): LossProblem {
  let first: Differentiable | undefined;
  return {
    name: 'sum of cubes',
    inputs: { x },
    loss: (input: Differentiable) => {
      let total = 0;
      each(input, (value) => (total += value ** 3));
      return total;
    },
    gradient: (input: Differentiable) => (first ??= each(input, (value) => 3 * value ** 2)),
  };
}
