import { array, filled, map, zeros, type Tensor } from '#arrays';
import { randomNormal, turned } from '#checks/fixtures';
import { expect } from '#checks/gradient/assertion';
import { seededRandom } from '#datasets/random';
import type { TwoLayerParams } from '#lessons/05-backprop';
import {
  autoencoderGradients,
  decode,
  denoisingGradients,
  interpolate,
  klDivergence,
  reconstructionLoss,
  reparameterizeBackward,
  reparameterizeForward,
  sampleImages,
  tiedGradients,
  twoLayerBackward,
  twoLayerForward,
  vaeGradients,
  type AutoencoderParams,
} from '#lessons/20-autoencoder';

// Logits are multiples of ln 3, whose sigmoids are ½, ¾, 9⁄10, ¼ and 1⁄10.
const [LN2, LN3] = [Math.log(2), Math.log(3)];

const timesLn3 = (x: Tensor): Tensor => map(x, (value) => value * LN3);

/** The same list as a view that only its strides can read. */
const spaced = (list: Tensor): Tensor =>
  turned(filled([2, list.size], (row, i) => (row === 0 ? list.get(i!) : 99))).pick(0, null);

/** The same parameters as views that only their strides can read. */
const asViews = ({ W1, b1, W2, b2 }: TwoLayerParams): TwoLayerParams => ({
  W1: turned(W1),
  b1: spaced(b1),
  W2: turned(W2),
  b2: spaced(b2),
});

/** Three samples of three numbers, two hidden units, four outputs; the hidden units are (4, 0), (0, 3½) and (2, 1½). */
const layers = () => ({
  x: array([
    [1, 2, -1],
    [0, -1, 3],
    [1, 1, 2],
  ]),
  params: {
    W1: array([
      [1, -1],
      [2, 0],
      [0, 1],
    ]),
    b1: array([-1, 0.5]),
    W2: array([
      [1, -2, 0.5, 3],
      [2, 1, -1, 0],
    ]),
    b2: array([0.25, 0, -0.5, 1]),
  },
  dout: array([
    [1, 0, -2, 2],
    [0.5, -3, 0, 1],
    [0, 2, 1, -1],
  ]),
});

const LAYERS_OUT = [
  [4.25, -8, 1.5, 13],
  [7.25, 3.5, -4, 1],
  [5.25, -2.5, -1, 7],
];

/** What comes back to the hidden units is (6, 0), (0, −2) and (−6½, 1). */
const LAYERS_BACK = {
  dx: array([
    [6, 12, 0],
    [2, 0, -2],
    [-7.5, -13, 1],
  ]),
  gradients: {
    W1: array([
      [-0.5, 1],
      [5.5, 3],
      [-19, -4],
    ]),
    b1: array([-0.5, -1]),
    W2: array([
      [4, 4, -6, 6],
      [1.75, -7.5, 1.5, 2],
    ]),
    b2: array([1.5, -1, -1, 2]),
  },
};

/** Draws (¾, ¼, ½ + ¼) … of the codes 2 and −1, whose hidden units are (1, 0) and (0, 2). */
const smallDecoder = (): TwoLayerParams => ({
  W1: array([[1, -1]]),
  b1: array([-1, 1]),
  W2: timesLn3(
    array([
      [1, -2, 1],
      [-0.5, 0.5, -0.5],
    ]),
  ),
  b2: timesLn3(array([0, 1, -1])),
});

/** Two images; the hidden units of both encoders are (½, 0) and (1, 1). */
const images = (): Tensor =>
  array([
    [1, 0, 0.25],
    [0, 1, 0.5],
  ]);

/** The codes are 2 and −1, and the images drawn (¾, ¼, ½) and (¼, 9⁄10, 1⁄10). */
const plain = (): AutoencoderParams => ({
  encoder: {
    W1: array([
      [1, -1],
      [1, 2],
      [2, 0],
    ]),
    b1: array([-1, -1]),
    W2: array([[2], [-4]]),
    b2: array([1]),
  },
  decoder: smallDecoder(),
});

/** What comes back to the logits of the decoder. */
const DLOGITS = [
  [-3 / 64, 3 / 64, 1 / 16],
  [3 / 64, -0.009, -0.036],
] as const;

/** What comes back to the two codes. */
const [P, Q] = [(-5 / 64) * LN3, 0.0099375 * LN3];

const DECODER_GRADIENTS: TwoLayerParams = {
  W1: array([[2 * P, Q]]),
  b1: array([P, -Q]),
  W2: array([[...DLOGITS[0]], DLOGITS[1].map((slope) => 2 * slope)]),
  b2: array([0, 3 / 64 - 0.009, 1 / 16 - 0.036]),
};

const PLAIN_GRADIENTS: AutoencoderParams = {
  encoder: {
    W1: array([
      [2 * P, 0],
      [2 * Q, -4 * Q],
      [P / 2 + Q, -2 * Q],
    ]),
    b1: array([2 * P + 2 * Q, -4 * Q]),
    W2: array([[P / 2 + Q], [Q]]),
    b2: array([P + Q]),
  },
  decoder: DECODER_GRADIENTS,
};

/** Means 1½ and ½, deviations 2 and 3; with ε = ¼ and −½ the codes are 2 and −1 again. */
const variational = (): AutoencoderParams => ({
  encoder: {
    ...plain().encoder,
    W2: array([
      [2, 2 * LN2],
      [-2, 2 * LN3 - 3 * LN2],
    ]),
    b2: array([0.5, LN2]),
  },
  decoder: smallDecoder(),
});

