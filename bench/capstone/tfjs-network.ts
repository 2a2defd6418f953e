/** The capstone's network in TensorFlow.js, wherever that was loaded from. */
import type * as tfTypes from '@tensorflow/tfjs-core';
import { PARAMETERS, split } from '../../reference/capstone/network.ts';
import { newProgress } from '../../reference/capstone/training.ts';
import { randomBatch, type MakeContender } from './random-batch.ts';

/** The library, with a backend and all gradients. */
export type TensorFlow = typeof tfTypes;

/** The network on the backend that is set. */
export function network(tf: TensorFlow): MakeContender {
  return async (batch) => {
    const { pixels, labels } = randomBatch(batch);
    const x = tf.tensor4d(
      Float32Array.from(pixels, (value) => value / 255),
      [batch, 28, 28, 1],
    );
    const y = tf.oneHot(tf.tensor1d([...labels], 'int32'), 10);
    const weights = variables(tf);
    const optimizer = tf.train.adam(1e-3);
    return {
      async train() {
        const loss = optimizer.minimize(
          () => tf.losses.softmaxCrossEntropy(y, logits(tf, x, weights)),
          true,
          Object.values(weights),
        )!;
        await loss.data();
        loss.dispose();
      },
      async infer() {
        const out = tf.tidy(() => logits(tf, x, weights));
        await out.data();
        out.dispose();
      },
    };
  };
}

type Weights = Readonly<Record<string, tfTypes.Variable>>;

/** The network's start values in the layout of TensorFlow.js: filters are (KH, KW, C, F). */
function variables(tf: TensorFlow): Weights {
  const parts = split(newProgress(1).parameters);
  return Object.fromEntries(
    PARAMETERS.map(({ name, shape }) => {
      const tensor = tf.tensor(parts[name], [...shape]);
      return [name, tf.variable(shape.length === 4 ? tf.transpose(tensor, [2, 3, 1, 0]) : tensor)];
    }),
  );
}

function logits(
  tf: TensorFlow,
  x: tfTypes.Tensor4D,
  { W1, b1, W2, b2, W3, b3, W4, b4, W5, b5 }: Weights,
): tfTypes.Tensor2D {
  const conv = (image: tfTypes.Tensor4D, W: tfTypes.Variable, b: tfTypes.Variable) =>
    tf.relu(tf.add(tf.conv2d(image, W as tfTypes.Tensor4D, 1, 'same'), b)) as tfTypes.Tensor4D;
  const pool = (image: tfTypes.Tensor4D) => tf.maxPool(image, 2, 2, 'valid');
  const affine = (rows: tfTypes.Tensor2D, W: tfTypes.Variable, b: tfTypes.Variable) =>
    tf.add(tf.matMul(rows, W as tfTypes.Tensor2D), b) as tfTypes.Tensor2D;
  const last = conv(pool(conv(pool(conv(x, W1!, b1!)), W2!, b2!)), W3!, b3!);
  const rows = tf.reshape(last, [x.shape[0], 64 * 7 * 7]) as tfTypes.Tensor2D;
  return affine(tf.relu(affine(rows, W4!, b4!)), W5!, b5!);
}

/**
 * The wasm backend has no gradient of a convolution by its filters, so it cannot train this network. It is
 * a convolution itself: of the images, with channels and batch exchanged, by dout. It is compared with the
 * cpu backend's before it is used.
 */
export async function supplyFilterGradient(tf: TensorFlow): Promise<void> {
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs }) => {
      const tensor = (name: string): tfTypes.Tensor4D =>
        tf.engine().makeTensorFromTensorInfo(inputs[name]!) as tfTypes.Tensor4D;
      return tf.tidy(() => filterGradient(tf, tensor('x'), tensor('dy')));
    },
  });
  const [cpu, wasm] = [await gradientOn(tf, 'cpu'), await gradientOn(tf, 'wasm')];
  if (!cpu.every((value, i) => Math.abs(value - wasm[i]!) < 1e-4)) {
    throw new Error('the filter gradient that is supplied to the wasm backend is wrong');
  }
}

/** A gradient by filters on a backend, which must give the same on all. */
async function gradientOn(tf: TensorFlow, backend: string): Promise<Float32Array> {
  await tf.setBackend(backend);
  const random = (shape: [number, number, number, number], seed: number): tfTypes.Tensor4D =>
    tf.randomNormal(shape, 0, 1, 'float32', seed);
  const [x, W, dout] = [random([3, 6, 5, 2], 1), random([3, 3, 2, 4], 2), random([3, 6, 5, 4], 3)];
  const gradient = tf.grad((filters) =>
    tf.sum(tf.mul(tf.conv2d(x, filters as tfTypes.Tensor4D, 1, 'same'), dout)),
  );
  return (await gradient(W).data()) as Float32Array;
}

/** For filters of 3×3, a stride of 1 and the padding 'same', which is all that the network has. */
function filterGradient(
  tf: TensorFlow,
  x: tfTypes.Tensor4D,
  dout: tfTypes.Tensor4D,
): tfTypes.Tensor {
  const padded = tf.pad(tf.transpose(x, [3, 1, 2, 0]), [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]) as tfTypes.Tensor4D;
  const filters = tf.transpose(dout, [1, 2, 0, 3]) as tfTypes.Tensor4D;
  return tf.transpose(tf.conv2d(padded, filters, 1, 'valid'), [1, 2, 0, 3]);
}
