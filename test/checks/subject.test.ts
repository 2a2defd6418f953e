import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { array, zeros } from '#arrays';
import { expect } from '#checks/expect';
import ndarray from 'ndarray';
import { seededRandom } from '#datasets/random';
import { subjectChoice } from '../../checks/subject/choice.ts';
import { snapshot } from '../../checks/subject/snapshot.ts';
import { overlay } from '../../checks/subject/recorder.ts';
import { inFixture, run, type Ran } from '../temporary-project.ts';

describe('The subject behind #lessons/…, under plain mocha', function () {
  this.timeout(20_000);
  const project = inFixture();
  const folder = join(project.root, '.chainrule');
  const file = join(folder, 'subject.ts');

  before(() => {
    mkdirSync(folder);
    // The function says by its error that it was this file's.
    writeFileSync(
      file,
      "export function heightAt(): never {\n  throw new Error('from the file');\n}\n",
    );
  });

  /** Runs lesson 01's suite with plain mocha, as an editor does, and counts. */
  async function plainMocha(subject: string): Promise<Ran & { passing: number; failing: number }> {
    const mocha = join('node_modules', 'mocha', 'bin', 'mocha.js');
    const suite = join('test', 'lessons', '01-lines.test.ts');
    const ran = await run(process.execPath, [mocha, suite], project.root, {
      CHAINRULE_SUBJECT: subject,
    });
    const count = (word: string): number =>
      Number(new RegExp(`(\\d+) ${word}`).exec(ran.stdout)?.[1] ?? 0);
    return { ...ran, passing: count('passing'), failing: count('failing') };
  }

  it('is the reference unless something else is said', async () => {
    for (const subject of ['', 'reference']) {
      const { code, failing, passing } = await plainMocha(subject);
      expect([code, failing, passing]).to.deep.equal([0, 0, 11]);
    }
  });

  it("is the learner's file if that is asked for", async () => {
    for (const subject of ['learner', '01:learner', join('lessons', '01-lines', 'lines.ts')]) {
      const { stdout, failing, passing } = await plainMocha(subject);
      expect([failing, passing], subject).to.deep.equal([11, 0]);
      expect(stdout).to.include('01.1 heightAt is still to do');
    }
  });

  it('is any file, and a function that it lacks is missing rather than taken from elsewhere', async () => {
    const { stdout, passing } = await plainMocha(file);
    expect(passing).to.equal(0);
    expect(stdout).to.include('Error: from the file');
    expect(stdout).to.include(
      "MissingExportError: areaUnder is missing: the lesson's file must export it",
    );
  });

  it('is a misconception laid over the reference, which fails in its own exercise only', async () => {
    const { stdout, failing, passing } = await plainMocha('misconception:area-from-left');
    expect([failing, passing]).to.deep.equal([1, 10]);
    expect(stdout).to.match(/01\.5 areaUnder\s+1\) /);
  });

  it('refuses a misconception that there is none of, and lists those that there are', async () => {
    const { code, stdout, stderr } = await plainMocha('misconception:nonsense');
    expect(code).not.to.equal(0);
    expect(stdout + stderr).to.include(
      'overlay: the lesson has no misconception "nonsense"; it has height-forgotten, ',
    );
  });

  it('does not fall back to the reference when the file has a syntax error', async () => {
    const broken = join(folder, 'broken.ts');
    writeFileSync(broken, 'export function heightAt( {\n');
    const { code, passing, stdout, stderr } = await plainMocha(broken);
    expect(code).not.to.equal(0);
    expect(passing).to.equal(0);
    expect(stdout + stderr).to.match(/broken\.ts:\d+:\d+: ERROR/);
  });

  it('is found by import as well as by require', async () => {
    const register = pathToFileURL(join(project.root, 'checks', 'subject', 'register.ts')).href;
    const { stdout } = await run(
      process.execPath,
      [
        '--import',
        'tsx',
        '--import',
        register,
        '--input-type=module',
        '--eval',
        "const { heightAt, areaUnder } = await import('#lessons/01-lines');" +
          'for (const f of [heightAt, areaUnder]) try { f() } catch (error) { console.log(String(error)) }',
      ],
      project.root,
      { CHAINRULE_SUBJECT: `01:${file}` },
    );
    expect(stdout.trim().split('\n')).to.deep.equal([
      'Error: from the file',
      "MissingExportError: areaUnder is missing: the lesson's file must export it",
    ]);
  });
});

describe('subjectChoice', () => {
  const project = inFixture();
  const lesson = '01-lines';
  /** The words of a command line that runs the suite of lesson 02. */
  const suiteOfCurves = ['node', 'mocha', join('test', 'lessons', '02-curves.test.ts')];

  it('is none where every lesson is its reference', () => {
    expect(subjectChoice('')).to.equal(undefined);
    expect(subjectChoice('reference')).to.equal(undefined);
  });

  it('names a lesson and what stands behind it', () => {
    for (const query of ['01', '1', '01-lines']) {
      expect(subjectChoice(`${query}:learner`)).to.deep.equal({
        lesson,
        subject: { kind: 'learner' },
      });
    }
    expect(subjectChoice('01:reference')).to.deep.equal({ lesson, subject: { kind: 'reference' } });
    expect(subjectChoice('01:misconception:a')).to.deep.equal({
      lesson,
      subject: { kind: 'misconception', id: 'a' },
    });
    expect(subjectChoice('01:a/b.ts')).to.deep.equal({
      lesson,
      subject: { kind: 'file', path: join(project.root, 'a', 'b.ts') },
    });
  });

  it('takes the lesson from the one suite that is run', () => {
    expect(subjectChoice('learner', suiteOfCurves)).to.deep.equal({
      lesson: '02-curves',
      subject: { kind: 'learner' },
    });
    expect(subjectChoice('C:/x.ts', suiteOfCurves)).to.have.nested.property('subject.kind', 'file');
    // What is said goes before what is run.
    expect(subjectChoice('01:learner', suiteOfCurves)).to.have.property('lesson', lesson);
  });

  it('refuses what names no lesson, or one that there is none of', () => {
    expect(() => subjectChoice('learner', ['node', 'mocha'])).to.throw(
      RangeError,
      'CHAINRULE_SUBJECT: "learner" does not say which lesson is graded; write 05:learner, or run the suite of one lesson',
    );
    const both = [...suiteOfCurves, join('test', 'lessons', '01-lines.test.ts')];
    expect(() => subjectChoice('learner', both)).to.throw(RangeError, 'does not say which');
    expect(() => subjectChoice('99:learner')).to.throw(
      RangeError,
      'CHAINRULE_SUBJECT: there is no lesson "99" in "99:learner"; there are 01-lines, 02-curves',
    );
  });
});

describe('overlay', () => {
  it('replaces the function of one exercise and leaves the others', () => {
    const [right, other, wrong] = [() => 1, () => 2, () => 3];
    const misconception = { exercise: '01.1 f', id: 'a', sentence: '', anchor: '', wrong };
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
