/** The right answers of lesson 08 in other words: normal numbers from sums, and layers from the last to the first. */
import ops from 'ndarray-ops';
import { copy, filled, shapeText, zeros, type Tensor } from '#arrays';
import { affineForward } from '#lessons/05-backprop';

type Params = Record<string, Tensor>;

export function distinctUnits(W: Tensor, b: Tensor): number {
  const [D, M] = W.shape;
  if (D === undefined || M === undefined || W.shape.length > 2) {
    throw new RangeError(`distinctUnits: W is ${shapeText(W.shape)}`);
  }
  const units = Array.from({ length: M }, (_, m) => [...copy(W.pick(null, m)).data, b.get(m)]);
  const isSame = (a: number[], other: number[]) => a.every((value, i) => value === other[i]);
  return units.filter((unit, m) => units.findIndex((other) => isSame(unit, other)) === m).length;
}

export function fans(shape: number[]): { fanIn: number; fanOut: number } {
  const [first, second, ...window] = shape;
  if (first === undefined || second === undefined || ![0, 2].includes(window.length)) {
    throw new RangeError(`fans: the shape is ${shapeText(shape)}`);
  }
  const area = window.reduce((size, length) => size * length, 1);
  return window.length === 0
    ? { fanIn: first, fanOut: second }
    : { fanIn: second * area, fanOut: first * area };
}

/** The sine of a random angle, with a length that is exponential in its square. */
function sine(random: () => number): number {
  const angle = 2 * Math.PI * random();
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.sin(angle);
}

export function scaledNormal(shape: number[], deviation: number, random: () => number): Tensor {
  const out = filled(shape, () => sine(random));
  ops.mulseq(out, deviation);
  return out;
}

export function scaledUniform(shape: number[], limit: number, random: () => number): Tensor {
  return filled(shape, () => -limit + 2 * limit * random());
}

export function xavierNormal(shape: number[], random: () => number): Tensor {
  const { fanIn, fanOut } = fans(shape);
  return scaledNormal(shape, (2 / (fanIn + fanOut)) ** 0.5, random);
}

export function xavierUniform(shape: number[], random: () => number): Tensor {
  const { fanIn, fanOut } = fans(shape);
  return scaledUniform(shape, (6 / (fanIn + fanOut)) ** 0.5, random);
}

export function heNormal(shape: number[], random: () => number): Tensor {
  return scaledNormal(shape, (2 / fans(shape).fanIn) ** 0.5, random);
}

export function heUniform(shape: number[], random: () => number): Tensor {
  return scaledUniform(shape, (6 / fans(shape).fanIn) ** 0.5, random);
}

export function initialParams(sizes: number[], draw: (shape: number[]) => Tensor): Params {
  const params: Params = {};
  for (let l = sizes.length - 1; l > 0; l--) {
    params[`b${l}`] = zeros(sizes[l]!);
    params[`W${l}`] = draw(sizes.slice(l - 1, l + 1));
  }
  return params;
}

export function activationSpread(
  x: Tensor,
  params: Params,
  activation: (z: Tensor) => Tensor,
): number[] {
  const from = (input: Tensor, l: number): number[] => {
    if (!(`W${l}` in params)) return [];
    const out = activation(affineForward(input, params[`W${l}`]!, params[`b${l}`]!).out);
    const centred = copy(out);
    ops.subseq(centred, ops.sum(out) / out.size);
    return [ops.norm2(centred) / Math.sqrt(out.size), ...from(out, l + 1)];
  };
  return from(x, 1);
}
