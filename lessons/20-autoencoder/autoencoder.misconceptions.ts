/** Lesson 20: the wrong answers that people really give. Of two that look alike, the more specific is first. */
import { add, copy, filled, map, matrixProduct, zip, type Tensor } from '#arrays';
import {
  affineBackward,
  affineForward,
  reluBackward,
  reluForward,
  sigmoidBackward,
  sigmoidForward,
  type TwoLayerParams,
} from '#lessons/05-backprop';
import { scaledNormal } from '#lessons/08-initialization';
import { inputNoise } from '#lessons/10-regularization';
import type { Misconception } from '../../checks/misconception.ts';
import { overRows, refusingLike, sumOver } from '../../checks/wrong-answers.ts';
import {
  autoencoderGradients,
  decode,
  denoisingGradients,
  interpolate,
  klDivergence,
  reconstructionLoss,
  reparameterizeForward,
  sampleImages,
  tiedGradients,
  twoLayerBackward,
  twoLayerForward,
  vaeGradients,
  type AutoencoderGradients,
  type AutoencoderParams,
  type CodeGradients,
  type Divergence,
  type Reconstruction,
  type ReparameterizeCache,
  type TiedGradients,
  type TiedParams,
  type TwoLayerBack,
  type TwoLayerCache,
} from './autoencoder.reference.ts';

type Random = () => number;

