/** Recurrent networks, right and wrong. */
import type { Differentiable, LayerProblem } from '../../../checks/gradient/problem.ts';
import { each, fill, kindOf, sum } from './arithmetic.ts';
import { sigmoid } from './elementwise.ts';

interface RnnCache {
  x: Differentiable;
  Wx: Differentiable;
  Wh: Differentiable;
  h: Differentiable;
}

/** h[n, t − 1, k], which is 0 before the first step. */
function before(h: Differentiable, n: number, t: number, k: number): number {
  return t > 0 ? h.get(n, t - 1, k) : 0;
}

export type RnnMistake = 'dhNext missing' | 'h for its predecessor';

/** h[t] = tanh(x[t]·Wx + h[t−1]·Wh + b) for x (N, T, D), starting from h[−1] = 0. */
export function rnn(
  x: Differentiable,
  Wx: Differentiable,
  Wh: Differentiable,
  b: Differentiable,
  mistake?: RnnMistake,
): LayerProblem {
  const kind = kindOf(x);
  const [N, T, D] = x.shape as [number, number, number];
  const H = b.size;

  return {
    name: 'rnn',
    inputs: { x, Wx, Wh, b },
    outputs: ['h'],
    constants: { N, T },
    axes: { x: ['sample', 'time step', 'feature'], h: ['sample', 'time step', 'unit'] },
    forward: (
      input: Differentiable,
      wx: Differentiable,
      wh: Differentiable,
      bias: Differentiable,
    ) => {
      const h = fill(kind, [N, T, H], () => 0);
      for (let n = 0; n < N; n++) {
        for (let t = 0; t < T; t++) {
          for (let k = 0; k < H; k++) {
            const fromInput = sum(kind, D, (d) => input.get(n, t, d) * wx.get(d, k));
            const fromPast = sum(kind, H, (j) => before(h, n, t, j) * wh.get(j, k));
            h.set(n, t, k, Math.tanh(fromInput + fromPast + bias.get(k)));
          }
        }
      }
      return { h, cache: { x: input, Wx: wx, Wh: wh, h } };
    },
    backward: (dh: Differentiable, { x: input, Wx: wx, Wh: wh, h }: RnnCache) => {
      // dz[n, t, k] is the derivative by what goes into tanh.
      const dz = fill(kind, [N, T, H], () => 0);
      for (let n = 0; n < N; n++) {
        for (let t = T - 1; t >= 0; t--) {
          for (let k = 0; k < H; k++) {
            const next =
              t + 1 < T && mistake !== 'dhNext missing'
                ? sum(kind, H, (j) => dz.get(n, t + 1, j) * wh.get(k, j))
                : 0;
            dz.set(n, t, k, (dh.get(n, t, k) + next) * (1 - h.get(n, t, k) ** 2));
          }
        }
      }
      const over = (f: (n: number, t: number) => number) =>
        sum(kind, N, (n) => sum(kind, T, (t) => f(n, t)));
      return {
        dx: fill(kind, [N, T, D], (n, t, d) =>
          sum(kind, H, (k) => dz.get(n!, t!, k) * wx.get(d!, k)),
        ),
        dWx: fill(kind, [D, H], (d, k) => over((n, t) => input.get(n, t, d!) * dz.get(n, t, k!))),
        dWh: fill(kind, [H, H], (j, k) =>
          over((n, t) => {
            const past =
              mistake === 'h for its predecessor' ? h.get(n, t, j!) : before(h, n, t, j!);
            return past * dz.get(n, t, k!);
          }),
        ),
        db: fill(kind, [H], (k) => over((n, t) => dz.get(n, t, k!))),
      };
    },
  };
}

export type LstmMistake =
  | 'gates permuted'
  | 'dc ignored'
  | 'c for cPrev in f'
  | 'f zero'
  | 'o of the wrong sign'
  | 'h for hPrev';

interface LstmCache {
  gates: Differentiable;
  nextC: Differentiable;
  nextH: Differentiable;
}

