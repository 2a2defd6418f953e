/** Which backend trains in the page, where one is missing, or computes wrongly. */
import { expect } from 'chai';
import { product } from '#arrays';
import { waitWith } from '#kernels';
import { plainEngine } from '../../reference/capstone/plain-engine.ts';
import { NoCardError } from '../../reference/capstone/gpu/card.ts';
import { chooseEngine } from '../../page/runner/backends.ts';
import type { TrainingJob } from '../../page/pad-messages.ts';

const job: TrainingJob = {
  digits: { folder: '', train: 8, test: 8, used: 8 },
  kernels: 'lesson',
  backend: 'auto',
  epochs: 1,
  batch: 4,
  rate: 0.001,
  seed: 1,
};

/** What a browser has, where a card is behind it. */
class Canvas {
  getContext() {
    return { RENDERER: 1, getExtension: () => null, getParameter: () => 'A Broken Card' };
  }
}

describe('The backend that trains', function () {
  this.timeout(60_000);

  it('is the next one where one is not there, and it is said why', async () => {
    const asked: string[] = [];
    const { text, refused } = await chooseEngine(job, 'your kernels', (backend) => {
      asked.push(backend);
      return plainEngine();
    });
    expect(text).to.equal('your kernels on gpu.js webasm');
    expect(asked).to.deep.equal(['webasm']);
    expect(refused).to.have.length(1);
    expect(refused[0]).to.match(/^webgl2 is not taken: .*no graphics card answers through WebGL 2/);
  });

  it('is none that computes wrongly, though it is there', async () => {
    const globals = globalThis as { OffscreenCanvas?: unknown };
    globals.OffscreenCanvas = Canvas;
    // As the float textures of some phones do.
    waitWith('webgl2', ({ output }) => new Float32Array(product(output)));
    try {
      const own = () => plainEngine();
      const { text, refused } = await chooseEngine(job, 'your kernels', own);
      expect(text).to.equal('your kernels on gpu.js webasm');
      expect(refused[0]).to.match(
        /^webgl2 is not taken: .*A Broken Card computes a wrong gradient/,
      );
      const asked = { ...job, backend: 'webgl2' } as const;
      const error = await chooseEngine(asked, 'your kernels', own).then(
        () => undefined,
        (reason: unknown) => reason as Error,
      );
      expect(error).to.be.instanceOf(NoCardError);
      expect(error!.message).to.include('A Broken Card computes a wrong gradient');
    } finally {
      delete globals.OffscreenCanvas;
    }
  });

  it('runs the fast kernels too, without those for a card where there is none', async () => {
    const { text, refused } = await chooseEngine({ ...job, kernels: 'fast' }, '', plainEngine);
    expect(text).to.equal('SIMD kernels in WebAssembly');
    expect(refused.map((sentence) => sentence.split(' ')[0])).to.deep.equal(['webgpu', 'webgl2']);
    const asked = await chooseEngine(
      { ...job, kernels: 'fast', backend: 'webasm' },
      '',
      plainEngine,
    );
    expect(asked).to.deep.include({ text: 'the fast kernels on gpu.js webasm', refused: [] });
  });
});
