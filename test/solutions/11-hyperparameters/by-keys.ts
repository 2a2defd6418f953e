/** The right answers of lesson 11 in other words: an order from sorted keys, recursion over rounds. */
import { copy, type Labels } from '#arrays';

/** Things in the order of random keys. */
function mixed(things: readonly number[], random: () => number): number[] {
  return things
    .map((thing) => [random(), thing] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, thing]) => thing);
}

const numbers = (N: number): number[] => [...Array.from({ length: N }).keys()];

export function splitSamples(
  N: number,
  { validation, test }: { validation: number; test: number },
  random: () => number,
) {
  if (![validation, test, 1 - validation - test].every((share) => share >= 0)) {
    throw new RangeError('splitSamples: no share may be negative, nor what is left to train on');
  }
  const order = mixed(numbers(N), random);
  const [v, t] = [Math.round(validation * N), Math.round(test * N)];
  return {
    train: order.filter((_, i) => i >= v + t),
    validation: order.filter((_, i) => i < v),
    test: order.filter((_, i) => i >= v && i < v + t),
  };
}

export function stratifiedSplit(labels: Labels, share: number, random: () => number) {
  const classes = [...copy(labels).data];
  const order = mixed(numbers(classes.length), random);
  const isHeld = (n: number): boolean => {
    const own = order.filter((other) => classes[other] === classes[n]);
    return own.indexOf(n) < Math.round(own.length * share);
  };
  return { train: order.filter((n) => !isHeld(n)), heldOut: order.filter(isHeld) };
}

interface Fold {
  train: number[];
  validation: number[];
}

export function kFolds(order: number[], k: number): Fold[] {
  const N = order.length;
  if (!Number.isInteger(k) || k < 2 || k > N) throw new RangeError(`kFolds: ${k} folds of ${N}`);
  // Sample i of N is in fold f if f pieces end at or before it.
  const sizes = numbers(k).map((i) => Math.floor((N - i - 1) / k) + 1);
  const ends = sizes.map((_, i) => sizes.slice(0, i + 1).reduce((sum, size) => sum + size, 0));
  const fold = (i: number): number => ends.filter((end) => end <= i).length;
  return numbers(k).map((f) => ({
    train: order.filter((_, i) => fold(i) !== f),
    validation: order.filter((_, i) => fold(i) === f),
  }));
}

export function crossValidate(
  folds: Fold[],
  evaluate: (train: number[], validation: number[]) => number,
) {
  const scores = folds.map((fold) => evaluate(fold.train, fold.validation));
  const k = scores.length;
  const mean = scores.reduce((a, b) => a + b) / k;
  return { mean, deviation: Math.hypot(...scores.map((score) => score - mean)) / Math.sqrt(k - 1) };
}

export function logUniform(from: number, to: number, random: () => number): number {
  if (!(0 < from && from <= to)) throw new RangeError(`logUniform: ${from} to ${to}`);
  return Math.exp(Math.log(from) + random() * Math.log(to / from));
}

interface Range {
  from: number;
  to: number;
  scale: 'linear' | 'log';
}

type Ranges = Record<string, Range>;
type Settings = Record<string, number>;

export function drawSettings(ranges: Ranges, random: () => number): Settings {
  const drawn = Object.entries(ranges).map(([name, { from, to, scale }]) => [
    name,
    scale === 'log' ? logUniform(from, to, random) : to - (to - from) * random(),
  ]);
  return Object.fromEntries(drawn) as Settings;
}

interface Trial {
  settings: Settings;
  score: number;
}

interface Search {
  trials: Trial[];
  best: Trial;
}

function search(trials: Trial[]): Search {
  const scores = trials.map(({ score }) => (Number.isNaN(score) ? -Infinity : score));
  const best = trials[scores.indexOf(Math.max(...scores))]!;
  if (Number.isNaN(best.score)) throw new RangeError('every score is NaN');
  return { trials, best };
}

export function randomSearch(
  ranges: Ranges,
  trials: number,
  evaluate: (settings: Settings) => number,
  random: () => number,
): Search {
  if (!(Number.isInteger(trials) && trials > 0)) throw new RangeError(`randomSearch: ${trials}`);
  const drawn = numbers(trials).map(() => drawSettings(ranges, random));
  return search(drawn.map((settings) => ({ settings, score: evaluate(settings) })));
}

export function finerRange({ from, to, scale }: Range, value: number, factor: number): Range {
  const within = (end: number): number => Math.min(to, Math.max(from, end));
  const width = scale === 'log' ? Math.log(to / from) : to - from;
  const moved = (by: number): number => (scale === 'log' ? value * Math.exp(by) : value + by);
  return {
    scale,
    from: within(moved((-width * factor) / 2)),
    to: within(moved((width * factor) / 2)),
  };
}

export function coarseToFine(
  ranges: Ranges,
  plan: { rounds: number; trials: number; factor: number },
  evaluate: (settings: Settings) => number,
  random: () => number,
): Search {
  const from = (searched: Ranges, before: Trial[], left: number): Search => {
    const found = search([
      ...before,
      ...randomSearch(searched, plan.trials, evaluate, random).trials,
    ]);
    if (left === 1) return found;
    const finer = Object.entries(searched).map(([name, range]) => [
      name,
      finerRange(range, found.best.settings[name]!, plan.factor),
    ]);
    return from(Object.fromEntries(finer) as Ranges, found.trials, left - 1);
  };
  return from(ranges, [], plan.rounds);
}

export function chooseAndTest(
  candidates: { train: number; validation: number }[],
  testScore: (index: number) => number,
) {
  if (candidates.length === 0) throw new RangeError('chooseAndTest: there is no candidate');
  const scores = candidates.map(({ validation }) => validation);
  const validation = Math.max(...scores);
  const index = scores.indexOf(validation);
  return { index, validation, test: testScore(index) };
}
