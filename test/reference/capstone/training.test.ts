import { WARP_SIZE } from '#datasets/distort';
import { seededRandom } from '#datasets/random';
import { expect } from 'chai';
import { adamStep } from '../../../reference/capstone/adam.ts';
import { partOf, unmoved, type Digits, type Draw } from '../../../reference/capstone/digits.ts';
import type { Engine } from '../../../reference/capstone/engine.ts';
import { fastEngine } from '../../../reference/capstone/fast/engine.ts';
import {
  initialParameters,
  PARAMETER_COUNT,
  PIXELS,
  split,
} from '../../../reference/capstone/network.ts';
import { plainEngine } from '../../../reference/capstone/plain-engine.ts';
import type { EpochRecord, StepReport } from '../../../reference/training-loop.ts';
import { soloTeam, type Data, type Team } from '../../../reference/capstone/team.ts';
import {
  DivergedError,
  epochDraw,
  evaluate,
  newProgress,
  rateAt,
  train,
  type Progress,
  type Settings,
} from '../../../reference/capstone/training.ts';
import { realDigits } from './samples.ts';

/** No distortion at all. */
const STILL = { shift: 0, turn: 0, zoom: 0, warp: 0 };

const settings: Settings = { epochs: 2, batch: 4, learningRate: 0.01, seed: 1, ...STILL };
const never = new AbortController().signal;

/** Digits without a picture. */
function blank(...labels: number[]): Digits {
  return { pixels: new Uint8Array(labels.length * PIXELS), labels: Uint8Array.from(labels) };
}

/** A clock that goes on by a quarter of a second each time it is looked at. */
function ticking(): () => number {
  let time = 0;
  return () => (time += 250);
}

/** A team without a network: a gradient of one number throughout, a loss, and logits that prefer one class. */
function fakeTeam(): { team: Team; draws: Draw[] } {
  const draws: Draw[] = [];
  const team: Team = {
    gradient: async (draw, gradient) => {
      draws.push(draw);
      gradient.fill(draw.indices.length);
      return draws.length;
    },
    logits: async (_, { indices }) =>
      Float32Array.from({ length: 10 * indices.length }, (_unused, i) => (i % 10 === 7 ? 1 : 0)),
    firstNotFinite: async () => undefined,
  };
  return { team, draws };
}

describe('epochDraw', () => {
  it('sees every digit once', () => {
    const { indices } = epochDraw(100, 0, { ...settings, shift: 2, turn: 9, zoom: 0.1 });
    expect([...indices].toSorted((a, b) => a - b)).to.deep.equal([...Array(100).keys()]);
    expect([...indices]).to.not.deep.equal([...Array(100).keys()]);
  });

  it('depends on the seed and on the epoch', () => {
    const draw = epochDraw(100, 3, settings);
    expect(epochDraw(100, 3, { ...settings })).to.deep.equal(draw);
    expect(epochDraw(100, 4, settings)).to.not.deep.equal(draw);
    expect(epochDraw(100, 3, { ...settings, seed: 2 })).to.not.deep.equal(draw);
    // Even the largest seed there is, which a sum would take past the end.
    expect(epochDraw(100, 3, { ...settings, seed: 2 ** 32 - 1 })).to.not.deep.equal(draw);
  });

  it('moves, turns and resizes digits by up to what is allowed, evenly to each side', () => {
    const { moves } = epochDraw(1000, 0, { ...settings, shift: 2, turn: 90, zoom: 0.25 });
    expect(moves).to.have.length(4000);
    const limits = [2, 2, Math.PI / 2, 0.25];
    limits.forEach((limit, axis) => {
      const offsets = [...moves]
        .filter((_, i) => i % 4 === axis)
        .map((x) => (axis === 3 ? x - 1 : x));
      // In each fifth of the range 200 are expected, with a standard deviation of √(1000 · 0.2 · 0.8) ≈ 13.
      const fifths = [0, 0, 0, 0, 0];
      for (const offset of offsets) fifths[Math.floor(((offset / limit + 1) / 2) * 5)]! += 1;
      expect(fifths).to.have.length(5);
      for (const count of fifths) expect(count).to.be.within(200 - 4 * 13, 200 + 4 * 13);
    });
    const [right, down] = [0, 1].map((axis) => [...moves].filter((_, i) => i % 4 === axis));
    // Two columns that know nothing of each other: their correlation is off by 1/√1000.
    const product = right!.reduce((sum, x, i) => sum + x * down![i]!, 0) / 1000;
    expect(Math.abs(product / (4 / 3))).to.be.below(4 / Math.sqrt(1000));
  });

  it('warps digits by up to what is allowed, each in its own way', () => {
    const { moves, warps } = epochDraw(40, 0, { ...settings, shift: 2, warp: 3 });
    expect(warps).to.have.length(40 * WARP_SIZE);
    expect(new Set(warps).size).to.be.greaterThan(0.99 * warps.length);
    expect(Math.max(...warps)).to.be.within(2.9, 3);
    expect(Math.min(...warps)).to.be.within(-3, -2.9);
    // What else is drawn is as without.
    expect(epochDraw(40, 0, { ...settings, shift: 2 }).moves).to.deep.equal(moves);
    expect(epochDraw(40, 0, settings).warps).to.have.length(0);
  });

  it('leaves digits alone when nothing is allowed', () => {
    const { moves } = epochDraw(10, 0, settings);
    expect([...moves].every((value, i) => value === (i % 4 === 3 ? 1 : 0))).to.equal(true);
  });
});

