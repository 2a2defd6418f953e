import { expect } from 'chai';
import ndarray from 'ndarray';
import { labels } from '#arrays';
import { launch, reshape, type Backend, type Kernel, type Tensor32, type Thread } from '#kernels';
import { expectSnapshot } from '../snapshot.ts';

const BACKENDS = ['cpu', 'webasm'] as const;

/** 1, 2, 3, … in an array of this shape. */
function counting(...shape: number[]): Tensor32 {
  const size = shape.reduce((product, length) => product * length, 1);
  return ndarray(
    Float32Array.from({ length: size }, (_, k) => k + 1),
    shape,
  );
}

/** A check on each of the two backends that are everywhere. */
function onEach(check: (backend: Backend) => void): () => void {
  return () => BACKENDS.forEach(check);
}

function copyKernel(this: Thread, x: number[][]): number {
  return x[this.thread.y]![this.thread.x]!;
}

function placeKernel(this: Thread): number {
  return 100 * this.thread.z + 10 * this.thread.y + this.thread.x;
}

function foldedKernel(this: Thread<'C'>, x: number[][][], n: number, c: number): number {
  return x[n * this.constants.C + c]![this.thread.y]![this.thread.x]!;
}

function lineKernel(this: Thread, x: number[]): number {
  return 2 * x[this.thread.x]!;
}

function powerKernel(this: Thread<'exponent'>, x: number[]): number {
  let power = 1;
  for (let k = 0; k < this.constants.exponent; k++) power *= x[this.thread.x]!;
  return power;
}

function addKernel(this: Thread, x: number[], a: number, b: number): number {
  return x[this.thread.x]! + 10 * a + b;
}

function sumKernel(this: Thread<'K'>, x: number[]): number {
  let sum = 0;
  for (let k = 0; k < this.constants.K; k++) sum += x[k]!;
  return sum;
}

/** What is thrown, as one line. */
function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return String(error);
  }
  return 'nothing was thrown';
}

/** Runs an action while nothing that is written to the console is seen; returns how often it was warned. */
function silenced(action: () => void): number {
  const { warn } = console;
  let warnings = 0;
  console.warn = () => {
    warnings += 1;
  };
  try {
    action();
  } finally {
    console.warn = warn;
  }
  return warnings;
}

