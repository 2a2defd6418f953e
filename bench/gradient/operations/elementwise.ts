/** Operations that work entry by entry, right and wrong: each mistake is a line of its own. */
import type { LayerProblem } from '../../../checks/gradient/problem.ts';
import type { Differentiable } from '../../../checks/gradient/problem.ts';
import { each } from './arithmetic.ts';

type Backward = (dout: number, x: number, y: number) => number;

/** An operation y = f(x) on every entry, and its backward pass. */
export function elementwise(
  name: string,
  f: (x: number) => number,
  backward: Backward,
  x: Differentiable,
): LayerProblem {
  return {
    name,
    inputs: { x },
    forward: (input: Differentiable) => {
      const out = each(input, f);
      return { out, cache: { input, out } };
    },
    backward: (
      dout: Differentiable,
      { input, out }: { input: Differentiable; out: Differentiable },
    ) => ({
      dx: each(dout, (d, ...index) => backward(d, input.get(...index), out.get(...index))),
    }),
  };
}

export const sigmoid = (x: number) =>
  x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));

export const RELU = {
  right: (d: number, x: number) => (x > 0 ? d : 0),
  'one at zero': (d: number, x: number) => (x >= 0 ? d : 0),
  'half at zero': (d: number, x: number) => (x > 0 ? d : x === 0 ? d / 2 : 0),
  'two at zero': (d: number, x: number) => (x > 0 ? d : x === 0 ? 2 * d : 0),
  'minus one at zero': (d: number, x: number) => (x > 0 ? d : x === 0 ? -d : 0),
  'mask missing': (d: number) => d,
  'mask inverted': (d: number, x: number) => (x > 0 ? 0 : d),
  'sign flipped': (d: number, x: number) => (x > 0 ? -d : 0),
} satisfies Record<string, Backward>;

export const SIGMOID = {
  right: (d: number, _x: number, y: number) => d * y * (1 - y),
  'without (1 − y)': (d: number, _x: number, y: number) => d * y,
  'passed through': (d: number) => d,
  'dout ignored': (_d: number, _x: number, y: number) => y * (1 - y),
  'dout squared': (d: number, _x: number, y: number) => d * d * y * (1 - y),
} satisfies Record<string, Backward>;

export const TANH = {
  right: (d: number, _x: number, y: number) => d * (1 - y * y),
  '1 − x²': (d: number, x: number) => d * (1 - x * x),
} satisfies Record<string, Backward>;

export const relu = (mistake: keyof typeof RELU, x: Differentiable) =>
  elementwise('relu', (value) => Math.max(0, value), RELU[mistake], x);

export const sigmoidLayer = (mistake: keyof typeof SIGMOID, x: Differentiable) =>
  elementwise('sigmoid', sigmoid, SIGMOID[mistake], x);

export const tanhLayer = (mistake: keyof typeof TANH, x: Differentiable) =>
  elementwise('tanh', Math.tanh, TANH[mistake], x);
