import { expect } from 'chai';
import { classPage } from '../../checks/report/class-page.ts';
import { resultOf, synthetic, tiny } from './results.ts';
import { readXml } from './xml.ts';

const broken = synthetic['one lesson of two that is broken']!;

describe('classPage', () => {
  const all = [
    { name: 'anna', result: tiny },
    { name: 'bob & co', result: tiny },
    { name: 'carl', result: broken },
  ];

  it('counts the points, the checks that failed and the mistakes that were recognized', async () => {
    const { texts, problems } = await readXml(classPage(all.slice(0, 2), []));
    expect(problems).to.deep.equal([]);
    expect(texts('//h1')).to.deep.equal(['chainrule: 2 submissions']);
    const rows = (heading: string): string[] =>
      texts(`//h2[text()="${heading}"]/following-sibling::table[1]/tbody/tr`);
    // Both have 1 of 3 points.
    expect(rows('Points')).to.have.length(10);
    expect(rows('Points')[3]).to.match(/^30 to 40%\s*2\s*2 of 2$/);
    expect(rows('Points by exercise')).to.have.length(2);
    expect(rows('Points by exercise')[0]).to.match(/^02\.5 bentAt\s*50%\s*2 of 4$/);
    expect(rows('Checks that most have failed')).to.have.length(1);
    expect(rows('Checks that most have failed')[0]).to.match(/is 1 far to the right\s*2\s*2 of 2$/);
    expect(rows('Mistakes that most have made')[0]).to.match(/changed places\.\s*2\s*2 of 2$/);
    expect(texts('//h2[text()="Files that did not load"]/following-sibling::*[1]')).to.deep.equal([
      'None.',
    ]);
    expect(rows('Submissions')).to.have.length(2);
  });

  it('names whose file did not load, and who could not be graded', async () => {
    const { texts } = await readXml(
      classPage(all, [{ submission: 'dora', problem: 'it is a link' }]),
    );
    const why = texts(
      '//h2[text()="Files that did not load"]/following-sibling::table[1]/tbody/tr',
    );
    expect(why.at(-1)).to.match(/^dora\s*it is a link$/);
    expect(why[0]).to.match(/^carl/);
  });

  it('links to the page of each submission, whatever it is called', async () => {
    const { texts } = await readXml(classPage(all, []));
    expect(texts('//a/@href')).to.deep.equal([
      './anna.html',
      './bob%20%26%20co.html',
      './carl.html',
    ]);
  });

  it('is whole for a class of nobody', async () => {
    expect((await readXml(classPage([], []))).problems).to.deep.equal([]);
    expect(
      (await readXml(classPage([{ name: 'x', result: resultOf() }], []))).problems,
    ).to.deep.equal([]);
  });
});
