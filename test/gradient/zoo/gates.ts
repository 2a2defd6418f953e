/** The gates of an LSTM and a GRU, one of them wrong, and weights that meet the wrong h. */
import { normals } from '../../../bench/gradient/operations/arithmetic.ts';
import { gruStep, type GruMistake } from '../../../bench/gradient/operations/gru.ts';
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
const gruOf = (mistake: GruMistake) => (seed: number) => {
  const draw = normals(seed);
  return gruStep(
    { x: draw(4, 5), hPrev: draw(4, 2), Wx: draw(5, 6), Wh: draw(2, 6), b: draw(6) },
    mistake,
  );
};

export const GATES: Planted[] = [
  {
    title: "an LSTM's forget gate with c for the c before",
    problem: lstmOf('c for cPrev in f'),
    code: 'block',
    sentence: 'dWx, dWh and db are wrong only in the gate f: look at how that part is treated.',
    right: ['dcPrev'],
    consequences: ['dx', 'dhPrev'],
  },
  {
    title: "an LSTM's forget gate that is left out",
    problem: lstmOf('f zero'),
    code: 'block',
    sentence:
      'dWx, dWh and db are wrong only in the gate f, and zero there: look at how that part is treated.',
    right: ['dcPrev'],
    consequences: ['dx', 'dhPrev'],
  },
  {
    title: "an LSTM's output gate of the wrong sign",
    problem: lstmOf('o of the wrong sign'),
    code: 'block',
    sentence:
      'dWx, dWh and db are wrong only in the gate o, and of the wrong sign there: look at how that part is treated.',
    right: ['dcPrev'],
    consequences: ['dx', 'dhPrev'],
  },
  {
    title: "a GRU's candidate without the derivative of its tanh",
    problem: gruOf('n without its derivative'),
    code: 'block',
    sentence:
      'dWx, dWh and db are wrong only in the gates r and n: look at how that part is treated.',
    right: [],
    consequences: ['dx', 'dhPrev'],
  },
  {
    title: "a GRU's update gate of the wrong sign",
    problem: gruOf('z of the wrong sign'),
    code: 'block',
    sentence:
      'dWx, dWh and db are wrong only in the gate z, and of the wrong sign there: look at how that part is treated.',
    right: [],
    consequences: ['dx', 'dhPrev'],
  },
  {
    title: "a GRU's reset gate forgotten on the way back",
    problem: gruOf('reset gate forgotten'),
    code: 'block',
    sentence: 'dWh is wrong only in the gate n: look at how that part is treated.',
    right: ['dx', 'dWx', 'db'],
    consequences: ['dhPrev'],
  },
  {
    title: 'an RNN whose dWh takes h for its predecessor',
    problem: (seed) => {
      const draw = normals(seed);
      return rnn(draw(2, 4, 3), draw(3, 2), draw(2, 2), draw(2), 'h for its predecessor');
    },
    code: 'wrong-operand',
    sentence: 'dWh is made with h where h of the time step before belongs.',
    right: ['dx', 'dWx', 'db'],
  },
  {
    title: 'an LSTM step whose dWh takes h for hPrev',
    problem: lstmOf('h for hPrev'),
    code: 'wrong-operand',
    sentence: 'dWh is made with h where hPrev belongs.',
    right: ['dx', 'dhPrev', 'dcPrev', 'dWx', 'db'],
  },
];