export const misconceptions: Misconception[] = [
  {
    exercise: '20.1 reconstructionLoss',
    id: 'reconstruction-mean-over-pixels',
    sentence:
      'The squares are divided by the number of pixels too. Here they are added up over the pixels, and only the batch takes a mean: else the divergence of a variational autoencoder weighs more the larger the images are.',
    wrong: wrongReconstruction(
      ({ loss, D }) => loss / D,
      ({ slope, D }) => slope / D,
    ),
  },
  {
    exercise: '20.1 reconstructionLoss',
    id: 'reconstruction-sum-over-batch',
    sentence:
      'The squares are added up over the batch as well. The loss is a mean over the N images, and its gradient carries the 1/N.',
    wrong: wrongReconstruction(
      ({ loss, N }) => loss * N,
      ({ slope, N }) => slope * N,
    ),
  },
  {
    exercise: '20.1 reconstructionLoss',
    id: 'reconstruction-half',
    sentence:
      'Both are half of what they should be: there is no ½ in this loss, so the gradient keeps its 2.',
    wrong: wrongReconstruction(
      ({ loss }) => loss / 2,
      ({ slope }) => slope / 2,
    ),
  },
  {
    exercise: '20.1 reconstructionLoss',
    id: 'reconstruction-slope-not-divided',
    sentence:
      'The loss is a mean over the batch and its gradient is not: divide the gradient by N too.',
    wrong: wrongReconstruction(undefined, ({ slope, N }) => slope * N),
  },
  {
    exercise: '20.1 reconstructionLoss',
    id: 'reconstruction-slope-without-2',
    sentence:
      'The gradient has lost its 2: the slope of (out − target)² is 2 · (out − target), and the loss has no ½ to take it away.',
    wrong: wrongReconstruction(undefined, ({ slope }) => slope / 2),
  },
  {
    exercise: '20.1 reconstructionLoss',
    id: 'reconstruction-slope-turned',
    sentence:
      'The gradient has the opposite sign, that of target − out. The loss grows with out where out is above its target.',
    wrong: wrongReconstruction(undefined, ({ slope }) => -slope),
  },
  {
    exercise: '20.1 reconstructionLoss',
    id: 'reconstruction-absolute',
    sentence: 'These are absolute differences. The loss adds up their squares.',
    wrong: refusingLike(reconstructionLoss, (out: Tensor, target: Tensor) => {
      const N = out.shape[0]!;
      const differences = zip(out, target, (y, t) => y - t);
      return {
        loss: total(map(differences, Math.abs)) / N,
        dout: map(differences, (d) => Math.sign(d) / N),
      };
    }),
  },
  {
    exercise: '20.1 reconstructionLoss',
    id: 'reconstruction-length',
    sentence:
      'This is the mean of the distances ‖out − target‖, with a root. The loss takes their squares, without it.',
    wrong: refusingLike(reconstructionLoss, (out: Tensor, target: Tensor) => {
      const N = out.shape[0]!;
      const differences = zip(out, target, (y, t) => y - t);
      const lengths = map(differences.pick(null, 0), () => 0);
      for (let n = 0; n < N; n++)
        lengths.set(n, Math.hypot(...copy(differences.pick(n, null)).data));
      return {
        loss: total(lengths) / N,
        dout: filled(out.shape, (n, d) => differences.get(n!, d!) / (lengths.get(n!) || 1) / N),
      };
    }),
  },
  {
    exercise: '20.1 reconstructionLoss',
    id: 'reconstruction-cross-entropy',
    sentence:
      'This is the binary cross entropy of the pixels, another loss for images. Here the reconstruction is judged by its squared error.',
    wrong: refusingLike(reconstructionLoss, (out: Tensor, target: Tensor) => {
      const N = out.shape[0]!;
      const p = map(out, (value) => Math.min(Math.max(value, 1e-12), 1 - 1e-12));
      return {
        loss: total(zip(p, target, crossEntropy)) / N,
        dout: zip(p, target, (y, t) => (y - t) / (y * (1 - y)) / N),
      };
    }),
  },
  {
    exercise: '20.2 twoLayerForward',
    id: 'two-layers-linear',
    sentence:
      'There is no ReLU between the layers, so the two are one affine layer in other words. Take max(0, …) of the hidden units.',
    wrong: wrongTwoLayers({ hidden: identity }),
  },
  {
    exercise: '20.2 twoLayerForward',
    id: 'two-layers-relu-at-the-end',
    sentence:
      'A ReLU follows the second layer as well. Codes and logits may be negative: leave the result as it is.',
    wrong: wrongTwoLayers({ end: relu }),
  },
  {
    exercise: '20.2 twoLayerForward',
    id: 'two-layers-sigmoid-at-the-end',
    sentence:
      'A sigmoid follows the second layer. That belongs to decode (20.4); here the result stays as it is.',
    wrong: wrongTwoLayers({ end: sigmoid }),
  },
  {
    exercise: '20.2 twoLayerForward',
    id: 'two-layers-sigmoid-inside',
    sentence: 'The hidden units go through a sigmoid. Here they go through ReLU.',
    wrong: wrongTwoLayers({ hidden: sigmoid }),
  },
  {
    exercise: '20.2 twoLayerForward',
    id: 'two-layers-bias-after-relu',
    sentence: 'b1 is added after the ReLU. It belongs to the layer, so the ReLU comes after it.',
    wrong: refusingLike(twoLayerForward, (x: Tensor, { W1, b1, W2, b2 }: TwoLayerParams) => {
      const hidden = relu(matrixProduct(x, W1));
      const moved = filled(hidden.shape, (n, h) => hidden.get(n!, h!) + b1.get(h!));
      return { ...twoLayerForward(x, { W1, b1, W2, b2 }), out: affineForward(moved, W2, b2).out };
    }),
  },
  {
    exercise: '20.2 twoLayerForward',
    id: 'two-layers-one-bias',
    sentence: 'b2 is left out. Both layers have a bias.',
    wrong: refusingLike(twoLayerForward, (x: Tensor, params: TwoLayerParams) =>
      twoLayerForward(x, { ...params, b2: map(params.b2, () => 0) }),
    ),
  },
  {
    exercise: '20.3 twoLayerBackward',
    id: 'two-layers-back-no-relu',
    sentence:
      'What comes back goes through the ReLU as if it were not there. Where a hidden unit was at 0 nothing passes.',
    wrong: wrongBack({ mask: () => 1 }),
  },
  {
    exercise: '20.3 twoLayerBackward',
    id: 'two-layers-back-relu-of-dout',
    sentence:
      'The ReLU was applied to what comes back, which loses everything negative. Its slope is 1 or 0 by the sign of the hidden unit in the forward pass.',
    wrong: wrongBack({ mask: (_, d) => (d > 0 ? 1 : 0) }),
  },
  {
    exercise: '20.3 twoLayerBackward',
    id: 'two-layers-back-mean',
    sentence:
      'The gradients of the parameters are divided by N. The 1/N is in dout already, from the loss.',
    wrong: wrongBack({ scale: (N) => 1 / N }),
  },
  {
    exercise: '20.3 twoLayerBackward',
    id: 'two-layers-back-before-relu',
    sentence:
      'dW2 is made with the hidden units before their ReLU. The second layer read them after it.',
    wrong: (dout: Tensor, cache: TwoLayerCache): TwoLayerBack => {
      const right = twoLayerBackward(dout, cache);
      const W2 = matrixProduct(cache.hidden.transpose(1, 0), dout);
      return { ...right, gradients: { ...right.gradients, W2 } };
    },
  },
  {
    exercise: '20.3 twoLayerBackward',
    id: 'two-layers-back-biases-missing',
    sentence: 'The biases get nothing. Each gets the sum of what comes back to its layer.',
    wrong: (dout: Tensor, cache: TwoLayerCache): TwoLayerBack => {
      const { dx, gradients } = twoLayerBackward(dout, cache);
      return {
        dx,
        gradients: { ...gradients, b1: nothing(gradients.b1), b2: nothing(gradients.b2) },
      };
    },
  },
  {
    exercise: '20.4 decode',
    id: 'decode-logits',
    sentence:
      'These are the logits, which may be any numbers. A sigmoid makes pixels from 0 to 1 of them.',
    wrong: wrongDecode(identity),
  },
  {
    exercise: '20.4 decode',
    id: 'decode-relu',
    sentence: 'The pixels come from a ReLU, which has no upper end. Take the sigmoid.',
    wrong: wrongDecode(relu),
  },
  {
    exercise: '20.4 decode',
    id: 'decode-clipped',
    sentence:
      'The logits are cut off at 0 and 1. That leaves no slope outside; the sigmoid has one everywhere.',
    wrong: wrongDecode((logits) => map(logits, (v) => Math.min(Math.max(v, 0), 1))),
  },
  {
    exercise: '20.4 decode',
    id: 'decode-softmax',
    sentence:
      'The pixels of an image sum to 1: this is a softmax. Pixels are no classes; each has a sigmoid of its own.',
    wrong: wrongDecode((logits) =>
      overRows(logits, (row) => {
        const powers = row.map((v) => Math.exp(v - Math.max(...row)));
        return powers.map((p) => p / sumOver(powers.length, (i) => powers[i]!));
      }),
    ),
  },
  {
    exercise: '20.4 decode',
    id: 'decode-tanh',
    sentence: 'The pixels come from tanh, from −1 to 1. The sigmoid gives 0 to 1.',
    wrong: wrongDecode((logits) => map(logits, Math.tanh)),
  },
  {
    exercise: '20.4 decode',
    id: 'decode-sigmoid-twice',
    sentence: 'The sigmoid is taken twice. Nothing comes out below ½ then.',
    wrong: wrongDecode((logits) => sigmoid(sigmoid(logits))),
  },
  {
    exercise: '20.5 autoencoderGradients',
    id: 'autoencoder-target-ignored',
    sentence:
      'The image is compared with x. Compare it with the target: for a denoising autoencoder that is another one.',
    wrong: wrongAutoencoder({ target: (x) => x }),
  },
  {
    exercise: '20.5 autoencoderGradients',
    id: 'autoencoder-sees-target',
    sentence: 'The encoder is shown the target. It sees x, and the target only judges the result.',
    wrong: wrongAutoencoder({ input: (_, target) => target }),
  },
  {
    exercise: '20.5 autoencoderGradients',
    id: 'autoencoder-sigmoid-slope',
    sentence:
      "The sigmoid's slope, y · (1 − y), is missing on the way back. It cancels for a cross entropy, and not for a squared error.",
    wrong: wrongAutoencoder({ dlogits: (dout) => dout }),
  },
  {
    exercise: '20.5 autoencoderGradients',
    id: 'autoencoder-slope-of-slope',
    sentence:
      'The sigmoid was applied once more for its slope. Its slope is y · (1 − y) with y, the image that came out.',
    wrong: wrongAutoencoder({
      dlogits: (dout, image) => sigmoidBackward(dout, sigmoid(image)).dx,
    }),
  },
  {
    exercise: '20.5 autoencoderGradients',
    id: 'autoencoder-encoder-stands-still',
    sentence:
      "The encoder's gradients are 0: the way back ends at the code. Hand the decoder's dx on to the encoder.",
    wrong: wrongAutoencoder({ dz: nothing }),
  },
  {
    exercise: '20.5 autoencoderGradients',
    id: 'autoencoder-relu-code',
    sentence:
      'The code goes through a ReLU. It may be negative: hand it to the decoder as it comes out of the encoder.',
    wrong: wrongAutoencoder({
      code: relu,
      dz: (dz, z) => reluBackward(dz, z).dx,
    }),
  },
  {
    exercise: '20.5 autoencoderGradients',
    id: 'autoencoder-sigmoid-code',
    sentence: 'The code goes through a sigmoid. Only the image does.',
    wrong: wrongAutoencoder({
      code: sigmoid,
      dz: (dz, z) => sigmoidBackward(dz, sigmoid(z)).dx,
    }),
  },
  {
    exercise: '20.5 autoencoderGradients',
    id: 'autoencoder-linear-image',
    sentence: 'The image is the logits, without the sigmoid of decode. Pixels go from 0 to 1.',
    wrong: wrongAutoencoder({ image: identity, dlogits: (dout) => dout }),
  },
  {
    exercise: '20.6 denoisingGradients',
    id: 'denoising-noisy-target',
    sentence:
      'The image is compared with the noisy one that the encoder saw. Then it learns to draw the noise; the target is clean.',
    wrong: wrongDenoising((noisy, _, params) => autoencoderGradients(noisy, noisy, params)),
  },
  {
    exercise: '20.6 denoisingGradients',
    id: 'denoising-noise-on-target',
    sentence:
      'The noise is on the target and the encoder sees clean images. It is the other way round.',
    wrong: wrongDenoising((noisy, x, params) => autoencoderGradients(x, noisy, params)),
  },
  {
    exercise: '20.6 denoisingGradients',
    id: 'denoising-without-noise',
    sentence: 'There is no noise: the encoder sees the images as they are.',
    wrong: wrongDenoising((_, x, params) => autoencoderGradients(x, x, params)),
  },
  {
    exercise: '20.6 denoisingGradients',
    id: 'denoising-variance',
    sentence:
      'σ is taken for the variance, so the noise is √σ wide. It is the standard deviation: multiply with it.',
    wrong: wrongNoise((x, deviation, random) => withNoise(x, Math.sqrt(deviation), random)),
  },
  {
    exercise: '20.6 denoisingGradients',
    id: 'denoising-squared-deviation',
    sentence: 'The noise is multiplied by σ². The standard deviation is its width: multiply by σ.',
    wrong: wrongNoise((x, deviation, random) => withNoise(x, deviation ** 2, random)),
  },
  {
    exercise: '20.6 denoisingGradients',
    id: 'denoising-even-noise',
    sentence:
      'The noise is spread evenly from −σ to σ. It should be normal, with the standard deviation σ: inputNoise of 10.10 makes it.',
    wrong: wrongNoise((x, deviation, random) =>
      map(x, (value) => value + deviation * (2 * random() - 1)),
    ),
  },
  {
    exercise: '20.6 denoisingGradients',
    id: 'denoising-only-upwards',
    sentence: 'The noise only makes pixels brighter. It goes both ways, with the mean 0.',
    wrong: wrongNoise((x, deviation, random) =>
      add(x, map(withNoise(nothing(x), deviation, random), Math.abs)),
    ),
  },
  {
    exercise: '20.6 denoisingGradients',
    id: 'denoising-clipped',
    sentence:
      'Noisy pixels are cut off at 0 and 1. In this exercise they stay where the noise takes them.',
    wrong: wrongNoise((x, deviation, random) =>
      map(withNoise(x, deviation, random), (value) => Math.min(Math.max(value, 0), 1)),
    ),
  },
  {
    exercise: '20.6 denoisingGradients',
    id: 'denoising-one-noise-for-all',
    sentence:
      'All images of the batch get the same noise. Draw a number for each pixel of each image.',
    wrong: wrongNoise((x, deviation, random) => {
      const noise = withNoise(nothing(x.hi(1, x.shape[1]!)), deviation, random);
      return filled(x.shape, (n, d) => x.get(n!, d!) + noise.get(0, d!));
    }),
  },
  {
    exercise: '20.6 denoisingGradients',
    id: 'denoising-one-noise-an-image',
    sentence: 'All pixels of an image move together, by one number. Draw a number for each pixel.',
    wrong: wrongNoise((x, deviation, random) => {
      const noise = withNoise(nothing(x.hi(x.shape[0]!, 1)), deviation, random);
      return filled(x.shape, (n, d) => x.get(n!, d!) + noise.get(n!, 0));
    }),
  },
  {
    exercise: '20.7 tiedGradients',
    id: 'tied-encoder-alone',
    sentence:
      "W has the encoder's gradient alone. The decoder reads W too: add what comes back to its Wᵀ, transposed.",
    wrong: wrongTied({ W: (reading) => reading }),
  },
  {
    exercise: '20.7 tiedGradients',
    id: 'tied-decoder-alone',
    sentence:
      "W has the decoder's gradient alone. The encoder reads W too: the gradient is the sum of both.",
    wrong: wrongTied({ W: (_, drawing) => drawing }),
  },
  {
    exercise: '20.7 tiedGradients',
    id: 'tied-mean',
    sentence: 'W has the mean of both gradients. What is read twice gets the sum.',
    wrong: wrongTied({ W: (reading, drawing) => (reading + drawing) / 2 }),
  },
  {
    exercise: '20.7 tiedGradients',
    id: 'tied-difference',
    sentence: 'One gradient of W is taken away from the other. What is read twice gets the sum.',
    wrong: wrongTied({ W: (reading, drawing) => reading - drawing }),
  },
  {
    exercise: '20.7 tiedGradients',
    id: 'tied-stops-at-code',
    sentence:
      'The way back ends at the code: b gets nothing, and W only what the decoder sends. Go on through the ReLU to the encoder.',
    wrong: wrongTied({ dcode: nothing }),
  },
  {
    exercise: '20.7 tiedGradients',
    id: 'tied-linear-code',
    sentence: 'The code has no ReLU. It is ReLU(x · W + b).',
    wrong: wrongTied({ code: identity, dcode: (dcode) => dcode }),
  },
  {
    exercise: '20.7 tiedGradients',
    id: 'tied-no-relu-back',
    sentence: 'The ReLU of the code is left out on the way back. Where a code is 0 nothing passes.',
    wrong: wrongTied({ dcode: (dcode) => dcode }),
  },
  {
    exercise: '20.7 tiedGradients',
    id: 'tied-sigmoid-slope',
    sentence: "The sigmoid's slope, y · (1 − y), is missing on the way back.",
    wrong: wrongTied({ dlogits: (dout) => dout }),
  },
  {
    exercise: '20.7 tiedGradients',
    id: 'tied-linear-image',
    sentence: 'The image is z · Wᵀ + c as it stands. A sigmoid makes pixels of it.',
    wrong: wrongTied({ image: identity, dlogits: (dout) => dout }),
  },
  {
    exercise: '20.8 reparameterizeForward',
    id: 'reparameterize-log-for-deviation',
    sentence: 'ε is multiplied by logVar itself. The deviation is e^(½ · logVar).',
    wrong: wrongDraw((m, v, e) => m + v * e),
  },
  {
    exercise: '20.8 reparameterizeForward',
    id: 'reparameterize-variance',
    sentence:
      'ε is multiplied by the variance, e^logVar. The standard deviation is its root, e^(½ · logVar).',
    wrong: wrongDraw((m, v, e) => m + Math.exp(v) * e),
  },
  {
    exercise: '20.8 reparameterizeForward',
    id: 'reparameterize-root-of-variance',
    sentence:
      '√(e^logVar) is the deviation on paper, and overflows where e^(½ · logVar) does not. Halve the logarithm first.',
    wrong: wrongDraw((m, v, e) => m + Math.sqrt(Math.exp(v)) * e),
  },
  {
    exercise: '20.8 reparameterizeForward',
    id: 'reparameterize-inverse',
    sentence:
      'The noise is divided by the deviation, e^(−½ · logVar). That is how one standardizes; a draw multiplies.',
    wrong: wrongDraw((m, v, e) => m + Math.exp(-v / 2) * e),
  },
  {
    exercise: '20.8 reparameterizeForward',
    id: 'reparameterize-without-epsilon',
    sentence: 'This is μ + σ, the same code in every draw. Multiply σ by ε.',
    wrong: wrongDraw((m, v) => m + Math.exp(v / 2)),
  },
  {
    exercise: '20.8 reparameterizeForward',
    id: 'reparameterize-mean',
    sentence: 'This is the mean, without any chance. Add σ · ε.',
    wrong: wrongDraw((m) => m),
  },
  {
    exercise: '20.8 reparameterizeForward',
    id: 'reparameterize-scaled-mean',
    sentence: 'The mean is multiplied by σ too. Only ε is: z = μ + σ · ε.',
    wrong: wrongDraw((m, v, e) => (m + e) * Math.exp(v / 2)),
  },
  {
    exercise: '20.8 reparameterizeForward',
    id: 'reparameterize-noise-alone',
    sentence: 'σ is left out: this is μ + ε, whatever the encoder says of the variance.',
    wrong: wrongDraw((m, _, e) => m + e),
  },
  {
    exercise: '20.9 reparameterizeBackward',
    id: 'draw-back-without-epsilon',
    sentence:
      'ε is missing in dlogVar. z = μ + σ · ε grows with σ by ε, so dlogVar is dout · ½ · σ · ε.',
    wrong: wrongDrawBack((d, v) => (d * Math.exp(v / 2)) / 2),
  },
  {
    exercise: '20.9 reparameterizeBackward',
    id: 'draw-back-without-half',
    sentence: 'The ½ is missing in dlogVar: the slope of e^(½ · v) is ½ · e^(½ · v).',
    wrong: wrongDrawBack((d, v, e) => d * Math.exp(v / 2) * e),
  },
  {
    exercise: '20.9 reparameterizeBackward',
    id: 'draw-back-to-deviation',
    sentence:
      'dlogVar is dout · ε, the gradient with respect to σ. It goes on through σ = e^(½ · logVar): times ½ · σ.',
    wrong: wrongDrawBack((d, _, e) => d * e),
  },
  {
    exercise: '20.9 reparameterizeBackward',
    id: 'draw-back-variance',
    sentence:
      'dlogVar has the variance e^logVar in it. The slope has the deviation, e^(½ · logVar).',
    wrong: wrongDrawBack((d, v, e) => (d * Math.exp(v) * e) / 2),
  },
  {
    exercise: '20.9 reparameterizeBackward',
    id: 'draw-back-variance-gradient',
    sentence:
      'dlogVar is dout · ε / (2 · σ), the gradient with respect to σ². The encoder gives ln σ².',
    wrong: wrongDrawBack((d, v, e) => (d * e) / (2 * Math.exp(v / 2))),
  },
  {
    exercise: '20.9 reparameterizeBackward',
    id: 'draw-back-nothing-to-log',
    sentence:
      'dlogVar is 0, as if the draw were a constant. That is what the reparameterization is for: all chance is in ε, and σ has a slope.',
    wrong: wrongDrawBack(() => 0),
  },
  {
    exercise: '20.9 reparameterizeBackward',
    id: 'draw-back-mean-times-epsilon',
    sentence: 'dμ is multiplied by ε. z grows with μ by 1, so dμ is dout.',
    wrong: wrongDrawBack(undefined, (d, _, e) => d * e),
  },
  {
    exercise: '20.9 reparameterizeBackward',
    id: 'draw-back-mean-times-deviation',
    sentence: 'dμ is multiplied by σ. z grows with μ by 1, so dμ is dout.',
    wrong: wrongDrawBack(undefined, (d, v) => d * Math.exp(v / 2)),
  },
  {
    exercise: '20.10 klDivergence',
    id: 'divergence-turned',
    sentence:
      'It is negative: this is the term that the evidence lower bound adds. As a part of a loss it has the opposite sign, and is at least 0.',
    wrong: wrongDivergence({
      term: (m, v) => -divergenceTerm(m, v),
      dmu: (m) => -m,
      dlogVar: (v) => (1 - Math.exp(v)) / 2,
    }),
  },
  {
    exercise: '20.10 klDivergence',
    id: 'divergence-deviation-for-variance',
    sentence:
      'σ stands where σ² should be: e^(½ · logVar) is the deviation, e^logVar the variance.',
    wrong: wrongDivergence({
      term: (m, v) => (m ** 2 + Math.exp(v / 2) - v - 1) / 2,
      dlogVar: (v) => (Math.exp(v / 2) / 2 - 1) / 2,
    }),
  },
  {
    exercise: '20.10 klDivergence',
    id: 'divergence-mean-over-code',
    sentence:
      'It is divided by the length of the code as well. Sum over the code, and take the mean over the batch.',
    wrong: wrongDivergence({ scale: (N, K) => 1 / N / K }),
  },
  {
    exercise: '20.10 klDivergence',
    id: 'divergence-sum-over-batch',
    sentence:
      'It is added up over the batch and not divided by N. Beside a reconstruction loss that is a mean it would weigh N times too much.',
    wrong: wrongDivergence({ scale: () => 1 }),
  },
  {
    exercise: '20.10 klDivergence',
    id: 'divergence-without-half',
    sentence: 'The ½ is missing, in the value and in its gradients.',
    wrong: wrongDivergence({ scale: (N) => 2 / N }),
  },
  {
    exercise: '20.10 klDivergence',
    id: 'divergence-without-1',
    sentence:
      'The −1 is missing. Then it is ½ for each number of a standard normal code, and should be 0.',
    wrong: wrongDivergence({ term: (m, v) => divergenceTerm(m, v) + 1 / 2 }),
  },
  {
    exercise: '20.10 klDivergence',
    id: 'divergence-log-added',
    sentence: 'ln σ² is added. It is taken away, or small variances would cost nothing.',
    wrong: wrongDivergence({
      term: (m, v) => divergenceTerm(m, v) + v,
      dlogVar: (v) => (Math.exp(v) + 1) / 2,
    }),
  },
  {
    exercise: '20.10 klDivergence',
    id: 'divergence-mean-not-squared',
    sentence: 'μ is not squared.',
    wrong: wrongDivergence({
      term: (m, v) => divergenceTerm(m, v) + (m - m ** 2) / 2,
      dmu: () => 1 / 2,
    }),
  },
  {
    exercise: '20.10 klDivergence',
    id: 'divergence-other-way-round',
    sentence:
      'This is the divergence of the standard normal distribution from the code. It is the other way round: the code is the one whose samples are drawn.',
    wrong: wrongDivergence({
      term: (m, v) => ((m ** 2 + 1) / Math.exp(v) + v - 1) / 2,
      dmu: (m, v) => m / Math.exp(v),
      dlogVar: (v, m) => (1 - (m ** 2 + 1) / Math.exp(v)) / 2,
    }),
  },
  {
    exercise: '20.10 klDivergence',
    id: 'divergence-means-alone',
    sentence:
      'The variances cost nothing here. Without σ² − ln σ² − 1 they go where the reconstruction is best, to 0.',
    wrong: wrongDivergence({ term: (m) => m ** 2 / 2, dlogVar: () => 0 }),
  },
  {
    exercise: '20.10 klDivergence',
    id: 'divergence-slopes-not-divided',
    sentence:
      'The divergence is a mean over the batch and its gradients are not: divide them by N too.',
    wrong: wrongDivergence({ slopeScale: () => 1 }),
  },
  {
    exercise: '20.10 klDivergence',
    id: 'divergence-slope-to-deviation',
    sentence:
      'dlogVar is σ − 1/σ, the gradient with respect to σ. With respect to ln σ² it is ½ · (σ² − 1).',
    wrong: wrongDivergence({ dlogVar: (v) => Math.exp(v / 2) - Math.exp(-v / 2) }),
  },
  {
    exercise: '20.10 klDivergence',
    id: 'divergence-slope-to-variance',
    sentence:
      'dlogVar is ½ · (1 − 1/σ²), the gradient with respect to σ². With respect to ln σ² it is σ² times that.',
    wrong: wrongDivergence({ dlogVar: (v) => (1 - Math.exp(-v)) / 2 }),
  },
  {
    exercise: '20.10 klDivergence',
    id: 'divergence-slope-without-1',
    sentence:
      'dlogVar is ½ · σ²: the slope of −logVar, which is −1, is missing, so every variance would shrink to 0.',
    wrong: wrongDivergence({ dlogVar: (v) => Math.exp(v) / 2 }),
  },
  {
    exercise: '20.10 klDivergence',
    id: 'divergence-slope-without-half',
    sentence: 'dlogVar is σ² − 1, without its ½.',
    wrong: wrongDivergence({ dlogVar: (v) => Math.exp(v) - 1 }),
  },
  {
    exercise: '20.10 klDivergence',
    id: 'divergence-mean-slope-twice',
    sentence: 'dμ is 2 · μ. The ½ before μ² takes the 2 away.',
    wrong: wrongDivergence({ dmu: (m) => 2 * m }),
  },
  {
    exercise: '20.11 vaeGradients',
    id: 'vae-divergence-subtracted',
    sentence:
      'The divergence is taken away. It is added to a loss; the bound that is maximized has the minus.',
    wrong: wrongVae({ weights: (beta) => ({ kl: -beta, slope: -beta }) }),
  },
  {
    exercise: '20.11 vaeGradients',
    id: 'vae-beta-ignored',
    sentence: 'β is not used: the divergence counts 1 whatever it is.',
    wrong: wrongVae({ weights: () => ({ kl: 1, slope: 1 }) }),
  },
  {
    exercise: '20.11 vaeGradients',
    id: 'vae-divergence-missing',
    sentence: 'The divergence is missing, in the loss and in the gradients.',
    wrong: wrongVae({ weights: () => ({ kl: 0, slope: 0 }) }),
  },
  {
    exercise: '20.11 vaeGradients',
    id: 'vae-divergence-in-loss-alone',
    sentence:
      "The divergence is in the loss and not in the gradients. Add β times its dμ and dlogVar to the draw's.",
    wrong: wrongVae({ weights: (beta) => ({ kl: beta, slope: 0 }) }),
  },
  {
    exercise: '20.11 vaeGradients',
    id: 'vae-gradients-without-beta',
    sentence: 'The loss weighs the divergence by β and the gradients do not.',
    wrong: wrongVae({ weights: (beta) => ({ kl: beta, slope: 1 }) }),
  },
  {
    exercise: '20.11 vaeGradients',
    id: 'vae-halves-swapped',
    sentence: 'The left half of the code is taken for logVar. The means come first.',
    wrong: wrongVae({ columnOf: (half, k, K) => (1 - half) * K + k }),
  },
  {
    exercise: '20.11 vaeGradients',
    id: 'vae-halves-interleaved',
    sentence:
      'Means and variances are taken in turn, column by column. The K means come first, then the K logarithms.',
    wrong: wrongVae({ columnOf: (half, k) => 2 * k + half }),
  },
  {
    exercise: '20.11 vaeGradients',
    id: 'vae-decodes-means',
    sentence:
      'The decoder gets the means, and ε does nothing. While it learns it gets draws, so that codes close to each other give images alike.',
    wrong: wrongVae({ draw: (m) => m, slope: () => 0 }),
  },
  {
    exercise: '20.11 vaeGradients',
    id: 'vae-draws-with-variance',
    sentence: 'The draws are e^logVar wide, the variance. The deviation is e^(½ · logVar).',
    wrong: wrongVae({
      draw: (m, v, e) => m + Math.exp(v) * e,
      slope: (d, v, e) => d * Math.exp(v) * e,
    }),
  },
  {
    exercise: '20.11 vaeGradients',
    id: 'vae-variance-learns-from-divergence-alone',
    sentence:
      "logVar gets the divergence's gradient alone. The draw reads it too: add what comes back through σ · ε.",
    wrong: wrongVae({ slope: () => 0 }),
  },
  {
    exercise: '20.11 vaeGradients',
    id: 'vae-slope-without-epsilon',
    sentence: 'ε is missing on the way back to logVar: that is dz · ½ · σ · ε.',
    wrong: wrongVae({ slope: (d, v) => (d * Math.exp(v / 2)) / 2 }),
  },
  {
    exercise: '20.11 vaeGradients',
    id: 'vae-encoder-learns-from-divergence-alone',
    sentence:
      'Nothing comes back from the decoder to the encoder, which then only learns to give standard normal codes. Hand dz on to μ and logVar.',
    wrong: wrongVae({ slope: () => 0, toMean: () => 0 }),
  },
  {
    exercise: '20.12 interpolate',
    id: 'interpolate-without-end',
    sentence:
      'The way ends before `to`: the steps are i/count. With both ends included they are i/(count − 1).',
    wrong: wrongWalk((i, count) => i / count),
  },
  {
    exercise: '20.12 interpolate',
    id: 'interpolate-without-start',
    sentence: 'The way begins one step after `from`. Both ends are included.',
    wrong: wrongWalk((i, count) => (i + 1) / count),
  },
  {
    exercise: '20.12 interpolate',
    id: 'interpolate-inside',
    sentence: 'Both ends are left out. They are among the codes: i/(count − 1) from 0.',
    wrong: wrongWalk((i, count) => (i + 1) / (count + 1)),
  },
  {
    exercise: '20.12 interpolate',
    id: 'interpolate-reversed',
    sentence: 'It goes from `to` to `from`.',
    wrong: wrongWalk((i, count) => 1 - i / (count - 1)),
  },
  {
    exercise: '20.12 interpolate',
    id: 'interpolate-adds-the-end',
    sentence:
      '`from` keeps all of its weight while `to` is added: the last code is from + to. Add parts of the difference, to − from.',
    wrong: refusingLike(interpolate, (from: Tensor, to: Tensor, count: number) =>
      filled([count, from.size], (i, k) => from.get(k!) + (i! / (count - 1)) * to.get(k!)),
    ),
  },
  {
    exercise: '20.12 interpolate',
    id: 'interpolate-eased',
    sentence: 'The steps are shorter at the ends than in the middle. They are all alike.',
    wrong: wrongWalk((i, count) => (1 - Math.cos((Math.PI * i) / (count - 1))) / 2),
  },
  {
    exercise: '20.13 sampleImages',
    id: 'sample-even',
    sentence:
      'The codes are drawn evenly from 0 to 1. The divergence pulls codes to the standard normal distribution: draw from that.',
    wrong: wrongSample((shape, random) => filled(shape, () => random())),
  },
  {
    exercise: '20.13 sampleImages',
    id: 'sample-even-around-0',
    sentence:
      'The codes are drawn evenly from −1 to 1. The divergence pulls codes to the standard normal distribution: draw from that.',
    wrong: wrongSample((shape, random) => filled(shape, () => 2 * random() - 1)),
  },
  {
    exercise: '20.13 sampleImages',
    id: 'sample-one-code',
    sentence: 'All images have the same code. Draw one for each.',
    wrong: wrongSample(([count, K], random) => {
      const code = scaledNormal([1, K], 1, random);
      return filled([count, K], (_, k) => code.get(0, k!));
    }),
  },
  {
    exercise: '20.13 sampleImages',
    id: 'sample-one-number',
    sentence: 'The numbers of a code are all the same. Draw each by itself.',
    wrong: wrongSample(([count, K], random) => {
      const numbers = scaledNormal([count, 1], 1, random);
      return filled([count, K], (n) => numbers.get(n!, 0));
    }),
  },
  {
    exercise: '20.13 sampleImages',
    id: 'sample-one-sided',
    sentence: 'No number of a code is negative. The standard normal distribution goes both ways.',
    wrong: wrongSample((shape, random) => map(scaledNormal(shape, 1, random), Math.abs)),
  },
  {
    exercise: '20.13 sampleImages',
    id: 'sample-logits',
    sentence: 'These are logits. Hand the codes to decode, whose sigmoid makes pixels.',
    wrong: (decoder: TwoLayerParams, count: number, random: Random) =>
      twoLayerForward(scaledNormal([count, decoder.W1.shape[0]!], 1, random), decoder).out,
  },
];

