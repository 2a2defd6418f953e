/** One step of a GRU, right and wrong. */
import type { Differentiable, LayerProblem } from '../../../checks/gradient/problem.ts';
import { each, fill, matmul, sumRows, transpose } from './arithmetic.ts';
import { sigmoid } from './elementwise.ts';

export type GruMistake =
  'n without its derivative' | 'z of the wrong sign' | 'reset gate forgotten';

export interface GruInputs {
  x: Differentiable;
  hPrev: Differentiable;
  Wx: Differentiable;
  Wh: Differentiable;
  b: Differentiable;
}

interface GruCache extends GruInputs {
  /** What comes of hPrev, before the reset gate; and the three gates, r, z and n. */
  fromPast: Differentiable;
  gates: Differentiable;
}

/** h = (1 − z)·n + z·hPrev; gates in the order r, z, n, the reset gate acting on hPrev·Wh. */
export function gruStep(inputs: GruInputs, mistake?: GruMistake): LayerProblem {
  const [N, H] = inputs.hPrev.shape as [number, number];
  return {
    name: 'gru step',
    inputs: { ...inputs },
    outputs: ['h'],
    constants: { N, H },
    gates: ['r', 'z', 'n'],
    forward: (
      x: Differentiable,
      hPrev: Differentiable,
      Wx: Differentiable,
      Wh: Differentiable,
      b: Differentiable,
    ) => {
      const fromInput = matmul(x, Wx);
      const fromPast = matmul(hPrev, Wh);
      const gates = each(fromInput, () => 0);
      each(fromInput, (value, n, k) => {
        const past = fromPast.get(n!, k!);
        const isN = k! >= 2 * H;
        const z = value + b.get(k!) + (isN ? gates.get(n!, k! - 2 * H) * past : past);
        gates.set(n!, k!, isN ? Math.tanh(z) : sigmoid(z));
        return 0;
      });
      const h = fill('float64', [N, H], (n, k) => {
        const [z, candidate] = [gates.get(n!, H + k!), gates.get(n!, 2 * H + k!)];
        return (1 - z) * candidate + z * hPrev.get(n!, k!);
      });
      return { h, cache: { x, hPrev, Wx, Wh, b, fromPast, gates } };
    },
    backward: (dh: Differentiable, { x, hPrev, Wx, Wh, fromPast, gates }: GruCache) => {
      const gate = (which: number, n: number, k: number) => gates.get(n, which * H + k);
      const dn = (n: number, k: number) => {
        const own = mistake === 'n without its derivative' ? 1 : 1 - gate(2, n, k) ** 2;
        return dh.get(n, k) * (1 - gate(1, n, k)) * own;
      };
      const signOfZ = mistake === 'z of the wrong sign' ? -1 : 1;
      const dz = each(gates, (y, n, k) => {
        const unit = k! % H;
        if (k! >= 2 * H) return dn(n!, unit);
        if (k! >= H) {
          const difference = hPrev.get(n!, unit) - gate(2, n!, unit);
          return signOfZ * dh.get(n!, unit) * difference * y * (1 - y);
        }
        return dn(n!, unit) * fromPast.get(n!, 2 * H + unit) * y * (1 - y);
      });
      const dpast = each(dz, (value, n, k) => {
        const reset = mistake === 'reset gate forgotten' ? 1 : gate(0, n!, k! % H);
        return k! >= 2 * H ? value * reset : value;
      });
      const direct = matmul(dpast, transpose(Wh));
      return {
        dx: matmul(dz, transpose(Wx)),
        dhPrev: each(direct, (value, n, k) => value + dh.get(n!, k!) * gate(1, n!, k!)),
        dWx: matmul(transpose(x), dz),
        dWh: matmul(transpose(hPrev), dpast),
        db: sumRows(dz),
      };
    },
  };
}
