/** Lesson 01: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { array, copy, filled, labels, map, zeros, zip, type Labels, type Tensor } from '#arrays';
import ops from 'ndarray-ops';
import type { Misconception } from '../../checks/misconception.ts';
import { refusingLike, rowsOf, sumOver } from '../../checks/wrong-answers.ts';
import {
  linearScores,
  neuron,
  perceptronUpdate,
  predictClasses,
  step,
  trainLinearClassifier,
  trainPerceptron,
  type HalfSum,
  type Layer,
  type Nand,
  type TrainedPerceptron,
  type TwoLayers,
  type Weights,
} from './perceptron.reference.ts';

export const misconceptions: Misconception[] = [
  {
    exercise: '01.1 step',
    id: 'step-one-at-zero',
    sentence:
      'The step is 1 at 0 here. In this course it is 1 only above 0: write z > 0 rather than z >= 0.',
    wrong: (z: number) => (z >= 0 ? 1 : 0),
  },
  {
    exercise: '01.1 step',
    id: 'step-is-sign',
    sentence:
      'This is the sign, with −1 for negative numbers. A neuron that does not fire gives 0: it is off, not the opposite of on.',
    wrong: (z: number) => Math.sign(z),
  },
  {
    exercise: '01.1 step',
    id: 'step-turned-round',
    sentence:
      'This is 1 for negative numbers and 0 for positive ones. The neuron fires above 0: turn the comparison, or the two results, round.',
    wrong: (z: number) => (z < 0 ? 1 : 0),
  },
  {
    exercise: '01.1 step',
    id: 'step-at-one-half',
    sentence: 'The step is at ½, as one rounds a probability. Here it is at 0: 1 if z is above 0.',
    wrong: (z: number) => (z > 0.5 ? 1 : 0),
  },
  {
    exercise: '01.1 step',
    id: 'step-with-tolerance',
    sentence:
      'Sums that are nearly 0 count as 0 here. Nothing is rounded before this question: 1 if z is above 0, however little.',
    wrong: (z: number) => (z > 1e-9 ? 1 : 0),
  },
  {
    exercise: '01.1 step',
    id: 'step-not-zero',
    sentence:
      'Everything but 0 gives 1, negative numbers included. Only above 0 does the neuron fire: write z > 0.',
    wrong: (z: number) => (z ? 1 : 0),
  },
  {
    exercise: '01.2 neuron',
    id: 'neuron-fires-at-zero',
    sentence:
      'The neuron fires when its sum is exactly 0. It must be above 0, so hand the sum to your step function.',
    wrong: refusingLike(neuron, (x, w, b) => (weightedSum(x, w) + b >= 0 ? 1 : 0)),
  },
  {
    exercise: '01.2 neuron',
    id: 'neuron-without-bias',
    sentence: 'The bias is missing: this is step(w·x). Start the sum from b instead of from 0.',
    wrong: (x: Tensor, w: Tensor) => neuron(x, w, 0),
  },
  {
    exercise: '01.2 neuron',
    id: 'neuron-bias-as-threshold',
    sentence:
      'The bias is subtracted, as if it were a threshold that the sum has to reach. It is added here: a high bias makes firing easier.',
    wrong: (x: Tensor, w: Tensor, b: number) => neuron(x, w, -b),
  },
  {
    exercise: '01.2 neuron',
    id: 'neuron-two-inputs',
    sentence:
      'Only the first two inputs are read. A neuron may have any number of them: loop up to x.size.',
    wrong: refusingLike(neuron, (x, w, b) => neuron(x.hi(2), w.hi(2), b)),
  },
  {
    exercise: '01.2 neuron',
    id: 'neuron-last-input-left-out',
    sentence:
      'The last input is left out. Indices run from 0 to x.size − 1: loop while i < x.size.',
    wrong: refusingLike(neuron, (x, w, b) => neuron(x.hi(x.size - 1), w.hi(x.size - 1), b)),
  },
  {
    exercise: '01.2 neuron',
    id: 'neuron-reads-too-far',
    sentence:
      'The loop goes one input too far: x.get(x.size) is undefined, which makes the sum NaN, and NaN is not above 0. Loop while i < x.size.',
    wrong: refusingLike(neuron, (x, w, b) =>
      step(sumOver(x.size + 1, (i) => w.get(i) * x.get(i), b)),
    ),
  },
  {
    exercise: '01.2 neuron',
    id: 'neuron-bias-repeated',
    sentence:
      'The bias is added once for each input. It counts once a neuron: start the sum with it.',
    wrong: refusingLike(neuron, (x, w, b) => step(sumOver(x.size, (i) => w.get(i) * x.get(i) + b))),
  },
  {
    exercise: '01.2 neuron',
    id: 'neuron-in-single-precision',
    sentence:
      'The sum is kept in single precision, seven digits, so what is small is lost beside what is large. Keep it in a plain number.',
    wrong: refusingLike(neuron, (x, w, b) => {
      const z = Float32Array.of(b);
      for (let i = 0; i < x.size; i++) z[0]! += w.get(i) * x.get(i);
      return step(z[0]!);
    }),
  },
  {
    exercise: '01.2 neuron',
    id: 'neuron-step-each',
    sentence:
      'Each product goes through the step by itself. Add all of them up first, then take the step once.',
    wrong: refusingLike(neuron, (x, w, b) =>
      step(sumOver(x.size, (i) => step(w.get(i) * x.get(i)), b)),
    ),
  },
  {
    exercise: '01.2 neuron',
    id: 'neuron-whole-numbers',
    sentence:
      'The sum is kept in whole numbers, so whatever stands after the point is cut off at each step. Keep it in a plain number.',
    wrong: refusingLike(neuron, (x, w, b) => {
      const z = Int32Array.of(b);
      for (let i = 0; i < x.size; i++) z[0]! += w.get(i) * x.get(i);
      return step(z[0]!);
    }),
  },
  {
    exercise: '01.2 neuron',
    id: 'neuron-without-step',
    sentence: 'The sum itself comes back. A neuron answers 1 or 0: put the sum through step.',
    wrong: refusingLike(neuron, (x, w, b) => weightedSum(x, w) + b),
  },
  {
    exercise: '01.3 andWeights',
    id: 'and-without-bias',
    sentence:
      'Without a bias, one input that is 1 already lifts the sum above 0. A negative bias must outweigh one input, but not two.',
    wrong: () => gate(1, 1, 0),
  },
  {
    exercise: '01.3 andWeights',
    id: 'and-is-or',
    sentence:
      'This neuron fires on a single 1: it is an OR gate. Lower the bias until one input alone no longer lifts the sum above 0.',
    wrong: () => gate(1, 1, -0.5),
  },
  {
    exercise: '01.3 andWeights',
    id: 'and-on-the-line',
    sentence:
      'For (1, 1) the sum is exactly 0, and step(0) is 0, so this neuron never fires. Raise the bias a little.',
    anchor: '#between-the-points',
    wrong: () => gate(1, 1, -2),
  },
  {
    exercise: '01.3 andWeights',
    id: 'and-bias-sign',
    sentence:
      'The bias is positive, so the neuron fires before any input is 1. The bias of AND is negative.',
    wrong: () => gate(1, 1, 1.5),
  },
  {
    exercise: '01.3 andWeights',
    id: 'and-bias-among-weights',
    sentence:
      'The bias stands in w as a third weight. w has a weight for each of the two inputs, and b is the bias.',
    wrong: () => ({ w: array([1, 1, -1.5]), b: 0 }),
  },
  {
    exercise: '01.4 nandWeights',
    id: 'nand-bias-sign',
    sentence:
      "The weights are turned round and the bias isn't: with nothing positive in the sum the neuron never fires. Turn the bias round as well.",
    wrong: () => gate(-1, -1, -1.5),
  },
  {
    exercise: '01.4 nandWeights',
    id: 'nand-weights-sign',
    sentence:
      "The bias is turned round and the weights aren't: with nothing negative in the sum the neuron always fires. Turn the weights round as well.",
    wrong: () => gate(1, 1, 1.5),
  },
  {
    exercise: '01.4 nandWeights',
    id: 'nand-is-and',
    sentence:
      'This is AND, without the "not". NAND answers the opposite for every input: turn the sign of both weights and of the bias.',
    wrong: () => gate(1, 1, -1.5),
  },
  {
    exercise: '01.4 nandWeights',
    id: 'nand-on-the-line',
    sentence:
      'With a single 1 the sum is exactly 0, and step(0) is 0: this neuron fires for (0, 0) alone, which is NOR. Raise the bias.',
    anchor: '#between-the-points',
    wrong: () => gate(-1, -1, 1),
  },
  {
    exercise: '01.5 orWeights',
    id: 'or-on-the-line',
    sentence:
      'With a single 1 the sum is exactly 0, and step(0) is 0, so this neuron fires for (1, 1) alone: it is an AND gate. Raise the bias.',
    anchor: '#between-the-points',
    wrong: () => gate(1, 1, -1),
  },
  ...(
    [
      [1, 0],
      [0, 1],
    ] as const
  ).map(([first, second]) => ({
    exercise: '01.5 orWeights',
    id: `or-of-${first === 1 ? 'the-first' : 'the-second'}`,
    sentence: `Only the ${first === 1 ? 'first' : 'second'} input counts: the other one has the weight 0. Either of them alone must lift the sum above 0.`,
    wrong: () => gate(first, second, -0.5),
  })),
  {
    exercise: '01.5 orWeights',
    id: 'or-is-and',
    sentence:
      'This neuron needs both inputs: it is an AND gate. Raise the bias until one input alone lifts the sum above 0.',
    wrong: () => gate(1, 1, -1.5),
  },
  {
    exercise: '01.5 orWeights',
    id: 'or-bias-sign',
    sentence:
      'The bias is positive, so the neuron fires for (0, 0), where the bias is all there is. It must not be above 0.',
    wrong: () => gate(1, 1, 0.5),
  },
  {
    exercise: '01.6 xorNetwork',
    id: 'xor-units-in-rows',
    sentence:
      'Each hidden neuron stands in a row of W here. Row i of W belongs to input i, and each hidden neuron is a column: transpose W.',
    wrong: () => network([1, 1], [-1, -1], [-0.5, 1.5], gate(1, 1, -1.5)),
  },
  {
    exercise: '01.6 xorNetwork',
    id: 'xor-or-of-or-and-nand',
    sentence:
      'The hidden neurons, OR and NAND, are joined by OR, and for every input one of the two fires. Both must agree: join them by AND.',
    anchor: '#one-line-is-not-enough',
    wrong: () => network([1, -1], [1, -1], [-0.5, 1.5], gate(1, 1, -0.5)),
  },
  {
    exercise: '01.6 xorNetwork',
    id: 'xor-and-of-or-and-and',
    sentence:
      'The hidden neurons are OR and AND, joined by AND, and that is AND again. XOR is OR but not AND: take NAND in the place of AND.',
    anchor: '#one-line-is-not-enough',
    wrong: () => network([1, 1], [1, 1], [-0.5, -1.5], gate(1, 1, -1.5)),
  },
  {
    exercise: '01.6 xorNetwork',
    id: 'xor-or-of-or-and-and',
    sentence:
      'The hidden neurons are OR and AND, joined by OR, and that is OR again. The AND must speak against firing: give it a negative weight.',
    anchor: '#one-line-is-not-enough',
    wrong: () => network([1, 1], [1, 1], [-0.5, -1.5], gate(1, 1, -0.5)),
  },
  {
    exercise: '01.6 xorNetwork',
    id: 'xor-hidden-copies-inputs',
    sentence:
      'The hidden neurons only repeat the inputs, so there is in fact one layer, and it is OR. No single line can make XOR: let the hidden neurons be OR and NAND.',
    anchor: '#one-line-is-not-enough',
    wrong: () => network([1, 0], [0, 1], [0, 0], gate(1, 1, -0.5)),
  },
  {
    exercise: '01.7 halfAdder',
    id: 'half-adder-swapped',
    sentence: 'Sum and carry are exchanged. 1 + 0 is 01 in binary: the sum is 1 and the carry 0.',
    wrong: (nand: Nand, a: number, b: number) => ({ sum: and(nand, a, b), carry: xor(nand, a, b) }),
  },
  {
    exercise: '01.7 halfAdder',
    id: 'half-adder-carry-is-or',
    sentence: 'The carry is a OR b here. It is 1 only for 1 + 1: take a AND b.',
    wrong: (nand: Nand, a: number, b: number) => ({ sum: xor(nand, a, b), carry: or(nand, a, b) }),
  },
  {
    exercise: '01.7 halfAdder',
    id: 'half-adder-carry-is-nand',
    sentence:
      'The carry is a NAND b, which is 1 when it should be 0. A second NAND turns it round: NOT c is c NAND c.',
    anchor: '#nand-is-enough',
    wrong: (nand: Nand, a: number, b: number) => ({ sum: xor(nand, a, b), carry: nand(a, b) }),
  },
  {
    exercise: '01.7 halfAdder',
    id: 'half-adder-sum-is-or',
    sentence: 'The sum is a OR b here. 1 + 1 is 10 in binary, whose last digit is 0: take a XOR b.',
    wrong: (nand: Nand, a: number, b: number) => ({ sum: or(nand, a, b), carry: and(nand, a, b) }),
  },
  {
    exercise: '01.7 halfAdder',
    id: 'half-adder-computes-with-wires',
    sentence:
      'The sum and the carry are computed from a and b themselves, with ^ and &. That is right for the numbers 0 and 1, but a wire is only a name: give a and b to nand and to nothing else.',
    anchor: '#nand-is-enough',
    wrong: (_nand: Nand, a: number, b: number): HalfSum => ({ sum: a ^ b, carry: a & b }),
  },
  {
    exercise: '01.8 perceptronUpdate',
    id: 'update-sign-turned',
    sentence:
      'The weights move the wrong way: this adds learningRate · (y − t). A neuron that should have fired needs more of x, so it is t − y.',
    anchor: '#learning-from-mistakes',
    wrong: (weights: Weights, x: Tensor, t: number, rate: number) =>
      perceptronUpdate(weights, x, t, -rate),
  },
  {
    exercise: '01.8 perceptronUpdate',
    id: 'update-without-bias',
    sentence:
      'The bias stays as it was. It learns like a weight whose input is always 1: add learningRate · (t − y) to it.',
    wrong: (weights: Weights, x: Tensor, t: number, rate: number) => ({
      ...perceptronUpdate(weights, x, t, rate),
      b: weights.b,
    }),
  },
  {
    exercise: '01.8 perceptronUpdate',
    id: 'update-bias-without-rate',
    sentence:
      'The learning rate is applied to the weights but not to the bias. Add learningRate · (t − y) to it.',
    wrong: (weights: Weights, x: Tensor, t: number, rate: number) => ({
      ...perceptronUpdate(weights, x, t, rate),
      b: perceptronUpdate(weights, x, t, 1).b,
    }),
  },
  {
    exercise: '01.8 perceptronUpdate',
    id: 'update-without-rate',
    sentence: 'The learning rate is not used: the step is as large as if it were 1.',
    wrong: (weights: Weights, x: Tensor, t: number) => perceptronUpdate(weights, x, t, 1),
  },
  {
    exercise: '01.8 perceptronUpdate',
    id: 'update-without-input',
    sentence:
      'Every weight changes by the same amount: the factor x is missing. A weight must change in proportion to its own input.',
    wrong: ({ w, b }: Weights, x: Tensor, t: number, rate: number) => {
      const change = rate * (t - neuron(x, w, b));
      return { w: map(w, (v) => v + change), b: b + change };
    },
  },
  {
    exercise: '01.8 perceptronUpdate',
    id: 'update-by-the-sum',
    sentence:
      "This takes t − z, with the sum z before the step. That is another rule, Widrow and Hoff's; the perceptron's takes the answer y = step(z).",
    wrong: (weights: Weights, x: Tensor, t: number, rate: number) =>
      moved(weights, x, rate * (t - weightedSum(x, weights.w) - weights.b)),
  },
  {
    exercise: '01.8 perceptronUpdate',
    id: 'update-every-sample',
    sentence:
      'The weights change even though the answer was right. Only mistakes teach: with t − y nothing is added when y equals t.',
    anchor: '#learning-from-mistakes',
    wrong: (weights: Weights, x: Tensor, t: number, rate: number) =>
      moved(weights, x, rate * (2 * t - 1)),
  },
  {
    exercise: '01.8 perceptronUpdate',
    id: 'update-target-minus-one',
    sentence:
      'A right answer of 0 is taken as −1 while the neuron says 0, so the weights change even when it is right. Take t as it is, 0 or 1.',
    anchor: '#learning-from-mistakes',
    wrong: (weights: Weights, x: Tensor, t: number, rate: number) =>
      moved(weights, x, rate * (2 * t - 1 - neuron(x, weights.w, weights.b))),
  },
  {
    exercise: '01.8 perceptronUpdate',
    id: 'update-targets-minus-one',
    sentence:
      'The change is twice as large, as with answers of −1 and 1. Here they are 0 and 1, so t − y is never more than 1.',
    anchor: '#learning-from-mistakes',
    wrong: (weights: Weights, x: Tensor, t: number, rate: number) =>
      perceptronUpdate(weights, x, t, 2 * rate),
  },
  {
    exercise: '01.8 perceptronUpdate',
    id: 'update-asks-again',
    sentence:
      'The neuron is asked again for each weight, when some have already changed. Ask once, before anything changes.',
    wrong: (weights: Weights, x: Tensor, t: number, rate: number) => {
      const w = copy(weights.w);
      const change = (): number => rate * (t - neuron(x, w, weights.b));
      const b = weights.b + change();
      for (let i = 0; i < w.size; i++) w.set(i, w.get(i) + change() * x.get(i));
      return { w, b };
    },
  },
  {
    exercise: '01.8 perceptronUpdate',
    id: 'update-never-subtracts',
    sentence:
      'Only a neuron that should have fired learns. One that fired and should not have must learn too: then t − y is −1, and x is subtracted.',
    anchor: '#learning-from-mistakes',
    wrong: (weights: Weights, x: Tensor, t: number, rate: number) =>
      t === 1 ? perceptronUpdate(weights, x, t, rate) : weights,
  },
  {
    exercise: '01.9 trainPerceptron',
    id: 'train-last-clean-epoch-uncounted',
    sentence: 'epochs is one too small: the last epoch, the one without a mistake, counts as well.',
    wrong: (x: Tensor, t: Tensor, options: TrainingOptions) => {
      const result = trainPerceptron(x, t, options);
      return { ...result, epochs: result.epochs - (result.converged ? 1 : 0) };
    },
  },
  {
    exercise: '01.9 trainPerceptron',
    id: 'train-mistakes-of-last-epoch',
    sentence:
      'mistakes holds those of the last epoch alone. Count them over all epochs: set the counter to 0 only once, before the first.',
    wrong: (x: Tensor, t: Tensor, options: TrainingOptions) => {
      const result = trainPerceptron(x, t, options);
      const before = trainPerceptron(x, t, { ...options, maxEpochs: result.epochs - 1 });
      return { ...result, mistakes: result.mistakes - before.mistakes };
    },
  },
  {
    exercise: '01.9 trainPerceptron',
    id: 'train-never-stops-early',
    sentence:
      'Training goes on to maxEpochs although an epoch passed without a mistake. After such an epoch nothing can change any more: stop there.',
    wrong: (x: Tensor, t: Tensor, options: TrainingOptions) => ({
      ...trainPerceptron(x, t, options),
      epochs: options.maxEpochs,
    }),
  },
  {
    exercise: '01.9 trainPerceptron',
    id: 'train-never-converged',
    sentence:
      'converged is false although the last epoch was without a mistake. Set it to true where you stop for that reason.',
    wrong: (x: Tensor, t: Tensor, options: TrainingOptions) => ({
      ...trainPerceptron(x, t, options),
      converged: false,
    }),
  },
  {
    exercise: '01.9 trainPerceptron',
    id: 'train-always-converged',
    sentence:
      'converged is true although training gave up after maxEpochs, with a mistake in the last epoch. Then it must be false.',
    wrong: (x: Tensor, t: Tensor, options: TrainingOptions) => ({
      ...trainPerceptron(x, t, options),
      converged: true,
    }),
  },
  {
    exercise: '01.9 trainPerceptron',
    id: 'train-judges-last-sample',
    sentence:
      'Training stops as soon as the last sample of an epoch is answered rightly. Earlier ones may have been wrong: only a whole epoch without a mistake counts.',
    wrong: (x: Tensor, t: Tensor, options: TrainingOptions) =>
      trained(x, t, options, { stopsWhen: (wrongAnswers) => wrongAnswers.at(-1) !== true }),
  },
  {
    exercise: '01.9 trainPerceptron',
    id: 'train-updates-once-an-epoch',
    sentence:
      'All samples of an epoch are answered with the same weights, which change only at its end. Here every mistake changes the weights at once, before the next sample.',
    anchor: '#learning-from-mistakes',
    wrong: (x: Tensor, t: Tensor, options: TrainingOptions) =>
      trained(x, t, options, { answersWithOldWeights: true }),
  },
  {
    exercise: '01.9 trainPerceptron',
    id: 'train-without-bias',
    sentence:
      'The bias stays 0, so the line always passes through the origin. Take the bias from the update as well as the weights.',
    wrong: (x: Tensor, t: Tensor, options: TrainingOptions) =>
      trained(x, t, options, { keepsBias: true }),
  },
  {
    exercise: '01.9 trainPerceptron',
    id: 'train-without-rate',
    sentence:
      'The learning rate is not used: these are the weights of learning rate 1. Hand it on to the update.',
    wrong: (x: Tensor, t: Tensor, options: TrainingOptions) =>
      trainPerceptron(x, t, { ...options, learningRate: 1 }),
  },
  {
    exercise: '01.9 trainPerceptron',
    id: 'train-targets-minus-one',
    sentence:
      'The weights are twice as large, as with answers of −1 and 1. Here they are 0 and 1, so t − y is never more than 1.',
    anchor: '#learning-from-mistakes',
    wrong: (x: Tensor, t: Tensor, options: TrainingOptions) =>
      trainPerceptron(x, t, { ...options, learningRate: 2 * options.learningRate }),
  },
  {
    exercise: '01.10 linearScores',
    id: 'scores-without-bias',
    sentence: 'The biases are missing: start the sum of each score from b.get(m).',
    wrong: (x: Tensor, W: Tensor, b: Tensor) => linearScores(x, W, zeros(...b.shape)),
  },
  {
    exercise: '01.10 linearScores',
    id: 'scores-bias-by-sample',
    sentence:
      'The bias is picked by the number of the sample. It belongs to the neuron: b.get(m), with the column m of W.',
    wrong: biasedBy((b, n) => b.get(n)),
  },
  {
    exercise: '01.10 linearScores',
    id: 'scores-bias-for-each-input',
    sentence:
      'The bias is added once for each input. It counts once a score: add it outside the inner loop.',
    wrong: biasedBy((b, _, m, D) => b.get(m) * D),
  },
  {
    exercise: '01.10 linearScores',
    id: 'scores-transposed-weights',
    sentence:
      'W is read with its two indices exchanged. Row i of W belongs to input i and column m to neuron m: W.get(i, m).',
    wrong: refusingLike(linearScores, (x, W, b) =>
      linearScores(
        x,
        filled(W.shape, (i, m) => W.get(m!, i!)),
        b,
      ),
    ),
  },
  {
    exercise: '01.10 linearScores',
    id: 'scores-stepped',
    sentence:
      'The step was applied: these are 0s and 1s. Ten classes are told apart by how large the sums are, so leave the step out.',
    anchor: '#ten-neurons-read-a-digit',
    wrong: (x: Tensor, W: Tensor, b: Tensor) => map(linearScores(x, W, b), (z) => (z > 0 ? 1 : 0)),
  },
  {
    exercise: '01.11 predictClasses',
    id: 'classes-last-maximum',
    sentence:
      'Of equal scores the last wins here. Let the first win: compare with > rather than >=.',
    wrong: (x: Tensor) => largest(x, (score, best) => score >= best),
  },
  {
    exercise: '01.11 predictClasses',
    id: 'classes-smallest',
    sentence: 'This finds the smallest score of each row. The class with the largest wins.',
    wrong: (x: Tensor) => largest(x, (score, best) => score < best),
  },
  {
    exercise: '01.11 predictClasses',
    id: 'classes-maximum-from-zero',
    sentence:
      "The largest score so far starts at 0, so a row of negative scores never beats it. Start from the row's first score.",
    wrong: (x: Tensor) => classesOf(x, (row) => Math.max(0, row.indexOf(Math.max(0, ...row)))),
  },
  {
    exercise: '01.11 predictClasses',
    id: 'classes-best-carried-in-ties',
    sentence:
      'The search begins at the best column of the row before, so of equal scores that one may win. Begin every row afresh, at column 0.',
    wrong: bestCarried(0),
  },
  {
    exercise: '01.11 predictClasses',
    id: 'classes-best-carried',
    sentence:
      'The search begins at the best column of the row before, so a row may end with a class that is not its largest. Begin every row afresh, at column 0.',
    wrong: bestCarried(1),
  },
  {
    exercise: '01.11 predictClasses',
    id: 'classes-maximum-carried',
    sentence:
      'The largest score of the row before is not forgotten, and a row of lower scores never finds its own. Begin every row afresh.',
    wrong: (x: Tensor) => {
      let max = -Infinity;
      let best = 0;
      return classesOf(x, (row) => {
        for (const [m, score] of row.entries()) if (score > max) [max, best] = [score, m];
        return best;
      });
    },
  },
  {
    exercise: '01.11 predictClasses',
    id: 'classes-last-column-left-out',
    sentence: 'The last column is left out. Its number is M − 1: loop while m < M.',
    wrong: (x: Tensor) => predictClasses(x.hi(x.shape[0]!, Math.max(1, x.shape[1]! - 1))),
  },
  {
    exercise: '01.11 predictClasses',
    id: 'classes-over-samples',
    sentence:
      'This compares the samples within each column. A row is one sample: compare the scores within the row.',
    wrong: (x: Tensor) => predictClasses(x.transpose(1, 0)),
  },
  {
    exercise: '01.11 predictClasses',
    id: 'classes-from-one',
    sentence: 'The classes are counted from 1. The first column is class 0.',
    wrong: (x: Tensor) => labels(Array.from(predictClasses(x).data, (m) => m + 1)),
  },
  {
    exercise: '01.11 predictClasses',
    id: 'classes-are-the-scores',
    sentence:
      'The largest score itself comes back. What is asked for is the number of the column that it stands in.',
    wrong: (x: Tensor) => array(rowsOf(x).map((row) => Math.max(...row))),
  },
  {
    exercise: '01.12 trainLinearClassifier',
    id: 'classifier-last-weights',
    sentence:
      'These are the weights after the last sample. They jump about with every mistake; return their average over all samples.',
    wrong: (x: Tensor, t: Labels, options: ClassifierOptions) =>
      classifier(x, t, options, { sums: false }),
  },
  {
    exercise: '01.12 trainLinearClassifier',
    id: 'classifier-bias-not-averaged',
    sentence:
      'W is an average and b is not: these are the biases after the last sample. Average both.',
    wrong: (x: Tensor, t: Labels, options: ClassifierOptions) => ({
      ...trainLinearClassifier(x, t, options),
      b: classifier(x, t, options, { sums: false }).b,
    }),
  },
  {
    exercise: '01.12 trainLinearClassifier',
    id: 'classifier-averages-epochs',
    sentence: 'The weights are added up once an epoch, at its end. Add them after every sample.',
    wrong: (x: Tensor, t: Labels, options: ClassifierOptions) =>
      classifier(x, t, options, { sumsAfterEpochsOnly: true }),
  },
  {
    exercise: '01.12 trainLinearClassifier',
    id: 'classifier-sum',
    sentence:
      'This is the sum of the weights after each sample. For the average, divide it by the number of samples times the number of epochs.',
    wrong: (x: Tensor, t: Labels, options: ClassifierOptions) =>
      classifier(x, t, options, { divisor: 1 }),
  },
  {
    exercise: '01.12 trainLinearClassifier',
    id: 'classifier-divided-by-samples-only',
    sentence:
      'The sum runs over all epochs and is divided by the number of samples alone. Divide by samples times epochs.',
    wrong: (x: Tensor, t: Labels, options: ClassifierOptions) =>
      classifier(x, t, options, { divisor: t.size }),
  },
  {
    exercise: '01.12 trainLinearClassifier',
    id: 'classifier-averages-too-early',
    sentence:
      'The weights are added to the sum before the sample has changed them. Add them after the update.',
    wrong: (x: Tensor, t: Labels, options: ClassifierOptions) =>
      classifier(x, t, options, { sumsBeforeLearning: true }),
  },
  {
    exercise: '01.12 trainLinearClassifier',
    id: 'classifier-averages-mistakes-only',
    sentence:
      'The weights enter the average only after a mistake. Weights that survive many samples are the good ones: add them after every sample, right or wrong.',
    wrong: (x: Tensor, t: Labels, options: ClassifierOptions) =>
      classifier(x, t, options, { sumsAfterMistakesOnly: true }),
  },
  {
    exercise: '01.12 trainLinearClassifier',
    id: 'classifier-predicted-not-decreased',
    sentence:
      "Only the right class learns from a mistake. Subtract learningRate · x from the predicted class's column too, and learningRate from its bias.",
    wrong: (x: Tensor, t: Labels, options: ClassifierOptions) =>
      classifier(x, t, options, {
        signs: (right, predicted, m) => (right !== predicted && m === right ? 1 : 0),
      }),
  },
  {
    exercise: '01.12 trainLinearClassifier',
    id: 'classifier-all-others-decreased',
    sentence:
      'After a mistake all wrong classes are made less likely. Only the predicted class was too large: subtract from its column alone.',
    wrong: (x: Tensor, t: Labels, options: ClassifierOptions) =>
      classifier(x, t, options, {
        signs: (right, predicted, m) => (right === predicted ? 0 : m === right ? 1 : -1),
      }),
  },
  {
    exercise: '01.12 trainLinearClassifier',
    id: 'classifier-all-above-decreased',
    sentence:
      'After a mistake all classes with a larger score than the right one are made less likely. Only the predicted class, the largest of them, is: subtract from its column alone.',
    wrong: (x: Tensor, t: Labels, options: ClassifierOptions) =>
      classifier(x, t, options, {
        signs: (right, predicted, m, scores) =>
          m !== right && scores[m]! > scores[right]! ? -1 : mistakeSigns(right, predicted, m),
      }),
  },
  {
    exercise: '01.12 trainLinearClassifier',
    id: 'classifier-lowest-decreased',
    sentence:
      'After a mistake the class with the smallest score is made less likely. It is the predicted class, the largest, that was too large: subtract from its column.',
    wrong: (x: Tensor, t: Labels, options: ClassifierOptions) =>
      classifier(x, t, options, {
        signs: (right, predicted, m, scores) =>
          right === predicted ? 0 : mistakeSigns(right, scores.indexOf(Math.min(...scores)), m),
      }),
  },
  {
    exercise: '01.12 trainLinearClassifier',
    id: 'classifier-every-sample',
    sentence:
      "Every sample is added to its class's column, even when the answer was right. Only mistakes teach: change nothing when predicted equals right.",
    anchor: '#learning-from-mistakes',
    wrong: (x: Tensor, t: Labels, options: ClassifierOptions) =>
      classifier(x, t, options, {
        signs: (right, predicted, m) => (m === right ? 1 : m === predicted ? -1 : 0),
      }),
  },
  {
    exercise: '01.12 trainLinearClassifier',
    id: 'classifier-signs-turned',
    sentence:
      'The signs are exchanged: the right class loses x and the predicted class gains it. Add to the right one and subtract from the predicted one.',
    wrong: (x: Tensor, t: Labels, options: ClassifierOptions) =>
      classifier(x, t, options, {
        signs: (right, predicted, m) => -mistakeSigns(right, predicted, m),
      }),
  },
  {
    exercise: '01.12 trainLinearClassifier',
    id: 'classifier-without-bias',
    sentence:
      "The biases stay 0. After a mistake add learningRate to the right class's bias and subtract it from the predicted one's.",
    wrong: (x: Tensor, t: Labels, options: ClassifierOptions) =>
      classifier(x, t, options, { keepsBias: true }),
  },
  {
    exercise: '01.12 trainLinearClassifier',
    id: 'classifier-one-epoch',
    sentence: 'The samples are gone through once, whatever epochs says.',
    wrong: (x: Tensor, t: Labels, options: ClassifierOptions) =>
      classifier(x, t, { ...options, epochs: 1 }, {}),
  },
  {
    exercise: '01.12 trainLinearClassifier',
    id: 'classifier-without-rate',
    sentence: 'The learning rate is not used: the changes are as large as if it were 1.',
    wrong: (x: Tensor, t: Labels, options: ClassifierOptions) =>
      classifier(x, t, { ...options, learningRate: 1 }, {}),
  },
];

interface TrainingOptions {
  learningRate: number;
  maxEpochs: number;
}

interface ClassifierOptions {
  classes: number;
  learningRate: number;
  epochs: number;
}

/** w·x. */
function weightedSum(x: Tensor, w: Tensor): number {
  return sumOver(x.size, (i) => w.get(i) * x.get(i));
}

