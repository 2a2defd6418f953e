/** Whatever a submission says, and whatever it is called, it reaches nobody as more than a text. */
import { Buffer } from 'node:buffer';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { expect } from 'chai';
import { clean, cleanResult, oneLine } from '../../checks/report/clean.ts';
import { formats } from '../../checks/report/formats/formats.ts';
import { githubAnnotations, githubSummary } from '../../checks/report/formats/github.ts';
import { pointsCsv, rowOf } from '../../checks/sandbox/points-table.ts';
import { showProgress } from '../../checks/sandbox/progress.ts';
import type { SubmissionResult } from '../../checks/results/submission-result.ts';
import { graded } from '../sandbox/grading.ts';
import { changed, submissionsFolder, writeFiles } from '../sandbox/submission.ts';
import { inFixture } from '../temporary-project.ts';
import { resultOf } from './results.ts';

/** Texts that mean something to somebody. */
const nasty = [
  '\x1b[2J\x1b]0;title\x07\x1b[31mred',
  '\u009b2J\u0090x\u009c and other control characters \u0085 of the second kind',
  'bell \x07, backspace \x08\x08\x08, delete \x7f, NUL \0',
  'two\nlines\r\nthree\rfour\u2028five\u2029six',
  '\n::error file=x::forged',
  '\n  ::stop-commands::token\n::add-mask::a',
  'in the middle ##[error]forged ##[add-mask]b',
  '::::set-output name=x:::',
  '=1+1',
  '\x01=1+1',
  '\u200b=1+1',
  '\u202e=1+1',
  '\ufeff@SUM(A1)',
  '"=1",\t=2;=3',
  'turned \u202e around \u2066 and back',
  'hidden\u00ad\u200b\u2060\u{E0041}\u{E007F}',
  'half a character \ud83d and another \ude42, and \ufffe\uffff',
  '<script>alert(1)</script> ]]> &amp; <!-- --> \'"',
  '[link](javascript:alert(1)) ![](http://x) `` ``` ~~~ | # $x$ @everyone #1',
  '%0A::error::x %25',
  '__proto__',
];

/** What no document may hold: line feeds and tabs are the only control characters. */
const HIDDEN = /[^\P{Cc}\t\n]|[^\P{Cf}\u200C\u200D]|\p{Cs}|[\u2028\u2029\ufffe\uffff]/u;

/** A result with a text in each place that a submission can fill. */
function resultWith(text: string): SubmissionResult {
  const failure = {
    problem: text,
    call: text,
    got: text,
    expected: text,
    nanFrom: text,
    place: text,
    diagnosis: { kind: 'relation' as const, id: text, sentence: text, anchor: `#${text}` },
  };
  const checks = [{ exercise: '02.1 bentAt', title: 'is 0', status: 'failed' as const, failure }];
  return resultOf(
    { lesson: '02-curves', checks, printed: text },
    {
      lesson: '01-lines',
      checks: [{ ...checks[0]!, exercise: '01.1 heightAt' }],
      broken: text,
      printed: text,
    },
  );
}

