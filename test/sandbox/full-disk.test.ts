/** A disk that is really full: nothing half-written stays, and the same command goes on when there is room. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseResult } from '../../checks/results/result-file.ts';
import { inFixture } from '../temporary-project.ts';
import { graded } from './grading.ts';
import { changed, submissionsFolder, writeFiles } from './submission.ts';

/** Fills a disk but for so many bytes. */
function fill(file: string, room: number): void {
  let size = 0;
  try {
    for (; ; size += 4096) writeFileSync(file, Buffer.alloc(4096), { flag: 'a' });
  } catch {
    truncateSync(file, size - room);
  }
}

describe('A full disk', function () {
  this.timeout(60_000);
  const { lines: lesson } = inFixture();
  const { folder, remove } = submissionsFolder();
  const disk = join(folder, 'disk');
  let isMounted = false;

  before(function () {
    mkdirSync(disk);
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
    isMounted = status === 0;
    // Only the system's administrator on Linux may make a disk so small.
    if (!isMounted) this.skip();
  });

  after(() => {
    if (isMounted) spawnSync('umount', [disk]);
    remove();
  });

  it('costs no result but those that find no room, leaves no beginnings of files, and the same command goes on', async () => {
    for (const name of ['anna', 'ben']) {
      const file = join('submissions', name, 'lessons', lesson.name, `${lesson.slug}.ts`);
      writeFiles(folder, { [file]: changed(lesson, {}) });
    }
    const out = join(disk, 'results');
    const args = ['--submissions', join(folder, 'submissions'), '01', '--out', out, '--jobs', '1'];
    mkdirSync(out);
    fill(join(disk, 'others'), 16_384);
    const full = await graded([...args, '--seed', '1']);
    expect(full.code).to.equal(1);
    expect(full.stderr).to.include(
      'cannot be written: the disk is full; make room, and the same command goes on',
    );
    const left = readdirSync(out, { recursive: true }).map(String);
    expect(left).to.include('anna.json').and.not.include('ben.json');
    expect(left.filter((name) => /\.\d+$/.test(name))).to.deep.equal([]);
    expect(parseResult(readFileSync(join(out, 'anna.json'), 'utf8')).points).to.equal(11);
    rmSync(join(disk, 'others'));
    const { code, stdout } = await graded(args);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^2 of 2 submissions graded; seed 1;/);
    for (const name of ['anna', 'ben']) {
      const { points, max } = parseResult(readFileSync(join(out, `${name}.json`), 'utf8'));
      expect(points).to.equal(max);
    }
  });
});