/** One step of an LSTM with two outputs, h and c; gates in the order i, f, g, o. */
export function lstmStep(
  inputs: {
    x: Differentiable;
    hPrev: Differentiable;
    cPrev: Differentiable;
    Wx: Differentiable;
    Wh: Differentiable;
    b: Differentiable;
  },
  mistake?: LstmMistake,
): LayerProblem {
  const { x, hPrev, cPrev, Wx, Wh, b } = inputs;
  const kind = kindOf(x);
  const [N, D] = x.shape as [number, number];
  const H = hPrev.shape[1]!;
  return {
    name: 'lstm step',
    inputs: { x, hPrev, cPrev, Wx, Wh, b },
    outputs: ['h', 'c'],
    constants: { N, H },
    gates: ['i', 'f', 'g', 'o'],
    forward: (
      input: Differentiable,
      past: Differentiable,
      cell: Differentiable,
      wx: Differentiable,
      wh: Differentiable,
      bias: Differentiable,
    ) => {
      const gates = fill(kind, [N, 4 * H], (n, k) => {
        const fromInput = sum(kind, D, (d) => input.get(n!, d) * wx.get(d, k!));
        const fromPast = sum(kind, H, (j) => past.get(n!, j) * wh.get(j, k!));
        const z = fromInput + fromPast + bias.get(k!);
        return Math.floor(k! / H) === 2 ? Math.tanh(z) : sigmoid(z);
      });
      const c = fill(
        kind,
        [N, H],
        (n, k) =>
          gates.get(n!, H + k!) * cell.get(n!, k!) + gates.get(n!, k!) * gates.get(n!, 2 * H + k!),
      );
      const h = each(c, (value, n, k) => gates.get(n!, 3 * H + k!) * Math.tanh(value));
      return { h, c, cache: { gates, nextC: c, nextH: h } };
    },
    backward: (dh: Differentiable, dc: Differentiable, { gates, nextC, nextH }: LstmCache) => {
      const cell = mistake === 'c for cPrev in f' ? nextC : cPrev;
      const past = mistake === 'h for hPrev' ? nextH : hPrev;
      const signOfO = mistake === 'o of the wrong sign' ? -1 : 1;
      const total = each(dh, (value, n, k) => {
        const direct = mistake === 'dc ignored' ? 0 : dc.get(n!, k!);
        return direct + value * gates.get(n!, 3 * H + k!) * (1 - Math.tanh(nextC.get(n!, k!)) ** 2);
      });
      const dz = fill(kind, [N, 4 * H], (n, k) => {
        const unit = k! % H;
        const order = mistake === 'gates permuted' ? [0, 1, 3, 2] : [0, 1, 2, 3];
        const gate = order[Math.floor(k! / H)]!;
        const y = gates.get(n!, gate * H + unit);
        const d = total.get(n!, unit);
        if (gate === 0) return d * gates.get(n!, 2 * H + unit) * y * (1 - y);
        if (gate === 1) return mistake === 'f zero' ? 0 : d * cell.get(n!, unit) * y * (1 - y);
        if (gate === 2) return d * gates.get(n!, unit) * (1 - y * y);
        return signOfO * dh.get(n!, unit) * Math.tanh(nextC.get(n!, unit)) * y * (1 - y);
      });
      return {
        dx: fill(kind, [N, D], (n, d) => sum(kind, 4 * H, (k) => dz.get(n!, k) * Wx.get(d!, k))),
        dhPrev: fill(kind, [N, H], (n, j) =>
          sum(kind, 4 * H, (k) => dz.get(n!, k) * Wh.get(j!, k)),
        ),
        dcPrev: fill(kind, [N, H], (n, k) => total.get(n!, k!) * gates.get(n!, H + k!)),
        dWx: fill(kind, [D, 4 * H], (d, k) => sum(kind, N, (n) => x.get(n, d!) * dz.get(n, k!))),
        dWh: fill(kind, [H, 4 * H], (j, k) => sum(kind, N, (n) => past.get(n, j!) * dz.get(n, k!))),
        db: fill(kind, [4 * H], (k) => sum(kind, N, (n) => dz.get(n, k!))),
      };
    },
  };
}
