/** What a step does with all parameters at once on a graphics card: it joins the gradients, and Adam changes them. */
import type { Thread } from '#kernels';
import type { Compiler, Run } from './compile.ts';

/** How many numbers the gradient of each layer has, and over how many rows of them it is still to be summed. */
export interface LayerGradient {
  size: number;
  rows: number;
}

/**
 * The gradient by all parameters, flat: five layers' gradients one after the other, each the sum of its rows. Takes the
 * five.
 */
export function joinGradients(compiler: Compiler, layers: readonly LayerGradient[]): Run {
  const [one, two, three, four, five] = layers.map(({ size }) => size) as FiveNumbers;
  const [rows1, rows2, rows3] = layers.map(({ rows }) => rows) as FiveNumbers;
  const constants = { one, two, three, four, rows1, rows2, rows3 };
  return compiler.compile(joinKernel, [one + two + three + four + five], constants);
}

type FiveNumbers = [number, number, number, number, number];

/* istanbul ignore next -- counters would be compiled into the kernel */
function joinKernel(
  this: Thread<'one' | 'two' | 'three' | 'four' | 'rows1' | 'rows2' | 'rows3'>,
  layer1: number[],
  layer2: number[],
  layer3: number[],
  layer4: number[],
  layer5: number[],
): number {
  const start2 = this.constants.one;
  const start3 = start2 + this.constants.two;
  const start4 = start3 + this.constants.three;
  const start5 = start4 + this.constants.four;
  const place = this.thread.x;
  let sum = 0;
  if (place < start2) {
    for (let row = 0; row < this.constants.rows1; row++) {
      sum += layer1[row * this.constants.one + place]!;
    }
  } else if (place < start3) {
    for (let row = 0; row < this.constants.rows2; row++) {
      sum += layer2[row * this.constants.two + place - start2]!;
    }
  } else if (place < start4) {
    for (let row = 0; row < this.constants.rows3; row++) {
      sum += layer3[row * this.constants.three + place - start3]!;
    }
  } else if (place < start5) {
    sum = layer4[place - start4]!;
  } else {
    sum = layer5[place - start5]!;
  }
  return sum;
}

/**
 * A step of Adam. The parameters, the running means of their gradients and those of the squares of these are the rows
 * of one array, shape (3, P). Takes that array, the gradient, the rate divided by 1 − β₁ᵗ, and 1 / (1 − β₂ᵗ); returns
 * the array after the step, in a place of its own.
 *
 * @param P how many parameters there are
 */
export function adam(compiler: Compiler, P: number): Run {
  return compiler.compile(adamKernel, [P, 3], { P }, true);
}

/** β₁ = 0.9, β₂ = 0.999 and ε = 1e-8 stand here as numbers, since 1 − 0.999 is not 0.001 in single precision. */
/* istanbul ignore next -- counters would be compiled into the kernel */
function adamKernel(
  this: Thread<'P'>,
  state: number[],
  gradient: number[],
  rate: number,
  unbias: number,
): number {
  const g = gradient[this.thread.x]!;
  const m = 0.9 * state[this.thread.x + this.constants.P]! + 0.1 * g;
  const v = 0.999 * state[this.thread.x + 2 * this.constants.P]! + 0.001 * g * g;
  let result = v;
  if (this.thread.y === 0) {
    result = state[this.thread.x]! - (rate * m) / (Math.sqrt(v * unbias) + 1e-8);
  } else if (this.thread.y === 1) {
    result = m;
  }
  return result;
}
