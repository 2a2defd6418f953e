/** A browser for tests of the page, and what its pages complain of. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { expectSnapshot } from '../snapshot.ts';

/** Where Debian's chromium is, or what CHROMIUM names. */
export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Why a test of the page is left out, for its title; nothing where there is a browser. */
export const LEFT_OUT = existsSync(CHROMIUM)
  ? ''
  : ` (left out: there is no ${CHROMIUM}; install Debian's chromium, or name another by CHROMIUM)`;

/** Starts the browser. A sandbox of its own is not to be had by root. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
}

/** A page that keeps what went wrong in it: errors, and requests to any other host. */
export interface WatchedPage {
  page: Page;
  complaints: string[];
}

/** Opens an address. */
export async function openPage(browser: Browser, url: string): Promise<WatchedPage> {
  const page = await browser.newPage({ reducedMotion: 'reduce' });
  const complaints: string[] = [];
  const { host } = new URL(url);
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    const asked = new URL(request.url());
    if (/^https?:$/.test(asked.protocol) && asked.host !== host) complaints.push(request.url());
  });
  await page.goto(url);
  return { page, complaints };
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
};

/** Serves a folder below a path, as the plainest of file servers does. */
export async function serveFolder(
  folder: string,
  below: string,
): Promise<{ url: string; close: () => void }> {
  const server = createServer(({ url = '' }, response) => {
    const path = new URL(url, 'http://localhost').pathname;
    const name = path.slice(below.length) || 'index.html';
    const file = join(folder, name);
    if (!path.startsWith(below) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    const type = TYPES[extname(name)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type }).end(readFileSync(file));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${below}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Puts a slider somewhere. */
export async function setSlider(page: Page, name: string, value: number): Promise<void> {
  await page.getByRole('slider', { name, exact: true }).fill(String(value));
}

/** What axe-core finds that is serious or worse (https://github.com/dequelabs/axe-core). */
export async function seriousProblems(page: Page, axe: string): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate<string[]>(
    `axe.run().then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 200))))`,
  );
}

/**
 * Compares what parts of a page say, to those who see it and to those who hear it, with what was reviewed. What hangs on
 * the machine or on a file's content is left out.
 */
export async function expectSaid(name: string, ...parts: Locator[]): Promise<void> {
  const said: string[] = [];
  for (const part of parts) said.push(await part.ariaSnapshot());
  const lasting = said
    .join('\n')
    .replaceAll(/\b[0-9a-f]{12}\b/g, '<hash>')
    .replaceAll(/needs (?:\d+|less than 1) ms/g, 'needs <time>');
  expectSnapshot(`page/${name}`, `${lasting}\n`);
}
