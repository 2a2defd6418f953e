/** The digits that a network reads wrongly. */
import type { Digits } from './digits.ts';
import { PIXELS } from './network.ts';
import type { Evaluation } from './training.ts';
import type { Mistake } from './training-report.ts';

/** A digit that is read wrongly, and which one it is, from 0. */
export interface FoundMistake extends Mistake {
  index: number;
}

/**
 * Those digits that are given another class than their own.
 *
 * @param digits N of them
 * @param given what each is given, and with what probability: N entries
 * @returns the wrong ones in their order
 */
export function mistakesOf({ pixels, labels }: Digits, given: Evaluation['given']): FoundMistake[] {
  return given.flatMap(({ label, probability }, index) => {
    const right = labels[index]!;
    const own = pixels.subarray(index * PIXELS, (index + 1) * PIXELS);
    return label === right ? [] : [{ index, pixels: own, label: right, given: label, probability }];
  });
}
