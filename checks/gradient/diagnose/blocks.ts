/** Weights whose last axis is made of equal blocks, as the gates of an LSTM (4H) and of a GRU (3H). */
import { listed } from '../verdict-text.ts';
import { indexOf, permutations, ravel, type Diagnosis, type Evidence } from './evidence.ts';
import { isMoved } from './layout.ts';
import { howText, MOST } from './region.ts';

/** An LSTM has four blocks, a GRU three; two is any exchange of halves. */
const COUNTS = [4, 3, 2];

interface Blocks {
  count: number;
  size: number;
  /** What each of them is called. */
  names: readonly string[];
}

/** The ways to divide the last axis into blocks: the caller's, if there is one. */
function blocksOf({ input, subject }: Evidence): Blocks[] {
  const length = input.shape.at(-1) ?? 0;
  const { gates } = subject;
  const counts = gates.length > 0 ? [gates.length] : COUNTS;
  return counts
    .filter((count) => length > 0 && length % count === 0)
    .map((count) => ({
      count,
      size: length / count,
      names:
        gates.length > 0 ? gates : Array.from({ length: count }, (_, block) => String(block + 1)),
    }));
}

/** Blocks in another order. */
export const isBlocksPermuted: Diagnosis = (evidence) => {
  const { gradient, input } = evidence;
  for (const { count, size, names } of blocksOf(evidence)) {
    const found = permutations([...names.keys()]).find((order) =>
      isMoved(evidence, (index) => {
        const i = index.at(-1)!;
        const moved = order[Math.floor(i / size)]! * size + (i % size);
        return ravel([...index.slice(0, -1), moved], input.shape);
      }),
    );
    if (found) {
      const wrong = found.flatMap((from, to) => (from === to ? [] : [names[to]!]));
      return {
        code: 'blocks-permuted',
        sentence: `${gradient} has the ${count} blocks along the last axis in the wrong order: blocks ${listed(wrong)} are exchanged.`,
      };
    }
  }
  return undefined;
};

/**
 * One block wrong and the others right. Without the caller's word there are blocks where something else, such as the
 * state, is as long as one of them.
 */
export const isBlockWrong: Diagnosis = (evidence) => {
  const { gradient, entries, subject, run, input } = evidence;
  const rest = [...subject.inputs.filter((each) => each !== input), ...run.outputs];
  const lengths = new Set(rest.map(({ shape }) => shape.at(-1)));
  for (const { count, size, names } of blocksOf(evidence)) {
    const isNamed = subject.gates.length > 0;
    if (!isNamed && (count === 2 || size < 2 || !lengths.has(size))) continue;
    const blocks = names.map((name, block) => {
      const own = entries.filter(
        (entry) => Math.floor(indexOf(evidence, entry).at(-1)! / size) === block,
      );
      return { name, own, wrong: own.filter(({ judgement }) => judgement === 'wrong') };
    });
    const guilty = blocks.filter(({ wrong }) => wrong.length > 0);
    const isClear =
      guilty.length < count && guilty.every(({ own, wrong }) => wrong.length >= MOST * own.length);
    const wrong = guilty.flatMap((block) => block.wrong);
    if (!isClear || wrong.length < 2) continue;
    const which = listed(guilty.map(({ name }) => name));
    const s = guilty.length === 1 ? '' : 's';
    const where = isNamed
      ? `the gate${s} ${which}`
      : `block${s} ${which} of ${count} along the last axis`;
    return {
      code: 'block',
      sentence: `${gradient} is wrong only in ${where}${howText(evidence, wrong)}: look at how that part is treated.`,
    };
  }
  return undefined;
};