const EPSILON = [[0.25], [-0.5]];

/** The gradients of the variational one, for any β. */
function variationalGradients(beta: number): AutoencoderParams {
  const [m0, m1] = [P + beta * 0.75, Q + beta * 0.25];
  const [v0, v1] = [P / 4 + beta * 0.75, -0.75 * Q + beta * 2];
  const [g0, g1] = [2 * m0 + 2 * LN2 * v0, 2 * m1 + 2 * LN2 * v1];
  const g2 = -2 * m1 + (2 * LN3 - 3 * LN2) * v1;
  return {
    encoder: {
      W1: array([
        [g0, 0],
        [g1, g2],
        [g0 / 4 + g1 / 2, g2 / 2],
      ]),
      b1: array([g0 + g1, g2]),
      W2: array([
        [m0 / 2 + m1, v0 / 2 + v1],
        [m1, v1],
      ]),
      b2: array([m0 + m1, v0 + v1]),
    },
    decoder: DECODER_GRADIENTS,
  };
}

const KL_OF_VARIATIONAL = 3.375 - Math.log(6) / 2;

/** Two images and tied weights: the codes are ln 3 · (1, 0) and ln 3 · (1, 2). */
const tied = () => ({
  x: images(),
  params: {
    W: array([
      [1, -1.5],
      [0.5, 1],
      [2, 0],
    ]),
    b: array([LN3 - 1.5, 2 * LN3 - 1]),
    c: timesLn3(array([0, -0.5, -1])),
  },
});

/** The images drawn are (¾, ½, ¾) and (1⁄10, 9⁄10, ¾). */
const TIED_GRADIENTS = {
  W: array([
    [13 / 64 + LN3 * (0.009 - 3 / 64), 2 * LN3 * 0.009],
    [0.09825 + LN3 * (1 / 8 - 0.009), -0.0225 - 2 * LN3 * 0.009],
    [13 / 256 + 0.049125 + LN3 * (3 / 32 + 3 / 64), -0.01125 + (2 * LN3 * 3) / 64],
  ]),
  b: array([13 / 64 + 0.09825, -0.0225]),
  c: array([0.009 - 3 / 64, 1 / 8 - 0.009, 3 / 32 + 3 / 64]),
};

/** Parameters of two layers, drawn. */
function drawn(seed: number, [D, H, M]: readonly [number, number, number]): TwoLayerParams {
  const random = seededRandom(seed);
  return {
    W1: randomNormal(random, 0.8, D, H),
    b1: randomNormal(random, 0.5, H),
    W2: randomNormal(random, 0.8, H, M),
    b2: randomNormal(random, 0.5, M),
  };
}

/** The parameters of both halves side by side, as the gradient checker takes them. */
function apart({ encoder, decoder }: AutoencoderParams): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries({ encoder, decoder }).flatMap(([half, { W1, b1, W2, b2 }]) =>
      Object.entries({ W1, b1, W2, b2 }).map(([name, value]) => [`${half} ${name}`, value]),
    ),
  );
}

/** And back again. */
function together(list: Tensor[]): AutoencoderParams {
  const [eW1, eb1, eW2, eb2, dW1, db1, dW2, db2] = list as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  return {
    encoder: { W1: eW1, b1: eb1, W2: eW2, b2: eb2 },
    decoder: { W1: dW1, b1: db1, W2: dW2, b2: db2 },
  };
}

/** Asks for the slopes of a loss along every parameter of both halves. */
function expectSlopes(
  name: string,
  params: AutoencoderParams,
  run: (params: AutoencoderParams) => { loss: number; gradients: AutoencoderParams },
  N: number,
): void {
  const inputs = apart(params);
  const axes = {
    'encoder W1': ['pixel', 'hidden unit'],
    'encoder b1': ['hidden unit'],
    'encoder W2': ['hidden unit', 'code'],
    'encoder b2': ['code'],
    'decoder W1': ['code', 'hidden unit'],
    'decoder b1': ['hidden unit'],
    'decoder W2': ['hidden unit', 'pixel'],
    'decoder b2': ['pixel'],
  };
  expect({
    name,
    inputs,
    loss: (...given: Tensor[]) => run(together(given)).loss,
    gradient: (...given: Tensor[]) => apart(run(together(given)).gradients),
    gradients: Object.fromEntries(Object.keys(inputs).map((key) => [key, key])),
    constants: { N },
    axes,
  }).to.have.rightGradients();
}

