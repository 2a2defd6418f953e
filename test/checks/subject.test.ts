import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { array, zeros } from '#arrays';
import { expect } from '#checks/expect';
import ndarray from 'ndarray';
import { seededRandom } from '#datasets/random';
import { root } from '../../checks/project.ts';
import { subjectChoice } from '../../checks/subject/choice.ts';
import { snapshot } from '../../checks/subject/snapshot.ts';
import { overlay } from '../../checks/subject/recorder.ts';
import { run, type Ran } from '../temporary-project.ts';

const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
const suite = join('test', 'lessons', '02-activations.test.ts');

/** Runs lesson 02's suite with plain mocha, as an editor does, and counts. */
async function plainMocha(subject: string): Promise<Ran & { passing: number; failing: number }> {
  const ran = await run(process.execPath, [mocha, suite], root, { CHAINRULE_SUBJECT: subject });
  const count = (word: string): number =>
    Number(new RegExp(`(\\d+) ${word}`).exec(ran.stdout)?.[1] ?? 0);
  return { ...ran, passing: count('passing'), failing: count('failing') };
}

describe('The subject behind #lessons/…, under plain mocha', function () {
  this.timeout(20_000);
  const folder = join(root, '.chainrule', `test-${process.pid}`);
  const file = join(folder, 'subject.ts');

  before(() => {
    mkdirSync(folder, { recursive: true });
    // Every function says by its error that it was this file's.
    writeFileSync(
      file,
      "export function relu(): never {\n  throw new Error('from the file');\n}\n",
    );
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is the reference unless something else is said', async () => {
    for (const subject of ['', 'reference']) {
      const { code, failing, passing } = await plainMocha(subject);
      expect([code, failing]).to.deep.equal([0, 0]);
      expect(passing).to.be.greaterThan(50);
    }
  });

  it("is the learner's file if that is asked for", async () => {
    const { stdout } = await plainMocha(join('lessons', '02-activations', 'activations.ts'));
    const { stdout: learner } = await plainMocha('learner');
    const counts = (text: string): string[] => text.match(/\d+ (?:passing|failing)/g) ?? [];
    expect(counts(learner)).to.deep.equal(counts(stdout));
  });

  it('is any file, and a function that it lacks is missing rather than taken from elsewhere', async () => {
    const { stdout, passing } = await plainMocha(file);
    expect(passing).to.equal(0);
    expect(stdout).to.include('Error: from the file');
    expect(stdout).to.include(
      "MissingExportError: sigmoid is missing: the lesson's file must export it",
    );
  });

  it('is a misconception laid over the reference, which fails in its own exercise only', async () => {
    const { stdout, failing } = await plainMocha('misconception:relu-is-abs');
    expect(failing).to.be.greaterThan(0);
    expect(stdout).to.match(/02\.9 relu\s+1\) /);
  });

  it('refuses a misconception that there is none of, and lists those that there are', async () => {
    const { code, stdout, stderr } = await plainMocha('misconception:nonsense');
    expect(code).not.to.equal(0);
    expect(stdout + stderr).to.include(
      'overlay: the lesson has no misconception "nonsense"; it has ',
    );
  });

  it('does not fall back to the reference when the file has a syntax error', async () => {
    const broken = join(folder, 'broken.ts');
    writeFileSync(broken, 'export function relu( {\n');
    const { code, passing, stdout, stderr } = await plainMocha(broken);
    expect(code).not.to.equal(0);
    expect(passing).to.equal(0);
    expect(stdout + stderr).to.match(/broken\.ts:\d+:\d+: ERROR/);
  });

  it('is found by import as well as by require', async () => {
    const register = pathToFileURL(join(root, 'checks', 'subject', 'register.ts')).href;
    const { stdout } = await run(
      process.execPath,
      [
        '--import',
        'tsx',
        '--import',
        register,
        '--input-type=module',
        '--eval',
        "const { relu, tanh } = await import('#lessons/02-activations');" +
          'for (const f of [relu, tanh]) try { f() } catch (error) { console.log(String(error)) }',
      ],
      root,
      { CHAINRULE_SUBJECT: `02:${file}` },
    );
    expect(stdout.trim().split('\n')).to.deep.equal([
      'Error: from the file',
      "MissingExportError: tanh is missing: the lesson's file must export it",
    ]);
  });
});

