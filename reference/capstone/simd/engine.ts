/**
 * The network on SIMD kernels: see layout.ts for how the images lie in memory, kernels/window-product.ts for the
 * arithmetic, and the lesson's SIMD.md for why.
 */
import { firstNotFinite, type Batch, type PromptEngine } from '../engine.ts';
import { CLASSES, PARAMETER_COUNT, PARAMETERS, PIXELS, SIDE } from '../network.ts';
import { affine } from './affine.ts';
import { convolution, type ParameterPlaces } from './convolution.ts';
import { kernelsOn } from './kernels.ts';
import { GROUP, groupsOf, planes, rows, type Planes, type Rows } from './layout.ts';
import { bytesTaken, floatsAt, newRoom, placeOf, take, type Room, type Take } from './memory.ts';

/** How many bytes an engine needs for batches of up to `size` images. */
export function engineBytes(size: number): number {
  return bytesTaken((taking) => network(taking, groupsOf(size)));
}

/**
 * An engine for batches of up to `size` images. Parameters and gradients that lie in its memory are used where they
 * are; others are copied.
 *
 * @param size a whole number from 1
 * @param room of at least `engineBytes(size)`; its own unless given
 */
export function simdEngine(size: number, room: Room = newRoom(engineBytes(size))): PromptEngine {
  const { memory } = room;
  const kernels = kernelsOn(memory);
  const net = network((bytes) => take(room, bytes), groupsOf(size));
  const { image, conv1, pool1, conv2, pool2, conv3, relu3, affine4, relu4, logits } = net.forward;
  const { dlogits, drelu4, drelu3, dconv3, dpool2, dconv2, dpool1, dconv1 } = net.backward;
  const { layers } = net;
  const pixels = floatsAt(room, net.pixels, PIXELS * size);
  const labels = new Int32Array(memory.buffer, net.labels, GROUP * groupsOf(size));
  const terms = floatsAt(room, net.terms, 2 * GROUP * groupsOf(size));

  function forward(parameters: Float32Array, images: Float32Array): void {
    const count = images.length / PIXELS;
    if (!Number.isInteger(count) || count < 1 || count > size) {
      throw new RangeError(
        `simdEngine: ${images.length} pixels came, and from 1 to ${size} images of ${PIXELS} fit; split the batch`,
      );
    }
    const groups = groupsOf(count);
    const place = placeOf(room, parameters, net.parameters);
    for (const layer of Object.values(layers)) layer.load(kernels, place);
    pixels.set(images);
    for (let g = 0; g < groups; g++) {
      const first = net.pixels + 4 * PIXELS * GROUP * g;
      const inGroup = Math.min(GROUP, count - GROUP * g);
      kernels.interleave(first, inGroup, SIDE, image.inside + g * image.group);
      layers.conv1.forward(kernels, image, conv1, g);
      pool(conv1, pool1, g);
      layers.conv2.forward(kernels, pool1, conv2, g);
      pool(conv2, pool2, g);
      layers.conv3.forward(kernels, pool2, conv3, g);
      const from = conv3.inside + g * conv3.group;
      const size3 = conv3.W * conv3.pixel;
      kernels.relu(from, conv3.row, conv3.H, size3, relu3.place + g * relu3.group, size3);
    }
    layers.affine4.forward(kernels, relu3, affine4, groups);
    kernels.relu(affine4.place, 0, 1, groups * affine4.group, relu4.place, 0);
    layers.affine5.forward(kernels, relu4, logits, groups);
  }

  function pool(x: Planes, out: Planes, g: number): void {
    const [from, to] = [x.inside + g * x.group, out.inside + g * out.group];
    kernels.pool(from, out.H, out.W, out.C, to);
  }

  /** The gradient of a group by what was pooled, into the single group `dx`. */
  function poolBackward(x: Planes, out: Planes, g: number, dout: Planes, dx: Planes): void {
    const [from, to] = [x.inside + g * x.group, out.inside + g * out.group];
    kernels.poolBackward(from, to, dout.inside, out.H, out.W, out.C, dx.inside);
  }

  /** Writes the gradient by the logits. Returns the loss, the mean over the batch. */
  function softmaxLoss(right: Int32Array): number {
    const N = right.length;
    labels.fill(-1).set(right);
    let loss = 0;
    for (let g = 0; g < groupsOf(N); g++) {
      const [from, to] = [logits.place + g * logits.group, dlogits.place + g * dlogits.group];
      const label = net.labels + 4 * GROUP * g;
      kernels.softmaxLoss(from, label, CLASSES, 1 / N, to, net.terms + 8 * GROUP * g);
    }
    for (let n = 0; n < N; n++) {
      const at = 2 * GROUP * Math.floor(n / GROUP) + (n % GROUP);
      loss += Math.log(terms[at]!) + terms[at + GROUP]!;
    }
    return loss / N;
  }

  return {
    gradient(parameters: Float32Array, batch: Batch, gradient: Float32Array): number {
      forward(parameters, batch.images);
      const groups = groupsOf(batch.labels.length);
      const loss = softmaxLoss(batch.labels);
      const to = placeOf(room, gradient.fill(0), net.gradient);

      layers.affine5.backward(kernels, relu4, dlogits, groups, to);
      layers.affine5.backwardInput(kernels, dlogits, drelu4, groups);
      const { place, group } = relu4;
      kernels.reluBackward(place, drelu4.place, 0, 1, groups * group, drelu4.place, 0);
      layers.affine4.backward(kernels, relu3, drelu4, groups, to);
      layers.affine4.backwardInput(kernels, drelu4, drelu3, groups);
      for (let g = 0; g < groups; g++) {
        const at = g * relu3.group;
        const size3 = dconv3.W * dconv3.pixel;
        kernels.reluBackward(
          relu3.place + at,
          drelu3.place + at,
          size3,
          dconv3.H,
          size3,
          dconv3.inside,
          dconv3.row,
        );
        layers.conv3.backward(kernels, pool2, dconv3, g, to);
        layers.conv3.backwardInput(kernels, dconv3, dpool2);
        poolBackward(conv2, pool2, g, dpool2, dconv2);
        layers.conv2.backward(kernels, pool1, dconv2, g, to);
        layers.conv2.backwardInput(kernels, dconv2, dpool1);
        poolBackward(conv1, pool1, g, dpool1, dconv1);
        layers.conv1.backward(kernels, image, dconv1, g, to);
      }
      for (const layer of Object.values(layers)) layer.store(kernels, to);
      if (to === net.gradient) gradient.set(floatsAt(room, to, PARAMETER_COUNT));
      return loss;
    },

    logits(parameters: Float32Array, images: Float32Array): Float32Array {
      forward(parameters, images);
      const count = images.length / PIXELS;
      const numbers = floatsAt(room, logits.place, (groupsOf(count) * logits.group) / 4);
      return Float32Array.from({ length: count * CLASSES }, (_, i) => {
        const n = Math.floor(i / CLASSES);
        const group = (Math.floor(n / GROUP) * logits.group) / 4;
        return numbers[group + GROUP * (i % CLASSES) + (n % GROUP)]!;
      });
    },

    firstNotFinite(parameters: Float32Array, images: Float32Array): string | undefined {
      forward(parameters, images);
      const count = images.length / PIXELS;
      /** The numbers of the images that are there. */
      const own = (place: number, group: number): Float32Array =>
        floatsAt(room, place, (groupsOf(count) * group) / 4).filter(
          (_, i) => GROUP * Math.floor((4 * i) / group) + (i % GROUP) < count,
        );
      const convs = Object.entries({ conv1, conv2, conv3 });
      const affines = Object.entries({ affine4, affine5: logits });
      return firstNotFinite([
        ...convs.map(([name, { corner, group }]) => [name, own(corner, group)] as const),
        ...affines.map(([name, { place, group }]) => [name, own(place, group)] as const),
      ]);
    },
  };
}

