/** What is read of a submission, and what is written about it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { findLesson, root } from '../../checks/project.ts';
import { gradeSubmission } from '../../checks/sandbox/grade-submission.ts';
import { gradeInSandbox } from '../../checks/sandbox/sandbox.ts';
import { run } from '../temporary-project.ts';
import { changed, stubWith, submissionsFolder, writeFiles } from './submission.ts';
import type { SubmissionResult } from '../../checks/results/submission-result.ts';
import { pointsIn } from '../lesson-points.ts';

const lesson = findLesson('02')!;
const place = `lessons/${lesson.name}/${lesson.slug}.ts`;
const honest = changed(lesson, {});

describe('A submission', function () {
  this.timeout(60_000);
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
    expect(await brokenText('missing')).to.match(/activations\.ts is missing/);
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
    expect(checks[0]?.failure?.problem).to.match(/identity is missing/);
  });

  it('brings no configuration, packages, helpers or tests of its own', async () => {
    const evil = "throw new Error('evil');";
    writeFiles(join(folder, 'own'), {
      [place]: changed(lesson, {
        functions: { relu: 'export function relu(x: any): any {\n  return x;\n}' },
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
      'test/lessons/02-activations.test.ts': "it('is right', () => {});",
      'checks/expect.ts': evil,
    });
    const { points, max, broken } = await gradeInSandbox(lesson, { folder: join(folder, 'own') });
    expect(broken).to.equal(undefined);
    // The shape of relu is right.
    expect(points).to.equal(max - 2);
  });

  it('may use its own solutions of earlier lessons', async () => {
    const later = findLesson('03')!;
    writeFiles(join(folder, 'earlier'), {
      [place]: honest,
      [`lessons/${later.name}/${later.slug}.ts`]: `${stubWith(later, '').replace('export function softmaxCrossEntropy(', 'function unused(')}
        import { relu } from '../02-activations/activations.ts';
        export const softmaxCrossEntropy = (x: any): any => relu(x).get(0, 0);`,
    });
    const { checks, broken } = await gradeInSandbox(later, { folder: join(folder, 'earlier') });
    expect(broken).to.equal(undefined);
    const own = checks.find(({ exercise }) => exercise.endsWith(' softmaxCrossEntropy'));
    expect(own?.failure?.problem).to.match(/was expected and \S+ came back/);
  });

  it('gets the same result again with the same seed', async () => {
    writeFiles(folder, { [`seeded/${place}`]: honest.replace('1 / (1 + Math.exp(-v))', '0.5') });
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
        '02',
        '01',
        '--out',
        out,
        '--seed',
        '5',
      ],
      root,
    );
    expect(code).to.equal(0);
    const result = JSON.parse(readFileSync(out, 'utf8')) as SubmissionResult;
    const max = await pointsIn('02');
    expect(result).to.include({ version: 1, seed: 5, points: max });
    expect(result.lessons.map(({ points, broken }) => [points, broken])).to.deep.equal([
      [max, undefined],
      [0, 'lessons/01-perceptron/perceptron.ts did not load: perceptron.ts is missing'],
    ]);
    expect(readdirSync(dirname(out))).to.deep.equal(['result.json']);
    expect(stdout).to.include(`02-activations  ${max} of ${max}\n`);
  });

  it('is not graded when the command line is wrong', async () => {
    const program = join(root, 'checks', 'sandbox', 'main.ts');
    for (const args of [['99'], ['02', '--seed', 'x'], ['02', '--out']]) {
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
