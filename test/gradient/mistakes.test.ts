/** Every mistake that the checker must catch and name, with the sentence its author reads. */
import { labels } from '#arrays';
import { expect } from 'chai';
import { checkGradient } from '../../checks/gradient/check.ts';
import type { Problem } from '../../checks/gradient/problem.ts';
import type { Code } from '../../checks/gradient/verdict-text.ts';
import { each, normals } from '../../bench/gradient/operations/arithmetic.ts';
import {
  affine,
  dropout,
  embedding,
  softmax,
  type AffineMistake,
  type DropoutMistake,
} from '../../bench/gradient/operations/dense.ts';
import {
  elementwise,
  relu,
  RELU,
  sigmoidLayer,
  SIGMOID,
  tanhLayer,
} from '../../bench/gradient/operations/elementwise.ts';
import {
  averagePool,
  batchNorm,
  conv,
  maxPool,
  type BatchNormMistake,
  type ConvMistake,
} from '../../bench/gradient/operations/images.ts';
import {
  meanSquaredError,
  softmaxCrossEntropy,
  type CrossEntropyMistake,
} from '../../bench/gradient/operations/losses.ts';
import { lstmStep, rnn, type LstmMistake } from '../../bench/gradient/operations/recurrent.ts';
import { SEEDS } from './seeds.ts';

interface Mistake {
  title: string;
  problem: (seed: number) => Problem;
  code: Code;
  sentence: string;
  right: string[];
  consequences?: string[];
}

const affineOf = (mistake: AffineMistake) => (seed: number) => {
  const draw = normals(seed);
  return affine(draw(4, 3), draw(3, 5), draw(5), mistake);
};
const squareAffine = (mistake: AffineMistake) => (seed: number) => {
  const draw = normals(seed);
  return affine(draw(4, 3), draw(3, 3), draw(3), mistake);
};
const crossEntropy = (mistake: CrossEntropyMistake) => (seed: number) =>
  softmaxCrossEntropy(normals(seed)(4, 3), labels([0, 2, 1, 1]), mistake);
const reluOf = (mistake: keyof typeof RELU) => (seed: number) => relu(mistake, normals(seed)(4, 3));
const reluAtZero = (mistake: keyof typeof RELU) => (seed: number) =>
  relu(
    mistake,
    each(normals(seed)(4, 3), (x, _, column) => (column === 1 ? 0 : x)),
  );
const sigmoidOf = (mistake: keyof typeof SIGMOID) => (seed: number) =>
  sigmoidLayer(mistake, normals(seed)(4, 3));
const dropoutOf = (mistake: DropoutMistake) => (seed: number) =>
  dropout(normals(seed)(5, 4), 0.25, mistake);
const batchNormOf = (mistake: BatchNormMistake) => (seed: number) => {
  const draw = normals(seed);
  return batchNorm(draw(5, 3), draw(3), draw(3), mistake);
};
const convOf = (mistake: ConvMistake) => (seed: number) => {
  const draw = normals(seed);
  return conv(draw(2, 2, 4, 3), draw(2, 2, 3, 2), draw(2), 1, mistake);
};
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

const OVERWRITTEN =
  'is overwritten where something should be added: an entry that is used several times gets a contribution from each use, and only one is left.';
const WRONG_SIGN = 'the wrong sign: every entry is the negative of what it should be.';