describe('launch', () => {
  it(
    'runs a kernel once for each entry, with x along the last axis and z along all the leading ones',
    onEach((backend) => {
      const of = (...shape: number[]): unknown => [...launch(placeKernel, { backend, shape }).data];
      expect(of(3)).to.deep.equal([0, 1, 2]);
      expect(of(2, 3)).to.deep.equal([0, 1, 2, 10, 11, 12]);
      expect(of(2, 1, 2)).to.deep.equal([0, 1, 100, 101]);
      expect(of(2, 2, 1, 2)).to.deep.equal([0, 1, 100, 101, 200, 201, 300, 301]);
      expect(of(1, 2, 2, 1, 1)).to.deep.equal([0, 100, 200, 300]);
    }),
  );

  it(
    'returns a new row-major array in single precision, in the shape that was asked for',
    onEach((backend) => {
      const x = counting(2, 3);
      const out = launch(copyKernel, { backend, shape: [2, 3] }, x);
      expect(out.shape).to.deep.equal([2, 3]);
      expect(out.data).to.be.instanceOf(Float32Array);
      expect([...out.data]).to.deep.equal([1, 2, 3, 4, 5, 6]);
      out.set(0, 0, 9);
      expect(x.get(0, 0)).to.equal(1);
      expect(launch(copyKernel, { backend, shape: [2, 3] }, x).get(0, 0)).to.equal(1);
      expect(launch(placeKernel, { backend, shape: [1, 2, 1, 2] }).shape).to.deep.equal([
        1, 2, 1, 2,
      ]);
    }),
  );

  it(
    'reads transposed, picked, stepped and shifted views',
    onEach((backend) => {
      const of = (x: Tensor32): unknown => [
        ...launch(copyKernel, { backend, shape: x.shape }, x).data,
      ];
      expect(of(counting(2, 3).transpose(1, 0))).to.deep.equal([1, 4, 2, 5, 3, 6]);
      expect(of(counting(2, 2, 2).pick(null, 1, null))).to.deep.equal([3, 4, 7, 8]);
      expect(of(counting(2, 3).step(-1, 2))).to.deep.equal([4, 6, 1, 3]);
      expect(of(counting(3, 3).lo(1, 1))).to.deep.equal([5, 6, 8, 9]);
    }),
  );

  it(
    'hands over an array of more axes with the leading ones taken as one',
    onEach((backend) => {
      const x = counting(2, 3, 2, 2);
      const options = { backend, shape: [2, 2], constants: { C: 3 } };
      const out = launch(foldedKernel, options, x, 1, 2);
      expect([...out.data]).to.deep.equal([21, 22, 23, 24]);
      const turned = launch(foldedKernel, options, x.transpose(0, 1, 3, 2), 0, 1);
      expect([...turned.data]).to.deep.equal([5, 7, 6, 8]);
    }),
  );

  it(
    'hands over labels, and numbers that may change from call to call',
    onEach((backend) => {
      const list = labels([3, 9, 5, 9]).step(2);
      const of = (a: number, b: number): unknown => [
        ...launch(addKernel, { backend, shape: [2] }, list, a, b).data,
      ];
      expect(of(1, 2)).to.deep.equal([15, 17]);
      expect(of(0.5, -0.25)).to.deep.equal([7.75, 9.75]);
    }),
  );

  it(
    'compiles constants into the kernel, and others into another one',
    onEach((backend) => {
      const of = (exponent: number): unknown => [
        ...launch(powerKernel, { backend, shape: [2], constants: { exponent } }, counting(2)).data,
      ];
      expect([of(3), of(2), of(3)]).to.deep.equal([
        [1, 8],
        [1, 4],
        [1, 8],
      ]);
    }),
  );

  it(
    'takes arrays of another size than before',
    onEach((backend) => {
      for (const size of [3, 5, 1, 3]) {
        const out = launch(lineKernel, { backend, shape: [size] }, counting(size));
        expect([...out.data]).to.deep.equal(Array.from({ length: size }, (_, k) => 2 * k + 2));
      }
    }),
  );

  it(
    'tells kernels of the same name apart',
    onEach((backend) => {
      const kernels = [1, 2].map((which) =>
        which === 1
          ? function same(this: Thread): number {
              return this.thread.x;
            }
          : function same(this: Thread): number {
              return -this.thread.x;
            },
      );
      const results = kernels.map((kernel) => [...launch(kernel, { backend, shape: [2] }).data]);
      expect(results.map(([, second]) => second)).to.deep.equal([1, -1]);
    }),
  );

  it(
    'returns an empty array without running anything',
    onEach((backend) => {
      const x = counting(0, 3);
      expect(launch(copyKernel, { backend, shape: [0, 3] }, x).shape).to.deep.equal([0, 3]);
      expect(launch(copyKernel, { backend, shape: [2, 0, 3] }, x).size).to.equal(0);
    }),
  );

  it(
    'takes empty arrays, as long as the kernel does not read them',
    onEach((backend) => {
      const options = { backend, shape: [2], constants: { K: 0 } };
      for (const shape of [[0], [0, 3], [3, 0], [0, 2, 4, 5], [2, 0, 4, 5]]) {
        expect([...launch(sumKernel, options, counting(...shape)).data]).to.deep.equal([0, 0]);
      }
    }),
  );

  it(
    'goes on being right when so many kernels were compiled that the first ones are forgotten',
    onEach((backend) => {
      const of = (size: number): number =>
        launch(sumKernel, { backend, shape: [1], constants: { K: size } }, counting(size)).get(0);
      const sizes = Array.from({ length: 70 }, (_, k) => k + 1);
      const sums = sizes.map((size) => (size * (size + 1)) / 2);
      expect(sizes.map(of)).to.deep.equal(sums);
      expect(sizes.map(of)).to.deep.equal(sums);
    }),
  ).timeout(30_000);

  it('says which kernel gpu.js cannot compile, and what a kernel is', () => {
    const outside = 3;
    const doubled = (value: number): number => 2 * value;
    const wrong: Record<string, Kernel> = {
      'an arrow function': (x: number[]) => x[0]!,
      'a variable from outside': function closureKernel(this: Thread, x: number[]): number {
        return x[this.thread.x]! + outside;
      },
      'a number of JavaScript': function tinyKernel(this: Thread, x: number[]): number {
        let largest = -Number.MAX_VALUE;
        for (let k = 0; k < 2; k++) largest = Math.max(largest, x[k]!);
        return largest;
      },
      'something printed': function printingKernel(this: Thread, x: number[]): number {
        console.log(x[0]);
        return x[this.thread.x]!;
      },
      'a function outside': function callingKernel(this: Thread, x: number[]): number {
        return doubled(x[this.thread.x]!);
      },
      'a length': function lengthKernel(this: Thread, x: number[]): number {
        const [sum, other] = [0, 1];
        return sum + other + x.length;
      },
      'a constant that was not given': function missingKernel(
        this: Thread<'C'>,
        x: number[],
      ): number {
        return x[0]! + this.constants.C;
      },
      'a function inside': function innerKernel(this: Thread, x: number[]): number {
        const double = (value: number): number => 2 * value;
        return double(x[this.thread.x]!);
      },
      'two numbers': function pairKernel(this: Thread, x: number[]): number {
        return [x[this.thread.x]!, 1] as never;
      },
      'no name': (() =>
        function (this: Thread, x: number[]): number {
          return x.length;
        })(),
    };
    const lines = Object.entries(wrong).flatMap(([what, kernel]) =>
      BACKENDS.map((backend) => {
        const run = (): unknown => launch(kernel, { backend, shape: [2] }, counting(2));
        const message = messageOf(run);
        // The second time as the first.
        expect(messageOf(run)).to.equal(message);
        return `${what}: ${message}\n`;
      }),
    );
    expectSnapshot('kernels/uncompiled', lines.join(''));
  });

  it('keeps what gpu.js threw as the cause', () => {
    const run = (): unknown =>
      launch(
        function lengthKernel(this: Thread, x: number[]): number {
          return x.length;
        },
        { backend: 'cpu', shape: [2] },
        counting(2),
      );
    expect(run)
      .to.throw(Error)
      .with.property('cause')
      .that.is.instanceOf(Error)
      .with.property('message', 'Unexpected expression on line 1, position 0:\n ');
  });

  it('says so when a backend is not there, and what is', () => {
    // Node has no canvas; with the package gl it has headlessgl, which is not asked here.
    for (const backend of ['webgl', 'webgl2'] as const) {
      expectSnapshot(
        `kernels/no-${backend}`,
        `${messageOf(() => launch(placeKernel, { backend, shape: [2] }))}\n`,
      );
    }
  });

  it('refuses to let another backend do the work quietly', () => {
    // Nothing that the types allow makes webasm step back, so this goes past them.
    const constants = { nothing: {} as unknown as number };
    const run = (): unknown => launch(placeKernel, { backend: 'webasm', shape: [2], constants });
    let message = '';
    const warnings = silenced(() => {
      message = messageOf(run);
      expect(messageOf(run)).to.equal(message);
    });
    expect(warnings).to.be.at.least(1);
    expectSnapshot('kernels/another-backend', `${message}\n`);
  });
});

describe('reshape', () => {
  it('keeps the row-major order', () => {
    const x = reshape(counting(2, 3), 3, 2);
    expect(x.shape).to.deep.equal([3, 2]);
    expect([...x.data]).to.deep.equal([1, 2, 3, 4, 5, 6]);
  });

  it('takes any view, and more or fewer axes', () => {
    expect([...reshape(counting(2, 3).transpose(1, 0), 6).data]).to.deep.equal([1, 4, 2, 5, 3, 6]);
    expect(reshape(counting(6).step(-2), 1, 3, 1, 1).get(0, 1, 0, 0)).to.equal(4);
  });

  it('takes arrays without entries', () => {
    const x = reshape(counting(0, 3), 2, 0);
    expect(x.shape).to.deep.equal([2, 0]);
    expect(x.data).to.have.length(0);
  });

  it('is a new array', () => {
    const x = counting(2);
    reshape(x, 2).set(0, 9);
    expect(x.get(0)).to.equal(1);
  });

  it('refuses a shape with another number of entries', () => {
    expectSnapshot('kernels/reshape', `${messageOf(() => reshape(counting(2, 3), 4, 2))}\n`);
  });
});
