/** All planted mistakes. */
import { DENSE } from './dense.ts';
import { ELEMENTWISE } from './elementwise.ts';
import { IMAGES } from './images.ts';
import { LOSSES } from './losses.ts';
import { NORMALIZATION } from './normalization.ts';
import { RECURRENT } from './recurrent.ts';
import type { Planted } from './planted.ts';

export const PLANTED: Planted[] = [
  ...DENSE,
  ...ELEMENTWISE,
  ...LOSSES,
  ...NORMALIZATION,
  ...IMAGES,
  ...RECURRENT,
];