const MISTAKES: Mistake[] = [
  {
    title: 'dout·W for dout·Wᵀ, W being square',
    problem: squareAffine('W for its transpose'),
    code: 'transposed-operand',
    sentence: 'dx uses W where its transpose belongs, or the other way round.',
    right: ['dW', 'db'],
  },
  {
    title: 'a square dW that is transposed',
    problem: squareAffine('dW transposed'),
    code: 'transposed',
    sentence: 'dW is transposed: the axes come in the order 1, 0.',
    right: ['dx', 'db'],
  },
  {
    title: 'a dW that is transposed and has the other shape',
    problem: affineOf('dW of the other shape'),
    code: 'transposed',
    sentence: 'dW is transposed: the shape is (5, 3) and must be (3, 5).',
    right: ['dx', 'db'],
  },
  {
    title: 'a dW that is transposed and then reshaped',
    problem: affineOf('dW transposed, then reshaped'),
    code: 'reshaped',
    sentence:
      'dW was transposed and then reshaped, which scrambles it: a reshape keeps the row-major order of the entries and does not exchange axes.',
    right: ['dx', 'db'],
  },
  {
    title: 'a db that is not summed over the batch',
    problem: affineOf('db not summed'),
    code: 'not-summed',
    sentence: 'db has the shape (4, 5) and b has (5): sum over axis 0, the batch, and it is right.',
    right: ['dx', 'dW'],
  },
  {
    title: 'a db of the first row only',
    problem: affineOf('db of the first row'),
    code: 'one-slice',
    sentence: 'db takes in only the first sample of out: sum over all of them.',
    right: ['dx', 'dW'],
  },
  {
    title: 'a dW of the last sample only',
    problem: affineOf('dW of the last sample'),
    code: 'one-slice',
    sentence: 'dW takes in only the last sample of out: sum over all of them.',
    right: ['dx', 'db'],
  },
  {
    title: 'cross entropy without 1/N',
    problem: crossEntropy('1/N missing'),
    code: 'ratio',
    sentence: 'dlogits is 4 times too large: 4 is the batch size.',
    right: [],
  },
  {
    title: 'parameter gradients averaged where they are summed',
    problem: affineOf('mean over the batch'),
    code: 'ratio',
    sentence: 'dW and db are 4 times too small: 4 is the batch size.',
    right: ['dx'],
  },
  {
    title: 'a flipped sign',
    problem: affineOf('sign flipped'),
    code: 'sign',
    sentence: `dW has ${WRONG_SIGN}`,
    right: ['dx', 'db'],
  },
  {
    title: 'a flipped sign in a gradient of size 1e-7',
    problem: (seed) => {
      const draw = normals(seed);
      return meanSquaredError(draw(4, 3), draw(4, 3), 'sign flipped', { scale: 1e-6 });
    },
    code: 'sign',
    sentence: `dy and dt have ${WRONG_SIGN}`,
    right: [],
  },
  {
    title: 'a gradient that ignores dout',
    problem: sigmoidOf('dout ignored'),
    code: 'dout-ignored',
    sentence:
      "dx does not depend on dout: multiply the operation's own derivative by the gradient that comes from above.",
    right: [],
  },
  {
    title: 'a gradient that takes dout in twice',
    problem: sigmoidOf('dout squared'),
    code: 'not-linear',
    sentence:
      'dx does not double when dout doubles, it is 4 times as large: dout is multiplied in twice.',
    right: [],
  },
  {
    title: 'a weight decay hidden in a layer',
    problem: affineOf('weight decay'),
    code: 'weight-decay',
    sentence:
      'dW contains 0.1·W, which does not come from dout: leave weight decay to the optimizer.',
    right: ['dx', 'db'],
  },
  {
    title: 'a weight decay hidden in a loss',
    problem: crossEntropy('weight decay'),
    code: 'weight-decay',
    sentence:
      'dlogits contains an extra 0.01·logits, which the forward pass knows nothing of: leave weight decay to the optimizer.',
    right: [],
  },
  {
    title: 'a penalty in the loss and not in the gradient',
    problem: (seed) => {
      const draw = normals(seed);
      return meanSquaredError(draw(4, 3), draw(4, 3), 'penalty missing', { penalty: 0.1 });
    },
    code: 'missing-penalty',
    sentence: 'dy lacks 0.1·y, the gradient of the penalty in the forward pass.',
    right: ['dt'],
  },
  {
    title: 'the 2 of a square forgotten',
    problem: (seed) => {
      const draw = normals(seed);
      return meanSquaredError(draw(5, 3), draw(5, 3), 'factor 2 missing');
    },
    code: 'ratio',
    sentence: 'dy and dt are 2 times too small: 2 is what the derivative of a square has in front.',
    right: [],
  },
  {
    title: 'a gradient of zeros',
    problem: affineOf('zero'),
    code: 'zero',
    sentence: 'db is zero everywhere: not computed, or computed and not returned.',
    right: ['dx', 'dW'],
  },
  {
    title: "a ReLU's mask missing",
    problem: reluOf('mask missing'),
    code: 'mask-missing',
    sentence: 'dx lacks the mask: no gradient passes where x is negative.',
    right: [],
  },
  {
    title: "a ReLU's mask inverted",
    problem: reluOf('mask inverted'),
    code: 'mask-inverted',
    sentence: 'dx has the mask inverted: the gradient passes where x is negative and nowhere else.',
    right: [],
  },
  {
    title: "a slope of 2 at a ReLU's zero",
    problem: reluAtZero('two at zero'),
    code: 'outside-kink',
    sentence:
      'dx is wrong only at kinks, where every number between the slopes on either side would be right.',
    right: [],
  },
  {
    title: "a slope of −1 at a ReLU's zero",
    problem: reluAtZero('minus one at zero'),
    code: 'outside-kink',
    sentence:
      'dx is wrong only at kinks, where every number between the slopes on either side would be right.',
    right: [],
  },
  {
    title: 'a sigmoid without (1 − y)',
    problem: sigmoidOf('without (1 − y)'),
    code: 'missing-factor',
    sentence: 'dx lacks the factor (1 − out).',
    right: [],
  },
  {
    title: 'a factor that is there twice',
    problem: (seed) => elementwise('exp', Math.exp, (d, _x, y) => d * y * y, normals(seed)(4, 3)),
    code: 'wrong-factor',
    sentence: 'dx has the factor out once too often.',
    right: [],
  },
  {
    title: 'an activation that passes dout on',
    problem: sigmoidOf('passed through'),
    code: 'passed-through',
    sentence: "dx is dout itself: multiply by the operation's own derivative.",
    right: [],
  },
  {
    title: "a tanh's 1 − x² for 1 − y²",
    problem: (seed) => tanhLayer('1 − x²', normals(seed)(4, 3)),
    code: 'wrong-factor',
    sentence: 'dx has the factor (1 − x²) where (1 − out²) belongs.',
    right: [],
  },
  {
    title: "a softmax's diagonal only",
    problem: (seed) => softmax(normals(seed)(4, 3), 'diagonal only'),
    code: 'diagonal-only',
    sentence:
      'dx uses only the diagonal of the Jacobian: each entry of x changes other entries of out too.',
    right: [],
  },
  {
    title: 'a softmax without the sum over the row',
    problem: (seed) => softmax(normals(seed)(4, 3), 'sum missing'),
    code: 'sum-path',
    sentence:
      'dx is off by a multiple of out along axis 1: the path through the sum over axis 1 is missing.',
    right: [],
  },
  {
    title: "a dropout's scale missing",
    problem: dropoutOf('scale missing'),
    code: 'ratio',
    sentence: 'dx is 1.33333 times too small: 1.33333 is 1/(1 − p).',
    right: [],
  },
  {
    title: "a dropout's mask missing",
    problem: dropoutOf('mask missing'),
    code: 'mask-missing',
    sentence: 'dx lacks the mask: no gradient passes where the forward pass lets nothing through.',
    right: [],
  },
  {
    title: "a dropout's mask and scale missing",
    problem: dropoutOf('passed through'),
    code: 'passed-through',
    sentence: "dx is dout itself: multiply by the operation's own derivative.",
    right: [],
  },
  {
    title: "a dropout's mask inverted",
    problem: dropoutOf('mask inverted'),
    code: 'mask-inverted',
    sentence:
      'dx has the mask inverted: the gradient passes where the forward pass lets nothing through and nowhere else.',
    right: [],
  },
  {
    title: 'a batch norm without the path through the mean',
    problem: batchNormOf('mean path missing'),
    code: 'mean-path',
    sentence:
      'dx is off by the same amount all along axis 0: the path through the mean over axis 0 is missing.',
    right: ['dgamma', 'dbeta'],
  },
  {
    title: 'a batch norm without the path through the variance',
    problem: batchNormOf('variance path missing'),
    code: 'variance-path',
    sentence:
      'dx is off by a multiple of x minus its mean along axis 0: the path through the variance over axis 0 is missing.',
    right: ['dgamma', 'dbeta'],
  },
  {
    title: 'a batch norm without either path',
    problem: batchNormOf('both missing'),
    code: 'mean-path',
    sentence:
      'dx is off by a straight line in x along axis 0: the paths through the mean and through the variance over axis 0 are both missing.',
    right: ['dgamma', 'dbeta'],
  },
  {
    title: 'dγ and dβ exchanged',
    problem: batchNormOf('swapped'),
    code: 'other-input',
    sentence: "dgamma and dbeta are exchanged: each is the gradient of the other's input.",
    right: ['dx'],
  },
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
    title: 'an embedding that overwrites the rows of repeated indices',
    problem: (seed) => embedding(normals(seed)(5, 3), labels([1, 4, 1, 0, 1]), 'overwritten'),
    code: 'overwritten',
    sentence: `dW ${OVERWRITTEN}`,
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
      'dx is wrong only on the border of the image, and zero there: look at how that part is treated.',
    right: ['dW', 'db'],
  },
  {
    title: 'an RNN without dhNext',
    problem: (seed) => {
      const draw = normals(seed);
      return rnn(draw(2, 4, 3), draw(3, 2), draw(2, 2), draw(2), 'dhNext missing');
    },
    code: 'own-step-only',
    sentence:
      "dx counts, at each time step, that step's own output only: the gradient that comes back from the next step (dhNext) is missing.",
    right: [],
    consequences: ['dWx', 'dWh', 'db'],
  },
  {
    title: 'an average pool without 1/area',
    problem: (seed) => averagePool(normals(seed)(2, 2, 4, 3), '1/area missing'),
    code: 'ratio',
    sentence: 'dx is 6 times too large: 6 is the area of the pooling window.',
    right: [],
  },
  {
    title: "an LSTM's gates permuted",
    problem: lstmOf('gates permuted'),
    code: 'blocks-permuted',
    sentence:
      'dWx, dWh and db have the 4 blocks along the last axis in the wrong order: blocks 3 and 4 are exchanged.',
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
  {
    title: 'the gradient of another input of another shape',
    problem: affineOf('W returned as dx'),
    code: 'other-input',
    sentence: 'dx is the gradient of W and not of x: the two were mixed up.',
    right: ['dW', 'db'],
  },
  {
    title: 'the gradient of another input of the same shape',
    problem: (seed) => {
      const draw = normals(seed);
      return affine(draw(3, 3), draw(3, 3), draw(3), 'W returned as dx');
    },
    code: 'other-input',
    sentence: 'dx is the gradient of W and not of x: the two were mixed up.',
    right: ['dW', 'db'],
  },
  {
    title: 'an argument changed in place',
    problem: affineOf('dx in place'),
    code: 'changed-argument',
    sentence: 'backward changed its argument x in place; write the result into a new array.',
    right: ['dx', 'dW', 'db'],
  },
  {
    title: 'dout changed in place',
    problem: affineOf('dout in place'),
    code: 'changed-dout',
    sentence:
      'backward changed dout in place, which its caller may still need; write the result into a new array.',
    right: ['dx', 'dW', 'db'],
  },
  {
    title: 'a flipped sign in single precision',
    problem: (seed) => {
      const draw = normals(seed, 'float32');
      return affine(draw(4, 3), draw(3, 5), draw(5), 'sign flipped');
    },
    code: 'sign',
    sentence: `dW has ${WRONG_SIGN}`,
    right: ['dx', 'db'],
  },
  {
    title: 'a batch norm without the path through the variance in single precision',
    problem: (seed) => {
      const draw = normals(seed, 'float32');
      return batchNorm(draw(5, 3), draw(3), draw(3), 'variance path missing');
    },
    code: 'variance-path',
    sentence:
      'dx is off by a multiple of x minus its mean along axis 0: the path through the variance over axis 0 is missing.',
    right: ['dgamma', 'dbeta'],
  },
];

describe('The gradient checker, on wrong code', () => {
  for (const { title, problem, code, sentence, right, consequences = [] } of MISTAKES) {
    it(`names ${title}, whatever the data`, () => {
      for (const seed of SEEDS) {
        const report = checkGradient(problem(seed), { seed: 1000 + seed });
        const told = {
          verdict: report.verdict,
          findings: report.findings.map((finding) => [finding.code, finding.sentence]),
          right: report.right,
          consequences: report.consequences,
        };
        const expected = { verdict: 'fail', findings: [[code, sentence]], right, consequences };
        expect(told, `seed ${seed}`).to.deep.equal(expected);
      }
    });
  }
});
