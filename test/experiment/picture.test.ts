import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { isUpToDate, makePicture, pictureFile } from '../../checks/experiment/picture.ts';
import { inFixture } from '../temporary-project.ts';

describe('The picture of an experiment', function () {
  this.timeout(20_000);
  const { lines } = inFixture();

  /** An experiment that calls heightAt, and whose only figure says by which functions it is made. */
  const experiment = `export const title = 'Lines';
export const about = 'One curve.';
export const parameters = {};
export function* experiment(lesson) {
  yield 0.5;
  const height = lesson.heightAt({ slope: 2, height: 1 }, 3);
  return [{
    kind: 'curves', title: 'A line', x: { label: 'x' }, y: { label: 'y' },
    by: globalThis.saidToBeMadeBy, curves: [{ name: 'line', points: [[0, 1], [3, height]] }],
  }];
}
`;
  const said = globalThis as unknown as { saidToBeMadeBy?: string[] };

  before(() => writeFileSync(lines.experiment, experiment));
  after(() => delete said.saidToBeMadeBy);

  /** Why there is none. */
  async function refusal(...names: string[]): Promise<string> {
    said.saidToBeMadeBy = names;
    try {
      await makePicture(lines, () => {});
    } catch (error) {
      return (error as Error).message.replace(/^.*lines\.experiment/, 'lines.experiment');
    }
    return 'it was made';
  }

  it('is made on the reference, and knows from what', async () => {
    expect(isUpToDate(lines)).to.equal(false);
    said.saidToBeMadeBy = ['heightAt'];
    const told: number[] = [];
    await makePicture(lines, (done) => told.push(done));
    expect(told).to.deep.equal([0.5]);
    expect(readFileSync(pictureFile(lines), 'utf8')).to.match(/^<svg xmlns=.*<\/svg>\n$/s);
    expect(isUpToDate(lines)).to.equal(true);
    writeFileSync(lines.experiment, experiment.replace('height: 1', 'height: 4'));
    expect(isUpToDate(lines)).to.equal(false);
  });

  it('is refused when a figure names what is not called, or nothing that is', async () => {
    expect(await refusal('heightAt', 'areaUnder')).to.equal(
      "lines.experiment.ts calls nothing that no figure names in `by`, and names areaUnder that it doesn't call; name in each figure what it is made by",
    );
    expect(await refusal()).to.equal(
      "lines.experiment.ts calls heightAt that no figure names in `by`, and names nothing that it doesn't call; name in each figure what it is made by",
    );
  });
});