/** A neuron with two inputs. */
function gate(w0: number, w1: number, b: number): Weights {
  return { w: array([w0, w1]), b };
}

/** Two layers, the hidden weights given by the rows of W. */
function network(row0: number[], row1: number[], b: number[], output: Weights): TwoLayers {
  return { hidden: { W: array([row0, row1]), b: array(b) }, output };
}

function and(nand: Nand, a: number, b: number): number {
  return nand(nand(a, b), nand(a, b));
}

function or(nand: Nand, a: number, b: number): number {
  return nand(nand(a, a), nand(b, b));
}

function xor(nand: Nand, a: number, b: number): number {
  return nand(nand(a, nand(a, b)), nand(b, nand(a, b)));
}

/** The weights with so many times x added to them. */
function moved({ w, b }: Weights, x: Tensor, change: number): Weights {
  return { w: zip(w, x, (v, input) => v + change * input), b: b + change };
}

interface TrainingFaults {
  /** When to stop, from whether each answer of the epoch was wrong; when none was, unless given. */
  stopsWhen?: (wrongAnswers: boolean[]) => boolean;
  /** The answers of an epoch are those of the weights at its beginning. */
  answersWithOldWeights?: boolean;
  keepsBias?: boolean;
}

/** Training as in 01.9, but for the faults. */
function trained(
  x: Tensor,
  t: Tensor,
  { learningRate, maxEpochs }: TrainingOptions,
  faults: TrainingFaults,
): TrainedPerceptron {
  const { stopsWhen = (wrongAnswers) => !wrongAnswers.includes(true) } = faults;
  let weights: Weights = { w: zeros(x.shape[1]!), b: 0 };
  let mistakes = 0;
  for (let epochs = 1; epochs <= maxEpochs; epochs++) {
    const old = weights;
    const wrongAnswers: boolean[] = [];
    for (let n = 0; n < t.size; n++) {
      const sample = x.pick(n, null);
      const { w, b } = faults.answersWithOldWeights ? old : weights;
      const change = t.get(n) - neuron(sample, w, b);
      wrongAnswers.push(change !== 0);
      if (change !== 0) mistakes++;
      weights = moved(weights, sample, learningRate * change);
      if (faults.keepsBias) weights.b = 0;
    }
    if (stopsWhen(wrongAnswers)) return { ...weights, epochs, mistakes, converged: true };
  }
  return { ...weights, epochs: maxEpochs, mistakes, converged: false };
}

