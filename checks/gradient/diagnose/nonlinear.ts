/** Names what is wrong with a gradient that is not linear in the upstream gradient dout. */
import { numberText } from '../../text.ts';
import { largest, multiple } from '../fit.ts';
import type { Cause } from '../report.ts';
import type { Input } from '../arguments.ts';

/** One input's gradient as several backward calls returned it; nothing where a call returned none. */
export interface Responses {
  input: Input;
  isLoss: boolean;
  /** For dout, in the first call, before which forward was called at other inputs, */
  first: Float64Array;
  /** in a second one, right after a forward pass of its own, */
  again: Float64Array | undefined;
  /** and in a third one on the same cache. */
  onceMore: Float64Array | undefined;
  /** For 0 and for 2·dout; the whole of it is missing for a loss, which has no dout. */
  scaled?: { zero: Float64Array | undefined; twice: Float64Array | undefined };
}

/** Linear arithmetic doubles exactly; this leaves room for sums that are grouped differently. */
const LINEAR = 1e-9;

/**
 * What keeps a gradient from being repeatable and linear.
 *
 * @returns nothing for one that is both
 */
export function nameNonlinearity(responses: Responses): Cause | undefined {
  const { input, first, scaled } = responses;
  const { gradient, name, values } = input;
  const size = largest(first);
  const isMultiple = (response: Float64Array, factor: number) =>
    response.length === first.length &&
    response.every((value, i) => Math.abs(value - factor * first[i]!) <= LINEAR * factor * size);

  const unlike = nameUnlike(responses, isMultiple);
  if (unlike) return unlike;
  if (scaled === undefined) return undefined;
  const { zero, twice } = scaled;
  if (zero === undefined || twice === undefined || !zero.every(Number.isFinite)) {
    return {
      code: 'not-linear',
      sentence: `${gradient} is not finite, or not there, when dout is zero or doubled: do not divide by dout.`,
    };
  }
  if (largest(zero) > LINEAR * size) {
    if (isMultiple(zero, 1)) {
      return {
        code: 'dout-ignored',
        sentence: `${gradient} does not depend on dout: multiply the operation's own derivative by the gradient that comes from above.`,
      };
    }
    const decay =
      zero.length === values.length
        ? multiple(zero, values, () => 1e-6 * largest(zero))
        : undefined;
    return decay !== undefined && values.length > 1
      ? {
          code: 'weight-decay',
          sentence: `${gradient} contains ${numberText(decay)}·${name}, which does not come from dout: leave weight decay to the optimizer.`,
        }
      : {
          code: 'extra-constant',
          sentence: `${gradient} is not zero when dout is zero: it contains a term that is not multiplied by dout.`,
        };
  }
  if (isMultiple(twice, 2)) return undefined;
  return {
    code: 'not-linear',
    sentence: `${gradient} does not double when dout doubles${
      isMultiple(twice, 4)
        ? ', it is 4 times as large: dout is multiplied in twice'
        : isMultiple(twice, 1)
          ? ', it stays as it is: only the sign of dout is used'
          : ', as every gradient does: use dout once, as a factor'
    }.`,
  };
}

/** The sentence for a gradient that belongs to other inputs than the ones that were asked about. */
export function staleCause(gradient: string, isLoss: boolean): Cause {
  const cure = isLoss
    ? 'keep nothing between calls, and compute it from the arguments'
    : 'what forward computes for backward must be new in every call and travel in the cache';
  return {
    code: 'stale',
    sentence: `${gradient} is the gradient at the inputs of another call: ${cure}.`,
  };
}

/** What is wrong with a gradient that is not the same in every call. */
function nameUnlike(
  { input: { gradient }, isLoss, again, onceMore }: Responses,
  isMultiple: (response: Float64Array, factor: number) => boolean,
): Cause | undefined {
  const isAlike = again !== undefined && isMultiple(again, 1);
  if (isAlike && onceMore !== undefined && isMultiple(onceMore, 1)) return undefined;
  if (isAlike) {
    return {
      code: 'changed-cache',
      sentence: `${gradient} comes out differently when backward is called again on the same cache: leave the cache as it is.`,
    };
  }
  if (again !== undefined && isMultiple(again, 2)) {
    return {
      code: 'accumulates',
      sentence: `${gradient} doubles when the backward pass is called again: start it from zero in every call.`,
    };
  }
  // Only the first call had a forward pass at other inputs before it.
  const isSteady = again !== undefined && onceMore?.every((value, i) => value === again[i]);
  return isSteady
    ? staleCause(gradient, isLoss)
    : {
        code: 'not-repeatable',
        sentence: `${gradient} comes out differently when the same backward pass is called again; keep nothing between calls.`,
      };
}
