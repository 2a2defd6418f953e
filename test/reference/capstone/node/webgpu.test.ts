/**
 * The capstone on WebGPU in Node. A machine without a graphics card can have SwiftShader, which is slow, so all of this
 * is done with very few images; where nothing answers through WebGPU at all, it is skipped.
 */
import gpujs from 'gpu.js';
import ndarray from 'ndarray';
import { product } from '#arrays';
import { seededRandom } from '#datasets/random';
import { launch } from '#kernels';
import { convForward } from '#lessons/18-capstone';
import { KernelError } from '../../../../base/kernel-words.ts';
import { expect } from 'chai';
import type { CardEngine } from '../../../../reference/capstone/gpu/engine.ts';
import type { CardError } from '../../../../reference/capstone/gpu/compile.ts';
import { openCard } from '../../../../reference/capstone/gpu/card.ts';
import {
  CLASSES,
  PARAMETER_COUNT,
  PARAMETERS,
  split,
} from '../../../../reference/capstone/network.ts';
import {
  findCard,
  installWebGpu,
  removeWebGpu,
} from '../../../../reference/capstone/node/webgpu.ts';
import { waitForCard } from '../../../../reference/capstone/node/waiting-card.ts';
import { loadCheckpoint } from '../../../../reference/capstone/node/checkpoint.ts';
import { runCapstone } from '../../../../reference/capstone/node/run.ts';
import { plainEngine } from '../../../../reference/capstone/plain-engine.ts';
import { soloTeam } from '../../../../reference/capstone/team.ts';
import { folderWithDigits, writeDigits } from './digits-folder.ts';
import { newProgress, train, type Progress } from '../../../../reference/capstone/training.ts';
import {
  awkwardParameters,
  batchFrom,
  expectClose,
  drawnDigits,
  realDigits,
  together,
} from '../samples.ts';

const SIZE = 4;

/** What ends the device; gpu.js does not declare it. */
const { WebGPUContext } = gpujs as unknown as { WebGPUContext: { destroy(): Promise<void> } };

