/**
 * The same network in convnetjs. It takes one image after the other, and has no Adam in its published version;
 * adadelta, which keeps two numbers for each weight as well, is nearest.
 */
import nodeModule from 'node:module';
import { PIXELS } from '../../reference/capstone/network.ts';
import { randomBatch, type Contender } from './random-batch.ts';

/** What is used of the package, which has no types. */
interface Convnetjs {
  Net: new () => { makeLayers(layers: readonly object[]): void; forward(x: Volume): unknown };
  Trainer: new (net: object, options: object) => { train(x: Volume, label: number): unknown };
  Vol: new (width: number, height: number, depth: number, value: number) => Volume;
}

interface Volume {
  w: Float64Array | number[];
}

const { Net, Trainer, Vol } = nodeModule.createRequire(
  new URL('../others/package.json', import.meta.url),
)('convnetjs') as Convnetjs;

/** Makes it for a batch size. */
export async function convnetjs(batch: number): Promise<Contender> {
  const { pixels, labels } = randomBatch(batch);
  const images = Array.from(labels, (_, n) => {
    const image = new Vol(28, 28, 1, 0);
    for (let i = 0; i < PIXELS; i++) image.w[i] = pixels[n * PIXELS + i]! / 255;
    return image;
  });
  const net = new Net();
  net.makeLayers([
    { type: 'input', out_sx: 28, out_sy: 28, out_depth: 1 },
    conv(16),
    { type: 'pool', sx: 2, stride: 2 },
    conv(32),
    { type: 'pool', sx: 2, stride: 2 },
    conv(64),
    { type: 'fc', num_neurons: 128, activation: 'relu' },
    { type: 'softmax', num_classes: 10 },
  ]);
  const trainer = new Trainer(net, { method: 'adadelta', batch_size: batch, l2_decay: 0 });
  return {
    async train() {
      images.forEach((image, n) => trainer.train(image, labels[n]!));
    },
    async infer() {
      for (const image of images) net.forward(image);
    },
  };
}

function conv(filters: number): object {
  return { type: 'conv', sx: 3, filters, stride: 1, pad: 1, activation: 'relu' };
}
