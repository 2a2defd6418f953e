/** All planted mistakes, and all right code that is hard to check. */
import { COARSE } from './coarse.ts';
import { DELICATE } from './delicate.ts';
import { DENSE } from './dense.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { GATES } from './gates.ts';
import { IMAGES } from './images.ts';
import { LOSSES } from './losses.ts';
import { MEMORY } from './memory.ts';
import { NORMALIZATION } from './normalization.ts';
import { PRODUCTS } from './products.ts';
import { RECURRENT } from './recurrent.ts';
import { SIZES } from './sizes.ts';
import type { Planted } from './planted.ts';
import type { Tricky } from './tricky.ts';
import { UNUSUAL } from './unusual.ts';

export const PLANTED: Planted[] = [
  ...DENSE,
  ...ELEMENTWISE,
  ...LOSSES,
  ...NORMALIZATION,
  ...IMAGES,
  ...RECURRENT,
  ...SIZES,
  ...PRODUCTS,
  ...GATES,
  ...MEMORY,
];

export const TRICKY: Tricky[] = [...DELICATE, ...COARSE, ...UNUSUAL];
