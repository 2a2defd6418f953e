/** `npm run pictures`, its second half: the pictures in the project's README, of a learner's work in lesson 05. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../checks/project.ts';
import { openPage, startBrowser } from '../page/browser.ts';
import { serveCourse } from '../page/course.ts';
import { failingTest } from './failing-test.ts';
import { LEARNER_FILE } from './learner.ts';

/** Where the README looks for them. */
const FOLDER = join(root, 'page', 'pictures');

/** Of the window, in pixels. */
const SIZE = { width: 1280, height: 1200 };

const course = await serveCourse('05');
const browser = await startBrowser();
try {
  course.saveText(LEARNER_FILE);
  writeFileSync(join(FOLDER, 'failing-test.svg'), await failingTest(course.lesson));
  const { page } = await openPage(browser, `${course.server.url}#/05-backprop`);
  await page.setViewportSize(SIZE);
  await page.locator('.failure .diagnosis').waitFor();
  await page.locator('.experiment figure').nth(1).waitFor();
  await page.screenshot({ path: join(FOLDER, 'page.jpg'), quality: 82 });
} finally {
  await browser.close();
  await course.close();
}
