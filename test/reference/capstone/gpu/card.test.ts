/** What is known of a graphics card, and how it is tried; node/webgpu.test.ts has one, where there is one. */
import { expect } from 'chai';
import { launch } from '#kernels';
import { createEngine } from '../../../../reference/capstone/create-engine.ts';
import { cardText, infoOf, NoCardError, prove } from '../../../../reference/capstone/gpu/card.ts';
import { cardEngine } from '../../../../reference/capstone/gpu/engine.ts';
import { PARAMETER_COUNT, PARAMETERS, PIXELS } from '../../../../reference/capstone/network.ts';
import { findCard } from '../../../../reference/capstone/node/webgpu.ts';
import { plainEngine } from '../../../../reference/capstone/plain-engine.ts';
import { expectSnapshot } from '../../../snapshot.ts';

describe('A graphics card', () => {
  it('is called what its driver calls it, or by its maker and kind', () => {
    const unnamed = { vendor: '', architecture: '', description: '' };
    const infos = [
      { vendor: 'nvidia', architecture: 'hopper', description: 'NVIDIA H100' },
      { vendor: 'apple', architecture: 'metal-3', description: '' },
      unnamed,
    ].map(infoOf);
    expect(infos.map(({ name }) => name)).to.deep.equal([
      'NVIDIA H100',
      'apple metal-3',
      'an unnamed card',
    ]);
    expect(infos.every(({ isSoftware }) => !isSoftware)).to.equal(true);
  });

  it('is software if it says so, and by its name if it does not say', () => {
    const software = (description: string, isFallbackAdapter?: boolean) =>
      infoOf({
        vendor: 'google',
        architecture: '',
        description,
        ...(isFallbackAdapter !== undefined && { isFallbackAdapter }),
      }).isSoftware;
    expect(software('A card', true)).to.equal(true);
    expect(software('SwiftShader driver 5.0.0')).to.equal(true);
    expect(software('llvmpipe (LLVM 15)')).to.equal(true);
    expect(software('A card')).to.equal(false);
    expect(software('A card', false)).to.equal(false);
  });

  it('is named with what runs on it', () => {
    const texts = [false, true].map((isSoftware) =>
      cardText('webgpu', { name: 'The Card', isSoftware }),
    );
    expectSnapshot('capstone/run-card-texts', `${texts.join('\n')}\n`);
  });

  it('is refused if a gradient, or the loss, is wrong in one number, or is no number', async () => {
    const plain = plainEngine();
    await prove(plain, 'The Card');
    const messages = [];
    for (const wrong of [PARAMETERS[0]!, PARAMETERS[7]!, undefined]) {
      for (const value of [NaN, 1e3]) {
        const engine = {
          ...plain,
          gradient: async (...[parameters, batch, gradient]: Parameters<typeof plain.gradient>) => {
            const loss = plain.gradient(parameters, batch, gradient);
            if (wrong !== undefined) gradient[wrong.offset + wrong.size - 1] = value;
            return wrong === undefined ? loss * value : loss;
          },
        };
        const error = await prove(engine, 'The Card').then(
          () => undefined,
          (reason: unknown) => reason as Error,
        );
        expect(error, `${wrong?.name} ${value}`).to.be.instanceOf(NoCardError);
        messages.push(`${error!.message}\n`);
      }
    }
    expectSnapshot('capstone/run-card-wrong', [...new Set(messages)].join(''));
  }).timeout(60_000);

  it('is missing where nobody answers', async () => {
    const messages = [];
    // This process has neither, whatever the machine has.
    for (const name of ['webgpu', 'webgl2'] as const) {
      const error = await createEngine(name, 4).then(
        () => undefined,
        (reason: unknown) => reason as Error,
      );
      expect(error).to.be.instanceOf(NoCardError);
      messages.push(`${error!.message}\n`);
    }
    expectSnapshot('capstone/run-card-none', messages.join(''));
    const kernel = function nothing(): number {
      return 1;
    };
    expect(() => launch(kernel, { backend: 'webgpu', shape: [2] })).to.throw(
      Error,
      'launch: the backend webgpu answers later, and nobody waits for it here; take npm run capstone -- --mine --engine webgpu, or another backend',
    );
    const nothing = new URL('no-such-program.js', import.meta.url).pathname;
    expect(await findCard(nothing)).to.equal(undefined);
  }).timeout(20_000);

  it('takes batches of sizes that its kernels are written for', () => {
    const messages = [0, 1.5, 1025].map((size) => {
      try {
        cardEngine('webgpu', size);
      } catch (error) {
        expect(error).to.be.instanceOf(RangeError);
        return `${(error as Error).message}\n`;
      }
      return 'nothing was thrown\n';
    });
    expectSnapshot('capstone/run-card-sizes', messages.join(''));
  });
});

describe('createEngine', () => {
  it('makes each engine of the processor, and says what it is', async () => {
    const texts = [];
    for (const name of ['webasm', 'cpu', 'simd', 'js'] as const) {
      const { engine, text, isSoftware } = await createEngine(name, 1);
      expect(isSoftware).to.equal(false);
      texts.push(`${text}\n`);
      const logits = await engine.logits(
        new Float32Array(PARAMETER_COUNT),
        new Float32Array(PIXELS),
      );
      expect([...logits]).to.deep.equal(Array(10).fill(0));
    }
    expectSnapshot('capstone/run-engine-texts', texts.join(''));
  }).timeout(20_000);
});