function identity(x: Tensor): Tensor {
  return x;
}

function relu(x: Tensor): Tensor {
  return reluForward(x).out;
}

function sigmoid(x: Tensor): Tensor {
  return sigmoidForward(x).out;
}

function nothing(x: Tensor): Tensor {
  return map(x, () => 0);
}

function total(x: Tensor): number {
  return copy(x).data.reduce((sum, value) => sum + value, 0);
}

function crossEntropy(p: number, t: number): number {
  return -t * Math.log(p) - (1 - t) * Math.log(1 - p);
}

function withNoise(x: Tensor, deviation: number, random: Random): Tensor {
  return inputNoise(x, { deviation, training: true }, random);
}

/** The loss and its gradient, made of the right ones and the sizes. */
function wrongReconstruction(
  loss: (parts: { loss: number; N: number; D: number }) => number = (parts) => parts.loss,
  slope: (parts: { slope: number; N: number; D: number }) => number = (parts) => parts.slope,
): (out: Tensor, target: Tensor) => Reconstruction {
  return (out, target) => {
    const right = reconstructionLoss(out, target);
    const [N, D] = out.shape as [number, number];
    return {
      loss: loss({ loss: right.loss, N, D }),
      dout: map(right.dout, (value) => slope({ slope: value, N, D })),
    };
  };
}

