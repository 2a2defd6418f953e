/** What was first done when, and by which exercises a learner's own code can do it. */

/** A step in the history of the field. */
export interface Milestone {
  year: number;
  what: string;
  /** Lessons, `05-backprop`, or single exercises, `01.9 trainPerceptron`: all of them must be solved. */
  by: readonly string[];
}

export const MILESTONES: readonly Milestone[] = [
  {
    year: 1958,
    what: 'Rosenblatt’s perceptron learns from its mistakes',
    by: ['01.8 perceptronUpdate', '01.9 trainPerceptron'],
  },
  {
    year: 1969,
    what: 'Minsky and Papert: one layer cannot do XOR. Yours has two',
    by: ['01.6 xorNetwork'],
  },
  {
    year: 1986,
    what: 'Rumelhart, Hinton and Williams train hidden layers by backpropagation',
    by: ['05-backprop'],
  },
  {
    year: 1997,
    what: 'Hochreiter and Schmidhuber’s LSTM remembers over a hundred steps',
    by: ['16-lstm'],
  },
  {
    year: 1998,
    what: 'LeCun’s LeNet-5 reads digits by convolution and pooling',
    by: ['13-convolution', '14-pooling'],
  },
  {
    year: 2012,
    what: 'AlexNet: ReLU, dropout, and convolution on a graphics card',
    by: ['10-regularization', '18-capstone'],
  },
  { year: 2014, what: 'Cho’s GRU, and Adam by Kingma and Ba', by: ['07-optimizers', '17-gru'] },
];

/**
 * Whether a milestone is reached.
 *
 * @param solved the names of all lessons and exercises that are solved
 */
export function isReached({ by }: Milestone, solved: ReadonlySet<string>): boolean {
  return by.every((name) => solved.has(name));
}
