/** The SIMD engine's kernels that are no products: layers.test.ts has those. */
import { normal, seededRandom } from '#datasets/random';
import { expect } from 'chai';
import { adamStep } from '../../../../reference/capstone/adam.ts';
import { floatsAt } from '../../../../reference/capstone/simd/memory.ts';
import { teamArithmetic, teamRoom } from '../../../../reference/capstone/simd/team-room.ts';
import { PARAMETER_COUNT } from '../../../../reference/capstone/network.ts';
import { imagesOf, pixelsOf, wholeImages, wholeNumbers } from '../fast/images.ts';
import { expectClose, ROUNDING } from '../samples.ts';
import { imagesIn, planesIn, put, putRows, rowsIn, workshop } from './groups.ts';

describe('The SIMD kernel interleave', () => {
  it('lays the pixels of images side by side, and blank ones where there are fewer than eight', () => {
    for (const N of [1, 5, 8]) {
      const shop = workshop();
      const images = wholeImages({ N, C: 1, H: 3, W: 3 }, N);
      const to = planesIn(shop, { N: 8, C: 1, H: 3, W: 3 }, 7);
      // What lies behind the last image is none.
      const pixels = [...pixelsOf(images), ...Array<number>(9 * 8).fill(6)];
      shop.kernels.interleave(shop.put(pixels), N, 3, to.inside);
      const all = pixelsOf(imagesIn(shop, to, 8));
      expect(all.slice(0, 9 * N)).to.deep.equal(pixelsOf(images));
      expect(all.slice(9 * N)).to.deep.equal(Array(9 * (8 - N)).fill(0));
    }
  });
});

