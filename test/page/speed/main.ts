/**
 * `npm run bench:page`: how soon the page answers to a save, with a new picture and with a verdict, how smoothly it
 * draws while the spirals of lesson 05 are learned, and how fast it trains the capstone's network.
 */
import { setTimeout } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { median } from '../../../bench/median.ts';
import { openPage, startBrowser } from '../browser.ts';
import { serveCourse } from '../course.ts';
import { training } from './training.ts';

const SAVES = 10;
/** How long somebody writes between two saves, in milliseconds: the process that grades the next one starts meanwhile. */
const WRITING = 3000;
/** What is saved, in turn. */
const BODIES = {
  solved: 'return map(x, (v) => 1 / (1 + Math.exp(-v)));',
  wrong: 'return map(x, (v) => 1 / (1 + Math.exp(v)));',
};

const course = await serveCourse('02');
const browser = await startBrowser();
try {
  await answers();
  await spirals();
  await training(browser, course.server.url);
} finally {
  await browser.close();
  await course.close();
}

/** From a save to the picture and to the verdict. */
async function answers(): Promise<void> {
  const { page } = await openPage(browser, `${course.server.url}#/02-activations`);
  const times: Record<'picture' | 'verdict', number[]> = { picture: [], verdict: [] };
  const sigmoid = page.locator('.exercises li', { hasText: '02.5 sigmoid' });
  await sigmoid.and(page.locator('.todo')).waitFor();
  // The first save fills the caches and doesn't count.
  for (let i = 0; i <= SAVES; i++) {
    const state = i % 2 === 0 ? 'solved' : 'wrong';
    await setTimeout(WRITING);
    const drawn = nextPicture(page);
    const start = performance.now();
    const waited = async (what: keyof typeof times, until: Promise<unknown>): Promise<void> => {
      await until;
      if (i > 0) times[what].push(performance.now() - start);
    };
    course.save({ sigmoid: BODIES[state] });
    await Promise.all([
      waited('picture', drawn),
      waited('verdict', sigmoid.locator(`[aria-label=${state}]`).waitFor()),
    ]);
  }
  for (const [what, all] of Object.entries(times)) {
    const [low, high] = [Math.min(...all), Math.max(...all)].map(Math.round);
    console.log(
      `from a save to the ${what}: median ${Math.round(median(all))} ms of ${SAVES}, from ${low} to ${high}`,
    );
  }
  await page.close();
}

/** Resolves when another picture stands in the first figure than stands there now. */
function nextPicture(page: Page): Promise<unknown> {
  return page.evaluate(`
    new Promise((resolve) => {
      const figure = document.querySelector('.experiment figure');
      const before = figure.querySelector('svg').innerHTML;
      const look = () => {
        const now = figure.querySelector('svg');
        if (now !== null && now.innerHTML !== before) resolve();
      };
      new MutationObserver(look).observe(figure, { childList: true, subtree: true });
    })`);
}

/** The frames of the browser, and the pictures, while a network learns. */
async function spirals(): Promise<void> {
  const page = await browser.newPage();
  await page.goto(`${course.server.url}#/05-backprop`);
  await page.locator('.experiment[data-phase=ended]').waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Run again' }).click();
  const { gaps, pictures } = await page.evaluate<{ gaps: number[]; pictures: number }>(`
    new Promise((resolve) => {
      const [section, figure] = ['.experiment', '.experiment figure'].map((one) => document.querySelector(one));
      const gaps = [];
      let [last, pictures] = [performance.now(), 0];
      new MutationObserver(() => pictures++).observe(figure, { childList: true, subtree: true });
      const look = (now) => {
        gaps.push(now - last);
        last = now;
        if (section.dataset.phase === 'ended') resolve({ gaps, pictures });
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    })`);
  const seconds = gaps.reduce((sum, gap) => sum + gap, 0) / 1000;
  console.log(
    `while the spirals are learned, ${seconds.toFixed(1)} s: ${(gaps.length / seconds).toFixed(0)} frames a second, ` +
      `the longest after ${Math.round(Math.max(...gaps))} ms, and ${(pictures / seconds).toFixed(0)} pictures a second`,
  );
}