/** Two layers with something else in the place of the ReLU, or something at the end. */
function wrongTwoLayers({
  hidden = relu,
  end = identity,
}: {
  hidden?: (x: Tensor) => Tensor;
  end?: (x: Tensor) => Tensor;
}): typeof twoLayerForward {
  return refusingLike(twoLayerForward, (x, params) => {
    const inside = hidden(affineForward(x, params.W1, params.b1).out);
    return {
      ...twoLayerForward(x, params),
      out: end(affineForward(inside, params.W2, params.b2).out),
    };
  });
}

/** The way back, with another slope of the ReLU or the parameters' gradients scaled. */
function wrongBack({
  mask = (hidden) => (hidden > 0 ? 1 : 0),
  scale = () => 1,
}: {
  mask?: (hidden: number, d: number) => number;
  scale?: (N: number) => number;
}): typeof twoLayerBackward {
  return (dout, { first, hidden, second }) => {
    const last = affineBackward(dout, second);
    const dfirst = zip(hidden, last.dx, (h, d) => mask(h, d) * d);
    const { dx, dW, db } = affineBackward(dfirst, first);
    const scaled = (g: Tensor): Tensor => map(g, (value) => value * scale(dout.shape[0]!));
    return {
      dx,
      gradients: { W1: scaled(dW), b1: scaled(db), W2: scaled(last.dW), b2: scaled(last.db) },
    };
  };
}

