import type { Thread } from '#kernels';
import { expect } from 'chai';
import { compile } from '../../../../reference/capstone/fast/compile.ts';

/* istanbul ignore next -- counters would be compiled into the kernel */
function places(this: Thread<'X' | 'Y'>, start: number[]): [number, number, number, number] {
  const first =
    start[0]! +
    4 * ((this.thread.z * this.constants.Y + this.thread.y) * this.constants.X + this.thread.x);
  return [first, first + 1, first + 2, first + 3];
}

describe('compile', () => {
  for (const backend of ['webasm', 'cpu'] as const) {
    it(`returns what the threads compute on ${backend} side by side, on every call`, () => {
      const run = compile(places, backend, [4, 3, 2], { X: 4, Y: 3 });
      for (const start of [0, 100, -7]) {
        const right = Array.from({ length: 96 }, (_, i) => start + i);
        expect([...run(Float32Array.of(start))]).to.deep.equal(right);
      }
    });
  }

  it('refuses to let another backend do the work quietly, at every call', () => {
    // Nothing that the types allow makes webasm step back, so this goes past them.
    const constants = { X: 1, Y: 1, nothing: {} as unknown as number };
    const run = compile(places, 'webasm', [4, 1, 1], constants);
    const { warn } = console;
    const warnings: string[] = [];
    console.warn = (text: string) => warnings.push(text);
    try {
      for (let call = 0; call < 2; call++) {
        expect(() => run(Float32Array.of(0))).to.throw(
          'compile: places was to run on webasm and ran on cpu; choose another engine with --engine',
        );
      }
    } finally {
      console.warn = warn;
    }
    expect(warnings.join()).to.match(/CPU/);
  });
});
