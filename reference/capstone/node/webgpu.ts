/** WebGPU in Node: what a browser has as `navigator.gpu` comes from the package webgpu, which is Dawn. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { closeCards, infoOf, type AdapterInfo, type CardInfo } from '../gpu/card.ts';

/** How long a driver may take to answer, in milliseconds. */
const PATIENCE = 20_000;

/**
 * Looks for a graphics card.
 *
 * @param probe the program that asks for it
 * @returns what it says of itself; undefined when there is none, or no package webgpu that runs on this system
 */
export async function findCard(
  probe = fileURLToPath(new URL('card-probe.js', import.meta.url)),
): Promise<CardInfo | undefined> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [probe], { timeout: PATIENCE });
    return stdout === '' ? undefined : infoOf(JSON.parse(stdout) as AdapterInfo);
  } catch {
    return undefined;
  }
}

/** The types of the package are those of a browser, which this project doesn't load. */
interface Dawn {
  create(options: readonly string[]): object;
  globals: object;
}

/** Gives this process WebGPU as browsers have it. */
export async function installWebGpu(): Promise<void> {
  const name = 'webgpu';
  const { create, globals } = (await import(name)) as Dawn;
  Object.assign(globalThis, globals);
  // Node 20 has no navigator yet.
  if (!('navigator' in globalThis)) {
    Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  }
  Object.defineProperty(navigator, 'gpu', { value: create([]), configurable: true });
}

/** Takes it away again, if it is there; the process could not end with it. */
export async function removeWebGpu(): Promise<void> {
  if (!('navigator' in globalThis) || !('gpu' in navigator)) return;
  await closeCards();
  delete (navigator as { gpu?: object }).gpu;
}