function wrongDecode(end: (logits: Tensor) => Tensor): typeof decode {
  return refusingLike(decode, (z, decoder) => end(twoLayerForward(z, decoder).out));
}

/** The parts of an autoencoder, each of which may be wrong. */
interface AutoencoderParts {
  input?: (x: Tensor, target: Tensor) => Tensor;
  target?: (x: Tensor, target: Tensor) => Tensor;
  /** What the decoder reads, of what comes out of the encoder. */
  code?: (z: Tensor) => Tensor;
  image?: (logits: Tensor) => Tensor;
  dlogits?: (dout: Tensor, image: Tensor) => Tensor;
  /** What comes back to the encoder, of what comes back to the decoder's input. */
  dz?: (dz: Tensor, z: Tensor) => Tensor;
}

function wrongAutoencoder({
  input = (x) => x,
  target: targetOf = (_, target) => target,
  code = identity,
  image: imageOf = sigmoid,
  dlogits = (dout, image) => sigmoidBackward(dout, image).dx,
  dz = identity,
}: AutoencoderParts): typeof autoencoderGradients {
  return refusingLike(autoencoderGradients, (x, target, { encoder, decoder }) => {
    const encoded = twoLayerForward(input(x, target), encoder);
    const decoded = twoLayerForward(code(encoded.out), decoder);
    const image = imageOf(decoded.out);
    const { loss, dout } = reconstructionLoss(image, targetOf(x, target));
    const back = twoLayerBackward(dlogits(dout, image), decoded.cache);
    const { gradients } = twoLayerBackward(dz(back.dx, encoded.out), encoded.cache);
    return { loss, gradients: { encoder: gradients, decoder: back.gradients } };
  });
}

