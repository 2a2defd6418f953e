/** The local page, in a browser, while a learner saves. */
import { readFileSync } from 'node:fs';
import nodeModule from 'node:module';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import {
  expectSaid,
  LEFT_OUT,
  openPage,
  seriousProblems,
  startBrowser,
  type WatchedPage,
} from './browser.ts';
import { serveCourse, type ServedCourse } from './course.ts';

const RIGHT = { sigmoid: 'return map(x, (v) => 1 / (1 + Math.exp(-v)));' };
const WRONG = { sigmoid: 'return map(x, (v) => 1 / (1 + Math.exp(v)));' };
const ENDLESS = { sigmoid: 'for (;;) {}' };
const THROWING = { sigmoid: "throw new Error('nothing works today');" };

/** The sentence under the first picture of a lesson: whose it is. */
const whose = (page: Page) => page.locator('.experiment figure').first().locator('.whose');
const trouble = (page: Page) => page.locator('.experiment .trouble');
const sigmoid = (page: Page) => page.locator('.exercises li', { hasText: '02.5 sigmoid' });

(LEFT_OUT === '' ? describe : describe.skip)(`The page of a lesson${LEFT_OUT}`, function () {
  this.timeout(60_000);
  let course: ServedCourse;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;

  /** What the picture of the activations looks like now. */
  const picture = (): Promise<string> => page.locator('.experiment figure svg').first().innerHTML();

  /** What is said of the file, and of the run of the experiment. */
  async function expectVerdict(name: string): Promise<void> {
    await page.locator('.verdict .grading').waitFor({ state: 'detached' });
    const run = page.locator('.experiment [role=status]');
    await expectSaid(`verdict-${name}`, page.locator('.verdict'), run, whose(page));
  }

  before(async () => {
    course = await serveCourse('02');
    browser = await startBrowser();
    watched = await openPage(browser, `${course.server.url}#/02-activations?seed=3`);
    ({ page } = watched);
    page.setDefaultTimeout(15_000);
  });
  after(async () => {
    await browser.close();
    await course.close();
  });

  it('shows what is to do, and the picture that the reference draws', async () => {
    await page.getByText('0 of 84 points').waitFor();
    await page.locator('.exercises li.todo', { hasText: '02.5 sigmoid' }).waitFor();
    await whose(page).getByText('Drawn by the reference').waitFor();
    expect(
      await page
        .locator(
          '.experiment figure path[stroke-dasharray], .experiment figure g[stroke-dasharray]',
        )
        .count(),
    ).to.be.above(0);
    await expectVerdict('todo');
    await expectSaid('exercises', page.locator('.exercises'));
  });

  it('keeps where a slider was put, in the address', async () => {
    const slider = page.getByRole('slider', { name: 'bends in the curve' });
    await slider.focus();
    for (let press = 0; press < 3; press++) await page.keyboard.press('ArrowRight');
    expect(await slider.inputValue()).to.equal('10');
    expect(new URL(page.url()).hash).to.equal('#/02-activations?bends=10&seed=3');
    await page.getByText('A curve bent from ReLUs with 10 bends').waitFor();
  });

  it('takes what is right for the picture, and leaves the rest to the reference', async () => {
    const before = await picture();
    course.save(RIGHT);
    await whose(page).getByText('Yours: sigmoid;').waitFor();
    await sigmoid(page).locator('[aria-label=solved]').waitFor();
    // The same curve, but no longer dashed.
    expect(await picture()).not.to.equal(before);
    await expectVerdict('right');
  });

  it('draws what is wrong as it is, and says what was done', async () => {
    const before = await picture();
    course.save(WRONG);
    await page.locator('.failure', { hasText: '02.5 sigmoid' }).waitFor();
    await page.locator('.failure .diagnosis').waitFor();
    expect(await sigmoid(page).locator('[aria-label=wrong]').count()).to.equal(1);
    await whose(page).getByText('Yours: sigmoid;').waitFor();
    expect(await picture()).not.to.equal(before);
    const axe = nodeModule.createRequire(import.meta.url).resolve('axe-core/axe.min.js');
    expect(await seriousProblems(page, readFileSync(axe, 'utf8'))).to.deep.equal([]);
    await expectVerdict('wrong');
  });

  it('says where a syntax error is, and draws the reference meanwhile', async () => {
    course.saveText('export function sigmoid( {\n');
    const place = 'lessons/02-activations/activations.ts:';
    await page.locator('.verdict .trouble', { hasText: place }).first().waitFor();
    await whose(page).getByText('Drawn by the reference').waitFor();
    await expectVerdict('syntax-error');
  });

  it('says what a file throws while it loads', async () => {
    course.saveText("\nthrow new Error('at the top');\n");
    await trouble(page)
      .filter({ hasText: 'Your file threw an error: at the top' })
      .filter({ hasText: 'activations.ts:2.' })
      .waitFor();
    await whose(page).getByText('Drawn by the reference').waitFor();
    await expectVerdict('throws-at-the-top');
  });

  it('ends an endless loop with a sentence, and draws the rest', async () => {
    course.save(ENDLESS);
    await trouble(page).getByText('sigmoid did not return within 2 seconds').waitFor();
    await whose(page).getByText('Drawn by the reference').waitFor();
    await expectVerdict('endless');
    // The page is alive.
    await page.getByRole('button', { name: 'Run again' }).click();
  });

  it('shows the line in which an error was thrown', async () => {
    course.save(THROWING);
    const text = readFileSync(course.lesson.learner, 'utf8');
    const line = text.slice(0, text.indexOf(THROWING.sigmoid)).split('\n').length;
    await trouble(page)
      .filter({ hasText: 'sigmoid threw an error: nothing works today' })
      .filter({ hasText: `activations.ts:${line}.` })
      .waitFor();
    await expectVerdict('throws');
  });

  it('is right again when the file is, with its sliders where they were', async () => {
    course.save(RIGHT);
    await whose(page).getByText('Yours: sigmoid;').waitFor();
    await sigmoid(page).locator('[aria-label=solved]').waitFor();
    expect(await trouble(page).count()).to.equal(0);
    expect(await page.getByRole('slider', { name: 'bends in the curve' }).inputValue()).to.equal(
      '10',
    );
    expect(await page.getByRole('spinbutton').inputValue()).to.equal('3');
  });

  it('has logged no error, and asked nothing of another host', () => {
    expect(watched.complaints).to.deep.equal([]);
  });

  it('is reached from the map, which shows how far one is', async () => {
    const { page: map, complaints } = await openPage(browser, course.server.url);
    const line = map.locator('.lessons li', { hasText: 'Activations' });
    await line.getByText('under way').waitFor({ timeout: 50_000 });
    await expectSaid('next', map.locator('.next'));
    await map.locator('.next').getByRole('link', { name: '01.1 step' }).click();
    await map.getByRole('heading', { name: /01 Perceptron/ }).waitFor();
    expect(complaints).to.deep.equal([]);
    await map.close();
  });
});
