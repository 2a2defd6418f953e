/** The network as lesson 18's functions compute it: the reference's plain kernels, or the learner's. */
import ndarray from 'ndarray';
import ops from 'ndarray-ops';
import { reshape, type Backend, type Tensor32 } from '#kernels';
import type * as lesson from '#lessons/18-capstone';
import { CLASSES, PARAMETERS, PIXELS, SIDE, asNetwork } from './network.ts';
import { firstNotFinite, type PromptEngine } from './engine.ts';

/** The functions of lesson 18. */
export type Lesson = Readonly<typeof lesson>;

/**
 * An engine of lesson 18's functions.
 *
 * @param functions what a lesson's file exports
 * @param backend where its kernels run
 */
export function lessonEngine(functions: Lesson, backend: Backend): PromptEngine {
  return {
    gradient(parameters, { images, labels }, gradient) {
      const { loss, gradients } = functions.networkGradients(
        asNetwork(parameters),
        imagesOf(images),
        ndarray(labels, [labels.length]),
        backend,
      );
      const parts = asNetwork(gradient);
      for (const { name } of PARAMETERS) ops.assign(parts[name], gradients[name]);
      return loss;
    },

    logits(parameters, images) {
      const logits = functions.networkScores(asNetwork(parameters), imagesOf(images), backend);
      const flat = new Float32Array(logits.size);
      ops.assign(ndarray(flat, [logits.size / CLASSES, CLASSES]), logits);
      return flat;
    },

    firstNotFinite(parameters, images) {
      const { W1, b1, W2, b2, W3, b3, W4, b4, W5, b5 } = asNetwork(parameters);
      const { convForward, maxPoolForward, reluForward, matrixProduct } = functions;
      const conv = (x: Tensor32, W: Tensor32, b: Tensor32) => convForward(x, W, b, 1, backend);
      const halve = (x: Tensor32) => maxPoolForward(reluForward(x, backend), 2, backend);
      const conv1 = conv(imagesOf(images), W1, b1);
      const conv2 = conv(halve(conv1), W2, b2);
      const conv3 = conv(halve(conv2), W3, b3);
      const rows = reshape(reluForward(conv3, backend), images.length / PIXELS, W4.shape[0]!);
      const affine4 = matrixProduct(rows, W4, b4, backend);
      const affine5 = matrixProduct(reluForward(affine4, backend), W5, b5, backend);
      const layers = { conv1, conv2, conv3, affine4, affine5 };
      return firstNotFinite(Object.entries(layers).map(([name, { data }]) => [name, data]));
    },
  };
}

/** Pixels as images, shape (N, 1, 28, 28). */
function imagesOf(pixels: Float32Array): Tensor32 {
  return ndarray(pixels, [pixels.length / PIXELS, 1, SIDE, SIDE]);
}