/** linearScores with another bias for sample n and neuron m. */
function biasedBy(
  biasOf: (b: Tensor, n: number, m: number, D: number) => number,
): typeof linearScores {
  return refusingLike(linearScores, (x, W, b) => {
    const [N, D] = x.shape as [number, number];
    const products = linearScores(x, W, zeros(...b.shape));
    return filled([N, b.size], (n, m) => products.get(n!, m!) + biasOf(b, n!, m!, D));
  });
}

/** The class that `find` finds in each row. */
function classesOf(x: Tensor, find: (row: number[]) => number): Labels {
  return labels(rowsOf(x).map(find));
}

/** Of each row, the column of the score that none after it beats. */
function largest(x: Tensor, beats: (score: number, best: number) => boolean): Labels {
  return classesOf(x, (row) =>
    row.reduce((best, score, m) => (m > 0 && beats(score, row[best]!) ? m : best), 0),
  );
}

/** predictClasses with a search that goes on from the best column of the row before. */
function bestCarried(first: number): typeof predictClasses {
  return (x) => {
    let best = 0;
    return classesOf(x, (row) => {
      for (let m = first; m < row.length; m++) if (row[m]! > row[best]!) best = m;
      return best;
    });
  };
}

/** What a sample does to class m: 1 to add it to the column, −1 to subtract it, 0 to leave the column alone. */
type Signs = (right: number, predicted: number, m: number, scores: Float64Array) => number;

