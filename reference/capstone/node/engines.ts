/** The engines that a run can choose from. */
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Backend } from '#kernels';
import type { Engine } from '../engine.ts';
import { fastEngine } from '../fast/engine.ts';
import { lessonEngine, type Lesson } from '../lesson-engine.ts';
import { plainEngine } from '../plain-engine.ts';
import { simdEngine } from '../simd/engine.ts';
import { GROUP } from '../simd/layout.ts';
import type { Room } from '../simd/memory.ts';
import { teamRoom } from '../simd/team-room.ts';

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

/** Beyond this many digits a place in the fast kernels' memory has no exact float32. */
const LARGEST = 512;

const FILES = {
  lesson: '../../../lessons/18-capstone/capstone.reference.ts',
  mine: '../../../lessons/18-capstone/capstone.ts',
} as const;

/** The file of a lesson's code. */
export function lessonFile(code: keyof typeof FILES): string {
  return fileURLToPath(new URL(FILES[code], import.meta.url));
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
    const functions = (await import(pathToFileURL(lessonFile(code)).href)) as Lesson;
    return lessonEngine(functions, runner);
  }
  if (runner === 'simd') return simdEngine(size, room);
  if (runner === 'js') return plainEngine();
  if (runner === 'cpu' || runner === 'webasm') {
    if (size > LARGEST) {
      throw new RangeError(
        `makeEngine: each thread would get ${size} digits at a time, and the fast kernels take ${LARGEST}; take a smaller --batch or more --threads`,
      );
    }
    return fastEngine(runner, Math.ceil(size / 4) * 4);
  }
  throw new RangeError(
    `makeEngine: the fast kernels are written for webasm and cpu, not for ${runner}; choose one of these, or add --lesson to run the plain kernels there`,
  );
}

/** What ran, for people. */
export function engineText({ code, runner }: EngineChoice, threads: number): string {
  const whose = { fast: 'the fast kernels', lesson: "lesson 18's kernels", mine: 'your kernels' };
  const own = { js: 'plain TypeScript, no kernels', simd: 'SIMD kernels in WebAssembly' };
  const where =
    runner === 'js' || runner === 'simd' ? own[runner] : `${whose[code]} on gpu.js ${runner}`;
  return `${where}, ${threads === 1 ? 'one thread' : `${threads} threads`}`;
}
