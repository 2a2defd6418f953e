/** How fast the page trains the capstone's network, beside TensorFlow.js in the same browser. */
import { readFileSync } from 'node:fs';
import nodeModule from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';
import type { Browser } from 'playwright-core';
import { median } from '../../../bench/median.ts';
import { root } from '../../../checks/project.ts';
import { setSlider } from '../browser.ts';

const [BATCH, ROUNDS] = [64, 3];

/** How long each trains in a round, in milliseconds. */
const TURN = 5000;

/** The kernels and the backends of the page, as its lists name them by value. */
const OURS = [
  ['lesson', 'auto'],
  ['lesson', 'webasm'],
  ['fast', 'auto'],
  ['fast', 'simd'],
  ['fast', 'webasm'],
] as const;
const THEIRS = ['webgl', 'wasm', 'cpu'] as const;

/** Where TensorFlow.js is served from; nothing of it leaves the browser. */
const PLACE = 'http://localhost/';

/** Prints the images a second of all, in rounds. */
export async function training(browser: Browser, page: string): Promise<void> {
  const speeds = new Map<string, number[]>();
  const note = (name: string, speed: number): void => {
    speeds.set(name, [...(speeds.get(name) ?? []), speed]);
  };
  const script = await tfjsScript();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [kernels, backend] of OURS) {
      const { text, speed } = await ours(browser, page, kernels, backend);
      note(`${kernels} kernels, ${backend}: ${text}`, speed);
    }
    for (const backend of THEIRS) note(`tfjs ${backend}`, await theirs(browser, script, backend));
  }
  console.log(
    `training in the page, batches of ${BATCH}: images a second, medians of ${ROUNDS} rounds`,
  );
  for (const [name, all] of speeds) {
    const [low, high] = [Math.min(...all), Math.max(...all)].map(Math.round);
    console.log(`  ${String(Math.round(median(all))).padStart(5)}  ${name}  (${low} to ${high})`);
  }
}

/** What the page says of its training. */
async function ours(
  browser: Browser,
  url: string,
  kernels: string,
  backend: string,
): Promise<{ text: string; speed: number }> {
  const page = await browser.newPage();
  await page.goto(`${url}#/18-capstone`);
  await page.getByText('Train a network here').click();
  await page.getByLabel('Kernels').selectOption(kernels);
  await page.getByLabel('Backend').selectOption(backend);
  await setSlider(page, 'digits a step', BATCH);
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  const text = (await page.locator('.training .runs').textContent({ timeout: 60_000 }))!;
  const speed = page.locator('.training [data-name=speed]', { hasText: /\d/ });
  await speed.waitFor({ timeout: 120_000 });
  await page.waitForTimeout(TURN);
  const shown = Number(await speed.textContent());
  await page.close();
  return { text, speed: shown };
}

async function theirs(browser: Browser, script: string, backend: string): Promise<number> {
  const page = await browser.newPage();
  const wasm = dirname(
    nodeModule.createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'),
  );
  // Its threads share memory, which takes a page that shares nothing with others.
  const headers = {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  };
  await page.route(`${PLACE}**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    await route.fulfill(
      pathname.endsWith('.wasm')
        ? {
            headers,
            contentType: 'application/wasm',
            body: readFileSync(join(wasm, basename(pathname))),
          }
        : {
            headers,
            contentType: 'text/html',
            body: '<!doctype html><title>TensorFlow.js</title>',
          },
    );
  });
  await page.goto(PLACE);
  await page.evaluate(script);
  const speed = await page.evaluate<number>(`speed(${JSON.stringify(backend)}, ${BATCH}, ${TURN})`);
  await page.close();
  return speed;
}

/** TensorFlow.js with the network, as one script. Its WebGL backend brings a core of its own, which must be the same. */
async function tfjsScript(): Promise<string> {
  const { outputFiles } = await esbuild.build({
    stdin: {
      contents: "import '@tensorflow/tfjs-backend-webgl'; import './tfjs.ts';",
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    nodePaths: [join(root, 'bench', 'others', 'node_modules')],
    alias: { '@tensorflow/tfjs-core': join(root, 'node_modules', '@tensorflow', 'tfjs-core') },
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}
