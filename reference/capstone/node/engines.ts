/** The engines that a run can choose from. */
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Backend } from '#kernels';
import { createEngine } from '../create-engine.ts';
import type { Engine } from '../engine.ts';
import { cardText, NoCardError, openCard, prove, type Card, type CardInfo } from '../gpu/card.ts';
import { lessonEngine, type Lesson } from '../lesson-engine.ts';
import { simdEngine } from '../simd/engine.ts';
import { GROUP } from '../simd/layout.ts';
import type { Room } from '../simd/memory.ts';
import { teamRoom } from '../simd/team-room.ts';
import { waitForCard } from './waiting-card.ts';
import { findCard, installWebGpu } from './webgpu.ts';

/** Whose code computes: the fast kernels, lesson 18's reference, or the learner's file. */
export type Code = 'fast' | 'lesson' | 'mine';

/** What runs it: one of gpu.js's backends; or without gpu.js the SIMD kernels, or plain TypeScript. */
export type Runner = Backend | 'simd' | 'js';

/** An engine, named so that another thread can make it. */
export interface EngineChoice {
  code: Code;
  runner: Runner;
  /** How many digits come at a time at most. */
  size: number;
}

const FILES = {
  lesson: '../../../lessons/18-capstone/capstone.reference.ts',
  mine: '../../../lessons/18-capstone/capstone.ts',
} as const;

/** The file of a lesson's code. */
export function lessonFile(code: keyof typeof FILES): string {
  return fileURLToPath(new URL(FILES[code], import.meta.url));
}

async function lessonOf(code: keyof typeof FILES): Promise<Lesson> {
  return (await import(pathToFileURL(lessonFile(code)).href)) as Lesson;
}

/** How many digits of a batch each of some threads takes: whole groups of those that an engine computes at once. */
export function shareOf({ runner }: EngineChoice, digits: number, threads: number): number {
  const atOnce = runner === 'simd' ? GROUP : 1;
  return atOnce * Math.ceil(digits / threads / atOnce);
}

/** The memory that all threads of a team work on, for engines that have one. */
export function roomOf(choice: EngineChoice, threads: number): Room | undefined {
  if (choice.runner !== 'simd' || choice.code !== 'fast') return undefined;
  return teamRoom(shareOf(choice, choice.size, threads), threads);
}

/**
 * Makes an engine.
 *
 * @param room the part of a team's memory that it may use
 * @throws RangeError when there is no such engine
 */
export async function makeEngine(
  { code, runner, size }: EngineChoice,
  room?: Room,
): Promise<Engine> {
  if (code !== 'fast') {
    if (runner === 'js' || runner === 'simd') {
      const what = runner === 'js' ? 'has no kernels' : 'has kernels of its own';
      throw new RangeError(
        `makeEngine: the engine ${runner} ${what}, so it cannot run those of lesson 18; choose --engine webasm or cpu`,
      );
    }
    if (runner === 'webgpu') {
      waitForCard();
      await prove(lessonEngine(await lessonOf('lesson'), runner), 'the graphics card');
    }
    return lessonEngine(await lessonOf(code), runner);
  }
  if (runner === 'simd') return simdEngine(size, room);
  if (runner === 'js' || runner === 'cpu' || runner === 'webasm') {
    return (await createEngine(runner, size)).engine;
  }
  throw new RangeError(
    `makeEngine: the fast kernels are written for webasm and cpu, and others for webgpu, not for ${runner}; choose one of these, or add --lesson to run the plain kernels there`,
  );
}

/** What a run computes with. */
export interface Chosen {
  engine: EngineChoice;
  /** The graphics card, if the fast kernels run on one. */
  card?: Card;
  /** Why it is not the engine that was asked for, or not the fastest of gpu.js: a sentence. */
  note?: string;
}

/**
 * Chooses an engine that is really there. `auto` is gpu.js on the best backend for whoever's code it is: on webgpu where
 * a graphics card answers and computes rightly, else on webasm.
 *
 * @param find looks for the card
 */
export async function chooseEngine(
  { code, runner, size }: Omit<EngineChoice, 'runner'> & { runner: Runner | 'auto' },
  find: () => Promise<CardInfo | undefined> = findCard,
): Promise<Chosen> {
  const onWebasm: EngineChoice = { code, runner: 'webasm', size };
  if (runner === 'auto' && code !== 'fast') return { engine: onWebasm };
  if (runner !== 'auto' && runner !== 'webgpu') return { engine: { code, runner, size } };
  const info = await find();
  if (info === undefined) {
    const note = 'No graphics card answers through WebGPU, so gpu.js runs on webasm.';
    return { engine: onWebasm, note };
  }
  if (runner === 'auto' && info.isSoftware) {
    const note = `WebGPU is ${info.name} here, which is software, so gpu.js runs on webasm.`;
    return { engine: onWebasm, note };
  }
  const engine: EngineChoice = { code, runner: 'webgpu', size };
  if (code !== 'fast') return { engine };
  try {
    await installWebGpu();
    return { engine, card: await openCard('webgpu', size) };
  } catch (error) {
    if (!(error instanceof NoCardError)) throw error;
    return { engine: onWebasm, note: `${error.message}. So gpu.js runs on webasm.` };
  }
}

/** What ran, for people. */
export function engineText(
  { code, runner }: EngineChoice,
  threads: number,
  card?: CardInfo,
): string {
  if (card !== undefined) return cardText('webgpu', card);
  const whose = { fast: 'the fast kernels', lesson: "lesson 18's kernels", mine: 'your kernels' };
  const own = { js: 'plain TypeScript, no kernels', simd: 'SIMD kernels in WebAssembly' };
  const where =
    runner === 'js' || runner === 'simd' ? own[runner] : `${whose[code]} on gpu.js ${runner}`;
  return `${where}, ${threads === 1 ? 'one thread' : `${threads} threads`}`;
}
