/**
 * The network on a graphics card. A step uploads a batch and reads back its loss; all else stays on the card: the
 * layers' outputs, the gradients, and while it trains the parameters and Adam's running means too.
 */
import { BETA1, BETA2 } from '../adam.ts';
import {
  firstNotFinite,
  type AdamState,
  type Batch,
  type Engine,
  type Resident,
} from '../engine.ts';
import { CLASSES, PARAMETER_COUNT, PARAMETERS, PIXELS, SIDE } from '../network.ts';
import { reluAffine, reluAffineBackward, weightGradient } from './affine.ts';
import { compilerFor, read, type CardBackend, type OnCard } from './compile.ts';
import { CHUNK, convolution, convolutionBackward, filterGradient } from './convolution.ts';
import { logitGradient, lossOfRows } from './loss.ts';
import { adam, joinGradients } from './parameters.ts';
import { reluPool, reluPoolBackward } from './pooling.ts';

/** Beyond this many images a place in memory may have no exact float32, in which some kernels count. */
const LARGEST = 1024;

/** An engine that can keep the parameters on the card. */
export interface CardEngine extends Engine {
  resident: Resident;
}

/**
 * An engine for batches of up to `size` images. All kernels are compiled for that many; where a batch has fewer, the
 * others are blank and weigh nothing.
 *
 * @param size a whole number from 1 to 1024
 */
