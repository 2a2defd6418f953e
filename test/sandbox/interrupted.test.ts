/** A batch that is killed in the middle, with hostile files in it, ends as one that nobody disturbs. */
import { expect } from 'chai';
import {
  killedTwice,
  undisturbed,
  writeSubmissions,
} from '../../bench/interruption/interrupted.ts';
import { inFixture } from '../temporary-project.ts';
import { submissionsFolder } from './submission.ts';

describe('A batch', function () {
  this.timeout(600_000);
  const { lines: lesson } = inFixture();
  const { folder, remove } = submissionsFolder();

  after(remove);

  it('that is killed twice and resumed under load has the table of one that nobody disturbs', async () => {
    const batch = { lesson, name: 'aboveGround', count: 12, folder, jobs: 2 };
    writeSubmissions(batch);
    const { table } = await undisturbed(batch);
    const rows = table.trimEnd().split(/\r?\n/).slice(1);
    expect(rows).to.have.length(12);
    // The first is hostile and the second is not: 3 of the 11 points are aboveGround's.
    expect(rows[0]).to.match(/^0000,8,11,/);
    expect(rows[3]).to.match(/^0003,11,11,/);
    expect((await killedTwice(batch, 2)).table).to.equal(table);
  });
});
