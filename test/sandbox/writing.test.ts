/** What cannot be written is refused before anything is graded, with a word on the cure; nothing half stays. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { sandboxPrefix, sweepSandboxes } from '../../checks/sandbox/processes.ts';
import { makeFolder, requireFile, save } from '../../checks/sandbox/writing.ts';
import { graded } from './grading.ts';
import { inFixture } from '../temporary-project.ts';
import { changed, submissionsFolder, writeFiles } from './submission.ts';

describe('Writing results', () => {
  const { folder, remove } = submissionsFolder();
  after(remove);

  it('makes the folders on the way, and leaves nothing in them', () => {
    makeFolder(join(folder, 'a', 'b'));
    makeFolder(join(folder, 'a', 'b'));
    expect(readdirSync(join(folder, 'a', 'b'))).to.deep.equal([]);
  });

  it('refuses a folder that cannot be made, at once', function () {
    // Other systems have no such folder.
    if (!existsSync('/proc/self')) this.skip();
    expect(() => makeFolder('/proc/nope/deeper')).to.throw(
      /^\/proc\/nope\/deeper cannot be written: .*name another place$/,
    );
    expect(() => makeFolder('/proc')).to.throw(/^\/proc cannot be written: /);
  });

  it('refuses a folder behind a file, and a file that is a folder', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => makeFolder(join(folder, 'file', 'x'))).to.throw(
      /is no folder; name another place$/,
    );
    mkdirSync(join(folder, 'taken'));
    expect(() => requireFile(join(folder, 'taken'))).to.throw(
      /is a folder: name a file in it, such as/,
    );
  });

  it('leaves nothing of a file that cannot be written to its end, and says which it was', () => {
    mkdirSync(join(folder, 'in', 'the-way', 'x'), { recursive: true });
    expect(() => save(join(folder, 'in', 'the-way'), 'text')).to.throw(
      /the-way cannot be written: /,
    );
    expect(readdirSync(join(folder, 'in'))).to.deep.equal(['the-way']);
    save(join(folder, 'in', 'other'), 'text');
    expect(readdirSync(join(folder, 'in'))).to.have.members(['the-way', 'other']);
  });
});

describe('npm run grade', function () {
  this.timeout(20_000);
  const { lines: lesson } = inFixture();
  const { folder, remove } = submissionsFolder();
  before(() =>
    writeFiles(join(folder, 'all', 'anna'), {
      [`lessons/${lesson.name}/${lesson.slug}.ts`]: changed(lesson, {}),
    }),
  );
  after(remove);

  it('refuses before it grades what it could not write in the end', async function () {
    if (!existsSync('/proc/self')) this.skip();
    const anna = join(folder, 'all', 'anna');
    const cases: string[][] = [
      [anna, '01', '--out', '/proc/nope'],
      [anna, '01', '--out', '/proc/nope/x.json'],
      [anna, '01', '--out', folder],
      [anna, '01', '--out', join(folder, 'x.json'), '--html', folder],
      ['--submissions', join(folder, 'all'), '01', '--out', '/proc/nope'],
      [
        '--submissions',
        join(folder, 'all'),
        '01',
        '--out',
        join(folder, 'out'),
        '--html',
        '/proc/nope',
      ],
    ];
    for (const args of cases) {
      const { code, stdout, stderr } = await graded(args);
      expect(code).to.equal(1);
      expect(stdout).to.equal('');
      expect(stderr).to.match(
        /^error: \S+ (cannot be written: .+|is a folder: name a file in it, .+)\n$/,
      );
    }
    expect(existsSync(join(folder, 'x.json'))).to.equal(false);
  });
});

describe('sweepSandboxes', () => {
  it('removes the old folders of processes that are no more, and no others', () => {
    const nobody = join(tmpdir(), `chainrule-sandbox-${2 ** 22 + 7}-`);
    const [old, young, own] = [nobody, nobody, sandboxPrefix()].map((prefix) =>
      mkdtempSync(prefix),
    );
    try {
      const then = new Date(Date.now() - 7_200_000);
      for (const folder of [old!, own!]) {
        writeFileSync(join(folder, 'learner.cjs'), '');
        utimesSync(folder, then, then);
      }
      sweepSandboxes();
      expect([old, young, own].map((folder) => existsSync(folder!))).to.deep.equal([
        false,
        true,
        true,
      ]);
    } finally {
      for (const folder of [old!, young!, own!]) rmSync(folder, { recursive: true, force: true });
    }
  });
});
