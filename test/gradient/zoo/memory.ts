/** Layers that remember what they should not. */
import { normals } from '../../../bench/gradient/operations/arithmetic.ts';
import {
  remembering,
  rememberingLoss,
  type MemoryMistake,
} from '../../../bench/gradient/operations/memory.ts';
import { type Planted } from './planted.ts';

const rememberingOf = (mistake: MemoryMistake) => (seed: number) => {
  const draw = normals(seed);
  return remembering(draw(4, 3), draw(3), mistake);
};

const STALE =
  'the gradient at the inputs of another call: what forward computes for backward must be new in every call and travel in the cache.';

export const MEMORY: Planted[] = [
  {
    title: 'a forward that returns its first outputs for ever',
    problem: rememberingOf('first outputs kept'),
    code: 'stuck',
    sentence:
      'forward returns the same out at other inputs: it keeps a result from an earlier call, or never reads its arguments.',
    right: [],
  },
  {
    title: 'a forward that returns its first cache for ever',
    problem: rememberingOf('first cache kept'),
    code: 'stale',
    sentence: `dx and dw are ${STALE}`,
    right: [],
  },
  {
    title: 'a backward that takes what the last forward pass left',
    problem: rememberingOf('last call used'),
    code: 'stale',
    sentence: `dx and dw are ${STALE}`,
    right: [],
  },
  {
    title: 'a gradient function that returns its first answer for ever',
    problem: (seed) => rememberingLoss(normals(seed)(4, 3)),
    code: 'stale',
    sentence:
      'dx is the gradient at the inputs of another call: keep nothing between calls, and compute it from the arguments.',
    right: [],
  },
  {
    title: 'a backward that uses up its cache',
    problem: rememberingOf('cache used up'),
    code: 'changed-argument',
    sentence: 'backward changed its argument x in place; write the result into a new array.',
    right: ['dx', 'dw'],
  },
  {
    title: 'a backward that adds to a sum in its cache',
    problem: rememberingOf('cache added to'),
    code: 'changed-cache',
    sentence:
      'backward changed cache.total in place, so a second backward pass on the same cache finds other numbers; write the result into a new array.',
    right: ['dx', 'dw'],
  },
  {
    title: 'a backward that writes into its cache',
    problem: rememberingOf('cache written into'),
    code: 'changed-cache',
    sentence:
      'backward changed cache.out in place, so a second backward pass on the same cache finds other numbers; write the result into a new array.',
    right: ['dx', 'dw'],
  },
  {
    title: 'a backward that uses up a cache that is a closure',
    problem: rememberingOf('closure used up'),
    code: 'changed-cache',
    sentence:
      'dx and dw come out differently when backward is called again on the same cache: leave the cache as it is.',
    right: [],
  },
];
