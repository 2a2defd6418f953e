/** The SIMD engine as a whole; ../engines.test.ts compares it with the other engines too. */
import { expect } from 'chai';
import {
  PARAMETER_COUNT,
  PARAMETERS,
  PIXELS,
  split,
} from '../../../../reference/capstone/network.ts';
import { plainEngine } from '../../../../reference/capstone/plain-engine.ts';
import { engineBytes, simdEngine } from '../../../../reference/capstone/simd/engine.ts';
import { floatsAt, newRoom, placed, take } from '../../../../reference/capstone/simd/memory.ts';
import { expectSnapshot } from '../../../snapshot.ts';
import { batchFrom, biasedParameters, expectClose, realDigits } from '../samples.ts';

describe('The SIMD engine', function () {
  this.timeout(20_000);
  const parameters = biasedParameters(6);

  it("has the plain engine's gradient, to two millionths of each array's largest entry", () => {
    const plain = plainEngine();
    const engine = simdEngine(24);
    const digits = realDigits(24);
    // Whole groups, a group that is not full, and a single image.
    for (const count of [24, 19, 1]) {
      const batch = batchFrom(digits, 0, count);
      const [own, right] = [new Float32Array(PARAMETER_COUNT), new Float32Array(PARAMETER_COUNT)];
      const loss = engine.gradient(parameters, batch, own);
      expect(loss / plain.gradient(parameters, batch, right)).to.be.closeTo(1, 1e-6);
      for (const { name } of PARAMETERS) {
        expectClose(split(own)[name], split(right)[name], 2e-6, `${name} of ${count}`);
      }
    }
  });

  it('uses parameters and gradients where they are if they lie in its memory', () => {
    const batch = batchFrom(realDigits(3), 0, 3);
    const right = new Float32Array(PARAMETER_COUNT);
    const loss = simdEngine(3).gradient(parameters, batch, right);
    const room = newRoom(engineBytes(3) + 2 * 4 * (PARAMETER_COUNT + 16));
    const inside = placed(room, parameters);
    const gradient = placed(room, new Float32Array(PARAMETER_COUNT).fill(7));
    expect(simdEngine(3, room).gradient(inside, batch, gradient)).to.equal(loss);
    expect(gradient).to.deep.equal(right);
    expect(inside).to.deep.equal(parameters);
  });

  it('lets no image that went before, and no blank one, into a smaller batch', () => {
    const digits = realDigits(16);
    const batch = batchFrom(digits, 3, 5);
    const [right, own] = [new Float32Array(PARAMETER_COUNT), new Float32Array(PARAMETER_COUNT)];
    const fresh = simdEngine(16);
    const loss = fresh.gradient(parameters, batch, right);
    const used = simdEngine(16);
    used.gradient(parameters, batchFrom(digits, 0, 16), own);
    expect(used.gradient(parameters, batch, own)).to.equal(loss);
    expect(own).to.deep.equal(right);
  });

  it('refuses more images than it was made for, parts of an image, none, and too little room', () => {
    const engine = simdEngine(12);
    const images = (count: number) => new Float32Array(count * PIXELS);
    const gradient = new Float32Array(PARAMETER_COUNT);
    const calls = {
      'too many': () => engine.logits(parameters, images(13)),
      'a part of an image': () => engine.logits(parameters, images(1.5)),
      none: () => engine.logits(parameters, images(0)),
      'too many for a gradient': () =>
        engine.gradient(parameters, { images: images(13), labels: new Int32Array(13) }, gradient),
      'too many to look at': () => engine.firstNotFinite(parameters, images(13)),
      'more than any memory': () => simdEngine(100_000),
      'little room': () => simdEngine(12, newRoom(65_536)),
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
    // How much is needed changes with every kernel that wants more room.
    const text = messages.join('\n').replace(/\d+ MiB are/, '… MiB are');
    expectSnapshot('capstone/run-simd-images', `${text}\n`);
  });
});

describe('A room', () => {
  it('is handed out in parts that begin with a line of the cache and do not overlap', () => {
    const room = newRoom(400);
    const places = [1, 64, 65, 0, 128].map((bytes) => take(room, bytes));
    expect(places).to.deep.equal([0, 64, 128, 256, 256]);
    expect(take(room, 16)).to.equal(384);
  });

  it('is zeros until somebody writes, and shared by threads', () => {
    const room = newRoom(128);
    expect(room.memory.buffer).to.be.instanceOf(SharedArrayBuffer);
    const [first, second] = [floatsAt(room, take(room, 12), 3), floatsAt(room, take(room, 8), 2)];
    first.fill(5);
    expect([...second]).to.deep.equal([0, 0]);
    expect([...placed(room, Float32Array.of(1, 2))]).to.deep.equal([1, 2]);
  });
});