function mistakeSigns(right: number, predicted: number, m: number): number {
  return Number(m === right) - Number(m === predicted);
}

interface ClassifierFaults {
  signs?: Signs;
  keepsBias?: boolean;
  /** Whether the weights are summed up at all; if not, the last ones are the result. */
  sums?: boolean;
  sumsBeforeLearning?: boolean;
  sumsAfterMistakesOnly?: boolean;
  sumsAfterEpochsOnly?: boolean;
  /** What the sum is divided by; by how many weights were added, unless given. */
  divisor?: number;
}

/** Training as in 01.12, but for the faults. */
function classifier(
  x: Tensor,
  t: Labels,
  { classes, learningRate, epochs }: ClassifierOptions,
  faults: ClassifierFaults,
): Layer {
  const { signs = mistakeSigns, sums = true } = faults;
  const D = x.shape[1]!;
  const inputs = copy(x).data;
  const layer = { W: zeros(D, classes), b: zeros(classes) };
  const total = { W: zeros(D, classes), b: zeros(classes) };
  let added = 0;
  const add = (): void => {
    ops.addeq(total.W, layer.W);
    ops.addeq(total.b, layer.b);
    added++;
  };
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (let n = 0; n < t.size; n++) {
      if (faults.sumsBeforeLearning) add();
      const scores = scoresOf(inputs.subarray(n * D, (n + 1) * D), layer);
      const predicted = scores.indexOf(Math.max(...scores));
      for (let m = 0; m < classes; m++) {
        const rate = learningRate * signs(t.get(n), predicted, m, scores);
        if (rate === 0) continue;
        for (let i = 0; i < D; i++) layer.W.set(i, m, layer.W.get(i, m) + rate * x.get(n, i));
        if (!faults.keepsBias) layer.b.set(m, layer.b.get(m) + rate);
      }
      const isLeftOut =
        faults.sumsBeforeLearning ||
        (faults.sumsAfterMistakesOnly && predicted === t.get(n)) ||
        (faults.sumsAfterEpochsOnly && n < t.size - 1);
      if (!isLeftOut) add();
    }
  }
  if (!sums) return layer;
  ops.divseq(total.W, faults.divisor ?? added);
  ops.divseq(total.b, faults.divisor ?? added);
  return total;
}

/** The score of each class. One failing check replays many of these, so pixels that are 0 are skipped. */
function scoresOf(sample: Float64Array, { W, b }: Layer): Float64Array {
  const found = Float64Array.from(b.data);
  for (let i = 0; i < sample.length; i++) {
    if (sample[i] === 0) continue;
    for (let m = 0; m < found.length; m++) found[m]! += sample[i]! * W.data[i * found.length + m]!;
  }
  return found;
}
