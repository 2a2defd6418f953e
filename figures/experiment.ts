/**
 * What a lesson is good for, as pictures. `lessons/NN-name/name.experiment.ts` exports what ExperimentModule lists;
 * `npm run experiment NN` runs it on the functions that the learner has solved and on the reference's elsewhere.
 */
import type { Mnist } from '#datasets/mnist';
import type { Random } from '#datasets/random';
import type { LabelledPoints } from '#datasets/scatter';
import type { Figure } from './figure.ts';

/** A number that whoever runs an experiment may choose. */
export interface Parameter {
  /** What it is, for a reader: `learning rate`. */
  label: string;
  /** The smallest and the largest value. */
  from: number;
  to: number;
  /** What it is unless chosen. */
  value: number;
  /** Whether it takes whole numbers only. */
  whole?: boolean;
  /** How a slider for it runs; linear unless given. */
  scale?: 'linear' | 'log';
}

/** The parameters of an experiment, by their names. */
export type Parameters = Readonly<Record<string, Parameter>>;

/** A value for each parameter. */
export type Values<P extends Parameters> = { readonly [name in keyof P]: number };

/** What an experiment works with. */
export interface Material {
  random: Random;
  /** As many as the module's `digits` says, or none. */
  digits: Mnist;
  /** What somebody has put into the module's plane, in the place of its own points. */
  points?: LabelledPoints;
}

/** A square of the plane in which anybody may put points: both coordinates run from one end of `side` to the other. */
export interface Plane {
  side: readonly [low: number, high: number];
  /** What the classes are called, from class 0 on. */
  classes: readonly string[];
}

/** How far a run is, and what can be seen of it by now; it is drawn only where somebody looks. */
export interface Frame {
  /** From 0 to 1. */
  done: number;
  figures: () => Figure[];
}

/**
 * A running experiment. Whenever it has done a part of its work it yields how much is done, from 0 to 1, so that it
 * can be shown or stopped, and a page stays alive; where it is a process over time it yields frames, so that it can be
 * watched step by step. At last it returns its figures. The first one is the lesson's.
 */
export type Running = Generator<number | Frame, Figure[], void>;

/** What the file of an experiment exports. */
export interface ExperimentModule<Lesson, P extends Parameters = Parameters> {
  title: string;
  /** What to look at, in two or three sentences. */
  about: string;
  parameters: P;
  /** How many digits it wants. */
  digits?: { train: number; test: number };
  /** Where its data are points in the plane that others may take the place of. */
  plane?: Plane;
  /**
   * @param lesson the lesson's functions, whose ever they are
   * @param material random numbers and data; the same give the same figures
   * @param values the parameters' values, each within its range
   */
  experiment: (lesson: Lesson, material: Material, values: Values<P>) => Running;
}