type Denoising = (
  x: Tensor,
  params: AutoencoderParams,
  deviation: number,
  random: Random,
) => AutoencoderGradients;

function wrongDenoising(
  gradients: (noisy: Tensor, x: Tensor, params: AutoencoderParams) => AutoencoderGradients,
): Denoising {
  return (x, params, deviation, random) => gradients(withNoise(x, deviation, random), x, params);
}

/** The right gradients for other noise. */
function wrongNoise(
  noisy: (x: Tensor, deviation: number, random: Random) => Tensor,
): typeof denoisingGradients {
  return (x, params, deviation, random) =>
    autoencoderGradients(noisy(x, deviation, random), x, params);
}

/** The parts of a tied autoencoder, each of which may be wrong. */
interface TiedParts {
  code?: (encoded: Tensor) => Tensor;
  image?: (logits: Tensor) => Tensor;
  dlogits?: (dout: Tensor, image: Tensor) => Tensor;
  /** What comes back to x · W + b, of what comes back to the code. */
  dcode?: (dcode: Tensor, encoded: Tensor) => Tensor;
  /** The gradient of an entry of W, of what comes from the encoder and from the decoder. */
  W?: (reading: number, drawing: number) => number;
}

function wrongTied({
  code = relu,
  image: imageOf = sigmoid,
  dlogits = (dout, image) => sigmoidBackward(dout, image).dx,
  dcode = (d, encoded) => reluBackward(d, encoded).dx,
  W: both = (reading, drawing) => reading + drawing,
}: TiedParts): (x: Tensor, params: TiedParams) => TiedGradients {
  return refusingLike(tiedGradients, (x, { W, b, c }) => {
    const encoded = affineForward(x, W, b);
    const decoded = affineForward(code(encoded.out), W.transpose(1, 0), c);
    const image = imageOf(decoded.out);
    const { loss, dout } = reconstructionLoss(image, x);
    const drawing = affineBackward(dlogits(dout, image), decoded.cache);
    const reading = affineBackward(dcode(drawing.dx, encoded.out), encoded.cache);
    return {
      loss,
      gradients: {
        W: zip(reading.dW, drawing.dW.transpose(1, 0), both),
        b: reading.db,
        c: drawing.db,
      },
    };
  });
}