describe('subjectChoice', () => {
  it('reads the environment variable', () => {
    const subjectOf = (value: string): unknown => subjectChoice(value, [])?.subject;
    expect(subjectChoice('', [])).to.equal(undefined);
    expect(subjectChoice('reference', [])).to.equal(undefined);
    expect(subjectChoice('2:learner', [])).to.deep.equal({
      lesson: '02-activations',
      subject: { kind: 'learner' },
    });
    expect(subjectOf('02-activations:reference')).to.deep.equal({ kind: 'reference' });
    expect(subjectOf('02:misconception:a')).to.deep.equal({ kind: 'misconception', id: 'a' });
    expect(subjectOf('02:a/b.ts')).to.deep.equal({ kind: 'file', path: join(root, 'a', 'b.ts') });
  });

  it('takes the lesson whose suite alone is run, when none is named', () => {
    const suites = ['test/lessons/02-activations.test.ts', 'test/lessons/03-losses.test.ts'];
    expect(subjectChoice('learner', ['mocha', suites[0]!])).to.deep.equal({
      lesson: '02-activations',
      subject: { kind: 'learner' },
    });
    for (const args of [[], suites]) {
      expect(() => subjectChoice('learner', args)).to.throw(
        RangeError,
        'CHAINRULE_SUBJECT: "learner" does not say which lesson is graded; write 05:learner, or run the suite of one lesson',
      );
    }
  });

  it('refuses a lesson that there is none of, and lists those that there are', () => {
    expect(() => subjectChoice('99:learner', [])).to.throw(
      RangeError,
      /there is no lesson "99" in "99:learner"; there are 01-perceptron, /,
    );
  });
});

describe('overlay', () => {
  it('replaces the function of one exercise and leaves the others', () => {
    const [right, other, wrong] = [() => 1, () => 2, () => 3];
    const misconception = { exercise: '02.5 f', id: 'a', sentence: '', anchor: '', wrong };
    expect(overlay({ f: right, g: other }, [misconception], 'a')).to.deep.equal({
      f: wrong,
      g: other,
    });
  });
});

describe('snapshot', () => {
  it('copies arrays, lists and objects to the bottom', () => {
    const value = { x: array([1, 2]), list: [array([3])], n: 4 };
    const kept = snapshot(value);
    value.x.set(0, 99);
    value.list[0]?.set(0, 99);
    value.n = 99;
    expect(kept).to.almostEqual({ x: array([1, 2]), list: [array([3])], n: 4 });
  });

  it('keeps the type of the storage, and turns a view into its entries', () => {
    const ints = ndarray(Int32Array.of(1, 2, 3, 4), [2, 2]).transpose(1, 0);
    expect([...snapshot(ints).data]).to.deep.equal([1, 3, 2, 4]);
    expect(snapshot(ints).dtype).to.equal('int32');
    expect(snapshot(ndarray([1, 2])).dtype).to.equal('array');
    expect(snapshot(zeros(0, 2)).shape).to.deep.equal([0, 2]);
  });

  it('clones a seeded generator, so that a replay draws the same numbers', () => {
    const random = seededRandom(7);
    const kept = snapshot(random);
    const drawn = [random(), random()];
    expect([kept(), kept()]).to.deep.equal(drawn);
  });

  it('keeps what it cannot copy', () => {
    const error = new Error('no');
    const f = (): number => 1;
    expect(snapshot(error)).to.equal(error);
    expect(snapshot(f)).to.equal(f);
    expect(snapshot(null)).to.equal(null);
    expect(snapshot(Object.create(null) as object)).to.deep.equal({});
  });
});
