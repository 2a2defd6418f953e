/** A team of threads computes what one engine computes. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { unmoved } from '../../../../reference/capstone/digits.ts';
import { PARAMETER_COUNT, PARAMETERS, split } from '../../../../reference/capstone/network.ts';
import {
  lessonFile,
  roomOf,
  type EngineChoice,
} from '../../../../reference/capstone/node/engines.ts';
import {
  inSharedMemory,
  shared,
  startTeam,
  type ThreadTeam,
} from '../../../../reference/capstone/node/thread-team.ts';
import { plainEngine } from '../../../../reference/capstone/plain-engine.ts';
import { simdEngine } from '../../../../reference/capstone/simd/engine.ts';
import { soloTeam, type Data, type Team } from '../../../../reference/capstone/team.ts';
import { biasedParameters, expectClose, realDigits, ROUNDING } from '../samples.ts';

/** Up to rounding: see engines.test.ts. */
const SHARE = 2 * Math.sqrt(7 * 784) * ROUNDING;

const FAST: EngineChoice = { code: 'fast', runner: 'webasm', size: 7 };

/** So many digits, in an order of their own. */
function draw(count: number) {
  return unmoved(Uint32Array.from({ length: count }, (_, i) => (5 * i + 3) % 9));
}

async function errorOf(action: () => Promise<unknown>): Promise<Error> {
  try {
    await action();
  } catch (error) {
    return error as Error;
  }
  return new Error('nothing was thrown');
}

describe('A team of threads', function () {
  this.timeout(30_000);
  const parameters = shared(biasedParameters(8));
  let data: Data;
  let solo: Team;
  let members: ThreadTeam | undefined;

  before(() => {
    data = { train: realDigits(9), heldOut: realDigits(12) };
    solo = soloTeam(plainEngine(), data, parameters);
  });

  afterEach(async () => {
    await members?.close();
    members = undefined;
  });

  for (const threads of [1, 2, 3]) {
    it(`of ${threads} computes what one engine does, also for fewer digits than that`, async () => {
      members = await startTeam(FAST, threads, data, parameters);
      for (const count of [7, 3, 1]) {
        const [own, right] = [members, solo].map(async (team) => {
          const gradient = new Float32Array(PARAMETER_COUNT).fill(7);
          return { loss: await team.gradient(draw(count), gradient), parts: split(gradient) };
        });
        const [{ loss, parts }, expected] = [await own!, await right!];
        expect(loss / expected.loss).to.be.closeTo(1, SHARE);
        for (const { name } of PARAMETERS) {
          expectClose(parts[name], expected.parts[name], SHARE, `${name} of ${count}`);
        }
        for (const set of ['train', 'heldOut'] as const) {
          const logits = await members.logits(set, draw(count));
          expectClose(logits, await solo.logits(set, draw(count)), SHARE, `${set} ${count}`);
        }
      }
      expect(await members.firstNotFinite(draw(7))).to.equal(undefined);
    });
  }

  for (const threads of [1, 2, 3]) {
    it(`of ${threads} with SIMD computes what one engine does, whole groups in each thread`, async () => {
      members = await startTeam({ ...FAST, runner: 'simd', size: 20 }, threads, data, parameters);
      const single = soloTeam(simdEngine(20), data, parameters);
      for (const count of [20, 9, 1]) {
        const [own, again, right] = [0, 1, 2].map(() => new Float32Array(PARAMETER_COUNT).fill(7));
        const loss = await members.gradient(draw(count), own!);
        expect(loss / (await single.gradient(draw(count), right!))).to.be.closeTo(1, 1e-6);
        for (const { name } of PARAMETERS) {
          expectClose(split(own!)[name], split(right!)[name], 2e-6, `${name} of ${count}`);
        }
        expect(await members.gradient(draw(count), again!)).to.equal(loss);
        expect(again).to.deep.equal(own);
        // An image's logits don't depend on who else is in its group.
        const logits = await members.logits('heldOut', draw(count));
        expect(logits).to.deep.equal(await single.logits('heldOut', draw(count)));
      }
    });
  }

  it('with SIMD works on parameters in its own memory as on others', async () => {
    const engine: EngineChoice = { ...FAST, runner: 'simd', size: 9 };
    const [own, right] = [new Float32Array(PARAMETER_COUNT), new Float32Array(PARAMETER_COUNT)];
    members = await startTeam(engine, 2, data, parameters);
    await members.gradient(draw(9), right);
    await members.close();
    const room = roomOf(engine, 2)!;
    members = await startTeam(engine, 2, data, inSharedMemory(parameters, room), room);
    await members.gradient(draw(9), own);
    expect(own).to.deep.equal(right);
  });

  it('sees at once what becomes of the parameters', async () => {
    const own = shared(parameters);
    members = await startTeam({ ...FAST, runner: 'js' }, 2, data, own);
    const before = await members.logits('train', draw(2));
    split(own).b5[4]! += 2;
    const after = await members.logits('train', draw(2));
    expect(after.map((logit, i) => logit - before[i]!)[14]).to.be.closeTo(2, 1e-6);
    split(own).W2.fill(Infinity);
    expect(await members.firstNotFinite(draw(2))).to.equal('conv2');
  });

  it('does not start with an engine that does not exist', async () => {
    const wrong: EngineChoice = { code: 'lesson', runner: 'js', size: 4 };
    const error = await errorOf(() => startTeam(wrong, 2, data, parameters));
    expect(error.message).to.equal(
      'makeEngine: the engine js has no kernels, so it cannot run those of lesson 18; choose --engine webasm or cpu',
    );
  });

  it('refuses to go on when a thread has ended, and does not wait for it', async () => {
    members = await startTeam({ ...FAST, runner: 'js' }, 1, data, parameters);
    await members.close();
    const error = await errorOf(() => members!.logits('train', draw(2)));
    expect(error.message).to.match(/^startTeam: a thread ended with code 1; does the code/);
  });

  it("brings back what the learner's code throws", async function () {
    // Whoever has solved the lesson has nothing left that throws.
    const isTodo = readFileSync(lessonFile('mine'), 'utf8').includes(
      "todo('18.12 networkGradients')",
    );
    if (!isTodo) this.skip();
    members = await startTeam({ code: 'mine', runner: 'webasm', size: 4 }, 1, data, parameters);
    const gradient = new Float32Array(PARAMETER_COUNT);
    const error = await errorOf(() => members!.gradient(draw(2), gradient));
    expect(error.message).to.match(/18\.12 networkGradients/);
  });
});

describe('shared', () => {
  it('copies numbers into memory that threads share', () => {
    for (const array of [Float32Array.of(1.5, -2), Uint8Array.of(7, 0, 255)]) {
      const copy = shared<Float32Array | Uint8Array>(array);
      expect(copy).to.deep.equal(array);
      expect(copy.buffer).to.be.instanceOf(SharedArrayBuffer);
      array[0] = 9;
      expect(copy[0]).to.not.equal(9);
    }
  });
});
