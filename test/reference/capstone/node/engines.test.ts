import { expect } from 'chai';
import { CLASSES } from '../../../../reference/capstone/network.ts';
import {
  chooseEngine,
  engineText,
  makeEngine,
  roomOf,
  shareOf,
  type EngineChoice,
} from '../../../../reference/capstone/node/engines.ts';
import { plainEngine } from '../../../../reference/capstone/plain-engine.ts';
import { expectSnapshot } from '../../../snapshot.ts';
import { batchFrom, biasedParameters, expectClose, realDigits, ROUNDING } from '../samples.ts';

describe('makeEngine', function () {
  this.timeout(20_000);
  const parameters = biasedParameters(9);

  it('makes each of the engines, for sizes that are no multiple of 4 too', async () => {
    const { images } = batchFrom(realDigits(3), 0, 3);
    const expected = plainEngine().logits(parameters, images);
    const choices: Omit<EngineChoice, 'size'>[] = [
      { code: 'fast', runner: 'webasm' },
      { code: 'fast', runner: 'cpu' },
      { code: 'fast', runner: 'simd' },
      { code: 'fast', runner: 'js' },
      { code: 'lesson', runner: 'webasm' },
    ];
    for (const choice of choices) {
      const engine = await makeEngine({ ...choice, size: 3 });
      const logits = await engine.logits(parameters, images);
      expect(logits).to.have.length(3 * CLASSES);
      const share = 2 * Math.sqrt(64 * 7 * 7) * ROUNDING;
      expectClose(logits, expected, share, engineText({ ...choice, size: 3 }, 1));
    }
  });

  it("makes an engine of the learner's file", async () => {
    const engine = await makeEngine({ code: 'mine', runner: 'cpu', size: 3 });
    expect(engine).to.have.all.keys('gradient', 'logits', 'firstNotFinite');
  });

  it('refuses engines that there are not', async () => {
    const choices: EngineChoice[] = [
      { code: 'lesson', runner: 'js', size: 4 },
      { code: 'mine', runner: 'js', size: 4 },
      { code: 'lesson', runner: 'simd', size: 4 },
      { code: 'fast', runner: 'headlessgl', size: 4 },
      { code: 'fast', runner: 'webasm', size: 600 },
    ];
    const messages = [];
    for (const choice of choices) {
      const message = await makeEngine(choice).then(
        () => 'nothing was thrown',
        (error: unknown) => {
          expect(error).to.be.instanceOf(RangeError);
          return (error as Error).message;
        },
      );
      messages.push(`${choice.code} ${choice.runner} ${choice.size}\n  ${message}\n`);
    }
    expectSnapshot('capstone/run-engine-choices', messages.join(''));
  });
});

describe('engineText', () => {
  it('says what ran', () => {
    const texts = [
      engineText({ code: 'fast', runner: 'webasm', size: 4 }, 1),
      engineText({ code: 'lesson', runner: 'cpu', size: 4 }, 2),
      engineText({ code: 'mine', runner: 'headlessgl', size: 4 }, 8),
      engineText({ code: 'fast', runner: 'js', size: 4 }, 2),
      engineText({ code: 'fast', runner: 'simd', size: 4 }, 1),
    ];
    expect(texts).to.deep.equal([
      'the fast kernels on gpu.js webasm, one thread',
      "lesson 18's kernels on gpu.js cpu, 2 threads",
      'your kernels on gpu.js headlessgl, 8 threads',
      'plain TypeScript, no kernels, 2 threads',
      'SIMD kernels in WebAssembly, one thread',
    ]);
  });
});

describe('shareOf', () => {
  it('shares digits evenly, and whole groups of eight where those are computed at once', () => {
    const shares = ([20, 17, 16, 1] as const).map((digits) =>
      (['webasm', 'simd'] as const).map((runner) =>
        shareOf({ code: 'fast', runner, size: 20 }, digits, 3),
      ),
    );
    expect(shares).to.deep.equal([
      [7, 8],
      [6, 8],
      [6, 8],
      [1, 8],
    ]);
    expect(shareOf({ code: 'fast', runner: 'simd', size: 256 }, 250, 2)).to.equal(128);
  });
});

describe('roomOf', () => {
  it('is for engines alone that work on a memory of their own', () => {
    expect(roomOf({ code: 'fast', runner: 'webasm', size: 4 }, 2)).to.equal(undefined);
    expect(roomOf({ code: 'mine', runner: 'simd', size: 4 }, 2)).to.equal(undefined);
    const [one, two] = [1, 2].map((threads) => {
      return roomOf({ code: 'fast', runner: 'simd', size: 40 }, threads)!.end;
    });
    expect(two).to.be.greaterThan(one!);
  });

  it('refuses what no memory can hold', () => {
    expect(() => roomOf({ code: 'fast', runner: 'simd', size: 100_000 }, 2)).to.throw(
      RangeError,
      /^newRoom: \d+ MiB are needed, and a WebAssembly memory has 4096 at most; take a smaller --batch$/,
    );
  });
});

describe('chooseEngine', () => {
  const none = async () => undefined;
  const software = async () => ({ name: 'SwiftShader', isSoftware: true });
  const nobody = async () => {
    throw new Error('nobody was to be asked');
  };

  it('takes the engine that is asked for, and asks for no card unless it is one for a card', async () => {
    for (const runner of ['webasm', 'cpu', 'simd', 'js', 'headlessgl'] as const) {
      const engine = { code: 'fast' as const, runner, size: 8 };
      expect(await chooseEngine(engine, nobody)).to.deep.equal({ engine });
    }
  });

  it("takes webasm for a lesson's code unless another one is asked for", async () => {
    for (const code of ['lesson', 'mine'] as const) {
      const chosen = await chooseEngine({ code, runner: 'auto', size: 8 }, nobody);
      expect(chosen).to.deep.equal({ engine: { code, runner: 'webasm', size: 8 } });
    }
  });

  it('takes webasm where no card is there, or software in its place, and says why', async () => {
    const webasm = { code: 'fast', runner: 'webasm', size: 8 };
    const asked = [
      ['auto', none],
      ['auto', software],
      ['webgpu', none],
    ] as const;
    const notes = [];
    for (const [runner, find] of asked) {
      const { engine, note, card } = await chooseEngine({ code: 'fast', runner, size: 8 }, find);
      expect(engine).to.deep.equal(webasm);
      expect(card).to.equal(undefined);
      notes.push(`${runner}\n  ${note}\n`);
    }
    expectSnapshot('capstone/run-engine-notes', notes.join(''));
  });
});
