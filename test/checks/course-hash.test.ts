/** What a result depends on, and what it does not: whatever is kept is found again under that hash alone. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { changed, submissionsFolder, writeFiles } from '../sandbox/submission.ts';
import { inFixture, run, type Ran } from '../temporary-project.ts';

describe('courseHash', function () {
  this.timeout(20_000);
  const project = inFixture();
  /** The files of the project after whose change a lesson has another hash. */
  const matters = { '01': new Set<string>(), '02': new Set<string>() };
  const files = [
    'base/arrays.ts',
    'checks/expect.ts',
    'datasets/random.ts',
    'figures/numbers.ts',
    'package-lock.json',
    'package.json',
    'lessons/01-lines/lines.reference.ts',
    'lessons/01-lines/lines.misconceptions.ts',
    'lessons/01-lines/lines.ts',
    'lessons/01-lines/README.md',
    'test/lessons/01-lines.test.ts',
    'test/solutions/01-lines/by-hand.ts',
    'lessons/02-curves/curves.reference.ts',
    'lessons/02-curves/curves.ts',
    'test/lessons/02-curves.test.ts',
  ];

  before(async () => {
    // A process of the copy's own: what the hash is of stands beside the code that makes it.
    const at = (name: string): string => pathToFileURL(join(project.root, name)).href;
    const program = `
      import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
      import { courseHash } from ${JSON.stringify(at('checks/course/course-hash.ts'))};
      import { findLesson } from ${JSON.stringify(at('checks/project.ts'))};
      const hashes = () => ['01', '02'].map((number) => courseHash(findLesson(number)));
      const before = hashes();
      if (String(hashes()) !== String(before)) throw new Error('it is another one each time');
      for (const file of ${JSON.stringify(files)}) {
        const text = readFileSync(file);
        appendFileSync(file, ' ');
        console.log(JSON.stringify([file, ...hashes().map((hash, i) => hash !== before[i])]));
        writeFileSync(file, text);
      }`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
    const { stdout } = await run(process.execPath, args, project.root);
    for (const line of stdout.trim().split('\n')) {
      const [file, first, second] = JSON.parse(line) as [string, boolean, boolean];
      if (first) matters['01'].add(file);
      if (second) matters['02'].add(file);
    }
  });

  it('is of what all lessons stand on, and of the lesson: its suite, reference and misconceptions', () => {
    expect([...matters['01']]).to.deep.equal([
      ...files.slice(0, 8),
      'test/lessons/01-lines.test.ts',
    ]);
  });

  it("is of the lessons before it too, and of no learner's file, no text and no later lesson", () => {
    expect([...matters['02']]).to.deep.equal([
      ...files.slice(0, 8),
      'lessons/02-curves/curves.reference.ts',
      'test/lessons/02-curves.test.ts',
    ]);
  });
});

describe('A batch of submissions', function () {
  this.timeout(60_000);
  const project = inFixture();
  const { curves } = project;
  const { folder, remove } = submissionsFolder();
  const place = `lessons/${curves.name}/${curves.slug}.ts`;

  before(() => {
    writeFiles(join(folder, 'all'), {
      [`anna/${place}`]: changed(curves, {}),
      [`bob/${place}`]: '',
    });
  });

  after(remove);

  /** Grades the batch as an instructor does, and tells which submissions were graded before. */
  async function batch(): Promise<{ ran: Ran; kept: string[] }> {
    const out = join(folder, 'results');
    const program = join('checks', 'sandbox', 'main.ts');
    const args = ['--submissions', join(folder, 'all'), '02', '--out', out, '--jobs', '1'];
    const ran = await run(process.execPath, ['--import', 'tsx', program, ...args], project.root);
    const kept = [...ran.stderr.matchAll(/(\w+): \d of 2, graded before/g)];
    return { ran, kept: kept.map(([, name]) => name!) };
  }

  it('is graded again when what it was graded with has changed, a comment in base/ included', async () => {
    const first = await batch();
    expect(first.ran.code).to.equal(0);
    expect(first.ran.stderr)
      .to.match(/anna: 2 of 2/)
      .and.to.match(/bob: 0 of 2/);
    expect(first.kept).to.deep.equal([]);
    expect((await batch()).kept).to.deep.equal(['anna', 'bob']);
    appendFileSync(join(project.root, 'base', 'arrays.ts'), '// A comment.\n');
    const again = await batch();
    expect(again.kept).to.deep.equal([]);
    expect(again.ran.stderr)
      .to.match(/anna: 2 of 2/)
      .and.to.match(/bob: 0 of 2/);
    expect((await batch()).kept).to.deep.equal(['anna', 'bob']);
  });
});
