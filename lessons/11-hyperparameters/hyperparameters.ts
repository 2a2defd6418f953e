/**
 * Lesson 11: choosing what training itself doesn't learn, and knowing how good the choice is.
 *
 * Samples are named by their numbers, 0 to N − 1. Whatever is random comes from the generator that is passed in. How
 * many draws a function takes, and in which order, is its own affair.
 */
import type { Labels } from '#arrays';
import { shuffledOrder } from '#lessons/06-training';
import { todo } from '#todo';

/** Three parts of the samples, which have none in common. */
export interface Split {
  train: number[];
  validation: number[];
  test: number[];
}

/**
 * 11.1 A random split of N samples: every sample is in one part, and is as likely as any other to be in each.
 *
 * The validation and the test part have N · share samples, rounded to the nearest whole number; the rest is trained on.
 *
 * @param N how many samples, a whole number from 0
 * @param shares of the validation and the test part, each from 0, together at most 1
 * @param random a seeded generator, uniform in [0, 1)
 * @returns the numbers of each part, in any order
 * @throws RangeError when a share is negative, or both together exceed 1
 */
export function splitSamples(
  N: number,
  shares: { validation: number; test: number },
  random: () => number,
): Split {
  throw todo('11.1 splitSamples');
}

/** Two parts of the samples, which have none in common. */
export interface HeldOut {
  train: number[];
  heldOut: number[];
}

/**
 * 11.2 A random split that takes the same share of every class.
 *
 * Of a class with n samples, n · share are held out, rounded to the nearest whole number; each of its samples is as
 * likely as any other of its class.
 *
 * @param labels the class of each sample, shape (N)
 * @param share of each class that is held out, in [0, 1]
 * @param random a seeded generator, uniform in [0, 1)
 * @returns the numbers of both parts, in any order
 */
export function stratifiedSplit(labels: Labels, share: number, random: () => number): HeldOut {
  throw todo('11.2 stratifiedSplit');
}

/** What one round of a cross-validation trains on and is measured with. */
export interface Fold {
  train: number[];
  validation: number[];
}

/**
 * 11.3 k folds: the order is cut into k pieces, and each in turn is held out for validation.
 *
 * If k does not divide N, the first N mod k pieces have one sample more than the others.
 *
 * @param order the numbers of N samples
 * @param k how many folds, a whole number from 2 to N
 * @returns k folds, the first piece held out first; each part in the order that was given
 * @throws RangeError when k is not a whole number from 2 to N
 */
export function kFolds(order: number[], k: number): Fold[] {
  throw todo('11.3 kFolds');
}

/** How good something is in several rounds. */
export interface CrossValidation {
  /** The mean of the scores. */
  mean: number;
  /** How much they differ: √(Σ (score − mean)² / (k − 1)). */
  deviation: number;
}

/**
 * 11.4 Cross-validation: a score for each fold, their mean, and how much they differ.
 *
 * The deviation is estimated from k scores, whose mean is theirs already; dividing by k − 1 makes up for that.
 *
 * @param folds at least two
 * @param evaluate trains on the one part and scores on the other; called once a fold
 * @returns the mean and the deviation of the scores
 */
export function crossValidate(
  folds: Fold[],
  evaluate: (train: number[], validation: number[]) => number,
): CrossValidation {
  throw todo('11.4 crossValidate');
}

/**
 * 11.5 A log-uniform draw: its logarithm is drawn evenly from ln(from) to ln(to).
 *
 * So every factor is equally likely: from 0.001 to 0.01 as often as from 0.01 to 0.1.
 *
 * @param from the lower end, above 0
 * @param to the upper end, at least `from`
 * @param random a seeded generator, uniform in [0, 1)
 * @returns a number in [from, to]
 * @throws RangeError when `from` is not above 0, or above `to`
 */
export function logUniform(from: number, to: number, random: () => number): number {
  throw todo('11.5 logUniform');
}

/** The values that a hyperparameter may take. */
export interface Range {
  from: number;
  to: number;
  /** Whether equal differences are equally likely, or equal factors. */
  scale: 'linear' | 'log';
}

/** Ranges by the names of what they are for. */
export type Ranges = Record<string, Range>;