function wrongDraw(
  code: (mu: number, logVar: number, epsilon: number) => number,
): typeof reparameterizeForward {
  return refusingLike(reparameterizeForward, (mu, logVar, epsilon) => ({
    ...reparameterizeForward(mu, logVar, epsilon),
    out: filled(mu.shape, (n, k) => code(mu.get(n!, k!), logVar.get(n!, k!), epsilon.get(n!, k!))),
  }));
}

function wrongDrawBack(
  dlogVar?: (d: number, logVar: number, epsilon: number) => number,
  dmu: (d: number, logVar: number, epsilon: number) => number = (d) => d,
): (dout: Tensor, cache: ReparameterizeCache) => CodeGradients {
  return (dout, { logVar, epsilon }) => {
    const over = (f: (d: number, v: number, e: number) => number): Tensor =>
      filled(dout.shape, (n, k) => f(dout.get(n!, k!), logVar.get(n!, k!), epsilon.get(n!, k!)));
    return {
      dmu: over(dmu),
      dlogVar: over(dlogVar ?? ((d, v, e) => (d * Math.exp(v / 2) * e) / 2)),
    };
  };
}

function divergenceTerm(mu: number, logVar: number): number {
  return (mu ** 2 + Math.exp(logVar) - logVar - 1) / 2;
}

