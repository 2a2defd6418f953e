import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { PARAMETER_COUNT, PARAMETERS } from '../../../../reference/capstone/network.ts';
import {
  loadCheckpoint,
  loadWeights,
  saveCheckpoint,
  saveWeights,
  type Checkpoint,
} from '../../../../reference/capstone/node/checkpoint.ts';
import { newProgress } from '../../../../reference/capstone/training.ts';
import { decodeWeights, encodeWeights } from '../../../../reference/weights.ts';
import { expectSnapshot } from '../../../snapshot.ts';
import { temporaryFolder } from '../../../datasets/temporary-folder.ts';
import { biasedParameters } from '../samples.ts';

/** A run in the middle of its second epoch. */
function someRun(): Checkpoint {
  const progress = {
    ...newProgress(3),
    step: 5,
    m: biasedParameters(1),
    v: biasedParameters(2),
    history: [{ epoch: 1, loss: 0.1 + 0.2, accuracy: 0.75, seconds: 1 / 3 }],
    lossSum: Math.PI,
    seconds: 1e-9,
  };
  const settings = {
    epochs: 9,
    batch: 5,
    learningRate: 1e-3,
    seed: 3,
    shift: 1,
    turn: 5,
    zoom: 0,
    warp: 3,
  };
  return { progress, settings, digits: 'abc' };
}

describe('Checkpoints and weights', () => {
  const folder = temporaryFolder();
  const at = (...names: string[]): string => join(folder(), ...names);

  function messagesOf(calls: Record<string, () => unknown>): string {
    const messages = Object.entries(calls).map(([what, call]) => {
      try {
        call();
      } catch (error) {
        return `${what}\n  ${(error as Error).message}\n`;
      }
      return `${what}\n  nothing was thrown\n`;
    });
    // What is wrong with a file's bytes is said by weights.ts, whose own tests see to it.
    return messages
      .join('')
      .replaceAll(/(cannot be read: decodeWeights:) .*/g, '$1 …')
      .replaceAll(folder(), 'DIR')
      .replaceAll('\\', '/');
  }

  it('gives back a run as it was saved, down to the last bit', () => {
    const run = someRun();
    saveCheckpoint(at('new', 'folder', 'checkpoint'), run);
    expect(loadCheckpoint(at('new', 'folder', 'checkpoint'))).to.deep.equal(run);
  });

  it('replaces a checkpoint, and leaves nothing else behind', () => {
    const run = someRun();
    saveCheckpoint(at('checkpoint'), run);
    run.progress.step = 6;
    saveCheckpoint(at('checkpoint'), run);
    expect(loadCheckpoint(at('checkpoint')).progress.step).to.equal(6);
    expect(readdirSync(folder())).to.deep.equal(['checkpoint']);
  });

  it('leaves the old checkpoint as it is when the new one cannot be written', () => {
    const run = someRun();
    saveCheckpoint(at('checkpoint'), run);
    const before = readFileSync(at('checkpoint'));
    // A name with half a character cannot be written.
    expect(() => saveCheckpoint(at('checkpoint'), { ...run, digits: '\ud800' })).to.throw();
    expect(readFileSync(at('checkpoint')).equals(before)).to.equal(true);
  });

  it('gives back weights as they were saved, each under its name and with what is known of it', () => {
    const parameters = biasedParameters(4);
    saveWeights(at('weights'), parameters, { accuracy: '0.5' });
    expect(loadWeights(at('weights'))).to.deep.equal(parameters);
    const { tensors, metadata } = decodeWeights(readFileSync(at('weights')));
    expect(metadata).to.deep.equal({ accuracy: '0.5', chainrule: 'weights 1' });
    expect(Object.keys(tensors).toSorted()).to.deep.equal(
      PARAMETERS.map(({ name }) => name).toSorted(),
    );
    expect(tensors['W1']!.shape).to.deep.equal([16, 1, 3, 3]);
    expect(tensors['W1']!.data).to.deep.equal(parameters.slice(0, 144));
  });

  it('refuses what is no checkpoint', () => {
    const run = someRun();
    saveWeights(at('weights'), run.progress.parameters, {});
    writeFileSync(at('text'), 'These are no weights at all.');
    saveCheckpoint(at('checkpoint'), run);
    const file = decodeWeights(readFileSync(at('checkpoint')));
    const short = { shape: [3], data: new Float32Array(3) };
    const { m: _, ...others } = file.tensors;
    const { digits: _digits, ...nameless } = file.metadata;
    writeFileSync(at('half'), readFileSync(at('checkpoint')).subarray(0, 1000));
    writeFileSync(at('short'), encodeWeights({ ...file, tensors: { ...file.tensors, v: short } }));
    writeFileSync(at('without m'), encodeWeights({ ...file, tensors: others }));
    writeFileSync(at('nameless'), encodeWeights({ ...file, metadata: nameless }));
    const names = ['weights', 'text', 'half', 'short', 'without m', 'nameless', 'missing'];
    const calls = names.map((name) => [name, () => loadCheckpoint(at(name))]);
    expectSnapshot('capstone/run-no-checkpoint', messagesOf(Object.fromEntries(calls)));
    expect(existsSync(at('missing'))).to.equal(false);
  });

  it("refuses what are not this network's weights", () => {
    const parameters = biasedParameters(4);
    saveWeights(at('weights'), parameters, {});
    saveCheckpoint(at('checkpoint'), someRun());
    const file = decodeWeights(readFileSync(at('weights')));
    const { data } = file.tensors['W2']!;
    const flat = { ...file.tensors, W2: { shape: [data.length], data } };
    writeFileSync(at('flat'), encodeWeights({ ...file, tensors: flat }));
    writeFileSync(at('text'), 'text');
    const names = ['checkpoint', 'flat', 'text', 'missing'];
    const calls = names.map((name) => [name, () => loadWeights(at(name))]);
    expectSnapshot('capstone/run-no-weights', messagesOf(Object.fromEntries(calls)));
    expect(parameters).to.have.length(PARAMETER_COUNT);
  });
});
