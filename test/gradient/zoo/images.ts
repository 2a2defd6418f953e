/** Convolution and pooling, with a mistake each. */
import { normals } from '../../../bench/gradient/operations/arithmetic.ts';
import {
  averagePool,
  conv,
  maxPool,
  type ConvMistake,
} from '../../../bench/gradient/operations/images.ts';
import { type Planted, OVERWRITTEN } from './planted.ts';

const convOf = (mistake: ConvMistake) => (seed: number) => {
  const draw = normals(seed);
  return conv(draw(2, 2, 4, 3), draw(2, 2, 3, 2), draw(2), 1, mistake);
};

export const IMAGES: Planted[] = [
  {
    title: "a convolution's dW flipped",
    problem: convOf('dW flipped'),
    code: 'flipped',
    sentence: 'dW is flipped: the entries run backwards along axes 2 and 3.',
    right: ['dx', 'db'],
  },
  {
    title: 'a col2im that overwrites',
    problem: convOf('overwritten'),
    code: 'overwritten',
    sentence: `dx ${OVERWRITTEN}`,
    right: ['dW', 'db'],
  },
  {
    title: 'a col2im that overwrites, coming from the last window',
    problem: convOf('overwritten from the last window'),
    code: 'overwritten',
    sentence: `dx ${OVERWRITTEN}`,
    right: ['dW', 'db'],
  },
  {
    title: 'a max pool that overwrites',
    problem: (seed) => maxPool(normals(seed)(2, 2, 4, 5), 'overwritten'),
    code: 'overwritten',
    sentence: `dx ${OVERWRITTEN}`,
    right: [],
  },
  {
    title: 'a padding cut off at the wrong offset',
    problem: convOf('crop offset forgotten'),
    code: 'shifted',
    sentence: 'dx is shifted by 1 along axes 2 and 3: when you cut off a padding, start behind it.',
    right: ['dW', 'db'],
  },
  {
    title: 'a border that is lost',
    problem: convOf('border lost'),
    code: 'region',
    sentence:
      'dx is wrong only on the border along axes 2 and 3, and zero there: look at how that part is treated.',
    right: ['dW', 'db'],
  },
  {
    title: 'an average pool without 1/area',
    problem: (seed) => averagePool(normals(seed)(2, 2, 4, 3), '1/area missing'),
    code: 'ratio',
    sentence: 'dx is 6 times too large: 6 is the area of the pooling window.',
    right: [],
  },
];