export function cardEngine(backend: CardBackend, size: number): CardEngine {
  if (!Number.isInteger(size) || size < 1 || size > LARGEST) {
    throw new RangeError(
      `cardEngine: the size is ${size} and must be a whole number from 1 to ${LARGEST}; take a smaller --batch`,
    );
  }
  const N = CHUNK * Math.ceil(size / CHUNK);
  const compiler = compilerFor(backend);
  const conv = [
    { N, C: 1, F: 16, S: SIDE, offset: offsetOf('W1') },
    { N, C: 16, F: 32, S: SIDE / 2, offset: offsetOf('W2') },
    { N, C: 32, F: 64, S: SIDE / 4, offset: offsetOf('W3') },
  ] as const;
  const affine = [
    { N, D: 64 * 7 * 7, M: 128, offset: offsetOf('W4') },
    { N, D: 128, M: CLASSES, offset: offsetOf('W5') },
  ] as const;
  const [pooled1, pooled2] = [
    { N, C: 16, S: SIDE },
    { N, C: 32, S: SIDE / 2 },
  ];
  const upload = {
    images: compiler.uploader(N * PIXELS),
    labels: compiler.uploader(N),
    parameters: compiler.uploader(PARAMETER_COUNT),
    state: compiler.uploader(3 * PARAMETER_COUNT),
  };
  const conv1 = convolution(compiler, conv[0]);
  const pool1 = reluPool(compiler, pooled1);
  const conv2 = convolution(compiler, conv[1]);
  const pool2 = reluPool(compiler, pooled2);
  const conv3 = convolution(compiler, conv[2]);
  const affine4 = reluAffine(compiler, affine[0]);
  const affine5 = reluAffine(compiler, affine[1]);
  const losses = lossOfRows(compiler, { N, K: CLASSES });
  const dlogits = logitGradient(compiler, { N, K: CLASSES });
  const dweights5 = weightGradient(compiler, affine[1]);
  const daffine4 = reluAffineBackward(compiler, affine[1]);
  const dweights4 = weightGradient(compiler, affine[0]);
  const dconv3 = reluAffineBackward(compiler, affine[0]);
  const dfilters3 = filterGradient(compiler, conv[2]);
  const dpool2 = convolutionBackward(compiler, conv[2]);
  const dconv2 = reluPoolBackward(compiler, pooled2);
  const dfilters2 = filterGradient(compiler, conv[1]);
  const dpool1 = convolutionBackward(compiler, conv[1]);
  const dconv1 = reluPoolBackward(compiler, pooled1);
  const dfilters1 = filterGradient(compiler, conv[0]);
  const join = joinGradients(compiler, [
    ...conv.map(({ C, F }) => ({ size: F * C * 9 + F, rows: N / CHUNK })),
    ...affine.map(({ D, M }) => ({ size: (D + 1) * M, rows: 1 })),
  ]);
  const optimize = adam(compiler, PARAMETER_COUNT);

  async function forward(parameters: OnCard, pixels: Float32Array) {
    const count = pixels.length / PIXELS;
    if (!Number.isInteger(count) || count < 1 || count > size) {
      throw new RangeError(
        `cardEngine: ${pixels.length} pixels came, and from 1 to ${size} images of ${PIXELS} fit; split the batch`,
      );
    }
    const images = await upload.images(filledUp(pixels, N * PIXELS));
    const out1 = await conv1(images, parameters);
    const in2 = await pool1(out1);
    const out2 = await conv2(in2, parameters);
    const in3 = await pool2(out2);
    const out3 = await conv3(in3, parameters);
    const out4 = await affine4(out3, parameters);
    const logits = await affine5(out4, parameters);
    return { images, out1, in2, out2, in3, out3, out4, logits };
  }

  /** The loss, the mean over the batch, and the gradient. */
  async function gradient(parameters: OnCard, batch: Batch): Promise<[loss: number, OnCard]> {
    const count = batch.labels.length;
    const { images, out1, in2, out2, in3, out3, out4, logits } = await forward(
      parameters,
      batch.images,
    );
    const labels = await upload.labels(filledUp(Float32Array.from(batch.labels), N));
    const rows = await losses(logits, labels);
    const d5 = await dlogits(logits, labels, count);
    const layer5 = await dweights5(d5, out4);
    const d4 = await daffine4(d5, out4, parameters);
    const layer4 = await dweights4(d4, out3);
    const d3 = await dconv3(d4, out3, parameters);
    const layer3 = await dfilters3(d3, in3);
    const d2 = await dconv2(await dpool2(d3, parameters), out2);
    const layer2 = await dfilters2(d2, in2);
    const d1 = await dconv1(await dpool1(d2, parameters), out1);
    const layer1 = await dfilters1(d1, images);
    const all = await join(layer1, layer2, layer3, layer4, layer5);
    const loss = (await read(rows, N)).subarray(0, count).reduce((sum, term) => sum + term, 0);
    return [loss / count, all];
  }

  let state: OnCard | undefined;
  const resident: Resident = {
    async put({ parameters, m, v }) {
      const all = new Float32Array(3 * PARAMETER_COUNT);
      [parameters, m, v].forEach((row, i) => all.set(row, i * PARAMETER_COUNT));
      state = await upload.state(all);
    },
    async step(batch, t, learningRate) {
      const before = state!;
      const [loss, slope] = await gradient(before, batch);
      if (!Number.isFinite(loss)) return loss;
      const [rate, unbias] = [learningRate / (1 - BETA1 ** t), 1 / (1 - BETA2 ** t)];
      state = await optimize(before, slope, rate, unbias);
      before.delete();
      return loss;
    },
    async get({ parameters, m, v }: AdamState) {
      const all = await read(state!, 3 * PARAMETER_COUNT);
      [parameters, m, v].forEach((row, i) =>
        row.set(all.subarray(i * PARAMETER_COUNT, (i + 1) * PARAMETER_COUNT)),
      );
    },
  };

  return {
    resident,

    async gradient(parameters, batch, slope) {
      const [loss, all] = await gradient(await upload.parameters(parameters), batch);
      slope.set(await read(all, PARAMETER_COUNT));
      return loss;
    },

    async logits(parameters, images) {
      const { logits } = await forward(await upload.parameters(parameters), images);
      return (await read(logits, N * CLASSES)).slice(0, (images.length / PIXELS) * CLASSES);
    },

    async firstNotFinite(parameters, images) {
      const outputs = await forward(await upload.parameters(parameters), images);
      const { out1, out2, out3, out4, logits } = outputs;
      const layers: [name: string, output: OnCard, size: number][] = [
        ['conv1', out1, 16 * PIXELS],
        ['conv2', out2, (32 * PIXELS) / 4],
        ['conv3', out3, (64 * PIXELS) / 16],
        ['affine4', out4, 128],
        ['affine5', logits, CLASSES],
      ];
      const count = images.length / PIXELS;
      const numbers = layers.map(async ([name, output, length]) => {
        return [name, (await read(output, N * length)).subarray(0, count * length)] as const;
      });
      return firstNotFinite(await Promise.all(numbers));
    },
  };
}

/** Numbers, and zeros behind them. */
function filledUp(numbers: Float32Array, length: number): Float32Array {
  if (numbers.length === length) return numbers;
  const out = new Float32Array(length);
  out.set(numbers);
  return out;
}

function offsetOf(wanted: string): number {
  return PARAMETERS.find(({ name }) => name === wanted)!.offset;
}