/** A value for each hyperparameter, by its name. */
export type Settings = Record<string, number>;

/**
 * 11.6 A value for each hyperparameter: evenly from its range, or log-uniformly, each by itself.
 *
 * @param ranges by name; `from` at most `to`, and above 0 on a logarithmic scale
 * @param random a seeded generator, uniform in [0, 1)
 * @returns a value for each name
 */
export function drawSettings(ranges: Ranges, random: () => number): Settings {
  throw todo('11.6 drawSettings');
}

/** One try of a search. */
export interface Trial {
  settings: Settings;
  /** The larger the better; NaN when the training failed. */
  score: number;
}

/** What a search found. */
export interface Search {
  /** Every trial, in the order in which they were made. */
  trials: Trial[];
  /** The one with the largest score, the first one of equals; a score of NaN is never the best. */
  best: Trial;
}

/**
 * 11.7 Random search: draws settings, scores them, and keeps the best.
 *
 * Bergstra and Bengio 2012, https://jmlr.org/papers/v13/bergstra12a.html
 *
 * @param ranges by name
 * @param trials how many, a whole number from 1
 * @param evaluate the score of some settings on the validation set; called once a trial
 * @param random a seeded generator, uniform in [0, 1)
 * @returns all trials and the best one
 * @throws RangeError when trials is not a whole number from 1, or no score is a number
 */
export function randomSearch(
  ranges: Ranges,
  trials: number,
  evaluate: (settings: Settings) => number,
  random: () => number,
): Search {
  throw todo('11.7 randomSearch');
}

/**
 * 11.8 A finer range around a value: the value stays in its middle, and the range is `factor` times as wide as
 * before, but ends where the coarse one ended.
 *
 * On a linear scale the width is to − from. On a logarithmic one it is ln(to) − ln(from), and the middle is that of
 * the logarithms.
 *
 * @param range the coarse range
 * @param value the best one so far, within the range
 * @param factor how wide the finer range is, in (0, 1]
 * @returns a range on the same scale, no end of which lies outside of the coarse one
 */
export function finerRange(range: Range, value: number, factor: number): Range {
  throw todo('11.8 finerRange');
}

/** How a search goes from coarse to fine. */
export interface SearchPlan {
  /** How many rounds, a whole number from 1. */
  rounds: number;
  /** How many trials each round has, a whole number from 1. */
  trials: number;
  /** How wide the ranges of a round are, beside those of the round before, in (0, 1]. */
  factor: number;
}

/**
 * 11.9 Random search from coarse to fine. The first round searches the ranges; each later one searches finer ranges
 * (11.8) of the round before, around the best settings of all rounds so far.
 *
 * @param ranges by name
 * @param plan the rounds, the trials of each, and the factor
 * @param evaluate the score of some settings on the validation set; called once a trial
 * @param random a seeded generator, uniform in [0, 1)
 * @returns the trials of all rounds in their order, and the best of them
 */
export function coarseToFine(
  ranges: Ranges,
  { rounds, trials, factor }: SearchPlan,
  evaluate: (settings: Settings) => number,
  random: () => number,
): Search {
  throw todo('11.9 coarseToFine');
}

/** A model that was trained, and how it does on the samples that it was trained on and on others. */
export interface Candidate {
  /** Its score on the training set. */
  train: number;
  /** Its score on the validation set. */
  validation: number;
}

/** What is reported of the model that was chosen. */
export interface Report {
  /** Which of the candidates it is, counted from 0. */
  index: number;
  /** Its score on the validation set, which is flattered by the choice. */
  validation: number;
  /** Its score on the test set, which had no say in anything. */
  test: number;
}

/**
 * 11.10 Chooses the candidate that does best on the validation set, the first one of equals, and then measures that
 * one on the test set.
 *
 * @param candidates at least one
 * @param testScore the score of a candidate on the test set; called once, for the chosen one alone
 * @returns which one it is, and its two scores
 * @throws RangeError when there is no candidate
 */
export function chooseAndTest(
  candidates: Candidate[],
  testScore: (index: number) => number,
): Report {
  throw todo('11.10 chooseAndTest');
}
