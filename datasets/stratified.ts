import { shuffled } from './random.ts';

/**
 * A random order of samples in which every beginning is a fair sample: it has each class in nearly
 * the proportion of the whole. So "the first 2,000" of a data set in this order stand for all of it.
 * The idea is stratified sampling (https://en.wikipedia.org/wiki/Stratified_sampling).
 *
 * The members of a class are shuffled, and of n members the k-th, counted from 0, is given a random
 * place in the piece [k/n, (k+1)/n) of the line from 0 to 1; all samples are then read along that
 * line. Up to any point s a class of n has thus had n·s members, less than one more or less. With C
 * classes among N samples it follows that the first m hold n·m/N of the class, off by less than
 * 1 + C·n/N. Evenness has its price: neighbours are of the same class less often than by chance.
 *
 * @param labels the class of each sample, N of them, in any order
 * @param random uniform in [0, 1); about two draws a sample are taken
 * @returns the numbers 0 to N − 1 in that order: the sample that comes first, second, …
 */
export function stratifiedOrder(labels: ArrayLike<number>, random: () => number): number[] {
  const classes = new Map<number, number[]>();
  for (let sample = 0; sample < labels.length; sample++) {
    const label = labels[sample] as number;
    const members = classes.get(label);
    if (members) members.push(sample);
    else classes.set(label, [sample]);
  }
  const places = new Float64Array(labels.length);
  for (const members of classes.values()) {
    shuffled(members, random).forEach((sample, k) => {
      places[sample] = (k + random()) / members.length;
    });
  }
  return [...places.keys()].toSorted((a, b) => (places[a] as number) - (places[b] as number));
}
