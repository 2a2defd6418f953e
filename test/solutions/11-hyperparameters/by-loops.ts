/** The right answers of lesson 11 as a beginner writes them: bags of numbers, and loops. */
import type { Labels } from '#arrays';

/** Takes one thing after the other out of a bag, at random. */
function drawn(things: readonly number[], random: () => number): number[] {
  const bag = [...things];
  const out: number[] = [];
  while (bag.length > 0) out.push(...bag.splice(Math.floor(random() * bag.length), 1));
  return out;
}

export function splitSamples(
  N: number,
  shares: { validation: number; test: number },
  random: () => number,
) {
  const { validation, test } = shares;
  if (Number.isNaN(validation + test) || validation < 0 || test < 0 || validation + test > 1) {
    throw new RangeError('the shares must lie in [0, 1], together too');
  }
  const numbers: number[] = [];
  for (let n = 0; n < N; n++) numbers.push(n);
  const rest = drawn(numbers, random);
  return {
    test: rest.splice(0, Math.round(test * N)),
    validation: rest.splice(0, Math.round(validation * N)),
    train: rest,
  };
}

export function stratifiedSplit(labels: Labels, share: number, random: () => number) {
  const groups: Record<number, number[]> = {};
  for (let n = 0; n < labels.size; n++) (groups[labels.get(n)] ??= []).push(n);
  const train: number[] = [];
  const heldOut: number[] = [];
  for (const group of Object.values(groups)) {
    const mixed = drawn(group, random);
    const count = Math.round(share * group.length);
    mixed.forEach((n, i) => (i < count ? heldOut : train).push(n));
  }
  return { train, heldOut };
}

interface Fold {
  train: number[];
  validation: number[];
}

export function kFolds(order: number[], k: number): Fold[] {
  if (!(k >= 2 && k <= order.length && Math.floor(k) === k)) throw new RangeError('no such folds');
  const folds: Fold[] = [];
  let rest = [...order];
  for (let left = k; left > 0; left--) {
    const piece = rest.slice(0, Math.ceil(rest.length / left));
    rest = rest.slice(piece.length);
    folds.push({ train: order.filter((n) => !piece.includes(n)), validation: piece });
  }
  return folds;
}

export function crossValidate(
  folds: Fold[],
  evaluate: (train: number[], validation: number[]) => number,
) {
  const scores: number[] = [];
  for (const fold of folds) scores.push(evaluate(fold.train, fold.validation));
  let mean = 0;
  for (const score of scores) mean += score / scores.length;
  let sum = 0;
  for (const score of scores) sum += (score - mean) * (score - mean);
  return { mean, deviation: (sum / (scores.length - 1)) ** 0.5 };
}

export function logUniform(from: number, to: number, random: () => number): number {
  if (Number.isNaN(from) || from <= 0 || from > to) throw new RangeError('no such range');
  const [low, high] = [Math.log10(from), Math.log10(to)];
  return Math.min(to, Math.max(from, 10 ** (low + random() * (high - low))));
}

interface Range {
  from: number;
  to: number;
  scale: 'linear' | 'log';
}

type Settings = Record<string, number>;

export function drawSettings(ranges: Record<string, Range>, random: () => number): Settings {
  const settings: Settings = {};
  for (const name of Object.keys(ranges).toReversed()) {
    const { from, to, scale } = ranges[name]!;
    const u = random();
    settings[name] =
      scale === 'linear'
        ? (1 - u) * from + u * to
        : Math.exp((1 - u) * Math.log(from) + u * Math.log(to));
  }
  return settings;
}

interface Trial {
  settings: Settings;
  score: number;
}

export function randomSearch(
  ranges: Record<string, Range>,
  trials: number,
  evaluate: (settings: Settings) => number,
  random: () => number,
): { trials: Trial[]; best: Trial } {
  if (trials < 1 || trials % 1 !== 0) throw new RangeError('there must be a trial');
  const made: Trial[] = [];
  let best: Trial | undefined;
  for (let i = 0; i < trials; i++) {
    const settings = drawSettings(ranges, random);
    const trial = { settings, score: evaluate(settings) };
    made.push(trial);
    if (!Number.isNaN(trial.score) && (!best || trial.score > best.score)) best = trial;
  }
  if (!best) throw new RangeError('every training failed');
  return { trials: made, best };
}

export function finerRange({ from, to, scale }: Range, value: number, factor: number): Range {
  const forwards = scale === 'log' ? Math.log : (x: number) => x;
  const back = scale === 'log' ? Math.exp : (x: number) => x;
  const half = (factor * (forwards(to) - forwards(from))) / 2;
  const low = back(forwards(value) - half);
  const high = back(forwards(value) + half);
  return { from: low < from ? from : low, to: high > to ? to : high, scale };
}

export function coarseToFine(
  ranges: Record<string, Range>,
  plan: { rounds: number; trials: number; factor: number },
  evaluate: (settings: Settings) => number,
  random: () => number,
): { trials: Trial[]; best: Trial } {
  let present = { ...ranges };
  let best: Trial | undefined;
  const trials: Trial[] = [];
  for (let round = 0; round < plan.rounds; round++) {
    const found = randomSearch(present, plan.trials, evaluate, random);
    trials.push(...found.trials);
    if (!best || found.best.score > best.score) best = found.best;
    const next: Record<string, Range> = {};
    for (const name in present) {
      next[name] = finerRange(present[name]!, best.settings[name]!, plan.factor);
    }
    present = next;
  }
  return { trials, best: best! };
}

export function chooseAndTest(
  candidates: { train: number; validation: number }[],
  testScore: (index: number) => number,
) {
  let [index, validation] = [-1, -Infinity];
  for (let i = 0; i < candidates.length; i++) {
    if (candidates[i]!.validation > validation) {
      [index, validation] = [i, candidates[i]!.validation];
    }
  }
  if (index < 0) throw new RangeError('nothing to choose from');
  return { test: testScore(index), validation, index };
}