describe('The SIMD kernels pool and poolBackward', () => {
  /** The larger of 0 and the four of a window, and where it is: the first of equals; none if it is 0. */
  function largest(at: (i: number, j: number) => number): { value: number; place: number } {
    const window = [at(0, 0), at(0, 1), at(1, 0), at(1, 1)];
    const value = Math.max(0, ...window);
    return { value, place: value > 0 ? window.indexOf(value) : -1 };
  }

  for (const size of [
    { N: 8, C: 1, H: 2, W: 6 },
    { N: 8, C: 4, H: 4, W: 2 },
    { N: 3, C: 5, H: 6, W: 4 },
  ]) {
    it(`take the largest of four and 0, and its gradient back, of ${size.C}×${size.H}×${size.W}`, () => {
      const { N, C, H, W } = size;
      const half = { N, C, H: H / 2, W: W / 2 };
      const shop = workshop();
      // Of nine numbers many are equal, and many windows have none above 0.
      const x = wholeImages(size, 3);
      const [from, out, dx] = [put(shop, x), planesIn(shop, half, 9), planesIn(shop, size, 9)];
      shop.kernels.pool(from.inside, half.H, half.W, C, out.inside);
      const windowOf = (n: number, c: number, i: number, j: number) =>
        largest((p, q) => x.at(n, c, 2 * i + p, 2 * j + q));
      const right = (n: number, c: number, i: number, j: number) => windowOf(n, c, i, j).value;
      const pooled = imagesIn(shop, out, N);
      expect(pixelsOf(pooled)).to.deep.equal(pixelsOf({ ...half, at: right }));

      const dout = wholeImages(half, 4);
      const back = put(shop, dout);
      shop.kernels.poolBackward(from.inside, out.inside, back.inside, half.H, half.W, C, dx.inside);
      const gradient = (n: number, c: number, i: number, j: number) => {
        const { place } = windowOf(n, c, i >> 1, j >> 1);
        return place === 2 * (i & 1) + (j & 1) ? dout.at(n, c, i >> 1, j >> 1) : 0;
      };
      expect(pixelsOf(imagesIn(shop, dx, N))).to.deep.equal(pixelsOf({ ...size, at: gradient }));
    });
  }

  it('give the gradient of a tie to the first in row-major order, and that of zeros to nobody', () => {
    const shop = workshop();
    const size = { N: 4, C: 1, H: 2, W: 2 };
    const windows = [
      [2, 2, 2, 2],
      [1, 3, 3, 1],
      [0, 0, 0, 0],
      [-1, -1, -2, -1],
    ];
    const x = put(shop, imagesOf(windows.flat(), size));
    const half = { ...size, H: 1, W: 1 };
    const [out, dx] = [planesIn(shop, half), planesIn(shop, size, 9)];
    const dout = put(shop, imagesOf([5, 6, 7, 8], half));
    shop.kernels.pool(x.inside, 1, 1, 1, out.inside);
    shop.kernels.poolBackward(x.inside, out.inside, dout.inside, 1, 1, 1, dx.inside);
    const right = [5, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    expect(pixelsOf(imagesIn(shop, dx, 4))).to.deep.equal(right);
  });

  it('keep NaN, wherever in the window it stands', () => {
    for (let place = 0; place < 4; place++) {
      const shop = workshop();
      const window = [1, 2, 3, 4].with(place, NaN);
      const x = put(shop, imagesOf(window, { N: 1, C: 1, H: 2, W: 2 }));
      const out = planesIn(shop, { N: 1, C: 1, H: 1, W: 1 });
      shop.kernels.pool(x.inside, 1, 1, 1, out.inside);
      expect(pixelsOf(imagesIn(shop, out, 1))).to.deep.equal([NaN]);
    }
  });
});

describe('The SIMD kernels relu and reluBackward', () => {
  it('keep what is above 0, and its gradient, from rows to rows that lie differently', () => {
    const shop = workshop();
    const numbers = [-3, 0, 0.5, 2, NaN, -0.25, 7, -Infinity];
    const x = shop.put([...numbers, 8, 8, 8, 8, 1, -1, 2, -2, 3, -3, 4, -4]);
    const [y, dx] = [shop.put(Array(16).fill(9)), shop.put(Array(20).fill(9))];
    shop.kernels.relu(x, 48, 2, 32, y, 32);
    const kept = [0, 0, 0.5, 2, NaN, 0, 7, 0, 1, 0, 2, 0, 3, 0, 4, 0];
    expect(shop.get(y, 16)).to.deep.equal(kept);
    const slopes = Array.from({ length: 16 }, (_, i) => i + 1);
    shop.kernels.reluBackward(y, shop.put(slopes), 32, 2, 32, dx, 48);
    const open = slopes.map((slope, i) => (kept[i]! > 0 ? slope : 0));
    const right = [...open.slice(0, 8), 9, 9, 9, 9, ...open.slice(8)];
    expect(shop.get(dx, 20)).to.deep.equal(right);
  });
});

describe('The SIMD kernel softmaxLoss', () => {
  /** The loss of each image and its gradient, in double precision. */
  function plain(logits: readonly number[], label: number, scale: number) {
    const largest = Math.max(...logits);
    const powers = logits.map((logit) => Math.exp(logit - largest));
    const sum = powers.reduce((total, power) => total + power, 0);
    const gradient = powers.map((power, k) => scale * (power / sum - (k === label ? 1 : 0)));
    return { loss: Math.log(sum) + largest - logits[label]!, gradient };
  }

  /** What the kernel makes of up to eight images. */
  function run(logits: readonly (readonly number[])[], labels: readonly number[], scale: number) {
    const shop = workshop();
    const classes = logits[0]!.length;
    const [from, to] = [
      putRows(shop, logits),
      putRows(shop, Array(8).fill(Array(classes).fill(9))),
    ];
    const right = shop.put(Array(8).fill(0));
    new Int32Array(shop.room.memory.buffer, right, 8).fill(-1).set(labels);
    const terms = shop.put(Array(16).fill(9));
    shop.kernels.softmaxLoss(from.place, right, classes, scale, to.place, terms);
    const [sums, margins] = [shop.get(terms, 8), shop.get(terms + 32, 8)];
    const losses = labels.map((_, n) => Math.log(sums[n]!) + margins[n]!);
    return { losses, gradients: rowsIn(shop, to, 8) };
  }

  it('has the loss and the gradient of logits of all sizes', () => {
    const random = seededRandom(3);
    for (const size of [1e-3, 1, 10, 1000]) {
      const logits = Array.from({ length: 8 }, () =>
        Array.from({ length: 7 }, () => Math.fround(size * normal(random))),
      );
      const labels = logits.map((_, n) => (3 * n) % 7);
      const { losses, gradients } = run(logits, labels, 0.25);
      logits.forEach((row, n) => {
        const right = plain(row, labels[n]!, 0.25);
        expect(losses[n], `${size}, ${n}`).to.be.closeTo(
          right.loss,
          4 * ROUNDING * Math.max(1, right.loss),
        );
        // exponential.ts promises 2e-7, once above and once in the sum.
        gradients[n]!.forEach((slope, k) => {
          expect(slope, `${size}, ${n}, ${k}`).to.be.closeTo(right.gradient[k]!, 0.25 * 5e-7);
        });
      });
    }
  });

  it('gives no gradient to images that are not there', () => {
    const logits = Array.from({ length: 8 }, (_n, n) => [n, 1, -2]);
    const { gradients } = run(logits, [2, 0, 1], 1);
    expect(gradients.slice(3)).to.deep.equal(Array.from({ length: 5 }, () => [0, 0, 0]));
    expect(gradients[2]!.every((slope) => slope !== 0)).to.equal(true);
  });

  it('keeps NaN and what is infinite, in the image that has it', () => {
    for (const value of [NaN, Infinity]) {
      const { losses } = run(
        [
          [1, value, 2],
          [1, 2, 3],
        ],
        [0, 1],
        1,
      );
      expect(losses[0]).to.deep.equal(NaN);
      expect(losses[1]).to.be.closeTo(plain([1, 2, 3], 1, 1).loss, 1e-6);
    }
  });
});

describe("A team's arithmetic on SIMD kernels", () => {
  const room = teamRoom(8, 2);
  const { sum, adamStep: step } = teamArithmetic(room);

  it('adds gradients, each times its share, whatever was there', () => {
    const [a, b] = [wholeNumbers(PARAMETER_COUNT, 9, 1), wholeNumbers(PARAMETER_COUNT, 9, 2)];
    const out = new Float32Array(PARAMETER_COUNT).fill(7);
    const parts = [
      { gradient: a, share: 0.75 },
      { gradient: b, share: 0.25 },
    ];
    sum(parts, out);
    expect(out).to.deep.equal(a.map((value, i) => 0.75 * value + 0.25 * b[i]!));
    sum(parts.slice(1), out);
    expect(out).to.deep.equal(b.map((value) => 0.25 * value));
  });

  it('takes the steps of adamStep, up to the rounding of single precision', () => {
    const random = seededRandom(31);
    // From far above ε = 1e-8 to far below it.
    const sizes = [1e3, 1, 1e-3, 1e-6, 1e-8, 1e-10, 0];
    const arrays = (): [Float32Array, Float32Array, Float32Array] => [
      new Float32Array(PARAMETER_COUNT),
      new Float32Array(PARAMETER_COUNT),
      new Float32Array(PARAMETER_COUNT),
    ];
    const [own, right] = [arrays(), arrays()];
    for (let t = 1; t <= 5; t++) {
      const g = new Float32Array(PARAMETER_COUNT);
      for (let i = 0; i < g.length; i += 1 + (i % 997)) g[i] = sizes[i % 7]! * normal(random);
      g[g.length - 1] = t;
      step(own[0], g, own[1], own[2], t, 0.01);
      adamStep(right[0], g, right[1], right[2], t, 0.01);
      // See adam.test.ts for what each rounding moves; here also the products are rounded.
      const error = own[0].reduce((most, w, i) => Math.max(most, Math.abs(w - right[0][i]!)), 0);
      expect(error, `the parameters after step ${t}`).to.be.at.most(16 * t * 0.01 * ROUNDING);
      expectClose(own[1], right[1], 4 * t * ROUNDING, 'm');
      expectClose(own[2], right[2], 4 * t * ROUNDING, 'v');
    }
    expect(own[0].at(-1)).to.be.closeTo(-0.05, 0.01);
  });

  it('is the same for arrays in its memory as for others', () => {
    const numbers = () => [1, 2, 3, 4].map((seed) => wholeNumbers(PARAMETER_COUNT, 9, seed));
    const [w, g, m, v] = numbers() as [Float32Array, Float32Array, Float32Array, Float32Array];
    v.forEach((value, i) => (v[i] = Math.abs(value)));
    const own = teamRoom(8, 2);
    const inside = [w, g, m, v].map((array, i) => {
      const copy = floatsAt(own, own.next, PARAMETER_COUNT);
      own.next += 64 * Math.ceil((4 * PARAMETER_COUNT) / 64);
      copy.set(array);
      expect(copy, String(i)).to.deep.equal(array);
      return copy;
    }) as [Float32Array, Float32Array, Float32Array, Float32Array];
    step(w, g, m, v, 3, 0.5);
    teamArithmetic(own).adamStep(...inside, 3, 0.5);
    [w, g, m, v].forEach((array, i) => expect(inside[i]!, String(i)).to.deep.equal(array));
    expect(w).to.not.deep.equal(numbers()[0]);
  });
});
