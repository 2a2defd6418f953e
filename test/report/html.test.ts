import { expect } from 'chai';
import { html } from '../../checks/report/formats/html.ts';
import { allResults, synthetic, tiny, type Results } from './results.ts';
import { expectSnapshot } from '../snapshot.ts';
import { readXml } from './xml.ts';

describe('html', function () {
  this.timeout(120_000);
  let results: Results;

  before(async () => {
    results = await allResults();
  });

  it('writes a page with points, failures and what was printed', () => {
    expectSnapshot('formats/page', html(tiny));
  });

  it('bears the name of whose result it is, and puts what was done before the values', async () => {
    const page = html(tiny, 'Anna <b>');
    expect((await readXml(page)).texts('//h1')).to.deep.equal([
      'chainrule: Anna <b>, 1 of 3 points',
    ]);
    expect(page.indexOf('have changed places')).to.be.within(0, page.indexOf('<dl>'));
    expect((await readXml(page)).texts('//progress')).to.deep.equal(['1 of 3', '1 of 3']);
  });

  it('says why a lesson could not be graded', () => {
    expectSnapshot('formats/page-broken', html(synthetic['one lesson of two that is broken']!));
  });

  it('shows every part of a failure, escaped', () => {
    expectSnapshot('formats/page-awkward', html(synthetic['awkward characters']!));
  });

  it('is well-formed XML for every result, so that nothing in it breaks out', async () => {
    for (const [name, result] of Object.entries(results)) {
      expect((await readXml(html(result))).problems, name).to.deep.equal([]);
    }
  });

  it('runs nothing and loads nothing', () => {
    for (const [name, result] of Object.entries(results)) {
      const page = html(result);
      expect(page, name).not.to.match(/<(script|link|img|iframe|object|embed|form|base)\b/i);
      expect(page, name).not.to.match(/<[^>]*\s(src|on\w+|style)=/i);
      expect(page, name).not.to.match(/url\(|@import/i);
      for (const [, target] of page.matchAll(/href="([^"]*)"/g)) {
        // What is sent has nothing beside it.
        expect(target, name).to.match(/^#/);
      }
    }
  });

  it('says the points of the result and of every exercise', async () => {
    for (const [name, result] of Object.entries(results)) {
      if (result.lessons.some(({ broken }) => broken !== undefined)) continue;
      const { points, max } = result;
      const { texts } = await readXml(html(result));
      expect(texts('//h1'), name).to.deep.equal([`chainrule: ${points} of ${max} points`]);
      const cells = texts('//tbody/tr/td[1]').map((text) => text.split(' of ').map(Number));
      expect(
        cells.reduce((sum, [own]) => sum + own!, 0),
        name,
      ).to.equal(points);
      expect(
        cells.reduce((sum, [, own]) => sum + own!, 0),
        name,
      ).to.equal(max);
    }
  });

  it('has a language, one title, and every heading that is linked to', async () => {
    for (const [name, result] of Object.entries(results)) {
      const { texts } = await readXml(html(result));
      expect(texts('/html/@lang'), name).to.deep.equal(['en']);
      expect(texts('//h1'), name).to.deep.equal(texts('//title'));
      const targets = texts('//a/@href').filter((href) => href.startsWith('#'));
      const named = [...targets.map((href) => href.slice(1)), ...texts('//@aria-labelledby')];
      expect(texts('//@id'), name).to.include.members(named);
    }
  });
});
