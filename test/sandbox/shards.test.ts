/** A class that several processes grade in parts gets the table that one would have made. */
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { root } from '../../checks/project.ts';
import { inShard, mergeResults, shardOf } from '../../checks/sandbox/shards.ts';
import { readWeights, weightedShare } from '../../checks/sandbox/weights.ts';
import { graded } from './grading.ts';
import { inFixture, run } from '../temporary-project.ts';
import { changed, stubWith, submissionsFolder, writeFiles } from './submission.ts';

describe('Shards', function () {
  this.timeout(120_000);
  const { curves: lesson } = inFixture();
  const place = `lessons/${lesson.name}/${lesson.slug}.ts`;
  const { folder, remove } = submissionsFolder();
  const all = join(folder, 'all');
  const shards = [1, 2, 3, 4].map((part) => join(folder, `shard-${part}`));
  const program = ['--import', 'tsx', join(root, 'checks', 'sandbox', 'main.ts')];
  const table = (out: string): string => readFileSync(join(out, 'points.csv'), 'utf8');

  before(async () => {
    for (const [i, name] of ['anna', 'Bob', 'group 2', 'group 10', 'carl', 'dora'].entries()) {
      const text = i % 2 === 0 ? changed(lesson, {}) : stubWith(lesson, '');
      writeFiles(join(all, name), { [place]: text });
    }
    symlinkSync(join(all, 'anna'), join(all, 'linked'), 'junction');
    const base = ['--submissions', all, '02', '--seed', '5', '--jobs', '1'];
    await graded([...base, '--out', join(folder, 'whole')]);
    await Promise.all(
      shards.map((out, i) =>
        run(process.execPath, [...program, ...base, '--out', out, '--shard', `${i + 1}/4`], root),
      ),
    );
  });

  after(remove);

  it('of four processes, merged in any order, give the table of one', async () => {
    const out = join(folder, 'merged');
    const { code, stdout } = await graded(['merge', ...shards.toReversed(), '--out', out]);
    // The link is in neither, and named in both.
    expect(code).to.equal(1);
    expect(stdout).to.match(/^6 of 7 submissions graded; /);
    expect(table(out)).to.equal(table(join(folder, 'whole')));
    const results = (path: string): string[] =>
      readdirSync(path).filter((name) => /^\w.*json$/.test(name));
    expect(results(out)).to.deep.equal(results(join(folder, 'whole')));
    // What was merged can be merged again.
    await graded(['merge', out, '--out', join(folder, 'again')]);
    expect(table(join(folder, 'again'))).to.equal(table(out));
  });

  it('are refused when one is not whole, is named twice, or is of another seed', async () => {
    const out = join(folder, 'refused');
    expect(() => mergeResults([shards[0]!, shards[0]!], out)).to.throw(/name each shard once$/);
    const cut = join(folder, 'cut');
    mkdirSync(cut);
    expect(() => mergeResults([cut], out)).to.throw(
      /is not graded to its end; give its command again/,
    );
    const other = join(folder, 'other');
    await graded(['--submissions', all, '02', '--seed', '6', '--shard', '2/4', '--out', other]);
    expect(() => mergeResults([shards[0]!, other], out)).to.throw(/with one --seed$/);
    rmSync(out, { recursive: true, force: true });
  });

  it('need a seed, and a part that there is', async () => {
    const base = ['--submissions', all, '02', '--out', join(folder, 'x')];
    const { code, stderr } = await graded([...base, '--shard', '1/4']);
    expect(code).to.equal(2);
    expect(stderr).to.match(/--shard needs --seed, the same for all shards/);
    for (const text of ['0/4', '5/4', '1/0', '1', '1/2/3', '-1/4', 'a/b', '']) {
      expect(shardOf(text), text).to.equal(undefined);
    }
    expect(shardOf('3/16')).to.deep.equal({ part: 3, of: 16 });
  });

  it('have each submission in one of them', () => {
    const submissions = Array.from({ length: 10 }, (_, i) => ({ name: `${i}`, folder: '' }));
    const parts = [1, 2, 3, 4].map((part) => inShard(submissions, { part, of: 4 }));
    expect(parts.map(({ length }) => length)).to.deep.equal([3, 3, 2, 2]);
    expect(
      parts
        .flat()
        .map(({ name }) => name)
        .toSorted(),
    ).to.deep.equal(submissions.map(({ name }) => name));
  });
});

describe('Weights', () => {
  const { folder, remove } = submissionsFolder();
  after(remove);

  it('count an exercise by its own weight, else by its lesson’s, else once', () => {
    const score = {
      points: 6,
      max: 12,
      exercises: new Map([
        ['02.1 a', 1],
        ['02.2 b', 3],
        ['03.1 c', 2],
      ]),
      maxima: new Map([
        ['02.1 a', 4],
        ['02.2 b', 4],
        ['03.1 c', 4],
      ]),
    };
    // (1 · 2 + 3 · 5 + 2 · 1) of (4 · 2 + 4 · 5 + 4 · 1)
    expect(
      weightedShare(
        score,
        new Map([
          ['02', 2],
          ['02.2', 5],
        ]),
      ),
    ).to.equal(19 / 32);
    expect(weightedShare(score, new Map())).to.equal(0.5);
    expect(
      weightedShare(
        score,
        new Map([
          ['02', 0],
          ['03', 0],
        ]),
      ),
    ).to.equal(0);
  });

  it('are read from a file, and refused with a reason', () => {
    const file = join(folder, 'weights.json');
    const refusals: [text: string, why: RegExp][] = [
      ['{', /weights\.json cannot be read as JSON/],
      ['[1]', /must be an object such as/],
      ['{"2": 1}', /"2" is no lesson \(02\) and no exercise \(02\.5\)/],
      ['{"02": -1}', /the weight of 02 is -1; it must be a number from 0/],
      ['{"02": "1"}', /the weight of 02 is "1"/],
    ];
    for (const [text, why] of refusals) {
      writeFileSync(file, text);
      expect(() => readWeights(file)).to.throw(why);
    }
    writeFileSync(file, '{"02": 0.5, "02.10": 3}');
    expect([...readWeights(file)]).to.deep.equal([
      ['02', 0.5],
      ['02.10', 3],
    ]);
  });
});