describe('On a graphics card, or what stands for one (skipped where nothing answers through WebGPU)', function () {
  this.timeout(300_000);
  const at = folderWithDigits();
  let engine: CardEngine;
  const parameters = awkwardParameters(5);
  const plain = plainEngine();
  // Two real digits, then a blank image and a full one.
  const digits = together(realDigits(2), drawnDigits(2));

  before(async function () {
    if ((await findCard()) === undefined) this.skip();
    await installWebGpu();
    const card = await openCard('webgpu', SIZE);
    expect(card.name).to.not.equal('');
    engine = card.engine;
  });
  after(removeWebGpu);

  it("is the plain engine's gradient, to two millionths of each array's largest entry", async () => {
    for (const [start, end] of [
      [0, 4],
      [1, 3],
    ] as const) {
      const batch = batchFrom(digits, start, end);
      const [own, right] = [
        new Float32Array(PARAMETER_COUNT).fill(7),
        new Float32Array(PARAMETER_COUNT),
      ];
      const loss = await engine.gradient(parameters, batch, own);
      expect(loss / plain.gradient(parameters, batch, right)).to.be.closeTo(1, 2e-6);
      for (const { name } of PARAMETERS) {
        expectClose(split(own)[name], split(right)[name], 2e-6, `${name} of ${end - start}`);
      }
      const logits = await engine.logits(parameters, batch.images);
      expect(logits).to.have.length(CLASSES * batch.labels.length);
      expectClose(logits, plain.logits(parameters, batch.images), 2e-6, 'logits');
    }
  });

  it('names the first layer whose output is not finite, and its loss is not finite', async () => {
    const { images, labels } = batchFrom(digits, 0, 1);
    const layers = { W1: 'conv1', W2: 'conv2', W3: 'conv3', W4: 'affine4', W5: 'affine5' } as const;
    expect(await engine.firstNotFinite(parameters, images)).to.equal(undefined);
    for (const [weights, layer] of Object.entries(layers)) {
      const broken = parameters.slice();
      // The second weight of the second output, since the first one is below 0 everywhere.
      const { shape } = PARAMETERS.find(({ name }) => name === weights)!;
      const place = shape.length === 4 ? shape[1]! * 9 + 1 : shape[1]! + 1;
      split(broken)[weights as keyof typeof layers][place] = NaN;
      expect(await engine.firstNotFinite(broken, images)).to.equal(layer);
      const loss = await engine.gradient(
        broken,
        { images, labels },
        new Float32Array(PARAMETER_COUNT),
      );
      expect(Number.isNaN(loss), layer).to.equal(true);
    }
  });

  const settings = {
    epochs: 1,
    batch: 3,
    learningRate: 0.01,
    seed: 1,
    shift: 0,
    turn: 0,
    zoom: 0,
    warp: 0,
  };
  const data = { train: digits, heldOut: digits };
  const trained = async (progress: Progress, stop = Infinity): Promise<Progress> => {
    const controller = new AbortController();
    await train(
      progress,
      settings,
      {
        team: soloTeam(engine, data, progress.parameters),
        data,
        signal: controller.signal,
        clock: () => 0,
      },
      { step: () => void (progress.step === stop && controller.abort()) },
    );
    return structuredClone(progress);
  };

  it('trains as plain code does, to the same bytes again, and in parts', async () => {
    const whole = await trained(newProgress(2));
    expect(whole.step).to.equal(2);
    const other = newProgress(2);
    await train(other, settings, {
      team: soloTeam(plain, data, other.parameters),
      data,
      signal: new AbortController().signal,
      clock: () => 0,
    });
    // Adam's first steps depend on the signs of gradients, also of those that are nearly 0: most agree, some do not.
    const errors = whole.parameters.map((value, i) => Math.abs(value - other.parameters[i]!));
    expect(errors.toSorted()[Math.floor(0.98 * PARAMETER_COUNT)]).to.be.below(1e-5);
    expectClose(whole.m, other.m, 1e-3, 'm');
    const part = await trained(newProgress(2), 1);
    expect(part.step).to.equal(1);
    expect(await trained(part)).to.deep.equal(whole);
  });

  it("runs lesson 18's kernels for a thread that waits, and says what cannot be run", () => {
    waitForCard();
    const random = seededRandom(3);
    const numbers = (...shape: number[]) =>
      ndarray(
        Float32Array.from({ length: product(shape) }, () => random() - 0.5),
        shape,
      );
    // Sizes that are no powers of 2: a card's division has to come out whole all the same.
    const [x, W, b] = [numbers(5, 2, 6, 7), numbers(3, 2, 3, 5), numbers(3)];
    const own = convForward(x, W, b, 1, 'webgpu');
    const right = convForward(x, W, b, 1, 'cpu');
    expect(own.shape).to.deep.equal(right.shape);
    expectClose(own.data, right.data, 1e-6, 'convForward');
    const outside = 3;
    const kernel = function reachesOut(): number {
      return outside;
    };
    expect(() => launch(kernel, { backend: 'webgpu', shape: [2] })).to.throw(
      KernelError,
      /^launch: .*reachesOut/,
    );
  });

  it('comes back as it was after the last epoch when the card is lost', async () => {
    const progress = newProgress(2);
    const team = soloTeam(engine, data, progress.parameters);
    let failure: CardError | undefined;
    const state = { team, data, signal: new AbortController().signal, clock: () => 0 };
    await train(progress, settings, state, { step: () => void WebGPUContext.destroy() }).catch(
      (error: unknown) => (failure = error as CardError),
    );
    expect(failure).to.have.property('name', 'CardError');
    expect(failure!.message).to.match(/^The graphics card failed at \w+: /);
    expect(progress).to.deep.equal(newProgress(2));
  });

  it('saves the run when the card is lost, and says how to go on', async () => {
    writeDigits(at('few'), realDigits(6), 4);
    let stderr = '';
    const args = `--engine webgpu --batch 4 --epochs 2 --data ${at('few')} --out ${at('lost')}`;
    const code = await runCapstone(args.split(' '), {
      stdout: () => {},
      stderr: {
        // On a terminal each step is drawn: the card is lost in the second epoch.
        write: (text) => {
          stderr += text;
          if (text.includes('epoch 2/2')) void WebGPUContext.destroy();
        },
        isTTY: true,
      },
      signal: new AbortController().signal,
      clock: () => 0,
    });
    expect(code).to.equal(1);
    expect(stderr).to.match(
      /The graphics card failed at \w+: .*\. The run is saved as it was after step 1\. To go on: npm run capstone -- --resume \S+ --engine webgpu --threads 1 /,
    );
    expect(loadCheckpoint(at('lost', 'checkpoint.safetensors')).progress.step).to.equal(1);
  });
});
