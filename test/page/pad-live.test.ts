/** The capstone on the local page: the learner's weights, and training on the learner's kernels. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { root, stateFolder } from '../../checks/project.ts';
import { saveWeights } from '../../reference/capstone/node/checkpoint.ts';
import { newProgress } from '../../reference/capstone/training.ts';
import { LEFT_OUT, openPage, setSlider, startBrowser, type WatchedPage } from './browser.ts';
import { serveCourse, type ServedCourse } from './course.ts';

/** A right solution, all of whose operations are launches of kernels. */
const SOLUTION = readFileSync(
  join(root, 'test', 'solutions', '18-capstone', 'one-kernel.ts'),
  'utf8',
);

(LEFT_OUT === '' ? describe : describe.skip)(
  `The capstone on the local page${LEFT_OUT}`,
  function () {
    this.timeout(300_000);
    let course: ServedCourse;
    let browser: Browser;
    let weights: string;

    before(async () => {
      course = await serveCourse('18');
      browser = await startBrowser();
      mkdirSync(stateFolder('capstone'), { recursive: true });
      weights = stateFolder('capstone', 'weights.safetensors');
    });
    after(async () => {
      await browser.close();
      await course.close();
    });

    async function open(): Promise<WatchedPage> {
      const watched = await openPage(browser, `${course.server.url}#/18-capstone`);
      watched.page.setDefaultTimeout(120_000);
      await watched.page.getByRole('application').waitFor();
      return watched;
    }

    async function trainFewSteps(page: Page): Promise<void> {
      await page.getByText('Train a network here').press('Enter');
      await page.getByLabel('Backend').selectOption('webasm');
      await setSlider(page, 'digits', 100);
      await setSlider(page, 'digits a step', 10);
      await setSlider(page, 'epochs', 1);
      await page.getByRole('button', { name: 'Train', exact: true }).press('Enter');
    }

    it('reads with the weights of the learner’s last run, and with the course’s when they are chosen', async () => {
      saveWeights(weights, newProgress(3).parameters, { accuracy: '0.105' });
      const { page, complaints } = await open();
      await page.getByText('10.5% of the test digits').waitFor();
      await page.getByRole('button', { name: 'Take a test digit' }).click();
      await page.locator('.probabilities .best').waitFor();
      const before = await page.locator('.probabilities').textContent();
      await page.getByRole('radio', { name: 'the course’s' }).check();
      await page.getByText('99.1% of the test digits').waitFor();
      await page.locator('.answer', { hasText: 'rightly' }).waitFor();
      expect(await page.locator('.probabilities').textContent()).not.to.equal(before);
      expect(complaints).to.deep.equal([]);
      await page.close();
    });

    it('says so when those weights can’t be read, and takes the course’s', async () => {
      writeFileSync(weights, 'no weights');
      const { page } = await open();
      await page.locator('.draw .trouble', { hasText: 'Your weights are left out' }).waitFor();
      await page.getByText('99.1% of the test digits').waitFor();
      await page.close();
    });

    it('trains on the learner’s kernels, which lowers the loss', async () => {
      course.saveText(SOLUTION);
      const { page, complaints } = await open();
      await page.getByText(/of \d+ points/).waitFor();
      await trainFewSteps(page);
      await page.getByText('Trained by your kernels on gpu.js webasm').waitFor();
      await page.locator('[data-training=ended]').waitFor();
      await page.getByText('Yours: networkGradients').waitFor();
      const losses = (await page.locator('[data-name=loss]').textContent())!;
      const [, last, first] = /^(\S+), at first (\S+)$/.exec(losses)!.map(Number);
      expect(last).to.be.below(first! - 0.2);
      expect(complaints).to.deep.equal([]);
      await page.close();
    });

    it('says where the learner’s kernels throw', async () => {
      const line = SOLUTION.split('\n').findIndex((text) =>
        text.startsWith('export function networkGradients'),
      );
      const broken = SOLUTION.replace(
        /(export function networkGradients\([^]*?\{\n)/,
        "$1  throw new Error('not today');\n",
      );
      expect(broken).not.to.equal(SOLUTION);
      course.saveText(broken);
      const { page } = await open();
      await page.getByText(/of \d+ points/).waitFor();
      await trainFewSteps(page);
      const trouble = page.locator('.training .trouble');
      await trouble.filter({ hasText: 'networkGradients threw an error: not today' }).waitFor();
      await trouble.filter({ hasText: 'lessons/18-capstone/capstone.ts:' }).waitFor();
      const [, shown] = /capstone\.ts:(\d+)/.exec((await trouble.textContent())!)!;
      expect(Number(shown)).to.be.above(line);
      await page.close();
    });

    it('trains on the reference’s kernels what is still to do', async () => {
      course.save({});
      const { page, complaints } = await open();
      await page.getByText(/of \d+ points/).waitFor();
      await trainFewSteps(page);
      await page
        .getByText('Still to do, and the reference’s meanwhile: networkGradients')
        .waitFor();
      expect(complaints).to.deep.equal([]);
      await page.close();
    });
  },
);
