/**
 * Random numbers that can be had again: the same seed gives the same numbers on every machine, so a
 * run that went wrong can be repeated. Nothing in the course uses `Math.random` or the clock.
 */

/** A source of numbers drawn evenly from [0, 1): 0 can come, 1 cannot. */
export type Random = (() => number) & {
  /** Another generator in the same state: it will give the numbers that this one has yet to give. */
  clone(): Random;
};

const TWO_TO_32 = 2 ** 32;

/**
 * A generator whose numbers depend on its seed alone.
 *
 * It is sfc32 ("small fast counting") by Chris Doty-Humphrey, from PractRand 0.94
 * (https://pracrand.sourceforge.net), seeded as there: the seed goes into one word of the state and
 * the first twelve outputs, in which it is not yet mixed, are thrown away. The state has 128 bits, one
 * word of which only counts, so no cycle is shorter than 2³² draws. Every number is a multiple of
 * 2⁻³².
 *
 * @param seed a whole number from 0 to 4294967295
 * @throws RangeError when the seed is anything else, since two such seeds could mean one sequence
 */
export function seededRandom(seed: number): Random {
  if (seed !== seed >>> 0) {
    throw new RangeError(
      `seededRandom: the seed is ${seed}; it must be a whole number from 0 to 4294967295, so round it or take another`,
    );
  }
  const random = sfc32(0, seed, 0, 1);
  for (let i = 0; i < 12; i++) random();
  return random;
}

/** The generator in a given state: its four arguments, of 32 bits each, which change with each draw. */
function sfc32(a: number, b: number, c: number, counter: number): Random {
  const draw = (): number => {
    const sum = (a + b + counter) | 0; // `| 0` keeps the low 32 bits
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0; // c, rotated left by 21 bits
    return (sum >>> 0) / TWO_TO_32; // `>>> 0` reads the 32 bits as a number without a sign
  };
  return Object.assign(draw, { clone: () => sfc32(a, b, c, counter) });
}

/**
 * A draw from the standard normal distribution: mean 0, standard deviation 1.
 *
 * Box and Muller's transform (https://en.wikipedia.org/wiki/Box–Muller_transform) of two uniform
 * draws u and v: √(−2·ln(1 − u))·cos(2π·v). It is 1 − u and not u because u can be 0, whose
 * logarithm is −∞. The transform yields a second number, with the sine; it is not kept, so that the generator
 * remains the only state. Results lie within ±6.67, as 1 − u is at least 2⁻³².
 *
 * @param random uniform in [0, 1); two draws are taken
 */
export function normal(random: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

/**
 * The items of a list in random order, every order being equally likely: Fisher and Yates's shuffle
 * (https://en.wikipedia.org/wiki/Fisher–Yates_shuffle).
 *
 * @param list any list; it stays as it is
 * @param random uniform in [0, 1); one draw fewer is taken than there are items
 * @returns a new list
 */
export function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const items = [...list];
  for (let last = items.length - 1; last > 0; last--) {
    const chosen = Math.floor(random() * (last + 1));
    [items[last], items[chosen]] = [items[chosen] as T, items[last] as T];
  }
  return items;
}
