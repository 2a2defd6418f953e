/** Two networks that learn handwritten digits, each digit distorted anew in every epoch. */
import ndarray from 'ndarray';
import { labels as labelsOf } from '#arrays';
import type { Samples } from '#lessons/06-training';
import { cosineDecay, warmUp } from '#lessons/07-optimizers';
import { seededRandom } from '#datasets/random';
import { batchOf, partOf, unmoved, type Digits } from '../capstone/digits.ts';
import { PIXELS, SIDE } from '../capstone/network.ts';
import { epochDraw } from '../capstone/training.ts';
import type { Learner } from '../training-loop.ts';
import { accuracyOf, classifier, learn, type Classifier } from './classifier.ts';
import { averagePool, convolution, maxPool, reshape } from './image-layers.ts';
import { affine, batchNormalization, relu } from './layers.ts';
import { sequential } from './sequential.ts';

/** How a network is built and trained. */
export interface DigitsSettings {
  network: 'perceptron' | 'convnet';
  /** The units of the hidden layer. */
  hidden: number;
  epochs: number;
  batch: number;
  learningRate: number;
  seed: number;
}

/** How far digits are moved (pixels), turned (degrees) and resized: less than the capstone's, for networks that are smaller. */
const DISTORTION = { shift: 1.5, turn: 10, zoom: 0.1, warp: 0 };

const WARM_UP_STEPS = 50;

const RULE = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/** The side of a digit after its pixels were averaged two by two. */
const SMALL = SIDE / 2;

/**
 * Both networks begin by averaging two by two pixels, which costs them little accuracy and three quarters of the work.
 *
 * The perceptron: 196 numbers → hidden units, normalized, ReLU → 10 logits. The convnet has two convolutions before
 * that: 8 filters of 3×3, ReLU, max pool, 16 filters of 3×3, ReLU.
 */
export function digitsClassifier({ network, hidden, seed }: DigitsSettings): Classifier {
  const random = seededRandom(seed);
  const features =
    network === 'perceptron'
      ? []
      : [convolution(1, 8, 3, random), relu(), maxPool(2), convolution(8, 16, 3, random), relu()];
  const D = network === 'perceptron' ? SMALL ** 2 : 16 * Math.floor(SMALL / 2) ** 2;
  return classifier(
    sequential([
      reshape(1, SIDE, SIDE),
      averagePool(2),
      ...features,
      reshape(D),
      affine(D, hidden, random),
      batchNormalization(hidden),
      relu(),
      affine(hidden, 10, random),
    ]),
  );
}

/**
 * What the training loop needs of one of these networks.
 *
 * @param model is changed by every step
 * @param train the digits to learn from
 * @param heldOut digits that are only read
 * @param settings those that the model was made with
 */
export function digitsLearner(
  model: Classifier,
  train: Digits,
  heldOut: Digits,
  settings: DigitsSettings,
): Learner {
  const { epochs, batch, learningRate, seed } = settings;
  const count = train.labels.length;
  const steps = Math.ceil(count / batch) * epochs;
  const test = samplesOf(heldOut, Uint32Array.from(heldOut.labels.keys()));
  let draw = { epoch: -1, ...unmoved(new Uint32Array()) };
  return {
    step: (epoch, i) => {
      if (draw.epoch !== epoch) {
        draw = { epoch, ...epochDraw(count, epoch, { ...settings, seed, ...DISTORTION }) };
      }
      const t = epoch * Math.ceil(count / batch) + i + 1;
      const part = partOf(draw, i * batch, (i + 1) * batch);
      const { x, labels } = samplesFrom(train, part);
      const rate = warmUp(t, {
        learningRate: cosineDecay(t, { learningRate, lowest: 0, steps }),
        steps: WARM_UP_STEPS,
      });
      const loss = learn(model, x, labels, { ...RULE, learningRate: rate });
      return { loss, count: labels.size };
    },
    accuracy: () => accuracyOf(model, test),
  };
}

function samplesOf(digits: Digits, indices: Uint32Array): Samples {
  return samplesFrom(digits, unmoved(indices));
}

function samplesFrom(digits: Digits, draw: Parameters<typeof batchOf>[1]): Samples {
  const { images, labels } = batchOf(digits, draw);
  return {
    x: ndarray(Float64Array.from(images), [labels.length, PIXELS]),
    labels: labelsOf([...labels]),
  };
}
