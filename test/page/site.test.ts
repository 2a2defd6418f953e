/** The static site, in a browser, below a path of a plain file server. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import nodeModule from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { loadExperiment } from '../../checks/experiment/experiment.ts';
import { lessons } from '../../checks/project.ts';
import { buildSite } from '../../page/server/build.ts';
import {
  expectSaid,
  LEFT_OUT,
  openPage,
  seriousProblems,
  serveFolder,
  startBrowser,
} from './browser.ts';

/** What a browser may load before the first picture of a lesson, compressed: 400 kB. */
const MOST_BYTES = 400_000;

/** Experiments that take ten seconds and more whatever the parameters: here it is enough that they get going. */
const LONG = new Set(['07', '09', '10', '12', '17', '20', '21', '22']);

const axe = readFileSync(
  nodeModule.createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

describe('The site', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'chainrule-site-'));

  before(() => buildSite(folder));
  after(() => rmSync(folder, { recursive: true }));

  it('has a page for every lesson, and the files that they lead to', () => {
    for (const { name } of lessons()) {
      const { text } = JSON.parse(
        readFileSync(join(folder, 'lessons', `${name}.json`), 'utf8'),
      ) as {
        text: string;
      };
      expect(text).not.to.include('katex-error');
      for (const [, file] of text.matchAll(/href="(files\/[^"#]*)/g)) {
        expect(statSync(join(folder, file!)).size, file).to.be.above(0);
      }
    }
  });

  it('asks for nothing by a path from the top', () => {
    const page = readFileSync(join(folder, 'index.html'), 'utf8');
    expect(page).not.to.match(/(?:href|src)="\//);
    for (const name of readdirSync(join(folder, 'assets')).filter((one) => one.endsWith('.js'))) {
      expect(readFileSync(join(folder, 'assets', name), 'utf8')).not.to.match(
        /from"\/|import\("\//,
      );
    }
  });

  (LEFT_OUT === '' ? describe : describe.skip)(`in a browser${LEFT_OUT}`, () => {
    let browser: Browser;
    let site: { url: string; close: () => void };

    before(async () => {
      browser = await startBrowser();
      site = await serveFolder(folder, '/some/path/');
    });
    after(async () => {
      await browser.close();
      site.close();
    });

    it('shows the map', async () => {
      const { page, complaints } = await openPage(browser, site.url);
      expect(await page.locator('.lessons li').count()).to.equal(lessons().length);
      expect(await page.locator('.milestones li').count()).to.equal(7);
      await expectSaid('map', page.locator('main'));
      expect(await seriousProblems(page, axe)).to.deep.equal([]);
      expect(complaints).to.deep.equal([]);
      await page.close();
    });

    for (const lesson of lessons()) {
      it(`shows ${lesson.name}, with its experiment at its smallest parameters`, async () => {
        const experiment = await loadExperiment(lesson);
        const smallest = Object.entries(experiment?.parameters ?? {}).map(
          ([name, { from }]) => `${name}=${from}`,
        );
        const address = `${site.url}#/${lesson.name}?${smallest.join('&')}`;
        const { page, complaints } = await openPage(browser, address);
        await page.locator('.text h2').first().waitFor();
        if (LONG.has(lesson.number)) {
          await page.locator('.buttons progress:not([value="0"])').waitFor({ timeout: 60_000 });
        } else if (experiment !== undefined) {
          await page.locator('[data-phase=ended]').waitFor({ timeout: 60_000 });
          await page.locator('.experiment figure svg').first().waitFor();
        }
        expect(await page.locator('.experiment .trouble').count()).to.equal(0);
        expect(complaints).to.deep.equal([]);
        await page.close();
      });
    }

    it('is as wide as a phone, a tablet and a screen, and everybody can read it', async () => {
      const { page } = await openPage(browser, `${site.url}#/05-backprop?hidden=2`);
      await page.locator('[data-phase=ended]').waitFor();
      for (const width of [360, 768, 1440]) {
        await page.setViewportSize({ width, height: 800 });
        const over = await page.evaluate<number>(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        expect(over, `${width} pixels`).to.equal(0);
      }
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await seriousProblems(page, axe), colorScheme).to.deep.equal([]);
      }
      await page.close();
    });

    it('can be stepped through, and takes points of one’s own, by keys alone, into the address', async () => {
      const { page, complaints } = await openPage(browser, `${site.url}#/05-backprop?hidden=2`);
      await page.locator('[data-phase=ended]').waitFor();
      await page.getByRole('button', { name: 'Step', exact: true }).press('Enter');
      await page.getByText('After 25 steps').waitFor();
      await page.getByRole('button', { name: 'Step', exact: true }).press('Enter');
      await page.getByText('After 50 steps').waitFor();
      await page.getByText('Draw your own points').press('Enter');
      const pad = page.getByRole('application');
      await expectSaid('own-points', page.locator('.own-points'));
      await expectSaid('run-buttons', page.locator('.buttons').first());
      await pad.press('Enter');
      await page.getByRole('radio', { name: 'spiral 1' }).press('Space');
      await pad.press('ArrowRight');
      await pad.press('Enter');
      // The middle, and one twenty-fourth to the right of it.
      expect(new URL(page.url()).hash).to.equal('#/05-backprop?hidden=2&points=0i0i01jhi0');
      await page.getByRole('button', { name: 'Another seed' }).press('Enter');
      expect(new URL(page.url()).hash).to.include('seed=2');
      const { page: other } = await openPage(browser, page.url());
      const circles = other.getByRole('application').locator('circle');
      await circles.nth(1).waitFor();
      expect(await circles.count()).to.equal(2);
      expect(await other.getByRole('spinbutton').inputValue()).to.equal('2');
      expect(complaints).to.deep.equal([]);
      await other.close();
      await page.close();
    });

    it('weighs at most 400 kB compressed before the first picture of any lesson, and that of spirals that are learned', async () => {
      const pictures = lessons().map(({ name }) => [name, '.preview svg, svg.pad'] as const);
      for (const [name, first] of [...pictures, ['05-backprop', 'figure svg'] as const]) {
        const page = await browser.newPage();
        const loaded: string[] = [];
        page.on('requestfinished', (request) => loaded.push(new URL(request.url()).pathname));
        await page.goto(`${site.url}#/${name}`);
        await page.locator(first).first().waitFor();
        const bytes = loaded
          .map((path) => path.slice('/some/path/'.length) || 'index.html')
          .reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).length, 0);
        expect(bytes, name).to.be.within(10_000, MOST_BYTES);
        await page.close();
      }
    });
  });
});
