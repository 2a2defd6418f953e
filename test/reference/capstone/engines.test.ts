/** All engines compute the same numbers up to rounding: each is compared with the plain one in double precision. */
import * as lesson from '#lessons/18-capstone';
import { expect } from 'chai';
import type { Batch, PromptEngine } from '../../../reference/capstone/engine.ts';
import { fastEngine } from '../../../reference/capstone/fast/engine.ts';
import { lessonEngine } from '../../../reference/capstone/lesson-engine.ts';
import {
  CLASSES,
  PARAMETER_COUNT,
  PARAMETERS,
  PIXELS,
  split,
} from '../../../reference/capstone/network.ts';
import { plainEngine } from '../../../reference/capstone/plain-engine.ts';
import { simdEngine } from '../../../reference/capstone/simd/engine.ts';
import { expectSnapshot } from '../../snapshot.ts';
import {
  awkwardParameters,
  batchFrom,
  drawnDigits,
  expectClose,
  realDigits,
  ROUNDING,
  together,
} from './samples.ts';

/** How many images the fast engines are made for. */
const SIZE = 12;

/**
 * What float32 can promise. Each of T terms of a sum is rounded, by up to ROUNDING of what is summed so far; these
 * errors go up and down at random, so they grow to about √T of one. Every result goes through the 3136 terms of
 * affine4, and the gradient of a filter also through the N·S·S pixels of its images. The factor of 2 is for the
 * layers on the way.
 */
function tolerance(terms: number): number {
  return 2 * Math.sqrt(Math.max(terms, 64 * 7 * 7)) * ROUNDING;
}

/** How many terms the sum of a parameter's gradient has. */
function termsOf(name: string, N: number): number {
  return N * ({ W1: 784, b1: 784, W2: 196, b2: 196, W3: 49, b3: 49 }[name] ?? 1);
}

const parameters = awkwardParameters(5);
const plain = plainEngine();

function gradientOf(engine: PromptEngine, batch: Batch): { loss: number; gradient: Float32Array } {
  // What is there before must not matter.
  const gradient = new Float32Array(PARAMETER_COUNT).fill(7);
  return { loss: engine.gradient(parameters, batch, gradient), gradient };
}

type Result = ReturnType<typeof gradientOf>;

/** Compares the loss and the gradient of each parameter; N is how many images there were. */
function expectSame(actual: Result, expected: Result, N: number): void {
  expect(actual.loss / expected.loss, 'loss').to.be.closeTo(1, tolerance(0));
  const [own, right] = [split(actual.gradient), split(expected.gradient)];
  for (const { name } of PARAMETERS) {
    expectClose(own[name], right[name], tolerance(termsOf(name, N)), name);
  }
}

