/** Recurrent networks, with a mistake each. */
import { normals } from '../../../bench/gradient/operations/arithmetic.ts';
import { lstmStep, rnn, type LstmMistake } from '../../../bench/gradient/operations/recurrent.ts';
import { type Planted } from './planted.ts';

const lstmOf = (mistake: LstmMistake) => (seed: number) => {
  const draw = normals(seed);
  return lstmStep(
    {
      x: draw(3, 4),
      hPrev: draw(3, 2),
      cPrev: draw(3, 2),
      Wx: draw(4, 8),
      Wh: draw(2, 8),
      b: draw(8),
    },
    mistake,
  );
};

export const RECURRENT: Planted[] = [
  {
    title: 'an RNN without dhNext',
    problem: (seed) => {
      const draw = normals(seed);
      return rnn(draw(2, 4, 3), draw(3, 2), draw(2, 2), draw(2), 'dhNext missing');
    },
    code: 'own-step-only',
    sentence:
      'dx counts, for each time step, the output of that time step only: the gradient that comes back from the next one (dhNext) is missing.',
    right: [],
    consequences: ['dWx', 'dWh', 'db'],
  },
  {
    title: "an LSTM's gates permuted",
    problem: lstmOf('gates permuted'),
    code: 'blocks-permuted',
    sentence:
      'dWx, dWh and db have the 4 blocks along the last axis in the wrong order: blocks g and o are exchanged.',
    right: ['dcPrev'],
    consequences: ['dx', 'dhPrev'],
  },
  {
    title: 'one of two outputs ignored',
    problem: lstmOf('dc ignored'),
    code: 'output-ignored',
    sentence:
      'dx, dhPrev, dcPrev, dWx, dWh and db leave out dc: add what comes back by the output c.',
    right: [],
  },
];