describe('20-autoencoder', () => {
  describe('20.1 reconstructionLoss', () => {
    const pair = () => ({
      out: array([
        [0.5, 0.2, 0.1, 0.6],
        [1, 0, 0.9, 0.3],
        [0.7, 0.35, 0.85, 0.2],
      ]),
      target: array([
        [0.25, 0.6, 0.3, 0.5],
        [0.5, 0.5, 0.15, 0.1],
        [0.4, 0.25, 0.4, 0.8],
      ]),
    });
    const DOUT = [
      [0.5 / 3, -0.8 / 3, -0.4 / 3, 0.2 / 3],
      [1 / 3, -1 / 3, 1.5 / 3, 0.4 / 3],
      [0.6 / 3, 0.2 / 3, 0.9 / 3, -1.2 / 3],
    ];

    it('adds up the squares over the pixels, and takes the mean over the batch', () => {
      const { out, target } = pair();
      expect(reconstructionLoss(out, target)).to.almostEqual({
        loss: 2.0375 / 3,
        dout: array(DOUT),
      });
    });

    it('is the sum of the squares for a batch of one', () => {
      const { loss, dout } = reconstructionLoss(array([[3, -2, 0.5]]), array([[1, 2, 1]]));
      expect(loss).to.almostEqual(20.25);
      expect(dout).to.almostEqual([[4, -8, -1]]);
    });

    it('agrees with numerical slopes', () => {
      const random = seededRandom(1);
      const target = randomNormal(random, 1, 4, 2);
      expect({
        name: 'reconstruction',
        inputs: { out: randomNormal(random, 1, 4, 2) },
        loss: (out: Tensor) => reconstructionLoss(out, target).loss,
        gradient: (out: Tensor) => ({ dout: reconstructionLoss(out, target).dout }),
        gradients: { out: 'dout' },
        constants: { N: 4 },
        axes: { out: ['sample', 'pixel'] },
      }).to.have.rightGradients();
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const [out, target] = [turned(pair().out), turned(pair().target)];
      expect(() => reconstructionLoss(out, target)).to.leaveUnchanged({ out, target });
      expect(reconstructionLoss(out, target)).to.almostEqual({
        loss: 2.0375 / 3,
        dout: array(DOUT),
      });
    });

    it('refuses images of other sizes, and a list', () => {
      expect(() => reconstructionLoss(zeros(2, 3), zeros(3, 2))).to.throw(RangeError);
      expect(() => reconstructionLoss(zeros(2, 3), zeros(1, 3))).to.throw(RangeError);
      expect(() => reconstructionLoss(zeros(3), zeros(3))).to.throw(RangeError);
    });
  });

  describe('20.2 twoLayerForward', () => {
    it('is affine, ReLU, affine', () => {
      const { x, params } = layers();
      expect(twoLayerForward(x, params).out).to.almostEqual(LAYERS_OUT);
    });

    it('takes a batch of one, and none', () => {
      const { x, params } = layers();
      expect(twoLayerForward(x.hi(1, 3), params).out).to.almostEqual([LAYERS_OUT[0]!]);
      expect(twoLayerForward(zeros(0, 3), params).out).to.have.arrayShape([0, 4]);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const { params } = layers();
      const [x, views] = [turned(layers().x), asViews(params)];
      expect(() => twoLayerForward(x, views)).to.leaveUnchanged({ x, views });
      expect(twoLayerForward(x, views).out).to.almostEqual(LAYERS_OUT);
    });

    it('refuses sizes that do not fit', () => {
      const { x, params } = layers();
      expect(() => twoLayerForward(zeros(3, 2), params)).to.throw(RangeError);
      expect(() => twoLayerForward(x, { ...params, b1: zeros(3) })).to.throw(RangeError);
      expect(() => twoLayerForward(x, { ...params, W2: zeros(3, 4) })).to.throw(RangeError);
      expect(() => twoLayerForward(x, { ...params, b2: zeros(2) })).to.throw(RangeError);
    });
  });

  describe('20.3 twoLayerBackward', () => {
    it('goes back through the second layer, the ReLU and the first layer', () => {
      const { x, params, dout } = layers();
      const { cache } = twoLayerForward(x, params);
      expect(twoLayerBackward(dout, cache)).to.almostEqual(LAYERS_BACK);
    });

    it('agrees with numerical slopes', () => {
      const { W1, b1, W2, b2 } = drawn(3, [2, 3, 4]);
      expect({
        name: 'two layers',
        inputs: { x: randomNormal(seededRandom(2), 1, 3, 2), W1, b1, W2, b2 },
        forward: (x: Tensor, w1: Tensor, c1: Tensor, w2: Tensor, c2: Tensor) =>
          twoLayerForward(x, { W1: w1, b1: c1, W2: w2, b2: c2 }),
        backward: (dout: Tensor, cache: unknown) => {
          const { dx, gradients } = twoLayerBackward(dout, cache as never);
          return { dx, ...gradients };
        },
        gradients: { x: 'dx', W1: 'W1', b1: 'b1', W2: 'W2', b2: 'b2' },
        constants: { N: 3 },
        axes: {
          x: ['sample', 'input'],
          W1: ['input', 'hidden unit'],
          b1: ['hidden unit'],
          W2: ['hidden unit', 'output'],
          b2: ['output'],
          out: ['sample', 'output'],
        },
      }).to.have.rightGradients();
    });

    it('takes a batch of one', () => {
      const { x, params, dout } = layers();
      const { cache } = twoLayerForward(x.lo(2, 0), params);
      const { dx, gradients } = twoLayerBackward(dout.lo(2, 0), cache);
      expect(dx).to.almostEqual([[-7.5, -13, 1]]);
      expect(gradients.W1).to.almostEqual([
        [-6.5, 1],
        [-6.5, 1],
        [-13, 2],
      ]);
      expect(gradients.W2).to.almostEqual([
        [0, 4, 2, -2],
        [0, 3, 1.5, -1.5],
      ]);
    });

    it('reads views through their strides, and leaves dout and the cache as they were', () => {
      const { x, params, dout } = layers();
      const { cache } = twoLayerForward(turned(x), asViews(params));
      expect(() => twoLayerBackward(dout, cache)).to.leaveUnchanged({ dout, cache });
      expect(twoLayerBackward(turned(dout), cache)).to.almostEqual(LAYERS_BACK);
    });
  });

  describe('20.4 decode', () => {
    const decoder = (): TwoLayerParams => ({
      W1: array([
        [1, 0, 2],
        [0, -1, 1],
      ]),
      b1: array([0, 0.5, -1]),
      W2: timesLn3(
        array([
          [2, 2, 0, -2],
          [0, -0.4, -0.4, 0.8],
          [0, 1, 2, 0],
        ]),
      ),
      b2: timesLn3(array([-2, 0, 0, 2])),
    });
    const codes = () =>
      array([
        [1, -2],
        [0.5, 1],
      ]);
    const PIXELS = [
      [1 / 2, 3 / 4, 1 / 4, 9 / 10],
      [1 / 4, 9 / 10, 9 / 10, 3 / 4],
    ];

    it('is the sigmoid of two layers', () => {
      expect(decode(codes(), decoder())).to.almostEqual(PIXELS);
    });

    it('stays within 0 and 1 for codes that lie far away, and is finite', () => {
      const { W1, b1 } = decoder();
      // The hidden units are (1000, ½, 1999): logits of ±2000 and 1999 and more.
      const W2 = array([
        [2, -2],
        [0, 0],
        [0, 0],
      ]);
      const image = decode(array([[1000, 0]]), { W1, b1, W2, b2: zeros(2) });
      expect(image).to.almostEqual([[1, 0]], { absolute: 1e-20 });
    });

    it('reads views through their strides, leaves its arguments unchanged, and takes no code', () => {
      const [z, views] = [turned(codes()), asViews(decoder())];
      expect(() => decode(z, views)).to.leaveUnchanged({ z, views });
      expect(decode(z, views)).to.almostEqual(PIXELS);
      expect(decode(zeros(0, 2), decoder())).to.have.arrayShape([0, 4]);
    });

    it('refuses codes of another length', () => {
      expect(() => decode(zeros(2, 3), decoder())).to.throw(RangeError);
    });
  });

  describe('20.5 autoencoderGradients', () => {
    it('is the loss, and the gradient of every parameter, for two images worked out by hand', () => {
      const x = images();
      expect(autoencoderGradients(x, x, plain())).to.almostEqual({
        loss: 0.21,
        gradients: PLAIN_GRADIENTS,
      });
    });

    it('compares what it draws with the target, whatever it was shown', () => {
      // All of the target is ½: (1⁄16 + 1⁄16 + 0 + 1⁄16 + 0.16 + 0.16) / 2.
      const target = filled([2, 3], () => 0.5);
      const { loss, gradients } = autoencoderGradients(images(), target, plain());
      expect(loss).to.almostEqual(0.25375);
      expect(gradients.decoder.b2).to.almostEqual([0, 0.036 - 3 / 64, -0.036]);
    });

    it('takes a batch of one', () => {
      const x = images().hi(1, 3);
      const { loss, gradients } = autoencoderGradients(x, x, plain());
      expect(loss).to.almostEqual(3 / 16);
      expect(gradients.decoder.b2).to.almostEqual(DLOGITS[0].map((slope) => 2 * slope));
      expect(gradients.encoder.b1).to.almostEqual([4 * P, 0]);
    });

    it('agrees with numerical slopes', () => {
      const [N, D, K] = [4, 3, 1];
      const x = randomNormal(seededRandom(N), 1, N, D);
      const target = randomNormal(seededRandom(D), 1, N, D);
      const params = { encoder: drawn(5, [D, 2, K]), decoder: drawn(6, [K, 2, D]) };
      expectSlopes('the autoencoder', params, (given) => autoencoderGradients(x, target, given), N);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const { encoder, decoder } = plain();
      const x = turned(images());
      const params = { encoder: asViews(encoder), decoder: asViews(decoder) };
      expect(() => autoencoderGradients(x, x, params)).to.leaveUnchanged({ x, params });
      expect(autoencoderGradients(x, x, params)).to.almostEqual({
        loss: 0.21,
        gradients: PLAIN_GRADIENTS,
      });
    });

    it('refuses sizes that do not fit', () => {
      const x = images();
      expect(() => autoencoderGradients(x, zeros(2, 2), plain())).to.throw(RangeError);
      expect(() => autoencoderGradients(zeros(2, 2), x, plain())).to.throw(RangeError);
      const wide = { ...plain(), decoder: { ...smallDecoder(), W1: zeros(2, 2) } };
      expect(() => autoencoderGradients(x, x, wide)).to.throw(RangeError);
    });
  });

  describe('20.6 denoisingGradients', () => {
    /**
     * Twenty images of 22 pixels, and a hidden unit for each that is shut for all others, so that what the encoder saw
     * can be read off: the gradient of W1 is then the image times that of b1.
     */
    const [N, D, DEVIATION] = [20, 22, 0.06];
    const clean = filled([N, D], (n, d) => (d! < N ? Number(d === n) : 0.5 + n! / 100));

    /** The noise that the encoder saw in one call, in standard deviations, shape (N, D). */
    function noiseSeen(random: () => number): Tensor {
      const encoder = {
        W1: filled([D, N], (d, h) => (d === h ? 100 : 0)),
        b1: filled([N], () => -50),
        W2: randomNormal(seededRandom(7), 0.02, N, 2),
        b2: array([0.1, 0.2]),
      };
      const params = { encoder, decoder: drawn(3, [2, 4, D]) };
      const { W1, b1 } = denoisingGradients(clean, params, DEVIATION, random).gradients.encoder;
      return filled(
        [N, D],
        (n, d) => (W1.get(d!, n!) / b1.get(n!) - clean.get(n!, d!)) / DEVIATION,
      );
    }

    /** The mean of f over all of them. */
    const meanOf = (noise: Tensor, f: (n: number, d: number) => number): number =>
      filled([N, D], (n, d) => f(n!, d!)).data.reduce((sum, value) => sum + value, 0) / noise.size;

    it('is the plain autoencoder without noise', () => {
      expect(denoisingGradients(images(), plain(), 0, seededRandom(1))).to.almostEqual({
        loss: 0.21,
        gradients: PLAIN_GRADIENTS,
      });
    });

    it('compares what it draws with the clean images', () => {
      // This decoder draws the same whatever the code is: (¾, ½, ¼).
      const { encoder, decoder } = plain();
      const blind = { ...decoder, W2: zeros(2, 3), b2: timesLn3(array([1, 0, -1])) };
      const { loss } = denoisingGradients(
        images(),
        { encoder, decoder: blind },
        0.7,
        seededRandom(2),
      );
      expect(loss).to.almostEqual((0.0625 + 0.25 + 0 + 0.5625 + 0.25 + 0.0625) / 2);
    });

    it('shows the encoder each pixel with normal noise of the given deviation around it', () => {
      // The standard errors of 440 numbers; a right answer is outside of 5.5 of them less than once in a million.
      const noise = noiseSeen(seededRandom(3));
      const error = 1 / Math.sqrt(N * D);
      const within = meanOf(noise, (n, d) => Number(Math.abs(noise.get(n, d)) < 1));
      expect(meanOf(noise, (n, d) => noise.get(n, d))).to.be.closeTo(0, 5.5 * error);
      expect(meanOf(noise, (n, d) => noise.get(n, d) ** 2)).to.be.closeTo(
        1,
        5.5 * Math.SQRT2 * error,
      );
      expect(within).to.be.closeTo(0.6827, 5.5 * Math.sqrt(0.6827 * 0.3173) * error);
    });

    it('draws the noise of every pixel of every image by itself, in every call anew', () => {
      // Products of independent noise have the mean 0 and the deviation 1.
      const random = seededRandom(4);
      const [noise, next] = [noiseSeen(random), noiseSeen(random)];
      const error = 1 / Math.sqrt(N * D);
      for (const [what, other] of [
        ['the next pixel', (n: number, d: number) => noise.get(n, (d + 1) % D)],
        ['the next image', (n: number, d: number) => noise.get((n + 1) % N, d)],
        ['the next call', (n: number, d: number) => next.get(n, d)],
      ] as const) {
        const product = meanOf(noise, (n, d) => noise.get(n, d) * other(n, d));
        expect(product, what).to.be.closeTo(0, 5.5 * error);
      }
    });

    it('is made of nothing but the generator, and leaves its arguments unchanged', () => {
      const { encoder, decoder } = plain();
      const x = turned(images());
      const params = { encoder: asViews(encoder), decoder: asViews(decoder) };
      const run = (seed: number) => denoisingGradients(x, params, 0.2, seededRandom(seed));
      expect(() => run(5)).to.leaveUnchanged({ x, params });
      expect(run(5)).to.almostEqual(denoisingGradients(images(), plain(), 0.2, seededRandom(5)));
      expect(run(6).loss).not.to.be.closeTo(run(5).loss, 1e-9);
    });

    it('refuses sizes that do not fit', () => {
      const run = () => denoisingGradients(zeros(2, 2), plain(), 0.1, seededRandom(1));
      expect(run).to.throw(RangeError);
    });
  });

  describe('20.7 tiedGradients', () => {
    it('is the loss, and gradients with both uses of W, for two images worked out by hand', () => {
      const { x, params } = tied();
      expect(tiedGradients(x, params)).to.almostEqual({ loss: 0.3225, gradients: TIED_GRADIENTS });
    });

    for (const [N, D, K] of [
      [4, 3, 2],
      [3, 2, 2],
      [1, 2, 4],
    ] as const) {
      it(`agrees with numerical slopes for ${N} × ${D} pixels and codes of ${K}`, () => {
        const random = seededRandom(10 * N + K);
        const x = randomNormal(random, 1, N, D);
        expect({
          name: 'the tied autoencoder',
          inputs: {
            W: randomNormal(random, 0.7, D, K),
            b: randomNormal(random, 0.7, K),
            c: randomNormal(random, 0.7, D),
          },
          loss: (W: Tensor, b: Tensor, c: Tensor) => tiedGradients(x, { W, b, c }).loss,
          gradient: (W: Tensor, b: Tensor, c: Tensor) => ({
            ...tiedGradients(x, { W, b, c }).gradients,
          }),
          gradients: { W: 'W', b: 'b', c: 'c' },
          constants: { N },
          axes: { W: ['pixel', 'code'], b: ['code'], c: ['pixel'] },
        }).to.have.rightGradients();
      });
    }

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const { W, b, c } = tied().params;
      const x = turned(images());
      const params = { W: turned(W), b: spaced(b), c: spaced(c) };
      expect(() => tiedGradients(x, params)).to.leaveUnchanged({ x, params });
      expect(tiedGradients(x, params)).to.almostEqual({ loss: 0.3225, gradients: TIED_GRADIENTS });
    });

    it('refuses sizes that do not fit', () => {
      const { x, params } = tied();
      expect(() => tiedGradients(zeros(2, 4), params)).to.throw(RangeError);
      expect(() => tiedGradients(x, { ...params, b: zeros(3) })).to.throw(RangeError);
      expect(() => tiedGradients(x, { ...params, c: zeros(2) })).to.throw(RangeError);
    });
  });

  /** Means, deviations 2, ½, 3, 1, 4 and ⅓ as logarithms of variances, and draws. */
  const draw = () => ({
    mu: array([
      [1, -2, 0.5],
      [0, 3, -1],
    ]),
    logVar: map(
      array([
        [2, 0.5, 3],
        [1, 4, 1 / 3],
      ]),
      (deviation) => 2 * Math.log(deviation),
    ),
    epsilon: array([
      [0.5, -1, 2],
      [-1.5, 0.25, -3],
    ]),
  });

  describe('20.8 reparameterizeForward', () => {
    const CODES = [
      [2, -2.5, 6.5],
      [-1.5, 4, -2],
    ];

    it('is the mean and so many standard deviations', () => {
      const { mu, logVar, epsilon } = draw();
      expect(reparameterizeForward(mu, logVar, epsilon).out).to.almostEqual(CODES);
    });

    it('is the mean where the variance is next to nothing, and takes large variances', () => {
      const [mu, epsilon] = [array([[2, -3]]), array([[4, 3]])];
      const { out } = reparameterizeForward(mu, array([[-2000, -1900]]), epsilon);
      expect(out).to.almostEqual([[2, -3]]);
      // The variance e⁸⁰⁰ is too large for a number; the deviation e⁴⁰⁰ is not.
      const large = reparameterizeForward(zeros(1, 1), array([[800]]), array([[-2]])).out;
      expect(large).to.almostEqual([[-2 * Math.exp(400)]]);
    });

    it('reads views through their strides, leaves its arguments unchanged, and takes no code', () => {
      const given = draw();
      const [mu, logVar, epsilon] = [
        turned(given.mu),
        turned(given.logVar),
        turned(given.epsilon),
      ] as const;
      const call = () => reparameterizeForward(mu, logVar, epsilon);
      expect(call).to.leaveUnchanged({ mu, logVar, epsilon });
      expect(call().out).to.almostEqual(CODES);
      const none = zeros(0, 3);
      expect(reparameterizeForward(none, none, none).out).to.have.arrayShape([0, 3]);
    });

    it('refuses shapes that differ, and lists', () => {
      const [one, other] = [zeros(2, 3), zeros(3, 2)];
      expect(() => reparameterizeForward(one, one, other)).to.throw(RangeError);
      expect(() => reparameterizeForward(one, other, one)).to.throw(RangeError);
      expect(() => reparameterizeForward(other, one, one)).to.throw(RangeError);
      expect(() => reparameterizeForward(zeros(3), zeros(3), zeros(3))).to.throw(RangeError);
    });
  });

  describe('20.9 reparameterizeBackward', () => {
    const dout = () =>
      array([
        [1, -4, 0.5],
        [3, -1, 2],
      ]);
    const BACK = {
      dmu: dout(),
      dlogVar: array([
        [0.5, 1, 1.5],
        [-2.25, -0.5, -1],
      ]),
    };

    it('lets all of dout through to the mean, and half of σ · ε of it to the logarithm', () => {
      const { mu, logVar, epsilon } = draw();
      const { cache } = reparameterizeForward(mu, logVar, epsilon);
      expect(reparameterizeBackward(dout(), cache)).to.almostEqual(BACK);
    });

    it('agrees with numerical slopes for the draws that were made', () => {
      const random = seededRandom(11);
      const epsilon = randomNormal(random, 1, 4, 3);
      expect({
        name: 'the draw',
        inputs: { mu: randomNormal(random, 1, 4, 3), logVar: randomNormal(random, 1, 4, 3) },
        forward: (mu: Tensor, logVar: Tensor) => reparameterizeForward(mu, logVar, epsilon),
        backward: reparameterizeBackward,
        axes: {
          mu: ['sample', 'code'],
          logVar: ['sample', 'code'],
          out: ['sample', 'code'],
        },
      }).to.have.rightGradients();
    });

    it('reads views through their strides, and leaves dout and the cache as they were', () => {
      const { mu, logVar, epsilon } = draw();
      const { cache } = reparameterizeForward(turned(mu), turned(logVar), turned(epsilon));
      const view = turned(dout());
      expect(() => reparameterizeBackward(view, cache)).to.leaveUnchanged({ view, cache });
      expect(reparameterizeBackward(view, cache)).to.almostEqual(BACK);
    });
  });

  describe('20.10 klDivergence', () => {
    const given = () => ({
      mu: array([
        [1, -2],
        [0.5, 0],
        [0, 3],
      ]),
      logVar: map(
        array([
          [4, 9],
          [1, 2],
          [0.5, 3],
        ]),
        Math.log,
      ),
    });
    const WANTED = {
      loss: (13.875 - LN2 - 1.5 * LN3) / 3,
      dmu: array([
        [1 / 3, -2 / 3],
        [1 / 6, 0],
        [0, 1],
      ]),
      dlogVar: array([
        [3 / 6, 8 / 6],
        [0, 1 / 6],
        [-0.5 / 6, 2 / 6],
      ]),
    };

    it('is the sum over the code and the mean over the batch, with its gradients', () => {
      const { mu, logVar } = given();
      expect(klDivergence(mu, logVar)).to.almostEqual(WANTED);
    });

    it('is 0 at the standard normal distribution, where nothing pulls', () => {
      const nothing = zeros(2, 3);
      expect(klDivergence(nothing, nothing)).to.almostEqual({
        loss: 0,
        dmu: zeros(2, 3),
        dlogVar: zeros(2, 3),
      });
    });

    it('is finite where a variance is next to nothing', () => {
      const { loss, dlogVar } = klDivergence(array([[0, 0]]), array([[-2000, -1]]));
      expect(loss).to.almostEqual(1999 / 2 + Math.exp(-1) / 2);
      expect(dlogVar).to.almostEqual([[-0.5, (Math.exp(-1) - 1) / 2]]);
    });

    it('agrees with numerical slopes', () => {
      const random = seededRandom(12);
      expect({
        name: 'the divergence',
        inputs: { mu: randomNormal(random, 1, 4, 3), logVar: randomNormal(random, 1, 4, 3) },
        loss: (mu: Tensor, logVar: Tensor) => klDivergence(mu, logVar).loss,
        gradient: (mu: Tensor, logVar: Tensor) => {
          const { dmu, dlogVar } = klDivergence(mu, logVar);
          return { dmu, dlogVar };
        },
        gradients: { mu: 'dmu', logVar: 'dlogVar' },
        constants: { N: 4 },
        axes: { mu: ['sample', 'code'], logVar: ['sample', 'code'] },
      }).to.have.rightGradients();
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const [mu, logVar] = [turned(given().mu), turned(given().logVar)];
      expect(() => klDivergence(mu, logVar)).to.leaveUnchanged({ mu, logVar });
      expect(klDivergence(mu, logVar)).to.almostEqual(WANTED);
    });

    it('refuses shapes that differ, and lists', () => {
      expect(() => klDivergence(zeros(2, 3), zeros(3, 2))).to.throw(RangeError);
      expect(() => klDivergence(zeros(3), zeros(3))).to.throw(RangeError);
    });
  });

  describe('20.11 vaeGradients', () => {
    it('is the loss, and the gradient of every parameter, for two images worked out by hand', () => {
      const epsilon = array(EPSILON);
      expect(vaeGradients(images(), variational(), epsilon, 0.4)).to.almostEqual({
        loss: 0.21 + 0.4 * KL_OF_VARIATIONAL,
        gradients: variationalGradients(0.4),
      });
    });

    it('weighs the divergence by β, which may be 0', () => {
      for (const beta of [0, 3]) {
        expect(vaeGradients(images(), variational(), array(EPSILON), beta)).to.almostEqual({
          loss: 0.21 + beta * KL_OF_VARIATIONAL,
          gradients: variationalGradients(beta),
        });
      }
    });

    it('takes a batch of one', () => {
      const { loss, gradients } = vaeGradients(
        images().hi(1, 3),
        variational(),
        array([EPSILON[0]!]),
        3,
      );
      expect(loss).to.almostEqual(3 / 16 + 3 * (2.625 - LN2));
      expect(gradients.encoder.b2).to.almostEqual([2 * P + 4.5, P / 2 + 4.5]);
    });

    it('agrees with numerical slopes', () => {
      const [N, D, K] = [4, 3, 2];
      const x = randomNormal(seededRandom(N), 1, N, D);
      const epsilon = randomNormal(seededRandom(D), 1, N, K);
      const params = { encoder: drawn(7, [D, 2, 2 * K]), decoder: drawn(8, [K, 2, D]) };
      expectSlopes(
        'the variational autoencoder',
        params,
        (given) => vaeGradients(x, given, epsilon, 0.3),
        N,
      );
    });

    it('takes the means from the left half of the code, and the variances from the right one', () => {
      // The encoder gives (½, −1, 2 ln 2, 2 ln 3) whatever it sees, and the decoder draws ½.
      const constant = (out: Tensor): TwoLayerParams => ({
        W1: zeros(3, 2),
        b1: zeros(2),
        W2: zeros(2, out.size),
        b2: out,
      });
      const params = {
        encoder: constant(array([0.5, -1, 2 * LN2, 2 * LN3])),
        decoder: { ...constant(zeros(3)), W1: zeros(2, 2) },
      };
      const { loss, gradients } = vaeGradients(
        images(),
        params,
        array([
          [1, 2],
          [3, 4],
        ]),
        2,
      );
      const divergence = (0.25 + 4 - 2 * LN2 - 1 + 1 + 9 - 2 * LN3 - 1) / 2;
      expect(loss).to.almostEqual((0.5625 + 0.5) / 2 + 2 * divergence);
      expect(gradients.encoder.b2).to.almostEqual([1, -2, 3, 8]);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const { encoder, decoder } = variational();
      const [x, epsilon] = [turned(images()), turned(array(EPSILON))];
      const params = { encoder: asViews(encoder), decoder: asViews(decoder) };
      const call = () => vaeGradients(x, params, epsilon, 0.4);
      expect(call).to.leaveUnchanged({ x, params, epsilon });
      expect(call()).to.almostEqual({
        loss: 0.21 + 0.4 * KL_OF_VARIATIONAL,
        gradients: variationalGradients(0.4),
      });
    });

    it('refuses sizes that do not fit', () => {
      const run = (x: Tensor, params: AutoencoderParams, epsilon: Tensor) => () =>
        vaeGradients(x, params, epsilon, 1);
      expect(run(zeros(2, 2), variational(), zeros(2, 1))).to.throw(RangeError);
      expect(run(images(), variational(), zeros(2, 2))).to.throw(RangeError);
      expect(run(images(), variational(), zeros(1, 1))).to.throw(RangeError);
      expect(run(images(), plain(), zeros(2, 1))).to.throw(RangeError);
    });
  });

  describe('20.12 interpolate', () => {
    const [from, to] = [array([1, -2, 0.5]), array([3, 2, -0.5])];

    it('goes from one end to the other in even steps, both included', () => {
      expect(interpolate(from, to, 5)).to.almostEqual([
        [1, -2, 0.5],
        [1.5, -1, 0.25],
        [2, 0, 0],
        [2.5, 1, -0.25],
        [3, 2, -0.5],
      ]);
      expect(interpolate(array([6, 0]), array([0, 9]), 4)).to.almostEqual([
        [6, 0],
        [4, 3],
        [2, 6],
        [0, 9],
      ]);
    });

    it('is the two ends where there are two, and one of them again where both are the same', () => {
      expect(interpolate(from, to, 2)).to.almostEqual([
        [1, -2, 0.5],
        [3, 2, -0.5],
      ]);
      expect(interpolate(array([7]), array([7]), 3)).to.almostEqual([[7], [7], [7]]);
    });

    it('reads views through their strides, and leaves its arguments unchanged', () => {
      const [start, end] = [spaced(from), spaced(to)];
      expect(() => interpolate(start, end, 3)).to.leaveUnchanged({ start, end });
      expect(interpolate(start, end, 3)).to.almostEqual([
        [1, -2, 0.5],
        [2, 0, 0],
        [3, 2, -0.5],
      ]);
    });

    it('refuses fewer than two codes, and ends of other lengths', () => {
      expect(() => interpolate(from, to, 1)).to.throw(RangeError);
      expect(() => interpolate(from, to, 0)).to.throw(RangeError);
      expect(() => interpolate(from, array([1, 2]), 3)).to.throw(RangeError);
      expect(() => interpolate(zeros(2, 2), zeros(2, 2), 3)).to.throw(RangeError);
    });
  });

  describe('20.13 sampleImages', () => {
    /**
     * Its hidden units are z₀ + 20, z₁ + 20, always open, and one that nobody reads; its pixels are the sigmoids of z₀,
     * ½ · z₁, z₀ − z₁ and 0.
     */
    const decoder = (): TwoLayerParams => ({
      W1: array([
        [1, 0, 3],
        [0, 1, -2],
      ]),
      b1: array([20, 20, 0.5]),
      W2: array([
        [1, 0, 1, 0],
        [0, 0.5, -1, 0],
        [0, 0, 0, 0],
      ]),
      b2: array([-20, -10, 0, 0]),
    });
    const logit = (p: number): number => Math.log(p / (1 - p));
    /** The codes that were drawn. */
    const codesOf = (pixels: Tensor): [number, number][] =>
      Array.from({ length: pixels.shape[0]! }, (_, n) => [
        logit(pixels.get(n, 0)),
        2 * logit(pixels.get(n, 1)),
      ]);

    it('decodes one code for all pixels of an image', () => {
      const pixels = sampleImages(decoder(), 7, seededRandom(1));
      expect(pixels).to.have.arrayShape([7, 4]);
      for (const [n, [one, other]] of codesOf(pixels).entries()) {
        expect(logit(pixels.get(n, 2)), `image ${n}`).to.be.closeTo(one - other, 1e-9);
      }
    });

    it('draws codes of mean 0 and variance 1, each number by itself', () => {
      // Standard errors of 1/√n, √(2/n) and 1/√n; a right answer is outside of 5.5 of them less than once in a million.
      const n = 1000;
      const codes = codesOf(sampleImages(decoder(), n, seededRandom(2)));
      const mean = (f: (code: [number, number], i: number) => number): number =>
        codes.reduce((sum, code, i) => sum + f(code, i), 0) / n;
      for (const k of [0, 1] as const) {
        expect(mean((code) => code[k])).to.be.closeTo(0, 5.5 / Math.sqrt(n));
        expect(mean((code) => code[k] ** 2)).to.be.closeTo(1, 5.5 * Math.sqrt(2 / n));
        const next = mean((code, i) => code[k] * codes[(i + 1) % n]![k]);
        expect(next, 'one image and the next').to.be.closeTo(0, 5.5 / Math.sqrt(n));
      }
      expect(mean(([one, other]) => one * other)).to.be.closeTo(0, 5.5 / Math.sqrt(n));
    });

    it('draws normal numbers: about two thirds of them lie within 1', () => {
      // 0.6827 of them, with a standard error of √(0.6827 · 0.3173 / n) for n = 2000 numbers.
      const codes = codesOf(sampleImages(decoder(), 1000, seededRandom(3))).flat();
      const within = codes.filter((value) => Math.abs(value) < 1).length / codes.length;
      expect(within).to.be.closeTo(0.6827, 5.5 * Math.sqrt((0.6827 * 0.3173) / 2000));
      const far = codes.filter((value) => Math.abs(value) > 2).length / codes.length;
      expect(far).to.be.closeTo(0.0455, 5.5 * Math.sqrt((0.0455 * 0.9545) / 2000));
    });

    it('is made of nothing but the generator, and leaves the decoder unchanged', () => {
      const views = asViews(decoder());
      const run = (seed: number) => sampleImages(views, 3, seededRandom(seed));
      expect(() => run(4)).to.leaveUnchanged({ views });
      expect(run(4)).to.almostEqual(sampleImages(decoder(), 3, seededRandom(4)));
      expect(run(5).get(0, 0)).not.to.be.closeTo(run(4).get(0, 0), 1e-9);
    });

    it('draws no image if none is wanted', () => {
      expect(sampleImages(decoder(), 0, seededRandom(1))).to.have.arrayShape([0, 4]);
    });
  });
});
