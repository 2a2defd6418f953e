import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { findLesson, root } from '../../checks/project.ts';
import { temporaryProject } from '../temporary-project.ts';
import { failingTest } from './failing-test.ts';
import { LEARNER_FILE } from './learner.ts';
import { terminalPicture } from './terminal-picture.ts';

/** GitHub shows no picture at once that is much larger. */
const MOST_BYTES = 300_000;

describe('The pictures in the README', function () {
  this.timeout(60_000);
  const [test, page] = ['failing-test.svg', 'page.jpg'].map((name) =>
    join(root, 'page', 'pictures', name),
  ) as [string, string];
  const project = temporaryProject();

  before(() => {
    process.env['CHAINRULE_COURSE'] = project.root;
  });
  after(() => {
    delete process.env['CHAINRULE_COURSE'];
    project.remove();
  });

  it('are there, and small', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    for (const file of [test, page]) expect(readme).to.include(`](${file.slice(root.length)})`);
    expect(statSync(test).size + statSync(page).size).to.be.below(MOST_BYTES);
  });

  it('show what npm test prints today (npm run pictures makes them anew)', async () => {
    const lesson = findLesson('05')!;
    writeFileSync(lesson.learner, LEARNER_FILE);
    expect(await failingTest(lesson)).to.equal(readFileSync(test, 'utf8'));
  });
});

describe('A picture of a terminal', () => {
  const linesOf = (text: string): [x: string, text: string][] =>
    [...terminalPicture(text, 'some lines').matchAll(/<text x="([\d.]+)".*?>(.*?)<\/text>/g)].map(
      ([, x = '', shown = '']) => [x, shown],
    );

  it('has each piece in its column, whatever stands before it', () => {
    expect(linesOf('  \u001B[32m✔\u001B[39m 05.1')).to.deep.equal([
      ['31.6', '✔'],
      ['47.2', '05.1'],
    ]);
  });

  it('breaks what is too long between words, and indents the rest as the beginning', () => {
    const lines = linesOf(`  ${'a'.repeat(60)} ${'b'.repeat(40)}`);
    expect(lines).to.deep.equal([
      ['31.6', 'a'.repeat(60)],
      ['31.6', 'b'.repeat(40)],
    ]);
  });

  it('takes nothing for markup', () => {
    expect(linesOf('<b>&')).to.deep.equal([['16.0', '&lt;b&gt;&amp;']]);
  });
});