describe('The engines of the capstone', function () {
  this.timeout(20_000);
  // The real digits come first, then the blank image, the full one and two of scattered pixels.
  const parts: Record<string, [start: number, end: number]> = {
    'a full batch': [0, 12],
    'a smaller batch': [6, 11],
    'a single image': [11, 12],
    'a blank image': [8, 9],
  };
  let batchOf: (what: string) => Batch;
  before(() => {
    const digits = together(realDigits(8), drawnDigits(4));
    batchOf = (what) => batchFrom(digits, ...parts[what]!);
  });
  const expected = new Map<string, Result>();

  const engines: Record<string, PromptEngine> = {
    'the fast engine on webasm': fastEngine('webasm', SIZE),
    'the fast engine on cpu': fastEngine('cpu', SIZE),
    'the SIMD engine': simdEngine(SIZE),
    "lesson 18's kernels on webasm": lessonEngine(lesson, 'webasm'),
  };
  for (const [name, engine] of Object.entries(engines)) {
    describe(name, () => {
      for (const what of Object.keys(parts)) {
        it(`has the plain engine's loss, gradients and logits for ${what}`, () => {
          const batch = batchOf(what);
          const right = expected.get(what) ?? gradientOf(plain, batch);
          expected.set(what, right);
          expectSame(gradientOf(engine, batch), right, batch.labels.length);
          const logits = engine.logits(parameters, batch.images);
          expect(logits).to.have.length(CLASSES * batch.labels.length);
          expectClose(logits, plain.logits(parameters, batch.images), tolerance(0), 'logits');
        });
      }

      it('gives the same bytes again, whatever came between', () => {
        const batch = batchOf('a single image');
        const first = gradientOf(engine, batch);
        engine.logits(parameters, batchOf('a full batch').images);
        expect(gradientOf(engine, batch)).to.deep.equal(first);
      });
    });
  }

  it('agree when the images of a sum are taken eight at a time', () => {
    const batch = batchFrom(realDigits(8), 0, 8);
    expectSame(gradientOf(fastEngine('webasm', 8), batch), gradientOf(plain, batch), 8);
  });

  it('let no gradient through to what is below 0 everywhere', () => {
    for (const engine of [plain, ...Object.values(engines)]) {
      const { gradient } = gradientOf(engine, batchOf('a single image'));
      const { W1, b1, W2, b2, W3, b3, W4, b4 } = split(gradient);
      const dead = [
        W1.subarray(0, 9),
        W2.subarray(0, 16 * 9),
        W3.subarray(0, 32 * 9),
        ...[b1, b2, b3, b4].map((bias) => bias.subarray(0, 1)),
        W4.filter((_, i) => i % 128 === 0),
      ];
      for (const part of dead) expect(part.every((value) => value === 0)).to.equal(true);
    }
  });

  const layers = { W1: 'conv1', W2: 'conv2', W3: 'conv3', W4: 'affine4', W5: 'affine5' } as const;
  for (const [name, engine] of Object.entries({ 'the plain engine': plain, ...engines })) {
    it(`${name} names the first layer whose output is not finite, and its loss is not finite`, () => {
      const { images, labels } = batchOf('a single image');
      expect(engine.firstNotFinite(parameters, images)).to.equal(undefined);
      for (const [weights, layer] of Object.entries(layers)) {
        const broken = parameters.slice();
        // The second weight of the second output, since the first one is below 0 everywhere.
        const { shape } = PARAMETERS.find((parameter) => parameter.name === weights)!;
        const place = shape.length === 4 ? shape[1]! * 9 + 1 : shape[1]! + 1;
        split(broken)[weights as keyof typeof layers][place] = NaN;
        expect(engine.firstNotFinite(broken, images)).to.equal(layer);
        const loss = engine.gradient(broken, { images, labels }, new Float32Array(PARAMETER_COUNT));
        expect(Number.isNaN(loss), layer).to.equal(true);
      }
    });
  }

  it('the fast engine refuses sizes that its kernels are not written for', () => {
    const messages = [0, 3, 516].map((size) => {
      try {
        fastEngine('webasm', size);
      } catch (error) {
        expect(error).to.be.instanceOf(RangeError);
        return (error as Error).message;
      }
      return 'nothing was thrown';
    });
    expectSnapshot('capstone/run-engine-sizes', `${messages.join('\n')}\n`);
  });

  it('the fast engine refuses more images than it was made for, parts of an image, and none', () => {
    const engine = engines['the fast engine on webasm']!;
    const images = (count: number) => new Float32Array(count * PIXELS);
    const gradient = new Float32Array(PARAMETER_COUNT);
    const labels = new Int32Array(SIZE + 1);
    const calls = {
      'too many': () => engine.logits(parameters, images(SIZE + 1)),
      'a part of an image': () => engine.logits(parameters, images(1.5)),
      none: () => engine.logits(parameters, images(0)),
      'too many for a gradient': () =>
        engine.gradient(parameters, { images: images(SIZE + 1), labels }, gradient),
      'too many to look at': () => engine.firstNotFinite(parameters, images(SIZE + 1)),
    };
    const messages = Object.entries(calls).map(([what, call]) => {
      try {
        call();
      } catch (error) {
        expect(error).to.be.instanceOf(RangeError);
        return `${what}\n  ${(error as Error).message}`;
      }
      return `${what}\n  nothing was thrown`;
    });
    expectSnapshot('capstone/run-engine-images', `${messages.join('\n')}\n`);
  });
});
