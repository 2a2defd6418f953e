/** A multilayer perceptron that learns handwritten digits, each of them distorted anew in every epoch. */
import ndarray from 'ndarray';
import { labels as labelsOf } from '#arrays';
import type { Samples } from '#lessons/06-training';
import { cosineDecay, warmUp } from '#lessons/07-optimizers';
import { seededRandom } from '#datasets/random';
import { batchOf, partOf, unmoved, type Digits } from '../capstone/digits.ts';
import { PIXELS } from '../capstone/network.ts';
import { epochDraw } from '../capstone/training.ts';
import type { Learner } from '../training-loop.ts';
import { accuracyOf, classifier, learn, type Classifier } from './classifier.ts';
import { affine, relu } from './layers.ts';
import { sequential } from './sequential.ts';

/** How the perceptron is built and trained. */
export interface PerceptronSettings {
  hidden: number;
  epochs: number;
  batch: number;
  learningRate: number;
  seed: number;
}

/** How far digits are moved (pixels), turned (degrees) and resized: less than the capstone's, for a network that knows no neighbours. */
const DISTORTION = { shift: 1.5, turn: 10, zoom: 0.1 };

const WARM_UP_STEPS = 50;

const RULE = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/** 784 pixels → hidden ReLUs → 10 logits. */
export function perceptron({ hidden, seed }: PerceptronSettings): Classifier {
  const random = seededRandom(seed);
  return classifier(
    sequential([affine(PIXELS, hidden, random), relu(), affine(hidden, 10, random)]),
  );
}

/**
 * What the training loop needs of a perceptron.
 *
 * @param model is changed by every step
 * @param train the digits to learn from
 * @param heldOut digits that are only read
 * @param settings those that the model was made with
 */
export function perceptronLearner(
  model: Classifier,
  train: Digits,
  heldOut: Digits,
  settings: PerceptronSettings,
): Learner {
  const { epochs, batch, learningRate, seed } = settings;
  const count = train.labels.length;
  const steps = Math.ceil(count / batch) * epochs;
  const test = samplesOf(heldOut, Uint32Array.from(heldOut.labels.keys()));
  let draw = { epoch: -1, ...unmoved(new Uint32Array()) };
  return {
    step: (epoch, i) => {
      if (draw.epoch !== epoch) {
        const { indices, moves } = epochDraw(count, epoch, { ...settings, seed, ...DISTORTION });
        draw = { epoch, indices, moves };
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