describe('rateAt', () => {
  it('falls from the full rate through the half of it to almost 0', () => {
    expect(rateAt(0, 100, 0.5)).to.equal(0.5);
    // The cosine of π/3 is 1/2.
    expect(rateAt(30, 90, 0.5)).to.be.closeTo(0.375, 1e-15);
    expect(rateAt(50, 100, 0.5)).to.be.closeTo(0.25, 1e-15);
    expect(rateAt(100, 100, 0.5)).to.equal(0);
    expect(rateAt(99, 100, 0.5)).to.be.within(0, 0.001);
  });
});

describe('newProgress', () => {
  it("begins with the seed's start values, and with moments of 0", () => {
    const progress = newProgress(5);
    expect(progress.parameters).to.deep.equal(initialParameters(seededRandom(5)));
    expect(progress.m).to.deep.equal(new Float32Array(PARAMETER_COUNT));
    expect(progress.v).to.deep.equal(new Float32Array(PARAMETER_COUNT));
    const { step, history, lossSum, seconds } = progress;
    expect({ step, history, lossSum, seconds }).to.deep.equal({
      step: 0,
      history: [] as EpochRecord[],
      lossSum: 0,
      seconds: 0,
    });
  });
});

describe('train', function () {
  this.timeout(20_000);

  describe('with a team that has no network', () => {
    const data = { train: blank(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), heldOut: blank(7, 7, 1, 7, 2) };
    let progress: Progress;
    let draws: Draw[];
    const steps: StepReport[] = [];
    const epochs: EpochRecord[] = [];

    before(async () => {
      progress = newProgress(1);
      const fake = fakeTeam();
      draws = fake.draws;
      const isComplete = await train(
        progress,
        settings,
        { team: fake.team, data, signal: never, clock: ticking() },
        {
          step: (report) => steps.push(report),
          epoch: async (record) => void epochs.push(record),
        },
      );
      expect(isComplete).to.equal(true);
    });

    it('takes the steps of all epochs, the last of each with the digits that are left', () => {
      // 10 digits in batches of 4.
      expect(draws.map(({ indices }) => indices.length)).to.deep.equal([4, 4, 2, 4, 4, 2]);
      expect(progress.step).to.equal(6);
      for (const epoch of [0, 1]) {
        const draw = epochDraw(10, epoch, settings);
        const parts = [0, 4, 8].map((start) => partOf(draw, start, start + 4));
        expect(draws.slice(3 * epoch, 3 * epoch + 3)).to.deep.equal(parts);
      }
    });

    it('tells of every step', () => {
      expect(steps).to.deep.equal([
        { step: 1, steps: 3, count: 4, loss: 1 },
        { step: 2, steps: 3, count: 4, loss: 2 },
        { step: 3, steps: 3, count: 2, loss: 3 },
        { step: 1, steps: 3, count: 4, loss: 4 },
        { step: 2, steps: 3, count: 4, loss: 5 },
        { step: 3, steps: 3, count: 2, loss: 6 },
      ]);
    });

    it('weights the losses of an epoch by their digits, and measures on those held out', () => {
      // (4·1 + 4·2 + 2·3) / 10 and (4·4 + 4·5 + 2·6) / 10; 3 of 5 are sevens; a quarter of a second each step.
      const records = [
        { epoch: 1, loss: 1.8, accuracy: 0.6, seconds: 0.75 },
        { epoch: 2, loss: 4.8, accuracy: 0.6, seconds: 0.75 },
      ];
      expect(epochs).to.deep.equal(records);
      expect(progress.history).to.deep.equal(records);
      expect(progress.lossSum).to.equal(0);
      expect(progress.seconds).to.equal(0);
    });

    it('goes as far as Adam goes with a rate that falls along the cosine', () => {
      const { parameters } = newProgress(1);
      const [m, v] = [new Float32Array(PARAMETER_COUNT), new Float32Array(PARAMETER_COUNT)];
      [4, 4, 2, 4, 4, 2].forEach((slope, i) => {
        const rate = 0.005 * (1 + Math.cos((Math.PI * i) / 6));
        adamStep(parameters, new Float32Array(PARAMETER_COUNT).fill(slope), m, v, i + 1, rate);
      });
      expect(progress.parameters).to.deep.equal(parameters);
      expect(progress.m).to.deep.equal(m);
      expect(progress.v).to.deep.equal(v);
    });

    it('does nothing more when all epochs are complete', async () => {
      const fake = fakeTeam();
      const context = { team: fake.team, data, signal: never, clock: ticking() };
      expect(await train(progress, settings, context)).to.equal(true);
      expect(fake.draws).to.deep.equal([]);
    });

    it('says so when the loss is not finite although all layers are', async () => {
      const { team } = fakeTeam();
      const broken = { ...team, gradient: async () => Infinity };
      const context = { team: broken, data, signal: never, clock: ticking() };
      const error = await train(newProgress(1), settings, context).catch((reason) => reason);
      expect(error).to.be.instanceOf(DivergedError);
      expect(error.message).to.equal(
        "train: the loss of step 1 is Infinity; the outputs of all layers are finite, so look at the loss itself. Take a smaller --rate, and if that changes nothing, check that layer's gradients",
      );
    });
  });

  describe('with the network', () => {
    let engine: Engine;
    let data: Data;
    before(() => {
      engine = fastEngine('webasm', 16);
      const digits = realDigits(40);
      const part = (start: number, end: number) => ({
        pixels: digits.pixels.subarray(start * PIXELS, end * PIXELS),
        labels: digits.labels.subarray(start, end),
      });
      data = { train: part(0, 24), heldOut: part(24, 40) };
    });

    /** What a run comes to when it is interrupted after some steps and then goes on. */
    async function run(...stops: number[]): Promise<Progress> {
      const wanted = { ...settings, epochs: 3, batch: 10, shift: 2, turn: 10, zoom: 0.1 };
      let progress = newProgress(2);
      for (const stop of [...stops, Infinity]) {
        const controller = new AbortController();
        const team = soloTeam(engine, data, progress.parameters);
        const isComplete = await train(
          progress,
          wanted,
          { team, data, signal: controller.signal, clock: () => 0 },
          { step: () => void (progress.step === stop && controller.abort()) },
        );
        expect(isComplete).to.equal(stop === Infinity);
        if (!isComplete) expect(progress.step).to.equal(stop);
        progress = structuredClone(progress);
      }
      return progress;
    }

    it('goes on after an interruption to the same bytes as without one', async () => {
      // Each epoch has 3 steps: 2 and 4 are in the middle of one, and at 3 one has just ended.
      const whole = await run();
      expect(whole.step).to.equal(9);
      expect(await run(2, 3, 4)).to.deep.equal(whole);
    });

    it('does not begin when it is interrupted before', async () => {
      const progress = newProgress(2);
      const team = soloTeam(engine, data, progress.parameters);
      const context = { team, data, signal: AbortSignal.abort(), clock: () => 0 };
      expect(await train(progress, settings, context)).to.equal(false);
      expect(progress).to.deep.equal(newProgress(2));
    });

    for (const [weights, layer] of [
      ['W1', 'conv1'],
      ['W3', 'conv3'],
      ['W4', 'affine4'],
    ] as const) {
      it(`stops when ${layer} is no longer finite, and says that it is the first`, async () => {
        const progress = newProgress(2);
        // More than float32 can hold, as soon as a few are added.
        split(progress.parameters)[weights].fill(3e38);
        const before = structuredClone(progress);
        const team = soloTeam(engine, data, progress.parameters);
        const context = { team, data, signal: never, clock: () => 0 };
        const error = await train(progress, settings, context).catch((reason) => reason);
        expect(error).to.be.instanceOf(DivergedError);
        expect(error.message).to.match(
          new RegExp(
            `^train: the loss of step 1 is (NaN|Infinity); the first layer whose output is not finite is ${layer}\\. Take a smaller --rate`,
          ),
        );
        expect(progress).to.deep.equal(before);
      });
    }

    it('learns 64 real digits by heart', async () => {
      const digits = realDigits(64);
      const few = { train: digits, heldOut: digits };
      const progress = newProgress(4);
      const team = soloTeam(engine, few, progress.parameters);
      const wanted = { epochs: 12, batch: 16, learningRate: 2e-3, seed: 4, ...STILL };
      await train(progress, wanted, { team, data: few, signal: never, clock: () => 0 });
      expect((await evaluate(team, digits, 16)).accuracy).to.equal(1);
      expect(progress.history.at(-1)!.loss).to.be.below(progress.history[0]!.loss / 10);
    }).timeout(60_000);
  });
});