/** The network's layers, and room for all that they compute; of most gradients, for a single group. */
function network(taking: Take, groups: number) {
  const image = { H: SIDE, W: SIDE, C: 1 };
  const [H1, H2, H3] = [SIDE, SIDE / 2, SIDE / 4];
  const outputs = (S: number, C: number): Planes => planes(taking, groups, { H: S, W: S, C });
  const single = (S: number, C: number): Planes => planes(taking, 1, { H: S, W: S, C });
  const vectors = (D: number): Rows => rows(taking, groups, D);
  const D = H3 * H3 * 64;
  return {
    parameters: taking(4 * PARAMETER_COUNT),
    gradient: taking(4 * PARAMETER_COUNT),
    pixels: taking(4 * PIXELS * GROUP * groups),
    labels: taking(4 * GROUP * groups),
    terms: taking(8 * GROUP * groups),
    layers: {
      conv1: convolution(taking, { C: 1, F: 16, width: H1 }, placesOf('W1', 'b1')),
      conv2: convolution(taking, { C: 16, F: 32, width: H2 }, placesOf('W2', 'b2')),
      conv3: convolution(taking, { C: 32, F: 64, width: H3 }, placesOf('W3', 'b3')),
      affine4: affine(taking, { H: H3, W: H3, C: 64, M: 128 }, placesOf('W4', 'b4'), groups),
      affine5: affine(taking, { H: 1, W: 1, C: 128, M: CLASSES }, placesOf('W5', 'b5'), groups),
    },
    forward: {
      image: planes(taking, groups, image),
      conv1: outputs(H1, 16),
      pool1: outputs(H2, 16),
      conv2: outputs(H2, 32),
      pool2: outputs(H3, 32),
      conv3: outputs(H3, 64),
      relu3: vectors(D),
      affine4: vectors(128),
      relu4: vectors(128),
      logits: vectors(12),
    },
    backward: {
      dlogits: vectors(12),
      drelu4: vectors(128),
      drelu3: vectors(D),
      dconv3: single(H3, 64),
      dpool2: single(H3, 32),
      dconv2: single(H2, 32),
      dpool1: single(H2, 16),
      dconv1: single(H1, 16),
    },
  };
}

/** Where a layer's weights and biases are among the parameters, in bytes. */
function placesOf(weights: string, biases: string): ParameterPlaces {
  const [W, b] = [weights, biases].map(
    (wanted) => 4 * PARAMETERS.find(({ name }) => name === wanted)!.offset,
  );
  return { W: W!, b: b! };
}
