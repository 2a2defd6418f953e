/** Problems over Float64Arrays whose insides are coarser than that. */
import ndarray from 'ndarray';
import type {
  Differentiable,
  LayerProblem,
  LossProblem,
} from '../../../checks/gradient/problem.ts';
import { each } from './arithmetic.ts';

const toSingle = (x: Differentiable): Differentiable =>
  ndarray(Float32Array.from(each(x, (value) => value).data), [...x.shape]);

const toDouble = (x: Differentiable): Differentiable =>
  ndarray(Float64Array.from(each(x, (value) => value).data), [...x.shape]);

const converted = (value: unknown, convert: (x: Differentiable) => Differentiable): unknown => {
  const isArray = typeof value === 'object' && value !== null && 'shape' in value;
  return isArray &&
    (value as Differentiable).data instanceof (convert === toSingle ? Float64Array : Float32Array)
    ? convert(value as Differentiable)
    : value;
};

const eachField = (fields: object, convert: (x: Differentiable) => Differentiable) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, converted(value, convert)]),
  );

/** A layer over Float32Arrays, made to take and return Float64Arrays. */
export function singleInside(inner: LayerProblem, inputs: LayerProblem['inputs']): LayerProblem {
  return {
    ...inner,
    inputs,
    forward: (...given: never[]) => {
      const result = inner.forward(...(given.map((x) => converted(x, toSingle)) as never[]));
      const { cache, ...outputs } = result as { cache: unknown };
      return { ...eachField(outputs, toDouble), cache };
    },
    backward: (...given: never[]) => {
      const douts = given.slice(0, -1).map((x) => converted(x, toSingle));
      return eachField(
        inner.backward(...([...douts, given.at(-1)] as never[])) as object,
        toDouble,
      );
    },
  };
}

/** A loss that is rounded to a multiple of `grain` before it is returned, as for a table. */
export function roundedTo(grain: number, inner: LossProblem): LossProblem {
  return {
    ...inner,
    loss: (...given: never[]) => grain * Math.round((inner.loss(...given) as number) / grain),
  };
}
