/**
 * What a lesson is good for, as pictures. `lessons/NN-name/name.experiment.ts` exports what ExperimentModule lists;
 * `npm run experiment NN` runs it on the functions that the learner has solved and on the reference's elsewhere.
 */
import type { Mnist } from '#datasets/mnist';
import type { Random } from '#datasets/random';
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
}

/**
 * A running experiment. Whenever it has done a part of its work it yields how much is done, from 0 to 1, so that it
 * can be shown or stopped, and a page stays alive; at last it returns its figures. The first one is the lesson's.
 */
export type Running = Generator<number, Figure[], void>;

/** What the file of an experiment exports. */
export interface ExperimentModule<Lesson, P extends Parameters = Parameters> {
  title: string;
  /** What to look at, in two or three sentences. */
  about: string;
  parameters: P;
  /** How many digits it wants. */
  digits?: { train: number; test: number };
  /**
   * @param lesson the lesson's functions, whose ever they are
   * @param material random numbers and data; the same give the same figures
   * @param values the parameters' values, each within its range
   */
  experiment: (lesson: Lesson, material: Material, values: Values<P>) => Running;
}
