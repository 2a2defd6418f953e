/** What the drawing pad and its two workers tell each other: the reader, and the trainer. */
import type { Images } from '#figures/figure';
import type { FoundMistake } from '../reference/capstone/mistakes.ts';
import type { DigitBytes } from './digit-file.ts';
import type { RunFailure, Use } from './messages.ts';

/** What the reader is told. */
export type ToReader =
  /** Where a file of weights is, or all of them, flat; what was asked before is answered no more. */
  | { kind: 'weights'; weights: string | Float32Array }
  /** 784 pixels from 0 to 1. */
  | { kind: 'read'; id: number; pixels: Float32Array }
  /** Digits of which those are wanted that are read wrongly. */
  | { kind: 'check'; digits: DigitBytes };

/** What the reader tells. */
export type FromReader =
  | { kind: 'ready' }
  | { kind: 'read'; id: number; reading: Reading }
  | { kind: 'checked'; check: Check }
  | { kind: 'failed'; message: string };

/** What became of an image. */
export interface Reading {
  /** Of each class, shape (10). */
  probabilities: readonly number[];
  /** What the image and each layer look like. */
  layers: readonly Images[];
}

/** How many digits were looked at by now, and which of them are read wrongly. */
export interface Check {
  count: number;
  of: number;
  mistakes: readonly FoundMistake[];
}

/** What runs a training: gpu.js's backends that a browser may have, and the SIMD kernels. */
export type TrainingBackend = PromptBackend | 'webgpu' | 'simd';

/** The backends of gpu.js that answer at once, as the lesson's kernels need it. */
export type PromptBackend = 'webgl2' | 'webasm' | 'cpu';

/** A training. */
export interface TrainingJob {
  /** Where the folder of the digits is, how many its files have, and how many are trained with. */
  digits: { folder: string; train: number; test: number; used: number };
  /** The script of the learner's file, where its kernels are to train. */
  learner?: string;
  /** Lesson 18's own kernels, or the fast ones of SPEED.md and SIMD.md. */
  kernels: 'lesson' | 'fast';
  /** The first that is there and computes rightly, unless one is named. */
  backend: TrainingBackend | 'auto';
  epochs: number;
  batch: number;
  rate: number;
  seed: number;
}

/** What the trainer is told; to stop it at once, it is ended. */
export type ToTrainer = { kind: 'train'; job: TrainingJob };

/** What the trainer tells. */
export type FromTrainer =
  /** What computes, in words, and what was tried before it and refused, a sentence each. */
  | { kind: 'backend'; text: string; refused: readonly string[] }
  | { kind: 'steps'; steps: TrainingSteps }
  | { kind: 'epoch'; epoch: number; accuracy: number; parameters: Float32Array }
  | { kind: 'ended' }
  | { kind: 'failed'; failure: RunFailure };

/** Some steps of a training. */
export interface TrainingSteps {
  /** How many steps there were before these. */
  before: number;
  /** The mean loss of each one's batch. */
  losses: readonly number[];
  /** From 0 to 1. */
  done: number;
  /** Without the first step, in which kernels are compiled; 0 before there are others. */
  imagesPerSecond: number;
  use: Use;
}
