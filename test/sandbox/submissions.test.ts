/** What is read of a submission, and what is written about it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { root } from '../../checks/project.ts';
import { gradeSubmission } from '../../checks/sandbox/grade-submission.ts';
import { gradeInSandbox } from '../../checks/sandbox/sandbox.ts';
import { inFixture, run } from '../temporary-project.ts';
import { changed, submissionsFolder, writeFiles } from './submission.ts';
import type { SubmissionResult } from '../../checks/results/submission-result.ts';

describe('A submission', function () {
  this.timeout(60_000);
  const { lines: lesson, curves } = inFixture();
  const place = `lessons/${lesson.name}/${lesson.slug}.ts`;
  const honest = changed(lesson, {});
  const { folder, remove } = submissionsFolder();

  after(remove);

  /** Grades a folder that gets no point, and returns what is said. */
  async function brokenText(name: string, limits = {}): Promise<string | undefined> {
    const result = await gradeInSandbox(lesson, { folder: join(folder, name), limits });
    expect(result.points).to.equal(0);
    expect(result.max).to.equal(result.checks.length);
    expect(result.checks[0]?.failure?.problem).to.equal('this check did not run');
    return result.broken;
  }

  it('that has no file for the lesson gets no point, and is told so', async () => {
    writeFiles(folder, { 'missing/README.md': '' });
    expect(await brokenText('missing')).to.match(/lines\.ts is missing/);
  });

  it('whose file is a link to the reference gets no point', async () => {
    mkdirSync(dirname(join(folder, 'link', place)), { recursive: true });
    symlinkSync(lesson.reference, join(folder, 'link', place));
    expect(await brokenText('link')).to.match(/is behind a link/);
  });

  it('whose folder is a link gets no point', async () => {
    writeFiles(folder, { [`real/${place}`]: honest });
    mkdirSync(join(folder, 'linked'));
    symlinkSync(join(folder, 'real', 'lessons'), join(folder, 'linked', 'lessons'), 'junction');
    expect(await brokenText('linked')).to.match(/is behind a link/);
  });

  it('whose file is a folder gets no point', async () => {
    mkdirSync(join(folder, 'directory', place), { recursive: true });
    expect(await brokenText('directory')).to.match(/is no regular file/);
  });

  it('whose file would have to be waited for gets no point, at once', async function () {
    // Windows has no such files.
    if (process.platform === 'win32') this.skip();
    mkdirSync(dirname(join(folder, 'pipe', place)), { recursive: true });
    execFileSync('mkfifo', [join(folder, 'pipe', place)]);
    expect(await brokenText('pipe')).to.match(/is no regular file/);
  });

  it('whose file is too large gets no point', async () => {
    writeFiles(folder, { [`large/${place}`]: honest });
    expect(await brokenText('large', { file: 1000 })).to.match(/at most 1000 are read/);
  });

  it('that is an empty file misses every exercise', async () => {
    writeFiles(folder, { [`empty/${place}`]: '' });
    const { points, broken, checks } = await gradeInSandbox(lesson, {
      folder: join(folder, 'empty'),
    });
    expect(points).to.equal(0);
    expect(broken).to.equal(undefined);
    expect(new Set(checks.map(({ status }) => status))).to.deep.equal(new Set(['failed']));
    expect(checks[0]?.failure?.problem).to.match(/heightAt is missing/);
  });

  it('brings no configuration, packages, helpers or tests of its own', async () => {
    const evil = "throw new Error('evil');";
    writeFiles(join(folder, 'own'), {
      [place]: changed(lesson, {
        functions: { aboveGround: 'export function aboveGround(x: any): any {\n  return x;\n}' },
      }),
      '.mocharc.json': '{"require": ["./evil.cjs"]}',
      'evil.cjs': evil,
      'package.json':
        '{"type": "module", "imports": {"#arrays": "./evil.cjs", "#todo": "./evil.cjs"}}',
      'tsconfig.json':
        '{"compilerOptions": {"paths": {"*": ["./evil.cjs"]}, "jsx": "react", "target": "es5"}}',
      'node_modules/ndarray/package.json': '{"main": "index.js"}',
      'node_modules/ndarray/index.js': evil,
      'node_modules/ndarray-ops/index.js': evil,
      'node_modules/esbuild/index.js': evil,
      'base/arrays.ts': evil,
      'base/todo.ts': evil,
      [`lessons/${lesson.name}/node_modules/ndarray/index.js`]: evil,
      'test/lessons/01-lines.test.ts': "it('is right', () => {});",
      'checks/expect.ts': evil,
    });
    const { points, max, broken } = await gradeInSandbox(lesson, { folder: join(folder, 'own') });
    expect(broken).to.equal(undefined);
    // Its shape is right, and that alone is worth nothing.
    expect(points).to.equal(max - 3);
  });

  it('may use its own solutions of earlier lessons', async () => {
    writeFiles(join(folder, 'earlier'), {
      [place]: honest,
      [`lessons/${curves.name}/${curves.slug}.ts`]: `import { heightAt } from '../01-lines/lines.ts';
        export const bentAt = (left: any, _: any, x: number): number => heightAt(left, x);`,
    });
    const { checks, broken } = await gradeInSandbox(curves, { folder: join(folder, 'earlier') });
    expect(broken).to.equal(undefined);
    // That is the left line everywhere.
    expect(checks.map(({ status }) => status)).to.deep.equal(['passed', 'failed']);
  });

  it('gets the same result again with the same seed', async () => {
    writeFiles(folder, { [`seeded/${place}`]: honest.replace('Math.max(0, height)', '0.5') });
    const graded = (seed: number): Promise<SubmissionResult> =>
      gradeSubmission(join(folder, 'seeded'), [lesson], { seed });
    const [one, again] = await Promise.all([graded(3), graded(3)]);
    expect(again).to.deep.equal(one);
    expect(one.seed).to.equal(3);
    expect(one.points).to.be.above(0).and.below(one.max);
  });

  it('is graded from the command line into one file', async () => {
    writeFiles(folder, { [`commanded/${place}`]: honest });
    const out = join(folder, 'results', 'result.json');
    mkdirSync(dirname(out));
    const program = join(root, 'checks', 'sandbox', 'main.ts');
    const { code, stdout } = await run(
      process.execPath,
      [
        '--import',
        'tsx',
        program,
        join(folder, 'commanded'),
        '01',
        '02',
        '--out',
        out,
        '--seed',
        '5',
      ],
      root,
    );
    expect(code).to.equal(0);
    const result = JSON.parse(readFileSync(out, 'utf8')) as SubmissionResult;
    expect(result).to.include({ version: 1, seed: 5, points: 11 });
    expect(result.lessons.map(({ points, broken }) => [points, broken])).to.deep.equal([
      [11, undefined],
      [0, 'lessons/02-curves/curves.ts did not load: curves.ts is missing'],
    ]);
    expect(readdirSync(dirname(out))).to.deep.equal(['result.json']);
    expect(stdout).to.match(/01-lines {2}11 of 11\n/);
  });

  it('is not graded when the command line is wrong', async () => {
    const program = join(root, 'checks', 'sandbox', 'main.ts');
    for (const args of [['99'], ['01', '--seed', 'x'], ['01', '--out']]) {
      const { code, stderr } = await run(
        process.execPath,
        ['--import', 'tsx', program, folder, ...args],
        root,
      );
      expect(code).to.equal(2);
      expect(stderr).to.match(/^error: /);
    }
    expect(existsSync(join(folder, 'undefined'))).to.equal(false);
  });
});
