/** The command line of grading: what it takes, what it refuses, and what it writes about one submission. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { formats } from '../../checks/report/formats/formats.ts';
import { githubAnnotations, githubSummary } from '../../checks/report/formats/github.ts';
import { parseResult } from '../../checks/results/result-file.ts';
import { expectSnapshot } from '../snapshot.ts';
import { aboveGround } from './attack.ts';
import { graded } from './grading.ts';
import { inFixture } from '../temporary-project.ts';
import { changed, submissionsFolder, writeFiles } from './submission.ts';

describe('npm run grade', function () {
  this.timeout(60_000);
  const { lines: lesson } = inFixture();
  const place = `lessons/${lesson.name}/${lesson.slug}.ts`;
  const { folder, remove } = submissionsFolder();
  const submission = join(folder, 'all', 'anna');

  before(() => {
    const functions = {
      aboveGround: 'export function aboveGround(): never {\n  throw new Error("no");\n}',
    };
    writeFiles(submission, { [place]: changed(lesson, { functions }) });
    mkdirSync(join(folder, 'nothing'));
  });

  after(remove);

  it('says how it is called', async () => {
    const { code, stdout } = await graded(['--help']);
    expect(code).to.equal(0);
    expectSnapshot('grade/help', stdout);
  });

  it('writes the result in every format that is asked for', async () => {
    const out = join(folder, 'made', 'result.json');
    const asked = ['junit', 'gradescope', 'prairielearn', 'exercism', 'html'];
    const paths = asked.flatMap((name) => [`--${name}`, join(folder, 'made', 'too', name)]);
    const args = [submission, '01', '1', '--out', out, '--seed', '4', ...paths];
    const { code, stdout, stderr } = await graded(args);
    expect(code).to.equal(0);
    expect(stderr).to.equal('');
    expect(stdout).to.equal('01-lines  8 of 11\n8 of 11 points; seed 4\n');
    const result = parseResult(readFileSync(out, 'utf8'));
    expect(result.lessons).to.have.length(1);
    for (const name of asked) {
      const text = readFileSync(join(folder, 'made', 'too', name), 'utf8');
      expect(text, name).to.equal(formats[name]!.write(result, 'anna'));
    }
  });

  it('adds to the summary of a GitHub job and prints annotations', async () => {
    const out = join(folder, 'github.json');
    const summary = join(folder, 'summary.md');
    writeFileSync(summary, 'before\n');
    const { GITHUB_STEP_SUMMARY: old } = process.env;
    process.env['GITHUB_STEP_SUMMARY'] = summary;
    const { code, stdout } = await graded([submission, '02', '--github', '--out', out]);
    delete process.env['GITHUB_STEP_SUMMARY'];
    if (old !== undefined) process.env['GITHUB_STEP_SUMMARY'] = old;
    expect(code).to.equal(0);
    const result = parseResult(readFileSync(out, 'utf8'));
    expect(readFileSync(summary, 'utf8')).to.equal(`before\n${githubSummary(result)}`);
    expect(stdout).to.include('curves.ts is missing\n0 of 2 points; seed ');
    expect(stdout.endsWith(githubAnnotations(result))).to.equal(true);
  });

  const lines = {
    'does not compile': { top: 'export function (', says: 'Expected identifier but found' },
    'throws while it is loaded': { top: "throw new Error('at load');", says: 'Error: at load' },
    'has a type error when it is called': {
      top: 'function size(x: any): number {\n  return x.nothing.length;\n}',
      body: 'return size(x);',
      says: 'TypeError: Cannot read properties of undefined',
    },
  };
  for (const [does, { top, says, ...rest }] of Object.entries(lines)) {
    it(`annotates the line of a file that ${does}`, async () => {
      const functions = 'body' in rest ? aboveGround(rest.body) : {};
      const text = changed(lesson, { top, functions });
      writeFiles(join(folder, 'annotated'), { [place]: text });
      const { stdout } = await graded([join(folder, 'annotated'), '01', '--github']);
      const [, line, message] =
        /^::error file=lessons\/01-lines\/lines\.ts,line=(\d+),title=[^:]*::(.*)/m.exec(stdout) ??
        [];
      const [last] = top.split('\n').slice('body' in rest ? 1 : 0);
      expect(text.split('\n')[Number(line) - 1]).to.equal(last);
      expect(message).to.include(says);
    });
  }

  it('says what went wrong when the result cannot be written', async () => {
    const { code, stderr } = await graded([submission, '02', '--html', submission]);
    expect(code).to.equal(1);
    expect(stderr).to.match(/^error: .* is a folder: name a file in it, such as /);
  });

  it('writes nothing when it is interrupted', async () => {
    const out = join(folder, 'interrupted.json');
    const { code, stderr } = await graded([submission, '--out', out], AbortSignal.abort());
    expect(code).to.equal(130);
    expect(stderr).to.equal('Interrupted; nothing was written.\n');
    expect(existsSync(out)).to.equal(false);
  });

  it('refuses what it cannot understand, each with a reason', async () => {
    const all = join(folder, 'all');
    const wrong = {
      'no folder': [],
      'no such folder': [join(folder, 'nobody'), '--out', 'x'],
      'nowhere to write': [submission],
      'no such lesson': [submission, '99', '--out', 'x'],
      'no seed': [submission, '--out', 'x', '--seed', '-1'],
      'no number of jobs': ['--submissions', all, '--out', 'x', '--jobs', '0'],
      'jobs for one': [submission, '--out', 'x', '--jobs', '2'],
      'an unknown option': [submission, '--fast'],
      'nowhere to write many': ['--submissions', all],
      'no submissions': ['--submissions', join(folder, 'nothing'), '--out', 'x'],
      'results among the submissions': ['--submissions', all, '--out', join(all, 'results')],
      'results in place of the submissions': ['--submissions', all, '--out', all],
      'a format that is for one': ['--submissions', all, '--out', 'x', '--junit', 'y'],
      'GitHub for many': ['--submissions', all, '--out', 'x', '--github'],
    };
    let text = '';
    for (const [what, args] of Object.entries(wrong)) {
      const { code, stdout, stderr } = await graded(args);
      expect(code, what).to.equal(2);
      expect(stdout, what).to.equal('');
      text += `${what}\n  ${stderr}`;
    }
    expect(existsSync('x')).to.equal(false);
    const timeless = text.replaceAll(folder, 'DIR');
    expectSnapshot('grade/misuse', timeless.replaceAll('\\', '/'));
  });
});
