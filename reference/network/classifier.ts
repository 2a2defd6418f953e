/** A network as a classifier: its loss on a batch, its step, and how often it is right. */
import type { Labels, Tensor } from '#arrays';
import { softmaxLossBackward, softmaxLossForward } from '#lessons/05-backprop';
import { accuracyInBatches, type Samples } from '#lessons/06-training';
import { adamStart, adamUpdate, type AdamOptions, type AdamState } from '#lessons/07-optimizers';
import type { Layer } from './layer.ts';

/** A network that learns by Adam (lesson 07), and what Adam remembers. */
export interface Classifier {
  network: Layer;
  adam: AdamState;
}

/**
 * A classifier that has learned nothing.
 *
 * @param network from samples (N, …) to logits (N, C)
 */
export function classifier(network: Layer): Classifier {
  return { network, adam: adamStart(network.params) };
}

/**
 * Takes a step on a batch, downhill on the softmax loss (05.12).
 *
 * @param model is changed: its network gets new parameters
 * @param x N samples
 * @param labels the class of each, shape (N)
 * @param options of this step of Adam
 * @returns the loss before the step, the mean over the batch
 */
export function learn(model: Classifier, x: Tensor, labels: Labels, options: AdamOptions): number {
  const { network } = model;
  const { out, backward } = network.forward(x, 'training');
  const { loss, cache } = softmaxLossForward(out, labels);
  const { gradients } = backward(softmaxLossBackward(1, cache).dlogits);
  const update = adamUpdate(network.params, gradients, model.adam, options);
  network.params = update.params;
  model.adam = update.state;
  return loss;
}

/** The share of samples that are classified rightly, some hundred at a time. */
export function accuracyOf({ network }: Classifier, samples: Samples): number {
  return accuracyInBatches((x) => network.forward(x, 'evaluation').out, samples, 256);
}
