/** The drawing pad, in a browser, on the static site below a path. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import nodeModule from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { PIXELS } from '#datasets/digits';
import { loadMnistBytes } from '#datasets/mnist';
import { buildSite } from '../../page/server/build.ts';
import {
  expectSaid,
  LEFT_OUT,
  openPage,
  seriousProblems,
  serveFolder,
  setSlider,
  startBrowser,
} from './browser.ts';
import { traced } from './tracing.ts';

/** So many digits are traced, and so many of them must be read rightly. */
const [TRACED, RIGHT] = [20, 18];

const axe = readFileSync(
  nodeModule.createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

const pad = (page: Page) => page.getByRole('application');
const answer = (page: Page) => page.locator('.answer');

/** Draws strokes by a mouse, as parts of the square. */
async function draw(page: Page, strokes: ReturnType<typeof traced>): Promise<void> {
  const { x, y, width, height } = (await pad(page).boundingBox())!;
  for (const stroke of strokes) {
    const [first, ...others] = stroke.map(([right, down]) => [
      x + right * width,
      y + down * height,
    ]) as [number, number][];
    await page.mouse.move(...first!);
    await page.mouse.down();
    for (const place of others) await page.mouse.move(...place);
    await page.mouse.up();
  }
}

(LEFT_OUT === '' ? describe : describe.skip)(`The drawing pad${LEFT_OUT}`, function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), 'chainrule-pad-'));
  let browser: Browser;
  let site: { url: string; close: () => void };
  let address: string;

  before(async () => {
    await buildSite(folder);
    browser = await startBrowser();
    site = await serveFolder(folder, '/some/path/');
    address = `${site.url}#/18-capstone`;
  });
  after(async () => {
    await browser.close();
    site.close();
    rmSync(folder, { recursive: true });
  });

  it('is reached from the map, and fetches its weights when they are wanted', async () => {
    const { page, complaints } = await openPage(browser, site.url);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.getByRole('link', { name: 'Draw a digit' }).click();
    await pad(page).waitFor();
    expect(new URL(page.url()).hash).to.equal('#/18-capstone/draw-a-digit');
    expect(asked.filter((url) => /safetensors|digits$/.test(url))).to.deep.equal([]);
    await pad(page).hover();
    await page.locator('[data-phase=ready]').waitFor();
    expect(asked.filter((url) => url.endsWith('.safetensors'))).to.have.length(1);
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it(`reads at least ${RIGHT} of ${TRACED} digits that are traced on it`, async () => {
    const { page, complaints } = await openPage(browser, address);
    const { images, labels } = loadMnistBytes({ train: 0, test: TRACED, folder: '' }).test;
    const wrong: string[] = [];
    for (let n = 0; n < TRACED; n++) {
      await draw(page, traced(images.data.subarray(n * PIXELS, (n + 1) * PIXELS)));
      await page.locator('.probabilities .best').waitFor();
      // The last place of the last stroke may still be on its way.
      await page.waitForTimeout(150);
      const said = await answer(page).locator('strong').textContent();
      if (said !== String(labels.data[n])) wrong.push(`a ${labels.data[n]} as ${said}`);
      await page.getByRole('button', { name: 'Clear' }).click();
      await answer(page).getByText('Draw in the square.').waitFor();
    }
    expect(wrong.length, wrong.join(', ')).to.be.at.most(TRACED - RIGHT);
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it('says how likely each digit is, shows what each layer sees, and takes strokes back', async () => {
    const { page } = await openPage(browser, address);
    const { images } = loadMnistBytes({ train: 0, test: 1, folder: '' }).test;
    await draw(page, traced(images.data.subarray(0, PIXELS)));
    await page.locator('.probabilities .best').waitFor();
    const shares = await page.locator('.probabilities .points').allTextContents();
    expect(shares).to.have.length(10);
    const total = shares.reduce((sum, share) => sum + Number.parseFloat(share), 0);
    expect(total).to.be.closeTo(100, 0.5);
    const layers = page.locator('.draw figure');
    await layers.last().locator('image').first().waitFor();
    const counts = await layers.evaluateAll((all) =>
      all.map((figure) => figure.querySelectorAll('image').length),
    );
    expect(counts).to.deep.equal([1, 16, 32, 64, 1]);
    const strokes = page.locator('.pad polyline');
    const before = await strokes.count();
    await page.getByRole('button', { name: 'Undo' }).click();
    expect(await strokes.count()).to.equal(before - 1);
    await page.close();
  });

  it('can be drawn on by keys, and takes digits of the test', async () => {
    const { page, complaints } = await openPage(browser, address);
    await expectSaid('pad', page.locator('.draw'));
    await pad(page).press('Enter');
    for (let step = 0; step < 10; step++) await pad(page).press('ArrowDown');
    await pad(page).press('Enter');
    await answer(page).getByText('Read as 1').waitFor();
    await page.getByRole('button', { name: 'Take a test digit' }).press('Enter');
    await answer(page).getByText('rightly').waitFor();
    await expectSaid('pad-answer', answer(page));
    await page.getByRole('button', { name: 'Clear' }).press('Enter');
    await answer(page).getByText('Draw in the square.').waitFor();
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it('is drawn on by a finger, under which the page does not scroll', async () => {
    const { page, complaints } = await openPage(browser, address);
    const { x, y, width, height } = (await pad(page).boundingBox())!;
    const devices = await page.context().newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', down: number) =>
      devices.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: type === 'touchEnd' ? [] : [{ x: x + width / 2, y: y + down * height }],
      });
    await touch('touchStart', 0.8);
    for (let step = 1; step <= 10; step++) await touch('touchMove', 0.8 - step * 0.06);
    await touch('touchEnd', 0.2);
    await answer(page).getByText('Read as 1').waitFor();
    expect(await page.evaluate<number>('scrollY')).to.equal(0);
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it('shows the test digits that are read wrongly, and puts them on the pad', async () => {
    const { page, complaints } = await openPage(browser, address);
    await page.getByText('The test digits that it reads wrongly').press('Enter');
    await page.getByText(/^\d+ of 2,000, the surest first/).waitFor();
    await expectSaid('gallery', page.locator('.gallery'));
    const all = page.locator('.gallery li');
    // 99.1% of 2,000 are right.
    expect(await all.count()).to.equal(18);
    const words = (await all.first().textContent())!;
    const [, label, given] = /a (\d), read as (\d)/.exec(words)!;
    await all.first().getByRole('button').press('Enter');
    await answer(page).getByText(`Read as ${given}; it is a ${label}`).waitFor();
    expect(await seriousProblems(page, axe)).to.deep.equal([]);
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it('trains on the course’s kernels, says on what, and reads with what was learned', async () => {
    const { page, complaints } = await openPage(browser, address);
    await page.getByText('Train a network here').press('Enter');
    await page.getByLabel('Kernels').selectOption('fast');
    await setSlider(page, 'digits', 400);
    await setSlider(page, 'epochs', 1);
    await page.getByRole('button', { name: 'Train', exact: true }).press('Enter');
    await page.getByText('Trained by SIMD kernels in WebAssembly.').waitFor();
    await page.locator('[data-training=ended]').waitFor({ timeout: 120_000 });
    await expectSaid('training-choices', page.locator('.training .list').first());
    // What one knows that guesses is ln 10 = 2.303.
    const losses = (await page.locator('[data-name=loss]').textContent())!;
    expect(Number.parseFloat(losses)).to.be.below(2);
    expect(Number(await page.locator('[data-name=speed]').textContent())).to.be.above(0);
    const accuracy = Number.parseFloat((await page.locator('[data-name=accuracy]').textContent())!);
    expect(accuracy).to.be.above(30);
    expect(await page.getByRole('radio', { name: 'those learned here' }).isChecked()).to.equal(
      true,
    );
    await page.getByRole('button', { name: 'Take a test digit' }).click();
    await page.locator('.probabilities .best').waitFor();
    expect(await seriousProblems(page, axe)).to.deep.equal([]);
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it('stops a training at once, and refuses a backend that is not there', async () => {
    const { page, complaints } = await openPage(browser, address);
    await page.getByText('Train a network here').press('Enter');
    await page.getByLabel('Backend').selectOption('cpu');
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByText('Trained by lesson 18’s kernels on gpu.js cpu').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.locator('[data-training=stopped]').waitFor();
    await page.getByLabel('Kernels').selectOption('fast');
    await page.getByLabel('Backend').selectOption('webgpu');
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByText('webgpu is not taken: ').waitFor();
    await expectSaid('training-refused', page.locator('.training'));
    expect(complaints).to.deep.equal([]);
    await page.close();
  });

  it('is as wide as a phone, and everybody can read it', async () => {
    const { page } = await openPage(browser, address);
    await page.getByRole('button', { name: 'Take a test digit' }).click();
    await page.locator('.probabilities .best').waitFor();
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
});
