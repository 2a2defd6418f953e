/** The library as others get it: built, installed into an empty project, and used as its README says. */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { buildLibrary } from '../../checks/library/build.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(project, 'checks/library/README.md'), 'utf8');
const snippets = Array.from(readme.matchAll(/```js\n(.*?)```/gs), ([, code]) => code!);

const THEIR_LAYERS = `
import ndarray from 'ndarray';
const like = (x, f) => ndarray(x.data.map((_, i) => f(i)), [...x.shape]);
export const square = {
  apply: (x) => like(x, (i) => x.data[i] ** 2),
  gradient: (x, dout) => like(x, (i) => WRONG * x.data[i] * dout.data[i]),
};
export class Affine {
  constructor(W) { this.W = W; }
  forward(x) {
    this.x = x;
    const [[N, D], M] = [x.shape, this.W.shape[1]];
    const out = ndarray(new Float64Array(N * M), [N, M]);
    for (let n = 0; n < N; n++) for (let d = 0; d < D; d++) for (let m = 0; m < M; m++)
      out.set(n, m, out.get(n, m) + x.get(n, d) * this.W.get(d, m));
    return out;
  }
  backward(dout) {
    const [[N, D], M] = [this.x.shape, this.W.shape[1]];
    const dx = ndarray(new Float64Array(N * D), [N, D]);
    this.dW = ndarray(new Float64Array(D * M), [D, M]);
    for (let n = 0; n < N; n++) for (let d = 0; d < D; d++) for (let m = 0; m < M; m++) {
      dx.set(n, d, dx.get(n, d) + dout.get(n, m) * this.W.get(d, m));
      this.dW.set(d, m, this.dW.get(d, m) + dout.get(n, m) * this.x.get(n, d));
    }
    return dx;
  }
}
export const meanSquare = (y) => y.data.reduce((sum, v) => Math.fround(sum + v * v), 0) / y.size;
export const meanSquareGradient = (y) => like(y, (i) => (WRONG * y.data[i]) / y.size);
`;

/** Uses every type that the library offers. */
const TYPED = `
import { checkGradient, formatReport, type Cause, type Code, type Finding, type GradientReport,
  type GradientOptions, type LayerProblem, type LossProblem, type Problem, type Verdict } from 'chainrule/gradient';
import { expect, type Tolerance } from 'chainrule/expect';
import ndarray, { type NdArray } from 'ndarray';

type Tensor = NdArray<Float64Array>;
const x: Tensor = ndarray(Float64Array.of(1, 2), [2]);
const layer: LayerProblem = {
  inputs: { x },
  forward: (a: Tensor) => ({ out: a, cache: a }),
  backward: (dout: Tensor, _cache: Tensor) => ({ dx: dout }),
  axes: { x: ['feature'] },
};
const loss: LossProblem = { inputs: { x }, loss: (a: Tensor) => a.get(0), gradient: (a: Tensor) => a };
const options: GradientOptions = { seed: 2, budget: 4 };
const problems: Problem[] = [layer, loss];
const report: GradientReport = checkGradient(problems[0]!, options);
const verdict: Verdict = report.verdict;
const finding: Finding | undefined = report.findings[0];
const cause: Cause | undefined = finding;
const code: Code | undefined = cause?.code;
const tolerance: Tolerance = { relative: 1e-3 };
expect(x).to.almostEqual([1, 2], tolerance);
expect(layer).to.have.rightGradients(options);
console.log(formatReport(report), verdict, code);
// @ts-expect-error a layer has no gradient function
export const wrong: LayerProblem = { inputs: { x }, forward: () => x, gradient: () => x };
`;

describe('The gradient checker as a library', () => {
  let folder = '';
  const node = (...args: string[]) =>
    execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env: {}, stdio: 'pipe' });
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const writeLayers = (two: string) =>
    write('node_modules/their-layers/index.js', THEIR_LAYERS.replaceAll('WRONG', two));

  before(async function () {
    this.timeout(60_000);
    folder = mkdtempSync(join(tmpdir(), 'chainrule-library-'));
    write('package.json', '{ "type": "module" }');
    write(
      'node_modules/their-layers/package.json',
      '{ "type": "module", "exports": "./index.js" }',
    );
    await buildLibrary(join(folder, 'node_modules/chainrule/dist'));
    copyFileSync(
      join(project, 'package.json'),
      join(folder, 'node_modules/chainrule/package.json'),
    );
    for (const name of ['ndarray', 'ndarray-ops', 'chai', '@types']) {
      symlinkSync(
        join(project, 'node_modules', name),
        join(folder, 'node_modules', name),
        'junction',
      );
    }
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('does what its README says, on right code and on wrong', function () {
    this.timeout(30_000);
    const outputs = (two: string) => {
      writeLayers(two);
      return snippets.map((code, i) => {
        write(`snippet-${i}.js`, code);
        try {
          return node(`snippet-${i}.js`);
        } catch (error) {
          return String((error as { stderr: string }).stderr);
        }
      });
    };
    const right = outputs('2');
    expect(right).to.have.lengthOf(3);
    expect(right[0]).to.match(/^square: dx is right \(6 entries, \d+ forward calls\)\.\n$/);
    expect(right[1]).to.match(
      /^Affine: dx and dW are right \(12 entries, \d+ forward calls\)\.\n$/,
    );
    expect(right[2]).to.equal('');
    const [square, , meanSquare] = outputs('1');
    expect(square).to.include(
      'square: dx is 2 times too small: 2 is what the derivative of a square has in front, or the size of x along axis 0.',
    );
    expect(meanSquare).to.include(
      'the operation: dy is 2 times too small: 2 is what the derivative of a square has in front',
    );
  });

  it('has types that hold without its source', function () {
    this.timeout(60_000);
    write('typed.ts', TYPED);
    const compiler = join(project, 'node_modules/typescript/bin/tsc');
    const options = '--noEmit --strict --module nodenext --target es2023 --types node';
    expect(node(compiler, ...options.split(' '), 'typed.ts')).to.equal('');
  });

  it('lets nobody in by another door', () => {
    const script = "import('chainrule/dist/gradient.js').catch((error) => console.log(error.code))";
    expect(node('-e', script)).to.equal('ERR_PACKAGE_PATH_NOT_EXPORTED\n');
    expect(node('-e', script.replace('/dist/gradient.js', ''))).to.equal(
      'ERR_PACKAGE_PATH_NOT_EXPORTED\n',
    );
  });
});
