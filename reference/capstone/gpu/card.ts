/**
 * Which graphics card there is, and whether it computes rightly. gpu.js takes another backend where one is missing, and
 * no card is without faults; so a card is asked who it is, and tried on one image, before anything is trained on it.
 */
import gpujs from 'gpu.js';
import {
  CLASSES,
  initialParameters,
  PARAMETER_COUNT,
  PARAMETERS,
  PIXELS,
  split,
} from '../network.ts';
import { seededRandom } from '#datasets/random';
import { plainEngine } from '../plain-engine.ts';
import type { Batch, Engine } from '../engine.ts';
import type { CardBackend } from './compile.ts';
import { cardEngine, type CardEngine } from './engine.ts';

/** Who computes. */
export interface CardInfo {
  /** In the words of its driver. */
  name: string;
  /** Whether there is no card behind it, but this computer's processor: right, and slow. */
  isSoftware: boolean;
}

/** A card that was found to compute rightly. */
export interface Card extends CardInfo {
  engine: CardEngine;
}

/** There is no card to compute with, or it is not to be trusted. */
export class NoCardError extends Error {
  override name = 'NoCardError';
}

/** What is used of WebGPU's interface, which TypeScript declares for browsers only. */
export interface AdapterInfo {
  vendor: string;
  architecture: string;
  description: string;
  isFallbackAdapter?: boolean;
}

/** What gpu.js has of it and does not declare: the adapter on which all of its kernels run, and its end. */
const { WebGPUContext } = gpujs as unknown as {
  WebGPUContext: {
    acquire(): Promise<{ adapter: { info: AdapterInfo } }>;
    destroy(): Promise<void>;
  };
};

/** How far a gradient may be off, as a share of the largest entry of its array: single precision needs 2e-6. */
const TOLERANCE = 1e-4;

/**
 * Makes an engine on the graphics card, and tries it.
 *
 * @param size how many images come at a time at most, a whole number from 1 to 1024
 * @throws NoCardError when there is none, or its gradient of an image is wrong
 */
export async function openCard(backend: CardBackend, size: number): Promise<Card> {
  const info = await cardInfo(backend);
  const engine = cardEngine(backend, size);
  await prove(engine, info.name);
  return { ...info, engine };
}

/**
 * Who computes on a backend.
 *
 * @throws NoCardError when nobody does
 */
export async function cardInfo(backend: CardBackend): Promise<CardInfo> {
  return backend === 'webgpu' ? webgpuInfo() : webgl2Info();
}

/** Gives the card back; engines on it can't be used any more. */
export async function closeCards(): Promise<void> {
  await WebGPUContext.destroy();
}

/** What an adapter says of itself, for people. */
export function infoOf({
  vendor,
  architecture,
  description,
  isFallbackAdapter,
}: AdapterInfo): CardInfo {
  const name = description || [vendor, architecture].filter(Boolean).join(' ') || 'an unnamed card';
  return { name, isSoftware: isFallbackAdapter ?? SOFTWARE.test(`${architecture} ${name}`) };
}

/** What runs on a card, for people. */
export function cardText(backend: CardBackend, { name, isSoftware }: CardInfo): string {
  return `the fast kernels on gpu.js ${backend}, ${name}${isSoftware ? ', which is software and slow' : ''}`;
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

async function webgpuInfo(): Promise<CardInfo> {
  try {
    return infoOf((await WebGPUContext.acquire()).adapter.info);
  } catch (cause) {
    throw new NoCardError(
      'openCard: no graphics card answers through WebGPU; take the engine simd or webasm',
      { cause },
    );
  }
}

/** What is used of a canvas, which exists in browsers only. */
interface Canvas {
  getContext(name: 'webgl2'): {
    RENDERER: number;
    getExtension(name: string): { UNMASKED_RENDERER_WEBGL: number } | null;
    getParameter(name: number): string;
  } | null;
}

function webgl2Info(): CardInfo {
  const { OffscreenCanvas } = globalThis as {
    OffscreenCanvas?: new (w: number, h: number) => Canvas;
  };
  const context = OffscreenCanvas && new OffscreenCanvas(1, 1).getContext('webgl2');
  if (!context) {
    throw new NoCardError(
      'openCard: no graphics card answers through WebGL 2; take the engine simd or webasm',
    );
  }
  const known = context.getExtension('WEBGL_debug_renderer_info');
  const name = context.getParameter(known?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER);
  return { name, isSoftware: SOFTWARE.test(name) };
}

/**
 * Compares an engine's gradient of an image with plain code.
 *
 * @param name of the card, for the message
 * @throws NoCardError when they differ
 */
export async function prove(engine: Engine, name: string): Promise<void> {
  const random = seededRandom(18);
  const parameters = initialParameters(random);
  const batch: Batch = {
    images: Float32Array.from({ length: PIXELS }, () => (random() < 0.3 ? random() : 0)),
    labels: Int32Array.of(Math.floor(CLASSES * random())),
  };
  const [own, right] = [new Float32Array(PARAMETER_COUNT), new Float32Array(PARAMETER_COUNT)];
  const expected = plainEngine().gradient(parameters, batch, right);
  const loss = await engine.gradient(parameters, batch, own);
  const wrong = PARAMETERS.map(({ name: parameter }) => parameter).find(
    (parameter) => !isClose(split(own)[parameter], split(right)[parameter]),
  );
  if (wrong !== undefined || !(Math.abs(loss - expected) <= TOLERANCE * expected)) {
    throw new NoCardError(
      `openCard: ${name} computes a wrong ${wrong === undefined ? 'loss' : `gradient by ${wrong}`}, so nothing is trained on it; look for a newer driver, or take the engine simd or webasm`,
    );
  }
}

function isClose(own: Float32Array, right: Float32Array): boolean {
  const largest = right.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return right.every((value, i) => Math.abs(own[i]! - value) <= TOLERANCE * largest);
}