describe('evaluate', () => {
  /** A team that gives the digits one after the other these logits. */
  function scoring(...logits: number[][]): { team: Team; asked: number[][] } {
    const asked: number[][] = [];
    const { team } = fakeTeam();
    const answer: Team['logits'] = async (set, { indices, moves }) => {
      expect(set).to.equal('heldOut');
      expect(moves).to.deep.equal(unmoved(indices).moves);
      asked.push([...indices]);
      return Float32Array.from([...indices].flatMap((i) => logits[i]!));
    };
    return { team: { ...team, logits: answer }, asked };
  }

  const zeros: number[] = Array(10).fill(0);
  const peak = (at: number, height: number) => zeros.with(at, height);

  it('counts which class is given to which, and asks for a batch at a time', async () => {
    const { team, asked } = scoring(peak(3, 5), peak(3, 5), peak(1, 5), peak(9, 5), peak(0, 5));
    const result = await evaluate(team, blank(3, 2, 1, 9, 9), 2);
    expect(asked).to.deep.equal([[0, 1], [2, 3], [4]]);
    expect(result.accuracy).to.equal(0.6);
    const right = Array.from({ length: 10 }, () => [...zeros]);
    right[3]![3] = 1;
    right[2]![3] = 1;
    right[1]![1] = 1;
    right[9] = [1, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    expect(result.confusion).to.deep.equal(right);
    expect(result.given.map(({ label }) => label)).to.deep.equal([3, 3, 1, 9, 0]);
  });

  it('gives the probability of the class by softmax, also of large logits', async () => {
    const { team } = scoring(peak(4, Math.log(6)), peak(4, 1000), zeros);
    const { given } = await evaluate(team, blank(4, 4, 4), 8);
    // 6 / (6 + 9·1) = 0.4; and of equals, the first.
    expect(given.map(({ label }) => label)).to.deep.equal([4, 4, 0]);
    expect(given[0]!.probability).to.be.closeTo(0.4, 1e-7);
    expect(given[1]!.probability).to.equal(1);
    expect(given[2]!.probability).to.be.closeTo(0.1, 1e-15);
  });

  it('refuses logits that are not finite: no class is the likeliest of them', async () => {
    for (const value of [Number.NaN, Infinity]) {
      const { team } = scoring(zeros, peak(4, value));
      const error = await evaluate(team, blank(4, 4), 8).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).to.be.instanceOf(DivergedError);
      expect((error as Error).message).to.match(/^evaluate: a logit of the held-out digits is not/);
    }
  });
});

describe('soloTeam', () => {
  it('computes with its parameters as they are at the moment, and gives each set its own digits', async () => {
    const digits = realDigits(3);
    const data = { train: digits, heldOut: blank(1, 2) };
    const { parameters } = newProgress(6);
    const engine = plainEngine();
    const team = soloTeam(engine, data, parameters);
    const draw = unmoved(Uint32Array.of(1));
    const before = await team.logits('train', draw);
    // Only biases of 0 meet a blank image.
    expect(await team.logits('heldOut', draw)).to.deep.equal(new Float32Array(10));
    split(parameters).b5[3]! += 1;
    const after = await team.logits('train', draw);
    expect(after[3]! - before[3]!).to.be.closeTo(1, 1e-6);
    expect(await team.firstNotFinite(draw)).to.equal(undefined);
  });
});