/** The parts of a divergence, each of which may be wrong. */
interface DivergenceParts {
  term?: (mu: number, logVar: number) => number;
  dmu?: (mu: number, logVar: number) => number;
  dlogVar?: (logVar: number, mu: number) => number;
  /** What all is multiplied by; 1/N unless given. */
  scale?: (N: number, K: number) => number;
  /** What the gradients are multiplied by; as all unless given. */
  slopeScale?: (N: number, K: number) => number;
}

function wrongDivergence({
  term = divergenceTerm,
  dmu = (m) => m,
  dlogVar = (v) => (Math.exp(v) - 1) / 2,
  scale = (N) => 1 / N,
  slopeScale = scale,
}: DivergenceParts): (mu: Tensor, logVar: Tensor) => Divergence {
  return refusingLike(klDivergence, (mu, logVar) => {
    const [N, K] = mu.shape as [number, number];
    const slope = slopeScale(N, K);
    return {
      loss: scale(N, K) * total(zip(mu, logVar, term)),
      dmu: zip(mu, logVar, (m, v) => slope * dmu(m, v)),
      dlogVar: zip(mu, logVar, (m, v) => slope * dlogVar(v, m)),
    };
  });
}

/** The parts of a variational autoencoder, each of which may be wrong. */
interface VaeParts {
  /** What the divergence counts in the loss, and its gradients in the gradients. */
  weights?: (beta: number) => { kl: number; slope: number };
  /** The column of the code for number k of the means, half 0, or of the logarithms, half 1. */
  columnOf?: (half: 0 | 1, k: number, K: number) => number;
  draw?: (mu: number, logVar: number, epsilon: number) => number;
  /** What comes back to logVar through the draw. */
  slope?: (dz: number, logVar: number, epsilon: number) => number;
  /** What comes back to the mean through the draw. */
  toMean?: (dz: number) => number;
}

function wrongVae({
  weights = (beta) => ({ kl: beta, slope: beta }),
  columnOf = (half, k, K) => half * K + k,
  draw = (m, v, e) => m + Math.exp(v / 2) * e,
  slope = (d, v, e) => (d * Math.exp(v / 2) * e) / 2,
  toMean = (d) => d,
}: VaeParts): typeof vaeGradients {
  return refusingLike(vaeGradients, (x, { encoder, decoder }, epsilon, beta) => {
    const code = twoLayerForward(x, encoder);
    const [N, K] = epsilon.shape as [number, number];
    const half = (which: 0 | 1): Tensor =>
      filled([N, K], (n, k) => code.out.get(n!, columnOf(which, k!, K)));
    const [mu, logVar] = [half(0), half(1)];
    const z = filled([N, K], (n, k) =>
      draw(mu.get(n!, k!), logVar.get(n!, k!), epsilon.get(n!, k!)),
    );

    const logits = twoLayerForward(z, decoder);
    const image = sigmoid(logits.out);
    const { loss, dout } = reconstructionLoss(image, x);
    const back = twoLayerBackward(sigmoidBackward(dout, image).dx, logits.cache);
    const divergence = klDivergence(mu, logVar);
    const weight = weights(beta);
    const dcode = nothing(code.out);
    for (let n = 0; n < N; n++) {
      for (let k = 0; k < K; k++) {
        const dz = back.dx.get(n, k);
        dcode.set(n, columnOf(0, k, K), toMean(dz) + weight.slope * divergence.dmu.get(n, k));
        dcode.set(
          n,
          columnOf(1, k, K),
          slope(dz, logVar.get(n, k), epsilon.get(n, k)) +
            weight.slope * divergence.dlogVar.get(n, k),
        );
      }
    }
    const { gradients } = twoLayerBackward(dcode, code.cache);
    return {
      loss: loss + weight.kl * divergence.loss,
      gradients: { encoder: gradients, decoder: back.gradients },
    };
  });
}

/** The way from one code to another, each a part of it given by its number and how many there are. */
function wrongWalk(part: (i: number, count: number) => number): typeof interpolate {
  return refusingLike(interpolate, (from, to, count) =>
    filled([count, from.size], (i, k) => {
      const share = part(i!, count);
      return (1 - share) * from.get(k!) + share * to.get(k!);
    }),
  );
}

/** The images of other codes. */
function wrongSample(
  codes: (shape: [count: number, K: number], random: Random) => Tensor,
): typeof sampleImages {
  return (decoder, count, random) => decode(codes([count, decoder.W1.shape[0]!], random), decoder);
}