/** Every text of a JSON document. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The lines of a log that GitHub's runner would obey. */
function commandsIn(log: string): string[] {
  return log.split(/\r\n|[\n\r]/).filter((line) => /^\s*::|##\[/.test(line));
}

/** The cells of a table, as a spreadsheet reads them. */
function cellsOf(csv: string): string[] {
  return [...csv.matchAll(/(?:^|,|\r\n)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)].map(
    ([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain,
  );
}

/** The environment of Classroom 50's runner, without which its format is not written. */
const classroom: Readonly<Record<string, string>> = {
  CLASSROOM: 'x',
  ASSIGNMENT: 'x',
  ASSIGNMENT_TYPE: 'x',
  OWNER: 'x',
  SUBMISSION_TAG: 'submit/2026-06-01T14-32-05Z-a1b2c3d',
  COMMIT_URL: 'x',
  RELEASE_URL: 'x',
  REVIEW_URL: 'x',
};

describe('clean', () => {
  it('leaves nothing that does more than stand there, in any text', () => {
    for (const text of nasty) {
      expect(clean(text)).not.to.match(HIDDEN);
      expect(clean(clean(text))).to.equal(clean(text));
    }
  });

  it('keeps every other character', () => {
    const text = 'tab\t, line\n, é, 界, 🙂, 👩\u200D🔬, می\u200Cخواهم, −0 ≤ ½';
    expect(clean(text)).to.equal(text);
  });

  it('cleans a result to the bottom and changes nothing else of it', () => {
    const result = cleanResult(resultWith(nasty[0]!));
    for (const text of textsIn(result)) expect(text).not.to.match(HIDDEN);
    expect(result).to.deep.include({ version: 1, points: 0, max: 2, seed: 7 });
    expect(cleanResult(resultWith('plain'))).to.deep.equal(resultWith('plain'));
  });
});

describe('oneLine', () => {
  it('has one line, in which GitHub finds no command', () => {
    for (const text of nasty) {
      expect(oneLine(text)).not.to.match(/[\n\r\t]|::|##\[/);
      expect(commandsIn(oneLine(text))).to.deep.equal([]);
    }
  });
});

describe('No format passes on what a submission says as more than a text:', () => {
  const before: NodeJS.ProcessEnv = {};

  beforeEach(() => {
    for (const [name, value] of Object.entries(classroom)) {
      before[name] = process.env[name];
      process.env[name] = value;
    }
  });

  afterEach(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  for (const [name, { write }] of Object.entries(formats)) {
    it(name, () => {
      for (const text of nasty) {
        const document = write(resultWith(text));
        expect(document).not.to.match(HIDDEN);
        if (document.startsWith('{')) {
          for (const field of textsIn(JSON.parse(document))) expect(field).not.to.match(HIDDEN);
        } else {
          expect(document).not.to.match(/<script|<!--\s/);
        }
      }
    });
  }

  it('the summary and the annotations of GitHub', () => {
    for (const text of nasty) {
      expect(githubSummary(resultWith(text))).not.to.match(HIDDEN);
      const annotations = githubAnnotations(resultWith(text));
      expect(annotations).not.to.match(HIDDEN);
      // One for each lesson, each on a line of its own, and nothing else.
      expect(annotations.split('\n')).to.have.length(3);
      expect(annotations).to.match(/^::error file=.*\n::error file=.*\n$/);
    }
  });

  it('the table', () => {
    for (const text of nasty) {
      const table = pointsCsv([rowOf(text, resultWith(text))]);
      expect(table.replaceAll('\r\n', '\n')).not.to.match(HIDDEN);
      for (const cell of cellsOf(table)) expect(cell).not.to.match(/^[\s\uFFFD]*[=+@-]/u);
    }
  });

  it('the progress of a batch', () => {
    let log = '';
    const progress = showProgress({ write: (text: string) => (log += text) }, nasty.length, 1);
    for (const text of nasty) progress.finished(rowOf(text, resultWith(text)), false);
    expect(log).not.to.match(HIDDEN);
    expect(log.trimEnd().split('\n')).to.have.length(nasty.length);
    expect(commandsIn(log)).to.deep.equal([]);
  });
});

describe('npm run grade', function () {
  this.timeout(60_000);
  const { lines: lesson, curves } = inFixture();
  const { folder, remove } = submissionsFolder();
  after(remove);

  it('passes on no command and no escape code of a file that does not load, nor of an import', async () => {
    const message = nasty.join('\n');
    const first = `throw new Error(${JSON.stringify(message)});`;
    const second = `import ${JSON.stringify(`x\n::error::forged\u001b[2J\u202e`)};\n`;
    writeFiles(join(folder, 'one'), {
      [`lessons/${lesson.name}/${lesson.slug}.ts`]: changed(lesson, { top: first }),
      [`lessons/${curves.name}/${curves.slug}.ts`]: `${second}${changed(curves, {})}`,
    });
    const out = join(folder, 'one.json');
    const { stdout, stderr } = await graded([join(folder, 'one'), '--out', out, '--github']);
    expect(stdout + stderr).not.to.match(HIDDEN);
    // The annotations are the grader's own, one for each lesson.
    expect(commandsIn(stdout).map((line) => line.slice(0, 22))).to.deep.equal([
      '::error file=lessons/0',
      '::error file=lessons/0',
    ]);
    expect(stdout).to.match(
      /01-lines {2}0 of 11 {2}lessons\/01-lines\/lines\.ts did not load: lines\.ts:\d+: Error: /,
    );
    for (const text of textsIn(JSON.parse(readFileSync(out, 'utf8')))) {
      expect(text).not.to.match(HIDDEN);
    }
  });

  it('passes on no command and no escape code of a folder’s name, and names one that is no UTF-8', async function () {
    // Other systems have no such names.
    if (process.platform !== 'linux') this.skip();
    const all = join(folder, 'all');
    const names = [
      '::error::x',
      '\n::error::y',
      '\x1b[2Jz',
      '=1+1',
      '\u200b=1',
      '\u202ename',
      '##[error]w',
    ];
    for (const name of names) mkdirSync(join(all, name), { recursive: true });
    mkdirSync(Buffer.concat([Buffer.from(all + sep), Buffer.from([0x72, 0xe9, 0x6d, 0x69])]));
    const args = ['--submissions', all, '02', '--out', join(folder, 'results'), '--jobs', '2'];
    const { code, stdout, stderr } = await graded(args);
    expect(code).to.equal(1);
    expect(stdout + stderr).not.to.match(HIDDEN);
    expect(commandsIn(stdout + stderr)).to.deep.equal([]);
    expect(stdout).to.include('r\\xE9mi: its name is no UTF-8');
    const table = readFileSync(join(folder, 'results', 'points.csv'), 'utf8');
    expect(table.trimEnd().split('\r\n')).to.have.length(1 + names.length + 1);
    for (const cell of cellsOf(table)) expect(cell).not.to.match(/^[\s\uFFFD]*[=+@-]/u);
    // A hidden file holds the rows that have no result.
    const results = readdirSync(join(folder, 'results')).filter((name) =>
      /^[^.].*\.json$/s.test(name),
    );
    expect(results).to.have.length(names.length);
  });
});
